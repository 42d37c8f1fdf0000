//! 资金 and 存疑: what the funds hold, the trial balance, and what waits for a decision.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use ledger::act::offices::Role;
use ledger::money::Money;

use super::{Frame, page as written};
use crate::desk::exceptions::{Heap, heaps};
use crate::hall::Hall;
use crate::http::extract::Visitor;
use crate::http::v1::money::fund_facts;
use crate::permits::holds;

#[derive(Template)]
#[template(path = "funds.html")]
struct Funds {
    frame: Frame,
    keeps: bool,
    held: Vec<(String, String, String, String)>,
    accounts: Vec<(String, String)>,
}

pub(super) async fn page(State(hall): State<Arc<Hall>>, Visitor(who): Visitor) -> Response {
    written(hall, who, "/funds", move |_, office, frame| {
        let held = fund_facts(office.books).into_iter().map(|fund| {
            let balance = Money::from_fen(fund.balance_fen).to_grouped_yuan();
            (fund.fund, fund.name, fund.account, balance)
        });
        let balances = office.books.postings.balances().iter();
        let balances = balances.filter(|(_, amount)| !amount.is_zero());
        let keeps = holds(office.books, who.officer, Role::FundKeeper);
        Ok(Funds {
            frame,
            keeps,
            held: held.collect(),
            accounts: balances.map(|(a, sum)| (a.to_string(), sum.to_grouped_yuan())).collect(),
        })
    })
    .await
}

#[derive(Template)]
#[template(path = "exceptions.html")]
struct Exceptions {
    frame: Frame,
    decides: bool,
    today: String,
    heaps: Vec<Heap>,
}

pub(super) async fn exceptions(State(hall): State<Arc<Hall>>, Visitor(who): Visitor) -> Response {
    written(hall, who, "/exceptions", move |_, office, frame| {
        let decides = holds(office.books, who.officer, Role::Supervisor);
        let (heaps, today) = (heaps(office.books), office.clock.today().to_string());
        Ok(Exceptions { frame, decides, today, heaps })
    })
    .await
}
