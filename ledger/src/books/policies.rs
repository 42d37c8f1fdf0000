//! Policies with effective months: schemes, standards, exclusive pairs, the calendar.

use std::collections::BTreeMap;

use crate::act::Body;
use crate::act::policies::{ExclusionSet, SchemeSet, StandardSet};
use crate::ids::{Division, SchemeCode};
use crate::period::{Calendar, Period};

use super::Statement;

/// Everything that is set by policy.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Policies {
    schemes: BTreeMap<SchemeCode, BTreeMap<Period, SchemeSet>>,
    standards: BTreeMap<(SchemeCode, String, Division), BTreeMap<Period, StandardSet>>,
    exclusions: Vec<ExclusionSet>,
    /// Working days.
    pub calendar: Calendar,
}

impl Policies {
    /// The version of a scheme that holds in a month.
    #[must_use]
    pub fn scheme(&self, code: &SchemeCode, period: Period) -> Option<&SchemeSet> {
        self.schemes.get(code)?.range(..=period).next_back().map(|(_, scheme)| scheme)
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
        } else if let Body::CalendarPublished(year) = statement.body() {
            let (holidays, worked) = (year.holidays.clone(), year.worked_weekends.clone());
            self.calendar.publish(year.year, holidays, worked);
        }
    }
}
