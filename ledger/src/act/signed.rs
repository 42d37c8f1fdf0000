//! A signed act as an entry of the log: the exact bytes, their id, and the one signature rule.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::VerifyingKey;
use sha2::{Digest as _, Sha256};

use super::offices::KeyRecord;
use super::{ALGORITHM, Act};
use crate::canonical::{self, NotCanonical};
use crate::ids::{ActId, KeyId};
use crate::signature::{holds, public_key};
use crate::signer::{Signer, SigningFailure, signature};

const HEAD: &[u8] = b"{\"act\":";
const MIDDLE: &[u8] = b",\"sig\":\"";
const TAIL: &[u8] = b"\"}";
/// Base64 of 64 bytes.
const SIGNATURE_CHARS: usize = 88;
/// What follows the act in its entry: `,"sig":"` + 88 characters + `"}`.
const AFTER: usize = MIDDLE.len() + SIGNATURE_CHARS + TAIL.len();

/// An act with its signature, exactly as it is stored and exported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedAct {
    entry: Vec<u8>,
    act: Act,
    signature: [u8; 64],
}

impl SignedAct {
    /// Signs an act for the ledger named `origin`.
    ///
    /// # Errors
    /// [`SigningFailure`] if the act cannot be written canonically, or the signer fails.
    pub fn sign(act: Act, origin: &str, key: &dyn Signer) -> Result<SignedAct, SigningFailure> {
        let bytes = act.encode()?;
        let signature = signature(key, &covered(origin, &bytes))?;
        let mut entry = Vec::with_capacity(HEAD.len() + bytes.len() + AFTER);
        entry.extend_from_slice(HEAD);
        entry.extend_from_slice(&bytes);
        entry.extend_from_slice(MIDDLE);
        entry.extend_from_slice(BASE64.encode(signature).as_bytes());
        entry.extend_from_slice(TAIL);
        Ok(SignedAct { entry, act, signature })
    }

    /// Reads an act entry strictly. The signature is not verified here: that needs the key's record.
    ///
    /// # Errors
    /// [`NotCanonical`] if the bytes are not an act entry in its one spelling.
    pub fn decode(entry: Vec<u8>) -> Result<SignedAct, NotCanonical> {
        let form = |what: &str| NotCanonical::Form(what.to_owned());
        let bytes = act_bytes(&entry).ok_or_else(|| form("not an act entry"))?;
        let signature = entry
            .get(HEAD.len() + bytes.len() + MIDDLE.len()..entry.len() - TAIL.len())
            .and_then(|text| BASE64.decode(text).ok())
            .and_then(|bytes| <[u8; 64]>::try_from(bytes).ok())
            .ok_or_else(|| form("the signature is not base64 of 64 bytes"))?;
        let act = Act::decode(bytes)?;
        Ok(SignedAct { entry, act, signature })
    }

    /// What the person stated.
    #[must_use]
    pub fn act(&self) -> &Act {
        &self.act
    }

    /// The entry's bytes.
    #[must_use]
    pub fn entry(&self) -> &[u8] {
        &self.entry
    }

    /// The act's id in the ledger named `origin`: the hash of the bytes its signature covers.
    #[must_use]
    pub fn id(&self, origin: &str) -> ActId {
        let bytes = act_bytes(&self.entry).unwrap_or_default();
        ActId(Sha256::digest(covered(origin, bytes)).into())
    }

    /// True if `key` signed exactly this act for the ledger named `origin`.
    #[must_use]
    pub fn is_signed_by(&self, origin: &str, key: &VerifyingKey) -> bool {
        let bytes = act_bytes(&self.entry).unwrap_or_default();
        holds(key, &covered(origin, bytes), &self.signature)
    }
}

/// The act's own bytes within an act entry; `None` for anything else.
#[must_use]
pub fn act_bytes(entry: &[u8]) -> Option<&[u8]> {
    let end = entry.len().checked_sub(AFTER)?;
    let bytes = entry.get(HEAD.len()..end)?;
    let framed =
        entry.starts_with(HEAD) && entry.ends_with(TAIL) && entry.get(end..)?.starts_with(MIDDLE);
    framed.then_some(bytes)
}

fn covered(origin: &str, act: &[u8]) -> Vec<u8> {
    labelled("doudi/act/v1", origin, act)
}

/// What a signature of ours covers: a label, the ledger's name, and the bytes (docs/format/log.md §3).
pub(super) fn labelled(label: &str, origin: &str, bytes: &[u8]) -> Vec<u8> {
    [label.as_bytes(), b"\n", origin.as_bytes(), b"\n", bytes].concat()
}

/// What a signature under a key record states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vouching {
    /// The key's own signature: its holder has the secret half.
    Possession,
    /// Another person's signature: this key belongs to that person.
    Countersignature,
}

