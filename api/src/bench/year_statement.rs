//! `bench reconcile`, its second half: a year's statement of one account read and matched against everything that the books
//! expect of sixty batches. Amounts are few, as standards are, so amounts alone tell hardly any row apart.

use std::collections::HashMap;

use ledger::answer::StatementOutcome;
use ledger::ids::{BatchCode, Digest, PaymentRef};
use ledger::money::Money;
use ledger::period::Date;
use reconcile::bank_simulator::{Account, Booking, StatementForm};
use reconcile::detect::detect;
use reconcile::opened::Opened;
use reconcile::profile::Profile;
use reconcile::statement::{self, BankMovement, match_statement};
use serde_json::{Value, json};

use super::measure::{micros, timed};
use crate::demo::county::payees;
use crate::failure::Failure;

const SEED: u64 = 20_201_231;
const BATCHES: usize = 60;
const OWN: &str = "6222000000000000";
const FIRST: &str = "2020-01-01";
const LAST: &str = "2020-12-31";

/// A year with about so many rows: of each batch a debit, one credit for what failed, and returns one by one.
///
/// # Errors
/// The simulated bank cannot write it.
pub fn subject(rows: usize) -> Result<Value, Failure> {
    let (first, last) = (day(FIRST)?, day(LAST)?);
    let (account, movements) = year(rows, first)?;
    let file = account.statement(StatementForm::Ccb, first, last);
    let file = file.map_err(|why| not_made(&why.to_string()))?;
    let profiles = Profile::built_in();
    let nothing: HashMap<Digest, u32> = HashMap::new();
    let work = || -> Result<_, Failure> {
        let opened = Opened::here(&file.name, &file.bytes);
        let opened = opened.map_err(|why| Failure::Problems(vec![why]))?;
        let found = detect(&opened, None, &profiles);
        let (_, layout) = found.map_err(Failure::Problems)?;
        let read = statement::read(layout, &opened, OWN);
        let read = read.map_err(Failure::Problems)?;
        Ok(match_statement(OWN, &read.rows, &movements, &nothing))
    };
    let (report, time) = timed(work)?;
    let is_cleared = |outcome: &StatementOutcome| *outcome != StatementOutcome::Unmatched;
    let cleared = report.outcomes.iter().filter(|row| is_cleared(&row.outcome)).count();
    Ok(json!({
        "rows": report.outcomes.len(), "movements": movements.len(), "cleared": cleared,
        "outstanding": report.outstanding.len(), "micros": micros(time),
    }))
}

fn year(rows: usize, first: Date) -> Result<(Account, Vec<BankMovement>), Failure> {
    let returns = (rows / BATCHES).saturating_sub(2);
    let mut account = Account::open(OWN, Money::from_fen(1_000_000_000_000));
    let mut movements = Vec::with_capacity(rows);
    let mut everybody = payees(SEED, returns * BATCHES).into_iter();
    for (nth, week) in (0..BATCHES).zip((0..).step_by(6)) {
        let batch = format!("Y{nth:04}").parse::<BatchCode>();
        let batch = batch.map_err(|why| not_made(&why.to_string()))?;
        let paid = first.plus_days(week).ok_or_else(|| not_made(FIRST))?;
        let lump = |kind, fen| movement(kind, Money::from_fen(fen), paid, &batch);
        let debit = lump(StatementOutcome::BatchDebit, 100_000_000);
        let failed = lump(StatementOutcome::FailureCredit, 40_400);
        for (movement, sign, summary) in [(&debit, -1, "批量代发"), (&failed, 1, "代发失败退回")]
        {
            account.book(Booking {
                date: paid,
                change: Money::from_fen(movement.amount.fen() * sign),
                counterparty_name: "代发业务过渡户".to_owned(),
                counterparty_account: String::new(),
                summary: summary.to_owned(),
                remark: format!("批次{batch}"),
            });
        }
        movements.extend([debit, failed]);
        for (line, (name, number)) in (1..).zip(everybody.by_ref().take(returns)) {
            let mut back = movement(
                StatementOutcome::ReturnCredit,
                Money::from_fen(5_000 + i64::from(line % 40) * 500),
                paid,
                &batch,
            );
            back.reference = PaymentRef::new(batch.clone(), line);
            back.id = format!("return:{batch}{line:07}");
            account.book(Booking {
                date: paid
                    .plus_days(u16::try_from(line % 5).unwrap_or(0))
                    .ok_or_else(|| not_made(FIRST))?,
                change: back.amount,
                counterparty_name: name.clone(),
                counterparty_account: if line % 4 == 0 { String::new() } else { number.clone() },
                summary: "退汇".to_owned(),
                remark: "账户已销户".to_owned(),
            });
            back.name = Some(name);
            back.account_no = Some(number);
            movements.push(back);
        }
    }
    Ok((account, movements))
}

fn movement(kind: StatementOutcome, amount: Money, date: Date, batch: &BatchCode) -> BankMovement {
    BankMovement {
        id: format!("{}:{batch}", kind.word()),
        kind,
        amount,
        date,
        batch: Some(batch.clone()),
        reference: None,
        account_no: None,
        name: None,
    }
}

fn day(text: &str) -> Result<Date, Failure> {
    text.parse().map_err(|_| not_made(text))
}

fn not_made(what: &str) -> Failure {
    Failure::Machine {
        code: "bench.part".to_owned(),
        text: format!("压测没有做完：{what}。"),
        exit: 3,
    }
}
