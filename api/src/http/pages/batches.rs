//! 名册与批次: the list, and one batch beside the month before with its payments.

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use ledger::act::offices::Role;
use ledger::act::payments::RosterKind;
use ledger::books::Books;
use ledger::books::payments::{Batch, BatchStage, Payment};
use ledger::ids::{BatchCode, FundCode, PaymentRef};
use ledger::views::roster_change;
use serde::Deserialize;

use super::forms::{Control, Field, Form};
use super::payees::Payees;
use super::{Frame, page};
use crate::desk::trial::try_one;
use crate::desk::{Office, paying, profiles};
use crate::failure::Failure;
use crate::hall::Hall;
use crate::http::extract::{Asked, SignedIn, Visitor};
use crate::permits::{Area, Sight, holds};

/// So many rows stand on a page.
const ROWS: usize = 100;
const PAYMENTS: usize = 50;
const CHANGES: usize = 50;

struct Row {
    code: String,
    scheme: String,
    period: String,
    kind: &'static str,
    stage: &'static str,
    count: usize,
    total: String,
    unanswered: u32,
}

impl Row {
    fn of(code: &BatchCode, batch: &Batch) -> Row {
        Row {
            code: code.to_string(),
            scheme: batch.scheme.to_string(),
            period: batch.period.to_string(),
            kind: batch.kind.chinese(),
            stage: batch.stage.chinese(),
            count: batch.len(),
            total: batch.total.to_grouped_yuan(),
            unanswered: batch.unanswered(),
        }
    }
}

#[derive(Template)]
#[template(path = "batches.html")]
struct Batches {
    frame: Frame,
    count: usize,
    rows: Vec<Row>,
    next: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct After {
    after: Option<String>,
}

/// The newest first: by code from the end.
pub(super) async fn list(
    State(hall): State<Arc<Hall>>,
    Visitor(who): Visitor,
    asked: Result<Asked<After>, crate::http::problem::Problem>,
) -> Response {
    let Asked(After { after }) = match asked {
        Ok(asked) => asked,
        Err(why) => return why.into_response(),
    };
    page(hall, who, "/batches", move |_, office, frame| {
        let all = &office.books.payments.batches;
        let older = |code: &BatchCode| after.as_deref().is_none_or(|after| code.as_str() < after);
        let wanted = all.iter().rev().filter(|(code, _)| older(code));
        let mut rows: Vec<_> = wanted.take(ROWS + 1).map(|(c, b)| Row::of(c, b)).collect();
        let has_more = rows.len() > ROWS;
        rows.truncate(ROWS);
        let next = rows.last().filter(|_| has_more).map(|last| last.code.clone());
        Ok(Batches { frame, count: all.len(), rows, next })
    })
    .await
}

struct ChangeRow {
    entitlement: String,
    why: &'static str,
    before: String,
    now: String,
}

struct Change {
    before_month: String,
    before: (u64, String),
    now: (u64, String),
    changes: Vec<ChangeRow>,
    more: usize,
}

struct PaymentRow {
    reference: String,
    name: String,
    account: String,
    bank: String,
    amount: String,
    state: &'static str,
    reason: &'static str,
}

/// Whether names and accounts stand on the page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    /// They are not for this person.
    Never,
    /// They are there for the asking.
    NotYet,
    /// They were asked for, and the reading is recorded.
    Now,
}

impl Shown {
    fn of(is_theirs: bool, is_asked: bool) -> Shown {
        match (is_theirs, is_asked) {
            (false, _) => Shown::Never,
            (true, false) => Shown::NotYet,
            (true, true) => Shown::Now,
        }
    }

    /// True if they stand there.
    fn now(self) -> bool {
        self == Shown::Now
    }

    /// True if they can be asked for.
    fn not_yet(self) -> bool {
        self == Shown::NotYet
    }
}

