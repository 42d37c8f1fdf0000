//! Lists as offices have them: a heading somewhere near the top, columns in any order and under several names, a totals row
//! at the end or none. From CSV in UTF-8 or GB18030, .xls or .xlsx. Every problem at its row and column, all at once.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use ledger::money::Money;
use ledger::period::{Date, Period};

use crate::names::narrow;
use crate::opened::Opened;
use crate::problem::{Code, Problem};
use crate::table::{Form, Row, Table, read_csv};
use crate::values::{read_date, read_month, read_yuan};

/// The heading stands within this many rows: above it are titles.
const ROWS_BEFORE_THE_HEADING: usize = 10;

/// No cell of a list says more, in bytes.
const LONGEST: usize = 600;

/// Columns that say nothing about anybody.
const IDLE: [&str; 2] = ["序号", "备注"];

/// How a totals row begins.
const TOTALS: [&str; 3] = ["合计", "总计", "小计"];

/// How the rows of a form's foot begin.
const FOOT: [&str; 8] = ["制表", "填表", "审核", "复核", "负责人", "经办", "填报", "说明"];

/// A column that a list may have.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name, by which it is asked for and told of.
    pub name: &'static str,
    /// Other names that offices give it.
    pub aliases: &'static [&'static str],
    /// True if a list without it cannot be read.
    pub is_required: bool,
}

/// A list under its heading.
#[derive(Clone, Debug)]
pub struct OfficeList {
    file: String,
    /// Its rows, blank ones and what stands below the totals left out.
    pub rows: Vec<Row>,
    /// The totals row, if there is one.
    pub totals: Option<Row>,
    /// Where each column stands, by its name.
    places: BTreeMap<String, usize>,
    /// The places of columns that say nothing about anybody.
    idle: Vec<usize>,
    /// The columns that `others` let in, in the order of the heading, as [`plain`] text.
    pub others: Vec<String>,
}

/// Reads a list. `others` says of a heading that is none of the columns whether it is welcome all the same.
///
/// # Errors
/// What keeps the file from being a list at all. Problems of single cells are told by [`ListRow`].
pub fn read(
    opened: &Opened<'_>,
    columns: &[Column],
    others: &dyn Fn(&str) -> bool,
) -> Result<OfficeList, Vec<Problem>> {
    read_list(opened, columns, others).map_err(in_office_words)
}

/// What is wrong with a file, of a bank and of an office.
const IN_OFFICE_WORDS: [(Code, Code); 14] = [
    (Code::FileEmpty, Code::ListEmpty),
    (Code::FileNoLines, Code::ListEmpty),
    (Code::LayoutHeaderMissing, Code::ListNoHeading),
    (Code::SheetSeveral, Code::ListSeveralSheets),
    (Code::TextUndecodable, Code::ListUnreadable),
    (Code::SheetUnreadable, Code::ListUnreadable),
    (Code::FileOtherKind, Code::ListUnreadable),
    (Code::SheetTooWide, Code::ListUnreadable),
    (Code::SheetTooHeavy, Code::ListUnreadable),
    (Code::TableUnclosedQuote, Code::ListCellBroken),
    (Code::TextReplacement, Code::ListCellBroken),
    (Code::TextControl, Code::ListCellBroken),
    (Code::TableWrongWidth, Code::ListStray),
    (Code::TableAfterEnd, Code::ListAfterTotals),
];

/// A bank's file is asked for again at the bank; an office's list is put right in the office.
#[must_use]
pub fn in_office_words(problems: Vec<Problem>) -> Vec<Problem> {
    problems.into_iter().map(in_office_word).collect()
}

fn in_office_word(problem: Problem) -> Problem {
    let known = IN_OFFICE_WORDS.iter().find(|(of_banks, _)| *of_banks == problem.code);
    let code = known.map_or(problem.code, |(_, of_lists)| *of_lists);
    let expected = if code == Code::ListUnreadable {
        "UTF-8或GB18030的CSV，或能打开的xls、xlsx".to_owned()
    } else {
        problem.expected
    };
    Problem { code, expected, ..problem }
}

fn read_list(
    opened: &Opened<'_>,
    columns: &[Column],
    others: &dyn Fn(&str) -> bool,
) -> Result<OfficeList, Vec<Problem>> {
    let file = opened.file;
    let table = match &opened.sheet {
        Some(sheet) => sheet.clone(),
        None => read_csv(file, opened.bytes).map_err(|problem| vec![problem])?,
    };
    if let Some((row, code)) = table.faults.first() {
        let problem = Problem { row: *row, ..Problem::of_file(*code, file) };
        return Err(vec![problem]);
    }
    let heading = heading_of(file, &table, columns)?;
    let mut problems = Vec::new();
    let mut list = OfficeList {
        file: file.to_owned(),
        rows: Vec::new(),
        totals: None,
        places: BTreeMap::new(),
        idle: Vec::new(),
        others: Vec::new(),
    };
    list.place_columns(heading, columns, others, &mut problems);
    let number = heading.number;
    list.take_rows(table.rows.into_iter().filter(|row| row.number > number), &mut problems);
    if problems.is_empty() && list.rows.is_empty() {
        problems.push(Problem::of_file(Code::FileNoLines, file));
    }
    if problems.is_empty() { Ok(list) } else { Err(problems) }
}

