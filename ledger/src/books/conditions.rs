//! What a scheme asks beyond its amount: how long it is paid, how often it is given, what must be drawn beside it, what
//! prices must have done. All of it is data of the scheme's version in the first month.

use crate::act::cases::Part;
use crate::act::offices::Side;
use crate::act::people::OrganisationKind;
use crate::act::policies::{Limit, Need, PayeeKind, SchemeSet, Span, Trigger};
use crate::ids::{EntitlementId, HouseholdId, OfficerId, PaymentRef, SchemeCode};
use crate::money::Money;
use crate::period::Period;
use crate::rejection::Rejection;

use super::Books;
use super::cases::{Entitlement, sum_of};
use super::entitling::Claim;
use super::offices::Unit;
use super::payments::PaymentState;
use super::people::Payee;

/// True if a person may have another case of the scheme in the same month: one-off aid whose number is limited.
#[must_use]
pub fn may_stand_beside(books: &Books, claim: &Claim<'_>) -> bool {
    let scheme = books.policies.scheme(claim.scheme, claim.from);
    scheme.is_some_and(|scheme| scheme.months == Some(1) && scheme.limit.is_some())
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
    may_be_paid(books, set, claim)?;
    if let Some(trigger) = &set.trigger {
        prices_rose(books, set, trigger, period)?;
    }
    draws_what_is_required(books, set, claim)?;
    if set.needs == Some(Need::Loan) {
        let mut persons = claim.persons.iter().copied();
        if let Some(person) = persons.find(|person| !books.urgent.has_loan(*person, period)) {
            return Err(Rejection::LoanMissing { person, scheme: scheme.clone(), period });
        }
    }
    match &set.limit {
        Some(limit) => not_too_often(books, limit, claim),
        None => Ok(()),
    }
}

/// The town's unit that somebody is an officer of, if of one.
fn town_unit(books: &Books, officer: OfficerId) -> Option<&Unit> {
    let unit = &books.offices.officers.get(&officer)?.unit;
    books.offices.units.get(unit).filter(|unit| unit.side == Side::Town)
}

/// What only the county decides: an officer of a town does not, whatever roles it has.
///
/// # Errors
/// [`Rejection::TownConfirmOver`].
pub fn is_for_the_county(books: &Books, officer: OfficerId) -> Result<(), Rejection> {
    match town_unit(books, officer) {
        Some(_) => Err(Rejection::TownConfirmOver { limit: Money::ZERO }),
        None => Ok(()),
    }
}

/// Whoever confirms for the county may; a town's officer may for its own households, up to the amount that the scheme
/// entrusts to towns.
///
/// # Errors
/// [`Rejection::TownConfirmOver`], or a sum leaves the range of money.
pub fn may_confirm(
    books: &Books,
    officer: OfficerId,
    scheme: &SchemeSet,
    (household, parts): (HouseholdId, &[Part]),
) -> Result<(), Rejection> {
    let Some(unit) = town_unit(books, officer) else { return Ok(()) };
    let is_home = books.people.home_town(household) == unit.town;
    let limit = scheme.town_confirm_fen.filter(|_| is_home).unwrap_or_default();
    let amount = sum_of(parts).ok_or(Rejection::MoneyOverflow {})?;
    if amount > limit { Err(Rejection::TownConfirmOver { limit }) } else { Ok(()) }
}

/// The payee is somebody whom the scheme lets be paid: any person where it names nobody, and an organisation only where it
/// names its kind.
///
/// # Errors
/// [`Rejection::PayeeWrong`], or the payee is unknown.
pub fn may_be_paid(books: &Books, set: &SchemeSet, claim: &Claim<'_>) -> Result<(), Rejection> {
    let payee = claim.payee;
    let known = books.people.payee(payee);
    let known = known.ok_or(Rejection::PersonUnknown { person: payee })?;
    let named = set.payees.as_deref();
    let is_let = match (named, known) {
        (None, Payee::Person(_)) => true,
        (None, Payee::Organisation(_)) => false,
        (Some(named), known) => named.iter().any(|kind| is_one(books, *kind, known, claim)),
    };
    if is_let {
        return Ok(());
    }
    let words = named.map(|named| named.iter().map(|kind| kind.chinese()).collect::<Vec<_>>());
    let allowed = words.map_or_else(|| "个人".to_owned(), |words| words.join("、"));
    Err(Rejection::PayeeWrong { payee, scheme: set.code.clone(), allowed })
}

