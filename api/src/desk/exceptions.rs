//! Exceptions 存疑 that wait for a person, and one decision about all of one kind from one bank file. Each is still an act of
//! its own: what a person decides about a line stands beside that line.

use ledger::act::Body;
use ledger::act::payments::{Decision, ExceptionResolved};
use ledger::act::signed::key_id;
use ledger::answer::StatementOutcome;
use ledger::books::Books;
use ledger::books::bank::{Exception, Waiting};
use ledger::engine::Receipt;
use ledger::ids::{Digest, Seq};
use ledger::money::Money;
use ledger::period::Date;
use ledger::rejection::Rejection;
use ledger::signer::Signer;

use super::Desk;
use super::trial::{about, try_each};
use crate::failure::Failure;

/// Exceptions of one kind from one bank file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heap {
    /// The entry of the import that they come from.
    pub import: Seq,
    /// The bank file's name.
    pub file: String,
    /// What they are: the word of the format.
    pub kind: &'static str,
    /// The same in Chinese.
    pub chinese: &'static str,
    /// Their entries.
    pub entries: Vec<Seq>,
    /// Their sum, as far as it can be told.
    pub total: Money,
}

const fn kind_of(exception: &Exception) -> (&'static str, &'static str) {
    match &exception.waiting {
        Waiting::Response { outcome, .. } => (outcome.word(), outcome.chinese()),
        Waiting::Return { outcome } => (outcome.word(), outcome.chinese()),
        Waiting::Statement { .. } => {
            let outcome = StatementOutcome::Unmatched;
            (outcome.word(), outcome.chinese())
        }
    }
}

/// Everything that waits, by the file it came in and by kind, in the order of the entries.
#[must_use]
pub fn heaps(books: &Books) -> Vec<Heap> {
    let mut imports: Vec<_> = books.bank.files.values().collect();
    imports.sort_by_key(|file| file.at);
    let mut heaps: Vec<Heap> = Vec::new();
    for (entry, exception) in &books.bank.exceptions {
        // The lines of an import follow its own entry, before any other act.
        let import = imports.iter().rev().find(|file| file.at < *entry);
        let (at, name) = import.map_or((Seq(0), ""), |file| (file.at, file.name.as_str()));
        let (kind, chinese) = kind_of(exception);
        let known = heaps.iter_mut().find(|heap| heap.import == at && heap.kind == kind);
        match known {
            Some(heap) => {
                heap.entries.push(*entry);
                heap.total = heap.total.checked_add(exception.amount).unwrap_or(heap.total);
            }
            None => heaps.push(Heap {
                import: at,
                file: name.to_owned(),
                kind,
                chinese,
                entries: vec![*entry],
                total: exception.amount,
            }),
        }
    }
    heaps
}

/// True of a decision that says of a payment how it ended.
#[must_use]
pub const fn names_payment(decision: Decision) -> bool {
    match decision {
        Decision::Settled | Decision::Failed | Decision::Returned => true,
        Decision::Cleared | Decision::NoEffect => false,
    }
}

/// What is decided about each exception of a heap.
pub struct Deciding {
    /// What it is.
    pub decision: Decision,
    /// Why.
    pub reason: String,
    /// Digest of the proof.
    pub evidence: Digest,
    /// Day of posting in our books.
    pub booked: Date,
}

impl Deciding {
    fn act(&self, entry: Seq, exception: &Exception) -> Body {
        Body::ExceptionResolved(ExceptionResolved {
            booked: self.booked,
            decision: self.decision,
            entry,
            evidence: self.evidence,
            movement: None,
            reason: self.reason.clone(),
            reference: exception.reference.clone().filter(|_| names_payment(self.decision)),
        })
    }
}

/// Decides about every exception of a heap, one act each. All are tried out before the first is signed; what was signed
/// when the machine fails stays, and the same call goes on with the rest.
///
/// # Errors
/// A rule says no to one of them (none was signed then), or the machine fails.
pub fn resolve(
    desk: &mut Desk,
    key: &dyn Signer,
    heap: &Heap,
    deciding: &Deciding,
    dry_run: bool,
) -> Result<Vec<Receipt>, Failure> {
    let mut acts = Vec::with_capacity(heap.entries.len());
    for entry in &heap.entries {
        let exception = desk.books().bank.exceptions.get(entry);
        let exception = exception.ok_or(Rejection::ExceptionUnknown { entry: *entry })?;
        acts.push((deciding.act(*entry, exception), Vec::new()));
    }
    if let Err((place, why)) = try_each(desk.office(), key_id(&key.public()), &acts) {
        let entry = heap.entries.get(place).map(|entry| format!("第{entry}条记录的存疑"));
        return Err(about(&entry.unwrap_or_default(), why));
    }
    let mut receipts = Vec::new();
    for (body, _) in acts.into_iter().filter(|_| !dry_run) {
        receipts.push(desk.sign(key, body)?);
    }
    Ok(receipts)
}
