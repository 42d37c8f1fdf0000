//! A file through the eyes of one layout: where its columns are, what stands before, and every row after.

use std::collections::BTreeMap;

use crate::names::heading_key;
use crate::problem::{Code, Problem};
use crate::profile::{Container, Field, Header, Kind, Layout, Position, Role};
use crate::table::{Cell, Row, Table, container_of, read_spreadsheet, read_text};
use crate::values::{read_date, read_integer, read_money};

/// Why a layout does not fit a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Misfit {
    #[error("文件是{}，该格式不用这种容器", container_chinese(*.0))]
    Container(Container),
    #[error("{}{}", .0.row.map(|row| format!("第{row}行")).unwrap_or_default(), .0.code.chinese())]
    Unreadable(Box<Problem>),
    #[error("第{from}行至第{to}行没有表头；最接近的一行缺少列“{missing}”")]
    ColumnMissing { from: u32, to: u32, missing: String },
    #[error("第{row}行的表头多出列“{extra}”")]
    ColumnExtra { row: u32, extra: String },
    #[error("第{row}行的表头有两列都是“{title}”")]
    ColumnTwice { row: u32, title: String },
    #[error("首行不是该格式的汇总行")]
    NoTotalsRow,
    #[error("第{row}行的列数不是{expected}列")]
    Width { row: u32, expected: usize },
    #[error("第{row}行第{column}列不是该格式的内容")]
    Cell { row: u32, column: usize },
    #[error("文件名是同一银行“{0}”格式的文件名")]
    NameOf(String),
}

const fn container_chinese(container: Container) -> &'static str {
    match container {
        Container::Delimited => "分隔文本",
        Container::Boxtable => "表格线文本",
        Container::Xls => ".xls电子表格",
        Container::Xlsx => ".xlsx电子表格",
    }
}

/// Bytes whose container is known. A spreadsheet is opened once, however many layouts are tried.
pub(crate) struct Source<'a> {
    file: &'a str,
    bytes: &'a [u8],
    container: Container,
    sheet: Option<Table>,
}

impl Misfit {
    /// As a problem of a file whose layout was settled before.
    pub(crate) fn into_problem(self, file: &str) -> Problem {
        match self {
            Misfit::Unreadable(problem) => *problem,
            why @ (Misfit::Container(_)
            | Misfit::ColumnMissing { .. }
            | Misfit::ColumnExtra { .. }
            | Misfit::ColumnTwice { .. }
            | Misfit::NoTotalsRow
            | Misfit::Width { .. }
            | Misfit::Cell { .. }
            | Misfit::NameOf(_)) => {
                Problem::of_file(Code::LayoutHeaderMissing, file).found(why.to_string())
            }
        }
    }
}

/// Where a role stands.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    /// Which cell of a row.
    pub(crate) cell: usize,
    /// Which field of the layout.
    pub(crate) field: usize,
}

/// A file whose columns are known.
#[derive(Clone, Debug)]
pub(crate) struct Body {
    /// What stands before the heading.
    pub(crate) preamble: Vec<Row>,
    /// Where each role stands.
    pub(crate) columns: BTreeMap<Role, Column>,
    /// How many columns there are.
    pub(crate) width: usize,
    /// The row of totals before the lines, where the layout has one.
    pub(crate) first: Option<Row>,
    /// The rows under the heading, without blank rows at the end.
    pub(crate) rows: Vec<Row>,
    /// True if a row may lack its last cells, as in spreadsheets.
    pub(crate) is_sheet: bool,
    /// What is wrong with the container.
    pub(crate) faults: Vec<(Option<u32>, Code)>,
}

/// Columns, and the index of the first row under the heading.
struct Head {
    columns: BTreeMap<Role, Column>,
    width: usize,
    under: usize,
}

