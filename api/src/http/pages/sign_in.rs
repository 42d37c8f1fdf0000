//! 登录: a key of this browser answers a challenge.

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

pub(super) async fn page(State(hall): State<Arc<Hall>>) -> Response {
    let name =
        blocking(move || hall.room.read(|office| office.books.offices.ledger_name().to_owned()));
    match name.await {
        Ok(ledger) => {
            let frame = Frame { ledger, who: None, height: 0, here: "/sign-in" };
            Html(SignIn { frame }.render().unwrap_or_default()).into_response()
        }
        Err(why) => Problem::from(why).into_response(),
    }
}
