//! Lists as offices bring them, imported by the program: whole or not at all, every problem at its row and column.

mod office;
mod raising;

use std::path::PathBuf;

use serde_json::{Value, json};

use office::{Office, account, id_no, told};

/// Two households of three persons, as a workbook with a title and columns in the office's own order.
fn people(office: &Office) -> PathBuf {
    let (one, two, three) = (id_no(1), id_no(2), id_no(3));
    let (first, second) = (account(1), account(3));
    office.workbook(
        "人员.xlsx",
        &[
            &["样例县救助对象名单"],
            &["序号", "证件号码", "姓名", "户号", "与户主关系", "村区划", "账号", "开户行", "备注"],
            &["1", &two, "样二", "001", "配偶", "141199001001", "", "", "无账户"],
            &["2", &one, "样一", "001", "户主", "141199001001", &first, "农商行", ""],
            &["3", &three, "样三", "002", "户主", "141199001001", &second, "农商行", ""],
        ],
    )
}

const PEOPLE: &[&str] = &["import", "people"];

#[test]
fn somebody_joins_a_registered_household_and_is_found_by_the_number() {
    let office = Office::new();
    office.done("账户维护", PEOPLE, &people(&office));
    let heading = "户号,村区划,姓名,身份证号,账号,开户银行,与户主关系,加入户身份证号\n";
    let row = |n: u32, relation: &str, village: &str, of: &str| {
        format!("甲,{village},样{n},{},,,{relation},{of}\n", id_no(n))
    };
    let (here, elsewhere) = ("141199001001", "141199001002");
    let (first, nobody) = (id_no(1), id_no(90));
    let bad = [
        row(10, "子女", here, &first),
        row(11, "户主", here, &first),
        row(12, "子女", here, ""),
        row(13, "子女", here, &nobody),
    ];
    let bad = office.commas("错.csv", &format!("{heading}{}", bad.concat()));
    let joins = "加入户身份证号";
    let expected = [
        told("list.twice", 3, "与户主关系"),
        told("list.differs", 4, joins),
        told("list.person_unknown", 5, joins),
    ];
    assert_eq!(office.problems("账户维护", PEOPLE, &bad), expected);
    let moved =
        office.commas("迁.csv", &format!("{heading}{}", row(10, "子女", elsewhere, &first)));
    assert_eq!(office.problems("账户维护", PEOPLE, &moved), [told("list.differs", 2, "村区划")]);
    let born = office.commas("生.csv", &format!("{heading}{}", row(10, "子女", here, &first)));
    office.done("账户维护", PEOPLE, &born);
    let find = |n: u32| office.run("账户维护", &["show", "person", "--id-no", &id_no(n)], None);
    let (child, head) = (find(10).json(), find(1).json());
    assert_eq!(child["household"], head["household"]);
    assert_eq!((&child["is_head"], &head["is_head"]), (&json!(false), &json!(true)));
    let person = child["person"].as_str().unwrap().to_owned();
    let page = office.show(&["household", "--person", &person, "--period", "2020-10"]);
    assert_eq!(page["members"].as_array().unwrap().len(), 3);
    assert_eq!(find(90).code, Some(1), "nobody has this number");
}

/// Digits as a Chinese input method writes them.
fn wide(text: &str) -> String {
    let wide = |sign: char| char::from_u32(u32::from(sign) + 0xfee0).unwrap();
    text.chars().map(wide).collect()
}

#[test]
fn a_number_in_full_width_digits_is_the_same_number() {
    let office = Office::new();
    office.done("账户维护", PEOPLE, &people(&office));
    let heading = "户号,村区划,姓名,身份证号,账号,开户银行,加入户身份证号\n";
    let (child, head) = (id_no(10), id_no(1));
    let row = format!(
        "甲,141199001001,样十,{},{},农商行,{}\n",
        wide(&child),
        wide(&account(10)),
        wide(&head)
    );
    office.done("账户维护", PEOPLE, &office.commas("生.csv", &format!("{heading}{row}")));
    let find = |number: &str| {
        let ended = office.run("账户维护", &["show", "person", "--id-no", number], None);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        ended.json()
    };
    let found = find(&wide(&child));
    assert_eq!(found["person"], find(&child)["person"]);
    assert_eq!(found["household"], find(&wide(&head))["household"]);
    assert!(!found["account"].is_null());
}

