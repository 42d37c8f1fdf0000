//! The numbers that the log engine is held to, each beside the floor that the same machine reached in the same run.
//! Read in this order: cast, county (the invented history); ledger (how it is written); measure; then one file a number.

pub mod append;
pub mod bare;
pub mod cast;
pub mod county;
pub mod ledger;
pub mod lines;
pub mod make;
pub mod measure;
mod month;
pub mod payees;
pub mod reconcile;
pub mod replay;
mod single;
pub mod start;
pub mod verify;
pub mod year_statement;
