//! Canonical JSON (docs/format/log.md §2): one byte sequence per value, made here and insisted on here.
//! Wire structs declare their fields in ascending order, so that encoding is canonical by construction.

mod strict;

use serde::{Deserialize, Serialize};

use crate::money::MAX_JSON_INTEGER;

pub(crate) use strict::Reader;

/// Why bytes are not canonical JSON of the expected form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotCanonical {
    /// Not JSON, or JSON of another form; with the parser's words.
    #[error("not the expected JSON: {0}")]
    Form(String),
    /// The value could be written in another way than these bytes.
    #[error("not in canonical form: byte {at} differs from the one way to write this value")]
    Spelling {
        /// Offset of the first byte that differs.
        at: usize,
    },
    /// An integer outside ±(2^53 - 1).
    #[error("an integer outside ±(2^53 - 1)")]
    Integer,
    /// A control character inside a string.
    #[error("a control character inside a string")]
    Control,
}

/// The canonical bytes of a value.
///
/// # Errors
/// [`NotCanonical::Integer`] or [`NotCanonical::Control`] if the value cannot be written canonically.
///
/// # Panics
/// Never: wire structs have no maps with keys that are not text, the only thing that fails to serialise.
pub fn encode(value: &impl Serialize) -> Result<Vec<u8>, NotCanonical> {
    let bytes = serde_json::to_vec(value).expect("wire structs always serialise");
    check_tokens(&bytes)?;
    Ok(bytes)
}

/// Reads a value and insists that `bytes` are the one way to write it.
///
/// # Errors
/// Any [`NotCanonical`].
pub fn decode<'a, T: Serialize + Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, NotCanonical> {
    let value: T = read(bytes)?;
    // Written over the bytes that were read: nothing is kept. What reading took is in range and has no control characters.
    let mut same = Same { expected: bytes };
    if serde_json::to_writer(&mut same, &value).is_ok() && same.expected.is_empty() {
        return Ok(value);
    }
    let again = encode(&value)?;
    let at = again.iter().zip(bytes).take_while(|(a, b)| a == b).count();
    Err(NotCanonical::Spelling { at })
}

/// Takes what is written as long as it is what is expected.
struct Same<'a> {
    expected: &'a [u8],
}

impl std::io::Write for Same<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let rest = self.expected.strip_prefix(bytes).ok_or(std::io::ErrorKind::InvalidData)?;
        self.expected = rest;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Reads a value in one pass that takes each token in its one spelling only. For types each of whose values has one text:
/// then this is [`decode`], without writing the value again to compare.
///
/// # Errors
/// Any [`NotCanonical`].
pub fn read<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, NotCanonical> {
    let mut reader = Reader::new(bytes)?;
    let value = T::deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

/// True if the names stand in ascending order of bytes, none twice. Checked while compiling, for every wire struct.
#[must_use]
#[expect(
    clippy::indexing_slicing,
    reason = "const evaluation has no iterators; a wrong index fails the build"
)]
pub const fn is_ascending(names: &[&str]) -> bool {
    let mut name = 1;
    while name < names.len() {
        let (before, this) = (names[name - 1].as_bytes(), names[name].as_bytes());
        let mut byte = 0;
        while byte < before.len() && byte < this.len() && before[byte] == this[byte] {
            byte += 1;
        }
        let is_after = byte < this.len() && (byte == before.len() || before[byte] < this[byte]);
        if !is_after {
            return false;
        }
        name += 1;
    }
    true
}

/// Numbers in range, and no control character in any string. `\u` occurs only for control characters,
/// because everything else is written as itself.
fn check_tokens(bytes: &[u8]) -> Result<(), NotCanonical> {
    let mut rest = bytes.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        match byte {
            b'"' => skip_string(&mut rest)?,
            b'0'..=b'9' => {
                let mut number = i64::from(byte - b'0');
                while let Some(digit) = rest.next_if(u8::is_ascii_digit) {
                    number = number.saturating_mul(10).saturating_add(i64::from(digit - b'0'));
                }
                if number > MAX_JSON_INTEGER {
                    return Err(NotCanonical::Integer);
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn skip_string(rest: &mut impl Iterator<Item = u8>) -> Result<(), NotCanonical> {
    while let Some(byte) = rest.next() {
        match byte {
            b'"' => return Ok(()),
            b'\\' if matches!(rest.next(), Some(b'"' | b'\\')) => {}
            b'\\' | 0..=0x1f | 0x7f => return Err(NotCanonical::Control),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::{NotCanonical, decode, encode};

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        amount: i64,
        name: String,
    }

    #[test]
    fn there_is_one_way_to_write_a_value() {
        let good = br#"{"amount":-5,"name":"\"a\\"}"#;
        let value: Sample = decode(good).unwrap();
        assert_eq!(encode(&value).unwrap(), good);
        for wrong in [
            r#"{"name":"a","amount":5}"#,
            r#"{"amount": 5,"name":"a"}"#,
            r#"{"amount":5,"name":"\u0061"}"#,
            r#"{"amount":5,"amount":5,"name":"a"}"#,
            r#"{"amount":5,"name":"a","x":1}"#,
            r#"{"amount":05,"name":"a"}"#,
            r#"{"amount":-0,"name":"a"}"#,
            r#"{"amount":5.0,"name":"a"}"#,
            r#"{"amount":5,"name":"a"} "#,
            r#"{"amount":5,"name":null}"#,
        ] {
            assert!(decode::<Sample>(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_other_readers_would_misread_is_refused() {
        let large = Sample { amount: 9_007_199_254_740_992, name: String::new() };
        assert_eq!(encode(&large), Err(NotCanonical::Integer));
        for control in ["\n", "\u{1}", "\u{7f}"] {
            let sample = Sample { amount: 0, name: control.into() };
            assert_eq!(encode(&sample), Err(NotCanonical::Control));
        }
    }
}
