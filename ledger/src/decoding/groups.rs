//! Chunks put together again as a log means them: an act, and the lines behind it.

use std::sync::Arc;
use std::vec::IntoIter;

use super::{Chunk, Item, ReadAct, ReadLine, Run};
use crate::canonical::NotCanonical;
use crate::ids::Seq;
use crate::log::{LogFailure, NodeHash};

/// An act with its lines as they stand in the log.
pub(crate) struct Group<L> {
    /// The act's entry.
    pub(crate) at: Seq,
    pub(crate) act: Arc<ReadAct>,
    /// The lines up to the first odd one.
    pub(crate) lines: Vec<L>,
    /// The leaf hashes of all its lines, if the chunks have them.
    pub(crate) leaves: Vec<NodeHash>,
    /// The first of its lines that is not the line it should be.
    pub(crate) odd: Option<(Seq, Odd)>,
}

/// What stands where line n of a manifest should stand.
pub(crate) enum Odd {
    /// Another line.
    Misplaced {
        /// The line that should stand here.
        n: u32,
        /// The kind of the line that does.
        kind: &'static str,
    },
    /// No line.
    NotALine(NotCanonical),
    /// Nothing: the log ends.
    Missing,
}

/// Why there is no next group.
pub(crate) enum Broken {
    /// The source cannot be read on.
    Unreadable(LogFailure),
    /// Where an act should stand, there is a line.
    Stray(Seq),
    /// Where an act should stand, there is something else.
    Neither(Seq, NotCanonical),
}

/// Leaf hashes that came with a chunk: from `first`, and the hash over each whole tile of them.
pub(crate) struct Hashes {
    pub(crate) first: u64,
    pub(crate) leaves: Arc<Vec<NodeHash>>,
    pub(crate) tiles: Vec<NodeHash>,
}

impl<L> Group<L> {
    /// Takes the lines that come next, unless one before them was odd.
    fn take(&mut self, mut run: Run<L>) {
        if self.odd.is_none() && self.lines.is_empty() {
            self.lines = run.lines;
        } else if self.odd.is_none() {
            self.lines.append(&mut run.lines);
        }
    }
}

impl<L> Item<L> {
    /// How many entries it is.
    fn entries(&self) -> usize {
        match self {
            Item::Lines(run) => run.lines.len(),
            Item::Act(_) | Item::Neither(_) => 1,
        }
    }
}

/// Reads groups from chunks.
pub(crate) struct Groups<L> {
    next: u64,
    first: u64,
    items: IntoIter<Item<L>>,
    /// An item that was read and is to be read again.
    back: Option<Item<L>>,
    failure: Option<LogFailure>,
    leaves: Arc<Vec<NodeHash>>,
    /// The hashes of every chunk that was begun, for the one who builds the tree. Taken away by the reader.
    pub(crate) hashes: Vec<Hashes>,
}

impl<L: ReadLine> Groups<L> {
    /// The groups of chunks that begin at an entry.
    pub(crate) fn from(Seq(next): Seq) -> Groups<L> {
        let (items, leaves) = (Vec::new().into_iter(), Arc::default());
        Groups { next, first: 0, items, back: None, failure: None, leaves, hashes: Vec::new() }
    }

    /// The next act with its lines; `None` at the end.
    pub(crate) fn next(
        &mut self,
        chunks: &mut dyn Iterator<Item = Chunk<L>>,
    ) -> Result<Option<Group<L>>, Broken> {
        let Some((at, item)) = self.step(chunks)? else { return Ok(None) };
        let act = match item {
            Item::Act(act) => act,
            Item::Lines(..) => return Err(Broken::Stray(at)),
            Item::Neither(why) => return Err(Broken::Neither(at, *why)),
        };
        let count = act.signed.act().body.manifest().map_or(0, |manifest| manifest.count);
        let (lines, leaves) = (Vec::new(), Vec::new());
        let mut group = Group { at, act, lines, leaves, odd: None };
        let mut n = 1;
        while n <= count {
            let Some((seq, mut item)) = self.step(chunks)? else {
                group.odd = Some((at, Odd::Missing));
                break;
            };
            if let Item::Lines(run) = &mut item {
                let most = usize::try_from(count - n + 1).unwrap_or(usize::MAX);
                self.put_back(run.split_off(most));
            }
            let taken = item.entries();
            self.leaves_of(seq, taken, &mut group.leaves);
            let odd = match item {
                Item::Lines(run) if run.n == n => {
                    group.take(run);
                    None
                }
                Item::Lines(run) => run.lines.first().map(|line| {
                    let kind = line.what().word();
                    Odd::Misplaced { n, kind }
                }),
                Item::Act(..) => {
                    Some(Odd::NotALine(NotCanonical::Form("not a line entry".to_owned())))
                }
                Item::Neither(why) => Some(Odd::NotALine(*why)),
            };
            group.odd = group.odd.or(odd.map(|odd| (seq, odd)));
            // No more than the count that is left was taken, so only the very last step can overflow.
            n = n.saturating_add(u32::try_from(taken).unwrap_or(u32::MAX));
        }
        Ok(Some(group))
    }

    /// What was read and belongs to no manifest so far is read again.
    fn put_back(&mut self, run: Option<Run<L>>) {
        let Some(run) = run else { return };
        self.next -= run.lines.len() as u64;
        self.back = Some(Item::Lines(run));
    }

    fn leaves_of(&self, seq: Seq, count: usize, to: &mut Vec<NodeHash>) {
        let place = usize::try_from(seq.0 - self.first).unwrap_or(usize::MAX);
        let end = place.saturating_add(count);
        to.extend_from_slice(self.leaves.get(place..end).unwrap_or_default());
    }

    fn step(
        &mut self,
        chunks: &mut dyn Iterator<Item = Chunk<L>>,
    ) -> Result<Option<(Seq, Item<L>)>, Broken> {
        loop {
            if let Some(item) = self.back.take().or_else(|| self.items.next()) {
                let at = Seq(self.next);
                self.next += item.entries() as u64;
                return Ok(Some((at, item)));
            }
            if let Some(failure) = self.failure.take() {
                return Err(Broken::Unreadable(failure));
            }
            let Some(chunk) = chunks.next() else { return Ok(None) };
            self.first = chunk.first;
            self.items = chunk.items.into_iter();
            self.failure = chunk.failure;
            let (first, leaves, tiles) = (chunk.first, Arc::new(chunk.leaves), chunk.tiles);
            self.leaves = Arc::clone(&leaves);
            if !leaves.is_empty() {
                self.hashes.push(Hashes { first, leaves, tiles });
            }
        }
    }
}
