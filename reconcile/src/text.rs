//! Bytes to text and back, never lossy: a byte that cannot be read and a character that cannot be written are told.
//! Decode first, split afterwards: the second byte of a GB18030 character can be `|` (倈 is 82 7C).

use std::borrow::Cow;

use encoding_rs::{DecoderResult, GB18030};
use serde::Deserialize;

/// About so many bytes are decoded at a time: enough to be quick, little enough to stay near the core.
pub(crate) const STRETCH: usize = 1 << 18;

/// Room with which the decoder can always go on.
const LEAST_ROOM: usize = 64;

/// What some programs write before UTF-8.
pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// How a bank writes characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Encoding {
    /// GB18030-2022, which reads GBK and GB2312 as well.
    #[serde(rename = "gb18030")]
    Gb18030,
    /// UTF-8, with or without a byte order mark.
    #[serde(rename = "utf-8")]
    Utf8,
}

impl Encoding {
    /// The name in profiles.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Encoding::Gb18030 => "gb18030",
            Encoding::Utf8 => "utf-8",
        }
    }
}

/// The first byte that the encoding does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undecodable {
    /// Its position in the file, from 0.
    pub offset: usize,
    /// Its row, from 1.
    pub row: u32,
}

/// A character that GB18030 cannot carry, or would carry back as another.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("第{position}个字“{character}”无法写成GB18030编码，请改用银行能接受的字")]
pub struct Unmappable {
    /// The character.
    pub character: char,
    /// Which character of the text it is, from 1.
    pub position: usize,
}

/// Reads text. A byte order mark is taken off, and rules out GB18030.
///
/// # Errors
/// [`Undecodable`]: nothing is ever replaced.
pub fn decode(bytes: &[u8], encoding: Encoding) -> Result<Cow<'_, str>, Undecodable> {
    let marked = bytes.strip_prefix(BYTE_ORDER_MARK);
    match encoding {
        Encoding::Utf8 => {
            let skipped = if marked.is_some() { BYTE_ORDER_MARK.len() } else { 0 };
            decode_part(marked.unwrap_or(bytes), encoding)
                .map_err(|wrong| at(bytes, skipped + wrong.offset))
        }
        Encoding::Gb18030 if marked.is_some() => Err(at(bytes, 0)),
        Encoding::Gb18030 => decode_part(bytes, encoding),
    }
}

/// As [`decode`] of bytes from within a file, where a byte order mark is a character like any other.
///
/// # Errors
/// As [`decode`].
pub(crate) fn decode_part(bytes: &[u8], encoding: Encoding) -> Result<Cow<'_, str>, Undecodable> {
    if encoding == Encoding::Utf8 || bytes.is_ascii() {
        let text = std::str::from_utf8(bytes).map_err(|error| at(bytes, error.valid_up_to()))?;
        return Ok(Cow::Borrowed(text));
    }
    let mut text = String::new();
    decode_into(bytes, encoding, &mut text)?;
    text.shrink_to_fit();
    Ok(Cow::Owned(text))
}

/// True if all the bytes are of that encoding. Looks at a stretch of rows at a time, so that a long text takes little memory; a
/// line feed is never half of a character.
pub(crate) fn all_of(bytes: &[u8], encoding: Encoding) -> bool {
    let marked = bytes.strip_prefix(BYTE_ORDER_MARK);
    if encoding == Encoding::Gb18030 && marked.is_some() {
        return false;
    }
    let mut rest = marked.unwrap_or(bytes);
    let mut room = String::new();
    while !rest.is_empty() {
        let behind = rest.get(STRETCH..).unwrap_or_default();
        let end = memchr::memchr(b'\n', behind).map_or(rest.len(), |at| STRETCH + at + 1);
        let (stretch, after) = rest.split_at(end);
        if decode_into(stretch, encoding, &mut room).is_err() {
            return false;
        }
        rest = after;
    }
    true
}

