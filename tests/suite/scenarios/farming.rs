//! Help to earn a living: ventures, training, public posts, rewards.

use std::path::Path;

use api::desk::policy_file;
use serde_json::{Value, json};
use tests::given::Saying;

use super::story::{Story, Told, entitlement, part, yuan};
use super::way::Case;

fn once<'a>(
    scheme: &'a str,
    person: &'a [u32],
    parts: &'a Value,
    month: &'a str,
    day: &'a str,
) -> Case<'a> {
    Case {
        scheme,
        category: "一般",
        household: person[0],
        persons: person,
        payee: person[0],
        organisation: None,
        parts,
        day,
        from: month,
        last: Some(month),
        cause: None,
    }
}

fn begin(schemes: &[&str]) -> Story {
    let mut story = Story::begin();
    story.fund("F-CY", "treasury", schemes);
    story.people("990101001001", &[(1, &[1]), (2, &[2])]);
    story
}

pub fn s09_ventures() -> Told {
    let mut story = begin(&["CY-10", "CY-2", "CY-N"]);
    for (scheme, name, fen, per) in [
        ("CY-10", "创业扶持（一万元）", 1_000_000, "lifetime"),
        ("CY-2", "创业扶持（两千元）", 200_000, "lifetime"),
        ("CY-N", "经营场地补贴（每年）", 200_000, "year"),
    ] {
        story.scheme(
            scheme,
            name,
            "2018-01",
            json!({ "limit": { "count": 1, "per": per }, "months": 1 }),
        );
        story.standard((scheme, "扶持金"), fen, "fixed", "2018-01");
    }
    story.money("F-CY", 5_000_000, "2019-01-09", "county");
    let (ten, two) = (json!([part("扶持金", 1_000_000)]), json!([part("扶持金", 200_000)]));
    story.entitle(1, &once("CY-10", &[1], &ten, "2019-05", "2019-05-10"));
    story.entitle(2, &once("CY-2", &[2], &two, "2019-05", "2019-05-10"));
    story.entitle(3, &once("CY-N", &[1], &two, "2019-05", "2019-05-10"));
    let mut paid = 0;
    for scheme in ["CY-10", "CY-2", "CY-N"] {
        paid += story.pay(scheme, "2019-05", &["F-CY"], "2019-05-20");
    }
    let again = once("CY-10", &[1], &ten, "2020-05", "2020-05-10");
    story.case_refused("一次性扶持第二次", 9, &again, "scheme.limit_reached");
    story.say(
        "county",
        "entitlement.stopped",
        json!({
            "entitlement": "$entitlement1", "evidence": "#proof", "last": "2019-04", "reason": "倒填停发",
        }),
    );
    story.case_refused("领过之后倒填停发再领", 9, &again, "scheme.limit_reached");
    let same_year = once("CY-N", &[1], &two, "2019-11", "2019-11-10");
    story.case_refused("每年一次的当年第二次", 9, &same_year, "scheme.limit_reached");
    story.entitle(4, &once("CY-N", &[1], &two, "2020-05", "2020-05-10"));
    paid += story.pay("CY-N", "2020-05", &["F-CY"], "2020-05-20");
    assert_eq!(paid, 1_000_000 + 3 * 200_000);
    story.figure("一万元、两千元各一次，两千元每年", yuan(paid));
    story.end()
}

/// 40 a day attended.
fn course(days: u32) -> Value {
    json!([{ "amount_fen": 4_000 * days, "label": "培训补贴", "quantity": days }])
}

pub fn s10_training() -> Told {
    let mut story = begin(&["PX", "JY"]);
    story.scheme("DB", "农村低保", "2016-01", json!({}));
    story.standard(("DB", "差额补助"), 40_442, "ceiling", "2016-01");
    story.scheme(
        "PX",
        "技能培训补贴",
        "2018-01",
        json!({ "limit": { "count": 3, "per": "year" }, "months": 1 }),
    );
    story.standard(("PX", "培训补贴"), 4_000, "per_unit", "2018-01");
    let only =
        json!({ "limit": { "count": 1, "per": "lifetime" }, "months": 1, "requires": ["DB"] });
    story.scheme("JY", "低保户就业补贴", "2018-01", only);
    story.standard(("JY", "就业补贴"), 150_000, "fixed", "2018-01");
    story.money("F-CY", 5_000_000, "2019-01-09", "county");
    let (low, grant) = (json!([part("差额补助", 40_000)]), json!([part("就业补贴", 150_000)]));
    story.entitle(1, &Case { last: None, ..once("DB", &[1], &low, "2019-01", "2019-01-10") });
    story.entitle(2, &once("JY", &[1], &grant, "2019-06", "2019-06-10"));
    let outside = once("JY", &[2], &grant, "2019-06", "2019-06-10");
    story.case_refused("非低保对象领取1,500元", 9, &outside, "scheme.requirement_missing");
    let mut paid = story.pay("JY", "2019-06", &["F-CY"], "2019-06-20");
    for (n, month, days) in [(3, "2019-03", 15), (4, "2019-06", 15), (5, "2019-09", 10)] {
        let (parts, day) = (course(days), format!("{month}-08"));
        story.entitle(n, &once("PX", &[1], &parts, month, &day));
        paid += story.pay("PX", month, &["F-CY"], &format!("{month}-20"));
    }
    let fourth = course(5);
    story.case_refused(
        "当年第四期",
        9,
        &once("PX", &[1], &fourth, "2019-11", "2019-11-08"),
        "scheme.limit_reached",
    );
    let padded = json!([{ "amount_fen": 4_000 * 6, "label": "培训补贴", "quantity": 5 }]);
    story.survey_refused(
        "金额不等于40元×天数",
        9,
        &once("PX", &[2], &padded, "2019-11", "2019-11-08"),
        "standard.broken",
    );
    let silent = json!([part("培训补贴", 20_000)]);
    story.survey_refused(
        "没有注明天数",
        9,
        &once("PX", &[2], &silent, "2019-11", "2019-11-08"),
        "standard.quantity_wrong",
    );
    assert_eq!(paid, 150_000 + 4_000 * 40);
    school_fee(&mut story);
    story.figure("三期共40天×40元", yuan(story.paid("PX")));
    story.figure("低保户就业一次性", yuan(story.paid("JY")));
    story.end()
}

