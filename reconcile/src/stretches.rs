//! The rows of a long text, read where they are needed: each core decodes a stretch, splits its rows into cells whose memory
//! it uses again, and keeps nothing of them. What is read is what a [`Table`](crate::table::Table) of the same bytes holds.

use std::borrow::Cow;

use ledger::shares::in_turns;
use memchr::{memchr, memchr_iter};

use crate::problem::Problem;
use crate::profile::Layout;
use crate::table::{Row, Splitting, cut, undecodable};
use crate::text::{Encoding, STRETCH, decode_into};

/// Text in rows, from the row under the heading to the last row with content.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text<'a> {
    /// The file's name, for problems.
    pub(crate) file: &'a str,
    /// The whole file.
    pub(crate) bytes: &'a [u8],
    /// How its characters are written.
    pub(crate) encoding: Encoding,
    /// How a row becomes cells.
    pub(crate) cut: Cut,
}

/// How a row of text becomes cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// At a separator. Cells may stand in double quotes if so said.
    At(char, bool),
    /// After so many bytes as the layout's columns take.
    Fixed,
}

/// Rows that follow each other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stretch {
    /// Where they begin in the file.
    begin: usize,
    /// Where they end.
    end: usize,
    /// The number of the first.
    number: u32,
    /// How many they are.
    rows: usize,
}

/// All rows under the heading, cut into stretches.
#[derive(Clone, Debug)]
pub(crate) struct Stretches<'a> {
    text: Text<'a>,
    all: Vec<Stretch>,
    /// How many rows there are.
    pub(crate) count: usize,
}

impl<'a> Stretches<'a> {
    /// Everything after the first `above` rows, up to a byte where another part of the file begins or, without blank rows
    /// there, to its end.
    pub(crate) fn under(text: Text<'a>, layout: &Layout, above: usize, end: usize) -> Self {
        let begin = begin_of_row(text.bytes, above);
        let is_whole = end == text.bytes.len();
        let end = if is_whole { content_end(&text, layout, begin) } else { end };
        let end = begin.max(end);
        let mut cuts = vec![begin];
        let mut place = begin;
        while place < end {
            place = after_line(text.bytes, (place + STRETCH).min(end)).min(end);
            cuts.push(place);
        }
        let pairs: Vec<(usize, usize)> =
            cuts.iter().copied().zip(cuts.iter().copied().skip(1)).collect();
        let mut count = 0;
        let mut all = Vec::with_capacity(pairs.len());
        let counted =
            |(): &mut (), (begin, end): &_| (*begin, *end, rows_in(text.bytes, *begin, *end));
        in_turns(
            &pairs,
            || (),
            counted,
            |(begin, end, rows)| {
                let number = u32::try_from(above + count + 1).unwrap_or(u32::MAX);
                all.push(Stretch { begin, end, number, rows });
                count += rows;
            },
        );
        Stretches { text, all, count }
    }

    /// Gives every row to `work`, on all cores; what it makes of each stretch is given to `take` in their order. `begin` is told
    /// how many rows the stretch has, and of how many bytes.
    pub(crate) fn on_all_cores<R: Send>(
        &self,
        layout: &Layout,
        begin: impl Fn(usize, usize) -> R + Sync,
        work: impl Fn(&mut R, &Row<Cow<'_, str>>) + Sync,
        undecodable: impl Fn(&mut R, Problem) + Sync,
        take: impl FnMut(R) + Send,
    ) {
        let of_stretch = |room: &mut String, stretch: &Stretch| {
            let mut result = begin(stretch.rows, stretch.end - stretch.begin);
            let read = self.text.rows_of(layout, *stretch, room, &mut |row| work(&mut result, row));
            if let Err(problem) = read {
                undecodable(&mut result, problem);
            }
            result
        };
        in_turns(&self.all, String::new, of_stretch, take);
    }
}

impl Text<'_> {
    fn rows_of(
        &self,
        layout: &Layout,
        stretch: Stretch,
        decoded: &mut String,
        work: &mut dyn FnMut(&Row<Cow<'_, str>>),
    ) -> Result<(), Problem> {
        let bytes = self.bytes.get(stretch.begin..stretch.end).unwrap_or_default();
        let mut row = Row::blank(0);
        let mut number = stretch.number;
        let Cut::At(separator, quoted) = self.cut else {
            for line in lines_of(bytes) {
                cut(&mut row, number, line, &layout.fields, self.encoding);
                work(&row);
                number = number.saturating_add(1);
            }
            return Ok(());
        };
        let before = (stretch.begin, stretch.number);
        let text = decode_into(bytes, self.encoding, decoded)
            .map_err(|wrong| undecodable(self.file, self.encoding, &wrong, before))?;
        let splitting = Splitting::of(text, separator, quoted);
        let mut rest = text;
        while !rest.is_empty() {
            let end = memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
            let (line, after) = rest.split_at(end);
            rest = after.get(1..).unwrap_or_default();
            let line = line.strip_suffix('\r').unwrap_or(line);
            splitting.fill(&mut row, number, line);
            work(&row);
            number = number.saturating_add(1);
        }
        Ok(())
    }
}

/// Lines of bytes without their ends.
fn lines_of(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let whole = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let lines = (!bytes.is_empty()).then(|| whole.split(|byte| *byte == b'\n'));
    lines.into_iter().flatten().map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}

/// Where the row behind the first `above` begins.
pub(crate) fn begin_of_row(bytes: &[u8], above: usize) -> usize {
    (0..above).fold(0, |begin, _| after_line(bytes, begin))
}

/// Where the line that holds `place` ends, behind its line feed.
fn after_line(bytes: &[u8], place: usize) -> usize {
    let rest = bytes.get(place..).unwrap_or_default();
    memchr(b'\n', rest).map_or(bytes.len(), |at| place + at + 1)
}

fn rows_in(bytes: &[u8], begin: usize, end: usize) -> usize {
    let bytes = bytes.get(begin..end).unwrap_or_default();
    let feeds = memchr_iter(b'\n', bytes).count();
    feeds + usize::from(bytes.last().is_some_and(|last| *last != b'\n'))
}

/// Where the last row with content ends. A row of separators alone has none.
fn content_end(text: &Text<'_>, layout: &Layout, begin: usize) -> usize {
    let mut end = text.bytes.len();
    while end > begin {
        let body = text.bytes.get(begin..end).unwrap_or_default();
        let body = body.strip_suffix(b"\n").unwrap_or(body);
        let line = body.iter().rposition(|byte| *byte == b'\n').map_or(begin, |at| begin + at + 1);
        let stretch = Stretch { begin: line, end: begin + body.len(), number: 1, rows: 1 };
        let mut is_blank = true;
        let read = text.rows_of(layout, stretch, &mut String::new(), &mut |row| {
            is_blank = is_blank && row.is_blank();
        });
        if read.is_err() || !is_blank {
            return end;
        }
        end = line;
    }
    end
}
