//! Rules for works that are paid by progress: a stage is due once, after somebody inspected it and somebody else confirmed.

use crate::act::Body;
use crate::act::cases::StageAccepted;
use crate::books::Books;
use crate::books::works::Stage;
use crate::rejection::Rejection;

pub(super) fn decide(books: &Books, body: &Body) -> Result<(), Rejection> {
    if let Body::StageAccepted(accepted) = body {
        accept(books, accepted)
    } else if let Body::StageConfirmed(confirmed) = body {
        let acceptance = confirmed.acceptance;
        match books.cases.works.acceptances.get(&acceptance) {
            // Between inspection and confirmation the month may have closed or the stage been paid.
            Some((accepted, false)) => accept(books, accepted),
            Some((_, true)) | None => Err(Rejection::AcceptanceUnknown { acceptance }),
        }
    } else {
        Ok(())
    }
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
