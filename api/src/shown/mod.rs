//! What the books say about one thing, as a program reads it: the API gives it, and `doudi show --json` what it has a command for.
//! Amounts are whole fen; nobody's name is here.

mod cases;
mod households;
mod lineage;
mod lookouts;
mod months;
mod offices;
mod policies;
mod registers;
mod rosters;
mod waiting;

pub use cases::{
    ApplicationFacts, ApplicationPage, ClaimPage, ClaimWhole, application, applications, claim,
    claims,
};
pub use households::{EntitlementFacts, HouseholdFacts, entitlement, household};
pub use lineage::{About, LineageFacts, name};
pub use lookouts::{AlertList, Counts, FlagFacts, alerts, counts, flag_facts, flags};
pub use months::{MonthFacts, MonthList, month, months};
pub use offices::{MatterList, OfficerList, UnitList, matters, officers, units};
pub use policies::{PolicyList, policies};
pub use registers::{
    Balances, DoubtList, Goods, Insurances, Organisations, PoolFacts, balances, doubts, goods,
    insurances, organisations, pool,
};
pub use rosters::{RosterChanges, changes_of, compared, roster_changes};
pub use waiting::{RecoveryList, ReissueList, recoveries, reissues};

use ledger::rejection::Rejection;

use crate::failure::Failure;

/// A sum left the range of money.
fn overflow() -> Failure {
    Rejection::MoneyOverflow {}.into()
}
