//! A standard is raised, and the amounts of those who draw it follow in one list that the county confirms.

use serde_json::{Value, json};

use super::office::{Office, id_no, told};
use super::people;

const RAISED: &str = "600.00";

/// From December on the standard is 600.00 yuan.
fn raised(office: &Office) {
    standard(office, "基本生活", 60_000);
}

fn standard(office: &Office, category: &str, fen: i64) {
    let body = json!({
        "amount_fen": fen, "area": "141199", "basis": "样政发〔2020〕9号", "category": category,
        "from": "2020-12", "rule": "fixed", "scheme": "TK-S",
    });
    let act = json!({ "kind": "standard.set", "body": body });
    let ended = office.act("社会救助股股长", &act);
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

fn due(office: &Office, month: &str) -> (u64, i64) {
    let change = office.show(&["roster", "--scheme", "TK-S", "--period", month]);
    (change["now"]["lines"].as_u64().unwrap(), change["now"]["total_fen"].as_i64().unwrap())
}

/// Two of the village's new people draw it from November on.
fn drawing(office: &Office) {
    let list = format!(
        "身份证号,姓名,保障人数,基本生活\n{},样一,1,548.10\n{},样三,1,548.10\n",
        id_no(1),
        id_no(3)
    );
    let list = office.commas("资格.csv", &list);
    let words = ["import", "entitlements", "--scheme", "TK-S", "--from", "2020-11"];
    let words = [&words[..], &["--category", "分散"]].concat();
    let brought = office.done("账户维护", &words, &list);
    let body = json!({ "brought_in": brought["act"], "root": brought["root"] });
    let act = json!({ "kind": "entitlements.confirmed", "body": body });
    assert_eq!(office.act("分管副局长", &act).code, Some(0));
}

fn adjust<'a>(proof: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let words = [
        "adjust",
        "--scheme",
        "TK-S",
        "--from",
        "2020-12",
        "--reason",
        "提标",
        "--evidence",
        proof,
    ];
    [&words[..], more].concat()
}

fn confirm(office: &Office, post: &str, list: &Value) -> tests::program::Ended {
    office.run(post, &["adjust", "--confirm", list["act"].as_str().unwrap()], None)
}

#[test]
fn a_raised_standard_reaches_everybody_by_one_list_from_its_month_on() {
    let office = Office::new();
    let proof = office.file("提标.pdf", b"raise").display().to_string();
    let nothing = office.run("账户维护", &adjust(&proof, &[]), None);
    assert_eq!(
        (nothing.code, nothing.json()["error"]["code"].as_str()),
        (Some(1), Some("list.nothing_to_adjust")),
        "{nothing:?}"
    );
    raised(&office);
    let (lines, before) = due(&office, "2020-12");
    assert_eq!(before, i64::try_from(lines).unwrap() * 54_810);
    let height = office.height();
    let tried = office.run("账户维护", &adjust(&proof, &["--dry-run"]), None).json();
    assert_eq!(
        (office.height(), &tried["lines"], &tried["seq"]),
        (height, &json!(lines), &Value::Null)
    );
    let list = office.run("账户维护", &adjust(&proof, &[]), None).json();
    assert_eq!(list["total_fen"], json!(lines * 60_000));
    assert_eq!(due(&office, "2020-12"), (lines, before), "not before it is confirmed");
    let act = list["act"].as_str().unwrap();
    let told = office.run("分管副局长", &["adjust", "--confirm", act, "--dry-run"], None).json();
    let sums = (&told["lines"], &told["total_before_fen"], &told["total_fen"], &told["seq"]);
    assert_eq!(sums, (&json!(lines), &json!(before), &json!(lines * 60_000), &Value::Null));
    let own = confirm(&office, "账户维护", &list);
    assert_eq!(own.json()["error"]["code"], "authority.role_missing", "{own:?}");
    let done = confirm(&office, "分管副局长", &list);
    assert_eq!(done.code, Some(0), "{done:?}");
    let after = i64::try_from(lines).unwrap() * 60_000;
    assert_eq!(
        (due(&office, "2020-11"), due(&office, "2020-12")),
        ((lines, before), (lines, after))
    );
    let again = confirm(&office, "分管副局长", &list);
    assert_eq!(again.json()["error"]["code"], "entitlement.adjustment_unknown", "{again:?}");
    let dir = office.dir().display().to_string();
    let trust = office.dir().join("trust").display().to_string();
    let verified = crate::demo::program().run(["verify", &dir, "--trust", &trust]);
    assert_eq!(verified.code, Some(0), "{verified:?}");
}

