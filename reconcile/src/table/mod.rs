//! A bank file as rows of cells, each with its place. Nothing is judged here but the container itself.

mod box_table;
mod delimited;
pub mod document;
mod fixed;
pub(crate) mod mt940;
mod spreadsheet;
pub mod tree;
pub(crate) mod xml;

use std::borrow::Cow;

use memchr::memchr_iter;
use serde::{Deserialize, Serialize};

use crate::problem::{Code, Problem};
use crate::profile::{Container, Layout};
use crate::text::{self, Encoding, Undecodable};

pub(crate) use delimited::Splitting;
pub(crate) use fixed::cut;

/// A frame begins within this many rows.
const ROWS_BEFORE_A_FRAME: usize = 40;

/// What a cell was in its container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Form {
    /// Text, exactly as written.
    Text,
    /// A spreadsheet's number, printed without rounding.
    Number,
    /// A spreadsheet's date, printed as `2020-10-12`.
    Day,
    /// A spreadsheet's value that must not be used, and why.
    Refused(Code),
}

/// One cell. Its text is its own, or that of the file where rows are read and not kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell<T = String> {
    /// Its text without the blanks around it.
    pub text: T,
    /// What it was.
    pub form: Form,
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row<T = String> {
    /// Its number from 1, as an editor or spreadsheet counts.
    pub number: u32,
    /// Its cells.
    pub cells: Vec<Cell<T>>,
    /// What is wrong with the row as a whole.
    pub fault: Option<Code>,
}

/// Every row of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// The rows, blank ones too.
    pub rows: Vec<Row>,
    /// What is wrong with the container as a whole, as the row (if any) and the code.
    pub faults: Vec<(Option<u32>, Code)>,
}

impl Cell {
    fn text(text: &str) -> Cell {
        Cell { text: text.trim().to_owned(), form: Form::Text }
    }

    /// The same cell without text of its own.
    pub(crate) fn view(&self) -> Cell<Cow<'_, str>> {
        Cell { text: Cow::Borrowed(&self.text), form: self.form }
    }
}

impl<T: AsRef<str>> Cell<T> {
    /// True if there is nothing in it.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.text.as_ref().is_empty() && !matches!(self.form, Form::Refused(_))
    }
}

impl Row {
    /// The same row without texts of its own.
    pub(crate) fn view(&self) -> Row<Cow<'_, str>> {
        let cells = self.cells.iter().map(Cell::view).collect();
        Row { number: self.number, cells, fault: self.fault }
    }
}

impl Row<Cow<'_, str>> {
    /// The same row with its own texts.
    pub(crate) fn into_own(self) -> Row {
        let own = |cell: Cell<Cow<'_, str>>| Cell { text: cell.text.into_owned(), form: cell.form };
        let cells = self.cells.into_iter().map(own).collect();
        Row { number: self.number, cells, fault: self.fault }
    }
}

impl<T: AsRef<str>> Row<T> {
    pub(crate) fn blank(number: u32) -> Row<T> {
        Row { number, cells: Vec::new(), fault: None }
    }

    /// True if the row has exactly that many cells; blank cells beyond them do not count.
    pub(crate) fn has_width(&self, width: usize, may_be_short: bool) -> bool {
        (may_be_short || self.cells.len() >= width)
            && self.cells.iter().skip(width).all(Cell::is_blank)
    }

    /// True if no cell has anything in it.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.fault.is_none() && self.cells.iter().all(Cell::is_blank)
    }
}

/// What the bytes are, told by their first bytes and, for text, by a drawn frame. Text with a separator and text in fixed
/// columns look alike from outside; both are told as the former.
#[must_use]
pub fn container_of(bytes: &[u8]) -> Container {
    if bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return Container::Xls;
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return Container::Xlsx;
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    if text.starts_with(b"<") {
        return Container::Xml;
    }
    if mt940::is_one(text) {
        return Container::Mt940;
    }
    // A row that begins with ┌ ┍ ┎ or ┏: A9 B0 to B3 in GB18030, E2 94 8C to 8F in UTF-8. Only the begin of a
    // row is looked at, where bytes cannot be halves of other characters.
    let draws = |row: &[u8]| matches!(row, [0xa9, 0xb0..=0xb3, ..] | [0xe2, 0x94, 0x8c..=0x8f, ..]);
    if bytes.split(|byte| *byte == b'\n').take(ROWS_BEFORE_A_FRAME).any(draws) {
        return Container::Boxtable;
    }
    Container::Delimited
}

