//! Reports as .xlsx. The same report gives the same bytes: the only date inside is the end of its month.
//! Amounts become spreadsheet numbers here and nowhere else, from their decimal text.

use ledger::period::Date;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet};

use super::sheet_style::{Styles, broken, column_widths};
use super::width::lines_needed;
use super::{Cell, DRAFT, Report, Row, Sheet, Standing, Table};
use crate::document::NotWritten;
use crate::rate::wan;

/// Pixels of one line of text.
const LINE: u32 = 20;
/// Pixels of one half-width character.
const CHARACTER: u32 = 8;
const A4: u8 = 9;

impl Report {
    /// The report as a workbook.
    ///
    /// # Errors
    /// [`NotWritten::TooManyDigits`] for a number that a spreadsheet would change; [`NotWritten::Sheet`] otherwise.
    pub fn to_xlsx(&self) -> Result<Vec<u8>, NotWritten> {
        let mut workbook = Workbook::new();
        let created = day(self.dated)?;
        let properties = DocProperties::new()
            .set_title(self.title.clone())
            .set_status(DRAFT)
            .set_creation_datetime(&created);
        workbook.set_properties(&properties);
        let styles = Styles::new();
        for sheet in &self.sheets {
            let worksheet = workbook.add_worksheet();
            Page::new(worksheet, &styles, sheet)?.write(self, sheet)?;
        }
        Ok(workbook.save_to_buffer()?)
    }
}

/// A sheet under way: what was written so far ends above `row`.
struct Page<'a> {
    worksheet: &'a mut Worksheet,
    styles: &'a Styles,
    row: u32,
    /// Widths of the columns in half-width characters.
    widths: Vec<usize>,
}

impl<'a> Page<'a> {
    fn new(
        worksheet: &'a mut Worksheet,
        styles: &'a Styles,
        sheet: &Sheet,
    ) -> Result<Page<'a>, NotWritten> {
        let widths = column_widths(sheet);
        worksheet.set_name(sheet.name.clone())?;
        for (column, width) in (0_u16..).zip(&widths) {
            worksheet.set_column_width_pixels(column, pixels(*width, CHARACTER))?;
        }
        worksheet.set_paper_size(A4).set_print_fit_to_pages(1, 0);
        worksheet.set_print_center_horizontally(true).set_screen_gridlines(false);
        worksheet.set_footer("&C— &P / &N —&R&A");
        if widths.iter().sum::<usize>() > 112 {
            worksheet.set_landscape();
        }
        Ok(Page { worksheet, styles, row: 0, widths })
    }

    fn write(mut self, report: &Report, sheet: &Sheet) -> Result<(), NotWritten> {
        let styles = self.styles;
        let only = if let [table] = sheet.tables.as_slice() { Some(table) } else { None };
        let title = only.map_or(&report.title, |table| &table.title);
        self.banner(title, &styles.title, LINE + LINE / 2)?;
        let about = only.map_or_else(String::new, |_| format!("{}　", report.title));
        self.banner(&format!("{about}{DRAFT}"), &styles.draft, LINE)?;
        self.warn(report.standing)?;
        for table in &sheet.tables {
            if only.is_none() {
                self.banner(&table.title, &styles.subtitle, LINE)?;
            }
            self.table(table, only.is_some())?;
        }
        if !report.signatures.is_empty() {
            let places: Vec<_> =
                report.signatures.iter().map(|place| format!("{place}：")).collect();
            self.row += 1;
            self.banner(&places.join(&" ".repeat(28)), &styles.subtitle, LINE)?;
        }
        Ok(())
    }

    fn warn(&mut self, standing: Standing) -> Result<(), NotWritten> {
        let styles = self.styles;
        match standing.warning() {
            Some(warning) => self.banner(&format!("【{warning}】"), &styles.warning, LINE),
            None => Ok(()),
        }
    }

    fn table(&mut self, table: &Table, freezes: bool) -> Result<(), NotWritten> {
        let styles = self.styles;
        self.banner(&table.provenance.to_string(), &styles.note, LINE)?;
        let heads = (0_u16..).zip(&table.columns);
        let heads = heads.map(|(column, head)| (column, broken(&head.head)));
        for (column, head) in heads.clone() {
            self.worksheet.write_string_with_format(self.row, column, head, &styles.head)?;
        }
        let lines = heads.map(|(column, head)| lines_needed(&head, self.inner(column)));
        let height = pixels(lines.max().unwrap_or(1), LINE) + LINE / 4;
        self.worksheet.set_row_height_pixels(self.row, height)?;
        if freezes {
            self.worksheet.set_freeze_panes(self.row + 1, 0)?;
            self.worksheet.set_repeat_rows(self.row, self.row)?;
        }
        self.row += 1;
        for row in &table.rows {
            self.cells(table, row)?;
        }
        if table.rows.is_empty() {
            for column in (0_u16..).zip(&table.columns).map(|(column, _)| column) {
                let text = if column == 0 { "无" } else { "" };
                let style = styles.of(super::Kind::Text, false);
                self.worksheet.write_string_with_format(self.row, column, text, style)?;
            }
            self.row += 1;
        }
        for (n, note) in (1..).zip(&table.notes) {
            let label =
                if table.notes.len() == 1 { "注：".to_owned() } else { format!("注{n}：") };
            self.banner(&format!("{label}{note}"), &styles.note, LINE)?;
        }
        self.row += 1;
        Ok(())
    }

    fn cells(&mut self, table: &Table, row: &Row) -> Result<(), NotWritten> {
        let mut lines = 1;
        for ((column, cell), kind) in
            (0_u16..).zip(&row.cells).zip(table.columns.iter().map(|column| column.kind))
        {
            let style = self.styles.of_cell(cell, kind, row.is_total);
            match cell {
                Cell::Text(_) | Cell::Code(_) | Cell::Absent => {
                    let text = cell.shown();
                    lines = lines.max(lines_needed(&text, self.inner(column)));
                    self.worksheet.write_string_with_format(self.row, column, text, style)?;
                }
                Cell::Date(date) => {
                    let date = day(*date)?;
                    self.worksheet.write_datetime_with_format(self.row, column, &date, style)?;
                }
                Cell::Yuan(_) | Cell::Wan(_) | Cell::Count(_) | Cell::Percent(_) => {
                    let number = number(&plain(cell))?;
                    self.worksheet.write_number_with_format(self.row, column, number, style)?;
                }
            }
        }
        self.worksheet.set_row_height_pixels(self.row, pixels(lines, LINE) + LINE / 5)?;
        self.row += 1;
        Ok(())
    }

    /// A line of text across all columns, as high as it needs.
    fn banner(
        &mut self,
        text: &str,
        style: &rust_xlsxwriter::Format,
        line: u32,
    ) -> Result<(), NotWritten> {
        let total: usize = self.widths.iter().sum();
        let last = u16::try_from(self.widths.len().saturating_sub(1)).unwrap_or(u16::MAX);
        if last == 0 {
            self.worksheet.write_string_with_format(self.row, 0, text, style)?;
        } else {
            self.worksheet.merge_range(self.row, 0, self.row, last, text, style)?;
        }
        let height = pixels(lines_needed(text, total), line);
        self.worksheet.set_row_height_pixels(self.row, height + LINE / 5)?;
        self.row += 1;
        Ok(())
    }

    /// The room for text in a column, its padding taken off.
    fn inner(&self, column: u16) -> usize {
        self.widths.get(usize::from(column)).map_or(1, |width| width.saturating_sub(2))
    }
}

