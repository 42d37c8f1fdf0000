//! The bank's files in: found out, read, compared, and proposed as a manifest. Nothing here decides what the books take.

use ledger::act::Body;
use ledger::act::payments::{ResponseImported, ResponseLine, ReturnLine, ReturnsImported};
use ledger::answer::Outcome;
use ledger::books::payments::{BatchStage, Payment, PaymentState};
use ledger::engine::Receipt;
use ledger::ids::{BankAccountCode, BatchCode, Digest};
use ledger::line::Line;
use ledger::money::Money;
use ledger::period::Date;
use ledger::rejection::Rejection;
use ledger::signer::Signer;
use ledger::vault::{AccessNote, BankFile};
use reconcile::detect::detect;
use reconcile::matcher::{Booked, Difference, Differences, Expectation, LineOutcome, match_file};
use reconcile::names::account_key;
use reconcile::opened::Opened;
use reconcile::profile::{Layout, Profile};
use reconcile::returns::match_returns;
use reconcile::{refund, response};
use sha2::{Digest as _, Sha256};

pub use super::account_statement::account_statement;
use super::reading::Payees;
use super::trial::try_one;
use super::{Desk, profiles, seal, wrong_file};
use crate::failure::Failure;

/// A bank file on its way in.
pub struct Incoming<'a> {
    /// The file, opened.
    pub opened: &'a Opened<'a>,
    /// The profile, if the clerk names one.
    pub profile: Option<&'a str>,
    /// Day of posting in our books.
    pub booked: Date,
    /// How many rows of a response answer no payment of the batch, as the clerk has counted: asked for if they are most.
    pub mismatches: Option<usize>,
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

    /// The one profile and layout that fit; never a profile that was edited since it was used.
    pub(super) fn detect<'p>(
        &self,
        desk: &Desk,
        profiles: &'p [Profile],
    ) -> Result<(&'p Layout, &'p Profile), Failure> {
        let (profile, layout) = detect(self.opened, self.profile, profiles)?;
        profiles::refuse_changed(desk.books(), profile)?;
        Ok((layout, profile))
    }

    /// Has the act judged as the holder of `key` would sign it; then, unless this is a dry run, keeps the file and signs.
    pub(super) fn book(
        &self,
        desk: &mut Desk,
        key: &dyn Signer,
        (body, lines, entries): (Body, &[Line], &[Vec<u8>]),
        remarks: &[(&str, &str)],
    ) -> Result<Booking, Failure> {
        match try_one(desk, key, &body, lines) {
            Ok(()) if self.dry_run => return Ok(Booking::Tried),
            Err(Failure::Rejected(why)) if self.dry_run => return Ok(Booking::Refused(why)),
            judged => judged?,
        }
        let file = BankFile { name: self.name(), bytes: self.opened.bytes().to_vec() };
        desk.vault.put_file(&file)?;
        if !remarks.is_empty() {
            desk.vault.put_remarks(remarks)?;
        }
        Ok(Booking::Booked(desk.sign_with_lines(key, body, entries)?))
    }
}

/// What became of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Booking {
    /// A dry run: it would be taken.
    #[default]
    Tried,
    /// A dry run: it would be refused.
    Refused(Rejection),
    /// It is in the books.
    Booked(Receipt),
}

/// What an import did, or would do: one count and sum per outcome.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// What became of it.
    pub booking: Booking,
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
    /// The entry, unless it was a dry run.
    #[must_use]
    pub const fn receipt(&self) -> Option<Receipt> {
        match self.booking {
            Booking::Booked(receipt) => Some(receipt),
            Booking::Tried | Booking::Refused(_) => None,
        }
    }

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
    let (layout, profile) = file.detect(desk, &profiles)?;
    let given = response::Given { batch: batch.clone(), answered_on: answered };
    let read = response::read(layout, file.opened, &given)?;
    wrong_file::other_day(file, answered, &read.lines)?;
    let batch = wrong_file::batch_of(layout, file, batch, &read.lines)?;
    let note = desk.access(key, "回盘核对")?;
    let expected = expectations(desk, &batch, &note)?;
    let report = match_file(&expected, &read);
    wrong_file::refuse_foreign(desk, &batch, file, &read, &report)?;
    let unanswered = report.unanswered.len();
    let mut imported = Imported { profile: profile.name(), unanswered, ..Imported::default() };
    let mut remarks = Vec::new();
    let mut lines = Vec::with_capacity(read.lines.len());
    for (line, outcome) in read.lines.iter().zip(&report.outcomes) {
        imported.count(outcome.outcome.chinese(), stated_amount(line, outcome.outcome));
        if outcome.outcome.needs_decision() {
            let before = report.repeats.get(&line.row).copied();
            imported.wait(line.row, waiting_for(line, outcome, before));
        }
        if let Some(remark) = &line.remark {
            let key = format!("response:{}:{}", file.digest(), line.row);
            remarks.push((key, remark.text.clone()));
        }
        lines.push(proposed(line, outcome, answered)?);
    }
    let remarks: Vec<(&str, &str)> =
        remarks.iter().map(|(k, t)| (k.as_str(), t.as_str())).collect();
    let (manifest, entries) = seal(&lines)?;
    let body = Body::ResponseImported(ResponseImported {
        batch,
        booked: file.booked,
        file: file.digest(),
        file_name: file.name(),
        manifest,
        profile: profile.name(),
        profile_text: Some(profile.text),
    });
    imported.booking = file.book(desk, key, (body, &lines, &entries), &remarks)?;
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
pub(super) fn known_account(desk: &Desk, account: &BankAccountCode) -> Result<(), Failure> {
    if desk.books().funds.accounts.contains_key(account) {
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
    desk: &Desk,
    code: &BatchCode,
    note: &AccessNote,
) -> Result<Vec<Expectation>, Failure> {
    let unknown = || Rejection::RosterUnknown { batch: code.clone() };
    let batch = desk.books().payments.batches.get(code).ok_or_else(unknown)?;
    let unreleased = || {
        let (stage, needed) = (batch.stage.chinese(), BatchStage::Released.chinese());
        Rejection::RosterStage { batch: code.clone(), stage, needed }
    };
    let released = batch.released.as_ref().ok_or_else(unreleased)?;
    let payments = &desk.books().payments;
    let references: Vec<_> = payments.references(code).map(|(reference, _)| reference).collect();
    let payees = Payees::of(desk, &references, note)?;
    let expected = payments.references(code).filter_map(|(reference, payment)| {
        let (person, account) = payees.find(desk, &reference)?;
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
    known_account(desk, &account)?;
    let profiles = profiles::of_ledger(desk.dir())?;
    let (layout, profile) = file.detect(desk, &profiles)?;
    let read = refund::read(layout, file.opened, &response::Given::default())?;
    wrong_file::other_account(desk, &account, &read.lines)?;
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
    let (manifest, entries) = seal(&lines)?;
    let body = Body::ReturnsImported(ReturnsImported {
        account,
        booked: file.booked,
        file: file.digest(),
        file_name: file.name(),
        manifest,
        profile: profile.name(),
        profile_text: Some(profile.text),
    });
    imported.booking = file.book(desk, key, (body, &lines, &entries), &[])?;
    Ok(imported)
}
