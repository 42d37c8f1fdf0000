//! 签署: what an act states, worked out by the browser, and what its maker is told beside it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use ledger::act::Body;
use ledger::act::payments::RosterKind;

use super::concerning::{Concern, concerns};
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
    concerns: Vec<Concern>,
    seq: Option<u64>,
    imported: Option<Imported>,
    left_out: Vec<String>,
    noted: Vec<String>,
}

pub(super) async fn page(
    State(hall): State<Arc<Hall>>,
    Visitor(who): Visitor,
    Path(name): Path<String>,
) -> Response {
    written(hall, who, "/", move |hall, office, frame| {
        let waiting = hall.drafts.of(who.officer, &name)?;
        let (mut imported, mut left, mut noted) = (None, Vec::new(), Vec::new());
        match waiting.told.as_ref() {
            Told::Nothing => {}
            Told::Imported(told) => imported = Some(told.as_ref().clone()),
            Told::LeftOut(told) => left = told.iter().map(left_out).collect(),
            Told::Noted(told) => noted.clone_from(told),
        }
        if let Body::RosterDrawn(drawn) = &waiting.draft.body
            && drawn.kind != RosterKind::Reissue
        {
            let misfits = hall.misfits(office, (&drawn.scheme, drawn.period))?;
            if misfits > 0 {
                noted.push(format!(
                    "本项目有{misfits}项资格的金额与现行标准不符：名册按资格现在的金额造；要按新标准发，先请信息登记岗位批量调整、县级确认。"
                ));
            }
        }
        Ok(DraftPage {
            frame,
            name,
            key: who.key.to_string(),
            kind: waiting.draft.body.kind(),
            chinese: waiting.draft.body.chinese(),
            concerns: concerns(office.books, &waiting.draft.body),
            lines: waiting.draft.entries.len(),
            seq: waiting.signed.map(|receipt| receipt.seq.0),
            imported,
            left_out: left,
            noted,
        })
    })
    .await
}
