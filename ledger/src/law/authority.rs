//! Who may sign what: the role that each kind of act needs, and that the signer holds office (I13).

use crate::act::Body;
use crate::act::offices::Role;
use crate::books::{Books, Statement};
use crate::rejection::Rejection;

/// The role that an act needs.
#[must_use]
pub const fn role_for(body: &Body) -> Role {
    match body {
        Body::Founded(_)
        | Body::UnitRegistered(_)
        | Body::OfficerAppointed(_)
        | Body::OfficerDismissed(_)
        | Body::KeyEnrolled(_)
        | Body::KeyRevoked(_) => Role::Admin,
        Body::CalendarPublished(_)
        | Body::SchemeSet(_)
        | Body::StandardSet(_)
        | Body::ExclusionSet(_) => Role::PolicySetter,
        Body::BankAccountOpened(_)
        | Body::FundOpened(_)
        | Body::FundAllotted(_)
        | Body::FundReleased(_)
        | Body::FundContributed(_)
        | Body::FundMoved(_) => Role::FundKeeper,
        Body::PeopleRegistered(_)
        | Body::AccountChanged(_)
        | Body::PersonDied(_)
        | Body::ApplicationFiled(_)
        | Body::ApplicationNoticed(_)
        | Body::EntitlementsBroughtIn(_)
        | Body::EntitlementAdjusted(_)
        | Body::AdvancePaid(_)
        | Body::InsuranceOpened(_)
        | Body::ClaimFiled(_)
        | Body::ClaimSettled(_)
        | Body::ClaimDeclined(_) => Role::Registrar,
        Body::AccountChangeApproved(_) => Role::AccountApprover,
        Body::ApplicationSurveyed(_)
        | Body::ApplicationSurveyJoined(_)
        | Body::ClaimAssessed(_) => Role::Surveyor,
        Body::ApplicationReviewed(_) | Body::AdvanceRegularised(_) => Role::TownReviewer,
        Body::ApplicationConfirmed(_)
        | Body::ApplicationDeclined(_)
        | Body::EntitlementsConfirmed(_)
        | Body::AdjustmentConfirmed(_)
        | Body::EntitlementStopped(_) => Role::CountyConfirmer,
        Body::RosterDrawn(_) | Body::RosterWithdrawn(_) => Role::RosterMaker,
        Body::RosterChecked(_) => Role::RosterChecker,
        Body::RosterFinanceReviewed(_) => Role::FinanceReviewer,
        Body::RosterApproved(_) => Role::RosterApprover,
        Body::PaymentFileReleased(_) => Role::Payer,
        Body::ResponseImported(_)
        | Body::ReturnsImported(_)
        | Body::StatementImported(_)
        | Body::RecoveryReceived(_) => Role::Reconciler,
        Body::ExceptionResolved(_) | Body::RecoveryOrdered(_) | Body::EntryReversed(_) => {
            Role::Supervisor
        }
        Body::MonthClosed(_) => Role::Accountant,
        Body::BulletinIssued(_) => Role::BulletinWriter,
    }
}

/// # Errors
/// The signer left office, or the post does not carry the role.
pub fn check(books: &Books, statement: &Statement<'_>) -> Result<(), Rejection> {
    let body = statement.body();
    if matches!(body, Body::Founded(_)) {
        // The founding act makes the first persons in office; `law::vouching` judges it.
        return Ok(());
    }
    let officer = statement.officer;
    let known = books.offices.officers.get(&officer);
    let known = known.ok_or(Rejection::OfficerUnknown { officer })?;
    if !known.in_office {
        return Err(Rejection::OfficerDismissed { officer });
    }
    let role = role_for(body);
    if !known.roles.contains(&role) {
        return Err(Rejection::RoleMissing { kind: body.chinese(), role: role.chinese() });
    }
    Ok(())
}
