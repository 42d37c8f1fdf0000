//! Advances and insurance claims: money that does not wait for a roster.

use std::collections::BTreeMap;

use crate::act::Body;
use crate::act::urgent::{AdvancePaid, ClaimAssessed, ClaimFiled, ClaimNoticed, InsuranceOpened};
use crate::ids::{ActId, AdvanceId, ClaimId, HouseholdId, PersonId, PolicyCode, Seq};
use crate::line::Line;
use crate::money::Money;
use crate::period::{Date, Period};

use super::people::People;
use super::{IdMap, Statement};

/// An advance and whether its forms are complete.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Advance {
    /// The act that paid it.
    pub act: ActId,
    /// Its entry.
    pub at: Seq,
    /// What was paid.
    pub paid: AdvancePaid,
    /// Day on which the forms were complete.
    pub regularised: Option<Date>,
    /// The act by which its float was topped up for it, if it was.
    pub replaced: Option<ActId>,
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
    /// The notice over that assessment.
    pub notice: Option<ClaimNoticed>,
    /// How it ended, if it did.
    pub end: Option<ClaimEnd>,
}

/// A loan on a bank's list.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Loan {
    /// Who lent it.
    pub bank: String,
    /// What was lent.
    pub amount: Money,
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
}

/// Advances, policies and claims.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Urgent {
    /// Advances by id.
    pub advances: BTreeMap<AdvanceId, Advance>,
    /// The same by household, in the order of the log.
    by_household: BTreeMap<HouseholdId, Vec<AdvanceId>>,
    /// Insurance policies by code.
    pub policies: BTreeMap<PolicyCode, InsuranceOpened>,
    /// The persons on each policy's roster, with the days for which they are insured.
    pub insured: BTreeMap<PolicyCode, IdMap<PersonId, (Date, Date)>>,
    /// Loans on banks' lists, by person: memo figures.
    pub loans: IdMap<PersonId, Vec<Loan>>,
    /// Claims by id.
    pub claims: BTreeMap<ClaimId, Claim>,
}

impl Urgent {
    /// True if a person has a listed loan on any day of a month.
    #[must_use]
    pub fn has_loan(&self, person: PersonId, period: Period) -> bool {
        let mut loans = self.loans.get(&person).into_iter().flatten();
        loans.any(|loan| loan.from <= period.last_day() && loan.until >= period.first_day())
    }

    /// A household's advances.
    pub fn of_household(&self, household: HouseholdId) -> impl Iterator<Item = &Advance> {
        let ids = self.by_household.get(&household).into_iter().flatten();
        ids.filter_map(|id| self.advances.get(id))
    }

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

    pub(super) fn evolve(&mut self, people: &People, statement: &Statement<'_>) {
        if let Body::PersonIdentified(identified) = statement.body() {
            let household = |person| people.persons.get(&person).map(|known| known.household);
            let (left, joined) = (household(identified.person), household(identified.known));
            if let Some((left, joined)) = left.zip(joined) {
                let advances = self.by_household.remove(&left).unwrap_or_default();
                self.by_household.entry(joined).or_default().extend(advances);
            }
        }
        if let Body::AdvancePaid(paid) = statement.body() {
            let advance = Advance {
                act: statement.id,
                at: statement.at,
                paid: paid.clone(),
                regularised: None,
                replaced: None,
            };
            self.by_household.entry(paid.household).or_default().push(paid.advance);
            self.advances.insert(paid.advance, advance);
        } else if let Body::AdvanceRegularised(done) = statement.body() {
            if let Some(advance) = self.advances.get_mut(&done.advance) {
                advance.regularised = Some(done.date);
            }
        } else if let Body::FundMoved(moved) = statement.body() {
            for advance in moved.regularised.iter().flatten() {
                if let Some(advance) = self.advances.get_mut(advance) {
                    advance.replaced = Some(statement.id);
                }
            }
        } else if let Body::EntryReversed(reversed) = statement.body() {
            let replaced = self.advances.values_mut();
            let by_it = replaced.filter(|advance| advance.replaced == Some(reversed.act));
            by_it.for_each(|advance| advance.replaced = None);
        } else if let Body::LoansListed(listed) = statement.body() {
            for line in statement.lines {
                if let Line::Loan(line) = line {
                    let (amount, from, until) = (line.amount_fen, line.from, line.until);
                    let loan = Loan { bank: listed.bank.clone(), amount, from, until };
                    self.loans.entry(line.person).or_default().push(loan);
                }
            }
        } else if let Body::InsuranceListed(listed) = statement.body() {
            let insured = self.insured.entry(listed.policy.clone()).or_default();
            for line in statement.lines {
                if let Line::Insured(line) = line {
                    insured.insert(line.person, (line.from, line.until));
                }
            }
        } else {
            self.evolve_claim(statement);
        }
    }

    fn evolve_claim(&mut self, statement: &Statement<'_>) {
        if let Body::InsuranceOpened(opened) = statement.body() {
            self.policies.insert(opened.policy.clone(), opened.clone());
        } else if let Body::ClaimFiled(filed) = statement.body() {
            let claim = Claim { filed: filed.clone(), assessed: None, notice: None, end: None };
            self.claims.insert(filed.claim, claim);
        } else if let Body::ClaimAssessed(assessed) = statement.body() {
            if let Some(claim) = self.claims.get_mut(&assessed.claim) {
                claim.assessed = Some((statement.id, assessed.clone()));
                claim.notice = None;
            }
        } else if let Body::ClaimNoticed(noticed) = statement.body() {
            if let Some(claim) = self.claims.get_mut(&noticed.claim) {
                claim.notice = Some(noticed.clone());
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
