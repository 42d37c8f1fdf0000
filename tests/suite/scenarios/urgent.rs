//! Money that does not wait for a roster: advances out of a float, and what an insurer pays.

use serde_json::{Value, json};
use tests::given::Saying;

use super::story::{Story, Told, part, yuan};
use super::way::Case;

pub fn s03_insurance() -> Told {
    let mut story = Story::begin();
    story.people("990101001001", &[(1, &[1, 2]), (2, &[3]), (3, &[4])]);
    story.say("registrar", "insurance.opened", json!({
        "cover_fen": 4_900_000_000_i64, "from": "2020-01-01", "insured": 25_488, "insurer": "清河财险",
        "notice_days": 3, "policy": "FX-2020", "premium_fen": 114_696_000, "until": "2020-12-31",
    }));
    let listed = Saying::new(
        "registrar",
        "insurance.listed",
        json!({ "policy": "FX-2020", "source": "参保名单" }),
    );
    let insured = |from: &str, person: u32| json!({ "from": from, "person": format!("$person{person}"), "until": "2020-12-31" });
    let listed =
        listed.line("insured", insured("2020-01-01", 1)).line("insured", insured("2020-01-01", 2));
    let listed = listed.line("insured", insured("2020-07-01", 3));
    story.county.must("listed", &listed);
    story.refused("同一人在名单上出现两次", &listed, "insurance.listed_twice");
    let file = |claim: u32, person: u32, household: u32, loss: &str| {
        Saying::new(
            "registrar",
            "claim.filed",
            json!({
                "claim": format!("$claim{claim}"), "event": "意外身故", "filed": "2020-10-12",
                "household": format!("$household{household}"), "loss": loss, "person": format!("$person{person}"),
                "policy": "FX-2020",
            }),
        )
    };
    story.refused("出险日不在名单上", &file(1, 4, 3, "2020-10-10"), "insurance.not_listed");
    story.refused("出险日还没有参保", &file(1, 3, 2, "2020-06-30"), "insurance.not_listed");
    story.county.must("filed", &file(1, 1, 1, "2020-10-10"));
    story.refused("同一事故第二次报案", &file(2, 1, 1, "2020-10-10"), "claim.twice");
    settle(&mut story);
    let books = &story.county.ledger.books;
    let settled = books.urgent.settled_under(&"FX-2020".parse().unwrap()).unwrap().fen();
    assert_eq!(settled, 3_000_000);
    let balances = books.postings.balances();
    let treasury =
        balances.iter().filter(|(account, _)| format!("{account:?}").starts_with("Bank"));
    let of_ours: i64 = treasury.map(|(_, amount)| amount.fen()).sum();
    assert_eq!(of_ours, 0, "the insurer's money never is on our account");
    story.figure("一户赔付30,000元", yuan(settled));
    let policies = &story.county.ledger.books.urgent.policies;
    let insured = policies[&"FX-2020".parse().unwrap()].insured;
    story.figure("保单载明被保险人（口径：保单）", insured.to_string());
    story.figure("专户因赔付的变动", yuan(of_ours));
    story.end()
}

fn settle(story: &mut Story) {
    let pay = |assessment: &str| {
        Saying::new(
            "registrar",
            "claim.settled",
            json!({
                "amount_fen": 3_000_000, "assessment": assessment, "claim": "$claim1", "date": "2020-10-26",
                "voucher": "#voucher",
            }),
        )
    };
    let early = pay(&"00".repeat(32));
    story.refused("未查勘就赔付", &early, "claim.out_of_order");
    let assess = |fen: i64| {
        Saying::new(
            "surveyor",
            "claim.assessed",
            json!({
                "amount_fen": fen, "assessed": "2020-10-15", "claim": "$claim1", "evidence": "#report",
            }),
        )
    };
    story.refused("定损超过保额", &assess(4_900_000_001), "claim.over_cover");
    story.county.must("assessed", &assess(3_000_000));
    story.refused("未公示就赔付", &pay("$assessed"), "claim.out_of_order");
    story.say("registrar", "claim.noticed", json!({
        "assessment": "$assessed", "claim": "$claim1", "ends": "2020-10-20", "objections": 0, "photo": "#photo",
        "place": "村务公开栏", "starts": "2020-10-16",
    }));
    let settled = Saying { by: "registrar".to_owned(), ..pay("$assessed") };
    story.county.must("settled", &settled);
}

