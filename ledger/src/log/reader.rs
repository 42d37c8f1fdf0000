//! Reading a log while its writer goes on: only what the newest published checkpoint covers.
//! Those who serve, copy, witness or back up a log hold one of these; none of them can write.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use super::failure::{LogCode, LogFailure};
use super::key_chain::KeyChain;
use super::note::SignedNote;
use super::note_key::VerifierKey;
use super::proof::{consistency_proof, inclusion_proof};
use super::reading::{EntrySource, ReadEntry, Scan};
use super::store::{Head, Store};
use super::tree::{Frontier, NodeHash, Subtrees as _, edge, leaf_hash, leaves_of_level};
use super::writer::{Log, Signed};
use crate::ids::{Root, Seq};

/// A view of an open log for other threads. Clones see the same log, and see it grow with every checkpoint.
#[derive(Clone)]
pub struct LogReader {
    dir: PathBuf,
    key: VerifierKey,
    store: Store,
    published: Arc<RwLock<Option<Signed>>>,
}

impl Log {
    /// A reader of this log. It stays good while the log is open.
    #[must_use]
    pub fn reader(&self) -> LogReader {
        LogReader {
            dir: self.dir.clone(),
            key: self.key.clone(),
            store: self.store.clone(),
            published: Arc::clone(&self.published),
        }
    }
}

impl LogReader {
    /// The ledger's folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The keys of this log so far, as they stand on disk.
    ///
    /// # Errors
    /// As [`KeyChain::read`].
    pub fn keys(&self) -> Result<KeyChain, LogFailure> {
        KeyChain::read(&self.dir, &self.key)
    }

    /// The key that founded this log; its name is the ledger's origin.
    #[must_use]
    pub fn key(&self) -> &VerifierKey {
        &self.key
    }

    /// The newest checkpoint that is on disk: the note, and the size and root it states.
    #[must_use]
    pub fn newest(&self) -> Option<(SignedNote, Head)> {
        let published = self.published.read().unwrap_or_else(PoisonError::into_inner);
        published.as_ref().map(|signed| (signed.note.clone(), signed.head))
    }

    /// How many entries the newest checkpoint covers; 0 before the first.
    #[must_use]
    pub fn size(&self) -> u64 {
        let published = self.published.read().unwrap_or_else(PoisonError::into_inner);
        published.as_ref().map_or(0, |signed| signed.head.size)
    }

    /// The bytes of one entry; `None` at and beyond the newest checkpoint's size.
    ///
    /// # Errors
    /// If the entry is missing or cannot be read.
    pub fn get(&self, seq: Seq) -> Result<Option<Vec<u8>>, LogFailure> {
        if seq.0 >= self.size() {
            return Ok(None);
        }
        self.store.entry(seq.0)?.map(Some).ok_or_else(|| LogFailure::missing(seq.0))
    }

    /// The entry that was appended under this id, if the newest checkpoint covers it.
    ///
    /// # Errors
    /// If the log cannot be read.
    pub fn find(&self, id: &[u8; 32]) -> Result<Option<Seq>, LogFailure> {
        let size = self.size();
        Ok(self.store.number_of(id)?.filter(|seq| *seq < size).map(Seq))
    }

    /// The entries from `from` to `to` (without `to`). What is not covered yet is a failure, like what is missing.
    ///
    /// # Errors
    /// [`LogCode::Gap`] if `to` lies beyond the newest checkpoint.
    pub fn scan(&self, from: Seq, to: Seq) -> Result<Scan, LogFailure> {
        self.refuse_beyond(to.0)?;
        Ok(Scan::over(&self.store, from.0, to.0))
    }

    /// The hash of the `index`th whole subtree of 256^`level` entries; level 0 are the leaves.
    ///
    /// # Errors
    /// [`LogCode::Gap`] if it is not whole within the newest checkpoint; or if it cannot be read.
    pub fn node(&self, level: u8, index: u64) -> Result<NodeHash, LogFailure> {
        let end =
            leaves_of_level(level).and_then(|leaves| index.checked_add(1)?.checked_mul(leaves));
        self.refuse_beyond(end.unwrap_or(u64::MAX))?;
        self.store.node(level, index)
    }

    /// The root over the first `size` entries.
    ///
    /// # Errors
    /// If the newest checkpoint covers fewer, or the log cannot be read.
    pub fn root_at(&self, size: u64) -> Result<Root, LogFailure> {
        self.refuse_beyond(size)?;
        Ok(edge(&self.store, size)?.root())
    }

