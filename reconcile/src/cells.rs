//! Rows into typed values, each refusal with its place. Every row becomes a line or at least one problem.

use std::borrow::Cow;

use ledger::money::Money;
use ledger::period::Date;
use ledger::shares::in_shares;

use crate::body::{Body, Rows};
use crate::columns::Column;
use crate::pieces::Pieces;
use crate::problem::{Code, Problem};
use crate::problems::Problems;
use crate::profile::{Field, Kind, Layout, Role};
use crate::table::tree::Outside;
use crate::table::{Cell, Form, Row};
use crate::values::{money_form, read_date, read_integer, read_money, serial_day};

/// What one share of the rows came to.
struct Share<T> {
    lines: Vec<T>,
    /// So many lines are expected.
    room: usize,
    problems: Problems,
    refused: usize,
}

impl<T> Share<T> {
    fn with_room(room: usize) -> Share<T> {
        Share { lines: Vec::new(), room, problems: Problems::default(), refused: 0 }
    }

    /// Of so many rows, with room of no more than so many bytes. Rows that are much shorter than what becomes of a line are none,
    /// and need no room.
    fn within(rows: usize, most_bytes: usize) -> Share<T> {
        Share::with_room(rows.min(most_bytes / size_of::<T>().max(1)))
    }

    /// The row becomes a line or at least one problem.
    fn take(
        &mut self,
        (file, layout, body): (&str, &Layout, &Body<'_>),
        row: &Row<Cow<'_, str>>,
        read: &impl Fn(&mut RowReader<'_>) -> Option<T>,
    ) {
        let before = self.problems.len();
        let line = if let Some(code) = row_fault(row, body) {
            let problem = Problem::of_row(code, file, row.number);
            self.problems.push(if code == Code::TableWrongWidth {
                let found = format!("{}列", row.cells.len());
                problem.found(found).expected(format!("{}列", body.width))
            } else {
                problem
            });
            None
        } else {
            let (problems, seen) = (&mut self.problems, 0);
            let mut reader = RowReader { file, layout, body, row, problems, seen };
            let line = read(&mut reader);
            reader.check_the_others();
            line
        };
        match line {
            Some(line) if self.problems.len() == before => {
                if self.lines.is_empty() {
                    self.lines.reserve_exact(self.room);
                }
                self.lines.push(line);
            }
            Some(_) | None => {
                // A row that gives no line must say why, even where a profile lets its cells be empty.
                if self.problems.len() == before {
                    self.problems.push(Problem::of_row(Code::ValueMissing, file, row.number));
                }
                self.refused += 1;
            }
        }
    }
}

/// Fewer rows than this are not worth a thread.
const WORTH_A_THREAD: usize = 4096;

/// Reads every row of a body, on all cores, and collects every problem in the order of the rows.
pub(crate) fn read_rows<T: Send>(
    file: &str,
    layout: &Layout,
    body: &Body<'_>,
    problems: &mut Problems,
    read: impl Fn(&mut RowReader<'_>) -> Option<T> + Sync,
) -> Pieces<T> {
    let known = (file, layout, body);
    let told = problems.len();
    let mut taken = 0;
    let mut pieces = Vec::new();
    let mut take = |share: Share<T>| {
        taken += share.lines.len() + share.refused;
        problems.append(share.problems);
        pieces.push(share.lines);
    };
    match &body.rows {
        Rows::Stretches(stretches) => stretches.on_all_cores(
            layout,
            |rows, bytes| Share::within(rows, bytes / 2 * 5),
            |share, row| share.take(known, row, &read),
            |share, problem| share.problems.push(problem),
            take,
        ),
        Rows::Table(rows) => {
            let shares = in_shares(rows, WORTH_A_THREAD, |_, rows| {
                let mut share = Share::with_room(rows.len());
                for row in rows {
                    share.take(known, &row.view(), &read);
                }
                share
            });
            shares.into_iter().for_each(&mut take);
        }
        Rows::Records(records) => {
            let shares = in_shares(&records.all, WORTH_A_THREAD, |before, lines| {
                // Less than for text: the records themselves take something.
                let most_bytes = records.bytes(lines.len()) / 10 * 21;
                let mut share = Share::within(lines.len(), most_bytes);
                let mut outside = Outside::default();
                for (at, record) in (before..).zip(lines) {
                    let number = u32::try_from(at + 1).unwrap_or(u32::MAX);
                    let row = records.row(*record, number, &layout.fields, &mut outside);
                    share.take(known, &row.view(), &read);
                }
                share
            });
            shares.into_iter().for_each(&mut take);
        }
    }
    // Rows of a stretch that cannot be decoded are told by that one problem.
    let is_whole = taken == body.count();
    assert!(is_whole || problems.len() > told, "every row is a line or a problem");
    Pieces::of(pieces)
}

/// One bit for each role.
const fn bit(role: Role) -> u64 {
    1 << (role as u32)
}

fn row_fault(row: &Row<Cow<'_, str>>, body: &Body<'_>) -> Option<Code> {
    if row.fault.is_some() {
        return row.fault;
    }
    if row.is_blank() {
        return Some(Code::TableBlankRow);
    }
    (!row.has_width(body.width, body.is_sheet)).then_some(Code::TableWrongWidth)
}

/// Reads the cells of one row by what they mean.
pub(crate) struct RowReader<'a> {
    file: &'a str,
    layout: &'a Layout,
    body: &'a Body<'a>,
    row: &'a Row<Cow<'a, str>>,
    problems: &'a mut Problems,
    /// The roles that were asked for, a bit each.
    seen: u64,
}

impl<'a> RowReader<'a> {
    /// The row's number, from 1.
    pub(crate) fn number(&self) -> u32 {
        self.row.number
    }

    /// How many problems there are so far, of all rows.
    pub(crate) fn problems(&self) -> usize {
        self.problems.len()
    }

    /// Adds a problem of this row.
    pub(crate) fn refuse(&mut self, code: Code, role: Role, found: &str, expected: &str) {
        let heading = self.heading(role);
        let problem = Problem::of_row(code, self.file, self.row.number);
        let problem = if heading.is_empty() { problem } else { problem.in_column(heading) };
        self.problems.push(problem.in_cell(found).expected(expected));
    }

    /// The text of a cell; `None` if the column or its content is missing, which is a problem where it must not be.
    pub(crate) fn text(&mut self, role: Role) -> Option<&'a str> {
        let column = self.body.columns.get(role)?;
        self.seen |= bit(role);
        self.checked(column)
    }

    fn checked(&mut self, column: Column) -> Option<&'a str> {
        let field = self.layout.fields.get(column.field)?;
        let cell = self.row.cells.get(column.cell);
        let mut refuse = |code, found: &str, expected: &str| {
            let problem = Problem::of_row(code, self.file, self.row.number)
                .in_column(field.heading(column.cell));
            self.problems.push(problem.in_cell(found).expected(expected));
            None
        };
        let Some(cell) = cell.filter(|cell| !cell.is_blank()) else {
            let is_missing = !field.may_be_empty && !field.optional;
            return if is_missing { refuse(Code::ValueMissing, "", "") } else { None };
        };
        if let Form::Refused(code) = cell.form {
            return refuse(code, &cell.text, "");
        }
        let bytes =
            || crate::text::encode_gb18030(&cell.text).map_or(usize::MAX, |text| text.len());
        if let Some(most) = field.max_bytes.filter(|most| bytes() > *most) {
            return refuse(Code::ValueTooLong, &cell.text, &format!("至多{most}字节"));
        }
        Some(&cell.text)
    }

