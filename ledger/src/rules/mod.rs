//! The rules: whether an act may enter the books. Pure: the books before it, the act and its lines are all they see.
//! One file per noun; files never import each other.

mod application;
mod closing;
mod entitlement;
mod fund;
mod office;
mod payment;
mod people;
mod policy;
mod roster;
mod statement;
mod urgent;

use crate::act::Body;
use crate::books::{Books, Statement, postings};
use crate::law;
use crate::money::{MAX_JSON_INTEGER, Money};
use crate::rejection::Rejection;

/// Says whether an act may enter the books: first the laws, then the rules of its kind.
///
/// # Errors
/// The first law or rule that refuses it.
pub fn decide(books: &Books, statement: &Statement<'_>) -> Result<(), Rejection> {
    if books.offices.founded.is_none() && !matches!(statement.body(), Body::Founded(_)) {
        return Err(Rejection::NotFounded {});
    }
    law::check(books, statement)?;
    correction_is_of_a_reversal(books, statement.body())?;
    balances_can_be_reported(books, statement)?;
    match statement.body() {
        Body::Founded(_)
        | Body::UnitRegistered(_)
        | Body::OfficerAppointed(_)
        | Body::OfficerDismissed(_)
        | Body::KeyEnrolled(_)
        | Body::KeyRevoked(_) => office::decide(books, statement.body()),
        Body::CalendarPublished(_)
        | Body::SchemeSet(_)
        | Body::StandardSet(_)
        | Body::ExclusionSet(_) => policy::decide(books, statement.body()),
        Body::BankAccountOpened(_)
        | Body::FundOpened(_)
        | Body::FundAllotted(_)
        | Body::FundReleased(_)
        | Body::FundContributed(_)
        | Body::FundMoved(_) => fund::decide(books, statement.body()),
        Body::PeopleRegistered(_)
        | Body::AccountChanged(_)
        | Body::AccountChangeApproved(_)
        | Body::PersonDied(_) => people::decide(books, statement),
        Body::ApplicationFiled(_)
        | Body::ApplicationSurveyed(_)
        | Body::ApplicationSurveyJoined(_)
        | Body::ApplicationNoticed(_)
        | Body::ApplicationReviewed(_)
        | Body::ApplicationConfirmed(_)
        | Body::ApplicationDeclined(_) => application::decide(books, statement.body()),
        Body::EntitlementsBroughtIn(_)
        | Body::EntitlementsConfirmed(_)
        | Body::EntitlementAdjusted(_)
        | Body::AdjustmentConfirmed(_)
        | Body::EntitlementStopped(_) => entitlement::decide(books, statement),
        Body::AdvancePaid(_)
        | Body::AdvanceRegularised(_)
        | Body::InsuranceOpened(_)
        | Body::ClaimFiled(_)
        | Body::ClaimAssessed(_)
        | Body::ClaimSettled(_)
        | Body::ClaimDeclined(_) => urgent::decide(books, statement.body()),
        Body::RosterDrawn(_)
        | Body::RosterChecked(_)
        | Body::RosterFinanceReviewed(_)
        | Body::RosterApproved(_)
        | Body::RosterWithdrawn(_) => roster::decide(books, statement),
        Body::PaymentFileReleased(_)
        | Body::ResponseImported(_)
        | Body::ReturnsImported(_)
        | Body::RecoveryOrdered(_)
        | Body::RecoveryReceived(_) => payment::decide(books, statement),
        Body::StatementImported(_) | Body::ExceptionResolved(_) => {
            statement::decide(books, statement)
        }
        Body::EntryReversed(_) | Body::MonthClosed(_) | Body::BulletinIssued(_) => {
            closing::decide(books, statement)
        }
    }
}

/// Entries come in any order of days. What is posted back into an open month may not make that month, or one after it,
/// end with less than nothing: its frozen figures would show money that was not there. Nor may a balance grow beyond
/// what a report can carry.
fn balances_can_be_reported(books: &Books, statement: &Statement<'_>) -> Result<(), Rejection> {
    let Some(date) = statement.body().posting_date() else { return Ok(()) };
    let overflow = || Rejection::MoneyOverflow {};
    for posting in postings::of(books, statement).ok_or_else(overflow)? {
        let balance = books.postings.balance(&posting.account).checked_add(posting.amount);
        if balance.is_none_or(|balance| balance.fen().abs() > MAX_JSON_INTEGER) {
            return Err(overflow());
        }
        let lowest = books.postings.lowest_from(&posting.account, date.period());
        let after = lowest.checked_add(posting.amount).ok_or_else(overflow)?;
        let fails = posting.amount.is_negative() && after.is_negative();
        if fails
            && posting.account.must_not_be_negative()
            && let Some(fund) = posting.account.fund().cloned()
        {
            let short = after.checked_neg().ok_or_else(overflow)?;
            return Err(Rejection::FundInsufficient { fund, short });
        }
    }
    Ok(())
}

/// A correcting entry 蓝字更正 names a reversal that has none yet.
fn correction_is_of_a_reversal(books: &Books, body: &Body) -> Result<(), Rejection> {
    let Some(act) = body.corrects() else { return Ok(()) };
    let reversals = &books.postings.reversible;
    let is_reversal = reversals.values().any(|posted| posted.reversed_by == Some(act));
    let is_free = reversals.get(&act).is_some_and(|posted| posted.corrected_by.is_none());
    if is_reversal && is_free { Ok(()) } else { Err(Rejection::CorrectionWrong { act }) }
}

fn positive(amount: Money, what: &'static str) -> Result<(), Rejection> {
    if amount.is_positive() { Ok(()) } else { Err(Rejection::AmountNotPositive { what }) }
}

fn filled(text: &str, field: &'static str) -> Result<(), Rejection> {
    if text.trim().is_empty() { Err(Rejection::TextMissing { field }) } else { Ok(()) }
}
