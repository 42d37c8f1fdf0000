//! Persons found without papers 流浪乞讨救助, as of any day: how many, and how it ended for them.

use std::collections::BTreeMap;

use crate::act::people::Settlement;
use crate::books::Books;
use crate::period::Date;

/// Counts up to and including a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rescued {
    /// Found so far.
    pub found: u64,
    /// Settled so far, by way. Their sum and what is open make up what was found.
    pub settled: BTreeMap<Settlement, u64>,
    /// Found and not settled.
    pub open: u64,
    /// Known by name meanwhile; the day is not stated, so this is as the books stand.
    pub identified: u64,
}

/// The counts by the days that the acts state.
#[must_use]
pub fn as_of(books: &Books, day: Date) -> Rescued {
    let mut rescued = Rescued::default();
    for (person, found) in books.people.found.iter().filter(|(_, found)| found.on <= day) {
        rescued.found += 1;
        match found.settled {
            Some((how, on)) if on <= day => *rescued.settled.entry(how).or_default() += 1,
            Some(_) | None => rescued.open += 1,
        }
        let known = books.people.persons.get(person).and_then(|person| person.same_as);
        rescued.identified += u64::from(known.is_some());
    }
    rescued
}
