//! The second copy in a folder: it takes only what the log's key signed for and what continues what it has.
//! The same code follows an open log here and receives offers from another host.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use super::super::failure::{LogCode, LogFailure};
use super::super::key_chain::KeyChain;
use super::super::last_signed::{replace, sync_folder};
use super::super::note::SignedNote;
use super::super::proof::consistency_holds;
use super::super::reader::LogReader;
use super::super::store::Head;
use super::super::tile_folder::TileFolder;
use super::super::tile_writer::TileWriter;
use super::super::tiles::CHECKPOINT;
use super::super::tree::{Frontier, empty_root, leaf_hash};
use super::failure::{RecoveryCode, RecoveryFailure};
use super::offer::Offer;

const LOCK: &str = "copy.lock";
const PROGRESS: &str = "progress";
/// The log's keys, where they changed.
const KEYS: [&str; 2] = ["log-keys", "log-keys.new"];

/// Where a log is followed to. Whoever serves a log holds some of these and calls them after each checkpoint; a failure is
/// told to the operator and never stops the books, and the next call goes on from what the copy really has.
pub trait CopyTarget: Send {
    /// Brings the copy to the newest checkpoint of the log; gives the size it stands at.
    ///
    /// # Errors
    /// [`RecoveryCode::CopyForked`] or [`RecoveryCode::CopyAhead`] if the log does not continue the copy: then the log must
    /// be stopped and looked at. Anything else passes by itself or by the operator's hand.
    fn bring_up_to(&mut self, log: &LogReader) -> Result<u64, RecoveryFailure>;

    /// The folder or address, for messages.
    fn place(&self) -> String;
}

/// A second copy in a folder, open to be continued. One program has it open at a time.
pub struct SecondCopy {
    folder: PathBuf,
    keys: KeyChain,
    newest: Option<Head>,
    /// What the next entry is added to; absent after a failure, until it is read from disk again.
    edge: Option<Edge>,
    _lock: File,
}

struct Edge {
    writer: TileWriter,
    frontier: Frontier,
}

