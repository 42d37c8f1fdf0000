//! The bank's files in: found out, read, compared, and proposed as a manifest. Nothing here decides what the books take.

use std::collections::BTreeSet;

use ledger::act::Body;
use ledger::act::payments::{ResponseImported, ResponseLine, ReturnLine, ReturnsImported};
use ledger::answer::Outcome;
use ledger::books::payments::{Payment, PaymentState};
use ledger::engine::Receipt;
use ledger::ids::{BankAccountCode, BatchCode, Digest, PaymentRef};
use ledger::line::Line;
use ledger::money::Money;
use ledger::period::Date;
use ledger::rejection::Rejection;
use ledger::signer::Signer;
use ledger::vault::{AccessNote, BankFile};
use reconcile::detect::detect;
use reconcile::matcher::{Booked, Difference, Expectation, LineOutcome, match_lines};
use reconcile::names::account_key;
use reconcile::opened::Opened;
use reconcile::profile::{Layout, Profile};
use reconcile::returns::match_returns;
use reconcile::{refund, response};
use sha2::{Digest as _, Sha256};

pub use super::account_statement::account_statement;
use super::reading::Payees;
use super::{Desk, profiles, seal};
use crate::failure::Failure;

/// A bank file on its way in.
pub struct Incoming<'a> {
    /// The file, opened.
    pub opened: &'a Opened<'a>,
    /// The profile, if the clerk names one.
    pub profile: Option<&'a str>,
    /// Day of posting in our books.
    pub booked: Date,
    /// True to look only: nothing is signed and nothing is kept.
    pub dry_run: bool,
}

impl Incoming<'_> {
    /// Its name, as the bank gave it.
    pub(super) fn name(&self) -> String {
        self.opened.file().to_owned()
    }

    pub(super) fn digest(&self) -> Digest {
        Digest(Sha256::digest(self.opened.bytes()).into())
    }

    pub(super) fn detect<'p>(
        &self,
        profiles: &'p [Profile],
    ) -> Result<(&'p Layout, String), Failure> {
        let (profile, layout) = detect(self.opened, self.profile, profiles)?;
        Ok((layout, format!("{}@{}", profile.id, profile.version)))
    }

    pub(super) fn keep(&self, desk: &Desk) -> Result<(), Failure> {
        let file = BankFile { name: self.name(), bytes: self.opened.bytes().to_vec() };
        desk.vault.put_file(&file)?;
        Ok(())
    }
}

/// What an import did, or would do: one count and sum per outcome.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// The entry, unless it was a dry run.
    pub receipt: Option<Receipt>,
    /// Profile and version.
    pub profile: String,
    /// Lines in the file.
    pub lines: u64,
    /// Outcome in Chinese, number of lines, sum.
    pub outcomes: Vec<(&'static str, u64, Money)>,
    /// Lines that a person has to decide.
    pub to_decide: Vec<ToDecide>,
    /// Payments of the batch that have no final answer after this file.
    pub unanswered: usize,
}

/// A line that a person has to decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToDecide {
    /// The line's number in its manifest: entry = the manifest's entry + this.
    pub n: u64,
    /// Row in the file.
    pub row: u32,
    /// Its outcome, and in what it differs.
    pub what: String,
}

impl Imported {
    /// Notes that the line counted last waits for a person.
    pub(super) fn wait(&mut self, row: u32, what: String) {
        self.to_decide.push(ToDecide { n: self.lines, row, what });
    }

    pub(super) fn count(&mut self, outcome: &'static str, amount: Money) {
        self.lines += 1;
        match self.outcomes.iter_mut().find(|(known, ..)| *known == outcome) {
            Some((_, count, sum)) => {
                *count += 1;
                *sum = sum.checked_add(amount).unwrap_or(*sum);
            }
            None => self.outcomes.push((outcome, 1, amount)),
        }
    }
}

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
    let profiles = profiles::of_ledger(desk.dir())?;
    let (layout, profile) = file.detect(&profiles)?;
    let given = response::Given { batch: batch.clone(), answered_on: answered };
    let read = response::read(layout, file.opened, &given)?;
    let batch = batch.map_or_else(|| batch_named_in(&read.lines), Ok)?;
    if let Ok(named) = batch_named_in(&read.lines)
        && named != batch
    {
        let text = format!("文件里的行引用都属于批次{named}，不是{batch}；请核对是否拿错文件。");
        return Err(Failure::usage(text));
    }
    let note = desk.access(key, "回盘核对")?;
    let expected = expectations(desk, &batch, &note)?;
    let report = match_lines(&expected, &read.lines);
    let unanswered = report.unanswered.len();
    let mut imported = Imported { profile: profile.clone(), unanswered, ..Imported::default() };
    let mut remarks = Vec::new();
    let mut lines = Vec::with_capacity(read.lines.len());
    for (line, outcome) in read.lines.iter().zip(&report.outcomes) {
        imported.count(outcome.outcome.chinese(), stated_amount(outcome));
        if outcome.outcome.needs_decision() {
            let what = waiting_for(outcome);
            imported.wait(outcome.row, what);
        }
        if !line.reason_text.is_empty() {
            let key = format!("response:{}:{}", file.digest(), line.row);
            remarks.push((key, line.reason_text.to_string()));
        }
        lines.push(proposed(line, outcome, answered)?);
    }
    if file.dry_run {
        return Ok(imported);
    }
    file.keep(desk)?;
    let remarks: Vec<(&str, &str)> =
        remarks.iter().map(|(k, t)| (k.as_str(), t.as_str())).collect();
    desk.vault.put_remarks(&remarks)?;
    let (manifest, entries) = seal(&lines)?;
    let body = Body::ResponseImported(ResponseImported {
        batch,
        booked: file.booked,
        file: file.digest(),
        file_name: file.name(),
        manifest,
        profile,
    });
    imported.receipt = Some(desk.sign_with_lines(key, body, &entries)?);
    Ok(imported)
}

