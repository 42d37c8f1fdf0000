//! Text whose columns take so many bytes each. Bytes are cut first and decoded afterwards, each column by itself, so that
//! half a character is seen in the column where it stands.

use std::borrow::Cow;

use super::{Cell, Form, Row, Table, text_fault};
use crate::problem::Code;
use crate::profile::{Align, Field, Layout, Position, Totals};
use crate::text::{Encoding, decode};

pub(super) fn read(bytes: &[u8], layout: &Layout, encoding: Encoding) -> Table {
    let mut lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    if lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    let rows = lines.iter().enumerate().map(|(index, line)| {
        let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let totals = layout.totals.as_ref().filter(|totals| is_totals(totals, index, line));
        let fields = totals.map_or(&layout.fields, |totals| &totals.fields);
        let mut row = Row::blank(number);
        cut(&mut row, number, line, fields, encoding);
        row.into_own()
    });
    Table { rows: rows.collect(), faults: Vec::new() }
}

/// True for the row that the layout's totals stand in.
fn is_totals(totals: &Totals, index: usize, line: &[u8]) -> bool {
    match totals.position {
        Position::First => index == 0,
        Position::Last => totals.marker.as_ref().is_some_and(|marker| {
            crate::text::encode_gb18030(marker).is_ok_and(|bytes| line.starts_with(&bytes))
                || line.starts_with(marker.as_bytes())
        }),
        Position::Head => false,
    }
}

/// Makes `row` what one line says. The memory for its cells is used again.
pub(crate) fn cut<'t>(
    row: &mut Row<Cow<'t, str>>,
    number: u32,
    line: &'t [u8],
    fields: &[Field],
    encoding: Encoding,
) {
    row.number = number;
    row.fault = None;
    row.cells.clear();
    if line.iter().all(u8::is_ascii_whitespace) {
        return;
    }
    let mut rest = line;
    for field in fields {
        let width = field.bytes.unwrap_or(0);
        let Some((column, after)) = rest.split_at_checked(width) else {
            row.fault = Some(Code::FixedLength);
            return;
        };
        row.cells.push(cell(column, field, encoding));
        rest = after;
    }
    row.fault = (!rest.is_empty()).then_some(Code::FixedLength);
}

fn cell<'t>(bytes: &'t [u8], field: &Field, encoding: Encoding) -> Cell<Cow<'t, str>> {
    let Ok(text) = decode(bytes, encoding) else {
        let form = Form::Refused(Code::TextHalfCharacter);
        return Cell { text: Cow::Owned(readable(bytes, encoding)), form };
    };
    // A row that lost a byte here and gained one there still has its length; its columns no longer stand on their side.
    let is_shifted = match field.side() {
        Align::Left => text.starts_with(' ') && !text.trim().is_empty(),
        Align::Right => text.ends_with(' ') && !text.trim().is_empty(),
    };
    let fault = text_fault(&text).or(is_shifted.then_some(Code::FixedShifted));
    let text = match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    };
    Cell { text, form: fault.map_or(Form::Text, Form::Refused) }
}

/// What can be read of a column with half a character in it, to show where it is.
fn readable(bytes: &[u8], encoding: Encoding) -> String {
    let whole = (0..bytes.len()).rev().find_map(|end| {
        let text = decode(bytes.get(..end)?, encoding).ok()?;
        Some(text.trim().to_owned())
    });
    whole.unwrap_or_default() + "…"
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::problem::Code;
    use crate::profile::{Field, Kind, Layout, Profile, Role};
    use crate::table::{Form, Row};
    use crate::text::{Encoding, encode_gb18030};

    fn layout() -> Layout {
        let column =
            |role, kind, bytes| Field { role, kind, bytes: Some(bytes), ..Field::default() };
        let mut layout = Profile::built_in().remove(0).layouts.remove(0);
        layout.fields = vec![
            column(Role::Number, Kind::Integer, 2),
            column(Role::Name, Kind::Text, 6),
            column(Role::Amount, Kind::Fen, 5),
        ];
        layout.totals = None;
        layout
    }

    fn rows(bytes: &[u8]) -> Vec<Row> {
        read(bytes, &layout(), Encoding::Gb18030).rows
    }

    #[test]
    fn columns_are_cut_by_bytes_and_read_without_their_filling() {
        let rows = rows(&encode_gb18030("01张测  00404\r\n02𠮷  00548\r\n").unwrap());
        let texts: Vec<_> = rows[1].cells.iter().map(|cell| cell.text.as_str()).collect();
        assert_eq!(texts, ["02", "𠮷", "00548"]);
        assert_eq!(rows[0].cells[1].text, "张测");
    }

    #[test]
    fn half_a_character_is_told_in_its_column() {
        // The third character would need a seventh byte.
        let mut bytes = encode_gb18030("01张测").unwrap();
        bytes.extend_from_slice(b" \xca00404\r\n");
        let rows = rows(&bytes);
        assert_eq!(rows[0].cells[1].form, Form::Refused(Code::TextHalfCharacter));
        assert_eq!(rows[0].cells[1].text, "张测…");
        assert_eq!(rows[0].cells[2].text, "00404");
    }

    #[test]
    fn a_row_of_another_length_and_a_shifted_column_are_faults() {
        assert_eq!(rows(b"01Zhang 0040\r\n")[0].fault, Some(Code::FixedLength));
        assert_eq!(rows(b"01Zhang 004040\r\n")[0].fault, Some(Code::FixedLength));
        let shifted = &rows(b"01 Zhang00404\r\n")[0].cells[1];
        assert_eq!(shifted.form, Form::Refused(Code::FixedShifted));
    }
}
