//! The core of doudi: acts that people sign, the rules that admit them, the log that keeps them.
//! Modules in reading order; a module uses only those above it.

mod words;

pub mod shares;

pub mod money;

pub mod ids;

pub mod period;

pub mod check_digits;

pub mod answer;

pub mod canonical;

pub mod signature;

pub mod signer;

pub mod log;

pub mod witness;

pub mod act;

pub mod line;

mod decoding;

pub mod rejection;

pub mod books;

pub mod views;

pub mod law;

pub mod rules;

pub mod trust;

pub mod snapshot;

pub mod engine;

pub mod audit;

pub mod vault;
