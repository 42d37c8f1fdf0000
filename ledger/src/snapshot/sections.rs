//! The books in parts that are written and read on a core each.

use std::panic::resume_unwind;
use std::thread::{Scope, ScopedJoinHandle};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::file::Header;
use crate::books::Books;

/// Gives the bytes of the section at a place, if they are whole.
type Read<'a> = &'a (dyn Fn(usize) -> Option<Vec<u8>> + Sync);

/// The books as sections. Taken apart field by field, so that none can be forgotten.
pub(super) fn encode(books: &Books) -> Vec<(&'static str, Vec<u8>)> {
    let Books {
        origin: _,
        height: _,
        offices,
        policies,
        funds,
        people,
        cases,
        urgent,
        watches,
        goods,
        medical,
        flags,
        handovers,
        payments,
        bank,
        postings,
        closings,
        duties,
        doubts,
        log_keys,
    } = books;
    std::thread::scope(|scope| {
        let running = [
            ("payments", part(scope, payments)),
            ("doubts", part(scope, doubts)),
            ("duties", part(scope, duties)),
            ("cases", part(scope, cases)),
            ("people", part(scope, people)),
            ("bank", part(scope, bank)),
            ("postings", part(scope, postings)),
            ("offices", part(scope, offices)),
            ("policies", part(scope, policies)),
            ("funds", part(scope, funds)),
            ("urgent", part(scope, urgent)),
            ("watches", part(scope, watches)),
            ("goods", part(scope, goods)),
            ("medical", part(scope, medical)),
            ("flags", part(scope, flags)),
            ("handovers", part(scope, handovers)),
            ("closings", part(scope, closings)),
            ("log_keys", part(scope, log_keys)),
        ];
        running.map(|(name, bytes)| (name, joined(bytes))).into()
    })
}

/// The books of sections; `None` if one is not whole or not what this program writes.
pub(super) fn decode(header: &Header, read: Read<'_>) -> Option<Books> {
    std::thread::scope(|scope| {
        let payments = whole(scope, header, read, "payments");
        let doubts = whole(scope, header, read, "doubts");
        let duties = whole(scope, header, read, "duties");
        let cases = whole(scope, header, read, "cases");
        let people = whole(scope, header, read, "people");
        let bank = whole(scope, header, read, "bank");
        let postings = whole(scope, header, read, "postings");
        let offices = whole(scope, header, read, "offices");
        let policies = whole(scope, header, read, "policies");
        let funds = whole(scope, header, read, "funds");
        let urgent = whole(scope, header, read, "urgent");
        let watches = whole(scope, header, read, "watches");
        let goods = whole(scope, header, read, "goods");
        let medical = whole(scope, header, read, "medical");
        let flags = whole(scope, header, read, "flags");
        let handovers = whole(scope, header, read, "handovers");
        let closings = whole(scope, header, read, "closings");
        let log_keys = whole(scope, header, read, "log_keys");
        Some(Books {
            origin: header.origin().to_owned(),
            height: header.size(),
            offices: joined(offices)?,
            policies: joined(policies)?,
            funds: joined(funds)?,
            people: joined(people)?,
            cases: joined(cases)?,
            urgent: joined(urgent)?,
            watches: joined(watches)?,
            goods: joined(goods)?,
            medical: joined(medical)?,
            flags: joined(flags)?,
            handovers: joined(handovers)?,
            payments: joined(payments)?,
            bank: joined(bank)?,
            postings: joined(postings)?,
            closings: joined(closings)?,
            duties: joined(duties)?,
            doubts: joined(doubts)?,
            log_keys: joined(log_keys)?,
        })
    })
}

fn part<'scope>(
    scope: &'scope Scope<'scope, '_>,
    part: &'scope (impl Serialize + Sync),
) -> ScopedJoinHandle<'scope, Vec<u8>> {
    scope.spawn(|| rmp_serde::to_vec_named(part).expect("the books have no value that is refused"))
}

fn whole<'scope, T: DeserializeOwned + Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    header: &Header,
    read: Read<'scope>,
    name: &str,
) -> ScopedJoinHandle<'scope, Option<T>> {
    let place = header.place_of(name);
    scope.spawn(move || rmp_serde::from_slice(&read(place?)?).ok())
}

fn joined<T>(running: ScopedJoinHandle<'_, T>) -> T {
    running.join().unwrap_or_else(|panic| resume_unwind(panic))
}
