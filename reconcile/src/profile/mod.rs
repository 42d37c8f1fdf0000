//! Bank profiles: what a bank's files look like, as data. A new bank needs a new text, no new code.
//! The keys are explained in docs/format/profiles.md.

mod check;
mod field;
mod file_name;
mod layout;
mod schema;
mod shelf;
mod words;

use ledger::ids::Digest;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

pub use field::{Align, Field, Kind, Role};
pub use file_name::{FileName, NameParts};
pub use layout::{
    BankStatus, Container, Direction, Header, Layout, Position, ReasonRule, SettledPart,
    StatusRule, Totals,
};
pub use shelf::{newest, with_own};

use crate::problem::Problem;

/// Everything that is known about one bank product's files.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The name that people type, such as `icbc-batch`.
    pub id: String,
    /// Counts up when the bank changes its files; old versions stay readable.
    pub version: u32,
    /// The Chinese name.
    pub title: String,
    /// Where the layout is known from, and what is our own guess 〔自拟〕.
    pub source: String,
    /// The kinds of file, each with one direction.
    #[serde(rename = "layout")]
    pub layouts: Vec<Layout>,
    /// SHA-256 of its text, byte for byte.
    #[serde(skip, default = "of_no_text")]
    pub text: Digest,
}

fn of_no_text() -> Digest {
    Digest::ZERO
}

impl Profile {
    /// Reads a profile's text. `file` names it in problems.
    ///
    /// # Errors
    /// Everything that is wrong with it, each at its line: not the keys of a profile, or keys that contradict each other.
    pub fn from_toml(file: &str, text: &str) -> Result<Profile, Vec<Problem>> {
        let profile = check::checked(file, text)?;
        Ok(Profile { text: Digest(Sha256::digest(text).into()), ..profile })
    }

    /// Id and version, as the books name it.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}@{}", self.id, self.version)
    }

    /// True if `named` is the id, or `id@version`.
    #[must_use]
    pub fn is_named(&self, named: &str) -> bool {
        named == self.id || named == self.name()
    }

    /// The layout with that id.
    #[must_use]
    pub fn layout(&self, id: &str) -> Option<&Layout> {
        self.layouts.iter().find(|layout| layout.id == id)
    }

    /// The payment file's layout, from which `exports` writes it.
    #[must_use]
    pub fn request(&self) -> Option<&Layout> {
        self.layouts.iter().find(|layout| layout.direction == Direction::Request)
    }
}

#[cfg(test)]
mod tests {
    use super::{Direction, Profile};

    #[test]
    fn every_built_in_profile_reads_and_has_its_own_name() {
        let profiles = Profile::built_in();
        let names = profiles.iter().map(|profile| (profile.id.as_str(), profile.version));
        let mut names: Vec<_> = names.collect();
        assert!(names.is_sorted());
        names.dedup();
        assert_eq!(names.len(), profiles.len());
    }

    #[test]
    fn a_payment_file_can_be_written_from_its_profile() {
        let profiles = Profile::built_in();
        let requests: Vec<_> = profiles.iter().filter_map(Profile::request).collect();
        assert_eq!(requests.len(), 9, "eight, of which one in two versions");
        for request in requests {
            assert_eq!(request.direction, Direction::Request);
            assert!(request.file_name.is_some());
        }
    }

    #[test]
    fn an_unknown_key_in_a_profile_is_a_problem_not_ignored() {
        let text = include_str!("../../profiles/icbc-batch.toml");
        let problems = Profile::from_toml("新行.toml", &format!("colour = 1\n{text}")).unwrap_err();
        assert_eq!(problems.len(), 1);
        assert!(problems[0].found.contains("colour"));
    }
}
