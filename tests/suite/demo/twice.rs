//! Every bank file of the demo is handed in a second time, as it lies in `bank/`. Each is refused.

use std::path::{Path, PathBuf};

use api::clock::Clock;
use api::desk::Desk;
use api::desk::banking::{self, Imported, Incoming};
use api::failure::Failure;
use ledger::ids::BatchCode;
use ledger::period::Date;
use reconcile::opened::Opened;
use tests::county_demo;

use super::program;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let items = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<PathBuf> = items.map(|item| item.unwrap().path()).collect();
    files.sort();
    files
}

/// The code of a refusal; nothing was signed then.
fn refused(desk: &Desk, height: u64, imported: Result<Imported, Failure>, what: &str) -> String {
    let Err(failure) = imported else { panic!("{what} was imported a second time") };
    assert_eq!(failure.exit_code(), 1, "{what}: {failure}");
    assert_eq!(desk.books().height, height, "{what}");
    failure.to_json()["error"]["code"].as_str().unwrap().to_owned()
}

#[test]
fn every_bank_file_handed_in_again_is_refused() {
    let (_folder, ledger) = county_demo::copy(&program());
    let key = api::keys::read(&ledger.join("keys/CZJ-国库支付复核.pem")).unwrap();
    let mut desk = Desk::open(&ledger, Clock::story(day("2020-12-07"))).unwrap();
    let height = desk.books().height;
    let mut answers = 0;
    for path in files_in(&ledger.join("bank")) {
        if path.is_dir() {
            let batch: BatchCode = name_of(&path).parse().unwrap();
            let released = desk.books().payments.batches[&batch].released.clone().unwrap();
            for path in files_in(&path) {
                let (name, bytes) = (name_of(&path), std::fs::read(&path).unwrap());
                let opened = Opened::here(&name, &bytes).unwrap();
                let file = incoming(&opened);
                let (batch, answered) = (Some(batch.clone()), Some(released.date));
                let again = banking::response(&mut desk, &key, &file, batch, answered);
                let code = refused(&desk, height, again, &name);
                // Our own payment file is no answer of the bank; its answers were imported before.
                if name == released.file_name {
                    assert_ne!(code, "file.already_imported", "{name}");
                } else {
                    assert_eq!(code, "file.already_imported", "{name}");
                    answers += 1;
                }
            }
            continue;
        }
        let (name, bytes) = (name_of(&path), std::fs::read(&path).unwrap());
        let opened = Opened::here(&name, &bytes).unwrap();
        let file = incoming(&opened);
        let again = if let Some((account, days)) = name.split_once("-流水") {
            let (from, until) = days.trim_end_matches(".csv").split_once('-').unwrap();
            let days = (compact(from), compact(until));
            let account = account.parse().unwrap();
            banking::account_statement(&mut desk, &key, &file, account, days, None)
        } else {
            banking::returns(&mut desk, &key, &file, "ZH-02".parse().unwrap())
        };
        let code = refused(&desk, height, again, &name);
        // A statement of a closed month is refused for that first.
        let expected =
            if name.contains("流水") { "period.closed" } else { "file.already_imported" };
        assert_eq!(code, expected, "{name}");
        answers += 1;
    }
    // Twenty-five responses, one of them in two files and one given twice; six statements; two notices of returns.
    assert!(answers >= 32, "{answers}");
}

#[test]
fn a_file_that_numbers_its_rows_is_not_taken_for_another_batch() {
    let (_folder, ledger) = county_demo::copy(&program());
    let key = api::keys::read(&ledger.join("keys/CZJ-国库支付复核.pem")).unwrap();
    let mut desk = Desk::open(&ledger, Clock::story(day("2020-12-07"))).unwrap();
    let height = desk.books().height;
    let name = "010232020101000817.txt";
    let bytes = std::fs::read(ledger.join("bank/D20A0").join(name)).unwrap();
    let opened = Opened::here(name, &bytes).unwrap();
    let file = incoming(&opened);
    let wrong: BatchCode = "L20A0".parse().unwrap();
    let answered = Some(day("2020-10-10"));
    let taken = banking::response(&mut desk, &key, &file, Some(wrong), answered);
    assert!(matches!(&taken, Err(why) if why.to_string().contains("批次D20A0（2020-10")));
    assert_eq!(refused(&desk, height, taken, name), "response.foreign");
}

fn incoming<'a>(opened: &'a Opened<'a>) -> Incoming<'a> {
    Incoming { opened, profile: None, booked: day("2020-12-07"), mismatches: None, dry_run: false }
}

/// `20201130` as a date.
fn compact(text: &str) -> Date {
    day(&format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..]))
}
