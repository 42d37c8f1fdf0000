//! Drafts: acts that the office makes ready and their maker signs in the browser (docs/format/desk.md §3).

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use ledger::act::Body;
use ledger::act::offices::Role;
use ledger::act::payments::RosterKind;
use ledger::books::Books;
use ledger::engine::Receipt;
use ledger::ids::{BankAccountCode, BatchCode, FundCode, OfficerId, SchemeCode, Seq};
use ledger::period::{Date, Period};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::super::blocking;
use super::super::extract::{Entry, JsonBody, SignedIn};
use super::super::file::as_file;
use super::super::lines::streamed;
use super::super::problem::{Problem, ReadRefused, WriteRefused, of_http};
use super::before_signing::{demand, in_their_area, stated};
use crate::desk::paying::{Drawing, Sending, agreed, drawn, released};
use crate::desk::sealing::{draw_ids, fill, fill_current, of_kind, pretended};
use crate::desk::trial::try_one;
use crate::desk::{Draft, Office, handing};
use crate::drafts::{Told, Waiting};
use crate::failure::Failure;
use crate::hall::Hall;
use crate::http::acts::read_entries;
use crate::permits::Area;
use crate::spoken::of_parser;

/// A draft that now waits for its maker's signature.
#[derive(Serialize, ToSchema)]
pub struct DraftName {
    /// Under this name it is shown, signed or dropped.
    pub draft: String,
}

/// Makes a draft in the office and keeps it for its maker, unless the rules would refuse the signature.
pub(super) async fn make(
    hall: Arc<Hall>,
    who: SignedIn,
    role: Option<Role>,
    make: impl FnOnce(Office<'_>) -> Result<(Draft, Told), Failure> + Send + 'static,
) -> Result<Json<DraftName>, Problem> {
    let name = blocking(move || {
        let (draft, told) = hall.room.read(|office| {
            demand(office, who, role)?;
            let (draft, told) = make(office)?;
            stated(office, who, &draft.body)?;
            Area::of(office.books, who.officer).demand_for_lines(office.books, &draft.lines)?;
            try_one(office, who.key, &draft.body, &draft.lines)?;
            Ok::<_, Failure>((draft, told))
        })??;
        hall.drafts.put(who.officer, draft, told)
    });
    Ok(Json(DraftName { draft: name.await? }))
}

/// Any act without lines, as a person would write it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActWish {
    /// The kind (docs/format/kinds.md), such as `fund.released`.
    kind: String,
    /// The body of that kind. `$random` stands for an id that the office draws.
    #[schema(value_type = Object)]
    body: Value,
    /// Personal fields that go into the vault (docs/format/desk.md §3); their ids and commitments come into the body.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    private: Option<Map<String, Value>>,
}

/// Drafts an act that has no lines.
#[utoipa::path(post, path = "/api/v1/drafts/act", request_body = ActWish, responses(
    (status = 200, body = DraftName), WriteRefused))]
pub async fn of_act(
    State(hall): State<Arc<Hall>>,
    who: SignedIn,
    JsonBody(wish): JsonBody<ActWish>,
) -> Result<Json<DraftName>, Problem> {
    let ActWish { kind, mut body, private } = wish;
    draw_ids(&mut body)?;
    let role = private.as_ref().map(|_| of_kind(&kind)).transpose()?.map(|known| known.role);
    let drafts = Arc::clone(&hall);
    make(hall, who, role, move |office| {
        in_their_area(office, who, &body)?;
        let fields = body.as_object_mut().ok_or_else(|| Failure::usage("body 应为对象。"))?;
        if let Some(private) = private {
            refuse_unsigned(office, who, (&kind, fields))?;
            drafts.drafts.refuse_named_twice(office, fields, &private)?;
            fill(office, &kind, fields, &private)?;
        }
        let body = body_of(&kind, &body)?;
        // With these come lines, files or frozen figures: only the desk that makes them may draft them.
        let has_more = matches!(
            body,
            Body::MonthClosed(_) | Body::PaymentFileReleased(_) | Body::BulletinIssued(_)
        );
        if has_more || body.manifest().is_some() {
            let text = "这种动作带明细或文件，请由相应的页面或命令办理。";
            return Err(Failure::usage(text));
        }
        Ok((Draft::of(body), Told::Nothing))
    })
    .await
}

