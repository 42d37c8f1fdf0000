//! Medical spending and the alerts that follow from it: once a person and year, when spending first passes the mark.

use std::collections::BTreeMap;

use crate::act::Body;
use crate::act::medical::{AlertAnswered, AlertRuleSet};
use crate::ids::{PersonId, Seq};
use crate::line::{Line, SpendingLine};
use crate::money::Money;
use crate::period::{Date, Period};

use super::{Books, IdMap, Statement};

/// An alert 预警: a person whose spending passed the mark in a year.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Alert {
    /// The line that raised it.
    pub at: Seq,
    /// Up to when that line counts.
    pub until: Date,
    /// True if the person was a listed one 在册 then.
    pub is_listed: bool,
    /// The spending that passed the mark: total for who is listed, own for others.
    pub spent: Money,
    /// What came of it.
    pub answered: Option<AlertAnswered>,
}

/// What was spent on a person in a year so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Spent {
    /// All of it.
    pub total: Money,
    /// What the person paid.
    pub own: Money,
    /// Up to this day.
    pub until: Date,
}

/// Spending, and who is to be looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Medical {
    rules: BTreeMap<Period, AlertRuleSet>,
    spent: IdMap<PersonId, BTreeMap<i16, Spent>>,
    /// Alerts by year and person.
    pub alerts: BTreeMap<(i16, PersonId), Alert>,
}

impl Medical {
    /// What was spent on a person in a year so far, if it was ever listed.
    #[must_use]
    pub fn spent(&self, person: PersonId, year: i16) -> Option<&Spent> {
        self.spent.get(&person)?.get(&year)
    }

    /// The alerts of a person who turned out to be another one are that one's, where that one has none of the year.
    fn become_one(&mut self, person: PersonId, known: PersonId) {
        let own: Vec<i16> =
            self.alerts.keys().filter(|(_, of)| *of == person).map(|(year, _)| *year).collect();
        for year in own {
            if let Some(alert) = self.alerts.remove(&(year, person)) {
                self.alerts.entry((year, known)).or_insert(alert);
            }
        }
    }

    /// The marks from which spending is looked at, by their first month.
    pub fn rules(&self) -> impl Iterator<Item = &AlertRuleSet> {
        self.rules.values()
    }

    fn rule(&self, period: Period) -> Option<&AlertRuleSet> {
        self.rules.range(..=period).next_back().map(|(_, rule)| rule)
    }
}

/// True if a person draws one of the rule's schemes in the month, or is under watch.
fn is_listed(books: &Books, rule: &AlertRuleSet, person: PersonId, period: Period) -> bool {
    let mut held = books.cases.of_person(person);
    let draws =
        held.any(|(_, held)| rule.schemes.contains(&held.scheme) && held.due(period).is_some());
    let household = books.people.persons.get(&person).map(|known| known.household);
    let watch = household.and_then(|household| books.watches.open(household));
    draws || watch.is_some_and(|watch| watch.begun.persons.contains(&person))
}

fn alert_of(books: &Books, at: Seq, line: &SpendingLine) -> Option<Alert> {
    let period = line.until.period();
    let rule = books.medical.rule(period)?;
    let is_listed = is_listed(books, rule, line.person, period);
    let (spent, mark) =
        if is_listed { (line.amount_fen, rule.listed_fen) } else { (line.own_fen, rule.other_fen) };
    let alert = Alert { at, until: line.until, is_listed, spent, answered: None };
    (spent > mark).then_some(alert)
}

pub(super) fn evolve(books: &mut Books, statement: &Statement<'_>) {
    if let Body::AlertRuleSet(rule) = statement.body() {
        books.medical.rules.insert(rule.from, rule.clone());
    } else if let Body::MedicalListed(_) = statement.body() {
        for (_, at, line) in statement.numbered() {
            let Line::Spending(line) = line else { continue };
            let year = line.until.year();
            let alert = alert_of(books, at, line);
            let medical = &mut books.medical;
            let (total, own, until) = (line.amount_fen, line.own_fen, line.until);
            let years = medical.spent.entry(line.person).or_default();
            years.insert(year, Spent { total, own, until });
            if let Some(alert) = alert {
                medical.alerts.entry((year, line.person)).or_insert(alert);
            }
        }
    } else if let Body::PersonIdentified(identified) = statement.body() {
        books.medical.become_one(identified.person, identified.known);
    } else if let Body::AlertAnswered(answered) = statement.body()
        && let Some(alert) = books.medical.alerts.get_mut(&(answered.year, answered.person))
    {
        alert.answered = Some(answered.clone());
    }
}
