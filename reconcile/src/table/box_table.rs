//! Text with a drawn frame, as core banking systems print it: ┍━┯ above, │ between, ┝ after the heading, ┕ below.

use super::{Cell, Row, Table, text_fault, text_rows};
use crate::problem::Code;

/// With more rows than this that are blank or broken the text is no table, and is not held as one.
const MOST_BROKEN: usize = 5_000;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Above,
    Inside,
    Below,
}

pub(super) fn read(text: &str) -> Table {
    let mut table = Table::default();
    let mut part = Part::Above;
    let mut broken = 0_usize;
    for (number, row) in text_rows(text) {
        let content = row.trim();
        if is_rule(content) {
            match (part, content.chars().next()) {
                (Part::Above, Some('┍' | '┌' | '┏' | '┎')) => part = Part::Inside,
                (Part::Inside, Some('┕' | '└' | '┗' | '┖')) => part = Part::Below,
                // Of another table below, the rows are told and not the rules.
                (Part::Inside, Some('┝' | '├' | '┣' | '┠')) | (Part::Below, _) => {}
                (Part::Above | Part::Inside, _) => {
                    table.faults.push((Some(number), Code::TableBroken));
                }
            }
            continue;
        }
        let fault = text_fault(row);
        let row = match part {
            Part::Above => Row { number, cells: vec![Cell::text(content)], fault },
            Part::Inside => inside(number, content, fault),
            Part::Below if content.is_empty() => continue,
            Part::Below => Row { fault: Some(Code::TableAfterEnd), ..Row::blank(number) },
        };
        broken += usize::from(row.fault.is_some() || row.is_blank());
        if broken > MOST_BROKEN {
            // Reading ends here, and the file is refused.
            table.faults.push((Some(number), Code::TableBroken));
            break;
        }
        table.rows.push(row);
    }
    if part != Part::Below {
        // Without its lower edge the table may have been cut off, totals and all.
        table.faults.push((None, Code::TableBroken));
    }
    table
}

fn is_rule(content: &str) -> bool {
    !content.is_empty()
        && !content.starts_with(['│', '┃'])
        && content.chars().all(|character| matches!(character, '\u{2500}'..='\u{257f}'))
}

fn inside(number: u32, content: &str, fault: Option<Code>) -> Row {
    let framed = content.strip_prefix(['│', '┃']).and_then(|rest| rest.strip_suffix(['│', '┃']));
    match framed {
        Some(cells) => {
            Row { number, cells: cells.split(['│', '┃']).map(Cell::text).collect(), fault }
        }
        None => Row { fault: Some(Code::TableBroken), ..Row::blank(number) },
    }
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::problem::Code;

    const TABLE: &str = "清单\r\n┍━━┯━━┑\r\n│代理编号│姓名　│\r\n┝━━┿━━┥\r\n│1│张│\r\n┕━━┷━━┙\r\n";

    #[test]
    fn a_drawn_table_gives_its_cells_without_padding() {
        let table = read(TABLE);
        assert_eq!(table.faults, []);
        let last = table.rows.last().unwrap();
        assert_eq!((last.number, last.cells[1].text.as_str()), (5, "张"));
        assert_eq!(table.rows[1].cells[1].text, "姓名");
    }

    #[test]
    fn a_table_of_blank_rows_is_broken_where_reading_ends() {
        let text = TABLE.replace("│1│张│\r\n", &"\n".repeat(100_000));
        let table = read(&text);
        assert!(table.rows.len() < 6_000);
        assert_eq!(table.faults.last(), Some(&(None, Code::TableBroken)));
    }

    #[test]
    fn a_table_without_its_lower_edge_is_broken() {
        let cut = TABLE.split("┕").next().unwrap();
        assert_eq!(read(cut).faults, [(None, Code::TableBroken)]);
    }

    #[test]
    fn a_row_without_its_right_edge_and_text_below_the_table_are_faults() {
        let text = TABLE.replace("│1│张│", "│1│张") + "再来一行\r\n";
        let faults: Vec<_> = read(&text).rows.into_iter().filter_map(|row| row.fault).collect();
        assert_eq!(faults, [Code::TableBroken, Code::TableAfterEnd]);
    }
}
