//! .xls and .xlsx as rows of cells. Numbers are printed in full, never rounded, and refused beyond 15 digits,
//! because a spreadsheet has lost what came after.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{Data, ExcelDateTime, Reader, Xls, XlsError, Xlsx};

use super::{Cell, Form, Row, Table, text_fault};
use crate::problem::{Code, Problem};
use crate::profile::Container;

/// An old .xls behind a password.
const LOCKED: &str = "加了密码";
/// A spreadsheet keeps 15 significant digits.
const EXACT_DIGITS: usize = 15;
/// No bank layout is wider; a cell far out would make a small file huge in memory.
const MOST_COLUMNS: u32 = 128;

/// Cells with something in them, by row and column from 0.
type Sheet = BTreeMap<u32, BTreeMap<u32, Cell>>;

pub(super) fn read(file: &str, bytes: &[u8], container: Container) -> Result<Table, Problem> {
    let problem = |code| Problem::of_file(code, file);
    // The crate below has panicked on crafted .xls files; to us that is one more unreadable file.
    let sheets = catch_unwind(AssertUnwindSafe(|| match container {
        Container::Xls => xls(bytes),
        Container::Xlsx => xlsx(bytes),
        Container::Delimited
        | Container::Fixed
        | Container::Boxtable
        | Container::Xml
        | Container::Mt940 => Err("不是电子表格".to_owned()),
    }))
    .unwrap_or_else(|_| Err("文件结构异常".to_owned()))
    .map_err(|why| match why.as_str() {
        LOCKED => problem(Code::SheetEncrypted),
        _ => problem(Code::SheetUnreadable).found(why),
    })?;
    let mut filled = sheets.into_iter().filter(|(_, sheet)| !sheet.is_empty());
    let Some((name, sheet)) = filled.next() else { return Ok(Table::default()) };
    if let Some((other, _)) = filled.next() {
        return Err(problem(Code::SheetSeveral).found(format!("{name}、{other}")));
    }
    table(&sheet).ok_or_else(|| problem(Code::SheetTooWide))
}

fn xls(bytes: &[u8]) -> Result<Vec<(String, Sheet)>, String> {
    let workbook = Xls::new(Cursor::new(bytes));
    let mut workbook = workbook.map_err(|error| {
        let is_locked = matches!(error, XlsError::Password);
        if is_locked { LOCKED.to_owned() } else { error.to_string() }
    })?;
    let mut sheets = Vec::new();
    for (name, range) in workbook.worksheets() {
        let (top, left) = range.start().unwrap_or((0, 0));
        let mut sheet = Sheet::new();
        for (row, column, value) in range.used_cells() {
            let row = top + u32::try_from(row).map_err(|error| error.to_string())?;
            let column = left + u32::try_from(column).map_err(|error| error.to_string())?;
            put(&mut sheet, row, column, cell(value));
        }
        sheets.push((name, sheet));
    }
    Ok(sheets)
}

fn xlsx(bytes: &[u8]) -> Result<Vec<(String, Sheet)>, String> {
    let mut workbook: Xlsx<_> =
        Xlsx::new(Cursor::new(bytes)).map_err(|error: calamine::XlsxError| error.to_string())?;
    let mut sheets = Vec::new();
    for name in workbook.sheet_names() {
        // Cell by cell: a range would reserve the whole rectangle up to a cell put far out.
        let mut cells =
            workbook.worksheet_cells_reader(&name).map_err(|error| error.to_string())?;
        let mut sheet = Sheet::new();
        while let Some(found) = cells.next_cell().map_err(|error| error.to_string())? {
            let (row, column) = found.get_position();
            put(&mut sheet, row, column, cell(&Data::from(found.get_value().clone())));
        }
        sheets.push((name, sheet));
    }
    Ok(sheets)
}

fn put(sheet: &mut Sheet, row: u32, column: u32, cell: Option<Cell>) {
    if let Some(cell) = cell {
        sheet.entry(row).or_default().insert(column, cell);
    }
}