#[test]
fn a_list_of_people_is_registered_whole_or_not_at_all() {
    let office = Office::new();
    let good = people(&office);
    let before = office.height();
    let tried = office.done("账户维护", &["import", "people", "--dry-run"], &good);
    assert_eq!((&tried["households"], &tried["persons"]), (&json!(2), &json!(3)));
    assert_eq!(office.height(), before, "a dry run wrote entries");
    let bad_number = format!("{}0", &id_no(4)[..17]);
    let bad = office.commas(
        "人员.csv",
        &format!(
            "户号,村区划,姓名,身份证号,账号,开户银行\n\
             101,141199001001,样四,{bad_number},,\n102,1411,样五,{},6.2E+18,农商行\n103,141199001001,,{},,\n",
            id_no(5),
            id_no(6),
        ),
    );
    let problems = office.problems("账户维护", PEOPLE, &bad);
    let expected = [
        told("list.value_wrong", 2, "身份证号"),
        told("list.value_wrong", 3, "村区划"),
        told("list.value_wrong", 3, "账号"),
        told("list.value_missing", 4, "姓名"),
    ];
    // The check character of an invented number may happen to be 0.
    let expected: Vec<_> = expected.into_iter().skip(usize::from(bad_number == id_no(4))).collect();
    assert_eq!(problems, expected);
    office.done("账户维护", PEOPLE, &good);
    let again = office.problems("账户维护", PEOPLE, &good);
    assert_eq!(again.len(), 5, "{again:?}");
    assert!(again.iter().all(|(code, ..)| code == "list.twice"), "{again:?}");
    let clerk = office.run("会计", PEOPLE, Some(&bad));
    assert_eq!(clerk.code, Some(1), "{clerk:?}");
}

#[test]
fn entitlements_come_in_by_their_parts_and_are_refused_at_their_row() {
    let office = Office::new();
    office.done("账户维护", PEOPLE, &people(&office));
    let bare = ["import", "entitlements", "--scheme", "TK-S", "--from", "2020-11"];
    let words = [&bare[..], &["--category", "分散"]].concat();
    let list = |name: &str, rows: &[(&str, &str, &str)], total: &str| {
        let row = |(id, name, fen): &(&str, &str, &str)| format!("{id},{name},1,{fen},{fen}\n");
        let rows = rows.iter().map(row).collect::<Vec<_>>().concat();
        let head = "样例县特困人员名册,,,,\n身份证号,姓名,保障人数,基本生活,月保障金额\n";
        office.commas(name, &format!("{head}{rows}合计,,,,{total}\n"))
    };
    let (one, three, nobody) = (id_no(1), id_no(3), id_no(99));
    let wrong = list(
        "错.csv",
        &[(&one, "样一", "548.11"), (&three, "样山", "548.10"), (&nobody, "样九", "5.481")],
        "1096.20",
    );
    let expected = [
        told("list.refused", 3, "身份证号"),
        told("list.differs", 4, "姓名"),
        told("list.person_unknown", 5, "身份证号"),
        told("list.not_money", 5, "基本生活"),
        told("list.not_money", 5, "月保障金额"),
    ];
    assert_eq!(office.problems("账户维护", &words, &wrong), expected);
    let rows = [(one.as_str(), "样一", "548.10"), (three.as_str(), "样三", "548.10")];
    let short = list("少.csv", &rows, "548.10");
    assert_eq!(
        office.problems("账户维护", &words, &short),
        [told("list.total_differs", 5, "月保障金额")]
    );
    let good = list("对.csv", &rows, "\"1,096.20\"");
    assert_eq!(
        office.problems("账户维护", &bare, &good),
        [3, 4].map(|row| told("list.value_missing", row, "类别"))
    );
    let brought = office.done("账户维护", &words, &good);
    assert_eq!((&brought["lines"], &brought["total_fen"]), (&json!(2), &json!(109_620)));
    confirmed(&office, &brought);
    let doubled = office.problems("账户维护", &words, &good);
    assert_eq!(doubled.len(), 2, "both draw it already: {doubled:?}");
}

/// The county confirms the list; the roster of its first month then has two lines more than the month before.
fn confirmed(office: &Office, brought: &Value) {
    let scheme = ["roster", "--scheme", "TK-S", "--period", "2020-11"];
    let before = office.show(&scheme)["now"]["lines"].as_u64().unwrap();
    let body = json!({ "brought_in": brought["act"], "root": brought["root"] });
    let ended =
        office.act("分管副局长", &json!({ "kind": "entitlements.confirmed", "body": body }));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let change = office.show(&scheme);
    assert_eq!(change["now"]["lines"].as_u64().unwrap(), before + 2);
    let new = change["changes"].as_array().unwrap();
    assert_eq!(new.iter().filter(|one| one["why"] == "new").count(), 2, "{change}");
}

