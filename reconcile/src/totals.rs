//! Totals before, behind or beside the lines: what they state must be what the lines come to.

use ledger::ids::BatchCode;
use ledger::money::Money;
use ledger::period::Date;

use crate::body::{Body, Rows};
use crate::problem::{Code, Problem};
use crate::problems::Problems;
use crate::profile::{Field, Kind, Layout, Position, Role, Totals};
use crate::table::{Cell, Form, Row};
use crate::values::{money_form, read_date, read_integer, read_money};

/// What the lines come to.
#[derive(Clone, Copy)]
pub(crate) struct Sums {
    pub(crate) count: usize,
    pub(crate) total: Money,
    pub(crate) settled: Option<Money>,
}

/// Takes the row of totals out of a body, and tells rows that stand behind it.
pub(crate) fn take<'a>(
    file: &str,
    layout: &'a Layout,
    body: &mut Body<'_>,
    problems: &mut Problems,
) -> Option<(&'a Totals, Row)> {
    let totals = layout.totals.as_ref()?;
    if totals.position != Position::Last {
        return body.first.take().map(|row| (totals, row));
    }
    let is_totals = |row: &Row| row.cells.first().map(|cell| &cell.text) == totals.marker.as_ref();
    let tail = match &mut body.rows {
        Rows::Table(rows) => {
            let begin = rows.iter().position(is_totals).unwrap_or(rows.len());
            rows.split_off(begin)
        }
        Rows::Stretches(_) | Rows::Records(_) => std::mem::take(&mut body.tail),
    };
    let mut tail = tail.into_iter();
    let Some(row) = tail.next() else {
        problems.push(Problem::of_file(Code::ResponseTotalMissing, file));
        return None;
    };
    if let Some(code) = row.fault {
        problems.push(Problem::of_row(code, file, row.number));
    }
    // Rows behind the totals are counted by nobody.
    let rows = tail.filter(|row| !row.is_blank());
    problems.extend(rows.map(|row| Problem::of_row(Code::TableAfterEnd, file, row.number)));
    Some((totals, row))
}

/// What the totals say is checked field by field. `sums` is `None` where not every line could be read.
pub(crate) fn check(
    file: &str,
    rule: &Totals,
    row: &Row,
    sums: Option<Sums>,
    problems: &mut Problems,
) {
    if row.fault.is_some() {
        return;
    }
    for (index, field) in rule.fields.iter().enumerate() {
        let blank = Cell { text: String::new(), form: Form::Text };
        let cell = row.cells.get(index).unwrap_or(&blank);
        if let Some((code, expected)) = fault(field, cell, sums) {
            let mut problem = Problem::of_row(code, file, row.number).found(cell.text.as_str());
            if !field.titles.is_empty() || field.label.is_some() {
                problem = problem.in_column(field.heading(index));
            }
            problems.push(problem.expected(expected));
        }
    }
    for cell in row.cells.iter().skip(rule.fields.len()).filter(|cell| !cell.is_blank()) {
        let problem = Problem::of_row(Code::TableWrongWidth, file, row.number);
        problems.push(problem.found(cell.text.as_str()));
    }
}

fn fault(field: &Field, cell: &Cell, sums: Option<Sums>) -> Option<(Code, String)> {
    if let Form::Refused(code) = cell.form {
        return Some((code, String::new()));
    }
    let text = cell.text.as_str();
    if text.is_empty() && (field.optional || field.may_be_empty) {
        return None;
    }
    let money = |code, sum: Money| match stated_money(field, text) {
        None => Some((Code::ValueNotMoney, money_form(field).to_owned())),
        Some(stated) => (stated != sum).then(|| (code, in_words(field, sum))),
    };
    match (field.role, sums) {
        (Role::Count, Some(Sums { count, .. })) => {
            let stated = read_integer(text, field).and_then(|stated| usize::try_from(stated).ok());
            (stated != Some(count)).then(|| (Code::ResponseCountMismatch, format!("{count}笔")))
        }
        (Role::Total, Some(Sums { total, .. })) => money(Code::ResponseTotalMismatch, total),
        (Role::SettledTotal, Some(Sums { settled: Some(settled), .. })) => {
            money(Code::ResponseSettledMismatch, settled)
        }
        (role, _) if role.is_money() || role == Role::Count => None,
        (_, _) if matches!(field.kind, Kind::Date | Kind::Isodate) => {
            let wanted = || (Code::ValueNotADate, "真实日期，例如20201012".to_owned());
            read_date(text).is_none().then(wanted)
        }
        (_, _) => {
            let value = field.value.as_deref().filter(|value| *value != text);
            value.map(|value| (Code::ValueNotTheConstant, value.to_owned()))
        }
    }
}

/// The amount as the bank would write it.
fn in_words(field: &Field, sum: Money) -> String {
    let sign = if field.negative { "-" } else { "" };
    if field.kind == Kind::Fen {
        return format!("{sign}{}分（{sign}{}元）", sum.fen(), sum.to_yuan());
    }
    format!("{sign}{}", sum.to_yuan())
}

/// An amount of the totals; what the bank writes as a negative is turned round.
pub(crate) fn stated_money(field: &Field, text: &str) -> Option<Money> {
    let amount = read_money(text, field)?;
    if !field.negative {
        return Some(amount);
    }
    amount.checked_neg().filter(|amount| !amount.is_negative())
}

/// A cell of the totals by its role, if there is something in it.
pub(crate) fn stated<'a>(
    totals: Option<&(&'a Totals, Row)>,
    role: Role,
) -> Option<(&'a Field, String)> {
    let (totals, row) = totals?;
    let index = totals.fields.iter().position(|field| field.role == role)?;
    let cell = row.cells.get(index).filter(|cell| !cell.is_blank() && cell.form == Form::Text)?;
    Some((totals.fields.get(index)?, cell.text.clone()))
}

/// The batch that the totals name, where they do.
pub(crate) fn stated_batch(totals: Option<&(&Totals, Row)>) -> Option<BatchCode> {
    stated(totals, Role::Batch).and_then(|(_, text)| text.parse().ok())
}

/// The day that the totals name.
pub(crate) fn stated_day(totals: Option<&(&Totals, Row)>) -> Option<Date> {
    stated(totals, Role::Date).and_then(|(_, text)| read_date(&text))
}
