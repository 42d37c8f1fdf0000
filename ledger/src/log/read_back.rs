//! Before a checkpoint is signed, what it covers is read back from the store and hashed anew: what is signed is what is
//! kept, not what memory says.

use super::failure::{LogCode, LogFailure};
use super::store::{Head, Store, corrupt_node};
use super::tree::{NodeHash, WholeNode, edge, empty_root};
use super::writer::Log;
use crate::shares::cores;

/// How many entries are read back at a time.
const READ_BACK: u64 = 65_536;

/// Fewer entries than this are not worth a thread.
const WORTH_A_THREAD: u64 = 2_048;

impl Log {
    /// Recomputes the root from the store alone: the edge at the last checkpoint, whose root a
    /// signature holds fast, and every entry since. Shares no hash with the edge kept in memory.
    pub(super) fn prove_stored_head(&self) -> Result<(), LogFailure> {
        let from =
            self.signed.as_ref().map_or(Head { size: 0, root: empty_root() }, |signed| signed.head);
        let mut frontier = edge(&self.store, from.size)?;
        if frontier.root() != from.root {
            let detail = format!("前 {} 条的根为 {}", from.size, frontier.root());
            return Err(LogFailure::new(LogCode::Rewritten, detail));
        }
        let mut whole: Vec<WholeNode> = Vec::new();
        let mut at = from.size;
        while at < self.head.size {
            let end = self.head.size.min(at + READ_BACK);
            let leaves = leaves_of_stretch(&self.store, at, end)?;
            frontier.push_leaves(&leaves, &mut |node| whole.push(node));
            for node in whole.drain(..) {
                if self.store.kept_node(node.level, node.index)? != Some(node.hash) {
                    return Err(corrupt_node(node.level, node.index));
                }
            }
            at = end;
        }
        let stored = self.store.head()?;
        if frontier.root() != self.head.root || stored != self.head {
            let detail = format!("存储重算的根 {}，内存的根 {}", frontier.root(), self.head.root);
            return Err(LogFailure::new(LogCode::EdgeMismatch, detail));
        }
        Ok(())
    }
}

/// The leaf hashes of the entries from `from` to `to`, read from the store on all cores.
fn leaves_of_stretch(store: &Store, from: u64, to: u64) -> Result<Vec<NodeHash>, LogFailure> {
    let share = (to - from).div_ceil(cores() as u64).max(WORTH_A_THREAD);
    let mut starts = (from..to).step_by(usize::try_from(share).expect("a stretch is short"));
    let Some(first) = starts.next() else { return Ok(Vec::new()) };
    let read = |start: u64| store.leaves(start, to.min(start + share));
    std::thread::scope(|scope| {
        let running: Vec<_> = starts.map(|start| scope.spawn(move || read(start))).collect();
        let mut leaves = read(first)?;
        for part in running {
            leaves.extend(part.join().expect("reading does not panic")?);
        }
        Ok(leaves)
    })
}
