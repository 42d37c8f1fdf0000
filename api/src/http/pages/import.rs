//! 导入银行文件: the import desk.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use ledger::books::payments::BatchStage;

use super::{Frame, page as written};
use crate::hall::Hall;
use crate::http::extract::Visitor;

#[derive(Template)]
#[template(path = "import.html")]
struct ImportDesk {
    frame: Frame,
    waiting: Vec<String>,
    accounts: Vec<String>,
    today: String,
}

pub(super) async fn page(State(hall): State<Arc<Hall>>, Visitor(who): Visitor) -> Response {
    written(hall, who, "/import", |_, office, frame| {
        let released = office.books.payments.batches.iter();
        let waiting = released.filter(|(_, batch)| batch.stage == BatchStage::Released);
        Ok(ImportDesk {
            frame,
            waiting: waiting.map(|(code, _)| code.to_string()).rev().take(200).collect(),
            accounts: office.books.funds.accounts.keys().map(ToString::to_string).collect(),
            today: office.clock.today().to_string(),
        })
    })
    .await
}
