//! What a clerk is told who imports the wrong bank file, or reads the right one the wrong way.

use std::path::Path;

use ledger::money::Money;
use reconcile::bank_simulator::{Account, Product, Script};
use serde_json::Value;

use super::commands::{Place, holds};

const ICBC: &str = include_str!("../../../reconcile/profiles/icbc-batch.toml");

const IMPORT: &str = "import response --dir DIR --key KEY:国库支付复核 --answered 2020-11-10";

/// The village once its November roster is through, and paid by a file of that profile.
fn paid(profile: &str) -> Place {
    let place = Place::new();
    put_profile(&place, 1, "");
    for post in ["造册复核", "社会保障股审核", "局长"] {
        holds(&place, &format!("roster agree --dir DIR --key KEY:{post} --batch T20B0"), 0, &[]);
    }
    let line = format!(
        "pay --dir DIR --key KEY:国库支付经办 --batch T20B0 --account ZH-01 --date 2020-11-10 --profile {profile}"
    );
    holds(&place, &line, 0, &["file"]);
    place
}

/// The office's own profile: the bank's CSV under another name.
fn put_profile(place: &Place, version: u32, more: &str) {
    let own = ICBC.replace("id = \"icbc-batch\"", "id = \"own-bank\"");
    let own = own.replace("version = 1", &format!("version = {version}"));
    let folder = place.dir.join("profiles");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(format!("own-{version}.toml")), format!("{own}{more}")).unwrap();
}

/// What the bank answers to a payment file that lies in `bank/`, written beside the ledger under that name.
fn answer(place: &Place, batch: &str, name: &str) {
    let file = place.dir.join(format!("bank/{batch}/{batch}.csv"));
    let mut bank = Account::open("990014100000000017", Money::from_fen(10_000_000));
    let script = Script {
        today: "2020-11-10".parse().unwrap(),
        unit: "1023".to_owned(),
        teller: "00817".to_owned(),
        remark: format!("批次{batch}"),
        fates: Vec::new(),
        chance: None,
    };
    let answer = bank.process(Product::IcbcCsv, &std::fs::read(file).unwrap(), &script).unwrap();
    write(&place.beside(name), &answer.replies[0].bytes);
}

fn write(path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).unwrap();
}

fn refused(place: &Place, line: &str, exit: i32, code: &str) -> Value {
    let document = holds(place, line, exit, &[]);
    assert_eq!(document["error"]["code"], code, "{line}: {document}");
    document["error"].clone()
}

#[test]
fn a_profile_edited_after_its_first_use_is_refused_until_it_has_a_new_version() {
    let place = paid("own-bank");
    answer(&place, "T20B0", "回盘.csv");
    let own = format!("{IMPORT} --profile own-bank OUT:回盘.csv");
    holds(&place, &format!("{own} --dry-run"), 0, &[]);
    put_profile(&place, 1, "# 改过一处\n");
    for line in [&own, &format!("{own} --dry-run")] {
        let said = refused(&place, line, 1, "profile.changed");
        assert!(said["text"].as_str().unwrap().contains("own-bank@1"), "{said}");
    }
    // What comes with the program is not touched by it.
    let built_in = format!("{IMPORT} --profile icbc-batch --dry-run OUT:回盘.csv");
    assert_eq!(holds(&place, &built_in, 0, &[])["profile"], "icbc-batch@1");
    put_profile(&place, 1, "");
    put_profile(&place, 2, "# 改过一处\n");
    assert_eq!(holds(&place, &own, 0, &["seq"])["profile"], "own-bank@2");
}

#[test]
fn a_day_that_has_not_come_is_refused_wherever_it_is_named() {
    let place = paid("icbc-batch");
    answer(&place, "T20B0", "回盘.csv");
    for line in [
        "response --answered 2999-01-01",
        "response --answered 2020-11-10 --booked 2999-01-01",
        "returns --account ZH-01 --booked 2999-01-01",
        "statement --account ZH-01 --from 2020-11-01 --until 2999-01-01",
    ] {
        let line = format!("import {line} --dir DIR --key KEY:国库支付复核 OUT:回盘.csv");
        let said = refused(&place, &line, 1, "posting.too_late");
        assert!(said["text"].as_str().unwrap().contains("2999-01-01"), "{said}");
    }
}
