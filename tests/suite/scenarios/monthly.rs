//! What is paid month by month: the low-income allowance, the destitute, the disabled, and what prices add.

use serde_json::{Value, json};
use tests::given::Saying;

use super::story::{Story, Told, entitlement, part, yuan};
use super::way::Case;

/// 4,853 yuan a person a year are 404.42 a month.
pub fn s04_low_income() -> Told {
    let mut story = Story::begin();
    story.scheme("DB", "农村低保", "2016-01", json!({ "pay_start": "next_month" }));
    story.standard(("DB", "差额补助"), 23_492, "ceiling", "2016-01");
    story.standard(("DB", "差额补助"), 40_442, "ceiling", "2020-01");
    story.standard(("DB", "分类施保"), 8_840, "ceiling", "2016-01");
    story.fund("F-DB", "treasury", &["DB"]);
    story.money("F-DB", 2_000_000, "2020-10-09", "central");
    story.people("990101001001", &[(1, &[1, 2, 3, 4, 5]), (2, &[6]), (3, &[7])]);
    let five = json!([part("差额补助", 201_000), part("分类施保", 44_200)]);
    let one = json!([part("差额补助", 40_442)]);
    story.entitle(1, &Case::rural("DB", 1, &[1, 2, 3, 4, 5], &five));
    story.entitle(2, &Case::rural("DB", 2, &[6], &one));
    story.entitle(3, &Case::rural("DB", 3, &[7], &one));
    let above = json!([part("差额补助", 40_443)]);
    story.survey_refused(
        "超过标准×人数",
        4,
        &Case::rural("DB", 2, &[6], &above),
        "standard.broken",
    );
    story.case_refused(
        "同一人第二份低保",
        4,
        &Case::rural("DB", 2, &[6], &one),
        "entitlement.doubled",
    );
    let early = Case { from: "2020-09", ..Case::rural("DB", 2, &[6], &one) };
    story.case_refused("从确认当月起发", 4, &early, "entitlement.start_too_early");
    assert_eq!(story.pay("DB", "2020-10", &["F-DB"], "2020-10-12"), 245_200 + 2 * 40_442);
    let paid = story.settled("DB");
    let five = paid.iter().find(|payment| payment.entitlement == entitlement(1)).unwrap();
    story.figure("五口之家 差额2,010＋分类施保442", yuan(five.amount.fen()));
    story.figure("标准：2016年、2020年（元/人·月）", {
        let of = |month| yuan(story.standard_of(("DB", "差额补助"), month));
        format!("{}、{}", of("2016-01"), of("2020-10"))
    });
    story.close("2020-10", ("2020-10-01", "2020-10-31"));
    dead_and_stopped(&mut story);
    story.close("2020-11", ("2020-11-01", "2020-11-30"));
    let books = &story.county.ledger.books;
    let closed = books.closings.closed.len();
    story.figure("已对账并月结的月份", closed.to_string());
    story.end()
}

fn dead_and_stopped(story: &mut Story) {
    let lines = story.proposal("DB", "2020-11", &["F-DB"]);
    let of = |n| {
        lines.iter().filter(|line| line.entitlement == entitlement(n)).cloned().collect::<Vec<_>>()
    };
    let (died, stopped) = (of(2), of(3));
    story.say(
        "registrar",
        "person.died",
        json!({
            "date": "2020-10-30", "evidence": "#certificate", "person": "$person6",
        }),
    );
    story.say("county", "entitlement.stopped", json!({
        "entitlement": "$entitlement3", "evidence": "#proof", "last": "2020-10", "reason": "收入超过标准",
    }));
    let saying = story.roster("DB", "2020-11", &died);
    story.refused("死亡次月仍发", &saying, "person.dead");
    let saying = story.roster("DB", "2020-11", &stopped);
    story.refused("停发之后仍发", &saying, "roster.not_entitled");
    assert_eq!(story.pay("DB", "2020-11", &["F-DB"], "2020-11-10"), 245_200);
    let (fen, payments) = (story.paid("DB"), story.settled("DB").len());
    story.figure("10、11月实发", format!("{payments}笔、{}元", yuan(fen)));
}

