//! The request `add-checkpoint`: old size, consistency proof, checkpoint; and a checkpoint's text as any log may write it.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::failure::{WitnessCode, WitnessFailure};
use crate::ids::Root;
use crate::log::{Head, NodeHash, SignedNote};

/// No consistency proof of a tree below 2^63 entries is longer.
const MOST_HASHES: usize = 63;

/// More bytes than this no honest request has: 63 hashes and a note with 100 signatures fit.
pub const MOST_REQUEST_BYTES: usize = 128 << 10;

/// One request, as it was read. Nothing of it is verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// The size from which the proof starts.
    pub old: u64,
    /// The consistency proof from there to the checkpoint.
    pub proof: Vec<NodeHash>,
    /// The checkpoint.
    pub note: SignedNote,
}

/// What the first three lines of a checkpoint state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatedCheckpoint {
    /// The log's name.
    pub origin: String,
    /// Size and root.
    pub head: Head,
}

impl AddCheckpoint {
    /// Reads a request, strictly.
    ///
    /// # Errors
    /// [`WitnessCode::RequestMalformed`].
    pub fn parse(bytes: &[u8]) -> Result<AddCheckpoint, WitnessFailure> {
        let wrong = |detail: &str| WitnessFailure::new(WitnessCode::RequestMalformed, detail);
        if bytes.len() > MOST_REQUEST_BYTES {
            return Err(wrong("请求过大"));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| wrong("不是 UTF-8 文本"))?;
        let (old, mut rest) = text.split_once('\n').ok_or_else(|| wrong("没有 old 行"))?;
        let old = old.strip_prefix("old ").and_then(decimal).ok_or_else(|| wrong("old 行"))?;
        let mut proof = Vec::new();
        loop {
            let (line, after) = rest.split_once('\n').ok_or_else(|| wrong("没有空行"))?;
            rest = after;
            if line.is_empty() {
                break;
            }
            proof.push(hash(line).ok_or_else(|| wrong("证明行不是 base64 的 32 字节"))?);
            if proof.len() > MOST_HASHES {
                return Err(wrong("证明超过 63 行"));
            }
        }
        let note = SignedNote::parse(rest.as_bytes())
            .map_err(|why| WitnessFailure::of_log(WitnessCode::RequestMalformed, &why))?;
        Ok(AddCheckpoint { old, proof, note })
    }
}

impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        for hash in &self.proof {
            writeln!(f, "{}", STANDARD.encode(hash.0))?;
        }
        write!(f, "\n{}", self.note)
    }
}

/// What the text of a note states, if it is that of a checkpoint; extension lines are allowed.
#[must_use]
pub fn stated(text: &str) -> Option<StatedCheckpoint> {
    let mut lines = text.strip_suffix('\n')?.split('\n');
    let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
    if origin.is_empty() || lines.any(str::is_empty) {
        return None;
    }
    let head = Head { size: decimal(size)?, root: Root(hash(root)?.0) };
    Some(StatedCheckpoint { origin: origin.to_owned(), head })
}

/// A number in the one decimal spelling.
pub(super) fn decimal(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

/// A hash in the one base64 spelling.
pub(super) fn hash(text: &str) -> Option<NodeHash> {
    let hash = NodeHash(STANDARD.decode(text).ok()?.try_into().ok()?);
    (STANDARD.encode(hash.0) == text).then_some(hash)
}

#[cfg(test)]
mod tests {
    use super::{AddCheckpoint, stated};

    /// The example of C2SP tlog-witness.
    const EXAMPLE: &str = "old 20852014\n\
        PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n\
        jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n\
        5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n\
        /6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n\
        \n\
        example.com/behind-the-sofa\n\
        20852163\n\
        CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\
        \n\
        \u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
        \u{2014} example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=\n";

    #[test]
    fn the_example_of_the_specification_reads_and_prints_as_it_was() {
        let request = AddCheckpoint::parse(EXAMPLE.as_bytes()).unwrap();
        assert_eq!((request.old, request.proof.len()), (20_852_014, 4));
        let stated = stated(request.note.text()).unwrap();
        assert_eq!(
            (stated.origin.as_str(), stated.head.size),
            ("example.com/behind-the-sofa", 20_852_163)
        );
        assert_eq!(request.to_string(), EXAMPLE);
    }

    #[test]
    fn what_is_not_of_the_form_is_refused() {
        let note = EXAMPLE.split_once("\n\n").unwrap().1;
        let hash = "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n";
        let parse = |text: String| AddCheckpoint::parse(text.as_bytes());
        assert!(parse(format!("old 0\n{}\n{note}", hash.repeat(63))).is_ok());
        for wrong in [
            String::new(),
            format!("old 1\n{note}"),
            format!("old 01\n\n{note}"),
            format!("old +1\n\n{note}"),
            format!("old -1\n\n{note}"),
            format!("old  1\n\n{note}"),
            format!("old 18446744073709551616\n\n{note}"),
            format!("Old 1\n\n{note}"),
            format!("old 1\r\n\n{note}"),
            format!("old 0\n{}\n{note}", hash.repeat(64)),
            format!("old 1\nAAAA\n\n{note}"),
            format!("old 1\n{}\n\n{note}", hash.trim_end().trim_end_matches('=')),
            format!("old 1\n\n{}", note.trim_end()),
            "old 1\n\n".to_owned(),
            format!("old 1\n\n{note}{}", "x".repeat(super::MOST_REQUEST_BYTES)),
        ] {
            assert!(parse(wrong.clone()).is_err(), "{wrong:?}");
        }
        assert!(AddCheckpoint::parse(b"old 1\n\n\xFF\n").is_err());
    }

    #[test]
    fn extension_lines_are_allowed_but_not_empty_ones() {
        let root = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
        assert!(stated(&format!("a\n1\n{root}\n")).is_some());
        assert!(stated(&format!("a\n1\n{root}\nmore\n")).is_some());
        for wrong in [
            format!("a\n1\n{root}"),
            format!("a\n1\n{root}\n\n"),
            format!("a\n01\n{root}\n"),
            format!("\n1\n{root}\n"),
            "a\n1\n".to_owned(),
        ] {
            assert_eq!(stated(&wrong), None, "{wrong:?}");
        }
    }
}
