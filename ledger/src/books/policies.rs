//! Policies with effective months: schemes, standards, exclusive pairs, the calendar.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use crate::act::Body;
use crate::act::policies::{
    ExclusionSet, IndexPublished, SchemeSet, StandardFloorSet, StandardSet, Strictness,
};
use crate::ids::{Division, SchemeCode, UnitCode};
use crate::money::Money;
use crate::period::{Calendar, Period};

use super::Statement;

/// A part of a scheme whose floor is broken, where, and from which month on.
pub type BrokenFloor = ((SchemeCode, String), Division, Period);

/// Of those that say something about the same, the one that was said last, in its place.
fn last_of_each<'a, T: 'a>(
    all: impl Iterator<Item = &'a T>,
    is_about_the_same: impl Fn(&T, &T) -> bool,
) -> impl Iterator<Item = &'a T> {
    let mut last: Vec<&T> = Vec::new();
    for one in all {
        match last.iter_mut().find(|other| is_about_the_same(other, one)) {
            Some(other) => *other = one,
            None => last.push(one),
        }
    }
    last.into_iter()
}

impl StandardFloorSet {
    fn is_between_the_same(&self, other: &StandardFloorSet) -> bool {
        let bound = (&self.scheme, &self.category) == (&other.scheme, &other.category);
        let base = (&self.base_scheme, &self.base_category);
        bound && base == (&other.base_scheme, &other.base_category)
    }

    /// The least that `bound` may be beside `base`, to the fen, if it is less.
    fn broken_by(&self, bound: Money, base: Money) -> Option<Money> {
        let share = i128::from(base.fen()) * i128::from(self.permille);
        let least = i64::try_from((share + 999).div_euclid(1000)).unwrap_or(i64::MAX);
        (bound.fen() < least).then(|| Money::from_fen(least))
    }
}

impl ExclusionSet {
    /// The other scheme of the pair, if `scheme` is one of it.
    fn other_than(&self, scheme: &SchemeCode) -> Option<&SchemeCode> {
        if self.one == *scheme {
            Some(&self.other)
        } else {
            (self.other == *scheme).then_some(&self.one)
        }
    }

    fn is_of_the_same(&self, other: &ExclusionSet) -> bool {
        self.other_than(&other.one) == Some(&other.other)
    }

