//! The bank's answers in: read, compared, and proposed as a manifest. Nothing here decides what the books take.

use ledger::act::Body;
use ledger::act::payments::{ResponseImported, ResponseLine, ReturnLine, ReturnsImported};
use ledger::answer::Outcome;
use ledger::books::Books;
use ledger::books::payments::{BatchStage, Payment, PaymentState};
use ledger::ids::{BankAccountCode, BatchCode, OfficerId};
use ledger::line::Line;
use ledger::money::Money;
use ledger::period::Date;
use ledger::rejection::Rejection;
use ledger::signer::Signer;
use ledger::vault::AccessNote;
use reconcile::matcher::{Booked, Difference, Differences, Expectation, LineOutcome, match_file};
use reconcile::names::account_key;
use reconcile::profile::Direction;
use reconcile::returns::match_returns;
use reconcile::{refund, response};

pub use super::account_statement::{account_statement, statement_draft};
pub use super::incoming::{Booking, Imported, Incoming, ToDecide};
use super::reading::Payees;
use super::{Desk, Draft, Office, profiles, wrong_file};
use crate::failure::Failure;

/// Imports a response file 回盘.
///
/// # Errors
/// The file has problems, a rule says no, or the machine fails; nothing was imported then.
pub fn response(
    desk: &mut Desk,
    key: &dyn Signer,
    file: &Incoming<'_>,
    batch: Option<BatchCode>,
    answered: Option<Date>,
) -> Result<Imported, Failure> {
    let officer = desk.holder(key)?;
    let made = response_draft(desk.office(), officer, file, batch, answered)?;
    file.book(desk, key, made)
}

/// As [`response`], to be signed.
///
/// # Errors
/// The file has problems or is not the batch's, or the machine fails.
pub fn response_draft(
    office: Office<'_>,
    officer: OfficerId,
    file: &Incoming<'_>,
    batch: Option<BatchCode>,
    answered: Option<Date>,
) -> Result<(Draft, Imported), Failure> {
    let profiles = profiles::of_ledger(office.dir)?;
    let (layout, profile) = file.detect(office.books, &profiles, Direction::Reply)?;
    let given = response::Given { batch: batch.clone(), answered_on: answered };
    let read = response::read(layout, file.opened, &given)?;
    wrong_file::other_day(file, answered, &read.lines)?;
    let batch = wrong_file::batch_of(layout, file, batch, &read.lines)?;
    let expected = expectations(office, &batch, &office.access(officer, "回盘核对"))?;
    let report = match_file(&expected, &read);
    wrong_file::refuse_foreign(office.books, &batch, file, &read, &report)?;
    let unanswered = report.unanswered.len();
    let mut imported = Imported { profile: profile.name(), unanswered, ..Imported::default() };
    let digest = file.digest();
    let mut remarks = Vec::new();
    let mut lines = Vec::with_capacity(read.lines.len());
    for (line, outcome) in read.lines.iter().zip(&report.outcomes) {
        imported.count(outcome.outcome.chinese(), stated_amount(line, outcome.outcome));
        if outcome.outcome.needs_decision() {
            let before = report.repeats.get(&line.row).copied();
            imported.wait(line.row, waiting_for(line, outcome, before));
        }
        if let Some(remark) = &line.remark {
            let key = format!("response:{digest}:{}", line.row);
            remarks.push((key, remark.text.clone()));
        }
        lines.push(proposed(line, outcome, answered)?);
    }
    let draft = file.draft(lines, |manifest| {
        Body::ResponseImported(ResponseImported {
            batch,
            booked: file.booked,
            file: digest,
            file_name: file.name(),
            manifest,
            profile: profile.name(),
            profile_text: Some(profile.text),
        })
    })?;
    Ok((Draft { remarks, ..draft }, imported))
}

/// The line that a person signs for one row of the file.
fn proposed(
    line: &response::ResponseLine,
    outcome: &LineOutcome,
    answered: Option<Date>,
) -> Result<Line, Failure> {
    let day = line.date.or(answered);
    let missing =
        || Failure::usage("回盘文件没有写明银行日期，请注明银行日期（命令行用 --answered）。");
    Ok(Line::Response(ResponseLine {
        amount_fen: stated_amount(line, outcome.outcome),
        answered: day.ok_or_else(missing)?,
        outcome: outcome.outcome,
        reason: line.reason,
        reference: outcome.reference.clone(),
        row: line.row,
        rule: outcome.rule,
    }))
}

/// What a person decides about a row: its outcome, and where another row has it already, which.
fn waiting_for(
    line: &response::ResponseLine,
    outcome: &LineOutcome,
    before: Option<u32>,
) -> String {
    let what = described(outcome.outcome.chinese(), outcome.differs);
    match before {
        Some(row) if line.reference.is_some() => {
            format!("{what}（与第{row}行是同一笔支付，本文件里出现两次，已按第{row}行处理）")
        }
        Some(row) => {
            format!(
                "{what}（账号、金额、日期与第{row}行相同：或是文件重复，或是银行办了两次，请查证）"
            )
        }
        None => what,
    }
}

/// Refuses an account that is not a programme account of the books, before anything is read for it.
pub(super) fn known_account(books: &Books, account: &BankAccountCode) -> Result<(), Failure> {
    if books.funds.accounts.contains_key(account) {
        return Ok(());
    }
    Err(Rejection::BankAccountUnknown { account: account.clone() }.into())
}