    /// The proof that entry `seq` is in the tree of the first `size` entries; `None` if it is not.
    ///
    /// # Errors
    /// As [`LogReader::root_at`].
    pub fn inclusion_proof(
        &self,
        seq: Seq,
        size: u64,
    ) -> Result<Option<Vec<NodeHash>>, LogFailure> {
        self.refuse_beyond(size)?;
        inclusion_proof(&self.store, seq.0, size)
    }

    /// The proof that the first `new` entries begin with the first `old`; `None` if `old` is above `new`.
    ///
    /// # Errors
    /// As [`LogReader::root_at`].
    pub fn consistency_proof(
        &self,
        old: u64,
        new: u64,
    ) -> Result<Option<Vec<NodeHash>>, LogFailure> {
        self.refuse_beyond(new)?;
        consistency_proof(&self.store, old, new)
    }

    /// The log as the newest checkpoint covers it, to fold from. Stays what it is while the log grows.
    #[must_use]
    pub fn covered(&self) -> Covered {
        let nothing = Head { root: Frontier::new().root(), size: 0 };
        let (note, head) = self.newest().map_or((None, nothing), |(note, head)| (Some(note), head));
        Covered { store: self.store.clone(), note, head }
    }

    /// The store, for those of this module who read what may be damaged.
    pub(super) fn store(&self) -> &Store {
        &self.store
    }

    fn refuse_beyond(&self, size: u64) -> Result<(), LogFailure> {
        let covered = self.size();
        if size <= covered {
            return Ok(());
        }
        let detail = format!("存证头覆盖 {covered} 条，请求到 {size} 条");
        Err(LogFailure::at(LogCode::Gap, covered, detail))
    }
}

/// A log up to one of its checkpoints.
pub struct Covered {
    store: Store,
    note: Option<SignedNote>,
    head: Head,
}

impl EntrySource for Covered {
    fn size(&self) -> u64 {
        self.head.size
    }

    fn newest_checkpoint(&self) -> Option<&SignedNote> {
        self.note.as_ref()
    }

    fn entries(&self) -> Box<dyn Iterator<Item = ReadEntry> + '_> {
        self.range(Seq(0), Seq(self.head.size))
    }

    fn range(&self, from: Seq, to: Seq) -> Box<dyn Iterator<Item = ReadEntry> + '_> {
        Box::new(Scan::over(&self.store, from.0, to.0.min(self.head.size)))
    }

    fn full_read(&self) -> Result<Head, LogFailure> {
        let mut frontier = Frontier::new();
        for entry in self.entries() {
            frontier.push_leaf(leaf_hash(&entry?.1), &mut |_| ());
        }
        if frontier.root() != self.head.root {
            let detail = format!("重算 {}，已签名 {}", frontier.root(), self.head.root);
            return Err(LogFailure::new(LogCode::RootMismatch, detail));
        }
        Ok(self.head)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{EntrySource as _, Log, LogCode, NoteSigner, Record};
    use crate::ids::Seq;

    #[test]
    fn a_reader_sees_what_is_checkpointed_and_nothing_that_is_only_sequenced() {
        let dir = tempfile::tempdir().unwrap();
        let signer = NoteSigner::new("doudi.example/ledger", &[7; 32]).unwrap();
        let mut log = Log::open(dir.path(), signer.verifier()).unwrap();
        let reader = log.reader();
        assert!(reader.newest().is_none());
        log.append(&log.head(), &[Record { bytes: b"{}", id: None }]).unwrap();
        assert_eq!((reader.size(), reader.get(Seq(0)).unwrap()), (0, None));
        assert_eq!(reader.root_at(1).unwrap_err().code(), LogCode::Gap);
        let note = log.checkpoint(&signer).unwrap();
        let (published, head) = reader.newest().unwrap();
        assert_eq!((published, head), (note, log.head()));
        assert_eq!(reader.get(Seq(0)).unwrap().unwrap(), b"{}");
        assert_eq!(reader.root_at(1).unwrap(), head.root);
        assert_eq!(reader.scan(Seq(0), Seq(1)).unwrap().count(), 1);
        let covered = reader.covered();
        log.append(&log.head(), &[Record { bytes: b"[]", id: None }]).unwrap();
        assert_eq!((covered.size(), covered.entries().count()), (1, 1), "it stays what it is");
    }
}
