//! Entries read, hashed and decoded on all cores, handed on in order; and checks that may be done later, on the same cores.
//! What depends on order (chains, laws, books) stays with the one who consumes.

mod groups;

use std::collections::{BTreeMap, VecDeque};
use std::num::NonZero;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::act::signed::SignedAct;
use crate::canonical::NotCanonical;
use crate::ids::{ActId, Seq};
use crate::line::Line;
use crate::log::{
    EntrySource, LogFailure, NodeHash, TILE_WIDTH, WholeNode, hash_of_leaves, leaf_hash,
};

pub(crate) use groups::{Broken, Group, Groups, Hashes, Odd};

/// One piece of work: sixteen tiles of entries.
const CHUNK: u64 = 16 * TILE_WIDTH;

const TILE: usize = 256;
const _: () = assert!(TILE as u64 == TILE_WIDTH);

/// How many chunks may be decoded ahead of the one being consumed, for each worker. Bounds the memory.
const AHEAD: u64 = 3;

/// What an entry is.
pub(crate) enum Item {
    /// An act, with its id.
    Act(Box<SignedAct>, ActId),
    /// Line `n` of a manifest.
    Line(u32, Line),
    /// Neither.
    Neither(NotCanonical),
}

/// A run of entries, decoded.
pub(crate) struct Chunk {
    /// The number of the first.
    pub(crate) first: u64,
    /// What they are.
    pub(crate) items: Vec<Item>,
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

struct State<'env> {
    next: u64,
    consumed: u64,
    ready: BTreeMap<u64, Chunk>,
    late: VecDeque<Late<'env>>,
    running: usize,
    closed: bool,
}

struct Shared<'env> {
    source: &'env dyn EntrySource,
    origin: &'env str,
    wanted: Wanted,
    from: u64,
    size: u64,
    ahead: u64,
    state: Mutex<State<'env>>,
    changed: Condvar,
}

/// The chunks of a source in order, and the place for checks that may be done later.
pub(crate) struct Chunks<'a, 'env> {
    shared: &'a Shared<'env>,
}

/// Reads the source from an entry on, on all cores, and gives its chunks in order to `consume`. Hashes can be asked for from
/// the first entry of a tile on.
pub(crate) fn in_order<'env, R>(
    source: &'env dyn EntrySource,
    Seq(from): Seq,
    origin: &'env str,
    wanted: Wanted,
    consume: impl FnOnce(&mut Chunks<'_, 'env>) -> R,
) -> R {
    let workers = std::thread::available_parallelism().map_or(1, NonZero::get);
    let state = State {
        next: 0,
        consumed: 0,
        ready: BTreeMap::new(),
        late: VecDeque::new(),
        running: 0,
        closed: false,
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

struct Closing<'a, 'env>(&'a Shared<'env>);

impl Drop for Closing<'_, '_> {
    fn drop(&mut self) {
        self.0.lock().closed = true;
        self.0.changed.notify_all();
    }
}

impl<'env> Shared<'env> {
    fn lock(&self) -> MutexGuard<'_, State<'env>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'g>(&self, state: MutexGuard<'g, State<'env>>) -> MutexGuard<'g, State<'env>> {
        self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
    }

    /// The first entry of a chunk.
    fn first(&self, index: u64) -> u64 {
        self.from + index * CHUNK
    }

    fn work(&self) {
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
        mut state: MutexGuard<'g, State<'env>>,
        one: Late<'env>,
    ) -> MutexGuard<'g, State<'env>> {
        state.running += 1;
        drop(state);
        one();
        let mut state = self.lock();
        state.running -= 1;
        self.changed.notify_all();
        state
    }

    fn decode(&self, first: u64) -> Chunk {
        let to = (first + CHUNK).min(self.size);
        let (items, leaves, tiles) = (Vec::new(), Vec::new(), Vec::new());
        let mut chunk = Chunk { first, items, leaves, tiles, failure: None };
        for entry in self.source.range(Seq(first), Seq(to)) {
            match entry {
                Ok((_, bytes)) => {
                    if self.wanted == Wanted::ItemsAndHashes {
                        chunk.leaves.push(leaf_hash(&bytes));
                    }
                    chunk.items.push(Item::of(bytes, self.origin));
                }
                Err(failure) => {
                    chunk.failure = Some(failure);
                    return chunk;
                }
            }
        }
        chunk.failure = self.compare(&mut chunk).err();
        chunk
    }

    /// Compares the leaf hashes with those that the source keeps, and sums up each whole tile.
    fn compare(&self, chunk: &mut Chunk) -> Result<(), LogFailure> {
        let (whole, rest) = chunk.leaves.as_chunks::<TILE>();
        let mut index = chunk.first / TILE_WIDTH;
        for tile in whole {
            let hash = hash_of_leaves(tile).expect("a tile has leaves");
            self.source.compare_tile(index, tile)?;
            self.source.compare_node(WholeNode { level: 1, index, hash })?;
            chunk.tiles.push(hash);
            index += 1;
        }
        if rest.is_empty() { Ok(()) } else { self.source.compare_tile(index, rest) }
    }
}

impl Item {
    fn of(bytes: Vec<u8>, origin: &str) -> Item {
        if bytes.starts_with(b"{\"act\":") {
            return match SignedAct::decode(bytes) {
                Ok(signed) => {
                    let id = signed.id(origin);
                    Item::Act(Box::new(signed), id)
                }
                Err(why) => Item::Neither(why),
            };
        }
        match Line::decode(&bytes) {
            Ok((n, line)) => Item::Line(n, line),
            Err(why) => Item::Neither(why),
        }
    }
}

impl<'env> Chunks<'_, 'env> {
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

impl Iterator for Chunks<'_, '_> {
    type Item = Chunk;

    fn next(&mut self) -> Option<Chunk> {
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
