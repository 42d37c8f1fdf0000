//! C2SP tlog-cosignature, `cosignature/v1`: Ed25519, type 0x04, with the time in it. Make, parse, verify.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer as _, SigningKey};
use sha2::{Digest as _, Sha256};

use super::failure::{WitnessCode, WitnessFailure};
use crate::log::{SignedNote, VerifierKey};
use crate::signature;

/// C2SP's number for timestamped Ed25519 cosignatures in keys and key hashes.
const COSIGNATURE: u8 = 4;

/// The key that a witness's cosignatures are checked with: `NAME+HEX(key hash)+BASE64(0x04 ‖ key)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessKey {
    /// The same name and point as a key of notes, whose rules for both hold here too.
    key: VerifierKey,
}

impl WitnessKey {
    /// The key with this name and these 32 public bytes.
    ///
    /// # Errors
    /// [`WitnessCode::KeyMalformed`] if the name is empty or holds white space or `+`, or if the bytes are not the
    /// canonical form of a point, or one of small order.
    pub fn new(name: &str, public: &[u8; 32]) -> Result<WitnessKey, WitnessFailure> {
        let key = VerifierKey::new(name, public);
        let key = key.map_err(|why| WitnessFailure::of_log(WitnessCode::KeyMalformed, &why))?;
        Ok(WitnessKey { key })
    }

    /// The witness's name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.key.name()
    }

    /// The 32 public bytes.
    #[must_use]
    pub fn public(&self) -> &[u8; 32] {
        self.key.public()
    }

    /// The first four bytes of SHA-256(name ‖ 0x0A ‖ 0x04 ‖ public key).
    #[must_use]
    pub fn key_hash(&self) -> [u8; 4] {
        let hash = Sha256::new()
            .chain_update(self.name())
            .chain_update([b'\n', COSIGNATURE])
            .chain_update(self.public());
        let [a, b, c, d, ..] = <[u8; 32]>::from(hash.finalize());
        [a, b, c, d]
    }
}

impl fmt::Display for WitnessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[COSIGNATURE], self.public().as_slice()].concat();
        write!(f, "{}+{}+{}", self.name(), hex::encode(self.key_hash()), STANDARD.encode(key))
    }
}

impl FromStr for WitnessKey {
    type Err = WitnessFailure;

    fn from_str(text: &str) -> Result<WitnessKey, WitnessFailure> {
        let wrong = || WitnessFailure::new(WitnessCode::KeyMalformed, format!("“{text}”"));
        let mut parts = text.splitn(3, '+');
        let (name, _, encoded) =
            (|| Some((parts.next()?, parts.next()?, parts.next()?)))().ok_or_else(wrong)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| wrong())?;
        let (_, public) = bytes.split_first().ok_or_else(wrong)?;
        let key = WitnessKey::new(name, public.try_into().map_err(|_| wrong())?)?;
        // One key has one spelling, so a wrong hash or type shows as a difference.
        if key.to_string() == text { Ok(key) } else { Err(wrong()) }
    }
}

/// A witness's secret key.
pub struct WitnessSigner {
    key: WitnessKey,
    secret: SigningKey,
}

impl WitnessSigner {
    /// The signer with this name and this 32-byte secret seed.
    ///
    /// # Errors
    /// As [`WitnessKey::new`].
    pub fn new(name: &str, seed: &[u8; 32]) -> Result<WitnessSigner, WitnessFailure> {
        let secret = SigningKey::from_bytes(seed);
        let key = WitnessKey::new(name, secret.verifying_key().as_bytes())?;
        Ok(WitnessSigner { key, secret })
    }

    /// The key that its cosignatures are checked with.
    #[must_use]
    pub fn key(&self) -> &WitnessKey {
        &self.key
    }

    /// The signature line, with its line feed, over a checkpoint as of `time` (seconds since 1970).
    #[must_use]
    pub fn cosign(&self, checkpoint: &SignedNote, time: u64) -> String {
        let signature = self.secret.sign(message(checkpoint.text(), time).as_bytes()).to_bytes();
        let blob =
            [self.key.key_hash().as_slice(), &time.to_be_bytes(), signature.as_slice()].concat();
        format!("\u{2014} {} {}\n", self.key.name(), STANDARD.encode(blob))
    }
}

