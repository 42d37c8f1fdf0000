//! The bank's account statement 流水 in: read, compared with the movements that the books expect, proposed as a manifest.

use ledger::act::Body;
use ledger::act::payments::{StatementImported, StatementLine};
use ledger::answer::StatementOutcome;
use ledger::ids::{BankAccountCode, OfficerId};
use ledger::line::Line;
use ledger::money::Money;
use ledger::period::Date;
use ledger::signer::Signer;
use ledger::vault::AccessNote;
use reconcile::pieces::Pieces;
use reconcile::problem::{Code, Problem};
use reconcile::profile::Direction;
use reconcile::statement;
use reconcile::statement::{BankMovement, RowOutcome, StatementRow, match_statement};

use super::banking::known_account;
use super::incoming::{Imported, Incoming};
use super::reading::Payees;
use super::{Desk, Draft, Office, profiles};
use crate::failure::Failure;

/// Imports an account statement 流水 that covers the days from `from` to `until`. For an account on which nothing moved,
/// `idle_balance` is what the bank's balance note says.
///
/// # Errors
/// As [`super::banking::response`].
pub fn account_statement(
    desk: &mut Desk,
    key: &dyn Signer,
    file: &Incoming<'_>,
    account: BankAccountCode,
    (from, until): (Date, Date),
    idle_balance: Option<Money>,
) -> Result<Imported, Failure> {
    let officer = desk.holder(key)?;
    let days = (from, until);
    let made = statement_draft(desk.office(), officer, file, account, days, idle_balance)?;
    file.book(desk, key, made)
}

/// As [`account_statement`], to be signed.
///
/// # Errors
/// As [`super::banking::response_draft`].
pub fn statement_draft(
    office: Office<'_>,
    officer: OfficerId,
    file: &Incoming<'_>,
    account: BankAccountCode,
    (from, until): (Date, Date),
    idle_balance: Option<Money>,
) -> Result<(Draft, Imported), Failure> {
    known_account(office.books, &account)?;
    let profiles = profiles::of_ledger(office.dir)?;
    let (layout, profile) = file.detect(office.books, &profiles, Direction::Statement)?;
    let note = office.access(officer, "流水核对");
    let ours = office.vault.read_programme_account(&account, &note)?;
    let read = statement::read(layout, file.opened, &ours.number);
    let mut read = read.or_else(|problems| idle(&problems, idle_balance).ok_or(problems))?;
    if let Some(stated) = idle_balance.filter(|stated| *stated != read.closing) {
        let problem = Problem::of_file(Code::StatementNoteDiffers, file.opened.file());
        let problem = problem.found(read.closing.to_yuan()).expected(stated.to_yuan());
        return Err(Failure::Problems(vec![problem]));
    }
    if let Some(end) = read.closing_on.filter(|end| *end < until) {
        let problem = Problem::of_file(Code::StatementEndsEarly, file.opened.file());
        let problem = problem.found(end.to_string()).expected(until.to_string());
        return Err(Failure::Problems(vec![problem]));
    }
    if read.latest_first {
        read.rows.reverse();
    }
    let expected = movements(office, &account, &note)?;
    let nothing = std::collections::HashMap::new();
    let known = office.books.bank.statements.get(&account);
    let known = known.map_or(&nothing, |known| &known.fingerprints);
    let report = match_statement(account.as_str(), &read.rows, &expected, known);
    let mut imported = Imported { profile: profile.name(), ..Imported::default() };
    let mut lines = Vec::new();
    for (row, found) in read.rows.iter().zip(report.outcomes) {
        imported.count(found.outcome.chinese(), found.change);
        if found.outcome == StatementOutcome::Unmatched {
            imported.wait(found.row, found.outcome.chinese().to_owned());
        }
        lines.push(proposed(row, found));
    }
    let draft = file.draft(lines, |manifest| {
        Body::StatementImported(StatementImported {
            account,
            closing_fen: read.closing,
            file: file.digest(),
            file_name: file.name(),
            from,
            manifest,
            opening_fen: read.opening,
            profile: profile.name(),
            profile_text: Some(profile.text),
            until,
        })
    })?;
    Ok((draft, imported))
}

/// The line that a person signs for one row of the statement.
fn proposed(row: &StatementRow, found: RowOutcome) -> Line {
    Line::Statement(StatementLine {
        amount_fen: found.change,
        balance_fen: row.balance,
        date: row.date,
        fingerprint: found.fingerprint,
        movement: found.movement,
        outcome: found.outcome,
        row: found.row,
    })
}

/// A statement without a row says nothing of the balance; the clerk takes it from the bank's balance note 余额证明.
fn idle(problems: &[Problem], balance: Option<Money>) -> Option<statement::StatementFile> {
    let balance = balance?;
    let only_idle = problems.iter().all(|problem| problem.code == Code::FileNoLines);
    only_idle.then(|| statement::StatementFile {
        rows: Pieces::default(),
        account_no: None,
        opening: balance,
        closing: balance,
        closing_on: None,
        latest_first: false,
    })
}

/// The movements that the books expect on an account and no statement has shown yet.
fn movements(
    office: Office<'_>,
    account: &BankAccountCode,
    note: &AccessNote,
) -> Result<Vec<BankMovement>, Failure> {
    let open = office.books.bank.movements.iter().filter(|(_, movement)| {
        movement.account == *account && movement.cleared.is_none() && movement.reversed.is_none()
    });
    let open: Vec<_> = open.collect();
    let references: Vec<_> = open.iter().filter_map(|(_, m)| m.reference.clone()).collect();
    let payees = Payees::of(office, &references, note)?;
    let as_expected = |(key, movement): &(&String, &ledger::books::bank::Movement)| {
        let payee = movement.reference.as_ref().and_then(|r| payees.find(office.books, r));
        BankMovement {
            id: (*key).clone(),
            kind: movement.kind,
            amount: Money::from_fen(movement.amount.fen().abs()),
            date: movement.date,
            batch: movement.batch.clone(),
            reference: movement.reference.clone(),
            account_no: payee.map(|(_, account)| account.number.clone()),
            name: payee.map(|(person, _)| person.name.clone()),
        }
    };
    Ok(open.iter().map(as_expected).collect())
}
