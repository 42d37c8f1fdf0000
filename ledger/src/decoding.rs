//! Entries read, hashed and decoded on all cores, handed on in order; and checks that may be done later, on the same cores.
//! What depends on order (chains, laws, books) stays with the one who consumes.

mod groups;

use std::collections::{BTreeMap, VecDeque};
use std::num::NonZero;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::act::signed::SignedAct;
use crate::canonical::NotCanonical;
use crate::ids::{ActId, Seq};
use crate::line::{Line, LineKind};
use crate::log::{EntrySource, LogFailure, NodeHash, TILE_WIDTH, hash_of_leaves, leaf_hash};

pub(crate) use groups::{Broken, Group, Groups, Hashes, Odd};

/// One piece of work: sixteen tiles of entries.
const CHUNK: u64 = 16 * TILE_WIDTH;

const TILE: usize = 256;
const _: () = assert!(TILE as u64 == TILE_WIDTH);

/// How many chunks may be decoded ahead of the one being consumed, for each worker. Bounds the memory.
const AHEAD: u64 = 3;

/// What is read of a line: all that it says, or only which line of a manifest it is.
pub(crate) trait ReadLine: Send + Sized {
    /// Reads it with its number.
    fn read(entry: &[u8]) -> Result<(u32, Self), NotCanonical>;

    /// What it is.
    fn what(&self) -> LineKind;
}

impl ReadLine for Line {
    fn read(entry: &[u8]) -> Result<(u32, Line), NotCanonical> {
        Line::decode(entry)
    }

    fn what(&self) -> LineKind {
        Line::what(self)
    }
}

impl ReadLine for LineKind {
    fn read(entry: &[u8]) -> Result<(u32, LineKind), NotCanonical> {
        LineKind::frame(entry)
    }

    fn what(&self) -> LineKind {
        *self
    }
}

/// An act as it stands in the log, with its id.
pub(crate) struct ReadAct {
    pub(crate) signed: SignedAct,
    pub(crate) id: ActId,
}

/// What an entry is.
pub(crate) enum Item<L> {
    /// An act.
    Act(Arc<ReadAct>),
    /// Lines that follow each other by number.
    Lines(Run<L>),
    /// Neither.
    Neither(Box<NotCanonical>),
}

/// Lines of a manifest with running numbers, the first of which is `n`.
pub(crate) struct Run<L> {
    pub(crate) n: u32,
    pub(crate) lines: Vec<L>,
}

impl<L> Run<L> {
    /// The number that would come next.
    fn next(&self) -> Option<u32> {
        self.n.checked_add(u32::try_from(self.lines.len()).ok()?)
    }

    /// Takes off what goes beyond `most` lines.
    pub(crate) fn split_off(&mut self, most: usize) -> Option<Run<L>> {
        if self.lines.len() <= most {
            return None;
        }
        let n = self.n.saturating_add(u32::try_from(most).unwrap_or(u32::MAX));
        Some(Run { n, lines: self.lines.split_off(most) })
    }
}

/// A run of entries, decoded.
pub(crate) struct Chunk<L> {
    /// The number of the first.
    pub(crate) first: u64,
    /// What they are, in order.
    pub(crate) items: Vec<Item<L>>,
    /// Their leaf hashes, if they were asked for.
    pub(crate) leaves: Vec<NodeHash>,
    /// The hash over each whole tile of them, if they were asked for.
    pub(crate) tiles: Vec<NodeHash>,
    /// Why there are no more.
    pub(crate) failure: Option<LogFailure>,
}

/// What is wanted of each entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// What it is.
    Items,
    /// What it is, its leaf hash, and that these hashes are those that the source keeps.
    ItemsAndHashes,
}

type Late<'env> = Box<dyn FnOnce() + Send + 'env>;

struct State<'env, L> {
    next: u64,
    consumed: u64,
    ready: BTreeMap<u64, Chunk<L>>,
    late: VecDeque<Late<'env>>,
    running: usize,
    closed: bool,
    /// A worker ended in a panic: what it had taken on is never done.
    is_lost: bool,
}

struct Shared<'env, L> {
    source: &'env dyn EntrySource,
    origin: &'env str,
    wanted: Wanted,
    from: u64,
    size: u64,
    ahead: u64,
    state: Mutex<State<'env, L>>,
    changed: Condvar,
}

/// The chunks of a source in order, and the place for checks that may be done later.
pub(crate) struct Chunks<'a, 'env, L> {
    shared: &'a Shared<'env, L>,
}

/// Reads the source from an entry on, on all cores, and gives its chunks in order to `consume`. Hashes can be asked for from
/// the first entry of a tile on.
pub(crate) fn in_order<'env, L: ReadLine, R>(
    source: &'env dyn EntrySource,
    Seq(from): Seq,
    origin: &'env str,
    wanted: Wanted,
    consume: impl FnOnce(&mut Chunks<'_, 'env, L>) -> R,
) -> R {
    let workers = std::thread::available_parallelism().map_or(1, NonZero::get);
    let state = State {
        next: 0,
        consumed: 0,
        ready: BTreeMap::new(),
        late: VecDeque::new(),
        running: 0,
        closed: false,
        is_lost: false,
    };
    let ahead = AHEAD * workers as u64;
    let (state, changed) = (Mutex::new(state), Condvar::new());
    let size = source.size();
    let shared = Shared { source, origin, wanted, from, size, ahead, state, changed };
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| shared.work());
        }
        // Also when `consume` leaves early or panics, or the workers would wait for ever.
        let closing = Closing(&shared);
        let result = consume(&mut Chunks { shared: closing.0 });
        drop(closing);
        result
    })
}

struct Closing<'a, 'env, L: ReadLine>(&'a Shared<'env, L>);

