//! Proofs over the tree: that an entry is in it (inclusion), that a tree only grew (consistency).
//! Made as RFC 6962 §2.1 says, checked as RFC 9162 §2.1.3.2 and §2.1.4.2 say. Pure.

use super::tree::{NodeHash, Subtrees, empty_root, inner_hash, part_hash};
use crate::ids::Root;

/// The proof that leaf `index` is in the tree of `size` leaves; `None` unless `index < size`.
///
/// # Errors
/// If a hash is missing or cannot be read.
pub fn inclusion_proof<S: Subtrees + ?Sized>(
    subtrees: &S,
    index: u64,
    size: u64,
) -> Result<Option<Vec<NodeHash>>, S::Failure> {
    if index >= size {
        return Ok(None);
    }
    let (mut start, mut end) = (0, size);
    let mut proof = Vec::new();
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            proof.push(part_hash(subtrees, middle, end)?);
            end = middle;
        } else {
            proof.push(part_hash(subtrees, start, middle)?);
            start = middle;
        }
    }
    proof.reverse();
    Ok(Some(proof))
}

/// The proof that the tree of `new` leaves begins with the tree of `old` leaves; `None` unless
/// `old <= new`. From the empty tree and to the same tree it is empty.
///
/// # Errors
/// If a hash is missing or cannot be read.
pub fn consistency_proof<S: Subtrees + ?Sized>(
    subtrees: &S,
    old: u64,
    new: u64,
) -> Result<Option<Vec<NodeHash>>, S::Failure> {
    if old > new {
        return Ok(None);
    }
    let mut proof = Vec::new();
    let (mut start, mut end) = (0, new);
    while old > 0 && old < end {
        let middle = start + split(end - start);
        if old <= middle {
            proof.push(part_hash(subtrees, middle, end)?);
            end = middle;
        } else {
            proof.push(part_hash(subtrees, start, middle)?);
            start = middle;
        }
    }
    // A part that begins at 0 is the old tree itself, whose root the verifier knows.
    if start > 0 {
        proof.push(part_hash(subtrees, start, end)?);
    }
    proof.reverse();
    Ok(Some(proof))
}

/// True if `proof` shows that `leaf` is number `index` of the tree of `size` leaves with this root.
#[must_use]
pub fn inclusion_holds(
    leaf: NodeHash,
    index: u64,
    size: u64,
    root: Root,
    proof: &[NodeHash],
) -> bool {
    if index >= size {
        return false;
    }
    let mut path = Path { node: index, last: size - 1 };
    let mut hash = leaf;
    for sibling in proof {
        match path.climb() {
            None => return false,
            Some(Side::Left) => hash = inner_hash(*sibling, hash),
            Some(Side::Right) => hash = inner_hash(hash, *sibling),
        }
    }
    path.last == 0 && hash.root() == root
}

/// True if `proof` shows that the tree of `new` leaves begins with the tree of `old` leaves.
#[must_use]
pub fn consistency_holds(
    (old, old_root): (u64, Root),
    (new, new_root): (u64, Root),
    proof: &[NodeHash],
) -> bool {
    if old == 0 {
        return proof.is_empty() && old_root == empty_root();
    }
    if old == new {
        return proof.is_empty() && old_root == new_root;
    }
    if old > new {
        return false;
    }
    // The root of a whole old tree is itself a node of the new tree, so the proof leaves it out.
    let known = [NodeHash(old_root.0)];
    let left_out = if old.is_power_of_two() { known.as_slice() } else { &[] };
    consistency_roots(old, new, &[left_out, proof].concat()) == Some((old_root, new_root))
}

/// The two roots to which a consistency proof leads, its first node always written out, also where RFC 6962
/// leaves it out. `None` if a proof from `old` to `new` has another length, or unless `0 < old < new`.
#[must_use]
pub fn consistency_roots(old: u64, new: u64, path: &[NodeHash]) -> Option<(Root, Root)> {
    if old == 0 || old >= new {
        return None;
    }
    let (first, rest) = path.split_first()?;
    let mut path = Path { node: old - 1, last: new - 1 };
    path.skip_right_children();
    let (mut old_hash, mut new_hash) = (*first, *first);
    for sibling in rest {
        match path.climb()? {
            Side::Left => {
                old_hash = inner_hash(*sibling, old_hash);
                new_hash = inner_hash(*sibling, new_hash);
            }
            Side::Right => new_hash = inner_hash(new_hash, *sibling),
        }
    }
    (path.last == 0).then(|| (old_hash.root(), new_hash.root()))
}

/// On which side of the path its sibling stands.
enum Side {
    Left,
    Right,
}

/// The way from a node to the root: the node's place in its level, and the place of the last one.
struct Path {
    node: u64,
    last: u64,
}

