//! Rules for account statements and for decisions about exceptions.

use std::collections::{HashMap, HashSet};

use crate::act::Body;
use crate::act::payments::{Decision, ExceptionResolved, StatementImported, StatementLine};
use crate::answer::StatementOutcome;
use crate::books::bank::{Exception, ImportedFor, Statements, Waiting};
use crate::books::payments::PaymentState;
use crate::books::{Books, Statement};
use crate::ids::{BankAccountCode, Digest};
use crate::law::not_before;
use crate::line::Line;
use crate::rejection::Rejection;

use super::{filled, plain_file_name};

pub(super) fn decide(books: &Books, statement: &Statement<'_>) -> Result<(), Rejection> {
    if let Body::StatementImported(imported) = statement.body() {
        import(books, imported, statement)
    } else if let Body::ExceptionResolved(resolved) = statement.body() {
        resolve(books, resolved)
    } else if let Body::ClearingUndone(undone) = statement.body() {
        filled(&undone.reason, "解除原因")?;
        let entry = undone.entry;
        let mut rows = books.bank.statements.values().flat_map(|known| &known.rows);
        let row =
            rows.find(|row| row.at == entry && (row.movement.is_some() || row.without_effect));
        not_before(row.ok_or(Rejection::ClearingUnknown { entry })?.date, undone.booked)
    } else {
        Ok(())
    }
}

/// Row by row the balances follow from each other, and the first new row follows from the last one known:
/// no row of the bank can be missing.
fn import(
    books: &Books,
    imported: &StatementImported,
    statement: &Statement<'_>,
) -> Result<(), Rejection> {
    if let Some(known) = books.bank.files.get(&(imported.file, ImportedFor::statement(imported))) {
        return Err(Rejection::FileAlreadyImported { seq: known.at });
    }
    if !books.funds.accounts.contains_key(&imported.account) {
        return Err(Rejection::BankAccountUnknown { account: imported.account.clone() });
    }
    let nothing = Statements::default();
    let known = books.bank.statements.get(&imported.account).unwrap_or(&nothing);
    plain_file_name(&imported.file_name)?;
    let mut balance = imported.opening_fen;
    let mut has_new_row = false;
    let mut repeated: HashMap<Digest, u32> = HashMap::new();
    let mut cleared = HashSet::new();
    for (n, _, line) in statement.numbered() {
        let Line::Statement(line) = line else { continue };
        let wrong = |why| Err(Rejection::StatementLineWrong { n, why });
        if line.outcome == StatementOutcome::Repeated {
            let times = repeated.entry(line.fingerprint).or_default();
            *times += 1;
            if has_new_row || known.fingerprints.get(&line.fingerprint).is_none_or(|k| k < times) {
                return wrong("这一行没有导入过，不能记为重复");
            }
        } else if !has_new_row {
            has_new_row = true;
            if let Some(expected) = known.balance().filter(|expected| *expected != balance) {
                return Err(Rejection::StatementGap { expected, found: balance });
            }
        }
        let next = balance.checked_add(line.amount_fen).ok_or(Rejection::MoneyOverflow {})?;
        if next != line.balance_fen {
            return wrong("余额与上一行加减本行不符");
        }
        balance = next;
        if line.date < imported.from || line.date > imported.until {
            return wrong("日期不在流水起止之内");
        }
        if let Err(why) = row_fits(books, &imported.account, line, &mut cleared) {
            return wrong(why);
        }
    }
    if balance != imported.closing_fen {
        return Err(Rejection::StatementGap { expected: balance, found: imported.closing_fen });
    }
    ends_where_it_may(known, imported, has_new_row)
}

/// A statement without a row says that nothing moved: it stands where the books know the account to be.
/// One with new rows does not end before rows that are known.
fn ends_where_it_may(
    known: &Statements,
    imported: &StatementImported,
    has_new_row: bool,
) -> Result<(), Rejection> {
    let Some(expected) = known.balance() else { return Ok(()) };
    let found = imported.opening_fen;
    let is_idle = imported.manifest.count == 0;
    let goes_back = known.rows.last().is_some_and(|last| imported.until < last.date);
    if (is_idle && expected != found) || (has_new_row && goes_back) {
        return Err(Rejection::StatementGap { expected, found });
    }
    Ok(())
}

