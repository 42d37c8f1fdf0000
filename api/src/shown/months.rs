//! The months: which are closed, and the figures of one with what keeps it from being closed.

use ledger::books::Books;
use ledger::ids::Seq;
use ledger::period::Period;
use ledger::views::month::MonthTable;
use serde::Serialize;
use utoipa::ToSchema;

use crate::desk::closing::obstacles;

/// The months.
#[derive(Serialize, ToSchema)]
pub struct MonthList {
    /// The closed ones, in order.
    closed: Vec<ClosedMonth>,
    /// The one that is open.
    #[schema(value_type = Option<String>)]
    open: Option<Period>,
}

/// A closed month.
#[derive(Serialize, ToSchema)]
pub struct ClosedMonth {
    /// The month.
    #[schema(value_type = String)]
    period: Period,
    /// The entry that closed it.
    #[schema(value_type = u64)]
    entry: Seq,
}

/// Which months are closed.
#[must_use]
pub fn months(books: &Books) -> MonthList {
    let closed = books.closings.closed.iter();
    let closed = closed.map(|(period, (entry, _))| ClosedMonth { period: *period, entry: *entry });
    MonthList { closed: closed.collect(), open: books.first_open_month() }
}

/// A month.
#[derive(Serialize, ToSchema)]
pub struct MonthFacts {
    /// True if it is closed: then the figures are the frozen ones, and nothing is in the way.
    closed: bool,
    /// The figures, as `views/YYYY-MM.json` holds them (docs/format/log.md): accounts with their reconciliation 余额调节, funds, schemes, towns, batches, returns,
    /// advances, claims, trial balance.
    #[schema(value_type = Object)]
    figures: MonthTable,
    /// What keeps the month from being closed as the books stand.
    obstacles: Vec<Obstacle>,
}

/// Something that keeps a month from being closed.
#[derive(Serialize, ToSchema)]
pub struct Obstacle {
    /// The rule's code.
    code: &'static str,
    /// What it is, in Chinese.
    text: String,
    /// What to do, in Chinese.
    hint: String,
}

/// A month: its figures, and whether they are the frozen ones.
#[must_use]
pub fn month(books: &Books, (figures, closed): &(MonthTable, bool)) -> MonthFacts {
    let in_the_way = if *closed { Vec::new() } else { obstacles(books, figures) };
    let obstacles = in_the_way.iter().map(|why| Obstacle {
        code: why.code(),
        text: why.to_string(),
        hint: why.hint().to_string(),
    });
    MonthFacts { closed: *closed, obstacles: obstacles.collect(), figures: figures.clone() }
}
