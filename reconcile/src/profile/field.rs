//! One column of a layout: what it means and how it is written.

use ledger::money::Money;
use serde::{Deserialize, Deserializer};

use super::words::closed_words;

closed_words! {
    /// What a column means to us. The list is closed: a profile names columns, it does not program.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Role {
        /// Our payment reference, 12 bytes.
        Reference = "reference",
        /// The line's running number in its batch, from 1; with the batch code it is the reference.
        Number = "number",
        /// The name in which the payee's account is kept.
        Name = "name",
        /// The payee's account.
        Account = "account",
        /// The instructed amount; of a statement's row, the amount whose direction [`Role::Sense`] says.
        Amount = "amount",
        /// The amount that the bank settled.
        SettledAmount = "settled_amount",
        /// The bank's word for the result.
        Status = "status",
        /// The bank's words for why.
        Reason = "reason",
        /// The bank's date of the answer, the return, or the statement row.
        Date = "date",
        /// The paying unit's number at the bank.
        Unit = "unit",
        /// The kind of the payee's identity document; `1` is the identity card.
        IdKind = "id_kind",
        /// The number of that document.
        IdNumber = "id_number",
        /// How many times that day this unit has handed in, counting from 1.
        Attempt = "attempt",
        /// In totals: how many lines.
        Count = "count",
        /// In totals: the sum of the amounts.
        Total = "total",
        /// In totals: the sum of the settled amounts.
        SettledTotal = "settled_total",
        /// Always the field's `value`.
        Constant = "constant",
        /// In a payment file: what whoever releases it states under the field's `label`, else its `value`.
        Stated = "stated",
        /// In a payment file: the year of its date.
        Year = "year",
        /// In a payment file: the batch code.
        Batch = "batch",
        /// In a payment file: the month it pays for, `202010`.
        Period = "period",
        /// The payee, where the account is kept in another name.
        Payee = "payee",
        /// The name of the payee's bank; of a foreign one only, where the layout has `own_bank`.
        BankName = "bank_name",
        /// That bank's number in the payment system, twelve digits.
        BankNumber = "bank_number",
        /// `0` for an account at the layout's `own_bank`, `1` for any other.
        CrossBank = "cross_bank",
        /// The bank's own serial number of a statement row.
        Serial = "serial",
        /// Our own account.
        OwnAccount = "own_account",
        /// Money out of our account.
        Debit = "debit",
        /// Money into our account.
        Credit = "credit",
        /// The balance after the row.
        Balance = "balance",
        /// In the head of a statement: the balance before its first row.
        Opening = "opening",
        /// In the head of a statement: the sense of that balance.
        OpeningSense = "opening_sense",
        /// In the head of a statement: the balance after its last row.
        Closing = "closing",
        /// In the head of a statement: the sense of that balance.
        ClosingSense = "closing_sense",
        /// In the head of a statement: the day of the closing balance.
        ClosingDate = "closing_date",
        /// 借 or 贷, checked against the amounts, or saying whose the amount is.
        Sense = "sense",
        /// `true` where a statement's row takes an earlier one back: in our books the other side's opposite, in red.
        Reversal = "reversal",
        /// The status of the whole file, or of a part: where it is one of the layout's, every line must have it.
        GroupStatus = "group_status",
        /// The other side's name.
        CounterpartyName = "counterparty_name",
        /// The other side's account.
        CounterpartyAccount = "counterparty_account",
        /// 摘要
        Summary = "summary",
        /// 用途
        Purpose = "purpose",
        /// 备注, 附言
        Remark = "remark",
        /// Known, and of no use to us.
        #[default]
        Ignored = "ignored",
    }
}

impl Role {
    /// True for a sum of money.
    #[must_use]
    pub const fn is_money(self) -> bool {
        matches!(
            self,
            Role::Amount
                | Role::SettledAmount
                | Role::Debit
                | Role::Credit
                | Role::Balance
                | Role::Total
                | Role::SettledTotal
                | Role::Opening
                | Role::Closing
        )
    }

    /// True for what may stand in a layout more than once.
    #[must_use]
    pub const fn may_repeat(self) -> bool {
        matches!(self, Role::Ignored | Role::Constant | Role::Stated)
    }
}

closed_words! {
    /// How a cell's text is read.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub enum Kind {
        /// As it stands.
        #[default]
        Text = "text",
        /// Yuan with at most two decimals.
        Yuan = "yuan",
        /// Whole fen.
        Fen = "fen",
        /// A date in any form that banks use.
        Date = "date",
        /// As `date`, and written with hyphens, `2020-10-12`.
        Isodate = "isodate",
        /// A whole number.
        Integer = "integer",
    }
}

closed_words! {
    /// On which side of a fixed column the text stands; the rest is filled.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Align {
        /// Text first, filling behind.
        Left = "left",
        /// Filling first, text behind.
        Right = "right",
    }
}

/// One column.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a key of the format that says yes or no"
)]
pub struct Field {
    /// What it means.
    pub role: Role,
    /// What people call it, where no heading does.
    pub label: Option<String>,
    /// The headings it goes by, or in XML the paths; the first is the one we write.
    pub titles: Vec<String>,
    /// How its text is read.
    pub kind: Kind,
    /// True if the column may be missing altogether.
    pub optional: bool,
    /// True if a cell may be empty.
    pub may_be_empty: bool,
    /// True if amounts carry thousands separators.
    pub grouped: bool,
    /// True if the bank writes the amount as a negative.
    pub negative: bool,
    /// A word that follows the number, such as 笔.
    pub unit_word: Option<String>,
    /// The most bytes in the bank's encoding.
    pub max_bytes: Option<usize>,
    /// Digits of a number that is padded with zeros in front.
    pub width: Option<usize>,
    /// In fixed rows: how many bytes the column takes.
    pub bytes: Option<usize>,
    /// In fixed rows: on which side the text stands; amounts and numbers right, all else left.
    pub align: Option<Align>,
    /// In fixed rows: what fills the rest, a blank or `0`.
    pub pad: Option<char>,
    /// What [`Role::Constant`] always is, and [`Role::Stated`] if nobody states anything.
    pub value: Option<String>,
}

impl Field {
    /// The heading to show: the first one, or the column's number and label where there is no heading.
    #[must_use]
    pub fn heading(&self, index: usize) -> String {
        match (self.titles.first(), &self.label) {
            (Some(title), None) => title.clone(),
            (Some(title), Some(label)) => format!("{title} {label}"),
            (None, Some(label)) => format!("第{}列{label}", index + 1),
            (None, None) => format!("第{}列", index + 1),
        }
    }

    /// What fills a fixed column.
    #[must_use]
    pub fn filling(&self) -> char {
        self.pad.unwrap_or(' ')
    }

    /// On which side of a fixed column the text stands.
    #[must_use]
    pub fn side(&self) -> Align {
        let is_number = self.role.is_money() || self.kind == Kind::Integer;
        self.align.unwrap_or(if is_number { Align::Right } else { Align::Left })
    }
}

/// Reads an amount that a profile gives as text.
pub(super) fn yuan<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Money>, D::Error> {
    let text = String::deserialize(deserializer)?;
    Money::parse_yuan(&text).map(Some).map_err(serde::de::Error::custom)
}
