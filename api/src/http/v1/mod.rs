//! The API, version 1: one file a resource. `openapi/v1.json` is made from these functions (a test compares them).

mod batches;
pub(super) mod before_signing;
mod closing;
mod cursor;
mod drafts;
mod enrolments;
pub(super) mod entries;
mod imports;
mod lists;
pub(super) mod money;
mod persons;
mod session;
mod trials;
mod views;

use std::sync::Arc;

use axum::Router;
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::problem::ProblemDetails;
use super::rate;
use crate::hall::Hall;

#[derive(OpenApi)]
#[openapi(
    components(schemas(ProblemDetails)),
    info(
        title = "doudi 兜底账",
        description = "The books of social-assistance money: reads, drafts of acts, and acts signed by their makers. \
        Amounts are whole fen. Every read says the entry up to which the books were read (`height`)."
    )
)]
struct About;

/// What whoever asks needs no session for, as often as an address may.
fn strangers() -> OpenApiRouter<Arc<Hall>> {
    let router = OpenApiRouter::new()
        .routes(routes!(session::challenge))
        .routes(routes!(session::sign_in, session::whoami, session::sign_out))
        .routes(routes!(enrolments::invitation))
        .routes(routes!(enrolments::list, enrolments::take));
    rate::limited(router)
}

fn routes() -> OpenApiRouter<Arc<Hall>> {
    OpenApiRouter::with_openapi(About::openapi())
        .merge(strangers())
        .merge(views::routes())
        .routes(routes!(session::ledger))
        .routes(routes!(session::signer))
        .routes(routes!(batches::list))
        .routes(routes!(batches::one))
        .routes(routes!(batches::payments))
        .routes(routes!(money::funds))
        .routes(routes!(money::exceptions))
        .routes(routes!(persons::search))
        .routes(routes!(persons::plain))
        .routes(routes!(entries::list))
        .routes(routes!(entries::one))
        .routes(routes!(entries::lines))
        .routes(routes!(entries::consistency))
        .routes(routes!(enrolments::code))
        .routes(routes!(enrolments::countersign))
        .routes(routes!(enrolments::draft))
        .routes(routes!(enrolments::forget))
        .routes(routes!(drafts::of_act))
        .routes(routes!(drafts::of_roster))
        .routes(routes!(drafts::of_agreement))
        .routes(routes!(drafts::of_handover))
        .routes(routes!(drafts::of_release))
        .routes(routes!(closing::of_close))
        .routes(routes!(closing::of_bulletin))
        .routes(routes!(imports::of_response))
        .routes(routes!(imports::of_returns))
        .routes(routes!(imports::of_statement))
        .routes(routes!(lists::of_people))
        .routes(routes!(lists::of_entitlements))
        .routes(routes!(lists::of_adjustments))
        .routes(routes!(lists::of_standards))
        .routes(routes!(lists::of_persons))
        .routes(routes!(trials::of_policy))
        .routes(routes!(trials::of_allotments))
        .routes(routes!(trials::policy))
        .routes(routes!(drafts::one, drafts::forget))
        .routes(routes!(drafts::lines))
        .routes(routes!(drafts::paper))
        .routes(routes!(drafts::sign))
}

/// The routes, and the document that describes them.
pub fn router() -> (Router<Arc<Hall>>, Document) {
    let (router, mut document) = routes().split_for_parts();
    for (path, item) in &mut document.paths.paths {
        let place = path.trim_start_matches("/api/v1/").replace(['/', '-'], "_");
        let place = place.replace(['{', '}'], "");
        let operations =
            [("get", &mut item.get), ("post", &mut item.post), ("delete", &mut item.delete)];
        for (method, operation) in operations {
            // The names of our functions repeat from file to file; these do not.
            if let Some(operation) = operation {
                operation.operation_id = Some(format!("{method}_{place}"));
            }
        }
    }
    (router, document)
}

/// The document as it is checked in: `openapi/v1.json`.
#[must_use]
pub fn document() -> String {
    let (_, document) = router();
    let mut text = document.to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}
