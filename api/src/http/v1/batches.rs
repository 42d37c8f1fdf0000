//! Batches and their payments.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use ledger::books::payments::{Batch, BatchStage, Payment};
use ledger::ids::{BatchCode, Seq};
use ledger::rejection::Rejection;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::blocking;
use super::super::extract::{Asked, SignedIn};
use super::super::problem::{Problem, ReadRefused};
use super::cursor::{Cursor, limit};
use crate::desk::paying;
use crate::failure::Failure;
use crate::hall::Hall;

/// A payment batch.
#[derive(Serialize, ToSchema)]
pub struct BatchFacts {
    /// Its code.
    batch: String,
    /// The scheme.
    scheme: String,
    /// The month that is paid.
    period: String,
    /// Why it was drawn: `regular`, `supplementary`, `reissue`.
    kind: String,
    /// `drawn`, `checked`, `reviewed`, `approved`, `released`, `withdrawn`.
    stage: String,
    /// Number of payments.
    count: usize,
    /// Their sum in fen.
    total_fen: i64,
    /// Payments without a final answer.
    unanswered: u32,
    /// Entry of the roster.
    entry: u64,
    /// Root of its lines.
    root: String,
}

fn facts(code: &BatchCode, batch: &Batch) -> BatchFacts {
    BatchFacts {
        batch: code.to_string(),
        scheme: batch.scheme.to_string(),
        period: batch.period.to_string(),
        kind: batch.kind.word().to_owned(),
        stage: batch.stage.word().to_owned(),
        count: batch.len(),
        total_fen: batch.total.fen(),
        unanswered: batch.unanswered(),
        entry: batch.at.0,
        root: batch.root.to_string(),
    }
}

/// What batches are wanted.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct BatchFilter {
    stage: Option<BatchStage>,
    period: Option<ledger::period::Period>,
}

/// A page of batches. `cursor` stands alone but for `limit`: it knows its filters and its `as_of`.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BatchQuestion {
    /// How far they have come.
    #[param(value_type = Option<String>)]
    stage: Option<BatchStage>,
    /// The month that is paid, such as `2020-10`.
    #[param(value_type = Option<String>)]
    period: Option<ledger::period::Period>,
    /// The books as they stood after this entry.
    as_of: Option<u64>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// 1 to 500; 100 if it is not said.
    limit: Option<usize>,
}

/// A page of batches.
#[derive(Serialize, ToSchema)]
pub struct BatchPage {
    /// How many entries the books that were read hold.
    height: u64,
    /// In ascending order of their codes.
    batches: Vec<BatchFacts>,
    /// The cursor of the next page, if there is one.
    next: Option<String>,
}

/// Batches.
#[utoipa::path(get, path = "/api/v1/batches", params(BatchQuestion), responses(
    (status = 200, body = BatchPage), ReadRefused))]
pub async fn list(
    State(hall): State<Arc<Hall>>,
    _: SignedIn,
    Asked(asked): Asked<BatchQuestion>,
) -> Result<Json<BatchPage>, Problem> {
    let limit = limit(asked.limit)?;
    let BatchQuestion { stage, period, as_of, cursor, .. } = asked;
    let of_now = hall.room.log().size().saturating_sub(1);
    let is_alone = stage.is_none() && period.is_none() && as_of.is_none();
    let cursor = match cursor {
        Some(text) if is_alone => Cursor::<BatchFilter>::read(&text)?,
        Some(_) => return Err(Failure::usage("有 cursor 时不再写 stage、period、as_of。").into()),
        None => {
            let filter = BatchFilter { stage, period };
            Cursor { filter, as_of: as_of.unwrap_or(of_now), after: None }
        }
    };
    let is_now = cursor.as_of == of_now;
    let page = blocking(move || {
        let read = |office: crate::desk::Office<'_>| page(office.books, &cursor, limit);
        if is_now { hall.room.read(read) } else { hall.room.read_as_of(Seq(cursor.as_of), read) }
    });
    Ok(Json(page.await?))
}

fn page(books: &ledger::books::Books, cursor: &Cursor<BatchFilter>, limit: usize) -> BatchPage {
    let BatchFilter { stage, period } = &cursor.filter;
    let wanted = books.payments.batches.iter().filter(|(code, batch)| {
        let comes_after = cursor.after.as_deref().is_none_or(|after| code.as_str() > after);
        comes_after
            && stage.is_none_or(|stage| batch.stage == stage)
            && period.is_none_or(|period| batch.period == period)
    });
    let mut batches: Vec<_> =
        wanted.take(limit + 1).map(|(code, batch)| facts(code, batch)).collect();
    let has_more = batches.len() > limit;
    batches.truncate(limit);
    let after = batches.last().map(|last| last.batch.clone());
    // The next page reads what this one read, whatever came between the question and the reading.
    let as_of = books.height.saturating_sub(1);
    let next = has_more.then(|| Cursor { as_of, after, ..cursor.clone() }.text());
    BatchPage { height: books.height, batches, next }
}

