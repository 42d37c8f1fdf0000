//! The core of doudi: acts that people sign, the rules that admit them, the log that keeps them.

pub mod money;

pub mod ids;

pub mod period;

pub mod answer;

pub mod log;

pub mod vault;
