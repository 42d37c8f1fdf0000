//! The rules: whether an act may enter the books. Pure: the books before it, the act and its lines are all they see.
//! One file per noun; files never import each other.

mod application;
mod closing;
mod days;
mod doubt;
mod entitlement;
mod flags;
mod fund;
mod goods;
mod handing;
mod handover;
mod medical;
mod office;
mod payment;
mod people;
mod policy;
mod roster;
mod statement;
mod urgent;
mod watch;
mod works;

pub use closing::obstacles_to_close;

use crate::act::Body;
use crate::books::{Books, Statement};
use crate::law;
use crate::money::Money;
use crate::rejection::Rejection;

/// Says whether an act may enter the books: first the laws, then the rules of its kind.
///
/// # Errors
/// The first law or rule that refuses it.
#[rustfmt::skip]
pub fn decide(books: &Books, statement: &Statement<'_>) -> Result<(), Rejection> {
    law::check(books, statement)?;
    doubt::decide(books, statement)?;
    handover::decide(books, statement)?;
    days::decide(statement)?;
    profile_is_the_same(books, statement.body())?;
    match statement.body() {
        Body::Founded(_) | Body::UnitRegistered(_) | Body::OfficerAppointed(_) | Body::OfficerDismissed(_)
        | Body::KeyEnrolled(_) | Body::KeyRevoked(_) | Body::KeyRotated(_) | Body::ActsReconfirmed(_)
        | Body::ActsDisowned(_) | Body::LogKeyAnnounced(_) | Body::LogKeyRetired(_) => office::decide(books, statement),
        Body::CalendarPublished(_) | Body::IndexPublished(_) | Body::SchemeSet(_) | Body::StandardSet(_)
        | Body::ExclusionSet(_) | Body::StandardFloorSet(_) => policy::decide(books, statement.body()),
        Body::BankAccountOpened(_) | Body::FundOpened(_) | Body::FundAllotted(_) | Body::FundReleased(_)
        | Body::FundContributed(_) | Body::FundMoved(_) | Body::FundReturned(_) => {
            fund::decide(books, statement.body())
        }
        Body::PeopleRegistered(_) | Body::PersonDied(_) | Body::OrganisationRegistered(_) | Body::OrganisationClosed(_) | Body::PayeeAuthorised(_)
        | Body::PersonFound(_) | Body::PersonSettled(_) | Body::PersonIdentified(_) | Body::AccountChanged(_)
        | Body::AccountChangeApproved(_) => people::decide(books, statement),
        Body::ApplicationFiled(_) | Body::ApplicationSurveyed(_) | Body::ApplicationSurveyJoined(_)
        | Body::ApplicationNoticed(_) | Body::ApplicationStepPassed(_) | Body::ApplicationReviewed(_)
        | Body::RepeatAllowed(_) | Body::ApplicationConfirmed(_) | Body::ApplicationDeclined(_) => {
            application::decide(books, statement)
        }
        Body::EntitlementsBroughtIn(_) | Body::EntitlementsConfirmed(_) | Body::EntitlementAdjusted(_)
        | Body::AdjustmentConfirmed(_) | Body::EntitlementsAdjusted(_) | Body::AdjustmentListConfirmed(_) | Body::AdjustmentListWithdrawn(_)
        | Body::EntitlementStopped(_) => entitlement::decide(books, statement),
        Body::StageAccepted(_) | Body::StageConfirmed(_) => works::decide(books, statement),
        Body::GoodsReceived(_) | Body::GoodsHandedOut(_) => goods::decide(books, statement),
        Body::AlertRuleSet(_) | Body::MedicalListed(_) | Body::AlertAnswered(_) => {
            medical::decide(books, statement)
        }
        Body::HandoverOffered(_) | Body::HandoverAccepted(_) => handing::decide(books, statement),
        Body::FlagRaised(_) | Body::FlagHandedOver(_) | Body::FlagChecked(_) | Body::FlagDecided(_)
        | Body::FlagRemedied(_) => flags::decide(books, statement),
        Body::AdvancePaid(_) | Body::AdvanceRegularised(_) | Body::InsuranceOpened(_) | Body::InsuranceListed(_)
        | Body::LoansListed(_) | Body::ClaimFiled(_) | Body::ClaimNoticed(_) | Body::ClaimAssessed(_)
        | Body::ClaimSettled(_) | Body::ClaimDeclined(_) => urgent::decide(books, statement),
        Body::RosterDrawn(_) | Body::RosterChecked(_) | Body::RosterFinanceReviewed(_) | Body::RosterApproved(_)
        | Body::RosterWithdrawn(_) => roster::decide(books, statement),
        Body::PaymentFileReleased(_) | Body::ResponseImported(_) | Body::ReturnsImported(_) | Body::RecoveryOrdered(_)
        | Body::RecoveryReceived(_) => payment::decide(books, statement),
        Body::StatementImported(_) | Body::ExceptionResolved(_) | Body::ClearingUndone(_) => {
            statement::decide(books, statement)
        }
        Body::WatchBegun(_) | Body::WatchGraded(_) | Body::WatchEnded(_) => {
            watch::decide(books, statement)
        }
        Body::EntryReversed(_) | Body::MonthClosed(_) | Body::BulletinIssued(_) => {
            closing::decide(books, statement)
        }
    }
}

/// A bank profile that was used under an id and version is not edited in place: the books name a file's profile so.
fn profile_is_the_same(books: &Books, body: &Body) -> Result<(), Rejection> {
    match body.profile() {
        Some((profile, Some(text))) if books.bank.has_other_text(profile, text) => {
            Err(Rejection::ProfileChanged { profile: profile.to_owned() })
        }
        Some(_) | None => Ok(()),
    }
}

/// A file name is one plain name: it is used as a path where the file is kept.
fn plain_file_name(name: &str) -> Result<(), Rejection> {
    filled(name, "文件名")?;
    let is_plain = !name.starts_with('.') && !name.contains(['/', '\\', ':']);
    if is_plain { Ok(()) } else { Err(Rejection::FileNameWrong { name: name.to_owned() }) }
}

fn positive(amount: Money, what: &'static str) -> Result<(), Rejection> {
    if amount.is_positive() { Ok(()) } else { Err(Rejection::AmountNotPositive { what }) }
}

fn filled(text: &str, field: &'static str) -> Result<(), Rejection> {
    if text.trim().is_empty() { Err(Rejection::TextMissing { field }) } else { Ok(()) }
}