/// Low-income and destitute standards, each of the latter at least 1.3 times the former.
fn bound_standards() -> Story {
    let mut story = Story::begin();
    story.scheme("DB", "农村低保", "2016-01", json!({}));
    story.scheme("TK-S", "特困分散供养", "2016-01", json!({}));
    story.scheme("TK-C", "特困集中供养", "2016-01", json!({ "payees": ["institution"] }));
    story.scheme("CJ-H", "重度残疾人护理补贴", "2016-01", json!({}));
    for scheme in ["TK-S", "TK-C"] {
        story.say("policy", "standard.floor_set", json!({
            "base_category": "差额补助", "base_scheme": "DB", "basis": "民发〔2016〕178号", "category": "基本生活",
            "from": "2016-01", "permille": 1300, "scheme": scheme,
        }));
        for other in ["DB", "CJ-H"] {
            story.say(
                "policy",
                "exclusion.set",
                json!({
                    "basis": "国发〔2016〕14号", "from": "2016-01", "one": scheme, "other": other,
                }),
            );
        }
    }
    story.standard(("DB", "差额补助"), 40_442, "ceiling", "2020-01");
    let low = Story::standard_saying(("TK-S", "基本生活"), 52_574, "fixed", "2020-01");
    story.refused("分散供养标准低于1.3倍低保", &low, "standard.below_floor");
    story.standard(("TK-S", "基本生活"), 54_808, "fixed", "2020-01");
    story.standard(("TK-C", "基本生活"), 76_408, "fixed", "2020-01");
    story.standard(("CJ-H", "护理补贴"), 5_000, "fixed", "2016-01");
    let raised = Story::standard_saying(("DB", "差额补助"), 42_200, "ceiling", "2020-07");
    story.refused("低保提标后特困低于1.3倍", &raised, "standard.below_floor");
    let mut town = Story::standard_saying(("DB", "差额补助"), 42_200, "ceiling", "2020-07");
    town.body["area"] = json!("990101001");
    story.refused("一镇低保提标后全县特困低于1.3倍", &town, "standard.below_floor");
    // Raised first where the floor binds, then the other: the way that is open.
    let lower = Story::standard_saying(("TK-S", "基本生活"), 54_859, "fixed", "2021-01");
    let mut county = story.county.clone();
    for first in [("TK-S", 55_000), ("TK-C", 76_500)] {
        county.must(
            "raised",
            &Story::standard_saying((first.0, "基本生活"), first.1, "fixed", "2020-07"),
        );
    }
    county.must("raised", &raised);
    county.when(&lower).refuses("standard.below_floor", "标准548.59元低于规定的下限548.60元");
    story
}

pub fn s05_destitute() -> Told {
    let mut story = bound_standards();
    story.fund("F-TK", "treasury", &["TK-S", "TK-C"]);
    story.money("F-TK", 1_000_000, "2020-10-09", "province");
    story.people("990101001001", &[(1, &[1]), (2, &[2])]);
    let (scattered, central) =
        (json!([part("基本生活", 54_808)]), json!([part("基本生活", 76_408)]));
    story.entitle(1, &Case::rural("TK-S", 1, &[1], &scattered));
    story.organisation(1, "institution", "清河县中心敬老院");
    let central = Case::rural("TK-C", 2, &[2], &central);
    story.filing_refused("集中供养付给个人", 9, &central, "payee.not_allowed");
    story.entitle(2, &Case { organisation: Some(1), ..central });
    let scattered_there =
        Case { organisation: Some(1), ..Case::rural("TK-S", 1, &[1], &scattered) };
    story.filing_refused("分散供养付给机构", 9, &scattered_there, "payee.not_allowed");
    let low_income = json!([part("差额补助", 40_442)]);
    story.case_refused(
        "特困同时享受低保",
        3,
        &Case::rural("DB", 1, &[1], &low_income),
        "entitlement.exclusive",
    );
    let nursing = json!([part("护理补贴", 5_000)]);
    story.case_refused(
        "特困同时享受护理补贴",
        3,
        &Case::rural("CJ-H", 1, &[1], &nursing),
        "entitlement.exclusive",
    );
    assert_eq!(story.pay("TK-S", "2020-10", &["F-TK"], "2020-10-12"), 54_808);
    assert_eq!(story.pay("TK-C", "2020-10", &["F-TK"], "2020-10-12"), 76_408);
    let of = |of, month| story.standard_of(of, month);
    let base = of(("DB", "差额补助"), "2020-10");
    let (scattered, central) = (story.paid("TK-S"), story.paid("TK-C"));
    let home = "$organisation1".to_owned();
    let to: Vec<String> = story.settled("TK-C").iter().map(|p| p.payee.to_string()).collect();
    assert_eq!(to, [story.county.fill_text(&home)]);
    story.figure("集中供养收款人", story.organisation_name(1));
    let said = |fen: i64| {
        format!("{}元/月，为低保标准{}元的{}‰", yuan(fen), yuan(base), fen * 1000 / base)
    };
    let (scattered, central) = (said(scattered), said(central));
    story.figure("分散供养（6,577元/人·年）", scattered);
    story.figure("集中供养（9,169元/人·年）", central);
    story.end()
}

