//! 待办: what waits for this person, by role, and why something that waits is not for them.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use ledger::act::Body;
use ledger::act::offices::Role;
use ledger::books::Books;
use ledger::books::payments::{Batch, BatchStage};
use ledger::ids::BatchCode;
use ledger::money::Money;
use serde_json::Value;

use super::concerning::concerns;
use super::{Frame, page as written};
use crate::desk::paying::agreed;
use crate::desk::trial::try_one;
use crate::desk::{Office, handing};
use crate::hall::Hall;
use crate::http::extract::{SignedIn, Visitor};
use crate::tls;

struct Task {
    what: &'static str,
    batch: String,
    scheme: String,
    period: String,
    count: usize,
    total: String,
    path: String,
    refused: Option<String>,
}

struct OwnDraft {
    kind: &'static str,
    about: String,
    made: String,
    lines: usize,
    name: String,
}

#[derive(Template)]
#[template(path = "todo.html")]
struct Todo {
    frame: Frame,
    drafts: Vec<OwnDraft>,
    draws: bool,
    tasks: Vec<Task>,
    exceptions: usize,
    keys: usize,
    cases: usize,
    /// Lists of open matters that wait to be taken.
    handovers: usize,
    /// What is to be done about the site's certificate, for who looks after it.
    certificate: Option<String>,
}

pub(super) async fn page(State(hall): State<Arc<Hall>>, Visitor(who): Visitor) -> Response {
    written(hall, who, "/", move |hall, office, frame| {
        let drafts = hall.drafts.all_of(who.officer).into_iter().map(|(name, one)| OwnDraft {
            kind: one.draft.body.chinese(),
            about: about(office.books, &one.draft.body),
            made: clock_of(one.made),
            lines: one.draft.entries.len(),
            name,
        });
        let known = office.books.offices.officers.get(&who.officer);
        let roles = known.map(|known| known.roles.clone()).unwrap_or_default();
        let decides = roles.contains(&Role::Supervisor) || roles.contains(&Role::Reconciler);
        let exceptions = if decides { office.books.bank.exceptions.len() } else { 0 };
        let draws = roles.contains(&Role::RosterMaker);
        let drafts = drafts.collect();
        let keys = super::keys::waiting_for(hall, office.books, who)?;
        let cases = super::cases::seen(office, who, false).len();
        let handovers = handing::waiting(office.books, who.officer)?.len();
        let tasks = tasks(office, who, &roles);
        let ends = hall.sites.certificate_ends.filter(|_| roles.contains(&Role::Admin));
        let certificate = ends.and_then(|ends| tls::warning(ends, office.clock.unix_seconds()));
        Ok(Todo { frame, drafts, draws, tasks, exceptions, keys, cases, handovers, certificate })
    })
    .await
}

/// What tells one draft from another: batch, month, fund, amount, as far as its body names them.
fn about(books: &Books, body: &Body) -> String {
    let written = body.encode().unwrap_or_default();
    let stated: Value = serde_json::from_slice(&written).unwrap_or_default();
    let text = |name: &str| stated.get(name).and_then(Value::as_str).map(str::to_owned);
    let fen = |name: &str| {
        let amount = stated.pointer(name).and_then(Value::as_i64)?;
        Some(format!("{}元", Money::from_fen(amount).to_grouped_yuan()))
    };
    let entry = stated.get("entry").and_then(Value::as_u64).map(|entry| format!("第{entry}条记录"));
    let parts = [
        text("batch"),
        text("scheme"),
        text("period"),
        text("fund"),
        text("document_no"),
        text("account"),
        entry,
        text("file_name"),
        text("post"),
        stated.get("year").and_then(Value::as_i64).map(|year| format!("{year}年")),
        text("date"),
        text("from").map(|from| format!("自{from}")),
        text("event"),
        text("subject"),
        fen("/amount_fen").or_else(|| fen("/total_fen")).or_else(|| fen("/manifest/total_fen")),
    ];
    let mut parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() {
        let concerned = concerns(books, body).into_iter();
        parts.extend(concerned.map(|one| format!("{} {}", one.word, one.said)));
    }
    parts.join("  ")
}

/// The time of day, as the office's clock shows it (+08:00).
fn clock_of(seconds: u64) -> String {
    let of_day = (seconds + 8 * 3600) % 86_400;
    format!("{:02}:{:02}", of_day / 3600, of_day / 60 % 60)
}

/// What a batch waits for, whose role that is, and where it is done.
fn next(batch: &Batch, code: &BatchCode) -> Option<(&'static str, Role, String)> {
    let own = format!("/batches/{code}");
    match batch.stage {
        BatchStage::Drawn => Some(("复核名册", Role::RosterChecker, own)),
        BatchStage::Checked => Some(("财政审核名册", Role::FinanceReviewer, own)),
        BatchStage::Reviewed => Some(("审批名册", Role::RosterApprover, own)),
        BatchStage::Approved => Some(("报盘", Role::Payer, own)),
        BatchStage::Released if batch.unanswered() > 0 => {
            Some(("导入回盘", Role::Reconciler, "/import".to_owned()))
        }
        BatchStage::Released | BatchStage::Withdrawn => None,
    }
}

fn tasks(office: Office<'_>, who: SignedIn, roles: &[Role]) -> Vec<Task> {
    let batches = office.books.payments.batches.iter();
    let tasks = batches.filter_map(|(code, batch)| {
        let (what, role, path) = next(batch, code)?;
        if !roles.contains(&role) {
            return None;
        }
        // What the rules would say to this person's signature, said before the way is walked.
        let refused = agreed(office.books, code).ok().and_then(|draft| {
            try_one(office, who.key, &draft.body, &draft.lines).err().map(|why| why.to_string())
        });
        let (scheme, period) = (batch.scheme.to_string(), batch.period.to_string());
        let (count, total) = (batch.len(), batch.total.to_grouped_yuan());
        Some(Task { what, batch: code.to_string(), scheme, period, count, total, path, refused })
    });
    tasks.collect()
}
