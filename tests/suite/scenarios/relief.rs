//! Help that is no monthly money: medical alerts, goods, people without papers.

use ledger::books::postings::Account;
use ledger::views::rescue;
use serde_json::{Value, json};
use tests::given::Saying;

use super::story::{Story, Told, part, yuan};
use super::way::Case;

fn case<'a>(scheme: &'a str, persons: &'a [u32], parts: &'a Value, day: &'a str) -> Case<'a> {
    Case {
        scheme,
        category: "一般",
        household: persons[0],
        persons,
        payee: persons[0],
        organisation: None,
        parts,
        day,
        from: &day[..7],
        last: Some(&day[..7]),
        cause: None,
    }
}

/// A list of the medical insurance office: person, total, own, up to.
fn spending(lines: &[(u32, i64, i64)], until: &str) -> Saying {
    let body = json!({ "file": format!("#spending {until}"), "source": "县医保局月度交换" });
    let saying = Saying::new("registrar", "medical.listed", body);
    lines.iter().fold(saying, |saying, (person, total, own)| {
        let line = json!({
            "amount_fen": total, "own_fen": own, "person": format!("$person{person}"), "until": until,
        });
        saying.line("spending", line)
    })
}

fn answer(person: u32, year: i16, reason: &str) -> Value {
    json!({
        "evidence": "#visit", "person": format!("$person{person}"), "reason": reason, "year": year,
    })
}

pub fn s13_medical() -> Told {
    let mut story = Story::begin();
    story.scheme("DB", "农村低保", "2016-01", json!({}));
    story.standard(("DB", "差额补助"), 40_442, "ceiling", "2016-01");
    story.scheme("YL", "医疗救助", "2016-01", json!({ "months": 1 }));
    story.standard(("YL", "救助金"), 1_500_000, "ceiling", "2016-01");
    story.fund("F-YL", "treasury", &["YL"]);
    story.money("F-YL", 5_000_000, "2020-01-09", "province");
    let of: Vec<(u32, Vec<u32>)> = (1..=4).map(|n| (n, vec![n])).collect();
    let of: Vec<(u32, &[u32])> = of.iter().map(|(n, m)| (*n, m.as_slice())).collect();
    story.people("990101001001", &of);
    let low = json!([part("差额补助", 40_000)]);
    for n in [1, 2] {
        let persons = [n];
        let case = Case { last: None, ..case("DB", &persons, &low, "2020-01-10") };
        story.entitle(n, &case);
    }
    story.say(
        "policy",
        "alert.rule_set",
        json!({
            "basis": "三医保〔2019〕3号", "from": "2020-01", "listed_fen": 2_000_000,
            "other_fen": 4_000_000, "schemes": ["DB"],
        }),
    );
    // Listed: above and at the mark. Others: above by own spending, and high in total only.
    let june = [(1, 2_500_000, 600_000), (2, 2_000_000, 1_900_000), (3, 9_000_000, 4_500_000)];
    story.county.must("listed", &spending(&june, "2020-06-30"));
    let high_in_total = spending(&[(4, 9_000_000, 4_000_000)], "2020-06-30");
    story.county.must("listed", &high_in_total);
    story.refused("同一截止日再报一次", &high_in_total, "spending.line_wrong");
    let raised = |story: &Story| story.county.ledger.books.medical.alerts.len();
    assert_eq!(raised(&story), 2);
    story.county.must("listed", &spending(&[(1, 4_000_000, 900_000)], "2020-09-30"));
    assert_eq!(raised(&story), 2, "once a person and year");
    let said = format!("{}人，各一次", raised(&story));
    story.figure("预警（在册超20,000元、其他自负超40,000元）", said);
    let never = Saying::new("surveyor", "alert.answered", answer(4, 2020, "电话回访"));
    story.refused("处置没有预警的人", &never, "alert.unknown");
    followed_up(&mut story);
    story.county.must("listed", &spending(&[(1, 2_100_000, 1)], "2021-02-28"));
    assert_eq!(raised(&story), 3, "another year is another alert");
    story.end()
}

