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
}

impl<T> Default for Numbered<T> {
    fn default() -> Numbered<T> {
        Numbered { ids: Vec::new(), numbers: HashMap::default() }
    }
}

impl<T: Copy + Eq + Hash> From<Vec<T>> for Numbered<T> {
    fn from(ids: Vec<T>) -> Numbered<T> {
        let numbers = ids.iter().copied().zip(0..).collect();
        Numbered { ids, numbers }
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
        *self.numbers.entry(id).or_insert_with(|| {
            self.ids.push(id);
            u32::try_from(self.ids.len() - 1).expect("fewer than 2^32 ids")
        })
    }

    /// The number of an id that has one.
    pub(in crate::books) fn known(&self, id: T) -> Option<u32> {
        self.numbers.get(&id).copied()
    }

    pub(super) fn id(&self, number: u32) -> T {
        let place = usize::try_from(number).expect("a number fits the machine");
        *self.ids.get(place).expect("numbers are given here")
    }
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
