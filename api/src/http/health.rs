//! What machines ask: is the process alive, is it ready, what does it count. No personal data, no session.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use super::blocking;
use super::problem::Problem;
use crate::hall::Hall;

/// What is asked of them tells nobody anything about a person.
pub const ADDRESSES: &[&str] = &["/healthz", "/readyz", "/metrics"];

/// The addresses.
pub fn router() -> Router<Arc<Hall>> {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
}

/// Ready while acts are taken and the books can be read.
async fn ready(State(hall): State<Arc<Hall>>) -> Response {
    let asked = blocking(move || {
        hall.counter.alarm().refuse()?;
        hall.room.read(|office| office.books.height)
    });
    match asked.await {
        Ok(_) => "ready\n".into_response(),
        Err(why) => {
            let Problem(_, why) = why.into();
            (StatusCode::SERVICE_UNAVAILABLE, format!("{}\n", why.code())).into_response()
        }
    }
}

/// Prometheus text, version 0.0.4.
async fn metrics(State(hall): State<Arc<Hall>>) -> Response {
    let counted = blocking(move || {
        let certificate = hall.sites.certificate_ends.map(|ends| {
            let seconds = u64::try_from(ends.as_second()).unwrap_or_default();
            (
                "doudi_certificate_end_seconds",
                "When the server's certificate ends, in seconds since 1970.",
                seconds,
            )
        });
        let checkpointed = hall.room.log().size();
        let alarmed = u64::from(hall.counter.alarm().refuse().is_err());
        let waiting = hall.drafts.count() as u64;
        hall.room.read(|office| {
            let books = office.books;
            let unanswered: u64 =
                books.payments.batches.values().map(|batch| u64::from(batch.unanswered())).sum();
            let counts = [
                (
                    "doudi_entries_checkpointed",
                    "Entries that the newest checkpoint covers.",
                    checkpointed,
                ),
                ("doudi_books_height", "Entries that the pages have read.", books.height),
                ("doudi_drafts_waiting", "Acts that wait for a signature.", waiting),
                (
                    "doudi_exceptions_open",
                    "Lines of bank files that wait for a person.",
                    books.bank.exceptions.len() as u64,
                ),
                ("doudi_payments_unanswered", "Payments without a final answer.", unanswered),
                ("doudi_months_closed", "Closed months.", books.closings.closed.len() as u64),
                ("doudi_alarm", "1 once a copy or a witness knows better.", alarmed),
            ];
            counts.into_iter().chain(certificate).collect::<Vec<_>>()
        })
    });
    match counted.await {
        Ok(all) => {
            let text = all.iter().fold(String::new(), |mut text, (name, help, value)| {
                let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}");
                text
            });
            ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
        }
        Err(why) => Problem::from(why).into_response(),
    }
}
