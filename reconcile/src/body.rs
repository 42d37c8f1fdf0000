//! A file through the eyes of one layout: where its columns are, what stands before, and every row after.

use memchr::memmem;

use crate::columns::{Column, Columns, Head, find_columns, find_paths};
use crate::misfit::Misfit;
use crate::opened::Opened;
use crate::problem::Code;
use crate::profile::{Container, Header, Layout, Position, Totals};
use crate::stretches::{Cut, Stretches, Text, begin_of_row};
use crate::table::{Row, Table, read_text};
use crate::text::{BYTE_ORDER_MARK, Encoding, decode, encode_gb18030};

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
    /// The row of totals behind the lines of a long text, and whatever follows it.
    pub(crate) tail: Vec<Row>,
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
        let (stretches, tail) = (None, Vec::new());
        Ok(Body { preamble, columns, all, width, first, rows, stretches, tail, is_sheet, faults })
    }

    /// A long text, of which only the heading is read yet. `None` if it is not long, or not sure to say what it says as a
    /// whole.
    fn long_body(&self, layout: &Layout) -> Option<Body<'a>> {
        if self.container != Container::Delimited || self.bytes.len() <= LONG {
            return None;
        }
        let cut = cut_of(layout)?;
        let bytes = first_rows(self.bytes, scanned(layout));
        let (table, head, encoding) = self.try_encodings(layout, bytes).ok()?;
        // The heading's characters say which encoding it is, where there is a choice.
        let heading = head.under.checked_sub(1).and_then(|above| table.rows.get(above));
        let is_plain = layout.header != Header::Columns
            || heading.is_none_or(|row| row.cells.iter().all(|cell| cell.text.is_ascii()));
        if is_plain && layout.encodings.len() > 1 {
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
        let stretches = Some(stretches);
        let preamble: Vec<Row> = table.rows.into_iter().take(head.under).collect();
        let first = totals.filter(|_| last.is_none()).and_then(|_| preamble.last().cloned());
        let Head { columns, all, width, .. } = head;
        let (rows, is_sheet, faults) = (Vec::new(), false, table.faults);
        Some(Body { preamble, columns, all, width, first, rows, stretches, tail, is_sheet, faults })
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
mod tests {
    use super::Body;
    use crate::cells::read_rows;
    use crate::opened::Opened;
    use crate::problem::Problem;
    use crate::profile::{Field, Layout, Position, Profile, Role, Totals};
    use crate::response::{Given, body_problems, too_many};
    use crate::text::{Encoding, decode, encode_gb18030};
    use crate::totals;

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

    fn built_in(id: &str) -> Layout {
        let profiles = Profile::built_in();
        let profile = profiles.iter().find(|profile| profile.id == id).unwrap();
        profile.layout("reply").unwrap().clone()
    }

    fn layout() -> Layout {
        Layout { skip_rows: 0, ..built_in("icbc-batch") }
    }

    /// A case file whose middle row stands there thirty thousand times, damaged here and there.
    fn long_case(file: &str) -> Vec<u8> {
        let cases = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/bank-files/");
        let bytes = std::fs::read(format!("{cases}{file}")).unwrap();
        let rows: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
        let mut long = rows[0].to_vec();
        for n in 1..30_000_u32 {
            match n % 4_999 {
                7 => long.extend_from_slice(&rows[1][2..]),
                8 => long.extend_from_slice(b"\r\n"),
                9 => {
                    long.extend(
                        rows[1].iter().map(|byte| if *byte == b'0' { b'O' } else { *byte }),
                    );
                }
                10 => long.extend_from_slice(b"X,\xba\xcf\r\n"),
                _ => long.extend_from_slice(rows[1]),
            }
        }
        long.extend(rows[2..].concat());
        long
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

    /// Read stretch by stretch and as a whole, a text says the same.
    fn the_two_ways_agree(layout: &Layout, bytes: &[u8]) {
        let opened = Opened::here("回盘.csv", bytes).unwrap();
        let mut long = opened.long_body(layout).expect("the text is long and sure to be read");
        let mut whole = opened.whole_body(layout).unwrap();
        assert!(whole.stretches.is_none());
        assert_eq!(long.preamble, whole.preamble);
        let mut problems = (Vec::new(), Vec::new());
        let totals = totals::take("回盘.csv", layout, &mut long, &mut problems.0);
        assert_eq!(totals, totals::take("回盘.csv", layout, &mut whole, &mut problems.1));
        assert_eq!(problems.0, problems.1);
        assert_eq!(long.count(), whole.count());
        let problems = |body: &Body<'_>| {
            let mut problems = Vec::new();
            let layout = Layout { max_rows: Some(20_000), ..layout.clone() };
            body_problems("回盘.csv", &layout, body, &Given::default(), &mut problems);
            too_many("回盘.csv", &layout, body, &mut problems);
            problems
        };
        assert_eq!(problems(&long), problems(&whole));
        let (one, other) = (seen(layout, &long), seen(layout, &whole));
        assert!(one.1.len() > 10, "the damage is there");
        assert!(one == other, "the two ways differ");
    }

    #[test]
    fn a_long_text_read_stretch_by_stretch_says_what_it_says_as_a_whole() {
        the_two_ways_agree(&layout(), &long_reply());
    }

    #[test]
    fn so_does_a_long_text_without_a_heading_and_one_in_fixed_columns_with_totals_behind() {
        the_two_ways_agree(&built_in("ccb-pipe"), &long_case("ccb-pipe/good.txt"));
        the_two_ways_agree(&built_in("fixed-fen"), &long_case("fixed-fen/good.rsp"));
        let mut two_trailers = long_case("gbk-pair/good.rtn");
        the_two_ways_agree(&built_in("gbk-pair"), &two_trailers);
        two_trailers.extend_from_within(two_trailers.len() - 400..);
        the_two_ways_agree(&built_in("gbk-pair"), &two_trailers);
    }

    #[test]
    fn so_does_one_whose_totals_have_their_namesake_above_the_heading() {
        let field = |role| Field { role, ..Field::default() };
        let fields = vec![field(Role::Constant), field(Role::Count), field(Role::Total)];
        let marker = Some("合计".to_owned());
        let totals = Some(Totals { position: Position::Last, marker, fields });
        let layout = Layout { totals, ..layout() };
        let reply = decode(&long_reply(), Encoding::Gb18030).unwrap().into_owned();
        let (_, lines) = reply.split_once('\n').unwrap();
        let lines = lines.trim_end_matches(['\r', '\n', ' ', ',']);
        let text = format!("合计,1,1.00\r\n{lines}\r\n\r\n合计,1,1.00\r\n多一行\r\n");
        the_two_ways_agree(&layout, &encode_gb18030(&text).unwrap());
    }

    #[test]
    fn where_no_heading_says_the_encoding_a_long_text_is_read_as_a_whole() {
        let bytes = long_case("ccb-pipe/good.txt");
        let mut layout = built_in("ccb-pipe");
        layout.encodings = vec![Encoding::Gb18030, Encoding::Utf8];
        let opened = Opened::here("回盘.txt", &bytes).unwrap();
        assert!(opened.long_body(&layout).is_none());
        assert!(opened.whole_body(&layout).is_ok());
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
