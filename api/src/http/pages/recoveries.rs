//! 追回: what payees have to pay back, what of it came, and the forms by which it is ordered and received.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use ledger::act::offices::Role;

use super::forms::{Choice, Control, Field, Form};
use super::{Frame, page as written};
use crate::desk::Office;
use crate::hall::Hall;
use crate::http::extract::Visitor;
use crate::permits::holds;

struct Row {
    notice: String,
    date: String,
    batch: String,
    reference: String,
    amount: String,
    received: String,
    left: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "recoveries.html")]
struct Recoveries {
    frame: Frame,
    rows: Vec<Row>,
    forms: Vec<Form>,
}

pub(super) async fn page(State(hall): State<Arc<Hall>>, Visitor(who): Visitor) -> Response {
    written(hall, who, "/recoveries", move |_, office, frame| {
        let rows = office.books.payments.recoveries.values().map(|one| {
            let left = one.ordered.amount_fen.checked_sub(one.received).unwrap_or_default();
            Row {
                notice: one.ordered.notice_no.clone(),
                date: one.ordered.date.to_string(),
                batch: one.ordered.reference.batch().to_string(),
                reference: one.ordered.reference.to_string(),
                amount: one.ordered.amount_fen.to_grouped_yuan(),
                received: one.received.to_grouped_yuan(),
                left: left.to_grouped_yuan(),
                reason: one.ordered.reason.clone(),
            }
        });
        let mut rows: Vec<Row> = rows.collect();
        rows.sort_by(|one, other| (&other.date, &other.notice).cmp(&(&one.date, &one.notice)));
        let mut forms = Vec::new();
        if holds(office.books, who.officer, Role::Supervisor) {
            forms.push(ordering(office));
        }
        if holds(office.books, who.officer, Role::Reconciler) {
            forms.push(receiving(office));
        }
        Ok(Recoveries { frame, rows, forms })
    })
    .await
}

fn ordering(office: Office<'_>) -> Form {
    let fields = vec![
        Field::new("reference", "支付（十二位，见批次明细）", Control::Text),
        Field::new("amount_fen", "追回金额（元）", Control::Yuan),
        Field::new("notice_no", "退款通知书编号", Control::Text),
        Field::new("date", "通知日期", Control::Day(office.clock.today().to_string())),
        Field::new("reason", "原因（不写姓名）", Control::Text),
        Field::proof("evidence", "退款通知书"),
    ];
    Form::new("recovery.ordered", "下达退款通知书", fields)
}

fn receiving(office: Office<'_>) -> Form {
    let open = office.books.payments.recoveries.iter().filter_map(|(act, one)| {
        let left = one.ordered.amount_fen.checked_sub(one.received)?;
        let shown = format!("{}，未到账 {} 元", one.ordered.notice_no, left.to_grouped_yuan());
        left.is_positive().then(|| (act.to_string(), shown))
    });
    let open: Vec<Choice> = open.collect();
    let fields = vec![
        Field::new("order", "退款通知书", Control::One(open)),
        Field::new("amount_fen", "到账金额（元）", Control::Yuan),
        Field::new("date", "到账日期", Control::Day(office.clock.today().to_string())),
    ];
    Form::new("recovery.received", "追回到账", fields)
}
