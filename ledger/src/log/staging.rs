//! Entries that are too many for one batch (ADR 12): written piece by piece beyond the head, under a mark, and made part
//! of the log all at once when the head moves over them with the last piece. Nothing beyond the head is ever read as log.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{Scope, ScopedJoinHandle};

use super::entry_input::EntryInput;
use super::failure::{LogCode, LogFailure};
use super::reading::Scan;
use super::store::{Commit, Head, Prepared, Seal, Store};
use super::tree::{Frontier, NodeHash, WholeNode, leaf_hash};
use super::writer::{Log, Record, refuse_wrong_length};
use crate::ids::{Root, Seq};

/// The most entries that are written in one batch; what has more is staged.
pub const MAX_BATCH_ENTRIES: usize = 8192;

/// The most bytes of entries that are written in one batch.
pub const MAX_BATCH_BYTES: usize = 8 << 20;

/// What lies, or may lie, beyond the head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// The id of the act that is being staged, or was last.
    pub(super) id: [u8; 32],
    /// The number that its entry has.
    pub(super) first: u64,
    /// How many entries from there on are written: it and its lines.
    pub(super) count: u64,
    /// No entry or node at or beyond this number was ever staged and not yet passed by the head.
    pub(super) reach: u64,
}

impl Mark {
    pub(super) fn encode(&self) -> Vec<u8> {
        let numbers = [self.first, self.count, self.reach].map(u64::to_be_bytes).concat();
        [self.id.as_slice(), &numbers].concat()
    }

    pub(super) fn decode(bytes: &[u8]) -> Option<Mark> {
        let (id, rest) = bytes.split_first_chunk::<32>()?;
        let (first, rest) = rest.split_first_chunk::<8>()?;
        let (count, reach) = rest.split_first_chunk::<8>()?;
        let [first, count, reach] =
            [*first, *count, reach.try_into().ok()?].map(u64::from_be_bytes);
        Some(Mark { id: *id, first, count, reach })
    }
}

/// How much goes into one piece.
#[derive(Clone, Copy, Debug)]
pub(super) struct PieceLimit {
    pub(super) entries: usize,
    pub(super) bytes: usize,
}

impl Default for PieceLimit {
    fn default() -> PieceLimit {
        PieceLimit { entries: MAX_BATCH_ENTRIES, bytes: MAX_BATCH_BYTES }
    }
}

impl Log {
    /// Appends an act and its lines, all or none, with no more than three pieces of them in memory. The lines must have `root`,
    /// which is what was decided upon. When this returns the new head, all of them are on disk.
    ///
    /// A crash on the way leaves the log as it was, and pieces beyond the head that nobody sees. Appending the same again
    /// goes on from them, each compared byte for byte; appending anything else writes over them.
    ///
    /// # Errors
    /// As [`Log::append`]; also [`LogCode::InputChanged`] if the lines do not have that root, and whatever walking them
    /// ends in. After these two the log goes on: nothing was added to it.
    pub fn append_large(
        &mut self,
        expected: &Head,
        act: Record<'_>,
        lines: &dyn EntryInput,
        root: &Root,
    ) -> Result<Head, LogFailure> {
        self.refuse_what_cannot_follow(expected, &[act], true)?;
        // From here on, any way out but two leaves the log poisoned.
        self.poisoned = true;
        let (made, written, mark) = std::thread::scope(|scope| {
            let flushing = Flushing::beside(scope);
            let mut stage = Stage::beyond_head(self, act.id, &flushing);
            let made = stage.take_all(act.bytes, lines, root).and_then(|()| stage.finish());
            let mark = stage.mark;
            (made, flushing.end(), mark)
        });
        // A piece that could not be written is why those after it were not made.
        written?;
        self.mark = mark;
        let made = made.map(|(head, frontier)| {
            self.stands_at(head, frontier);
            head
        });
        // Also where the lines were at fault: what was written of them lies beyond the head.
        self.poisoned = false;
        made
    }

