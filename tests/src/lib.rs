//! WHAT MUST HOLD: builders and a small county in memory for the suite.

pub mod given;
