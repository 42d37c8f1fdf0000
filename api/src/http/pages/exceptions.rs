//! 存疑: what waits for a decision, by the bank file it came in and by kind; the form by which one is decided, and the page on
//! which all of one kind from one file are.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use ledger::act::offices::Role;
use ledger::act::payments::Decision;
use ledger::ids::Seq;
use ledger::rejection::Rejection;
use serde_json::json;

use super::choices::words_of;
use super::forms::{Choice, Control, Field, Form};
use super::{Frame, page as written};
use crate::desk::Office;
use crate::desk::exceptions::{Heap, heaps, names_payment};
use crate::failure::Failure;
use crate::hall::Hall;
use crate::http::extract::Visitor;
use crate::permits::holds;

#[derive(Template)]
#[template(path = "exceptions.html")]
struct Exceptions {
    frame: Frame,
    heaps: Vec<Heap>,
    forms: Vec<Form>,
    decides: bool,
}

pub(super) async fn page(State(hall): State<Arc<Hall>>, Visitor(who): Visitor) -> Response {
    written(hall, who, "/exceptions", move |_, office, frame| {
        let decides = holds(office.books, who.officer, Role::Supervisor);
        let heaps = heaps(office.books);
        let mut forms = Vec::new();
        if decides && !heaps.is_empty() {
            forms.push(deciding(office, &heaps));
        }
        if decides {
            forms.push(undoing(office));
        }
        Ok(Exceptions { frame, heaps, forms, decides })
    })
    .await
}

/// So many can be chosen from; the rest come up when these are decided.
const CHOICES: usize = 500;

fn deciding(office: Office<'_>, heaps: &[Heap]) -> Form {
    let entries = heaps.iter().flat_map(|heap| heap.entries.iter().map(move |entry| (entry, heap)));
    let entries = entries
        .take(CHOICES)
        .map(|(entry, heap)| (entry.to_string(), format!("{entry} {}", heap.chinese)));
    let entries: Vec<Choice> = entries.collect();
    let fields = vec![
        Field::new("entry", "记录", Control::OneNumber(entries)),
        Field::new("decision", "处理意见", Control::One(words_of!(Decision))),
        Field::optional("reference", "支付（认定成功、失败、退汇时填）", Control::Text),
        Field::optional("movement", "账项（对应到账项时填）", Control::Text),
        Field::new("reason", "理由（不写姓名）", Control::Text),
        Field::proof("evidence", "凭证"),
        Field::new("booked", "入账日期", Control::Day(office.clock.today().to_string())),
    ];
    let form = Form::new("exception.resolved", "处理一项存疑", fields).saying("处理，去签署");
    let count: usize = heaps.iter().map(|heap| heap.entries.len()).sum();
    if count > CHOICES {
        form.noting("只列出最早的 500 项，其余在这些处理后列出。")
    } else {
        form
    }
}

#[derive(Template)]
#[template(path = "heap.html")]
struct HeapPage {
    frame: Frame,
    key: String,
    heap: Heap,
    total: String,
    /// Entry, payment, amount.
    listed: Vec<(u64, String, String)>,
    /// The same for the script: entry and payment.
    entries: String,
    decisions: Vec<Choice>,
    /// The decisions that name a payment.
    naming: String,
    today: String,
}

/// All exceptions of one kind from one bank file, decided alike.
pub(super) async fn heap(
    State(hall): State<Arc<Hall>>,
    Visitor(who): Visitor,
    Path((import, kind)): Path<(u64, String)>,
) -> Response {
    written(hall, who, "/exceptions", move |_, office, frame| {
        let books = office.books;
        if !holds(books, who.officer, Role::Supervisor) {
            let role = Role::Supervisor.chinese();
            return Err(Rejection::RoleMissing { kind: "处理存疑", role }.into());
        }
        let mut known = heaps(books).into_iter();
        let heap = known.find(|heap| heap.import == Seq(import) && heap.kind == kind);
        let heap = heap.ok_or_else(|| {
            Failure::usage("这一批存疑已经处理完，或没有这一批。请回到“存疑”页查看。")
        })?;
        let own = heap.entries.iter().take(CHOICES);
        let own: Vec<_> =
            own.filter_map(|entry| Some((entry, books.bank.exceptions.get(entry)?))).collect();
        let listed = own.iter().map(|(entry, one)| {
            let payment = one.reference.as_ref().map(ToString::to_string).unwrap_or_default();
            (entry.0, payment, one.amount.to_grouped_yuan())
        });
        let entries =
            own.iter().map(|(entry, one)| json!({ "entry": entry, "reference": one.reference }));
        // Which movement a row is cleared with differs from row to row.
        let decisions = Decision::ALL.iter().filter(|one| **one != Decision::Cleared);
        let naming = Decision::ALL.iter().filter(|one| names_payment(**one));
        Ok(HeapPage {
            frame,
            key: who.key.to_string(),
            total: heap.total.to_grouped_yuan(),
            listed: listed.collect(),
            entries: entries.collect::<serde_json::Value>().to_string(),
            decisions: decisions
                .map(|one| (one.word().to_owned(), one.chinese().to_owned()))
                .collect(),
            naming: naming.map(|one| json!(one.word())).collect::<serde_json::Value>().to_string(),
            today: office.clock.today().to_string(),
            heap,
        })
    })
    .await
}

/// A statement row that was given to the wrong movement.
fn undoing(office: Office<'_>) -> Form {
    let fields = vec![
        Field::new("entry", "流水行的记录号", Control::Whole(String::new())),
        Field::new("reason", "理由（不写姓名）", Control::Text),
        Field::proof("evidence", "凭证"),
        Field::new("booked", "入账日期", Control::Day(office.clock.today().to_string())),
    ];
    let form = Form::new("clearing.undone", "解除核销", fields);
    form.noting("流水行核销错了，或错认为与本账无关：解除后，流水行和账项重新待核对。")
}
