//! Cases: applications and claims. For who opens households, of their own area.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use ledger::ids::{ApplicationId, ClaimId};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::super::extract::{Asked, SignedIn};
use super::super::super::problem::{Problem, SightRefused};
use super::super::batches::AsOf;
use super::super::cursor::limit;
use super::one::named;
use super::{Read, homes_of, read_for};
use crate::desk::Office;
use crate::hall::Hall;
use crate::shown::{self, ApplicationFacts, ApplicationPage, ClaimPage, ClaimWhole};

/// The addresses of all of them.
pub(super) fn routes() -> OpenApiRouter<Arc<Hall>> {
    OpenApiRouter::new()
        .routes(routes!(applications))
        .routes(routes!(application))
        .routes(routes!(claims))
        .routes(routes!(claim))
}

/// Which page of cases.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CaseQuestion {
    /// Cases beyond this one; `next` of the page before.
    after: Option<String>,
    /// 1 to 500; 100 if it is not said.
    limit: Option<usize>,
    /// The books as they stood after this entry.
    as_of: Option<u64>,
}

/// Open applications 在办申请.
#[utoipa::path(get, path = "/api/v1/applications", params(CaseQuestion), responses(
    (status = 200, body = Read<ApplicationPage>), SightRefused))]
pub async fn applications(
    State(hall): State<Arc<Hall>>,
    who: SignedIn,
    Asked(asked): Asked<CaseQuestion>,
) -> Result<Json<Read<ApplicationPage>>, Problem> {
    let limit = limit(asked.limit)?;
    let after = asked.after.map(|after| named("申请编号", &after)).transpose()?;
    let view = move |office: Office<'_>, area| {
        Ok(shown::applications(office.books, &area, (after, limit)))
    };
    read_for(hall, asked.as_of, move |office| homes_of(office, who), view).await
}

/// One application 申请, open or ended.
#[utoipa::path(get, path = "/api/v1/applications/{application}", params(("application" = String, Path), AsOf), responses(
    (status = 200, body = Read<ApplicationFacts>), SightRefused))]
pub async fn application(
    State(hall): State<Arc<Hall>>,
    who: SignedIn,
    Path(id): Path<String>,
    Asked(AsOf { as_of }): Asked<AsOf>,
) -> Result<Json<Read<ApplicationFacts>>, Problem> {
    let id: ApplicationId = named("申请编号", &id)?;
    let judge = move |office: Office<'_>| {
        let area = homes_of(office, who)?;
        area.demand(office.books, shown::application(office.books, id)?.household())
    };
    read_for(hall, as_of, judge, move |office, ()| shown::application(office.books, id)).await
}

/// Open claims 在办理赔.
#[utoipa::path(get, path = "/api/v1/claims", params(CaseQuestion), responses(
    (status = 200, body = Read<ClaimPage>), SightRefused))]
pub async fn claims(
    State(hall): State<Arc<Hall>>,
    who: SignedIn,
    Asked(asked): Asked<CaseQuestion>,
) -> Result<Json<Read<ClaimPage>>, Problem> {
    let limit = limit(asked.limit)?;
    let after = asked.after.map(|after| named("理赔编号", &after)).transpose()?;
    let view =
        move |office: Office<'_>, area| Ok(shown::claims(office.books, &area, (after, limit)));
    read_for(hall, asked.as_of, move |office| homes_of(office, who), view).await
}

/// One claim 理赔, open or ended.
#[utoipa::path(get, path = "/api/v1/claims/{claim}", params(("claim" = String, Path), AsOf), responses(
    (status = 200, body = Read<ClaimWhole>), SightRefused))]
pub async fn claim(
    State(hall): State<Arc<Hall>>,
    who: SignedIn,
    Path(id): Path<String>,
    Asked(AsOf { as_of }): Asked<AsOf>,
) -> Result<Json<Read<ClaimWhole>>, Problem> {
    let id: ClaimId = named("理赔编号", &id)?;
    let judge = move |office: Office<'_>| {
        let area = homes_of(office, who)?;
        area.demand(office.books, shown::claim(office.books, id)?.household())
    };
    read_for(hall, as_of, judge, move |office, ()| shown::claim(office.books, id)).await
}
