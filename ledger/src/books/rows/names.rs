//! The ids that payments name, each kept once.

use std::collections::HashMap;
use std::hash::Hash;

use foldhash::fast::FixedState;
use serde::{Deserialize, Serialize, Serializer};

use crate::ids::{AccountId, Division, EntitlementId, PersonId};

/// Ids that occur in every month's rosters, each kept once and named by its number.
#[derive(Clone, Debug, Deserialize)]
#[serde(from = "Vec<T>", bound = "T: Copy + Eq + Hash + Deserialize<'de>")]
pub(in crate::books) struct Numbered<T> {
    ids: Vec<T>,
    numbers: HashMap<T, u32, FixedState>,
    /// Where the one after the last that was looked up stands: rosters name the same ones in the same order every month.
    next: usize,
}

impl<T> Default for Numbered<T> {
    fn default() -> Numbered<T> {
        Numbered { ids: Vec::new(), numbers: HashMap::default(), next: 0 }
    }
}

impl<T: Copy + Eq + Hash> From<Vec<T>> for Numbered<T> {
    fn from(ids: Vec<T>) -> Numbered<T> {
        let numbers = ids.iter().copied().zip(0..).collect();
        Numbered { ids, numbers, next: 0 }
    }
}

impl<T: Serialize> Serialize for Numbered<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.ids.serialize(to)
    }
}

impl<T: PartialEq> PartialEq for Numbered<T> {
    fn eq(&self, other: &Numbered<T>) -> bool {
        self.ids == other.ids
    }
}

impl<T: Eq> Eq for Numbered<T> {}

impl<T: Copy + Eq + Hash> Numbered<T> {
    /// The number of an id, which it gets now if it has none.
    ///
    /// # Panics
    /// Beyond 2^32 - 1 different ids: no country has as many people.
    pub(in crate::books) fn number(&mut self, id: T) -> u32 {
        let place = if self.ids.get(self.next) == Some(&id) { self.next } else { self.place(id) };
        self.next = place + 1;
        number_of(place)
    }

    fn place(&mut self, id: T) -> usize {
        let number = *self.numbers.entry(id).or_insert_with(|| {
            self.ids.push(id);
            number_of(self.ids.len() - 1)
        });
        place_of(number)
    }

    /// The number of an id that has one.
    pub(in crate::books) fn known(&self, id: T) -> Option<u32> {
        self.numbers.get(&id).copied()
    }

    /// The same for one id after another. Those that follow one another here are found without a search.
    pub(in crate::books) fn known_in_order(&self) -> impl FnMut(T) -> Option<u32> {
        let mut next = 0;
        move |id| {
            let is_next = self.ids.get(next) == Some(&id);
            let number = if is_next { number_of(next) } else { self.known(id)? };
            next = place_of(number) + 1;
            Some(number)
        }
    }

    pub(super) fn id(&self, number: u32) -> T {
        *self.ids.get(place_of(number)).expect("numbers are given here")
    }
}

fn number_of(place: usize) -> u32 {
    u32::try_from(place).expect("fewer than 2^32 ids")
}

fn place_of(number: u32) -> usize {
    usize::try_from(number).expect("a number fits the machine")
}

/// The ids that payments name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::books) struct Names {
    pub(in crate::books) entitlements: Numbered<EntitlementId>,
    pub(super) accounts: Numbered<AccountId>,
    pub(super) payees: Numbered<PersonId>,
    /// The towns that payees live in, each once.
    towns: Vec<Division>,
    /// Which of these each payee lives in, by the payee's number; `None` for who was not registered.
    pub(super) town_of_payee: Vec<Option<u16>>,
}

impl Names {
    /// The number of a payee, who lives in `town`. A household does not move to another division.
    pub(super) fn payee(
        &mut self,
        id: PersonId,
        town: &dyn Fn(PersonId) -> Option<Division>,
    ) -> u32 {
        let number = self.payees.number(id);
        if self.town_of_payee.len() < self.payees.ids.len() {
            let town = town(id).and_then(|town| self.town_number(town));
            self.town_of_payee.push(town);
        }
        number
    }

    /// The number of a town, which it gets now if it has none.
    pub(super) fn town_number(&mut self, town: Division) -> Option<u16> {
        let known = self.towns.iter().position(|known| *known == town);
        let place = known.unwrap_or_else(|| {
            self.towns.push(town);
            self.towns.len() - 1
        });
        u16::try_from(place).ok()
    }

    /// The towns by their number.
    pub(in crate::books) fn towns(&self) -> &[Division] {
        &self.towns
    }
}

#[cfg(test)]
mod tests {
    use super::Numbered;

    #[test]
    fn numbers_are_given_in_order_of_first_sight_and_found_in_whatever_order_they_are_asked_for() {
        let mut numbered = Numbered::default();
        let asked = [7, 3, 7, 3, 9, 3, 9, 1, 7, 3, 9, 1, 1];
        let given: Vec<u32> = asked.into_iter().map(|id| numbered.number(id)).collect();
        assert_eq!(given, [0, 1, 0, 1, 2, 1, 2, 3, 0, 1, 2, 3, 3]);
        let mut known = numbered.known_in_order();
        for (id, number) in asked.into_iter().zip(given) {
            assert_eq!((known(id), known(5)), (Some(number), None));
            assert_eq!((known(id), numbered.id(number)), (Some(number), id));
        }
    }
}
