//! `doudi act FILE.toml`: a policy file, tried out or signed act by act.

use std::path::Path;

use ledger::act::signed::key_id;
use ledger::signer::Signer;
use serde_json::json;

use super::Report;
use crate::desk::Desk;
use crate::desk::policy_file;
use crate::failure::Failure;
use crate::spoken::text_at;

pub(super) fn run(
    desk: &mut Desk,
    key: &dyn Signer,
    path: &Path,
    is_dry: bool,
) -> Result<Report, Failure> {
    let text = text_at(path)?;
    let acts = policy_file::read(path, &text)?;
    // All of it is decided upon before the first act is signed: a policy is not signed by halves.
    let run = policy_file::try_out(desk.office(), key_id(&key.public()), acts)?;
    if run.acts.is_empty() {
        let text = "台账已有这份政策，没有变化，未签署任何动作。".to_owned();
        return Ok(Report { json: json!({ "ok": true, "dry_run": is_dry, "acts": [] }), text });
    }
    if is_dry {
        let first = format!("试算，未签署。{}", run.acts_in_words());
        let lines = [vec![first], run.changes(desk.books()), run.told("见 --json")].concat();
        return Ok(Report { json: run.json(), text: lines.join("\n") });
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
