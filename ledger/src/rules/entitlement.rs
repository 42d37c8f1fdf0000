//! Rules for entitlements: lists from before these books, adjustments, stops.

use std::collections::HashSet;

use crate::act::Body;
use crate::act::cases::{AdjustmentListConfirmed, EntitlementsAdjusted, EntitlementsConfirmed};
use crate::books::adjusting::{AdjustmentList, Change, may_be_adjusted, may_be_listed};
use crate::books::cases::{Entitlement, sum_of};
use crate::books::entitling::Claim;
use crate::books::{Books, Statement, conditions, entitling};
use crate::ids::{ActId, EntitlementId, OfficerId, SchemeCode};
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
        may_be_adjusted(books, Change::of(adjusted))
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
    } else if let Body::AdjustmentListWithdrawn(withdrawn) = body {
        filled(&withdrawn.reason, "撤回原因")?;
        waiting(books, withdrawn.adjustments).map(|_| ())
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
        may_be_listed(books, Change::of_line(line, list.from))?;
        stands_as_listed(books, line, list.from)?;
    }
    if seen.is_empty() { Err(Rejection::EntitlementListEmpty {}) } else { Ok(()) }
}

/// What a line replaces is what is due: whatever was decided since the list was made is not undone by it.
fn stands_as_listed(books: &Books, line: &AdjustmentLine, from: Period) -> Result<(), Rejection> {
    let entitlement = line.entitlement;
    let due = live(books, entitlement)?.due(from).unwrap_or_default();
    if due == line.was { Ok(()) } else { Err(Rejection::EntitlementChangedSince { entitlement }) }
}

/// A list that is neither confirmed nor withdrawn.
fn waiting(books: &Books, adjustment: ActId) -> Result<&AdjustmentList, Rejection> {
    let known = books.cases.adjustment_lists.get(&adjustment).filter(|known| !known.confirmed);
    known.ok_or(Rejection::AdjustmentUnknown { adjustment })
}

fn confirm_adjustments(
    books: &Books,
    officer: OfficerId,
    confirmed: &AdjustmentListConfirmed,
) -> Result<(), Rejection> {
    let known = waiting(books, confirmed.adjustments)?;
    if known.root != confirmed.root {
        return Err(Rejection::ManifestMismatch { what: "默克尔根" });
    }
    // In between a month may have closed, a roster been drawn, an entitlement stopped or adjusted by itself.
    known.lines.iter().try_for_each(|line| {
        let change = Change::of_line(line, known.from);
        entrusted(books, officer, change)?;
        may_be_listed(books, change)?;
        stands_as_listed(books, line, known.from)
    })
}

/// Between proposal and confirmation a month may have closed or the entitlement stopped.
fn confirm_change(books: &Books, officer: OfficerId, change: Change<'_>) -> Result<(), Rejection> {
    entrusted(books, officer, change)?;
    may_be_adjusted(books, change)
}

/// A town adjusts up to what it may confirm.
fn entrusted(books: &Books, officer: OfficerId, change: Change<'_>) -> Result<(), Rejection> {
    let held = live(books, change.entitlement)?;
    match books.policies.scheme(&held.scheme, change.from) {
        Some(set) => conditions::may_confirm(books, officer, set, (held.household, change.parts)),
        None => Ok(()),
    }
}
