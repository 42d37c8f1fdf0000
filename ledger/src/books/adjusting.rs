//! Other amounts of entitlements, one by one or many together: proposed by one person, in force when another one confirms.

use crate::act::Body;
use crate::act::cases::{EntitlementAdjusted, EntitlementsAdjusted, Part};
use crate::act::policies::Step;
use crate::ids::{Digest, EntitlementId, Root, SchemeCode};
use crate::line::{AdjustmentLine, Line};
use crate::period::Period;
use crate::rejection::Rejection;

use super::cases::{Cases, Entitlement, sum_of};
use super::entitling::{self, Claim};
use super::{Books, Statement};

/// Another amount of one entitlement.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    /// The entitlement.
    pub entitlement: EntitlementId,
    /// First month of the new amount.
    pub from: Period,
    /// The new monthly amount in its parts.
    pub parts: &'a [Part],
}

impl<'a> Change<'a> {
    /// What one act changes.
    #[must_use]
    pub fn of(adjusted: &'a EntitlementAdjusted) -> Change<'a> {
        let EntitlementAdjusted { entitlement, from, parts, .. } = adjusted;
        Change { entitlement: *entitlement, from: *from, parts }
    }

    /// What a line of a list changes.
    #[must_use]
    pub fn of_line(line: &'a AdjustmentLine, from: Period) -> Change<'a> {
        Change { entitlement: line.entitlement, from, parts: &line.parts }
    }
}

/// An entitlement may get that amount from that month on: it is paid then, the month is open, the standards allow it, and it is
/// nothing that the office decides as a body.
///
/// # Errors
/// The first of these that fails.
pub fn may_be_adjusted(books: &Books, change: Change<'_>) -> Result<(), Rejection> {
    let Change { entitlement: id, from, parts } = change;
    let held = books.cases.entitlements.get(&id);
    let held = held.ok_or(Rejection::EntitlementUnknown { entitlement: id })?;
    if !held.is_live(from) {
        return Err(Rejection::EntitlementStopped { entitlement: id });
    }
    if books.cases.works.stages(id).is_some() {
        let stage = parts.first().map(|part| part.label.clone()).unwrap_or_default();
        return Err(Rejection::StageWrong {
            stage, why: "按进度发放的资格不作月度调整"
        });
    }
    books.closings.open(from.first_day())?;
    decided_by_the_body(books, held, change)?;
    // An adjustment changes what is due; it never makes due what was not.
    let earliest = held.parts.begin();
    if from < earliest {
        return Err(Rejection::StartTooEarly { from, earliest });
    }
    let claim = Claim { parts, ..held.as_claimed(from) };
    entitling::amount_follows_the_standard(books, &claim)
}

/// As [`may_be_adjusted`], and no roster of that month or a later one has the entitlement: what was drawn up is paid as it was
/// drawn up, and a difference would be owed, or paid too much, without anybody being told.
///
/// # Errors
/// The first that fails.
pub fn may_be_listed(books: &Books, change: Change<'_>) -> Result<(), Rejection> {
    may_be_adjusted(books, change)?;
    let last = books.payments.batches.values().map(|batch| batch.period).max();
    let mut period = change.from;
    while last.is_some_and(|last| period <= last) {
        let entitlement = change.entitlement;
        if books.payments.is_on_roster(entitlement, period) {
            return Err(Rejection::EntitlementOnRoster { entitlement, period });
        }
        period = period.next();
    }
    Ok(())
}

/// What the office decides as a body is not reached by adjusting: it is applied for anew.
fn decided_by_the_body(
    books: &Books,
    held: &Entitlement,
    change: Change<'_>,
) -> Result<(), Rejection> {
    let set = books.policies.scheme(&held.scheme, change.from);
    let above = set.and_then(|set| set.collective_above_fen);
    let amount = sum_of(change.parts).ok_or(Rejection::MoneyOverflow {})?;
    match above.filter(|above| amount > *above) {
        Some(_) => Err(Rejection::StepMissing { step: Step::CollectiveDecision.chinese() }),
        None => Ok(()),
    }
}

/// A list of other amounts that waits for confirmation.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct AdjustmentList {
    /// The scheme that all of it belongs to.
    pub scheme: SchemeCode,
    /// First month of the new amounts.
    pub from: Period,
    /// Why.
    pub reason: String,
    /// Digest of the proof.
    pub evidence: Digest,
    /// The root of its lines.
    pub root: Root,
    /// The entitlements of its lines, in ascending order.
    pub entitlements: Vec<EntitlementId>,
    /// Its lines; none once it is confirmed.
    pub lines: Vec<AdjustmentLine>,
    /// True once confirmed.
    pub confirmed: bool,
}

impl AdjustmentList {
    fn of(list: &EntitlementsAdjusted, lines: &[Line]) -> AdjustmentList {
        let lines = lines.iter().filter_map(|line| {
            if let Line::Adjustment(line) = line { Some(line.clone()) } else { None }
        });
        let lines: Vec<AdjustmentLine> = lines.collect();
        let mut entitlements: Vec<_> = lines.iter().map(|line| line.entitlement).collect();
        entitlements.sort_unstable();
        AdjustmentList {
            entitlements,
            scheme: list.scheme.clone(),
            from: list.from,
            reason: list.reason.clone(),
            evidence: list.evidence,
            root: list.manifest.root,
            lines,
            confirmed: false,
        }
    }
}

impl Cases {
    pub(super) fn evolve_adjustments(&mut self, statement: &Statement<'_>) {
        if let Body::EntitlementAdjusted(adjusted) = statement.body() {
            self.adjustments.insert(statement.id, (adjusted.clone(), false));
        } else if let Body::AdjustmentConfirmed(confirmed) = statement.body() {
            let Some((adjusted, done)) = self.adjustments.get_mut(&confirmed.adjustment) else {
                return;
            };
            *done = true;
            if let Some(entitlement) = self.entitlements.get_mut(&adjusted.entitlement) {
                entitlement.parts.set(adjusted.from, &adjusted.parts);
            }
        } else if let Body::EntitlementsAdjusted(list) = statement.body() {
            let waits = AdjustmentList::of(list, statement.lines);
            self.adjustment_lists.insert(statement.id, waits);
        } else if let Body::AdjustmentListWithdrawn(withdrawn) = statement.body() {
            self.adjustment_lists.remove(&withdrawn.adjustments);
        } else if let Body::AdjustmentListConfirmed(confirmed) = statement.body() {
            let Some(list) = self.adjustment_lists.get_mut(&confirmed.adjustments) else { return };
            list.confirmed = true;
            for line in std::mem::take(&mut list.lines) {
                if let Some(entitlement) = self.entitlements.get_mut(&line.entitlement) {
                    entitlement.parts.set(list.from, &line.parts);
                }
            }
        }
    }
}
