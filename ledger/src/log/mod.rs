//! The log: bytes only; it never sees an act.
