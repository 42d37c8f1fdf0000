//! `doudi verify` of a single proof: an entry is in the ledger, or the ledger only grew. Needs no ledger and no network.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ledger::audit::Divergence;
use ledger::log::{ConsistencyFile, InclusionFile};
use ledger::trust::Trust;
use serde_json::json;

use super::Report;
use super::verify::{judged, kept};
use crate::failure::Failure;

/// A proof that was read, and not judged yet.
pub(super) enum Proof {
    Inclusion(InclusionFile),
    Consistency(ConsistencyFile),
}

/// The proof in a file; `None` if the file does not begin as one.
pub(super) fn of(path: &Path) -> Result<Option<Proof>, Failure> {
    let mut begin = [0; 64];
    let read = std::fs::File::open(path)
        .and_then(|mut file| std::io::Read::read(&mut file, &mut begin))
        .map_err(|why| Failure::file(path, &why))?;
    let begin = begin.get(..read).unwrap_or_default();
    let whole = || std::fs::read(path).map_err(|why| Failure::file(path, &why));
    if InclusionFile::is_begun_by(begin) {
        let file = InclusionFile::parse(&whole()?).map_err(judged)?;
        return Ok(Some(Proof::Inclusion(file)));
    }
    if ConsistencyFile::is_begun_by(begin) {
        let file = ConsistencyFile::parse(&whole()?).map_err(judged)?;
        return Ok(Some(Proof::Consistency(file)));
    }
    Ok(None)
}

impl Proof {
    /// Judges it by the trusted key, the entry or the earlier checkpoint that the auditor brings.
    pub(super) fn judge(
        &self,
        trust: &Trust,
        entry: Option<&Path>,
        known: Option<&Path>,
    ) -> Result<Report, Failure> {
        match self {
            Proof::Inclusion(file) => {
                let entry = entry.ok_or_else(|| {
                    Failure::usage("核验在账证明，请用 --entry 指明该条记录的原文文件。")
                })?;
                let bytes = std::fs::read(entry).map_err(|why| Failure::file(entry, &why))?;
                let checkpoint = file.verify(&bytes, &trust.log_keys).map_err(judged)?;
                if let Some(known) = known {
                    let known = trust.log_keys.verify(&kept(known)?).map_err(judged)?;
                    if known.size() == checkpoint.size() && known.root() != checkpoint.root() {
                        return Err(forked(checkpoint.size()));
                    }
                }
                let (seq, size) = (file.index(), checkpoint.size());
                Ok(holds(
                    json!({ "ok": true, "seq": seq, "size": size, "root": BASE64.encode(checkpoint.root().0),
                            "first_divergence": null }),
                    format!(
                        "证明成立：这份原文是“{}”的第{seq}条记录，在覆盖{size}条的存证头之内。",
                        trust.origin()
                    ),
                ))
            }
            Proof::Consistency(file) => {
                let known = known.ok_or_else(|| {
                    Failure::usage("核验前后一致证明，请用 --known 指明以前自己保管的存证头。")
                })?;
                let old = trust.log_keys.verify(&kept(known)?).map_err(judged)?;
                let new = file.verify(&old, &trust.log_keys).map_err(judged)?;
                let (before, after) = (old.size(), new.size());
                Ok(holds(
                    json!({ "ok": true, "from": before, "size": after, "root": BASE64.encode(new.root().0),
                            "first_divergence": null }),
                    format!(
                        "证明成立：“{}”由{before}条增至{after}条，前{before}条没有改动。",
                        trust.origin()
                    ),
                ))
            }
        }
    }
}

fn holds(json: serde_json::Value, text: String) -> Report {
    Report { json, text }
}

fn forked(size: u64) -> Failure {
    Failure::Diverged(Divergence {
        code: "checkpoint.forked",
        entry: None,
        text: format!("同为{size}条，证明所附的存证头与您保管的不同：出示过两份历史"),
    })
}
