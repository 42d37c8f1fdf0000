//! Households under watch, and how each watch went.

use std::collections::BTreeMap;

use crate::act::Body;
use crate::act::watch::{Grade, WatchBegun};
use crate::ids::HouseholdId;
use crate::period::Date;

use super::Statement;

/// One watch over a household, from finding a risk to resolving it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Watch {
    /// How it began.
    pub begun: WatchBegun,
    /// What the sweeps found, in the order of the log.
    pub grades: Vec<(Date, Grade)>,
    /// Day on which the risk was resolved.
    pub ended: Option<Date>,
}

/// All watches, by household and in the order of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Watches {
    households: BTreeMap<HouseholdId, Vec<Watch>>,
}

impl Watches {
    /// The watch over a household that is open.
    #[must_use]
    pub fn open(&self, household: HouseholdId) -> Option<&Watch> {
        self.households.get(&household)?.last().filter(|watch| watch.ended.is_none())
    }

    /// Every watch there was.
    pub fn all(&self) -> impl Iterator<Item = &Watch> {
        self.households.values().flatten()
    }

    pub(super) fn evolve(&mut self, statement: &Statement<'_>) {
        if let Body::WatchBegun(begun) = statement.body() {
            let watch = Watch { begun: begun.clone(), grades: Vec::new(), ended: None };
            self.households.entry(begun.household).or_default().push(watch);
        } else if let Body::WatchGraded(graded) = statement.body() {
            if let Some(watch) = self.last(graded.household) {
                watch.grades.push((graded.assessed, graded.grade));
            }
        } else if let Body::WatchEnded(ended) = statement.body()
            && let Some(watch) = self.last(ended.household)
        {
            watch.ended = Some(ended.resolved);
        }
    }

    fn last(&mut self, household: HouseholdId) -> Option<&mut Watch> {
        self.households.get_mut(&household)?.last_mut()
    }
}
