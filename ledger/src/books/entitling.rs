//! Questions about an entitlement that several rules ask of the books: members, standards, doubles, exclusive pairs.

use std::collections::BTreeSet;

use crate::act::cases::Part;
use crate::act::policies::StandardRule;
use crate::ids::{HouseholdId, PersonId, SchemeCode};
use crate::line::EntitlementLine;
use crate::money::Money;
use crate::period::Period;
use crate::rejection::Rejection;

use super::cases::{Entitlement, sum_of};
use super::{Books, conditions};

/// What is claimed for whom, before it is an entitlement.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// The scheme.
    pub scheme: &'a SchemeCode,
    /// The household.
    pub household: HouseholdId,
    /// For whom.
    pub persons: &'a [PersonId],
    /// Whose account is credited.
    pub payee: PersonId,
    /// The monthly amount.
    pub parts: &'a [Part],
    /// What help is asked for, if it is said.
    pub cause: Option<&'a str>,
    /// First month.
    pub from: Period,
    /// Last month, if it is set from the beginning.
    pub last: Option<Period>,
}

impl<'a> Claim<'a> {
    /// What a line of a list claims.
    #[must_use]
    pub fn of_line(scheme: &'a SchemeCode, line: &'a EntitlementLine) -> Claim<'a> {
        Claim {
            scheme,
            household: line.household,
            persons: &line.persons,
            payee: line.payee,
            parts: &line.parts,
            cause: line.cause.as_deref(),
            from: line.from,
            last: line.last,
        }
    }
}

impl Entitlement {
    /// What it claims in a month, for questions that are asked of claims.
    #[must_use]
    pub fn as_claimed(&self, period: Period) -> Claim<'_> {
        Claim {
            scheme: &self.scheme,
            household: self.household,
            persons: &self.persons,
            payee: self.payee,
            parts: self.due(period).unwrap_or_default(),
            cause: None,
            from: period,
            last: self.last,
        }
    }
}

/// The persons belong to the household, none twice; the payee is known.
///
/// # Errors
/// The first person that does not.
pub fn persons_are_members(
    books: &Books,
    household: HouseholdId,
    persons: &[PersonId],
    payee: PersonId,
) -> Result<(), Rejection> {
    if !books.people.households.contains_key(&household) {
        return Err(Rejection::HouseholdUnknown { household });
    }
    for (index, person) in persons.iter().copied().enumerate() {
        let known = books.people.current(person)?;
        let twice = persons.iter().take(index).any(|earlier| *earlier == person);
        if known.household != household || twice {
            return Err(Rejection::NotAMember { person });
        }
    }
    if persons.is_empty() {
        return Err(Rejection::TextMissing { field: "保障对象" });
    }
    if books.people.payee(payee).is_none() {
        return Err(Rejection::PersonUnknown { person: payee });
    }
    Ok(())
}

/// Each part is positive and is what the standard of its label says for so many persons; the sum keeps the scheme's cap.
///
/// # Errors
/// The scheme or standard is missing, or the amount breaks it.
pub fn amount_follows_the_standard(books: &Books, claim: &Claim<'_>) -> Result<(), Rejection> {
    let (scheme, period) = (claim.scheme, claim.from);
    let unknown = || Rejection::SchemeUnknown { scheme: scheme.clone(), period };
    let set = books.policies.scheme(scheme, period).ok_or_else(unknown)?;
    if claim.parts.is_empty() || claim.parts.iter().any(|part| !part.amount_fen.is_positive()) {
        return Err(Rejection::PartsMismatch {});
    }
    let amount = sum_of(claim.parts).ok_or(Rejection::MoneyOverflow {})?;
    // Two parts of one label would each have the whole standard.
    let labels: BTreeSet<&str> = claim.parts.iter().map(|part| part.label.as_str()).collect();
    if labels.len() != claim.parts.len() {
        return Err(Rejection::PartsMismatch {});
    }
    if let Some(cap) = set.cap_fen.filter(|cap| amount > *cap) {
        return Err(Rejection::CapExceeded { scheme: scheme.clone(), cap });
    }
    for part in claim.parts {
        let (rule, allowed) = standard_of(books, claim, part)?;
        let amount = part.amount_fen;
        let holds = match rule {
            StandardRule::Fixed | StandardRule::PerUnit => amount == allowed,
            StandardRule::Ceiling => amount <= allowed,
        };
        if !holds {
            return Err(Rejection::StandardBroken { amount, allowed });
        }
    }
    Ok(())
}

/// What the claim's parts amount to by the standards of its first month: as the standard says where it fixes the amount, and
/// what they are below a ceiling. The income that a ceiling leaves room for is not in the books.
///
/// # Errors
/// A standard is missing, or a ceiling is exceeded.
pub fn by_the_standard(books: &Books, claim: &Claim<'_>) -> Result<Vec<Part>, Rejection> {
    let fitted = claim.parts.iter().map(|part| {
        let (rule, allowed) = standard_of(books, claim, part)?;
        let amount = part.amount_fen;
        match rule {
            StandardRule::Fixed | StandardRule::PerUnit => {
                Ok(Part { amount_fen: allowed, ..part.clone() })
            }
            StandardRule::Ceiling if amount <= allowed => Ok(part.clone()),
            StandardRule::Ceiling => Err(Rejection::StandardBroken { amount, allowed }),
        }
    });
    fitted.collect()
}

