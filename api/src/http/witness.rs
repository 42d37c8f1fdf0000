//! C2SP tlog-witness over HTTP: `POST /add-checkpoint`, and nothing else.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use ledger::witness::MOST_REQUEST_BYTES;

use crate::clock::Clock;
use crate::witness::{NotCosigned, WitnessFolder};

const TEXT: &str = "text/plain; charset=utf-8";
const SIZE: &str = "text/x.tlog.size";

/// The witness's routes; its submission prefix is where they are mounted.
pub fn router(witness: Arc<WitnessFolder>) -> Router {
    Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .layer(DefaultBodyLimit::max(MOST_REQUEST_BYTES))
        .with_state(witness)
}

async fn add_checkpoint(State(witness): State<Arc<WitnessFolder>>, request: Bytes) -> Response {
    // Writing and syncing the state waits for a disk: not on a thread that serves others.
    let answer = move || witness.answer(&request, || Clock::Machine.unix_seconds());
    match tokio::task::spawn_blocking(answer).await {
        Ok(Ok(cosigned)) => respond(StatusCode::OK, TEXT, cosigned.line),
        Ok(Err(not)) => refuse(&not),
        Err(_) => respond(StatusCode::INTERNAL_SERVER_ERROR, TEXT, String::new()),
    }
}

fn refuse(not: &NotCosigned) -> Response {
    let refused = &not.refused;
    let status = StatusCode::from_u16(refused.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    match refused.size {
        Some(size) => respond(status, SIZE, format!("{size}\n")),
        None => respond(status, TEXT, format!("{}: {}\n", refused.why.code().code(), refused.why)),
    }
}

fn respond(status: StatusCode, content_type: &'static str, body: String) -> Response {
    (status, [(header::CONTENT_TYPE, content_type)], body).into_response()
}
