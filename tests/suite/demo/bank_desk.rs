//! What a clerk is told who imports the wrong bank file, or reads the right one the wrong way.

use std::path::Path;

use ledger::money::Money;
use reconcile::bank_simulator::{Account, Product, Script};
use reconcile::text::{Encoding, decode, encode_gb18030};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tests::browser::{Browser, Driver};
use tests::serving::Serving;

use super::commands::{Place, holds};
use super::program;
use crate::hall::every_page::{axe, faults};

const ICBC: &str = include_str!("../../../reconcile/profiles/icbc-batch.toml");

const IMPORT: &str = "import response --dir DIR --key KEY:国库支付复核 --answered 2020-11-10";

/// The village once its November roster is through, and paid by a file of that profile.
fn paid(profile: &str) -> Place {
    let place = Place::new();
    if profile == "own-bank" {
        put_profile(&place, 1, "");
    }
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

/// A row of the bank's CSV about somebody whom the ledger does not know.
fn stray(reference: &str) -> String {
    format!("张测试,6228480000000000018,404.00,{reference},404.00,全部成功\r\n")
}

fn with_strays(place: &Place, name: &str, known: usize, strays: usize) {
    answer(place, "T20B0", name);
    let bytes = std::fs::read(place.beside(name)).unwrap();
    let lines = bytes.split_inclusive(|byte| *byte == b'\n').take(1 + known);
    let mut file: Vec<u8> = lines.flatten().copied().collect();
    file.extend(encode_gb18030(&stray("").repeat(strays)).unwrap());
    write(&place.beside(name), &file);
}

#[test]
fn a_file_of_which_no_row_is_of_the_batch_is_not_made_into_exceptions() {
    let place = paid("icbc-batch");
    let head = "姓名,卡号,应处理金额,备注,实处理金额,处理标志\r\n";
    write(&place.beside("无引用.csv"), format!("{head}{}", stray("")).as_bytes());
    let line = format!("{IMPORT} --batch T20B0 OUT:无引用.csv");
    for line in [&line, &format!("{line} --dry-run"), &format!("{line} --mismatches 1")] {
        let said = refused(&place, line, 1, "response.foreign");
        assert!(said["text"].as_str().unwrap().contains("没有认出别的批次"), "{said}");
    }
    let of_others = [stray("T20A00000001"), stray("X99990000001")].concat();
    write(&place.beside("别批.csv"), format!("{head}{of_others}").as_bytes());
    let said =
        refused(&place, &format!("{IMPORT} --batch T20B0 OUT:别批.csv"), 1, "response.foreign");
    let text = said["text"].as_str().unwrap();
    assert!(text.contains("属于批次T20A0（2020-10") && !text.contains("X9999"), "{said}");
}

#[test]
fn where_most_rows_match_nothing_the_clerk_states_how_many() {
    let place = paid("icbc-batch");
    with_strays(&place, "回盘.csv", 1, 2);
    let line = format!("{IMPORT} --batch T20B0 OUT:回盘.csv");
    let said = refused(&place, &line, 1, "response.mismatches");
    assert!(said["text"].as_str().unwrap().contains("--mismatches 2"), "{said}");
    refused(&place, &format!("{line} --mismatches 1"), 1, "response.mismatches");
    let done = holds(&place, &format!("{line} --mismatches 2"), 0, &["seq"]);
    assert_eq!(done["to_decide"].as_array().unwrap().len(), 2, "{done}");
}

#[test]
fn rows_that_only_have_the_batchs_amounts_can_be_booked_by_whoever_states_their_number() {
    let place = paid("icbc-batch");
    answer(&place, "T20B0", "回盘.csv");
    let bytes = std::fs::read(place.beside("回盘.csv")).unwrap();
    let text = decode(&bytes, Encoding::Gb18030).unwrap().into_owned();
    // The bank dropped the remarks and answers with the cards that replaced the old ones.
    let stripped = |line: &str| {
        let mut cells: Vec<&str> = line.split(',').collect();
        (cells[1], cells[3]) = ("6228480000000000018", "");
        cells.join(",")
    };
    let mut lines = text.lines();
    let head = lines.next().unwrap().to_owned();
    let rows: Vec<String> = lines.map(stripped).collect();
    let file = format!("{head}\r\n{}\r\n", rows.join("\r\n"));
    write(&place.beside("换卡.csv"), &encode_gb18030(&file).unwrap());
    let line = format!("{IMPORT} --batch T20B0 OUT:换卡.csv");
    refused(&place, &line, 1, "response.mismatches");
    let done = holds(&place, &format!("{line} --mismatches {}", rows.len()), 0, &["seq"]);
    assert_eq!(done["to_decide"].as_array().unwrap().len(), rows.len(), "{done}");
}

#[test]
fn a_list_of_problems_never_takes_the_place_of_another_file() {
    let place = paid("icbc-batch");
    write(&place.beside("坏.csv"), b"not a bank file");
    let line = format!("{IMPORT} --problems OUT:坏.csv OUT:坏.csv");
    refused(&place, &line, 2, "usage");
    assert_eq!(std::fs::read(place.beside("坏.csv")).unwrap(), b"not a bank file");
    let line = format!("{IMPORT} --problems OUT:问题.csv OUT:坏.csv");
    refused(&place, &line, 1, "layout.none_fits");
    assert!(place.beside("问题.csv").exists());
}

#[test]
fn a_file_whose_name_is_another_batchs_is_refused() {
    let place = paid("icbc-batch");
    let reply = "id = \"reply\"\ndirection = \"reply\"\n";
    let own = ICBC.replace("id = \"icbc-batch\"", "id = \"own-bank\"");
    let own = own.replace(reply, &format!("{reply}file_name = \"{{batch}}.rtn\"\n"));
    std::fs::create_dir(place.dir.join("profiles")).unwrap();
    write(&place.dir.join("profiles/own-1.toml"), own.as_bytes());
    for name in ["T20A0.rtn", "T20B0.rtn"] {
        answer(&place, "T20B0", name);
    }
    let line = format!("{IMPORT} --profile own-bank --dry-run");
    let said = refused(&place, &format!("{line} OUT:T20A0.rtn"), 1, "response.other_name");
    assert!(said["text"].as_str().unwrap().contains("批次T20A0"), "{said}");
    holds(&place, &format!("{line} OUT:T20B0.rtn"), 0, &[]);
}

#[test]
fn a_dry_run_is_judged_as_the_import_would_be() {
    let place = paid("icbc-batch");
    answer(&place, "T20B0", "回盘.csv");
    let by_another = IMPORT.replace("国库支付复核", "会计");
    let document = holds(&place, &format!("{by_another} --dry-run OUT:回盘.csv"), 1, &["outcomes"]);
    assert_eq!(document["error"]["code"], "authority.role_missing", "{document}");
    let tried = format!("{IMPORT} --dry-run OUT:回盘.csv");
    assert!(holds(&place, &tried, 0, &["outcomes"])["seq"].is_null());
    let closed = format!("{tried} --booked 2020-10-31");
    assert_eq!(holds(&place, &closed, 1, &["outcomes"])["error"]["code"], "period.closed");
    holds(&place, &format!("{IMPORT} OUT:回盘.csv"), 0, &["seq"]);
    let again = holds(&place, &tried, 1, &["outcomes"]);
    assert_eq!(again["error"]["code"], "file.already_imported", "{again}");
    assert_eq!(again["outcomes"].as_array().unwrap().len(), 1, "all of it repeats: {again}");
}

#[test]
fn a_dry_run_of_the_close_judges_who_would_sign_it() {
    let place = Place::new();
    let codes = |line: &str| {
        let document = holds(&place, line, 1, &["obstacles"]);
        let obstacles = document["obstacles"].as_array().unwrap().clone();
        obstacles.iter().map(|o| o["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let line = "close --dir DIR --period 2020-11 --dry-run";
    let anybody = codes(line);
    assert_eq!(codes(&format!("{line} --key KEY:会计")), anybody);
    let mut maker = codes(&format!("{line} --key KEY:造册经办"));
    assert_eq!(maker.remove(0), "authority.role_missing");
    assert_eq!(maker, anybody);
}

#[test]
fn exceptions_of_one_kind_from_one_file_are_decided_by_one_command_and_an_act_each() {
    let place = paid("icbc-batch");
    with_strays(&place, "回盘.csv", 2, 2);
    let done = holds(&place, &format!("{IMPORT} --batch T20B0 OUT:回盘.csv"), 0, &["seq"]);
    let import = done["seq"].as_u64().unwrap();
    let waits = holds(&place, "exceptions list --dir DIR", 0, &["exceptions"]);
    let heap = &waits["exceptions"][0];
    assert_eq!((heap["import"].as_u64(), heap["count"].as_u64()), (Some(import), Some(2)));
    write(&place.beside("来函.txt"), "银行来函：两行串户".as_bytes());
    let line = |post: &str, count: u32, more: &str| {
        format!(
            "exceptions resolve --dir DIR --key KEY:{post} --import {import} --kind 无对应支付 \
             --count {count} --decision no_effect --reason 银行来函更正 --evidence OUT:来函.txt {more}"
        )
    };
    let supervisor = "社会救助股股长";
    refused(&place, &line(supervisor, 3, ""), 2, "usage");
    refused(&place, &line("造册经办", 2, "--dry-run"), 1, "authority.role_missing");
    let tried = holds(&place, &line(supervisor, 2, "--dry-run"), 0, &["count"]);
    assert_eq!(tried["seqs"].as_array().unwrap().len(), 0, "{tried}");
    let resolved = holds(&place, &line(supervisor, 2, ""), 0, &["count"]);
    assert_eq!(resolved["seqs"].as_array().unwrap().len(), 2, "an act each: {resolved}");
    let waits = holds(&place, "exceptions list --dir DIR", 0, &["exceptions"]);
    assert!(waits["exceptions"].as_array().unwrap().is_empty(), "{waits}");
    refused(&place, &line(supervisor, 2, ""), 2, "usage");
}

#[test]
fn exceptions_of_one_kind_from_one_file_are_signed_together_in_the_browser_and_an_act_each() {
    let Some(driver) = Driver::start() else { return };
    let place = paid("icbc-batch");
    with_strays(&place, "回盘.csv", 2, 2);
    let done = holds(&place, &format!("{IMPORT} --batch T20B0 OUT:回盘.csv"), 0, &["seq"]);
    let import = done["seq"].as_u64().unwrap();
    let letter = place.beside("来函.txt");
    write(&letter, "银行来函：两行串户".as_bytes());
    let server = Serving::start(&program(), &place.dir);
    let supervisor = driver.open();
    supervisor.sign_in(&server.address, &place.dir.join("keys/社会救助股股长.pem"));
    supervisor.go(&format!("{}/exceptions", server.address));
    supervisor.click("main table a[href^='/exceptions/']");
    let said = supervisor.wait_to_say("都这样处理");
    assert!(said.contains("无对应支付 2 项"), "{said}");
    supervisor.send("#evidence", letter.to_str().unwrap());
    supervisor.fill("#reason", "银行来函更正");
    supervisor.fill("#booked", "2020-11-11");
    // A payment is named where one is known; of these rows none is.
    supervisor.fill("#decision", "settled");
    supervisor.click("#heap button[type=submit]");
    let _ = supervisor.wait_to_say("没有指明是哪笔支付");
    supervisor.fill("#decision", "no_effect");
    supervisor.click("#heap button[type=submit]");
    let said = supervisor.wait_to_say("签署这 2 项");
    let digest = ledger::ids::Digest(Sha256::digest("银行来函：两行串户").into()).to_string();
    assert_eq!(said.matches(&digest).count(), 2, "{said}");
    assert_eq!(said.matches("与本账无关（no_effect）").count(), 2, "{said}");
    assert_eq!(said.matches("文件第").count(), 2, "what each is about stands beside it: {said}");
    if let Some(axe) = axe() {
        assert_eq!(faults(&supervisor, &axe), Vec::<Value>::new());
    }
    none_is_signed_that_was_not_shown_or_may_not_be(&supervisor);
    supervisor.click("#sign:not([disabled])");
    let _ = supervisor.wait_to_say("已入账 2 项");
    supervisor.go(&format!("{}/exceptions", server.address));
    let _ = supervisor.wait_to_say("没有等人处理的存疑");
    let gone = format!("{}/exceptions/{import}/unmatched", server.address);
    supervisor.go(&gone);
    let _ = supervisor.wait_to_say("已经处理完");
    drop(supervisor);
    assert_eq!(server.stop().0, Some(0));
    let verified = holds(&place, "verify DIR --trust DIR:trust", 0, &["ok"]);
    assert_eq!(verified["ok"], true, "{verified}");
    let acts = holds(&place, "exceptions list --dir DIR", 0, &["exceptions"]);
    assert!(acts["exceptions"].as_array().unwrap().is_empty(), "{acts}");
}

/// A draft that says something else than its row, and a day that the rules refuse: nothing is signed, and the rest of the story
/// finds both exceptions waiting.
fn none_is_signed_that_was_not_shown_or_may_not_be(supervisor: &Browser) {
    const OTHER_DRAFTS: &str = "window.real = window.fetch; window.fetch = async (path, how) => { \
        const answer = await window.real(path, how); \
        if (how.method !== 'GET' || !/drafts\\/[0-9a-f]{32}$/.test(path)) return answer; \
        const draft = await answer.json(); draft.body.reason += '，另付'; \
        return new Response(JSON.stringify(draft), { headers: { 'content-type': 'application/json' } }); }";
    let _ = supervisor.run(OTHER_DRAFTS, vec![]);
    supervisor.click("#sign:not([disabled])");
    let said = supervisor.wait_to_say("待签内容与表中所列不符");
    assert!(said.contains("一项也没有签署"), "{said}");
    let _ = supervisor.run("window.fetch = window.real", vec![]);
    let list_again = |booked: &str| {
        supervisor.fill("#booked", booked);
        supervisor.click("#heap button[type=submit]");
        let _ = supervisor.wait_for("#sign:not([disabled])");
    };
    list_again("2020-10-15");
    supervisor.click("#sign:not([disabled])");
    let said = supervisor.wait_to_say("period.closed");
    assert!(said.contains("一项也没有签署"), "{said}");
    list_again("2020-11-11");
}
