//! Many amounts at once: proposed in one list, in force when another person confirms exactly that list.

use serde_json::json;
use tests::given::{County, Saying, given};

fn raise(lines: &[(u32, i64)]) -> Saying {
    let body = json!({ "evidence": "#proof", "from": "2020-11", "reason": "提标", "scheme": "DB" });
    lines.iter().fold(
        Saying::new("registrar", "entitlements.adjusted", body),
        |saying, (id, fen)| {
            let parts = json!([{ "amount_fen": fen, "label": "差额补助" }]);
            let entitlement = format!("$entitlement{id}");
            let line = json!({ "amount_fen": fen, "entitlement": entitlement, "parts": parts });
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
    county.must("raise", &raise(&[(1, 110_000), (2, 55_000)]));
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
    county.must("raise", &raise(&[(1, 110_000), (2, 55_000)]));
    let stopped = json!({
        "entitlement": "$entitlement2", "evidence": "#proof", "last": "2020-10", "reason": "收入超标",
    });
    county.must("stopped", &Saying::new("county", "entitlement.stopped", stopped));
    let text = county.fill_text("资格$entitlement2已经停发");
    county.clone().when(&confirm_raise("county")).refuses("entitlement.stopped", &text);
    assert_eq!(due(&county, 1, "2020-11"), [100_000]);
    county.clone().when(&raise(&[(1, 110_000), (2, 55_000)])).refuses("entitlement.stopped", &text);
    let above = raise(&[(4, 1_000_000)]);
    county.when(&above).refuses("standard.broken", "金额10,000.00元不符合标准，标准为600.00元");
}
