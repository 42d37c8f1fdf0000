//! The one function that says when two statement rows are the same row, so that overlapping files add nothing.

use ledger::ids::Digest;
use sha2::{Digest as _, Sha256};

use super::StatementRow;

/// SHA-256 over the label `doudi/statement-row/v2` and, each behind its length in bytes (eight bytes, big-endian):
/// our account's code, the bank's serial number (empty where it gives none), the date, debit, credit and balance in fen.
/// Serial numbers begin anew at some banks, so they do not stand for the date. The other side stays out: the fingerprint
/// stands in the log, where a name must not even be guessable. The running balance tells rows of one day apart.
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

#[cfg(test)]
mod tests {
    use ledger::money::Money;

    use super::{StatementRow, fingerprint};

    fn row(date: &str, serial: Option<&str>) -> StatementRow {
        StatementRow {
            row: 3,
            serial: serial.map(Into::into),
            date: date.parse().unwrap(),
            debit: Money::ZERO,
            credit: Money::from_fen(3_500_000),
            balance: Money::from_fen(5_510_000),
            counterparty_name: "青禾县财政局国库".into(),
            counterparty_account: "".into(),
            summary: "拨款".into(),
            remark: "".into(),
        }
    }

    #[test]
    fn a_serial_number_that_begins_anew_each_month_is_another_row() {
        let same = |one: &StatementRow, other: &StatementRow| {
            fingerprint("ZH-02", one) == fingerprint("ZH-02", other)
        };
        let december = row("2020-12-08", Some("0001"));
        assert!(same(&december, &december.clone()));
        assert!(!same(&december, &row("2021-01-08", Some("0001"))));
        assert!(!same(&december, &row("2020-12-08", Some("0002"))));
        assert!(!same(&row("2020-12-08", None), &row("2020-12-09", None)));
    }
}
