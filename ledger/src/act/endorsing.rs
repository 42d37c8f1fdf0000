//! Signatures within acts, other than those under key records: over an answer, and over a log's verifier key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::VerifyingKey;

use super::offices::ActsAnswered;
use super::signed::labelled;
use super::wire;
use crate::canonical::{self, NotCanonical};
use crate::ids::ActId;
use crate::signature::holds;
use crate::signer::{Signer, SigningFailure, signature};

/// What such a signature states (docs/format/log.md §4 and §7). Each has its own label: none stands for another.
#[derive(Clone, Copy, Debug)]
pub enum Endorsed<'a> {
    /// These acts are as their signer would have signed them.
    Reconfirming(&'a ActsAnswered),
    /// These acts are not their signer's.
    Disowning(&'a ActsAnswered),
    /// The new log key's own signature over its verifier key.
    LogKeyPossession(&'a str),
    /// A log key that is valid hands over to this one.
    LogKeyHandover(&'a str),
    /// A person states that this is a key of the log.
    LogKeyCountersigned(&'a str),
    /// A person states that this key signs no more.
    LogKeyRetirement(&'a str),
}

wire! {
    /// What is signed over an answer: its countersignatures left out.
    Answered {
        /// The acts.
        acts: Vec<ActId>,
        /// On what ground.
        reason: String,
    }
}

impl Endorsed<'_> {
    /// The bytes that the signature covers.
    ///
    /// # Errors
    /// [`NotCanonical`] if a text in it cannot be written canonically.
    pub fn message(&self, origin: &str) -> Result<Vec<u8>, NotCanonical> {
        let answer = |label, body: &ActsAnswered| {
            let answered = Answered { acts: body.acts.clone(), reason: body.reason.clone() };
            Ok(labelled(label, origin, &canonical::encode(&answered)?))
        };
        let key = |label, vkey: &str| Ok(labelled(label, origin, vkey.as_bytes()));
        match self {
            Endorsed::Reconfirming(body) => answer("doudi/reconfirm/v1", body),
            Endorsed::Disowning(body) => answer("doudi/disown/v1", body),
            Endorsed::LogKeyPossession(vkey) => key("doudi/log-key-proof/v1", vkey),
            Endorsed::LogKeyHandover(vkey) => key("doudi/log-key-handover/v1", vkey),
            Endorsed::LogKeyCountersigned(vkey) => key("doudi/log-key-countersign/v1", vkey),
            Endorsed::LogKeyRetirement(vkey) => key("doudi/log-key-retire/v1", vkey),
        }
    }

    /// Signs it; base64.
    ///
    /// # Errors
    /// It cannot be written canonically, or the signer fails.
    pub fn sign(&self, origin: &str, signer: &dyn Signer) -> Result<String, SigningFailure> {
        Ok(BASE64.encode(signature(signer, &self.message(origin)?)?))
    }

    /// True if `sig` (base64) by `key` states it.
    #[must_use]
    pub fn is_signed_by(&self, origin: &str, key: &VerifyingKey, sig: &str) -> bool {
        let Ok(message) = self.message(origin) else { return false };
        let sig = BASE64.decode(sig).ok().and_then(|bytes| <[u8; 64]>::try_from(bytes).ok());
        sig.is_some_and(|sig| holds(key, &message, &sig))
    }
}
