//! A line entry taken apart without reading its body: all that is needed to know which line of a manifest it is.

use super::LineKind;
use crate::canonical::NotCanonical;

/// What surrounds a line's body, in the order of its keys.
pub(super) const BODY: &str = "{\"body\":";
pub(super) const LINE: &str = ",\"line\":\"";
pub(super) const N: &str = "\",\"n\":";
pub(super) const END: &str = "}";

/// A line entry taken apart, its body not read yet. The parts around it are read from the end: what is left in the middle
/// must be one whole value, so there is no second way to take the same bytes apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame<'a> {
    pub(super) body: &'a [u8],
    pub(super) kind: &'a str,
    pub(super) n: u32,
}

impl<'a> Frame<'a> {
    pub(super) fn of(bytes: &'a [u8]) -> Result<Frame<'a>, NotCanonical> {
        Frame::split(bytes).ok_or_else(|| NotCanonical::Form("not a line entry".to_owned()))
    }

    fn split(bytes: &'a [u8]) -> Option<Frame<'a>> {
        let inner = bytes.strip_prefix(BODY.as_bytes())?.strip_suffix(END.as_bytes())?;
        let digits = inner.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        let (inner, digits) = inner.split_at_checked(inner.len() - digits)?;
        if digits.is_empty() || digits.len() > 1 && digits.starts_with(b"0") {
            return None;
        }
        let n = digits
            .iter()
            .try_fold(0_u32, |n, digit| n.checked_mul(10)?.checked_add(u32::from(digit - b'0')))?;
        let inner = inner.strip_suffix(N.as_bytes())?;
        let is_word = |byte: &&u8| byte.is_ascii_lowercase() || **byte == b'_';
        let kind = inner.iter().rev().take_while(is_word).count();
        let (inner, kind) = inner.split_at_checked(inner.len() - kind)?;
        let body = inner.strip_suffix(LINE.as_bytes())?;
        Some(Frame { body, kind: std::str::from_utf8(kind).ok()?, n })
    }
}

impl LineKind {
    /// Reads what a line entry is and its number, and leaves its body unread. A body's form is not asked for here:
    /// that is for [`Line::decode`](super::Line::decode).
    ///
    /// # Errors
    /// [`NotCanonical`] if the bytes around the body are not those of a line of a known kind.
    pub fn frame(bytes: &[u8]) -> Result<(u32, LineKind), NotCanonical> {
        let frame = Frame::of(bytes)?;
        let kind = LineKind::of_word(frame.kind).ok_or_else(|| unknown_kind(frame.kind))?;
        Ok((frame.n, kind))
    }
}

pub(super) fn unknown_kind(kind: &str) -> NotCanonical {
    NotCanonical::Form(format!("unknown line kind {kind:?}"))
}
