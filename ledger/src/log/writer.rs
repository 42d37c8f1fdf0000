//! The open log and its two commit points: append and checkpoint. The order of their lines is the design.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use super::acknowledged::Acknowledged;
use super::checkpoint;
use super::failure::{LogCode, LogFailure};
use super::key_chain::KeyChain;
use super::last_signed;
use super::note::SignedNote;
use super::note_key::{NoteSigner, VerifierKey};
use super::staging::{Mark, PieceLimit, seal};
use super::store::{Commit, Head, MAX_ENTRY_BYTES, Store};
use super::tree::{Frontier, NodeHash, leaf_hash};
use crate::ids::Seq;

/// One entry to append: its bytes, and the id to find it by if it has one (an act's id; lines have none).
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// The entry: 1 to 65,535 bytes, kept exactly as they are.
    pub bytes: &'a [u8],
    /// The id under which [`Log::find`] gives the entry's number; unique in the log.
    pub id: Option<[u8; 32]>,
}

/// An open log. It has one owner, and only the owner writes.
pub struct Log {
    pub(super) dir: PathBuf,
    /// The founding key; its name is the ledger's origin.
    pub(super) key: VerifierKey,
    /// That key and those it was handed over to.
    pub(super) keys: KeyChain,
    pub(super) store: Store,
    pub(super) head: Head,
    pub(super) frontier: Frontier,
    pub(super) signed: Option<Signed>,
    /// The same for those who read meanwhile ([`super::LogReader`]): set once last-signed is on disk.
    pub(super) published: Arc<RwLock<Option<Signed>>>,
    pub(super) purpose: Purpose,
    /// How far callers were answered.
    pub(super) acknowledged: Acknowledged,
    /// What may lie beyond the head ([`super::staging`]).
    pub(super) mark: Option<Mark>,
    pub(super) piece_limit: PieceLimit,
    pub(super) poisoned: bool,
}

/// The newest checkpoint that was signed: the note and what it says.
#[derive(Clone)]
pub(super) struct Signed {
    pub(super) note: SignedNote,
    pub(super) head: Head,
}

/// What a log was opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Read,
    Write,
}

impl Log {
    /// The ledger's folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Size and root over everything that was acknowledged.
    #[must_use]
    pub fn head(&self) -> Head {
        self.head
    }

    /// The newest checkpoint that was signed, as it stands in last-signed.
    #[must_use]
    pub fn newest_checkpoint(&self) -> Option<&SignedNote> {
        self.signed.as_ref().map(|signed| &signed.note)
    }

    /// The key that checks this log's checkpoints; its name is the ledger's origin.
    #[must_use]
    pub fn key(&self) -> &VerifierKey {
        &self.key
    }

