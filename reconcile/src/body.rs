//! A file through the eyes of one layout: where its columns are, what stands before, and every row after.

use crate::columns::{Column, Columns, Head, find_columns, find_paths};
use crate::misfit::Misfit;
use crate::opened::Opened;
use crate::problem::Code;
use crate::profile::{Container, Header, Layout, Position};
use crate::stretches::{Stretches, Text};
use crate::table::{Row, Table, read_text};
use crate::text::{Encoding, decode};

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
    /// The rows under the heading, without blank rows at the end; none if they are read stretch by stretch.
    pub(crate) rows: Vec<Row>,
    /// The rows of a long text.
    pub(crate) stretches: Option<Stretches<'a>>,
    /// True if a row may lack its last cells, as in spreadsheets.
    pub(crate) is_sheet: bool,
    /// What is wrong with the container.
    pub(crate) faults: Vec<(Option<u32>, Code)>,
}

/// Text longer than this is read stretch by stretch.
const LONG: usize = 1 << 20;

impl Body<'_> {
    /// How many rows stand under the heading.
    pub(crate) fn count(&self) -> usize {
        self.stretches.as_ref().map_or(self.rows.len(), |stretches| stretches.count)
    }
}

impl<'a> Opened<'a> {
    /// Whether the layout's heading is there. Reads no further than that, so that damage further down is told
    /// by whoever reads the rows, with its place.
    pub(crate) fn head(&self, layout: &Layout) -> Result<(), Misfit> {
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
    pub(crate) fn body(&self, layout: &Layout) -> Result<Body<'a>, Misfit> {
        self.long_body(layout).map_or_else(|| self.whole_body(layout), Ok)
    }

    fn whole_body(&self, layout: &Layout) -> Result<Body<'a>, Misfit> {
        let (table, head, _) = self.try_encodings(layout, self.bytes)?;
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
        let stretches = None;
        Ok(Body { preamble, columns, all, width, first, rows, stretches, is_sheet, faults })
    }

    /// A long text, of which only the heading is read yet. Its characters in the heading say which encoding it is.
    fn long_body(&self, layout: &Layout) -> Option<Body<'a>> {
        let is_last = layout.totals.as_ref().is_some_and(|t| t.position == Position::Last);
        let is_text = self.container == Container::Delimited && self.bytes.len() > LONG;
        let separator = layout.separator.filter(|_| is_text && !is_last)?;
        if layout.header != Header::Columns || !layout.takes(Container::Delimited) {
            return None;
        }
        let bytes = first_rows(self.bytes, scanned(layout));
        let (table, head, encoding) = self.try_encodings(layout, bytes).ok()?;
        let heading = table.rows.get(head.under.checked_sub(1)?)?;
        if heading.cells.iter().all(|cell| cell.text.is_ascii()) {
            return None;
        }
        let (file, bytes, quoted) = (self.file, self.bytes, layout.quoted);
        let text = Text { file, bytes, encoding: encoding?, separator, quoted };
        let stretches = Some(Stretches::under(text, head.under));
        let preamble: Vec<Row> = table.rows.into_iter().take(head.under).collect();
        let first = layout.totals.as_ref().and_then(|_| preamble.last().cloned());
        let Head { columns, all, width, .. } = head;
        let (rows, is_sheet, faults) = (Vec::new(), false, table.faults);
        Some(Body { preamble, columns, all, width, first, rows, stretches, is_sheet, faults })
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
        if let Some(document) = &self.tree {
            let table = find_paths(layout, document)?;
            return find_columns(layout, &table).map(|head| (table, head, None));
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
mod tests {
    use super::Body;
    use crate::cells::read_rows;
    use crate::opened::Opened;
    use crate::problem::Problem;
    use crate::profile::{Layout, Profile, Role};
    use crate::text::encode_gb18030;

    /// Thirty thousand rows, some of them damaged in every way that a row of text can be.
    fn long_reply() -> Vec<u8> {
        let mut text =
            String::from("批量代发结果\r\n姓名,卡号,应处理金额,备注,实处理金额,处理标志\r\n");
        for n in 1..30_000_u32 {
            let row = match n % 4_999 {
                7 => format!("张测试,62284800000000{n:05},404.00,,404.00"),
                8 => String::new(),
                9 => format!("\"张,测\",62284800000000{n:05},404.00,\"a\"\"b\",404.00,全部成功"),
                10 => "\"张测试,1,404.00,,404.00,全部成功".to_owned(),
                11 => "张测\u{7}试,1,404.00,,404.00,全部成功".to_owned(),
                12 => ",,,,,".to_owned(),
                _ => format!("倈测试,62284800000000{n:05}, 404.00 ,D20A0{n:07},404.00,全部成功"),
            };
            text.push_str(&row);
            text.push_str(if n % 3 == 0 { "\n" } else { "\r\n" });
        }
        text.push_str(",,,,,\r\n\r\n  \r\n");
        encode_gb18030(&text).unwrap()
    }

    fn layout() -> Layout {
        let profiles = Profile::built_in();
        let profile = profiles.iter().find(|profile| profile.id == "icbc-batch").unwrap();
        let mut layout = profile.layout("reply").unwrap().clone();
        layout.skip_rows = 0;
        layout
    }

    /// Every row as its number and its texts, and every problem.
    fn seen(layout: &Layout, body: &Body<'_>) -> (Vec<(u32, Vec<String>)>, Vec<Problem>) {
        let mut problems = Vec::new();
        let roles = [Role::Name, Role::Account, Role::Amount, Role::Reference, Role::Status];
        let rows = read_rows("回盘.csv", layout, body, &mut problems, |row| {
            let texts = roles.map(|role| row.text(role).unwrap_or_default().to_owned());
            Some((row.number(), texts.to_vec()))
        });
        (rows.into_vec(), problems)
    }

    #[test]
    fn a_long_text_read_stretch_by_stretch_says_what_it_says_as_a_whole() {
        let (bytes, layout) = (long_reply(), layout());
        let opened = Opened::here("回盘.csv", &bytes).unwrap();
        let long = opened.long_body(&layout).expect("the text is long and its heading is Chinese");
        let whole = opened.whole_body(&layout).unwrap();
        assert!(whole.stretches.is_none());
        assert_eq!(long.count(), whole.count());
        assert_eq!(long.preamble, whole.preamble);
        let (one, other) = (seen(&layout, &long), seen(&layout, &whole));
        assert!(one.1.len() > 20, "the damage is there");
        assert!(one == other, "the two ways differ");
    }

    #[test]
    fn a_byte_that_cannot_be_read_is_told_at_its_row_of_the_whole_file() {
        let (mut bytes, layout) = (long_reply(), layout());
        let at = bytes.len() - 200;
        bytes[at] = 0xff;
        let row = bytes[..at].split(|byte| *byte == b'\n').count();
        let opened = Opened::here("回盘.csv", &bytes).unwrap();
        let (_, problems) = seen(&layout, &opened.long_body(&layout).unwrap());
        let told = problems.iter().find(|problem| problem.code.word() == "text.undecodable");
        assert_eq!(told.unwrap().row.map(u64::from), Some(row as u64));
    }
}