/// As [`may_be_paid`], for what was confirmed before: asked where the scheme names payees, or an organisation is paid.
///
/// # Errors
/// As [`may_be_paid`].
pub fn may_still_be_paid(
    books: &Books,
    held: &Entitlement,
    period: Period,
) -> Result<(), Rejection> {
    let Some(set) = books.policies.scheme(&held.scheme, period) else { return Ok(()) };
    if set.payees.is_none() && books.people.persons.contains_key(&held.payee) {
        return Ok(());
    }
    may_be_paid(books, set, &held.as_claimed(period))
}

fn is_one(books: &Books, kind: PayeeKind, payee: Payee<'_>, claim: &Claim<'_>) -> bool {
    let id = claim.payee;
    let is_kind = |wanted| matches!(payee, Payee::Organisation(known) if known.kind == wanted);
    match kind {
        PayeeKind::Beneficiary => claim.persons.contains(&id),
        PayeeKind::Head => {
            let household = books.people.households.get(&claim.household);
            household.is_some_and(|household| household.head == id)
        }
        PayeeKind::Member => {
            matches!(payee, Payee::Person(person) if person.household == claim.household)
        }
        PayeeKind::Authorised => claim.persons.iter().all(|person| {
            *person == id || books.people.may_receive_for(*person, id, claim.from.last_day())
        }),
        PayeeKind::Institution => is_kind(OrganisationKind::Institution),
        PayeeKind::Contractor => is_kind(OrganisationKind::Contractor),
        PayeeKind::School => is_kind(OrganisationKind::School),
        PayeeKind::Hospital => is_kind(OrganisationKind::Hospital),
        PayeeKind::Supplier => is_kind(OrganisationKind::Supplier),
    }
}

/// The last month follows from the first, or there is none yet.
fn lasts(set: &SchemeSet, claim: &Claim<'_>) -> Result<(), Rejection> {
    let last = set.months.map(|months| (1..months).fold(claim.from, |month, _| month.next()));
    if last == claim.last {
        return Ok(());
    }
    let expected = last.map_or_else(|| "空（不填）".to_owned(), |last| last.to_string());
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
        let before = books.cases.of_person(*person).filter(|(id, held)| {
            let is_within = within(limit.per, held.parts.begin(), claim.from);
            held.scheme == *claim.scheme && is_within && was_given(books, *id, held)
        });
        if before.count() >= usize::from(limit.count) {
            return refused();
        }
    }
    Ok(())
}

/// What was stopped before its first month was never given, unless it had been paid by then.
fn was_given(books: &Books, id: EntitlementId, held: &Entitlement) -> bool {
    let begin = held.parts.begin();
    let is_with_the_payee = |reference: &PaymentRef| {
        let state = books.payments.state(reference);
        !matches!(state, Some(PaymentState::Failed | PaymentState::Returned) | None)
    };
    held.is_live(begin) || books.payments.of_entitlement(id, begin).iter().any(is_with_the_payee)
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
    let is_same = |other: &str| other.trim() == cause.trim();
    let asked = books.cases.causes.get(&(scheme.clone(), household));
    let cases = asked.into_iter().flatten().filter(|(other, id)| {
        let held = books.cases.entitlements.get(id);
        is_same(other)
            && held.is_some_and(|held| {
                held.parts.begin().year() == year && was_given(books, *id, held)
            })
    });
    let advances = books.urgent.of_household(household).map(|advance| &advance.paid);
    let advances = advances
        .filter(|paid| paid.scheme == *scheme && paid.date.year() == year && is_same(&paid.cause));
    let key = (scheme.clone(), household, year, cause.trim().to_owned());
    let allowed = books.cases.repeats.get(&key).into_iter().flatten();
    let allowed = allowed.filter(|act| !books.doubts.is_unsound(act)).count();
    cases.count() + advances.count() < usize::from(limit.count) + allowed
}
