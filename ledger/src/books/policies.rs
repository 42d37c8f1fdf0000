//! Policies with effective months: schemes, standards, exclusive pairs, the calendar.

use std::collections::BTreeMap;

use crate::act::Body;
use crate::act::policies::{
    ExclusionSet, IndexPublished, SchemeSet, StandardFloorSet, StandardSet,
};
use crate::ids::{Division, SchemeCode, UnitCode};
use crate::period::{Calendar, Period};

use super::Statement;

/// Everything that is set by policy.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Policies {
    schemes: BTreeMap<SchemeCode, BTreeMap<Period, SchemeSet>>,
    standards: BTreeMap<(SchemeCode, String, Division), BTreeMap<Period, StandardSet>>,
    exclusions: Vec<ExclusionSet>,
    floors: Vec<StandardFloorSet>,
    /// Price indices by month.
    pub indices: BTreeMap<Period, IndexPublished>,
    /// Working days.
    pub calendar: Calendar,
}

impl Policies {
    /// The version of a scheme that holds in a month.
    #[must_use]
    pub fn scheme(&self, code: &SchemeCode, period: Period) -> Option<&SchemeSet> {
        self.schemes.get(code)?.range(..=period).next_back().map(|(_, scheme)| scheme)
    }

    /// True if the books hold exactly what a policy act would set.
    #[must_use]
    pub fn holds(&self, body: &Body) -> bool {
        if let Body::SchemeSet(set) = body {
            self.schemes.get(&set.code).and_then(|versions| versions.get(&set.from)) == Some(set)
        } else if let Body::StandardSet(set) = body {
            let key = (set.scheme.clone(), set.category.clone(), set.area.clone());
            self.standards.get(&key).and_then(|versions| versions.get(&set.from)) == Some(set)
        } else if let Body::StandardFloorSet(set) = body {
            self.floors.contains(set)
        } else if let Body::ExclusionSet(set) = body {
            self.exclusions.contains(set)
        } else {
            false
        }
    }

    /// The month from which on a unit no longer answers for a scheme, if it once did and does not in `period`.
    #[must_use]
    pub fn handed_over(
        &self,
        code: &SchemeCode,
        unit: &UnitCode,
        period: Period,
    ) -> Option<Period> {
        let mut left = None;
        let mut answers = false;
        for (from, version) in self.schemes.get(code)?.range(..=period) {
            let answered = std::mem::replace(&mut answers, version.unit == *unit);
            if answers {
                left = None;
            } else if answered {
                left = Some(*from);
            }
        }
        left
    }

    /// The newest version of a scheme, whenever it begins.
    #[must_use]
    pub fn newest(&self, code: &SchemeCode) -> Option<&SchemeSet> {
        self.schemes.get(code)?.values().next_back()
    }

    /// The newest version of every scheme, by code.
    pub fn schemes(&self) -> impl Iterator<Item = &SchemeSet> {
        self.schemes.values().filter_map(|versions| versions.values().next_back())
    }

    /// The standard of a part in a month: the village's or town's own if there is one, else the county's.
    #[must_use]
    pub fn standard(
        &self,
        scheme: &SchemeCode,
        category: &str,
        area: &Division,
        period: Period,
    ) -> Option<&StandardSet> {
        [12, 9, 6].into_iter().find_map(|digits| {
            let area = area.as_str().get(..digits)?.parse().ok()?;
            let versions = self.standards.get(&(scheme.clone(), category.to_owned(), area))?;
            versions.range(..=period).next_back().map(|(_, standard)| standard)
        })
    }

    /// The floors that bind a part's standard, or are measured by it, in a month.
    pub fn floors<'a>(
        &'a self,
        scheme: &'a SchemeCode,
        category: &'a str,
        period: Period,
    ) -> impl Iterator<Item = &'a StandardFloorSet> {
        self.floors.iter().filter(move |floor| {
            let bound = floor.scheme == *scheme && floor.category == category;
            let base = floor.base_scheme == *scheme && floor.base_category == category;
            floor.from <= period && (bound || base)
        })
    }

    /// The months after `after` in which the standard of a part changes in an area.
    pub fn changes_after(
        &self,
        scheme: &SchemeCode,
        category: &str,
        area: &Division,
        after: Period,
    ) -> impl Iterator<Item = Period> {
        let key = (scheme.clone(), category.to_owned(), area.clone());
        let versions = self.standards.get(&key).into_iter().flat_map(BTreeMap::keys);
        versions.copied().filter(move |from| *from > after)
    }

    /// The standards of a scheme in an area that hold in a month, by part.
    pub fn standards_of<'a>(
        &'a self,
        scheme: &'a SchemeCode,
        area: &'a Division,
        period: Period,
    ) -> impl Iterator<Item = &'a StandardSet> {
        let of_scheme =
            self.standards.iter().filter(move |((s, _, a), _)| s == scheme && a == area);
        of_scheme.filter_map(move |(_, v)| v.range(..=period).next_back().map(|(_, set)| set))
    }

    /// The schemes that exclude `scheme` for the same person and month.
    pub fn excluded_by<'a>(
        &'a self,
        scheme: &'a SchemeCode,
        period: Period,
    ) -> impl Iterator<Item = &'a SchemeCode> {
        self.exclusions.iter().filter(move |pair| pair.from <= period).filter_map(move |pair| {
            if pair.one == *scheme {
                Some(&pair.other)
            } else if pair.other == *scheme {
                Some(&pair.one)
            } else {
                None
            }
        })
    }

    pub(super) fn evolve(&mut self, statement: &Statement<'_>) {
        if let Body::SchemeSet(scheme) = statement.body() {
            let versions = self.schemes.entry(scheme.code.clone()).or_default();
            versions.insert(scheme.from, scheme.clone());
        } else if let Body::StandardSet(standard) = statement.body() {
            let key = (standard.scheme.clone(), standard.category.clone(), standard.area.clone());
            self.standards.entry(key).or_default().insert(standard.from, standard.clone());
        } else if let Body::ExclusionSet(exclusion) = statement.body() {
            self.exclusions.push(exclusion.clone());
        } else if let Body::StandardFloorSet(floor) = statement.body() {
            self.floors.push(floor.clone());
        } else if let Body::IndexPublished(index) = statement.body() {
            self.indices.insert(index.period, index.clone());
        } else if let Body::CalendarPublished(year) = statement.body() {
            let (holidays, worked) = (year.holidays.clone(), year.worked_weekends.clone());
            self.calendar.publish(year.year, holidays, worked);
        }
    }
}
