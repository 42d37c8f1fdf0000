//! Many amounts at once: proposed, confirmed, taken back.

use ledger::period::Period;
use serde_json::json;
use tests::given::{County, Saying};

use super::cases::{part, sorted};
use super::dice::Dice;
use super::office::{Proposed, say};

pub fn proposed(county: &County, dice: &mut Dice<'_>) -> Proposed {
    let books = &county.ledger.books;
    let lists = books.cases.adjustment_lists.iter().filter(|(_, list)| !list.confirmed);
    match (dice.pick(lists), dice.below(6)) {
        (Some((act, list)), 0..=2) => {
            let body = json!({ "adjustments": act, "root": list.root });
            say("county", "entitlements.adjustment_confirmed", body)
        }
        (Some((act, _)), 3) => {
            let body = json!({ "adjustments": act, "reason": "拟错" });
            say("registrar", "entitlements.adjustment_withdrawn", body)
        }
        (_, _) => raised(county, dice),
    }
}

/// Several entitlements of one scheme get another amount together; now and then one stands twice.
fn raised(county: &County, dice: &mut Dice<'_>) -> Proposed {
    let held = sorted(&county.ledger.books.cases.entitlements);
    let (_, first) = dice.pick(held.iter())?;
    let scheme = first.scheme.clone();
    let all: Vec<_> = held.iter().filter(|(_, one)| one.scheme == scheme).collect();
    let body = json!({
        "evidence": "#proof", "from": dice.day(county).period(), "reason": "提标", "scheme": scheme,
    });
    let count = 1 + dice.below(3);
    let from: Period = body["from"].as_str().unwrap().parse().unwrap();
    let mut saying = Saying::new("registrar", "entitlements.adjusted", body);
    for (id, held) in all.iter().take(count) {
        let parts = part(&scheme, dice.fen());
        let was = held.due(from).unwrap_or_default();
        let line = json!({
            "amount_fen": parts[0]["amount_fen"], "entitlement": id, "parts": parts, "was": was,
        });
        saying = saying.line("adjustment", line.clone());
        if dice.one_in(16) {
            saying = saying.line("adjustment", line);
        }
    }
    Some(saying)
}
