//! WHAT MUST HOLD: builders and a small county in memory for the suite.

pub mod browser;
pub mod clerk;
pub mod county_demo;
pub mod forge;
pub mod given;
pub mod meaning;
pub mod program;
pub mod serving;
pub mod village;
