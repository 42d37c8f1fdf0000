//! What signs: a key in this process, in a card, or behind a command. Signing can fail, and says so.

use ed25519_dalek::{SigningKey, VerifyingKey};

use crate::canonical::NotCanonical;
use crate::signature::holds;

/// Why a signer gave no signature, in Chinese.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SignerFailure(pub String);

/// Why there is no signed act, record or note.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SigningFailure {
    /// What was to be signed cannot be written canonically.
    #[error(transparent)]
    NotCanonical(#[from] NotCanonical),
    /// The signer failed.
    #[error(transparent)]
    Signer(#[from] SignerFailure),
}

/// Holds a secret key, or reaches one: everything that is signed is signed through this.
pub trait Signer: Send + Sync {
    /// The public key that its signatures hold under.
    fn public(&self) -> VerifyingKey;

    /// The algorithm, as the format names it (docs/format/log.md §3).
    fn algorithm(&self) -> &'static str {
        "ed25519"
    }

    /// Signs the message.
    ///
    /// # Errors
    /// The key cannot be reached, or its holder said no.
    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignerFailure>;
}

impl Signer for SigningKey {
    fn public(&self) -> VerifyingKey {
        self.verifying_key()
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignerFailure> {
        Ok(ed25519_dalek::Signer::sign(self, message).to_bytes())
    }
}

/// A signature that holds: what a device gave is checked before anything is done with it.
///
/// # Errors
/// The signer failed, speaks another algorithm, or gave a signature that does not hold under its public key.
pub fn signature(signer: &dyn Signer, message: &[u8]) -> Result<[u8; 64], SignerFailure> {
    let algorithm = signer.algorithm();
    if algorithm != "ed25519" {
        return Err(SignerFailure(format!("签名设备的算法{algorithm}不受支持，只用 ed25519")));
    }
    let signature = signer.sign(message)?;
    if holds(&signer.public(), message, &signature) {
        return Ok(signature);
    }
    Err(SignerFailure("签名设备给出的签名与其公钥不符；请核对设备和公钥".to_owned()))
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{SigningKey, VerifyingKey};

    use super::{Signer, SignerFailure, signature};

    /// A device whose card was changed under it.
    struct OtherCard(SigningKey, SigningKey);

    impl Signer for OtherCard {
        fn public(&self) -> VerifyingKey {
            self.0.verifying_key()
        }

        fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignerFailure> {
            Signer::sign(&self.1, message)
        }
    }

    #[test]
    fn a_signature_under_another_key_than_the_one_named_is_not_used() {
        let (named, held) = (SigningKey::from_bytes(&[1; 32]), SigningKey::from_bytes(&[2; 32]));
        assert!(signature(&named, b"message").is_ok());
        assert!(signature(&OtherCard(named, held), b"message").is_err());
    }
}
