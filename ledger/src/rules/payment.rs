//! Rules for payment files and recoveries. What a bank's answer can be is a law: `law::answers`.

use crate::act::Body;
use crate::act::payments::{PaymentFileReleased, RecoveryOrdered};
use crate::answer::Outcome;
use crate::books::payments::PaymentState;
use crate::books::{Books, Statement, conditions};
use crate::ids::BatchCode;
use crate::law::not_before;
use crate::line::Line;
use crate::money::Money;
use crate::rejection::Rejection;

use super::{filled, plain_file_name, positive};

pub(super) fn decide(books: &Books, statement: &Statement<'_>) -> Result<(), Rejection> {
    let body = statement.body();
    if let Body::PaymentFileReleased(released) = body {
        release(books, released)
    } else if let Body::ResponseImported(imported) = body {
        plain_file_name(&imported.file_name)?;
        is_of_its_batch(books, &imported.batch, statement)
    } else if let Body::ReturnsImported(imported) = body {
        plain_file_name(&imported.file_name)
    } else if let Body::RecoveryOrdered(ordered) = body {
        order_recovery(books, ordered)
    } else if let Body::RecoveryReceived(received) = body {
        positive(received.amount_fen, "追回到账")
    } else {
        Ok(())
    }
}

/// A file in which no row answers a payment of the batch, nor has any payment's amount, is another batch's: each of its rows
/// would wait for a decision. Where amounts are the batch's, a bank may have dropped references and hidden accounts, and
/// only a person can say what the rows answer.
fn is_of_its_batch(
    books: &Books,
    batch: &BatchCode,
    statement: &Statement<'_>,
) -> Result<(), Rejection> {
    let stray = |line: &Line| {
        let line = line.as_response().filter(|line| line.outcome == Outcome::Unmatched);
        line.map(|line| line.amount_fen)
    };
    let count = statement.lines.len();
    let strays: Option<Vec<Money>> = statement.lines.iter().map(stray).collect();
    let known = books.payments.batches.get(batch);
    let is_foreign =
        strays.is_some_and(|amounts| known.is_some_and(|batch| !batch.has_one_of(amounts)));
    if count > 0 && is_foreign {
        return Err(Rejection::ResponseForeign { batch: batch.clone(), count });
    }
    Ok(())
}

/// Between drawing and release a payee may have died, an entitlement stopped, an account changed.
fn release(books: &Books, released: &PaymentFileReleased) -> Result<(), Rejection> {
    plain_file_name(&released.file_name)?;
    let Some(batch) = books.payments.batches.get(&released.batch) else { return Ok(()) };
    let period = batch.period;
    for (n, (_, payment)) in (1..).zip(books.payments.references(&released.batch)) {
        let current = books.people.payee(payment.payee).and_then(|payee| payee.account());
        if current != Some(payment.account) {
            return Err(Rejection::AccountNotCurrent { account: payment.account });
        }
        let entitlement = books.cases.entitlements.get(&payment.entitlement);
        let due = entitlement.filter(|entitlement| entitlement.due(period).is_some());
        let Some(due) = due else {
            return Err(Rejection::RosterNotEntitled { n, entitlement: payment.entitlement });
        };
        conditions::may_still_be_paid(books, due, period)?;
        for person in due.persons.iter().copied().chain([payment.payee]) {
            let known = books.people.payee(person);
            if known.is_some_and(|known| known.is_dead_in(period)) {
                return Err(Rejection::PersonDead { person, period });
            }
        }
    }
    Ok(())
}

fn order_recovery(books: &Books, ordered: &RecoveryOrdered) -> Result<(), Rejection> {
    positive(ordered.amount_fen, "追回")?;
    filled(&ordered.reason, "追回原因")?;
    filled(&ordered.notice_no, "通知书号")?;
    let reference = ordered.reference.clone();
    let Some((batch, payment)) = books.payments.find(&reference) else {
        return Err(Rejection::PaymentUnknown { reference });
    };
    if payment.state(batch.released.is_some()) != PaymentState::Settled {
        return Err(Rejection::RecoveryTooMuch { reference, left: Money::ZERO });
    }
    if let Some(answer) = payment.answer {
        not_before(answer.booked, ordered.date)?;
    }
    // Orders that are still open count too: two orders for one payment must not exceed it together.
    let ordered_before = books.payments.recoveries.values();
    let ordered_before = crate::money::Money::total(
        ordered_before.filter(|o| o.ordered.reference == reference).map(|o| o.ordered.amount_fen),
    );
    let ordered_before = ordered_before.ok_or(Rejection::MoneyOverflow {})?;
    let left = payment.amount.checked_sub(ordered_before).ok_or(Rejection::MoneyOverflow {})?;
    if ordered.amount_fen > left {
        return Err(Rejection::RecoveryTooMuch { reference, left });
    }
    Ok(())
}
