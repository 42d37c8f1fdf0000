//! Building a store from entries: the way of `append`, in large commits, beside the place where it will stand.

use std::path::Path;

use super::super::acknowledged;
use super::super::failure::{LogCode, LogFailure};
use super::super::key_chain::KeyChain;
use super::super::last_signed;
use super::super::note_key::VerifierKey;
use super::super::reading::EntrySource as _;
use super::super::store::{Commit, Head, Seal, Store};
use super::super::tile_folder::TileFolder;
use super::super::tree::{Frontier, WholeNode, empty_root, leaf_hash};
use super::KnownAct;
use super::failure::RecoveryFailure;
use crate::ids::Seq;

/// One commit holds about this many bytes of entries, and at most this many entries.
const COMMIT_BYTES: usize = 4 << 20;
const COMMIT_ENTRIES: usize = 16_384;

/// A store being built. Nobody relies on it before [`StoreBuilder::finish`].
pub(super) struct StoreBuilder<'a> {
    store: Store,
    frontier: Frontier,
    known: &'a KnownAct<'a>,
    waiting: Vec<Vec<u8>>,
    bytes: usize,
    ids: Vec<([u8; 32], Seq)>,
    nodes: Vec<WholeNode>,
}

impl<'a> StoreBuilder<'a> {
    /// Begins an empty store at `path`; what an earlier attempt left there is removed.
    pub(super) fn at(path: &Path, known: &'a KnownAct<'a>) -> Result<StoreBuilder<'a>, LogFailure> {
        if path.exists() {
            std::fs::remove_dir_all(path).map_err(|error| LogFailure::io("清除", path, &error))?;
        }
        Store::create(path, &Head { size: 0, root: empty_root() })?;
        Ok(StoreBuilder {
            store: Store::open(path)?,
            frontier: Frontier::new(),
            known,
            waiting: Vec::new(),
            bytes: 0,
            ids: Vec::new(),
            nodes: Vec::new(),
        })
    }

    pub(super) fn push(&mut self, entry: Vec<u8>) -> Result<(), LogFailure> {
        let number = self.frontier.size();
        self.ids.extend((self.known)(&entry).map(|(id, _)| (id, Seq(number))));
        let nodes = &mut self.nodes;
        self.frontier.push_leaf(leaf_hash(&entry), &mut |node| nodes.push(node));
        self.bytes += entry.len();
        self.waiting.push(entry);
        if self.bytes >= COMMIT_BYTES || self.waiting.len() >= COMMIT_ENTRIES {
            self.commit()?;
        }
        Ok(())
    }

    fn commit(&mut self) -> Result<(), LogFailure> {
        let waiting = std::mem::take(&mut self.waiting);
        let count = u64::try_from(waiting.len()).expect("memory holds fewer than 2^64");
        let head = Head { size: self.frontier.size(), root: self.frontier.root() };
        self.store.commit(&Commit {
            first: self.frontier.size() - count,
            entries: waiting.iter().map(Vec::as_slice).collect(),
            ids: std::mem::take(&mut self.ids),
            nodes: std::mem::take(&mut self.nodes),
            seal: Seal::Head { head, drops_mark: false },
        })?;
        self.bytes = 0;
        Ok(())
    }

    /// Writes what waits, and the mark that signing has begun if it has. Gives the store to look at.
    pub(super) fn finish(mut self, signed: Option<&Head>) -> Result<(Store, Head), LogFailure> {
        self.commit()?;
        if let Some(signed) = signed {
            self.store.mark_signed(signed)?;
        }
        let head = Head { size: self.frontier.size(), root: self.frontier.root() };
        Ok((self.store, head))
    }
}

/// Makes the log of a ledger's folder anew from a folder of tiles: entries, tree, ids, head, and last-signed. There may be no
/// log in `dir`. A crash leaves no `log/`, or all of it.
///
/// # Errors
/// [`LogCode::Exists`]; [`LogCode::RootMismatch`] and its like if the tiles are not what was signed; the disk.
pub fn restore_log(
    tiles: &Path,
    dir: &Path,
    key: &VerifierKey,
    known: &KnownAct<'_>,
) -> Result<Head, RecoveryFailure> {
    let place = dir.join("log");
    if place.exists() || last_signed::read(dir)?.is_some() {
        return Err(LogFailure::new(LogCode::Exists, dir.display().to_string()).into());
    }
    let keys = KeyChain::read(tiles, key)?;
    let tiles = TileFolder::open(tiles, key)?;
    keys.verify(tiles.note())?;
    let unfinished = dir.join("log.new");
    let mut builder = StoreBuilder::at(&unfinished, known)?;
    for item in tiles.entries() {
        builder.push(item?.1)?;
    }
    let (store, head) = builder.finish(Some(&tiles.head()))?;
    drop(store);
    if head != tiles.head() {
        let detail = format!("重算 {}，已签名 {}", head.root, tiles.head().root);
        return Err(LogFailure::new(LogCode::RootMismatch, detail).into());
    }
    // The note first: a store without it would be begun anew.
    keys.write(dir)?;
    last_signed::write(dir, tiles.note())?;
    acknowledged::replace(dir, &tiles.head())?;
    std::fs::rename(&unfinished, &place).map_err(|error| LogFailure::io("更名", &place, &error))?;
    last_signed::sync_folder(dir)?;
    Ok(head)
}
