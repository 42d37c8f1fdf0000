//! Real bytes in, words that a clerk can read out: every file under tests/data/bank-files has its
//! outcome beside it. `UPDATE=1 cargo test -p reconcile` writes the outcomes anew; review them as a diff.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use ledger::answer::StatementOutcome;
use ledger::ids::PaymentRef;
use ledger::money::Money;
use ledger::period::Date;
use reconcile::detect::detect;
use reconcile::matcher::{Booked, Expectation, match_file};
use reconcile::opened::Opened;
use reconcile::problem::Problem;
use reconcile::profile::{Direction, Layout, Profile};
use reconcile::response::Given;
use reconcile::returns::match_returns;
use reconcile::statement::{BankMovement, match_statement};
use reconcile::{refund, response, statement};

const OUR_ACCOUNT: &str = "14001000000000000018";

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// The four payments that every case is matched against.
fn payments(state: Booked) -> Vec<Expectation> {
    let payees = [
        ("张测试", "6228480000000000018", 40_400),
        ("李样例", "6217000000000000020", 54_800),
        ("王示范", "6222020000000000034", 245_200),
        ("欧阳测", "6217990000000000048", 10_000),
    ];
    (1..)
        .zip(payees)
        .map(|(line, (name, account_no, fen))| Expectation {
            reference: PaymentRef::new("D20A0".parse().unwrap(), line).unwrap(),
            account_no: account_no.into(),
            name: name.into(),
            amount: Money::from_fen(fen),
            instructed_on: day("2020-10-09"),
            state,
        })
        .collect()
}

fn movements() -> Vec<BankMovement> {
    [
        ("到账", StatementOutcome::FundCredit, 350_400, "2020-10-08"),
        ("批次D20A0", StatementOutcome::BatchDebit, 350_400, "2020-10-09"),
        ("批次D20A0失败", StatementOutcome::FailureCredit, 64_800, "2020-10-09"),
        ("退汇D20A00000001", StatementOutcome::ReturnCredit, 40_400, "2020-10-15"),
    ]
    .map(|(id, kind, fen, date)| BankMovement {
        id: id.to_owned(),
        kind,
        amount: Money::from_fen(fen),
        date: day(date),
        batch: None,
        reference: None,
        account_no: None,
        name: None,
    })
    .to_vec()
}

/// The outcome of one file, in words.
fn outcome(file: &Path) -> String {
    let name = file.file_name().unwrap().to_str().unwrap();
    let bytes = fs::read(file).unwrap();
    let profiles = Profile::built_in();
    let opened = match Opened::here(name, &bytes) {
        Ok(opened) => opened,
        Err(problem) => return told(&[problem]),
    };
    let (profile, layout) = match detect(&opened, None, &profiles) {
        Ok(found) => found,
        Err(problems) => return told(&problems),
    };
    let read = match layout.direction {
        // A payment file is what a clerk picks by mistake.
        Direction::Request | Direction::Reply => read_response(layout, &opened),
        Direction::Refund => read_refund(layout, &opened),
        Direction::Statement => read_statement(layout, &opened),
    };
    let head = format!("档案 {}/{}（{}）\n", profile.id, layout.id, layout.direction.chinese());
    head + &read.unwrap_or_else(|problems| told(&problems))
}

fn told(problems: &[Problem]) -> String {
    let mut text = format!("问题 {}个，一行也不导入\n", problems.len());
    for problem in problems {
        writeln!(text, "{problem}").unwrap();
    }
    text
}

fn read_response(layout: &Layout, opened: &Opened<'_>) -> Result<String, Vec<Problem>> {
    let given =
        Given { batch: Some("D20A0".parse().unwrap()), answered_on: Some(day("2020-10-12")) };
    let file = response::read(layout, opened, &given)?;
    let report = match_file(&payments(Booked::Awaiting), &file);
    let mut text = format!(
        "明细 {}行，应处理 {}，实处理 {}\n",
        file.lines.len(),
        file.total,
        file.settled_total
    );
    for (line, outcome) in file.lines.iter().zip(&report.outcomes) {
        let reference = outcome.reference.as_ref().map(ToString::to_string);
        write!(
            text,
            "第{}行 {} {} {} → {} {}（{}）",
            line.row,
            line.name,
            line.account_no,
            line.amount,
            reference.as_deref().unwrap_or("无引用"),
            outcome.outcome.chinese(),
            outcome.rule.chinese(),
        )
        .unwrap();
        if let Some(reason) = line.reason {
            write!(text, "，{}“{}”", reason.chinese(), line.reason_text()).unwrap();
        }
        if let Some(echoed) = line.echoed_name() {
            write!(text, "，银行户名 {echoed}").unwrap();
        }
        if let Some(row) = report.repeats.get(&line.row) {
            write!(text, "，与第{row}行是同一笔").unwrap();
        }
        if !outcome.differs.is_empty() {
            let differs: Vec<_> =
                outcome.differs.iter().map(reconcile::matcher::Difference::chinese).collect();
            write!(text, "，不同：{}", differs.join("、")).unwrap();
        }
        text.push('\n');
    }
    let unanswered: Vec<_> = report.unanswered.iter().map(ToString::to_string).collect();
    writeln!(text, "未答：{}", shown(&unanswered)).unwrap();
    Ok(text)
}

