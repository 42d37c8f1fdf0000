//! The ledger's side: ask the policy's witnesses, over HTTP or by file, and say how far the promises reach.

use std::path::Path;

use ledger::books::closings::Closings;
use ledger::engine::Engine;
use ledger::ids::Seq;
use ledger::log::{Head, Log, LogReader, SignedNote};
use ledger::witness::{Policy, PolicyWitness, WitnessCode, WitnessFailure, cosigned_at};
use serde_json::{Value, json};

use super::super::Report;
use super::super::control::{self, Question};
use crate::desk::asking::{self, Answer, Asker, Round};
use crate::desk::cosigning::{self, CosignedNote, spoken};
use crate::desk::{trust_of, write_whole};
use crate::failure::Failure;

/// A ledger opened to be witnessed, its policy, and its newest checkpoint.
struct Scene {
    reader: LogReader,
    policy: Policy,
    note: SignedNote,
    head: Head,
}

impl Scene {
    fn open(dir: &Path) -> Result<Scene, Failure> {
        let trust = trust_of(dir)?;
        Scene::of(Log::open_for_audit(dir, &trust.log_key)?.reader())
    }

    /// A reader keeps its store open.
    fn of(reader: LogReader) -> Result<Scene, Failure> {
        let Some(policy) = cosigning::policy(reader.dir(), reader.key())? else {
            let dir = reader.dir().display().to_string();
            return Err(WitnessFailure::new(WitnessCode::NoPolicy, dir).into());
        };
        let Some((note, head)) = reader.newest() else {
            return Err(Failure::usage("尚未签发存证头，没有可见证的内容。"));
        };
        Ok(Scene { reader, policy, note, head })
    }

    /// The witness that is meant: by its name, or the only one.
    fn witness(&self, name: Option<&str>) -> Result<Option<&PolicyWitness>, Failure> {
        let all = self.policy.witnesses();
        match (name, all) {
            (None, [only]) => Ok(Some(only)),
            (None, _) => Ok(None),
            (Some(name), _) => {
                let found = all.iter().find(|witness| witness.name == name);
                let found =
                    found.ok_or_else(|| Failure::usage(format!("策略中没有见证人{name}。")))?;
                Ok(Some(found))
            }
        }
    }
}

pub(super) fn ask(dir: &Path) -> Result<Report, Failure> {
    control::here_or_there(dir, &Question::WitnessAsk {}, || asked(&Scene::open(dir)?))
}

/// Asks for the log that is read here.
pub(in crate::cli) fn ask_for(reader: &LogReader) -> Result<Report, Failure> {
    asked(&Scene::of(reader.clone())?)
}

fn asked(scene: &Scene) -> Result<Report, Failure> {
    let round = Asker::default().ask(&scene.reader, &scene.note, &scene.policy)?;
    let mut text = format!("请求见证存证头 {} 条：", scene.head.size);
    for (name, answer) in &round.answers {
        text.push_str("\n  ");
        text.push_str(name);
        text.push('：');
        text.push_str(&answer.chinese());
    }
    if round.answers.iter().any(|(_, answer)| matches!(answer, Answer::Forked)) {
        return Err(WitnessFailure::new(WitnessCode::Forked, text).into());
    }
    let reached = round
        .kept
        .as_ref()
        .filter(|kept| kept.judgement.is_satisfied && kept.note.text() == scene.note.text());
    if scene.policy.requires_witnesses() && reached.is_none() {
        return Err(WitnessFailure::new(WitnessCode::QuorumMissing, text).into());
    }
    text.push_str("\n已达到策略要求的见证人数。");
    Ok(Report { json: document(scene, &round), text })
}

fn document(scene: &Scene, round: &Round) -> Value {
    let answers = round.answers.iter().map(|(name, answer)| {
        json!({ "witness": name, "answer": answer.word(), "text": answer.chinese() })
    });
    json!({ "ok": true, "size": scene.head.size, "answers": answers.collect::<Vec<_>>() })
}

