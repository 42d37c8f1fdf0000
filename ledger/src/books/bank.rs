//! The bank's side: movements that our books expect on a statement, statement rows, exceptions, imported files.

use std::collections::{BTreeMap, HashMap};

use crate::act::Body;
use crate::act::payments::{ClearingUndone, Decision, StatementImported};
use crate::answer::{Outcome, ReturnOutcome, StatementOutcome};
use crate::ids::{BankAccountCode, BatchCode, Digest, PaymentRef, Seq};
use crate::line::Line;
use crate::money::Money;
use crate::period::Date;

use super::{Books, Statement};

/// A movement that the books expect to find on the statement of a programme account.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Movement {
    /// The programme account.
    pub account: BankAccountCode,
    /// What it is.
    pub kind: StatementOutcome,
    /// Credit positive, debit negative.
    pub amount: Money,
    /// Day of posting in our books.
    pub date: Date,
    /// The entry that posted it.
    pub at: Seq,
    /// The batch it belongs to, if to one.
    pub batch: Option<BatchCode>,
    /// The payment it belongs to, if to one.
    pub reference: Option<PaymentRef>,
    /// The statement row that it was found in: entry and the bank's day.
    pub cleared: Option<(Seq, Date)>,
    /// The day of the reversal, if the entry was reversed before the bank showed it.
    pub reversed: Option<Date>,
}

impl Movement {
    /// The batch that it is about, by itself or through its payment.
    #[must_use]
    pub fn of_batch(&self) -> Option<&BatchCode> {
        self.batch.as_ref().or_else(|| self.reference.as_ref().map(PaymentRef::batch))
    }
}

/// A statement row that was new when it was imported.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Row {
    /// Its entry.
    pub at: Seq,
    /// Its row in the bank's file.
    pub number: u32,
    /// The bank's day.
    pub date: Date,
    /// Credit positive, debit negative.
    pub amount: Money,
    /// Balance after it.
    pub balance: Money,
    /// The movement that it is.
    pub movement: Option<String>,
    /// True if a person decided that it says nothing about our books.
    pub without_effect: bool,
}

/// What is known of a programme account from its statements.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Statements {
    /// Rows in the order of the bank.
    pub rows: Vec<Row>,
    /// Balance before the first row, once there is a statement.
    pub opening: Option<Money>,
    /// The last day that statements cover without a gap.
    pub reached: Option<Date>,
    /// How often each row was imported, by fingerprint.
    pub fingerprints: HashMap<Digest, u32>,
}

impl Statements {
    /// The balance after the last row, once there is a statement.
    #[must_use]
    pub fn balance(&self) -> Option<Money> {
        self.rows.last().map(|row| row.balance).or(self.opening)
    }

    /// The balance at the end of a day that statements cover; `None` for a later day.
    #[must_use]
    pub fn balance_on(&self, day: Date) -> Option<Money> {
        if self.reached.is_none_or(|reached| reached < day) {
            return None;
        }
        let last = self.rows.iter().rev().find(|row| row.date <= day);
        last.map(|row| row.balance).or(self.opening)
    }
}

/// What kind of line waits for a person.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Waiting {
    /// A line of a response file.
    Response {
        /// The batch.
        batch: BatchCode,
        /// What is wrong.
        outcome: Outcome,
    },
    /// A line of a return notice.
    Return {
        /// What is wrong.
        outcome: ReturnOutcome,
    },
    /// A row of a statement.
    Statement {
        /// The programme account.
        account: BankAccountCode,
    },
}

/// An exception 存疑: a line that waits for a person's decision.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Exception {
    /// What waits.
    pub waiting: Waiting,
    /// The amount on the line.
    pub amount: Money,
    /// Row in the bank's file.
    pub row: u32,
    /// Day of posting of the import.
    pub since: Date,
    /// The payment that the line points at, if at one.
    pub reference: Option<PaymentRef>,
}

