//! 密钥登记: codes, keys that were made in a browser, countersignatures, and the draft of the act.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use ledger::act::ALGORITHM;
use ledger::act::offices::{KeyRecord, Role};
use ledger::ids::{KeyId, OfficerId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::blocking;
use super::super::extract::{JsonBody, SignedIn};
use super::super::problem::{Problem, ReadRefused, WriteRefused};
use super::before_signing::demand;
use super::drafts::{DraftName, make};
use crate::desk::Draft;
use crate::drafts::Told;
use crate::enrolling::CODE_HOURS;
use crate::failure::Failure;
use crate::hall::Hall;

/// Whose key is to be enrolled.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeWish {
    /// The person, in office.
    #[schema(value_type = String)]
    officer: OfficerId,
}

/// A code for one person, told once.
#[derive(Serialize, ToSchema)]
pub struct NewCode {
    /// `XXXX-XXXX-XXXX-XXXX`; to be handed to the person, not sent.
    code: String,
    /// For so many hours.
    hours: u64,
}

/// Gives a code out, in place of an earlier one of that person. For administrators.
#[utoipa::path(post, path = "/api/v1/enrolments/codes", request_body = CodeWish, responses(
    (status = 200, body = NewCode), WriteRefused))]
pub async fn code(
    State(hall): State<Arc<Hall>>,
    who: SignedIn,
    JsonBody(CodeWish { officer }): JsonBody<CodeWish>,
) -> Result<Json<NewCode>, Problem> {
    let code = blocking(move || {
        hall.room.read(|office| {
            demand(office, who, Some(Role::Admin))?;
            hall.enrolling.code_for(office.books, officer)
        })?
    });
    Ok(Json(NewCode { code: code.await?, hours: CODE_HOURS }))
}

/// A code, as it was handed over.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeGiven {
    /// The code.
    code: String,
}

/// What the maker of a key states in its record, and for which ledger.
#[derive(Serialize, ToSchema)]
pub struct Invited {
    /// The person.
    #[schema(value_type = String)]
    officer: OfficerId,
    /// The post.
    post: String,
    /// The unit.
    unit: String,
    /// The ledger's name; binds every signature.
    origin: String,
    /// The founding log key in signed-note form.
    log_key: String,
}

/// Whom a code was given to.
#[utoipa::path(post, path = "/api/v1/enrolments/invitation", request_body = CodeGiven, responses(
    (status = 200, body = Invited), WriteRefused))]
pub async fn invitation(
    State(hall): State<Arc<Hall>>,
    JsonBody(CodeGiven { code }): JsonBody<CodeGiven>,
) -> Result<Json<Invited>, Problem> {
    let read = blocking(move || {
        let officer = hall.enrolling.holder(&code)?;
        hall.room.read(|office| {
            let known = office.books.offices.officers.get(&officer);
            let unit = known.and_then(|known| office.books.offices.units.get(&known.unit));
            Invited {
                officer,
                post: known.map(|known| known.post.clone()).unwrap_or_default(),
                unit: unit.map(|unit| unit.name.clone()).unwrap_or_default(),
                origin: office.books.origin.clone(),
                log_key: office.log.key().to_string(),
            }
        })
    });
    Ok(Json(read.await?))
}

/// A key that was made in a browser.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    /// The code.
    code: String,
    /// The public key, base64 of 32 bytes.
    public: String,
    /// The person, as the key's record names them.
    #[schema(value_type = String)]
    officer: OfficerId,
    /// Base64 of the key's own signature over its record (docs/format/log.md §4).
    possession: String,
}

/// A key by its id.
#[derive(Serialize, ToSchema)]
pub struct KeyName {
    /// 32 hex digits.
    #[schema(value_type = String)]
    key: KeyId,
}

/// Takes a key in that was made in a browser. It signs nothing until it is enrolled.
#[utoipa::path(post, path = "/api/v1/enrolments", request_body = NewKey, responses(
    (status = 200, body = KeyName), WriteRefused))]
pub async fn take(
    State(hall): State<Arc<Hall>>,
    JsonBody(new): JsonBody<NewKey>,
) -> Result<Json<KeyName>, Problem> {
    let key = blocking(move || {
        let NewKey { code, public, officer, possession } = new;
        let record = KeyRecord { alg: ALGORITHM.to_owned(), officer, public };
        hall.room.read(|office| hall.enrolling.take(office.books, &code, record, possession))?
    });
    Ok(Json(KeyName { key: key.await? }))
}

