//! `bench reconcile`: a response file of a bank read and matched against the payments it answers. The bank is the simulator,
//! which reads our payment file; the peer is `DuckDB` with the same bytes, the same join and the same comparison.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use exports::payment_file::{PaymentFileTerms, PaymentLine, write};
use ledger::ids::{BatchCode, PaymentRef};
use ledger::money::Money;
use ledger::period::Date;
use reconcile::bank_simulator::{Account, BankFile, Chance, Product, Script};
use reconcile::detect::detect;
use reconcile::matcher::{Booked, Expectation, match_file};
use reconcile::opened::Opened;
use reconcile::profile::Profile;
use reconcile::response;
use reconcile::text::decode;
use serde_json::{Value, json};

use super::measure::timed;
use crate::demo::county::payees;
use crate::failure::Failure;

const SEED: u64 = 20_201_012;
const BATCH: &str = "D20A0";
const DAY: &str = "2020-10-12";
/// The payments as the peer reads them: reference, account, name and amount in yuan, UTF-8.
const PAYMENTS: &str = "payments.csv";
/// The bank's answer, GB18030.
const REPLY: &str = "reply.csv";
/// How often one process does it; the middle one counts, for the peer as well: the first pays for fresh memory.
const PASSES: usize = 3;
/// The peer's program.
const PEER: &str = include_str!("duckdb-reconcile.py");

/// Makes the payments and has the simulated bank answer them: two in a hundred fail.
///
/// # Errors
/// A file cannot be written, or the bank refuses ours.
pub fn make(dir: &Path, count: usize) -> Result<(), Failure> {
    let (batch, date) = (batch()?, day()?);
    let mut lines = Vec::with_capacity(count);
    let mut csv = String::from("reference,account,name,amount\n");
    for (line, (name, account_no)) in (1..).zip(payees(SEED, count)) {
        let reference = PaymentRef::new(batch.clone(), line);
        let reference = reference.ok_or_else(|| Failure::usage("一个批次至多9999999笔。"))?;
        let amount = Money::from_fen(10_000 + i64::from(line % 977) * 50);
        let _ = writeln!(csv, "{reference},{account_no},{name},{}", amount.to_yuan());
        lines.push(PaymentLine {
            reference,
            account_no,
            payee: name.clone(),
            name,
            bank_name: String::new(),
            bank_number: String::new(),
            amount,
            id_no: None,
        });
    }
    let total = Money::total(lines.iter().map(|line| line.amount)).unwrap_or_default();
    let terms = PaymentFileTerms {
        batch: &batch,
        date,
        unit: "1023",
        teller: "0001",
        attempt: 1,
        period: date.period(),
        stated: &[],
        count: u32::try_from(count).unwrap_or(u32::MAX),
        total,
    };
    let profile = profile("icbc-batch")?;
    let request = write(&profile, &terms, &lines);
    let request = request.map_err(|why| not_made(&format!("{} 处问题", why.len())))?;
    let mut account = Account::open("6222000000000000", total);
    let script = Script {
        today: date,
        unit: "1023".to_owned(),
        teller: "0001".to_owned(),
        remark: format!("批次{BATCH}"),
        fates: Vec::new(),
        chance: Some(Chance { seed: SEED, fails_per_mille: 20, returns_per_mille: 0 }),
    };
    let answered = account.process(Product::IcbcCsv, &request.bytes, &script);
    let answered = answered.map_err(|why| not_made(&why.to_string()))?;
    let [BankFile { bytes, .. }] = answered.replies.as_slice() else {
        return Err(not_made("银行没有恰好一份回盘"));
    };
    save(&dir.join(PAYMENTS), csv.as_bytes())?;
    save(&dir.join(REPLY), bytes)
}