/// An outcome, and in what the row differs from the instruction.
fn described(outcome: &str, differs: Differences) -> String {
    let fields: Vec<_> = differs.iter().map(Difference::chinese).collect();
    if fields.is_empty() {
        outcome.to_owned()
    } else {
        format!("{outcome}（{}）", fields.join("、"))
    }
}

/// What the bank states for the row: what it credited, or what it refused.
fn stated_amount(line: &response::ResponseLine, outcome: Outcome) -> Money {
    match outcome {
        Outcome::Settled | Outcome::Partial => line.settled_amount,
        Outcome::Failed
        | Outcome::Pending
        | Outcome::Unknown
        | Outcome::Discrepant
        | Outcome::Repeated
        | Outcome::Conflicting
        | Outcome::Ambiguous
        | Outcome::Unmatched => line.amount,
    }
}

fn booked(payment: &Payment) -> Booked {
    match (payment.state(true), payment.waiting) {
        // Partly taken back from the payee already: the bank cannot return the whole, so a person looks.
        (PaymentState::Settled, _) if payment.recovered().is_positive() => Booked::AnsweredFailed,
        (PaymentState::Settled, _) => Booked::AnsweredSettled,
        (PaymentState::Failed, _) => Booked::AnsweredFailed,
        (PaymentState::Returned, _) => Booked::Returned,
        (PaymentState::Drawn | PaymentState::Instructed, Some((Outcome::Unknown, _))) => {
            Booked::Unknown
        }
        (PaymentState::Drawn | PaymentState::Instructed, Some(_)) => Booked::Pending,
        (PaymentState::Drawn | PaymentState::Instructed, None) => Booked::Awaiting,
    }
}

fn expectations(
    office: Office<'_>,
    code: &BatchCode,
    note: &AccessNote,
) -> Result<Vec<Expectation>, Failure> {
    let unknown = || Rejection::RosterUnknown { batch: code.clone() };
    let payments = &office.books.payments;
    let batch = payments.batches.get(code).ok_or_else(unknown)?;
    let unreleased = || {
        let (stage, needed) = (batch.stage.chinese(), BatchStage::Released.chinese());
        Rejection::RosterStage { batch: code.clone(), stage, needed }
    };
    let released = batch.released.as_ref().ok_or_else(unreleased)?;
    let references: Vec<_> = payments.references(code).map(|(reference, _)| reference).collect();
    let payees = Payees::of(office, &references, note)?;
    let expected = payments.references(code).filter_map(|(reference, payment)| {
        let (person, account) = payees.find(office.books, &reference)?;
        Some(Expectation {
            account_no: account_key(&account.number).into(),
            name: if account.holder_name.is_empty() {
                person.name.as_str().into()
            } else {
                account.holder_name.as_str().into()
            },
            amount: payment.amount,
            instructed_on: released.date,
            state: booked(&payment),
            reference,
        })
    });
    Ok(expected.collect())
}

/// Imports a notice of returns 退汇.
///
/// # Errors
/// As [`response`].
pub fn returns(
    desk: &mut Desk,
    key: &dyn Signer,
    file: &Incoming<'_>,
    account: BankAccountCode,
) -> Result<Imported, Failure> {
    let officer = desk.holder(key)?;
    let made = returns_draft(desk.office(), officer, file, account)?;
    file.book(desk, key, made)
}

/// As [`returns`], to be signed.
///
/// # Errors
/// As [`response_draft`].
pub fn returns_draft(
    office: Office<'_>,
    officer: OfficerId,
    file: &Incoming<'_>,
    account: BankAccountCode,
) -> Result<(Draft, Imported), Failure> {
    known_account(office.books, &account)?;
    let profiles = profiles::of_ledger(office.dir)?;
    let (layout, profile) = file.detect(office.books, &profiles, Direction::Refund)?;
    let read = refund::read(layout, file.opened, &response::Given::default())?;
    wrong_file::other_account(office.books, &account, &read.lines)?;
    let note = office.access(officer, "退汇核对");
    let mut payments = Vec::new();
    let batches = office.books.payments.batches.iter();
    let ours = batches
        .filter(|(_, batch)| batch.released.as_ref().is_some_and(|r| r.account == account))
        .map(|(code, _)| code.clone());
    for code in ours.collect::<Vec<_>>() {
        payments.extend(expectations(office, &code, &note)?);
    }
    let report = match_returns(&payments, &read.lines);
    let mut imported = Imported { profile: profile.name(), ..Imported::default() };
    let mut lines = Vec::new();
    for found in report.outcomes {
        imported.count(found.outcome.chinese(), found.amount);
        if !matches!(
            found.outcome,
            ledger::answer::ReturnOutcome::Returned | ledger::answer::ReturnOutcome::Repeated
        ) {
            imported.wait(found.row, described(found.outcome.chinese(), found.differs));
        }
        lines.push(Line::Return(ReturnLine {
            amount_fen: found.amount,
            outcome: found.outcome,
            reason: found.reason,
            reference: found.reference,
            returned: found.returned_on,
            row: found.row,
        }));
    }
    let draft = file.draft(lines, |manifest| {
        Body::ReturnsImported(ReturnsImported {
            account,
            booked: file.booked,
            file: file.digest(),
            file_name: file.name(),
            manifest,
            profile: profile.name(),
            profile_text: Some(profile.text),
        })
    })?;
    Ok((draft, imported))
}
