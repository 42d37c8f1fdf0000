//! What a witness remembers: for every origin the newest checkpoint that it cosigned. One text, docs/format/witness.md §2.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::failure::{WitnessCode, WitnessFailure};
use super::request::{StatedCheckpoint, decimal, stated};
use crate::log::{Head, SignedNote, empty_root};

const FIRST_LINE: &str = "doudi-witness-state/v1\n";

/// The newest cosigned checkpoint of every origin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WitnessState {
    newest: BTreeMap<String, (Head, SignedNote)>,
}

impl WitnessState {
    /// The newest checkpoint that was cosigned for this origin.
    #[must_use]
    pub fn newest(&self, origin: &str) -> Option<&SignedNote> {
        self.newest.get(origin).map(|(_, note)| note)
    }

    /// Its size and root; those of the empty log before the first.
    #[must_use]
    pub fn head(&self, origin: &str) -> Head {
        let empty = Head { size: 0, root: empty_root() };
        self.newest.get(origin).map_or(empty, |(head, _)| *head)
    }

    /// Every origin with its size and root, in order.
    pub fn heads(&self) -> impl Iterator<Item = (&str, Head)> {
        self.newest.iter().map(|(origin, (head, _))| (origin.as_str(), *head))
    }

    /// The state after one more checkpoint was accepted.
    #[must_use]
    pub fn with(&self, checkpoint: &StatedCheckpoint, note: &SignedNote) -> WitnessState {
        let mut next = self.clone();
        next.newest.insert(checkpoint.origin.clone(), (checkpoint.head, note.clone()));
        next
    }

    /// The text of the state file.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut text = FIRST_LINE.to_owned();
        for (_, note) in self.newest.values() {
            let note = note.to_string();
            // Writing to a String cannot fail.
            let _ = write!(text, "note {}\n{note}", note.matches('\n').count());
        }
        let digest = hex::encode(Sha256::digest(text.as_bytes()));
        text.push_str("sha256 ");
        text.push_str(&digest);
        text.push('\n');
        text
    }

    /// Reads a state file.
    ///
    /// # Errors
    /// [`WitnessCode::StateDamaged`] if any byte is not as [`WitnessState::encode`] writes it.
    pub fn decode(bytes: &[u8]) -> Result<WitnessState, WitnessFailure> {
        let wrong = |detail: &str| WitnessFailure::new(WitnessCode::StateDamaged, detail);
        let text = std::str::from_utf8(bytes).map_err(|_| wrong("不是 UTF-8 文本"))?;
        let (mut rest, _) = text.rsplit_once("sha256 ").ok_or_else(|| wrong("没有摘要行"))?;
        rest = rest.strip_prefix(FIRST_LINE).ok_or_else(|| wrong("首行"))?;
        let mut state = WitnessState::default();
        while !rest.is_empty() {
            let (note, after) = take_note(rest).ok_or_else(|| wrong("存证头"))?;
            let stated = stated(note.text()).ok_or_else(|| wrong("存证头"))?;
            rest = after;
            state = state.with(&stated, &note);
        }
        // One state has one text: a wrong digest, another order, an origin twice are differences.
        if state.encode() == text { Ok(state) } else { Err(wrong("内容与摘要不符")) }
    }
}

/// Reads `note LINES`, that many lines as a note, and what follows.
pub(super) fn take_note(text: &str) -> Option<(SignedNote, &str)> {
    let (count, rest) = text.strip_prefix("note ")?.split_once('\n')?;
    let count = usize::try_from(decimal(count)?).ok()?;
    let last = count.checked_sub(1)?;
    let (end, _) = rest.match_indices('\n').nth(last)?;
    let (note, after) = rest.split_at_checked(end + 1)?;
    Some((SignedNote::parse(note.as_bytes()).ok()?, after))
}

#[cfg(test)]
mod tests {
    use super::{WitnessState, stated};
    use crate::ids::Root;
    use crate::log::SignedNote;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    fn remember(state: &WitnessState, origin: &str, size: u64) -> WitnessState {
        let root = STANDARD.encode(Root([9; 32]).0);
        let text = format!("{origin}\n{size}\n{root}\n\n\u{2014} {origin} eDA4Z28vWg==\n");
        let note = SignedNote::parse(text.as_bytes()).unwrap();
        state.with(&stated(note.text()).unwrap(), &note)
    }

    #[test]
    fn what_was_written_is_read_and_no_byte_of_it_can_change() {
        let empty = WitnessState::default();
        assert_eq!(WitnessState::decode(empty.encode().as_bytes()).unwrap(), empty);
        let state = remember(&remember(&remember(&empty, "b", 7), "a", 3), "b", 9);
        assert_eq!((state.head("a").size, state.head("b").size, state.head("c").size), (3, 9, 0));
        let text = state.encode();
        assert_eq!(WitnessState::decode(text.as_bytes()).unwrap(), state);
        for at in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[at] ^= 1;
            assert!(WitnessState::decode(&changed).is_err(), "byte {at}");
            assert!(WitnessState::decode(&text.as_bytes()[..at]).is_err(), "cut at {at}");
        }
        assert!(WitnessState::decode(format!("{text}\n").as_bytes()).is_err());
    }
}
