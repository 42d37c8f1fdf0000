//! Rules for registering people, changing accounts and recording deaths. That ids are given once is a law: `law::identity`.

use crate::act::Body;
use crate::act::people::AccountChanged;
use crate::books::{Books, Statement};
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
    } else {
        Ok(())
    }
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
