//! Acts handed in from outside, and what a signer needs to make one (docs/format/export.md §3, §4).

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_LENGTH;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use ledger::act::signed::SignedAct;
use ledger::ids::KeyId;
use ledger::law::admission;
use ledger::rejection::Rejection;
use serde_json::json;
use tokio::sync::Semaphore;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

use super::extract::Whole;
use super::problem::{Problem, of_panic, status_of};
use super::{PATIENCE, blocking};
use crate::counter::Counter;
use crate::failure::Failure;

/// An act with its lines is held in memory whole, so there is an end to it.
const MOST_BYTES: usize = 256 << 20;

/// Up to so many bytes a request is held beside any number of others: acts without lines are much shorter.
const SMALL_BYTES: u64 = 1 << 20;

/// An act alone that is no longer is read and checked sooner than another thread takes it up.
const QUICK_BYTES: usize = 8 << 10;

/// So many requests that are larger, or do not say how large they are, are held at once.
const MOST_LARGE: usize = 4;

/// The requests that write, and those that prepare for it.
pub fn routes(counter: Arc<Counter>) -> Router {
    let room = Arc::new(Semaphore::new(MOST_LARGE));
    Router::new()
        .route("/acts", post(acts))
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .layer(from_fn_with_state(room, make_room))
        .layer(RequestBodyTimeoutLayer::new(PATIENCE))
        .route("/signer/{key}", get(signer))
        .layer(CatchPanicLayer::custom(|_| of_panic()))
        .with_state(counter)
}

/// Who sends much waits for others who do, or the memory of the one process that holds the ledger would be everybody's.
async fn make_room(State(room): State<Arc<Semaphore>>, request: Request, next: Next) -> Response {
    let stated = request.headers().get(CONTENT_LENGTH);
    let stated = stated.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if stated.is_some_and(|length| length <= SMALL_BYTES) {
        return next.run(request).await;
    }
    let Ok(_held) = room.try_acquire() else {
        let text = "同时交来的大件太多，没有接收；请稍后把同一动作再交一次。";
        return refused(&Failure::refused("acts.too_many", text));
    };
    next.run(request).await
}

async fn acts(State(counter): State<Arc<Counter>>, body: Result<Whole, Problem>) -> Response {
    let body = match body {
        Ok(Whole(body)) => body,
        Err(Problem(status, why)) => return (status, Json(why.to_json())).into_response(),
    };
    let is_quick = body.len() <= QUICK_BYTES && !body.contains(&b'\n');
    let answer = if is_quick {
        match read_entries(&body).and_then(|(signed, _)| counter.queue(signed)) {
            Ok(queued) => queued.await,
            Err(why) => Err(why),
        }
    } else {
        let hand_in = move || {
            let (signed, lines) = read_entries(&body)?;
            counter.hand_in(signed, lines)
        };
        blocking(hand_in).await
    };
    match answer {
        Ok(receipt) => {
            let receipt = json!({
                "ok": true, "id": receipt.id, "seq": receipt.seq, "repeat": receipt.is_repeat,
            });
            Json(receipt).into_response()
        }
        Err(why) => refused(&why),
    }
}

/// An act's entry, and the entries of its lines, one a line.
///
/// # Errors
/// The first is not an act.
pub(crate) fn read_entries(bytes: &[u8]) -> Result<(SignedAct, Vec<Vec<u8>>), Failure> {
    let mut entries = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let entry = entries.next().unwrap_or_default().to_vec();
    let signed =
        SignedAct::decode(entry).map_err(|why| Failure::Rejected(admission::malformed(&why)))?;
    Ok((signed, entries.map(<[u8]>::to_vec).collect()))
}

async fn signer(State(counter): State<Arc<Counter>>, Path(key): Path<String>) -> Response {
    let Ok(key) = key.parse::<KeyId>() else {
        return refused(&Failure::usage("应为 /signer/ 加32位小写十六进制的密钥编号。"));
    };
    // The writer answers between two commits; nobody else waits for that.
    match blocking(move || counter.signer(key)).await {
        Ok(Some(facts)) => Json(facts).into_response(),
        Ok(None) => {
            let unknown = Failure::Rejected(Rejection::KeyUnknown { key });
            (StatusCode::NOT_FOUND, Json(unknown.to_json())).into_response()
        }
        Err(why) => refused(&why),
    }
}

fn refused(why: &Failure) -> Response {
    (status_of(why), Json(why.to_json())).into_response()
}
