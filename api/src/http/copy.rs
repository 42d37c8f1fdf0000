//! The host of a second copy (docs/format/copy.md §3): takes offers that prove themselves, gives out what it has.

use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use ledger::log::{KeyChain, LogCode, Offer, RecoveryCode, RecoveryFailure, SecondCopy};

type Shared = Arc<Mutex<SecondCopy>>;

/// The routes of one copy.
pub fn router(copy: SecondCopy) -> Router {
    Router::new()
        .route("/size", get(size))
        .route("/offer", post(offer))
        .route("/checkpoint", get(file))
        .route("/log-keys", get(log_keys).post(learn))
        .route("/tile/{*path}", get(file))
        .layer(DefaultBodyLimit::max(Offer::MOST_BYTES))
        .with_state(Arc::new(Mutex::new(copy)))
}

async fn size(State(copy): State<Shared>) -> Response {
    blocking(move || match lock(&copy).size() {
        Ok(size) => format!("{size}\n").into_response(),
        Err(why) => refused(&why),
    })
    .await
}

async fn offer(State(copy): State<Shared>, body: Bytes) -> Response {
    blocking(move || {
        let received = Offer::decode(&body).and_then(|offer| lock(&copy).receive(&offer));
        match received {
            Ok(size) => format!("{size}\n").into_response(),
            Err(why) => refused(&why),
        }
    })
    .await
}

async fn log_keys(State(copy): State<Shared>) -> Response {
    blocking(move || match lock(&copy).keys() {
        keys if keys.keys().len() > 1 => keys.to_string().into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    })
    .await
}

async fn learn(State(copy): State<Shared>, body: Bytes) -> Response {
    blocking(move || {
        let mut copy = lock(&copy);
        let text = String::from_utf8_lossy(&body);
        let known = KeyChain::parse(&text, copy.keys().founding()).map_err(Into::into);
        match known.and_then(|known| copy.learn(&known)) {
            Ok(()) => StatusCode::OK.into_response(),
            Err(why) => refused(&why),
        }
    })
    .await
}

async fn file(State(copy): State<Shared>, uri: Uri) -> Response {
    blocking(move || {
        let Some(path) = safe(uri.path()) else { return StatusCode::NOT_FOUND.into_response() };
        let place = lock(&copy).folder().join(&path);
        let whole = path.starts_with("tile") && !uri.path().contains(".p/");
        let keep = if whole { "public, max-age=31536000, immutable" } else { "no-cache" };
        match std::fs::read(place) {
            Ok(bytes) => ([(header::CACHE_CONTROL, keep)], bytes).into_response(),
            Err(_) => StatusCode::NOT_FOUND.into_response(),
        }
    })
    .await
}

/// Names of tiles only: letters, digits and dots, and no way out of the folder.
fn safe(path: &str) -> Option<PathBuf> {
    let path = Path::new(path.strip_prefix('/')?);
    let plain = |part: Component<'_>| match part {
        Component::Normal(name) => {
            name.as_encoded_bytes().iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'.')
        }
        Component::Prefix(_) | Component::RootDir | Component::CurDir | Component::ParentDir => {
            false
        }
    };
    path.components().all(plain).then(|| path.to_owned())
}

fn refused(why: &RecoveryFailure) -> Response {
    let words = || format!("{} {why}\n", why.code());
    match why {
        RecoveryFailure::Refused { code: RecoveryCode::OfferMoved, entry, .. } => {
            (StatusCode::CONFLICT, format!("{}\n", entry.unwrap_or(0))).into_response()
        }
        RecoveryFailure::Refused {
            code: RecoveryCode::CopyAhead | RecoveryCode::CopyForked,
            ..
        } => (StatusCode::UNPROCESSABLE_ENTITY, words()).into_response(),
        RecoveryFailure::Refused { code: RecoveryCode::OfferMalformed, .. } => {
            (StatusCode::BAD_REQUEST, words()).into_response()
        }
        RecoveryFailure::Log(failure) => {
            let status = if matches!(
                failure.code(),
                LogCode::CheckpointSignature
                    | LogCode::CheckpointOrigin
                    | LogCode::KeyChain
                    | LogCode::KeyAlgorithm
                    | LogCode::CheckpointMalformed
                    | LogCode::NoteMalformed
            ) {
                StatusCode::FORBIDDEN
            } else {
                StatusCode::INTERNAL_SERVER_ERROR
            };
            (status, words()).into_response()
        }
        RecoveryFailure::Refused { .. } => {
            (StatusCode::INTERNAL_SERVER_ERROR, words()).into_response()
        }
    }
}

fn lock(copy: &Shared) -> std::sync::MutexGuard<'_, SecondCopy> {
    copy.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn blocking(work: impl FnOnce() -> Response + Send + 'static) -> Response {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

#[cfg(test)]
mod tests {
    use super::safe;

    #[test]
    fn no_name_leads_out_of_the_copy() {
        for name in ["/tile/../../etc/passwd", "/tile/%2e%2e/x", "//etc/passwd", "checkpoint"] {
            assert_eq!(safe(name), None, "{name}");
        }
        assert!(safe("/tile/entries/x001/000.p/7").is_some());
    }
}
