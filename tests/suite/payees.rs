//! Who is paid, for whom, and who decides it: ways around the rules that lawful acts in turn once opened.

use ledger::views::lineage::Lineage;
use serde_json::{Value, json};
use tests::given::{ORIGIN, Saying};

use crate::scenarios::story::{Story, part};
use crate::scenarios::way::Case;

fn case<'a>(scheme: &'a str, household: u32, persons: &'a [u32], parts: &'a Value) -> Case<'a> {
    Case {
        scheme,
        category: "一般",
        household,
        persons,
        payee: persons[0],
        organisation: None,
        parts,
        day: "2020-10-09",
        from: "2020-10",
        last: None,
        cause: None,
    }
}

/// One scheme of 500 yuan a month at most, two households, money.
fn county(more: Value) -> Story {
    let mut story = Story::begin();
    story.scheme("DB", "农村低保", "2020-01", more);
    story.standard(("DB", "差额补助"), 50_000, "ceiling", "2020-01");
    story.fund("F-DB", "treasury", &["DB"]);
    story.money("F-DB", 1_000_000, "2020-10-08", "province");
    story.people("990101001001", &[(1, &[1, 2]), (2, &[3])]);
    story
}

fn fifty() -> Value {
    json!([part("差额补助", 50_000)])
}

/// Person 90 was found without papers and draws entitlement 1, which person 3 receives.
fn stranger<'a>(story: &mut Story, parts: &'a Value) -> Case<'a> {
    let found = json!({
        "division": "990101001", "evidence": "#record", "found": "2020-10-02",
        "household": "$household90", "person": "$person90",
    });
    story.say("registrar", "person.found", found);
    let case = Case { payee: 3, ..case("DB", 90, &[90], parts) };
    story.entitle(1, &case);
    case
}

fn roster_refused(story: &mut Story, what: &str, lines: &[ledger::line::RosterLine], code: &str) {
    let drawn = story.roster("DB", "2020-10", lines);
    story.refused(what, &drawn, code);
}

#[test]
fn who_was_found_and_is_known_dies_as_who_is_known() {
    let mut story = county(json!({}));
    let parts = fifty();
    let stranger = stranger(&mut story, &parts);
    let lines = story.proposal("DB", "2020-10", &["F-DB"]);
    assert_eq!(lines.len(), 1);
    let identified = json!({ "evidence": "#print", "known": "$person1", "person": "$person90" });
    story.say("county", "person.identified", identified);
    // Nothing begins under the old id, and the same aid is not drawn beside it under the new one.
    story.case_refused("同一人第二份低保", 2, &case("DB", 1, &[1], &parts), "entitlement.doubled");
    story.filing_refused("以无证人员再申请", 3, &stranger, "person.identified");
    let died = json!({ "date": "2020-09-20", "evidence": "#proof", "person": "$person1" });
    story.say("registrar", "person.died", died);
    roster_refused(&mut story, "本人死亡之后仍以无证人员发", &lines, "person.dead");
}

#[test]
fn two_who_both_draw_what_nobody_draws_twice_are_not_made_one() {
    let mut story = county(json!({}));
    let parts = fifty();
    stranger(&mut story, &parts);
    story.entitle(2, &case("DB", 1, &[1], &parts));
    let body = json!({ "evidence": "#print", "known": "$person1", "person": "$person90" });
    let identified = Saying::new("county", "person.identified", body);
    story.refused("两人都在享受同一项目", &identified, "entitlement.doubled");
    let stopped = json!({
        "entitlement": "$entitlement1", "evidence": "#proof", "last": "2020-09", "reason": "并户",
    });
    story.say("county", "entitlement.stopped", stopped);
    story.county.must("identified", &identified);
}

#[test]
fn an_organisation_is_not_paid_once_its_kind_is_not_named_any_more() {
    let mut story = county(json!({ "payees": ["institution"] }));
    story.organisation(1, "institution", "清河县敬老院");
    let parts = fifty();
    story.entitle(1, &Case { organisation: Some(1), ..case("DB", 1, &[1], &parts) });
    let lines = story.proposal("DB", "2020-10", &["F-DB"]);
    assert_eq!(lines.len(), 1);
    let mut revised = story.aside();
    revised.scheme("DB", "农村低保", "2020-10", json!({}));
    roster_refused(&mut revised, "项目改版后仍付给机构", &lines, "roster.line_wrong");
    assert!(revised.proposal("DB", "2020-10", &["F-DB"]).is_empty());
    let closed = json!({
        "date": "2020-09-30", "evidence": "#notice", "organisation": "$organisation1",
        "reason": "注销",
    });
    story.say("registrar", "organisation.closed", closed);
    roster_refused(&mut story, "付给已经停用的机构", &lines, "person.dead");
}

