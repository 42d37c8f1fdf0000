//! 项目: the schemes as they hold now, with their standards for the county.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use ledger::act::policies::SchemeSet;
use ledger::period::Period;

use super::{Frame, page as written};
use crate::desk::Office;
use crate::hall::Hall;
use crate::http::extract::Visitor;

struct Row {
    code: String,
    name: String,
    unit: String,
    chain: String,
    notice_days: u16,
    pay_day: i8,
    standards: String,
    basis: String,
}

#[derive(Template)]
#[template(path = "schemes.html")]
struct Schemes {
    frame: Frame,
    period: String,
    rows: Vec<Row>,
}

pub(super) async fn page(State(hall): State<Arc<Hall>>, Visitor(who): Visitor) -> Response {
    written(hall, who, "/schemes", move |_, office, frame| {
        let period = office.books.first_open_month();
        let period = period.unwrap_or_else(|| office.clock.today().period());
        let policies = &office.books.policies;
        let now = policies.schemes().filter_map(|newest| policies.scheme(&newest.code, period));
        let rows = now.map(|scheme| row(office, scheme, period)).collect();
        Ok(Schemes { frame, period: period.to_string(), rows })
    })
    .await
}

fn row(office: Office<'_>, scheme: &SchemeSet, period: Period) -> Row {
    let books = office.books;
    let unit = books.offices.units.get(&scheme.unit);
    let chain: Vec<&str> = scheme.chain.iter().map(|step| step.chinese()).collect();
    let county = books.offices.founded.as_ref().map(|founded| &founded.county);
    let labels = books.policies.labels(&scheme.code).into_iter();
    let standards = labels.filter_map(|label| {
        let standard = books.policies.standard(&scheme.code, label, county?, period)?;
        let rule = standard.rule.chinese();
        Some(format!("{label} {rule} {}", standard.amount_fen.to_grouped_yuan()))
    });
    Row {
        code: scheme.code.to_string(),
        name: scheme.name.clone(),
        unit: unit.map_or_else(|| scheme.unit.to_string(), |unit| unit.name.clone()),
        chain: chain.join(" → "),
        notice_days: scheme.notice_days,
        pay_day: scheme.pay_day,
        standards: standards.collect::<Vec<_>>().join("\n"),
        basis: scheme.basis.clone(),
    }
}