#[derive(Template)]
#[template(path = "batch.html")]
struct OneBatch {
    frame: Frame,
    one: Row,
    entry: u64,
    root: String,
    step: Option<&'static str>,
    refused: Option<String>,
    is_approved: bool,
    has_file: bool,
    payees: Shown,
    after: usize,
    accounts: Vec<(String, String)>,
    profiles: Vec<String>,
    today: String,
    change: Option<Change>,
    /// Entitlements with an amount that the month's standards do not allow.
    misfits: usize,
    payments: Vec<PaymentRow>,
    first: usize,
    last: usize,
    next: Option<usize>,
    forms: Vec<Form>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AfterLine {
    after: Option<usize>,
    /// Names and accounts are asked for, and the reading recorded.
    #[serde(default)]
    payees: bool,
}

pub(super) async fn one(
    State(hall): State<Arc<Hall>>,
    Visitor(who): Visitor,
    Path(code): Path<String>,
    asked: Result<Asked<AfterLine>, crate::http::problem::Problem>,
) -> Response {
    let (after, asks_payees) = match asked {
        Ok(Asked(AfterLine { after, payees })) => (after.unwrap_or(0), payees),
        Err(why) => return why.into_response(),
    };
    page(hall, who, "/batches", move |hall, office, frame| {
        let code: BatchCode =
            code.parse().map_err(|why| Failure::usage(format!("批次号：{why}")))?;
        let batch = paying::batch(office.books, &code)?;
        let payments = office.books.payments.references(&code).skip(after).take(PAYMENTS);
        let payments: Vec<_> = payments.collect();
        let area = Area::of(office.books, who.officer);
        let shown = Shown::of(Sight::Payees.is_for(office.books, who.officer), asks_payees);
        let near = payments.iter().map(|(_, one)| one);
        let near = near.filter(|one| shown.now() && area.covers_payee(office.books, one.payee));
        let payees = Payees::of(office, near, &office.access(who.officer, "查看名册"))?;
        let is_released = batch.released.is_some();
        let payments = payments.iter().map(|(at, payment)| {
            payment_row(office.books, (at, payment), is_released, payees.find(payment))
        });
        let payments: Vec<_> = payments.collect();
        let last = after.saturating_add(payments.len());
        let pays = holds(office.books, who.officer, Role::Payer);
        let is_approved = batch.stage == BatchStage::Approved && pays;
        Ok(OneBatch {
            frame,
            one: Row::of(&code, batch),
            entry: batch.at.0,
            root: batch.root.to_string(),
            step: step(batch.stage),
            refused: refused_to(office, who, &code),
            is_approved,
            payees: shown,
            after,
            has_file: is_released && Sight::PaymentFile.is_for(office.books, who.officer),
            accounts: if is_approved { paying_accounts(office, &code) } else { Vec::new() },
            profiles: if is_approved { sending_profiles(office)? } else { Vec::new() },
            today: office.clock.today().to_string(),
            change: change(hall, office, batch)?,
            // A reissue pays what was due then.
            misfits: match batch.kind {
                RosterKind::Reissue => 0,
                RosterKind::Regular | RosterKind::Supplementary => {
                    hall.misfits(office, (&batch.scheme, batch.period))?
                }
            },
            payments,
            first: after.saturating_add(1).min(last),
            last,
            next: (last < batch.len()).then_some(last),
            forms: withdrawing(office, who, &code, batch),
        })
    })
    .await
}

/// A roster can be taken back by who draws rosters, as long as no payment file went out.
fn withdrawing(office: Office<'_>, who: SignedIn, code: &BatchCode, batch: &Batch) -> Vec<Form> {
    let is_out = matches!(batch.stage, BatchStage::Released | BatchStage::Withdrawn);
    if is_out || !holds(office.books, who.officer, Role::RosterMaker) {
        return Vec::new();
    }
    let fields = vec![
        Field::given("batch", code.to_string()),
        Field::given("roster", batch.roster.to_string()),
        Field::new("reason", "撤回原因（不写姓名）", Control::Text),
    ];
    let form = Form::new("roster.withdrawn", "撤回名册", fields);
    vec![form.noting("撤回后，名册上的支付都不再发放，可以重新造册。")]
}

/// Why this person's signature under the next agreement would be refused, if it would.
fn refused_to(office: Office<'_>, who: SignedIn, code: &BatchCode) -> Option<String> {
    let draft = paying::agreed(office.books, code).ok()?;
    let judged = try_one(office, who.key, &draft.body, &[]);
    judged.err().map(|why| why.to_string())
}

/// The programme accounts on which the batch's funds lie, by code and bank.
fn paying_accounts(office: Office<'_>, code: &BatchCode) -> Vec<(String, String)> {
    let payments = office.books.payments.references(code);
    let funds: BTreeSet<FundCode> = payments
        .flat_map(|(_, payment)| payment.sources.into_iter().map(|source| source.fund))
        .collect();
    let accounts: BTreeSet<_> =
        funds.iter().filter_map(|fund| office.books.funds.account_of(fund)).collect();
    let named = accounts.into_iter().map(|code| {
        let bank = office.books.funds.accounts.get(code).map(|account| account.bank.clone());
        (code.to_string(), bank.unwrap_or_default())
    });
    named.collect()
}

const fn step(stage: BatchStage) -> Option<&'static str> {
    match stage {
        BatchStage::Drawn => Some("复核无误，去签署"),
        BatchStage::Checked => Some("财政审核，去签署"),
        BatchStage::Reviewed => Some("审批，去签署"),
        BatchStage::Approved | BatchStage::Released | BatchStage::Withdrawn => None,
    }
}

