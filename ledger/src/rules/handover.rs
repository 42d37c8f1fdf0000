//! Rules for the handover 移交 of a scheme: from the month of the new unit on, the old one decides nothing in it. What it
//! decided before stays, and what is about earlier months it may still finish.

use crate::act::Body;
use crate::books::{Books, Statement};
use crate::ids::SchemeCode;
use crate::period::Period;
use crate::rejection::Rejection;

pub(super) fn decide(books: &Books, statement: &Statement<'_>) -> Result<(), Rejection> {
    let Some((scheme, period)) = about(books, statement.body()) else { return Ok(()) };
    let Some(officer) = books.offices.officers.get(&statement.officer) else { return Ok(()) };
    match books.policies.handed_over(scheme, &officer.unit, period) {
        Some(from) => {
            let (scheme, unit) = (scheme.clone(), officer.unit.clone());
            Err(Rejection::SchemeHandedOver { scheme, unit, from })
        }
        None => Ok(()),
    }
}

/// The scheme that an act decides something in, and the month that it is about.
fn about<'a>(books: &'a Books, body: &'a Body) -> Option<(&'a SchemeCode, Period)> {
    let entitled = |id| books.cases.entitlements.get(id).map(|held| &held.scheme);
    let batch = |code| books.payments.batches.get(code).map(|batch| (&batch.scheme, batch.period));
    if let Body::RosterDrawn(b) = body {
        Some((&b.scheme, b.period))
    } else if let Body::RosterChecked(b) = body {
        batch(&b.batch)
    } else if let Body::RosterApproved(b) = body {
        batch(&b.batch)
    } else if let Body::ApplicationConfirmed(b) = body {
        let application = books.cases.applications.get(&b.application)?;
        Some((&application.filed.scheme, b.confirmed.period().max(b.from)))
    } else if let Body::EntitlementsConfirmed(b) = body {
        let list = books.cases.brought_in.get(&b.brought_in)?;
        Some((&list.scheme, list.lines.iter().map(|line| line.from).max()?))
    } else if let Body::EntitlementAdjusted(b) = body {
        Some((entitled(&b.entitlement)?, b.from))
    } else if let Body::AdjustmentConfirmed(b) = body {
        let (adjusted, _) = books.cases.adjustments.get(&b.adjustment)?;
        Some((entitled(&adjusted.entitlement)?, adjusted.from))
    } else if let Body::EntitlementsAdjusted(b) = body {
        Some((&b.scheme, b.from))
    } else if let Body::AdjustmentListConfirmed(b) = body {
        let list = books.cases.adjustment_lists.get(&b.adjustments)?;
        Some((&list.scheme, list.from))
    } else if let Body::StageConfirmed(b) = body {
        let (accepted, _) = books.cases.works.acceptances.get(&b.acceptance)?;
        Some((entitled(&accepted.entitlement)?, accepted.period))
    } else if let Body::EntitlementStopped(b) = body {
        Some((entitled(&b.entitlement)?, b.last.next()))
    } else {
        None
    }
}
