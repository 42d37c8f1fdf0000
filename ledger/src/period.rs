//! Dates, months and the published calendar of working days. No clock: a date always comes in from outside.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use jiff::civil;

use crate::ids::NotAnId;
use crate::words::text_serde;

macro_rules! text_form {
    ($name:ident) => {
        impl TryFrom<String> for $name {
            type Error = NotAnId;
            fn try_from(text: String) -> Result<Self, NotAnId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> String {
                value.to_string()
            }
        }
    };
}

/// A day in the fixed zone +08:00, written `2020-10-08`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(civil::Date);

text_serde!(Date);

text_form!(Date);

impl Date {
    /// The day with these parts; `None` if the calendar has no such day or the year is not 1900 to 2999.
    #[must_use]
    pub fn new(year: i16, month: i8, day: i8) -> Option<Date> {
        if !(1900..=2999).contains(&year) {
            return None;
        }
        civil::Date::new(year, month, day).ok().map(Date)
    }

    /// Reads `20201008`, the form of bank files.
    #[must_use]
    pub fn from_compact(text: &str) -> Option<Date> {
        if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let part = |range: std::ops::Range<usize>| text.get(range);
        Date::new(part(0..4)?.parse().ok()?, part(4..6)?.parse().ok()?, part(6..8)?.parse().ok()?)
    }

    /// The form of bank files: `20201008`.
    #[must_use]
    pub fn to_compact(self) -> String {
        self.to_string().replace('-', "")
    }

    /// The year.
    #[must_use]
    pub fn year(self) -> i16 {
        self.0.year()
    }

    /// The month, 1 to 12.
    #[must_use]
    pub fn month(self) -> i8 {
        self.0.month()
    }

    /// The day of the month, from 1.
    #[must_use]
    pub fn day(self) -> i8 {
        self.0.day()
    }

    /// The month this day lies in.
    #[must_use]
    pub fn period(self) -> Period {
        Period { year: self.0.year(), month: self.0.month() }
    }

    /// Whole days from `earlier` to this day; negative if `earlier` is later.
    #[must_use]
    pub fn days_since(self, earlier: Date) -> i64 {
        let span = self.0.duration_since(earlier.0);
        span.as_hours() / 24
    }

    /// The day `days` later; `None` past the calendar's end.
    #[must_use]
    pub fn plus_days(self, days: u16) -> Option<Date> {
        self.0.checked_add(jiff::Span::new().days(days)).ok().map(Date)
    }

    /// True on Saturday and Sunday.
    #[must_use]
    pub fn is_weekend(self) -> bool {
        matches!(self.0.weekday(), civil::Weekday::Saturday | civil::Weekday::Sunday)
    }

    /// As in documents: `2020年10月8日` (GB/T 9704-2012: no leading zeros).
    #[must_use]
    pub fn to_chinese(self) -> String {
        format!("{}年{}月{}日", self.year(), self.month(), self.day())
    }
}

