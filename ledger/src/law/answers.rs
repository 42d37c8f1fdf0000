//! What a bank's answer can be in any history: for exactly the amount that was instructed, final once, from a file that was
//! imported once; what comes back was there, and no more than was there.

use std::collections::HashSet;

use foldhash::fast::FixedState;

use super::not_before;
use crate::act::Body;
use crate::act::payments::{
    RecoveryReceived, ResponseImported, ResponseLine, ReturnLine, ReturnsImported,
};
use crate::answer::{Outcome, ReturnOutcome};
use crate::books::bank::ImportedFor;
use crate::books::payments::{Batch, BatchStage, Payment, PaymentState};
use crate::books::{Books, Statement};
use crate::ids::Digest;
use crate::line::Line;
use crate::money::Money;
use crate::rejection::Rejection;

/// # Errors
/// An answer, return or recovery that contradicts the payment it is about.
pub fn check(books: &Books, statement: &Statement<'_>) -> Result<(), Rejection> {
    if let Body::ResponseImported(imported) = statement.body() {
        import_response(books, imported, statement)
    } else if let Body::ReturnsImported(imported) = statement.body() {
        import_returns(books, imported, statement)
    } else if let Body::RecoveryReceived(received) = statement.body() {
        receive_recovery(books, received)
    } else {
        Ok(())
    }
}

fn not_yet_imported(
    books: &Books,
    file: Digest,
    imported_for: ImportedFor,
) -> Result<(), Rejection> {
    match books.bank.files.get(&(file, imported_for)) {
        Some(known) => Err(Rejection::FileAlreadyImported { seq: known.at }),
        None => Ok(()),
    }
}

fn import_response(
    books: &Books,
    imported: &ResponseImported,
    statement: &Statement<'_>,
) -> Result<(), Rejection> {
    let code = &imported.batch;
    not_yet_imported(books, imported.file, ImportedFor::Batch(code.clone()))?;
    let batch = books.payments.batches.get(code);
    let batch = batch.ok_or_else(|| Rejection::RosterUnknown { batch: code.clone() })?;
    if batch.stage != BatchStage::Released {
        let (stage, needed) = (batch.stage.chinese(), BatchStage::Released.chinese());
        return Err(Rejection::RosterStage { batch: code.clone(), stage, needed });
    }
    if let Some(released) = &batch.released {
        not_before(released.date, imported.booked)?;
    }
    let mut answered: HashSet<u32, FixedState> = HashSet::default();
    for (n, _, line) in statement.numbered() {
        let Line::Response(line) = line else { continue };
        let wrong = |why| Err(Rejection::ResponseLineWrong { n, why });
        let Some(reference) = &line.reference else {
            if matches!(line.outcome, Outcome::Unmatched | Outcome::Ambiguous) {
                continue;
            }
            return wrong("这种结果须注明对应的支付");
        };
        if reference.batch() != code {
            return wrong("所注支付不属于本批次");
        }
        if batch.amount(reference.line()).is_none() {
            return wrong("本批次没有这笔支付");
        }
        if line.outcome.is_final() && !answered.insert(reference.line()) {
            return wrong("同一笔支付在本文件中有两个最终结果");
        }
        if let Err(why) = answer_fits(batch, reference.line(), line) {
            return wrong(why);
        }
    }
    Ok(())
}

/// The outcome says what is true of the payment and the amount: amounts are compared, always.
fn answer_fits(batch: &Batch, payment: u32, line: &ResponseLine) -> Result<(), &'static str> {
    let whole = batch.amount(payment) == Some(line.amount_fen);
    let answer = batch.answer(payment);
    let open = answer.is_none();
    let failed_before = answer.is_some_and(|answer| answer.failed.is_some());
    let same_as_before = match line.reason {
        Some(_) => failed_before,
        None => !failed_before,
    };
    let dated = batch.released.as_ref().is_some_and(|released| line.answered >= released.date);
    match line.outcome {
        Outcome::Settled | Outcome::Failed if !whole => Err("金额与报盘不符，不能记为最终结果"),
        Outcome::Settled | Outcome::Failed | Outcome::Pending | Outcome::Unknown if !open => {
            Err("这笔支付已有最终结果")
        }
        Outcome::Settled | Outcome::Failed if !dated => Err("银行日期早于报盘日期"),
        Outcome::Failed if line.reason.is_none() => Err("发放失败须有原因"),
        Outcome::Settled if line.reason.is_some() => Err("入账成功不应有失败原因"),
        // "Still pending" said again is no news either.
        Outcome::Repeated if open && batch.is_waiting(payment) => Ok(()),
        Outcome::Repeated if open || !whole || !same_as_before => {
            Err("与已记结果不同，不能记为重复回盘")
        }
        Outcome::Unmatched => Err("已注明支付的行不能记为无对应"),
        Outcome::Settled
        | Outcome::Failed
        | Outcome::Pending
        | Outcome::Unknown
        | Outcome::Partial
        | Outcome::Discrepant
        | Outcome::Repeated
        | Outcome::Conflicting
        | Outcome::Ambiguous => Ok(()),
    }
}

