//! How much memory each layout takes to be read, over the size of its file: every good case file made long by repeating its
//! lines, the same with every amount damaged, and with nothing but rows of wrong cells, line feeds, separators, equals signs or empty elements in their place; and
//! sound statements of six banks. `cargo run --release --manifest-path fuzz/Cargo.toml --bin memory`.

use std::fs;
use std::path::{Path, PathBuf};

use ledger::money::Money;
use ledger::period::Date;
use peak_alloc::PeakAlloc;
use reconcile::bank_simulator::{Account, Booking, StatementForm};
use reconcile::opened::Opened;
use reconcile::problem::{Code, Problem};
use reconcile::profile::{Direction, Layout, Profile};
use reconcile::{refund, response, statement};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// The account whose statements are read.
const OURS: &str = "14001000000000000018";
/// About so long a file becomes.
const SIZE: usize = 16 << 20;

fn main() -> std::io::Result<()> {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/bank-files");
    for profile in Profile::built_in() {
        let Ok(files) = fs::read_dir(cases.join(&profile.id)) else { continue };
        let mut files: Vec<PathBuf> = files.filter_map(|file| Some(file.ok()?.path())).collect();
        files.sort();
        for layout in &profile.layouts {
            let reads = |bytes: &[u8]| read(layout, bytes).is_some_and(|problems| problems == 0);
            let good = files.iter().filter(|path| !path.to_string_lossy().ends_with(".expected"));
            let good = good.filter_map(|path| Some((path, fs::read(path).ok()?)));
            let Some((path, bytes)) = good.into_iter().find(|(_, bytes)| reads(bytes)) else {
                println!("{}/{}: no file", profile.id, layout.id);
                continue;
            };
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let sound = statement(&profile.id).unwrap_or_else(|| repeated(&bytes));
            let kinds = [
                ("damaged", damaged(&sound)),
                ("sound", sound),
                ("feeds", filled(&bytes, b"\n")),
                ("wrong", filled(&bytes, &wrong(layout))),
                ("commas", filled(&bytes, b",")),
                ("bars", filled(&bytes, b"|")),
                ("signs", filled(&bytes, b"=")),
                ("elements", filled(&bytes, b"<a/>")),
                ("attributes", filled(&bytes, b"<a b=\"\" c=\"d\"/>")),
            ];
            for (what, long) in kinds {
                let before = MEMORY.current_usage();
                MEMORY.reset_peak_usage();
                let problems = read(layout, &long);
                let peak = MEMORY.peak_usage() - before + long.len();
                println!(
                    "{:<28} {what:<10} {name:<24} {:>9} bytes, {:>5.2} times the file, {problems:?} problems",
                    format!("{}/{}", profile.id, layout.id),
                    long.len(),
                    peak as f64 / long.len() as f64,
                );
            }
        }
    }
    Ok(())
}

/// How many problems there are; `None` for what is not read here.
fn read(layout: &Layout, bytes: &[u8]) -> Option<usize> {
    let no_sheet = |_| Err(Problem::of_file(Code::SheetUnreadable, "x"));
    let opened = Opened::with("x", bytes, no_sheet).ok()?;
    let given = response::Given {
        batch: "D20A0".parse().ok(),
        answered_on: "2020-10-12".parse().ok(),
    };
    let problems = match layout.direction {
        Direction::Request => return None,
        Direction::Reply => response::read(layout, &opened, &given).err(),
        Direction::Refund => refund::read(layout, &opened, &given).err(),
        Direction::Statement => statement::read(layout, &opened, OURS).err(),
    };
    Some(problems.map_or(0, |problems| problems.len()))
}

/// The middle line of a text again and again; of a document one of the parts that stand for a line.
fn repeated(bytes: &[u8]) -> Vec<u8> {
    let (begin, end) = part(bytes);
    let mut long = bytes[..begin].to_vec();
    while long.len() < SIZE {
        long.extend_from_slice(&bytes[begin..end]);
    }
    long.extend_from_slice(&bytes[end..]);
    long
}

/// That byte or word again and again in the place of a line.
fn filled(bytes: &[u8], word: &[u8]) -> Vec<u8> {
    let (begin, end) = part(bytes);
    [&bytes[..begin], &word.repeat(SIZE / word.len()), &bytes[end..]].concat()
}

/// A row, or a record, of which every cell is wrong.
fn wrong(layout: &Layout) -> Vec<u8> {
    let separator = layout.separator.unwrap_or('|').to_string();
    let row = vec!["x"; layout.fields.len()].join(&separator) + "\n";
    let record = layout.records.as_deref().and_then(|path| path.rsplit('/').next());
    record.map_or(row, |name| format!("<{name}>x</{name}>\n")).into_bytes()
}

/// Where what is repeated begins and ends.
fn part(bytes: &[u8]) -> (usize, usize) {
    let find = |word: &[u8], from: usize| {
        let found = bytes[from..].windows(word.len()).position(|window| window == word);
        found.map(|at| from + at)
    };
    for (begin, end) in [("<Detail>", "</Detail>"), ("<Ntry>", "</Ntry>")] {
        if let Some(at) = find(begin.as_bytes(), 0) {
            return (at, find(end.as_bytes(), at).expect("it ends") + end.len());
        }
    }
    if let Some(at) = find(b":61:", 0) {
        return (at, find(b":61:", at + 1).expect("there are two"));
    }
    let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let middle = lines.len() / 2;
    let begin = lines[..middle].concat().len();
    (begin, begin + lines[middle].len())
}

/// A bank's sound statement of about that length; `None` if the simulator does not write this kind.
fn statement(profile: &str) -> Option<Vec<u8>> {
    let form = match profile {
        "stmt-ccb" => StatementForm::Ccb,
        "stmt-icbc" => StatementForm::Icbc,
        "stmt-icbc-b" => StatementForm::IcbcB,
        "stmt-abc" => StatementForm::Abc,
        "stmt-psbc" => StatementForm::Psbc,
        "stmt-cbhb" => StatementForm::Cbhb,
        _ => return None,
    };
    let mut account = Account::open(OURS, Money::from_fen(1_000_000_000_000));
    let date: Date = "2020-10-15".parse().ok()?;
    for _ in 0..SIZE / 120 {
        account.book(Booking {
            date,
            change: Money::from_fen(-40_400),
            counterparty_name: "代发业务过渡户".to_owned(),
            counterparty_account: "6228480000000000018".to_owned(),
            summary: "代发".to_owned(),
            remark: "批次D20A0".to_owned(),
        });
    }
    Some(account.statement(form, date, date).ok()?.bytes)
}

/// Every amount is one no more.
fn damaged(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let dots: Vec<usize> =
        (0..bytes.len() - 2).filter(|at| bytes[*at] == b'.' && bytes[at + 1].is_ascii_digit()).collect();
    for at in dots {
        bytes[at] = b'x';
    }
    bytes
}