/// The school is paid for its course, and only a school.
fn school_fee(story: &mut Story) {
    let more = json!({ "months": 1, "payees": ["school"] });
    story.scheme("PX-F", "培训费（付学校）", "2018-01", more);
    story.standard(("PX-F", "学费"), 60_000, "ceiling", "2018-01");
    story.fund("F-PX", "treasury", &["PX-F"]);
    story.money("F-PX", 100_000, "2019-03-01", "county");
    story.organisation(1, "school", "清河县职业学校");
    let fee = json!([part("学费", 55_000)]);
    let course = once("PX-F", &[1], &fee, "2019-03", "2019-03-08");
    story.filing_refused("学费付给个人", 9, &course, "payee.not_allowed");
    story.entitle(20, &Case { organisation: Some(1), ..course });
    assert_eq!(story.pay("PX-F", "2019-03", &["F-PX"], "2019-03-20"), 55_000);
    let to = story.organisation_name(1);
    story.figure("学费付给培训学校", format!("{to}，{}", yuan(story.paid("PX-F"))));
}

/// 1,620 a post a month: 200 posts are 3,888,000 a year.
pub fn s11_posts() -> Told {
    let mut story = begin(&["GY"]);
    story.scheme("GY", "公益性岗位", "2019-01", json!({}));
    story.standard(("GY", "岗位补贴"), 162_000, "ceiling", "2019-01");
    story.money("F-CY", 5_000_000, "2019-01-09", "county");
    let full = json!([part("岗位补贴", 162_000)]);
    let post = |person: &'static [u32]| Case {
        last: None,
        ..once("GY", person, &full, "2020-01", "2020-01-03")
    };
    story.entitle(1, &post(&[1]));
    story.case_refused("同一人同月两个岗位", 9, &post(&[1]), "entitlement.doubled");
    let mut paid = 0;
    for month in 1..=11 {
        paid +=
            story.pay("GY", &format!("2020-{month:02}"), &["F-CY"], &format!("2020-{month:02}-10"));
    }
    // Half of December was attended.
    story.named("adjusted", "registrar", "entitlement.adjusted", json!({
        "entitlement": "$entitlement1", "evidence": "#attendance", "from": "2020-12", "parts": [part("岗位补贴", 81_000)],
        "reason": "12月出勤半月",
    }));
    story.say("county", "entitlement.adjustment_confirmed", json!({ "adjustment": "$adjusted" }));
    paid += story.pay("GY", "2020-12", &["F-CY"], "2020-12-10");
    story.say("county", "entitlement.stopped", json!({
        "entitlement": "$entitlement1", "evidence": "#proof", "last": "2020-12", "reason": "岗位到期",
    }));
    assert!(
        story.proposal("GY", "2021-01", &["F-CY"]).is_empty(),
        "a post that ended pays nothing"
    );
    assert_eq!(paid, 11 * 162_000 + 81_000);
    story.figure("一岗11个月全勤、1个月半勤", yuan(paid));
    let monthly = story.standard_of(("GY", "岗位补贴"), "2020-01");
    assert_eq!(200 * 12 * monthly, 388_800_000, "388.8万 a year");
    story.figure("200岗一年（按台账标准）", yuan(200 * 12 * monthly));
    story.end()
}

pub fn s12_rewards() -> Told {
    let mut story = begin(&["YJ"]);
    let chain = json!({ "chain": ["survey", "acceptance", "county_confirm"], "months": 1 });
    story.scheme("YJ", "以奖代补", "2020-01", chain);
    story.standard(("YJ", "奖补"), 2_000_000, "ceiling", "2020-01");
    story.money("F-CY", 5_000_000, "2020-01-09", "county");
    let parts = json!([part("奖补", 2_000_000)]);
    let case = once("YJ", &[1], &parts, "2020-10", "2020-10-12");
    let confirmed = story.before(1, &case, "acceptance");
    story.refused("未验收先拨", &confirmed, "application.step_missing");
    let payee = entitlement(2);
    story.entitle(2, &case);
    let paid = story.pay("YJ", "2020-10", &["F-CY"], "2020-10-20");
    let month = "2020-10".parse().unwrap();
    assert_eq!(story.county.ledger.books.payments.of_entitlement(payee, month).len(), 1);
    assert_eq!(paid, 2_000_000);
    story.figure("岭门一村奖补20,000元", yuan(paid));
    story.end()
}

