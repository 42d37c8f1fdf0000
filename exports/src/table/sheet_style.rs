//! How a sheet looks: fonts, borders, number formats, and columns as wide as what stands in them.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};

use super::width::display_width;
use super::{Cell, Column, Kind, Sheet, Table};

/// Narrower columns look cramped; wider ones wrap.
const NARROWEST: usize = 7;
const WIDEST: usize = 44;
/// A sheet fills at least this much, so that its titles and notes have room.
const PAGE: usize = 96;

/// Every format of a workbook.
pub(super) struct Styles {
    pub(super) title: Format,
    pub(super) subtitle: Format,
    pub(super) draft: Format,
    pub(super) warning: Format,
    pub(super) note: Format,
    pub(super) head: Format,
    plain: Kinds,
    total: Kinds,
}

struct Kinds {
    text: Format,
    code: Format,
    amount: Format,
    count: Format,
    percent: Format,
    date: Format,
    right_text: Format,
}

impl Styles {
    pub(super) fn new() -> Styles {
        let base = || Format::new().set_font_name("宋体").set_font_size(11);
        let line = || base().set_align(FormatAlign::VerticalCenter).set_text_wrap();
        let grid =
            || line().set_border(FormatBorder::Thin).set_border_color(Color::RGB(0x80_80_80));
        let red = Color::RGB(0xC0_00_00);
        Styles {
            title: line().set_font_size(16).set_bold().set_align(FormatAlign::Center),
            subtitle: line().set_font_size(12).set_bold(),
            draft: line().set_align(FormatAlign::Right).set_font_color(Color::RGB(0x60_60_60)),
            warning: line()
                .set_font_size(14)
                .set_bold()
                .set_align(FormatAlign::Center)
                .set_font_color(Color::White)
                .set_background_color(red),
            note: line().set_font_size(9).set_font_color(Color::RGB(0x50_50_50)),
            head: grid()
                .set_bold()
                .set_align(FormatAlign::Center)
                .set_background_color(Color::RGB(0xE7_EC_F2)),
            plain: Kinds::over(grid),
            total: Kinds::over(|| grid().set_bold().set_background_color(Color::RGB(0xF5_F5_F5))),
        }
    }

    pub(super) fn of(&self, kind: Kind, is_total: bool) -> &Format {
        let kinds = if is_total { &self.total } else { &self.plain };
        match kind {
            Kind::Text => &kinds.text,
            Kind::Code => &kinds.code,
            Kind::Yuan | Kind::Wan => &kinds.amount,
            Kind::Count => &kinds.count,
            Kind::Percent => &kinds.percent,
            Kind::Date => &kinds.date,
            Kind::Figure => &kinds.right_text,
        }
    }

    /// The format of a cell: a dash in a column of numbers stands right like its neighbours.
    pub(super) fn of_cell(&self, cell: &Cell, column: Kind, is_total: bool) -> &Format {
        match cell {
            Cell::Yuan(_) => self.of(Kind::Yuan, is_total),
            Cell::Wan(_) => self.of(Kind::Wan, is_total),
            Cell::Count(_) => self.of(Kind::Count, is_total),
            Cell::Percent(_) => self.of(Kind::Percent, is_total),
            Cell::Date(_) => self.of(Kind::Date, is_total),
            Cell::Code(_) => self.of(Kind::Code, is_total),
            Cell::Text(_) | Cell::Absent => match column {
                Kind::Text | Kind::Code => self.of(column, is_total),
                Kind::Date => self.of(Kind::Date, is_total),
                Kind::Yuan | Kind::Wan | Kind::Count | Kind::Percent | Kind::Figure => {
                    self.of(Kind::Figure, is_total)
                }
            },
        }
    }
}

impl Kinds {
    fn over(base: impl Fn() -> Format) -> Kinds {
        // `_ ` leaves the room of a space before the border.
        let right = || base().unset_text_wrap().set_align(FormatAlign::Right);
        let left = || base().set_align(FormatAlign::Left).set_indent(1);
        Kinds {
            text: left(),
            code: left().set_num_format("@"),
            amount: right().set_num_format("#,##0.00_ "),
            count: right().set_num_format("#,##0_ "),
            percent: right().set_num_format("0.00%_ "),
            date: base().set_num_format("yyyy-mm-dd").set_align(FormatAlign::Center),
            right_text: right().set_num_format("@_ "),
        }
    }
}

/// The width of each column of a sheet, in half-width characters: room for its widest figure in full,
/// for its heading in two lines, and for long words wrapped.
pub(super) fn column_widths(sheet: &Sheet) -> Vec<usize> {
    let count = sheet.tables.iter().map(|table| table.columns.len()).max().unwrap_or(0);
    let mut widths = vec![NARROWEST; count];
    for table in &sheet.tables {
        for (index, (width, column)) in widths.iter_mut().zip(&table.columns).enumerate() {
            *width = (*width).max(needed(table, index, column));
        }
    }
    let total: usize = widths.iter().sum();
    if count > 0 && total < PAGE {
        let more = (PAGE - total) / count;
        for width in &mut widths {
            *width += more;
        }
    }
    widths
}

/// A heading with its unit on a line of its own.
pub(super) fn broken(head: &str) -> String {
    head.replacen('（', "\n（", 1)
}

fn needed(table: &Table, index: usize, column: &Column) -> usize {
    let cells = table.rows.iter().filter_map(|row| row.cells.get(index));
    let widest = cells.map(|cell| display_width(&cell.shown())).max().unwrap_or(0);
    let body = match column.kind {
        Kind::Text => widest.min(WIDEST),
        Kind::Code
        | Kind::Yuan
        | Kind::Wan
        | Kind::Count
        | Kind::Percent
        | Kind::Date
        | Kind::Figure => widest,
    };
    let head = broken(&column.head);
    let longest = head.lines().map(display_width).max().unwrap_or(0);
    // Eight is four Chinese characters: longer words of a heading wrap in half.
    let head = if longest <= 8 { longest } else { longest.div_ceil(2).max(8) + 1 };
    body.max(head) + 3
}

#[cfg(test)]
mod tests {
    use ledger::money::Money;

    use super::super::{Cell, Kind, Provenance, Sheet, Standing, Table};
    use super::{PAGE, column_widths};
    use crate::sample;

    #[test]
    fn a_column_is_wide_enough_for_its_longest_amount() {
        let origin = Provenance::of(&sample::month(), Standing::Closed);
        let mut table = Table::new("样表", origin, &[("甲", Kind::Text), ("乙", Kind::Yuan)]);
        table.push(vec![
            Cell::text("长".repeat(80)),
            Cell::Yuan(Money::from_fen(99_999_999_999_999)),
        ]);
        let widths = column_widths(&Sheet::of("样表", table));
        assert!(widths[1] > "999,999,999,999.99".len());
        assert!(widths.iter().sum::<usize>() + widths.len() > PAGE);
    }
}
