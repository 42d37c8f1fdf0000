//! Rules for entitlements: lists from before these books, adjustments, stops.

use std::collections::HashSet;

use crate::act::Body;
use crate::act::cases::{EntitlementAdjusted, EntitlementsConfirmed};
use crate::act::policies::Step;
use crate::books::cases::{Entitlement, sum_of};
use crate::books::entitling::Claim;
use crate::books::{Books, Statement, conditions, entitling};
use crate::ids::{EntitlementId, OfficerId, SchemeCode};
use crate::line::{EntitlementLine, Line};
use crate::rejection::Rejection;

use super::filled;

pub(super) fn decide(books: &Books, statement: &Statement<'_>) -> Result<(), Rejection> {
    let body = statement.body();
    if let Body::EntitlementsBroughtIn(list) = body {
        filled(&list.source, "来源")?;
        let lines = statement
            .lines
            .iter()
            .filter_map(|line| if let Line::Entitlement(line) = line { Some(line) } else { None });
        bring_in(books, &list.scheme, lines)
    } else if let Body::EntitlementsConfirmed(confirmed) = body {
        confirm(books, statement.officer, confirmed)
    } else if let Body::EntitlementAdjusted(adjusted) = body {
        adjust(books, adjusted)
    } else if let Body::AdjustmentConfirmed(confirmed) = body {
        let adjustment = confirmed.adjustment;
        match books.cases.adjustments.get(&adjustment) {
            // Between proposal and confirmation a month may have closed or the entitlement stopped.
            Some((adjusted, false)) => {
                entrusted(books, statement.officer, adjusted)?;
                adjust(books, adjusted)
            }
            Some((_, true)) | None => Err(Rejection::AdjustmentUnknown { adjustment }),
        }
    } else if let Body::EntitlementStopped(stopped) = body {
        filled(&stopped.reason, "停发原因")?;
        let entitlement = live(books, stopped.entitlement)?;
        // A stop may come late (a death found after payment), but it never revives: the last month only moves back.
        if entitlement.last.is_some_and(|last| stopped.last >= last) {
            return Err(Rejection::EntitlementStopped { entitlement: stopped.entitlement });
        }
        Ok(())
    } else {
        Ok(())
    }
}

fn live(books: &Books, entitlement: EntitlementId) -> Result<&Entitlement, Rejection> {
    books.cases.entitlements.get(&entitlement).ok_or(Rejection::EntitlementUnknown { entitlement })
}

fn bring_in<'a>(
    books: &Books,
    scheme: &SchemeCode,
    lines: impl Iterator<Item = &'a EntitlementLine>,
) -> Result<(), Rejection> {
    let mut ids = HashSet::new();
    let mut persons = HashSet::new();
    let mut causes = HashSet::new();
    for line in lines {
        let entitlement = line.entitlement;
        if books.cases.entitlements.contains_key(&entitlement) || !ids.insert(entitlement) {
            return Err(Rejection::EntitlementExists { entitlement });
        }
        if let Some(person) = line.persons.iter().copied().find(|person| !persons.insert(*person)) {
            return Err(Rejection::EntitlementDoubled { person, scheme: scheme.clone() });
        }
        // Against each other, lines of one list are not counted: a cause stands in it once for a household.
        if let Some(cause) = &line.cause
            && !causes.insert((line.household, cause.trim()))
        {
            let person = line.payee;
            return Err(Rejection::EntitlementDoubled { person, scheme: scheme.clone() });
        }
        let claim = Claim::of_line(scheme, line);
        if entitling::total(line.parts.iter().map(|part| part.amount_fen))? != line.amount_fen {
            return Err(Rejection::PartsMismatch {});
        }
        entitling::may_be_entitled(books, &claim)?;
    }
    Ok(())
}

fn confirm(
    books: &Books,
    officer: OfficerId,
    confirmed: &EntitlementsConfirmed,
) -> Result<(), Rejection> {
    let list = confirmed.brought_in;
    let known = books.cases.brought_in.get(&list).filter(|known| !known.confirmed);
    let known = known.ok_or(Rejection::ListUnknown { list })?;
    if known.root != confirmed.root {
        return Err(Rejection::ManifestMismatch { what: "默克尔根" });
    }
    // What was free when the list came may be taken by now.
    for line in &known.lines {
        let entitlement = line.entitlement;
        if books.cases.entitlements.contains_key(&entitlement) {
            return Err(Rejection::EntitlementExists { entitlement });
        }
    }
    for line in &known.lines {
        if let Some(scheme) = books.policies.scheme(&known.scheme, line.from) {
            conditions::may_confirm(books, officer, scheme, (line.household, &line.parts))?;
        }
        entitling::may_be_entitled(books, &Claim::of_line(&known.scheme, line))?;
    }
    Ok(())
}

/// What the office decides as a body is not reached by adjusting: it is applied for anew.
fn decided_by_the_body(
    books: &Books,
    entitlement: &Entitlement,
    adjusted: &EntitlementAdjusted,
) -> Result<(), Rejection> {
    let set = books.policies.scheme(&entitlement.scheme, adjusted.from);
    let above = set.and_then(|set| set.collective_above_fen);
    let amount = sum_of(&adjusted.parts).ok_or(Rejection::MoneyOverflow {})?;
    match above.filter(|above| amount > *above) {
        Some(_) => Err(Rejection::StepMissing { step: Step::CollectiveDecision.chinese() }),
        None => Ok(()),
    }
}

/// A town adjusts up to what it may confirm.
fn entrusted(
    books: &Books,
    officer: OfficerId,
    adjusted: &EntitlementAdjusted,
) -> Result<(), Rejection> {
    let held = live(books, adjusted.entitlement)?;
    match books.policies.scheme(&held.scheme, adjusted.from) {
        Some(set) => {
            conditions::may_confirm(books, officer, set, (held.household, &adjusted.parts))
        }
        None => Ok(()),
    }
}

fn adjust(books: &Books, adjusted: &EntitlementAdjusted) -> Result<(), Rejection> {
    filled(&adjusted.reason, "调整原因")?;
    let entitlement = live(books, adjusted.entitlement)?;
    if !entitlement.is_live(adjusted.from) {
        return Err(Rejection::EntitlementStopped { entitlement: adjusted.entitlement });
    }
    if books.cases.works.stages(adjusted.entitlement).is_some() {
        let stage = adjusted.parts.first().map(|part| part.label.clone()).unwrap_or_default();
        return Err(Rejection::StageWrong {
            stage, why: "按进度发放的资格不作月度调整"
        });
    }
    books.closings.open(adjusted.from.first_day())?;
    decided_by_the_body(books, entitlement, adjusted)?;
    // An adjustment changes what is due; it never makes due what was not.
    let from = adjusted.from;
    let earliest = entitlement.parts.begin();
    if from < earliest {
        return Err(Rejection::StartTooEarly { from, earliest });
    }
    entitling::amount_follows_the_standard(
        books,
        &Claim {
            scheme: &entitlement.scheme,
            household: entitlement.household,
            persons: &entitlement.persons,
            payee: entitlement.payee,
            parts: &adjusted.parts,
            cause: None,
            from: adjusted.from,
            last: entitlement.last,
        },
    )
}
