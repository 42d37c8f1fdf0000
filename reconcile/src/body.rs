//! A file through the eyes of one layout: where its columns are, what stands before, and every row after.

use std::collections::BTreeMap;

use crate::columns::{Column, Head, find_columns, find_paths};
use crate::misfit::Misfit;
use crate::opened::Opened;
use crate::problem::Code;
use crate::profile::{Container, Layout, Position, Role};
use crate::table::{Row, Table, read_text};
use crate::text::decode;

/// A file whose columns are known.
#[derive(Clone, Debug)]
pub(crate) struct Body {
    /// What stands before the heading.
    pub(crate) preamble: Vec<Row>,
    /// Where each role stands.
    pub(crate) columns: BTreeMap<Role, Column>,
    /// Every column, whatever it means.
    pub(crate) all: Vec<Column>,
    /// How many columns there are.
    pub(crate) width: usize,
    /// The totals before the lines, or the values of the whole document, where the layout has them.
    pub(crate) first: Option<Row>,
    /// The rows under the heading, without blank rows at the end.
    pub(crate) rows: Vec<Row>,
    /// True if a row may lack its last cells, as in spreadsheets.
    pub(crate) is_sheet: bool,
    /// What is wrong with the container.
    pub(crate) faults: Vec<(Option<u32>, Code)>,
}

impl Opened<'_> {
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
        // A document's last record may be empty, and is a record all the same.
        while self.tree.is_none() && rows.last().is_some_and(Row::is_blank) {
            rows.pop();
        }
        let totals = layout.totals.as_ref();
        let has_first = totals.is_some_and(|totals| totals.position != Position::Last);
        let first = if has_first { preamble.last().cloned() } else { None };
        let is_sheet = self.sheet.is_some();
        let Head { columns, all, width, .. } = head;
        Ok(Body { preamble, columns, all, width, first, rows, is_sheet, faults })
    }

    fn try_encodings(&self, layout: &Layout, bytes: &[u8]) -> Result<(Table, Head), Misfit> {
        if !layout.takes(self.container) {
            return Err(Misfit::Container(self.container));
        }
        if let Some(sheet) = &self.sheet {
            return find_columns(layout, sheet).map(|head| (sheet.clone(), head));
        }
        if let Some(document) = &self.tree {
            let table = find_paths(layout, document)?;
            return find_columns(layout, &table).map(|head| (table, head));
        }
        // The right encoding is the one in which the heading can be read. A heading that was nearly found says
        // more than bytes that are not of that encoding.
        let mut misfit = None;
        let fits = |encoding| decode(bytes, encoding).is_ok();
        let is_fixed = layout.containers.contains(&Container::Fixed);
        let one_fits = is_fixed && layout.encodings.iter().any(|encoding| fits(*encoding));
        for encoding in &layout.encodings {
            if one_fits && !fits(*encoding) {
                continue;
            }
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