pub fn s07_price_subsidy() -> Told {
    let mut story = Story::begin();
    story.scheme("DB", "农村低保", "2016-01", json!({}));
    story.scheme("TK-S", "特困分散供养", "2016-01", json!({}));
    story.scheme(
        "JG",
        "价格临时补贴",
        "2019-01",
        json!({
            "limit": { "count": 1, "per": "month" }, "months": 1, "requires": ["DB", "TK-S"],
            "trigger": { "cpi_bp": 350, "days": 20, "food_bp": 600 },
        }),
    );
    story.standard(("DB", "差额补助"), 40_442, "ceiling", "2016-01");
    story.standard(("TK-S", "基本生活"), 54_808, "fixed", "2016-01");
    story.standard(("JG", "价格补贴"), 2_300, "fixed", "2019-01");
    story.fund("F-JG", "treasury", &["JG"]);
    story.money("F-JG", 1_000_000, "2019-05-09", "city");
    story.people("990101001001", &[(1, &[1, 2]), (2, &[3]), (3, &[4])]);
    let (low, poor) = (json!([part("差额补助", 60_000)]), json!([part("基本生活", 54_808)]));
    let before = |case: Case<'static>| Case { day: "2019-03-20", from: "2019-03", ..case };
    let (low, poor): (&'static Value, &'static Value) =
        (Box::leak(Box::new(low)), Box::leak(Box::new(poor)));
    story.entitle(1, &before(Case::rural("DB", 1, &[1, 2], low)));
    story.entitle(2, &before(Case::rural("TK-S", 2, &[3], poor)));
    let mut n = 10;
    let mut paid = 0;
    let mut month: ledger::period::Period = "2019-04".parse().unwrap();
    for _ in 0..17 {
        let period = month.to_string();
        index(&mut story, &period, 230, 640);
        subsidise(&mut story, &mut n, &period);
        paid += story.pay("JG", &period, &["F-JG"], &format!("{}-20", month.next()));
        month = month.next();
    }
    assert_eq!((paid, month.to_string().as_str()), (17 * 3 * 2_300, "2020-09"));
    let batches = story.county.ledger.books.payments.batches.values();
    let months = batches.map(|batch| batch.period).collect::<std::collections::BTreeSet<_>>().len();
    story.figure("连续启动（自2019年4月）", format!("{months}个月"));
    assert_eq!(story.paid("JG"), paid);
    story.figure("三人各17个月，每月23元", yuan(paid));
    let (couple, alone) = (json!([part("价格补贴", 4_600)]), json!([part("价格补贴", 2_300)]));
    let silent = subsidy(1, &[1, 2], &couple, ("2020-09", "2020-09-28"));
    story.case_refused("该月指数尚未公布", 90, &silent, "scheme.not_triggered");
    index(&mut story, "2020-09", 170, 590);
    story.case_refused("该月指数未触发", 90, &silent, "scheme.not_triggered");
    let twice = subsidy(1, &[1], &alone, ("2020-08", "2020-08-28"));
    story.case_refused("同一人经两个群体重复领取", 90, &twice, "scheme.limit_reached");
    let stranger = subsidy(3, &[4], &alone, ("2020-08", "2020-08-28"));
    story.case_refused("不在保障对象之列", 90, &stranger, "scheme.requirement_missing");
    story.end()
}

fn index(story: &mut Story, period: &str, cpi_bp: i32, food_bp: i32) {
    let published = format!("{}-12", period.parse::<ledger::period::Period>().unwrap().next());
    story.say(
        "policy",
        "index.published",
        json!({
            "cpi_bp": cpi_bp, "food_bp": food_bp, "period": period, "published": published,
            "source": "国家统计局吕梁调查队",
        }),
    );
}

fn subsidy<'a>(
    household: u32,
    persons: &'a [u32],
    parts: &'a Value,
    (period, day): (&'a str, &'a str),
) -> Case<'a> {
    Case {
        scheme: "JG",
        category: "保障对象",
        household,
        persons,
        payee: persons[0],
        organisation: None,
        parts,
        day,
        from: period,
        last: Some(period),
        cause: None,
    }
}