impl KeyRecord {
    /// The record of a person's key.
    #[must_use]
    pub fn new(officer: crate::ids::OfficerId, key: &VerifyingKey) -> KeyRecord {
        KeyRecord { alg: ALGORITHM.to_owned(), officer, public: BASE64.encode(key.to_bytes()) }
    }

    /// The public key; `None` unless the algorithm is known and the bytes are a canonical point of large order.
    #[must_use]
    pub fn verifying_key(&self) -> Option<VerifyingKey> {
        let bytes: [u8; 32] = BASE64.decode(&self.public).ok()?.try_into().ok()?;
        public_key(&bytes).filter(|_| self.alg == ALGORITHM)
    }

    /// The key's id.
    #[must_use]
    pub fn key_id(&self) -> Option<KeyId> {
        self.verifying_key().map(|key| key_id(&key))
    }

    /// Signs under this record, as its own key or as a countersigning one; base64.
    ///
    /// # Errors
    /// [`SigningFailure`] if the record holds a text that cannot be written canonically, or the signer fails.
    pub fn vouch(
        &self,
        origin: &str,
        vouching: Vouching,
        key: &dyn Signer,
    ) -> Result<String, SigningFailure> {
        let message = self.vouched(origin, vouching)?;
        Ok(BASE64.encode(signature(key, &message)?))
    }

    /// True if `signature` (base64) by `key` vouches for this record.
    #[must_use]
    pub fn is_vouched_by(
        &self,
        origin: &str,
        vouching: Vouching,
        key: &VerifyingKey,
        signature: &str,
    ) -> bool {
        let Ok(message) = self.vouched(origin, vouching) else { return false };
        BASE64
            .decode(signature)
            .ok()
            .and_then(|bytes| <[u8; 64]>::try_from(bytes).ok())
            .is_some_and(|signature| holds(key, &message, &signature))
    }

    fn vouched(&self, origin: &str, vouching: Vouching) -> Result<Vec<u8>, NotCanonical> {
        let label = match vouching {
            Vouching::Possession => "doudi/key-proof/v1",
            Vouching::Countersignature => "doudi/countersign/v1",
        };
        Ok(labelled(label, origin, &canonical::encode(self)?))
    }
}

/// The id of a key: the first 16 bytes of SHA-256 over label, algorithm and public key.
///
/// # Panics
/// Never: a SHA-256 digest has 32 bytes.
#[must_use]
pub fn key_id(key: &VerifyingKey) -> KeyId {
    let hash = Sha256::new()
        .chain_update(format!("doudi/key/v1\n{ALGORITHM}\n"))
        .chain_update(key.to_bytes())
        .finalize();
    let (first, _) = hash.split_first_chunk::<16>().expect("a SHA-256 digest has 32 bytes");
    KeyId::from_bytes(*first)
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::SigningKey;

    use super::{SignedAct, key_id};
    use crate::act::people::AccountChangeApproved;
    use crate::act::{Act, Body, Seen};
    use crate::ids::ActId;

    fn signed() -> (SignedAct, SigningKey) {
        let key = SigningKey::from_bytes(&[7; 32]);
        let act = Act {
            body: Body::AccountChangeApproved(AccountChangeApproved { change: ActId([1; 32]) }),
            key: key_id(&key.verifying_key()),
            prev: ActId::ZERO,
            seen: Seen::nothing(),
            seq: 1,
            time: "2020-10-08T09:12:05+08:00".into(),
        };
        (SignedAct::sign(act, "qinghe.example/1", &key).unwrap(), key)
    }

    #[test]
    fn an_act_entry_reads_back_and_its_signature_holds_for_its_own_ledger_only() {
        let (signed, key) = signed();
        let again = SignedAct::decode(signed.entry().to_vec()).unwrap();
        assert_eq!(again, signed);
        assert!(again.is_signed_by("qinghe.example/1", &key.verifying_key()));
        assert!(!again.is_signed_by("other.example/1", &key.verifying_key()));
        assert_ne!(again.id("qinghe.example/1"), again.id("other.example/1"));
    }

    #[test]
    fn no_single_byte_of_an_entry_can_change_unnoticed() {
        let (signed, key) = signed();
        for at in 0..signed.entry().len() {
            let mut bytes = signed.entry().to_vec();
            bytes[at] ^= 1;
            let survives = SignedAct::decode(bytes)
                .is_ok_and(|act| act.is_signed_by("qinghe.example/1", &key.verifying_key()));
            assert!(!survives, "byte {at}");
        }
    }

    #[test]
    fn every_kind_of_body_is_listed_once() {
        let mut kinds: Vec<_> = Body::KINDS.iter().map(|(kind, _)| kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        assert_eq!(kinds.len(), Body::KINDS.len());
    }
}
