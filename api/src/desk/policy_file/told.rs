//! What a policy file would do, in words and as JSON.

use ledger::act::Body;
use ledger::act::policies::{ExclusionSet, Strictness};
use ledger::ids::EntitlementId;
use ledger::money::Money;
use ledger::period::Period;
use ledger::rejection::Rejection;
use ledger::views::policy_effect::Effect;
use serde_json::{Value, json};

use super::DryRun;

/// How many entitlements of a month are named one by one.
const NAMED: usize = 20;

/// An entitlement, its amount, and why that no longer fits.
type Misfit = (EntitlementId, Money, Rejection);

impl DryRun {
    /// Which acts would be signed.
    #[must_use]
    pub fn acts_in_words(&self) -> String {
        let named: Vec<&str> = self.acts.iter().map(Body::chinese).collect();
        format!("将签署{}个动作：{}", named.len(), named.join("、"))
    }

    /// What would change, a sentence a line; `rest` says where the entitlements stand that are not named here.
    #[must_use]
    pub fn told(&self, rest: &str) -> Vec<String> {
        let mut lines = Vec::new();
        for (period, before, after) in &self.months {
            let (scheme, count, total) = (&self.scheme, after.lines, after.total);
            lines.push(format!("{period}，项目{scheme}：应发{count}项，{total}元"));
            let new = new_misfits(before, after);
            lines.push(match new.len() {
                0 => "没有一项因此不合标准；该月名册不变。".to_owned(),
                misfits => format!("其中{misfits}项因此不合标准，签署后须逐项调整："),
            });
            let named = new.iter().take(NAMED);
            lines.extend(named.map(|(id, amount, why)| format!("  资格{id}：现{amount}元，{why}")));
            if new.len() > NAMED {
                lines.push(format!("  …… 其余{}项{rest}", new.len() - NAMED));
            }
        }
        lines.extend(self.pairs.iter().map(|(pair, persons)| {
            let (one, other, from) = (&pair.one, &pair.other, pair.from);
            let effect = effect(pair);
            format!("互斥{one}与{other}（{effect}，自{from}）：该月两项都应发的有{persons}人")
        }));
        lines
    }

    /// The same, whole, for a program.
    #[must_use]
    pub fn json(&self) -> Value {
        let kinds: Vec<&str> = self.acts.iter().map(Body::kind).collect();
        let months: Vec<Value> = self.months.iter().map(month).collect();
        let pairs = self.pairs.iter().map(|(pair, persons)| {
            let (one, other, from) = (&pair.one, &pair.other, pair.from);
            let effect = effect(pair);
            json!({ "one": one, "other": other, "from": from, "effect": effect, "persons": persons })
        });
        let pairs: Vec<Value> = pairs.collect();
        json!({
            "ok": true, "dry_run": true, "acts": kinds, "scheme": self.scheme, "months": months,
            "pairs": pairs,
        })
    }
}

fn new_misfits<'e>(before: &Effect, after: &'e Effect) -> Vec<&'e Misfit> {
    after.misfits.iter().filter(|misfit| !before.misfits.contains(misfit)).collect()
}

fn month((period, before, after): &(Period, Effect, Effect)) -> Value {
    let new = new_misfits(before, after);
    let misfits = new.into_iter().map(|(id, amount, why)| {
        json!({
            "entitlement": id, "amount_fen": amount, "code": why.code(), "text": why.to_string(),
        })
    });
    let misfits: Vec<Value> = misfits.collect();
    json!({
        "period": period, "lines": after.lines, "total_fen": after.total, "misfits": misfits,
    })
}

fn effect(pair: &ExclusionSet) -> &'static str {
    pair.effect.unwrap_or(Strictness::Refused).chinese()
}
