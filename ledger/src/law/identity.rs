//! An id or code is given once: whoever could register it again could make one person, account or batch into another.

use std::collections::{HashMap, HashSet};

use crate::act::Body;
use crate::books::{Books, Statement};
use crate::ids::{HouseholdId, PersonId};
use crate::line::{AccountLine, Line, PersonLine};
use crate::rejection::Rejection;

/// # Errors
/// The first id or batch code that is known already, or that belongs to nobody.
pub fn check(books: &Books, statement: &Statement<'_>) -> Result<(), Rejection> {
    if let Body::PeopleRegistered(_) = statement.body() {
        register(books, statement.lines)
    } else if let Body::OrganisationRegistered(registered) = statement.body() {
        let person = registered.organisation;
        if books.people.payee(person).is_some() {
            return Err(Rejection::PersonExists { person });
        }
        let account = registered.account.account;
        if books.people.accounts.contains_key(&account) {
            return Err(Rejection::AccountExists { account });
        }
        Ok(())
    } else if let Body::PersonFound(found) = statement.body() {
        let (person, household) = (found.person, found.household);
        if books.people.payee(person).is_some() {
            return Err(Rejection::PersonExists { person });
        }
        if books.people.households.contains_key(&household) {
            return Err(Rejection::HouseholdExists { household });
        }
        Ok(())
    } else if let Body::RosterDrawn(drawn) = statement.body()
        && books.payments.batches.contains_key(&drawn.batch)
    {
        Err(Rejection::BatchUsed { batch: drawn.batch.clone() })
    } else {
        Ok(())
    }
}

/// Lines may refer to each other in any order, so ids are collected first.
fn register(books: &Books, lines: &[Line]) -> Result<(), Rejection> {
    let mut households: HashSet<HouseholdId> = HashSet::new();
    let mut persons: HashMap<PersonId, HouseholdId> = HashMap::new();
    for line in lines {
        if let Line::Household(line) = line {
            let household = line.household;
            let known = books.people.households.contains_key(&household);
            if known || !households.insert(household) {
                return Err(Rejection::HouseholdExists { household });
            }
        } else if let Line::Person(line) = line {
            let person = line.person;
            let known = books.people.payee(person).is_some();
            if known || persons.insert(person, line.household).is_some() {
                return Err(Rejection::PersonExists { person });
            }
        }
    }
    let mut accounts = HashSet::new();
    let mut holders = HashSet::new();
    for line in lines {
        if let Line::Household(line) = line {
            if persons.get(&line.head) != Some(&line.household) {
                return Err(Rejection::NotAMember { person: line.head });
            }
        } else if let Line::Person(line) = line {
            lives_somewhere(books, &households, line)?;
        } else if let Line::Account(line) = line {
            belongs_to_one(books, &persons, line)?;
            let account = line.account;
            if !accounts.insert(account) || !holders.insert(line.holder) {
                return Err(Rejection::AccountExists { account });
            }
        }
    }
    Ok(())
}

fn lives_somewhere(
    books: &Books,
    new: &HashSet<HouseholdId>,
    line: &PersonLine,
) -> Result<(), Rejection> {
    let household = line.household;
    let known = new.contains(&household) || books.people.households.contains_key(&household);
    if known { Ok(()) } else { Err(Rejection::HouseholdUnknown { household }) }
}

fn belongs_to_one(
    books: &Books,
    new: &HashMap<PersonId, HouseholdId>,
    line: &AccountLine,
) -> Result<(), Rejection> {
    let (account, person) = (line.account, line.holder);
    if books.people.accounts.contains_key(&account) {
        return Err(Rejection::AccountExists { account });
    }
    let known = books.people.persons.get(&person);
    // A second account for a known person is an account change, with its approval.
    if known.is_some_and(|known| known.account.is_some()) {
        return Err(Rejection::AccountExists { account });
    }
    if known.is_none() && !new.contains_key(&person) {
        return Err(Rejection::PersonUnknown { person });
    }
    Ok(())
}
