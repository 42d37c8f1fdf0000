//! One binary for the whole suite. Every file of this folder is listed here; `tidy` fails if one is forgotten.
#![cfg(test)]

mod adjusting;
mod bank_days;
mod bench;
mod crash;
mod decisions;
mod demo;
mod disk_full;
mod errors;
mod exports;
mod flips;
mod foreign;
mod foreign_log;
mod formats;
mod group_commit;
mod hall;
mod histories;
mod keys;
mod lists;
mod oracles;
mod payees;
mod privacy;
mod profiles;
mod recovery;
mod refusals;
mod scenarios;
mod sectors;
mod serving;
mod snapshots;
mod spreadsheets;
mod statements;
mod strace_faults;
mod tamper;
mod tidy;
mod witness;
mod writer;
