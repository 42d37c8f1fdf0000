//! Text with a separator. Each row of text is a row: a quoted cell does not run on to the next.

use super::{Cell, Row, Table, text_fault, text_rows};
use crate::problem::Code;

pub(super) fn read(text: &str, separator: char, quoted: bool) -> Table {
    let rows = text_rows(text)
        .map(|(number, row)| {
            let fault = text_fault(row);
            if row.trim().is_empty() {
                return Row { fault, ..Row::blank(number) };
            }
            if !quoted || !row.contains('"') {
                let cells = row.split(separator).map(Cell::text).collect();
                return Row { number, cells, fault };
            }
            match split_quoted(row, separator) {
                Some(cells) => Row { number, cells, fault },
                None => Row { fault: Some(Code::TableUnclosedQuote), ..Row::blank(number) },
            }
        })
        .collect();
    Table { rows, faults: Vec::new() }
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
