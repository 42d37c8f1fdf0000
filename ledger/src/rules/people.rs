//! Rules for registering people and organisations, changing accounts, recording deaths, and for who was found without papers. That ids are given once is a law: `law::identity`.

use crate::act::Body;
use crate::act::people::{
    AccountChanged, OrganisationRegistered, PayeeAuthorised, PersonIdentified,
};
use crate::books::{Books, Statement, conditions, entitling};
use crate::check_digits::check_credit_code;
use crate::law::not_before;
use crate::line::Line;
use crate::rejection::Rejection;

use super::filled;

pub(super) fn decide(books: &Books, statement: &Statement<'_>) -> Result<(), Rejection> {
    let body = statement.body();
    if let Body::PeopleRegistered(registered) = body {
        filled(&registered.source, "来源")?;
        statement.lines.iter().try_for_each(|line| {
            let Line::Account(line) = line else { return Ok(()) };
            filled(&line.bank, "开户银行")
        })
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
    } else if let Body::OrganisationRegistered(registered) = body {
        organisation(books, registered)
    } else if let Body::OrganisationClosed(closed) = body {
        filled(&closed.reason, "停用原因")?;
        let person = closed.organisation;
        match books.people.organisations.get(&person) {
            Some(known) if known.closed.is_none() => Ok(()),
            Some(_) | None => Err(Rejection::PersonUnknown { person }),
        }
    } else if let Body::PayeeAuthorised(given) = body {
        authorise(books, given)
    } else {
        found(books, statement)
    }
}

/// The code of an organisation carries its own check, and stands for one organisation.
fn organisation(books: &Books, registered: &OrganisationRegistered) -> Result<(), Rejection> {
    filled(&registered.name, "机构名称")?;
    filled(&registered.account.bank, "开户银行")?;
    check_credit_code(&registered.uscc)
        .map_err(|why| Rejection::CreditCodeWrong { why: why.to_string() })?;
    let mut known = books.people.organisations.values();
    if known.any(|known| known.uscc == registered.uscc) {
        return Err(Rejection::OrganisationExists { uscc: registered.uscc.clone() });
    }
    Ok(())
}

fn authorise(books: &Books, given: &PayeeAuthorised) -> Result<(), Rejection> {
    filled(&given.reason, "代领原因")?;
    not_before(given.from, given.until)?;
    books.people.current(given.person)?;
    let (person, payee) = (given.payee, books.people.current(given.payee)?);
    if given.person == person {
        return Err(Rejection::AuthorisedForOneself { person });
    }
    if payee.died.is_some_and(|died| died <= given.from) {
        return Err(Rejection::PersonDead { person, period: given.from.period() });
    }
    Ok(())
}

/// Persons found without papers: settled once, and identified once, as somebody who has papers.
fn found(books: &Books, statement: &Statement<'_>) -> Result<(), Rejection> {
    let body = statement.body();
    let known = |person| {
        let found = books.people.found.get(&person);
        found.ok_or(Rejection::PersonNotFound { person })
    };
    if let Body::PersonFound(found) = body {
        books.closings.open(found.found).map(|_| ())
    } else if let Body::PersonSettled(settled) = body {
        let found = known(settled.person)?;
        if found.settled.is_some() {
            return Err(Rejection::PersonSettled { person: settled.person });
        }
        books.closings.open(settled.settled)?;
        not_before(found.on, settled.settled)
    } else if let Body::PersonIdentified(identified) = body {
        conditions::is_for_the_county(books, statement.officer)?;
        identify(books, identified)
    } else {
        Ok(())
    }
}

fn identify(books: &Books, identified: &PersonIdentified) -> Result<(), Rejection> {
    let (person, known) = (identified.person, identified.known);
    let of = |person| books.people.persons.get(&person).ok_or(Rejection::PersonUnknown { person });
    let (found, registered) = (of(person)?, of(known)?);
    if found.commits.is_some() {
        let why = "两人都是凭证件登记的人员";
        return Err(Rejection::IdentificationWrong { person, known, why });
    }
    if registered.commits.is_none() {
        let why = "所指的人员同样没有证件";
        return Err(Rejection::IdentificationWrong { person, known, why });
    }
    if let Some(known) = found.same_as {
        return Err(Rejection::PersonIdentified { person, known });
    }
    entitling::may_be_one(books, person, known)
}

fn change(books: &Books, changed: &AccountChanged) -> Result<(), Rejection> {
    filled(&changed.reason, "变更原因")?;
    filled(&changed.new.bank, "开户银行")?;
    replaces_the_current(books, changed)
}

fn replaces_the_current(books: &Books, changed: &AccountChanged) -> Result<(), Rejection> {
    let person = changed.person;
    let known = books.people.payee(person).ok_or(Rejection::PersonUnknown { person })?;
    if known.account() != changed.old {
        let account = changed.old.or(known.account()).unwrap_or(changed.new.account);
        return Err(Rejection::AccountNotCurrent { account });
    }
    let account = changed.new.account;
    if books.people.accounts.contains_key(&account) {
        return Err(Rejection::AccountExists { account });
    }
    Ok(())
}
