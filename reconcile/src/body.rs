//! A file through the eyes of one layout: where its columns are, what stands before, and every row after.

use memchr::memmem;

use crate::columns::{Column, Columns, Head, find_columns, find_paths};
use crate::misfit::Misfit;
use crate::opened::Opened;
use crate::problem::Code;
use crate::profile::{Container, Header, Layout, Position, Totals};
use crate::stretches::{Cut, Stretches, Text, begin_of_row};
use crate::table::tree::Records;
use crate::table::{Row, Table, read_text};
use crate::text::{BYTE_ORDER_MARK, Encoding, all_of, encode_gb18030};

/// A file whose columns are known.
#[derive(Clone, Debug)]
pub(crate) struct Body<'a> {
    /// What stands before the heading.
    pub(crate) preamble: Vec<Row>,
    /// Where each role stands.
    pub(crate) columns: Columns,
    /// Every column, whatever it means.
    pub(crate) all: Vec<Column>,
    /// How many columns there are.
    pub(crate) width: usize,
    /// The totals before the lines, or the values of the whole document, where the layout has them.
    pub(crate) first: Option<Row>,
    /// The rows under the heading, without blank rows at the end.
    pub(crate) rows: Rows<'a>,
    /// The row of totals behind the lines of a long text, and whatever follows it.
    pub(crate) tail: Vec<Row>,
    /// True if a row may lack its last cells, as in spreadsheets.
    pub(crate) is_sheet: bool,
    /// What is wrong with the container.
    pub(crate) faults: Vec<(Option<u32>, Code)>,
}

/// The lines of a file. Cells take many times what the file does, so where it can be helped a line has them only while it is
/// read.
#[derive(Clone, Debug)]
pub(crate) enum Rows<'a> {
    /// Of a spreadsheet, a drawn table or a short text.
    Table(Vec<Row>),
    /// Of a long text.
    Stretches(Stretches<'a>),
    /// Of a document.
    Records(Records<'a>),
}

/// Text longer than this is read stretch by stretch.
const LONG: usize = 1 << 16;

impl Body<'_> {
    /// How many rows stand under the heading.
    pub(crate) fn count(&self) -> usize {
        match &self.rows {
            Rows::Table(rows) => rows.len(),
            Rows::Stretches(stretches) => stretches.count,
            Rows::Records(records) => records.all.len(),
        }
    }

    /// True if there is nothing under the heading, not even totals: a list of nobody that says so is a list.
    pub(crate) fn is_empty(&self) -> bool {
        self.count() == 0 && self.tail.is_empty()
    }
}

impl<'a> Opened<'a> {
    /// Whether the layout's heading is there. Reads no further than that, so that damage further down is told
    /// by whoever reads the rows, with its place.
    pub(crate) fn head(&self, layout: &Layout) -> Result<(), Misfit> {
        if self.tree.is_some() {
            return self.document_body(layout).map(|_| ());
        }
        let bytes = first_rows(self.bytes, scanned(layout));
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
    pub(crate) fn body(&self, layout: &Layout) -> Result<Body<'_>, Misfit> {
        if self.tree.is_some() {
            return self.document_body(layout);
        }
        match self.long_body(layout)? {
            Some(body) => Ok(body),
            None => self.whole_body(layout),
        }
    }