#[test]
fn new_amounts_come_in_from_a_list_and_are_refused_at_their_row() {
    let office = Office::new();
    office.done("账户维护", &["import", "people"], &people(&office));
    drawing(&office);
    raised(&office);
    let proof = office.file("提标.pdf", b"raise").display().to_string();
    let listed = |name: &str, rows: &[(u32, &str, &str)]| {
        let row = |(id, name, fen): &(u32, &str, &str)| format!("{},{name},{fen}\n", id_no(*id));
        let rows = rows.iter().map(row).collect::<Vec<_>>().concat();
        office.commas(name, &format!("身份证号,姓名,基本生活\n{rows}"))
    };
    let (wrong, good) = (
        listed(
            "错.csv",
            &[(1, "样一", "548.11"), (2, "样二", RAISED), (3, "样山", RAISED), (1, "样一", RAISED)],
        ),
        listed("对.csv", &[(1, "样一", RAISED), (3, "样三", RAISED)]),
    );
    let (wrong, good) = (wrong.display().to_string(), good.display().to_string());
    let expected = [
        told("list.refused", 2, "基本生活"),
        told("list.refused", 3, "身份证号"),
        told("list.differs", 4, "姓名"),
        told("list.refused", 5, "身份证号"),
    ];
    assert_eq!(
        office.problems_of("账户维护", &adjust(&proof, &["--list", &wrong]), None),
        expected
    );
    let words = adjust(&proof, &["--list", &good]);
    let (lines, before) = due(&office, "2020-12");
    let list = office.run("账户维护", &words, None).json();
    assert_eq!((&list["lines"], &list["total_fen"]), (&json!(2), &json!(120_000)), "{list}");
    let done = confirm(&office, "分管副局长", &list);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(due(&office, "2020-12"), (lines, before + 2 * (60_000 - 54_810)));
    // Brought once more, it changes nothing and says so.
    let again = office.run("账户维护", &words, None);
    let said = again.json()["error"]["text"].as_str().unwrap().to_owned();
    assert!(said.contains("没有要调整的") && said.contains("2项"), "{said}");
}

#[test]
fn a_part_ends_only_where_the_list_says_so() {
    let office = Office::new();
    office.done("账户维护", &["import", "people"], &people(&office));
    drawing(&office);
    standard(&office, "护理", 10_000);
    let proof = office.file("提标.pdf", b"raise").display().to_string();
    let try_list = |head: &str, amounts: &str| {
        let list = format!("身份证号,{head}\n{},{amounts}\n", id_no(1));
        let list = office.commas("名单.csv", &list).display().to_string();
        office.run("账户维护", &adjust(&proof, &["--list", &list]), None)
    };
    // A part that was not due comes in beside the one that is not in the list.
    let list = try_list("护理", "100.00").json();
    assert_eq!(list["total_fen"], json!(64_810), "{list}");
    assert_eq!(confirm(&office, "分管副局长", &list).code, Some(0));
    let unchanged = try_list("基本生活,月保障金额", "548.10,648.10");
    assert!(
        unchanged.json()["error"]["text"].as_str().unwrap().contains("没有要调整的"),
        "{unchanged:?}"
    );
    let told_of = |ended: tests::program::Ended| {
        let problems = ended.json()["error"]["problems"].as_array().cloned().unwrap_or_default();
        let problem = problems.first().cloned().unwrap_or_default();
        (problem["code"].as_str().map(str::to_owned), problem["column"].as_str().map(str::to_owned))
    };
    let expected = |code: &str, column: &str| (Some(code.to_owned()), Some(column.to_owned()));
    let total = try_list("基本生活,月保障金额", "548.10,548.10");
    assert_eq!(told_of(total), expected("list.differs", "月保障金额"));
    let blank = try_list("基本生活,护理", "548.10,");
    assert_eq!(told_of(blank), expected("list.value_missing", "护理"));
    let ended = try_list("基本生活,护理", "548.10,0").json();
    assert_eq!(ended["total_fen"], json!(54_810), "{ended}");
}

#[test]
fn of_a_scheme_without_standards_nothing_is_worked_out() {
    let office = Office::new();
    let proof = office.file("提标.pdf", b"raise").display().to_string();
    let words = ["adjust", "--scheme", "XX", "--from", "2020-12", "--reason", "提标"];
    let ended = office.run("账户维护", &[&words[..], &["--evidence", &proof]].concat(), None);
    let said = ended.json()["error"]["text"].as_str().unwrap().to_owned();
    assert!(said.contains("项目XX还没有任何标准"), "{said}");
    let empty = office.file("空.pdf", b"").display().to_string();
    let ended = office.run("账户维护", &adjust(&empty, &[]), None);
    assert!(ended.json()["error"]["text"].as_str().unwrap().contains("是空的文件"), "{ended:?}");
}
