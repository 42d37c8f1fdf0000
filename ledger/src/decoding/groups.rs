//! Chunks put together again as a log means them: an act, and the lines behind it.

use std::sync::Arc;
use std::vec::IntoIter;

use super::{CHUNK, Chunk, Item, ReadAct, ReadLine};
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

/// Reads groups from chunks.
pub(crate) struct Groups<L> {
    next: u64,
    first: u64,
    items: IntoIter<Item<L>>,
    failure: Option<LogFailure>,
    leaves: Arc<Vec<NodeHash>>,
    /// The hashes of every chunk that was begun, for the one who builds the tree. Taken away by the reader.
    pub(crate) hashes: Vec<Hashes>,
}

impl<L: ReadLine> Groups<L> {
    /// Nothing read yet.
    pub(crate) fn new() -> Groups<L> {
        let (items, leaves) = (Vec::new().into_iter(), Arc::default());
        Groups { next: 0, first: 0, items, failure: None, leaves, hashes: Vec::new() }
    }

    /// The next act with its lines; `None` at the end.
    pub(crate) fn next(
        &mut self,
        chunks: &mut dyn Iterator<Item = Chunk<L>>,
    ) -> Result<Option<Group<L>>, Broken> {
        let Some((at, item)) = self.step(chunks)? else { return Ok(None) };
        let act = match item {
            Item::Act(act) => act,
            Item::Line(..) => return Err(Broken::Stray(at)),
            Item::Neither(why) => return Err(Broken::Neither(at, *why)),
        };
        let count = act.signed.act().body.manifest().map_or(0, |manifest| manifest.count);
        // A count may say anything: no more is taken on its word than a chunk holds.
        let likely = usize::try_from(u64::from(count).min(CHUNK)).unwrap_or_default();
        let (lines, leaves) = (Vec::with_capacity(likely), Vec::with_capacity(likely));
        let mut group = Group { at, act, lines, leaves, odd: None };
        for n in 1..=count {
            let Some((seq, item)) = self.step(chunks)? else {
                group.odd = Some((at, Odd::Missing));
                break;
            };
            if let Some(leaf) = self.leaf(seq) {
                group.leaves.push(leaf);
            }
            let odd = match item {
                Item::Line(number, line) if number == n => {
                    if group.odd.is_none() {
                        group.lines.push(line);
                    }
                    continue;
                }
                Item::Line(_, line) => Odd::Misplaced { n, kind: line.what().word() },
                Item::Act(..) => Odd::NotALine(NotCanonical::Form("not a line entry".to_owned())),
                Item::Neither(why) => Odd::NotALine(*why),
            };
            group.odd.get_or_insert((seq, odd));
        }
        Ok(Some(group))
    }

    fn leaf(&self, seq: Seq) -> Option<NodeHash> {
        let place = usize::try_from(seq.0.checked_sub(self.first)?).ok()?;
        self.leaves.get(place).copied()
    }

    fn step(
        &mut self,
        chunks: &mut dyn Iterator<Item = Chunk<L>>,
    ) -> Result<Option<(Seq, Item<L>)>, Broken> {
        loop {
            if let Some(item) = self.items.next() {
                let at = Seq(self.next);
                self.next += 1;
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