    /// An XML document or an MT940 message: a line is an element.
    fn document_body(&self, layout: &Layout) -> Result<Body<'_>, Misfit> {
        let document = self.tree.as_ref().filter(|_| layout.takes(self.container));
        let document = document.ok_or(Misfit::Container(self.container))?;
        let (Head { columns, all, width, .. }, seen) = find_paths(layout, document)?;
        Ok(Body {
            first: layout.totals.is_some().then(|| seen.head.clone()),
            preamble: vec![seen.head],
            columns,
            all,
            width,
            rows: Rows::Records(seen.records),
            tail: Vec::new(),
            is_sheet: false,
            faults: Vec::new(),
        })
    }

    fn whole_body(&self, layout: &Layout) -> Result<Body<'a>, Misfit> {
        let (table, head, _) = self.try_encodings(layout, self.bytes)?;
        let is_sheet = self.sheet.is_some();
        let Table { rows, faults } = table;
        let mut rows = rows.into_iter();
        let preamble: Vec<Row> = rows.by_ref().take(head.under).collect();
        let mut rows: Vec<Row> = rows.collect();
        while rows.last().is_some_and(Row::is_blank) {
            rows.pop();
        }
        let totals = layout.totals.as_ref();
        let has_first = totals.is_some_and(|totals| totals.position != Position::Last);
        let first = if has_first { preamble.last().cloned() } else { None };
        let Head { columns, all, width, .. } = head;
        let (rows, tail) = (Rows::Table(rows), Vec::new());
        Ok(Body { preamble, columns, all, width, first, rows, tail, is_sheet, faults })
    }

    /// A long text, of which only the heading is read yet. `None` if it is not long, or not sure to say what it says as a
    /// whole.
    fn long_body(&self, layout: &Layout) -> Result<Option<Body<'a>>, Misfit> {
        if self.container != Container::Delimited || self.bytes.len() <= LONG {
            return Ok(None);
        }
        let Some(cut) = cut_of(layout) else { return Ok(None) };
        let bytes = first_rows(self.bytes, scanned(layout));
        match self.try_encodings(layout, bytes) {
            Ok(found) => Ok(self.under_heading(layout, cut, found)),
            // With all of its rows the damage is told at its place.
            Err(Misfit::Unreadable(_)) => Ok(None),
            // Further rows make no other heading.
            Err(why) => Err(why),
        }
    }

    /// As [`Opened::long_body`], with the heading and its encoding known.
    fn under_heading(
        &self,
        layout: &Layout,
        cut: Cut,
        (table, head, encoding): (Table, Head, Option<Encoding>),
    ) -> Option<Body<'a>> {
        // The heading's characters say which encoding it is, where there is a choice; or else the whole file does.
        let heading = head.under.checked_sub(1).and_then(|above| table.rows.get(above));
        let is_plain = layout.header != Header::Columns
            || heading.is_none_or(|row| row.cells.iter().all(|cell| cell.text.is_ascii()));
        let is_of = |encoding| all_of(self.bytes, encoding);
        let is_sure = !is_plain || layout.encodings.len() == 1;
        if !is_sure && layout.encodings.iter().copied().find(|it| is_of(*it)) != encoding {
            return None;
        }
        // A mark before the first row is no part of it.
        if head.under == 0 && self.bytes.starts_with(BYTE_ORDER_MARK) {
            return None;
        }
        let text = Text { file: self.file, bytes: self.bytes, encoding: encoding?, cut };
        let totals = layout.totals.as_ref();
        let last = totals.filter(|totals| totals.position == Position::Last);
        let end = match last {
            Some(totals) => {
                begin_of_totals(self.bytes, begin_of_row(self.bytes, head.under), totals)?
            }
            None => self.bytes.len(),
        };
        let stretches = Stretches::under(text, layout, head.under, end);
        let number = stretches.count.checked_add(head.under + 1)?;
        let tail = match last {
            Some(totals) => {
                self.tail(layout, totals, encoding?, (end, u32::try_from(number).ok()?))?
            }
            None => Vec::new(),
        };
        let preamble: Vec<Row> = table.rows.into_iter().take(head.under).collect();
        let first = totals.filter(|_| last.is_none()).and_then(|_| preamble.last().cloned());
        let Head { columns, all, width, .. } = head;
        let (rows, is_sheet, faults) = (Rows::Stretches(stretches), false, table.faults);
        Some(Body { preamble, columns, all, width, first, rows, tail, is_sheet, faults })
    }

    /// The rows behind the lines, from that byte and with that number on, as they are read in a short text.
    fn tail(
        &self,
        layout: &Layout,
        totals: &Totals,
        encoding: Encoding,
        (begin, number): (usize, u32),
    ) -> Option<Vec<Row>> {
        let bytes = self.bytes.get(begin..)?;
        let mut rows = read_text(self.file, bytes, layout, encoding).ok()?.rows;
        let marker = rows.first()?.cells.first().map(|cell| &cell.text);
        if marker != totals.marker.as_ref() {
            return None;
        }
        while rows.last().is_some_and(Row::is_blank) {
            rows.pop();
        }
        for row in &mut rows {
            row.number = row.number.checked_add(number)?.checked_sub(1)?;
        }
        Some(rows)
    }

    /// The table, its columns and, of text, the encoding.
    fn try_encodings(
        &self,
        layout: &Layout,
        bytes: &[u8],
    ) -> Result<(Table, Head, Option<Encoding>), Misfit> {
        if !layout.takes(self.container) {
            return Err(Misfit::Container(self.container));
        }
        if let Some(sheet) = &self.sheet {
            return find_columns(layout, sheet).map(|head| (sheet.clone(), head, None));
        }
        // The right encoding is the one in which the heading can be read. A heading that was nearly found says
        // more than bytes that are not of that encoding.
        let mut misfit = None;
        let fits = |encoding| all_of(bytes, encoding);
        let is_fixed = layout.containers.contains(&Container::Fixed);
        let one_fits = is_fixed && layout.encodings.iter().any(|encoding| fits(*encoding));
        for encoding in &layout.encodings {
            if one_fits && !fits(*encoding) {
                continue;
            }
            let attempt = read_text(self.file, bytes, layout, *encoding)
                .map_err(|problem| Misfit::Unreadable(Box::new(problem)))
                .and_then(|table| {
                    find_columns(layout, &table).map(|head| (table, head, Some(*encoding)))
                });
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

/// How rows of such text become cells, if one by one.
fn cut_of(layout: &Layout) -> Option<Cut> {
    if layout.header == Header::Paths || layout.containers.contains(&Container::Boxtable) {
        return None;
    }
    if layout.containers.contains(&Container::Fixed) {
        return Some(Cut::Fixed);
    }
    layout.separator.map(|separator| Cut::At(separator, layout.quoted))
}

/// Where, from that byte on, the first row begins that the marker of totals stands in front of.
fn begin_of_totals(bytes: &[u8], begin: usize, totals: &Totals) -> Option<usize> {
    let marker = totals.marker.as_ref()?;
    let spellings = [encode_gb18030(marker).ok()?, marker.as_bytes().to_vec()];
    let begin_of = |spelling: &Vec<u8>| {
        let is_begin =
            |at: &usize| at.checked_sub(1).is_none_or(|before| bytes.get(before) == Some(&b'\n'));
        let found = memmem::find_iter(bytes.get(begin..)?, spelling);
        found.map(|at| begin + at).find(is_begin)
    };
    spellings.iter().filter_map(begin_of).min()
}

/// Within so many rows the heading stands, if it is there.
fn scanned(layout: &Layout) -> usize {
    let rows = layout.skip_rows.saturating_add(layout.header_scan_rows).saturating_add(1);
    usize::try_from(rows).unwrap_or(usize::MAX)
}

/// The bytes of the first rows. A line feed is never half of a character in the encodings we read.
fn first_rows(bytes: &[u8], rows: usize) -> &[u8] {
    let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    let mut ends = std::iter::once(0).chain(ends.map(|(index, _)| index + 1));
    ends.nth(rows).and_then(|end| bytes.get(..end)).unwrap_or(bytes)
}

#[cfg(test)]
mod tests;