/// As [`decode_part`], with the memory of `room` used again.
///
/// # Errors
/// As [`decode`].
pub(crate) fn decode_into<'a>(
    bytes: &'a [u8],
    encoding: Encoding,
    room: &'a mut String,
) -> Result<&'a str, Undecodable> {
    if encoding == Encoding::Utf8 {
        return std::str::from_utf8(bytes).map_err(|error| at(bytes, error.valid_up_to()));
    }
    room.clear();
    let mut decoder = GB18030.new_decoder_without_bom_handling();
    let mut rest = bytes;
    // Two bytes of a common character become three. What needs more room gets it when it comes to that.
    room.reserve(bytes.len() / 2 * 3 + LEAST_ROOM);
    loop {
        let (result, read) = decoder.decode_to_string_without_replacement(rest, room, true);
        rest = rest.get(read..).unwrap_or_default();
        match result {
            DecoderResult::InputEmpty => return Ok(room),
            DecoderResult::OutputFull => room.reserve(rest.len() + LEAST_ROOM),
            DecoderResult::Malformed(wrong, after) => {
                let wrong = usize::from(wrong) + usize::from(after);
                let offset = bytes.len().saturating_sub(rest.len() + wrong);
                return Err(at(bytes, offset));
            }
        }
    }
}

fn at(bytes: &[u8], offset: usize) -> Undecodable {
    // A line feed is never the second byte of a GB18030 character, so rows can be counted in bytes.
    let before = bytes.get(..offset).unwrap_or(bytes);
    let row = before.split(|byte| *byte == b'\n').count();
    Undecodable { offset, row: u32::try_from(row).unwrap_or(u32::MAX) }
}

/// Writes text as GB18030. What is written reads back as exactly the same text.
///
/// # Errors
/// [`Unmappable`] with the first such character: the encoder's own way, `&#58853;`, would pay a stranger.
pub fn encode_gb18030(text: &str) -> Result<Vec<u8>, Unmappable> {
    let (bytes, _, unmappable) = GB18030.encode(text);
    let reads_back = GB18030
        .decode_without_bom_handling_and_without_replacement(&bytes)
        .is_some_and(|back| back == text);
    if !unmappable && reads_back {
        return Ok(bytes.into_owned());
    }
    let survives = |character: char| {
        let one = character.to_string();
        let (bytes, _, unmappable) = GB18030.encode(&one);
        !unmappable
            && GB18030
                .decode_without_bom_handling_and_without_replacement(&bytes)
                .is_some_and(|back| back == one)
    };
    let (index, character) = text
        .chars()
        .enumerate()
        .find(|(_, character)| !survives(*character))
        .unwrap_or((0, '\u{fffd}'));
    Err(Unmappable { character, position: index + 1 })
}

#[cfg(test)]
mod tests {
    use super::{Encoding, Undecodable, decode, encode_gb18030};

    #[test]
    fn text_is_decoded_before_it_is_split_because_a_second_byte_may_be_a_bar() {
        let bytes = encode_gb18030("1|倈某|2").unwrap();
        assert_eq!(bytes.split(|byte| *byte == b'|').count(), 4);
        let text = decode(&bytes, Encoding::Gb18030).unwrap();
        assert_eq!(text.split('|').count(), 3);
    }

    #[test]
    fn a_broken_byte_is_told_with_its_place_and_never_replaced() {
        let mut bytes = encode_gb18030("张测试\r\n李").unwrap();
        bytes.truncate(bytes.len() - 1);
        assert_eq!(
            decode(&bytes, Encoding::Gb18030),
            Err(Undecodable { offset: bytes.len() - 1, row: 2 })
        );
        assert_eq!(decode(b"a\n\xff", Encoding::Utf8), Err(Undecodable { offset: 2, row: 2 }));
        assert_eq!(decode(b"a\n\xff", Encoding::Gb18030), Err(Undecodable { offset: 2, row: 2 }));
    }

    #[test]
    fn a_byte_order_mark_is_taken_off_and_rules_out_gb18030() {
        assert_eq!(decode("\u{feff}账号".as_bytes(), Encoding::Utf8).unwrap(), "账号");
        assert!(decode("\u{feff}账号".as_bytes(), Encoding::Gb18030).is_err());
    }

    #[test]
    fn rare_names_survive_and_what_cannot_be_written_is_refused() {
        for name in ["𠮷某", "㛃测", "䶮", "阿依古丽·测试", "㑇"] {
            let bytes = encode_gb18030(name).unwrap();
            assert_eq!(decode(&bytes, Encoding::Gb18030).unwrap(), name);
        }
        let refused = encode_gb18030("张\u{e5e5}").unwrap_err();
        assert_eq!((refused.character, refused.position), ('\u{e5e5}', 2));
    }
}
