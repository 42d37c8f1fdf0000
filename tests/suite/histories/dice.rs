//! The numbers of one step, taken one after the other: the same numbers give the same act in the same county.

use ledger::period::{Date, Period};
use tests::given::County;

pub struct Dice<'a> {
    numbers: std::slice::Iter<'a, u16>,
}

impl<'a> Dice<'a> {
    pub fn of(numbers: &'a [u16]) -> Dice<'a> {
        Dice { numbers: numbers.iter() }
    }

    /// A number from 0 to `sides` - 1; 0 when the numbers are used up.
    pub fn below(&mut self, sides: usize) -> usize {
        usize::from(self.numbers.next().copied().unwrap_or_default()) % sides.max(1)
    }

    /// True in one case of `sides`. Small numbers say no, so that shrinking leads to plain acts.
    pub fn one_in(&mut self, sides: usize) -> bool {
        self.below(sides) == sides - 1
    }

    pub fn pick<T>(&mut self, things: impl IntoIterator<Item = T>) -> Option<T> {
        let mut things: Vec<T> = things.into_iter().collect();
        if things.is_empty() {
            return None;
        }
        let at = self.below(things.len());
        Some(things.swap_remove(at))
    }

    pub fn fen(&mut self) -> i64 {
        [100, 1, 5_000, 30_000, 45_001, 60_000, 90_000, 250_000][self.below(8)]
    }

    /// A day of the first open month, now and then of the next or of the one before.
    pub fn day(&mut self, county: &County) -> Date {
        let month = open_month(county);
        let month = match self.below(10) {
            8 => month.next(),
            9 => month.previous(),
            _ => month,
        };
        let last = usize::try_from(month.last_day().day()).unwrap();
        let day = i8::try_from(1 + self.below(last)).unwrap();
        month.day(day).unwrap()
    }

    /// Such a day, mostly not before another one.
    pub fn day_from(&mut self, county: &County, earliest: Date) -> Date {
        let day = self.day(county);
        if self.one_in(8) { day } else { day.max(earliest) }
    }
}

/// The first month that is not closed.
pub fn open_month(county: &County) -> Period {
    let last = county.ledger.books.closings.last();
    last.map_or_else(|| "2020-10".parse().unwrap(), Period::next)
}