    fn strictness(&self) -> Strictness {
        self.effect.unwrap_or(Strictness::Refused)
    }
}

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

    /// True if there is such a scheme, from whatever month on.
    #[must_use]
    pub fn knows(&self, code: &SchemeCode) -> bool {
        self.schemes.contains_key(code)
    }

    /// The parts for which a scheme has a standard, anywhere and at any time.
    #[must_use]
    pub fn labels(&self, scheme: &SchemeCode) -> BTreeSet<&str> {
        let own = self.standards.keys().filter(|(of, ..)| of == scheme);
        own.map(|(_, label, _)| label.as_str()).collect()
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
            let mut newest_first = self.exclusions.iter().rev();
            let same = |pair: &&ExclusionSet| pair.is_of_the_same(set) && pair.from == set.from;
            let known = newest_first.find(same);
            known.is_some_and(|known| known.strictness() == set.strictness())
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

    /// The floors that hold in a month: of those between the same two parts, the newest.
    pub fn floors(&self, period: Period) -> impl Iterator<Item = &StandardFloorSet> {
        let mut newest: Vec<&StandardFloorSet> = Vec::new();
        for floor in self.floors.iter().filter(|floor| floor.from <= period) {
            match newest.iter_mut().find(|other| other.is_between_the_same(floor)) {
                Some(other) if other.from <= floor.from => *other = floor,
                Some(_) => {}
                None => newest.push(floor),
            }
        }
        newest.into_iter()
    }

    /// The floors that begin after a month: of those between the same two parts from one month on, the newest.
    pub fn floors_after(&self, period: Period) -> impl Iterator<Item = &StandardFloorSet> {
        let later = move |floor: &&StandardFloorSet| floor.from > period;
        last_of_each(self.floors.iter().filter(later), |one, other| {
            one.from == other.from && one.is_between_the_same(other)
        })
    }

    /// What holds of pairs of schemes in a month: of each pair, what was said with the latest first month.
    pub fn pairs(&self, period: Period) -> impl Iterator<Item = &ExclusionSet> {
        let mut newest: Vec<&ExclusionSet> = Vec::new();
        for pair in self.exclusions.iter().filter(|pair| pair.from <= period) {
            match newest.iter_mut().find(|other| other.is_of_the_same(pair)) {
                Some(other) if other.from <= pair.from => *other = pair,
                Some(_) => {}
                None => newest.push(pair),
            }
        }
        newest.into_iter()
    }

    /// What is said of pairs of schemes from a later month on: of each pair and month, what was said last.
    pub fn pairs_after(&self, period: Period) -> impl Iterator<Item = &ExclusionSet> {
        let later = move |pair: &&ExclusionSet| pair.from > period;
        last_of_each(self.exclusions.iter().filter(later), |one, other| {
            one.from == other.from && one.is_of_the_same(other)
        })
    }

    /// The versions of schemes that begin after a month.
    pub fn schemes_after(&self, period: Period) -> impl Iterator<Item = &SchemeSet> {
        let later = (Bound::Excluded(period), Bound::Unbounded);
        self.schemes.values().flat_map(move |versions| versions.range(later).map(|(_, one)| one))
    }

    /// Where and from when a floor is broken, in any area and month in which either standard or a floor changes.
    #[must_use]
    pub fn broken_floors(&self) -> BTreeMap<BrokenFloor, (Money, Money)> {
        let changes = self.standards.values().flat_map(BTreeMap::keys).copied();
        let months: BTreeSet<_> = changes.chain(self.floors.iter().map(|f| f.from)).collect();
        let areas: BTreeSet<_> = self.standards.keys().map(|(_, _, area)| area).collect();
        let mut broken = BTreeMap::new();
        for month in months {
            for floor in self.floors(month) {
                for area in &areas {
                    let bound = self.standard(&floor.scheme, &floor.category, area, month);
                    let base = self.standard(&floor.base_scheme, &floor.base_category, area, month);
                    let (Some(bound), Some(base)) = (bound, base) else { continue };
                    if let Some(least) = floor.broken_by(bound.amount_fen, base.amount_fen) {
                        let part = (floor.scheme.clone(), floor.category.clone());
                        let place = (part, (*area).clone(), month);
                        broken.insert(place, (bound.amount_fen, least));
                    }
                }
            }
        }
        broken
    }

    /// These policies with one standard more.
    #[must_use]
    pub fn with(&self, standard: &StandardSet) -> Policies {
        let mut policies = self.clone();
        policies.set(standard);
        policies
    }

    fn set(&mut self, standard: &StandardSet) {
        let key = (standard.scheme.clone(), standard.category.clone(), standard.area.clone());
        self.standards.entry(key).or_default().insert(standard.from, standard.clone());
    }

    /// The standards of a scheme that hold in a month, in any area, and those that will hold later: by part, area and month.
    pub fn standing<'a>(
        &'a self,
        scheme: &'a SchemeCode,
        period: Period,
    ) -> impl Iterator<Item = &'a StandardSet> {
        let own = self.standards.iter().filter(move |((of, _, _), _)| of == scheme);
        own.flat_map(move |(_, versions)| {
            let now = versions.range(..=period).next_back();
            let later = versions.range((Bound::Excluded(period), Bound::Unbounded));
            now.into_iter().chain(later).map(|(_, standard)| standard)
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
        let paired = self.paired_with(scheme, period);
        paired.filter(|(_, strictness)| *strictness == Strictness::Refused).map(|(other, _)| other)
    }

    /// The schemes that make a pair with `scheme` in a month, and what is said of the pair: by the act with the latest first month.
    pub fn paired_with<'a>(
        &'a self,
        scheme: &'a SchemeCode,
        period: Period,
    ) -> impl Iterator<Item = (&'a SchemeCode, Strictness)> {
        let mut newest: BTreeMap<&SchemeCode, &ExclusionSet> = BTreeMap::new();
        for pair in self.exclusions.iter().filter(|pair| pair.from <= period) {
            let Some(other) = pair.other_than(scheme) else { continue };
            let before = newest.get(other);
            if before.is_none_or(|before| before.from <= pair.from) {
                newest.insert(other, pair);
            }
        }
        newest.into_iter().map(|(other, pair)| (other, pair.strictness()))
    }

    /// True if two schemes exclude each other in any month from one on and up to `until`, or ever if that is open.
    #[must_use]
    pub fn excludes_within(
        &self,
        (one, other): (&SchemeCode, &SchemeCode),
        from: Period,
        until: Option<Period>,
    ) -> bool {
        let begins = self.exclusions.iter().filter(|pair| pair.other_than(one) == Some(other));
        let begins = begins.map(|pair| pair.from.max(from));
        let mut months = begins.filter(|month| until.is_none_or(|until| *month <= until));
        months.any(|month| self.excluded_by(one, month).any(|excluded| excluded == other))
    }

    pub(super) fn evolve(&mut self, statement: &Statement<'_>) {
        if let Body::SchemeSet(scheme) = statement.body() {
            let versions = self.schemes.entry(scheme.code.clone()).or_default();
            versions.insert(scheme.from, scheme.clone());
        } else if let Body::StandardSet(standard) = statement.body() {
            self.set(standard);
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
