//! Rules for watching households: one watch at a time, and nobody left uncounted when it ends.

use std::collections::BTreeSet;

use crate::act::Body;
use crate::act::watch::{WatchBegun, WatchEnded};
use crate::books::watch::Watch;
use crate::books::{Books, Statement, conditions, entitling};
use crate::ids::HouseholdId;
use crate::law::not_before;
use crate::rejection::Rejection;

pub(super) fn decide(books: &Books, statement: &Statement<'_>) -> Result<(), Rejection> {
    let body = statement.body();
    if let Body::WatchBegun(begun) = body {
        begin(books, begun)
    } else if let Body::WatchGraded(graded) = body {
        not_before(open(books, graded.household)?.begun.found, graded.assessed)
    } else if let Body::WatchEnded(ended) = body {
        conditions::is_for_the_county(books, statement.officer)?;
        end(books, ended)
    } else {
        Ok(())
    }
}

fn begin(books: &Books, begun: &WatchBegun) -> Result<(), Rejection> {
    let household = begun.household;
    books.closings.open(begun.found)?;
    if books.watches.open(household).is_some() {
        return Err(Rejection::WatchOpen { household });
    }
    let first = begun.persons.first().copied();
    let somebody = first.ok_or(Rejection::TextMissing { field: "监测对象" })?;
    entitling::persons_are_members(books, household, &begun.persons, somebody)
}

fn open(books: &Books, household: HouseholdId) -> Result<&Watch, Rejection> {
    books.watches.open(household).ok_or(Rejection::WatchUnknown { household })
}

fn end(books: &Books, ended: &WatchEnded) -> Result<(), Rejection> {
    let watch = open(books, ended.household)?;
    books.closings.open(ended.resolved)?;
    not_before(watch.begun.found, ended.resolved)?;
    let named: BTreeSet<_> = ended.persons.iter().collect();
    let watched: BTreeSet<_> = watch.begun.persons.iter().collect();
    if named == watched && ended.persons.len() == watched.len() {
        return Ok(());
    }
    Err(Rejection::WatchMembersDiffer { household: ended.household, count: watched.len() })
}
