//! The RFC 6962 tree: hashes of leaves and inner nodes, the growing right edge, roots. Pure.
//! Proofs stand in `proof`; this file knows nothing of where hashes are kept.

use sha2::block_api::compress256;
use sha2::{Digest as _, Sha256};

use crate::ids::Root;
use crate::shares::in_shares;

/// How many hashes a whole tile holds, and how many children a kept node covers.
pub const TILE_WIDTH: u64 = 256;

/// The levels of tiles stand this many levels of the binary tree apart: 256 = 2^8.
const HEIGHT_PER_LEVEL: u32 = 8;

/// The hash of a leaf or of an inner node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NodeHash(pub [u8; 32]);

impl NodeHash {
    /// This hash as the root of the whole tree.
    #[must_use]
    pub const fn root(self) -> Root {
        Root(self.0)
    }
}

/// SHA-256(0x00 ‖ entry).
#[must_use]
pub fn leaf_hash(entry: &[u8]) -> NodeHash {
    NodeHash(Sha256::new().chain_update([0]).chain_update(entry).finalize().into())
}

/// What SHA-256 begins with (FIPS 180-4 §5.3.3).
const SHA256_START: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// SHA-256(0x01 ‖ left ‖ right). These are always 65 bytes, which is two blocks with their padding: they are put together
/// here and go into the compression as they are, because a tree has as many inner nodes as leaves.
#[must_use]
pub fn inner_hash(left: NodeHash, right: NodeHash) -> NodeHash {
    let mut blocks = [[0; 64]; 2];
    blocks[0][0] = 1;
    blocks[0][1..33].copy_from_slice(&left.0);
    blocks[0][33..].copy_from_slice(&right.0[..31]);
    blocks[1][0] = right.0[31];
    blocks[1][1] = 0x80;
    blocks[1][56..].copy_from_slice(&(65_u64 * 8).to_be_bytes());
    let mut state = SHA256_START;
    compress256(&mut state, &blocks);
    let mut hash = [0; 32];
    for (bytes, word) in hash.as_chunks_mut::<4>().0.iter_mut().zip(state) {
        *bytes = word.to_be_bytes();
    }
    NodeHash(hash)
}

/// The root of the tree without leaves: SHA-256 of nothing.
#[must_use]
pub fn empty_root() -> Root {
    Root(Sha256::digest([]).into())
}

/// The root over these leaf hashes, in this order.
#[must_use]
pub fn root_of_leaves(leaves: impl IntoIterator<Item = NodeHash>) -> Root {
    let mut frontier = Frontier::new();
    for leaf in leaves {
        frontier.push_leaf(leaf, &mut |_| ());
    }
    frontier.root()
}

/// The hash over these leaves as one subtree; `None` without leaves.
#[must_use]
pub fn hash_of_leaves(leaves: &[NodeHash]) -> Option<NodeHash> {
    let mut frontier = Frontier::new();
    frontier.push_leaves(leaves, &mut |_| ());
    frontier.fold()
}

/// Fewer tiles than this are not worth a thread.
const WORTH_A_THREAD: usize = 8;

/// The hash over a whole tile of leaves.
fn hash_of_tile(leaves: &[NodeHash; 256]) -> NodeHash {
    let mut row: Vec<NodeHash> = parents(leaves);
    while row.len() > 1 {
        row = parents(&row);
    }
    row.pop().expect("256 leaves have a root")
}

/// The row above one of even length.
fn parents(row: &[NodeHash]) -> Vec<NodeHash> {
    let (pairs, _) = row.as_chunks::<2>();
    pairs.iter().map(|[left, right]| inner_hash(*left, *right)).collect()
}

/// The root over these entries, in this order: what a manifest names for its lines.
#[must_use]
pub fn root_of_entries<'a>(entries: impl IntoIterator<Item = &'a [u8]>) -> Root {
    root_of_leaves(entries.into_iter().map(leaf_hash))
}

/// How many leaves a whole subtree of `level` covers: 256^level. `None` above level 7.
#[must_use]
pub fn leaves_of_level(level: u8) -> Option<u64> {
    1_u64.checked_shl(HEIGHT_PER_LEVEL * u32::from(level))
}

/// A whole subtree of 256^`level` leaves, the `index`th of its level from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WholeNode {
    /// 1 for 256 leaves, 2 for 65,536, and so on.
    pub level: u8,
    /// Its place within the level.
    pub index: u64,
    /// Its hash.
    pub hash: NodeHash,
}

/// The right edge of a tree: the hashes of its whole binary subtrees, largest first. It is all that
/// is needed to add leaves and to know the root, and holds one hash per bit that is set in the size.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Peak>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Peak {
    height: u32,
    hash: NodeHash,
}

impl Frontier {
    /// The edge of the tree without leaves.
    #[must_use]
    pub fn new() -> Frontier {
        Frontier::default()
    }

    /// How many leaves the tree has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds one leaf and shows every node of level 1 and above that it makes whole.
    pub fn push_leaf(&mut self, leaf: NodeHash, whole: &mut impl FnMut(WholeNode)) {
        self.push_subtree(0, leaf, whole);
    }

