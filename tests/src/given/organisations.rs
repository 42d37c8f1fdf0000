//! Invented organisations, with codes whose check characters hold.

use ledger::check_digits::{NotCreditCode, check_credit_code};
use serde_json::{Value, json};

/// A valid unified social credit code of an organisation that does not exist, in the county that does not exist.
///
/// # Panics
/// For a number of more than seven digits.
#[must_use]
pub fn credit_code(n: u32) -> String {
    let body = format!("91990101MA{n:07}");
    match check_credit_code(&format!("{body}0")) {
        Ok(()) => format!("{body}0"),
        Err(NotCreditCode::CheckCharacter { expected }) => format!("{body}{expected}"),
        Err(NotCreditCode::Form) => panic!("{n} has more than seven digits"),
    }
}

/// The body that registers organisation `n`, whose id and account are `$organisation{n}` and `$account.org{n}`.
#[must_use]
pub fn registration(n: u32, kind: &str, name: &str) -> Value {
    json!({
        "account": {
            "account": format!("$account.org{n}"), "bank": "清河农商行",
            "number_commit": format!("#account of organisation {n}"),
        },
        "division": "990101001", "evidence": "#certificate", "kind": kind, "name": name,
        "organisation": format!("$organisation{n}"), "uscc": credit_code(n),
    })
}
