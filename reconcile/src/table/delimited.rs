//! Text with a separator. Each row of text is a row: a quoted cell does not run on to the next.

use super::{Cell, Row, Table, text_fault, text_rows};
use crate::problem::Code;

pub(super) fn read(text: &str, separator: char, quoted: bool) -> Table {
    let rows = text_rows(text).map(|(number, text)| {
        let mut row = Row::blank(number);
        fill(&mut row, number, text, separator, quoted);
        row
    });
    Table { rows: rows.collect(), faults: Vec::new() }
}

/// Makes `row` what one row of text says. The memory of its cells is used again.
pub(crate) fn fill(row: &mut Row, number: u32, text: &str, separator: char, quoted: bool) {
    row.number = number;
    row.fault = text_fault(text);
    let mut width = 0;
    if text.trim().is_empty() {
        row.cells.clear();
    } else if !quoted || !text.contains('"') {
        for part in text.split(separator) {
            match row.cells.get_mut(width) {
                Some(cell) => cell.say(part),
                None => row.cells.push(Cell::text(part)),
            }
            width += 1;
        }
        row.cells.truncate(width);
    } else {
        row.cells = split_quoted(text, separator).unwrap_or_else(|| {
            row.fault = Some(Code::TableUnclosedQuote);
            Vec::new()
        });
    }
}

/// `None` if a quote is left open, or something stands between a closing quote and the separator.
fn split_quoted(row: &str, separator: char) -> Option<Vec<Cell>> {
    let mut cells = Vec::new();
    let mut rest = row;
    loop {
        let Some(inside) = rest.strip_prefix('"') else {
            let Some((cell, after)) = rest.split_once(separator) else {
                cells.push(Cell::text(rest));
                return Some(cells);
            };
            cells.push(Cell::text(cell));
            rest = after;
            continue;
        };
        let (cell, after) = unquote(inside)?;
        cells.push(Cell::text(&cell));
        if after.trim().is_empty() {
            return Some(cells);
        }
        rest = after.strip_prefix(separator)?;
    }
}

/// The cell up to its closing quote, and what follows. Two quotes stand for one.
fn unquote(inside: &str) -> Option<(String, &str)> {
    let mut cell = String::new();
    let mut rest = inside;
    loop {
        let (part, after) = rest.split_once('"')?;
        cell.push_str(part);
        match after.strip_prefix('"') {
            Some(more) => {
                cell.push('"');
                rest = more;
            }
            None => return Some((cell, after)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::problem::Code;

    fn cells(text: &str) -> Vec<Vec<String>> {
        let table = read(text, ',', true);
        let texts = |row: super::Row| row.cells.into_iter().map(|cell| cell.text).collect();
        table.rows.into_iter().map(texts).collect()
    }

    #[test]
    fn quotes_hold_separators_and_doubled_quotes() {
        assert_eq!(cells("a,\"1,000.00\",\"说\"\"好\"\"\"\r\n"), [["a", "1,000.00", "说\"好\""]]);
        assert_eq!(cells("a,\"\",b,"), [["a", "", "b", ""]]);
    }

    #[test]
    fn a_blank_row_is_kept_so_that_it_can_be_told() {
        let table = read("a\r\n\r\nb\r\n", ',', true);
        assert_eq!(table.rows.len(), 3);
        assert!(table.rows[1].is_blank());
    }

    #[test]
    fn an_open_quote_a_control_character_and_a_lost_character_are_faults_of_their_row() {
        let table = read("\"a,b\r\n\"a\"b,c\r\na\u{7},b\r\n张\u{fffd},1", ',', true);
        let faults: Vec<_> = table.rows.iter().map(|row| row.fault.unwrap()).collect();
        assert_eq!(
            faults,
            [
                Code::TableUnclosedQuote,
                Code::TableUnclosedQuote,
                Code::TextControl,
                Code::TextReplacement
            ]
        );
    }
}
