//! The one signature rule (docs/format/log.md §3), for acts, key records, checkpoints and whatever else is signed.

use ed25519_dalek::{Signature, VerifyingKey};

/// The public key of these 32 bytes; `None` unless they are the canonical form of a point that is not of small order.
#[must_use]
pub fn public_key(bytes: &[u8; 32]) -> Option<VerifyingKey> {
    let key = VerifyingKey::from_bytes(bytes).ok()?;
    // Reading a point accepts spellings that writing never makes; one key has one spelling.
    let is_canonical = key.to_edwards().compress().as_bytes() == bytes;
    (is_canonical && !key.is_weak()).then_some(key)
}

/// True if `signature` by `key` over `message` holds: S < L, cofactorless, canonical R, no point of small order.
/// Never in batches: a batch's verdict on a crafted signature can depend on its neighbours.
#[must_use]
pub fn holds(key: &VerifyingKey, message: &[u8], signature: &[u8; 64]) -> bool {
    key.verify_strict(message, &Signature::from_bytes(signature)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::public_key;

    #[test]
    fn a_public_key_has_one_spelling_and_is_not_of_small_order() {
        // y = 1 is the neutral element; y = p + 4 is another spelling of y = 4, which is a point.
        let mut neutral = [0; 32];
        neutral[0] = 1;
        assert!(public_key(&neutral).is_none());
        let mut other_spelling = [0xff; 32];
        other_spelling[0] = 0xed + 4;
        other_spelling[31] = 0x7f;
        assert!(public_key(&other_spelling).is_none());
        let mut spelled_right = [0; 32];
        spelled_right[0] = 4;
        assert!(public_key(&spelled_right).is_some());
    }
}