impl fmt::Debug for WitnessSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WitnessSigner({})", self.key.name())
    }
}

/// When the holder of `key` last cosigned this note; `None` if never.
///
/// # Errors
/// [`WitnessCode::CosignatureWrong`] if a line by that key does not hold: then the whole note is refused.
pub fn cosigned_at(note: &SignedNote, key: &WitnessKey) -> Result<Option<u64>, WitnessFailure> {
    let mut newest = None;
    for bytes in note.signatures_of(key.name(), key.key_hash()) {
        let time = time_if_holds(note.text(), key, bytes).ok_or_else(|| {
            let detail = format!("“{}”的见证签名", key.name());
            WitnessFailure::new(WitnessCode::CosignatureWrong, detail)
        })?;
        newest = newest.max(Some(time));
    }
    Ok(newest)
}

fn time_if_holds(text: &str, key: &WitnessKey, bytes: &[u8]) -> Option<u64> {
    let (time, signature) = bytes.split_first_chunk::<8>()?;
    let time = u64::from_be_bytes(*time);
    // The largest time that the format allows.
    i64::try_from(time).ok()?;
    let public = signature::public_key(key.public())?;
    let signature = <&[u8; 64]>::try_from(signature).ok()?;
    signature::holds(&public, message(text, time).as_bytes(), signature).then_some(time)
}

fn message(text: &str, time: u64) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

#[cfg(test)]
mod tests {
    use super::{WitnessKey, WitnessSigner, cosigned_at};
    use crate::log::SignedNote;

    fn note() -> SignedNote {
        let text = "doudi.example/ledger\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n\u{2014} doudi.example/ledger eDA4Z28vWg==\n";
        SignedNote::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_cosignature_holds_for_its_text_its_time_and_its_key_only() {
        let witness = WitnessSigner::new("witness.example/w1", &[1; 32]).unwrap();
        let other = WitnessSigner::new("witness.example/w1", &[2; 32]).unwrap();
        let line = witness.cosign(&note(), 1_679_315_147);
        let cosigned = note().with_lines(&line).unwrap();
        assert_eq!(cosigned_at(&cosigned, witness.key()), Ok(Some(1_679_315_147)));
        assert_eq!(cosigned_at(&cosigned, other.key()), Ok(None));
        assert_eq!(cosigned.to_string(), format!("{}{line}", note()));
        let changed = cosigned.to_string().replacen("\n0\n", "\n1\n", 1);
        let changed = SignedNote::parse(changed.as_bytes()).unwrap();
        assert!(cosigned_at(&changed, witness.key()).is_err());
        // The time stands in the line, and it is signed.
        let later = witness.cosign(&note(), 1_679_315_148);
        let mixed = format!("{}{}", &line[..50], &later[50..]);
        assert!(cosigned_at(&note().with_lines(&mixed).unwrap(), witness.key()).is_err());
    }

    #[test]
    fn of_two_cosignatures_by_one_witness_the_newer_counts() {
        let witness = WitnessSigner::new("witness.example/w1", &[1; 32]).unwrap();
        let lines = format!("{}{}", witness.cosign(&note(), 7), witness.cosign(&note(), 5));
        let cosigned = note().with_lines(&lines).unwrap();
        assert_eq!(cosigned_at(&cosigned, witness.key()), Ok(Some(7)));
    }

    #[test]
    fn a_key_reads_back_and_no_letter_of_it_can_be_missing() {
        let witness = WitnessSigner::new("witness.example/w1", &[1; 32]).unwrap();
        let spelled = witness.key().to_string();
        assert_eq!(spelled.parse::<WitnessKey>().unwrap(), *witness.key());
        for at in 0..spelled.len() {
            let mut shorter = spelled.clone();
            shorter.remove(at);
            assert!(shorter.parse::<WitnessKey>().is_err(), "{shorter}");
        }
        // A log's key is another type.
        let log = crate::log::NoteSigner::new("witness.example/w1", &[1; 32]).unwrap();
        assert!(log.verifier().to_string().parse::<WitnessKey>().is_err());
    }
}
