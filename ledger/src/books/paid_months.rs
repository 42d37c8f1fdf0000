//! For which months each entitlement was put on a roster: a bit a month, so that a lifetime of payments takes a few bytes.

use std::collections::BTreeSet;

use crate::period::Period;

/// How many months one word of bits covers.
const WORD: u32 = u64::BITS;

/// The months of one entitlement. Months are counted from January of the year 0.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
struct Months {
    /// The first month of the words.
    base: u32,
    words: smallvec::SmallVec<[u64; 2]>,
    /// Months before the first one that came, or more than a century after it.
    others: BTreeSet<u32>,
}

/// More words than this are not kept: a month that far away stands by itself.
const MOST_WORDS: u32 = 20;

impl Months {
    fn place(&self, month: u32) -> Option<(usize, u64)> {
        let after = month.checked_sub(self.base)?;
        let word = after / WORD;
        (word < MOST_WORDS).then_some((usize::try_from(word).ok()?, 1 << (after % WORD)))
    }

    fn insert(&mut self, month: u32) {
        if self.words.is_empty() {
            self.base = month;
        }
        let Some((word, bit)) = self.place(month) else {
            self.others.insert(month);
            return;
        };
        if self.words.len() <= word {
            self.words.resize(word + 1, 0);
        }
        if let Some(bits) = self.words.get_mut(word) {
            *bits |= bit;
        }
    }

    fn remove(&mut self, month: u32) {
        if let Some((word, bit)) = self.place(month)
            && let Some(bits) = self.words.get_mut(word)
        {
            *bits &= !bit;
        }
        self.others.remove(&month);
    }

    fn contains(&self, month: u32) -> bool {
        let bits = self.place(month).and_then(|(word, bit)| Some(self.words.get(word)? & bit != 0));
        bits.unwrap_or(false) || self.others.contains(&month)
    }
}

/// All entitlements, by their number.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct PaidMonths {
    months: Vec<Months>,
}

impl PaidMonths {
    pub(super) fn insert(&mut self, entitlement: u32, period: Period) {
        let place = usize::try_from(entitlement).expect("a number fits the machine");
        if self.months.len() <= place {
            self.months.resize_with(place + 1, Months::default);
        }
        if let Some(months) = self.months.get_mut(place) {
            months.insert(number(period));
        }
    }

    pub(super) fn remove(&mut self, entitlement: u32, period: Period) {
        let months = usize::try_from(entitlement).ok().and_then(|place| self.months.get_mut(place));
        if let Some(months) = months {
            months.remove(number(period));
        }
    }

    pub(super) fn contains(&self, entitlement: u32, period: Period) -> bool {
        let months = usize::try_from(entitlement).ok().and_then(|place| self.months.get(place));
        months.is_some_and(|months| months.contains(number(period)))
    }
}

fn number(period: Period) -> u32 {
    let year = u32::try_from(period.year()).expect("years are 1900 to 2999");
    year * 12 + u32::try_from(period.month()).expect("months are 1 to 12") - 1
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::PaidMonths;
    use crate::period::Period;

    proptest! {
        #[test]
        fn the_bits_are_the_set_of_months(
            steps in prop::collection::vec((0_u32..3, 1900_i16..2999, 1_i8..=12, any::<bool>()), 1..80),
        ) {
            let (mut months, mut set) = (PaidMonths::default(), BTreeSet::new());
            for (entitlement, year, month, adds) in steps {
                let period = Period::new(year, month).unwrap();
                if adds {
                    months.insert(entitlement, period);
                    set.insert((entitlement, period));
                } else {
                    months.remove(entitlement, period);
                    set.remove(&(entitlement, period));
                }
                for (entitlement, period) in &set {
                    prop_assert!(months.contains(*entitlement, *period));
                }
                prop_assert_eq!(months.contains(entitlement, period), set.contains(&(entitlement, period)));
                prop_assert!(!months.contains(entitlement, period.next()) || set.contains(&(entitlement, period.next())));
            }
        }
    }
}
