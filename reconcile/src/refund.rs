//! Reads the bank's notice of returned payments 退汇: settled money that came back.

use compact_str::CompactString;
use ledger::answer::Reason;
use ledger::ids::PaymentRef;
use ledger::money::Money;
use ledger::period::Date;

use crate::cells::{RowReader, read_rows};
use crate::difference::Difference;
use crate::opened::Opened;
use crate::payee::read_payee;
use crate::pieces::Pieces;
use crate::problem::{Code, Problem};
use crate::problems::Problems;
use crate::profile::{Direction, Layout, Role};
use crate::reasons::{classify, echoed_name};
use crate::response::{Given, body_of, body_problems, sum, too_many};
use crate::totals::{self, Sums};

/// One returned payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundLine {
    /// Its row in the file, from 1.
    pub row: u32,
    /// Our reference, where it came back.
    pub reference: Option<PaymentRef>,
    /// The account as the bank has it, narrow and without spaces.
    pub account_no: CompactString,
    /// The payee's name as the bank has it.
    pub name: CompactString,
    /// The amount that came back; more than nothing.
    pub amount: Money,
    /// The day it came back.
    pub returned_on: Date,
    /// Why.
    pub reason: Reason,
    /// The bank's own words: to the vault, never to the log.
    pub reason_text: CompactString,
    /// Why a person must look at the line whatever payment it names.
    pub doubt: Option<Difference>,
}

impl RefundLine {
    /// The name that the bank has for the account, where it tells.
    #[must_use]
    pub fn echoed_name(&self) -> Option<String> {
        echoed_name(&self.reason_text)
    }
}

/// A whole notice without problems.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RefundFile {
    /// Every line, in the order of the file.
    pub lines: Pieces<RefundLine>,
    /// The sum of the amounts.
    pub total: Money,
}

/// Reads a notice of returned payments in the layout that [`crate::detect::detect`] found.
///
/// # Errors
/// Every problem of the file. A file with problems gives no lines.
pub fn read(
    layout: &Layout,
    opened: &Opened<'_>,
    given: &Given,
) -> Result<RefundFile, Vec<Problem>> {
    let file = opened.file;
    let mut problems = Problems::default();
    let mut body = body_of(layout, opened, Direction::Refund)?;
    body_problems(file, layout, &body, given, &mut problems);
    if body.is_empty() {
        problems.push(Problem::of_file(Code::FileNoLines, file));
    }
    let totals = totals::take(file, layout, &mut body, &mut problems);
    too_many(file, layout, &body, &mut problems);
    let day = totals::stated_day(totals.as_ref()).or(given.answered_on);
    let given = Given { answered_on: day, ..given.clone() };
    let lines = read_rows(file, layout, &body, &mut problems, |row| read_line(layout, row, &given));
    let total = sum(file, lines.iter().map(|line| line.amount), &mut problems);
    if let Some((rule, row)) = totals {
        let is_whole = lines.len() == body.count();
        let sums = Sums { count: lines.len(), total, settled: None };
        totals::check(file, rule, &row, is_whole.then_some(sums), &mut problems);
    }
    if problems.is_empty() {
        Ok(RefundFile { lines, total })
    } else {
        Err(problems.into_told(file))
    }
}

fn read_line(layout: &Layout, row: &mut RowReader<'_>, given: &Given) -> Option<RefundLine> {
    let payee = read_payee(layout, row, given.batch.as_ref());
    let text = row.text(Role::Reason);
    let returned_on = if layout.field(Role::Date).is_some() {
        row.date(Role::Date)
    } else {
        // A date in the head that cannot be read is told there, and then the file gives no lines whatever stands here.
        let is_told = layout.total(Role::Date).is_some();
        if given.answered_on.is_none() && !is_told {
            row.refuse(Code::ValueMissing, Role::Date, "", "退汇日期");
        }
        given.answered_on.or_else(|| Date::new(1900, 1, 1).filter(|_| is_told))
    };
    let (payee, text, returned_on) = (payee?, text?, returned_on?);
    Some(RefundLine {
        row: row.number(),
        reference: payee.reference,
        account_no: payee.account_no,
        name: payee.name,
        amount: payee.amount,
        returned_on,
        reason: classify(text, &layout.reasons),
        reason_text: text.into(),
        doubt: payee.doubt,
    })
}