fn body_of(kind: &str, body: &Value) -> Result<Body, Failure> {
    let read = Body::from_json(kind, &body.to_string());
    read.map_err(|why| Failure::usage(format!("填写的内容不对：{}。", of_parser(&why))))
}

/// What the rules would refuse is refused before anything personal goes into the vault.
fn refuse_unsigned(
    office: Office<'_>,
    who: SignedIn,
    (kind, fields): (&str, &Map<String, Value>),
) -> Result<(), Failure> {
    let mut tried = pretended(kind, fields)?;
    fill_current(office, &mut tried);
    try_one(office, who.key, &body_of(kind, &Value::Object(tried))?, &[])
}

/// A roster to be drawn.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RosterWish {
    /// The batch that its payments will belong to: five letters and digits.
    #[schema(value_type = String)]
    batch: BatchCode,
    /// The scheme.
    #[schema(value_type = String)]
    scheme: SchemeCode,
    /// The month.
    #[schema(value_type = String)]
    period: Period,
    /// `regular`, `supplementary` or `reissue`.
    #[schema(value_type = String)]
    kind: RosterKind,
    /// The funds that pay, in the order in which they are used.
    #[schema(value_type = Vec<String>)]
    funds: Vec<FundCode>,
}

/// Drafts a roster of everything that is due.
#[utoipa::path(post, path = "/api/v1/drafts/roster", request_body = RosterWish, responses(
    (status = 200, body = DraftName), WriteRefused))]
pub async fn of_roster(
    State(hall): State<Arc<Hall>>,
    who: SignedIn,
    JsonBody(wish): JsonBody<RosterWish>,
) -> Result<Json<DraftName>, Problem> {
    let RosterWish { batch, scheme, period, kind, funds } = wish;
    let drawing = Drawing { batch, scheme, period, kind, funds };
    make(hall, who, Some(Role::RosterMaker), move |office| {
        let (draft, left_out) = drawn(office, &drawing)?;
        Ok((draft, Told::LeftOut(left_out)))
    })
    .await
}

/// An office to be handed over.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandoverWish {
    /// Who follows: a person in office of the same unit.
    #[schema(value_type = String)]
    to: OfficerId,
}

/// Drafts the list 移交清单 of everything that is open in one's unit, for who follows.
#[utoipa::path(post, path = "/api/v1/drafts/handover", request_body = HandoverWish, responses(
    (status = 200, body = DraftName), WriteRefused))]
pub async fn of_handover(
    State(hall): State<Arc<Hall>>,
    who: SignedIn,
    JsonBody(wish): JsonBody<HandoverWish>,
) -> Result<Json<DraftName>, Problem> {
    make(hall, who, None, move |office| {
        let draft = handing::offered(office, who.officer, wish.to)?;
        let count = format!("{}件未结事项", draft.lines.len());
        Ok((draft, Told::Noted(vec![count])))
    })
    .await
}

/// The next agreement that a roster waits for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgreementWish {
    /// The batch.
    #[schema(value_type = String)]
    batch: BatchCode,
}

/// Drafts the check, the review or the approval of a roster, exactly as it stands.
#[utoipa::path(post, path = "/api/v1/drafts/agreement", request_body = AgreementWish, responses(
    (status = 200, body = DraftName), WriteRefused))]
pub async fn of_agreement(
    State(hall): State<Arc<Hall>>,
    who: SignedIn,
    JsonBody(wish): JsonBody<AgreementWish>,
) -> Result<Json<DraftName>, Problem> {
    let batch = wish.batch;
    make(hall, who, None, move |office| Ok((agreed(office.books, &batch)?, Told::Nothing))).await
}

