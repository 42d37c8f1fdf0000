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

    use super::{NotCanonical, decode, encode, read};

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
        assert_eq!(read::<Sample>(good), Ok(value));
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
            assert!(read::<Sample>(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Gaps {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        a: Option<i64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        aa: Option<Sample>,
        b: i64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        c: Option<i64>,
    }

    #[test]
    fn a_key_is_taken_in_its_place_whichever_fields_are_left_out_and_nowhere_else() {
        let aa = r#""aa":{"amount":1,"name":"x"}"#;
        let fields = [r#""a":1"#, aa, r#""b":2"#, r#""c":3"#];
        for which in 0..16_u8 {
            let here = |place: &usize| which & (1 << place) != 0;
            let chosen: Vec<&str> = (0..4).filter(here).map(|place| fields[place]).collect();
            let text = format!("{{{}}}", chosen.join(","));
            let gaps = read::<Gaps>(text.as_bytes());
            assert_eq!(gaps.is_ok(), here(&2), "{text}");
            assert_eq!(gaps.ok(), decode(text.as_bytes()).ok(), "{text}");
            let backward: Vec<&str> = chosen.iter().rev().copied().collect();
            let text = format!("{{{}}}", backward.join(","));
            assert_eq!(read::<Gaps>(text.as_bytes()).is_ok(), chosen.len() == 1 && here(&2));
        }
        for wrong in [
            r#"{"a":1"b":2}"#,
            r#"{,"b":2}"#,
            r#"{"b":2,}"#,
            r#"{"b" :2}"#,
            r#"{"b",2}"#,
            r#"{"b":2,"b":2}"#,
            r#"{"a":1,"b":2,"bb":3,"c":3}"#,
            r#"{"a":1,"b":2,"c":3,"d":4}"#,
            r#"{"\u0062":2}"#,
            r#"{"b":2"#,
            r#"{"b"#,
            r#"{"b":"#,
            "{",
            "[2]",
            r#"[1,{"amount":1,"name":"x"},2,3]"#,
            r#"[1,{"amount":1,"name":"x"},2]"#,
            r#"{"aa":[1,"x"},"b":2}"#,
            r#"{"aa":[1,"x"],"b":2}"#,
            r#""b""#,
        ] {
            assert!(read::<Gaps>(wrong.as_bytes()).is_err(), "{wrong}");
            assert!(decode::<Gaps>(wrong.as_bytes()).is_err(), "{wrong}");
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
