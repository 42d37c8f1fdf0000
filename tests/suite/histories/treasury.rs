//! Plausible acts about money going out: rosters on their way, the bank's answers, statements, recoveries, closing.

use ledger::act::payments::RosterKind;
use ledger::answer::Reason;
use ledger::books::bank::Waiting;
use ledger::books::payments::{Batch, BatchStage, PaymentState};
use ledger::ids::{BatchCode, PaymentRef};
use ledger::views::due;
use serde_json::json;
use tests::given::{County, Saying, bank, paying};

use super::dice::{Dice, open_month};
use super::office::{Proposed, say};

/// Which funds may pay a scheme; the last pair may not.
const PAYERS: &[(&str, &[&str])] = &[
    ("DB", &["F-DB", "F-SB"]),
    ("DB", &["F-TC"]),
    ("TK", &["F-DB"]),
    ("LS", &["F-TC"]),
    ("LS", &["F-BY"]),
    ("LS", &["F-DB"]),
];

pub fn roster(county: &County, dice: &mut Dice<'_>) -> Proposed {
    let books = &county.ledger.books;
    let month = open_month(county);
    let mut possible = Vec::new();
    for (scheme, funds) in PAYERS {
        let scheme = scheme.parse().unwrap();
        let funds: Vec<_> = funds.iter().map(|fund| fund.parse().unwrap()).collect();
        for month in [month, month.previous()] {
            for kind in [RosterKind::Regular, RosterKind::Reissue] {
                let proposal = due::propose(books, &scheme, month, kind, &funds);
                if !proposal.lines.is_empty() {
                    possible.push((scheme.clone(), month, kind, proposal));
                }
            }
        }
    }
    let (scheme, month, kind, proposal) = dice.pick(possible)?;
    let batch = format!("H{:04}", books.height % 10_000);
    let body = json!({ "batch": batch, "kind": kind, "period": month, "scheme": scheme });
    let saying = Saying::new("maker", "roster.drawn", body);
    let line = |saying: Saying, line| saying.line("roster", json!(line));
    Some(proposal.lines.iter().filter(|line| !line.sources.is_empty()).fold(saying, line))
}

/// The next step of a batch that is on its way.
pub fn approval(county: &County, dice: &mut Dice<'_>) -> Proposed {
    let batches = county.ledger.books.payments.batches.iter();
    let on_the_way =
        batches.filter(|(_, b)| !matches!(b.stage, BatchStage::Released | BatchStage::Withdrawn));
    let (code, batch) = dice.pick(on_the_way)?;
    let mut body = json!({ "batch": code, "root": batch.root, "roster": batch.roster });
    if dice.one_in(12) {
        return say(
            "maker",
            "roster.withdrawn",
            json!({
                "batch": code, "reason": "误造", "roster": batch.roster,
            }),
        );
    }
    match batch.stage {
        BatchStage::Drawn => say("checker", "roster.checked", body),
        BatchStage::Checked => say("finance", "roster.finance_reviewed", body),
        BatchStage::Reviewed => {
            body["total_fen"] = json!(batch.total);
            say("approver", "roster.approved", body)
        }
        BatchStage::Approved => say(
            "payer",
            "payment_file.released",
            json!({
                "account": account_of(county, batch)?, "batch": code, "count": batch.len(),
                "date": dice.day(county), "file": format!("#file {code}"),
                "file_name": format!("{code}.csv"), "profile": "icbc-batch@1", "root": batch.root,
                "total_fen": batch.total,
            }),
        ),
        BatchStage::Released | BatchStage::Withdrawn => None,
    }
}

fn account_of(county: &County, batch: &Batch) -> Option<String> {
    let mut fund = None;
    batch.sources(1, &mut |source, _| fund = fund.take().or_else(|| Some(source.clone())));
    county.ledger.books.funds.account_of(&fund?).map(ToString::to_string)
}