    /// Appends all the records or none, if the log still stands at `expected`. When this returns the
    /// new head, the records are on disk.
    ///
    /// # Errors
    /// [`LogCode::Moved`], [`LogCode::EntryEmpty`], [`LogCode::EntryTooLarge`], [`LogCode::IdRepeated`]
    /// (with the entry that has the id, if it is in the log) if the records are refused: nothing was
    /// written. [`LogCode::Poisoned`] or [`LogCode::ReadOnly`] if nothing can be written. Any other
    /// failure leaves the log poisoned: open it again to learn whether the records are in it.
    pub fn append(&mut self, expected: &Head, records: &[Record<'_>]) -> Result<Head, LogFailure> {
        self.refuse_what_cannot_follow(expected, records, true)?;
        let leaves: Vec<_> = records.iter().map(|record| leaf_hash(record.bytes)).collect();
        self.write(records, &leaves)
    }

    /// As [`Log::append`] for records whose ids the caller knows to be new and whose leaf hashes it knows: nothing is looked
    /// up or hashed. Who calls this answers for it: a full read finds an id that was given twice by its missing twin, and
    /// the checkpoint that covers the records hashes them anew as they are kept.
    ///
    /// # Panics
    /// If there are not as many hashes as records.
    ///
    /// # Errors
    /// As [`Log::append`], without [`LogCode::IdRepeated`].
    pub fn append_new(
        &mut self,
        expected: &Head,
        records: &[Record<'_>],
        leaves: &[NodeHash],
    ) -> Result<Head, LogFailure> {
        assert_eq!(records.len(), leaves.len(), "each record has its leaf");
        self.refuse_what_cannot_follow(expected, records, false)?;
        self.write(records, leaves)
    }

    fn write(&mut self, records: &[Record<'_>], leaves: &[NodeHash]) -> Result<Head, LogFailure> {
        if records.is_empty() {
            return Ok(self.head);
        }
        // From here to the last line, any way out leaves the log poisoned.
        self.poisoned = true;
        let (commit, head, frontier) = self.plan(records, leaves);
        // A crash before the flush inside ends loses the whole batch, and nobody was promised it;
        // a crash after it keeps the whole batch.
        self.store.commit(&commit)?;
        // After a failed flush the page cache can no longer be trusted, so only a commit that got
        // this far lifts the poison.
        self.stands_at(head, frontier);
        self.poisoned = false;
        Ok(self.head)
    }

    /// Signs a checkpoint over everything in the log and keeps it in last-signed; the same size as
    /// the last one gives the last one again. Before signing, the entries since the last checkpoint
    /// are read back from the store and hashed anew: what is signed is what is kept, not what memory says.
    ///
    /// # Errors
    /// [`LogCode::WrongSigner`] if the signer is not the one the trust file names; [`LogCode::Poisoned`]
    /// or [`LogCode::ReadOnly`]. Any other failure means that store and memory disagree or that the
    /// note could not be kept; no checkpoint is published and the log is poisoned.
    pub fn checkpoint(&mut self, signer: &NoteSigner) -> Result<SignedNote, LogFailure> {
        self.refuse_unwritable()?;
        if let Some(strange) = signer.verifiers().find(|key| !self.keys.keys().contains(key)) {
            let detail = format!("私钥对应 {strange}，应为 {}", self.key);
            return Err(LogFailure::new(LogCode::WrongSigner, detail));
        }
        if let Some(signed) = &self.signed
            && signed.head == self.head
        {
            return Ok(signed.note.clone());
        }
        self.poisoned = true;
        self.prove_stored_head()?;
        // A signer that fails wrote nothing: the log goes on, and the checkpoint can be tried again.
        let made = checkpoint::signed(&self.head, signer);
        self.poisoned = made.is_ok();
        let note = made?;
        // A signature that a fault in memory spoiled would lock the ledger at the next start.
        let keys: Vec<_> = signer.verifiers().cloned().collect();
        let head = note.verify_all(&keys)?.head();
        // A crash before this line leaves the note before; after it, the new one. Neither was
        // published, and both fit the store. The mark follows the note: a crash between them leaves a
        // note without mark, which the next start mends; the other order would leave a mark without note.
        last_signed::write(&self.dir, &note)?;
        if self.signed.is_none() {
            self.store.mark_signed(&head)?;
        }
        self.signed = Some(Signed { note: note.clone(), head });
        self.published.write().unwrap_or_else(PoisonError::into_inner).clone_from(&self.signed);
        self.poisoned = false;
        Ok(note)
    }

    /// Refuses everything once a write has failed.
    pub(crate) fn refuse_poisoned(&self) -> Result<(), LogFailure> {
        if self.poisoned {
            let detail = format!("最后确认入账 {} 条", self.head.size);
            return Err(LogFailure::new(LogCode::Poisoned, detail));
        }
        Ok(())
    }

    /// Nothing more is read or written from here on: what was decided upon this log no longer follows from it.
    pub(crate) fn poison(&mut self) {
        self.poisoned = true;
    }

    /// Refuses records that cannot come next. Only a failure to read poisons; a refusal leaves everything as it was.
    pub(super) fn refuse_what_cannot_follow(
        &mut self,
        expected: &Head,
        records: &[Record<'_>],
        looks_up_ids: bool,
    ) -> Result<(), LogFailure> {
        self.refuse_unwritable()?;
        if *expected != self.head {
            let detail = format!("提交所据为 {} 条，现为 {} 条", expected.size, self.head.size);
            return Err(LogFailure::new(LogCode::Moved, detail));
        }
        for (place, record) in (0..).zip(records) {
            refuse_wrong_length(record.bytes, self.head.size + place)?;
        }
        if looks_up_ids {
            self.poisoned = true;
            let repeated = self.repeated_id(records)?;
            self.poisoned = false;
            return repeated.map_or(Ok(()), Err);
        }
        Ok(())
    }

    fn refuse_unwritable(&self) -> Result<(), LogFailure> {
        self.refuse_poisoned()?;
        if self.purpose == Purpose::Read {
            return Err(LogFailure::new(LogCode::ReadOnly, self.dir.display().to_string()));
        }
        Ok(())
    }

    fn repeated_id(&self, records: &[Record<'_>]) -> Result<Option<LogFailure>, LogFailure> {
        let mut seen = BTreeSet::new();
        for id in records.iter().filter_map(|record| record.id) {
            if let Some(number) = self.store.number_of(&id)? {
                let detail = format!("{} 已是第 {number} 条", hex::encode(id));
                return Ok(Some(LogFailure::at(LogCode::IdRepeated, number, detail)));
            }
            if !seen.insert(id) {
                let detail = format!("{} 在同一批中出现两次", hex::encode(id));
                return Ok(Some(LogFailure::new(LogCode::IdRepeated, detail)));
            }
        }
        Ok(None)
    }

    fn plan<'a>(
        &self,
        records: &[Record<'a>],
        leaves: &[NodeHash],
    ) -> (Commit<'a>, Head, Frontier) {
        let mut frontier = self.frontier.clone();
        let (mut nodes, mut ids) = (Vec::new(), Vec::new());
        for (record, number) in records.iter().zip(self.head.size..) {
            ids.extend(record.id.map(|id| (id, Seq(number))));
        }
        frontier.push_leaves(leaves, &mut |node| nodes.push(node));
        let head = Head { size: frontier.size(), root: frontier.root() };
        let entries = records.iter().map(|record| record.bytes).collect();
        let seal = seal(self.mark, head);
        (Commit { first: self.head.size, entries, ids, nodes, seal }, head, frontier)
    }
}

/// Refuses an entry that cannot stand at `number`, or anywhere.
pub(super) fn refuse_wrong_length(bytes: &[u8], number: u64) -> Result<(), LogFailure> {
    let length = bytes.len();
    if length == 0 {
        return Err(LogFailure::new(LogCode::EntryEmpty, format!("将为第 {number} 条")));
    }
    if length > MAX_ENTRY_BYTES {
        let detail = format!("将为第 {number} 条，{length} 字节");
        return Err(LogFailure::new(LogCode::EntryTooLarge, detail));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::store::Seal;
    use super::{Commit, Log, LogCode, NoteSigner, Record};
    use crate::ids::{Root, Seq};

    #[test]
    fn a_poisoned_log_refuses_everything_with_words() {
        let dir = tempfile::tempdir().unwrap();
        let signer = NoteSigner::new("doudi.example/ledger", &[7; 32]).unwrap();
        let mut log = Log::open(dir.path(), signer.verifier()).unwrap();
        let record = Record { bytes: b"{}", id: None };
        let head = log.append(&log.head(), &[record]).unwrap();
        log.poisoned = true;
        let poisoned = |code: Option<LogCode>| assert_eq!(code, Some(LogCode::Poisoned));
        poisoned(log.append(&head, &[record]).err().map(|failure| failure.code()));
        poisoned(log.checkpoint(&signer).err().map(|failure| failure.code()));
        poisoned(log.find(&[0; 32]).err().map(|failure| failure.code()));
        poisoned(log.get(Seq(0)).err().map(|failure| failure.code()));
        poisoned(log.root_at(1).err().map(|failure| failure.code()));
        poisoned(log.scan(Seq(0), Seq(1)).next().unwrap().err().map(|failure| failure.code()));
        poisoned(log.full_read().err().map(|failure| failure.code()));
    }

    #[test]
    fn what_memory_and_store_see_differently_is_not_signed() {
        let dir = tempfile::tempdir().unwrap();
        let signer = NoteSigner::new("doudi.example/ledger", &[7; 32]).unwrap();
        let mut log = Log::open(dir.path(), signer.verifier()).unwrap();
        log.append(&log.head(), &[Record { bytes: b"{}", id: None }]).unwrap();
        log.head.root = Root([1; 32]);
        assert_eq!(log.checkpoint(&signer).unwrap_err().code(), LogCode::EdgeMismatch);
        assert!(!dir.path().join("last-signed").exists());
        assert_eq!(log.checkpoint(&signer).unwrap_err().code(), LogCode::Poisoned);
    }

    #[test]
    fn one_flipped_bit_of_an_entry_since_the_last_checkpoint_is_never_signed() {
        let signer = NoteSigner::new("doudi.example/ledger", &[7; 32]).unwrap();
        // The first and the last entry not signed yet, and both sides of a whole subtree's end.
        for (number, bit) in [(10, 0), (255, 3), (256, 7), (299, 5)] {
            let dir = tempfile::tempdir().unwrap();
            let mut log = Log::open(dir.path(), signer.verifier()).unwrap();
            let entries: Vec<_> = (0..300).map(|n| format!("entry {n}").into_bytes()).collect();
            let records = entries.iter().map(|bytes| Record { bytes, id: None });
            let records: Vec<_> = records.collect();
            log.append(&log.head(), &records[..10]).unwrap();
            log.checkpoint(&signer).unwrap();
            let head = log.append(&log.head(), &records[10..]).unwrap();
            let before = std::fs::read(dir.path().join("last-signed")).unwrap();
            let mut flipped = entries[number].clone();
            flipped[3] ^= 1 << bit;
            // Another handle of the same store writes behind the log's back.
            let first = number as u64;
            let (ids, nodes, entries) = (vec![], vec![], vec![flipped.as_slice()]);
            let seal = Seal::Head { head, drops_mark: false };
            log.store.clone().commit(&Commit { first, entries, ids, nodes, seal }).unwrap();
            let expected = if number < 256 { LogCode::EntryCorrupt } else { LogCode::EdgeMismatch };
            assert_eq!(log.checkpoint(&signer).unwrap_err().code(), expected, "{number}");
            assert_eq!(std::fs::read(dir.path().join("last-signed")).unwrap(), before);
            assert_eq!(log.checkpoint(&signer).unwrap_err().code(), LogCode::Poisoned);
            drop(log);
            // At the edge it is found at the next opening too; elsewhere it may open, but is not signed.
            let again = Log::open(dir.path(), signer.verifier());
            let again = again.and_then(|mut log| log.checkpoint(&signer).map(drop));
            assert_eq!(again.unwrap_err().code(), expected, "{number}");
        }
    }
}
