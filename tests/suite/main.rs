//! One binary for the whole suite. Every file of this folder is listed here; `tidy` fails if one is forgotten.
#![cfg(test)]

mod crash;
mod decisions;
mod demo;
mod errors;
mod exports;
mod flips;
mod foreign;
mod group_commit;
mod foreign_log;
mod formats;
mod histories;
mod oracles;
mod keys;
mod privacy;
mod recovery;
mod refusals;
mod serving;
mod sectors;
mod tamper;
mod tidy;
mod writer;
mod witness;
