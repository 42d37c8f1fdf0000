//! The one function that says when two statement rows are the same row, so that overlapping files add nothing.

use ledger::ids::Digest;
use sha2::{Digest as _, Sha256};

use super::StatementRow;

/// SHA-256 over the label `doudi/statement-row/v2` and, each behind its length in bytes (eight bytes, big-endian):
/// our account's code, the bank's serial number (empty where it gives none), the date, debit, credit and balance in fen.
/// Serial numbers begin anew at some banks, so they do not stand for the date. The other side stays out: the fingerprint stands in the log, where a name must not even be guessable. The running balance tells
/// rows of one day apart.
#[must_use]
pub fn fingerprint(account: &str, row: &StatementRow) -> Digest {
    let mut hash = Sha256::new();
    let mut put = |text: &str| {
        let length = u64::try_from(text.len()).unwrap_or(u64::MAX);
        hash.update(length.to_be_bytes());
        hash.update(text.as_bytes());
    };
    put("doudi/statement-row/v2");
    put(account);
    put(row.serial.as_deref().unwrap_or_default());
    put(&row.date.to_string());
    for amount in [row.debit, row.credit, row.balance] {
        put(&amount.fen().to_string());
    }
    Digest(hash.finalize().into())
}