/// The month's list of all who draw a covered scheme.
fn subsidise(story: &mut Story, n: &mut u32, period: &str) {
    let body = json!({ "scheme": "JG", "source": format!("{period}低保、特困在册名单") });
    let mut saying = Saying::new("registrar", "entitlements.brought_in", body);
    for (household, persons) in [(1, &[1, 2][..]), (2, &[3])] {
        *n += 1;
        let fen = 2_300 * persons.len();
        saying = saying.line("entitlement", json!({
            "amount_fen": fen, "category": "保障对象", "entitlement": format!("$entitlement{n}"), "from": period,
            "household": format!("$household{household}"), "last": period,
            "parts": [{ "amount_fen": fen, "label": "价格补贴" }], "payee": format!("$person{}", persons[0]),
            "persons": persons.iter().map(|n| format!("$person{n}")).collect::<Vec<_>>(),
        }));
    }
    story.county.must("list", &saying);
    story.say(
        "county",
        "entitlements.confirmed",
        json!({ "brought_in": "$list", "root": "$list.root" }),
    );
}

/// Two allowances of 50 a month; nursing goes over from another bureau in 2019-03.
pub fn s08_disability() -> Told {
    let mut story = Story::begin();
    for (scheme, name) in [("CJ-L", "困难残疾人生活补贴"), ("CJ-H", "重度残疾人护理补贴")]
    {
        let unit = if scheme == "CJ-H" { "CZJ" } else { "MZJ" };
        story.scheme(scheme, name, "2018-01", json!({ "unit": unit }));
        story.standard((scheme, "补贴"), 5_000, "fixed", "2018-01");
    }
    story.scheme("CJ-H", "重度残疾人护理补贴", "2019-03", json!({ "unit": "MZJ" }));
    story.standard(("CJ-L", "补贴"), 7_000, "fixed", "2020-07");
    story.fund("F-CJ", "treasury", &["CJ-L", "CJ-H"]);
    story.money("F-CJ", 1_000_000, "2019-01-09", "county");
    story.people("990101001001", &[(1, &[1]), (2, &[2])]);
    let fifty = json!([part("补贴", 5_000)]);
    let early = |scheme, household, persons| Case {
        day: "2018-12-20",
        from: "2019-01",
        ..Case::rural(scheme, household, persons, &fifty)
    };
    story.entitle(1, &early("CJ-L", 1, &[1]));
    story.entitle(2, &early("CJ-H", 1, &[1]));
    let stale = Case { day: "2020-08-20", from: "2020-08", ..Case::rural("CJ-L", 2, &[2], &fifty) };
    story.survey_refused("不是当地当日的标准", 3, &stale, "standard.broken");
    let old_hand = |saying: &Saying| Saying { by: "oldmaker".to_owned(), ..saying.clone() };
    tests_hand(&mut story);
    let february = story.proposal("CJ-H", "2019-02", &["F-CJ"]);
    let saying = old_hand(&story.roster("CJ-H", "2019-02", &february));
    assert!(story.county.clone().when(&saying).result.is_ok(), "the old unit still pays February");
    let march = story.proposal("CJ-H", "2019-03", &["F-CJ"]);
    let saying = old_hand(&story.roster("CJ-H", "2019-03", &march));
    story.refused("移交后仍由原单位造册", &saying, "scheme.handed_over");
    let mut total = 0;
    for scheme in ["CJ-L", "CJ-H"] {
        total += story.pay(scheme, "2019-03", &["F-CJ"], "2019-03-10");
    }
    assert_eq!(total, 10_000);
    story.figure("一人两项叠加（50＋50）", yuan(total));
    let policies = &story.county.ledger.books.policies;
    let unit = |month: &str| {
        policies.scheme(&"CJ-H".parse().unwrap(), month.parse().unwrap()).unwrap().unit.to_string()
    };
    let units = (unit("2019-02"), unit("2019-03"));
    story.figure("护理补贴责任单位（移交前、后）", format!("{}、{}", units.0, units.1));
    story.end()
}

/// A roster maker of the bureau that had the scheme before.
fn tests_hand(story: &mut Story) {
    let officer = ("oldmaker", "CZJ", &["roster_maker"][..]);
    story.say("admin", "officer.appointed", tests::given::cast::appointment(&officer));
    let enrolment = tests::given::cast::enrolment("oldmaker", &["admin", "inspector"]);
    story.say("admin", "key.enrolled", enrolment);
}