    /// How many entries of an unfinished act lie beyond the head; 0 if there are none. They are no part of the log.
    #[must_use]
    pub fn staged(&self) -> u64 {
        self.mark.filter(|mark| mark.first == self.head.size).map_or(0, |mark| mark.count)
    }

    /// What follows in memory once a commit is on disk.
    pub(super) fn stands_at(&mut self, head: Head, frontier: Frontier) {
        self.mark = self.mark.filter(|mark| mark.reach > head.size);
        self.head = head;
        self.frontier = frontier;
        self.acknowledged.note(&head);
    }
}

/// One act on its way beyond the head.
struct Stage<'a> {
    store: Store,
    limit: PieceLimit,
    flushing: &'a Flushing<'a>,
    id: Option<[u8; 32]>,
    first: u64,
    /// What lies beyond the head once every piece that was made is written.
    mark: Option<Mark>,
    /// The edge before the leaves that wait.
    frontier: Frontier,
    /// The leaf hashes since the last piece.
    leaves: Vec<NodeHash>,
    /// What an earlier try left, as long as it is the same.
    kept: Option<Scan>,
    /// The number of the first entry of the piece.
    at: u64,
    piece: Vec<Cow<'a, [u8]>>,
    bytes: usize,
    /// The nodes made whole since the last piece; those of kept entries too, so that they are written anew.
    nodes: Vec<WholeNode>,
}

impl<'a> Stage<'a> {
    fn beyond_head(log: &Log, id: Option<[u8; 32]>, flushing: &'a Flushing<'a>) -> Stage<'a> {
        let first = log.head.size;
        let kept = Some(log.staged())
            .filter(|count| *count > 0)
            .map(|count| Scan::over(&log.store, first, first.saturating_add(count)));
        Stage {
            store: log.store.clone(),
            limit: log.piece_limit,
            flushing,
            id,
            first,
            mark: log.mark,
            frontier: log.frontier.clone(),
            leaves: Vec::new(),
            kept,
            at: first,
            piece: Vec::new(),
            bytes: 0,
            nodes: Vec::new(),
        }
    }

    /// The number of the entry that comes next.
    fn end(&self) -> u64 {
        self.frontier.size() + self.leaves.len() as u64
    }

    /// The act's own entry and its lines, if these have the root.
    fn take_all(
        &mut self,
        act: &'a [u8],
        lines: &'a dyn EntryInput,
        root: &Root,
    ) -> Result<(), LogFailure> {
        self.take(Cow::Borrowed(act), leaf_hash(act))?;
        let mut known = lines.leaves().map(<[NodeHash]>::iter);
        let is_known = known.is_some();
        let mut covered = Frontier::new();
        for line in lines.walk() {
            let line = line?;
            refuse_wrong_length(&line, self.end())?;
            let leaf = match known.as_mut().and_then(Iterator::next) {
                Some(leaf) => *leaf,
                None => leaf_hash(&line),
            };
            if !is_known {
                covered.push_leaf(leaf, &mut |_| ());
            }
            self.take(line, leaf)?;
        }
        if !is_known && covered.root() != *root {
            let detail = format!("应为 {root}，现为 {}", covered.root());
            return Err(LogFailure::new(LogCode::InputChanged, detail));
        }
        Ok(())
    }

    fn take(&mut self, entry: Cow<'a, [u8]>, leaf: NodeHash) -> Result<(), LogFailure> {
        if self.is_kept(&entry) {
            debug_assert!(self.leaves.is_empty(), "what is kept comes before what is not");
            self.frontier.push_leaf(leaf, &mut |node| self.nodes.push(node));
            self.at += 1;
            return Ok(());
        }
        self.leaves.push(leaf);
        self.bytes += entry.len();
        self.piece.push(entry);
        if self.piece.len() >= self.limit.entries || self.bytes >= self.limit.bytes {
            let nodes = self.grown();
            let end = self.frontier.size();
            let reach = self.mark.map_or(end, |mark| mark.reach.max(end));
            let (id, first) = (self.id.unwrap_or_default(), self.first);
            let mark = Mark { id, first, count: end - first, reach };
            self.mark = Some(mark);
            self.put(nodes, Vec::new(), Seal::Staged(mark))?;
        }
        Ok(())
    }

    /// True if an earlier try left just this entry here. From the first difference on, everything is written anew.
    fn is_kept(&mut self, entry: &[u8]) -> bool {
        let Some(kept) = &mut self.kept else { return false };
        let same = matches!(kept.next(), Some(Ok((_, stored))) if stored == entry);
        if !same {
            self.kept = None;
        }
        same
    }

    /// Moves the edge over the leaves that wait, and gives the nodes made whole since the last piece.
    fn grown(&mut self) -> Vec<WholeNode> {
        self.frontier.push_leaves(&self.leaves, &mut |node| self.nodes.push(node));
        self.leaves.clear();
        std::mem::take(&mut self.nodes)
    }

    /// The last piece, with the id and the head. Before its flush there is nothing, after it everything.
    fn finish(&mut self) -> Result<(Head, Frontier), LogFailure> {
        let nodes = self.grown();
        let head = Head { size: self.frontier.size(), root: self.frontier.root() };
        let ids = self.id.map(|id| (id, Seq(self.first))).into_iter().collect();
        self.put(nodes, ids, seal(self.mark, head))?;
        Ok((head, self.frontier.clone()))
    }

    /// Has the piece written. A crash before its flush loses it, after it keeps it: the head moves with the last one only,
    /// and the mark says what may lie beyond.
    fn put(
        &mut self,
        nodes: Vec<WholeNode>,
        ids: Vec<([u8; 32], Seq)>,
        seal: Seal,
    ) -> Result<(), LogFailure> {
        let entries = self.piece.iter().map(AsRef::as_ref).collect();
        let commit = Commit { first: self.at, entries, ids, nodes, seal };
        let prepared = self.store.prepare(&commit);
        self.at = self.frontier.size();
        self.piece.clear();
        self.bytes = 0;
        self.flushing.put(prepared)
    }
}

