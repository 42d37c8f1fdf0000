//! Where a layout's columns stand in a file: by heading, by position, or by path.

use crate::misfit::Misfit;
use crate::names::{account_key, heading_key};
use crate::profile::{Field, Header, Kind, Layout, Position, Role};
use crate::table::document::{Document, Element};
use crate::table::tree::{self, Seen};
use crate::table::{Cell, Form, Row, Table};
use crate::text::encode_gb18030;
use crate::values::{read_date, read_integer, read_money};

/// Where a role stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    /// Which cell of a row.
    pub(crate) cell: usize,
    /// Which field of the layout.
    pub(crate) field: usize,
}

/// Where each role stands. Asked for every cell of a million rows, so a role is a place and not a key.
#[derive(Clone, Debug)]
pub(crate) struct Columns([Option<Column>; Role::WORDS.len()]);

impl Columns {
    /// No role stands anywhere yet.
    const fn none() -> Columns {
        Columns([None; Role::WORDS.len()])
    }

    /// Where that role stands, if it does.
    pub(crate) fn get(&self, role: Role) -> Option<Column> {
        self.0.get(role as usize).copied().flatten()
    }

    fn put(&mut self, role: Role, column: Column) {
        if let Some(place) = self.0.get_mut(role as usize) {
            *place = Some(column);
        }
    }
}

/// Columns, and the index of the first row under the heading.
pub(crate) struct Head {
    pub(crate) columns: Columns,
    /// Every column of the file that the layout names, whatever it means.
    pub(crate) all: Vec<Column>,
    pub(crate) width: usize,
    pub(crate) under: usize,
}

pub(crate) fn find_columns(layout: &Layout, table: &Table) -> Result<Head, Misfit> {
    match layout.header {
        Header::Columns => by_heading(layout, table),
        Header::None => by_position(layout, table),
        Header::Paths => Ok(by_place(layout, 1)),
    }
}

/// What the layout sees of a document, if it fits it.
pub(crate) fn find_paths<'a>(
    layout: &Layout,
    document: &'a Document<'a>,
) -> Result<(Head, Seen<'a>), Misfit> {
    let seen = tree::see(document, layout);
    let name = || document.root().map_or("", Element::name).to_owned();
    let seen = seen.ok_or_else(|| Misfit::OtherDocument(name()))?;
    if let Some(totals) = &layout.totals {
        for (field, cell) in totals.fields.iter().zip(&seen.head.cells) {
            let differs = field.role == Role::Constant && field.value.as_ref() != Some(&cell.text);
            if let (true, Some(expected)) = (differs && !cell.is_blank(), &field.value) {
                let (path, found) = (field.heading(0), cell.text.clone());
                return Err(Misfit::OtherConstant { path, found, expected: expected.clone() });
            }
        }
    }
    if !seen.missing.is_empty() {
        return Err(Misfit::PathMissing(seen.missing));
    }
    if seen.records.all.is_empty() && layout.totals.is_none() {
        return Err(Misfit::NoRows);
    }
    if let Some(stray) = seen.stray {
        return Err(Misfit::StrayLines(stray));
    }
    match &seen.extra {
        Some(extra) => Err(Misfit::PathExtra(extra.clone())),
        None => Ok((by_place(layout, 1), seen)),
    }
}

fn by_heading(layout: &Layout, table: &Table) -> Result<Head, Misfit> {
    let skip = usize::try_from(layout.skip_rows).unwrap_or(usize::MAX);
    let scan = usize::try_from(layout.header_scan_rows).unwrap_or(usize::MAX);
    let needed: Vec<&Field> = layout.fields.iter().filter(|field| !field.optional).collect();
    let mut nearest: Option<Vec<String>> = None;
    for (index, row) in table.rows.iter().enumerate().skip(skip).take(scan) {
        let titles: Vec<_> = row.cells.iter().map(|cell| heading_key(&cell.text)).collect();
        let is_there = |titled: &[String]| {
            titled.iter().any(|title| titles.iter().any(|found| *found == heading_key(title)))
        };
        let missing = needed.iter().filter(|field| !is_there(&field.titles));
        let missing: Vec<String> =
            missing.filter_map(|field| field.titles.first().cloned()).collect();
        if missing.is_empty() {
            return heading_columns(layout, row).map(|head| Head { under: index + 1, ..head });
        }
        if nearest.as_ref().is_none_or(|known| missing.len() < known.len()) {
            nearest = Some(missing);
        }
    }
    let from = layout.skip_rows.saturating_add(1);
    let to = layout.skip_rows.saturating_add(layout.header_scan_rows);
    let missing = nearest.unwrap_or_default();
    let present = needed.len() - missing.len();
    Err(Misfit::ColumnMissing { from, to, missing, present })
}

