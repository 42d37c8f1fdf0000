//! What a policy file would do, in words and as JSON.

use ledger::act::Body;
use ledger::act::policies::{ExclusionSet, Strictness};
use ledger::books::Books;
use ledger::books::policies::Policies;
use ledger::ids::EntitlementId;
use ledger::money::Money;
use ledger::period::Period;
use ledger::rejection::Rejection;
use ledger::views::policy_effect::Effect;
use serde_json::{Value, json};

use super::DryRun;
use super::written::differences;

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
            let was = match (before.lines, before.total) {
                same if same == (count, total) => "，与现在相同".to_owned(),
                (lines, total) => format!("，现在是{lines}项，{total}元"),
            };
            lines.push(format!("{period}，项目{scheme}：应发{count}项，{total}元{was}"));
            let new = new_misfits(before, after);
            lines.push(match new.len() {
                0 => "没有一项因此不合标准。谁列入名册、谁不列入，以造册时为准。".to_owned(),
                misfits => format!("其中{misfits}项因此不合标准，签署后须调整（可批量）："),
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

    /// What is new, and what is set otherwise than the books hold it, a sentence a line.
    #[must_use]
    pub fn changes(&self, books: &Books) -> Vec<String> {
        self.acts.iter().flat_map(|act| changes(&books.policies, act)).collect()
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

/// What one act sets otherwise than it is held in its first month.
fn changes(policies: &Policies, act: &Body) -> Vec<String> {
    if let Body::SchemeSet(new) = act {
        let (name, code) = (&new.name, &new.code);
        let Some(old) = policies.scheme(code, new.from) else {
            return vec![format!("新设项目：{name}（{code}），自{}起", new.from)];
        };
        let told = differences(old, new).into_iter();
        told.map(|(key, before, now)| format!("项目{code}“{key}”：{before} → {now}")).collect()
    } else if let Body::StandardSet(new) = act {
        let mut standing = policies.standing(&new.scheme, new.from);
        let old = standing.find(|old| {
            (&old.category, &old.area) == (&new.category, &new.area) && old.from <= new.from
        });
        let before = old.map_or("（无）".to_owned(), |old| {
            format!("{} {}元", old.rule.chinese(), old.amount_fen.to_grouped_yuan())
        });
        let (rule, amount) = (new.rule.chinese(), new.amount_fen.to_grouped_yuan());
        let (part, area, from) = (&new.category, &new.area, new.from);
        vec![format!("标准“{part}”（{area}）：{before} → {rule} {amount}元，自{from}起")]
    } else {
        Vec::new()
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
