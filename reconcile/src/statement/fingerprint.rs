//! The one function that says when two statement rows are the same row, so that overlapping files add nothing.

use ledger::ids::Digest;
use sha2::{Digest as _, Sha256};

use super::StatementRow;
use crate::names::account_key;

/// SHA-256 over the label `doudi/statement-row/v1` and, each behind its length in bytes (eight bytes, big-endian):
/// our account, the bank's serial number or else the date, debit, credit and balance in fen, the other side's
/// name and account, and the summary. The remark stays out: banks shorten it from one export to the next.
#[must_use]
pub fn fingerprint(account_no: &str, row: &StatementRow) -> Digest {
    let mut hash = Sha256::new();
    let mut put = |text: &str| {
        let length = u64::try_from(text.len()).unwrap_or(u64::MAX);
        hash.update(length.to_be_bytes());
        hash.update(text.as_bytes());
    };
    put("doudi/statement-row/v1");
    put(&account_key(account_no));
    match &row.serial {
        Some(serial) => put(serial),
        None => put(&row.date.to_string()),
    }
    for amount in [row.debit, row.credit, row.balance] {
        put(&amount.fen().to_string());
    }
    put(&row.counterparty_name);
    put(&row.counterparty_account);
    put(&row.summary);
    Digest(hash.finalize().into())
}
