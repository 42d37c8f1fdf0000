//! Who asks: challenge, session, and what a signer needs.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use ledger::ids::{KeyId, OfficerId};
use ledger::rejection::Rejection;
use serde::{Deserialize, Serialize};
use tower_sessions::Session;
use utoipa::ToSchema;

use super::super::blocking;
use super::super::extract::{JsonBody, KEY, SignedIn};
use super::super::gate::site_of;
use super::super::problem::{Problem, ReadRefused, WriteRefused, of_http};
use crate::counter::SignerFacts;
use crate::failure::Failure;
use crate::hall::Hall;
use crate::signing_in::Claim;

/// The ledger that is served.
#[derive(Serialize, ToSchema)]
pub struct LedgerFacts {
    /// Its name; binds every signature.
    origin: String,
    /// Its name for people.
    name: String,
    /// The founding log key in signed-note form. To be compared with a trust folder of one's own.
    log_key: String,
}

/// The ledger.
#[utoipa::path(get, path = "/api/v1/ledger", responses((status = 200, body = LedgerFacts), ReadRefused))]
pub async fn ledger(State(hall): State<Arc<Hall>>) -> Result<Json<LedgerFacts>, Problem> {
    let read = blocking(move || {
        hall.room.read(|office| LedgerFacts {
            origin: office.books.origin.clone(),
            name: office.books.offices.ledger_name().to_owned(),
            log_key: office.log.key().to_string(),
        })
    });
    Ok(Json(read.await?))
}

/// A challenge to be signed.
#[derive(Serialize, ToSchema)]
pub struct Challenge {
    /// 64 hex digits, good for two minutes and one answer.
    challenge: String,
}

/// Sets a challenge (docs/format/desk.md §2).
#[utoipa::path(post, path = "/api/v1/challenges", responses((status = 200, body = Challenge), WriteRefused))]
pub async fn challenge(State(hall): State<Arc<Hall>>) -> Result<Json<Challenge>, Problem> {
    Ok(Json(Challenge { challenge: hall.challenges.set()? }))
}

/// An answer to a challenge.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The challenge, as it was set.
    challenge: String,
    /// The key, 32 hex digits.
    #[schema(value_type = String)]
    key: KeyId,
    /// Base64 of the signature.
    signature: String,
    /// Scheme and host at which the browser stands.
    site: String,
}

/// Somebody who is signed in.
#[derive(Serialize, ToSchema)]
pub struct Person {
    /// The person.
    #[schema(value_type = String)]
    officer: OfficerId,
    /// The key that signed in.
    #[schema(value_type = String)]
    key: KeyId,
    /// The post.
    post: String,
    /// The unit.
    unit: String,
    /// What the person may do.
    roles: Vec<String>,
}

/// Signs in: from here on the cookie `doudi` stands for the key.
#[utoipa::path(post, path = "/api/v1/session", request_body = Answer, responses(
    (status = 200, body = Person), WriteRefused))]
pub async fn sign_in(
    State(hall): State<Arc<Hall>>,
    session: Session,
    headers: HeaderMap,
    JsonBody(answer): JsonBody<Answer>,
) -> Result<Json<Person>, Problem> {
    let site = site_of(&hall.sites, &headers).unwrap_or_default().to_owned();
    let key = answer.key;
    let Answer { challenge, signature, site: claimed, .. } = answer;
    let claim = Claim { key, challenge, site: claimed, signature };
    let judged = blocking(move || {
        hall.room.read(|office| {
            let officer = hall.challenges.judge(office.books, &claim, &site)?;
            Ok(person(office.books, officer, key))
        })?
    });
    let person = judged.await?;
    // A session of before does not become this one.
    let kept = async {
        session.cycle_id().await?;
        session.insert(KEY, key).await
    };
    kept.await.map_err(|why| of_session(&why))?;
    Ok(Json(person))
}

/// Who is signed in.
#[utoipa::path(get, path = "/api/v1/session", responses(
    (status = 200, body = Person), ReadRefused))]
pub async fn whoami(
    State(hall): State<Arc<Hall>>,
    SignedIn { key, officer }: SignedIn,
) -> Result<Json<Person>, Problem> {
    let read = blocking(move || hall.room.read(|office| person(office.books, officer, key)));
    Ok(Json(read.await?))
}

/// Signs out.
#[utoipa::path(delete, path = "/api/v1/session", responses((status = 204), WriteRefused))]
pub async fn sign_out(session: Session) -> Result<StatusCode, Problem> {
    session.flush().await.map_err(|why| of_session(&why))?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a signer needs for the next act.
#[derive(Serialize, ToSchema)]
pub struct Signer {
    /// The ledger's name.
    origin: String,
    /// The key's holder.
    officer: String,
    /// The number of the holder's next act.
    seq: u64,
    /// The holder's last act.
    prev: String,
    /// The newest checkpoint, as a signed note.
    checkpoint: String,
}

/// What the holder of a key needs to sign the next act (docs/format/export.md §3).
#[utoipa::path(get, path = "/api/v1/signers/{key}", params(("key" = String, Path, description = "32 hex digits")), responses(
    (status = 200, body = Signer), ReadRefused))]
pub async fn signer(
    State(hall): State<Arc<Hall>>,
    Path(key): Path<String>,
) -> Result<Json<Signer>, Problem> {
    let key: KeyId = key.parse().map_err(|_| Failure::usage("密钥编号应为32位小写十六进制。"))?;
    let facts = blocking(move || hall.counter.signer(key)).await?;
    let unknown = || Problem(StatusCode::NOT_FOUND, Rejection::KeyUnknown { key }.into());
    let SignerFacts { origin, officer, seq, prev, checkpoint } = facts.ok_or_else(unknown)?;
    let (officer, prev) = (officer.to_string(), prev.to_string());
    Ok(Json(Signer { origin, officer, seq, prev, checkpoint }))
}

fn person(books: &ledger::books::Books, officer: OfficerId, key: KeyId) -> Person {
    let known = books.offices.officers.get(&officer);
    Person {
        officer,
        key,
        post: known.map(|known| known.post.clone()).unwrap_or_default(),
        unit: known.map(|known| known.unit.to_string()).unwrap_or_default(),
        roles: known.iter().flat_map(|k| &k.roles).map(|role| role.word().to_owned()).collect(),
    }
}

fn of_session(why: &tower_sessions::session::Error) -> Problem {
    tracing::error!("session: {why}");
    of_http("session.none", "会话没有保存，请重新登录。")
}
