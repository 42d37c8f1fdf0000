//! 月结与通报: the months, one month's figures with what keeps it from being closed, and the bulletin.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use ledger::act::offices::Role;
use ledger::money::Money;
use ledger::period::Period;
use ledger::views::month::{MonthTable, SchemeMonth};
use ledger::views::outstanding::{AccountMonth, OutstandingItem};

use super::{Frame, page};
use crate::desk::Office;
use crate::desk::closing::{figures, obstacles, refused_to};
use crate::failure::Failure;
use crate::hall::Hall;
use crate::http::extract::{SignedIn, Visitor};
use crate::permits::holds;

#[derive(Template)]
#[template(path = "months.html")]
struct Months {
    frame: Frame,
    months: Vec<(String, Option<u64>)>,
}

/// The closed months, and the one that is open, the newest first.
pub(super) async fn list(State(hall): State<Arc<Hall>>, Visitor(who): Visitor) -> Response {
    page(hall, who, "/months", |_, office, frame| {
        let closed = office.books.closings.closed.iter();
        let mut months: Vec<_> =
            closed.map(|(month, (entry, _))| (month.to_string(), Some(entry.0))).collect();
        months.extend(office.books.first_open_month().map(|month| (month.to_string(), None)));
        months.reverse();
        Ok(Months { frame, months })
    })
    .await
}

struct SchemeRow {
    name: String,
    cells: Vec<String>,
}

struct AccountPart {
    code: String,
    book: String,
    bank: String,
    difference: String,
    items: Vec<OutstandingItem>,
}

#[derive(Template)]
#[template(path = "month.html")]
struct Month {
    frame: Frame,
    period: String,
    is_closed: bool,
    writes_bulletin: bool,
    obstacles: Vec<(String, String)>,
    schemes: Vec<SchemeRow>,
    accounts: Vec<AccountPart>,
    documents: Vec<(String, u64, String)>,
    today: String,
}

pub(super) async fn one(
    State(hall): State<Arc<Hall>>,
    Visitor(who): Visitor,
    Path(period): Path<String>,
) -> Response {
    page(hall, who, "/months", move |hall, office, frame| {
        let period: Period =
            period.parse().map_err(|why| Failure::usage(format!("月份：{why}")))?;
        let worked = hall.months.at(office.books.height, period, || figures(office, period))?;
        let (table, is_closed) = (&worked.0, worked.1);
        let obstacles = if is_closed {
            Vec::new()
        } else {
            // Rules look at the day of signature too.
            let about = (period, who.key, office.clock.today());
            let work_out = || in_the_way(office, who, table);
            hall.obstacles.at(office.books.height, about, work_out)?.as_ref().clone()
        };
        let bulletins = office.books.closings.bulletins.iter();
        let bulletins = bulletins.filter(|(_, issued)| issued.period == period);
        let documents = bulletins.flat_map(|(entry, issued)| {
            let documents = issued.documents.iter();
            documents.map(|one| (one.name.clone(), entry.0, one.digest.to_string()))
        });
        Ok(Month {
            frame,
            period: period.to_string(),
            is_closed,
            writes_bulletin: holds(office.books, who.officer, Role::BulletinWriter),
            obstacles,
            schemes: table.schemes.iter().map(scheme_row).collect(),
            documents: documents.collect(),
            accounts: table.accounts.iter().map(account_part).collect(),
            today: office.clock.today().to_string(),
        })
    })
    .await
}

/// What the rules would say to a close now: of the books, and of this person.
fn in_the_way(
    office: Office<'_>,
    who: SignedIn,
    table: &MonthTable,
) -> Result<Vec<(String, String)>, Failure> {
    let mut all = obstacles(office.books, table);
    let own = refused_to(office, who.key, table)?;
    if let Some(own) = own.filter(|own| !all.contains(own)) {
        all.insert(0, own);
    }
    Ok(all.iter().map(|one| (one.to_string(), one.hint().to_string())).collect())
}

fn scheme_row(scheme: &SchemeMonth) -> SchemeRow {
    let figures = &scheme.figures;
    let cells = vec![
        figures.due.count.to_string(),
        figures.due.fen.to_grouped_yuan(),
        figures.paid.count.to_string(),
        figures.paid.fen.to_grouped_yuan(),
        figures.failed.count.to_string(),
        figures.returned.count.to_string(),
        figures.in_transit.count.to_string(),
    ];
    SchemeRow { name: scheme.name.clone(), cells }
}

fn account_part(account: &AccountMonth) -> AccountPart {
    AccountPart {
        code: account.account.to_string(),
        book: account.book_fen.to_grouped_yuan(),
        bank: account.bank_fen.map_or("缺流水".to_owned(), Money::to_grouped_yuan),
        difference: account.difference_fen.to_grouped_yuan(),
        items: account.items.clone(),
    }
}