fn read_refund(layout: &Layout, opened: &Opened<'_>) -> Result<String, Vec<Problem>> {
    let file = refund::read(layout, opened, &Given::default())?;
    let report = match_returns(&payments(Booked::AnsweredSettled), &file.lines);
    let mut text = format!("明细 {}行，退回 {}\n", file.lines.len(), file.total);
    for (line, outcome) in file.lines.iter().zip(&report.outcomes) {
        let reference = outcome.reference.as_ref().map(ToString::to_string);
        writeln!(
            text,
            "第{}行 {} {} {} {} → {} {}（{}），{}“{}”",
            line.row,
            line.name,
            line.account_no,
            line.amount,
            line.returned_on,
            reference.as_deref().unwrap_or("无引用"),
            outcome.outcome.chinese(),
            outcome.rule.chinese(),
            line.reason.chinese(),
            line.reason_text,
        )
        .unwrap();
    }
    Ok(text)
}

fn read_statement(layout: &Layout, opened: &Opened<'_>) -> Result<String, Vec<Problem>> {
    let file = statement::read(layout, opened, OUR_ACCOUNT)?;
    let report = match_statement(OUR_ACCOUNT, &file.rows, &movements(), &HashMap::new());
    let order = if file.latest_first { "倒序" } else { "顺序" };
    let mut text = format!(
        "流水 {}行，期初 {}，期末 {}，{order}\n",
        file.rows.len(),
        file.opening,
        file.closing
    );
    for (row, outcome) in file.rows.iter().zip(&report.outcomes) {
        writeln!(
            text,
            "第{}行 {} {} {} 余额 {} → {} {}",
            row.row,
            row.date,
            row.summary,
            outcome.change,
            row.balance,
            outcome.outcome.chinese(),
            outcome.movement.as_deref().unwrap_or("—"),
        )
        .unwrap();
    }
    writeln!(text, "未达：{}", shown(&report.outstanding)).unwrap();
    Ok(text)
}

fn shown(names: &[String]) -> String {
    if names.is_empty() { "无".to_owned() } else { names.join(" ") }
}

fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/bank-files");
    let folders = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = folders
        .filter(|path| path.is_dir())
        .flat_map(|folder| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()))
        .filter(|path| path.extension().is_none_or(|extension| extension != "expected"))
        .collect();
    files.sort();
    files
}

#[test]
fn every_bank_file_comes_out_as_written_beside_it() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut differing = Vec::new();
    for file in cases() {
        let expected = PathBuf::from(format!("{}.expected", file.display()));
        let outcome = outcome(&file);
        if update {
            fs::write(&expected, &outcome).unwrap();
        } else if fs::read_to_string(&expected).ok().as_deref() != Some(outcome.as_str()) {
            differing.push(format!("{}:\n{outcome}", file.display()));
        }
    }
    assert!(cases().len() >= 50, "the case files are gone");
    assert!(differing.is_empty(), "{}\nUPDATE=1 writes them anew", differing.join("\n"));
}

#[test]
fn a_file_cut_off_or_changed_anywhere_never_panics() {
    for file in cases() {
        let bytes = fs::read(&file).unwrap();
        let name = file.file_name().unwrap().to_str().unwrap();
        let profiles = Profile::built_in();
        // Spreadsheets are slow to open: fewer places for them.
        let step = if bytes.len() > 4000 { bytes.len() / 8 } else { bytes.len() / 40 }.max(1);
        for at in (0..bytes.len()).step_by(step) {
            let mut flipped = bytes.clone();
            flipped[at] ^= 0x15;
            for damaged in [&bytes[..at], &flipped] {
                let Ok(opened) = Opened::here(name, damaged) else { continue };
                let Ok((_, layout)) = detect(&opened, None, &profiles) else { continue };
                let _ = read_response(layout, &opened);
                let _ = read_refund(layout, &opened);
                let _ = read_statement(layout, &opened);
            }
        }
    }
}