/// The state of the books that is asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AsOf {
    /// The books as they stood after this entry.
    pub as_of: Option<u64>,
}

impl AsOf {
    /// Reads the books as they are asked for.
    pub fn read<T>(
        &self,
        hall: &Hall,
        read: impl FnOnce(crate::desk::Office<'_>) -> T,
    ) -> Result<T, Failure> {
        match self.as_of {
            Some(last) => hall.room.read_as_of(Seq(last), read),
            None => hall.room.read(read),
        }
    }
}

/// One batch.
#[utoipa::path(get, path = "/api/v1/batches/{batch}", params(("batch" = String, Path), AsOf), responses(
    (status = 200, body = BatchFacts), ReadRefused))]
pub async fn one(
    State(hall): State<Arc<Hall>>,
    _: SignedIn,
    Path(code): Path<String>,
    Asked(as_of): Asked<AsOf>,
) -> Result<Json<BatchFacts>, Problem> {
    let code = code_of(&code)?;
    let found = blocking(move || {
        as_of.read(&hall, |office| paying::batch(office.books, &code).map(|b| facts(&code, b)))?
    });
    Ok(Json(found.await.map_err(not_found)?))
}

/// One payment.
#[derive(Serialize, ToSchema)]
pub struct PaymentFacts {
    /// Our reference.
    reference: String,
    /// The payee, an id; names are not here.
    payee: String,
    /// The entitlement.
    entitlement: String,
    /// The amount in fen.
    amount_fen: i64,
    /// `drawn`, `instructed`, `settled`, `failed`, `returned`.
    state: String,
    /// Why it failed or came back.
    reason: Option<String>,
    /// Its roster line's entry.
    entry: u64,
}

pub(super) fn payment_facts(
    reference: &ledger::ids::PaymentRef,
    payment: &Payment,
    is_released: bool,
) -> PaymentFacts {
    PaymentFacts {
        reference: reference.to_string(),
        payee: payment.payee.to_string(),
        entitlement: payment.entitlement.to_string(),
        amount_fen: payment.amount.fen(),
        state: payment.state(is_released).word().to_owned(),
        reason: payment.failure().map(|reason| reason.word().to_owned()),
        entry: payment.at.0,
    }
}

/// A page of payments.
#[derive(Serialize, ToSchema)]
pub struct PaymentPage {
    /// How many entries the books that were read hold.
    height: u64,
    /// In the order of the roster.
    payments: Vec<PaymentFacts>,
    /// `after` of the next page, if there is one.
    next: Option<u32>,
}

/// Which of a batch's payments.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PaymentQuestion {
    /// The books as they stood after this entry.
    as_of: Option<u64>,
    /// Lines beyond this one; `next` of the page before.
    after: Option<u32>,
    /// 1 to 500; 100 if it is not said.
    limit: Option<usize>,
}

/// A batch's payments.
#[utoipa::path(get, path = "/api/v1/batches/{batch}/payments", params(("batch" = String, Path), PaymentQuestion), responses(
    (status = 200, body = PaymentPage), ReadRefused))]
pub async fn payments(
    State(hall): State<Arc<Hall>>,
    _: SignedIn,
    Path(code): Path<String>,
    Asked(asked): Asked<PaymentQuestion>,
) -> Result<Json<PaymentPage>, Problem> {
    let (code, limit) = (code_of(&code)?, limit(asked.limit)?);
    let after = usize::try_from(asked.after.unwrap_or(0)).unwrap_or(usize::MAX);
    let page = blocking(move || {
        AsOf { as_of: asked.as_of }.read(&hall, |office| {
            let batch = paying::batch(office.books, &code)?;
            let all = office.books.payments.references(&code).skip(after).take(limit);
            let is_released = batch.released.is_some();
            let payments: Vec<_> =
                all.map(|(reference, one)| payment_facts(&reference, &one, is_released)).collect();
            let end = after.saturating_add(payments.len());
            let next = (end < batch.len()).then(|| u32::try_from(end).ok()).flatten();
            Ok(PaymentPage { height: office.books.height, payments, next })
        })?
    });
    Ok(Json(page.await.map_err(not_found)?))
}

fn code_of(code: &str) -> Result<BatchCode, Failure> {
    code.parse().map_err(|why| Failure::usage(format!("批次号：{why}")))
}

/// What an address names and the books do not hold is not there.
fn not_found(why: Failure) -> Problem {
    if let Failure::Rejected(Rejection::RosterUnknown { .. }) = why {
        return Problem(StatusCode::NOT_FOUND, why);
    }
    why.into()
}