pub(super) fn request(
    dir: &Path,
    out: &Path,
    old: Option<u64>,
    witness: Option<&str>,
) -> Result<Report, Failure> {
    let scene = Scene::open(dir)?;
    let kept = cosigning::kept(dir, scene.reader.key(), &scene.policy)?;
    let mut standing = 0;
    if let Some(witness) = scene.witness(witness)? {
        for kept in kept.iter().rev() {
            if cosigned_at(&kept.note, &witness.key)?.is_some() {
                standing = kept.head.size;
            }
        }
    }
    let old = old.unwrap_or(standing);
    let request = asking::request(&scene.reader, &scene.note, old, scene.head.size)?;
    let out = write_whole(out, request.to_string().as_bytes())?.display().to_string();
    Ok(Report {
        json: json!({ "ok": true, "file": out, "old": old, "size": scene.head.size }),
        text: format!(
            "已写出见证请求：{out}（自 {old} 条至 {} 条）\n下一步：带到见证机，用 doudi witness sign 签署，再用 doudi witness accept 收回结果。",
            scene.head.size
        ),
    })
}

pub(super) fn accept(dir: &Path, file: &Path) -> Result<Report, Failure> {
    let scene = Scene::open(dir)?;
    let bytes = std::fs::read(file).map_err(|why| Failure::file(file, &why))?;
    let note = SignedNote::parse(&bytes)?;
    let CosignedNote { head, judgement, .. } =
        cosigning::take_in(&scene.reader, &scene.policy, &note)?;
    let enough = if judgement.is_satisfied { "已达到" } else { "尚未达到" };
    Ok(Report {
        json: json!({
            "ok": true, "size": head.size, "satisfied": judgement.is_satisfied,
            "cosigned": judgement.cosigned.iter().map(|(name, _)| name).collect::<Vec<_>>(),
            "missing": judgement.missing,
        }),
        text: format!(
            "已收入见证：存证头 {} 条，{}；{enough}策略要求的见证人数。",
            head.size,
            spoken(&judgement)
        ),
    })
}

pub(super) fn status(dir: &Path, entry: Option<u64>) -> Result<Report, Failure> {
    control::here_or_there(dir, &Question::WitnessStatus { entry }, || {
        let trust = trust_of(dir)?;
        let engine = Engine::open(dir, &trust.log_key)?;
        let (reader, size) = (engine.log().reader(), engine.head().size);
        status_of(&reader, size, &engine.books().closings, entry)
    })
}

/// How far the promises reach in the log that is read here.
pub(in crate::cli) fn status_of(
    reader: &LogReader,
    size: u64,
    closings: &Closings,
    entry: Option<u64>,
) -> Result<Report, Failure> {
    let (dir, horizon) = (reader.dir(), cosigning::horizon(size, reader, closings)?);
    let mut text = format!(
        "已入账 {} 条，已存证 {} 条，已见证 {} 条，已月结 {} 条。",
        horizon.sequenced, horizon.checkpointed, horizon.witnessed, horizon.closed
    );
    let policy = cosigning::policy(dir, reader.key())?;
    match &policy {
        None => text.push_str("\n没有见证策略：存证头签发即视为已见证。"),
        Some(policy) => match cosigning::kept(dir, reader.key(), policy)?.first() {
            None => text.push_str("\n还没有任何见证人签署。"),
            Some(kept) => {
                let said =
                    format!("\n最近一次见证 {} 条：{}", kept.head.size, spoken(&kept.judgement));
                text.push_str(&said);
            }
        },
    }
    let mut json = json!({
        "ok": true, "sequenced": horizon.sequenced, "checkpointed": horizon.checkpointed,
        "witnessed": horizon.witnessed, "closed": horizon.closed, "policy": policy.is_some(),
    });
    if let Some(entry) = entry {
        let Some(state) = horizon.state(Seq(entry)) else {
            return Err(Failure::usage(format!("没有第{entry}条记录。")));
        };
        let said = format!("\n第{entry}条：{}", state.chinese());
        text.push_str(&said);
        if let Some(fields) = json.as_object_mut() {
            fields.insert("state".to_owned(), state.word().into());
        }
    }
    Ok(Report { json, text })
}
