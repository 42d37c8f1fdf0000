//! Witnesses 见证: cosignatures, the answer to `add-checkpoint`, fork certificates, policies. Pure: bytes in, a verdict out;
//! time is an argument and files are the shell's. It knows checkpoints, never an act. docs/format/witness.md is its contract.
//! Read in this order: failure, cosignature; request, state, decision; fork; policy; horizon.

mod cosignature;
mod decision;
mod failure;
mod fork;
mod horizon;
mod policy;
mod request;
mod state;

pub use cosignature::{WitnessKey, WitnessSigner, cosigned_at};
pub use decision::{Accepted, KnownLogs, Refused, decide};
pub use failure::{WitnessCode, WitnessFailure};
pub use fork::{ForkCertificate, ForkProved};
pub use horizon::{EntryState, Horizon};
pub use policy::{Judgement, Policy, PolicyWitness};
pub use request::{AddCheckpoint, MOST_REQUEST_BYTES, StatedCheckpoint, stated};
pub use state::WitnessState;
