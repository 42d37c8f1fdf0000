//! Rules for month-end close and bulletins. What a reversal can be is a law: `law::reversal`.

use std::collections::BTreeSet;

use crate::act::Body;
use crate::act::closing::{BulletinIssued, MonthClosed};
use crate::books::bank::{Movement, Waiting};
use crate::books::{Books, Statement};
use crate::law;
use crate::rejection::Rejection;
use crate::views::month::MonthTable;

use super::{filled, plain_file_name};

pub(super) fn decide(books: &Books, statement: &Statement<'_>) -> Result<(), Rejection> {
    if let Body::EntryReversed(reversed) = statement.body() {
        filled(&reversed.reason, "冲销原因")
    } else if let Body::MonthClosed(closed) = statement.body() {
        obstacles(books, closed).into_iter().next().map_or(Ok(()), Err)
    } else if let Body::BulletinIssued(issued) = statement.body() {
        issue(books, issued)
    } else {
        Ok(())
    }
}

/// Everything that stands between the books and a close, so that an accountant sees it at once: laws first, then rules.
#[must_use]
pub fn obstacles_to_close(books: &Books, closed: &MonthClosed) -> Vec<Rejection> {
    let law = law::closing::check(books, &Body::MonthClosed(closed.clone())).err();
    law.into_iter().chain(obstacles(books, closed)).collect()
}

fn obstacles(books: &Books, closed: &MonthClosed) -> Vec<Rejection> {
    let period = closed.period;
    let mut obstacles = Vec::new();
    let waiting = books.bank.exceptions.values().filter(|exception| {
        // A statement row without a counterpart is an outstanding item (未达账项) and may cross the month.
        !matches!(exception.waiting, Waiting::Statement { .. })
    });
    let count = waiting.count();
    if count > 0 {
        obstacles.push(Rejection::CloseExceptionsOpen { count });
    }
    let until = period.last_day();
    let mut missing = BTreeSet::new();
    for account in books.funds.accounts.values() {
        // An account without a statement is in order only before it was opened, with nothing booked on it.
        let moved = |m: &Movement| m.account == account.code && m.date <= until;
        let in_use = account.opened <= until || books.bank.movements.values().any(moved);
        let statements = books.bank.statements.get(&account.code);
        if in_use && statements.and_then(|known| known.balance_on(until)).is_none() {
            missing.insert(&account.code);
            obstacles
                .push(Rejection::CloseStatementMissing { account: account.code.clone(), until });
        }
    }
    let Some(table) = MonthTable::of(books, period) else {
        obstacles.push(Rejection::MoneyOverflow {});
        return obstacles;
    };
    // What differs from a statement that is missing is told already, by that.
    for account in table.accounts.iter().filter(|account| !missing.contains(&account.account)) {
        let difference = account.difference_fen;
        if !difference.is_zero() {
            let account = account.account.clone();
            obstacles.push(Rejection::CloseNotBalanced { account, difference });
        }
    }
    if table.digest() != closed.table {
        obstacles.push(Rejection::CloseTableMismatch {});
    }
    obstacles
}

fn issue(books: &Books, issued: &BulletinIssued) -> Result<(), Rejection> {
    filled(&issued.number, "发文字号")?;
    let period = issued.period;
    let Some((_, closed)) = books.closings.closed.get(&period) else {
        return Err(Rejection::BulletinMonthOpen { period });
    };
    if closed.height != issued.height {
        let (height, found) = (closed.height, issued.height);
        return Err(Rejection::BulletinHeight { height, found });
    }
    issued.documents.iter().try_for_each(|document| plain_file_name(&document.name))?;
    if issued.documents.is_empty() {
        return Err(Rejection::TextMissing { field: "通报文件" });
    }
    Ok(())
}
