//! 登录: a key of this browser answers a challenge; and where a new key is made.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::{Frame, outside};
use crate::hall::Hall;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn {
    frame: Frame,
}

#[derive(Template)]
#[template(path = "enrol.html")]
struct Enrol {
    frame: Frame,
}

pub(super) async fn page(State(hall): State<Arc<Hall>>) -> Response {
    outside(hall, StatusCode::OK, |frame| SignIn { frame }.render()).await
}

/// A new key is made here, with a code from the administrator.
pub(super) async fn enrol(State(hall): State<Arc<Hall>>) -> Response {
    outside(hall, StatusCode::OK, |frame| Enrol { frame }.render()).await
}