impl<'a> Source<'a> {
    /// Tells the container and opens spreadsheets.
    pub(crate) fn open(file: &'a str, bytes: &'a [u8]) -> Result<Source<'a>, Problem> {
        if bytes.is_empty() {
            return Err(Problem::of_file(Code::FileEmpty, file));
        }
        let container = container_of(bytes);
        let sheet = match container {
            Container::Xls | Container::Xlsx => Some(read_spreadsheet(file, bytes, container)?),
            Container::Delimited | Container::Boxtable => None,
        };
        Ok(Source { file, bytes, container, sheet })
    }

    /// Whether the layout's heading is there. Reads no further than that, so that damage further down is told
    /// by whoever reads the rows, with its place.
    pub(crate) fn head(&self, layout: &Layout) -> Result<(), Misfit> {
        let scanned = layout.skip_rows.saturating_add(layout.header_scan_rows).saturating_add(1);
        let rows = usize::try_from(scanned).unwrap_or(usize::MAX);
        let bytes = first_rows(self.bytes, rows);
        match self.try_encodings(layout, bytes) {
            Err(Misfit::Unreadable(problem)) => {
                // Damage under the heading does not hide the heading.
                let sound = problem.row.and_then(|row| usize::try_from(row).ok()).unwrap_or(1) - 1;
                self.try_encodings(layout, first_rows(bytes, sound)).map(|_| ())
            }
            found => found.map(|_| ()),
        }
    }

    /// The whole file in that layout.
    pub(crate) fn body(&self, layout: &Layout) -> Result<Body, Misfit> {
        let (table, head) = self.try_encodings(layout, self.bytes)?;
        let Table { rows, faults } = table;
        let mut rows = rows.into_iter();
        let preamble: Vec<Row> = rows.by_ref().take(head.under).collect();
        let mut rows: Vec<Row> = rows.collect();
        while rows.last().is_some_and(Row::is_blank) {
            rows.pop();
        }
        let is_first = |position| position == Position::First;
        let has_first = layout.totals.as_ref().is_some_and(|totals| is_first(totals.position));
        let first = if has_first { preamble.last().cloned() } else { None };
        let is_sheet = self.sheet.is_some();
        Ok(Body {
            preamble,
            columns: head.columns,
            width: head.width,
            first,
            rows,
            is_sheet,
            faults,
        })
    }

    fn try_encodings(&self, layout: &Layout, bytes: &[u8]) -> Result<(Table, Head), Misfit> {
        if !layout.containers.contains(&self.container) {
            return Err(Misfit::Container(self.container));
        }
        if let Some(sheet) = &self.sheet {
            return find_columns(layout, sheet).map(|head| (sheet.clone(), head));
        }
        // The right encoding is the one in which the heading can be read. A heading that was nearly found says
        // more than bytes that are not of that encoding.
        let mut misfit = None;
        for encoding in &layout.encodings {
            let attempt = read_text(self.file, bytes, layout, *encoding)
                .map_err(|problem| Misfit::Unreadable(Box::new(problem)))
                .and_then(|table| find_columns(layout, &table).map(|head| (table, head)));
            match attempt {
                Ok(found) => return Ok(found),
                Err(why) if matches!(misfit, None | Some(Misfit::Unreadable(_))) => {
                    let keep = misfit.is_some() && matches!(why, Misfit::Unreadable(_));
                    misfit = if keep { misfit } else { Some(why) };
                }
                Err(_) => {}
            }
        }
        Err(misfit.unwrap_or(Misfit::Container(self.container)))
    }
}

/// The bytes of the first rows. A line feed is never half of a character in the encodings we read.
fn first_rows(bytes: &[u8], rows: usize) -> &[u8] {
    let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    let mut ends = std::iter::once(0).chain(ends.map(|(index, _)| index + 1));
    ends.nth(rows).and_then(|end| bytes.get(..end)).unwrap_or(bytes)
}

fn find_columns(layout: &Layout, table: &Table) -> Result<Head, Misfit> {
    match layout.header {
        Header::Columns => by_heading(layout, table),
        Header::None => by_position(layout, table),
    }
}