/// The number that these decimal digits write; `None` if one is not a digit.
fn digits(text: &[u8]) -> Option<i16> {
    text.iter().try_fold(0_i16, |number, byte| {
        let digit = byte.is_ascii_digit().then(|| i16::from(byte - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

impl FromStr for Date {
    type Err = NotAnId;
    fn from_str(text: &str) -> Result<Date, NotAnId> {
        let wrong = || NotAnId {
            what: "日期",
            found: text.to_owned(),
            form: "应为真实日期，例如 2020-10-08",
        };
        let read = || {
            let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = text.as_bytes() else { return None };
            let year = digits(&[*y0, *y1, *y2, *y3])?;
            let (month, day) = (digits(&[*m0, *m1])?, digits(&[*d0, *d1])?);
            Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?)
        };
        read().ok_or_else(wrong)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year(), self.month(), self.day())
    }
}

/// A calendar month, written `2020-10`: the period that entitlements count in and that closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    year: i16,
    month: i8,
}

text_serde!(Period);

text_form!(Period);

impl Period {
    /// The month with these parts; `None` outside months 1 to 12 and years 1900 to 2999.
    #[must_use]
    pub fn new(year: i16, month: i8) -> Option<Period> {
        Date::new(year, month, 1).map(Date::period)
    }

    /// The year.
    #[must_use]
    pub fn year(self) -> i16 {
        self.year
    }

    /// The month, 1 to 12.
    #[must_use]
    pub fn month(self) -> i8 {
        self.month
    }

    /// The month after this one.
    #[must_use]
    pub fn next(self) -> Period {
        if self.month == 12 {
            Period { year: self.year + 1, month: 1 }
        } else {
            Period { year: self.year, month: self.month + 1 }
        }
    }

    /// The month before this one.
    #[must_use]
    pub fn previous(self) -> Period {
        if self.month == 1 {
            Period { year: self.year - 1, month: 12 }
        } else {
            Period { year: self.year, month: self.month - 1 }
        }
    }

    /// The first day.
    ///
    /// # Panics
    /// Never: every month has a first day.
    #[must_use]
    pub fn first_day(self) -> Date {
        Date::new(self.year, self.month, 1).expect("a period is a real month")
    }

    /// The last day.
    #[must_use]
    pub fn last_day(self) -> Date {
        Date(self.first_day().0.last_of_month())
    }

    /// The day of this month with that number; `None` if the month is shorter.
    #[must_use]
    pub fn day(self, day: i8) -> Option<Date> {
        Date::new(self.year, self.month, day)
    }

    /// As in documents: `2020年10月`.
    #[must_use]
    pub fn to_chinese(self) -> String {
        format!("{}年{}月", self.year, self.month)
    }
}

impl FromStr for Period {
    type Err = NotAnId;
    fn from_str(text: &str) -> Result<Period, NotAnId> {
        let wrong =
            || NotAnId {
                what: "月份", found: text.to_owned(), form: "应为年-月，例如 2020-10"
            };
        let date: Date = format!("{text}-01").parse().map_err(|_| wrong())?;
        Ok(date.period())
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

/// The published calendar (国务院办公厅节假日安排): holidays, and weekends that are worked 调休.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Calendar {
    holidays: BTreeSet<Date>,
    worked_weekends: BTreeSet<Date>,
    years: BTreeSet<i16>,
}

impl Calendar {
    /// Adds a published year; a second publication of a year replaces the first.
    pub fn publish(
        &mut self,
        year: i16,
        holidays: impl IntoIterator<Item = Date>,
        worked_weekends: impl IntoIterator<Item = Date>,
    ) {
        self.holidays.retain(|day| day.year() != year);
        self.worked_weekends.retain(|day| day.year() != year);
        self.holidays.extend(holidays);
        self.worked_weekends.extend(worked_weekends);
        self.years.insert(year);
    }

    /// The years whose notice is known, each with its holidays and its weekends that are worked.
    pub fn published(&self) -> impl Iterator<Item = (i16, Vec<Date>, Vec<Date>)> + '_ {
        let own = |days: &BTreeSet<Date>, year| {
            days.iter().filter(|day| day.year() == year).copied().collect()
        };
        let years = self.years.iter();
        years
            .map(move |year| (*year, own(&self.holidays, *year), own(&self.worked_weekends, *year)))
    }

    /// True if that year's notice is known, so that deadlines in it can be counted.
    #[must_use]
    pub fn covers(&self, date: Date) -> bool {
        self.years.contains(&date.year())
    }

    /// True if offices work on that day.
    #[must_use]
    pub fn is_working_day(&self, date: Date) -> bool {
        if self.worked_weekends.contains(&date) {
            return true;
        }
        !date.is_weekend() && !self.holidays.contains(&date)
    }

    /// The day by which something due `days` working days after `from` must be done.
    #[must_use]
    pub fn deadline(&self, from: Date, days: u16) -> Option<Date> {
        let mut date = from;
        let mut left = days;
        while left > 0 {
            date = date.plus_days(1)?;
            if self.is_working_day(date) {
                left -= 1;
            }
        }
        Some(date)
    }
}

#[cfg(test)]
mod tests {
    use super::{Calendar, Date, Period};

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn only_real_days_are_dates() {
        assert!("2020-02-29".parse::<Date>().is_ok());
        for wrong in ["2021-02-29", "2020-13-01", "2020-1-01", "20201001", "2020/10/01"] {
            assert!(wrong.parse::<Date>().is_err(), "{wrong}");
        }
        assert_eq!(day("2020-10-08").days_since(day("2020-09-30")), 8);
    }

    #[test]
    fn months_follow_each_other_across_the_year() {
        let december: Period = "2020-12".parse().unwrap();
        assert_eq!(december.next().to_string(), "2021-01");
        assert_eq!(december.next().previous(), december);
        assert_eq!(december.last_day().to_string(), "2020-12-31");
    }

    #[test]
    fn a_deadline_counts_working_days_and_worked_weekends() {
        let mut calendar = Calendar::default();
        let holidays = (1..=8).map(|d| Date::new(2020, 10, d).unwrap());
        calendar.publish(2020, holidays, [day("2020-10-10")]);
        // 2020-10-09 is a Friday, the 10th a worked Saturday.
        assert_eq!(calendar.deadline(day("2020-09-30"), 2), Some(day("2020-10-10")));
        assert_eq!(calendar.deadline(day("2020-10-10"), 1), Some(day("2020-10-12")));
    }
}
