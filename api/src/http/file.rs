//! A file on its way to who asked for it: kept by the browser under its name, never shown as a page.

use std::fmt::Write as _;

use axum::http::header;
use axum::response::{IntoResponse as _, Response};

/// Bytes with a name, whatever letters it has.
pub fn as_file(name: &str, bytes: Vec<u8>) -> Response {
    let name = name.bytes().fold(String::new(), |mut name, byte| {
        let _ = write!(name, "%{byte:02X}");
        name
    });
    let head = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename*=UTF-8''{name}")),
    ];
    (head, bytes).into_response()
}
