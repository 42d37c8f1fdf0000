//! Statements of a bank against what the clerk says of them: the days they cover, and the bank's balance note.

use tests::village::{ORIGIN, Village};

use crate::demo::program;

/// An MT940 statement of the village's account on which nothing moves, with its closing balance of that day.
fn idle(closing_day: &str) -> String {
    format!(
        ":20:STMT\r\n:25:{}\r\n:28C:11/1\r\n:60F:C201101CNY2393,70\r\n:62F:C{closing_day}CNY2393,70\r\n-\r\n",
        tests::village::ACCOUNT,
    )
}

#[test]
fn a_statement_covers_the_days_and_ends_at_the_balance_that_the_clerk_says() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("ledger");
    drop(Village::played(&dir, ORIGIN, 1));
    let key = dir.join("keys/国库支付复核.pem").display().to_string();
    let dir = dir.display().to_string();
    let import = |closing_day: &str, balance: &[&str]| {
        let file = folder.path().join("流水.sta");
        std::fs::write(&file, idle(closing_day)).unwrap();
        let file = file.display().to_string();
        let days = ["--account", "ZH-01", "--from", "2020-11-01", "--until", "2020-11-30"];
        let rest = ["--dir", &dir, "--key", &key, "--dry-run", "--json", &file];
        let words = [&["import", "statement"][..], &days, balance, &rest].concat();
        program().run(words)
    };
    let refused = |closing_day: &str, balance: &[&str]| {
        let problem = import(closing_day, balance).json()["error"]["problems"][0].clone();
        let word = |key: &str| problem[key].as_str().unwrap_or_default().to_owned();
        (word("code"), word("text"))
    };
    let (code, text) = refused("201115", &[]);
    assert_eq!(code, "statement.ends_early");
    assert!(text.contains("原文“2020-11-15”，应为2020-11-30"), "{text}");
    let (code, text) = refused("201130", &["--balance", "30000.00"]);
    assert_eq!(code, "statement.note_differs");
    assert!(text.contains("原文“2393.70”，应为30000.00"), "{text}");
    let sound = import("201130", &[]);
    assert_eq!(sound.code, Some(0), "{sound:?}");
    let with_its_note = import("201130", &["--balance", "2393.70"]);
    assert_eq!(with_its_note.code, Some(0), "{with_its_note:?}");
}
