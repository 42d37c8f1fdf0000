//! 密钥: which keys wait to be enrolled, who vouches for them, and codes for new ones.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use ledger::act::offices::Role;
use ledger::books::Books;
use ledger::ids::{KeyId, OfficerId};

use super::{Frame, page as written};
use crate::enrolling::WaitingKey;
use crate::failure::Failure;
use crate::hall::Hall;
use crate::http::extract::{SignedIn, Visitor};
use crate::permits::holds;

/// A person in office.
struct Person {
    id: String,
    post: String,
    unit: String,
    keys: usize,
}

/// A key that waits.
struct Row {
    key: String,
    /// As it is shown: whoever vouches has the last signs from the holder, not from this page.
    shown: String,
    officer: String,
    public: String,
    post: String,
    unit: String,
    vouched: Vec<String>,
    /// This person can still vouch for it.
    is_for_me: bool,
    /// This person has.
    has_vouched: bool,
}

#[derive(Template)]
#[template(path = "keys.html")]
struct Keys {
    frame: Frame,
    own: String,
    is_admin: bool,
    rows: Vec<Row>,
    people: Vec<Person>,
}

pub(super) async fn page(State(hall): State<Arc<Hall>>, Visitor(who): Visitor) -> Response {
    written(hall, who, "/keys", move |hall, office, frame| {
        let waiting = hall.enrolling.all(office.books)?;
        let rows = waiting.iter().map(|(key, one)| row(office.books, who, *key, one)).collect();
        let is_admin = holds(office.books, who.officer, Role::Admin);
        let people = if is_admin { people(office.books) } else { Vec::new() };
        Ok(Keys { frame, own: who.key.to_string(), is_admin, rows, people })
    })
    .await
}

/// How many keys wait for this person to vouch for them, or for the administrator's act.
///
/// # Errors
/// What waits cannot be read.
pub(super) fn waiting_for(hall: &Hall, books: &Books, who: SignedIn) -> Result<usize, Failure> {
    let is_admin = holds(books, who.officer, Role::Admin);
    let waiting = hall.enrolling.all(books)?;
    let is_mine = |(key, one): &&(KeyId, WaitingKey)| {
        row(books, who, *key, one).is_for_me || (is_admin && one.countersigned.len() >= 2)
    };
    Ok(waiting.iter().filter(is_mine).count())
}

fn row(books: &Books, who: SignedIn, key: KeyId, waiting: &WaitingKey) -> Row {
    let holder = waiting.record.officer;
    let (post, unit) = post_of(books, holder);
    let vouchers = waiting.countersigned.iter().filter_map(|one| books.offices.keys.get(&one.key));
    let vouchers: Vec<OfficerId> = vouchers.map(|known| known.officer).collect();
    let has_vouched = vouchers.contains(&who.officer);
    let is_for_me = who.officer != holder && !has_vouched;
    let vouched = vouchers.into_iter().map(|officer| {
        let (post, unit) = post_of(books, officer);
        format!("{post}（{unit}）")
    });
    let key = key.to_string();
    let shown = format!("{}················", key.get(..16).unwrap_or_default());
    Row {
        key,
        shown,
        officer: holder.to_string(),
        public: waiting.record.public.clone(),
        post,
        unit,
        vouched: vouched.collect(),
        is_for_me,
        has_vouched,
    }
}

pub(super) fn post_of(books: &Books, officer: OfficerId) -> (String, String) {
    let known = books.offices.officers.get(&officer);
    let unit = known.and_then(|known| books.offices.units.get(&known.unit));
    let post = known.map(|known| known.post.clone()).unwrap_or_default();
    (post, unit.map(|unit| unit.name.clone()).unwrap_or_default())
}

/// Everybody in office, with how many keys each can sign with.
fn people(books: &Books) -> Vec<Person> {
    let in_office = books.offices.officers.iter().filter(|(_, known)| known.in_office);
    let mut people: Vec<_> = in_office
        .map(|(id, _)| {
            let (post, unit) = post_of(books, *id);
            let own = books.offices.keys.values();
            let own = own.filter(|key| key.officer == *id && key.revoked.is_none());
            Person { id: id.to_string(), post, unit, keys: own.count() }
        })
        .collect();
    people.sort_by(|one, other| (&one.unit, &one.post).cmp(&(&other.unit, &other.post)));
    people
}
