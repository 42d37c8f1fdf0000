//! Witnesses: the protocol over real HTTP with the real binary, what is remembered whatever happens, the file way, the gate
//! before a payment file, and a ledger that lies.

mod desk_story;
mod fork_story;
mod history;
mod memory;
mod protocol;
mod served;
mod station;
