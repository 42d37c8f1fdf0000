//! Damage and its remedies: the second copy (docs/format/copy.md), scrub, repair, and the log's part of a restore.
//! fjall can lose synced data when a sector dies; nothing here trusts it, and nothing here trusts a copy unproved.

mod build;
mod copy;
mod failure;
mod findings;
mod offer;
mod repair;
mod restored;
mod scrub;
mod sources;
mod survey;
#[cfg(test)]
mod tests;

pub use build::restore_log;
pub use copy::{CopyTarget, SecondCopy};
pub use failure::{RecoveryCode, RecoveryFailure};
pub use findings::{Finding, FindingCode, Stretch, stretches};
pub use offer::Offer;
pub use repair::{Repair, Repaired};
pub use restored::Restored;
pub use scrub::{Scrubbed, scrub};

/// What those above the log know about an entry's bytes: `None` for a line, else the act's id and how many lines follow it.
pub type KnownAct<'a> = dyn Fn(&[u8]) -> Option<([u8; 32], u64)> + 'a;
