//! Month-end: the figures, the checklist, the close.

use ledger::act::Body;
use ledger::act::closing::MonthClosed;
use ledger::books::Books;
use ledger::books::bank::Waiting;
use ledger::engine::Receipt;
use ledger::ids::KeyId;
use ledger::period::Period;
use ledger::rejection::Rejection;
use ledger::rules;
use ledger::signer::Signer;
use ledger::views::month::MonthTable;
use std::fmt::Write as _;
use std::path::PathBuf;

use super::trial::try_one;
use super::{Desk, Draft, Office};
use crate::failure::Failure;

/// A month's figures as the books stand now.
///
/// # Errors
/// A sum leaves the range of money.
pub fn table(books: &Books, period: Period) -> Result<MonthTable, Failure> {
    MonthTable::of(books, period).ok_or_else(|| Rejection::MoneyOverflow {}.into())
}

/// The figures of a month: the frozen ones if it is closed, else as the books stand now. The flag says which.
///
/// # Errors
/// The frozen figures are missing or are not what the closing act bound.
pub fn figures(office: Office<'_>, period: Period) -> Result<(MonthTable, bool), Failure> {
    let Some((entry, closed)) = office.books.closings.closed.get(&period) else {
        return Ok((table(office.books, period)?, false));
    };
    let path = office.dir.join(frozen(period));
    let bytes = std::fs::read(&path).map_err(|why| Failure::file(&path, &why))?;
    let diverged = |text: String| {
        let (code, entry) = ("view.edited", Some(*entry));
        Failure::Diverged(ledger::audit::Divergence { code, entry, text })
    };
    let table = MonthTable::read(&bytes)
        .map_err(|why| diverged(format!("{period}的月结冻结数据无法读出：{why}")))?;
    if table.digest() != closed.table {
        return Err(diverged(format!("{period}的月结冻结数据与月结动作所签的摘要不符")));
    }
    Ok((table, true))
}

/// Closes a month: freezes its figures, then signs their digest.
///
/// # Errors
/// A rule says no, or the machine fails; a month that was not closed leaves no figures behind.
pub fn close(desk: &mut Desk, key: &dyn Signer, period: Period) -> Result<Receipt, Failure> {
    let draft = closed(desk.books(), period)?;
    let receipt = desk.sign_draft(key, &draft)?;
    desk.checkpoint()?;
    Ok(receipt)
}

/// As [`close`], to be signed.
///
/// # Errors
/// The month is closed already, or a sum leaves the range of money.
pub fn closed(books: &Books, period: Period) -> Result<Draft, Failure> {
    if books.closings.closed.contains_key(&period) {
        return Err(Rejection::PeriodClosed { period }.into());
    }
    let table = table(books, period)?;
    let mut draft = Draft::of(Body::MonthClosed(closing_act(&table)));
    // Before the act: a crash in between leaves a file for an open month, which the next close replaces.
    draft.frozen = Some((frozen(period), table.bytes()));
    Ok(draft)
}

/// Where the figures of a closed month lie.
fn frozen(period: Period) -> PathBuf {
    PathBuf::from(format!("views/{period}.json"))
}

fn closing_act(table: &MonthTable) -> MonthClosed {
    MonthClosed { height: table.height, period: table.period, table: table.digest() }
}

/// Everything for which the close would be refused now.
#[must_use]
pub fn obstacles(books: &Books, table: &MonthTable) -> Vec<Rejection> {
    rules::obstacles_to_close(books, &closing_act(table))
}

/// Why the close would be refused to the holder of a key, whatever the figures say: the post, or an earlier stage of theirs.
///
/// # Errors
/// The machine fails, or a sum leaves the range of money.
pub fn refused_to(
    office: Office<'_>,
    key: KeyId,
    table: &MonthTable,
) -> Result<Option<Rejection>, Failure> {
    match try_one(office, key, &Body::MonthClosed(closing_act(table)), &[]) {
        Err(Failure::Rejected(why)) => Ok(Some(why)),
        judged => judged.map(|()| None),
    }
}

/// The figures that an accountant looks at before the close.
#[must_use]
pub fn checklist(books: &Books, table: &MonthTable) -> String {
    let mut text = format!("{}月结检查（台账高度{}）\n", table.period.to_chinese(), table.height);
    for account in &table.accounts {
        let bank = account.bank_fen.map_or("缺流水".to_owned(), |bank| bank.to_string());
        let _ = writeln!(
            text,
            "  专户{}：账面{}，银行{bank}，未达账项{}项，调节后差额{}",
            account.account,
            account.book_fen,
            account.items.len(),
            account.difference_fen
        );
    }
    let waiting = books.bank.exceptions.values();
    let (of_statements, others): (Vec<_>, Vec<_>) =
        waiting.partition(|one| matches!(one.waiting, Waiting::Statement { .. }));
    let transit = &table.total.in_transit;
    let _ = write!(
        text,
        "  回盘和退汇存疑{}项；流水未对应{}项（列为未达账项，可以跨月）；在途{}笔{}元",
        others.len(),
        of_statements.len(),
        transit.count,
        transit.fen
    );
    text
}
