//! Advances and insurance claims: money that does not wait for a roster.

use std::collections::BTreeMap;

use crate::act::Body;
use crate::act::urgent::{AdvancePaid, ClaimAssessed, ClaimFiled, InsuranceOpened};
use crate::ids::{ActId, AdvanceId, ClaimId, PolicyCode};
use crate::money::Money;
use crate::period::Date;

use super::Statement;

/// An advance and whether its forms are complete.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Advance {
    /// The act that paid it.
    pub act: ActId,
    /// What was paid.
    pub paid: AdvancePaid,
    /// Day on which the forms were complete.
    pub regularised: Option<Date>,
}

/// How a claim ended.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum ClaimEnd {
    /// The insurer paid.
    Settled {
        /// How much.
        amount: Money,
        /// When.
        date: Date,
    },
    /// The insurer refused.
    Declined,
}

/// A claim.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Claim {
    /// What was filed.
    pub filed: ClaimFiled,
    /// The assessment, by its act.
    pub assessed: Option<(ActId, ClaimAssessed)>,
    /// How it ended, if it did.
    pub end: Option<ClaimEnd>,
}

/// Advances, policies and claims.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Urgent {
    /// Advances by id.
    pub advances: BTreeMap<AdvanceId, Advance>,
    /// Insurance policies by code.
    pub policies: BTreeMap<PolicyCode, InsuranceOpened>,
    /// Claims by id.
    pub claims: BTreeMap<ClaimId, Claim>,
}

impl Urgent {
    /// What claims of a policy have been paid so far.
    #[must_use]
    pub fn settled_under(&self, policy: &PolicyCode) -> Option<Money> {
        Money::total(self.claims.values().filter(|claim| claim.filed.policy == *policy).filter_map(
            |claim| match claim.end {
                Some(ClaimEnd::Settled { amount, .. }) => Some(amount),
                Some(ClaimEnd::Declined) | None => None,
            },
        ))
    }

    pub(super) fn evolve(&mut self, statement: &Statement<'_>) {
        if let Body::AdvancePaid(paid) = statement.body() {
            let advance = Advance { act: statement.id, paid: paid.clone(), regularised: None };
            self.advances.insert(paid.advance, advance);
        } else if let Body::AdvanceRegularised(done) = statement.body() {
            if let Some(advance) = self.advances.get_mut(&done.advance) {
                advance.regularised = Some(done.date);
            }
        } else if let Body::InsuranceOpened(opened) = statement.body() {
            self.policies.insert(opened.policy.clone(), opened.clone());
        } else if let Body::ClaimFiled(filed) = statement.body() {
            let claim = Claim { filed: filed.clone(), assessed: None, end: None };
            self.claims.insert(filed.claim, claim);
        } else if let Body::ClaimAssessed(assessed) = statement.body() {
            if let Some(claim) = self.claims.get_mut(&assessed.claim) {
                claim.assessed = Some((statement.id, assessed.clone()));
            }
        } else if let Body::ClaimSettled(settled) = statement.body() {
            if let Some(claim) = self.claims.get_mut(&settled.claim) {
                let (amount, date) = (settled.amount_fen, settled.date);
                claim.end = Some(ClaimEnd::Settled { amount, date });
            }
        } else if let Body::ClaimDeclined(declined) = statement.body()
            && let Some(claim) = self.claims.get_mut(&declined.claim)
        {
            claim.end = Some(ClaimEnd::Declined);
        }
    }
}
