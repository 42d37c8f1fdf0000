//! Rules for month-end close and bulletins. What a reversal can be is a law: `law::reversal`.

use crate::act::Body;
use crate::act::closing::{BulletinIssued, MonthClosed};
use crate::books::bank::{Movement, Waiting};
use crate::books::{Books, Statement};
use crate::rejection::Rejection;
use crate::views::month::MonthTable;

use super::{filled, plain_file_name};

pub(super) fn decide(books: &Books, statement: &Statement<'_>) -> Result<(), Rejection> {
    if let Body::EntryReversed(reversed) = statement.body() {
        filled(&reversed.reason, "冲销原因")
    } else if let Body::MonthClosed(closed) = statement.body() {
        close(books, closed)
    } else if let Body::BulletinIssued(issued) = statement.body() {
        issue(books, issued)
    } else {
        Ok(())
    }
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
