//! What the pages are dressed and worked with: styles and scripts, built into the program. Nothing comes from elsewhere.

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use sha2::{Digest as _, Sha256};

use crate::hall::Hall;

const STYLE: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Path, kind, bytes.
const ASSETS: &[(&str, &str, &str)] = &[
    ("/web/icon.svg", "image/svg+xml", include_str!("../../web/icon.svg")),
    ("/web/doudi.css", STYLE, include_str!("../../web/doudi.css")),
    ("/web/canonical.js", SCRIPT, include_str!("../../web/canonical.js")),
    ("/web/ledger.js", SCRIPT, include_str!("../../web/ledger.js")),
    ("/web/keys.js", SCRIPT, include_str!("../../web/keys.js")),
    ("/web/ed25519.js", SCRIPT, include_str!("../../web/ed25519.js")),
    ("/web/sealing.js", SCRIPT, include_str!("../../web/sealing.js")),
    ("/web/vendor/noble-ed25519.js", SCRIPT, include_str!("../../web/vendor/noble-ed25519.js")),
    ("/web/words.js", SCRIPT, include_str!("../../web/words.js")),
    ("/web/tables.js", SCRIPT, include_str!("../../web/tables.js")),
    ("/web/visible.js", SCRIPT, include_str!("../../web/visible.js")),
    ("/web/page.js", SCRIPT, include_str!("../../web/page.js")),
    ("/web/households.js", SCRIPT, include_str!("../../web/households.js")),
    ("/web/sign_in.js", SCRIPT, include_str!("../../web/sign_in.js")),
    ("/web/enrol.js", SCRIPT, include_str!("../../web/enrol.js")),
    ("/web/vouching.js", SCRIPT, include_str!("../../web/vouching.js")),
    ("/web/signer.js", SCRIPT, include_str!("../../web/signer.js")),
    ("/web/acts.js", SCRIPT, include_str!("../../web/acts.js")),
    ("/web/several.js", SCRIPT, include_str!("../../web/several.js")),
    ("/web/heap.js", SCRIPT, include_str!("../../web/heap.js")),
    ("/web/signing.js", SCRIPT, include_str!("../../web/signing.js")),
];

/// The addresses of all of them, and of the API's document.
pub fn router(document: String) -> Router<Arc<Hall>> {
    let router = ASSETS.iter().fold(Router::new(), |router, (path, kind, text)| {
        let tag = format!("\"{}\"", hex::encode(Sha256::digest(text)));
        router.route(
            path,
            get(move |headers: HeaderMap| async move { asset(&headers, tag, kind, text) }),
        )
    });
    router.route(
        "/api/v1/openapi.json",
        get(|| async move { ([(header::CONTENT_TYPE, "application/json")], document) }),
    )
}

/// Asked for again with every page and sent once: the tag says whether it is still the same.
fn asset(headers: &HeaderMap, tag: String, kind: &'static str, text: &'static str) -> Response {
    let known =
        headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let head = [(header::CACHE_CONTROL, "no-cache".to_owned()), (header::ETAG, tag)];
    if known {
        return (StatusCode::NOT_MODIFIED, head).into_response();
    }
    (head, [(header::CONTENT_TYPE, kind)], text).into_response()
}