/// True if the standards of the claim's first month leave the amount of a part open below a ceiling.
#[must_use]
pub fn is_below_a_ceiling(books: &Books, claim: &Claim<'_>) -> bool {
    claim.parts.iter().any(|part| {
        standard_of(books, claim, part).is_ok_and(|(rule, _)| rule == StandardRule::Ceiling)
    })
}

/// How a part's standard limits it in the claim's first month, and to what amount for so many persons.
fn standard_of(
    books: &Books,
    claim: &Claim<'_>,
    part: &Part,
) -> Result<(StandardRule, Money), Rejection> {
    let (scheme, category) = (claim.scheme, &part.label);
    let household = books.people.households.get(&claim.household);
    let household = household.ok_or(Rejection::HouseholdUnknown { household: claim.household })?;
    let standard = books.policies.standard(scheme, category, &household.division, claim.from);
    let standard = standard.ok_or_else(|| Rejection::StandardMissing {
        scheme: scheme.clone(),
        category: category.clone(),
    })?;
    let persons = u64::try_from(claim.persons.len()).unwrap_or(u64::MAX);
    let times = persons.checked_mul(quantity(part, standard.rule)?.into());
    let allowed = times.and_then(|times| standard.amount_fen.checked_times(times));
    Ok((standard.rule, allowed.ok_or(Rejection::MoneyOverflow {})?))
}

/// How often the standard is counted for each person: once, or as often as the part says where it is paid per unit.
fn quantity(part: &Part, rule: StandardRule) -> Result<u32, Rejection> {
    let wrong = |why| Err(Rejection::QuantityWrong { category: part.label.clone(), why });
    match (rule, part.quantity) {
        (StandardRule::PerUnit, Some(quantity)) if quantity > 0 => Ok(quantity),
        (StandardRule::PerUnit, _) => wrong("按量计发，须注明大于零的数量"),
        (StandardRule::Fixed | StandardRule::Ceiling, None) => Ok(1),
        (StandardRule::Fixed | StandardRule::Ceiling, Some(_)) => wrong("不按量计发，不应注明数量"),
    }
}

/// Everything that a new entitlement must satisfy: members, standard, the scheme's conditions, alive, not doubled, not
/// excluded.
///
/// # Errors
/// The first of these that fails.
pub fn may_be_entitled(books: &Books, claim: &Claim<'_>) -> Result<(), Rejection> {
    persons_are_members(books, claim.household, claim.persons, claim.payee)?;
    amount_follows_the_standard(books, claim)?;
    conditions::hold(books, claim)?;
    for person in claim.persons.iter().copied() {
        let known = books.people.persons.get(&person);
        if known.is_some_and(|known| known.is_dead_in(claim.from)) {
            return Err(Rejection::PersonDead { person, period: claim.from });
        }
        for (_, held) in books.cases.of_person(person) {
            let is_later = claim.last.is_some_and(|last| held.parts.begin() > last);
            if !held.is_live(claim.from) || is_later {
                continue;
            }
            let scheme = held.scheme.clone();
            if scheme == *claim.scheme && !conditions::may_stand_beside(books, claim) {
                return Err(Rejection::EntitlementDoubled { person, scheme });
            }
            let excluded = books.policies.excluded_by(claim.scheme, claim.from);
            if excluded.into_iter().any(|excluded| *excluded == scheme) {
                return Err(Rejection::EntitlementExclusive { person, scheme });
            }
        }
    }
    Ok(())
}

/// Two persons may be one: nothing that is still to be paid to either excludes what the other draws. What was paid in closed
/// months is a fact, and for supervisors to look at.
///
/// # Errors
/// The first pair that could not go on belonging to one person.
pub fn may_be_one(books: &Books, one: PersonId, other: PersonId) -> Result<(), Rejection> {
    let open = books.closings.last().map(Period::next);
    for (_, held) in books.cases.of_person(one) {
        for (_, beside) in books.cases.of_person(other) {
            let begin = held.parts.begin().max(beside.parts.begin());
            let from = open.map_or(begin, |open| begin.max(open));
            if !held.is_live(from) || !beside.is_live(from) {
                continue;
            }
            let (person, scheme) = (other, beside.scheme.clone());
            let claim = held.as_claimed(from);
            if held.scheme == scheme && !conditions::may_stand_beside(books, &claim) {
                return Err(Rejection::EntitlementDoubled { person, scheme });
            }
            let until = held.last.into_iter().chain(beside.last).min();
            if books.policies.excludes_within((&held.scheme, &scheme), from, until) {
                return Err(Rejection::EntitlementExclusive { person, scheme });
            }
        }
    }
    Ok(())
}

/// The sum of amounts, or the refusal to add them.
///
/// # Errors
/// [`Rejection::MoneyOverflow`].
pub fn total(amounts: impl IntoIterator<Item = Money>) -> Result<Money, Rejection> {
    Money::total(amounts).ok_or(Rejection::MoneyOverflow {})
}
