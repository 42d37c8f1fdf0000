//! Households, persons and benefit accounts by their random ids, and account changes waiting for approval.

use std::collections::BTreeMap;

use crate::act::Body;
use crate::act::people::AccountChanged;
use crate::ids::{AccountId, ActId, Commitment, Division, HouseholdId, PersonId};
use crate::line::Line;
use crate::period::{Date, Period};

use super::{IdMap, Statement};

/// A household.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Household {
    /// Where it lives.
    pub division: Division,
    /// Its head.
    pub head: PersonId,
}

/// A person.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Person {
    /// The household.
    pub household: HouseholdId,
    /// The account in use.
    pub account: Option<AccountId>,
    /// Day of death, once known.
    pub died: Option<Date>,
    /// Commitment to the name.
    pub name_commit: Commitment,
    /// Commitment to the ID number.
    pub id_no_commit: Commitment,
}

impl Person {
    /// True if nothing is payable to this person for that month: death was in an earlier one.
    #[must_use]
    pub fn is_dead_in(&self, period: Period) -> bool {
        self.died.is_some_and(|died| died.period() < period)
    }
}

/// An account change and whether it was approved.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Change {
    /// What is changed.
    pub changed: AccountChanged,
    /// True once approved.
    pub approved: bool,
}

/// A benefit account as registered.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct BenefitAccount {
    /// Whose it is.
    pub holder: PersonId,
    /// The bank's name.
    pub bank: String,
    /// Commitment to its number.
    pub number_commit: Commitment,
}

/// Everybody the books know.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct People {
    /// Households by id.
    pub households: IdMap<HouseholdId, Household>,
    /// Persons by id.
    pub persons: IdMap<PersonId, Person>,
    /// Accounts by id.
    pub accounts: IdMap<AccountId, BenefitAccount>,
    /// Account changes by act.
    pub changes: BTreeMap<ActId, Change>,
    /// The approved change that brought an account in, for accounts that came by one.
    pub change_of: IdMap<AccountId, ActId>,
}

impl People {
    /// The division of a person's household.
    #[must_use]
    pub fn division_of(&self, person: PersonId) -> Option<&Division> {
        let household = self.persons.get(&person)?.household;
        self.households.get(&household).map(|household| &household.division)
    }

    /// The town of a person's household; what names no town stands under its own code.
    #[must_use]
    pub fn town_of(&self, person: PersonId) -> Option<Division> {
        let home = self.division_of(person)?;
        Some(home.town().unwrap_or_else(|| home.clone()))
    }

    pub(super) fn evolve(&mut self, statement: &Statement<'_>) {
        if let Body::PeopleRegistered(_) = statement.body() {
            statement.lines.iter().for_each(|line| self.register(line));
        } else if let Body::AccountChanged(changed) = statement.body() {
            let change = Change { changed: changed.clone(), approved: false };
            self.changes.insert(statement.id, change);
        } else if let Body::AccountChangeApproved(approved) = statement.body() {
            self.approve(approved.change);
        } else if let Body::PersonDied(died) = statement.body()
            && let Some(person) = self.persons.get_mut(&died.person)
        {
            person.died = Some(died.date);
        }
    }

    fn register(&mut self, line: &Line) {
        if let Line::Household(line) = line {
            let household = Household { division: line.division.clone(), head: line.head };
            self.households.insert(line.household, household);
        } else if let Line::Person(line) = line {
            self.persons.insert(
                line.person,
                Person {
                    household: line.household,
                    account: None,
                    died: None,
                    name_commit: line.name_commit,
                    id_no_commit: line.id_no_commit,
                },
            );
        } else if let Line::Account(line) = line {
            let account = BenefitAccount {
                holder: line.holder,
                bank: line.bank.clone(),
                number_commit: line.number_commit,
            };
            self.accounts.insert(line.account, account);
            if let Some(person) = self.persons.get_mut(&line.holder) {
                person.account = Some(line.account);
            }
        }
    }

    fn approve(&mut self, act: ActId) {
        let Some(change) = self.changes.get_mut(&act) else { return };
        change.approved = true;
        self.change_of.insert(change.changed.new.account, act);
        let changed = &change.changed;
        self.accounts.insert(
            changed.new.account,
            BenefitAccount {
                holder: changed.person,
                bank: changed.new.bank.clone(),
                number_commit: changed.new.number_commit,
            },
        );
        if let Some(person) = self.persons.get_mut(&changed.person) {
            person.account = Some(changed.new.account);
        }
    }
}