fn payments_in(county: &County, state: PaymentState) -> Vec<(BatchCode, PaymentRef, i64)> {
    let payments = &county.ledger.books.payments;
    let batches = payments.batches.iter();
    let found = batches.filter(|(_, b)| b.released.is_some()).flat_map(|(code, _)| {
        payments.references(code).filter_map(move |(reference, payment)| {
            let fits = payment.state(true) == state;
            fits.then(|| (code.clone(), reference, payment.amount.fen()))
        })
    });
    found.collect()
}

pub fn response(county: &County, dice: &mut Dice<'_>) -> Proposed {
    let waiting = payments_in(county, PaymentState::Instructed);
    let answered = payments_in(county, PaymentState::Settled);
    let all = if dice.one_in(8) { answered } else { waiting };
    let (batch, ..) = dice.pick(all.iter())?.clone();
    let released = county.ledger.books.payments.batches.get(&batch)?.released.as_ref()?;
    let booked = dice.day_from(county, released.date);
    let body = json!({
        "batch": batch, "booked": booked, "file": format!("#response {}", county.ledger.books.height),
        "file_name": "回盘.csv", "profile": "icbc-batch@1",
    });
    let mut saying = Saying::new("reconciler", "response.imported", body);
    for (row, (_, reference, fen)) in (1..).zip(all.iter().filter(|(code, ..)| *code == batch)) {
        let reason = Reason::ALL[dice.below(Reason::ALL.len())];
        let (outcome, fen, reason) = match dice.below(12) {
            0..=5 => ("settled", *fen, None),
            6 | 7 => ("failed", *fen, Some(reason)),
            8 => (["pending", "unknown"][dice.below(2)], *fen, None),
            9 => ("partial", fen - 1, None),
            10 => {
                (["discrepant", "conflicting", "repeated", "ambiguous"][dice.below(4)], *fen, None)
            }
            _ => continue,
        };
        let mut line = bank::answer(&reference.to_string(), fen, outcome, None);
        line["answered"] = json!(booked);
        line["row"] = json!(row);
        if let Some(reason) = reason {
            line["reason"] = json!(reason);
        }
        saying = saying.line("response", line);
    }
    if dice.one_in(6) {
        saying = saying.line(
            "response",
            json!({
                "amount_fen": dice.fen(), "answered": booked, "outcome": "unmatched", "row": 99,
                "rule": "none",
            }),
        );
    }
    Some(saying)
}

pub fn returns(county: &County, dice: &mut Dice<'_>) -> Proposed {
    let settled = payments_in(county, PaymentState::Settled);
    let (batch, reference, fen) = dice.pick(settled)?;
    let released = county.ledger.books.payments.batches.get(&batch)?.released.as_ref()?;
    let (_, payment) = county.ledger.books.payments.find(&reference)?;
    let booked = dice.day_from(county, payment.answer?.booked);
    let outcome = ["returned", "returned", "returned", "discrepant", "conflicting", "repeated"];
    let reason = Reason::ALL[dice.below(Reason::ALL.len())];
    let body = json!({
        "account": released.account, "booked": booked, "file_name": "退汇.csv",
        "file": format!("#returns {}", county.ledger.books.height), "profile": "icbc-batch@1",
    });
    Some(Saying::new("reconciler", "returns.imported", body).line(
        "return",
        json!({
            "amount_fen": fen, "outcome": outcome[dice.below(outcome.len())], "reason": reason,
            "reference": reference, "returned": booked, "row": 1,
        }),
    ))
}

pub fn statement(county: &County, dice: &mut Dice<'_>) -> Proposed {
    let books = &county.ledger.books;
    let month = open_month(county);
    let lacks = |account: &&ledger::ids::BankAccountCode| {
        let known = books.bank.statements.get(*account);
        known.and_then(|known| known.balance_on(month.last_day())).is_none()
    };
    let lacking: Vec<_> = books.funds.accounts.keys().filter(lacks).collect();
    if lacking.is_empty() && !dice.one_in(6) {
        return None;
    }
    let account = if lacking.is_empty() || dice.one_in(5) {
        dice.pick(books.funds.accounts.keys())?
    } else {
        dice.pick(lacking)?
    };
    let until = if dice.one_in(6) { dice.day(county) } else { month.last_day() };
    let (from, until) = (month.first_day().to_string(), until.to_string());
    let extra = if dice.one_in(8) { vec![dice.fen()] } else { Vec::new() };
    let file = format!("{account} {}", books.height);
    Some(bank::statement(books, account.as_str(), (&from, &until), &extra, &file))
}

