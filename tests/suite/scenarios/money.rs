//! Where money comes from: a pool of counties, and one payment out of several purses.

use ledger::ids::Division;
use ledger::line::Source;
use ledger::money::Money;
use ledger::views::pool;
use serde_json::json;
use tests::given::Saying;

use super::story::{Story, Told, entitlement, part, yuan};
use super::way::Case;

const DAY: &str = "2020-10-20";

/// The pool of 11 counties, on a scale of 1 to 100: 300,300 yuan in, aid of three kinds, at most 20,000 a case.
fn a_pool() -> Story {
    let mut story = Story::begin();
    let once = json!({ "cap_fen": 2_000_000, "months": 1 });
    story.scheme("JJ", "防止致贫返贫救助", "2020-01", once);
    for area in ["990101", "990102"] {
        for (label, fen) in
            [("绿色救助", 500_000), ("急难救助", 3_000_000), ("补充救助", 1_000_000)]
        {
            let of_area = Story::standard_saying(("JJ", label), fen, "ceiling", "2020-01");
            let mut saying = of_area;
            saying.body["area"] = json!(area);
            story.county.must("standard.set", &saying);
        }
    }
    story.fund("F-JJ", "pooled", &["JJ"]);
    for county in 1..=11 {
        story.say("keeper", "fund.contributed", json!({
            "amount_fen": 2_730_000, "area": format!("9901{county:02}"), "contributor": format!("第{county}县财政局"),
            "date": "2020-02-03", "fund": "F-JJ", "voucher_no": format!("统筹{county}"),
        }));
    }
    story.people("990101001001", &[(1, &[1, 2]), (2, &[3])]);
    story.people("990102001001", &[(3, &[4, 5, 6])]);
    story
}

fn aid<'a>(household: u32, persons: &'a [u32], parts: &'a serde_json::Value) -> Case<'a> {
    Case {
        scheme: "JJ",
        category: "一般户",
        household,
        persons,
        payee: persons[0],
        organisation: None,
        parts,
        day: DAY,
        from: "2020-10",
        last: Some("2020-10"),
        cause: None,
    }
}

pub fn s01_pooled_fund() -> Told {
    let mut story = a_pool();
    let (green, urgent) =
        (json!([part("绿色救助", 480_000)]), json!([part("急难救助", 2_000_000)]));
    let more = json!([part("补充救助", 300_000)]);
    story.entitle(1, &aid(1, &[1, 2], &urgent));
    story.entitle(2, &aid(2, &[3], &green));
    story.entitle(3, &aid(3, &[4, 5, 6], &more));
    let above = json!([part("急难救助", 2_000_001)]);
    story.survey_refused(
        "一户一次超过20,000元上限",
        4,
        &aid(2, &[3], &above),
        "scheme.cap_exceeded",
    );
    let paid = story.pay("JJ", "2020-10", &["F-JJ"], "2020-10-26");
    assert_eq!(paid, 2_780_000);
    let fund = "F-JJ".parse().unwrap();
    let areas = pool::by_area(&story.county.ledger.books, &fund).unwrap();
    let total: i64 = areas.values().map(|area| area.paid_in.fen()).sum();
    assert_eq!((areas.len(), total), (11, 30_030_000));
    story.figure("统筹到账（11县，按1:100）", yuan(total));
    let most = story.settled("JJ").iter().map(|payment| payment.amount.fen()).max().unwrap();
    assert_eq!(most, 2_000_000);
    story.figure("单户最高", yuan(most));
    for (county, persons, drawn) in [("990101", 3, 2_480_000), ("990102", 3, 300_000)] {
        let code: Division = county.parse().unwrap();
        let area = &areas[&Some(code)];
        assert_eq!((area.persons, area.drawn.fen()), (persons, drawn));
        let rate = area.rate_bp().unwrap();
        let said = format!(
            "{}人、{}元，使用率{}.{:02}%",
            area.persons,
            area.drawn,
            rate / 100,
            rate % 100
        );
        story.figure(&format!("县{county}用款"), said);
    }
    more_than_the_pool_has(&mut story);
    story.close("2020-02", ("2020-02-01", "2020-02-29"));
    story.end()
}