/// Reads and matches: from the bank's bytes to outcomes that are ready to sign. Loading the payments is not counted.
///
/// # Errors
/// A file cannot be read, or is not what [`make`] wrote.
pub fn subject(dir: &Path) -> Result<Value, Failure> {
    let expectations = expectations(dir)?;
    let bytes = load(&dir.join(REPLY))?;
    let profiles = Profile::built_in();
    let given = response::Given { batch: None, answered_on: Some(day()?) };
    let work = || -> Result<_, Failure> {
        let opened = Opened::here(REPLY, &bytes);
        let opened = opened.map_err(|why| Failure::Problems(vec![why]))?;
        let (_, layout) = detect(&opened, None, &profiles).map_err(Failure::Problems)?;
        let file = response::read(layout, &opened, &given).map_err(Failure::Problems)?;
        let report = match_file(&expectations, &file);
        Ok((file, report))
    };
    let mut answers = Vec::new();
    let mut times = Vec::new();
    for _ in 0..PASSES {
        // What a pass made is dropped after its time was taken, as the peer drops its table.
        let ((file, report), time) = timed(work)?;
        let finals = report.outcomes.iter().filter(|outcome| outcome.outcome.is_final()).count();
        answers.push((file.lines.len(), finals, report.unanswered.len()));
        times.push(time);
    }
    times.sort_unstable();
    let time = times.get(PASSES / 2).copied().unwrap_or_default();
    let (lines, finals, unanswered) = answers.first().copied().unwrap_or_default();
    Ok(json!({
        "lines": lines, "final": finals, "unanswered": unanswered,
        "micros": super::measure::micros(time),
    }))
}

/// The floor: the same bytes decoded, and their rows and separators found, on one core.
///
/// # Errors
/// The file cannot be read.
pub fn floor(dir: &Path) -> Result<Duration, Failure> {
    let bytes = load(&dir.join(REPLY))?;
    let work = || -> Result<usize, Failure> {
        let text = decode(&bytes, reconcile::text::Encoding::Gb18030);
        let text = text.map_err(|_| not_made("回盘不是GB18030"))?;
        Ok(text.split('\n').map(|row| row.split(',').count()).sum())
    };
    let (_, time) = timed(work)?;
    Ok(time)
}

/// The peer with the same files, two threads: its own document, or why there is none.
///
/// # Errors
/// It started and did not finish.
pub fn peer(dir: &Path, python: &str) -> Result<Value, Failure> {
    let mut command = Command::new(python);
    command.args(["-c", PEER]).arg(dir).stderr(Stdio::inherit());
    let output = command.output().map_err(|why| not_made(&format!("{python}没有启动：{why}")))?;
    serde_json::from_slice(&output.stdout).map_err(|_| not_made("DuckDB一方没有做完"))
}

fn expectations(dir: &Path) -> Result<Vec<Expectation>, Failure> {
    let text = load(&dir.join(PAYMENTS))?;
    let text = String::from_utf8(text).map_err(|_| not_made(PAYMENTS))?;
    let instructed_on = day()?;
    let expectation = |row: &str| {
        let mut parts = row.split(',');
        Some(Expectation {
            reference: parts.next()?.parse().ok()?,
            account_no: parts.next()?.into(),
            name: parts.next()?.into(),
            amount: Money::parse_yuan(parts.next()?).ok()?,
            instructed_on,
            state: Booked::Awaiting,
        })
    };
    let read = text.lines().skip(1).map(expectation);
    read.collect::<Option<Vec<_>>>().ok_or_else(|| not_made(PAYMENTS))
}

fn profile(id: &str) -> Result<Profile, Failure> {
    let found = Profile::built_in().into_iter().find(|profile| profile.id == id);
    found.ok_or_else(|| not_made(id))
}

fn batch() -> Result<BatchCode, Failure> {
    BATCH.parse().map_err(|_| not_made(BATCH))
}

fn day() -> Result<Date, Failure> {
    DAY.parse().map_err(|_| not_made(DAY))
}

fn load(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|why| Failure::file(path, &why))
}

fn save(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(path, bytes).map_err(|why| Failure::file(path, &why))
}

fn not_made(what: &str) -> Failure {
    Failure::Machine {
        code: "bench.part".to_owned(),
        text: format!("压测没有做完：{what}。"),
        exit: 3,
    }
}