fn heading_columns(layout: &Layout, row: &Row) -> Result<Head, Misfit> {
    let mut head = Head { columns: Columns::none(), all: Vec::new(), width: 0, under: 0 };
    for (cell, found) in row.cells.iter().enumerate().filter(|(_, cell)| !cell.is_blank()) {
        let key = heading_key(&found.text);
        let is_titled = |title: &String| heading_key(title) == key;
        let field = layout.fields.iter().position(|field| field.titles.iter().any(is_titled));
        let Some(field) = field else {
            return Err(Misfit::ColumnExtra { row: row.number, extra: found.text.clone() });
        };
        if head.all.iter().any(|column| column.field == field) {
            return Err(Misfit::ColumnTwice { row: row.number, title: found.text.clone() });
        }
        head.width = cell + 1;
        head.all.push(Column { cell, field });
        if let Some(role) = layout.fields.get(field).map(|field| field.role) {
            head.columns.put(role, Column { cell, field });
        }
    }
    Ok(head)
}

/// Columns as the fields are listed.
fn by_place(layout: &Layout, under: usize) -> Head {
    let column = |index| Column { cell: index, field: index };
    let mut columns = Columns::none();
    for (index, field) in layout.fields.iter().enumerate() {
        columns.put(field.role, column(index));
    }
    Head {
        columns,
        all: (0..layout.fields.len()).map(column).collect(),
        width: layout.fields.len(),
        under,
    }
}

/// Without a heading, only what stands in the cells tells this layout from another of as many columns: at least half of
/// the rows at the beginning must be of it. The others are damaged, and told by whoever reads them.
fn by_position(layout: &Layout, table: &Table) -> Result<Head, Misfit> {
    let totals = layout.totals.as_ref();
    let first = totals.filter(|totals| totals.position == Position::First);
    if let Some(totals) = first {
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
    let marker = totals.and_then(|totals| totals.marker.as_deref());
    let is_line =
        |row: &&Row| !row.is_blank() && marker != row.cells.first().map(|cell| cell.text.as_str());
    let under = usize::from(first.is_some());
    let scan = usize::try_from(layout.header_scan_rows).unwrap_or(usize::MAX);
    let lines: Vec<&Row> = table.rows.iter().skip(under).filter(is_line).take(scan).collect();
    let odd: Vec<Misfit> = lines.iter().filter_map(|row| oddity(layout, row)).collect();
    match odd.into_iter().next() {
        // Only the totals were left of it: that is told with its place too.
        None if lines.is_empty() && totals.is_none() => Err(Misfit::NoRows),
        Some(odd) if is_most(layout, &lines) => Err(odd),
        Some(_) | None => Ok(by_place(layout, under)),
    }
}

/// True if more than half of the rows are not of the layout.
fn is_most(layout: &Layout, lines: &[&Row]) -> bool {
    let odd = lines.iter().filter(|row| oddity(layout, row).is_some()).count();
    odd * 2 > lines.len()
}

/// Why a row is not of the layout.
fn oddity(layout: &Layout, row: &Row) -> Option<Misfit> {
    if let Some(code) = row.fault {
        return Some(Misfit::Row { row: row.number, code });
    }
    let width = layout.fields.len();
    if !row.has_width(width, false) {
        return Some(Misfit::Width { row: row.number, expected: width });
    }
    let mut cells = layout.fields.iter().zip(&row.cells);
    let odd = cells.position(|(field, cell)| !suits(layout, field, cell));
    odd.map(|column| Misfit::Cell { row: row.number, column: column + 1 })
}

/// True if the cell can be what the field says.
fn suits(layout: &Layout, field: &Field, cell: &Cell) -> bool {
    if matches!(cell.form, Form::Refused(_)) {
        return false;
    }
    if cell.is_blank() {
        return field.may_be_empty;
    }
    let bytes = encode_gb18030(&cell.text).map_or(usize::MAX, |bytes| bytes.len());
    if field.max_bytes.is_some_and(|most| bytes > most) {
        return false;
    }
    if field.role == Role::Status && !layout.statuses.iter().any(|rule| rule.says(&cell.text)) {
        return false;
    }
    let fits = match field.kind {
        Kind::Text => field.value.as_ref().is_none_or(|value| *value == cell.text),
        Kind::Yuan | Kind::Fen => read_money(&cell.text, field).is_some(),
        Kind::Date | Kind::Isodate => read_date(&cell.text).is_some(),
        Kind::Integer => read_integer(&cell.text, field).is_some(),
    };
    let is_number = account_key(&cell.text).bytes().all(|b| b.is_ascii_digit() || b == b'-');
    // Columns of text are told apart by what no account and no name is.
    let is_odd =
        (field.role == Role::Account && !is_number) || (field.role == Role::Name && is_number);
    fits && !is_odd
}
