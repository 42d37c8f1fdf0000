//! 工作移交: what is open in one's unit, to be handed to who follows, and the lists that wait to be taken.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use ledger::books::Books;
use ledger::books::handovers::Handover;
use ledger::ids::{OfficerId, Root, UnitCode};
use ledger::rejection::Rejection;
use ledger::views::open_matters;
use serde_json::json;

use super::forms::{Choice, Control, Field, Form};
use super::keys::post_of;
use super::{Frame, page as written};
use crate::desk::handing;
use crate::failure::Failure;
use crate::hall::Hall;
use crate::http::extract::{SignedIn, Visitor};

/// So many open matters stand on the page; the list that is signed has all of them.
const ROWS: usize = 200;

#[derive(Template)]
#[template(path = "handover.html")]
struct Page {
    frame: Frame,
    unit: String,
    /// Everything that is open: what, which, how much.
    count: usize,
    matters: Vec<(&'static str, String, String)>,
    /// Who could follow.
    followers: Vec<Choice>,
    /// Lists that were offered: when, by whom, to whom, how many, what became of them.
    handovers: Vec<(String, String, String, u64, &'static str)>,
    forms: Vec<Form>,
}

pub(super) async fn page(State(hall): State<Arc<Hall>>, Visitor(who): Visitor) -> Response {
    written(hall, who, "/offices", move |_, office, frame| {
        let books = office.books;
        let known = books.offices.officers.get(&who.officer);
        let own = &known.ok_or(Rejection::OfficerUnknown { officer: who.officer })?.unit;
        let open = open_matters::of_unit(books, own);
        let now = handing::now(books, own)?.root;
        let count = open.len();
        let matters = open
            .into_iter()
            .take(ROWS)
            .map(|one| (one.kind.chinese(), one.matter, one.amount_fen.to_grouped_yuan()));
        let of_unit = books.handovers.all.values().filter(|one| one.offered.unit == *own);
        let mut handovers: Vec<_> = of_unit.map(|one| row(books, one, now)).collect();
        handovers.sort_by(|one, other| other.0.cmp(&one.0));
        Ok(Page {
            frame,
            unit: post_of(books, who.officer).1,
            count,
            matters: matters.collect(),
            followers: followers(books, who, own),
            handovers,
            forms: taking(books, who)?.into_iter().collect(),
        })
    })
    .await
}

fn row(books: &Books, one: &Handover, now: Root) -> (String, String, String, u64, &'static str) {
    let post = |officer: OfficerId| post_of(books, officer).0;
    let Handover { from, offered, accepted } = one;
    let state = match accepted {
        Some(_) => "已接收",
        None if offered.manifest.root == now => "等待接收",
        None => "事项已变，须重新移交",
    };
    (offered.date.to_string(), post(*from), post(offered.to), offered.manifest.count.into(), state)
}

fn followers(books: &Books, who: SignedIn, unit: &UnitCode) -> Vec<Choice> {
    let others = books
        .offices
        .officers
        .iter()
        .filter(|(id, known)| known.in_office && known.unit == *unit && **id != who.officer);
    others.map(|(id, known)| (id.to_string(), known.post.clone())).collect()
}

/// The form by which a list is taken.
fn taking(books: &Books, who: SignedIn) -> Result<Option<Form>, Failure> {
    let lists = handing::waiting(books, who.officer)?.into_iter().map(|(act, offered)| {
        let from = books.handovers.all.get(act).map(|one| post_of(books, one.from).0);
        let said = format!(
            "{} {}移交，{}件",
            offered.date,
            from.unwrap_or_default(),
            offered.manifest.count
        );
        (json!({ "handover": act, "root": offered.manifest.root }).to_string(), said)
    });
    let lists: Vec<Choice> = lists.collect();
    if lists.is_empty() {
        return Ok(None);
    }
    let fields = vec![Field::new("handover", "移交清单", Control::Filling(lists))];
    let form = Form::new("handover.accepted", "接收移交", fields).saying("接收，去签署");
    Ok(Some(
        form.noting("接收的就是本单位此刻的全部未结事项，一件不多，一件不少；签署前逐件列出核对。"),
    ))
}
