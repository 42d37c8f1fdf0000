//! Households, persons and benefit accounts by their random ids, and account changes waiting for approval.

use std::collections::BTreeMap;

use smallvec::SmallVec;

use crate::act::Body;
use crate::act::people::{
    AccountChanged, OrganisationKind, OrganisationRegistered, PayeeAuthorised, PersonFound,
    PersonIdentified, Settlement,
};
use crate::ids::{AccountId, ActId, Commitment, Division, HouseholdId, PersonId};
use crate::line::Line;
use crate::period::{Date, Period};
use crate::rejection::Rejection;

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
    /// Commitments to the name and the ID number; `None` for who was found without papers.
    pub commits: Option<Commits>,
    /// The registered person that this one turned out to be, for who was found without papers.
    pub same_as: Option<PersonId>,
}

/// What the log says about a person's papers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Commits {
    /// Commitment to the name.
    pub name: Commitment,
    /// Commitment to the ID number.
    pub id_no: Commitment,
}

/// An organisation that may be paid.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Organisation {
    /// What it is.
    pub kind: OrganisationKind,
    /// Its name.
    pub name: String,
    /// Its unified social credit code.
    pub uscc: String,
    /// Where it is registered.
    pub division: Division,
    /// The account in use.
    pub account: AccountId,
    /// Since when it is not paid any more, if it is not.
    pub closed: Option<Date>,
}

/// A person who was found without papers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Found {
    /// When.
    pub on: Date,
    /// How and when it ended, if it did.
    pub settled: Option<(Settlement, Date)>,
}

/// Whoever may be paid.
#[derive(Clone, Copy, Debug)]
pub enum Payee<'a> {
    /// A person.
    Person(&'a Person),
    /// An organisation.
    Organisation(&'a Organisation),
}

impl Payee<'_> {
    /// The account in use.
    #[must_use]
    pub const fn account(&self) -> Option<AccountId> {
        match self {
            Payee::Person(person) => person.account,
            Payee::Organisation(organisation) => Some(organisation.account),
        }
    }

    /// True if nothing is payable for that month: a person died, or an organisation closed, in an earlier one.
    #[must_use]
    pub fn is_dead_in(&self, period: Period) -> bool {
        match self {
            Payee::Person(person) => person.is_dead_in(period),
            Payee::Organisation(known) => {
                known.closed.is_some_and(|closed| closed.period() < period)
            }
        }
    }
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
    /// Who belongs to a household, in the order of the log.
    members: IdMap<HouseholdId, SmallVec<[PersonId; 1]>>,
    /// Organisations by id.
    pub organisations: BTreeMap<PersonId, Organisation>,
    /// Who receives for whom (beneficiary, payee), and on which days, in the order of the log.
    pub authorised: BTreeMap<(PersonId, PersonId), Vec<(Date, Date)>>,
    /// Who was found without papers.
    pub found: BTreeMap<PersonId, Found>,
    /// Accounts by id.
    pub accounts: IdMap<AccountId, BenefitAccount>,
    /// Account changes by act.
    pub changes: BTreeMap<ActId, Change>,
    /// The act that brought an account in: an approved change, or an organisation's registration.
    pub change_of: IdMap<AccountId, ActId>,
}

impl People {
    /// The division of a person's household.
    #[must_use]
    pub fn division_of(&self, person: PersonId) -> Option<&Division> {
        let household = self.persons.get(&person)?.household;
        self.households.get(&household).map(|household| &household.division)
    }

    /// Who belongs to a household, in the order in which they were registered.
    #[must_use]
    pub fn members(&self, household: HouseholdId) -> &[PersonId] {
        self.members.get(&household).map_or(&[], SmallVec::as_slice)
    }

    /// A person under whose id something may begin: registered, and not known to be another one.
    ///
    /// # Errors
    /// [`Rejection::PersonUnknown`] or [`Rejection::PersonIdentified`].
    pub fn current(&self, person: PersonId) -> Result<&Person, Rejection> {
        let known = self.persons.get(&person).ok_or(Rejection::PersonUnknown { person })?;
        match known.same_as {
            Some(known) => Err(Rejection::PersonIdentified { person, known }),
            None => Ok(known),
        }
    }