/// A key that waits.
#[derive(Serialize, ToSchema)]
pub struct Waiting {
    /// Its id.
    #[schema(value_type = String)]
    key: KeyId,
    /// Its holder.
    #[schema(value_type = String)]
    officer: OfficerId,
    /// The public key, base64.
    public: String,
    /// The keys of those who vouched for it so far.
    #[schema(value_type = Vec<String>)]
    countersigned: Vec<KeyId>,
}

/// Every key that waits.
#[derive(Serialize, ToSchema)]
pub struct AllWaiting {
    /// The oldest first.
    enrolments: Vec<Waiting>,
}

/// The keys that wait for countersignatures, or for the administrator's act.
#[utoipa::path(get, path = "/api/v1/enrolments", responses((status = 200, body = AllWaiting), ReadRefused))]
pub async fn list(State(hall): State<Arc<Hall>>, _: SignedIn) -> Result<Json<AllWaiting>, Problem> {
    let all = blocking(move || hall.room.read(|office| hall.enrolling.all(office.books))?).await?;
    let enrolments = all.into_iter().map(|(key, waiting)| Waiting {
        key,
        officer: waiting.record.officer,
        public: waiting.record.public,
        countersigned: waiting.countersigned.iter().map(|one| one.key).collect(),
    });
    Ok(Json(AllWaiting { enrolments: enrolments.collect() }))
}

/// A countersignature by the key that is signed in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Vouched {
    /// Base64 of the signature over the key's record (docs/format/log.md §4).
    sig: String,
}

/// How far a key has come.
#[derive(Serialize, ToSchema)]
pub struct SoFar {
    /// So many have vouched for it.
    countersigned: usize,
}

/// Vouches for another person's key.
#[utoipa::path(post, path = "/api/v1/enrolments/{key}/countersignatures",
    params(("key" = String, Path, description = "key id")), request_body = Vouched, responses(
    (status = 200, body = SoFar), WriteRefused))]
pub async fn countersign(
    State(hall): State<Arc<Hall>>,
    who: SignedIn,
    Path(key): Path<String>,
    JsonBody(Vouched { sig }): JsonBody<Vouched>,
) -> Result<Json<SoFar>, Problem> {
    let count = blocking(move || {
        let key = key_of(&key)?;
        hall.room.read(|office| hall.enrolling.countersign(office.books, key, who.key, sig))?
    });
    Ok(Json(SoFar { countersigned: count.await? }))
}

/// Drafts the act that brings a key into the log. For administrators.
#[utoipa::path(post, path = "/api/v1/enrolments/{key}/draft",
    params(("key" = String, Path, description = "key id")), responses(
    (status = 200, body = DraftName), WriteRefused))]
pub async fn draft(
    State(hall): State<Arc<Hall>>,
    who: SignedIn,
    Path(key): Path<String>,
) -> Result<Json<DraftName>, Problem> {
    let known = Arc::clone(&hall);
    make(hall, who, Some(Role::Admin), move |office| {
        let waiting = known.enrolling.one(office.books, key_of(&key)?)?;
        Ok((Draft::of(waiting.act()), Told::Nothing))
    })
    .await
}

/// Lets a key go that shall not come into the log. For administrators.
#[utoipa::path(delete, path = "/api/v1/enrolments/{key}",
    params(("key" = String, Path, description = "key id")), responses(
    (status = 204), WriteRefused))]
pub async fn forget(
    State(hall): State<Arc<Hall>>,
    who: SignedIn,
    Path(key): Path<String>,
) -> Result<StatusCode, Problem> {
    let done = blocking(move || {
        let key = key_of(&key)?;
        hall.room.read(|office| {
            demand(office, who, Some(Role::Admin))?;
            hall.enrolling.forget(office.books, key)
        })?
    });
    done.await?;
    Ok(StatusCode::NO_CONTENT)
}

fn key_of(text: &str) -> Result<KeyId, Failure> {
    text.parse().map_err(|why| Failure::usage(format!("密钥编号：{why}")))
}
