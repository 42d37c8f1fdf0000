//! Bank profiles: what a bank's files look like, as data. A new bank needs a new text, no new code.
//! The keys are explained in docs/format/profiles.md.

mod check;
mod field;
mod file_name;

use ledger::answer::Reason;
use ledger::money::Money;
use serde::Deserialize;

pub use field::{Field, Kind, Role};
pub use file_name::{FileName, NameParts};

use crate::problem::{Code, Problem};
use crate::text::Encoding;

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
}

/// Which way a file goes, and what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// The payment file 报盘, from the office to the bank.
    Request,
    /// The response file 回盘.
    Reply,
    /// The notice of returned payments 退汇.
    Refund,
    /// The account statement 流水.
    Statement,
}

impl Direction {
    /// The Chinese term.
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        match self {
            Direction::Request => "报盘",
            Direction::Reply => "回盘",
            Direction::Refund => "退汇通知",
            Direction::Statement => "流水",
        }
    }
}

/// What the bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Container {
    /// Text with a separator.
    Delimited,
    /// Text with a drawn frame ┍━┯ │ ┝ ┕.
    Boxtable,
    /// Excel 97 to 2003.
    Xls,
    /// Excel since 2007.
    Xlsx,
}

/// How the columns of a file are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Header {
    /// By their headings, in any order.
    Columns,
    /// By their position, as the fields are listed; there is no heading.
    None,
}

/// What the bank says of one payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BankStatus {
    /// Credited.
    Success,
    /// Refused, no money moved.
    Failed,
    /// Not decided yet.
    Pending,
    /// The bank does not know.
    Unknown,
    /// A part was credited.
    Partial,
}

/// One kind of file of a bank.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layout {
    /// Its name within the profile.
    pub id: String,
    /// Which way it goes.
    pub direction: Direction,
    /// The containers it comes in; the first is the one we write.
    pub containers: Vec<Container>,
    /// The encodings of text containers, in the order they are tried; the first is the one we write.
    #[serde(default)]
    pub encodings: Vec<Encoding>,
    /// The separator of [`Container::Delimited`].
    #[serde(default)]
    pub separator: Option<char>,
    /// True if every row ends with a separator too.
    #[serde(default)]
    pub trailing_separator: bool,
    /// True if cells may stand in double quotes.
    #[serde(default)]
    pub quoted: bool,
    /// Rows before the heading that are always there.
    #[serde(default)]
    pub skip_rows: u32,
    /// The heading stands within this many rows.
    #[serde(default = "fifteen_rows")]
    pub header_scan_rows: u32,
    /// How columns are found.
    pub header: Header,
    /// The file's name, such as `0{unit}{date}{teller}.txt`.
    #[serde(default)]
    pub file_name: Option<FileName>,
    /// A row of totals before or after the lines.
    #[serde(default)]
    pub totals: Option<Totals>,
    /// The columns, in the order in which they are written.
    #[serde(rename = "field")]
    pub fields: Vec<Field>,
    /// What the bank's status words mean; the first rule that fits counts.
    #[serde(default, rename = "status")]
    pub statuses: Vec<StatusRule>,
    /// The status of every line, where the file itself says it.
    #[serde(default)]
    pub every_line: Option<BankStatus>,
    /// The bank's own words for reasons; tried before the general table.
    #[serde(default, rename = "reason")]
    pub reasons: Vec<ReasonRule>,
    /// The most that one line may carry, in yuan.
    #[serde(default, deserialize_with = "field::yuan")]
    pub amount_limit: Option<Money>,
    /// The most lines of one file.
    #[serde(default)]
    pub max_rows: Option<u32>,
    /// Labels before a statement's heading after which our own account number stands.
    #[serde(default)]
    pub account_labels: Vec<String>,
}

/// Where a row of totals stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Position {
    /// Before all lines.
    First,
    /// After all lines.
    Last,
}

/// A row of totals. Its count and total must be those of the lines.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Totals {
    /// Before or after the lines.
    pub position: Position,
    /// The word in its first cell, such as 合计; for rows after the lines.
    #[serde(default)]
    pub marker: Option<String>,
    /// Its cells, in order. Roles [`Role::Count`] and [`Role::Total`] are read.
    #[serde(rename = "field")]
    pub fields: Vec<Field>,
}

/// What one of the bank's words means.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusRule {
    /// The meaning.
    pub is: BankStatus,
    /// The whole cell is one of these.
    #[serde(default)]
    pub words: Vec<String>,
    /// The cell contains one of these.
    #[serde(default)]
    pub contains: Vec<String>,
}

/// A reason in the bank's own words.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReasonRule {
    /// The reason in our vocabulary.
    pub is: Reason,
    /// The cell contains one of these.
    pub contains: Vec<String>,
}

const fn fifteen_rows() -> u32 {
    15
}

/// The profiles that come with the product.
const BUILT_IN: &[(&str, &str)] = &[
    ("icbc-batch.toml", include_str!("../../profiles/icbc-batch.toml")),
    ("rcb-pipe-head.toml", include_str!("../../profiles/rcb-pipe-head.toml")),
    ("stmt-ccb.toml", include_str!("../../profiles/stmt-ccb.toml")),
    ("stmt-icbc.toml", include_str!("../../profiles/stmt-icbc.toml")),
];

impl Profile {
    /// Reads a profile's text. `file` names it in problems.
    ///
    /// # Errors
    /// Everything that is wrong with it: not the keys of a profile, or keys that contradict each other.
    pub fn from_toml(file: &str, text: &str) -> Result<Profile, Vec<Problem>> {
        let profile: Profile = toml::from_str(text).map_err(|error| {
            vec![Problem::of_file(Code::ProfileInvalid, file).found(error.to_string())]
        })?;
        let problems = check::check(file, &profile);
        if problems.is_empty() { Ok(profile) } else { Err(problems) }
    }

    /// The profiles that come with the product, by id.
    ///
    /// # Panics
    /// Never in a released product: a test reads them all.
    #[must_use]
    pub fn built_in() -> Vec<Profile> {
        BUILT_IN
            .iter()
            .map(|(file, text)| {
                Profile::from_toml(file, text).expect("a test reads every built-in profile")
            })
            .collect()
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

impl Layout {
    /// The first field with that role.
    #[must_use]
    pub fn field(&self, role: Role) -> Option<&Field> {
        self.fields.iter().find(|field| field.role == role)
    }
}

#[cfg(test)]
mod tests {
    use super::{Direction, Profile};

    #[test]
    fn every_built_in_profile_reads_and_has_its_own_name() {
        let profiles = Profile::built_in();
        let mut ids: Vec<_> = profiles.iter().map(|profile| profile.id.as_str()).collect();
        assert_eq!(ids, ["icbc-batch", "rcb-pipe-head", "stmt-ccb", "stmt-icbc"]);
        ids.dedup();
        assert_eq!(ids.len(), profiles.len());
    }

    #[test]
    fn a_payment_file_can_be_written_from_its_profile() {
        for profile in Profile::built_in().iter().filter(|profile| !profile.id.starts_with("stmt"))
        {
            let request = profile.request().unwrap();
            assert_eq!(request.direction, Direction::Request);
            assert!(request.file_name.is_some(), "{}", profile.id);
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
