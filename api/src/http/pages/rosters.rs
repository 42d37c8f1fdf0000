//! 造册: what a roster is drawn for.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::{Frame, page};
use crate::hall::Hall;
use crate::http::extract::Visitor;
use crate::http::v1::money::{FundFacts, fund_facts};

#[derive(Template)]
#[template(path = "roster_new.html")]
struct NewRoster {
    frame: Frame,
    schemes: Vec<(String, String)>,
    period: String,
    funds: Vec<FundFacts>,
}

pub(super) async fn new(State(hall): State<Arc<Hall>>, Visitor(who): Visitor) -> Response {
    page(hall, who, "/batches", |_, office, frame| {
        let schemes = office.books.policies.schemes();
        let schemes = schemes.map(|set| (set.code.to_string(), set.name.clone())).collect();
        let open = office.books.first_open_month();
        let period = open.map(|month| month.to_string()).unwrap_or_default();
        Ok(NewRoster { frame, schemes, period, funds: fund_facts(office.books) })
    })
    .await
}
