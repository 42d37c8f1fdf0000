//! What `doudi verify --witness-policy` demands: the newest checkpoint, cosigned by a quorum.

use std::path::Path;

use ledger::audit::Divergence;
use ledger::log::{KeyChain, SignedNote};
use ledger::trust::Trust;
use ledger::witness::WitnessCode;

use crate::desk::cosigning::{kept, policy_at, spoken};
use crate::failure::Failure;

/// Demands that the newest checkpoint of a ledger's folder or of an export carries the cosignatures that the policy asks for.
/// Gives the sentence that says who signed.
///
/// # Errors
/// It does not; or a file is missing or malformed.
pub(in crate::cli) fn demand(
    path: &Path,
    trust: &Path,
    policy: Option<&Path>,
) -> Result<String, Failure> {
    let trusted = Trust::read(trust)?;
    let (key, mut keys) = (trusted.log_key, trusted.log_keys);
    keys.learn(&KeyChain::read(path, &key)?);
    let policy = policy_at(policy.unwrap_or(&trust.join("policy")), &key)?;
    let exported = path.join("checkpoint");
    let is_export = !path.join("log").is_dir() && exported.exists();
    let newest = if is_export { exported } else { path.join("last-signed") };
    let bytes = std::fs::read(&newest).map_err(|why| Failure::file(&newest, &why))?;
    let newest = SignedNote::parse(&bytes)?;
    // In a ledger's folder the cosignatures stand beside, in an export on the checkpoint itself.
    let kept = if is_export { Vec::new() } else { kept(path, &key, &policy)? };
    let cosigned = kept.into_iter().find(|one| one.note.text() == newest.text());
    let note = cosigned.map_or(newest, |cosigned| cosigned.note);
    let size = keys.verify(&note)?.size();
    let judgement = policy.judge(&note)?;
    if judgement.is_satisfied {
        return Ok(format!(
            "最新存证头（{size}条）已达到策略要求的见证人数：{}。",
            spoken(&judgement)
        ));
    }
    let code = WitnessCode::QuorumMissing;
    let text = format!("{}（存证头 {size} 条，{}）", code.text(), spoken(&judgement));
    Err(Failure::Diverged(Divergence { code: code.code(), entry: None, text }))
}
