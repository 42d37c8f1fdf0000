//! One advance 先行救助: paid first, its forms completed within the scheme's days.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use ledger::act::offices::Role;
use ledger::ids::AdvanceId;

use super::super::forms::{Control, Field, Form};
use super::super::missing;
use super::{CasePage, Fact, demand, named, scheme_name};
use crate::failure::Failure;
use crate::hall::Hall;
use crate::http::extract::Visitor;

pub(super) async fn page(
    State(hall): State<Arc<Hall>>,
    Visitor(who): Visitor,
    Path(id): Path<String>,
) -> Response {
    super::page(hall, who, "/cases", move |_, office, frame| {
        let id: AdvanceId = id.parse().map_err(|_| Failure::usage("先行救助编号不对。"))?;
        let advance =
            office.books.urgent.advances.get(&id).ok_or_else(|| missing("没有这笔先行救助。"))?;
        let paid = &advance.paid;
        demand(office, who, paid.household)?;
        let mut shown = CasePage::new(frame, "先行救助");
        shown.facts = vec![
            Fact::new("编号", &id),
            Fact::new("项目", &scheme_name(office.books, &paid.scheme)),
            Fact::new("事由", &paid.cause),
            Fact::new("支付日期", &paid.date),
            Fact::new("金额（元）", &paid.amount_fen.to_grouped_yuan()),
            Fact::new("备用金", &paid.fund),
            Fact::of_household(paid.household),
        ];
        shown.persons = named(office, who, "查看先行救助", &[paid.payee])?;
        if let Some(day) = advance.regularised {
            shown.facts.push(Fact::new("补办日期", &day));
            "已补办。".clone_into(&mut shown.turn);
            return Ok(shown);
        }
        let form = Form::new(
            "advance.regularised",
            "补办手续",
            vec![
                Field::given("advance", id.to_string()),
                Field::given("paid", advance.act.to_string()),
                Field::new("date", "补齐日期", Control::Day(office.clock.today().to_string())),
                Field::proof("evidence", "补办的材料"),
            ],
        );
        shown.turn_of(office, who, Role::TownReviewer, vec![form]);
        Ok(shown)
    })
    .await
}
