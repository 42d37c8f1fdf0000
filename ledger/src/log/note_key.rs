//! The keys of signed notes: what checks a signature line, and what makes one.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};

use super::failure::{LogCode, LogFailure};
use crate::signature;
use crate::signer::Signer;

/// C2SP's number for Ed25519 in keys and key hashes.
const ED25519: u8 = 1;

/// A key that signatures on notes can be checked with: `NAME+HEX(key hash)+BASE64(0x01 ‖ key)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    pub(super) name: String,
    public: VerifyingKey,
}

impl VerifierKey {
    /// The key with this name and these 32 public bytes.
    ///
    /// # Errors
    /// [`LogCode::KeyMalformed`] if the name is empty or holds white space or `+`, or if the bytes
    /// are not the canonical form of a point, or one of small order.
    pub fn new(name: &str, public: &[u8; 32]) -> Result<VerifierKey, LogFailure> {
        if name.is_empty() || name.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+')
        {
            return Err(LogFailure::new(LogCode::KeyMalformed, format!("名称“{name}”")));
        }
        let key = signature::public_key(public)
            .ok_or_else(|| LogFailure::new(LogCode::KeyMalformed, "公钥不是有效的 Ed25519 点"))?;
        Ok(VerifierKey { name: name.to_owned(), public: key })
    }

    /// The key's name: for a log, its origin.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The 32 public bytes.
    #[must_use]
    pub fn public(&self) -> &[u8; 32] {
        self.public.as_bytes()
    }

    /// The public key, to check other signatures with.
    #[must_use]
    pub fn verifying_key(&self) -> &VerifyingKey {
        &self.public
    }

    /// The first four bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key): a hint, not a proof.
    #[must_use]
    pub fn key_hash(&self) -> [u8; 4] {
        let hash = Sha256::new()
            .chain_update(&self.name)
            .chain_update([b'\n', ED25519])
            .chain_update(self.public());
        let [a, b, c, d, ..] = <[u8; 32]>::from(hash.finalize());
        [a, b, c, d]
    }

    pub(super) fn accepts(&self, text: &str, signature: &[u8]) -> bool {
        <&[u8; 64]>::try_from(signature)
            .is_ok_and(|signature| signature::holds(&self.public, text.as_bytes(), signature))
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[ED25519], self.public().as_slice()].concat();
        write!(f, "{}+{}+{}", self.name, hex::encode(self.key_hash()), STANDARD.encode(key))
    }
}

impl FromStr for VerifierKey {
    type Err = LogFailure;

    /// Reads one line; a line feed at its end is allowed, since files have one.
    fn from_str(text: &str) -> Result<VerifierKey, LogFailure> {
        let line = text.strip_suffix('\n').unwrap_or(text);
        let wrong = || LogFailure::new(LogCode::KeyMalformed, format!("“{line}”"));
        // Base64 may hold a plus sign, names and key hashes may not.
        let mut parts = line.splitn(3, '+');
        let (name, _, encoded) =
            (|| Some((parts.next()?, parts.next()?, parts.next()?)))().ok_or_else(wrong)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| wrong())?;
        let (algorithm, public) = bytes.split_first().ok_or_else(wrong)?;
        if *algorithm != ED25519 {
            let detail = format!("“{line}”的算法号为 {algorithm}");
            return Err(LogFailure::new(LogCode::KeyAlgorithm, detail));
        }
        let public: &[u8; 32] = public.try_into().map_err(|_| wrong())?;
        let key = VerifierKey::new(name, public)?;
        // One key has one spelling, so a wrong hash shows as a difference.
        if key.to_string() != line {
            return Err(wrong());
        }
        Ok(key)
    }
}

/// A secret key that signs notes under its name; while the log's key changes, two of them.
#[derive(Clone)]
pub struct NoteSigner {
    pub(super) verifier: VerifierKey,
    pub(super) secret: Arc<dyn Signer>,
    /// The other keys that sign beside it.
    pub(super) beside: Vec<NoteSigner>,
}

impl NoteSigner {
    /// The signer with this name and this 32-byte secret seed.
    ///
    /// # Errors
    /// [`LogCode::KeyMalformed`] if the name is empty or holds white space or `+`.
    pub fn new(name: &str, seed: &[u8; 32]) -> Result<NoteSigner, LogFailure> {
        NoteSigner::through(name, Arc::new(SigningKey::from_bytes(seed)))
    }

    /// The signer with this name whose key is wherever `secret` reaches it.
    ///
    /// # Errors
    /// As [`NoteSigner::new`].
    pub fn through(name: &str, secret: Arc<dyn Signer>) -> Result<NoteSigner, LogFailure> {
        let verifier = VerifierKey::new(name, secret.public().as_bytes())?;
        Ok(NoteSigner { verifier, secret, beside: Vec::new() })
    }

    /// The same, with another signer whose line stands below.
    #[must_use]
    pub fn and(mut self, other: NoteSigner) -> NoteSigner {
        self.beside.push(other);
        self
    }

    /// The signer for exactly these keys, in their order.
    ///
    /// # Errors
    /// [`LogCode::WrongSigner`] with the key that is not among its own.
    pub fn for_keys(&self, keys: &[VerifierKey]) -> Result<NoteSigner, LogFailure> {
        let one = |key: &VerifierKey| {
            let mut all = std::iter::once(self).chain(&self.beside);
            let found = all.find(|signer| signer.verifier == *key);
            let detail = || format!("没有 {key} 的私钥");
            let found = found.ok_or_else(|| LogFailure::new(LogCode::WrongSigner, detail()))?;
            Ok(NoteSigner { beside: Vec::new(), ..found.clone() })
        };
        let signers = keys.iter().map(one).collect::<Result<Vec<_>, LogFailure>>()?;
        let none = || LogFailure::new(LogCode::WrongSigner, "没有在用的日志公钥");
        signers.into_iter().reduce(NoteSigner::and).ok_or_else(none)
    }

    /// What it signs with, for what is no note: a handover.
    #[must_use]
    pub fn secret(&self) -> &dyn Signer {
        self.secret.as_ref()
    }

    /// Every key that it signs with.
    pub fn verifiers(&self) -> impl Iterator<Item = &VerifierKey> {
        std::iter::once(&self.verifier).chain(self.beside.iter().map(|other| &other.verifier))
    }

    /// The key that its signatures are checked with.
    #[must_use]
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }
}

impl fmt::Debug for NoteSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NoteSigner({})", self.verifier.name)
    }
}
