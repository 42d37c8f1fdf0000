//! Checks that need no order are done when a core is free: signatures and the roots of manifests. What fails is kept by entry.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use ed25519_dalek::VerifyingKey;

use super::auditor::Auditor;
use super::{Divergence, diagnosis};
use crate::decoding::{Chunks, ReadAct, ReadLine};
use crate::ids::{Root, Seq};
use crate::log::{EntrySource, Leaves, LogFailure, NodeHash};
use crate::rejection::Rejection;

/// How many signatures are put off together: about two milliseconds.
const SIGNATURES: usize = 64;

/// What was found to fail.
enum Failed {
    Signature(Arc<ReadAct>),
    /// The manifest's lines have another root.
    Manifest,
}

/// Checks that were put off, and what failed of them.
#[derive(Default)]
pub(super) struct Late {
    failed: Mutex<BTreeMap<Seq, Failed>>,
    rest: Mutex<Option<LogFailure>>,
}

/// A signature that waits to be checked.
pub(super) type Unchecked = (Seq, Arc<ReadAct>, VerifyingKey);

impl Late {
    fn fails(&self, at: Seq, what: Failed) {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.entry(at).or_insert(what);
    }

    /// Hands over the signatures that wait, once there are enough of them or nothing follows.
    pub(super) fn signatures<'env, L: ReadLine>(
        &'env self,
        origin: &'env str,
        waiting: &mut Vec<Unchecked>,
        is_last: bool,
        chunks: &mut Chunks<'_, 'env, L>,
    ) {
        if waiting.len() < SIGNATURES && !is_last {
            return;
        }
        let batch = std::mem::take(waiting);
        chunks.later(move || {
            for (at, read, public) in batch {
                if !read.signed.is_signed_by(origin, &public) {
                    self.fails(at, Failed::Signature(read));
                }
            }
        });
    }

    /// Hands over the lines of a manifest. Small ones are done at once.
    pub(super) fn manifest<'env, L: ReadLine>(
        &'env self,
        at: Seq,
        leaves: Vec<NodeHash>,
        root: Root,
        chunks: &mut Chunks<'_, 'env, L>,
    ) {
        let check = move || {
            if Leaves(&leaves).root() != root {
                self.fails(at, Failed::Manifest);
            }
        };
        chunks.later(check);
    }

    /// Looks for what the source has besides its entries: told by [`Late::rest`], after everything else.
    pub(super) fn compare_rest<'env, L: ReadLine>(
        &'env self,
        source: &'env dyn EntrySource,
        chunks: &mut Chunks<'_, 'env, L>,
    ) {
        chunks.later(move || {
            let found = source.compare_rest().err();
            *self.rest.lock().unwrap_or_else(PoisonError::into_inner) = found;
        });
    }

    /// What the source has that no entry asks for.
    pub(super) fn rest(&self) -> Result<(), LogFailure> {
        let found = self.rest.lock().unwrap_or_else(PoisonError::into_inner).take();
        found.map_or(Ok(()), Err)
    }

    /// The failure at the lowest entry, with its closer code.
    pub(super) fn first<S>(&self, auditor: &Auditor<'_, S>) -> Option<Divergence> {
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, what) = failed.first_key_value()?;
        let found = match what {
            Failed::Signature(read) => {
                let why = Rejection::SignatureWrong {};
                diagnosis::of_signer(auditor.source, &auditor.books, (*at, &read.signed), &why)
            }
            Failed::Manifest => {
                let why = Rejection::ManifestMismatch { what: "默克尔根" };
                Divergence::at(*at, "manifest.root_wrong", why.to_string())
            }
        };
        Some(found)
    }
}
