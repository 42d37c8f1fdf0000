//! Reads an account statement 流水 and checks that its balances follow from its rows.

mod fingerprint;
mod matching;
mod pools;

use ledger::ids::Digest;
use ledger::money::Money;
use ledger::period::Date;

use crate::body::Body;
use crate::cells::{RowReader, read_rows};
use crate::names::{account_key, heading_key};
use crate::problem::{Code, Problem};
use crate::profile::{Direction, Layout, Role};
use crate::response::{Given, body_problems, open};

pub use fingerprint::fingerprint;
pub use matching::{BankMovement, RowOutcome, StatementReport, match_statement};

/// One row of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementRow {
    /// Its row in the file, from 1.
    pub row: u32,
    /// The bank's own serial number, where it gives one.
    pub serial: Option<String>,
    /// The bank's date.
    pub date: Date,
    /// Money out of our account; zero for a credit. Negative where the bank corrects itself in red.
    pub debit: Money,
    /// Money into our account; zero for a debit. Negative where the bank corrects itself in red.
    pub credit: Money,
    /// The balance after this row.
    pub balance: Money,
    /// The other side's name; empty where the bank does not tell.
    pub counterparty_name: String,
    /// The other side's account, narrow and without spaces; empty where the bank does not tell.
    pub counterparty_account: String,
    /// 摘要
    pub summary: String,
    /// 用途 and 备注, joined by a space where there are both.
    pub remark: String,
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
    pub rows: Vec<StatementRow>,
    /// Our account as the file states it, narrow; `None` if it does not.
    pub account_no: Option<String>,
    /// The balance before the earliest row.
    pub opening: Money,
    /// The balance after the latest row.
    pub closing: Money,
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
    file: &str,
    bytes: &[u8],
    account_no: &str,
) -> Result<StatementFile, Vec<Problem>> {
    let mut problems = Vec::new();
    let body = open(layout, file, bytes, Direction::Statement)?;
    body_problems(file, layout, &body, &Given::default(), &mut problems);
    let ours = account_key(account_no);
    let mut stated = account_before_heading(layout, &body);
    if let Some(other) = stated.as_ref().filter(|other| **other != ours) {
        problems.push(Problem::of_file(Code::StatementAccount, file).found(other).expected(&*ours));
    }
    let rows = read_rows(file, layout, &body, &mut problems, |row| {
        let own = row.text(Role::OwnAccount).map(account_key);
        if let Some(own) = own {
            if own != ours {
                row.refuse(Code::StatementAccount, Role::OwnAccount, &own, &ours);
            }
            stated = Some(own.into_owned());
        }
        read_row(row)
    });
    if !problems.is_empty() {
        return Err(problems);
    }
    let (opening, closing, latest_first) = check_balances(file, &rows)?;
    Ok(StatementFile { rows, account_no: stated, opening, closing, latest_first })
}

/// Our account as the lines before the heading state it: behind its label, in the same cell or the next.
fn account_before_heading(layout: &Layout, body: &Body) -> Option<String> {
    let labels: Vec<_> = layout.account_labels.iter().map(|label| heading_key(label)).collect();
    for row in &body.preamble {
        for (index, cell) in row.cells.iter().enumerate() {
            let text = heading_key(&cell.text);
            let Some(rest) = labels.iter().find_map(|label| text.strip_prefix(label.as_ref()))
            else {
                continue;
            };
            let rest = rest.trim_start_matches(':');
            let next = row.cells.get(index + 1).map_or("", |cell| cell.text.as_str());
            let number = account_key(if rest.is_empty() { next } else { rest }).into_owned();
            if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) {
                return Some(number);
            }
        }
    }
    None
}

fn read_row(row: &mut RowReader<'_>) -> Option<StatementRow> {
    let date = row.date(Role::Date);
    let debit = row.money(Role::Debit).filter(|amount| !amount.is_zero());
    let credit = row.money(Role::Credit).filter(|amount| !amount.is_zero());
    let balance = row.money(Role::Balance);
    let owned = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let serial = row.text(Role::Serial).map(str::to_owned);
    let counterparty_name = owned(row.text(Role::CounterpartyName));
    let counterparty_account = row.text(Role::CounterpartyAccount).map(account_key);
    let summary = owned(row.text(Role::Summary));
    let remark: Vec<_> =
        [row.text(Role::Purpose), row.text(Role::Remark)].into_iter().flatten().collect();
    if debit.is_some() == credit.is_some() {
        let found = |amount: Option<Money>| amount.map_or_else(String::new, Money::to_yuan);
        let both = format!("借{}，贷{}", found(debit), found(credit));
        row.refuse(Code::StatementOneSide, Role::Debit, &both, "");
    }
    if let Some(sense) = row.text(Role::Sense)
        && !sense_agrees(sense, debit.is_some())
    {
        row.refuse(Code::StatementSense, Role::Sense, sense, "");
    }
    Some(StatementRow {
        row: row.number(),
        serial,
        date: date?,
        debit: debit.unwrap_or(Money::ZERO),
        credit: credit.unwrap_or(Money::ZERO),
        balance: balance?,
        counterparty_name,
        counterparty_account: counterparty_account.unwrap_or_default().into_owned(),
        summary,
        remark: remark.join(" "),
    })
}

fn sense_agrees(sense: &str, is_debit: bool) -> bool {
    match sense {
        "借" | "D" | "出" => is_debit,
        "贷" | "C" | "进" => !is_debit,
        _ => false,
    }
}

/// Opening and closing balance, and whether the latest row stands first. Each row's balance must follow from the
/// row before; opening plus all rows is then closing by itself.
fn check_balances(file: &str, rows: &[StatementRow]) -> Result<(Money, Money, bool), Vec<Problem>> {
    let earliest_first = breaks(file, rows.iter());
    let latest_first =
        if earliest_first.is_empty() { Vec::new() } else { breaks(file, rows.iter().rev()) };
    let reversed = !earliest_first.is_empty() && latest_first.is_empty();
    if !earliest_first.is_empty() && !reversed {
        return Err(earliest_first);
    }
    let (first, last) = (rows.first(), rows.last());
    let (earliest, latest) = if reversed { (last, first) } else { (first, last) };
    let opening = earliest
        .and_then(|row| row.balance.checked_sub(row.change()?))
        .ok_or_else(|| vec![Problem::of_file(Code::ResponseOverflow, file)])?;
    Ok((opening, latest.map_or(opening, |row| row.balance), reversed))
}

fn breaks<'a>(file: &str, rows: impl Iterator<Item = &'a StatementRow>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut before: Option<Money> = None;
    for row in rows {
        let follows = match before {
            Some(before) => row.change().and_then(|change| before.checked_add(change)),
            None => Some(row.balance),
        };
        if follows != Some(row.balance) {
            let expected = follows.map_or_else(String::new, Money::to_yuan);
            problems.push(
                Problem::of_row(Code::StatementBalanceBreak, file, row.row)
                    .found(row.balance.to_yuan())
                    .expected(expected),
            );
        }
        before = Some(row.balance);
    }
    problems
}

/// The fingerprint of every row of a statement, in order.
#[must_use]
pub fn fingerprints(account_no: &str, rows: &[StatementRow]) -> Vec<Digest> {
    rows.iter().map(|row| fingerprint(account_no, row)).collect()
}

#[cfg(test)]
mod tests;
