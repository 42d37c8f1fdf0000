//! `doudi act FILE.toml`: a policy file, tried out or signed act by act.

use std::path::Path;

use ledger::act::Body;
use ledger::ids::EntitlementId;
use ledger::money::Money;
use ledger::rejection::Rejection;
use ledger::signer::Signer;
use serde_json::{Value, json};

use super::Report;
use crate::desk::Desk;
use crate::desk::policy_file::{self, DryRun};
use crate::failure::Failure;

/// How many entitlements are named one by one; the JSON report has all.
const NAMED: usize = 20;

pub(super) fn run(
    desk: &mut Desk,
    key: &dyn Signer,
    path: &Path,
    is_dry: bool,
) -> Result<Report, Failure> {
    let text = std::fs::read_to_string(path).map_err(|why| Failure::file(path, &why))?;
    let acts = policy_file::read(path, &text)?;
    if is_dry {
        return Ok(tried(&policy_file::try_out(desk, key, acts)?));
    }
    let acts = policy_file::news(desk.books(), acts);
    if acts.is_empty() {
        let text = "台账已有这份政策，没有变化，未签署任何动作。".to_owned();
        return Ok(Report { json: json!({ "ok": true, "acts": [] }), text });
    }
    let mut signed = Vec::new();
    let mut lines = Vec::new();
    for body in acts {
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
    let new = run.after.misfits.iter().filter(|misfit| !run.before.misfits.contains(misfit));
    let new: Vec<_> = new.collect();
    let mut lines = vec![
        format!("试算，未签署。将签署{}个动作：{}", run.acts.len(), named.join("、")),
        format!(
            "{}，项目{}：应发{}项，{}元",
            run.period, run.scheme, run.after.lines, run.after.total
        ),
    ];
    if new.is_empty() {
        lines.push("没有一项因此不合标准；该月名册不变。".to_owned());
    } else {
        lines.push(format!("其中{}项因此不合标准，签署后须逐项调整：", new.len()));
    }
    let one = |(id, amount, why): &&(EntitlementId, Money, Rejection)| {
        format!("  资格{id}：现{amount}元，{why}")
    };
    lines.extend(new.iter().take(NAMED).map(one));
    if new.len() > NAMED {
        lines.push(format!("  …… 其余{}项见 --json", new.len() - NAMED));
    }
    let text = lines.join("\n");
    let misfits: Vec<Value> = new
        .iter()
        .map(|(id, amount, why)| {
            json!({ "entitlement": id, "amount_fen": amount, "code": why.code(), "text": why.to_string() })
        })
        .collect();
    let json = json!({
        "ok": true, "dry_run": true, "acts": kinds, "scheme": run.scheme, "period": run.period,
        "lines": run.after.lines, "total_fen": run.after.total, "misfits": misfits,
    });
    Report { json, text }
}
