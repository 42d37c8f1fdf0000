//! How many households and persons are under watch, as of any day. Households 户 and persons 人 are two counts; a household
//! that was watched twice counts twice in what began and ended, and once in what is open.

use std::collections::BTreeMap;

use crate::act::watch::Risk;
use crate::books::Books;
use crate::period::Date;

/// A number of households and of persons in them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Households.
    pub households: u64,
    /// Persons.
    pub persons: u64,
}

/// Watches up to and including a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watched {
    /// Taken under watch so far.
    pub begun: Count,
    /// Resolved so far.
    pub ended: Count,
    /// Still open at the end of the day.
    pub open: Count,
    /// Open, by risk.
    pub by_risk: BTreeMap<Risk, Count>,
}

impl Count {
    fn add(&mut self, persons: usize) {
        self.households += 1;
        self.persons += persons as u64;
    }
}

/// The counts by the days that the acts state, not by when they were recorded.
#[must_use]
pub fn as_of(books: &Books, day: Date) -> Watched {
    let mut watched = Watched::default();
    for watch in books.watches.all().filter(|watch| watch.begun.found <= day) {
        let persons = watch.begun.persons.len();
        watched.begun.add(persons);
        if watch.ended.is_some_and(|ended| ended <= day) {
            watched.ended.add(persons);
        } else {
            watched.open.add(persons);
            watched.by_risk.entry(watch.begun.risk).or_default().add(persons);
        }
    }
    watched
}
