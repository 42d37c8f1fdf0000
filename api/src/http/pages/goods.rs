//! 物资: lots of goods, what is left of each, and the form by which one comes in. Their value is a memo figure.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use ledger::act::offices::Role;
use ledger::books::Books;
use ledger::books::goods::Lot;

use super::cases::scheme_name;
use super::choices::schemes;
use super::forms::{Control, Field, Form};
use super::{Frame, page as written};
use crate::desk::Office;
use crate::hall::Hall;
use crate::http::extract::Visitor;
use crate::permits::holds;

struct Row {
    code: String,
    name: String,
    scheme: String,
    source: String,
    arrived: String,
    quantity: String,
    left: String,
    unit_value: String,
    value: String,
}

#[derive(Template)]
#[template(path = "goods.html")]
struct Goods {
    frame: Frame,
    rows: Vec<Row>,
    forms: Vec<Form>,
}

pub(super) async fn page(State(hall): State<Arc<Hall>>, Visitor(who): Visitor) -> Response {
    written(hall, who, "/goods", move |_, office, frame| {
        let books = office.books;
        let rows = books.goods.lots.values().map(|lot| row(books, lot));
        let registers = holds(books, who.officer, Role::Registrar);
        let forms = if registers { vec![receiving(office)] } else { Vec::new() };
        Ok(Goods { frame, rows: rows.collect(), forms })
    })
    .await
}

fn row(books: &Books, lot: &Lot) -> Row {
    let received = &lot.received;
    let value = books.goods.value(&received.goods, received.quantity);
    Row {
        code: received.goods.to_string(),
        name: received.name.clone(),
        scheme: scheme_name(books, &received.scheme),
        source: received.source.clone(),
        arrived: received.arrived.to_string(),
        quantity: format!("{}{}", received.quantity, received.unit),
        left: format!("{}{}", lot.left, received.unit),
        unit_value: received.unit_value_fen.to_grouped_yuan(),
        value: value.map(ledger::money::Money::to_grouped_yuan).unwrap_or_default(),
    }
}

fn receiving(office: Office<'_>) -> Form {
    let fields = vec![
        Field::new("goods", "物资批号（大写字母、数字、短横）", Control::Text),
        Field::new("name", "品名", Control::Text),
        Field::new("scheme", "项目", Control::One(schemes(office.books))),
        Field::new("source", "来源（捐赠或采购单位）", Control::Text),
        Field::new("arrived", "到货日期", Control::Day(office.clock.today().to_string())),
        Field::new("quantity", "数量", Control::Whole(String::new())),
        Field::new("unit", "计量单位", Control::Text),
        Field::new("unit_value_fen", "单价（元）", Control::Yuan),
        Field::proof("evidence", "验收单"),
    ];
    let form = Form::new("goods.received", "物资入库", fields);
    form.noting("发给哪一户，在那一户的页面上登记；价值只作备查，不计入资金。")
}
