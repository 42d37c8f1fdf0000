//! A new bank needs a profile and no code.

use ledger::answer::Reason;
use ledger::money::Money;
use reconcile::detect::detect;
use reconcile::opened::Opened;
use reconcile::problem::Code;
use reconcile::profile::{BankStatus, Profile};
use reconcile::response::{Given, read};
use reconcile::statement;
use reconcile::text::encode_gb18030;

/// Amounts in fen, no heading, the totals first, a status code, the reason beside it.
const NEW_BANK: &str = r#"
id = "new-bank"
version = 1
title = "某新银行"
source = "自拟"

[[layout]]
id = "reply"
direction = "reply"
containers = ["delimited"]
encodings = ["gb18030"]
separator = "|"
trailing_separator = true
header = "none"
max_rows = 499
file_name = "HP{date}{batch}.txt"
[layout.totals]
position = "first"
[[layout.totals.field]]
role = "constant"
value = "HP"
[[layout.totals.field]]
role = "count"
kind = "integer"
[[layout.totals.field]]
role = "total"
kind = "fen"
[[layout.field]]
role = "number"
kind = "integer"
[[layout.field]]
role = "account"
[[layout.field]]
role = "name"
max_bytes = 12
[[layout.field]]
role = "amount"
kind = "fen"
[[layout.field]]
role = "status"
[[layout.field]]
role = "reason"
may_be_empty = true
[[layout.status]]
is = "success"
words = ["0000"]
[[layout.status]]
is = "failed"
words = ["E018", "E031"]
[[layout.reason]]
is = "closed"
contains = ["不动了"]
"#;

const REPLY: &str = "HP|2|95200|\r\n\
    1|6228480000000000018|张测试|40400|0000||\r\n\
    2|6217000000000000020|李样例|54800|E018|账户不动了|\r\n";

fn codes(text: &str) -> Vec<Code> {
    let profiles = [Profile::from_toml("new-bank.toml", NEW_BANK).unwrap()];
    let layout = profiles[0].layout("reply").unwrap();
    let given = Given { batch: Some("D20A0".parse().unwrap()), answered_on: None };
    let bytes = encode_gb18030(text).unwrap();
    let opened = Opened::here("HP20201012D20A0.txt", &bytes).unwrap();
    let read = read(layout, &opened, &given);
    read.map_or_else(|problems| problems.iter().map(|one| one.code).collect(), |_| Vec::new())
}

#[test]
fn a_bank_that_nobody_knew_is_read_from_its_profile_alone() {
    let mut profiles = Profile::built_in();
    profiles.push(Profile::from_toml("new-bank.toml", NEW_BANK).unwrap());
    let bytes = encode_gb18030(REPLY).unwrap();
    let opened = Opened::here("HP20201012D20A0.txt", &bytes).unwrap();
    let (profile, layout) = detect(&opened, None, &profiles).unwrap();
    assert_eq!(profile.id, "new-bank");
    let given = Given { batch: Some("D20A0".parse().unwrap()), answered_on: None };
    let file = read(layout, &opened, &given).unwrap();
    assert_eq!(file.total, Money::from_fen(95_200));
    assert_eq!(file.lines[0].status, BankStatus::Success);
    assert_eq!(file.lines[1].reason, Some(Reason::Closed));
    assert_eq!(file.lines[1].reference.as_ref().unwrap().to_string(), "D20A00000002");
    assert_eq!(file.lines[1].date.unwrap().to_string(), "2020-10-12");
}

#[test]
fn what_the_profile_says_is_enforced() {
    assert_eq!(codes(REPLY), []);
    assert_eq!(codes(&REPLY.replace("95200", "95201")), [Code::ResponseTotalMismatch]);
    assert_eq!(codes(&REPLY.replace("E018", "E999")), [Code::ResponseUnknownStatus]);
    assert_eq!(codes(&REPLY.replace("李样例", "李样例的名字很长")), [Code::ValueTooLong]);
    assert_eq!(codes(&REPLY.replace("|54800|", "|548.00|")), [Code::ValueNotMoney]);
}

