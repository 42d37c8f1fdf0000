//! What the program works out for itself: folded from entries, thrown away and rebuilt at will, never in the log.

pub mod beside;
pub mod doubts;
pub mod due;
pub mod figures;
pub mod flags;
pub mod household;
pub mod lineage;
pub mod month;
pub mod open_matters;
pub mod outstanding;
pub mod pairs;
pub mod policy_effect;
pub mod pool;
pub mod rescue;
pub mod roster_change;
pub mod watch;