fn by_heading(layout: &Layout, table: &Table) -> Result<Head, Misfit> {
    let skip = usize::try_from(layout.skip_rows).unwrap_or(usize::MAX);
    let scan = usize::try_from(layout.header_scan_rows).unwrap_or(usize::MAX);
    let mut nearest: Option<(usize, String)> = None;
    for (index, row) in table.rows.iter().enumerate().skip(skip).take(scan) {
        let titles: Vec<_> = row.cells.iter().map(|cell| heading_key(&cell.text)).collect();
        let is_there = |titled: &[String]| {
            titled.iter().any(|title| titles.iter().any(|found| *found == heading_key(title)))
        };
        let missing: Vec<_> = layout
            .fields
            .iter()
            .filter(|field| !field.optional && !is_there(&field.titles))
            .filter_map(|field| field.titles.first())
            .collect();
        if missing.is_empty() {
            return heading_columns(layout, row).map(|mut head| {
                head.under = index + 1;
                head
            });
        }
        if nearest.as_ref().is_none_or(|(count, _)| missing.len() < *count) {
            let named: Vec<_> = missing.iter().map(|title| title.as_str()).collect();
            nearest = Some((missing.len(), named.join("”“")));
        }
    }
    let to = layout.skip_rows.saturating_add(layout.header_scan_rows);
    let missing = nearest.map(|(_, missing)| missing).unwrap_or_default();
    Err(Misfit::ColumnMissing { from: layout.skip_rows.saturating_add(1), to, missing })
}

fn heading_columns(layout: &Layout, row: &Row) -> Result<Head, Misfit> {
    let mut columns = BTreeMap::new();
    let mut seen = Vec::new();
    let mut width = 0;
    for (cell, found) in row.cells.iter().enumerate().filter(|(_, cell)| !cell.is_blank()) {
        let key = heading_key(&found.text);
        let is_titled = |title: &String| heading_key(title) == key;
        let field = layout.fields.iter().position(|field| field.titles.iter().any(is_titled));
        let Some(field) = field else {
            return Err(Misfit::ColumnExtra { row: row.number, extra: found.text.clone() });
        };
        if seen.contains(&field) {
            return Err(Misfit::ColumnTwice { row: row.number, title: found.text.clone() });
        }
        seen.push(field);
        width = cell + 1;
        if let Some(role) = layout.fields.get(field).map(|field| field.role) {
            columns.insert(role, Column { cell, field });
        }
    }
    Ok(Head { columns, width, under: 0 })
}

fn by_position(layout: &Layout, table: &Table) -> Result<Head, Misfit> {
    let width = layout.fields.len();
    let totals = layout.totals.as_ref().filter(|totals| totals.position == Position::First);
    if let Some(totals) = totals {
        let first = table.rows.first().ok_or(Misfit::NoTotalsRow)?;
        let constants_agree = totals
            .fields
            .iter()
            .zip(&first.cells)
            .all(|(field, cell)| field.value.as_ref().is_none_or(|value| *value == cell.text));
        if !first.has_width(totals.fields.len(), false) || !constants_agree {
            return Err(Misfit::NoTotalsRow);
        }
    }
    let under = usize::from(totals.is_some());
    if let Some(row) = table.rows.get(under).filter(|row| !row.has_width(width, false)) {
        return Err(Misfit::Width { row: row.number, expected: width });
    }
    // Without a heading, only what stands in the cells tells this layout from another of as many columns.
    if let Some(row) = table.rows.get(under) {
        let odd =
            layout.fields.iter().zip(&row.cells).position(|(field, cell)| !suits(field, cell));
        if let Some(column) = odd {
            return Err(Misfit::Cell { row: row.number, column: column + 1 });
        }
    }
    let columns = layout
        .fields
        .iter()
        .enumerate()
        .map(|(index, field)| (field.role, Column { cell: index, field: index }))
        .collect();
    Ok(Head { columns, width, under })
}

/// True if the cell can be what the field says.
fn suits(field: &Field, cell: &Cell) -> bool {
    if cell.is_blank() {
        return field.may_be_empty;
    }
    match field.kind {
        Kind::Text => field.value.as_ref().is_none_or(|value| *value == cell.text),
        Kind::Yuan | Kind::Fen => read_money(&cell.text, field).is_some(),
        Kind::Date => read_date(&cell.text).is_some(),
        Kind::Integer => read_integer(&cell.text, field).is_some(),
    }
}
