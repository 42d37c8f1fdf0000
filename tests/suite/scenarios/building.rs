//! Houses: repairs that are paid to a contractor by progress, and households that moved.

use ledger::ids::PersonId;
use serde_json::{Value, json};
use tests::given::organisations::{credit_code, registration};
use tests::given::{Saying, random_id};

use super::story::{Story, Told, part, yuan};
use super::way::Case;

/// The stages of a repair of 64,000 yuan.
const STAGES: [(&str, i64); 3] = [("开工", 1_920_000), ("主体", 2_560_000), ("竣工", 1_920_000)];

/// Households that moved into new homes.
const REHOUSED: u32 = 1_286;

fn repair(parts: &Value) -> Case<'_> {
    Case {
        scheme: "FW",
        category: "D级危房",
        household: 1,
        persons: &[1, 2],
        payee: 1,
        organisation: Some(1),
        parts,
        day: "2020-07-10",
        from: "2020-07",
        last: None,
        cause: None,
    }
}

fn accepted(stage: &str, month: &str) -> Saying {
    let body = json!({
        "accepted": format!("{month}-20"), "entitlement": "$entitlement1", "evidence": "#report",
        "period": month, "stage": stage,
    });
    Saying::new("surveyor", "stage.accepted", body)
}

/// A roster of one stage, whatever the books say is due.
fn drawn(story: &Story, fen: i64, stage: &str, month: &str) -> Saying {
    let line = json!({
        "account": "$account.org1", "amount_fen": fen, "entitlement": "$entitlement1",
        "parts": [part(stage, fen)], "payee": "$organisation1",
        "sources": [{ "amount_fen": fen, "fund": "F-FW" }],
    });
    let mut saying = story.roster("FW", month, &[]);
    saying.lines.push(("roster".to_owned(), line));
    saying
}

fn set_up(story: &mut Story) {
    let more = json!({ "cap_fen": 6_400_000, "payees": ["contractor"], "pays": "progress" });
    story.scheme("FW", "住房修缮", "2020-01", more);
    for (stage, fen) in STAGES {
        // Two persons live there; the standard counts persons.
        story.standard(("FW", stage), fen / 2, "ceiling", "2020-01");
    }
    story.fund("F-FW", "treasury", &["FW"]);
    story.money("F-FW", 10_000_000, "2020-07-09", "county");
    story.people("990101001001", &[(1, &[1, 2])]);
    let mut wrong = registration(1, "contractor", "清河县第一建筑队");
    let code = credit_code(1);
    let (body, check) = code.split_at(17);
    wrong["uscc"] = json!(format!("{body}{}", if check == "0" { "1" } else { "0" }));
    let wrong = Saying::new("registrar", "organisation.registered", wrong);
    story.refused("统一社会信用代码校验位不符", &wrong, "organisation.code_wrong");
    story.organisation(1, "contractor", "清河县第一建筑队");
    story.organisation(2, "school", "清河县职业学校");
}

pub fn s21_housing() -> Told {
    let mut story = Story::begin();
    set_up(&mut story);
    let parts = json!(STAGES.map(|(stage, fen)| part(stage, fen)));
    let school = Case { organisation: Some(2), ..repair(&parts) };
    story.filing_refused("付给不是施工单位的机构", 9, &school, "payee.not_allowed");
    story.entitle(1, &repair(&parts));
    story.refused(
        "没有验收就付首期",
        &drawn(&story, 1_920_000, "开工", "2020-07"),
        "roster.not_entitled",
    );
    let mut paid = Vec::new();
    for (month, (stage, fen)) in ["2020-07", "2020-09", "2020-11"].into_iter().zip(STAGES) {
        story.county.must("acceptance", &accepted(stage, month));
        let early = drawn(&story, fen, stage, month);
        story.refused(&format!("{stage}验收没有确认就付款"), &early, "roster.not_entitled");
        story.say("county", "stage.confirmed", json!({ "acceptance": "$acceptance" }));
        paid.push(story.pay("FW", month, &["F-FW"], &format!("{month}-28")));
        if stage == "开工" {
            let next = drawn(&story, 2_560_000, "主体", "2020-08");
            story.refused("付了开工款，主体没有验收", &next, "roster.not_entitled");
            story.refused("同一阶段再验收", &accepted("开工", "2020-08"), "stage.wrong");
        }
    }
    assert_eq!(paid, STAGES.map(|(_, fen)| fen));
    let to: PersonId = story.county.fill_text("$organisation1").parse().unwrap();
    assert!(story.settled("FW").iter().all(|payment| payment.payee == to));
    story.figure("合同（三个阶段）", yuan(paid.iter().sum()));
    let said: Vec<String> = paid.iter().map(|fen| yuan(*fen)).collect();
    story.figure("按验收拨付", said.join("、"));
    story.figure("收款人", story.organisation_name(1));
    rehoused(&mut story);
    story.end()
}

/// A list of households that moved, each with its subsidy once.
fn rehoused(story: &mut Story) {
    story.scheme("AJ", "安居搬迁补助", "2020-01", json!({ "months": 1, "payees": ["head"] }));
    story.standard(("AJ", "搬迁补助"), 500_000, "ceiling", "2020-01");
    let members: Vec<u32> = (1_001..=1_000 + REHOUSED).collect();
    let households: Vec<(u32, &[u32])> =
        members.iter().map(|n| (*n, std::slice::from_ref(n))).collect();
    story.people("990101002001", &households);
    let body = json!({ "scheme": "AJ", "source": "安居搬迁名册" });
    let list = members.iter().fold(
        Saying::new("registrar", "entitlements.brought_in", body),
        |saying, n| {
            let line = json!({
                "amount_fen": 300_000, "category": "搬迁", "entitlement": format!("$entitlement{n}"),
                "from": "2020-11", "household": format!("$household{n}"), "last": "2020-11",
                "parts": [part("搬迁补助", 300_000)], "payee": format!("$person{n}"),
                "persons": [format!("$person{n}")],
            });
            saying.line("entitlement", line)
        },
    );
    story.county.must("list", &list);
    let confirmed = json!({ "brought_in": "$list", "root": "$list.root" });
    story.say("county", "entitlements.confirmed", confirmed);
    let entitled = story.county.ledger.books.cases.entitlements.values();
    let moved: std::collections::BTreeSet<_> =
        entitled.filter(|e| e.scheme.as_str() == "AJ").map(|e| e.household).collect();
    let known = ledger::ids::HouseholdId::from_bytes(random_id("household1001"));
    assert!(moved.contains(&known) && moved.len() == usize::try_from(REHOUSED).unwrap());
    story.figure("安居搬迁（口径：户）", format!("{}户", moved.len()));
}
