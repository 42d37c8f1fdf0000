//! One column of a layout: what it means and how it is written.

use ledger::money::Money;
use serde::{Deserialize, Deserializer};

/// What a column means to us. The list is closed: a profile names columns, it does not program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Our payment reference, 12 bytes.
    Reference,
    /// The line's running number in its batch, from 1; with the batch code it is the reference.
    Number,
    /// The payee's name.
    Name,
    /// The payee's account.
    Account,
    /// The instructed amount.
    Amount,
    /// The amount that the bank settled.
    SettledAmount,
    /// The bank's word for the result.
    Status,
    /// The bank's words for why.
    Reason,
    /// The bank's date of the answer, the return, or the statement row.
    Date,
    /// The paying unit's number at the bank.
    Unit,
    /// The kind of the payee's identity document; `1` is the identity card.
    IdKind,
    /// The number of that document.
    IdNumber,
    /// How many times that day this unit has handed in, counting from 1.
    Attempt,
    /// In a row of totals: how many lines.
    Count,
    /// In a row of totals: the sum of the amounts.
    Total,
    /// Always the field's `value`.
    Constant,
    /// The bank's own serial number of a statement row.
    Serial,
    /// Our own account.
    OwnAccount,
    /// Money out of our account.
    Debit,
    /// Money into our account.
    Credit,
    /// The balance after the row.
    Balance,
    /// 借 or 贷, checked against the amounts.
    Sense,
    /// The other side's name.
    CounterpartyName,
    /// The other side's account.
    CounterpartyAccount,
    /// 摘要
    Summary,
    /// 用途
    Purpose,
    /// 备注, 附言
    Remark,
    /// Known, and of no use to us.
    Ignored,
}

/// How a cell's text is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// As it stands.
    #[default]
    Text,
    /// Yuan with at most two decimals.
    Yuan,
    /// Whole fen.
    Fen,
    /// A date in any form that banks use.
    Date,
    /// A whole number.
    Integer,
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// What it means.
    pub role: Role,
    /// The headings it goes by; the first is the one we write.
    #[serde(default)]
    pub titles: Vec<String>,
    /// How its text is read.
    #[serde(default)]
    pub kind: Kind,
    /// True if the column may be missing altogether.
    #[serde(default)]
    pub optional: bool,
    /// True if a cell may be empty.
    #[serde(default)]
    pub may_be_empty: bool,
    /// True if amounts carry thousands separators.
    #[serde(default)]
    pub grouped: bool,
    /// A word that follows the number, such as 笔.
    #[serde(default)]
    pub unit_word: Option<String>,
    /// The most bytes in the bank's encoding.
    #[serde(default)]
    pub max_bytes: Option<usize>,
    /// Digits of a number that is padded with zeros in front.
    #[serde(default)]
    pub width: Option<usize>,
    /// What [`Role::Constant`] always is.
    #[serde(default)]
    pub value: Option<String>,
}

impl Field {
    /// The heading to show: the first one, or the column's number where there is no heading.
    #[must_use]
    pub fn heading(&self, index: usize) -> String {
        self.titles.first().cloned().unwrap_or_else(|| format!("第{}列", index + 1))
    }
}

/// Reads an amount that a profile gives as text.
pub(super) fn yuan<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Money>, D::Error> {
    let text = String::deserialize(deserializer)?;
    Money::parse_yuan(&text).map(Some).map_err(serde::de::Error::custom)
}