fn import_returns(
    books: &Books,
    imported: &ReturnsImported,
    statement: &Statement<'_>,
) -> Result<(), Rejection> {
    not_yet_imported(books, imported.file, ImportedFor::Returns(imported.account.clone()))?;
    if !books.funds.accounts.contains_key(&imported.account) {
        return Err(Rejection::BankAccountUnknown { account: imported.account.clone() });
    }
    let mut returned = HashSet::new();
    for (n, _, line) in statement.numbered() {
        let Line::Return(line) = line else { continue };
        let wrong = |why| Err(Rejection::ReturnLineWrong { n, why });
        let Some(reference) = &line.reference else {
            if matches!(line.outcome, ReturnOutcome::Unmatched | ReturnOutcome::Ambiguous) {
                continue;
            }
            return wrong("这种结果须注明对应的支付");
        };
        let Some((batch, payment)) = books.payments.find(reference) else {
            return wrong("没有这笔支付");
        };
        let account = batch.released.as_ref().map(|released| &released.account);
        if account != Some(&imported.account) {
            return wrong("这笔支付不是从该专户付出的");
        }
        if line.outcome == ReturnOutcome::Returned
            && let Some(answer) = payment.answer
        {
            not_before(answer.booked, imported.booked)?;
        }
        if line.outcome == ReturnOutcome::Returned && !returned.insert(reference.clone()) {
            return wrong("同一笔支付在本文件中退汇两次");
        }
        if let Err(why) = return_fits(&payment, line) {
            return wrong(why);
        }
    }
    Ok(())
}

fn return_fits(payment: &Payment, line: &ReturnLine) -> Result<(), &'static str> {
    let state = payment.state(true);
    match line.outcome {
        ReturnOutcome::Returned if line.amount_fen != payment.amount => Err("金额与原支付不符"),
        ReturnOutcome::Returned if state != PaymentState::Settled => Err("原支付没有入账成功"),
        ReturnOutcome::Returned if payment.recovered().is_positive() => Err("原支付已有追回"),
        ReturnOutcome::Returned
            if payment.answer.is_some_and(|answer| line.returned < answer.on) =>
        {
            Err("退汇日期早于入账日期")
        }
        ReturnOutcome::Repeated
            if state != PaymentState::Returned || line.amount_fen != payment.amount =>
        {
            Err("与已记退汇不同，不能记为重复")
        }
        ReturnOutcome::Unmatched => Err("已注明支付的行不能记为无对应"),
        ReturnOutcome::Returned
        | ReturnOutcome::Repeated
        | ReturnOutcome::Discrepant
        | ReturnOutcome::Conflicting
        | ReturnOutcome::Ambiguous => Ok(()),
    }
}

fn receive_recovery(books: &Books, received: &RecoveryReceived) -> Result<(), Rejection> {
    let order = received.order;
    let known = books.payments.recoveries.get(&order);
    let known = known.ok_or(Rejection::RecoveryUnknown { order })?;
    let reference = known.ordered.reference.clone();
    // The bank may have returned the payment since it was ordered back: nothing is left to recover then.
    if books.payments.state(&reference) != Some(PaymentState::Settled) {
        return Err(Rejection::RecoveryTooMuch { reference, left: Money::ZERO });
    }
    not_before(known.ordered.date, received.date)?;
    let left = known.ordered.amount_fen.checked_sub(known.received);
    let left = left.ok_or(Rejection::MoneyOverflow {})?;
    if received.amount_fen > left {
        return Err(Rejection::RecoveryTooMuch { reference, left });
    }
    Ok(())
}
