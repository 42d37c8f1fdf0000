//! Text with a separator. Each row of text is a row: a quoted cell does not run on to the next.

use std::borrow::Cow;

use memchr::memchr_iter;

use super::{Cell, Form, Row, Table, may_be_faulty, text_fault, text_rows};
use crate::problem::Code;

/// No layout has so many columns. Cells beyond them are not made, or a row of separators would become a hundred times its size:
/// spreadsheet programs write such rows where only blank cells follow, and if anything else follows it is told.
const WIDEST: usize = 1_000;

pub(super) fn read(text: &str, separator: char, quoted: bool) -> Table {
    let splitting = Splitting::of(text, separator, quoted);
    let rows = text_rows(text).map(|(number, text)| {
        let mut row = Row::blank(number);
        splitting.fill(&mut row, number, text);
        row.into_own()
    });
    Table { rows: rows.collect(), faults: Vec::new() }
}

/// How rows of one text become cells. What none of them has need not be asked of each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Splitting {
    separator: char,
    /// Cells may stand in double quotes, and there are some.
    quoted: bool,
    /// Some row may have what no text should hold.
    may_be_faulty: bool,
}

impl Splitting {
    /// For the rows of this text.
    pub(crate) fn of(text: &str, separator: char, quoted: bool) -> Splitting {
        let quoted = quoted && text.contains('"');
        Splitting { separator, quoted, may_be_faulty: may_be_faulty(text) }
    }

    /// Makes `row` what one row of the text says. The memory for its cells is used again.
    pub(crate) fn fill<'t>(self, row: &mut Row<Cow<'t, str>>, number: u32, text: &'t str) {
        row.number = number;
        row.fault = if self.may_be_faulty { text_fault(text) } else { None };
        row.cells.clear();
        if text.chars().all(char::is_whitespace) {
            return;
        }
        let Some(text) = within_the_widest(text, self.separator) else {
            row.fault = Some(Code::TableWrongWidth);
            return;
        };
        if self.quoted && text.contains('"') {
            if split_quoted(&mut row.cells, text, self.separator).is_none() {
                row.fault = Some(Code::TableUnclosedQuote);
                row.cells.clear();
            }
        } else if let (Ok(separator), true) =
            (u8::try_from(self.separator), self.separator.is_ascii())
        {
            let mut begin = 0;
            for end in memchr_iter(separator, text.as_bytes()).chain([text.len()]) {
                row.cells.push(plain(text.get(begin..end).unwrap_or_default()));
                begin = end + 1;
            }
        } else {
            row.cells.extend(text.split(self.separator).map(plain));
        }
    }
}

/// The row without blank cells beyond the widest layout; `None` if there is more than blanks.
fn within_the_widest(text: &str, separator: char) -> Option<&str> {
    if text.len() < WIDEST {
        return Some(text);
    }
    let Some((end, _)) = text.match_indices(separator).nth(WIDEST - 1) else { return Some(text) };
    let (within, beyond) = text.split_at_checked(end)?;
    let is_blank = |letter: char| letter == separator || letter == '"' || letter.is_whitespace();
    beyond.chars().all(is_blank).then_some(within)
}

fn plain(text: &str) -> Cell<Cow<'_, str>> {
    Cell { text: Cow::Borrowed(trimmed(text)), form: Form::Text }
}

/// Without blanks around it. Most cells have none, which their first and last bytes tell.
fn trimmed(text: &str) -> &str {
    // The first byte of 一 to 鿿; no blank begins with one.
    let is_han = |byte: &u8| (0xe4..=0xe9).contains(byte);
    let bytes = text.as_bytes();
    let begins = bytes.first().is_some_and(|byte| byte.is_ascii_graphic() || is_han(byte));
    let ends = bytes.last().is_some_and(u8::is_ascii_graphic)
        || bytes.len().checked_sub(3).and_then(|at| bytes.get(at)).is_some_and(is_han);
    if begins && ends { text } else { text.trim() }
}

/// `None` if a quote is left open, or something stands between a closing quote and the separator.
fn split_quoted<'t>(
    cells: &mut Vec<Cell<Cow<'t, str>>>,
    row: &'t str,
    separator: char,
) -> Option<()> {
    let mut rest = row;
    loop {
        let Some(inside) = rest.strip_prefix('"') else {
            let Some((cell, after)) = rest.split_once(separator) else {
                cells.push(plain(rest));
                return Some(());
            };
            cells.push(plain(cell));
            rest = after;
            continue;
        };
        let (cell, after) = unquote(inside)?;
        cells.push(match cell {
            Cow::Borrowed(cell) => plain(cell),
            Cow::Owned(cell) => Cell { text: Cow::Owned(cell.trim().to_owned()), form: Form::Text },
        });
        if after.trim().is_empty() {
            return Some(());
        }
        rest = after.strip_prefix(separator)?;
    }
}

/// The cell up to its closing quote, and what follows. Two quotes stand for one.
fn unquote(inside: &str) -> Option<(Cow<'_, str>, &str)> {
    let (part, mut rest) = inside.split_once('"')?;
    let mut cell = Cow::Borrowed(part);
    while let Some(more) = rest.strip_prefix('"') {
        let (part, after) = more.split_once('"')?;
        let own = cell.to_mut();
        own.push('"');
        own.push_str(part);
        rest = after;
    }
    Some((cell, rest))
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::problem::Code;

    #[test]
    fn cells_beyond_the_widest_layout_are_not_made_and_what_stands_there_is_told() {
        let many = ",".repeat(100_000);
        let table = read(&format!("a,b{many}\n{many}\na,b{many}c\n"), ',', true);
        let [blanks_follow, alone, more_follows] = table.rows.as_slice() else { panic!() };
        assert_eq!((blanks_follow.fault, blanks_follow.cells[1].text.as_str()), (None, "b"));
        assert!(blanks_follow.has_width(2, false) && alone.is_blank());
        assert!(blanks_follow.cells.len() <= super::WIDEST && alone.cells.len() <= super::WIDEST);
        assert_eq!(more_follows.fault, Some(Code::TableWrongWidth));
        assert!(more_follows.cells.is_empty());
    }

    fn cells(text: &str) -> Vec<Vec<String>> {
        let table = read(text, ',', true);
        let texts = |row: super::Row| row.cells.into_iter().map(|cell| cell.text).collect();
        table.rows.into_iter().map(texts).collect()
    }

    #[test]
    fn blanks_of_every_kind_around_a_cell_are_taken_off_and_none_within() {
        for blank in ["", " ", "\u{3000}", "\u{a0}", "\u{85}", "\u{2003}", "\t", "\u{3000} "] {
            for text in ["a", "张", "张三", "鿿a", "𠮷某", "1　2", "é", "、", "〇", "龥\u{e5e5}"]
            {
                assert_eq!(super::trimmed(&format!("{blank}{text}{blank}")), text);
                assert_eq!(super::trimmed(&format!("{text}{blank}")), text);
                assert_eq!(super::trimmed(&format!("{blank}{text}")), text);
            }
            assert_eq!(super::trimmed(blank), "");
        }
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
