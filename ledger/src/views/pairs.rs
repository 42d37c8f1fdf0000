//! Persons who are to draw both schemes of an exclusive pair of which policy only warns 提示: for whoever draws a roster.

use std::collections::BTreeSet;

use crate::act::policies::Strictness;
use crate::books::Books;
use crate::ids::{EntitlementId, PersonId, SchemeCode};
use crate::period::Period;

/// One person with both schemes of a pair due for one month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Both {
    /// The person.
    pub person: PersonId,
    /// The entitlement to the scheme that was asked about.
    pub entitlement: EntitlementId,
    /// The entitlement beside it.
    pub beside: EntitlementId,
    /// The scheme of that one.
    pub scheme: SchemeCode,
}

/// Everybody for whom `scheme` and a scheme that policy warns of beside it are both due in a month.
#[must_use]
pub fn both_due(books: &Books, scheme: &SchemeCode, period: Period) -> Vec<Both> {
    let paired = books.policies.paired_with(scheme, period);
    let warned = paired.filter(|(_, strictness)| *strictness == Strictness::Warned);
    let warned: Vec<&SchemeCode> = warned.map(|(other, _)| other).collect();
    if warned.is_empty() {
        return Vec::new();
    }
    let due = books.cases.entitlements.iter();
    let due = due.filter(|(_, held)| held.scheme == *scheme && held.due(period).is_some());
    let mut both = Vec::new();
    for (entitlement, held) in due {
        for person in held.persons.iter().copied() {
            let beside = books.cases.of_person(person);
            let beside = beside.filter(|(_, other)| {
                warned.contains(&&other.scheme) && other.due(period).is_some()
            });
            both.extend(beside.map(|(beside, other)| Both {
                person,
                entitlement: *entitlement,
                beside,
                scheme: other.scheme.clone(),
            }));
        }
    }
    both.sort_by_key(|both| (both.entitlement, both.person, both.beside));
    both
}

/// Everybody to whom both schemes are due in a month, whatever policy says of the pair.
#[must_use]
pub fn drawing_both(
    books: &Books,
    (one, other): (&SchemeCode, &SchemeCode),
    period: Period,
) -> BTreeSet<PersonId> {
    let of = |scheme: &SchemeCode| -> BTreeSet<PersonId> {
        let held = books.cases.entitlements.values();
        let due = held.filter(|held| held.scheme == *scheme && held.due(period).is_some());
        due.flat_map(|held| held.persons.iter().copied()).collect()
    };
    let beside = of(other);
    of(one).into_iter().filter(|person| beside.contains(person)).collect()
}