/// A heading as it is compared: without blanks and line breaks, full-width characters made narrow.
#[must_use]
pub fn plain(text: &str) -> String {
    text.chars().map(narrow).filter(|character| !character.is_whitespace()).collect()
}

fn is_named(column: &Column, heading: &str) -> bool {
    let heading = plain(heading);
    std::iter::once(&column.name).chain(column.aliases).any(|name| plain(name) == heading)
}

/// The row that has every required column, or the reason why none has.
fn heading_of<'a>(
    file: &str,
    table: &'a Table,
    columns: &[Column],
) -> Result<&'a Row, Vec<Problem>> {
    let required: Vec<&Column> = columns.iter().filter(|column| column.is_required).collect();
    let missing = |row: &Row| -> Vec<&'static str> {
        let has = |column: &Column| row.cells.iter().any(|cell| is_named(column, &cell.text));
        required.iter().filter(|column| !has(column)).map(|column| column.name).collect()
    };
    let rows = table.rows.iter().take(ROWS_BEFORE_THE_HEADING);
    let best = rows.min_by_key(|row| missing(row).len());
    match best.map(|row| (row, missing(row))) {
        Some((row, missing)) if missing.is_empty() => Ok(row),
        // The row that comes nearest tells best what is missing.
        Some((row, missing)) if missing.len() < required.len() => Err(missing
            .into_iter()
            .map(|name| Problem::of_row(Code::ListColumnMissing, file, row.number).in_column(name))
            .collect()),
        Some(_) | None => {
            let names: Vec<&str> = required.iter().map(|column| column.name).collect();
            let problem = Problem::of_file(Code::LayoutHeaderMissing, file);
            Err(vec![problem.expected(format!("前十行里有表头：{}", names.join("、")))])
        }
    }
}

impl OfficeList {
    fn place_columns(
        &mut self,
        heading: &Row,
        columns: &[Column],
        others: &dyn Fn(&str) -> bool,
        problems: &mut Vec<Problem>,
    ) {
        for (place, cell) in heading.cells.iter().enumerate() {
            let text = plain(&cell.text);
            if IDLE.contains(&text.as_str()) {
                self.idle.push(place);
            }
            if text.is_empty() || IDLE.contains(&text.as_str()) {
                continue;
            }
            let of_row = |code| Problem::of_row(code, &self.file, heading.number);
            let known = columns.iter().find(|column| is_named(column, &cell.text));
            let name = match known {
                Some(column) => column.name.to_owned(),
                None if others(&text) => {
                    self.others.push(text.clone());
                    text
                }
                None => {
                    self.idle.push(place);
                    let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
                    let problem = of_row(Code::ListColumnUnknown).in_column(cell.text.as_str());
                    problems.push(problem.expected(names.join("、")));
                    continue;
                }
            };
            match self.places.entry(name) {
                Entry::Vacant(vacant) => drop(vacant.insert(place)),
                Entry::Occupied(known) => {
                    self.idle.push(place);
                    let problem = of_row(Code::ListColumnTwice);
                    problems.push(problem.in_column(known.key().as_str()));
                }
            }
        }
    }

    fn take_rows(&mut self, rows: impl Iterator<Item = Row>, problems: &mut Vec<Problem>) {
        for row in rows {
            let first = row.cells.iter().find(|cell| !cell.is_blank());
            let begins = |words: &[&str]| {
                first.is_some_and(|cell| {
                    words.iter().any(|word| plain(&cell.text).starts_with(word))
                })
            };
            if let Some(code) = row.fault {
                problems.push(Problem::of_row(code, &self.file, row.number));
            } else if row.is_blank() || (self.totals.is_some() && begins(&FOOT)) {
                // Blank rows and the foot of a form say nothing about anybody.
            } else if let Some(text) = self.stray(&row) {
                let problem = Problem::of_row(Code::TableWrongWidth, &self.file, row.number);
                problems.push(problem.found(text));
            } else if self.totals.is_some() {
                problems.push(Problem::of_row(Code::TableAfterEnd, &self.file, row.number));
            } else if begins(&TOTALS) {
                self.totals = Some(row);
            } else {
                self.rows.push(row);
            }
        }
    }

    /// What stands in a row where no column is: an amount with a comma has run over, or a heading was forgotten.
    fn stray(&self, row: &Row) -> Option<String> {
        let is_placed =
            |place| self.idle.contains(&place) || self.places.values().any(|p| *p == place);
        let mut cells = row.cells.iter().enumerate();
        let stray = cells.find(|(place, cell)| !cell.is_blank() && !is_placed(*place));
        stray.map(|(_, cell)| cell.text.clone())
    }