impl SecondCopy {
    /// Opens the copy in a folder, or begins one where the folder is empty or absent.
    ///
    /// # Errors
    /// [`RecoveryCode::CopyOccupied`], [`RecoveryCode::CopyLocked`], [`RecoveryCode::CopyDamaged`] if its newest tiles are
    /// not what its checkpoint says, what [`SignedNote::verify`] can end in, [`LogCode::Io`].
    pub fn open(folder: &Path, keys: &KeyChain) -> Result<SecondCopy, RecoveryFailure> {
        let io = |error: std::io::Error| LogFailure::io("打开副本目录", folder, &error);
        std::fs::create_dir_all(folder).map_err(io)?;
        let known = [LOCK, PROGRESS, "progress.new", CHECKPOINT, "checkpoint.new", "tile"];
        for item in std::fs::read_dir(folder).map_err(io)? {
            let name = item.map_err(io)?.file_name();
            if !known.iter().chain(&KEYS).any(|known| name == *known) {
                let detail = folder.join(name).display().to_string();
                return Err(RecoveryFailure::new(RecoveryCode::CopyOccupied, detail));
            }
        }
        let lock = File::create(folder.join(LOCK)).map_err(io)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let detail = folder.display().to_string();
                return Err(RecoveryFailure::new(RecoveryCode::CopyLocked, detail));
            }
            Err(TryLockError::Error(error)) => return Err(io(error).into()),
        }
        let mut chain = KeyChain::read(folder, keys.founding())?;
        if chain.learn(keys) {
            chain.write(folder)?;
        }
        let newest = match TileFolder::open(folder, keys.founding()) {
            Ok(tiles) => Some(chain.verify(tiles.note())?.head()),
            Err(failure) if failure.code() == LogCode::TileMissing => None,
            Err(failure) => return Err(failure.into()),
        };
        let folder = folder.to_owned();
        let mut copy = SecondCopy { folder, keys: chain, newest, edge: None, _lock: lock };
        copy.ready()?;
        Ok(copy)
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Size and root of the newest checkpoint that it holds whole.
    #[must_use]
    pub fn newest(&self) -> Option<Head> {
        self.newest
    }

    /// Takes over later keys of the log, which prove themselves, and keeps them beside the tiles.
    ///
    /// # Errors
    /// The disk.
    pub fn learn(&mut self, keys: &KeyChain) -> Result<(), RecoveryFailure> {
        if self.keys.learn(keys) {
            self.keys.write(&self.folder)?;
        }
        Ok(())
    }

    /// The keys whose checkpoints it takes.
    #[must_use]
    pub fn keys(&self) -> &KeyChain {
        &self.keys
    }

    /// How many entries it has, those beyond its checkpoint included.
    ///
    /// # Errors
    /// As [`SecondCopy::open`].
    pub fn size(&mut self) -> Result<u64, RecoveryFailure> {
        Ok(self.ready()?.size())
    }

    /// Takes an offer: all of it is proved before anything is written, and on disk when this returns the new size.
    ///
    /// # Errors
    /// [`RecoveryCode::OfferMoved`] with the size to begin at, [`RecoveryCode::CopyAhead`], [`RecoveryCode::CopyForked`],
    /// [`RecoveryCode::OfferMalformed`], a signature that does not hold, or the disk.
    ///
    /// # Panics
    /// Never: the right edge was read just before.
    pub fn receive(&mut self, offer: &Offer) -> Result<u64, RecoveryFailure> {
        let note = SignedNote::parse(&offer.note)?;
        let target = self.keys.verify(&note)?.head();
        let newest = self.newest.unwrap_or(Head { size: 0, root: empty_root() });
        let has = self.ready()?.clone();
        if target.size < newest.size {
            let detail = format!("副本{}条，送来的存证头{}条", newest.size, target.size);
            return Err(RecoveryFailure::at(RecoveryCode::CopyAhead, target.size, detail));
        }
        if offer.from != has.size() {
            let detail = format!("副本{}条，送来的从{}起", has.size(), offer.from);
            return Err(RecoveryFailure::at(RecoveryCode::OfferMoved, has.size(), detail));
        }
        let mut then = has.clone();
        let leaves: Vec<_> = offer.entries.iter().map(|entry| leaf_hash(entry)).collect();
        for leaf in &leaves {
            then.push_leaf(*leaf, &mut |_| ());
        }
        let (reached, wanted) = ((then.size(), then.root()), (target.size, target.root));
        let gets_nowhere = offer.entries.is_empty() && reached.0 < wanted.0;
        if gets_nowhere || !consistency_holds(reached, wanted, &offer.proof) {
            if has.size() > newest.size {
                // What lies beyond the checkpoint may be damaged: begin again where a signature holds it fast.
                self.forget_progress()?;
                let detail = format!("副本从存证头的{}条重新开始", newest.size);
                return Err(RecoveryFailure::at(RecoveryCode::OfferMoved, newest.size, detail));
            }
            return Err(self.forked(&target));
        }
        // Taken out: any failure below leaves it to be read from disk again.
        let mut edge = self.edge.take().expect("it was made ready above");
        for (entry, leaf) in offer.entries.iter().zip(leaves) {
            edge.writer.add(entry, leaf, &mut edge.frontier)?;
        }
        edge.writer.settle()?;
        if reached.0 == target.size {
            self.put(CHECKPOINT, &offer.note)?;
            self.newest = Some(target);
            self.remove_progress()?;
            edge.writer.drop_partials()?;
        } else {
            self.put(PROGRESS, format!("{}\n", reached.0).as_bytes())?;
        }
        self.edge = Some(edge);
        Ok(reached.0)
    }

    fn forked(&self, target: &Head) -> RecoveryFailure {
        let folder = self.folder.display();
        let detail = format!("{folder}；存证头{}条，根 {}", target.size, target.root);
        RecoveryFailure::new(RecoveryCode::CopyForked, detail)
    }

    /// The right edge of what is on disk.
    fn ready(&mut self) -> Result<&Frontier, RecoveryFailure> {
        if self.edge.is_none() {
            let newest = self.newest.unwrap_or(Head { size: 0, root: empty_root() });
            let (writer, frontier) = match self.beyond_checkpoint(newest.size) {
                Some(further) => further,
                None => self.at_checkpoint(&newest)?,
            };
            self.edge = Some(Edge { writer, frontier });
        }
        Ok(&self.edge.as_ref().expect("it was just made").frontier)
    }

    fn at_checkpoint(&self, head: &Head) -> Result<(TileWriter, Frontier), RecoveryFailure> {
        let damaged = |what: String| RecoveryFailure::new(RecoveryCode::CopyDamaged, what);
        let resumed = TileWriter::resume(&self.folder, head.size);
        let (writer, frontier) = resumed.map_err(|why| {
            if matches!(why.code(), LogCode::TileMissing | LogCode::TileMalformed) {
                return damaged(why.to_string());
            }
            why.into()
        })?;
        if frontier.root() != head.root {
            return Err(damaged(self.folder.display().to_string()));
        }
        Ok((writer, frontier))
    }

    fn beyond_checkpoint(&self, size: u64) -> Option<(TileWriter, Frontier)> {
        let text = std::fs::read_to_string(self.folder.join(PROGRESS)).ok()?;
        let reached: u64 = text.strip_suffix('\n')?.parse().ok()?;
        if reached <= size {
            return None;
        }
        TileWriter::resume(&self.folder, reached).ok()
    }

    fn forget_progress(&mut self) -> Result<(), RecoveryFailure> {
        self.edge = None;
        self.remove_progress()
    }

    fn remove_progress(&self) -> Result<(), RecoveryFailure> {
        let path = self.folder.join(PROGRESS);
        match std::fs::remove_file(&path) {
            Ok(()) => Ok(sync_folder(&self.folder)?),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(LogFailure::io("清除", &path, &error).into()),
        }
    }

    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), LogFailure> {
        let unfinished = self.folder.join(format!("{name}.new"));
        replace(&self.folder, &unfinished, &self.folder.join(name), bytes)
    }
}

impl CopyTarget for SecondCopy {
    fn bring_up_to(&mut self, log: &LogReader) -> Result<u64, RecoveryFailure> {
        let Some((note, head)) = log.newest() else { return Ok(0) };
        self.learn(&log.keys()?)?;
        if let Some(newest) = self.newest {
            if newest == head {
                return Ok(head.size);
            }
            if newest.size > head.size {
                let detail = format!("副本{}条，台账{}条", newest.size, head.size);
                return Err(RecoveryFailure::at(RecoveryCode::CopyAhead, head.size, detail));
            }
            if log.root_at(newest.size)? != newest.root {
                return Err(self.forked(&head));
            }
        }
        loop {
            let from = self.size()?.min(head.size);
            let offer = Offer::from_log(log, from, (&note, &head))?;
            match self.receive(&offer) {
                Ok(size) if size == head.size => return Ok(size),
                Ok(_) => {}
                Err(why) if why.refusal() == Some(RecoveryCode::OfferMoved) => {
                    self.forget_progress()?;
                }
                Err(why) => return Err(why),
            }
        }
    }

    fn place(&self) -> String {
        self.folder.display().to_string()
    }
}
