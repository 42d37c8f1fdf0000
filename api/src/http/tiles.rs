//! What everybody may read of a served ledger: checkpoint, tiles, proofs (docs/format/export.md §2). Only what the
//! newest checkpoint covers.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use ledger::ids::Seq;
use ledger::log::{LogFailure, LogReader, TileName};

use crate::desk::cosigning;

const TEXT: &str = "text/plain; charset=utf-8";
const BYTES: &str = "application/octet-stream";
const CHANGES: &str = "no-store";
const NEVER_CHANGES: &str = "public, max-age=31536000, immutable";

/// The requests that read the log.
pub fn routes(log: LogReader) -> Router {
    Router::new()
        .route("/checkpoint", get(checkpoint))
        .route("/tile/{*name}", get(tile))
        .route("/proof/{seq}", get(proof))
        .with_state(log)
}

/// With the witnesses' cosignatures, as far as they were collected.
async fn checkpoint(State(log): State<LogReader>) -> Response {
    let newest = log.newest();
    let published = tokio::task::spawn_blocking(move || cosigning::published(&log)).await;
    let note = match published {
        Ok(Ok(note)) => note,
        // Cosignatures that cannot be read keep nobody from the checkpoint itself.
        Ok(Err(why)) => {
            tracing::error!(code = why.code(), "{why}");
            newest.map(|(note, _)| note)
        }
        Err(why) => {
            tracing::error!("{why}");
            newest.map(|(note, _)| note)
        }
    };
    note.map_or_else(missing, |note| found(note.to_string().into_bytes(), TEXT, CHANGES))
}

async fn tile(State(log): State<LogReader>, uri: Uri) -> Response {
    // As it stands in the request: a name has one spelling, and an escaped one is another.
    let Ok(name) = uri.path().trim_start_matches('/').parse::<TileName>() else {
        return missing();
    };
    let read = move || log.tile(&name);
    answer(tokio::task::spawn_blocking(read).await, BYTES, NEVER_CHANGES)
}

async fn proof(State(log): State<LogReader>, Path(seq): Path<String>) -> Response {
    let Some(seq) = seq.parse::<u64>().ok().filter(|read| read.to_string() == seq) else {
        return missing();
    };
    let read = move || Ok(log.inclusion_file(Seq(seq))?.map(|file| file.to_string().into_bytes()));
    answer(tokio::task::spawn_blocking(read).await, TEXT, CHANGES)
}

fn answer(
    read: Result<Result<Option<Vec<u8>>, LogFailure>, tokio::task::JoinError>,
    kind: &'static str,
    keep: &'static str,
) -> Response {
    match read {
        Ok(Ok(Some(bytes))) => found(bytes, kind, keep),
        Ok(Ok(None)) => missing(),
        Ok(Err(why)) => {
            tracing::error!(code = why.code().code(), "{why}");
            failed(format!("{}\n{why}\n", why.code().code()))
        }
        Err(why) => {
            tracing::error!("{why}");
            failed("http.server\n".to_owned())
        }
    }
}

fn found(bytes: Vec<u8>, kind: &'static str, keep: &'static str) -> Response {
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, keep)], bytes).into_response()
}

/// What is not there yet may come: nobody keeps this answer.
fn missing() -> Response {
    let text = "没有这一项，或存证头尚未覆盖到它。\n";
    (StatusCode::NOT_FOUND, [(CONTENT_TYPE, TEXT), (CACHE_CONTROL, CHANGES)], text).into_response()
}

fn failed(text: String) -> Response {
    let head = [(CONTENT_TYPE, TEXT), (CACHE_CONTROL, CHANGES)];
    (StatusCode::INTERNAL_SERVER_ERROR, head, text).into_response()
}
