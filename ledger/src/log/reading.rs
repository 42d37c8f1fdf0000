//! Reading the log: one entry, a stretch of entries, any past root, and proofs.

use fjall::UserValue;

use super::failure::LogFailure;
use super::note::SignedNote;
use super::proof::{consistency_proof, inclusion_proof};
use super::store::{Head, Store, read_pair};
use super::tree::{NodeHash, WholeNode, edge, leaves_of_level};
use super::writer::Log;
use crate::ids::{Root, Seq};

/// One step of reading entries in order: the next entry, or why there is none.
pub type ReadEntry = Result<(Seq, Vec<u8>), LogFailure>;

/// Entries in order, from wherever they are kept: an open log or a folder of tiles.
/// What reads a ledger to judge it takes this, so that both are judged by the same code.
pub trait EntrySource: Sync {
    /// How many entries there are. Of a log this may be more than its checkpoint covers.
    fn size(&self) -> u64;

    /// The newest checkpoint, whose signature was verified when the source was opened.
    fn newest_checkpoint(&self) -> Option<&SignedNote>;

    /// Every entry in order from 0. The first failure is the last item.
    fn entries(&self) -> Box<dyn Iterator<Item = ReadEntry> + '_>;

    /// The entries from `from` to `to` (without `to`), for those who read several stretches at once.
    fn range(&self, from: Seq, to: Seq) -> Box<dyn Iterator<Item = ReadEntry> + '_> {
        let place = |seq: Seq| usize::try_from(seq.0).unwrap_or(usize::MAX);
        Box::new(self.entries().skip(place(from)).take(place(to) - place(from)))
    }

    /// Shows the entries from `from` to `to` (without `to`) in order, each as it lies in memory, up to the first failure.
    ///
    /// # Errors
    /// An entry is missing or cannot be read.
    fn show(&self, from: Seq, to: Seq, see: &mut dyn FnMut(&[u8])) -> Result<(), LogFailure> {
        self.range(from, to).try_for_each(|entry| entry.map(|(_, bytes)| see(&bytes)))
    }

    /// Compares the leaf hashes of a tile, whole or the last one, with those that the source keeps, if it keeps any.
    ///
    /// # Errors
    /// They differ or cannot be read.
    fn compare_tile(&self, index: u64, leaves: &[NodeHash]) -> Result<(), LogFailure> {
        let _ = (index, leaves);
        Ok(())
    }

    /// Compares the hash of a whole subtree with the one that the source keeps, if it keeps any.
    ///
    /// # Errors
    /// It differs, is missing or cannot be read.
    fn compare_node(&self, node: WholeNode) -> Result<(), LogFailure> {
        let _ = node;
        Ok(())
    }

    /// As [`EntrySource::compare_node`], for neighbours of level 1 from the `first`th.
    ///
    /// # Errors
    /// As there.
    fn compare_nodes(&self, first: u64, hashes: &[NodeHash]) -> Result<(), LogFailure> {
        let nodes = (first..).zip(hashes);
        let mut nodes = nodes.map(|(index, hash)| WholeNode { level: 1, index, hash: *hash });
        nodes.try_for_each(|node| self.compare_node(node))
    }

    /// Reads everything in order and compares it with itself: the tree, what is kept of it, the newest checkpoint.
    ///
    /// # Errors
    /// The first thing that is damaged.
    fn full_read(&self) -> Result<Head, LogFailure>;

    /// Looks for what is there besides: nodes and ids that no entry asks for.
    ///
    /// # Errors
    /// Something is, or the source cannot be read.
    fn compare_rest(&self) -> Result<(), LogFailure> {
        Ok(())
    }
}

impl Log {
    /// The entry that was appended under this id.
    ///
    /// # Errors
    /// If the log is poisoned or cannot be read.
    pub fn find(&self, id: &[u8; 32]) -> Result<Option<Seq>, LogFailure> {
        self.refuse_poisoned()?;
        Ok(self.store.number_of(id)?.map(Seq))
    }

    /// The bytes of one entry; `None` at and beyond the head.
    ///
    /// # Errors
    /// If the log is poisoned or cannot be read, or the entry is missing though the head covers it.
    pub fn get(&self, seq: Seq) -> Result<Option<Vec<u8>>, LogFailure> {
        self.refuse_poisoned()?;
        if seq.0 >= self.head.size {
            return Ok(None);
        }
        self.store.entry(seq.0)?.map(Some).ok_or_else(|| LogFailure::missing(seq.0))
    }

    /// The entries from `from` to `to` (without `to`), as of now. An entry that is not there, be it
    /// within or beyond the head, is a failure and the last item: nothing is ever passed over.
    #[must_use]
    pub fn scan(&self, from: Seq, to: Seq) -> Scan {
        match self.refuse_poisoned() {
            Ok(()) => Scan::within(&self.store, from.0, to.0, self.head.size),
            Err(failure) => Scan { state: State::Refused(failure) },
        }
    }

    /// The root over the first `size` entries, for any size up to the head's.
    ///
    /// # Errors
    /// If the log is poisoned, cannot be read, or has fewer entries.
    pub fn root_at(&self, size: u64) -> Result<Root, LogFailure> {
        self.refuse_poisoned()?;
        self.refuse_beyond_head(size)?;
        Ok(edge(&self.store, size)?.root())
    }