fn sending_profiles(office: Office<'_>) -> Result<Vec<String>, Failure> {
    let all = profiles::of_ledger(office.dir)?;
    let mut names: Vec<String> = all
        .iter()
        .filter(|profile| profile.request().is_some())
        .map(|profile| profile.id.clone())
        .collect();
    names.sort();
    names.dedup();
    Ok(names)
}

fn change(hall: &Hall, office: Office<'_>, batch: &Batch) -> Result<Option<Change>, Failure> {
    if batch.kind == RosterKind::Reissue {
        return Ok(None);
    }
    let (scheme, period) = (&batch.scheme, batch.period);
    let change = hall.changes.at(office.books.height, (scheme.clone(), period), || {
        Ok(roster_change::of(office.books, scheme, period))
    })?;
    let Some(change) = change.as_ref() else { return Ok(None) };
    let more = change.changes.len().saturating_sub(CHANGES);
    let rows = change.changes.iter().take(CHANGES).map(|one| ChangeRow {
        entitlement: one.entitlement.to_string(),
        why: one.why.chinese(),
        before: one.before.to_grouped_yuan(),
        now: one.now.to_grouped_yuan(),
    });
    Ok(Some(Change {
        before_month: batch.period.previous().to_string(),
        before: (change.before.0, change.before.1.to_grouped_yuan()),
        now: (change.now.0, change.now.1.to_grouped_yuan()),
        changes: rows.collect(),
        more,
    }))
}

fn payment_row(
    books: &Books,
    (reference, payment): (&PaymentRef, &Payment),
    is_released: bool,
    payee: Option<(&str, &str)>,
) -> PaymentRow {
    let bank = books.people.accounts.get(&payment.account).map(|account| account.bank.clone());
    let (name, account) = payee.unwrap_or_default();
    PaymentRow {
        reference: reference.to_string(),
        name: name.to_owned(),
        account: account.to_owned(),
        bank: bank.filter(|_| payee.is_some()).unwrap_or_default(),
        amount: payment.amount.to_grouped_yuan(),
        state: payment.state(is_released).chinese(),
        reason: payment.failure().map_or("", |reason| reason.chinese()),
    }
}