    /// Adds leaves as [`Frontier::push_leaf`] does, whole tiles of them worked out on all cores.
    pub fn push_leaves(&mut self, leaves: &[NodeHash], whole: &mut impl FnMut(WholeNode)) {
        let to_tile = usize::try_from(self.size.wrapping_neg() % TILE_WIDTH).unwrap_or_default();
        let (first, others) = leaves.split_at_checked(to_tile).unwrap_or((leaves, &[]));
        for leaf in first {
            self.push_leaf(*leaf, whole);
        }
        let (tiles, last) = others.as_chunks::<256>();
        let hashes =
            |_, part: &[[NodeHash; 256]]| part.iter().map(hash_of_tile).collect::<Vec<_>>();
        for hash in in_shares(tiles, WORTH_A_THREAD, hashes).into_iter().flatten() {
            whole(WholeNode { level: 1, index: self.size / TILE_WIDTH, hash });
            self.push_tile(hash, whole);
        }
        for leaf in last {
            self.push_leaf(*leaf, whole);
        }
    }

    /// Adds a whole tile of 256 leaves by its hash. The tree's size must be a multiple of 256.
    pub fn push_tile(&mut self, tile: NodeHash, whole: &mut impl FnMut(WholeNode)) {
        self.push_subtree(HEIGHT_PER_LEVEL, tile, whole);
    }

    /// Adds a whole subtree of 2^`height` leaves. The tree's size must be a multiple of that.
    fn push_subtree(&mut self, height: u32, hash: NodeHash, whole: &mut impl FnMut(WholeNode)) {
        let leaves = 1_u64.checked_shl(height).expect("no subtree has 2^64 leaves");
        assert_eq!(self.size % leaves, 0, "a subtree begins at a multiple of its own size");
        self.size = self.size.checked_add(leaves).expect("no tree has 2^64 leaves");
        let mut right = Peak { height, hash };
        while let Some(left) = self.peaks.pop_if(|left| left.height == right.height) {
            right = Peak { height: right.height + 1, hash: inner_hash(left.hash, right.hash) };
            if right.height.is_multiple_of(HEIGHT_PER_LEVEL) {
                let level = u8::try_from(right.height / HEIGHT_PER_LEVEL).expect("at most 8");
                whole(WholeNode {
                    level,
                    index: (self.size >> right.height) - 1,
                    hash: right.hash,
                });
            }
        }
        self.peaks.push(right);
    }

    /// The root of the tree.
    #[must_use]
    pub fn root(&self) -> Root {
        self.fold().map_or_else(empty_root, NodeHash::root)
    }

    /// The hash over all leaves; `None` without leaves.
    fn fold(&self) -> Option<NodeHash> {
        self.peaks.iter().map(|peak| peak.hash).rev().reduce(|right, left| inner_hash(left, right))
    }
}

/// Where the hashes of whole subtrees can be read.
pub trait Subtrees {
    /// What reading can end in.
    type Failure;

    /// The highest level that [`Subtrees::node`] answers for; 0 if only leaves are kept.
    fn top_level(&self) -> u8;

    /// The hash of the `index`th whole subtree of 256^`level` leaves; level 0 are the leaves.
    ///
    /// # Errors
    /// If the hash is missing or cannot be read.
    fn node(&self, level: u8, index: u64) -> Result<NodeHash, Self::Failure>;
}

/// The right edge of the tree over the first `size` leaves, put together from as few hashes as there
/// are: at most 255 of each level.
///
/// # Errors
/// If a hash is missing or cannot be read.
pub fn edge<S: Subtrees + ?Sized>(subtrees: &S, size: u64) -> Result<Frontier, S::Failure> {
    edge_of_part(subtrees, 0, size)
}

/// The hash over leaves `start` to `end` (without `end`), at least one. `start` is 0 or a multiple of
/// a power of two that is not below `end - start`, as in every part that RFC 6962 splits a tree into.
pub(super) fn part_hash<S: Subtrees + ?Sized>(
    subtrees: &S,
    start: u64,
    end: u64,
) -> Result<NodeHash, S::Failure> {
    assert!(start < end, "a part of a tree has leaves");
    Ok(edge_of_part(subtrees, start, end)?.fold().expect("it has leaves"))
}

fn edge_of_part<S: Subtrees + ?Sized>(
    subtrees: &S,
    start: u64,
    end: u64,
) -> Result<Frontier, S::Failure> {
    let mut frontier = Frontier::new();
    let mut at = start;
    while at < end {
        let (level, leaves) = (0..=subtrees.top_level())
            .rev()
            .filter_map(|level| leaves_of_level(level).map(|leaves| (level, leaves)))
            .find(|(_, leaves)| at.is_multiple_of(*leaves) && *leaves <= end - at)
            .expect("one leaf always fits");
        let hash = subtrees.node(level, at / leaves)?;
        frontier.push_subtree(HEIGHT_PER_LEVEL * u32::from(level), hash, &mut |_| ());
        at += leaves;
    }
    Ok(frontier)
}

/// Leaf hashes in memory, such as those of a manifest's lines.
#[derive(Clone, Copy, Debug)]
pub struct Leaves<'a>(pub &'a [NodeHash]);

impl Leaves<'_> {
    /// The root over them.
    #[must_use]
    pub fn root(self) -> Root {
        hash_of_leaves(self.0).map_or_else(empty_root, NodeHash::root)
    }
}

impl Subtrees for Leaves<'_> {
    type Failure = u64;

    fn top_level(&self) -> u8 {
        0
    }

    fn node(&self, _level: u8, index: u64) -> Result<NodeHash, u64> {
        let place = usize::try_from(index).map_err(|_| index)?;
        self.0.get(place).copied().ok_or(index)
    }
}

#[cfg(test)]
mod tests;
