//! FILES OUT, pure: views in, bytes out; the same views always give the same bytes.
//! Modules in reading order; a module uses only those above it.

pub mod document;

pub mod rate;

pub mod table;

pub mod payment_file;

pub mod reconciliation_statement;

pub mod month_end;

pub mod bulletin;

pub mod journal;

pub mod data_tables;

#[cfg(test)]
mod sample;
