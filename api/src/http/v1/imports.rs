//! Drafts of imports: a bank file comes in as it is, and its manifest waits for a signature.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use ledger::act::offices::Role;
use ledger::ids::{BankAccountCode, BatchCode};
use ledger::money::Money;
use ledger::period::Date;
use reconcile::opened::Opened;
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::extract::{Asked, SignedIn, Whole};
use super::super::problem::{Problem, WriteRefused};
use super::drafts::{DraftName, make};
use crate::desk::banking::{response_draft, returns_draft, statement_draft};
use crate::desk::incoming::{Imported, Incoming};
use crate::desk::{Draft, Office};
use crate::drafts::Told;
use crate::failure::Failure;
use crate::hall::Hall;
use crate::spreadsheet;

/// What the clerk says of any bank file.
struct Said {
    name: String,
    profile: Option<String>,
    booked: Option<Date>,
    mismatches: Option<usize>,
}

/// Opens what was uploaded. A browser names the file alone; whatever else comes is cut down to that.
pub(super) fn opened<'a>(said: &'a str, bytes: &'a Bytes) -> Result<Opened<'a>, Failure> {
    let name = said.rsplit(['/', '\\']).next().unwrap_or_default();
    if name.is_empty() {
        return Err(Failure::usage("缺文件名。"));
    }
    Ok(spreadsheet::open(name, bytes).map_err(|problem| vec![problem])?)
}

/// Opens the file and drafts its import.
fn import(
    office: Office<'_>,
    said: &Said,
    bytes: &Bytes,
    draft: impl FnOnce(&Incoming<'_>) -> Result<(Draft, Imported), Failure>,
) -> Result<(Draft, Told), Failure> {
    let booked = said.booked.unwrap_or_else(|| office.clock.today());
    office.refuse_ahead(booked)?;
    let opened = opened(&said.name, bytes)?;
    let (profile, mismatches) = (said.profile.as_deref(), said.mismatches);
    let file = Incoming { opened: &opened, profile, booked, mismatches, dry_run: false };
    let (draft, imported) = draft(&file)?;
    Ok((draft, Told::Imported(Box::new(imported))))
}

/// What the clerk says of a response file.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ResponseQuestion {
    /// The file's name, as the bank gave it.
    name: String,
    /// The batch, where the file does not name it.
    #[param(value_type = Option<String>)]
    batch: Option<BatchCode>,
    /// The bank's day, where the file does not name it.
    #[param(value_type = Option<String>)]
    answered: Option<Date>,
    /// Day of posting; today if it is not said.
    #[param(value_type = Option<String>)]
    booked: Option<Date>,
    /// The profile, where more than one fits.
    profile: Option<String>,
    /// How many rows answer no payment of the batch, as the clerk has counted.
    mismatches: Option<usize>,
}

/// Drafts the import of a response file 回盘.
#[utoipa::path(post, path = "/api/v1/drafts/response", params(ResponseQuestion),
    request_body(content = String, content_type = "application/octet-stream", description = "the file, byte for byte"), responses(
    (status = 200, body = DraftName), WriteRefused))]
pub async fn of_response(
    State(hall): State<Arc<Hall>>,
    who: SignedIn,
    Asked(asked): Asked<ResponseQuestion>,
    Whole(bytes): Whole,
) -> Result<Json<DraftName>, Problem> {
    make(hall, who, Some(Role::Reconciler), move |office| {
        let ResponseQuestion { name, batch, answered, booked, profile, mismatches } = asked;
        let said = Said { name, profile, booked, mismatches };
        import(office, &said, &bytes, |file| {
            response_draft(office, who.officer, file, batch, answered)
        })
    })
    .await
}

/// What the clerk says of a notice of returns.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReturnsQuestion {
    /// The file's name, as the bank gave it.
    name: String,
    /// The programme account that the money came back to.
    #[param(value_type = String)]
    account: BankAccountCode,
    /// Day of posting; today if it is not said.
    #[param(value_type = Option<String>)]
    booked: Option<Date>,
    /// The profile, where more than one fits.
    profile: Option<String>,
}

/// Drafts the import of a notice of returns 退汇.
#[utoipa::path(post, path = "/api/v1/drafts/returns", params(ReturnsQuestion),
    request_body(content = String, content_type = "application/octet-stream", description = "the file, byte for byte"), responses(
    (status = 200, body = DraftName), WriteRefused))]
pub async fn of_returns(
    State(hall): State<Arc<Hall>>,
    who: SignedIn,
    Asked(asked): Asked<ReturnsQuestion>,
    Whole(bytes): Whole,
) -> Result<Json<DraftName>, Problem> {
    make(hall, who, Some(Role::Reconciler), move |office| {
        let ReturnsQuestion { name, account, booked, profile } = asked;
        let said = Said { name, profile, booked, mismatches: None };
        import(office, &said, &bytes, |file| returns_draft(office, who.officer, file, account))
    })
    .await
}

/// What the clerk says of an account statement.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StatementQuestion {
    /// The file's name, as the bank gave it.
    name: String,
    /// The programme account.
    #[param(value_type = String)]
    account: BankAccountCode,
    /// The first day that it covers.
    #[param(value_type = String)]
    from: Date,
    /// The last day that it covers.
    #[param(value_type = String)]
    until: Date,
    /// What the bank's balance note says, in yuan.
    balance: Option<String>,
    /// The profile, where more than one fits.
    profile: Option<String>,
}

/// Drafts the import of an account statement 流水.
#[utoipa::path(post, path = "/api/v1/drafts/statement", params(StatementQuestion),
    request_body(content = String, content_type = "application/octet-stream", description = "the file, byte for byte"), responses(
    (status = 200, body = DraftName), WriteRefused))]
pub async fn of_statement(
    State(hall): State<Arc<Hall>>,
    who: SignedIn,
    Asked(asked): Asked<StatementQuestion>,
    Whole(bytes): Whole,
) -> Result<Json<DraftName>, Problem> {
    let balance = asked.balance.as_deref().map(Money::parse_yuan).transpose();
    let balance = balance.map_err(|why| Failure::usage(format!("余额：{why}")))?;
    make(hall, who, Some(Role::Reconciler), move |office| {
        let StatementQuestion { name, account, from, until, profile, .. } = asked;
        let said = Said { name, profile, booked: None, mismatches: None };
        import(office, &said, &bytes, |file| {
            statement_draft(office, who.officer, file, account, (from, until), balance)
        })
    })
    .await
}