/// What a pool has left is less than the next case.
fn more_than_the_pool_has(story: &mut Story) {
    story.fund("F-X", "pooled", &["JJ"]);
    story.say("keeper", "fund.contributed", json!({
        "amount_fen": 1_000_000, "contributor": "第1县财政局", "date": "2020-10-21", "fund": "F-X",
        "voucher_no": "统筹12",
    }));
    let parts = json!([part("急难救助", 1_500_000)]);
    let next =
        Case { from: "2020-11", last: Some("2020-11"), day: "2020-11-03", ..aid(2, &[3], &parts) };
    story.entitle(5, &next);
    let mut lines = story.proposal("JJ", "2020-11", &["F-JJ"]);
    for line in &mut lines {
        line.sources =
            [Source { amount_fen: line.amount_fen, fund: "F-X".parse().unwrap() }].into();
    }
    let (_, release) = story.ready("JJ", "2020-11", &lines, "2020-11-05");
    story.refused("超过基金余额", &release, "fund.insufficient");
}

/// A village nominates, the town chooses, the county decides; money of two levels and two gifts, one for something else.
fn purses() -> Story {
    let mut story = Story::begin();
    let chain = json!({ "chain": ["village_nomination", "survey", "town_review", "county_confirm"], "months": 1 });
    story.scheme("BF", "四帮四扶", "2020-01", chain);
    story.standard(("BF", "帮扶金"), 9_900_000, "ceiling", "2020-01");
    for (fund, kind) in [("F-CZ", "treasury"), ("F-SJ", "treasury"), ("F-JZ", "pooled")] {
        story.fund(fund, kind, &["BF"]);
    }
    story.fund("F-XQ", "pooled", &["XX"]);
    story.money("F-CZ", 4_000_000, "2020-10-09", "county");
    story.money("F-SJ", 3_000_000, "2020-10-09", "city");
    for (fund, fen) in [("F-JZ", 2_900_000), ("F-XQ", 5_000_000)] {
        story.say("keeper", "fund.contributed", json!({
            "amount_fen": fen, "contributor": "清河实业公司", "date": "2020-10-09", "fund": fund, "voucher_no": "捐1009",
        }));
    }
    story
}

pub fn s14_many_sources() -> Told {
    let mut story = purses();
    story.people("990101001001", &[(1, &[1, 2])]);
    let parts = json!([part("帮扶金", 9_900_000)]);
    let case = Case {
        scheme: "BF",
        category: "困难户",
        household: 1,
        persons: &[1],
        payee: 1,
        organisation: None,
        parts: &parts,
        day: DAY,
        from: "2020-10",
        last: Some("2020-10"),
        cause: None,
    };
    story.survey_refused("没有村荐就入户调查", 1, &case, "application.step_missing");
    story.entitle(1, &case);
    let lines = story.proposal("BF", "2020-10", &["F-CZ", "F-SJ", "F-JZ"]);
    let sources: Vec<String> =
        lines[0].sources.iter().map(|s| format!("{}={}", s.fund, s.amount_fen)).collect();
    assert_eq!(lines[0].sources.len(), 3);
    let mut elsewhere = lines.clone();
    elsewhere[0].sources =
        [Source { amount_fen: Money::from_fen(9_900_000), fund: "F-XQ".parse().unwrap() }].into();
    let saying = story.roster("BF", "2020-10", &elsewhere);
    story.refused("把定向捐赠用于别的项目", &saying, "fund.wrong_purpose");
    let moved = Saying::new(
        "keeper",
        "fund.moved",
        json!({
            "amount_fen": 1, "date": "2020-10-20", "from": "F-JZ", "reason": "调剂", "to": "F-XQ",
        }),
    );
    story.refused("把定向捐赠调给别的项目", &moved, "fund.wrong_purpose");
    assert_eq!(story.pay_lines("BF", "2020-10", &lines, "2020-10-26"), 9_900_000);
    let payment = story
        .county
        .ledger
        .books
        .payments
        .of_entitlement(entitlement(1), "2020-10".parse().unwrap());
    assert_eq!(payment.len(), 1);
    story.figure("一笔支付99,000元的来源", sources.join("，"));
    story.end()
}
