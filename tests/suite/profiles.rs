//! An office adds a bank by a text in the ledger's folder: no code, and nothing that the books name is replaced.

use std::path::Path;

use tempfile::TempDir;
use tests::program::Ended;

use crate::demo::program;

const ICBC: &str = include_str!("../../reconcile/profiles/icbc-batch.toml");

/// Another bank's columns in another order, under other names.
const REPLY: &str =
    "结果,户名,帐户,金额,引用\r\n成功,张测试,6228480000000000018,404.00,D20A00000001\r\n";

const NEW_BANK: &str = r#"
id = "new-bank"
version = 1
title = "某新银行"
source = "自拟"

[[layout]]
id = "reply"
direction = "reply"
containers = ["delimited", "xlsx"]
encodings = ["gb18030", "utf-8"]
separator = ","
header = "columns"
[[layout.field]]
role = "name"
titles = ["户名"]
[[layout.field]]
role = "account"
titles = ["帐户", "账户"]
[[layout.field]]
role = "amount"
titles = ["金额"]
kind = "yuan"
[[layout.field]]
role = "reference"
titles = ["引用"]
[[layout.field]]
role = "status"
titles = ["结果"]
[[layout.status]]
is = "success"
words = ["成功"]
"#;

fn office() -> (TempDir, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let profiles = folder.path().join("profiles");
    std::fs::create_dir(&profiles).unwrap();
    let file = folder.path().join("回盘.csv");
    std::fs::write(&file, REPLY).unwrap();
    (folder, profiles.display().to_string(), file.display().to_string())
}

fn put(profiles: &str, name: &str, text: &str) {
    std::fs::write(Path::new(profiles).join(name), text).unwrap();
}

fn codes(ended: &Ended) -> Vec<(String, u64)> {
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let document = ended.json();
    let problems = document["error"]["problems"].as_array().unwrap().clone();
    let told = problems.iter().map(|problem| {
        let row = problem["row"].as_u64().unwrap_or_default();
        (problem["code"].as_str().unwrap().to_owned(), row)
    });
    told.collect()
}

#[test]
fn a_text_in_the_ledgers_folder_is_a_new_bank() {
    let (folder, profiles, file) = office();
    let dir = folder.path().display().to_string();
    let before = program().run(["profiles", "try", "--json", &file]);
    assert_eq!(codes(&before)[0].0, "layout.none_fits");
    put(&profiles, "new-bank.toml", NEW_BANK);
    for place in [["--dir", &dir], ["--profiles", &profiles]] {
        let words = [&["profiles", "try", "--json"], &place[..], &[file.as_str()]].concat();
        let ended = program().run(words);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert_eq!(ended.json()["profile"], "new-bank");
    }
    let checked = Path::new(&profiles).join("new-bank.toml").display().to_string();
    assert_eq!(program().run(["profiles", "check", &checked]).code, Some(0));
}

#[test]
fn every_mistake_of_a_profile_is_told_at_its_line() {
    let (_folder, profiles, file) = office();
    let wrong = NEW_BANK
        .replace("kind = \"yuan\"", "kind = \"yuen\"")
        .replace("titles = [\"引用\"]", "title = [\"引用\"]")
        .replace("separator = \",\"", "separator = \",,\"");
    put(&profiles, "new-bank.toml", &wrong);
    let line = |part: &str| {
        let before = wrong.split(part).next().unwrap();
        u64::try_from(before.matches('\n').count() + 1).unwrap()
    };
    let lines = [line("separator"), line("kind = \"yuen\""), line("title = [\"引")];
    let checked = Path::new(&profiles).join("new-bank.toml").display().to_string();
    let expected: Vec<_> = lines.map(|line| ("profile.invalid".to_owned(), line)).to_vec();
    assert_eq!(codes(&program().run(["profiles", "check", "--json", &checked])), expected);
    // Wherever profiles are read, a wrong one stops the work: a file must not be read without it.
    let words = ["profiles", "try", "--json", "--profiles", &profiles, &file];
    assert_eq!(codes(&program().run(words)), expected);
}

#[test]
fn a_later_version_stands_beside_the_old_one_and_nothing_is_replaced() {
    let (folder, profiles, _) = office();
    put(&profiles, "icbc.toml", ICBC);
    let reply = folder.path().join("a.csv");
    std::fs::write(&reply, "姓名,卡号,应处理金额,备注,实处理金额,处理标志\n").unwrap();
    let reply = reply.display().to_string();
    let words = ["profiles", "try", "--json", "--profiles", &profiles, &reply];
    assert_eq!(codes(&program().run(words))[0].0, "profile.twice");

    put(&profiles, "icbc.toml", &ICBC.replace("version = 1", "version = 2"));
    let ended = program().run(words);
    assert_eq!(ended.json()["version"], 2, "{ended:?}");
    // What only the old version fits is read by the old version.
    let later = ICBC.replace("version = 1", "version = 2").replace("\"处理标志\"", "\"处理结果\"");
    put(&profiles, "icbc.toml", &later);
    assert_eq!(program().run(words).json()["version"], 1);
}
