//! The tree as an audit grows it, and the roots that it had after each act.

use std::collections::VecDeque;

use super::Divergence;
use crate::decoding::Hashes;
use crate::ids::Root;
use crate::log::{EntrySource, Frontier, TILE_WIDTH, WholeNode};

/// The tree as far as it was read, and the hashes that came ahead of it.
pub(super) struct Edge {
    frontier: Frontier,
    waiting: VecDeque<Hashes>,
    /// The root after each act, by size: `seen` and checkpoints can only stand at such sizes. Forty bytes an act.
    roots: Vec<(u64, Root)>,
}

impl Edge {
    /// The empty tree.
    pub(super) fn new() -> Edge {
        let frontier = Frontier::new();
        let roots = vec![(0, frontier.root())];
        Edge { frontier, waiting: VecDeque::new(), roots }
    }

    /// How many entries it covers.
    pub(super) fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// The root over them.
    pub(super) fn root(&self) -> Root {
        self.frontier.root()
    }

    /// The root over the first `size` entries, if an act ended there.
    pub(super) fn root_at(&self, size: u64) -> Option<Root> {
        let place = self.roots.binary_search_by_key(&size, |(size, _)| *size).ok()?;
        self.roots.get(place).map(|(_, root)| *root)
    }

    /// Here an act ends.
    pub(super) fn keep_root(&mut self) {
        self.roots.push((self.size(), self.root()));
    }

    /// Takes the hashes of entries that come next.
    pub(super) fn expect(&mut self, hashes: impl IntoIterator<Item = Hashes>) {
        self.waiting.extend(hashes);
    }

    /// Grows the tree to `size`: whole tiles by their hash, leaves one by one where an act ends within a tile.
    pub(super) fn advance(
        &mut self,
        size: u64,
        source: &dyn EntrySource,
    ) -> Result<(), Divergence> {
        let mut whole: Vec<WholeNode> = Vec::new();
        while self.frontier.size() < size {
            let at = self.frontier.size();
            let Some(front) = self.waiting.front() else { break };
            let place = usize::try_from(at - front.first).unwrap_or(usize::MAX);
            let Some(leaf) = front.leaves.get(place) else {
                self.waiting.pop_front();
                continue;
            };
            let tile = usize::try_from((at - front.first) / TILE_WIDTH).unwrap_or(usize::MAX);
            let fits = at.is_multiple_of(TILE_WIDTH) && size - at >= TILE_WIDTH;
            match front.tiles.get(tile).filter(|_| fits) {
                Some(tile) => self.frontier.push_tile(*tile, &mut |node| whole.push(node)),
                None => self.frontier.push_leaf(*leaf, &mut |node| whole.push(node)),
            }
        }
        whole.into_iter().try_for_each(|node| source.compare_node(node))?;
        Ok(())
    }
}
