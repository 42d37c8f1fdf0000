//! Sealing: XChaCha20-Poly1305 under keys derived from the master key or from a subject's own key.
//! Whatever is stored is bound to the place where it is stored, so that records cannot be exchanged.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::failure::VaultFailure;
use super::randomness::{Randomness, random};

/// The length of a nonce in bytes. At 24 bytes, random nonces do not meet.
const NONCE: usize = 24;

/// The vault's master key: 32 secret bytes, held by the caller (`keys/vault.key`). Wiped when dropped.
pub struct MasterKey(Zeroizing<[u8; 32]>);

impl MasterKey {
    /// The key made of these bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> MasterKey {
        MasterKey(Zeroizing::new(bytes))
    }

    /// A new random key.
    ///
    /// # Errors
    /// [`VaultFailure::Randomness`].
    pub fn generate(randomness: &mut dyn Randomness) -> Result<MasterKey, VaultFailure> {
        Ok(MasterKey::from_bytes(random(randomness)?))
    }

    /// The secret bytes, for the key file.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The key for one use: HMAC-SHA256(master, `"doudi/vault/v1/<purpose>\n"` ‖ extra).
    pub(super) fn derive(&self, purpose: &str, extra: &[u8]) -> Zeroizing<[u8; 32]> {
        let label = format!("doudi/vault/v1/{purpose}\n");
        keyed_hash(&self.0, &[label.as_bytes(), extra])
    }
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(secret)")
    }
}

/// HMAC-SHA256 over the parts joined.
pub(super) fn keyed_hash(key: &[u8; 32], parts: &[&[u8]]) -> Zeroizing<[u8; 32]> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key)
        .expect("HMAC takes keys of every length, so it takes 32 bytes");
    for part in parts {
        mac.update(part);
    }
    Zeroizing::new(mac.finalize().into_bytes().into())
}

/// Where a record stands: its keyspace and its key. Sealed records name it as associated data.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    pub(super) keyspace: &'static str,
    pub(super) key: &'a [u8],
}

impl Place<'_> {
    fn associated_data(self) -> Vec<u8> {
        [b"doudi/vault/v1\n", self.keyspace.as_bytes(), b"\n", self.key].concat()
    }

    /// The failure that says that this record does not decrypt.
    pub(super) fn unreadable(self) -> VaultFailure {
        VaultFailure::Unreadable(self.text())
    }

    /// The place for people: readable keys as they are, others in hex.
    pub(super) fn text(self) -> String {
        let key = match std::str::from_utf8(self.key) {
            Ok(text) if !text.contains('\0') => text.replace('\n', "/"),
            Ok(_) | Err(_) => hex::encode(self.key),
        };
        format!("{}:{key}", self.keyspace)
    }
}

/// A key that seals and opens records. Wiped when dropped.
pub(super) struct SealKey(Zeroizing<[u8; 32]>);

impl SealKey {
    pub(super) fn new(bytes: Zeroizing<[u8; 32]>) -> SealKey {
        SealKey(bytes)
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&(*self.0).into())
    }

    /// nonce ‖ ciphertext ‖ tag.
    pub(super) fn seal(
        &self,
        randomness: &mut dyn Randomness,
        place: Place<'_>,
        plain: &[u8],
    ) -> Result<Vec<u8>, VaultFailure> {
        let nonce: [u8; NONCE] = random(randomness)?;
        let aad = place.associated_data();
        let sealed = self
            .cipher()
            .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: &aad })
            .expect("only messages beyond 256 GB cannot be sealed");
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// The plain bytes; [`VaultFailure::Unreadable`] if even one bit of the record, its place or the key differs.
    pub(super) fn open(
        &self,
        place: Place<'_>,
        record: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, VaultFailure> {
        let (nonce, sealed) =
            record.split_first_chunk::<NONCE>().ok_or_else(|| place.unreadable())?;
        let aad = place.associated_data();
        self.cipher()
            .decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: &aad })
            .map(Zeroizing::new)
            .map_err(|_| place.unreadable())
    }
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::{Place, SealKey};
    use crate::vault::randomness::OsRandomness;

    const PLACE: Place<'static> = Place { keyspace: "fields", key: b"person/1\nname" };

    #[test]
    fn a_flipped_bit_anywhere_in_a_record_is_found() {
        let key = SealKey::new(Zeroizing::new([3; 32]));
        let record = key.seal(&mut OsRandomness, PLACE, "王一".as_bytes()).unwrap();
        assert_eq!(key.open(PLACE, &record).unwrap().as_slice(), "王一".as_bytes());
        for position in 0..record.len() {
            for bit in 0..8 {
                let mut flipped = record.clone();
                flipped[position] ^= 1 << bit;
                assert!(key.open(PLACE, &flipped).is_err(), "byte {position} bit {bit}");
            }
        }
        assert!(key.open(PLACE, &record[..20]).is_err());
    }

    #[test]
    fn a_record_moved_to_another_place_does_not_open() {
        let key = SealKey::new(Zeroizing::new([3; 32]));
        let record = key.seal(&mut OsRandomness, PLACE, b"x").unwrap();
        let elsewhere = Place { keyspace: "fields", key: b"person/2\nname" };
        assert!(key.open(elsewhere, &record).is_err());
        assert!(key.open(Place { keyspace: "index", ..PLACE }, &record).is_err());
    }
}
