//! Other amounts of entitlements, one by one or many together: proposed by one person, in force when another one confirms.

use crate::act::Body;
use crate::act::cases::EntitlementsAdjusted;
use crate::ids::{Digest, Root, SchemeCode};
use crate::line::{AdjustmentLine, Line};
use crate::period::Period;

use super::Statement;
use super::cases::Cases;

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
        AdjustmentList {
            scheme: list.scheme.clone(),
            from: list.from,
            reason: list.reason.clone(),
            evidence: list.evidence,
            root: list.manifest.root,
            lines: lines.collect(),
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