/// One alert becomes a case and is paid, the other a reasoned no.
fn followed_up(story: &mut Story) {
    let parts = json!([part("救助金", 1_000_000)]);
    story.entitle(9, &case("YL", &[3], &parts, "2020-10-12"));
    let mut body = answer(3, 2020, "入户核实，支出型困难，转办医疗救助");
    body["application"] = json!("$application9");
    story.say("surveyor", "alert.answered", body.clone());
    let twice = Saying::new("surveyor", "alert.answered", body);
    story.refused("同一预警处置两次", &twice, "alert.answered");
    let mut foreign = answer(1, 2020, "转办");
    foreign["application"] = json!("$application9");
    let foreign = Saying::new("surveyor", "alert.answered", foreign);
    story.refused("拿别户的申请处置预警", &foreign, "household.not_a_member");
    let paid = story.pay("YL", "2020-10", &["F-YL"], "2020-10-20");
    assert_eq!(paid, 1_000_000);
    story.say("surveyor", "alert.answered", answer(1, 2020, "大病保险已报销，自负在可承受范围"));
    let alerts = &story.county.ledger.books.medical.alerts;
    let answers = alerts.values().filter_map(|alert| alert.answered.as_ref());
    let cases = answers.clone().filter(|answer| answer.application.is_some()).count();
    let said = format!("转办{cases}件（{}元），说明理由{}件", yuan(paid), answers.count() - cases);
    story.figure("处置", said);
}

pub fn s16_goods() -> Told {
    let mut story = Story::begin();
    story.scheme("SW", "实物救助", "2020-01", json!({}));
    story.people("990101001001", &[(1, &[1]), (2, &[2])]);
    for (goods, name, quantity, unit, fen) in [
        ("ZZ-1", "玉米种子", 20, "袋", 4_500),
        ("HF-1", "化肥", 40, "袋", 13_000),
        ("DM-1", "地膜", 30, "卷", 2_600),
        ("YANG-1", "种羊", 3, "只", 120_000),
    ] {
        story.say(
            "registrar",
            "goods.received",
            json!({
                "arrived": "2020-03-05", "evidence": "#delivery note", "goods": goods, "name": name,
                "quantity": quantity, "scheme": "SW", "source": "县农业农村局", "unit": unit,
                "unit_value_fen": fen,
            }),
        );
    }
    let hand = |goods: &str, quantity: u32, household: u32, person: u32, day: &str| {
        let body = json!({
            "date": day, "goods": goods, "household": format!("$household{household}"),
            "person": format!("$person{person}"), "quantity": quantity,
            "receipt": format!("#receipt {goods} {day}"),
        });
        Saying::new("registrar", "goods.handed_out", body)
    };
    for (goods, quantity) in [("ZZ-1", 2), ("HF-1", 4), ("DM-1", 3), ("YANG-1", 3)] {
        story.county.must("handed", &hand(goods, quantity, 1, 1, "2020-03-20"));
    }
    story.refused("发放多于结存", &hand("YANG-1", 1, 2, 2, "2020-03-21"), "goods.insufficient");
    story.refused(
        "签收人不是该户成员",
        &hand("HF-1", 1, 1, 2, "2020-03-21"),
        "household.not_a_member",
    );
    story.refused("入库之前就发放", &hand("HF-1", 1, 2, 2, "2020-03-01"), "posting.too_early");
    story.refused("没有入库的物资", &hand("HF-9", 1, 2, 2, "2020-03-21"), "goods.unknown");
    // A slip is reversed in full, and the goods are there again.
    story.county.must("slip", &hand("HF-1", 1, 2, 2, "2020-03-22"));
    let reversal = json!({ "act": "$slip", "date": "2020-03-23", "evidence": "#proof", "reason": "签收户写错" });
    story.say("supervisor", "entry.reversed", reversal);
    no_money(&mut story);
    story.end()
}

/// What was handed out has a value, and no cash total knows of it.
fn no_money(story: &mut Story) {
    let books = &story.county.ledger.books;
    let is_money = |account: &Account| {
        matches!(account, Account::Bank(..) | Account::InTransit(_) | Account::Spent(..))
    };
    assert!(!books.postings.balances().keys().any(is_money), "goods are no money");
    let given: i64 = books
        .postings
        .balances()
        .iter()
        .filter(|(account, _)| matches!(account, Account::GoodsGiven(..)))
        .map(|(_, value)| value.fen())
        .sum();
    assert_eq!(given, 2 * 4_500 + 4 * 13_000 + 3 * 2_600 + 3 * 120_000);
    let left: Vec<String> = books
        .goods
        .lots
        .values()
        .map(|lot| format!("{}{}{}", lot.received.name, lot.left, lot.received.unit))
        .collect();
    story.figure("发放物资价值（备查，不计入资金）", yuan(given));
    story.figure("结存", left.join("、"));
}

/// How many were found, and how it ended for a hundred of them.
const FOUND: u32 = 103;
const WAYS: [(&str, u32); 4] = [("home", 76), ("family", 6), ("institution", 6), ("hospital", 12)];

