//! The ledger's side of witnesses: its policy, the cosigned checkpoint beside last-signed, and what waits for a quorum.

use std::path::Path;

use ledger::act::Body;
use ledger::act::signed::{SignedAct, act_bytes};
use ledger::books::closings::Closings;
use ledger::books::payments::BatchStage;
use ledger::ids::{BatchCode, Seq};
use ledger::log::{Head, KeyChain, LogReader, SignedNote, VerifierKey};
use ledger::witness::{Horizon, Judgement, Policy, WitnessCode, WitnessFailure};

use super::{Office, paying, write_whole};
use crate::failure::Failure;

const POLICY: &str = "trust/policy";
const COSIGNED: &str = "cosigned";
const PARTLY: &str = "cosigned-partly";

/// A checkpoint of this ledger with what its witnesses said of it.
#[derive(Clone, Debug)]
pub struct CosignedNote {
    /// The note: the log's signature and cosignatures.
    pub note: SignedNote,
    /// What it states.
    pub head: Head,
    /// Whose cosignatures it carries, and whether they are enough.
    pub judgement: Judgement,
}

/// The policy of the ledger in `dir`, whose log key is `key`; `None` where there is no file.
///
/// # Errors
/// The file is not a policy, or not one of this log.
pub fn policy(dir: &Path, key: &VerifierKey) -> Result<Option<Policy>, Failure> {
    let path = dir.join(POLICY);
    if path.exists() { policy_at(&path, key).map(Some) } else { Ok(None) }
}

/// The policy in a file.
///
/// # Errors
/// As [`policy`], and if there is no file.
pub fn policy_at(path: &Path, key: &VerifierKey) -> Result<Policy, Failure> {
    let bytes = std::fs::read(path).map_err(|why| Failure::file(path, &why))?;
    let policy = Policy::parse(&bytes)?;
    if !policy.accepts_log(key) {
        return Err(WitnessFailure::new(WitnessCode::PolicyLog, path.display().to_string()).into());
    }
    Ok(policy)
}

/// The cosigned checkpoints that the ledger in `dir` keeps, the newest first: the newest with a quorum, and the newest of those
/// that still wait for one.
///
/// # Errors
/// A file is damaged, or one of another log.
pub fn kept(dir: &Path, key: &VerifierKey, policy: &Policy) -> Result<Vec<CosignedNote>, Failure> {
    let (keys, mut kept) = (KeyChain::read(dir, key)?, Vec::new());
    for name in [COSIGNED, PARTLY] {
        let path = dir.join(name);
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => continue,
            Err(why) => return Err(Failure::file(&path, &why)),
        };
        let damaged = |why| WitnessFailure::of_log(WitnessCode::CosignedDamaged, &why);
        let note = SignedNote::parse(&bytes).map_err(damaged)?;
        let head = keys.verify(&note).map_err(damaged)?.head();
        let judgement = policy.judge(&note)?;
        kept.push(CosignedNote { note, head, judgement });
    }
    kept.sort_by_key(|one| std::cmp::Reverse((one.head.size, one.judgement.is_satisfied)));
    Ok(kept)
}

/// Takes a checkpoint with cosignatures in, together with those that are kept for the same checkpoint. Gives it as it is now.
///
/// # Errors
/// The checkpoint is not one of this log, no known witness signed it, a cosignature does not hold, or the machine fails.
pub fn take_in(
    reader: &LogReader,
    policy: &Policy,
    note: &SignedNote,
) -> Result<CosignedNote, Failure> {
    let foreign = |why| WitnessFailure::of_log(WitnessCode::AnswerForeign, &why);
    let keys = reader.keys()?;
    let head = keys.verify(note).map_err(foreign)?.head();
    if reader.root_at(head.size).map_err(foreign)? != head.root {
        let detail = format!("前 {} 条的根不同", head.size);
        return Err(WitnessFailure::new(WitnessCode::AnswerForeign, detail).into());
    }
    if policy.judge(note)?.cosigned.is_empty() {
        let detail = "没有策略所列见证人的签名";
        return Err(WitnessFailure::new(WitnessCode::CosignatureWrong, detail).into());
    }
    let kept = kept(reader.dir(), reader.key(), policy)?;
    let mut all = note.clone();
    for same in kept.iter().filter(|one| one.note.text() == note.text()) {
        let lines = same.note.to_string();
        all = all.with_lines(lines.rsplit_once("\n\n").map_or("", |(_, lines)| lines))?;
    }
    let note = policy.pruned(&all, &keys);
    let judgement = policy.judge(&note)?;
    let new = CosignedNote { note, head, judgement };
    let is_satisfied = new.judgement.is_satisfied;
    // A late answer for an older checkpoint takes nothing away.
    let alike = |one: &&CosignedNote| one.judgement.is_satisfied == is_satisfied;
    if kept.iter().filter(alike).all(|one| one.head.size <= head.size) {
        let name = if is_satisfied { COSIGNED } else { PARTLY };
        write_whole(&reader.dir().join(name), new.note.to_string().as_bytes())?;
    }
    Ok(new)
}

