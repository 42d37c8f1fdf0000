//! What a scheme asks beyond its amount: how long it is paid, how often it is given, what must be drawn beside it, what
//! prices must have done. All of it is data of the scheme's version in the first month.

use crate::act::policies::{Limit, SchemeSet, Span, Trigger};
use crate::ids::{EntitlementId, HouseholdId, SchemeCode};
use crate::period::Period;
use crate::rejection::Rejection;

use super::Books;
use super::cases::Entitlement;
use super::entitling::Claim;

/// True if the scheme pays a number of months for each case: then a person may have several cases, as its limit says.
#[must_use]
pub fn is_by_case(books: &Books, claim: &Claim<'_>) -> bool {
    let scheme = books.policies.scheme(claim.scheme, claim.from);
    scheme.is_some_and(|scheme| scheme.months.is_some())
}

/// All conditions of the scheme hold for what is claimed.
///
/// # Errors
/// The first that does not.
pub fn hold(books: &Books, claim: &Claim<'_>) -> Result<(), Rejection> {
    let (scheme, period) = (claim.scheme, claim.from);
    let unknown = || Rejection::SchemeUnknown { scheme: scheme.clone(), period };
    let set = books.policies.scheme(scheme, period).ok_or_else(unknown)?;
    lasts(set, claim)?;
    if let Some(trigger) = &set.trigger {
        prices_rose(books, set, trigger, period)?;
    }
    draws_what_is_required(books, set, claim)?;
    match &set.limit {
        Some(limit) => not_too_often(books, limit, claim),
        None => Ok(()),
    }
}

/// The last month follows from the first, or there is none yet.
fn lasts(set: &SchemeSet, claim: &Claim<'_>) -> Result<(), Rejection> {
    let last = set.months.map(|months| (1..months).fold(claim.from, |month, _| month.next()));
    if last == claim.last {
        return Ok(());
    }
    let expected = last.map_or_else(|| "不定".to_owned(), |last| last.to_string());
    Err(Rejection::LastMonthWrong { expected })
}

fn prices_rose(
    books: &Books,
    set: &SchemeSet,
    trigger: &Trigger,
    period: Period,
) -> Result<(), Rejection> {
    let refused = |why| Err(Rejection::NotTriggered { scheme: set.code.clone(), period, why });
    match books.policies.indices.get(&period) {
        None => refused("该月价格指数尚未登记"),
        Some(index) if index.cpi_bp >= trigger.cpi_bp || index.food_bp >= trigger.food_bp => Ok(()),
        Some(_) => refused("该月价格指数未达到启动条件"),
    }
}

fn draws_what_is_required(
    books: &Books,
    set: &SchemeSet,
    claim: &Claim<'_>,
) -> Result<(), Rejection> {
    let Some(required) = set.requires.as_ref().filter(|required| !required.is_empty()) else {
        return Ok(());
    };
    for person in claim.persons.iter().copied() {
        let mut held = books.cases.of_person(person);
        let draws_one =
            held.any(|(_, held)| required.contains(&held.scheme) && held.due(claim.from).is_some());
        if !draws_one {
            let needed: Vec<&str> = required.iter().map(SchemeCode::as_str).collect();
            let (scheme, needed) = (set.code.clone(), needed.join("、"));
            return Err(Rejection::RequirementMissing { person, scheme, needed });
        }
    }
    Ok(())
}

fn not_too_often(books: &Books, limit: &Limit, claim: &Claim<'_>) -> Result<(), Rejection> {
    let refused = || {
        let (scheme, per) = (claim.scheme.clone(), limit.per.chinese());
        Err(Rejection::LimitReached { scheme, count: limit.count, per })
    };
    if limit.per == Span::CauseAndYear {
        let Some(cause) = claim.cause else {
            return Err(Rejection::TextMissing { field: "事由" });
        };
        let year = claim.from.year();
        if may_be_helped_again(books, limit, claim.scheme, claim.household, cause, year) {
            return Ok(());
        }
        return refused();
    }
    for person in claim.persons {
        let before = books.cases.of_person(*person).filter(|(_, held)| {
            counts(claim.scheme, held) && within(limit.per, held.parts.begin(), claim.from)
        });
        if before.count() >= usize::from(limit.count) {
            return refused();
        }
    }
    Ok(())
}

/// What was stopped before its first month was never given.
fn counts(scheme: &SchemeCode, held: &Entitlement) -> bool {
    held.scheme == *scheme && held.due(held.parts.begin()).is_some()
}

fn within(per: Span, before: Period, now: Period) -> bool {
    match per {
        Span::Lifetime => true,
        Span::Year | Span::CauseAndYear => before.year() == now.year(),
        Span::Month => before == now,
    }
}

/// True if a household may be helped once more for the same cause in a year: by case or in advance, and once more for
/// each time the county allowed it.
#[must_use]
pub fn may_be_helped_again(
    books: &Books,
    limit: &Limit,
    scheme: &SchemeCode,
    household: HouseholdId,
    cause: &str,
    year: i16,
) -> bool {
    let was_asked_for = |id: &EntitlementId| books.cases.causes.get(id).is_some_and(|c| c == cause);
    let cases = books.cases.causes.keys().filter(|id| was_asked_for(id));
    let cases = cases.filter_map(|id| books.cases.entitlements.get(id)).filter(|held| {
        held.household == household && counts(scheme, held) && held.parts.begin().year() == year
    });
    let advances = books.urgent.advances.values().map(|advance| &advance.paid).filter(|paid| {
        paid.household == household
            && paid.scheme == *scheme
            && paid.cause == cause
            && paid.date.year() == year
    });
    let key = (scheme.clone(), household, year, cause.to_owned());
    let allowed = books.cases.repeats.get(&key).copied().unwrap_or_default();
    cases.count() + advances.count() < usize::from(limit.count) + usize::from(allowed)
}
