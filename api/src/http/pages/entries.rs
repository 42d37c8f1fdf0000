//! 记录: the log as it is, entry by entry.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use ledger::act::offices::Role;
use ledger::books::Books;
use serde::Deserialize;

use super::forms::{Control, Field, Form};
use super::{Frame, missing, page};
use crate::desk::Office;
use crate::failure::Failure;
use crate::hall::Hall;
use crate::http::extract::{Asked, Visitor};
use crate::http::v1::entries::{EntryFacts, entry};
use crate::permits::holds;

/// So many stand on a page.
const ROWS: u64 = 50;

struct Row {
    seq: u64,
    chinese: Option<String>,
    by: String,
    time: String,
    leaf: String,
}

#[derive(Template)]
#[template(path = "entries.html")]
struct Entries {
    frame: Frame,
    from: u64,
    size: u64,
    rows: Vec<Row>,
    next: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct From {
    from: Option<u64>,
}

/// The newest if nothing is asked for.
pub(super) async fn list(
    State(hall): State<Arc<Hall>>,
    Visitor(who): Visitor,
    asked: Result<Asked<From>, crate::http::problem::Problem>,
) -> Response {
    let Asked(From { from }) = match asked {
        Ok(asked) => asked,
        Err(why) => return why.into_response(),
    };
    page(hall, who, "/entries", move |hall, office, frame| {
        let log = hall.room.log();
        let size = log.size();
        let from = from.unwrap_or_else(|| size.saturating_sub(ROWS)).min(size);
        let mut rows = Vec::new();
        for seq in from..size.min(from.saturating_add(ROWS)) {
            if let Some(facts) = entry(log, seq)? {
                let by = signer(office.books, &facts);
                let time = facts.time.unwrap_or_default();
                let (chinese, leaf) = (facts.chinese, facts.leaf.chars().take(16).collect());
                rows.push(Row { seq, chinese, by, time, leaf });
            }
        }
        let end = from.saturating_add(ROWS);
        Ok(Entries { frame, from, size, rows, next: (end < size).then_some(end) })
    })
    .await
}

#[derive(Template)]
#[template(path = "entry.html")]
struct OneEntry {
    frame: Frame,
    seq: u64,
    what: String,
    by: String,
    time: String,
    leaf: String,
    text: String,
    forms: Vec<Form>,
}

pub(super) async fn one(
    State(hall): State<Arc<Hall>>,
    Visitor(who): Visitor,
    Path(seq): Path<String>,
) -> Response {
    page(hall, who, "/entries", move |hall, office, frame| {
        let seq: u64 = seq.parse().map_err(|_| Failure::usage("记录号应为整数。"))?;
        let facts = entry(hall.room.log(), seq)?;
        let facts = facts.ok_or_else(|| missing("还没有存证头覆盖的这条记录。"))?;
        let by = signer(office.books, &facts);
        let reverses = holds(office.books, who.officer, Role::Supervisor);
        let act = facts.id.clone().filter(|_| reverses);
        let forms = act.map(|act| reversing(office, act)).into_iter().collect();
        let what = facts.chinese.unwrap_or_else(|| "明细行（由前面的动作盖住）".to_owned());
        let (time, leaf, text) = (facts.time.unwrap_or_default(), facts.leaf, facts.text);
        Ok(OneEntry { frame, seq, what, by, time, leaf, text, forms })
    })
    .await
}

/// For an act that posted money; of others the rules say that there is nothing to reverse.
fn reversing(office: Office<'_>, act: String) -> Form {
    let fields = vec![
        Field::given("act", act),
        Field::new("date", "入账日期", Control::Day(office.clock.today().to_string())),
        Field::new("reason", "原因（不写姓名）", Control::Text),
        Field::proof("evidence", "凭证"),
    ];
    let form = Form::new("entry.reversed", "红字冲销", fields);
    form.noting("全额冲销这个动作记的账；原记录不变，正确的另记一笔。")
}

/// The post of who signed, as it is now.
fn signer(books: &Books, facts: &EntryFacts) -> String {
    let key = facts.key.as_ref().and_then(|key| key.parse().ok());
    let officer = key.and_then(|key| books.offices.keys.get(&key)).map(|key| key.officer);
    let officer = officer.and_then(|officer| books.offices.officers.get(&officer));
    let named = officer.map(|officer| {
        let unit = books.offices.units.get(&officer.unit);
        let unit = unit.map_or(officer.unit.as_str(), |unit| unit.name.as_str());
        format!("{unit}{}", officer.post)
    });
    named.unwrap_or_default()
}
