//! The pages: one file a page, written by the server, worked by small scripts. Every page tells how far the books were read.

pub mod api;
mod batches;
mod cases;
mod choices;
mod concerning;
mod drafts;
mod entitlements;
mod entries;
mod exceptions;
mod files;
mod forms;
mod funds;
mod goods;
mod handover;
mod households;
mod import;
mod keys;
mod masking;
mod months;
mod offices;
mod organisations;
mod outstanding;
mod payees;
mod recoveries;
mod rosters;
mod schemes;
mod several;
mod sign_in;
mod todo;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;
use ledger::books::Books;

use super::blocking;
use super::extract::SignedIn;
use super::problem::{Problem, status_of};
use crate::desk::Office;
use crate::failure::Failure;
use crate::hall::Hall;
use crate::permits::Sight;

/// The addresses of the pages that are worked out from the books.
pub fn router() -> Router<Arc<Hall>> {
    Router::new()
        .route("/", get(todo::page))
        .route("/keys", get(keys::page))
        .route("/batches", get(batches::list))
        .route("/batches/{batch}", get(batches::one))
        .route("/rosters/new", get(rosters::new))
        .route("/import", get(import::page))
        .route("/drafts/{draft}", get(drafts::page))
        .route("/funds", get(funds::page))
        .route("/exceptions", get(exceptions::page))
        .route("/exceptions/{import}/{kind}", get(exceptions::heap))
        .route("/goods", get(goods::page))
        .route("/households", get(households::search))
        .route("/households/{household}", get(households::one))
        .route("/entitlements/{entitlement}", get(entitlements::page))
        .route("/offices", get(offices::page))
        .route("/handover", get(handover::page))
        .route("/organisations", get(organisations::page))
        .route("/outstanding", get(outstanding::page))
        .route("/recoveries", get(recoveries::page))
        .route("/schemes", get(schemes::page))
        .route("/schemes/file", get(several::policy))
        .route("/funds/list", get(several::allotments))
        .merge(cases::router())
        .route("/readings", get(households::readings))
        .route("/months", get(months::list))
        .route("/months/{period}", get(months::one))
        .route("/entries", get(entries::list))
        .route("/entries/{seq}", get(entries::one))
}

/// What waits for no page: signing in, and files.
pub fn at_once() -> Router<Arc<Hall>> {
    Router::new()
        .route("/sign-in", get(sign_in::page))
        .route("/enrol", get(sign_in::enrol))
        .route("/documents/{digest}", get(files::document))
        .route("/batches/{batch}/payment-file", get(files::payment_file))
}

/// Somebody at the head of a page.
struct Who {
    post: String,
    unit: String,
    /// The key that signed in: a page of one person is not worked with as another.
    key: String,
    /// This person reads who has read what.
    sees_readings: bool,
}

/// What stands around every page.
struct Frame {
    ledger: String,
    who: Option<Who>,
    height: u64,
    here: &'static str,
}

impl Frame {
    fn of(books: &Books, who: SignedIn, here: &'static str) -> Frame {
        let known = books.offices.officers.get(&who.officer);
        let who = known.map(|known| {
            let unit = books.offices.units.get(&known.unit);
            let unit = unit.map_or_else(|| known.unit.to_string(), |unit| unit.name.clone());
            let (post, key) = (known.post.clone(), who.key.to_string());
            let sees_readings = Sight::Readings.is_for(books, who.officer);
            Who { post, unit, key, sees_readings }
        });
        let ledger = books.offices.ledger_name().to_owned();
        Frame { ledger, who, height: books.height, here }
    }

    /// Where one can go from everywhere.
    fn places(&self) -> impl Iterator<Item = &'static (&'static str, &'static str)> {
        let sees_readings = self.who.as_ref().is_some_and(|who| who.sees_readings);
        PLACES.iter().filter(move |(path, _)| *path != "/readings" || sees_readings)
    }
}

/// The pages that everybody comes to, in the order of the work.
const PLACES: &[(&str, &str)] = &[
    ("/", "待办"),
    ("/cases", "办件"),
    ("/households", "户与人"),
    ("/batches", "名册与批次"),
    ("/import", "导入文件"),
    ("/exceptions", "存疑"),
    ("/outstanding", "待补发"),
    ("/recoveries", "追回"),
    ("/goods", "物资"),
    ("/funds", "资金"),
    ("/months", "月结与通报"),
    ("/flags", "疑点"),
    ("/schemes", "项目"),
    ("/organisations", "机构与保单"),
    ("/offices", "单位与人员"),
    ("/keys", "密钥"),
    ("/entries", "记录"),
    ("/readings", "查看记录"),
];

#[derive(Template)]
#[template(path = "refused.html")]
struct Refused {
    frame: Frame,
    code: String,
    text: String,
}

/// Reads the books for a page of somebody who is signed in, and writes it.
async fn page<T: Template>(
    hall: Arc<Hall>,
    who: SignedIn,
    here: &'static str,
    make: impl FnOnce(&Hall, Office<'_>, Frame) -> Result<T, Failure> + Send + 'static,
) -> Response {
    let answer = blocking(move || {
        hall.room.read(|office| {
            let frame = Frame::of(office.books, who, here);
            match make(&hall, office, frame).map(|page| page.render()) {
                Ok(written) => (StatusCode::OK, written),
                Err(why) => {
                    let frame = Frame::of(office.books, who, here);
                    let refused = Refused { frame, code: why.code(), text: why.to_string() };
                    (status_of(&why), refused.render())
                }
            }
        })
    });
    match answer.await {
        Ok((status, Ok(text))) => (status, Html(text)).into_response(),
        Ok((_, Err(why))) => {
            let text = format!("页面没有写成：{why}");
            let why = Failure::Machine { code: "http.server".to_owned(), text, exit: 3 };
            Problem::from(why).into_response()
        }
        Err(why) => Problem::from(why).into_response(),
    }
}

/// A page for who is not signed in, or may not be.
async fn outside(
    hall: Arc<Hall>,
    status: StatusCode,
    write: impl FnOnce(Frame) -> Result<String, askama::Error>,
) -> Response {
    let name =
        blocking(move || hall.room.read(|office| office.books.offices.ledger_name().to_owned()));
    match name.await {
        Ok(ledger) => {
            let frame = Frame { ledger, who: None, height: 0, here: "/sign-in" };
            (status, Html(write(frame).unwrap_or_default())).into_response()
        }
        Err(why) => Problem::from(why).into_response(),
    }
}

/// What a browser gets where there is no page.
pub(super) async fn nothing(hall: Arc<Hall>, text: String) -> Response {
    outside(hall, StatusCode::NOT_FOUND, |frame| {
        Refused { frame, code: "http.not_found".to_owned(), text }.render()
    })
    .await
}

/// A page that is not there.
fn missing(text: &str) -> Failure {
    Failure::refused("http.not_found", text)
}
