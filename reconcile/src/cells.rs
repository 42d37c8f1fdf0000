//! Rows into typed values, each refusal with its place. Every row becomes a line or at least one problem.

use std::borrow::Cow;

use ledger::money::Money;
use ledger::period::Date;

use crate::body::{Body, has_width};
use crate::names::narrow;
use crate::problem::{Code, Problem};
use crate::profile::{Field, Kind, Layout, Role};
use crate::table::{Cell, Form, Row};

/// Reads every row of a body, and collects every problem.
pub(crate) fn read_rows<T>(
    file: &str,
    layout: &Layout,
    body: &Body,
    problems: &mut Vec<Problem>,
    mut read: impl FnMut(&mut RowReader<'_>) -> Option<T>,
) -> Vec<T> {
    let mut lines = Vec::with_capacity(body.rows.len());
    let mut refused = 0_usize;
    for row in &body.rows {
        let before = problems.len();
        let line = match row_fault(row, body) {
            Some(code) => {
                problems.push(Problem::of_row(code, file, row.number));
                None
            }
            None => read(&mut RowReader { file, layout, body, row, problems }),
        };
        match line {
            Some(line) if problems.len() == before => lines.push(line),
            Some(_) | None => {
                // A row that gives no line must say why, even where a profile lets its cells be empty.
                if problems.len() == before {
                    problems.push(Problem::of_row(Code::ValueMissing, file, row.number));
                }
                refused += 1;
            }
        }
    }
    assert_eq!(lines.len() + refused, body.rows.len(), "every row is a line or a problem");
    lines
}

fn row_fault(row: &Row, body: &Body) -> Option<Code> {
    if row.fault.is_some() {
        return row.fault;
    }
    if row.is_blank() {
        return Some(Code::TableBlankRow);
    }
    (!has_width(row, body.width, body.is_sheet)).then_some(Code::TableWrongWidth)
}

/// Reads the cells of one row by what they mean.
pub(crate) struct RowReader<'a> {
    file: &'a str,
    layout: &'a Layout,
    body: &'a Body,
    row: &'a Row,
    problems: &'a mut Vec<Problem>,
}

impl<'a> RowReader<'a> {
    /// The row's number, from 1.
    pub(crate) fn number(&self) -> u32 {
        self.row.number
    }

    /// Adds a problem of this row.
    pub(crate) fn refuse(&mut self, code: Code, role: Role, found: &str, expected: &str) {
        let problem = Problem::of_row(code, self.file, self.row.number)
            .in_column(self.heading(role))
            .found(found)
            .expected(expected);
        self.problems.push(problem);
    }

    /// The text of a cell; `None` if the column or its content is missing, which is a problem where it must not be.
    pub(crate) fn text(&mut self, role: Role) -> Option<&'a str> {
        let column = self.body.columns.get(&role)?;
        let field = self.layout.fields.get(column.field)?;
        let cell = self.row.cells.get(column.cell);
        self.checked(role, field, cell)
    }

    fn checked(&mut self, role: Role, field: &Field, cell: Option<&'a Cell>) -> Option<&'a str> {
        let Some(cell) = cell.filter(|cell| !cell.is_blank()) else {
            if !field.may_be_empty {
                self.refuse(Code::ValueMissing, role, "", "");
            }
            return None;
        };
        if let Form::Refused(code) = cell.form {
            self.refuse(code, role, &cell.text, "");
            return None;
        }
        let bytes =
            || crate::text::encode_gb18030(&cell.text).map_or(usize::MAX, |text| text.len());
        if let Some(most) = field.max_bytes.filter(|most| bytes() > *most) {
            self.refuse(Code::ValueTooLong, role, &cell.text, &format!("至多{most}字节"));
            return None;
        }
        Some(&cell.text)
    }

    /// An amount in yuan or fen, as the field says.
    pub(crate) fn money(&mut self, role: Role) -> Option<Money> {
        let text = self.text(role)?;
        let field = self.field(role)?;
        let amount = read_money(text, field);
        if amount.is_none() {
            self.refuse(Code::ValueNotMoney, role, text, "");
        }
        amount
    }

    /// A date; time of day, where a bank writes it behind, is checked and left out.
    pub(crate) fn date(&mut self, role: Role) -> Option<Date> {
        if let Some(date) = self.serial_day(role) {
            return Some(date);
        }
        let text = self.text(role)?;
        let date = read_date(text);
        if date.is_none() {
            self.refuse(Code::ValueNotADate, role, text, "真实日期，例如20201012");
        }
        date
    }

    /// A whole number.
    pub(crate) fn integer(&mut self, role: Role) -> Option<u32> {
        let text = self.text(role)?;
        let number = self.field(role).and_then(|field| read_integer(text, field));
        if number.is_none() {
            self.refuse(Code::ValueNotANumber, role, text, "");
        }
        number
    }

    fn field(&self, role: Role) -> Option<&'a Field> {
        self.layout.fields.get(self.body.columns.get(&role)?.field)
    }

    /// A spreadsheet's number in a column of dates counts days; its fraction is the time of day.
    fn serial_day(&self, role: Role) -> Option<Date> {
        let cell = self.row.cells.get(self.body.columns.get(&role)?.cell)?;
        let is_number = matches!(cell.form, Form::Number | Form::Refused(Code::SheetNumberTooLong));
        let days = cell.text.split('.').next().filter(|days| is_number && days.len() == 5)?;
        serial_day(days.parse().ok()?)
    }

    fn heading(&self, role: Role) -> String {
        match self.body.columns.get(&role) {
            Some(column) => self
                .layout
                .fields
                .get(column.field)
                .map(|field| field.heading(column.cell))
                .unwrap_or_default(),
            None => String::new(),
        }
    }
}

