//! What people choose from in forms: the closed words of the format, and what the books hold.

use std::collections::{BTreeMap, BTreeSet};

use ledger::act::funds::FundKind;
use ledger::act::offices::Side;
use ledger::books::Books;
use ledger::ids::Division;

use super::forms::Choice;
use super::keys::post_of;
use crate::permits::Area;

/// All words of a closed list.
macro_rules! words_of {
    ($list:ty) => {
        <$list>::ALL
            .iter()
            .map(|word| (word.word().to_owned(), word.chinese().to_owned()))
            .collect()
    };
}
pub(super) use words_of;

fn named(code: &impl ToString, name: &str) -> Choice {
    let code = code.to_string();
    let shown = format!("{code} {name}");
    (code, shown)
}

/// Schemes by code.
pub(super) fn schemes(books: &Books) -> Vec<Choice> {
    books.policies.schemes().map(|scheme| named(&scheme.code, &scheme.name)).collect()
}

/// Funds by code; floats only, if so asked.
pub(super) fn funds(books: &Books, floats_only: bool) -> Vec<Choice> {
    let all = books.funds.funds.iter();
    let wanted = all.filter(|(_, fund)| !floats_only || fund.kind == FundKind::Float);
    wanted.map(|(code, fund)| named(code, &fund.name)).collect()
}

/// Programme accounts by code.
pub(super) fn accounts(books: &Books) -> Vec<Choice> {
    books.funds.accounts.iter().map(|(code, account)| named(code, &account.bank)).collect()
}

/// Units by code.
pub(super) fn units(books: &Books) -> Vec<Choice> {
    books.offices.units.iter().map(|(code, unit)| named(code, &unit.name)).collect()
}

/// Insurance policies by code.
pub(super) fn policies(books: &Books) -> Vec<Choice> {
    books.urgent.policies.values().map(|one| named(&one.policy, &one.insurer)).collect()
}

/// Everybody in office, by unit and post.
pub(super) fn officers(books: &Books) -> Vec<Choice> {
    let in_office = books.offices.officers.iter().filter(|(_, known)| known.in_office);
    let mut all: Vec<Choice> = in_office
        .map(|(id, _)| {
            let (post, unit) = post_of(books, *id);
            (id.to_string(), format!("{unit} {post}"))
        })
        .collect();
    all.sort_by(|one, other| one.1.cmp(&other.1));
    all
}

/// The towns with the names of their own offices.
fn offices_of_towns(books: &Books) -> BTreeMap<&Division, &str> {
    let units = books.offices.units.values().filter(|unit| unit.side == Side::Town);
    units.filter_map(|unit| Some((unit.town.as_ref()?, unit.name.as_str()))).collect()
}

/// The towns, each told by its own office.
pub(super) fn towns(books: &Books) -> Vec<Choice> {
    let towns = offices_of_towns(books).into_iter();
    towns.map(|(town, office)| (town.to_string(), format!("{town} {office}辖区"))).collect()
}

/// The towns and villages of an area in which somebody is registered.
pub(super) fn places(books: &Books, area: &Area) -> Vec<Choice> {
    let towns = offices_of_towns(books);
    let shown = |place: &Division| {
        let town = towns.iter().find(|(town, _)| place.as_str().starts_with(town.as_str()));
        town.map_or_else(|| place.to_string(), |(_, office)| format!("{place} {office}辖区"))
    };
    let homes = books.people.households.values().map(|home| &home.division);
    let places: BTreeSet<&Division> = homes.filter(|place| area.covers(place)).collect();
    places.into_iter().map(|place| (place.to_string(), shown(place))).collect()
}
