//! Reads an account statement 流水 and checks that its balances follow from its rows.

mod balances;
mod fingerprint;
mod matching;
mod pools;

use std::sync::atomic::{AtomicBool, Ordering};

use compact_str::CompactString;
use ledger::ids::Digest;
use ledger::money::Money;
use ledger::period::Date;

use crate::body::Body;
use crate::cells::{RowReader, read_rows};
use crate::names::{account_key, heading_key};
use crate::opened::Opened;
use crate::pieces::Pieces;
use crate::problem::{Code, Problem};
use crate::problems::Problems;
use crate::profile::{Direction, Layout, Role};
use crate::response::{Given, body_of, body_problems, sum, too_many};
use crate::totals::{self, Sums};
use crate::values::read_date;

pub use fingerprint::fingerprint;
pub use matching::{BankMovement, RowOutcome, StatementReport, match_statement};

/// One row of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementRow {
    /// Its row in the file, from 1.
    pub row: u32,
    /// The bank's own serial number, where it gives one.
    pub serial: Option<CompactString>,
    /// The bank's date.
    pub date: Date,
    /// Money out of our account; zero for a credit. Negative where the bank corrects itself in red.
    pub debit: Money,
    /// Money into our account; zero for a debit. Negative where the bank corrects itself in red.
    pub credit: Money,
    /// The balance after this row.
    pub balance: Money,
    /// The other side's name; empty where the bank does not tell.
    pub counterparty_name: CompactString,
    /// The other side's account, narrow and without spaces; empty where the bank does not tell.
    pub counterparty_account: CompactString,
    /// 摘要
    pub summary: CompactString,
    /// 用途 and 备注, joined by a space where there are both.
    pub remark: CompactString,
}

impl StatementRow {
    /// What the row adds to the balance: credit less debit. `None` on overflow.
    #[must_use]
    pub fn change(&self) -> Option<Money> {
        self.credit.checked_sub(self.debit)
    }
}

/// A whole statement without problems.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementFile {
    /// Every row, in the order of the file.
    pub rows: Pieces<StatementRow>,
    /// Our account as the file states it, narrow; `None` if it does not.
    pub account_no: Option<String>,
    /// The balance before the earliest row.
    pub opening: Money,
    /// The balance after the latest row.
    pub closing: Money,
    /// The day of the closing balance, where the file states it.
    pub closing_on: Option<Date>,
    /// True if the bank lists the latest row first.
    pub latest_first: bool,
}

/// Reads a statement in the layout that [`crate::detect::detect`] found. `account_no` is our account's number:
/// a statement that names another one is refused.
///
/// # Errors
/// Every problem of the file. A file with problems gives no rows.
pub fn read(
    layout: &Layout,
    opened: &Opened<'_>,
    account_no: &str,
) -> Result<StatementFile, Vec<Problem>> {
    let file = opened.file;
    let mut problems = Problems::default();
    let mut body = body_of(layout, opened, Direction::Statement)?;
    body_problems(file, layout, &body, &Given::default(), &mut problems);
    let is_empty = body.is_empty();
    let totals = totals::take(file, layout, &mut body, &mut problems);
    too_many(file, layout, &body, &mut problems);
    let ends = balances::stated(file, totals.as_ref(), &mut problems);
    // A month in which nothing moved is told by its two balances.
    if is_empty && !ends.are_both() {
        problems.push(Problem::of_file(Code::FileNoLines, file));
    }
    let closing_on = totals::stated(totals.as_ref(), Role::ClosingDate);
    let closing_on = closing_on.and_then(|(_, text)| read_date(&text));
    let ours = account_key(account_no);
    let in_head = totals::stated(totals.as_ref(), Role::OwnAccount);
    let in_head = in_head.map(|(_, text)| account_key(&text).into_owned());
    let mut stated = in_head.or_else(|| account_before_heading(layout, &body));
    let plain = |account: &str| account.replace('-', "");
    if let Some(other) = stated.as_ref().filter(|other| plain(other) != plain(&ours)) {
        problems.push(Problem::of_file(Code::StatementAccount, file).found(other).expected(&*ours));
    }
    let names_us = AtomicBool::new(false);
    let mut rows = read_rows(file, layout, &body, &mut problems, |row| {
        let own = row.text(Role::OwnAccount).map(account_key);
        if let Some(other) = own.as_ref().filter(|own| **own != ours) {
            row.refuse(Code::StatementAccount, Role::OwnAccount, other, &ours);
        }
        if own.is_some() {
            names_us.store(true, Ordering::Relaxed);
        }
        read_row(layout, row)
    });
    if let Some((rule, row)) = &totals {
        let is_whole = rows.len() == body.count();
        let amounts = rows.iter().flat_map(|row| [row.debit, row.credit]);
        let total = sum(file, amounts.filter(|_| is_whole), &mut problems);
        let sums = Sums { count: rows.len(), total, settled: None };
        totals::check(file, rule, row, is_whole.then_some(sums), &mut problems);
    }
    if !problems.is_empty() {
        return Err(problems.into_told(file));
    }
    if names_us.into_inner() {
        stated = Some(ours.into_owned());
    }
    let (opening, closing, latest_first) = balances::check(file, layout, &mut rows, ends)?;
    Ok(StatementFile { rows, account_no: stated, opening, closing, closing_on, latest_first })
}

