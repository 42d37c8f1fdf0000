//! How far each promise of a ledger reaches: sequenced → checkpointed → witnessed → closed, docs/format/witness.md §4.

use crate::ids::Seq;

/// Up to which entry (without it) each promise reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Horizon {
    /// Entries in the log.
    pub sequenced: u64,
    /// Entries that the newest checkpoint covers.
    pub checkpointed: u64,
    /// Entries that a checkpoint with a quorum covers; where no quorum is asked for, those of `checkpointed`.
    pub witnessed: u64,
    /// Entries up to and with the last closing of a month that is itself witnessed.
    pub closed: u64,
}

/// What is promised of one entry. Each promise includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryState {
    /// In the log and on disk.
    Sequenced,
    /// Under a checkpoint that the log's key signed.
    Checkpointed,
    /// Under one that the quorum cosigned.
    Witnessed,
    /// In a month that is closed.
    Closed,
}

impl Horizon {
    /// The state of an entry; `None` if there is no such entry.
    #[must_use]
    pub fn state(&self, entry: Seq) -> Option<EntryState> {
        let reaches = [
            (self.closed, EntryState::Closed),
            (self.witnessed, EntryState::Witnessed),
            (self.checkpointed, EntryState::Checkpointed),
            (self.sequenced, EntryState::Sequenced),
        ];
        reaches.into_iter().find(|(size, _)| entry.0 < *size).map(|(_, state)| state)
    }
}

impl EntryState {
    /// The stable word, for scripts.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            EntryState::Sequenced => "sequenced",
            EntryState::Checkpointed => "checkpointed",
            EntryState::Witnessed => "witnessed",
            EntryState::Closed => "closed",
        }
    }

    /// The word for people.
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        match self {
            EntryState::Sequenced => "已入账",
            EntryState::Checkpointed => "已存证",
            EntryState::Witnessed => "已见证",
            EntryState::Closed => "已月结",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{EntryState, Horizon};
    use crate::ids::Seq;

    #[test]
    fn an_entry_has_the_furthest_state_that_reaches_it() {
        let horizon = Horizon { sequenced: 9, checkpointed: 7, witnessed: 5, closed: 2 };
        let state = |n| horizon.state(Seq(n));
        assert_eq!(state(1), Some(EntryState::Closed));
        assert_eq!(state(2), Some(EntryState::Witnessed));
        assert_eq!(state(5), Some(EntryState::Checkpointed));
        assert_eq!(state(8), Some(EntryState::Sequenced));
        assert_eq!(state(9), None);
    }
}
