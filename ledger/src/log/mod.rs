//! The log: bytes only; it never sees an act. docs/format/log.md is its contract.
//! Read in this order: tree, proof; note, checkpoint; store, opening, writer, reading; tiles, tile folder.

mod checkpoint;
mod failure;
pub(crate) mod fjall_start;
mod full_read;
mod key_chain;
mod last_signed;
mod note;
mod opening;
mod proof;
mod reader;
mod reading;
mod store;
mod tile_folder;
mod tiles;
mod tree;
mod writer;

pub use checkpoint::VerifiedCheckpoint;
pub use failure::{LogCode, LogFailure};
pub use full_read::FullRead;
pub use key_chain::Handover;
pub use note::{NoteSigner, SignedNote, VerifierKey};
pub use proof::{consistency_holds, consistency_proof, inclusion_holds, inclusion_proof};
pub use reader::LogReader;
pub use reading::{EntrySource, ReadEntry, Scan};
pub use store::{Head, MAX_ENTRY_BYTES};
pub use tile_folder::TileFolder;
pub use tiles::{Exported, export_tiles};
pub use tree::{
    Frontier, Leaves, NodeHash, Subtrees, TILE_WIDTH, WholeNode, edge, empty_root, inner_hash,
    leaf_hash, leaves_of_level, root_of_entries, root_of_leaves,
};
pub use writer::{Log, Record};
