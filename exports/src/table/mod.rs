//! A neutral table that says where its figures come from, and reports made of tables.
//! The same table is printed as Markdown and as a spreadsheet.

mod markdown;
mod sheet_style;
mod width;
mod xlsx;

use std::fmt;

use ledger::ids::Digest;
use ledger::money::Money;
use ledger::period::{Date, Period};
use ledger::views::month::MonthTable;

use crate::rate::{Rate, grouped, shown_wan};

pub(crate) use markdown::escaped;
pub(crate) use width::display_width;

/// Whether the figures can still change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The month is closed: the figures are frozen.
    Closed,
    /// The month is open: every document says so loudly.
    Provisional,
}

impl Standing {
    /// The warning that a document of an open month carries.
    #[must_use]
    pub const fn warning(self) -> Option<&'static str> {
        match self {
            Standing::Closed => None,
            Standing::Provisional => Some("未月结·试算：本月尚未月结，数字还会变动，不得对外引用"),
        }
    }
}

/// Where figures come from. Every table carries it (invariant I10).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// What is counted, in Chinese 口径.
    pub scope: String,
    /// The month.
    pub period: Period,
    /// Number of entries that the figures were made from 台账高度.
    pub height: u64,
    /// Digest of the month table 数据指纹.
    pub digest: Digest,
    /// Whether they are final.
    pub standing: Standing,
}

impl Provenance {
    /// The provenance of figures of a month table.
    #[must_use]
    pub fn of(month: &MonthTable, standing: Standing) -> Provenance {
        Provenance {
            scope: String::new(),
            period: month.period,
            height: month.height,
            digest: month.digest(),
            standing,
        }
    }

    /// The same origin, counted another way.
    #[must_use]
    pub fn scoped(&self, scope: &str) -> Provenance {
        Provenance { scope: scope.to_owned(), ..self.clone() }
    }

    /// Days and height, without the scope: `2020-10-01至2020-10-31，台账高度1234`.
    #[must_use]
    pub fn source(&self) -> String {
        let (first, last) = (self.period.first_day(), self.period.last_day());
        format!("{first}至{last}，台账高度{}", self.height)
    }
}

impl fmt::Display for Provenance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Provenance { scope, period, height, digest, standing } = self;
        if standing.warning().is_some() {
            f.write_str("【未月结·试算】")?;
        }
        let period = period.to_chinese();
        write!(f, "口径：{scope}；期间：{period}；台账高度：{height}；数据指纹：SHA-256:{digest}")
    }
}

/// What stands in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Words.
    Text,
    /// References and numbers that are names: never a spreadsheet number.
    Code,
    /// Yuan with two decimals.
    Yuan,
    /// 万元 with two decimals.
    Wan,
    /// A whole number.
    Count,
    /// A percentage with two decimals.
    Percent,
    /// A day.
    Date,
    /// Figures of several kinds, as in a list of indicators.
    Figure,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its heading, with the unit where there is one.
    pub head: String,
    /// What stands in it.
    pub kind: Kind,
}

/// One cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Words.
    Text(String),
    /// A reference or a number that is a name.
    Code(String),
    /// Yuan.
    Yuan(Money),
    /// An amount, shown in 万元.
    Wan(Money),
    /// A whole number.
    Count(i128),
    /// A percentage.
    Percent(Rate),
    /// A day.
    Date(Date),
    /// Not known or not defined: —.
    Absent,
}

