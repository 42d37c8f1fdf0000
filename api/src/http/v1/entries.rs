//! The log itself: entries as they are, acts with who signed them.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use ledger::act::signed::SignedAct;
use ledger::ids::Seq;
use ledger::log::{LogReader, leaf_hash};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::blocking;
use super::super::extract::{Asked, SignedIn};
use super::super::lines::streamed;
use super::super::problem::{Problem, ReadRefused, of_http};
use super::cursor::limit;
use crate::failure::Failure;
use crate::hall::Hall;

/// An entry.
#[derive(Serialize, ToSchema)]
pub struct EntryFacts {
    /// Its number.
    pub(in super::super) seq: u64,
    /// `act` or `line`.
    pub(in super::super) form: String,
    /// The kind of act; of a line nothing.
    pub(in super::super) kind: Option<String>,
    /// The kind in Chinese.
    pub(in super::super) chinese: Option<String>,
    /// The act's id, by which other acts name it.
    pub(in super::super) id: Option<String>,
    /// The signing key.
    pub(in super::super) key: Option<String>,
    /// The claimed time.
    pub(in super::super) time: Option<String>,
    /// Its leaf hash (RFC 6962), hex.
    pub(in super::super) leaf: String,
    /// Its exact text.
    pub(in super::super) text: String,
}

/// Reads one entry; `None` where no checkpoint reaches.
///
/// # Errors
/// The log cannot be read.
pub(in super::super) fn entry(log: &LogReader, seq: u64) -> Result<Option<EntryFacts>, Failure> {
    let Some(bytes) = log.get(Seq(seq))? else { return Ok(None) };
    let leaf = hex::encode(leaf_hash(&bytes).0);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let act = SignedAct::decode(bytes).ok();
    let id = act.as_ref().map(|signed| signed.id(log.key().name()).to_string());
    let act = act.as_ref().map(SignedAct::act);
    Ok(Some(EntryFacts {
        seq,
        id,
        form: if act.is_some() { "act" } else { "line" }.to_owned(),
        kind: act.map(|act| act.body.kind().to_owned()),
        chinese: act.map(|act| act.body.chinese().to_owned()),
        key: act.map(|act| act.key.to_string()),
        time: act.map(|act| act.time.clone()),
        leaf,
        text,
    }))
}

/// Which entries.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EntryQuestion {
    /// The first entry; 0 if it is not said.
    from: Option<u64>,
    /// 1 to 500; 100 if it is not said.
    limit: Option<usize>,
}

/// A page of entries.
#[derive(Serialize, ToSchema)]
pub struct EntryPage {
    /// How many entries the newest checkpoint covers.
    size: u64,
    /// In their order.
    entries: Vec<EntryFacts>,
    /// `from` of the next page, if there is one.
    next: Option<u64>,
}

/// Entries.
#[utoipa::path(get, path = "/api/v1/entries", params(EntryQuestion), responses(
    (status = 200, body = EntryPage), ReadRefused))]
pub async fn list(
    State(hall): State<Arc<Hall>>,
    _: SignedIn,
    Asked(asked): Asked<EntryQuestion>,
) -> Result<Json<EntryPage>, Problem> {
    let (from, limit) = (asked.from.unwrap_or(0), limit(asked.limit)?);
    let page = blocking(move || {
        let log = hall.room.log();
        let read = (from..log.size()).take(limit).map(|seq| entry(log, seq));
        let entries: Vec<_> = read.filter_map(Result::transpose).collect::<Result<_, _>>()?;
        let end = entries.last().map(|last: &EntryFacts| last.seq + 1);
        let size = log.size();
        Ok(EntryPage { size, entries, next: end.filter(|end| *end < size) })
    });
    Ok(Json(page.await?))
}

/// The lines that an act covers, an entry a line: exactly what its manifest's root covers.
#[utoipa::path(get, path = "/api/v1/entries/{seq}/lines", params(("seq" = u64, Path)), responses(
    (status = 200, body = String, content_type = "text/plain; charset=utf-8"), ReadRefused))]
pub async fn lines(
    State(hall): State<Arc<Hall>>,
    _: SignedIn,
    Path(seq): Path<String>,
) -> Result<Response, Problem> {
    let seq: u64 = seq.parse().map_err(|_| Failure::usage("记录号应为整数。"))?;
    let room = Arc::clone(&hall);
    let act = blocking(move || Ok(room.room.log().get(Seq(seq))?)).await?;
    let act = act.and_then(|bytes| SignedAct::decode(bytes).ok());
    let count = act.and_then(|signed| Some(signed.act().body.manifest()?.count));
    let count = count.and_then(|count| usize::try_from(count).ok());
    let count = count.ok_or_else(|| {
        of_http("http.not_found", "这条记录不是带明细的动作，或还没有存证头覆盖。")
    })?;
    Ok(streamed(count, move |piece| {
        let entry = |line: usize| seq.saturating_add(1).saturating_add(line as u64);
        let scan = hall.room.log().scan(Seq(entry(piece.start)), Seq(entry(piece.end)))?;
        let mut text = Vec::new();
        for entry in scan {
            text.extend_from_slice(&entry?.1);
            text.push(b'\n');
        }
        Ok(text)
    }))
}

/// One entry.
#[utoipa::path(get, path = "/api/v1/entries/{seq}", params(("seq" = u64, Path)), responses(
    (status = 200, body = EntryFacts), ReadRefused))]
pub async fn one(
    State(hall): State<Arc<Hall>>,
    _: SignedIn,
    Path(seq): Path<String>,
) -> Result<Json<EntryFacts>, Problem> {
    let seq: u64 = seq.parse().map_err(|_| Failure::usage("记录号应为整数。"))?;
    let found = blocking(move || entry(hall.room.log(), seq)).await?;
    let missing = || of_http("http.not_found", "还没有存证头覆盖的这条记录。");
    Ok(Json(found.ok_or_else(missing)?))
}

/// From which tree to which.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ConsistencyQuestion {
    /// The size of the earlier tree, at least 1.
    from: u64,
    /// The size of the later tree, as far as a checkpoint covers it.
    to: u64,
}

/// A proof that one tree begins with another.
#[derive(Serialize, ToSchema)]
pub struct Consistency {
    /// The path of RFC 6962 §2.1.2, each node's hash in hex.
    path: Vec<String>,
}

/// The proof that the log of one size begins with the log of an earlier one. Whoever remembers an earlier checkpoint asks for it
/// before signing under a later one.
#[utoipa::path(get, path = "/api/v1/consistency", params(ConsistencyQuestion), responses(
    (status = 200, body = Consistency), ReadRefused))]
pub async fn consistency(
    State(hall): State<Arc<Hall>>,
    _: SignedIn,
    Asked(ConsistencyQuestion { from, to }): Asked<ConsistencyQuestion>,
) -> Result<Json<Consistency>, Problem> {
    let path = blocking(move || {
        let log = hall.room.log();
        if from == 0 || from > to || to > log.size() {
            let text = format!("起止应为1至{}，起不大于止。", log.size());
            return Err(Failure::usage(text));
        }
        Ok(log.consistency_proof(from, to)?.unwrap_or_default())
    });
    let path = path.await?.iter().map(|node| hex::encode(node.0)).collect();
    Ok(Json(Consistency { path }))
}
