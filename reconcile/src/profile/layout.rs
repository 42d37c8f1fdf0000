//! One kind of file of a bank: its container, its columns, its totals, and what the bank's words mean.

use ledger::answer::Reason;
use ledger::money::Money;
use serde::Deserialize;

use super::field::{self, Field, Role};
use super::file_name::FileName;
use super::words::closed_words;
use crate::text::Encoding;

closed_words! {
    /// Which way a file goes, and what it says.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum Direction {
        /// The payment file 报盘, from the office to the bank.
        Request = "request",
        /// The response file 回盘.
        Reply = "reply",
        /// The notice of returned payments 退汇.
        Refund = "refund",
        /// The account statement 流水.
        Statement = "statement",
    }
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

closed_words! {
    /// What the bytes are.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum Container {
        /// Text with a separator.
        Delimited = "delimited",
        /// Text whose columns take so many bytes each.
        Fixed = "fixed",
        /// Text with a drawn frame ┍━┯ │ ┝ ┕.
        Boxtable = "boxtable",
        /// Excel 97 to 2003.
        Xls = "xls",
        /// Excel since 2007.
        Xlsx = "xlsx",
        /// XML.
        Xml = "xml",
        /// SWIFT MT940: `:20:`, `:61:`, `:86:` and so on.
        Mt940 = "mt940",
    }
}

impl Container {
    /// The Chinese term.
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        match self {
            Container::Delimited => "分隔文本",
            Container::Fixed => "定长文本",
            Container::Boxtable => "表格线文本",
            Container::Xls => ".xls电子表格",
            Container::Xlsx => ".xlsx电子表格",
            Container::Xml => "XML文件",
            Container::Mt940 => "MT940报文",
        }
    }

    /// True for what a spreadsheet program writes.
    #[must_use]
    pub const fn is_sheet(self) -> bool {
        matches!(self, Container::Xls | Container::Xlsx)
    }

    /// True for what names its values by paths.
    #[must_use]
    pub const fn is_tree(self) -> bool {
        matches!(self, Container::Xml | Container::Mt940)
    }
}

closed_words! {
    /// How the columns of a file are found.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Header {
        /// By their headings, in any order.
        Columns = "columns",
        /// By their position, as the fields are listed; there is no heading.
        None = "none",
        /// By the paths of their elements and attributes.
        Paths = "paths",
    }
}

closed_words! {
    /// What the bank says of one payment.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum BankStatus {
        /// Credited.
        Success = "success",
        /// Refused, no money moved.
        Failed = "failed",
        /// Not decided yet.
        Pending = "pending",
        /// The bank does not know.
        Unknown = "unknown",
        /// A part was credited.
        Partial = "partial",
    }
}

impl BankStatus {
    /// The Chinese word.
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        match self {
            BankStatus::Success => "成功",
            BankStatus::Failed => "失败",
            BankStatus::Pending => "处理中",
            BankStatus::Unknown => "不明",
            BankStatus::Partial => "部分成功",
        }
    }
}

/// One kind of file of a bank.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a key of the format that says yes or no"
)]
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
    /// In XML, the path of the element that is one line.
    #[serde(default)]
    pub records: Option<String>,
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
    /// In XML, true if a document may hold more than the layout names, as in ISO 20022.
    #[serde(default)]
    pub others_allowed: bool,
    /// Words that name the bank itself, for [`Role::CrossBank`].
    #[serde(default)]
    pub own_bank: Vec<String>,
    /// True if the bank carries no reference of ours: its answers can be matched by account and amount only.
    #[serde(default)]
    pub without_reference: bool,
    /// Labels before a statement's heading after which our own account number stands.
    #[serde(default)]
    pub account_labels: Vec<String>,
}

closed_words! {
    /// Where a row of totals stands.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Position {
        /// Before all lines.
        First = "first",
        /// After all lines.
        Last = "last",
        /// Beside the lines: in XML and MT940, values of the whole document.
        Head = "head",
    }
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
    /// The cell begins with one of these.
    #[serde(default)]
    pub starts: Vec<String>,
    /// The cell is empty. Where this is not said, an empty cell is a problem.
    #[serde(default)]
    pub empty: bool,
    /// The cell is not empty: for columns that hold nothing but reasons for failures.
    #[serde(default)]
    pub filled: bool,
    /// Besides, the settled amount must be so.
    #[serde(default)]
    pub settled: Option<SettledPart>,
}

closed_words! {
    /// How much of the instructed amount was settled.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum SettledPart {
        /// All of it.
        All = "all",
        /// A part of it.
        Part = "part",
        /// Nothing, or nothing is said.
        Nothing = "none",
    }
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

impl StatusRule {
    /// True if the bank's words are the rule's, whatever the amounts.
    #[must_use]
    pub fn says(&self, words: &str) -> bool {
        let any = |listed: &[String], holds: &dyn Fn(&str) -> bool| listed.iter().any(|w| holds(w));
        (self.empty && words.is_empty())
            || (self.filled && !words.is_empty())
            || any(&self.words, &|word| words == word)
            || any(&self.contains, &|word| words.contains(word))
            || any(&self.starts, &|word| words.starts_with(word))
    }
}

impl Layout {
    /// The first field with that role.
    #[must_use]
    pub fn field(&self, role: Role) -> Option<&Field> {
        self.fields.iter().find(|field| field.role == role)
    }

    /// The first field of the totals with that role.
    #[must_use]
    pub fn total(&self, role: Role) -> Option<&Field> {
        self.totals.as_ref()?.fields.iter().find(|field| field.role == role)
    }

    /// True if the layout's lines are text of that container or one that looks like it from outside.
    #[must_use]
    pub fn takes(&self, container: Container) -> bool {
        self.containers.contains(&container)
            || (container == Container::Delimited && self.containers.contains(&Container::Fixed))
    }
}