    /// The proof that entry `seq` is in the tree of the first `size` entries; `None` if it is not.
    ///
    /// # Errors
    /// As [`Log::root_at`].
    pub fn inclusion_proof(
        &self,
        seq: Seq,
        size: u64,
    ) -> Result<Option<Vec<NodeHash>>, LogFailure> {
        self.refuse_poisoned()?;
        self.refuse_beyond_head(size)?;
        inclusion_proof(&self.store, seq.0, size)
    }

    /// The proof that the first `new` entries begin with the first `old`; `None` if `old` is above `new`.
    ///
    /// # Errors
    /// As [`Log::root_at`].
    pub fn consistency_proof(
        &self,
        old: u64,
        new: u64,
    ) -> Result<Option<Vec<NodeHash>>, LogFailure> {
        self.refuse_poisoned()?;
        self.refuse_beyond_head(new)?;
        consistency_proof(&self.store, old, new)
    }

    /// True if the store's own counts say that every entry is there and nothing else. A damaged store can have lost a file
    /// with entries from the middle of the log, and only this or a reading of everything shows it.
    pub(crate) fn is_complete(&self) -> bool {
        self.mark.is_none() && self.store.counted() == self.head.size
    }

    fn refuse_beyond_head(&self, size: u64) -> Result<(), LogFailure> {
        if size > self.head.size { Err(LogFailure::missing(self.head.size)) } else { Ok(()) }
    }
}

impl EntrySource for Log {
    fn size(&self) -> u64 {
        self.head.size
    }

    fn newest_checkpoint(&self) -> Option<&SignedNote> {
        Log::newest_checkpoint(self)
    }

    fn entries(&self) -> Box<dyn Iterator<Item = ReadEntry> + '_> {
        Box::new(self.scan(Seq(0), Seq(self.head.size)))
    }

    fn range(&self, from: Seq, to: Seq) -> Box<dyn Iterator<Item = ReadEntry> + '_> {
        Box::new(self.scan(from, to))
    }

    fn show(&self, from: Seq, to: Seq, see: &mut dyn FnMut(&[u8])) -> Result<(), LogFailure> {
        let mut scan = self.scan(from, to);
        while let Some(entry) = scan.step() {
            see(&entry?.1);
        }
        Ok(())
    }

    fn compare_node(&self, node: WholeNode) -> Result<(), LogFailure> {
        Log::compare_node(self, node)
    }

    fn compare_nodes(&self, first: u64, hashes: &[NodeHash]) -> Result<(), LogFailure> {
        if self.store.keeps_nodes(first, hashes)? {
            return Ok(());
        }
        // One by one, to say which.
        let nodes = (first..).zip(hashes);
        let mut nodes = nodes.map(|(index, hash)| WholeNode { level: 1, index, hash: *hash });
        nodes.try_for_each(|node| Log::compare_node(self, node))
    }

    fn full_read(&self) -> Result<Head, LogFailure> {
        Log::full_read(self).map(|read| read.head)
    }

    fn compare_rest(&self) -> Result<(), LogFailure> {
        let nodes = (1..=u8::MAX).map_while(leaves_of_level).map(|leaves| self.head.size / leaves);
        self.count_nodes(nodes.sum())?;
        self.compare_ids().map(drop)
    }
}

/// A stretch of entries being read. It keeps the view of the moment it was made, and counts along.
pub struct Scan {
    state: State,
}

enum State {
    Reading { iter: fjall::Iter, next: u64, end: u64, asked: u64 },
    Refused(LogFailure),
    Done,
}

impl Scan {
    pub(super) fn over(store: &Store, from: u64, to: u64) -> Scan {
        Scan::within(store, from, to, to)
    }

    /// What lies beyond the head may be staged, and is as good as missing.
    fn within(store: &Store, from: u64, to: u64, head: u64) -> Scan {
        let end = to.min(head);
        // fjall's range panics where the end comes before the start.
        let state = if from < end {
            State::Reading { iter: store.range(from, end), next: from, end, asked: to }
        } else if from < to {
            State::Refused(LogFailure::missing(from))
        } else {
            State::Done
        };
        Scan { state }
    }

    /// The next entry, in the store's own memory.
    fn step(&mut self) -> Option<Result<(Seq, UserValue), LogFailure>> {
        let State::Reading { iter, next, end, asked } = &mut self.state else {
            return match std::mem::replace(&mut self.state, State::Done) {
                State::Refused(failure) => Some(Err(failure)),
                State::Reading { .. } | State::Done => None,
            };
        };
        if next == end {
            let short = (*end < *asked).then(|| Err(LogFailure::missing(*end)));
            self.state = State::Done;
            return short;
        }
        let number = *next;
        let item = match iter.next().map(read_pair) {
            Some(Ok((found, bytes))) if found == number => Ok((Seq(number), bytes)),
            Some(Err(failure)) => Err(failure),
            Some(Ok(_)) | None => Err(LogFailure::missing(number)),
        };
        match item {
            Ok(_) => *next += 1,
            Err(_) => self.state = State::Done,
        }
        Some(item)
    }
}

impl Iterator for Scan {
    type Item = ReadEntry;

    fn next(&mut self) -> Option<Self::Item> {
        let item = self.step()?;
        Some(item.map(|(seq, bytes)| (seq, bytes.to_vec())))
    }
}
