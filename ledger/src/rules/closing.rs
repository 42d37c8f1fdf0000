//! Rules for reversals, month-end close and bulletins.

use crate::act::Body;
use crate::act::closing::{BulletinIssued, EntryReversed, MonthClosed};
use crate::books::bank::{Movement, Waiting};
use crate::books::{Books, Statement};
use crate::rejection::Rejection;
use crate::views::month::MonthTable;

use super::{filled, plain_file_name};

pub(super) fn decide(books: &Books, statement: &Statement<'_>) -> Result<(), Rejection> {
    if let Body::EntryReversed(reversed) = statement.body() {
        reverse(books, reversed)
    } else if let Body::MonthClosed(closed) = statement.body() {
        close(books, closed)
    } else if let Body::BulletinIssued(issued) = statement.body() {
        issue(books, issued)
    } else {
        Ok(())
    }
}

/// Red-letter entry (红字冲销): the full negative, never a partial one, so that the pair always sums to zero.
fn reverse(books: &Books, reversed: &EntryReversed) -> Result<(), Rejection> {
    filled(&reversed.reason, "冲销原因")?;
    let act = reversed.act;
    let reversible = &books.postings.reversible;
    let original = reversible.get(&act).ok_or(Rejection::ReversalImpossible { act })?;
    if original.reversed_by.is_some() {
        return Err(Rejection::ReversalTwice { act });
    }
    if reversible.values().any(|posted| posted.reversed_by == Some(act)) {
        return Err(Rejection::ReversalImpossible { act });
    }
    if reversed.date < original.date {
        return Err(Rejection::ReversalTooEarly { original: original.date });
    }
    let suffix = format!(":{act}");
    let mut movements = books.bank.movements.iter().filter(|(key, _)| key.ends_with(&suffix));
    if movements.any(|(_, movement)| movement.cleared.is_some()) {
        return Err(Rejection::ReversalCleared { act });
    }
    Ok(())
}

fn close(books: &Books, closed: &MonthClosed) -> Result<(), Rejection> {
    let period = closed.period;
    let waiting = books.bank.exceptions.values().filter(|exception| {
        // A statement row without a counterpart is an outstanding item (未达账项) and may cross the month.
        !matches!(exception.waiting, Waiting::Statement { .. })
    });
    let count = waiting.count();
    if count > 0 {
        return Err(Rejection::CloseExceptionsOpen { count });
    }
    let until = period.last_day();
    for account in books.funds.accounts.values() {
        // An account without a statement is in order only before it was opened, with nothing booked on it.
        let moved = |m: &Movement| m.account == account.code && m.date <= until;
        let in_use = account.opened <= until || books.bank.movements.values().any(moved);
        let statements = books.bank.statements.get(&account.code);
        if in_use && statements.and_then(|known| known.balance_on(until)).is_none() {
            return Err(Rejection::CloseStatementMissing { account: account.code.clone(), until });
        }
    }
    let table = MonthTable::of(books, period).ok_or(Rejection::MoneyOverflow {})?;
    for account in &table.accounts {
        let difference = account.difference_fen;
        if !difference.is_zero() {
            let account = account.account.clone();
            return Err(Rejection::CloseNotBalanced { account, difference });
        }
    }
    if table.digest() != closed.table {
        return Err(Rejection::CloseTableMismatch {});
    }
    Ok(())
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
