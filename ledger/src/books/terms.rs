//! What an entitlement pays, month by month.

use std::cmp::Ordering;

use smallvec::SmallVec;

use crate::act::cases::Part;
use crate::period::Period;

/// Monthly parts by their first month. Most entitlements never change, so the first terms stand in the entitlement itself.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Terms {
    first: Term,
    /// In ascending order, all later than the first.
    later: Vec<Term>,
}

type Term = (Period, SmallVec<[Part; 1]>);

impl Terms {
    /// The parts from the first month on.
    #[must_use]
    pub fn new(from: Period, parts: &[Part]) -> Terms {
        Terms { first: (from, parts.into()), later: Vec::new() }
    }

    /// The first month of all.
    #[must_use]
    pub fn begin(&self) -> Period {
        self.first.0
    }

    /// The parts of a month; `None` before the first.
    #[must_use]
    pub fn at(&self, period: Period) -> Option<&[Part]> {
        let later = self.later.iter().rfind(|(from, _)| *from <= period);
        let term = later.or(Some(&self.first).filter(|(from, _)| *from <= period));
        term.map(|(_, parts)| parts.as_slice())
    }

    /// True if other parts begin after a month.
    #[must_use]
    pub fn change_after(&self, period: Period) -> bool {
        self.begin() > period || self.later.iter().any(|(from, _)| *from > period)
    }

    /// Other parts in one month alone.
    pub(super) fn set_alone(&mut self, period: Period, parts: &[Part]) {
        let after = self.at(period.next()).unwrap_or_default().to_vec();
        self.set(period, parts);
        self.set(period.next(), &after);
    }

    /// Other parts from a month on, up to the month in which later ones begin.
    pub(super) fn set(&mut self, from: Period, parts: &[Part]) {
        let term = (from, parts.into());
        match from.cmp(&self.first.0) {
            Ordering::Less => self.later.insert(0, std::mem::replace(&mut self.first, term)),
            Ordering::Equal => self.first = term,
            Ordering::Greater => {
                match self.later.binary_search_by_key(&from, |(known, _)| *known) {
                    Ok(place) => self.later.splice(place..=place, [term]).for_each(drop),
                    Err(place) => self.later.insert(place, term),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::{Part, Terms};
    use crate::money::Money;
    use crate::period::Period;

    proptest! {
        #[test]
        fn terms_are_a_map_from_their_first_months(steps in prop::collection::vec((1_i8..=12, 1_i64..9), 1..20)) {
            let parts = |fen| {
                let amount_fen = Money::from_fen(fen);
                vec![Part { amount_fen, label: String::new(), quantity: None }]
            };
            let month = |month| Period::new(2020, month).unwrap();
            let mut steps = steps.into_iter().map(|(from, fen)| (month(from), parts(fen)));
            let (from, first) = steps.next().unwrap();
            let mut terms = Terms::new(from, &first);
            let mut map = BTreeMap::from([(from, first)]);
            for (from, parts) in steps {
                terms.set(from, &parts);
                map.insert(from, parts);
                prop_assert_eq!(Some(terms.begin()), map.keys().next().copied());
                for period in (1..=12).map(month) {
                    let expected = map.range(..=period).next_back().map(|(_, parts)| parts.as_slice());
                    prop_assert_eq!(terms.at(period), expected);
                }
            }
        }
    }
}
