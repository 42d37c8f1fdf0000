//! Trials: what a file that sets many things would have its bringer sign, act by act, and what would come of it. Nothing is kept.

use std::path::Path;
use std::sync::{Arc, PoisonError};

use axum::Json;
use axum::extract::{self, State};
use axum::response::Response;
use ledger::act::Body;
use ledger::act::offices::Role;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::super::blocking;
use super::super::extract::{Asked, SignedIn, Whole};
use super::super::file::as_file;
use super::super::problem::{Problem, ReadRefused, WriteRefused, of_http};
use super::batches::AsOf;
use super::before_signing::{demand, stated};
use super::imports::opened;
use crate::desk::lists::allotments::{self, Allotted};
use crate::desk::{Office, policy_file};
use crate::failure::Failure;
use crate::hall::Hall;
use crate::spoken::text_of;

/// A file that is tried out.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FileQuestion {
    /// The file's name.
    name: String,
}

/// An act that would be signed.
#[derive(Serialize, ToSchema)]
pub struct TriedAct {
    /// The kind (docs/format/kinds.md).
    kind: &'static str,
    /// The body of that kind.
    #[schema(value_type = Object)]
    body: Value,
}

/// What a file would do.
#[derive(Serialize, ToSchema)]
pub struct Trial {
    /// The acts, in the order in which they are signed: what a later one needs, an earlier one sets. None if the books hold all of it.
    acts: Vec<TriedAct>,
    /// What would come of them, in sentences.
    told: Vec<String>,
}

/// Tries out a file for who may sign what comes of it.
async fn try_out(
    hall: Arc<Hall>,
    who: SignedIn,
    role: Role,
    tried: impl FnOnce(Office<'_>) -> Result<(Vec<Body>, Vec<String>), Failure> + Send + 'static,
) -> Result<Json<Trial>, Problem> {
    let trial = blocking(move || {
        // One at a time, in their order.
        let _turn = hall.trial.lock().unwrap_or_else(PoisonError::into_inner);
        hall.room.read(|office| {
            demand(office, who, Some(role))?;
            let (acts, told) = tried(office)?;
            let acts = acts.iter().map(|act| {
                Ok::<_, Failure>(TriedAct { kind: act.kind(), body: stated(office, who, act)? })
            });
            Ok(Trial { acts: acts.collect::<Result<_, _>>()?, told })
        })?
    });
    Ok(Json(trial.await?))
}

/// A policy file has at most so many bytes.
const LONGEST: usize = 1 << 20;

/// Tries out a policy file 政策文件 (docs/format/policies.md): a scheme, its standards, floors and exclusive pairs.
#[utoipa::path(post, path = "/api/v1/trials/policy", params(FileQuestion),
    request_body(content = String, content_type = "application/octet-stream", description = "the file, byte for byte"), responses(
    (status = 200, body = Trial), WriteRefused))]
pub async fn of_policy(
    State(hall): State<Arc<Hall>>,
    who: SignedIn,
    Asked(FileQuestion { name }): Asked<FileQuestion>,
    Whole(bytes): Whole,
) -> Result<Json<Trial>, Problem> {
    try_out(hall, who, Role::PolicySetter, move |office| {
        let path = Path::new(&name);
        if bytes.len() > LONGEST {
            return Err(Failure::usage(format!(
                "{name}超过1 MiB，不像政策文件。请核对是否选错了文件。"
            )));
        }
        let text = text_of(path, &bytes)?;
        if text.contains('\0') {
            return Err(Failure::usage(format!("{name}不是文本文件。请核对是否选错了文件。")));
        }
        let acts = policy_file::read(path, text)?;
        let run = policy_file::try_out(office, who.key, acts)?;
        if run.acts.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        let told = [run.changes(office.books), run.told("没有在这里列出")].concat();
        Ok((run.acts, told))
    })
    .await
}

/// Tries out a list of allotments 指标.
#[utoipa::path(post, path = "/api/v1/trials/allotments", params(FileQuestion),
    request_body(content = String, content_type = "application/octet-stream", description = "the file, byte for byte"), responses(
    (status = 200, body = Trial), WriteRefused))]
pub async fn of_allotments(
    State(hall): State<Arc<Hall>>,
    who: SignedIn,
    Asked(FileQuestion { name }): Asked<FileQuestion>,
    Whole(bytes): Whole,
) -> Result<Json<Trial>, Problem> {
    try_out(hall, who, Role::FundKeeper, move |office| {
        let opened = opened(&name, &bytes)?;
        let Allotted { rows, total, known, acts } = allotments::tried(office, who.key, &opened)?;
        let mut told = vec![format!("{rows}件，共{}元", total.to_grouped_yuan())];
        if known > 0 {
            told.push(format!("其中台账已有{known}件，不再登记"));
        }
        Ok((acts, told))
    })
    .await
}

/// The policy file 政策文件 of a scheme as the books hold it, from the first open month on (docs/format/policies.md).
#[utoipa::path(get, path = "/api/v1/schemes/{scheme}/policy", params(("scheme" = String, Path), AsOf), responses(
    (status = 200, body = String, content_type = "application/octet-stream"), ReadRefused))]
pub async fn policy(
    State(hall): State<Arc<Hall>>,
    _who: SignedIn,
    extract::Path(scheme): extract::Path<String>,
    Asked(as_of): Asked<AsOf>,
) -> Result<Response, Problem> {
    let name = format!("{scheme}.toml");
    let written = blocking(move || {
        as_of.read(&hall, |office| {
            let Ok(code) = scheme.parse() else { return Ok(None) };
            policy_file::of_books(office.books, &code, office.month())
        })?
    });
    let text = written.await?.ok_or_else(|| of_http("http.not_found", "没有这个项目。"))?;
    Ok(as_file(&name, text.into_bytes()))
}