/// A scheme that nobody thought of: heating money for a winter, once a year, beside the low-income allowance.
const HEATING: &str = r#"
    ["项目"]
    "代码" = "QN"
    "名称" = "冬季取暖补助"
    "依据" = "清政办〔2020〕41号"
    "自" = "2020-11"
    "责任单位" = "MZJ"
    "功能科目" = "2082501"
    "环节" = ["入户调查", "公示", "乡镇审核", "县级确认"]
    "公示天数" = 1
    "调查人数" = 1
    "起发" = "当月起"
    "发放日" = 15
    "发放月数" = 4
    "次数" = { "最多" = 1, "期间" = "自然年" }
    "须在册" = ["DB"]

    [["标准"]]
    "分项" = "燃煤"
    "地区" = "990101"
    "金额" = "1.20"
    "方式" = "按量"
    "依据" = "清政办〔2020〕41号"
"#;

pub fn s22_one_of_ones_own() -> Told {
    let mut story = begin(&["QN"]);
    story.scheme("DB", "农村低保", "2016-01", json!({}));
    story.standard(("DB", "差额补助"), 40_442, "ceiling", "2016-01");
    for body in policy_file::read(Path::new("QN.toml"), HEATING).unwrap() {
        let said = serde_json::from_slice(&body.encode().unwrap()).unwrap();
        story.say("policy", body.kind(), said);
    }
    story.money("F-CY", 5_000_000, "2020-11-02", "county");
    let (low, coal) = (
        json!([part("差额补助", 40_000)]),
        json!([{ "amount_fen": 120 * 150, "label": "燃煤", "quantity": 150 }]),
    );
    let winter = |person: &'static [u32]| Case {
        last: Some("2021-02"),
        ..once("QN", person, &coal, "2020-11", "2020-11-03")
    };
    story.case_refused("不在低保之列", 9, &winter(&[2]), "scheme.requirement_missing");
    story.entitle(1, &Case { last: None, ..once("DB", &[1], &low, "2020-01", "2020-01-03") });
    let endless = Case { last: None, ..winter(&[1]) };
    story.case_refused("没有写明末发月份", 9, &endless, "entitlement.last_wrong");
    story.entitle(2, &winter(&[1]));
    story.case_refused("当年第二次", 9, &winter(&[1]), "scheme.limit_reached");
    let mut paid = 0;
    for month in ["2020-11", "2020-12", "2021-01", "2021-02"] {
        paid += story.pay("QN", month, &["F-CY"], &format!("{month}-15"));
    }
    assert!(story.proposal("QN", "2021-03", &["F-CY"]).is_empty(), "four months are four months");
    assert_eq!(paid, 4 * 18_000);
    story.figure("每月150公斤×1.20元，四个月", yuan(paid));
    story.end()
}

/// Interest on small loans is paid by the county; the loans are the bank's and stand as a memo.
pub fn s20_interest() -> Told {
    let mut story = begin(&["TX"]);
    story.scheme(
        "TX",
        "乡村振兴贷贴息",
        "2020-01",
        json!({ "months": 1, "needs": "loan",
        "limit": { "count": 1, "per": "month" } }),
    );
    story.standard(("TX", "贴息"), 50_000, "ceiling", "2020-01");
    story.money("F-CY", 5_000_000, "2020-01-09", "county");
    let lent =
        Saying::new("registrar", "loans.listed", json!({ "bank": "清河农商行", "file": "#list" }));
    let lent = lent.line(
        "loan",
        json!({
            "amount_fen": 4_300_000, "from": "2020-03-10", "person": "$person1", "until": "2020-09-09",
        }),
    );
    story.county.must("lent", &lent);
    let parts = json!([part("贴息", 17_200)]);
    let without = once("TX", &[2], &parts, "2020-04", "2020-04-21");
    story.case_refused("名单上没有贷款", 9, &without, "scheme.loan_missing");
    let over = once("TX", &[1], &parts, "2020-10", "2020-10-21");
    story.case_refused("贷款已经到期", 9, &over, "scheme.loan_missing");
    let before = story.county.ledger.books.postings.balances().clone();
    story.entitle(1, &once("TX", &[1], &parts, "2020-04", "2020-04-21"));
    assert_eq!(before, *story.county.ledger.books.postings.balances(), "a loan posts nothing");
    let paid = story.pay("TX", "2020-04", &["F-CY"], "2020-04-25");
    let loans = story.county.ledger.books.urgent.loans.values().flatten();
    let lent: i64 = loans.map(|loan| loan.amount.fen()).sum();
    story.figure("放贷（备查，按1:1000）", yuan(lent));
    story.figure("一个月贴息", yuan(paid));
    story.end()
}
