//! The log: bytes only; it never sees an act. docs/format/log.md is its contract.
//! Read in this order: tree, proof; note key, note, checkpoint; store, opening, writer, read back, entry input, staging, reading; tile name,
//! tile making, tile writer, tiles, tile folder, container, proof file; recovery.

mod acknowledged;
mod checkpoint;
mod container;
mod entry_input;
mod failure;
pub(crate) mod fjall_start;
mod full_read;
mod journal_holes;
mod key_chain;
mod last_signed;
mod note;
mod note_key;
mod opening;
mod proof;
mod proof_file;
mod read_back;
mod reader;
mod reading;
mod recovery;
mod shadow;
mod staging;
mod store;
mod store_files;
mod tile_folder;
mod tile_making;
mod tile_name;
mod tile_writer;
mod tiles;
mod tree;
mod writer;

pub use checkpoint::VerifiedCheckpoint;
pub use container::export_container;
pub use entry_input::{EntryInput, Hashed, InputEntry, LineFile};
pub use failure::{LogCode, LogFailure};
pub use full_read::FullRead;
pub use key_chain::{Handover, KeyChain};
pub(crate) use last_signed::sync_folder;
pub use note::SignedNote;
pub use note_key::{NoteSigner, VerifierKey};
pub use proof::{
    consistency_holds, consistency_proof, consistency_roots, inclusion_holds, inclusion_proof,
};
pub use proof_file::{ConsistencyFile, InclusionFile};
pub use reader::{Covered, LogReader};
pub use reading::{EntrySource, ReadEntry, Scan};
pub use recovery::{
    CopyTarget, Finding, FindingCode, KnownAct, Offer, RecoveryCode, RecoveryFailure, Repair,
    Repaired, Restored, Scrubbed, SecondCopy, Stretch, restore_log, scrub, stretches,
};
pub use staging::{MAX_BATCH_BYTES, MAX_BATCH_ENTRIES};
pub use store::{Head, MAX_ENTRY_BYTES};
pub use tile_folder::TileFolder;
pub use tile_name::{NotATile, TileKind, TileName};
pub use tiles::{Exported, export_tiles};
pub use tree::{
    Frontier, Leaves, NodeHash, Subtrees, TILE_WIDTH, WholeNode, edge, empty_root, hash_of_leaves,
    inner_hash, leaf_hash, leaves_of_level, root_of_entries, root_of_leaves,
};
pub use writer::{Log, Record};