pub fn exception(county: &County, dice: &mut Dice<'_>) -> Proposed {
    let bank = &county.ledger.books.bank;
    let (entry, exception) = dice.pick(&bank.exceptions)?;
    let mut body = json!({
        "booked": dice.day(county), "entry": entry, "evidence": "#proof", "reason": "银行来函",
    });
    let mut decide = |decision: &str| body["decision"] = json!(decision);
    match (&exception.waiting, dice.below(4)) {
        (_, 0) => decide("no_effect"),
        (Waiting::Response { batch, .. }, n) => {
            decide(["settled", "failed"][n % 2]);
            let waiting = payments_in(county, PaymentState::Instructed);
            let own = waiting.into_iter().filter(|(code, ..)| code == batch);
            body["reference"] = json!(dice.pick(own)?.1);
        }
        (Waiting::Return { .. }, _) => {
            decide("returned");
            body["reference"] = json!(dice.pick(payments_in(county, PaymentState::Settled))?.1);
        }
        (Waiting::Statement { account }, _) => {
            decide("cleared");
            let open = bank.movements.iter().filter(|(_, m)| {
                m.cleared.is_none() && m.account == *account && m.amount == exception.amount
            });
            body["movement"] = json!(dice.pick(open)?.0);
        }
    }
    say("supervisor", "exception.resolved", body)
}

pub fn undone(county: &County, dice: &mut Dice<'_>) -> Proposed {
    let statements = county.ledger.books.bank.statements.values();
    let rows = statements.flat_map(|known| &known.rows);
    let settled: Vec<_> = rows.filter(|row| row.movement.is_some() || row.without_effect).collect();
    let entry = dice.pick(settled)?.at;
    let body = json!({
        "booked": dice.day(county), "entry": entry, "evidence": "#proof", "reason": "对错了行",
    });
    say("supervisor", "clearing.undone", body)
}

pub fn recovery(county: &County, dice: &mut Dice<'_>) -> Proposed {
    let orders = county.ledger.books.payments.recoveries.iter();
    let open: Vec<_> =
        orders.filter(|(_, order)| order.received < order.ordered.amount_fen).collect();
    if open.is_empty() || dice.one_in(3) {
        let (_, reference, fen) = dice.pick(payments_in(county, PaymentState::Settled))?;
        let (_, payment) = county.ledger.books.payments.find(&reference)?;
        let settled = payment.answer?.booked;
        let fen = if dice.one_in(2) { fen } else { dice.fen().min(fen) };
        return say(
            "supervisor",
            "recovery.ordered",
            json!({
                "amount_fen": fen, "date": dice.day_from(county, settled), "evidence": "#notice", "notice_no": "退1号",
                "reason": "多发", "reference": reference,
            }),
        );
    }
    let (act, order) = dice.pick(open)?;
    let left = order.ordered.amount_fen.fen() - order.received.fen();
    say(
        "reconciler",
        "recovery.received",
        json!({
            "amount_fen": if dice.one_in(2) { left } else { dice.fen().min(left) },
            "date": dice.day_from(county, order.ordered.date), "order": act,
        }),
    )
}

pub fn closing(county: &County, dice: &mut Dice<'_>) -> Proposed {
    let closings = &county.ledger.books.closings;
    if let Some((period, (_, closed))) = closings.closed.iter().next_back()
        && dice.one_in(3)
    {
        return say(
            "writer",
            "bulletin.issued",
            json!({
                "documents": [{ "digest": "#bulletin", "name": "通报.md" }], "height": closed.height,
                "number": "清民通", "period": period,
            }),
        );
    }
    say("accountant", "month.closed", paying::closing(county, open_month(county))?)
}
