//! 待补发: payments that failed or came back and stand in nobody's hands, why, and what has to happen before they go out again.

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use ledger::act::offices::Role;
use ledger::books::Books;
use ledger::books::payments::Payment;
use ledger::ids::{PaymentRef, PersonId, SchemeCode};
use ledger::period::Period;

use super::cases::{is_open, scheme_name};
use super::{Frame, page as written};
use crate::desk::reissuing::{open_payments, ready};
use crate::hall::Hall;
use crate::http::extract::Visitor;
use crate::permits::{Area, Sight, holds};

struct Row {
    reference: String,
    batch: String,
    scheme: String,
    period: String,
    amount: String,
    state: &'static str,
    reason: &'static str,
    household: Option<String>,
    next: &'static str,
}

#[derive(Template)]
#[template(path = "outstanding.html")]
struct Outstanding {
    frame: Frame,
    /// This person opens households.
    sees_homes: bool,
    /// Where reissues can be drawn, for who draws them.
    ready: Vec<(String, String)>,
    count: usize,
    rows: Vec<Row>,
}

/// So many stand on the page, the oldest months first.
const ROWS: usize = 300;

pub(super) async fn page(State(hall): State<Arc<Hall>>, Visitor(who): Visitor) -> Response {
    written(hall, who, "/outstanding", move |_, office, frame| {
        let (books, area) = (office.books, Area::of(office.books, who.officer));
        let mut open = open_payments(books);
        open.retain(|(.., payment)| area.covers_payee(books, payment.payee));
        let count = open.len();
        open.truncate(ROWS);
        let kinds: BTreeSet<_> =
            open.iter().map(|(scheme, period, ..)| ((*scheme).clone(), *period)).collect();
        let ready = ready(books, &kinds);
        let proposed = books.people.changes.values().filter(|one| is_open(books, one));
        let proposed: BTreeSet<PersonId> = proposed.map(|one| one.changed.person).collect();
        let rows = open.iter().map(|(scheme, period, reference, payment)| {
            let is_ready = ready.values().any(|all| all.contains(reference));
            let next = next(books, payment, *period, (is_ready, &proposed));
            row(books, (scheme, *period), (reference, payment), next)
        });
        let draws = holds(books, who.officer, Role::RosterMaker);
        let links = ready.iter().filter(|(_, all)| draws && !all.is_empty());
        let links = links.map(|((scheme, period), all)| {
            let path = format!("/rosters/new?kind=reissue&scheme={scheme}&period={period}");
            (path, format!("{} {period} 补发 {} 笔", scheme_name(books, scheme), all.len()))
        });
        Ok(Outstanding {
            frame,
            sees_homes: Sight::Household.is_for(books, who.officer),
            ready: links.collect(),
            count,
            rows: rows.collect(),
        })
    })
    .await
}

/// What has to happen before it goes out again.
fn next(
    books: &Books,
    payment: &Payment,
    period: Period,
    (is_ready, proposed): (bool, &BTreeSet<PersonId>),
) -> &'static str {
    let payee = books.people.payee(payment.payee);
    let has_another = payee.is_some_and(|payee| payee.account() != Some(payment.account));
    match payment.failure() {
        _ if is_ready => "可以造补发册",
        Some(reason) if reason.forbids_reissue() => "不得补发",
        _ if payee.is_none_or(|payee| payee.is_dead_in(period)) => "收款人已死亡或停用，不再补发",
        _ if proposed.contains(&payment.payee) => "账户变更等人批准",
        Some(reason) if reason.needs_account_change() && !has_another => "先变更账户",
        _ => "资格或项目已变，请核对",
    }
}

fn row(
    books: &Books,
    (scheme, period): (&SchemeCode, Period),
    (reference, payment): (&PaymentRef, &Payment),
    next: &'static str,
) -> Row {
    let home = books.people.persons.get(&payment.payee).map(|person| person.household);
    Row {
        reference: reference.to_string(),
        batch: reference.batch().to_string(),
        scheme: scheme_name(books, scheme),
        period: period.to_string(),
        amount: payment.amount.to_grouped_yuan(),
        state: payment.state(true).chinese(),
        reason: payment.failure().map_or("", |reason| reason.chinese()),
        household: home.map(|home| home.to_string()),
        next,
    }
}
