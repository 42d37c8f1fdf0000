//! Acts that would pay twice, take back twice or settle less than was sent, each as well made as its maker can make it.

use ledger::books::payments::Payment;
use ledger::ids::PaymentRef;
use ledger::period::Period;
use serde_json::{Value, json};
use tests::given::{County, Saying, bank};

use super::dice::Dice;
use super::office::{Proposed, say};

/// Any payment there ever was.
fn any_payment(county: &County, dice: &mut Dice<'_>) -> Option<(PaymentRef, Payment)> {
    let payments = &county.ledger.books.payments;
    dice.pick(payments.batches.keys().flat_map(|code| payments.references(code)))
}

/// A roster line for that payment's entitlement as it stands today.
fn line_again(county: &County, payment: &Payment, period: Period) -> Option<Value> {
    let books = &county.ledger.books;
    let parts = books.cases.entitlements.get(&payment.entitlement)?.due(period)?;
    let fen: i64 = parts.iter().map(|part| part.amount_fen.fen()).sum();
    let payee = books.people.persons.get(&payment.payee)?;
    let fund = &payment.sources.first()?.fund;
    let changes = books.people.changes.iter();
    let mut own =
        changes.filter(|(_, c)| c.approved && Some(c.changed.new.account) == payee.account);
    let mut line = json!({
        "account": payee.account?, "amount_fen": fen, "entitlement": payment.entitlement,
        "parts": parts, "payee": payment.payee, "sources": [{ "amount_fen": fen, "fund": fund }],
    });
    if let Some((change, _)) = own.next() {
        line["change"] = json!(change);
    }
    Some(line)
}

fn roster(county: &County, of: &PaymentRef, kind: &str, line: Value) -> Proposed {
    let batch = county.ledger.books.payments.batches.get(of.batch())?;
    let code = format!("T{:04}", county.ledger.books.height % 10_000);
    let (period, scheme) = (batch.period, &batch.scheme);
    let body = json!({ "batch": code, "kind": kind, "period": period, "scheme": scheme });
    Some(Saying::new("maker", "roster.drawn", body).line("roster", line))
}

/// The same month of an entitlement once more, as if it had been forgotten.
pub fn pay_again(county: &County, dice: &mut Dice<'_>) -> Proposed {
    let (reference, payment) = any_payment(county, dice)?;
    let period = county.ledger.books.payments.batches.get(reference.batch())?.period;
    roster(county, &reference, "supplementary", line_again(county, &payment, period)?)
}

/// A reissue of whatever payment, whether or not it failed or was reissued.
pub fn reissue_anything(county: &County, dice: &mut Dice<'_>) -> Proposed {
    let (reference, payment) = any_payment(county, dice)?;
    let period = county.ledger.books.payments.batches.get(reference.batch())?.period;
    let mut line = line_again(county, &payment, period)?;
    line["reissue_of"] = json!(reference);
    roster(county, &reference, "reissue", line)
}

/// A final answer for any payment, now and then with a little less than was sent.
pub fn answer_anything(county: &County, dice: &mut Dice<'_>) -> Proposed {
    let (reference, payment) = any_payment(county, dice)?;
    let batch = county.ledger.books.payments.batches.get(reference.batch())?;
    let booked = dice.day_from(county, batch.released.as_ref()?.date);
    let body = json!({
        "batch": reference.batch(), "booked": booked, "file_name": "回盘.csv",
        "file": format!("#again {}", county.ledger.books.height), "profile": "icbc-batch@1",
    });
    let fen = payment.amount.fen() - i64::from(dice.one_in(2));
    let (outcome, reason) =
        if dice.one_in(3) { ("failed", Some("other")) } else { ("settled", None) };
    let mut line = bank::answer(&reference.to_string(), fen, outcome, reason);
    line["answered"] = json!(booked);
    Some(Saying::new("reconciler", "response.imported", body).line("response", line))
}

/// Money back for any payment: a return, or a receipt under any order, for any amount.
pub fn take_back_anything(county: &County, dice: &mut Dice<'_>) -> Proposed {
    let books = &county.ledger.books;
    if dice.one_in(2)
        && let Some((act, order)) = dice.pick(&books.payments.recoveries)
    {
        let fen = order.ordered.amount_fen.fen();
        return say(
            "reconciler",
            "recovery.received",
            json!({
                "amount_fen": if dice.one_in(2) { fen } else { dice.fen() },
                "date": dice.day_from(county, order.ordered.date), "order": act,
            }),
        );
    }
    let (reference, payment) = any_payment(county, dice)?;
    let released = books.payments.batches.get(reference.batch())?.released.as_ref()?;
    let booked = dice.day_from(county, payment.answer.map_or(released.date, |a| a.booked));
    let body = json!({
        "account": released.account, "booked": booked, "file_name": "退汇.csv",
        "file": format!("#back {}", books.height), "profile": "icbc-batch@1",
    });
    let fen = payment.amount.fen() - i64::from(dice.one_in(4));
    Some(Saying::new("reconciler", "returns.imported", body).line(
        "return",
        json!({
            "amount_fen": fen, "outcome": "returned", "reason": "dormant", "reference": reference,
            "returned": booked, "row": 1,
        }),
    ))
}