/// What is shown to the world as the newest checkpoint: with its cosignatures, if it has any.
///
/// # Errors
/// As [`policy`] and [`kept`].
pub fn published(reader: &LogReader) -> Result<Option<SignedNote>, Failure> {
    let Some((note, _)) = reader.newest() else { return Ok(None) };
    let Some(policy) = policy(reader.dir(), reader.key())? else { return Ok(Some(note)) };
    let kept = kept(reader.dir(), reader.key(), &policy)?;
    let same = kept.into_iter().find(|one| one.note.text() == note.text());
    Ok(Some(same.map_or(note, |cosigned| cosigned.note)))
}

/// How many entries a quorum has witnessed: all that are checkpointed where no policy asks for one.
///
/// # Errors
/// As [`policy`] and [`kept`], or the kept checkpoint is not of this log's history.
pub fn witnessed(reader: &LogReader) -> Result<u64, Failure> {
    let Some(policy) = policy(reader.dir(), reader.key())? else { return Ok(reader.size()) };
    if !policy.requires_witnesses() {
        return Ok(reader.size());
    }
    let kept = kept(reader.dir(), reader.key(), &policy)?;
    let Some(cosigned) = kept.into_iter().find(|one| one.judgement.is_satisfied) else {
        return Ok(0);
    };
    if reader.root_at(cosigned.head.size)? != cosigned.head.root {
        let detail = format!("前 {} 条的根不同", cosigned.head.size);
        return Err(WitnessFailure::new(WitnessCode::CosignedDamaged, detail).into());
    }
    Ok(cosigned.head.size)
}

/// How far each promise reaches in an open ledger.
///
/// # Errors
/// As [`witnessed`].
pub fn horizon(
    sequenced: u64,
    reader: &LogReader,
    closings: &Closings,
) -> Result<Horizon, Failure> {
    let witnessed = witnessed(reader)?;
    let after = closings.closed.values().map(|(closing, _)| closing.0 + 1);
    let closed = after.filter(|closed| *closed <= witnessed).max().unwrap_or(0);
    Ok(Horizon { sequenced, checkpointed: reader.size(), witnessed, closed })
}

/// Refuses a release whose approval no quorum has witnessed, where the policy asks for one.
///
/// # Errors
/// [`WitnessCode::QuorumMissing`] with what is missing.
pub fn refuse_unwitnessed(office: Office<'_>, code: &BatchCode) -> Result<(), Failure> {
    let reader = office.log;
    let Some(policy) = policy(office.dir, reader.key())? else { return Ok(()) };
    if !policy.requires_witnesses() {
        return Ok(());
    }
    let witnessed = witnessed(reader)?;
    let drawn = paying::batch(office.books, code)?;
    if !matches!(drawn.stage, BatchStage::Approved | BatchStage::Released) {
        // Not approved at all: the rules say so, in their own words.
        return Ok(());
    }
    let approval = approval(reader, drawn.at, code)?;
    if approval.is_some_and(|approval| approval.0 < witnessed) {
        return Ok(());
    }
    let who = kept(office.dir, reader.key(), &policy)?;
    let said = who.first().map_or_else(
        || "还没有任何见证人签署".to_owned(),
        |who| format!("存证头 {} 条，{}", who.head.size, spoken(&who.judgement)),
    );
    let approval =
        approval.map_or("还没有存证头覆盖".to_owned(), |seq| format!("是第{seq}条"));
    let detail = format!(
        "批次{code}的审批{approval}，达到法定见证的只到前 {witnessed} 条；最近一次见证：{said}"
    );
    Err(WitnessFailure::new(WitnessCode::QuorumMissing, detail).into())
}

/// Who signed and who did not, for people.
#[must_use]
pub fn spoken(judgement: &Judgement) -> String {
    let list =
        |names: Vec<&str>| if names.is_empty() { "无".to_owned() } else { names.join("、") };
    let cosigned = judgement.cosigned.iter().map(|(name, _)| name.as_str()).collect();
    let missing = judgement.missing.iter().map(String::as_str).collect();
    format!("已签：{}；未签：{}", list(cosigned), list(missing))
}

/// The entry that approved a batch's roster, looked for from the end: approvals are recent. `None` if no checkpoint covers it.
fn approval(log: &LogReader, drawn: Seq, code: &BatchCode) -> Result<Option<Seq>, Failure> {
    for seq in (drawn.0..log.size()).rev().map(Seq) {
        let Some(entry) = log.get(seq)? else { continue };
        if act_bytes(&entry).is_none() {
            continue;
        }
        let Ok(signed) = SignedAct::decode(entry) else { continue };
        if let Body::RosterApproved(approved) = &signed.act().body
            && approved.batch == *code
        {
            return Ok(Some(seq));
        }
    }
    Ok(None)
}