/// How pieces go to disk, in their order.
enum Flushing<'scope> {
    /// On a thread of its own, while the next one is made.
    Beside {
        pieces: SyncSender<Prepared>,
        thread: ScopedJoinHandle<'scope, Result<(), LogFailure>>,
    },
    /// At once, where the system gives no thread; with what the first one failed of.
    Here(OnceCell<LogFailure>),
}

impl<'scope> Flushing<'scope> {
    fn beside(scope: &'scope Scope<'scope, '_>) -> Flushing<'scope> {
        let (pieces, made) = sync_channel::<Prepared>(0);
        let work = move || made.into_iter().try_for_each(Prepared::commit);
        let thread = std::thread::Builder::new().name("pieces".to_owned());
        match thread.spawn_scoped(scope, work) {
            Ok(thread) => Flushing::Beside { pieces, thread },
            Err(_) => Flushing::Here(OnceCell::new()),
        }
    }

    /// Waits until the pieces before are written. Fails if one was not, which [`Flushing::end`] tells.
    fn put(&self, piece: Prepared) -> Result<(), LogFailure> {
        let is_taken = match self {
            Flushing::Beside { pieces, .. } => pieces.send(piece).is_ok(),
            Flushing::Here(failed) => match piece.commit() {
                Ok(()) => true,
                Err(why) => {
                    failed.get_or_init(|| why);
                    false
                }
            },
        };
        let not_written = || LogFailure::new(LogCode::Poisoned, "前面的分段没有写成");
        is_taken.then_some(()).ok_or_else(not_written)
    }

    /// Waits until all pieces are written.
    fn end(self) -> Result<(), LogFailure> {
        match self {
            Flushing::Beside { pieces, thread } => {
                drop(pieces);
                thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            }
            Flushing::Here(failed) => failed.into_inner().map_or(Ok(()), Err),
        }
    }
}

/// How a commit up to `head` ends: the mark goes with the last leftover that the head passes.
pub(super) fn seal(mark: Option<Mark>, head: Head) -> Seal {
    Seal::Head { head, drops_mark: mark.is_some_and(|mark| mark.reach <= head.size) }
}

#[cfg(test)]
mod tests;