fn cell(value: &Data) -> Option<Cell> {
    let refused = |text: String, code| Cell { text, form: Form::Refused(code) };
    Some(match value {
        Data::Empty => return None,
        Data::String(text) | Data::DateTimeIso(text) if text.trim().is_empty() => return None,
        Data::String(text) | Data::DateTimeIso(text) => match text_fault(text.trim()) {
            Some(code) => refused(text.trim().to_owned(), code),
            None => Cell::text(text),
        },
        Data::Int(number) => exact(number.to_string()),
        Data::Float(number) => exact(number.to_string()),
        Data::DateTime(moment) => day(moment)
            .unwrap_or_else(|| refused(moment.as_f64().to_string(), Code::SheetNotAValue)),
        Data::Bool(truth) => refused(truth.to_string(), Code::SheetNotAValue),
        Data::DurationIso(text) => refused(text.clone(), Code::SheetNotAValue),
        Data::Error(error) => refused(error.to_string(), Code::SheetNotAValue),
    })
}

/// The shortest text that stands for exactly this number, so nothing is rounded on the way.
fn exact(text: String) -> Cell {
    let digits =
        text.chars().filter(char::is_ascii_digit).skip_while(|digit| *digit == '0').count();
    let form =
        if digits > EXACT_DIGITS { Form::Refused(Code::SheetNumberTooLong) } else { Form::Number };
    Cell { text, form }
}

fn day(moment: &ExcelDateTime) -> Option<Cell> {
    let (year, month, day, ..) = moment.to_ymd_hms_milli();
    moment
        .is_datetime()
        .then(|| Cell { text: format!("{year:04}-{month:02}-{day:02}"), form: Form::Day })
}

/// Rows without gaps, so that a blank row between rows is seen. `None` if a cell lies too far out.
fn table(sheet: &Sheet) -> Option<Table> {
    let last = sheet.keys().next_back().copied().unwrap_or(0);
    let mut table = Table::default();
    for index in 0..=last {
        let mut row = Row::blank(index.checked_add(1)?);
        for (column, cell) in sheet.get(&index).into_iter().flatten() {
            if *column >= MOST_COLUMNS {
                return None;
            }
            let column = usize::try_from(*column).ok()?;
            row.cells.resize_with(column, || Cell::text(""));
            row.cells.push(cell.clone());
        }
        table.rows.push(row);
    }
    Some(table)
}

#[cfg(test)]
mod tests {
    use calamine::Data;

    use super::{Form, cell, read};
    use crate::problem::Code;
    use crate::profile::Container;

    #[test]
    fn a_number_is_printed_in_full_and_refused_beyond_fifteen_digits() {
        let form = |number| {
            let cell = cell(&Data::Float(number)).unwrap();
            (cell.text, cell.form)
        };
        assert_eq!(form(404.0), ("404".to_owned(), Form::Number));
        assert_eq!(form(2452.55), ("2452.55".to_owned(), Form::Number));
        let too_long = Form::Refused(Code::SheetNumberTooLong);
        assert_eq!(form(900.300_000_000_000_1), ("900.3000000000001".to_owned(), too_long));
        assert_eq!(form(6_228_480_000_000_000_018.0).1, too_long);
    }

    #[test]
    fn a_truth_value_or_a_lost_character_is_not_a_value() {
        assert_eq!(cell(&Data::Bool(true)).unwrap().form, Form::Refused(Code::SheetNotAValue));
        assert_eq!(
            cell(&Data::String("张\u{fffd}".to_owned())).unwrap().form,
            Form::Refused(Code::TextReplacement)
        );
    }

    #[test]
    fn rubbish_is_an_unreadable_spreadsheet_and_never_a_panic() {
        for (bytes, container) in [
            (&b"\xd0\xcf\x11\xe0rubbish"[..], Container::Xls),
            (b"PK\x03\x04rubbish", Container::Xlsx),
            (b"", Container::Xls),
        ] {
            assert_eq!(read("x", bytes, container).unwrap_err().code, Code::SheetUnreadable);
        }
    }
}