/// What a bank file was imported for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub enum ImportedFor {
    /// The answers to a batch.
    Batch(BatchCode),
    /// The returns to a programme account.
    Returns(BankAccountCode),
    /// The statement of a programme account.
    Statement(BankAccountCode),
    /// The statement of a programme account on which nothing moved up to that day: the same bytes every month.
    Idle(BankAccountCode, Date),
}

impl ImportedFor {
    /// What a statement is known by.
    #[must_use]
    pub fn statement(imported: &StatementImported) -> ImportedFor {
        match imported.manifest.count {
            0 => ImportedFor::Idle(imported.account.clone(), imported.until),
            _ => ImportedFor::Statement(imported.account.clone()),
        }
    }

    /// The batch, if it was for one.
    #[must_use]
    pub const fn batch(&self) -> Option<&BatchCode> {
        match self {
            ImportedFor::Batch(batch) => Some(batch),
            ImportedFor::Returns(_) | ImportedFor::Statement(_) | ImportedFor::Idle(..) => None,
        }
    }
}

/// A bank file that was imported.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ImportedFile {
    /// The entry of its manifest.
    pub at: Seq,
    /// Its name, as the bank gave it.
    pub name: String,
}

/// The bank's side of the books.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Bank {
    /// Movements by key.
    pub movements: BTreeMap<String, Movement>,
    /// Statements by programme account.
    pub statements: BTreeMap<BankAccountCode, Statements>,
    /// Exceptions that wait, by the line's entry.
    pub exceptions: BTreeMap<Seq, Exception>,
    /// Every imported file with the entry of its manifest, known together with what it was imported for: two months of
    /// the same people and amounts can give the same bytes where the layout names neither batch nor day.
    pub files: BTreeMap<(Digest, ImportedFor), ImportedFile>,
    /// The text of every bank profile that an act named with it, by `id@version`: as it was the first time.
    pub profiles: BTreeMap<String, Digest>,
}

impl Bank {
    fn expect(&mut self, key: String, movement: Movement) {
        if !movement.amount.is_zero() {
            self.movements.insert(key, movement);
        }
    }

    /// True if a profile's text is not the one that was used under its name before.
    #[must_use]
    pub fn has_other_text(&self, profile: &str, text: Digest) -> bool {
        self.profiles.get(profile).is_some_and(|known| *known != text)
    }

    fn took(&mut self, file: (Digest, ImportedFor), name: &str, at: Seq) {
        self.files.insert(file, ImportedFile { at, name: name.to_owned() });
    }
}

/// The key of the movement that a batch's debit is.
#[must_use]
pub fn debit_key(batch: &BatchCode) -> String {
    format!("debit:{batch}")
}

/// The key of the movement that an act by itself is; `role` tells two of one act apart.
#[must_use]
pub fn act_key(role: &str, act: crate::ids::ActId) -> String {
    format!("{role}:{act}")
}

/// The key of the movement that a payment's return is.
#[must_use]
pub fn return_key(reference: &PaymentRef) -> String {
    format!("return:{reference}")
}

pub(super) fn evolve(books: &mut Books, statement: &Statement<'_>) {
    for (key, movement) in super::movements::of(books, statement) {
        books.bank.expect(key, movement);
    }
    if let Body::EntryReversed(reversed) = statement.body() {
        let suffix = format!(":{}", reversed.act);
        let of_act = books.bank.movements.iter_mut().filter(|(key, _)| key.ends_with(&suffix));
        of_act.for_each(|(_, movement)| movement.reversed = Some(reversed.date));
    } else if let Body::ExceptionResolved(resolved) = statement.body() {
        resolve(&mut books.bank, resolved);
    } else if let Body::ClearingUndone(undone) = statement.body() {
        undo(&mut books.bank, undone);
    }
    if let Some((profile, Some(text))) = statement.body().profile() {
        books.bank.profiles.entry(profile.to_owned()).or_insert(text);
    }
    evolve_imports(&mut books.bank, statement);
}

