//! One application on its way through the chain of its scheme, each step by another person.

use ledger::act::Body;
use ledger::act::cases::{
    ApplicationConfirmed, ApplicationDeclined, ApplicationFiled, ApplicationNoticed,
    ApplicationReviewed, ApplicationStepPassed, ApplicationSurveyJoined, ApplicationSurveyed, Part,
};
use ledger::act::policies::{SchemeSet, Step};
use ledger::ids::{ActId, ApplicationId, EntitlementId, HouseholdId, PersonId, SchemeCode};
use ledger::period::Period;

use super::stage::{Stage, code, evidence, no_was_said};
use crate::failure::Failure;

/// A case to be applied for.
pub(super) struct Case<'a> {
    pub(super) scheme: &'a str,
    pub(super) category: &'a str,
    pub(super) household: HouseholdId,
    pub(super) persons: Vec<PersonId>,
    pub(super) payee: PersonId,
    pub(super) parts: Vec<Part>,
    /// The first month.
    pub(super) from: &'a str,
    /// Filed, surveyed, notice from and until, confirmed.
    pub(super) days: [&'a str; 5],
}

/// A case before the county decides: everything else was done.
struct Ready {
    application: ApplicationId,
    survey: ActId,
}

/// The version of a scheme that is in force in a month.
pub(super) fn scheme_of(stage: &Stage<'_>, scheme: &str, period: &str) -> SchemeSet {
    let (scheme, period): (SchemeCode, Period) = (code(scheme), code(period));
    let set = stage.desk.books().policies.scheme(&scheme, period);
    set.cloned().expect("the story sets its schemes before it uses them")
}

/// All the way to the entitlement.
pub(super) fn confirm(stage: &mut Stage<'_>, case: &Case<'_>) -> Result<EntitlementId, Failure> {
    let ready = ready(stage, case)?;
    decide(stage, case, &ready)
}

/// A case that the rules do not let the county confirm; it is declined.
pub(super) fn declined(
    stage: &mut Stage<'_>,
    case: &Case<'_>,
    expected: &str,
    reason: &str,
) -> Result<(), Failure> {
    let ready = ready(stage, case)?;
    let refusal = decide(stage, case, &ready);
    no_was_said(refusal, expected)?;
    let body = ApplicationDeclined { application: ready.application, reason: reason.to_owned() };
    stage.sign("分管副局长", Body::ApplicationDeclined(body))?;
    Ok(())
}

fn ready(stage: &mut Stage<'_>, case: &Case<'_>) -> Result<Ready, Failure> {
    let application = ApplicationId::from_bytes(stage.id());
    let [filed, ..] = case.days;
    let body = ApplicationFiled {
        application,
        category: case.category.to_owned(),
        cause: None,
        filed: stage.on(filed),
        household: case.household,
        payee: case.payee,
        persons: case.persons.clone(),
        scheme: code(case.scheme),
    };
    sign_in_town(stage, case, "民政经办", Body::ApplicationFiled(body))?;
    let set = scheme_of(stage, case.scheme, case.from);
    let mut survey = None;
    for step in &set.chain {
        match (*step, survey) {
            (Step::Survey, _) => survey = Some(visit(stage, case, application, set.surveyors)?),
            (Step::Notice, Some(survey)) => notice(stage, case, application, survey)?,
            (Step::TownReview, Some(survey)) => {
                let body = ApplicationReviewed { application, survey };
                sign_in_town(stage, case, "镇长", Body::ApplicationReviewed(body))?;
            }
            (Step::VillageNomination | Step::Acceptance | Step::CollectiveDecision, survey) => {
                let evidence = evidence(step.chinese());
                let body = ApplicationStepPassed { application, evidence, step: *step, survey };
                sign_in_town(stage, case, "民政经办", Body::ApplicationStepPassed(body))?;
            }
            (Step::Notice | Step::TownReview, None) | (Step::CountyConfirm, _) => {}
        }
    }
    let survey = survey.expect("every chain of the county has a visit");
    Ok(Ready { application, survey })
}

/// The last act of a case's way: the county's.
fn decide(stage: &mut Stage<'_>, case: &Case<'_>, ready: &Ready) -> Result<EntitlementId, Failure> {
    let entitlement = EntitlementId::from_bytes(stage.id());
    let is_one_off = scheme_of(stage, case.scheme, case.from).months == Some(1);
    let from: Period = code(case.from);
    let [.., confirmed] = case.days;
    let body = ApplicationConfirmed {
        application: ready.application,
        confirmed: stage.on(confirmed),
        entitlement,
        from,
        last: is_one_off.then_some(from),
        survey: ready.survey,
    };
    stage.sign("分管副局长", Body::ApplicationConfirmed(body))?;
    Ok(entitlement)
}

fn sign_in_town(
    stage: &mut Stage<'_>,
    case: &Case<'_>,
    post: &str,
    body: Body,
) -> Result<ActId, Failure> {
    let somebody = case.persons.first().copied().unwrap_or(case.payee);
    let key = stage.cast.town_key(&stage.unit_of(somebody), post);
    Ok(stage.desk.sign(&key, body)?.id)
}

/// The visit: one person's, or two persons' who find the same. Where one is enough it is the cadre in the village,
/// so that the clerk may bear witness to other steps.
fn visit(
    stage: &mut Stage<'_>,
    case: &Case<'_>,
    application: ApplicationId,
    surveyors: u8,
) -> Result<ActId, Failure> {
    let [_, surveyed, ..] = case.days;
    let body = ApplicationSurveyed {
        application,
        evidence: evidence("入户调查表"),
        parts: case.parts.clone(),
        surveyed: stage.on(surveyed),
    };
    let by = if surveyors == 1 { "驻村干部" } else { "民政经办" };
    let survey = sign_in_town(stage, case, by, Body::ApplicationSurveyed(body))?;
    if surveyors > 1 {
        let body = Body::ApplicationSurveyJoined(ApplicationSurveyJoined { application, survey });
        sign_in_town(stage, case, "驻村干部", body)?;
    }
    Ok(survey)
}

fn notice(
    stage: &mut Stage<'_>,
    case: &Case<'_>,
    application: ApplicationId,
    survey: ActId,
) -> Result<(), Failure> {
    let [_, _, starts, ends, _] = case.days;
    let body = ApplicationNoticed {
        application,
        ends: stage.on(ends),
        objections: 0,
        photo: evidence("公示栏照片"),
        place: "村务公开栏".to_owned(),
        starts: code(starts),
        survey,
    };
    sign_in_town(stage, case, "民政经办", Body::ApplicationNoticed(body))?;
    Ok(())
}