impl<L: ReadLine> Drop for Closing<'_, '_, L> {
    fn drop(&mut self) {
        self.0.lock().closed = true;
        self.0.changed.notify_all();
    }
}

/// Tells the others when a worker ends in a panic, or they would wait for it for ever.
struct Alarm<'a, 'env, L: ReadLine>(&'a Shared<'env, L>);

impl<L: ReadLine> Drop for Alarm<'_, '_, L> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.lock().is_lost = true;
            self.0.changed.notify_all();
        }
    }
}

impl<'env, L: ReadLine> Shared<'env, L> {
    fn lock(&self) -> MutexGuard<'_, State<'env, L>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'g>(&self, state: MutexGuard<'g, State<'env, L>>) -> MutexGuard<'g, State<'env, L>> {
        assert!(!state.is_lost, "a worker ended in a panic");
        self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
    }

    /// The first entry of a chunk.
    fn first(&self, index: u64) -> u64 {
        self.from + index * CHUNK
    }

    fn work(&self) {
        let _alarm = Alarm(self);
        let mut state = self.lock();
        loop {
            if let Some(one) = state.late.pop_front() {
                state = self.run(state, one);
            } else if state.closed {
                return;
            } else if self.first(state.next) < self.size && state.next < state.consumed + self.ahead
            {
                let index = state.next;
                state.next += 1;
                drop(state);
                let chunk = self.decode(self.first(index));
                state = self.lock();
                state.ready.insert(index, chunk);
                self.changed.notify_all();
            } else {
                state = self.wait(state);
            }
        }
    }

    fn run<'g>(
        &'g self,
        mut state: MutexGuard<'g, State<'env, L>>,
        one: Late<'env>,
    ) -> MutexGuard<'g, State<'env, L>> {
        state.running += 1;
        drop(state);
        one();
        let mut state = self.lock();
        state.running -= 1;
        self.changed.notify_all();
        state
    }

    fn decode(&self, first: u64) -> Chunk<L> {
        let to = (first + CHUNK).min(self.size);
        let count = usize::try_from(to - first).unwrap_or_default();
        let hashed = if self.wanted == Wanted::ItemsAndHashes { count } else { 0 };
        let (items, leaves) = (Vec::new(), Vec::with_capacity(hashed));
        let mut chunk = Chunk { first, items, leaves, tiles: Vec::new(), failure: None };
        let read = self.source.show(Seq(first), Seq(to), &mut |entry| {
            if self.wanted == Wanted::ItemsAndHashes {
                chunk.leaves.push(leaf_hash(entry));
            }
            chunk.read(entry, self.origin);
        });
        chunk.failure = read.and_then(|()| self.compare(&mut chunk)).err();
        chunk
    }

    /// Compares the leaf hashes with those that the source keeps, and sums up each whole tile.
    fn compare(&self, chunk: &mut Chunk<L>) -> Result<(), LogFailure> {
        let (whole, rest) = chunk.leaves.as_chunks::<TILE>();
        let first = chunk.first / TILE_WIDTH;
        let mut index = first;
        for tile in whole {
            self.source.compare_tile(index, tile)?;
            chunk.tiles.push(hash_of_leaves(tile).expect("a tile has leaves"));
            index += 1;
        }
        self.source.compare_nodes(first, &chunk.tiles)?;
        if rest.is_empty() { Ok(()) } else { self.source.compare_tile(index, rest) }
    }
}

impl<L: ReadLine> Chunk<L> {
    /// Reads the entry that comes next.
    fn read(&mut self, entry: &[u8], origin: &str) {
        if entry.starts_with(b"{\"act\":") {
            let read = SignedAct::decode(entry.to_vec()).map(|signed| {
                let id = signed.id(origin);
                Item::Act(Arc::new(ReadAct { signed, id }))
            });
            self.items.push(read.unwrap_or_else(|why| Item::Neither(Box::new(why))));
            return;
        }
        match (L::read(entry), self.items.last_mut()) {
            (Ok((n, line)), Some(Item::Lines(run))) if run.next() == Some(n) => {
                run.lines.push(line);
            }
            (Ok((n, line)), _) => self.items.push(Item::Lines(Run { n, lines: vec![line] })),
            (Err(why), _) => self.items.push(Item::Neither(Box::new(why))),
        }
    }
}

impl<'env, L: ReadLine> Chunks<'_, 'env, L> {
    /// Does this on any core, some time before [`Chunks::settle`] returns.
    pub(crate) fn later(&mut self, one: impl FnOnce() + Send + 'env) {
        let mut state = self.shared.lock();
        state.late.push_back(Box::new(one));
        drop(state);
        self.shared.changed.notify_one();
    }

    /// Waits until everything that was put off is done.
    pub(crate) fn settle(&mut self) {
        let mut state = self.shared.lock();
        loop {
            if let Some(one) = state.late.pop_front() {
                state = self.shared.run(state, one);
            } else if state.running > 0 {
                state = self.shared.wait(state);
            } else {
                return;
            }
        }
    }
}

impl<L: ReadLine> Iterator for Chunks<'_, '_, L> {
    type Item = Chunk<L>;

    fn next(&mut self) -> Option<Chunk<L>> {
        let mut state = self.shared.lock();
        let index = state.consumed;
        if self.shared.first(index) >= self.shared.size {
            return None;
        }
        loop {
            if let Some(chunk) = state.ready.remove(&index) {
                state.consumed += 1;
                self.shared.changed.notify_all();
                return Some(chunk);
            }
            // What was put off must not pile up while one waits.
            state = match state.late.pop_front() {
                Some(one) => self.shared.run(state, one),
                None => self.shared.wait(state),
            };
        }
    }
}