impl Cell {
    /// Words.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Cell {
        Cell::Text(text.into())
    }

    /// A reference, a code, a list of entries.
    #[must_use]
    pub fn code(code: impl fmt::Display) -> Cell {
        Cell::Code(code.to_string())
    }

    /// A whole number.
    #[must_use]
    pub fn count(count: impl Into<i128>) -> Cell {
        Cell::Count(count.into())
    }

    /// A percentage; — where there is none.
    #[must_use]
    pub fn percent(rate: Option<Rate>) -> Cell {
        rate.map_or(Cell::Absent, Cell::Percent)
    }

    /// Yuan; — where there is none.
    #[must_use]
    pub fn yuan(amount: Option<Money>) -> Cell {
        amount.map_or(Cell::Absent, Cell::Yuan)
    }

    /// As people read it, with thousands separators.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Cell::Text(text) | Cell::Code(text) => text.clone(),
            Cell::Yuan(amount) => amount.to_grouped_yuan(),
            Cell::Wan(amount) => shown_wan(*amount),
            Cell::Count(count) => grouped(&count.to_string()),
            Cell::Percent(rate) => rate.to_string(),
            Cell::Date(date) => date.to_string(),
            Cell::Absent => "—".to_owned(),
        }
    }

    fn fits(&self, kind: Kind) -> bool {
        match self {
            // 合计 and the like stand in the first column, whatever it holds.
            Cell::Absent | Cell::Text(_) => true,
            Cell::Code(_) => matches!(kind, Kind::Code | Kind::Text),
            Cell::Yuan(_) => matches!(kind, Kind::Yuan | Kind::Figure),
            Cell::Wan(_) => matches!(kind, Kind::Wan | Kind::Figure),
            Cell::Count(_) => matches!(kind, Kind::Count | Kind::Figure),
            Cell::Percent(_) => matches!(kind, Kind::Percent | Kind::Figure),
            Cell::Date(_) => matches!(kind, Kind::Date),
        }
    }
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its cells, one for each column.
    pub cells: Vec<Cell>,
    /// True for a row of sums, printed bold.
    pub is_total: bool,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its title.
    pub title: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows.
    pub rows: Vec<Row>,
    /// Notes below it.
    pub notes: Vec<String>,
    /// Where its figures come from.
    pub provenance: Provenance,
}

impl Table {
    /// A table without rows.
    #[must_use]
    pub fn new(title: &str, provenance: Provenance, columns: &[(&str, Kind)]) -> Table {
        let column = |(head, kind): &(&str, Kind)| Column { head: (*head).to_owned(), kind: *kind };
        Table {
            title: title.to_owned(),
            columns: columns.iter().map(column).collect(),
            rows: Vec::new(),
            notes: Vec::new(),
            provenance,
        }
    }

    /// Adds a row.
    ///
    /// # Panics
    /// If the cells are not those of the columns: a table is never ragged.
    pub fn push(&mut self, cells: Vec<Cell>) {
        self.add(cells, false);
    }

    /// Adds a row of sums.
    ///
    /// # Panics
    /// If the cells are not those of the columns.
    pub fn push_total(&mut self, cells: Vec<Cell>) {
        self.add(cells, true);
    }

    fn add(&mut self, cells: Vec<Cell>, is_total: bool) {
        assert_eq!(
            cells.len(),
            self.columns.len(),
            "{}: a row has a cell for each column",
            self.title
        );
        for (cell, column) in cells.iter().zip(&self.columns) {
            assert!(cell.fits(column.kind), "{}: {cell:?} in {}", self.title, column.head);
        }
        self.rows.push(Row { cells, is_total });
    }

    /// The same table with one more note.
    #[must_use]
    pub fn noted(mut self, note: impl Into<String>) -> Table {
        self.notes.push(note.into());
        self
    }
}

/// Tables that belong together: one sheet of a workbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// Its name, at most 31 characters.
    pub name: String,
    /// Its tables.
    pub tables: Vec<Table>,
}

impl Sheet {
    /// A sheet of one table.
    #[must_use]
    pub fn of(name: &str, table: Table) -> Sheet {
        Sheet { name: name.to_owned(), tables: vec![table] }
    }
}

/// A report: tables under one title, always a draft for approval 送审稿.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Its title.
    pub title: String,
    /// Whether its figures are final.
    pub standing: Standing,
    /// The end of its month: the only date that its properties carry.
    pub dated: Date,
    /// Its sheets.
    pub sheets: Vec<Sheet>,
    /// Places for signatures, such as 编制 and 复核.
    pub signatures: Vec<String>,
}

/// What every document says of itself.
pub(crate) const DRAFT: &str = "送审稿";
