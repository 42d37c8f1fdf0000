//! The full read: every entry hashed again, every node and every id compared. Slow and complete.

use super::failure::{LogCode, LogFailure};
use super::store::{Head, corrupt_node};
use super::tree::{Frontier, WholeNode, leaf_hash, leaves_of_level};
use super::writer::Log;
use crate::ids::Seq;

/// What a full read found to be in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FullRead {
    /// Size and root, recomputed from every entry.
    pub head: Head,
    /// How many tree nodes were compared: all that are stored, but for what is staged beyond the head.
    pub nodes: u64,
    /// How many ids there are. Each stands for an entry, no two for the same one; that every act has
    /// its id is for those to check who know which entries are acts.
    pub ids: u64,
}

impl Log {
    /// Reads the whole store and compares everything in it with everything else. Writes nothing.
    ///
    /// # Errors
    /// [`LogCode::Gap`] with the first missing entry; [`LogCode::EntryCorrupt`] with the first entry
    /// of the stretch whose node differs, or for an id or node that does not belong;
    /// [`LogCode::Rewritten`] or [`LogCode::EdgeMismatch`] if a root differs; also if the log is
    /// poisoned or cannot be read.
    pub fn full_read(&self) -> Result<FullRead, LogFailure> {
        let mut frontier = Frontier::new();
        let mut whole: Vec<WholeNode> = Vec::new();
        let mut nodes = 0;
        self.compare_signed(&frontier)?;
        for item in self.scan(Seq(0), Seq(self.head.size)) {
            let (_, bytes) = item?;
            frontier.push_leaf(leaf_hash(&bytes), &mut |node| whole.push(node));
            for node in whole.drain(..) {
                self.compare_node(node)?;
                nodes += 1;
            }
            self.compare_signed(&frontier)?;
        }
        if frontier.root() != self.head.root {
            let detail = format!("重算的根 {}，记录的根 {}", frontier.root(), self.head.root);
            return Err(LogFailure::new(LogCode::EdgeMismatch, detail));
        }
        self.count_nodes(nodes)?;
        Ok(FullRead { head: self.head, nodes, ids: self.compare_ids()? })
    }

    pub(super) fn count_nodes(&self, expected: u64) -> Result<(), LogFailure> {
        let reach = self.mark.map_or(self.head.size, |mark| mark.reach);
        if self.store.count_nodes(self.head.size, reach)? == expected {
            return Ok(());
        }
        let detail = format!("应有树节点 {expected} 个");
        Err(LogFailure::new(LogCode::EntryCorrupt, detail))
    }

    fn compare_signed(&self, frontier: &Frontier) -> Result<(), LogFailure> {
        match &self.signed {
            Some(signed)
                if signed.head.size == frontier.size() && signed.head.root != frontier.root() =>
            {
                let detail = format!("前 {} 条的根为 {}", frontier.size(), frontier.root());
                Err(LogFailure::new(LogCode::Rewritten, detail))
            }
            Some(_) | None => Ok(()),
        }
    }

    pub(super) fn compare_node(&self, node: WholeNode) -> Result<(), LogFailure> {
        match self.store.kept_node(node.level, node.index)? {
            Some(kept) if kept == node.hash => Ok(()),
            Some(_) => match leaves_of_level(node.level) {
                // The leaves' own hashes are not kept, so the stretch is as near as one can point.
                Some(leaves) => {
                    let first = node.index * leaves;
                    let detail = format!("第 {first} 至 {} 条之中", first + leaves - 1);
                    Err(LogFailure::at(LogCode::EntryCorrupt, first, detail))
                }
                None => Err(corrupt_node(node.level, node.index)),
            },
            None => Err(LogFailure::new(
                LogCode::Gap,
                format!("缺树节点：第 {} 层第 {} 个", node.level, node.index),
            )),
        }
    }

    pub(super) fn compare_ids(&self) -> Result<u64, LogFailure> {
        let mut targets = Vec::new();
        for target in self.store.id_targets() {
            let target = target?;
            if target >= self.head.size {
                let detail = format!("编号指向不存在的第 {target} 条");
                return Err(LogFailure::at(LogCode::EntryCorrupt, target, detail));
            }
            targets.push(target);
        }
        targets.sort_unstable();
        if let Some([twice, _]) = targets.array_windows().find(|[one, other]| one == other) {
            let detail = format!("两个编号指向同一条（第 {twice} 条）");
            return Err(LogFailure::at(LogCode::EntryCorrupt, *twice, detail));
        }
        Ok(u64::try_from(targets.len()).expect("memory holds fewer than 2^64"))
    }
}
