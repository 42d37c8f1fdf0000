//! Money that waits: payments to be sent again, and money to be paid back.

use ledger::act::payments::RecoveryOrdered;
use ledger::books::Books;
use ledger::ids::{ActId, PaymentRef, PersonId, SchemeCode};
use ledger::money::Money;
use ledger::period::Period;
use serde::Serialize;
use utoipa::ToSchema;

use crate::desk::reissuing::{open_payments, ready};
use crate::permits::Area;

/// Payments that failed or came back and have no other in their place 待补发.
#[derive(Serialize, ToSchema)]
pub struct ReissueList {
    /// The oldest month first.
    payments: Vec<ReissueFacts>,
}

/// A payment that waits to be sent again.
#[derive(Serialize, ToSchema)]
pub struct ReissueFacts {
    /// Our reference.
    #[schema(value_type = String)]
    reference: PaymentRef,
    /// The scheme.
    #[schema(value_type = String)]
    scheme: SchemeCode,
    /// The month that it pays.
    #[schema(value_type = String)]
    period: Period,
    /// The payee.
    #[schema(value_type = String)]
    payee: PersonId,
    /// In fen.
    #[schema(value_type = i64)]
    amount_fen: Money,
    /// `failed` or `returned`.
    state: &'static str,
    /// Why.
    reason: Option<&'static str>,
    /// True if a reissue drawn now would take it up.
    ready: bool,
}

/// What waits to be sent again, of payees in an area.
#[must_use]
pub fn reissues(books: &Books, area: &Area) -> ReissueList {
    let mut open = open_payments(books);
    open.retain(|(.., payment)| area.covers_payee(books, payment.payee));
    let kinds = open.iter().map(|(scheme, period, ..)| ((*scheme).clone(), *period)).collect();
    let ready = ready(books, &kinds);
    let payments = open.into_iter().map(|(scheme, period, reference, payment)| ReissueFacts {
        ready: ready.get(&(scheme.clone(), period)).is_some_and(|all| all.contains(&reference)),
        reference,
        scheme: scheme.clone(),
        period,
        payee: payment.payee,
        amount_fen: payment.amount,
        state: payment.state(true).word(),
        reason: payment.failure().map(ledger::answer::Reason::word),
    });
    ReissueList { payments: payments.collect() }
}

/// Money that payees have to pay back 追回.
#[derive(Serialize, ToSchema)]
pub struct RecoveryList {
    /// By act.
    recoveries: Vec<RecoveryFacts>,
}

/// An order to pay back.
#[derive(Serialize, ToSchema)]
pub struct RecoveryFacts {
    /// The act that ordered it.
    #[schema(value_type = String)]
    act: ActId,
    /// The order: the body of `recovery.ordered`.
    #[schema(value_type = Object)]
    ordered: RecoveryOrdered,
    /// What came of it so far, in fen.
    #[schema(value_type = i64)]
    received_fen: Money,
}

/// Money that payees have to pay back.
#[must_use]
pub fn recoveries(books: &Books) -> RecoveryList {
    let all = books.payments.recoveries.iter().map(|(act, one)| RecoveryFacts {
        act: *act,
        ordered: one.ordered.clone(),
        received_fen: one.received,
    });
    RecoveryList { recoveries: all.collect() }
}
