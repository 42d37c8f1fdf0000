//! `bench start`: a ledger opened as for work, and its first answer: what a fund holds and where a payment stands.

use std::path::Path;

use ledger::books::postings::Account;
use ledger::ids::PaymentRef;
use ledger::log::Log;
use ledger::money::Money;
use serde_json::{Value, json};

use super::county::Taking as _;
use super::ledger::{Judged, trust};
use super::payees::{SCHEMES, code};
use crate::failure::Failure;

/// Opens the log alone and says how many entries it has: the floor of a start.
///
/// # Errors
/// It does not open.
pub fn open_log(dir: &Path) -> Result<u64, Failure> {
    let trust = trust(dir)?;
    Ok(Log::open_for_audit(dir, &trust.log_key)?.head().size)
}

/// Opens the ledger and answers.
///
/// # Errors
/// It does not open.
pub fn first_answer(dir: &Path) -> Result<Value, Failure> {
    let judged = Judged::open(dir)?;
    let books = judged.books();
    let balances = SCHEMES.iter().map(|scheme| {
        let account = Account::Bank(code(scheme.account), code(scheme.fund));
        books.postings.balance(&account)
    });
    let total = Money::total(balances).unwrap_or_default();
    let last = books.payments.batches.keys().next_back().cloned();
    let reference = last.and_then(|batch| PaymentRef::new(batch, 1));
    let state = reference.as_ref().and_then(|reference| books.payments.state(reference));
    Ok(json!({
        "height": books.height,
        "balance_fen": total,
        "payment": reference,
        "state": state.map(ledger::books::payments::PaymentState::chinese),
    }))
}
