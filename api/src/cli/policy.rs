//! `doudi act FILE.toml`: a policy file, tried out or signed act by act.

use std::path::Path;

use ledger::act::Body;
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
    let named: Vec<String> = run.acts.iter().map(|body| body.chinese().to_owned()).collect();
    let mut text = format!(
        "试算，未签署。将签署{}个动作：{}\n{}，项目{}：应发{}项，{}元",
        run.acts.len(),
        named.join("、"),
        run.period,
        run.scheme,
        run.after.lines,
        run.after.total
    );
    let new = run.after.misfits.iter().filter(|misfit| !run.before.misfits.contains(misfit));
    let new: Vec<_> = new.collect();
    if new.is_empty() {
        text.push_str("\n没有一项因此不合标准；下月名册不变。");
    } else {
        text.push_str(&format!("\n其中{}项因此不合标准，签署后须逐项调整：", new.len()));
        for (id, amount, why) in new.iter().take(NAMED) {
            text.push_str(&format!("\n  资格{id}：现{amount}元，{why}"));
        }
        if new.len() > NAMED {
            text.push_str(&format!("\n  …… 其余{}项见 --json", new.len() - NAMED));
        }
    }
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