#[test]
fn allotments_are_signed_once_however_often_the_list_is_brought() {
    let office = Office::new();
    let list = |rows: &str| {
        let head = "文号,来源级次,是否直达,功能科目,资金代码,金额（元）,到账日期\n";
        office.commas("指标.csv", &format!("{head}{rows}"))
    };
    let words = ["import", "allotments"];
    let wrong = list(
        "样财社〔2020〕9号,区级,否,2081901,F-DB,1.005,2020-11-31\n,省级,,2081901,F-XX,1,2020-11-05\n",
    );
    let found = office.problems("会计", &words, &wrong);
    let expected = [
        told("list.value_wrong", 2, "来源级次"),
        told("list.not_money", 2, "金额"),
        told("list.not_a_date", 2, "到达日期"),
        told("list.value_missing", 3, "发文字号"),
        told("list.value_wrong", 3, "资金代码"),
    ];
    assert_eq!(found.len(), expected.len(), "{found:?}");
    assert!(expected.iter().all(|one| found.contains(one)), "{found:?}");
    let rows = "样财社〔2020〕9号,省级,03省级直达,2081901,F-DB,\"10,000.00\",2020/11/5\n\
                样财社〔2020〕10号,县,,2081901,F-DB,500,20201106\n合计,,,,,10500.00,\n";
    let closed = list(
        "样财社〔2020〕8号,省级,,2081901,F-DB,1,2020-10-05\n样财社〔2020〕9号,县,,2081901,F-DB,1,2020-11-05\n",
    );
    let ended = office.run("会计", &words, Some(&closed));
    assert_eq!(ended.json()["error"]["code"], "period.closed", "{ended:?}");
    let before = office.height();
    let tried = office.done("会计", &["import", "allotments", "--dry-run"], &list(rows));
    assert_eq!((&tried["rows"], &tried["total_fen"]), (&json!(2), &json!(1_050_000)));
    assert_eq!(office.height(), before);
    office.done("会计", &words, &list(rows));
    assert_eq!(office.height(), before + 2);
    let again = office.done("会计", &words, &list(rows));
    assert_eq!((&again["known"], office.height()), (&json!(2), before + 2));
}

#[test]
fn what_others_list_about_persons_is_matched_by_number_and_name() {
    let office = Office::new();
    office.done("账户维护", PEOPLE, &people(&office));
    let rule = json!({
        "kind": "alert.rule_set",
        "body": {
            "basis": "样医保〔2020〕1号", "from": "2020-11", "listed_fen": 2_000_000,
            "other_fen": 4_000_000, "schemes": ["TK-S"],
        },
    });
    assert_eq!(office.act("社会救助股股长", &rule).code, Some(0));
    let head = "姓名,身份证号,医疗总费用,个人自负,截至日期\n";
    let wrong = format!("{head}样一,{},100,200,2020-11-20\n", id_no(1));
    let wrong = office.commas("a.csv", &wrong);
    let found = office.problems("账户维护", &["import", "spending"], &wrong);
    assert_eq!(found, [told("list.refused", 2, "身份证号")]);
    let good = format!(
        "{head}样一,{},62000.00,45000.00,2020年11月20日\n样三,{},30000,1000,2020-11-20\n",
        id_no(1),
        id_no(3)
    );
    let listed = office.done("账户维护", &["import", "spending"], &office.commas("b.csv", &good));
    assert_eq!(listed["lines"], 2);
    let alerts = office.show(&["alerts", "--year", "2020"]);
    assert_eq!(alerts["alerts"].as_array().unwrap().len(), 1, "{alerts}");
    let loans =
        format!("身份证号,放款金额,放款日,到期日\n{},30000,2020-06-01,2021-05-31\n", id_no(3));
    let words = ["import", "loans", "--bank", "样例农商行"];
    office.done("账户维护", &words, &office.commas("c.csv", &loans));
}

#[test]
fn an_office_is_handed_over_with_everything_that_is_open() {
    let office = Office::new();
    let matters = office.show(&["matters", "--unit", "MZJ"]);
    let open = matters["matters"].as_array().unwrap().len();
    let follower = officer(&office, "造册复核");
    let offered = office.run("社会救助股股长", &["handover", "--to", &follower], None);
    assert_eq!(offered.code, Some(0), "{offered:?}");
    let offered = offered.json();
    assert_eq!(offered["matters"].as_u64().unwrap(), u64::try_from(open).unwrap());
    let act = offered["act"].as_str().unwrap();
    let foreign = office.run("造册经办", &["handover", "--accept", act], None);
    assert_eq!(foreign.json()["error"]["code"], "handover.wrong", "{foreign:?}");
    let taken = office.run("造册复核", &["handover", "--accept", act], None);
    assert_eq!(taken.code, Some(0), "{taken:?}");
    let twice = office.run("造册复核", &["handover", "--accept", act], None);
    assert_eq!(twice.json()["error"]["code"], "handover.unknown", "{twice:?}");
}

/// The id of whoever holds a post.
fn officer(office: &Office, post: &str) -> String {
    let trust = ledger::trust::Trust::read(&office.dir().join("trust")).unwrap();
    let log = ledger::log::Log::open_for_audit(office.dir(), &trust.log_key).unwrap();
    let books = ledger::engine::fold_while(&log, trust.origin(), &mut |_, _| true).unwrap();
    let mut all = books.offices.officers.iter();
    all.find(|(_, known)| known.post == post).unwrap().0.to_string()
}
