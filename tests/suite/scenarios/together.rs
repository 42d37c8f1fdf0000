//! One household, helped by ten units: everything on one page, and what excludes each other found at approval.

use ledger::views::flags::{self, FlagRule};
use ledger::views::{household, pairs};
use serde_json::{Value, json};
use tests::given::Saying;

use super::story::{Story, Told, part, yuan};
use super::way::Case;

/// Unit, its name, scheme, its name, and what it gives a month in fen.
const AID: [(&str, &str, &str, &str, i64); 10] = [
    ("MZJ", "民政局", "DB", "农村低保", 208_000),
    ("CL", "残联", "CJ-L", "困难残疾人生活补贴", 7_000),
    ("YB", "医保局", "YL", "医疗救助", 300_000),
    ("JY", "教育局", "ZX", "助学金", 25_000),
    ("RS", "人社局", "GY", "公益性岗位", 162_000),
    ("ZJ", "住建局", "ZL", "住房租赁补贴", 30_000),
    ("NY", "农业农村局", "CYB", "产业奖补", 50_000),
    ("GH", "总工会", "KN", "困难职工帮扶", 40_000),
    ("FL", "妇联", "LA", "两癌救助", 100_000),
    ("CS", "慈善会", "CZ", "慈善助困", 60_000),
];

fn given<'a>(scheme: &'static str, parts: &'a Value) -> Case<'a> {
    Case {
        scheme,
        category: "一般",
        household: 1,
        persons: &[1],
        payee: 1,
        organisation: None,
        parts,
        day: "2020-10-09",
        from: "2020-10",
        last: None,
        cause: None,
    }
}

pub fn s15_one_household() -> Told {
    let mut story = Story::begin();
    story.people("990101001001", &[(1, &[1, 2, 3, 4, 5])]);
    let schemes: Vec<&str> = AID.iter().map(|(_, _, scheme, ..)| *scheme).collect();
    story.fund("F-ZH", "pooled", &[&schemes[..], &["TK"]].concat());
    let money = json!({
        "amount_fen": 5_000_000, "contributor": "联合帮扶专户", "date": "2020-10-08", "fund": "F-ZH",
        "voucher_no": "收",
    });
    story.say("keeper", "fund.contributed", money);
    for (n, (unit, name, scheme, title, fen)) in (1..).zip(AID) {
        if unit != "MZJ" {
            let unit = json!({ "name": format!("清河县{name}"), "side": "office", "unit": unit });
            story.say("admin", "unit.registered", unit);
        }
        story.scheme(scheme, title, "2020-01", json!({ "unit": unit }));
        story.standard((scheme, "救助金"), fen, "ceiling", "2020-01");
        let parts = json!([part("救助金", fen)]);
        story.entitle(n, &given(scheme, &parts));
    }
    let paid: i64 = AID
        .iter()
        .map(|(_, _, scheme, ..)| story.pay(scheme, "2020-10", &["F-ZH"], "2020-10-20"))
        .sum();
    let id = story.county.fill_text("$household1").parse().unwrap();
    let books = &story.county.ledger.books;
    let page = household::of(books, id, "2020-10".parse().unwrap()).unwrap();
    let kinds = page.aid.values().flatten().count();
    assert_eq!((page.aid.len(), kinds, page.members.len()), (10, 10, 5));
    assert_eq!((page.paid.fen(), page.due.fen()), (paid, paid));
    story.figure("一户一页：单位、项目", format!("{}个单位、{kinds}项", page.aid.len()));
    story.figure("当月到户", yuan(paid));
    excluded(&mut story);
    story.end()
}

/// 特困 excludes 低保, as long as the policy says so.
fn excluded(story: &mut Story) {
    story.scheme("TK", "特困供养", "2020-01", json!({}));
    story.standard(("TK", "基本生活"), 54_808, "fixed", "2020-01");
    let parts = json!([part("基本生活", 54_808)]);
    let also = given("TK", &parts);
    let pair = json!({
        "basis": "国发〔2016〕14号", "from": "2020-10", "one": "TK", "other": "DB",
    });
    story.county.must("pair", &Saying::new("policy", "exclusion.set", pair));
    story.case_refused("与低保互斥的特困（审批时）", 30, &also, "entitlement.exclusive");
    warned_of(story, &also);
}

/// Where the policy only warns, both are granted and paid; whoever draws the roster is told, and supervisors see it.
fn warned_of(story: &mut Story, also: &Case<'_>) {
    let pair = json!({
        "basis": "县政府专题会议纪要〔2020〕9号", "effect": "warned", "from": "2020-10", "one": "DB",
        "other": "TK",
    });
    story.county.must("softer", &Saying::new("policy", "exclusion.set", pair));
    story.entitle(31, also);
    let (scheme, month) = ("TK".parse().unwrap(), "2020-10".parse().unwrap());
    let both = pairs::both_due(&story.county.ledger.books, &scheme, month);
    let told: Vec<_> = both.iter().map(|both| both.scheme.as_str()).collect();
    assert_eq!(told, ["DB"]);
    let sum = story.pay("TK", "2020-10", &["F-ZH"], "2020-10-21");
    let day = "2020-10-31".parse().unwrap();
    let found = flags::suspicions(&story.county.ledger.books, day).unwrap();
    let mut pairs = found.iter().filter(|one| one.rule == FlagRule::PaidPair);
    let pair = pairs.next().expect("both of the pair were paid");
    assert_eq!((pair.scheme.as_str(), pair.amount.fen(), pair.count), ("TK", sum, 1));
    assert!(pairs.next().is_none(), "a pair is told once");
    story.figure("政策只作提示的一对：都发了，列为疑点", yuan(sum));
}
