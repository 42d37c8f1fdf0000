//! Closed months, and the proof that a month is open.

use std::collections::BTreeMap;

use crate::act::Body;
use crate::act::closing::{BulletinIssued, MonthClosed};
use crate::ids::Seq;
use crate::period::{Date, Period};
use crate::rejection::Rejection;

use super::Statement;

/// Proof that a month was open when it was asked for. Only [`Closings::open`] makes one,
/// so a decider that takes it cannot post into a closed month by forgetting to check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenPeriod(Period);

impl OpenPeriod {
    /// The month.
    #[must_use]
    pub fn period(self) -> Period {
        self.0
    }
}

/// The months that take no more entries.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Closings {
    /// Each closed month with the entry that closed it.
    pub closed: BTreeMap<Period, (Seq, MonthClosed)>,
    /// Issued bulletins in order.
    pub bulletins: Vec<(Seq, BulletinIssued)>,
}

impl Closings {
    /// The last closed month.
    #[must_use]
    pub fn last(&self) -> Option<Period> {
        self.closed.keys().next_back().copied()
    }

    /// The month a day lies in, if entries may still be posted there. Months before the last closed one are closed too.
    ///
    /// # Errors
    /// [`Rejection::PeriodClosed`].
    pub fn open(&self, date: Date) -> Result<OpenPeriod, Rejection> {
        let period = date.period();
        if self.last().is_some_and(|last| period <= last) {
            return Err(Rejection::PeriodClosed { period });
        }
        Ok(OpenPeriod(period))
    }

    pub(super) fn evolve(&mut self, statement: &Statement<'_>) {
        if let Body::MonthClosed(closed) = statement.body() {
            self.closed.insert(closed.period, (statement.at, closed.clone()));
        } else if let Body::BulletinIssued(issued) = statement.body() {
            self.bulletins.push((statement.at, issued.clone()));
        }
    }
}