/// Temporary aid whose decision follows from the amount.
fn temporary_aid() -> Story {
    let mut story = Story::begin();
    story.scheme("LS", "临时救助", "2020-01", json!({
        "cap_fen": 4_000_000, "chain": ["survey", "collective_decision", "county_confirm"],
        "collective_above_fen": 2_000_000, "limit": { "count": 1, "per": "cause_and_year" }, "months": 1,
        "town_confirm_fen": 300_000, "town_limit_fen": 500_000,
    }));
    story.standard(("LS", "救助金"), 4_000_000, "ceiling", "2020-01");
    story
}

pub fn s06_temporary_aid() -> Told {
    let mut story = temporary_aid();
    story.fund("F-LS", "treasury", &["LS"]);
    story.fund("F-BY", "float", &["LS"]);
    story.money("F-LS", 10_000_000, "2020-10-09", "province");
    story.say("keeper", "fund.moved", json!({
        "amount_fen": 1_000_000, "date": "2020-10-09", "from": "F-LS", "reason": "核定柳树镇备用金", "to": "F-BY",
    }));
    story.say(
        "keeper",
        "fund.allotted",
        json!({
            "amount_fen": 1, "arrived": "2020-10-09", "direct": "none", "document_no": "清财社〔2020〕42号",
            "function_code": "2082001", "fund": "F-BY", "level": "county",
        }),
    );
    let straight = Saying::new(
        "keeper",
        "fund.released",
        json!({ "amount_fen": 1, "date": "2020-10-09", "fund": "F-BY", "voucher_no": "拨" }),
    );
    story.refused("国库直接拨入备用金", &straight, "fund.wrong_kind");
    story.people("990101001001", &[(1, &[1, 2]), (2, &[3])]);
    let advance = |n: u32, fen: i64, household: u32, person: u32| {
        Saying::new(
            "registrar",
            "advance.paid",
            json!({
                "advance": format!("$advance{n}"), "amount_fen": fen, "cause": "火灾", "date": "2020-10-12", "fund": "F-BY",
                "household": format!("$household{household}"), "payee": format!("$person{person}"), "receipt": "#receipt",
                "scheme": "LS",
            }),
        )
    };
    story.refused("超过乡镇限额先行救助", &advance(1, 500_001, 1, 1), "advance.over_limit");
    story.county.must("advance", &advance(1, 500_000, 1, 1));
    story.refused(
        "同一事由一年内第二次（未经县级核准）",
        &advance(2, 100_000, 1, 1),
        "scheme.limit_reached",
    );
    top_up(&mut story);
    once_more(&mut story, &advance(2, 100_000, 1, 1));
    listed(&mut story);
    let parts = json!([part("救助金", 4_000_000)]);
    let large = large_case(2, &[3], &parts);
    by_amount(&mut story, &large);
    story.entitle(1, &large);
    let paid = story.pay("LS", "2020-10", &["F-LS"], "2020-10-28");
    assert_eq!(paid, 4_000_000);
    story.close("2020-10", ("2020-10-01", "2020-10-31"));
    let advances = story.county.ledger.books.urgent.advances.values();
    let paid_first: i64 = advances.map(|advance| advance.paid.amount_fen.fen()).sum();
    story.figure("先行救助两件（其一经县级核准）", yuan(paid_first));
    story.figure("县级大额个案40,000元", yuan(paid));
    story.end()
}

/// Who decides follows from the amount: the town, the county, or the county as a body.
fn by_amount(story: &mut Story, large: &Case<'_>) {
    let mut aside = story.aside();
    let confirmed = aside.before(9, large, "collective_decision");
    aside.refused("40,000元未经集体研究就确认", &confirmed, "application.step_missing");
    let appointed = json!({
        "name_commit": "#name of town", "officer": "$officer.town", "post": "镇长",
        "roles": ["town_reviewer", "county_confirmer"], "unit": "Z01",
    });
    aside.say("admin", "officer.appointed", appointed);
    let (over, within) = (json!([part("救助金", 300_001)]), json!([part("救助金", 300_000)]));
    let by_town = |aside: &mut Story, n: u32, parts: &Value| {
        let case = Case { parts, ..*large };
        let confirmed = aside.before(n, &case, "collective_decision");
        Saying { by: "town".to_owned(), ..confirmed }
    };
    let above = by_town(&mut aside, 10, &over);
    aside.refused("乡镇确认超过委托限额3,000元", &above, "application.town_over_limit");
    let small = by_town(&mut aside, 11, &within);
    aside.county.must("small", &small);
    story.told.refusals.append(&mut aside.told.refusals);
}