/// Reads text containers.
///
/// # Errors
/// A problem if the bytes cannot be decoded.
pub fn read_text(
    file: &str,
    bytes: &[u8],
    layout: &Layout,
    encoding: Encoding,
) -> Result<Table, Problem> {
    if layout.containers.contains(&Container::Fixed) {
        return Ok(fixed::read(bytes, layout, encoding));
    }
    let text = decode(file, bytes, encoding, (0, 1))?;
    Ok(match layout.separator {
        Some(separator) if !layout.containers.contains(&Container::Boxtable) => {
            delimited::read(&text, separator, layout.quoted)
        }
        Some(_) | None => box_table::read(&text),
    })
}

/// Reads comma-separated text in UTF-8 or else GB18030, whichever the bytes are.
///
/// # Errors
/// A problem if they are neither.
pub fn read_csv(file: &str, bytes: &[u8]) -> Result<Table, Problem> {
    let text = decode(file, bytes, Encoding::Utf8, (0, 1));
    let text = text.or_else(|_| decode(file, bytes, Encoding::Gb18030, (0, 1)))?;
    Ok(delimited::read(&text, ',', true))
}

/// Decodes a part of a file that begins at that byte and in that row.
pub(crate) fn decode<'a>(
    file: &str,
    bytes: &'a [u8],
    encoding: Encoding,
    (before, first_row): (usize, u32),
) -> Result<Cow<'a, str>, Problem> {
    text::decode(bytes, encoding)
        .map_err(|wrong| undecodable(file, encoding, &wrong, (before, first_row)))
}

/// A byte that cannot be read, in a part of a file that begins at that byte and in that row.
pub(crate) fn undecodable(
    file: &str,
    encoding: Encoding,
    wrong: &Undecodable,
    (before, first_row): (usize, u32),
) -> Problem {
    let row = first_row.saturating_add(wrong.row).saturating_sub(1);
    Problem::of_row(Code::TextUndecodable, file, row)
        .found(format!("第{}字节", before + wrong.offset + 1))
        .expected(format!("{}编码", encoding.word()))
}

/// Reads .xls and .xlsx.
///
/// The crate behind it can be made to use much memory, so the shell should call this in a process of its own
/// with a memory limit when the file comes from outside.
///
/// # Errors
/// A problem if the spreadsheet cannot be read, or has not exactly one sheet with content.
pub fn read_spreadsheet(file: &str, bytes: &[u8], container: Container) -> Result<Table, Problem> {
    spreadsheet::read(file, bytes, container)
}

/// Rows of text as an editor counts them, without their ends. A last row without content is no row.
fn text_rows(text: &str) -> impl Iterator<Item = (u32, &str)> {
    text.split_terminator('\n').enumerate().map(|(index, row)| {
        let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
        (number, row.strip_suffix('\r').unwrap_or(row))
    })
}

/// Why a row of text cannot be used at all, if so.
fn text_fault(row: &str) -> Option<Code> {
    if !has_odd(row, |_| false) {
        return None;
    }
    if row.contains('\u{fffd}') {
        return Some(Code::TextReplacement);
    }
    let is_control = |character: char| character.is_control() && character != '\t';
    row.contains(is_control).then_some(Code::TextControl)
}

/// False if no row of a text has a fault: nothing odd is in it but the ends of its rows.
fn may_be_faulty(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_inside = |at: usize| bytes.get(at + 1).is_some_and(|next| *next != b'\n');
    has_odd(text, |byte| matches!(byte, b'\n' | b'\r')) || memchr_iter(b'\r', bytes).any(is_inside)
}

/// True if there is what can be a control character, other than those, or the sign of a lost one.
fn has_odd(text: &str, but: impl Fn(u8) -> bool) -> bool {
    let is_odd = |byte: u8, next: u8| {
        (byte < b' ' && byte != b'\t' && !but(byte))
            || byte == 0x7f
            || (byte == 0xc2 && next < 0xa0)
            || (byte == 0xef && next == 0xbf)
    };
    let bytes = text.as_bytes();
    let pairs = bytes.iter().zip(bytes.iter().skip(1));
    // Every byte is looked at, so that many can be looked at in one step.
    let inside = pairs.fold(false, |odd, (byte, next)| odd | is_odd(*byte, *next));
    inside | bytes.last().is_some_and(|last| is_odd(*last, b' '))
}
