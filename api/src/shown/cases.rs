//! Cases: applications and claims, each with what was stated in it so far. The bodies are those of docs/format/kinds.md.

use ledger::act::cases::{ApplicationFiled, ApplicationNoticed, ApplicationSurveyed};
use ledger::act::policies::Step;
use ledger::act::urgent::{ClaimAssessed, ClaimFiled, ClaimNoticed};
use ledger::books::Books;
use ledger::books::cases::Application;
use ledger::books::urgent::{Claim, ClaimEnd};
use ledger::ids::{ApplicationId, ClaimId, EntitlementId, HouseholdId};
use ledger::money::Money;
use ledger::period::Date;
use ledger::rejection::Rejection;
use serde::Serialize;
use utoipa::ToSchema;

use crate::failure::Failure;
use crate::permits::Area;

/// A page of open applications 在办申请.
#[derive(Serialize, ToSchema)]
pub struct ApplicationPage {
    /// By id.
    applications: Vec<ApplicationFacts>,
    /// `after` of the next page, if there is one.
    #[schema(value_type = Option<String>)]
    next: Option<ApplicationId>,
}

/// An application.
#[derive(Serialize, ToSchema)]
pub struct ApplicationFacts {
    /// The case.
    #[schema(value_type = String)]
    application: ApplicationId,
    /// What was filed: the body of `application.filed`.
    #[schema(value_type = Object)]
    filed: ApplicationFiled,
    /// The newest survey: the body of `application.surveyed`.
    #[schema(value_type = Option<Object>)]
    survey: Option<ApplicationSurveyed>,
    /// How many have signed that survey.
    surveyors: usize,
    /// The notice over it: the body of `application.noticed`.
    #[schema(value_type = Option<Object>)]
    notice: Option<ApplicationNoticed>,
    /// True once the town agreed to it.
    reviewed: bool,
    /// The step that comes next; none once it ended.
    #[schema(value_type = Option<String>)]
    next: Option<Step>,
    /// True once confirmed or declined.
    ended: bool,
    /// The entitlement that it was confirmed for.
    #[schema(value_type = Option<String>)]
    entitlement: Option<EntitlementId>,
}

impl ApplicationFacts {
    /// Whose application it is.
    #[must_use]
    pub const fn household(&self) -> HouseholdId {
        self.filed.household
    }
}

fn application_facts(books: &Books, id: ApplicationId, case: &Application) -> ApplicationFacts {
    let scheme = books.policies.scheme(&case.filed.scheme, case.filed.filed.period());
    ApplicationFacts {
        application: id,
        filed: case.filed.clone(),
        survey: case.survey.as_ref().map(|(_, survey)| survey.clone()),
        surveyors: case.surveyors.len(),
        notice: case.notice.clone(),
        reviewed: case.reviewed,
        next: scheme.and_then(|scheme| case.next_step(scheme)),
        ended: case.ended,
        entitlement: case.entitled,
    }
}

/// The open applications of an area, a page of them.
#[must_use]
pub fn applications(
    books: &Books,
    area: &Area,
    (after, limit): (Option<ApplicationId>, usize),
) -> ApplicationPage {
    let open = books.cases.applications.iter().filter(|(id, case)| {
        let is_beyond = after.is_none_or(|after| **id > after);
        is_beyond && !case.ended && area.covers_household(books, case.filed.household)
    });
    let mut open: Vec<_> = open.collect();
    open.sort_unstable_by_key(|(id, _)| **id);
    let has_more = open.len() > limit;
    open.truncate(limit);
    let applications: Vec<_> =
        open.into_iter().map(|(id, case)| application_facts(books, *id, case)).collect();
    let next = applications.last().filter(|_| has_more).map(|last| last.application);
    ApplicationPage { applications, next }
}

/// One application, open or ended.
///
/// # Errors
/// [`Rejection::ApplicationUnknown`].
pub fn application(books: &Books, id: ApplicationId) -> Result<ApplicationFacts, Failure> {
    let case = books.cases.applications.get(&id);
    let case = case.ok_or(Rejection::ApplicationUnknown { application: id })?;
    Ok(application_facts(books, id, case))
}

/// A page of open claims 在办理赔.
#[derive(Serialize, ToSchema)]
pub struct ClaimPage {
    /// By id.
    claims: Vec<ClaimWhole>,
    /// `after` of the next page, if there is one.
    #[schema(value_type = Option<String>)]
    next: Option<ClaimId>,
}

/// A claim on an insurer: its money, never the treasury's.
#[derive(Serialize, ToSchema)]
pub struct ClaimWhole {
    /// The case.
    #[schema(value_type = String)]
    claim: ClaimId,
    /// What was filed: the body of `claim.filed`.
    #[schema(value_type = Object)]
    filed: ClaimFiled,
    /// The assessment: the body of `claim.assessed`.
    #[schema(value_type = Option<Object>)]
    assessed: Option<ClaimAssessed>,
    /// The notice over it: the body of `claim.noticed`.
    #[schema(value_type = Option<Object>)]
    notice: Option<ClaimNoticed>,
    /// What the insurer paid, in fen, once it did.
    #[schema(value_type = Option<i64>)]
    settled_fen: Option<Money>,
    /// When it did.
    #[schema(value_type = Option<String>)]
    settled: Option<Date>,
    /// True once the insurer paid or refused.
    ended: bool,
}

impl ClaimWhole {
    /// Whose claim it is.
    #[must_use]
    pub const fn household(&self) -> HouseholdId {
        self.filed.household
    }
}

fn claim_facts(id: ClaimId, claim: &Claim) -> ClaimWhole {
    let (settled_fen, settled) = match &claim.end {
        Some(ClaimEnd::Settled { amount, date }) => (Some(*amount), Some(*date)),
        Some(ClaimEnd::Declined) | None => (None, None),
    };
    ClaimWhole {
        claim: id,
        filed: claim.filed.clone(),
        assessed: claim.assessed.as_ref().map(|(_, assessed)| assessed.clone()),
        notice: claim.notice.clone(),
        settled_fen,
        settled,
        ended: claim.end.is_some(),
    }
}

/// The open claims of an area, a page of them.
#[must_use]
pub fn claims(books: &Books, area: &Area, (after, limit): (Option<ClaimId>, usize)) -> ClaimPage {
    let open = books.urgent.claims.iter().filter(|(id, claim)| {
        let is_beyond = after.is_none_or(|after| **id > after);
        is_beyond && claim.end.is_none() && area.covers_household(books, claim.filed.household)
    });
    let mut open: Vec<_> = open.collect();
    open.sort_unstable_by_key(|(id, _)| **id);
    let has_more = open.len() > limit;
    open.truncate(limit);
    let claims: Vec<_> = open.into_iter().map(|(id, claim)| claim_facts(*id, claim)).collect();
    let next = claims.last().filter(|_| has_more).map(|last| last.claim);
    ClaimPage { claims, next }
}

/// One claim, open or ended.
///
/// # Errors
/// [`Rejection::ClaimUnknown`].
pub fn claim(books: &Books, id: ClaimId) -> Result<ClaimWhole, Failure> {
    let claim = books.urgent.claims.get(&id).ok_or(Rejection::ClaimUnknown { claim: id })?;
    Ok(claim_facts(id, claim))
}