impl Path {
    fn up(&mut self) {
        self.node >>= 1;
        self.last >>= 1;
    }

    fn skip_right_children(&mut self) {
        while self.node & 1 == 1 {
            self.up();
        }
    }

    /// Goes up one sibling; `None` at the root.
    fn climb(&mut self) -> Option<Side> {
        if self.last == 0 {
            return None;
        }
        let side = if self.node & 1 == 1 || self.node == self.last {
            // The last node of a level may have no sibling for some levels.
            while self.node & 1 == 0 && self.node != 0 {
                self.up();
            }
            Side::Left
        } else {
            Side::Right
        };
        self.up();
        Some(side)
    }
}

/// The largest power of two below `leaves`, which is at least 2.
fn split(leaves: u64) -> u64 {
    1 << (leaves - 1).ilog2()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tree::{Leaves, NodeHash, leaf_hash, root_of_leaves};
    use super::{consistency_holds, consistency_proof, inclusion_holds, inclusion_proof};
    use crate::ids::Root;

    fn leaves(count: usize) -> Vec<NodeHash> {
        (0..count).map(|n| leaf_hash(&n.to_be_bytes())).collect()
    }

    fn root(leaves: &[NodeHash]) -> Root {
        root_of_leaves(leaves.iter().copied())
    }

    #[test]
    fn every_proof_of_every_small_tree_holds() {
        let all = leaves(40);
        for size in 0..=all.len() {
            let new = (size as u64, root(&all[..size]));
            for index in 0..size {
                let proof = inclusion_proof(&Leaves(&all), index as u64, new.0).unwrap().unwrap();
                assert!(inclusion_holds(all[index], index as u64, new.0, new.1, &proof));
            }
            for old in 0..=size {
                let before = (old as u64, root(&all[..old]));
                let proof = consistency_proof(&Leaves(&all), before.0, new.0).unwrap().unwrap();
                assert!(consistency_holds(before, new, &proof));
            }
        }
    }

    #[test]
    fn nothing_is_proved_of_what_is_not_in_the_tree() {
        let all = leaves(8);
        assert_eq!(inclusion_proof(&Leaves(&all), 8, 8), Ok(None));
        assert_eq!(consistency_proof(&Leaves(&all), 9, 8), Ok(None));
        assert!(!inclusion_holds(all[0], 8, 8, root(&all), &[]));
        assert!(!consistency_holds((9, root(&all)), (8, root(&all)), &[]));
        assert!(!consistency_holds((3, root(&all)), (8, root(&all)), &[]));
        assert!(!consistency_holds((0, root(&all)), (8, root(&all)), &[]));
    }

    proptest! {
        #[test]
        fn a_proof_holds_only_for_its_own_leaf_place_and_root(
            size in 1_usize..700, pick in any::<prop::sample::Index>(), flip in 0_u8..=255,
        ) {
            let all = leaves(size);
            let index = pick.index(size);
            let (place, total) = (index as u64, size as u64);
            let proof = inclusion_proof(&Leaves(&all), place, total).unwrap().unwrap();
            prop_assert!(inclusion_holds(all[index], place, total, root(&all), &proof));
            prop_assert!(!inclusion_holds(leaf_hash(b"other"), place, total, root(&all), &proof));
            prop_assert!(!inclusion_holds(all[index], place, total, Root([flip; 32]), &proof));
            for at in 0..proof.len() {
                let mut damaged = proof.clone();
                damaged[at].0[usize::from(flip % 32)] ^= 1;
                prop_assert!(!inclusion_holds(all[index], place, total, root(&all), &damaged));
            }
            let mut long = proof.clone();
            long.push(all[0]);
            prop_assert!(!inclusion_holds(all[index], place, total, root(&all), &long));
        }

        #[test]
        fn a_tree_whose_past_was_changed_has_no_consistency_proof(
            size in 2_usize..700, pick in any::<prop::sample::Index>(),
        ) {
            let all = leaves(size);
            let old = 1 + pick.index(size - 1);
            let mut forged = all.clone();
            forged[pick.index(old)] = leaf_hash(b"forged");
            let before = (old as u64, root(&all[..old]));
            let honest = consistency_proof(&Leaves(&all), old as u64, size as u64).unwrap().unwrap();
            prop_assert!(consistency_holds(before, (size as u64, root(&all)), &honest));
            let lie = consistency_proof(&Leaves(&forged), old as u64, size as u64).unwrap().unwrap();
            prop_assert!(!consistency_holds(before, (size as u64, root(&forged)), &lie));
            prop_assert!(!consistency_holds(before, (size as u64, root(&forged)), &honest));
        }
    }
}