    /// Columns that nobody asked for are checked all the same: a row is whole or it is told.
    fn check_the_others(&mut self) {
        let body = self.body;
        for column in &body.all {
            let Some(field) = self.layout.fields.get(column.field) else { continue };
            if self.seen & bit(field.role) != 0 && !field.role.may_repeat() {
                continue;
            }
            let Some(text) = self.checked(*column) else { continue };
            let wrong = match field.kind {
                Kind::Text => field
                    .value
                    .as_deref()
                    .filter(|value| *value != text)
                    .map(|value| (Code::ValueNotTheConstant, value.to_owned())),
                Kind::Integer if read_integer(text, field).is_none() => {
                    Some((Code::ValueNotANumber, String::new()))
                }
                Kind::Date | Kind::Isodate if read_date(text).is_none() => {
                    Some((Code::ValueNotADate, String::new()))
                }
                Kind::Integer | Kind::Date | Kind::Isodate | Kind::Yuan | Kind::Fen => None,
            };
            if let Some((code, expected)) = wrong {
                let problem = Problem::of_row(code, self.file, self.row.number)
                    .in_column(field.heading(column.cell));
                self.problems.push(problem.in_cell(text).expected(expected));
            }
        }
    }

    /// The text of a cell that may be empty whatever the field says: a status that is told by an empty cell.
    pub(crate) fn text_or_empty(&mut self, role: Role) -> Option<&'a str> {
        let column = self.body.columns.get(role)?;
        let cell = self.row.cells.get(column.cell);
        if cell.is_none_or(Cell::is_blank) {
            self.seen |= bit(role);
            return Some("");
        }
        self.text(role)
    }

    /// An amount in yuan or fen, as the field says.
    pub(crate) fn money(&mut self, role: Role) -> Option<Money> {
        let text = self.text(role)?;
        let field = self.field(role)?;
        let amount = read_money(text, field);
        if let (true, Some(amount)) = (field.negative, amount) {
            // The bank writes what it takes back as a negative; a sum without its sign is another sum.
            if amount.is_negative() {
                return amount.checked_neg();
            }
            self.refuse(Code::ValueNotNegative, role, text, "");
            return None;
        }
        if amount.is_none() {
            self.refuse(Code::ValueNotMoney, role, text, money_form(field));
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
        self.layout.fields.get(self.body.columns.get(role)?.field)
    }

    /// A spreadsheet's number in a column of dates counts days; its fraction is the time of day.
    fn serial_day(&mut self, role: Role) -> Option<Date> {
        let cell = self.row.cells.get(self.body.columns.get(role)?.cell)?;
        let is_number = matches!(cell.form, Form::Number | Form::Refused(Code::SheetNumberTooLong));
        let days = cell.text.split('.').next().filter(|days| is_number && days.len() == 5)?;
        let day = serial_day(days.parse().ok()?)?;
        self.seen |= bit(role);
        Some(day)
    }

    fn heading(&self, role: Role) -> String {
        match self.body.columns.get(role) {
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