fn identified(person: u32, known: u32) -> Saying {
    let body = json!({
        "evidence": "#fingerprints", "known": format!("$person{known}"),
        "person": format!("$person{person}"),
    });
    Saying::new("county", "person.identified", body)
}

fn found(story: &mut Story) {
    for n in 1..=FOUND {
        story.say(
            "registrar",
            "person.found",
            json!({
                "division": "990101001", "evidence": "#record", "found": "2020-12-03",
                "household": format!("$household{n}"), "person": format!("$person{n}"),
            }),
        );
    }
    story.people("990101001001", &[(201, &[201, 202])]);
}

pub fn s19_homeless() -> Told {
    let mut story = Story::begin();
    let more = json!({
        "months": 1, "payees": ["hospital", "beneficiary"], "town_limit_fen": 100_000,
    });
    story.scheme("LL", "流浪乞讨人员救助", "2020-01", more);
    story.standard(("LL", "医疗费"), 2_000_000, "ceiling", "2020-01");
    story.standard(("LL", "生活费"), 100_000, "ceiling", "2020-01");
    story.fund("F-LL", "treasury", &["LL"]);
    story.fund("F-BY", "float", &["LL"]);
    story.money("F-LL", 5_000_000, "2020-12-01", "central");
    story.say("keeper", "fund.moved", json!({
        "amount_fen": 500_000, "date": "2020-12-01", "from": "F-LL", "reason": "救助站备用金", "to": "F-BY",
    }));
    found(&mut story);
    helped(&mut story);
    let mut person = 1..=FOUND;
    for (how, count) in WAYS {
        for n in person.by_ref().take(usize::try_from(count).unwrap()) {
            let body = json!({
                "evidence": "#record", "how": how, "person": format!("$person{n}"),
                "settled": "2020-12-05",
            });
            story.say("registrar", "person.settled", body);
        }
    }
    let rescued = rescue::as_of(&story.county.ledger.books, "2020-12-31".parse().unwrap());
    let ways: Vec<u64> = rescued.settled.values().copied().collect();
    assert_eq!((rescued.found, ways.iter().sum::<u64>(), rescued.open), (103, 100, 3));
    let said: Vec<String> =
        rescued.settled.iter().map(|(how, count)| format!("{}{count}", how.chinese())).collect();
    story.figure("发现（口径：人）", format!("{}人", rescued.found));
    story.figure(
        "安置去向（报道只给四个数，去向名称为自拟）",
        format!("{}，合计{}人", said.join("、"), ways.iter().sum::<u64>()),
    );
    story.figure("尚未安置（两数之差，照实保留）", format!("{}人", rescued.open));
    merged(&mut story);
    story.end()
}

/// Travel home out of the station's float, and a hospital's bill.
fn helped(story: &mut Story) {
    let ticket = json!({
        "advance": "$advance1", "amount_fen": 26_350, "cause": "护送返乡车票", "date": "2020-12-04",
        "fund": "F-BY", "household": "$household1", "payee": "$person1", "receipt": "#ticket",
        "scheme": "LL",
    });
    story.say("registrar", "advance.paid", ticket);
    story.organisation(1, "hospital", "清河县人民医院");
    let bill = json!([part("医疗费", 684_000)]);
    let treated = Case { organisation: Some(1), ..case("LL", &[90], &bill, "2020-12-10") };
    story.entitle(1, &treated);
    assert_eq!(story.pay("LL", "2020-12", &["F-LL"], "2020-12-20"), 684_000);
    let paid: i64 = story.settled("LL").iter().map(|payment| payment.amount.fen()).sum();
    story.figure("无证人员医疗费（付给医院）", yuan(paid));
    let float = story.county.ledger.books.urgent.advances.values();
    story.figure("护送返乡（救助站备用金）", yuan(float.map(|a| a.paid.amount_fen.fen()).sum()));
}

fn merged(story: &mut Story) {
    story.refused("两名有证件的人并为一人", &identified(201, 202), "person.identification_wrong");
    story.refused("并入另一名无证人员", &identified(90, 91), "person.identification_wrong");
    story.county.must("identified", &identified(90, 201));
    story.refused("已经查明的再查明", &identified(90, 202), "person.identified");
    let living = json!([part("生活费", 50_000)]);
    let old = case("LL", &[90], &living, "2021-01-05");
    story.filing_refused("查明之后仍以无证人员申请", 9, &old, "person.identified");
    let known = story.county.fill_text("$person201").parse().unwrap();
    let held = story.county.ledger.books.cases.of_person(known).count();
    story.figure("查明后并入本人名下的救助", format!("{held}件"));
}
