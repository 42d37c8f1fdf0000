//! Drafts of month-end: the close and the bulletin.

use std::path::Path;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use ledger::act::offices::Role;
use ledger::period::{Date, Period};
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::extract::{JsonBody, SignedIn};
use super::super::problem::{Problem, WriteRefused};
use super::drafts::{DraftName, make};
use crate::desk::closing::closed;
use crate::desk::documents::{Issue, bulletin_draft};
use crate::drafts::Told;
use crate::hall::Hall;

/// A month.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MonthWish {
    /// Such as `2020-10`.
    #[schema(value_type = String)]
    period: Period,
}

/// Drafts the close of a month, with its figures as the books stand.
#[utoipa::path(post, path = "/api/v1/drafts/closing", request_body = MonthWish, responses(
    (status = 200, body = DraftName), WriteRefused))]
pub async fn of_close(
    State(hall): State<Arc<Hall>>,
    who: SignedIn,
    JsonBody(wish): JsonBody<MonthWish>,
) -> Result<Json<DraftName>, Problem> {
    make(hall, who, Some(Role::Accountant), move |office| {
        Ok((closed(office.books, wish.period)?, Told::Nothing))
    })
    .await
}

/// A bulletin.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulletinWish {
    /// The month.
    #[schema(value_type = String)]
    period: Period,
    /// Document number.
    number: String,
    /// Day of signature.
    #[schema(value_type = String)]
    signed_on: Date,
}

/// Drafts the issue of a month's bulletin: its documents lie in `out/` once it is in the books.
#[utoipa::path(post, path = "/api/v1/drafts/bulletin", request_body = BulletinWish, responses(
    (status = 200, body = DraftName), WriteRefused))]
pub async fn of_bulletin(
    State(hall): State<Arc<Hall>>,
    who: SignedIn,
    JsonBody(wish): JsonBody<BulletinWish>,
) -> Result<Json<DraftName>, Problem> {
    make(hall, who, Some(Role::BulletinWriter), move |office| {
        let issue = Issue { number: &wish.number, signed_on: wish.signed_on };
        let (mut draft, documents) = bulletin_draft(office, wish.period, &issue)?;
        let out = documents.into_iter().map(|one| (Path::new("out").join(one.name), one.bytes));
        draft.outgoing.extend(out);
        Ok((draft, Told::Nothing))
    })
    .await
}