    /// True if the list has that column.
    #[must_use]
    pub fn has(&self, column: &str) -> bool {
        self.places.contains_key(column)
    }

    /// A row for reading; what is wrong with its cells is added to `problems`.
    pub fn row<'a>(&'a self, row: &'a Row, problems: &'a mut Vec<Problem>) -> ListRow<'a> {
        ListRow { list: self, row, problems }
    }

    /// The totals row says of a column what its rows add up to, if it says anything. Asked only while there is no problem:
    /// rows that cannot be read add up to nothing.
    pub fn check_total(&self, column: &str, sum: Option<Money>, problems: &mut Vec<Problem>) {
        let Some(totals) = self.totals.as_ref().filter(|_| problems.is_empty()) else { return };
        let mut row = self.row(totals, problems);
        let Some(stated) = row.optional_money(column) else { return };
        if sum != Some(stated) {
            let sum = sum.map_or_else(|| "超出范围".to_owned(), Money::to_yuan);
            row.refuse(Code::ListTotalDiffers, column, &format!("各行之和{sum}"));
        }
    }
}

/// One row, cell by cell.
pub struct ListRow<'a> {
    list: &'a OfficeList,
    row: &'a Row,
    problems: &'a mut Vec<Problem>,
}

impl ListRow<'_> {
    /// The row's number, from 1.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.row.number
    }

    /// How many problems there are so far, of all rows.
    #[must_use]
    pub fn problems(&self) -> usize {
        self.problems.len()
    }

    /// Adds a problem of a cell.
    pub fn refuse(&mut self, code: Code, column: &str, expected: &str) {
        let found = self.cell(column).map(|(text, _)| text).unwrap_or_default();
        let problem = Problem::of_row(code, &self.list.file, self.row.number);
        self.problems.push(problem.in_column(column).found(found).expected(expected));
    }

    fn cell(&self, column: &str) -> Option<(String, Form)> {
        let cell = self.row.cells.get(*self.list.places.get(column)?)?;
        (!cell.is_blank()).then(|| (cell.text.clone(), cell.form))
    }

    /// The text of a cell; `None` if there is nothing in it, or what is in it must not be used, which is a problem.
    pub fn optional(&mut self, column: &str) -> Option<String> {
        let (text, form) = self.cell(column)?;
        match form {
            Form::Refused(code) => {
                self.refuse(code, column, "");
                None
            }
            Form::Text if text.contains(|c: char| c.is_control()) => {
                self.refuse(Code::ListCellBroken, column, "");
                None
            }
            Form::Text if text.len() > LONGEST => {
                self.refuse(Code::ListValueWrong, column, "不超过200个字");
                None
            }
            // An apostrophe keeps a spreadsheet from making a number of it.
            Form::Text | Form::Number | Form::Day => {
                Some(text.strip_prefix('\'').unwrap_or(&text).trim().to_owned())
            }
        }
    }

    /// The text of a cell in which there must be something.
    pub fn text(&mut self, column: &str) -> Option<String> {
        let before = self.problems.len();
        let found = self.optional(column);
        if found.is_none() && self.problems.len() == before {
            self.refuse(Code::ListValueMissing, column, "");
        }
        found
    }

    fn read<T>(
        &mut self,
        column: &str,
        text: Option<String>,
        code: Code,
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let value = read(&text?);
        if value.is_none() {
            self.refuse(code, column, "");
        }
        value
    }

    /// An amount in yuan.
    pub fn money(&mut self, column: &str) -> Option<Money> {
        let text = self.text(column);
        self.read(column, text, Code::ListNotMoney, read_yuan)
    }

    /// An amount in yuan, or nothing.
    pub fn optional_money(&mut self, column: &str) -> Option<Money> {
        let text = self.optional(column);
        self.read(column, text, Code::ListNotMoney, read_yuan)
    }

    /// A day.
    pub fn date(&mut self, column: &str) -> Option<Date> {
        let text = self.text(column);
        self.read(column, text, Code::ListNotADate, read_date)
    }

    /// A month, written as one or as a day of it.
    pub fn optional_month(&mut self, column: &str) -> Option<Period> {
        // As a number 2020.10 has become 2020.1, which is another month.
        let is_number = self.cell(column).is_some_and(|(_, form)| form == Form::Number);
        let text = self.optional(column);
        let month = |text: &str| read_month(text).filter(|_| !(is_number && text.contains('.')));
        self.read(column, text, Code::ListNotADate, month)
    }

    /// A whole number from 1.
    pub fn optional_count(&mut self, column: &str) -> Option<u32> {
        let text = self.optional(column);
        let count = |text: &str| text.parse().ok().filter(|count| *count > 0);
        self.read(column, text, Code::ListNotACount, count)
    }
}

#[cfg(test)]
mod tests;
