//! 存疑: what waits for a decision, by the bank file it came in and by kind; the form by which one is decided, and the page on
//! which all of one kind from one file are.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use ledger::act::offices::Role;
use ledger::act::payments::Decision;
use ledger::books::Books;
use ledger::books::bank::{Exception, Waiting};
use ledger::ids::Seq;
use ledger::money::Money;
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
    heaps: Vec<(Heap, String)>,
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
        let heaps = heaps.into_iter().map(|heap| {
            let sums = sums(office.books, &heap);
            (heap, sums)
        });
        Ok(Exceptions { frame, heaps: heaps.collect(), forms, decides })
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
    listed: Vec<Listed>,
    /// The same for the script: entry, payment, and what the line says.
    entries: String,
    decisions: Vec<Choice>,
    /// The decisions that name a payment.
    naming: String,
    today: String,
}

/// One exception of a heap.
struct Listed {
    entry: u64,
    payment: Option<String>,
    /// Row in the bank's file, the bank's day where the books keep it, which way, how much.
    row: u32,
    date: String,
    way: &'static str,
    amount: String,
}

impl Listed {
    fn of(books: &Books, entry: Seq, one: &Exception) -> Listed {
        let statement = match &one.waiting {
            Waiting::Statement { account } => books.bank.statements.get(account),
            Waiting::Response { .. } | Waiting::Return { .. } => None,
        };
        let row = statement.and_then(|all| all.rows.iter().find(|row| row.at == entry));
        Listed {
            entry: entry.0,
            payment: one.reference.as_ref().map(ToString::to_string),
            row: one.row,
            date: row.map(|row| row.date.to_string()).unwrap_or_default(),
            way: match statement {
                Some(_) if one.amount.is_negative() => "支出",
                Some(_) => "收入",
                None => "",
            },
            amount: unsigned(one.amount),
        }
    }

    /// What the line says, beside the act that is about it.
    fn about(&self) -> String {
        let row = format!("文件第{}行", self.row);
        let amount = format!("{}{}元", self.way, self.amount);
        let parts = [row.as_str(), self.date.as_str(), amount.as_str()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    }
}

/// Without its sign, which a word tells.
fn unsigned(amount: Money) -> String {
    let other = if amount.is_negative() { amount.checked_neg() } else { None };
    other.unwrap_or(amount).to_grouped_yuan()
}

/// The sum of a heap; what came in and what went out stand apart.
fn sums(books: &Books, heap: &Heap) -> String {
    let amounts = heap.entries.iter().filter_map(|entry| books.bank.exceptions.get(entry));
    let (out, into): (Vec<Money>, Vec<Money>) =
        amounts.map(|one| one.amount).partition(|amount| amount.is_negative());
    let sum = |amounts: Vec<Money>| Money::total(amounts).map(unsigned).unwrap_or_default();
    if out.is_empty() {
        return sum(into);
    }
    format!("收入 {}，支出 {}", sum(into), sum(out))
}

/// All exceptions of one kind from one bank file, decided alike.
pub(super) async fn heap(
    State(hall): State<Arc<Hall>>,
    Visitor(who): Visitor,
    Path((import, kind)): Path<(String, String)>,
) -> Response {
    written(hall, who, "/exceptions", move |_, office, frame| {
        let books = office.books;
        if !holds(books, who.officer, Role::Supervisor) {
            let role = Role::Supervisor.chinese();
            return Err(Rejection::RoleMissing { kind: "处理存疑", role }.into());
        }
        let mut known = heaps(books).into_iter();
        let heap = known.find(|heap| heap.import.to_string() == import && heap.kind == kind);
        let heap = heap.ok_or_else(|| {
            Failure::usage("这一批存疑已经处理完，或没有这一批。请回到“存疑”页查看。")
        })?;
        let own = heap.entries.iter().take(CHOICES);
        let listed = own
            .filter_map(|entry| Some(Listed::of(books, *entry, books.bank.exceptions.get(entry)?)));
        let listed: Vec<Listed> = listed.collect();
        let entries = listed.iter().map(
            |one| json!({ "entry": one.entry, "reference": one.payment, "about": one.about() }),
        );
        // Which movement a row is cleared with differs from row to row.
        let decisions = Decision::ALL.iter().filter(|one| **one != Decision::Cleared);
        let naming = Decision::ALL.iter().filter(|one| names_payment(**one));
        Ok(HeapPage {
            frame,
            key: who.key.to_string(),
            total: sums(books, &heap),
            entries: entries.collect::<serde_json::Value>().to_string(),
            listed,
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
