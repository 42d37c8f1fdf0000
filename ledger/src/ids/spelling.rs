//! How identifiers are spelled and kept: hex digits read fast, short codes without the heap.

use std::fmt;

/// The value of each lower-case hex digit; 16 for every other byte. `hex` reads capitals too, and one id has one spelling.
#[expect(clippy::indexing_slicing, reason = "const evaluation: a wrong index fails the build")]
const DIGITS: [u8; 256] = {
    let mut digits = [16; 256];
    let mut digit = 0;
    while digit < 16 {
        digits[b"0123456789abcdef"[digit as usize] as usize] = digit;
        digit += 1;
    }
    digits
};

/// Exactly `N` bytes in lower-case hex.
#[expect(clippy::indexing_slicing, reason = "an array of 256 indexed by a byte")]
pub(super) fn lower_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
    let mut bytes = [0; N];
    let mut wrong = u8::from(pairs.len() != N);
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        let (high, low) = (DIGITS[usize::from(*high)], DIGITS[usize::from(*low)]);
        wrong |= (high | low) >> 4;
        *byte = high << 4 | low & 15;
    }
    (wrong == 0).then_some(bytes)
}

/// A short ASCII text that stands in its owner instead of on the heap. Sorts as the text does.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Word<const MAX: usize> {
    /// Zeros after the text; zero is below every character of a code.
    bytes: [u8; MAX],
    length: u8,
}

impl<const MAX: usize> Word<MAX> {
    /// `None` if the text is longer than `MAX` bytes or not ASCII.
    pub(super) fn new(text: &str) -> Option<Word<MAX>> {
        let mut bytes = [0; MAX];
        bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        text.is_ascii().then_some(Word { bytes, length: u8::try_from(text.len()).ok()? })
    }

    pub(super) fn as_str(&self) -> &str {
        let text = self.bytes.get(..usize::from(self.length)).unwrap_or_default();
        std::str::from_utf8(text).expect("a word is ASCII")
    }
}

/// Lower-case hex, without making a text first: ids are written by the thousand.
pub(super) fn write_hex(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    let mut digits = [0; 64];
    let digits = digits.get_mut(..bytes.len().saturating_mul(2)).ok_or(fmt::Error)?;
    hex::encode_to_slice(bytes, digits).map_err(|_| fmt::Error)?;
    f.write_str(std::str::from_utf8(digits).map_err(|_| fmt::Error)?)
}
