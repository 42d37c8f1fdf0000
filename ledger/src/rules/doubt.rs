//! Nothing is built on an act that needs reconfirmation or was disowned: no check, approval, confirmation, payment or close.
//! What puts things right (withdrawal, reversal, the bank's own words) is never held up.

use crate::act::Body;
use crate::act::payments::PaymentFileReleased;
use crate::books::doubts::{KeptAct, Standing};
use crate::books::duties::{self, Case};
use crate::books::{Books, Statement};
use crate::ids::ActId;
use crate::period::Period;
use crate::rejection::Rejection;

pub(super) fn decide(books: &Books, statement: &Statement<'_>) -> Result<(), Rejection> {
    let body = statement.body();
    let unsound = if let Body::MonthClosed(closed) = body {
        posted_and_open(books, closed.period)
    } else if builds_on_its_case(body) {
        let cases = duties::of(books, statement);
        let of_cases = |act: &KeptAct| {
            act.cases.iter().any(|(case, _)| cases.iter().any(|(ours, _)| ours == case))
        };
        let of_payees = || {
            let Body::PaymentFileReleased(released) = body else { return None };
            behind_the_payments(books, released)
        };
        books.doubts.unsound(of_cases).or_else(of_payees)
    } else {
        None
    };
    unsound.map_or(Ok(()), |act| Err(Rejection::ActUnsound { act }))
}

const fn builds_on_its_case(body: &Body) -> bool {
    matches!(
        body,
        Body::ApplicationReviewed(_)
            | Body::ApplicationConfirmed(_)
            | Body::AccountChangeApproved(_)
            | Body::EntitlementsConfirmed(_)
            | Body::AdjustmentConfirmed(_)
            | Body::AdjustmentListConfirmed(_)
            | Body::StageConfirmed(_)
            | Body::FlagDecided(_)
            | Body::AdvanceRegularised(_)
            | Body::ClaimSettled(_)
            | Body::RosterDrawn(_)
            | Body::RosterChecked(_)
            | Body::RosterFinanceReviewed(_)
            | Body::RosterApproved(_)
            | Body::PaymentFileReleased(_)
    )
}

/// What was put in doubt behind the lines of a roster: a payee's account, or the entitlement.
fn behind_the_payments(books: &Books, released: &PaymentFileReleased) -> Option<ActId> {
    books.doubts.all().next()?;
    let changes = &books.people.change_of;
    books.payments.references(&released.batch).find_map(|(_, payment)| {
        let change = changes.get(&payment.account).copied();
        let acceptances = books.cases.works.acceptances.iter();
        let of_stages = acceptances
            .filter(|(_, (accepted, _))| accepted.entitlement == payment.entitlement)
            .map(|(act, _)| *act);
        let lists = books.cases.adjustment_lists.iter();
        let of_lists = lists
            .filter(|(_, list)| list.entitlements.binary_search(&payment.entitlement).is_ok())
            .map(|(act, _)| *act);
        let behind = change.into_iter().chain(of_stages).chain(of_lists);
        let behind: Vec<Case> = behind.map(Case::Act).collect();
        books.doubts.unsound(|act| {
            act.entitlement == Some(payment.entitlement)
                || act.cases.iter().any(|(case, _)| behind.contains(case))
        })
    })
}

/// A month closes on figures that somebody stands by.
fn posted_and_open(books: &Books, period: Period) -> Option<ActId> {
    let mut open = books.doubts.all().filter(|doubt| {
        doubt.act.posts.is_some_and(|posts| posts <= period)
            && books.doubts.standing(&doubt.act.id) == Some(Standing::Open)
    });
    open.next().map(|doubt| doubt.act.id)
}
