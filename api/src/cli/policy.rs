//! `doudi act FILE.toml`: a policy file, tried out or signed act by act.

use std::path::Path;

use ledger::act::Body;
use ledger::act::policies::Strictness;
use ledger::ids::EntitlementId;
use ledger::money::Money;
use ledger::rejection::Rejection;
use ledger::signer::Signer;
use serde_json::{Value, json};

use super::Report;
use crate::desk::Desk;
use crate::desk::policy_file::{self, DryRun};
use crate::failure::Failure;
use crate::spoken::text_at;

/// How many entitlements are named one by one; the JSON report has all.
const NAMED: usize = 20;

pub(super) fn run(
    desk: &mut Desk,
    key: &dyn Signer,
    path: &Path,
    is_dry: bool,
) -> Result<Report, Failure> {
    let text = text_at(path)?;
    let acts = policy_file::read(path, &text)?;
    // All of it is decided upon before the first act is signed: a policy is not signed by halves.
    let run = policy_file::try_out(desk, key, acts)?;
    if run.acts.is_empty() {
        let text = "台账已有这份政策，没有变化，未签署任何动作。".to_owned();
        return Ok(Report { json: json!({ "ok": true, "dry_run": is_dry, "acts": [] }), text });
    }
    if is_dry {
        return Ok(tried(&run));
    }
    let mut signed = Vec::new();
    let mut lines = Vec::new();
    for body in run.acts {
        let (kind, chinese) = (body.kind(), body.chinese());
        let receipt = desk.sign(key, body)?;
        lines.push(format!("已受理：第{}条记录 {chinese}", receipt.seq));
        signed.push(json!({ "id": receipt.id, "kind": kind, "seq": receipt.seq }));
    }
    desk.checkpoint()?;
    Ok(Report { json: json!({ "ok": true, "acts": signed }), text: lines.join("\n") })
}

fn tried(run: &DryRun) -> Report {
    let kinds: Vec<&str> = run.acts.iter().map(Body::kind).collect();
    let named: Vec<&str> = run.acts.iter().map(Body::chinese).collect();
    let mut lines =
        vec![format!("试算，未签署。将签署{}个动作：{}", run.acts.len(), named.join("、"))];
    let mut months = Vec::new();
    for (period, before, after) in &run.months {
        let new = after.misfits.iter().filter(|misfit| !before.misfits.contains(misfit));
        let new: Vec<_> = new.collect();
        let (scheme, count, total) = (&run.scheme, after.lines, after.total);
        lines.push(format!("{period}，项目{scheme}：应发{count}项，{total}元"));
        lines.push(match new.len() {
            0 => "没有一项因此不合标准；该月名册不变。".to_owned(),
            misfits => format!("其中{misfits}项因此不合标准，签署后须逐项调整："),
        });
        let one = |(id, amount, why): &&(EntitlementId, Money, Rejection)| {
            format!("  资格{id}：现{amount}元，{why}")
        };
        lines.extend(new.iter().take(NAMED).map(one));
        if new.len() > NAMED {
            lines.push(format!("  …… 其余{}项见 --json", new.len() - NAMED));
        }
        let misfit = |(id, amount, why): &&(EntitlementId, Money, Rejection)| {
            json!({
                "entitlement": id, "amount_fen": amount, "code": why.code(), "text": why.to_string(),
            })
        };
        let misfits: Vec<Value> = new.iter().map(misfit).collect();
        months.push(json!({
            "period": period, "lines": count, "total_fen": total, "misfits": misfits,
        }));
    }
    let pairs: Vec<Value> = run
        .pairs
        .iter()
        .map(|(pair, persons)| {
            let effect = pair.effect.unwrap_or(Strictness::Refused).chinese();
            let (one, other, from) = (&pair.one, &pair.other, pair.from);
            lines.push(format!("互斥{one}与{other}（{effect}，自{from}）：该月两项都应发的有{persons}人"));
            json!({ "one": one, "other": other, "from": from, "effect": effect, "persons": persons })
        })
        .collect();
    let json = json!({
        "ok": true, "dry_run": true, "acts": kinds, "scheme": run.scheme, "months": months,
        "pairs": pairs,
    });
    Report { json, text: lines.join("\n") }
}
