//! The rows of a long text, read where they are needed: each core decodes a stretch, splits its rows into cells whose memory
//! it uses again, and keeps nothing of them. What is read is what a [`Table`](crate::table::Table) of the same bytes holds.

use std::borrow::Cow;

use ledger::shares::in_shares;
use memchr::{memchr, memchr_iter};

use crate::problem::Problem;
use crate::table::{Row, decode, fill, undecodable};
use crate::text::{Encoding, decode_into};

/// About so many bytes are decoded at a time: enough to be quick, little enough to stay near the core.
const STRETCH: usize = 1 << 18;

/// Text with a separator, from the row under the heading to the last row with content.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text<'a> {
    /// The file's name, for problems.
    pub(crate) file: &'a str,
    /// The whole file.
    pub(crate) bytes: &'a [u8],
    /// How its characters are written.
    pub(crate) encoding: Encoding,
    /// What stands between cells.
    pub(crate) separator: char,
    /// True if cells may stand in double quotes.
    pub(crate) quoted: bool,
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
    /// Everything after the first `above` rows, without blank rows at the end.
    pub(crate) fn under(text: Text<'a>, above: usize) -> Stretches<'a> {
        let mut begin = 0;
        for _ in 0..above {
            begin = after_line(text.bytes, begin);
        }
        let end = begin.max(content_end(&text, begin));
        let mut cuts = vec![begin];
        let mut place = begin;
        while place < end {
            place = after_line(text.bytes, (place + STRETCH).min(end)).min(end);
            cuts.push(place);
        }
        let pairs: Vec<(usize, usize)> =
            cuts.iter().copied().zip(cuts.iter().copied().skip(1)).collect();
        let counts = in_shares(&pairs, 1, |_, share| {
            share.iter().map(|(begin, end)| rows_in(text.bytes, *begin, *end)).collect::<Vec<_>>()
        });
        let mut count = 0;
        let mut all = Vec::with_capacity(pairs.len());
        for ((begin, end), rows) in pairs.into_iter().zip(counts.into_iter().flatten()) {
            let number = u32::try_from(above + count + 1).unwrap_or(u32::MAX);
            all.push(Stretch { begin, end, number, rows });
            count += rows;
        }
        Stretches { text, all, count }
    }

    /// Gives every row to `work`, on all cores; what it makes of each share of the rows comes back in their order. `begin` is
    /// told how many rows the share has.
    pub(crate) fn on_all_cores<R: Send>(
        &self,
        begin: impl Fn(usize) -> R + Sync,
        work: impl Fn(&mut R, &Row<Cow<'_, str>>) + Sync,
        undecodable: impl Fn(&mut R, Problem) + Sync,
    ) -> Vec<R> {
        in_shares(&self.all, 1, |_, share| {
            let rows = share.iter().map(|stretch| stretch.rows).sum();
            let mut result = begin(rows);
            let mut room = String::new();
            for stretch in share {
                if let Err(problem) = self.text.rows_of(*stretch, &mut room, &mut |row| {
                    work(&mut result, row);
                }) {
                    undecodable(&mut result, problem);
                }
            }
            result
        })
    }
}

impl Text<'_> {
    fn rows_of(
        &self,
        stretch: Stretch,
        decoded: &mut String,
        work: &mut dyn FnMut(&Row<Cow<'_, str>>),
    ) -> Result<(), Problem> {
        let bytes = self.bytes.get(stretch.begin..stretch.end).unwrap_or_default();
        let before = (stretch.begin, stretch.number);
        let text = decode_into(bytes, self.encoding, decoded)
            .map_err(|wrong| undecodable(self.file, self.encoding, &wrong, before))?;
        let mut row = Row::blank(0);
        let mut number = stretch.number;
        let mut rest = text;
        while !rest.is_empty() {
            let end = memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
            let (line, after) = rest.split_at(end);
            rest = after.get(1..).unwrap_or_default();
            let line = line.strip_suffix('\r').unwrap_or(line);
            fill(&mut row, number, line, self.separator, self.quoted);
            work(&row);
            number = number.saturating_add(1);
        }
        Ok(())
    }
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
fn content_end(text: &Text<'_>, begin: usize) -> usize {
    let mut end = text.bytes.len();
    while end > begin {
        let body = text.bytes.get(begin..end).unwrap_or_default();
        let body = body.strip_suffix(b"\n").unwrap_or(body);
        let line = body.iter().rposition(|byte| *byte == b'\n').map_or(begin, |at| begin + at + 1);
        let bytes = text.bytes.get(line..begin + body.len()).unwrap_or_default();
        let Ok(decoded) = decode(text.file, bytes, text.encoding, (line, 1)) else { return end };
        let mut row = Row::blank(0);
        fill(&mut row, 0, decoded.trim_end_matches('\r'), text.separator, text.quoted);
        if !row.is_blank() {
            return end;
        }
        end = line;
    }
    end
}