/// Our account as the lines before the heading state it: behind its label, in the same cell or the next.
fn account_before_heading(layout: &Layout, body: &Body<'_>) -> Option<String> {
    let labels: Vec<_> = layout.account_labels.iter().map(|label| heading_key(label)).collect();
    for row in &body.preamble {
        for (index, cell) in row.cells.iter().enumerate() {
            let text = heading_key(&cell.text);
            // Some banks put name and account into one cell, `户名：…　账号：…`.
            let next = row.cells.get(index + 1).map_or("", |cell| cell.text.as_str());
            for (at, label) in labels.iter().flat_map(|label| text.match_indices(label.as_ref())) {
                let rest = text.get(at + label.len()..).unwrap_or_default();
                let rest = rest.trim_start_matches(':');
                let number = account_key(if rest.is_empty() { next } else { rest });
                if let Some(number) = number_at_begin(&number) {
                    return Some(number);
                }
            }
        }
    }
    None
}

/// The account number with which a text begins, without its hyphens. One of which the bank shows only a part is not stated.
fn number_at_begin(text: &str) -> Option<String> {
    let is_part = |letter: char| letter.is_ascii_digit() || matches!(letter, '-' | '*');
    let end = text.find(|letter: char| !is_part(letter)).unwrap_or(text.len());
    let number = text.get(..end).filter(|number| !number.contains('*'))?;
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    (!digits.is_empty()).then_some(digits)
}

fn read_row(layout: &Layout, row: &mut RowReader<'_>) -> Option<StatementRow> {
    let date = row.date(Role::Date);
    let (debit, credit) = if layout.field(Role::Amount).is_some() {
        sides_by_sense(row)
    } else {
        sides_by_column(row)
    };
    let has_balance = layout.field(Role::Balance).is_some();
    // Without a column of balances they are reckoned from the opening balance afterwards.
    let balance = if has_balance { row.money(Role::Balance) } else { Some(Money::ZERO) };
    let owned = |text: Option<&str>| CompactString::from(text.unwrap_or_default());
    let serial = row.text(Role::Serial).map(CompactString::from);
    let counterparty_name = owned(row.text(Role::CounterpartyName));
    let counterparty_account = row.text(Role::CounterpartyAccount).map(account_key);
    let summary = owned(row.text(Role::Summary));
    let remark: Vec<_> =
        [row.text(Role::Purpose), row.text(Role::Remark)].into_iter().flatten().collect();
    Some(StatementRow {
        row: row.number(),
        serial,
        date: date?,
        debit: debit.unwrap_or(Money::ZERO),
        credit: credit.unwrap_or(Money::ZERO),
        balance: balance?,
        counterparty_name,
        counterparty_account: counterparty_account.unwrap_or_default().into(),
        summary,
        remark: remark.join(" ").into(),
    })
}

/// The columns of debit and credit, of which exactly one holds something.
fn sides_by_column(row: &mut RowReader<'_>) -> (Option<Money>, Option<Money>) {
    let before = row.problems();
    let debit = row.money(Role::Debit).filter(|amount| !amount.is_zero());
    let credit = row.money(Role::Credit).filter(|amount| !amount.is_zero());
    if row.problems() > before {
        // An amount that cannot be read is told; whose side it is on cannot be said.
        return (debit, credit);
    }
    if debit.is_some() == credit.is_some() {
        let found = |amount: Option<Money>| amount.map_or_else(String::new, Money::to_yuan);
        let both = format!("借{}，贷{}", found(debit), found(credit));
        row.refuse(Code::StatementOneSide, Role::Debit, &both, "");
    }
    if let Some(sense) = row.text(Role::Sense)
        && is_debit(sense) != Some(debit.is_some())
    {
        row.refuse(Code::StatementSense, Role::Sense, sense, "");
    }
    (debit, credit)
}

/// One column of amounts, and a word that says whose side it is.
fn sides_by_sense(row: &mut RowReader<'_>) -> (Option<Money>, Option<Money>) {
    let amount = row.money(Role::Amount);
    let is_reversal = row.text(Role::Reversal).and_then(|word| match word {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        other => {
            row.refuse(Code::ValueMalformed, Role::Reversal, other, "true或false");
            None
        }
    });
    let Some(sense) = row.text(Role::Sense) else { return (None, None) };
    let red = amount.and_then(Money::checked_neg);
    match (is_debit(sense), is_reversal.unwrap_or(false)) {
        (Some(true), false) => (amount, None),
        (Some(false), false) => (None, amount),
        // What takes a credit back stands on the side of the credits.
        (Some(true), true) => (None, red),
        (Some(false), true) => (red, None),
        (None, _) => {
            row.refuse(Code::StatementSense, Role::Sense, sense, "借、贷，或D、C，或进、出");
            (None, None)
        }
    }
}

/// Whether the bank's word says that money went out of our account; `None` for no word of any bank.
fn is_debit(sense: &str) -> Option<bool> {
    match sense {
        "借" | "D" | "出" | "DBIT" => Some(true),
        "贷" | "C" | "进" | "CRDT" => Some(false),
        _ => None,
    }
}

/// The fingerprint of every row of a statement, in order.
#[must_use]
pub fn fingerprints<'r>(
    account_no: &str,
    rows: impl IntoIterator<Item = &'r StatementRow>,
) -> Vec<Digest> {
    rows.into_iter().map(|row| fingerprint(account_no, row)).collect()
}

#[cfg(test)]
mod tests;
