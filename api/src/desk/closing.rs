//! Month-end: the figures, the checklist, the close.

use ledger::act::Body;
use ledger::act::closing::MonthClosed;
use ledger::books::bank::Waiting;
use ledger::engine::Receipt;
use ledger::period::Period;
use ledger::rejection::Rejection;
use ledger::rules;
use ledger::signer::Signer;
use ledger::views::month::MonthTable;
use std::fmt::Write as _;

use super::Desk;
use super::trial::try_one;
use crate::failure::Failure;

/// A month's figures as the books stand now.
///
/// # Errors
/// A sum leaves the range of money.
pub fn table(desk: &Desk, period: Period) -> Result<MonthTable, Failure> {
    MonthTable::of(desk.books(), period).ok_or_else(|| Rejection::MoneyOverflow {}.into())
}

/// The figures of a month: the frozen ones if it is closed, else as the books stand now. The flag says which.
///
/// # Errors
/// The frozen figures are missing or are not what the closing act bound.
pub fn figures(desk: &Desk, period: Period) -> Result<(MonthTable, bool), Failure> {
    let Some((entry, closed)) = desk.books().closings.closed.get(&period) else {
        return Ok((table(desk, period)?, false));
    };
    let path = desk.dir().join(format!("views/{period}.json"));
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
    if desk.books().closings.closed.contains_key(&period) {
        return Err(Rejection::PeriodClosed { period }.into());
    }
    let table = table(desk, period)?;
    // Before the act: a crash in between leaves a file for an open month, which the next close replaces.
    let path = desk.write_file(format!("views/{period}.json"), &table.bytes())?;
    let closed = desk.sign(key, Body::MonthClosed(closing_act(&table)));
    if matches!(closed, Err(Failure::Rejected(_))) {
        // Only then is it certain that the act is not in the log.
        std::fs::remove_file(&path).map_err(|why| Failure::file(&path, &why))?;
    }
    let receipt = closed?;
    desk.checkpoint()?;
    Ok(receipt)
}

fn closing_act(table: &MonthTable) -> MonthClosed {
    MonthClosed { height: table.height, period: table.period, table: table.digest() }
}

/// Everything for which the close would be refused now.
#[must_use]
pub fn obstacles(desk: &Desk, table: &MonthTable) -> Vec<Rejection> {
    rules::obstacles_to_close(desk.books(), &closing_act(table))
}

/// Why the close would be refused to the holder of a key, whatever the figures say: the post, or an earlier stage of theirs.
///
/// # Errors
/// The machine fails, or a sum leaves the range of money.
pub fn refused_to(
    desk: &Desk,
    key: &dyn Signer,
    table: &MonthTable,
) -> Result<Option<Rejection>, Failure> {
    match try_one(desk, key, &Body::MonthClosed(closing_act(table)), &[]) {
        Err(Failure::Rejected(why)) => Ok(Some(why)),
        judged => judged.map(|()| None),
    }
}

/// The figures that an accountant looks at before the close.
#[must_use]
pub fn checklist(desk: &Desk, table: &MonthTable) -> String {
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
    let waiting = desk.books().bank.exceptions.values();
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