fn pixels(units: usize, each: u32) -> u32 {
    u32::try_from(units).unwrap_or(u32::MAX / 1024).saturating_mul(each).min(16_000)
}

/// The decimal text of a number; a percentage as the share that the format multiplies.
fn plain(cell: &Cell) -> String {
    match cell {
        Cell::Yuan(amount) => amount.to_yuan(),
        Cell::Wan(amount) => wan(*amount).to_string(),
        Cell::Percent(rate) => {
            let mut share = rate.percent();
            let scale = share.scale() + 2;
            let _ = share.set_scale(scale);
            share.to_string()
        }
        Cell::Count(count) => count.to_string(),
        Cell::Text(_) | Cell::Code(_) | Cell::Date(_) | Cell::Absent => cell.shown(),
    }
}

/// The spreadsheet's own number. It keeps 15 decimal digits; what has more is refused, so that no fen changes.
fn number(text: &str) -> Result<f64, NotWritten> {
    let refused = || NotWritten::TooManyDigits(text.to_owned());
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if digits.trim_start_matches('0').len() > 15 {
        return Err(refused());
    }
    // The nearest binary number prints as the same 15 digits again.
    text.parse().map_err(|_| refused())
}

fn day(date: Date) -> Result<ExcelDateTime, NotWritten> {
    let part = |number: i8| u8::try_from(number).unwrap_or_default();
    let year = u16::try_from(date.year()).unwrap_or_default();
    Ok(ExcelDateTime::from_ymd(year, part(date.month()), part(date.day()))?)
}

#[cfg(test)]
mod tests {
    use ledger::money::Money;

    use super::super::{Cell, Kind, Provenance, Report, Sheet, Standing, Table};
    use super::{number, plain};
    use crate::document::NotWritten;
    use crate::rate::Rate;
    use crate::sample;

    fn report(amount: Money) -> Report {
        let month = sample::month();
        let origin = Provenance::of(&month, Standing::Provisional).scoped("测试");
        let columns = [("账号", Kind::Code), ("金额（元）", Kind::Yuan), ("日期", Kind::Date)];
        let mut table = Table::new("样表", origin, &columns);
        let date = month.period.last_day();
        table.push(vec![Cell::code("6228480000000000018"), Cell::Yuan(amount), Cell::Date(date)]);
        Report {
            title: "样本".to_owned(),
            standing: Standing::Provisional,
            dated: date,
            sheets: vec![Sheet::of("样表", table)],
            signatures: vec!["编制".to_owned()],
        }
    }

    #[test]
    fn the_same_report_gives_the_same_bytes() {
        let report = report(Money::from_fen(245_200));
        assert_eq!(report.to_xlsx().unwrap(), report.to_xlsx().unwrap());
    }

    #[test]
    fn an_amount_that_a_spreadsheet_would_change_is_refused() {
        assert!(report(Money::from_fen(999_999_999_999_999)).to_xlsx().is_ok());
        let above = Money::from_fen(9_007_199_254_740_993);
        assert!(matches!(report(above).to_xlsx(), Err(NotWritten::TooManyDigits(_))));
    }

    #[test]
    fn a_number_prints_as_the_same_digits_again() {
        for text in ["0.10", "900.30", "9999999999999.99", "-0.01", "1234567.89"] {
            assert_eq!(format!("{:.2}", number(text).unwrap()), text);
        }
    }

    #[test]
    fn a_percentage_is_stored_as_the_share_it_shows() {
        let rate = Rate::of_counts(12_903, 10_000).unwrap();
        assert_eq!(plain(&Cell::Percent(rate)), "1.2903");
    }
}
