//! 机构与保单: organisations that may be paid, insurance policies, and the forms by which both are registered.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use ledger::act::offices::Role;
use ledger::act::people::OrganisationKind;

use super::choices::words_of;
use super::forms::{Choice, Control, Field, Form};
use super::{Frame, page as written};
use crate::desk::Office;
use crate::hall::Hall;
use crate::http::extract::Visitor;
use crate::permits::holds;

struct PolicyRow {
    code: String,
    insurer: String,
    days: String,
    premium: String,
    cover: String,
    settled: String,
    insured: u32,
}

#[derive(Template)]
#[template(path = "organisations.html")]
struct Organisations {
    frame: Frame,
    known: Vec<(String, &'static str, String, String, String)>,
    policies: Vec<PolicyRow>,
    forms: Vec<Form>,
}

pub(super) async fn page(State(hall): State<Arc<Hall>>, Visitor(who): Visitor) -> Response {
    written(hall, who, "/organisations", move |_, office, frame| {
        let known = office.books.people.organisations.values().map(|known| {
            let closed = known.closed.map(|day| day.to_string()).unwrap_or_default();
            let (name, code) = (known.name.clone(), known.uscc.clone());
            (name, known.kind.chinese(), code, known.division.to_string(), closed)
        });
        let registers = holds(office.books, who.officer, Role::Registrar);
        Ok(Organisations {
            frame,
            known: known.collect(),
            policies: policies(office),
            forms: if registers { forms(office) } else { Vec::new() },
        })
    })
    .await
}

fn policies(office: Office<'_>) -> Vec<PolicyRow> {
    let urgent = &office.books.urgent;
    let rows = urgent.policies.values().map(|one| PolicyRow {
        code: one.policy.to_string(),
        insurer: one.insurer.clone(),
        days: format!("{} 至 {}", one.from, one.until),
        premium: one.premium_fen.to_grouped_yuan(),
        cover: one.cover_fen.to_grouped_yuan(),
        settled: urgent.settled_under(&one.policy).unwrap_or_default().to_grouped_yuan(),
        insured: one.insured,
    });
    rows.collect()
}

fn forms(office: Office<'_>) -> Vec<Form> {
    let open = office.books.people.organisations.iter();
    let open = open.filter(|(_, known)| known.closed.is_none());
    let open: Vec<Choice> = open.map(|(id, known)| (id.to_string(), known.name.clone())).collect();
    let registered = Form::new(
        "organisation.registered",
        "登记收款机构",
        vec![
            Field::drawn("organisation"),
            Field::new("name", "名称（与证书一致）", Control::Text),
            Field::new("kind", "类别", Control::One(words_of!(OrganisationKind))),
            Field::new("uscc", "统一社会信用代码", Control::Text),
            Field::new("division", "登记地区划代码", Control::Text),
            Field::new("bank_name", "开户银行", Control::Private),
            Field::new("number", "账号", Control::PrivateTwice),
            Field::new("holder_name", "户名", Control::Private),
            Field::proof("evidence", "登记证书和开户证明"),
        ],
    );
    let closed = Form::new(
        "organisation.closed",
        "机构停用",
        vec![
            Field::new("organisation", "机构", Control::One(open.clone())),
            Field::new("date", "最后一日", Control::Day(String::new())),
            Field::new("reason", "停用原因", Control::Text),
            Field::proof("evidence", "凭证"),
        ],
    );
    let insured = Form::new(
        "insurance.opened",
        "登记保单",
        vec![
            Field::new("policy", "保单代码（大写字母、数字、短横）", Control::Text),
            Field::new("insurer", "承保机构", Control::Text),
            Field::new("from", "起日", Control::Day(String::new())),
            Field::new("until", "止日", Control::Day(String::new())),
            Field::new("premium_fen", "保费（元）", Control::Yuan),
            Field::new("cover_fen", "保额（元）", Control::Yuan),
            Field::new("insured", "参保人数", Control::Whole(String::new())),
            Field::optional("notice_days", "赔付前公示天数", Control::Whole(String::new())),
        ],
    );
    let account = Form::new(
        "account.changed",
        "机构换账户",
        vec![
            Field::new("person", "机构", Control::One(open)),
            Field::new("bank_name", "开户银行", Control::Private),
            Field::new("number", "新账号", Control::PrivateTwice),
            Field::new("holder_name", "户名", Control::Private),
            Field::new("reason", "变更原因", Control::Text),
            Field::proof("evidence", "申请和开户证明"),
        ],
    );
    let account = account.noting("由另一人批准后才付到新账户。");
    vec![registered, account, closed, insured]
}
