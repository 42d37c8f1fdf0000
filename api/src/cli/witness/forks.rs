//! Fork certificates: written by an auditor who kept a checkpoint, checked by anybody who has the log's key.

use std::path::Path;

use ledger::log::{
    EntrySource, Leaves, Log, NodeHash, SignedNote, TileFolder, VerifiedCheckpoint, VerifierKey,
    consistency_proof, leaf_hash, root_of_leaves,
};
use ledger::witness::{ForkCertificate, ForkProved, WitnessCode, WitnessFailure};
use serde_json::json;

use super::super::Report;
use crate::desk::write_whole;
use crate::failure::Failure;
use crate::spoken::text_at;

/// Keys of logs, each the text of a `log.vkey` or the path of one.
pub(super) fn log_keys(given: &[String]) -> Result<Vec<VerifierKey>, Failure> {
    let read = |given: &String| {
        let path = Path::new(given);
        let text = if path.is_file() { text_at(path)? } else { given.clone() };
        Ok(text.parse()?)
    };
    given.iter().map(read).collect()
}

pub(super) fn check(file: &Path, keys: &[String]) -> Result<Report, Failure> {
    let keys = log_keys(keys)?;
    let bytes = std::fs::read(file).map_err(|why| Failure::file(file, &why))?;
    let proved = ForkCertificate::parse(&bytes)?.check(&keys)?;
    Ok(report(&proved, "分叉证书成立"))
}

pub(super) fn prove(
    path: &Path,
    known: &Path,
    keys: &[String],
    out: &Path,
) -> Result<Report, Failure> {
    let keys = log_keys(keys)?;
    let bytes = std::fs::read(known).map_err(|why| Failure::file(known, &why))?;
    let kept = SignedNote::parse(&bytes)?;
    let before = verified(&kept, &keys)?;
    let certificate = against(path, &keys, (&kept, &before))?;
    // What an outsider would not accept is not written.
    let proved = certificate.check(&keys)?;
    let out = write_whole(out, certificate.to_string().as_bytes())?;
    Ok(report(&proved, &format!("已写出分叉证书：{}", out.display())))
}

fn verified(note: &SignedNote, keys: &[VerifierKey]) -> Result<VerifiedCheckpoint, Failure> {
    let mut last = None;
    for key in keys {
        match note.verify(key) {
            Ok(checkpoint) => return Ok(checkpoint),
            Err(why) => last = Some(why),
        }
    }
    Err(last.map_or_else(|| Failure::usage("请用 --key 给出日志公钥。"), Failure::from))
}

/// The certificate of the kept checkpoint against the history at `path`, whichever of the two is longer.
fn against(
    path: &Path,
    keys: &[VerifierKey],
    (kept, before): (&SignedNote, &VerifiedCheckpoint),
) -> Result<ForkCertificate, Failure> {
    let mut opened = Err(Failure::usage("请用 --key 给出日志公钥。"));
    for key in keys {
        opened = open(path, key);
        if opened.is_ok() {
            break;
        }
    }
    let source = opened?;
    let shown = source.newest_checkpoint().cloned();
    let shown = shown.ok_or_else(|| Failure::usage("那里没有存证头，证明不了什么。"))?;
    let after = verified(&shown, keys)?;
    if after.size() == before.size() {
        return Ok(ForkCertificate::SameSize { first: kept.clone(), second: shown });
    }
    if after.size() < before.size() {
        let detail = format!(
            "所给历史只有 {} 条，留存的存证头有 {} 条：较短不等于分叉，须用较长的一段历史作证",
            after.size(),
            before.size()
        );
        return Err(WitnessFailure::new(WitnessCode::CertificateUnproven, detail).into());
    }
    let mut leaves: Vec<NodeHash> = Vec::new();
    for entry in source.entries() {
        leaves.push(leaf_hash(&entry?.1));
    }
    let (old, new) = (before.size(), after.size());
    leaves.truncate(usize::try_from(new).unwrap_or(usize::MAX));
    let Ok(Some(proof)) = consistency_proof(&Leaves(&leaves), old, new) else {
        return Err(Failure::usage("那里的记录不够存证头所称的条数。"));
    };
    let first = leaves.iter().copied().take(usize::try_from(old).unwrap_or(usize::MAX));
    let prefix = root_of_leaves(first);
    Ok(ForkCertificate::of_history((kept.clone(), old), shown, prefix, &proof))
}

fn open(path: &Path, key: &VerifierKey) -> Result<Box<dyn EntrySource>, Failure> {
    if path.join("log").is_dir() {
        return Ok(Box::new(Log::open_for_audit(path, key)?));
    }
    Ok(Box::new(TileFolder::open(path, key)?))
}

fn report(proved: &ForkProved, what: &str) -> Report {
    let ForkProved { origin, first, second, root_in_second } = proved;
    Report {
        json: json!({
            "ok": true, "origin": origin,
            "first": { "size": first.size, "root": first.root },
            "second": { "size": second.size, "root": second.root },
            "root_in_second": root_in_second,
        }),
        text: format!(
            "{what}：台账“{origin}”的日志私钥签过两段互相矛盾的历史。\n  其一：{} 条，根 {}\n  其二：{} 条，根 {}；其前 {0} 条的根是 {}\n证书只说明两段历史不能同时为真，不说明哪一段是真的。",
            first.size, first.root, second.size, second.root, root_in_second
        ),
    }
}
