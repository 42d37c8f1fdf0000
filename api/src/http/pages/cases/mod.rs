//! 办件: what is under way, one page a case: what is known of it, what has been done, and the form of whose turn it is.

mod advances;
mod applications;
mod claims;
mod flags;
mod proposals;
mod under_way;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use ledger::act::cases::Part;
use ledger::act::offices::Role;
use ledger::books::Books;
use ledger::ids::{HouseholdId, PersonId, SchemeCode};
use serde::Deserialize;

pub(super) use under_way::{Matter, is_open, under_way};

use super::forms::{Choice, Form};
use super::masking::{in_place, masked_name, masked_number};
use super::{Frame, page};
use crate::desk::Office;
use crate::desk::trial::try_one;
use crate::failure::Failure;
use crate::hall::Hall;
use crate::http::extract::{Asked, SignedIn, Visitor};
use crate::http::problem::Problem;
use crate::permits::{Area, Sight, holds};

/// The addresses of cases.
pub(super) fn router() -> Router<Arc<Hall>> {
    Router::new()
        .route("/cases", get(list))
        .route("/applications/{application}", get(applications::page))
        .route("/proposals/{act}", get(proposals::page))
        .route("/claims/{claim}", get(claims::page))
        .route("/advances/{advance}", get(advances::page))
        .route("/flags", get(flags::list))
        .route("/flags/{flag}", get(flags::page))
}

/// Something that is known of a case.
struct Fact {
    name: &'static str,
    value: String,
    path: Option<String>,
}

impl Fact {
    fn new(name: &'static str, value: &(impl ToString + ?Sized)) -> Fact {
        Fact { name, value: value.to_string(), path: None }
    }

    fn of_household(household: HouseholdId) -> Fact {
        let path = Some(format!("/households/{household}"));
        Fact { path, ..Fact::new("户", &household) }
    }
}

/// A step of a case.
struct StepRow {
    name: &'static str,
    done: String,
}

/// A part of an amount.
struct PartRow {
    label: String,
    amount: String,
    quantity: String,
}

fn parts_of(parts: &[Part]) -> Vec<PartRow> {
    let rows = parts.iter().map(|part| PartRow {
        label: part.label.clone(),
        amount: part.amount_fen.to_grouped_yuan(),
        quantity: part.quantity.map(|quantity| quantity.to_string()).unwrap_or_default(),
    });
    rows.collect()
}

/// A case as it is shown: forms stand there for whose turn it is, words for everybody else.
#[derive(Template)]
#[template(path = "case.html")]
struct CasePage {
    frame: Frame,
    title: String,
    facts: Vec<Fact>,
    persons: Vec<Choice>,
    parts: Vec<PartRow>,
    steps: Vec<StepRow>,
    turn: String,
    forms: Vec<Form>,
}

impl CasePage {
    fn new(frame: Frame, title: impl Into<String>) -> CasePage {
        let (facts, persons, parts) = (Vec::new(), Vec::new(), Vec::new());
        let (title, turn) = (title.into(), String::new());
        CasePage { frame, title, facts, persons, parts, steps: Vec::new(), turn, forms: Vec::new() }
    }

    /// Whose turn it is: the forms for who holds the role, a sentence for everybody else. What is stated as it stands is tried
    /// out: who could not sign it is told why, before the way is walked.
    fn turn_of(&mut self, office: Office<'_>, who: SignedIn, role: Role, forms: Vec<Form>) {
        if !holds(office.books, who.officer, role) {
            self.turn = format!("下一步由{}岗位办理。", role.chinese());
            return;
        }
        for form in forms {
            match form.stated().and_then(|body| try_one(office, who.key, &body, &[]).err()) {
                Some(why) => self.turn = format!("下一步不由您办：{why}"),
                None => self.forms.push(form),
            }
        }
    }
}

/// Refuses who may not look at a household, or not at this one.
fn demand(office: Office<'_>, who: SignedIn, household: HouseholdId) -> Result<(), Failure> {
    Sight::Household.demand(office.books, who.officer)?;
    Area::of(office.books, who.officer).demand(office.books, household)
}

/// Persons with masked names and numbers, and organisations by their names. The reading is recorded.
pub(super) fn named(
    office: Office<'_>,
    who: SignedIn,
    purpose: &str,
    persons: &[PersonId],
) -> Result<Vec<Choice>, Failure> {
    let organisations = &office.books.people.organisations;
    let is_person = |id: &&PersonId| !organisations.contains_key(*id);
    let private: Vec<PersonId> = persons.iter().filter(is_person).copied().collect();
    let mut read = Vec::new();
    if !private.is_empty() {
        read = office.vault.read_persons(&private, &office.access(who.officer, purpose))?;
    }
    let mut fields = read.into_iter();
    let named = persons.iter().map(|id| {
        let shown = match organisations.get(id) {
            Some(known) => known.name.clone(),
            None => match fields.next() {
                Some(Ok(one)) => {
                    format!("{} {}", masked_name(&one.name), masked_number(&one.id_no))
                }
                Some(Err(why)) => in_place(why)?.to_owned(),
                None => String::new(),
            },
        };
        Ok((id.to_string(), shown))
    });
    named.collect()
}

/// A scheme by code and name.
pub(super) fn scheme_name(books: &Books, code: &SchemeCode) -> String {
    let known = books.policies.newest(code);
    known.map_or_else(|| code.to_string(), |known| format!("{}（{code}）", known.name))
}

/// So many stand on a page.
const ROWS: usize = 100;

#[derive(Template)]
#[template(path = "cases.html")]
struct Cases {
    frame: Frame,
    asks_all: bool,
    /// This person opens households.
    sees_homes: bool,
    /// Of all that this person may see.
    count: usize,
    first: usize,
    last: usize,
    next: Option<usize>,
    rows: Vec<Matter>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Which {
    /// Everything of the area, not only what this person can go on with.
    #[serde(default)]
    all: bool,
    #[serde(default)]
    after: usize,
}

async fn list(
    State(hall): State<Arc<Hall>>,
    Visitor(who): Visitor,
    asked: Result<Asked<Which>, Problem>,
) -> Response {
    let Which { all, after } = match asked {
        Ok(Asked(which)) => which,
        Err(why) => return why.into_response(),
    };
    page(hall, who, "/cases", move |_, office, frame| {
        let matters = seen(office, who, all);
        let count = matters.len();
        let rows: Vec<_> = matters.into_iter().skip(after).take(ROWS).collect();
        let last = after.saturating_add(rows.len()).min(count);
        let (first, next) = ((after + 1).min(last), (last < count).then_some(last));
        let sees_homes = Sight::Household.is_for(office.books, who.officer);
        Ok(Cases { frame, asks_all: all, sees_homes, count, first, last, next, rows })
    })
    .await
}

/// What is under way in a person's area; only what this person can go on with, unless all is asked for.
pub(super) fn seen(office: Office<'_>, who: SignedIn, all: bool) -> Vec<Matter> {
    let books = office.books;
    let mut matters = under_way(books, &Area::of(books, who.officer));
    matters.retain(|one| all || one.is_for(office, who));
    matters
}
