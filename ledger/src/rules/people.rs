//! Rules for registering people, changing accounts and recording deaths.

use std::collections::{HashMap, HashSet};

use crate::act::Body;
use crate::act::people::AccountChanged;
use crate::books::{Books, Statement};
use crate::ids::{HouseholdId, PersonId};
use crate::line::{AccountLine, Line, PersonLine};
use crate::rejection::Rejection;

use super::filled;

pub(super) fn decide(books: &Books, statement: &Statement<'_>) -> Result<(), Rejection> {
    let body = statement.body();
    if let Body::PeopleRegistered(registered) = body {
        filled(&registered.source, "来源")?;
        register(books, statement.lines)
    } else if let Body::AccountChanged(changed) = body {
        change(books, changed)
    } else if let Body::AccountChangeApproved(approved) = body {
        let change = approved.change;
        let known = books.people.changes.get(&change);
        let known = known.ok_or(Rejection::ChangeUnknown { change })?;
        if known.approved {
            return Err(Rejection::ChangeSettled { change });
        }
        // Between change and approval the person's account, or the new account's holder, may have become another.
        replaces_the_current(books, &known.changed)
    } else if let Body::PersonDied(died) = body {
        let person = died.person;
        let known = books.people.persons.get(&person);
        if known.ok_or(Rejection::PersonUnknown { person })?.died.is_some() {
            return Err(Rejection::DeathRecorded { person });
        }
        Ok(())
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
            let known = books.people.persons.contains_key(&person);
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
    filled(&line.bank, "开户银行")?;
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

fn change(books: &Books, changed: &AccountChanged) -> Result<(), Rejection> {
    filled(&changed.reason, "变更原因")?;
    filled(&changed.new.bank, "开户银行")?;
    replaces_the_current(books, changed)
}

fn replaces_the_current(books: &Books, changed: &AccountChanged) -> Result<(), Rejection> {
    let person = changed.person;
    let known = books.people.persons.get(&person).ok_or(Rejection::PersonUnknown { person })?;
    if known.account != changed.old {
        let account = changed.old.or(known.account).unwrap_or(changed.new.account);
        return Err(Rejection::AccountNotCurrent { account });
    }
    let account = changed.new.account;
    if books.people.accounts.contains_key(&account) {
        return Err(Rejection::AccountExists { account });
    }
    Ok(())
}