/// An amount exactly as the field says, or nothing.
pub(crate) fn read_money(text: &str, field: &Field) -> Option<Money> {
    let text = narrow_text(text);
    let text = without_unit(&text, field);
    if field.kind == Kind::Fen {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let is_whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        return if is_whole { text.parse().ok().map(Money::from_fen) } else { None };
    }
    if !field.grouped || !text.contains(',') {
        return Money::parse_yuan(text).ok();
    }
    // Separators are taken off only where they stand in their places: 1,00.00 is not 100.00.
    let amount = Money::parse_yuan(&text.replace(',', "")).ok()?;
    let yuan = |text: &str| text.split('.').next().map(str::to_owned);
    (yuan(&amount.to_grouped_yuan()) == yuan(text)).then_some(amount)
}

/// A whole number from 0, with leading zeros and the field's unit word allowed.
pub(crate) fn read_integer(text: &str, field: &Field) -> Option<u32> {
    let text = narrow_text(text);
    let digits = without_unit(&text, field);
    let is_whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_whole { digits.parse().ok() } else { None }
}

fn without_unit<'a>(text: &'a str, field: &Field) -> &'a str {
    match &field.unit_word {
        Some(word) => text.strip_suffix(word.as_str()).unwrap_or(text).trim_end(),
        None => text,
    }
}

fn narrow_text(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(narrow).collect::<String>().trim().to_owned())
}

/// Dates as banks write them: `20201012`, `2020-10-12`, `2020/10/12`, `2020年10月12日`, each with a time of day
/// behind it or not; twelve, fourteen or sixteen digits.
pub(crate) fn read_date(text: &str) -> Option<Date> {
    let text = narrow_text(text);
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits >= 8 {
        let (day, time) = text.split_at_checked(8)?;
        let is_compact = [8, 12, 14, 16].contains(&digits);
        return (is_compact && is_time(time)).then(|| Date::from_compact(day)).flatten();
    }
    let mut parts = text.splitn(3, ['-', '/', '.', '年', '月']);
    let (year, month, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let end = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (day, time) = rest.split_at_checked(end)?;
    let time = time.strip_prefix('日').unwrap_or(time);
    let fits = year.len() == 4 && (1..=2).contains(&month.len()) && (1..=2).contains(&day.len());
    let whole = [year, month, day].iter().all(|part| part.bytes().all(|b| b.is_ascii_digit()));
    if !fits || !whole || !is_time(time) {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

/// True for nothing, or for what can be a time of day behind a date.
fn is_time(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || b" :.-T".contains(&byte))
}

/// Day 61 is 1900-03-01; before it, spreadsheets count a day that never was.
fn serial_day(serial: u16) -> Option<Date> {
    Date::new(1900, 3, 1)?.plus_days(serial.checked_sub(61)?)
}

#[cfg(test)]
mod tests {
    use ledger::money::Money;

    use super::{read_date, read_integer, read_money};
    use crate::profile::{Field, Kind, Role};

    fn field(kind: Kind, grouped: bool, unit: Option<&str>) -> Field {
        Field {
            role: Role::Amount,
            titles: Vec::new(),
            kind,
            optional: false,
            may_be_empty: false,
            grouped,
            unit_word: unit.map(str::to_owned),
            max_bytes: None,
            width: None,
            value: None,
        }
    }

    #[test]
    fn a_bank_date_is_read_in_every_form_that_banks_use() {
        for text in [
            "20201012",
            "2020-10-12",
            "2020/10/12 09:12:05",
            "2020-10-12-14.03.22.000001",
            "20201012 09:12:05",
            "202010120912",
            "20201012091205",
            "2020101209120501",
            "2020年10月12日",
        ] {
            let date = read_date(text).map(|date| date.to_string());
            assert_eq!(date.as_deref(), Some("2020-10-12"), "{text}");
        }
        assert_eq!(super::serial_day(44_116).unwrap().to_string(), "2020-10-12");
        for text in
            ["44116", "20201312", "2020-02-30", "2020101", "202010121", "12/10/2020", "x", ""]
        {
            assert_eq!(read_date(text), None, "{text}");
        }
    }

    #[test]
    fn separators_count_only_in_their_places() {
        let grouped = field(Kind::Yuan, true, None);
        assert_eq!(read_money("1,483,300.00", &grouped), Some(Money::from_fen(148_330_000)));
        assert_eq!(read_money("１２.５０", &grouped), Some(Money::from_fen(1250)));
        assert_eq!(read_money("1,00.00", &grouped), None);
        assert_eq!(read_money("1,000.00", &field(Kind::Yuan, false, None)), None);
        assert_eq!(read_money("900.3000000000001", &grouped), None);
    }

    #[test]
    fn fen_are_whole_and_a_count_may_carry_its_word() {
        assert_eq!(
            read_money("40400", &field(Kind::Fen, false, None)),
            Some(Money::from_fen(40_400))
        );
        assert_eq!(read_money("404.00", &field(Kind::Fen, false, None)), None);
        assert_eq!(read_integer("00000004", &field(Kind::Integer, false, None)), Some(4));
        assert_eq!(read_integer("4笔", &field(Kind::Integer, false, Some("笔"))), Some(4));
        assert_eq!(read_integer("四", &field(Kind::Integer, false, None)), None);
    }
}
