//! Whether a statement's balances follow from its rows.

use ledger::money::Money;

use super::{StatementRow, is_debit};
use crate::pieces::Pieces;
use crate::problem::{Code, Problem};
use crate::problems::Problems;
use crate::profile::{Layout, Role, Totals};
use crate::table::Row;
use crate::totals::{self, stated_money};

/// Opening and closing balance as the head of the file states them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ends {
    opening: Option<Money>,
    closing: Option<Money>,
}

impl Ends {
    /// True if the head states both.
    pub(super) fn are_both(self) -> bool {
        self.opening.is_some() && self.closing.is_some()
    }
}

/// What the head states. A sense of D makes a balance an overdraft.
pub(super) fn stated(file: &str, totals: Option<&(&Totals, Row)>, problems: &mut Problems) -> Ends {
    let mut end = |role, sense| {
        let (field, text) = totals::stated(totals, role)?;
        let side = totals::stated(totals, sense);
        let is_overdraft = side.as_ref().map_or(Some(false), |(_, word)| is_debit(word));
        let amount = stated_money(field, &text);
        let signed = match (amount, is_overdraft) {
            (Some(amount), Some(false)) => Some(amount),
            (Some(amount), Some(true)) => amount.checked_neg(),
            (_, _) => None,
        };
        if signed.is_none() {
            let problem = Problem::of_file(Code::ValueNotMoney, file);
            problems.push(problem.in_column(field.heading(0)).found(text));
        }
        signed
    };
    let opening = end(Role::Opening, Role::OpeningSense);
    Ends { opening, closing: end(Role::Closing, Role::ClosingSense) }
}

/// Opening and closing balance, and whether the latest row stands first. Each row's balance must follow from the
/// row before; opening plus all rows is then closing by itself. Where rows carry no balance, it is reckoned from the
/// opening balance and must come out at the closing one.
pub(super) fn check(
    file: &str,
    layout: &Layout,
    rows: &mut Pieces<StatementRow>,
    ends: Ends,
) -> Result<(Money, Money, bool), Vec<Problem>> {
    if layout.field(Role::Balance).is_none() {
        return reckon(file, rows, ends);
    }
    // Where the balances follow both ways, as when what came in went out again, the days say which row stands first.
    let falls = !rows.iter().is_sorted_by_key(|row| row.date)
        && rows.iter().rev().is_sorted_by_key(|row| row.date);
    let earliest_first = breaks(file, rows.iter());
    let asks_back = falls || !earliest_first.is_empty();
    let latest_first =
        if asks_back { breaks(file, rows.iter().rev()) } else { Problems::default() };
    let reversed = asks_back && latest_first.is_empty();
    if !earliest_first.is_empty() && !reversed {
        // The order in which less is wrong is the bank's, and what is wrong in it is where something is missing.
        let is_latest = latest_first.len() < earliest_first.len();
        let breaks = if is_latest { latest_first } else { earliest_first };
        return Err(breaks.into_told(file));
    }
    if rows.is_empty() {
        return reckon(file, rows, ends);
    }
    let (first, last) = (rows.iter().next(), rows.iter().next_back());
    let (earliest, latest) = if reversed { (last, first) } else { (first, last) };
    let opening = earliest
        .and_then(|row| row.balance.checked_sub(row.change()?))
        .ok_or_else(|| vec![Problem::of_file(Code::ResponseOverflow, file)])?;
    let closing = latest.map_or(opening, |row| row.balance);
    let differs = |code, stated: Option<Money>, is: Money| {
        let stated = stated.filter(|stated| *stated != is)?;
        Some(Problem::of_file(code, file).found(stated.to_yuan()).expected(is.to_yuan()))
    };
    let problems: Vec<Problem> = [
        differs(Code::StatementOpening, ends.opening, opening),
        differs(Code::StatementClosing, ends.closing, closing),
    ]
    .into_iter()
    .flatten()
    .collect();
    if problems.is_empty() { Ok((opening, closing, reversed)) } else { Err(problems) }
}

fn reckon(
    file: &str,
    rows: &mut Pieces<StatementRow>,
    ends: Ends,
) -> Result<(Money, Money, bool), Vec<Problem>> {
    let problem = |code| Problem::of_file(code, file);
    let opening = ends.opening.ok_or_else(|| vec![problem(Code::StatementOpening)])?;
    // Without balances only the days say which row stands first.
    let rises = rows.iter().is_sorted_by_key(|row| row.date);
    let latest_first = !rises && rows.iter().rev().is_sorted_by_key(|row| row.date);
    if !rises && !latest_first {
        let falls = rows.iter().zip(rows.iter().skip(1)).find(|(one, next)| next.date < one.date);
        let found = falls.map_or_else(String::new, |(one, next)| {
            format!("第{}行{}，第{}行{}", one.row, one.date, next.row, next.date)
        });
        return Err(vec![problem(Code::StatementDateOrder).found(found)]);
    }
    let mut balance = opening;
    let mut reckoned = |row: &mut StatementRow| {
        let next = row.change().and_then(|change| balance.checked_add(change));
        balance = next.ok_or_else(|| vec![problem(Code::ResponseOverflow)])?;
        row.balance = balance;
        Ok::<(), Vec<Problem>>(())
    };
    if latest_first {
        rows.iter_mut().rev().try_for_each(&mut reckoned)?;
    } else {
        rows.iter_mut().try_for_each(&mut reckoned)?;
    }
    let stated = ends.closing.ok_or_else(|| vec![problem(Code::StatementClosing)])?;
    if stated != balance {
        let problem = problem(Code::StatementClosing).found(stated.to_yuan());
        return Err(vec![problem.expected(balance.to_yuan())]);
    }
    Ok((opening, balance, latest_first))
}

fn breaks<'a>(file: &str, rows: impl Iterator<Item = &'a StatementRow>) -> Problems {
    let mut problems = Problems::default();
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
