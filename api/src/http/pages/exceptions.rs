//! 存疑: what waits for a decision, by the bank file it came in and by kind; the form by which one is decided.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use ledger::act::offices::Role;
use ledger::act::payments::Decision;

use super::choices::words_of;
use super::forms::{Choice, Control, Field, Form};
use super::{Frame, page as written};
use crate::desk::Office;
use crate::desk::exceptions::{Heap, heaps};
use crate::hall::Hall;
use crate::http::extract::Visitor;
use crate::permits::holds;

#[derive(Template)]
#[template(path = "exceptions.html")]
struct Exceptions {
    frame: Frame,
    heaps: Vec<Heap>,
    forms: Vec<Form>,
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
        Ok(Exceptions { frame, heaps, forms })
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
