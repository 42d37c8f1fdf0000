//! 登录: a key of this browser answers a challenge; and where a new key is made.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::{Html, IntoResponse as _, Response};

use super::Frame;
use crate::hall::Hall;
use crate::http::blocking;
use crate::http::problem::Problem;

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
    outside(hall, |frame| SignIn { frame }.render()).await
}

/// A new key is made here, with a code from the administrator.
pub(super) async fn enrol(State(hall): State<Arc<Hall>>) -> Response {
    outside(hall, |frame| Enrol { frame }.render()).await
}

/// A page for who is not signed in.
async fn outside(
    hall: Arc<Hall>,
    write: impl FnOnce(Frame) -> Result<String, askama::Error>,
) -> Response {
    let name =
        blocking(move || hall.room.read(|office| office.books.offices.ledger_name().to_owned()));
    match name.await {
        Ok(ledger) => {
            let frame = Frame { ledger, who: None, height: 0, here: "/sign-in" };
            Html(write(frame).unwrap_or_default()).into_response()
        }
        Err(why) => Problem::from(why).into_response(),
    }
}