fn large_case<'a>(household: u32, persons: &'a [u32], parts: &'a Value) -> Case<'a> {
    Case {
        scheme: "LS",
        category: "急难型",
        household,
        persons,
        payee: persons[0],
        organisation: None,
        parts,
        day: "2020-10-20",
        from: "2020-10",
        last: Some("2020-10"),
        cause: Some("重大疾病"),
    }
}

fn top_up(story: &mut Story) {
    let move_in = |fen: i64, advances: Value| {
        Saying::new(
            "keeper",
            "fund.moved",
            json!({
                "amount_fen": fen, "date": "2020-10-22", "from": "F-LS", "reason": "凭补办件补足", "regularised": advances,
                "to": "F-BY",
            }),
        )
    };
    let named = move_in(500_000, json!(["$advance1"]));
    story.refused("凭未补办的先行救助补足备用金", &named, "fund.top_up_wrong");
    story.refused("有未补办件时不列明就补足", &move_in(500_000, json!([])), "fund.top_up_wrong");
    story.say(
        "town",
        "advance.regularised",
        json!({
            "advance": "$advance1", "date": "2020-10-21", "evidence": "#forms", "paid": "$advance",
        }),
    );
    story.refused(
        "补足金额与补办件不等",
        &move_in(500_001, json!(["$advance1"])),
        "fund.top_up_wrong",
    );
    story.county.must("topped", &named);
    // A wrong voucher is reversed, and the same advance is replaced anew.
    story.say(
        "supervisor",
        "entry.reversed",
        json!({ "act": "$topped", "date": "2020-10-23", "evidence": "#proof", "reason": "转出户误选" }),
    );
    let again = Saying { body: with_correction(&named.body), ..named.clone() };
    story.county.must("topped", &again);
    story.refused("同一件补足两次", &named, "fund.top_up_wrong");
    let advances = story.county.ledger.books.urgent.advances.values();
    let replaced = advances.filter(|advance| advance.replaced.is_some());
    let replaced: i64 = replaced.map(|advance| advance.paid.amount_fen.fen()).sum();
    assert_eq!(replaced, 500_000);
    story.figure("凭补办件补足备用金", yuan(replaced));
}

/// A list says causes as well, and the same cause does not come in by it a second time.
fn listed(story: &mut Story) {
    let of = |n: u32, household: u32, person: u32, cause: Option<&str>| {
        let mut line = json!({
            "amount_fen": 100_000, "category": "支出型", "entitlement": format!("$entitlement{n}"),
            "from": "2020-10", "household": format!("$household{household}"), "last": "2020-10",
            "parts": [part("救助金", 100_000)], "payee": format!("$person{person}"),
            "persons": [format!("$person{person}")],
        });
        if let Some(cause) = cause {
            line["cause"] = json!(cause);
        }
        line
    };
    let body = json!({ "scheme": "LS", "source": "存量名单" });
    let list = |line: Value| {
        Saying::new("registrar", "entitlements.brought_in", body.clone()).line("entitlement", line)
    };
    let silent = list(of(7, 2, 3, None));
    story.refused("名单没有写明事由", &silent, "act.text_missing");
    let known = list(of(7, 1, 1, Some("火灾 ")));
    story.refused("名单里同一事由再次救助", &known, "scheme.limit_reached");
    let twice = list(of(7, 1, 1, Some("住院"))).line("entitlement", of(8, 1, 2, Some("住院")));
    story.refused("同一名单里一户同一事由两次", &twice, "entitlement.doubled");
    assert!(story.county.clone().when(&list(of(7, 1, 1, Some("住院")))).result.is_ok());
}

/// The same top-up after its reversal.
fn with_correction(body: &Value) -> Value {
    let mut body = body.clone();
    body["corrects"] = json!("$entry.reversed");
    body["date"] = json!("2020-10-23");
    body
}

/// The county looks at it and allows the same cause once more.
fn once_more(story: &mut Story, again: &Saying) {
    story.refused("补办之后同一事由再次先付", again, "scheme.limit_reached");
    story.say("county", "repeat.allowed", json!({
        "cause": "火灾", "evidence": "#visit", "household": "$household1", "reason": "过火房屋二次坍塌", "scheme": "LS",
        "year": 2020,
    }));
    story.county.must("again", again);
    let third = Saying {
        body: {
            let mut body = again.body.clone();
            body["advance"] = json!("$advance3");
            body
        },
        ..again.clone()
    };
    story.refused("核准一次之后的第三次", &third, "scheme.limit_reached");
}
