//! 户与人: everything that one household gets, from all units; and who has read personal fields.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use ledger::books::Books;
use ledger::ids::{HouseholdId, UnitCode};
use ledger::period::Period;
use ledger::rejection::Rejection;
use ledger::views::household::{self, Aid, HouseholdPage};
use serde::Deserialize;

use super::masking::{masked_name, masked_number};
use super::{Frame, page};
use crate::failure::Failure;
use crate::hall::Hall;
use crate::http::extract::{Asked, Visitor};
use crate::http::problem::Problem;
use crate::permits::Sight;

#[derive(Template)]
#[template(path = "households.html")]
struct Search {
    frame: Frame,
}

/// Where one looks for a household.
pub(super) async fn search(State(hall): State<Arc<Hall>>, Visitor(who): Visitor) -> Response {
    page(hall, who, "/households", move |_, office, frame| {
        Sight::Household.demand(office.books, who.officer)?;
        Ok(Search { frame })
    })
    .await
}

struct Member {
    id: String,
    name: String,
    id_no: String,
    is_head: bool,
    died: String,
}

struct AidRow {
    unit: String,
    scheme: String,
    category: String,
    from: String,
    last: String,
    due: String,
    paid: String,
    on_its_way: String,
}

#[derive(Template)]
#[template(path = "household.html")]
struct Household {
    frame: Frame,
    id: String,
    division: String,
    period: String,
    members: Vec<Member>,
    sees_plain: bool,
    aid: Vec<AidRow>,
    due: String,
    paid: String,
    advances: Vec<(String, String, String, &'static str)>,
    goods: Vec<(String, String, String, String)>,
    applications: Vec<(String, String)>,
    is_watched: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Month {
    period: Option<Period>,
}

pub(super) async fn one(
    State(hall): State<Arc<Hall>>,
    Visitor(who): Visitor,
    Path(id): Path<String>,
    asked: Result<Asked<Month>, Problem>,
) -> Response {
    let asked = match asked {
        Ok(Asked(Month { period })) => period,
        Err(why) => return why.into_response(),
    };
    page(hall, who, "/households", move |_, office, frame| {
        let books = office.books;
        Sight::Household.demand(books, who.officer)?;
        let id: HouseholdId = id.parse().map_err(|_| Failure::usage("户编号不对。"))?;
        let period = asked.or_else(|| books.first_open_month());
        let period = period.unwrap_or_else(|| office.clock.today().period());
        let unknown = || Rejection::HouseholdUnknown { household: id };
        let found = household::of(books, id, period).ok_or_else(unknown)?;
        let note = office.access(who.officer, "查看户页面");
        let fields = office.vault.read_persons(&found.members, &note)?;
        let head = books.people.households.get(&id).map(|known| known.head);
        let members = found.members.iter().zip(fields).map(|(person, fields)| {
            let fields = fields.ok();
            let name = fields.as_ref().map(|fields| masked_name(&fields.name));
            let id_no = fields.as_ref().map(|fields| masked_number(&fields.id_no));
            let died = books.people.persons.get(person).and_then(|known| known.died);
            Member {
                id: person.to_string(),
                name: name.unwrap_or_else(|| "（已依法清除）".to_owned()),
                id_no: id_no.unwrap_or_default(),
                is_head: head == Some(*person),
                died: died.map(|day| day.to_string()).unwrap_or_default(),
            }
        });
        let (members, sees_plain) = (members.collect(), Sight::Plain.is_for(books, who.officer));
        Ok(shown(books, &found, frame, (members, sees_plain)))
    })
    .await
}

fn shown(
    books: &Books,
    found: &HouseholdPage,
    frame: Frame,
    (members, sees_plain): (Vec<Member>, bool),
) -> Household {
    let aid =
        found.aid.iter().flat_map(|(unit, all)| all.iter().map(|aid| aid_row(books, unit, aid)));
    let advances = found.advances.iter().map(|one| {
        let state = if one.is_regularised { "已补办" } else { "未补办" };
        (one.scheme.to_string(), one.date.to_string(), one.amount.to_grouped_yuan(), state)
    });
    let goods = found.goods.iter().map(|one| {
        let quantity = format!("{}{}", one.quantity.0, one.quantity.1);
        (one.name.clone(), quantity, one.value.to_grouped_yuan(), one.date.to_string())
    });
    let applications = found.applications.iter();
    Household {
        frame,
        id: found.household.to_string(),
        division: found.division.to_string(),
        period: found.period.to_string(),
        members,
        sees_plain,
        aid: aid.collect(),
        due: found.due.to_grouped_yuan(),
        paid: found.paid.to_grouped_yuan(),
        advances: advances.collect(),
        goods: goods.collect(),
        applications: applications.map(|(id, of)| (of.to_string(), id.to_string())).collect(),
        is_watched: found.is_watched,
    }
}

fn aid_row(books: &Books, unit: &UnitCode, aid: &Aid) -> AidRow {
    let known = books.offices.units.get(unit);
    AidRow {
        unit: known.map_or_else(|| unit.to_string(), |known| known.name.clone()),
        scheme: format!("{}（{}）", aid.name, aid.scheme),
        category: aid.category.clone(),
        from: aid.from.to_string(),
        last: aid.last.map(|last| last.to_string()).unwrap_or_default(),
        due: aid.due.to_grouped_yuan(),
        paid: aid.paid.to_grouped_yuan(),
        on_its_way: aid.on_its_way.to_grouped_yuan(),
    }
}

struct Reading {
    number: u64,
    by: String,
    at: String,
    purpose: String,
    what: &'static str,
    count: u64,
}

#[derive(Template)]
#[template(path = "readings.html")]
struct Readings {
    frame: Frame,
    count: usize,
    rows: Vec<Reading>,
}

/// So many of the newest readings stand on a page.
const ROWS: usize = 200;

/// Who read which kind of personal fields, when and why, the newest first. For inspectors.
pub(super) async fn readings(State(hall): State<Arc<Hall>>, Visitor(who): Visitor) -> Response {
    page(hall, who, "/readings", move |_, office, frame| {
        Sight::Readings.demand(office.books, who.officer)?;
        let all = office.vault.accesses()?;
        let count = all.len();
        let newest = all.into_iter().rev().take(ROWS).map(|one| {
            let known = office.books.offices.officers.get(&one.officer);
            Reading {
                number: one.number,
                by: known.map(|known| known.post.clone()).unwrap_or_default(),
                at: one.at,
                purpose: one.purpose,
                what: kind_in_words(&one.kind),
                count: one.count,
            }
        });
        Ok(Readings { frame, count, rows: newest.collect() })
    })
    .await
}

fn kind_in_words(kind: &str) -> &'static str {
    match kind {
        "person" => "人员",
        "account" => "发放账户",
        "officer" => "工作人员",
        "programme-account" => "专户",
        "file" => "银行文件",
        "remark" => "银行附言",
        _ => "其他",
    }
}
