//! Funds and what they hold; exceptions that wait for a person.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use ledger::books::Books;
use ledger::books::postings::Account;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::blocking;
use super::super::extract::{Asked, SignedIn};
use super::super::problem::{Problem, ReadRefused};
use super::batches::AsOf;
use crate::desk::exceptions::heaps;
use crate::hall::Hall;

/// A fund.
#[derive(Serialize, ToSchema)]
pub struct FundFacts {
    /// Its code.
    pub(in super::super) fund: String,
    /// Its name.
    pub(in super::super) name: String,
    /// The programme account that it lies on.
    pub(in super::super) account: String,
    /// What it holds at the bank, in fen.
    pub(in super::super) balance_fen: i64,
}

/// All funds.
#[derive(Serialize, ToSchema)]
pub struct FundList {
    /// How many entries the books that were read hold.
    height: u64,
    /// By code.
    funds: Vec<FundFacts>,
}

/// What each fund holds.
pub(in super::super) fn fund_facts(books: &Books) -> Vec<FundFacts> {
    let facts = |(code, fund): (&ledger::ids::FundCode, &ledger::act::funds::FundOpened)| {
        let balance = books.postings.balance(&Account::Bank(fund.account.clone(), code.clone()));
        FundFacts {
            fund: code.to_string(),
            name: fund.name.clone(),
            account: fund.account.to_string(),
            balance_fen: balance.fen(),
        }
    };
    books.funds.funds.iter().map(facts).collect()
}

/// Funds.
#[utoipa::path(get, path = "/api/v1/funds", params(AsOf), responses(
    (status = 200, body = FundList), ReadRefused))]
pub async fn funds(
    State(hall): State<Arc<Hall>>,
    _: SignedIn,
    Asked(as_of): Asked<AsOf>,
) -> Result<Json<FundList>, Problem> {
    let read = blocking(move || {
        as_of.read(&hall, |office| FundList {
            height: office.books.height,
            funds: fund_facts(office.books),
        })
    });
    Ok(Json(read.await?))
}

/// Exceptions of one kind from one bank file.
#[derive(Serialize, ToSchema)]
pub struct HeapFacts {
    /// The entry of the import that they come from.
    import: u64,
    /// The bank file's name.
    file: String,
    /// What they are.
    kind: String,
    /// Their entries.
    entries: Vec<u64>,
    /// Their sum in fen.
    total_fen: i64,
}

/// Everything that waits for a decision.
#[derive(Serialize, ToSchema)]
pub struct HeapList {
    /// How many entries the books that were read hold.
    height: u64,
    /// By file and kind, in the order of the entries.
    heaps: Vec<HeapFacts>,
}

/// Exceptions.
#[utoipa::path(get, path = "/api/v1/exceptions", params(AsOf), responses(
    (status = 200, body = HeapList), ReadRefused))]
pub async fn exceptions(
    State(hall): State<Arc<Hall>>,
    _: SignedIn,
    Asked(as_of): Asked<AsOf>,
) -> Result<Json<HeapList>, Problem> {
    let read = blocking(move || {
        as_of.read(&hall, |office| {
            let heaps = heaps(office.books).into_iter().map(|heap| HeapFacts {
                import: heap.import.0,
                file: heap.file,
                kind: heap.kind.to_owned(),
                entries: heap.entries.iter().map(|entry| entry.0).collect(),
                total_fen: heap.total.fen(),
            });
            HeapList { height: office.books.height, heaps: heaps.collect() }
        })
    });
    Ok(Json(read.await?))
}
