//! A small county in memory, brought to a stage by signed acts.
