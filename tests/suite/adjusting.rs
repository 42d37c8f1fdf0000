//! Many amounts at once: proposed in one list, in force when another person confirms exactly that list.

use serde_json::json;
use tests::given::{County, Saying, given, paying};

fn raise(lines: &[(u32, i64, i64)]) -> Saying {
    let body = json!({ "evidence": "#proof", "from": "2020-11", "reason": "提标", "scheme": "DB" });
    lines.iter().fold(
        Saying::new("registrar", "entitlements.adjusted", body),
        |saying, (id, was, fen)| {
            let parts = json!([{ "amount_fen": fen, "label": "差额补助" }]);
            let entitlement = format!("$entitlement{id}");
            let line = json!({ "amount_fen": fen, "entitlement": entitlement, "parts": parts,
            "was": [{ "amount_fen": was, "label": "差额补助" }] });
            saying.line("adjustment", line)
        },
    )
}

fn confirm_raise(by: &str) -> Saying {
    let body = json!({ "adjustments": "$raise", "root": "$raise.root" });
    Saying::new(by, "entitlements.adjustment_confirmed", body)
}

fn due(county: &County, id: u32, month: &str) -> Vec<i64> {
    let entitlement = county.fill_text(&format!("$entitlement{id}")).parse().unwrap();
    let held = &county.ledger.books.cases.entitlements[&entitlement];
    let parts = held.due(month.parse().unwrap()).unwrap_or_default();
    parts.iter().map(|part| part.amount_fen.fen()).collect()
}

#[test]
fn many_amounts_change_together_from_their_month_on_when_another_person_confirms() {
    let mut county = given("entitled");
    county.must("raise", &raise(&[(1, 100_000, 110_000), (2, 50_000, 55_000)]));
    assert_eq!(due(&county, 1, "2020-11"), [100_000], "nothing yet");
    county
        .clone()
        .when(&confirm_raise("registrar"))
        .refuses("authority.role_missing", "“批量调整确认”须由“县级确认”岗位签署");
    let mut other = json!({ "adjustments": "$raise", "root": "$list.root" });
    let wrong = Saying::new("county", "entitlements.adjustment_confirmed", other.take());
    county.clone().when(&wrong).refuses("manifest.mismatch", "清单的默克尔根与所附各行不符");
    county.must("confirmed", &confirm_raise("county"));
    assert_eq!(
        (due(&county, 1, "2020-10"), due(&county, 1, "2020-11")),
        (vec![100_000], vec![110_000])
    );
    assert_eq!(
        (due(&county, 2, "2020-11"), due(&county, 4, "2020-11")),
        (vec![55_000], vec![45_000])
    );
    let text = county.fill_text("没有待确认的调整$raise");
    county.when(&confirm_raise("county")).refuses("entitlement.adjustment_unknown", &text);
}

#[test]
fn a_list_of_amounts_is_confirmed_whole_or_not_at_all() {
    let mut county = given("entitled");
    county.must("raise", &raise(&[(1, 100_000, 110_000), (2, 50_000, 55_000)]));
    let stopped = json!({
        "entitlement": "$entitlement2", "evidence": "#proof", "last": "2020-10", "reason": "收入超标",
    });
    county.must("stopped", &Saying::new("county", "entitlement.stopped", stopped));
    let text = county.fill_text("资格$entitlement2已经停发");
    county.clone().when(&confirm_raise("county")).refuses("entitlement.stopped", &text);
    assert_eq!(due(&county, 1, "2020-11"), [100_000]);
    county
        .clone()
        .when(&raise(&[(1, 100_000, 110_000), (2, 50_000, 55_000)]))
        .refuses("entitlement.stopped", &text);
    let above = raise(&[(4, 45_000, 1_000_000)]);
    county.when(&above).refuses("standard.broken", "金额10,000.00元不符合标准，标准为600.00元");
}

#[test]
fn whoever_proposed_a_list_does_not_confirm_it() {
    let mut county = given("entitled");
    county.must("raise", &raise(&[(1, 100_000, 110_000)]));
    let both = json!({
        "name_commit": "#name of both", "officer": "$officer.registrar", "post": "信息登记",
        "roles": ["registrar", "county_confirmer"], "unit": "MZJ",
    });
    county.must("both", &Saying::new("admin", "officer.appointed", both));
    let refused = county.when(&confirm_raise("registrar")).result.unwrap_err();
    assert_eq!(refused.code(), "segregation.same_person");
}

#[test]
fn what_was_decided_in_between_is_not_undone_by_a_list() {
    let mut county = given("entitled");
    county.must("raise", &raise(&[(1, 100_000, 110_000), (2, 50_000, 55_000)]));
    let lowered = json!({
        "entitlement": "$entitlement1", "evidence": "#proof", "from": "2020-11", "reason": "收入变化",
        "parts": [{ "amount_fen": 30_000, "label": "差额补助" }],
    });
    county.must("lowered", &Saying::new("registrar", "entitlement.adjusted", lowered));
    let confirmed = json!({ "adjustment": "$lowered" });
    let confirmed = Saying::new("county", "entitlement.adjustment_confirmed", confirmed);
    county.must("confirmed", &confirmed);
    let text = county.fill_text("资格$entitlement1现在的金额不是名单所依据的");
    county.clone().when(&confirm_raise("county")).refuses("entitlement.changed_since", &text);
    assert_eq!(due(&county, 1, "2020-11"), [30_000]);
    // It is taken back, and then it is nothing that could be confirmed.
    let back = json!({ "adjustments": "$raise", "reason": "金额已变，重新拟" });
    county.must("back", &Saying::new("registrar", "entitlements.adjustment_withdrawn", back));
    let text = county.fill_text("没有待确认的调整$raise");
    county.when(&confirm_raise("county")).refuses("entitlement.adjustment_unknown", &text);
}

#[test]
fn nothing_is_sent_on_the_strength_of_a_list_that_a_stolen_key_signed() {
    let mut county = given("approved");
    let release = Saying::new("payer", "payment_file.released", paying::release());
    county.must("raise", &raise(&[(1, 100_000, 110_000)]));
    county.must("confirmed", &confirm_raise("county"));
    assert!(county.clone().when(&release).result.is_ok());
    let revoked = json!({
        "key": "$key.registrar", "reason": "被盗", "compromised_since": "$raise.at",
    });
    county.must("revoked", &Saying::new("admin", "key.revoked", revoked));
    let text = county.fill_text("所依据的动作$raise待重新确认，或已被其签名人否认");
    county.when(&release).refuses("acts.in_doubt", &text);
}
