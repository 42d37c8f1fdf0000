//! Rules for medical alerts: each list counts up to a later day of the year, and each alert has one answer.

use std::collections::BTreeSet;

use crate::act::Body;
use crate::act::medical::{AlertAnswered, AlertRuleSet};
use crate::books::{Books, Statement};
use crate::line::{Line, SpendingLine};
use crate::rejection::Rejection;

use super::{filled, positive};

pub(super) fn decide(books: &Books, statement: &Statement<'_>) -> Result<(), Rejection> {
    if let Body::AlertRuleSet(rule) = statement.body() {
        set(books, rule)
    } else if let Body::MedicalListed(listed) = statement.body() {
        filled(&listed.source, "来源")?;
        let mut seen = BTreeSet::new();
        statement.numbered().try_for_each(|(n, _, line)| {
            let Line::Spending(line) = line else { return Ok(()) };
            if !seen.insert((line.person, line.until.year())) {
                return Err(Rejection::SpendingLineWrong {
                    n, why: "同一人同一年度出现两次"
                });
            }
            spending(books, n, line)
        })
    } else if let Body::AlertAnswered(answered) = statement.body() {
        answer(books, answered)
    } else {
        Ok(())
    }
}

fn set(books: &Books, rule: &AlertRuleSet) -> Result<(), Rejection> {
    filled(&rule.basis, "依据")?;
    let period = rule.from;
    if books.closings.open(period.first_day()).is_err() {
        return Err(Rejection::PolicyRetroactive { period });
    }
    positive(rule.listed_fen, "预警标准")?;
    positive(rule.other_fen, "预警标准")?;
    let unknown = rule.schemes.iter().find(|code| books.policies.newest(code).is_none());
    match unknown.cloned() {
        Some(scheme) => Err(Rejection::SchemeUnknown { scheme, period: rule.from }),
        None => Ok(()),
    }
}

fn spending(books: &Books, n: u32, line: &SpendingLine) -> Result<(), Rejection> {
    let wrong = |why| Err(Rejection::SpendingLineWrong { n, why });
    let person = line.person;
    books.people.current(person)?;
    if line.own_fen.is_negative() || line.amount_fen < line.own_fen {
        return wrong("自负金额小于零，或大于总费用");
    }
    let before = books.medical.spent(person, line.until.year());
    if before.is_some_and(|before| line.until <= before.until) {
        return wrong("已有同日或更晚截止的数据");
    }
    Ok(())
}

fn answer(books: &Books, answered: &AlertAnswered) -> Result<(), Rejection> {
    filled(&answered.reason, "处置情况")?;
    let (person, year) = (answered.person, answered.year);
    let alert = books.medical.alerts.get(&(year, person));
    if alert.ok_or(Rejection::AlertUnknown { person, year })?.answered.is_some() {
        return Err(Rejection::AlertAnswered { person, year });
    }
    let Some(application) = answered.application else { return Ok(()) };
    let known = books.cases.applications.get(&application);
    let known = known.ok_or(Rejection::ApplicationUnknown { application })?;
    let household = books.people.persons.get(&person).map(|known| known.household);
    if household == Some(known.filed.household) {
        Ok(())
    } else {
        Err(Rejection::NotAMember { person })
    }
}
