//! One binary for the whole suite. Every file of this folder is listed here; `tidy` fails if one is forgotten.
#![cfg(test)]

mod crash;
mod decisions;
mod demo;
mod disk_full;
mod errors;
mod flips;
mod foreign;
mod histories;
mod privacy;
mod refusals;
mod strace_faults;
mod tamper;
mod tidy;
