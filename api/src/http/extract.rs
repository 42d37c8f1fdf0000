//! What a request brings, refused in our own words: who asks, JSON bodies, questions, signed entries.

use std::error::Error;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use http_body_util::LengthLimitError;
use ledger::ids::{KeyId, OfficerId};
use ledger::log::MAX_ENTRY_BYTES;
use serde::de::DeserializeOwned;
use tower_http::timeout::TimeoutError;
use tower_sessions::Session;

use super::problem::{Problem, of_http};
use super::{MOST_BYTES, blocking};
use crate::failure::Failure;
use crate::hall::Hall;
use crate::signing_in::in_office;
use crate::spoken;

/// Under this name a session keeps the key that signed in.
pub(super) const KEY: &str = "key";

/// Somebody who signed in, with a key that is still valid and a person still in office.
#[derive(Clone, Copy)]
pub struct SignedIn {
    /// The key.
    pub key: KeyId,
    /// The person.
    pub officer: OfficerId,
}

impl FromRequestParts<Arc<Hall>> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, hall: &Arc<Hall>) -> Result<SignedIn, Problem> {
        let nobody = || of_http("session.none", "还没有登录，或登录已过期。请重新登录。");
        let session = Session::from_request_parts(parts, hall).await;
        let session = session.map_err(|_| nobody())?;
        let key = session.get::<KeyId>(KEY).await.ok().flatten().ok_or_else(nobody)?;
        let hall = Arc::clone(hall);
        let officer =
            blocking(move || hall.room.read(|office| in_office(office.books, key))?).await;
        match officer {
            Ok(officer) => Ok(SignedIn { key, officer }),
            // Revoked, suspended or dismissed since: the session ends here.
            Err(why)
                if matches!(why, Failure::Rejected(_)) || why.code() == "session.dismissed" =>
            {
                session.flush().await.ok();
                Err(Problem(StatusCode::UNAUTHORIZED, why))
            }
            Err(why) => Err(why.into()),
        }
    }
}

/// As [`SignedIn`], for pages: who has not signed in is led to where one does.
pub struct Visitor(pub SignedIn);

impl FromRequestParts<Arc<Hall>> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, hall: &Arc<Hall>) -> Result<Visitor, Response> {
        let signed_in = SignedIn::from_request_parts(parts, hall).await;
        signed_in.map(Visitor).map_err(|problem| match problem {
            Problem(StatusCode::UNAUTHORIZED, _) => Redirect::to("/sign-in?ended").into_response(),
            other => other.into_response(),
        })
    }
}

/// What a person states in a form is shorter than this.
const LONGEST_JSON: usize = 1 << 20;

/// An entry, and the line feed that may follow it.
const LONGEST_ENTRY: usize = MAX_ENTRY_BYTES + 1;

/// A body of JSON, known keys only.
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<JsonBody<T>, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let is_json = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
        if !is_json {
            let text = "请求的内容应为 application/json。";
            return Err(Problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, Failure::usage(text)));
        }
        let bytes = whole(request, LONGEST_JSON).await?;
        let read = serde_json::from_slice(&bytes).map_err(|why| {
            Failure::usage(format!("请求的内容读不懂：{}", spoken::of_json(&why)))
        })?;
        Ok(JsonBody(read))
    }
}

/// The bytes of a signed act: never more than an entry has.
pub struct Entry(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for Entry {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Entry, Problem> {
        whole(request, LONGEST_ENTRY).await.map(Entry)
    }
}

/// The bytes of a file, up to the most that is taken.
pub struct Whole(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for Whole {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Whole, Problem> {
        whole(request, MOST_BYTES).await.map(Whole)
    }
}

/// The body, no longer than that. What says itself that it is longer is not waited for.
async fn whole(request: Request, most: usize) -> Result<Bytes, Problem> {
    let too_large = || of_http("http.too_large", "内容超过上限，没有接收。");
    let stated = request.headers().get(header::CONTENT_LENGTH);
    let stated = stated.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if stated.is_some_and(|length| length > most) {
        return Err(too_large());
    }
    axum::body::to_bytes(request.into_body(), most).await.map_err(|why| {
        if comes_of::<LengthLimitError>(&why) {
            too_large()
        } else if comes_of::<TimeoutError>(&why) {
            of_http("http.slow", "内容传到一半停住了，没有接收，请重试。")
        } else {
            Failure::usage("内容没有传完，请重试。").into()
        }
    })
}

/// True if it is that error, or one of its sources is.
fn comes_of<E: Error + 'static>(why: &(dyn Error + 'static)) -> bool {
    why.is::<E>() || why.source().is_some_and(comes_of::<E>)
}

/// What stands behind the question mark, known names only.
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Asked<T>, Problem> {
        let query = Query::<T>::from_request_parts(parts, state).await;
        query.map(|Query(asked)| Asked(asked)).map_err(|why| {
            let said = why.body_text();
            let said = said.rsplit_once("query string: ").map_or(said.as_str(), |(_, said)| said);
            let said = spoken::of_parser(said);
            Failure::usage(format!("网址里问号后面的参数不对：{said}。")).into()
        })
    }
}