/// A payment file.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseWish {
    /// The batch.
    #[schema(value_type = String)]
    batch: BatchCode,
    /// The programme account that pays.
    #[schema(value_type = String)]
    account: BankAccountCode,
    /// The bank's profile, such as `icbc-batch`.
    profile: String,
    /// Day of release.
    #[schema(value_type = String)]
    date: Date,
    /// Our unit's number at the bank, where the profile asks for it.
    #[serde(default)]
    bank_unit: String,
}

/// Drafts the release of a payment file.
#[utoipa::path(post, path = "/api/v1/drafts/release", request_body = ReleaseWish, responses(
    (status = 200, body = DraftName), WriteRefused))]
pub async fn of_release(
    State(hall): State<Arc<Hall>>,
    who: SignedIn,
    JsonBody(wish): JsonBody<ReleaseWish>,
) -> Result<Json<DraftName>, Problem> {
    make(hall, who, Some(Role::Payer), move |office| {
        let ReleaseWish { batch, account, profile, date, bank_unit } = wish;
        let (profile, bank_unit) = (profile.as_str(), bank_unit.as_str());
        let sending = Sending { batch, account, profile, date, bank_unit, stated: &[] };
        let (draft, _) = released(office, who.officer, &sending)?;
        Ok((draft, Told::Nothing))
    })
    .await
}

/// A draft, to be shown and signed.
#[derive(Serialize, ToSchema)]
pub struct DraftFacts {
    /// The kind of act.
    kind: String,
    /// The kind in Chinese.
    chinese: String,
    /// What is stated: the signer encodes it canonically and signs that.
    #[schema(value_type = Object)]
    body: Value,
    /// Number of lines that go with it (`/lines` gives them).
    lines: usize,
    /// The entry of the act whose lines the body's `root` covers (`/api/v1/entries/N/lines` gives them): of a roster that is
    /// agreed to, or a list that is confirmed or taken.
    covers: Option<u64>,
    /// Names of what goes out with it (`/papers/N` gives the Nth, from 0): the body names their digests.
    papers: Vec<String>,
    /// Once it is in the books.
    receipt: Option<ReceiptFacts>,
}

/// An accepted act.
#[derive(Serialize, ToSchema)]
pub struct ReceiptFacts {
    /// The act's id.
    id: String,
    /// Its entry number.
    seq: u64,
    /// True if it had been accepted before. The header `doudi-repeat` says the same.
    repeat: bool,
}

impl From<Receipt> for ReceiptFacts {
    fn from(receipt: Receipt) -> ReceiptFacts {
        let Receipt { id, seq, is_repeat } = receipt;
        ReceiptFacts { id: id.to_string(), seq: seq.0, repeat: is_repeat }
    }
}

/// One draft of one's own.
#[utoipa::path(get, path = "/api/v1/drafts/{draft}", params(("draft" = String, Path)), responses(
    (status = 200, body = DraftFacts), ReadRefused))]
pub async fn one(
    State(hall): State<Arc<Hall>>,
    who: SignedIn,
    Path(name): Path<String>,
) -> Result<Json<DraftFacts>, Problem> {
    let Waiting { draft, signed, .. } = hall.drafts.of(who.officer, &name)?;
    let body = draft.body.encode().map_err(|why| Failure::usage(why.to_string()))?;
    let covered = Arc::clone(&draft);
    let covers = blocking(move || covered_by(&hall, &covered.body));
    Ok(Json(DraftFacts {
        kind: draft.body.kind().to_owned(),
        chinese: draft.body.chinese().to_owned(),
        body: serde_json::from_slice(&body).unwrap_or_default(),
        lines: draft.entries.len(),
        covers: covers.await?.map(|seq| seq.0),
        papers: draft.papers().map(|(name, _)| name).collect(),
        receipt: signed.map(ReceiptFacts::from),
    }))
}

