//! One household's page.

use std::fmt::Write as _;

use ledger::books::Books;
use ledger::ids::{HouseholdId, PersonId, UnitCode};
use ledger::period::Period;
use ledger::rejection::Rejection;
use ledger::views::household::{self, Aid, HouseholdPage};

use super::{Report, document, overflow};
use crate::failure::Failure;
use crate::shown::HouseholdFacts;

pub(super) fn show(
    books: &Books,
    (household, person): (Option<HouseholdId>, Option<PersonId>),
    period: Period,
) -> Result<Report, Failure> {
    let of_person = |person| {
        let known = books.people.persons.get(&person);
        known.map(|known| known.household).ok_or(Rejection::PersonUnknown { person })
    };
    let household = match (household, person) {
        (Some(household), _) => household,
        (None, Some(person)) => of_person(person)?,
        (None, None) => return Err(Failure::usage("请用 --household 或 --person 注明哪一户。")),
    };
    if !books.people.households.contains_key(&household) {
        return Err(Rejection::HouseholdUnknown { household }.into());
    }
    let page = household::of(books, household, period).ok_or_else(overflow)?;
    Ok(Report { text: text(books, &page), json: document(books, &HouseholdFacts::of(&page)) })
}

fn unit_name<'a>(books: &'a Books, unit: &'a UnitCode) -> &'a str {
    books.offices.units.get(unit).map_or(unit.as_str(), |known| known.name.as_str())
}

fn text(books: &Books, page: &HouseholdPage) -> String {
    let mut text = format!(
        "户{}  区划{}  成员{}人  {}",
        page.household,
        page.division,
        page.members.len(),
        page.period
    );
    for (unit, aid) in &page.aid {
        let _ = write!(text, "\n{}（{unit}）", unit_name(books, unit));
        for aid in aid {
            text.push_str(&line(aid));
        }
    }
    for advance in &page.advances {
        let state = if advance.is_regularised { "已补办" } else { "未补办" };
        let (date, amount) = (advance.date, advance.amount);
        let _ = write!(text, "\n先行救助  {}  {date}  {amount}元  {state}", advance.scheme);
    }
    for claim in &page.claims {
        let assessed = claim.assessed.map_or("未定损".to_owned(), |fen| format!("定损{fen}元"));
        let state = if claim.has_ended { "已办结" } else { "在办" };
        let _ = write!(text, "\n保险理赔（保险人的钱，不计入合计）  {assessed}  {state}");
    }
    for goods in &page.goods {
        let ((quantity, unit), value) = (&goods.quantity, goods.value);
        let (name, date) = (&goods.name, goods.date);
        let _ = write!(text, "\n实物（不计入合计）  {name}{quantity}{unit}  值{value}元  {date}");
    }
    for (application, scheme) in &page.applications {
        let _ = write!(text, "\n在办申请  {scheme}  {application}");
    }
    if page.is_watched {
        text.push_str("\n防返贫监测户");
    }
    for (person, year) in &page.open_alerts {
        let _ = write!(text, "\n医疗预警未处置  {year}年  {person}");
    }
    let _ = write!(text, "\n合计：{}应发{}元，至今到户{}元", page.period, page.due, page.paid);
    text
}

fn line(aid: &Aid) -> String {
    let parts: Vec<String> =
        aid.parts.iter().map(|part| format!("{}{}", part.label, part.amount_fen)).collect();
    let due = if parts.is_empty() {
        "本月不发".to_owned()
    } else {
        format!("本月{}元（{}）", aid.due, parts.join("＋"))
    };
    let last = aid.last.map(|last| format!("至{last}")).unwrap_or_default();
    let mut text = format!(
        "\n  {}（{}）{}  {}人  {}起{last}  {due}  至今到户{}元",
        aid.name,
        aid.scheme,
        aid.category,
        aid.persons.len(),
        aid.from,
        aid.paid
    );
    if aid.on_its_way.is_positive() {
        let _ = write!(text, "，在途{}元", aid.on_its_way);
    }
    text
}