fn resolve(bank: &mut Bank, resolved: &crate::act::payments::ExceptionResolved) {
    let Some(exception) = bank.exceptions.remove(&resolved.entry) else { return };
    let Waiting::Statement { account } = exception.waiting else { return };
    let Some(statements) = bank.statements.get_mut(&account) else { return };
    let Some(row) = statements.rows.iter_mut().find(|row| row.at == resolved.entry) else { return };
    row.without_effect = resolved.decision == Decision::NoEffect;
    row.movement.clone_from(&resolved.movement);
    if let Some(key) = &resolved.movement
        && let Some(movement) = bank.movements.get_mut(key)
    {
        movement.cleared = Some((row.at, row.date));
    }
}

fn undo(bank: &mut Bank, undone: &ClearingUndone) {
    for (account, statements) in &mut bank.statements {
        let mut rows = statements.rows.iter_mut();
        let Some(row) = rows.find(|row| row.at == undone.entry) else { continue };
        row.without_effect = false;
        let movement = row.movement.take().and_then(|key| bank.movements.get_mut(&key));
        if let Some(movement) = movement {
            movement.cleared = None;
        }
        let waiting = Waiting::Statement { account: account.clone() };
        let (amount, row, since) = (row.amount, row.number, undone.booked);
        let exception = Exception { waiting, amount, row, since, reference: None };
        bank.exceptions.insert(undone.entry, exception);
    }
}

fn evolve_imports(bank: &mut Bank, statement: &Statement<'_>) {
    if let Body::ResponseImported(imported) = statement.body() {
        let file = (imported.file, ImportedFor::Batch(imported.batch.clone()));
        bank.took(file, &imported.file_name, statement.at);
        for (_, at, line) in statement.numbered() {
            let Line::Response(line) = line else { continue };
            if line.outcome.needs_decision() {
                let waiting =
                    Waiting::Response { batch: imported.batch.clone(), outcome: line.outcome };
                let (amount, row, since) = (line.amount_fen, line.row, imported.booked);
                let reference = line.reference.clone();
                bank.exceptions.insert(at, Exception { waiting, amount, row, since, reference });
            }
        }
    } else if let Body::ReturnsImported(imported) = statement.body() {
        let file = (imported.file, ImportedFor::Returns(imported.account.clone()));
        bank.took(file, &imported.file_name, statement.at);
        for (_, at, line) in statement.numbered() {
            let Line::Return(line) = line else { continue };
            if !matches!(line.outcome, ReturnOutcome::Returned | ReturnOutcome::Repeated) {
                let waiting = Waiting::Return { outcome: line.outcome };
                let (amount, row, since) = (line.amount_fen, line.row, imported.booked);
                let reference = line.reference.clone();
                bank.exceptions.insert(at, Exception { waiting, amount, row, since, reference });
            }
        }
    } else if let Body::StatementImported(imported) = statement.body() {
        let file = (imported.file, ImportedFor::statement(imported));
        bank.took(file, &imported.file_name, statement.at);
        import_statement(bank, statement, imported);
    }
}

fn import_statement(bank: &mut Bank, statement: &Statement<'_>, imported: &StatementImported) {
    let statements = bank.statements.entry(imported.account.clone()).or_default();
    for (_, at, line) in statement.numbered() {
        let Line::Statement(line) = line else { continue };
        if line.outcome == StatementOutcome::Repeated {
            continue;
        }
        *statements.fingerprints.entry(line.fingerprint).or_default() += 1;
        statements.rows.push(Row {
            at,
            number: line.row,
            date: line.date,
            amount: line.amount_fen,
            balance: line.balance_fen,
            movement: line.movement.clone(),
            without_effect: false,
        });
        if let Some(movement) = line.movement.as_ref().and_then(|key| bank.movements.get_mut(key)) {
            movement.cleared = Some((at, line.date));
        } else {
            let waiting = Waiting::Statement { account: imported.account.clone() };
            let (amount, row, since) = (line.amount_fen, line.row, imported.until);
            let exception = Exception { waiting, amount, row, since, reference: None };
            bank.exceptions.insert(at, exception);
        }
    }
    statements.opening.get_or_insert(imported.opening_fen);
    statements.reached = statements.reached.max(Some(imported.until));
}
