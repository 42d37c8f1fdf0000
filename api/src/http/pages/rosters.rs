//! 造册: what a roster is drawn for.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use ledger::act::payments::RosterKind;
use ledger::period::Period;
use serde::Deserialize;

use super::{Frame, page};
use crate::hall::Hall;
use crate::http::extract::{Asked, Visitor};
use crate::http::problem::Problem;
use crate::http::v1::money::{FundFacts, fund_facts};

#[derive(Template)]
#[template(path = "roster_new.html")]
struct NewRoster {
    frame: Frame,
    schemes: Vec<(String, String)>,
    period: String,
    funds: Vec<FundFacts>,
    /// What stands there first, where another page led here.
    scheme: String,
    kinds: Vec<(&'static str, &'static str)>,
    kind: String,
}

/// What a page that leads here knows already.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Known {
    #[serde(default)]
    scheme: String,
    period: Option<Period>,
    #[serde(default)]
    kind: String,
}

pub(super) async fn new(
    State(hall): State<Arc<Hall>>,
    Visitor(who): Visitor,
    asked: Result<Asked<Known>, Problem>,
) -> Response {
    let Known { scheme, period, kind } = match asked {
        Ok(Asked(known)) => known,
        Err(why) => return why.into_response(),
    };
    page(hall, who, "/batches", move |_, office, frame| {
        let schemes = office.books.policies.schemes();
        let schemes = schemes.map(|set| (set.code.to_string(), set.name.clone())).collect();
        let period = period.or_else(|| office.books.first_open_month());
        let period = period.map(|month| month.to_string()).unwrap_or_default();
        let funds = fund_facts(office.books);
        let kinds = RosterKind::ALL.iter().map(|kind| (kind.word(), kind.chinese())).collect();
        Ok(NewRoster { frame, schemes, period, funds, scheme, kinds, kind })
    })
    .await
}
