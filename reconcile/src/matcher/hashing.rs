//! A quick hasher for indexes over one file. Not for keys that an adversary picks and a server keeps:
//! the worst a crafted bank file can do is to make its own import slow.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A map over one file's lines or payments.
pub(crate) type QuickMap<K, V> = HashMap<K, V, BuildHasherDefault<QuickHasher>>;

/// Multiply and rotate, eight bytes at a time, and a final mix of the high bits into the low ones.
#[derive(Clone, Copy, Default)]
pub(crate) struct QuickHasher(u64);

const ODD: u64 = 0x9e37_79b9_7f4a_7c15;

impl QuickHasher {
    fn add(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(23) ^ word).wrapping_mul(ODD);
    }
}

impl Hasher for QuickHasher {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            for (to, from) in word.iter_mut().zip(chunk) {
                *to = *from;
            }
            self.add(u64::from_le_bytes(word));
        }
    }

    fn write_u8(&mut self, byte: u8) {
        self.add(u64::from(byte));
    }

    fn write_u32(&mut self, word: u32) {
        self.add(u64::from(word));
    }

    fn write_u64(&mut self, word: u64) {
        self.add(word);
    }

    fn finish(&self) -> u64 {
        (self.0 ^ (self.0 >> 32)).wrapping_mul(ODD)
    }
}
