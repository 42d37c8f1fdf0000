//! 户与人: everything that one household gets, from all units; and who has read personal fields.

mod acts;
mod timeline;

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use ledger::act::offices::Role;
use ledger::books::Books;
use ledger::ids::{AccountId, HouseholdId, UnitCode};
use ledger::money::Money;
use ledger::period::Period;
use ledger::rejection::Rejection;
use ledger::vault::AccessNote;
use ledger::views::household::{self, Aid, HouseholdPage};
use serde::Deserialize;

use acts::Home;
use timeline::Event;

use super::cases::scheme_name;
use super::forms::Form;
use super::masking::{in_place, masked_name, masked_number};
use super::{Frame, page};
use crate::desk::Office;
use crate::failure::Failure;
use crate::hall::Hall;
use crate::http::extract::{Asked, Visitor};
use crate::http::problem::Problem;
use crate::permits::{Area, Sight, holds};

#[derive(Template)]
#[template(path = "households.html")]
struct Search {
    frame: Frame,
    /// Who was found without papers: when, where, the household of one, how it ended.
    found: Vec<(String, String, String, String)>,
    forms: Vec<Form>,
}

/// Where one looks for a household.
pub(super) async fn search(State(hall): State<Arc<Hall>>, Visitor(who): Visitor) -> Response {
    page(hall, who, "/households", move |_, office, frame| {
        let books = office.books;
        Sight::Household.demand(books, who.officer)?;
        let area = Area::of(books, who.officer);
        let forms = holds(books, who.officer, Role::Registrar).then(|| acts::found(office, &area));
        let found = without_papers(books, &area);
        Ok(Search { frame, found, forms: forms.into_iter().collect() })
    })
    .await
}

/// Who was found without papers in an area, the newest first.
fn without_papers(books: &Books, area: &Area) -> Vec<(String, String, String, String)> {
    let here = books.people.found.iter().filter(|(person, _)| area.covers_payee(books, **person));
    let rows = here.filter_map(|(person, found)| {
        let known = books.people.persons.get(person)?;
        let home = books.people.households.get(&known.household)?;
        let end = found.settled.map(|(how, on)| format!("{on} {}", how.chinese()));
        let end = end.unwrap_or_else(|| "在助".to_owned());
        let end = if known.same_as.is_some() { format!("{end}（已查明身份）") } else { end };
        let (on, place) = (found.on.to_string(), home.division.to_string());
        Some((on, place, known.household.to_string(), end))
    });
    let mut rows: Vec<_> = rows.collect();
    rows.sort_by(|one, other| other.cmp(one));
    rows
}

struct Member {
    id: String,
    name: String,
    id_no: String,
    is_head: bool,
    died: String,
    account: String,
}

struct AidRow {
    entitlement: String,
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
    events: Vec<Event>,
    applications: Vec<(String, String)>,
    claims: Vec<(String, String, &'static str)>,
    is_watched: bool,
    forms: Vec<Form>,
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
        let area = Area::of(books, who.officer);
        let id: HouseholdId = id.parse().map_err(|_| Failure::usage("户编号不对。"))?;
        let period = asked.unwrap_or_else(|| office.month());
        let unknown = || Rejection::HouseholdUnknown { household: id };
        area.demand(books, id)?;
        let found = household::of(books, id, period).ok_or_else(unknown)?;
        let note = office.access(who.officer, "查看户页面");
        let members = members(office, &found, &note)?;
        let named =
            members.iter().map(|one| (one.id.clone(), format!("{} {}", one.name, one.id_no)));
        let named: Vec<_> = named.collect();
        let home = Home { office, household: id, members: &named, alerts: &found.open_alerts };
        let forms = home.forms_for(who);
        let sees_plain = Sight::Plain.is_for(books, who.officer);
        Ok(shown(books, &found, frame, (members, sees_plain, forms)))
    })
    .await
}

/// Members as they are shown: what the vault does not have any more says so.
fn members(
    office: Office<'_>,
    found: &HouseholdPage,
    note: &AccessNote,
) -> Result<Vec<Member>, Failure> {
    let people = &office.books.people;
    let head = people.households.get(&found.household).map(|known| known.head);
    let known = |person| people.persons.get(person);
    let accounts = found.members.iter().filter_map(|person| known(person)?.account);
    let ids: Vec<AccountId> = accounts.collect();
    let (fields, read) = office.vault.read_persons_and_accounts((&found.members, &ids), note)?;
    let mut accounts: BTreeMap<AccountId, String> = BTreeMap::new();
    for (id, one) in ids.into_iter().zip(read) {
        let said = match one {
            Ok(one) => format!("{} {}", one.bank_name, masked_number(&one.number)),
            Err(why) => in_place(why)?.to_owned(),
        };
        accounts.insert(id, said);
    }
    let members = found.members.iter().zip(fields).map(|(person, fields)| {
        let (name, id_no) = match fields {
            Ok(fields) => (masked_name(&fields.name), masked_number(&fields.id_no)),
            Err(why) => (in_place(why)?.to_owned(), String::new()),
        };
        let account = known(person).and_then(|known| accounts.get(&known.account?));
        let died = known(person).and_then(|known| known.died);
        Ok(Member {
            id: person.to_string(),
            name,
            id_no,
            is_head: head == Some(*person),
            died: died.map(|day| day.to_string()).unwrap_or_default(),
            account: account.cloned().unwrap_or_default(),
        })
    });
    members.collect()
}

fn shown(
    books: &Books,
    found: &HouseholdPage,
    frame: Frame,
    (members, sees_plain, forms): (Vec<Member>, bool, Vec<Form>),
) -> Household {
    let aid =
        found.aid.iter().flat_map(|(unit, all)| all.iter().map(|aid| aid_row(books, unit, aid)));
    let applications = found.applications.iter();
    let claims = found.claims.iter().map(|one| {
        let assessed = one.assessed.map(Money::to_grouped_yuan).unwrap_or_default();
        (one.claim.to_string(), assessed, if one.has_ended { "已办结" } else { "在办" })
    });
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
        events: timeline::of(books, found),
        applications: applications
            .map(|(id, of)| (scheme_name(books, of), id.to_string()))
            .collect(),
        claims: claims.collect(),
        is_watched: found.is_watched,
        forms,
    }
}

fn aid_row(books: &Books, unit: &UnitCode, aid: &Aid) -> AidRow {
    let known = books.offices.units.get(unit);
    AidRow {
        entitlement: aid.entitlement.to_string(),
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
