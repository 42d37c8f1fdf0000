//! What is told to a person before anything is signed: that the post is another's, that the place is, that it has not happened yet.

use ledger::act::Body;
use ledger::act::offices::Role;
use ledger::law::admission;
use ledger::period::Date;
use ledger::rejection::Rejection;
use serde_json::Value;

use super::super::extract::SignedIn;
use crate::desk::Office;
use crate::failure::Failure;
use crate::permits::{Area, holds};

/// What a person would state, as it is written into the log. What cannot be written there is told now, not when it is signed;
/// so is what is about a household of another area, and what has not happened yet.
pub(super) fn stated(office: Office<'_>, who: SignedIn, body: &Body) -> Result<Value, Failure> {
    let written = body.encode();
    let written = written.map_err(|why| Failure::Rejected(admission::malformed(&why)))?;
    let stated = serde_json::from_slice(&written)
        .map_err(|why| Failure::usage(format!("内容写出后读不回：{why}")))?;
    in_their_area(office, who, &stated)?;
    refuse_what_has_not_happened(office, body, &stated)?;
    Ok(stated)
}

/// Whoever could not sign it is told so before anything is read for it: names and numbers are not shown on the way to a refusal.
pub(in crate::http) fn demand(
    office: Office<'_>,
    who: SignedIn,
    role: Option<Role>,
) -> Result<(), Failure> {
    let Some(role) = role else { return Ok(()) };
    if holds(office.books, who.officer, role) {
        return Ok(());
    }
    Err(Rejection::RoleMissing { kind: "这件事", role: role.chinese() }.into())
}

/// Days on which something happened, in acts of any kind: what has not happened yet is not stated.
const HAPPENED: &[&str] = &[
    "accepted",
    "answered",
    "assessed",
    "checked",
    "confirmed",
    "decided",
    "done",
    "filed",
    "found",
    "loss",
    "opened",
    "published",
    "resolved",
    "settled",
    "surveyed",
];

fn refuse_what_has_not_happened(
    office: Office<'_>,
    body: &Body,
    stated: &Value,
) -> Result<(), Failure> {
    // The last day of an organisation can be said before it comes.
    let dates: &[&str] = if matches!(body, Body::OrganisationClosed(_)) { &[] } else { &["date"] };
    let day = |key: &str| stated.get(key)?.as_str()?.parse::<Date>().ok();
    let keys = HAPPENED.iter().chain(dates);
    match keys.filter_map(|key| day(key)).find(|day| *day > office.clock.today()) {
        Some(day) => Err(Failure::refused("draft.ahead", format!("{day}还没有到，没有拟办。"))),
        None => Ok(()),
    }
}

/// Nobody drafts what is about a household of another area.
pub(super) fn in_their_area(
    office: Office<'_>,
    who: SignedIn,
    body: &Value,
) -> Result<(), Failure> {
    Area::of(office.books, who.officer).demand_for(office.books, body)
}
