//! 导入文件: the import desk: the bank's files for who reconciles, lists for who registers.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use ledger::act::offices::Role;
use ledger::books::payments::BatchStage;

use super::forms::Choice;
use super::{Frame, choices, page as written};
use crate::hall::Hall;
use crate::http::extract::Visitor;
use crate::permits::holds;

#[derive(Template)]
#[template(path = "import.html")]
struct ImportDesk {
    frame: Frame,
    /// This person reconciles.
    reconciles: bool,
    /// This person registers people and cases.
    registers: bool,
    schemes: Vec<Choice>,
    policies: Vec<Choice>,
    waiting: Vec<String>,
    accounts: Vec<String>,
    today: String,
}

pub(super) async fn page(State(hall): State<Arc<Hall>>, Visitor(who): Visitor) -> Response {
    written(hall, who, "/import", move |_, office, frame| {
        let does = |role| holds(office.books, who.officer, role);
        let released = office.books.payments.batches.iter();
        let waiting = released.filter(|(_, batch)| batch.stage == BatchStage::Released);
        Ok(ImportDesk {
            frame,
            reconciles: does(Role::Reconciler),
            registers: does(Role::Registrar),
            schemes: choices::schemes(office.books),
            policies: choices::policies(office.books),
            waiting: waiting.map(|(code, _)| code.to_string()).rev().take(200).collect(),
            accounts: office.books.funds.accounts.keys().map(ToString::to_string).collect(),
            today: office.clock.today().to_string(),
        })
    })
    .await
}