/// The entry of the act whose lines a body's root covers.
fn covered_by(hall: &Hall, body: &Body) -> Result<Option<Seq>, Failure> {
    let act = if let Body::RosterChecked(agreed) | Body::RosterFinanceReviewed(agreed) = body {
        agreed.roster
    } else if let Body::RosterApproved(approved) = body {
        approved.roster
    } else if let Body::EntitlementsConfirmed(confirmed) = body {
        confirmed.brought_in
    } else if let Body::AdjustmentListConfirmed(confirmed) = body {
        confirmed.adjustments
    } else if let Body::HandoverAccepted(accepted) = body {
        accepted.handover
    } else if let Body::PaymentFileReleased(released) = body {
        let batch = |books: &Books| books.payments.batches.get(&released.batch).map(|one| one.at);
        return hall.room.read(|office| batch(office.books));
    } else {
        return Ok(None);
    };
    Ok(hall.room.log().find(&act.0)?)
}

/// A draft's lines, an entry a line: exactly what the manifest's root covers.
#[utoipa::path(get, path = "/api/v1/drafts/{draft}/lines", params(("draft" = String, Path)), responses(
    (status = 200, body = String, content_type = "text/plain; charset=utf-8"), ReadRefused))]
pub async fn lines(
    State(hall): State<Arc<Hall>>,
    who: SignedIn,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let draft = hall.drafts.of(who.officer, &name)?.draft;
    Ok(streamed(draft.entries.len(), move |piece| {
        let entries = draft.entries.get(piece).unwrap_or_default();
        Ok(entries.iter().flat_map(|entry| entry.iter().chain(b"\n")).copied().collect())
    }))
}

/// A paper that goes out with a draft, to be read before signing: a payment file, a document, a month's figures.
#[utoipa::path(get, path = "/api/v1/drafts/{draft}/papers/{number}", params(("draft" = String, Path), ("number" = u32, Path)), responses(
    (status = 200, body = String, content_type = "application/octet-stream"), ReadRefused
))]
pub async fn paper(
    State(hall): State<Arc<Hall>>,
    who: SignedIn,
    Path((name, number)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let number: usize = number.parse().map_err(|_| Failure::usage("文件序号应为整数。"))?;
    let waiting = hall.drafts.of(who.officer, &name)?;
    let paper = waiting.draft.papers().nth(number);
    let (name, bytes) = paper.ok_or_else(|| of_http("http.not_found", "没有这个文件。"))?;
    Ok(as_file(&name, bytes.to_vec()))
}

/// Drops a draft that nobody signed.
#[utoipa::path(delete, path = "/api/v1/drafts/{draft}", params(("draft" = String, Path)), responses(
    (status = 204), WriteRefused))]
pub async fn forget(
    State(hall): State<Arc<Hall>>,
    who: SignedIn,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    hall.drafts.drop_of(who.officer, &name)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes the signed act of a draft into the books. The same act again gets the same answer.
#[utoipa::path(post, path = "/api/v1/drafts/{draft}/signed", params(("draft" = String, Path)),
    request_body(content = String, content_type = "application/octet-stream", description = "the act's entry"), responses(
    (status = 200, body = ReceiptFacts), WriteRefused))]
pub async fn sign(
    State(hall): State<Arc<Hall>>,
    who: SignedIn,
    Path(name): Path<String>,
    Entry(bytes): Entry,
) -> Result<Response, Problem> {
    let receipt = blocking(move || {
        let (signed, _) = read_entries(&bytes)?;
        hall.hand_in(who.officer, who.key, &name, signed)
    });
    let receipt = receipt.await?;
    let repeat = [("doudi-repeat", if receipt.is_repeat { "true" } else { "false" })];
    Ok((repeat, Json(ReceiptFacts::from(receipt))).into_response())
}
