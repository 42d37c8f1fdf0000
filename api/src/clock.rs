//! The only clock of the program: the machine's, or a story's own. Everything below takes its dates from here.

use std::cell::Cell;

use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan, civil};
use ledger::period::Date;

/// Where the time comes from. Always +08:00.
#[derive(Debug)]
pub enum Clock {
    /// The machine's clock.
    Machine,
    /// A story's: it stands where it was set and moves one second with every act.
    Story(Cell<civil::DateTime>),
}

impl Clock {
    /// A story that begins on that day at nine in the morning.
    #[must_use]
    pub fn story(date: Date) -> Clock {
        Clock::Story(Cell::new(morning(date)))
    }

    /// Sets a story's day; the machine's clock cannot be set and stays as it is.
    pub fn turn_to(&self, date: Date) {
        if let Clock::Story(now) = self {
            // Time only goes forward: two things on one day happen one after the other.
            now.set(morning(date).max(now.get()));
        }
    }

    /// `YYYY-MM-DDTHH:MM:SS+08:00`.
    #[must_use]
    pub fn now(&self) -> String {
        let now = self.local();
        format!("{}+08:00", now.strftime("%Y-%m-%dT%H:%M:%S"))
    }

    /// Today.
    ///
    /// # Panics
    /// If the machine's clock stands outside the years 1900 to 2999.
    #[must_use]
    pub fn today(&self) -> Date {
        let today = match self {
            Clock::Machine => self.local().date(),
            Clock::Story(now) => now.get().date(),
        };
        Date::new(today.year(), today.month(), today.day())
            .expect("the machine's clock must stand between 1900 and 2999")
    }

    /// Seconds since 1970 in UTC.
    ///
    /// # Panics
    /// If the machine's clock stands before 1970.
    #[must_use]
    pub fn unix_seconds(&self) -> u64 {
        let zone = TimeZone::fixed(Offset::constant(8));
        let now = self.local().to_zoned(zone).ok();
        let seconds = now.and_then(|now| u64::try_from(now.timestamp().as_second()).ok());
        seconds.expect("the clock must stand after 1970")
    }

    fn local(&self) -> civil::DateTime {
        match self {
            Clock::Machine => {
                let zone = TimeZone::fixed(Offset::constant(8));
                Timestamp::now().to_zoned(zone).datetime()
            }
            Clock::Story(now) => {
                let next = now.get().saturating_add(1.second());
                now.set(next);
                next
            }
        }
    }
}

/// The day of a point in time, as the office's calendar shows it (+08:00): `YYYY-MM-DD`.
#[must_use]
pub fn day_of(time: Timestamp) -> String {
    time.to_zoned(TimeZone::fixed(Offset::constant(8))).date().to_string()
}

fn morning(date: Date) -> civil::DateTime {
    civil::date(date.year(), date.month(), date.day()).at(9, 0, 0, 0)
}