/// The line that a person signs for one row of the file.
fn proposed(
    line: &response::ResponseLine,
    outcome: &LineOutcome,
    answered: Option<Date>,
) -> Result<Line, Failure> {
    let day = line.date.or(answered);
    let missing = || Failure::usage("回盘文件没有写明银行日期，请用 --answered 注明。");
    Ok(Line::Response(ResponseLine {
        amount_fen: stated_amount(outcome),
        answered: day.ok_or_else(missing)?,
        outcome: outcome.outcome,
        reason: outcome.reason,
        reference: outcome.reference.clone(),
        row: outcome.row,
        rule: outcome.rule,
    }))
}

/// What a person decides about a row: its outcome, and where another row has it already, which.
fn waiting_for(outcome: &LineOutcome) -> String {
    let what = described(outcome.outcome.chinese(), &outcome.differs);
    match outcome.row_before {
        Some(row) => {
            format!("{what}（与第{row}行是同一笔支付，本文件里出现两次，已按第{row}行处理）")
        }
        None => what,
    }
}

/// Refuses an account that is not a programme account of the books, before anything is read for it.
pub(super) fn known_account(desk: &Desk, account: &BankAccountCode) -> Result<(), Failure> {
    if desk.books().funds.accounts.contains_key(account) {
        return Ok(());
    }
    Err(Rejection::BankAccountUnknown { account: account.clone() }.into())
}

/// An outcome, and in what the row differs from the instruction.
fn described(outcome: &str, differs: &[Difference]) -> String {
    let fields: Vec<_> = differs.iter().map(|difference| difference.chinese()).collect();
    if fields.is_empty() {
        outcome.to_owned()
    } else {
        format!("{outcome}（{}）", fields.join("、"))
    }
}

/// What the bank states for the row: what it credited, or what it refused.
fn stated_amount(outcome: &LineOutcome) -> Money {
    match outcome.outcome {
        Outcome::Settled | Outcome::Partial => outcome.settled_amount,
        Outcome::Failed
        | Outcome::Pending
        | Outcome::Unknown
        | Outcome::Discrepant
        | Outcome::Repeated
        | Outcome::Conflicting
        | Outcome::Ambiguous
        | Outcome::Unmatched => outcome.amount,
    }
}

/// The batch that every reference in the file names.
fn batch_named_in(lines: &[response::ResponseLine]) -> Result<BatchCode, Failure> {
    let named = lines.iter().filter_map(|line| line.reference.as_ref().map(PaymentRef::batch));
    let named: BTreeSet<_> = named.collect();
    let mut named = named.into_iter();
    match (named.next(), named.next()) {
        (Some(batch), None) => Ok(batch.clone()),
        (None, _) => Err(Failure::usage("回盘文件没有带回行引用，请用 --batch 注明批次。")),
        (Some(_), Some(_)) => {
            Err(Failure::usage("回盘文件里有多个批次的行引用，请用 --batch 注明要核对的批次。"))
        }
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
    desk: &Desk,
    code: &BatchCode,
    note: &AccessNote,
) -> Result<Vec<Expectation>, Failure> {
    let unknown = || Rejection::RosterUnknown { batch: code.clone() };
    let batch = desk.books().payments.batches.get(code).ok_or_else(unknown)?;
    let Some(released) = &batch.released else { return Ok(Vec::new()) };
    let payments = &desk.books().payments;
    let references: Vec<_> = payments.references(code).map(|(reference, _)| reference).collect();
    let payees = Payees::of(desk, &references, note)?;
    let expected = payments.references(code).filter_map(|(reference, payment)| {
        let (person, account) = payees.find(desk, &reference)?;
        Some(Expectation {
            account_no: account_key(&account.number).into_owned(),
            name: if account.holder_name.is_empty() {
                person.name.clone()
            } else {
                account.holder_name.clone()
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
    known_account(desk, &account)?;
    let profiles = profiles::of_ledger(desk.dir())?;
    let (layout, profile) = file.detect(&profiles)?;
    let read = refund::read(layout, file.opened, &response::Given::default())?;
    let note = desk.access(key, "退汇核对")?;
    let mut payments = Vec::new();
    let batches = desk.books().payments.batches.iter();
    let ours = batches
        .filter(|(_, batch)| batch.released.as_ref().is_some_and(|r| r.account == account))
        .map(|(code, _)| code.clone());
    for code in ours.collect::<Vec<_>>() {
        payments.extend(expectations(desk, &code, &note)?);
    }
    let report = match_returns(&payments, &read.lines);
    let mut imported = Imported { profile: profile.clone(), ..Imported::default() };
    let mut lines = Vec::new();
    for found in report.outcomes {
        imported.count(found.outcome.chinese(), found.amount);
        if !matches!(
            found.outcome,
            ledger::answer::ReturnOutcome::Returned | ledger::answer::ReturnOutcome::Repeated
        ) {
            imported.wait(found.row, described(found.outcome.chinese(), &found.differs));
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
    if file.dry_run {
        return Ok(imported);
    }
    file.keep(desk)?;
    let (manifest, entries) = seal(&lines)?;
    let body = Body::ReturnsImported(ReturnsImported {
        account,
        booked: file.booked,
        file: file.digest(),
        file_name: file.name(),
        manifest,
        profile,
    });
    imported.receipt = Some(desk.sign_with_lines(key, body, &entries)?);
    Ok(imported)
}