    /// Whoever has that id and may be paid.
    #[must_use]
    pub fn payee(&self, id: PersonId) -> Option<Payee<'_>> {
        let person = self.persons.get(&id).map(Payee::Person);
        person.or_else(|| self.organisations.get(&id).map(Payee::Organisation))
    }

    /// True if a payee was authorised to receive for a person on a day.
    #[must_use]
    pub fn may_receive_for(&self, person: PersonId, payee: PersonId, on: Date) -> bool {
        // The newest statement about the day counts: one from a later day on leaves earlier days as they were.
        let mut stated = self.authorised.get(&(person, payee)).into_iter().flatten().rev();
        stated.find(|(from, _)| *from <= on).is_some_and(|(_, until)| on <= *until)
    }

    /// The town of a payee: of a person's household, or where an organisation is registered. What names no town stands
    /// under its own code.
    #[must_use]
    pub fn town_of(&self, payee: PersonId) -> Option<Division> {
        let registered = || self.organisations.get(&payee).map(|known| &known.division);
        let home = self.division_of(payee).or_else(registered)?;
        Some(home.town().unwrap_or_else(|| home.clone()))
    }

    /// The town of a household, as [`People::town_of`].
    #[must_use]
    pub fn home_town(&self, household: HouseholdId) -> Option<Division> {
        let home = &self.households.get(&household)?.division;
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
        } else if let Body::PersonDied(died) = statement.body() {
            if let Some(person) = self.persons.get_mut(&died.person) {
                person.died = Some(died.date);
            }
        } else if let Body::OrganisationRegistered(registered) = statement.body() {
            self.change_of.insert(registered.account.account, statement.id);
            self.register_organisation(registered);
        } else if let Body::OrganisationClosed(closed) = statement.body() {
            if let Some(known) = self.organisations.get_mut(&closed.organisation) {
                known.closed = Some(closed.date);
            }
        } else if let Body::PayeeAuthorised(given) = statement.body() {
            let PayeeAuthorised { person, payee, from, until, .. } = *given;
            self.authorised.entry((person, payee)).or_default().push((from, until));
        } else if let Body::PersonFound(found) = statement.body() {
            self.find(found);
        } else if let Body::PersonSettled(settled) = statement.body() {
            if let Some(found) = self.found.get_mut(&settled.person) {
                found.settled = Some((settled.how, settled.settled));
            }
        } else if let Body::PersonIdentified(PersonIdentified { person, known, .. }) =
            statement.body()
            && let Some(person) = self.persons.get_mut(person)
        {
            person.same_as = Some(*known);
        }
    }

    fn register_organisation(&mut self, registered: &OrganisationRegistered) {
        let OrganisationRegistered { account, organisation, .. } = registered;
        self.accounts.insert(
            account.account,
            BenefitAccount {
                holder: *organisation,
                bank: account.bank.clone(),
                number_commit: account.number_commit,
            },
        );
        let known = Organisation {
            kind: registered.kind,
            name: registered.name.clone(),
            uscc: registered.uscc.clone(),
            division: registered.division.clone(),
            account: account.account,
            closed: None,
        };
        self.organisations.insert(*organisation, known);
    }

    fn find(&mut self, found: &PersonFound) {
        let household = Household { division: found.division.clone(), head: found.person };
        self.households.insert(found.household, household);
        self.join(found.person, found.household, None);
        self.found.insert(found.person, Found { on: found.found, settled: None });
    }

    fn register(&mut self, line: &Line) {
        if let Line::Household(line) = line {
            let household = Household { division: line.division.clone(), head: line.head };
            self.households.insert(line.household, household);
        } else if let Line::Person(line) = line {
            let commits = Commits { name: line.name_commit, id_no: line.id_no_commit };
            self.join(line.person, line.household, Some(commits));
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

    fn join(&mut self, id: PersonId, household: HouseholdId, commits: Option<Commits>) {
        let person = Person { household, account: None, died: None, commits, same_as: None };
        if let Some(before) = self.persons.insert(id, person)
            && let Some(left) = self.members.get_mut(&before.household)
        {
            left.retain(|other| *other != id);
        }
        self.members.entry(household).or_default().push(id);
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
        } else if let Some(organisation) = self.organisations.get_mut(&changed.person) {
            organisation.account = changed.new.account;
        }
    }
}