fn row_fits(
    books: &Books,
    account: &BankAccountCode,
    line: &StatementLine,
    cleared: &mut HashSet<String>,
) -> Result<(), &'static str> {
    let none_needed =
        matches!(line.outcome, StatementOutcome::Repeated | StatementOutcome::Unmatched);
    let Some(key) = &line.movement else {
        return if none_needed { Ok(()) } else { Err("这种结果须注明对应的账项") };
    };
    if none_needed {
        return Err("重复或未对应的行不能注明账项");
    }
    let Some(movement) = books.bank.movements.get(key) else { return Err("没有这个账项") };
    if movement.reversed.is_some() || movement.cleared.is_some() || !cleared.insert(key.clone()) {
        return Err("这个账项已经核销或已冲销");
    }
    if movement.account != *account || movement.kind != line.outcome {
        return Err("账项属于别的专户或别的种类");
    }
    if movement.amount != line.amount_fen {
        return Err("金额与账项不符");
    }
    Ok(())
}

fn resolve(books: &Books, resolved: &ExceptionResolved) -> Result<(), Rejection> {
    filled(&resolved.reason, "处理理由")?;
    let entry = resolved.entry;
    let exception = books.bank.exceptions.get(&entry);
    let exception = exception.ok_or(Rejection::ExceptionUnknown { entry })?;
    match resolved.decision {
        Decision::Cleared => clears(books, exception, resolved),
        Decision::NoEffect => {
            if resolved.movement.is_some() || resolved.reference.is_some() {
                return Err(Rejection::DecisionWrong {
                    why: "与本账无关的不能注明支付或账项"
                });
            }
            Ok(())
        }
        Decision::Settled | Decision::Failed | Decision::Returned => {
            answers(books, exception, resolved)
        }
    }
}

fn clears(
    books: &Books,
    exception: &Exception,
    resolved: &ExceptionResolved,
) -> Result<(), Rejection> {
    let wrong = |why| Err(Rejection::DecisionWrong { why });
    let Waiting::Statement { account } = &exception.waiting else {
        return wrong("只有流水行可以对应到账项");
    };
    let movement = resolved.movement.as_ref().and_then(|key| books.bank.movements.get(key));
    let Some(movement) = movement else { return wrong("没有所注的账项") };
    if resolved.reference.is_some() {
        return wrong("对应账项时不注明支付");
    }
    if movement.reversed.is_some() || movement.cleared.is_some() {
        return wrong("账项已经核销或已冲销");
    }
    if movement.account != *account || movement.amount != exception.amount {
        return wrong("专户或金额与账项不符");
    }
    Ok(())
}

fn answers(
    books: &Books,
    exception: &Exception,
    resolved: &ExceptionResolved,
) -> Result<(), Rejection> {
    let wrong = |why| Err(Rejection::DecisionWrong { why });
    if resolved.movement.is_some() {
        return wrong("认定支付结果时不注明账项");
    }
    let Some(reference) = &resolved.reference else { return wrong("须注明支付") };
    let Some((batch, payment)) = books.payments.find(reference) else {
        return wrong("没有所注的支付");
    };
    // The decision is about this line: its payment, and its amount.
    let other = exception.reference.as_ref().is_some_and(|named| named != reference);
    if other || exception.amount != payment.amount {
        return wrong("所注支付或其金额不是该行所指的支付");
    }
    let state = payment.state(batch.released.is_some());
    let (fits, needed) = match (&exception.waiting, resolved.decision) {
        (Waiting::Response { batch, .. }, Decision::Settled | Decision::Failed) => {
            (reference.batch() == batch, PaymentState::Instructed)
        }
        (Waiting::Return { .. }, Decision::Returned) => {
            (payment.recovered().is_zero(), PaymentState::Settled)
        }
        (Waiting::Response { .. } | Waiting::Return { .. } | Waiting::Statement { .. }, _) => {
            return wrong("这种存疑不能作此认定");
        }
    };
    if !fits || state != needed {
        return wrong("支付不属于该文件，或其状态不容此认定");
    }
    Ok(())
}
