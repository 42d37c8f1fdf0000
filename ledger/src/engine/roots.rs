//! The roots that signers say to have seen. Checkpoints are few and signers many, so each is read once.

use std::collections::BTreeMap;

use crate::act::Seen;
use crate::act::signed::act_bytes;
use crate::ids::{Root, Seq};
use crate::log::{Log, LogFailure};

/// How many sizes are remembered.
const KEPT: usize = 64;

/// Root by size; `None` where no checkpoint can stand. What is below the head never changes.
#[derive(Debug, Default)]
pub(super) struct SeenRoots {
    by_size: BTreeMap<u64, Option<Root>>,
}

impl SeenRoots {
    /// A checkpoint of this log.
    pub(super) fn know(&mut self, seen: &Seen) {
        if self.by_size.len() >= KEPT {
            self.by_size.pop_first();
        }
        self.by_size.insert(seen.size, Some(seen.root));
    }

    /// True if the log had that root at that size, between two acts.
    pub(super) fn holds(&mut self, log: &Log, seen: &Seen) -> Result<bool, LogFailure> {
        if let Some(root) = self.by_size.get(&seen.size) {
            return Ok(*root == Some(seen.root));
        }
        let root = log.root_at(seen.size)?;
        // A checkpoint stands between acts only: no manifest is cut in two.
        let is_between_acts =
            log.get(Seq(seen.size))?.is_none_or(|entry| act_bytes(&entry).is_some());
        if self.by_size.len() >= KEPT {
            self.by_size.pop_first();
        }
        self.by_size.insert(seen.size, is_between_acts.then_some(root));
        Ok(is_between_acts && root == seen.root)
    }
}
