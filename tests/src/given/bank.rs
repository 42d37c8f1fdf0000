//! What the bank of the small county sends: answers to a batch, returns, statements that show what the books expect.

use ledger::books::Books;
use ledger::books::bank::{Movement, Statements};
use ledger::ids::BankAccountCode;
use ledger::money::Money;
use serde_json::{Value, json};

use super::Saying;

/// The statement of one programme account from a day to a day: what is not shown yet of what the books expect by then,
/// then `extra` rows that the books know nothing of. `file` names its digest.
///
/// # Panics
/// If the account is not one of the books, or a sum leaves the range of money.
#[must_use]
pub fn statement(
    books: &Books,
    account: &str,
    (from, until): (&str, &str),
    extra: &[i64],
    file: &str,
) -> Saying {
    let code: BankAccountCode = account.parse().expect("a code of the county");
    let day = until.parse().expect("a day");
    let known = books.bank.statements.get(&code).and_then(Statements::balance);
    let opening = known.unwrap_or(Money::ZERO);
    let shown = |movement: &Movement| {
        let is_open = movement.cleared.is_none() && movement.reversed.is_none();
        movement.account == code && movement.date <= day && is_open
    };
    let mut movements: Vec<_> =
        books.bank.movements.iter().filter(|(_, movement)| shown(movement)).collect();
    movements.sort_by_key(|(_, movement)| (movement.date, movement.at));
    let known = movements
        .into_iter()
        .map(|(key, movement)| (movement.amount.fen(), movement.kind.word(), Some(key.clone())));
    let unknown = extra.iter().map(|fen| (*fen, "unmatched", None));
    let mut balance = opening.fen();
    let mut saying = Saying::new("reconciler", "statement.imported", Value::Null);
    for (row, (amount, outcome, movement)) in (1_u32..).zip(known.chain(unknown)) {
        balance = balance.checked_add(amount).expect("the county is small");
        let mut line = json!({
            "amount_fen": amount,
            "balance_fen": balance,
            "date": until,
            "fingerprint": format!("#{file} {row}"),
            "outcome": outcome,
            "row": row,
        });
        if let (Some(movement), Some(line)) = (movement, line.as_object_mut()) {
            line.insert("movement".to_owned(), json!(movement));
        }
        saying = saying.line("statement", line);
    }
    saying.body = json!({
        "account": account,
        "closing_fen": balance,
        "file": format!("#{file}"),
        "file_name": format!("{file}.csv"),
        "from": from,
        "opening_fen": opening.fen(),
        "profile": "stmt-icbc@1",
        "until": until,
    });
    saying
}

/// One answer of a response file.
#[must_use]
pub fn answer(reference: &str, amount_fen: i64, outcome: &str, reason: Option<&str>) -> Value {
    let mut line = json!({
        "amount_fen": amount_fen,
        "answered": "2020-10-12",
        "outcome": outcome,
        "reference": reference,
        "row": 1,
        "rule": "reference",
    });
    if let (Some(reason), Some(line)) = (reason, line.as_object_mut()) {
        line.insert("reason".to_owned(), json!(reason));
    }
    line
}