#[test]
fn an_authorisation_ends_and_what_it_allowed_before_stays() {
    let mut story = county(json!({ "payees": ["authorised"] }));
    let parts = fifty();
    let mut for_another = case("DB", 1, &[1], &parts);
    for_another.payee = 3;
    story.filing_refused("没有备案的代领人", 9, &for_another, "payee.not_allowed");
    let given = |from: &str, until: &str| {
        json!({
            "evidence": "#agreement", "from": from, "payee": "$person3", "person": "$person1",
            "reason": "监护", "until": until,
        })
    };
    story.say("registrar", "payee.authorised", given("2020-10-01", "2020-12-31"));
    story.entitle(1, &for_another);
    let lines = story.proposal("DB", "2020-10", &["F-DB"]);
    let (_, release) = story.ready("DB", "2020-10", &lines, "2020-10-12");
    // Renewed for next year: October stays what it was.
    story.say("registrar", "payee.authorised", given("2021-01-01", "2021-12-31"));
    assert!(story.county.clone().when(&release).result.is_ok());
    assert!(story.proposal("DB", "2021-02", &["F-DB"]).len() == 1);
    // Ended from its first day on: not even the approved roster is sent.
    story.say("registrar", "payee.authorised", given("2020-10-01", "2020-10-05"));
    story.refused("备案已经到期仍报盘", &release, "payee.not_allowed");
}

#[test]
fn what_the_office_decides_as_a_body_is_not_reached_by_adjusting() {
    let chain = json!(["survey", "collective_decision", "county_confirm"]);
    let mut story = county(json!({ "chain": chain, "collective_above_fen": 30_000 }));
    let small = json!([part("差额补助", 20_000)]);
    story.entitle(1, &case("DB", 1, &[1], &small));
    let adjusted = |fen: i64| {
        let body = json!({
            "entitlement": "$entitlement1", "evidence": "#proof", "from": "2020-11",
            "parts": [part("差额补助", fen)], "reason": "收入变化",
        });
        Saying::new("registrar", "entitlement.adjusted", body)
    };
    story.refused("小额确认后调高", &adjusted(40_000), "application.step_missing");
    story.county.must("adjusted", &adjusted(30_000));
    let mut town = json!({
        "name_commit": "#name of town", "officer": "$officer.town", "post": "镇长",
        "roles": ["county_confirmer"], "unit": "Z01",
    });
    story.say("admin", "officer.appointed", town.take());
    let confirmed = json!({ "adjustment": "$adjusted" });
    let by_town = Saying::new("town", "entitlement.adjustment_confirmed", confirmed);
    story.refused("没有委托的乡镇确认调整", &by_town, "application.town_over_limit");
}

#[test]
fn later_payments_are_not_traced_to_a_reversed_contribution() {
    let mut story = county(json!({}));
    story.fund("F-TC", "pooled", &["DB"]);
    for (name, who, voucher) in [("first", "甲公司", "1"), ("second", "乙公司", "2")] {
        let gift = json!({
            "amount_fen": 50_000, "contributor": who, "date": "2020-10-08", "fund": "F-TC",
            "voucher_no": voucher,
        });
        story.named(name, "keeper", "fund.contributed", gift);
    }
    let reversal =
        json!({ "act": "$first", "date": "2020-10-09", "evidence": "#proof", "reason": "误记" });
    story.say("supervisor", "entry.reversed", reversal);
    let parts = fifty();
    story.entitle(1, &case("DB", 1, &[1], &parts));
    assert_eq!(story.pay("DB", "2020-10", &["F-TC"], "2020-10-20"), 50_000);
    let mut lineage = Lineage::default();
    let folded = ledger::engine::fold_while(&story.county.ledger, ORIGIN, &mut |books, act| {
        lineage.take(books, act);
        true
    });
    folded.unwrap();
    let second = story.county.fill_text("$second").parse().unwrap();
    assert_eq!(lineage.uses_of(second).count(), 1);
    let first = story.county.fill_text("$first").parse().unwrap();
    assert_eq!(lineage.uses_of(first).count() + lineage.held_of(first).count(), 0);
}
