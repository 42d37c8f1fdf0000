//! Rules for entitlements: lists from before these books, adjustments, stops.

use std::collections::HashSet;

use crate::act::Body;
use crate::act::cases::{
    AdjustmentListConfirmed, EntitlementAdjusted, EntitlementsAdjusted, EntitlementsConfirmed, Part,
};
use crate::act::policies::Step;
use crate::books::cases::{Entitlement, sum_of};
use crate::books::entitling::Claim;
use crate::books::{Books, Statement, conditions, entitling};
use crate::ids::{EntitlementId, OfficerId, SchemeCode};
use crate::line::{AdjustmentLine, EntitlementLine, Line};
use crate::period::Period;
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
        filled(&adjusted.reason, "调整原因")?;
        adjust(books, Change::of(adjusted))
    } else if let Body::AdjustmentConfirmed(confirmed) = body {
        let adjustment = confirmed.adjustment;
        match books.cases.adjustments.get(&adjustment) {
            Some((adjusted, false)) => {
                confirm_change(books, statement.officer, Change::of(adjusted))
            }
            Some((_, true)) | None => Err(Rejection::AdjustmentUnknown { adjustment }),
        }
    } else if let Body::EntitlementsAdjusted(list) = body {
        filled(&list.reason, "调整原因")?;
        let lines = statement
            .lines
            .iter()
            .filter_map(|line| if let Line::Adjustment(line) = line { Some(line) } else { None });
        adjust_all(books, list, lines)
    } else if let Body::AdjustmentListConfirmed(confirmed) = body {
        confirm_adjustments(books, statement.officer, confirmed)
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

/// Another amount of one entitlement.
#[derive(Clone, Copy)]
struct Change<'a> {
    entitlement: EntitlementId,
    from: Period,
    parts: &'a [Part],
}

impl<'a> Change<'a> {
    fn of(adjusted: &'a EntitlementAdjusted) -> Change<'a> {
        let EntitlementAdjusted { entitlement, from, parts, .. } = adjusted;
        Change { entitlement: *entitlement, from: *from, parts }
    }

    fn of_line(line: &'a AdjustmentLine, from: Period) -> Change<'a> {
        Change { entitlement: line.entitlement, from, parts: &line.parts }
    }
}

/// Each entitlement of the scheme, once, with parts that make its amount.
fn adjust_all<'a>(
    books: &Books,
    list: &EntitlementsAdjusted,
    lines: impl Iterator<Item = &'a AdjustmentLine>,
) -> Result<(), Rejection> {
    let mut seen = HashSet::new();
    for line in lines {
        let entitlement = line.entitlement;
        if !seen.insert(entitlement) {
            return Err(Rejection::EntitlementListedTwice { entitlement });
        }
        if live(books, entitlement)?.scheme != list.scheme {
            let scheme = list.scheme.clone();
            return Err(Rejection::EntitlementOfOtherScheme { entitlement, scheme });
        }
        if sum_of(&line.parts).ok_or(Rejection::MoneyOverflow {})? != line.amount_fen {
            return Err(Rejection::PartsMismatch {});
        }
        adjust(books, Change::of_line(line, list.from))?;
    }
    Ok(())
}

fn confirm_adjustments(
    books: &Books,
    officer: OfficerId,
    confirmed: &AdjustmentListConfirmed,
) -> Result<(), Rejection> {
    let adjustment = confirmed.adjustments;
    let known = books.cases.adjustment_lists.get(&adjustment).filter(|known| !known.confirmed);
    let known = known.ok_or(Rejection::AdjustmentUnknown { adjustment })?;
    if known.root != confirmed.root {
        return Err(Rejection::ManifestMismatch { what: "默克尔根" });
    }
    let mut lines = known.lines.iter();
    lines.try_for_each(|line| confirm_change(books, officer, Change::of_line(line, known.from)))
}

/// Between proposal and confirmation a month may have closed or the entitlement stopped.
fn confirm_change(books: &Books, officer: OfficerId, change: Change<'_>) -> Result<(), Rejection> {
    entrusted(books, officer, change)?;
    adjust(books, change)
}

/// What the office decides as a body is not reached by adjusting: it is applied for anew.
fn decided_by_the_body(
    books: &Books,
    entitlement: &Entitlement,
    change: Change<'_>,
) -> Result<(), Rejection> {
    let set = books.policies.scheme(&entitlement.scheme, change.from);
    let above = set.and_then(|set| set.collective_above_fen);
    let amount = sum_of(change.parts).ok_or(Rejection::MoneyOverflow {})?;
    match above.filter(|above| amount > *above) {
        Some(_) => Err(Rejection::StepMissing { step: Step::CollectiveDecision.chinese() }),
        None => Ok(()),
    }
}

/// A town adjusts up to what it may confirm.
fn entrusted(books: &Books, officer: OfficerId, change: Change<'_>) -> Result<(), Rejection> {
    let held = live(books, change.entitlement)?;
    match books.policies.scheme(&held.scheme, change.from) {
        Some(set) => conditions::may_confirm(books, officer, set, (held.household, change.parts)),
        None => Ok(()),
    }
}

fn adjust(books: &Books, change: Change<'_>) -> Result<(), Rejection> {
    let Change { entitlement: id, from, parts } = change;
    let entitlement = live(books, id)?;
    if !entitlement.is_live(from) {
        return Err(Rejection::EntitlementStopped { entitlement: id });
    }
    if books.cases.works.stages(id).is_some() {
        let stage = parts.first().map(|part| part.label.clone()).unwrap_or_default();
        return Err(Rejection::StageWrong {
            stage, why: "按进度发放的资格不作月度调整"
        });
    }
    books.closings.open(from.first_day())?;
    decided_by_the_body(books, entitlement, change)?;
    // An adjustment changes what is due; it never makes due what was not.
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
            parts,
            cause: None,
            from,
            last: entitlement.last,
        },
    )
}