#[test]
fn a_profile_that_contradicts_itself_is_refused_with_every_fault() {
    let faults = |text: &str| Profile::from_toml("x.toml", text).unwrap_err().len();
    assert_eq!(faults(&NEW_BANK.replace("separator = \"|\"\n", "")), 1);
    assert_eq!(
        faults(&NEW_BANK.replace("role = \"amount\"\nkind = \"fen\"", "role = \"amount\"")),
        1
    );
    assert_eq!(faults(&NEW_BANK.replace("role = \"name\"", "role = \"account\"")), 2);
    assert_eq!(faults(&NEW_BANK.replace("header = \"none\"", "header = \"columns\"")), 7);
}

/// One line for every text that a built-in profile ever had: its digest and its name. Lines are added, never changed: an office
/// that used a profile may not meet another text under the same name (`profile.changed`).
const TEXTS: &str = include_str!("../../profiles/TEXTS");

#[test]
fn a_built_in_profile_keeps_its_text_or_gets_another_version() {
    let line = |profile: &Profile| format!("{}  {}@{}", profile.text, profile.id, profile.version);
    let profiles = Profile::built_in();
    let unknown: Vec<String> = profiles
        .iter()
        .map(line)
        .filter(|line| !TEXTS.lines().any(|known| known == line))
        .collect();
    assert!(
        unknown.is_empty(),
        "raise the version of a changed profile, keep the old text beside it, and add to profiles/TEXTS:\n{}",
        unknown.join("\n")
    );
    let mut names: Vec<&str> = TEXTS.lines().filter_map(|line| line.split("  ").nth(1)).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "no name has two texts");
}

/// A bank's statement with a row of totals behind the rows.
const STATEMENT: &str = r#"
id = "new-statement"
version = 1
title = "某新银行流水"
source = "自拟"

[[layout]]
id = "statement"
direction = "statement"
containers = ["delimited"]
encodings = ["utf-8"]
separator = ","
header = "columns"
[layout.totals]
position = "last"
marker = "合计"
[[layout.totals.field]]
role = "constant"
value = "合计"
[[layout.totals.field]]
role = "count"
kind = "integer"
[[layout.totals.field]]
role = "total"
kind = "yuan"
[[layout.field]]
role = "date"
titles = ["日期"]
kind = "date"
[[layout.field]]
role = "debit"
titles = ["支出"]
kind = "yuan"
may_be_empty = true
[[layout.field]]
role = "credit"
titles = ["收入"]
kind = "yuan"
may_be_empty = true
[[layout.field]]
role = "balance"
titles = ["余额"]
kind = "yuan"
"#;

#[test]
fn what_a_statement_states_of_its_rows_together_must_be_so() {
    let profile = Profile::from_toml("新流水.toml", STATEMENT).unwrap();
    let read = |totals: &str| {
        let text = format!(
            "日期,支出,收入,余额\n20201008,,50.00,150.00\n20201009,20.00,,130.00\n{totals}\n"
        );
        let opened = Opened::here("流水.csv", text.as_bytes()).unwrap();
        let read = statement::read(profile.layout("statement").unwrap(), &opened, "1400");
        read.map(|file| file.rows.len()).map_err(|problems| problems[0].code)
    };
    assert_eq!(read("合计,2,70.00"), Ok(2));
    assert_eq!(read("合计,3,70.00"), Err(Code::ResponseCountMismatch));
    assert_eq!(read("合计,2,999.00"), Err(Code::ResponseTotalMismatch));
}

#[test]
fn a_word_is_decided_by_one_rule_and_never_by_an_empty_one() {
    let with = |rules: &str| {
        let (head, _) = NEW_BANK.split_once("[[layout.status]]").unwrap();
        Profile::from_toml("新行.toml", &format!("{head}{rules}"))
    };
    let rule = |is: &str, words: &str| format!("[[layout.status]]\nis = \"{is}\"\n{words}\n");
    let failed = rule("failed", "words = [\"未上账\"]");
    let success = rule("success", "contains = [\"上账\"]");
    assert!(with(&format!("{failed}{success}")).is_ok(), "the narrower rule stands first");
    for rules in [
        format!("{success}{failed}"),
        rule("success", "contains = [\"\"]"),
        rule("success", "starts = [\"成功\", \" \"]"),
        format!("{failed}{}", rule("pending", "words = [\"未上账\"]")),
    ] {
        let problems = with(&rules).unwrap_err();
        assert_eq!(problems[0].code, Code::ProfileInvalid, "{rules}");
        assert!(problems[0].row.is_some(), "{rules}");
    }
}
