//! 签署: what an act states, worked out by the browser, and what its maker is told beside it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use ledger::act::Body;
use serde_json::Value;

use super::{Frame, page as written};
use crate::desk::incoming::Imported;
use crate::drafts::Told;
use crate::hall::Hall;
use crate::http::extract::Visitor;
use crate::spoken::left_out;

#[derive(Template)]
#[template(path = "draft.html")]
struct DraftPage {
    frame: Frame,
    name: String,
    key: String,
    kind: &'static str,
    chinese: &'static str,
    lines: usize,
    batch: Option<String>,
    seq: Option<u64>,
    imported: Option<Imported>,
    left_out: Vec<String>,
    noted: Vec<String>,
}

/// The batch that an act is about, to be looked at beside it; a roster that is drawn has none yet.
fn batch_of(body: &Body) -> Option<String> {
    if matches!(body, Body::RosterDrawn(_)) {
        return None;
    }
    let body: Value = serde_json::from_slice(&body.encode().ok()?).ok()?;
    body.get("batch").and_then(Value::as_str).map(str::to_owned)
}

pub(super) async fn page(
    State(hall): State<Arc<Hall>>,
    Visitor(who): Visitor,
    Path(name): Path<String>,
) -> Response {
    written(hall, who, "/", move |hall, _, frame| {
        let waiting = hall.drafts.of(who.officer, &name)?;
        let (mut imported, mut left, mut noted) = (None, Vec::new(), Vec::new());
        match waiting.told.as_ref() {
            Told::Nothing => {}
            Told::Imported(told) => imported = Some(told.as_ref().clone()),
            Told::LeftOut(told) => left = told.iter().map(left_out).collect(),
            Told::Noted(told) => noted.clone_from(told),
        }
        Ok(DraftPage {
            frame,
            name,
            key: who.key.to_string(),
            kind: waiting.draft.body.kind(),
            chinese: waiting.draft.body.chinese(),
            batch: batch_of(&waiting.draft.body),
            lines: waiting.draft.entries.len(),
            seq: waiting.signed.map(|receipt| receipt.seq.0),
            imported,
            left_out: left,
            noted,
        })
    })
    .await
}
