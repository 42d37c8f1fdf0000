//! Rules for works that are paid by progress: a stage is due once, after somebody inspected it and somebody else confirmed.

use crate::act::Body;
use crate::act::cases::StageAccepted;
use crate::books::works::Stage;
use crate::books::{Books, Statement, conditions};
use crate::ids::OfficerId;
use crate::rejection::Rejection;

pub(super) fn decide(books: &Books, statement: &Statement<'_>) -> Result<(), Rejection> {
    let body = statement.body();
    if let Body::StageAccepted(accepted) = body {
        accept(books, accepted)
    } else if let Body::StageConfirmed(confirmed) = body {
        let acceptance = confirmed.acceptance;
        match books.cases.works.acceptances.get(&acceptance) {
            // Between inspection and confirmation the month may have closed or the stage been paid.
            Some((accepted, false)) => {
                entrusted(books, statement.officer, accepted)?;
                accept(books, accepted)
            }
            Some((_, true)) | None => Err(Rejection::AcceptanceUnknown { acceptance }),
        }
    } else {
        Ok(())
    }
}

/// A town confirms stages up to what it may confirm.
fn entrusted(books: &Books, officer: OfficerId, accepted: &StageAccepted) -> Result<(), Rejection> {
    let Some(held) = books.cases.entitlements.get(&accepted.entitlement) else { return Ok(()) };
    let Some(set) = books.policies.scheme(&held.scheme, accepted.period) else { return Ok(()) };
    let stages = books.cases.works.stages(accepted.entitlement).unwrap_or_default();
    let stage = stages.iter().find(|stage| stage.part.label == accepted.stage);
    let parts = stage.map(|stage| std::slice::from_ref(&stage.part)).unwrap_or_default();
    conditions::may_confirm(books, officer, set, (held.household, parts))
}

fn accept(books: &Books, accepted: &StageAccepted) -> Result<(), Rejection> {
    let id = accepted.entitlement;
    let wrong = |why| Err(Rejection::StageWrong { stage: accepted.stage.clone(), why });
    let unknown = Rejection::EntitlementUnknown { entitlement: id };
    let entitlement = books.cases.entitlements.get(&id).ok_or(unknown)?;
    let Some(stages) = books.cases.works.stages(id) else {
        return wrong("该资格不按进度发放");
    };
    let is_it = |stage: &&Stage| stage.part.label == accepted.stage;
    match stages.iter().find(is_it) {
        None => return wrong("该资格没有这一阶段"),
        Some(stage) if stage.due.is_some() => return wrong("已经验收"),
        Some(_) => {}
    }
    let period = accepted.period;
    if entitlement.last.is_some_and(|last| period > last) {
        return Err(Rejection::EntitlementStopped { entitlement: id });
    }
    let earliest = entitlement.parts.begin().max(accepted.accepted.period());
    if period < earliest {
        return Err(Rejection::StartTooEarly { from: period, earliest });
    }
    books.closings.open(period.first_day())?;
    if books.payments.is_on_roster(id, period) {
        return wrong("该月已为本资格造册，请列入下月");
    }
    Ok(())
}
