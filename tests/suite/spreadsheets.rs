//! A spreadsheet from outside is parsed in a process of its own: what a crafted one does, it does to that process.

use std::path::PathBuf;
use std::time::Duration;

use tempfile::TempDir;
use tests::program::Ended;
use tests::village::{ORIGIN, Village};

use crate::demo::program;

/// Longer than the limits of the other process, so that a limit that does not hold is seen.
const LIMIT: Duration = Duration::from_mins(1);

const HOSTILE: &str = "sheet.too_heavy";

fn sample(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/data/bank-files/icbc-batch/");
    std::fs::read(format!("{folder}{name}")).unwrap()
}

/// A sound .xls of five kilobytes in which one amount is moved to row 65,536 and column 65,536: the parser reserves the
/// whole rectangle, a hundred gigabytes.
fn hostile() -> Vec<u8> {
    let mut bytes = sample("good-numbers.xls");
    let amount = [0x7e, 0x02, 0x0a, 0x00];
    let at = bytes.windows(4).rposition(|window| window == amount).expect("a number of the sheet");
    bytes[at + 4..at + 8].copy_from_slice(&[0xff; 4]);
    bytes
}

struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Desk {
        Desk { folder: tempfile::tempdir().unwrap() }
    }

    fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.display().to_string()
    }
}

fn code_of(ended: &Ended) -> String {
    assert_eq!(ended.code, Some(1), "{ended:?}");
    ended.json()["error"]["problems"][0]["code"].as_str().unwrap().to_owned()
}

#[test]
fn a_file_that_asks_for_all_memory_is_a_problem_and_nothing_more() {
    let desk = Desk::new();
    let file = desk.file("回盘.xls", &hostile());
    let ended = program().run_within(LIMIT, ["profiles", "try", "--json", &file]);
    assert_eq!(code_of(&ended), HOSTILE);
    assert!(ended.out.contains("内存"), "{}", ended.out);
}

#[test]
fn every_way_by_which_a_spreadsheet_comes_in_has_the_same_limits() {
    let desk = Desk::new();
    let dir: PathBuf = desk.folder.path().join("ledger");
    drop(Village::played(&dir, ORIGIN, 1));
    let file = desk.file("名单.xls", &hostile());
    let (dir, key) =
        (dir.display().to_string(), dir.join("keys/账户维护.pem").display().to_string());
    let ways: [(&[&str], &str); 8] = [
        (&["response", "--batch", "D20A0"], HOSTILE),
        (&["returns", "--account", "ZH-01"], HOSTILE),
        (
            &["statement", "--account", "ZH-01", "--from", "2020-11-01", "--until", "2020-11-30"],
            HOSTILE,
        ),
        (&["people"], "list.unreadable"),
        (&["entitlements", "--scheme", "TK-S"], "list.unreadable"),
        (&["allotments"], "list.unreadable"),
        (&["spending"], "list.unreadable"),
        (&["loans", "--bank", "样例银行"], "list.unreadable"),
    ];
    for (way, code) in ways {
        let rest = ["--dir", &dir, "--key", &key, "--json", &file];
        let words = [&["import"], way, &rest[..]].concat();
        assert_eq!(code_of(&program().run_within(LIMIT, words)), code, "{way:?}");
    }
}

#[test]
fn what_the_other_process_reads_is_what_stands_in_the_file() {
    let desk = Desk::new();
    for name in ["good.xls", "good.xlsx", "good-numbers.xls", "good-numbers.xlsx"] {
        let file = desk.file(name, &sample(name));
        let ended = program().run_within(LIMIT, ["profiles", "try", "--json", &file]);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert_eq!(ended.json()["profile"], "icbc-batch");
    }
    for (name, code) in [
        ("two-sheets.xlsx", "sheet.several"),
        ("cut-off.xlsx", "sheet.unreadable"),
        ("not-a-spreadsheet.xls", "sheet.unreadable"),
    ] {
        let file = desk.file(name, &sample(name));
        let ended = program().run_within(LIMIT, ["profiles", "try", "--json", &file]);
        assert_eq!(code_of(&ended), code, "{name}");
    }
}
