//! Asking the witnesses of a policy over HTTP, all at once, each with the size that it remembers. Blocking; a thread each.

use std::collections::BTreeMap;
use std::time::Duration;

use ledger::log::{Head, LogReader, SignedNote};
use ledger::witness::{AddCheckpoint, Policy, PolicyWitness, cosigned_at};

use super::cosigning::{self, CosignedNote};
use crate::failure::Failure;

/// A witness that takes longer is asked again after the next checkpoint.
const PATIENCE: Duration = Duration::from_secs(10);

/// No honest answer is longer.
const MOST_ANSWER_BYTES: u64 = 64 << 10;

/// A first answer may name the size, and it may move once more meanwhile.
const MOST_ATTEMPTS: u32 = 3;

/// What one witness answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It cosigned, at this time.
    Cosigned(u64),
    /// It has seen a larger checkpoint of this log: this ledger was rolled back, or two of them are running.
    Ahead(u64),
    /// It has seen another history of this log.
    Forked,
    /// It refused, with this status and these words.
    Refused(u16, String),
    /// What came back is not its signature on this checkpoint.
    Wrong,
    /// No answer.
    Unreachable(String),
    /// The policy gives no address: it is asked by file.
    ByFile,
}

/// One round of asking.
#[derive(Clone, Debug)]
pub struct Round {
    /// Each witness with its answer, in the policy's order.
    pub answers: Vec<(String, Answer)>,
    /// This checkpoint as it is cosigned now or, if nobody signed it this time, the newest that is kept.
    pub kept: Option<CosignedNote>,
}

/// Asks witnesses and remembers, as long as it lives, where each of them stands.
pub struct Asker {
    agent: ureq::Agent,
    /// By verifier key.
    standing: BTreeMap<String, u64>,
}

impl Default for Asker {
    fn default() -> Asker {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .build();
        Asker { agent: config.into(), standing: BTreeMap::new() }
    }
}

impl Asker {
    /// Asks every witness that has an address to cosign `note`, a checkpoint of this log, and keeps what came back in
    /// `cosigned`. A witness that does not answer is no failure.
    ///
    /// # Errors
    /// The note is not one of this log, or the machine fails.
    pub fn ask(
        &mut self,
        reader: &LogReader,
        note: &SignedNote,
        policy: &Policy,
    ) -> Result<Round, Failure> {
        let head = reader.keys()?.verify(note)?.head();
        self.recall(reader, policy)?;
        let asked: Vec<(Answer, Option<String>)> = std::thread::scope(|scope| {
            let start = |witness| {
                let question = Question { agent: &self.agent, reader, note, head, witness };
                let standing = self.standing.get(&witness.key.to_string()).copied();
                scope.spawn(move || question.put(standing.unwrap_or(0).min(head.size)))
            };
            let running: Vec<_> = policy.witnesses().iter().map(start).collect();
            let lost = |_| (Answer::Unreachable("程序内部错误".to_owned()), None);
            running.into_iter().map(|thread| thread.join().unwrap_or_else(lost)).collect()
        });
        let (mut answers, mut cosigned) = (Vec::new(), note.clone());
        for (witness, (answer, lines)) in policy.witnesses().iter().zip(asked) {
            if let Some(lines) = lines {
                cosigned = cosigned.with_lines(&lines)?;
                self.standing.insert(witness.key.to_string(), head.size);
            }
            answers.push((witness.name.clone(), answer));
        }
        let kept = if answers.iter().any(|(_, answer)| matches!(answer, Answer::Cosigned(_))) {
            Some(cosigning::take_in(reader, policy, &cosigned)?)
        } else {
            cosigning::kept(reader.dir(), reader.key(), policy)?.into_iter().next()
        };
        Ok(Round { answers, kept })
    }

    /// After a start: where each witness stood when it signed what is kept. Else the first answer (409) says it.
    fn recall(&mut self, reader: &LogReader, policy: &Policy) -> Result<(), Failure> {
        for kept in cosigning::kept(reader.dir(), reader.key(), policy)? {
            for witness in policy.witnesses() {
                if cosigned_at(&kept.note, &witness.key)?.is_some() {
                    let standing = self.standing.entry(witness.key.to_string()).or_default();
                    *standing = kept.head.size.max(*standing);
                }
            }
        }
        Ok(())
    }
}

/// The request that brings a witness from `old` to the checkpoint.
///
/// # Errors
/// The log cannot be read, or does not reach so far.
pub fn request(
    reader: &LogReader,
    note: &SignedNote,
    old: u64,
    new: u64,
) -> Result<AddCheckpoint, Failure> {
    let proof = reader.consistency_proof(old, new)?.ok_or_else(|| {
        Failure::usage(format!("存证头只有{new}条，不能从{old}条证明起；请核对条数。"))
    })?;
    Ok(AddCheckpoint { old, proof, note: note.clone() })
}

/// What one witness is asked.
struct Question<'a> {
    agent: &'a ureq::Agent,
    reader: &'a LogReader,
    note: &'a SignedNote,
    head: Head,
    witness: &'a PolicyWitness,
}

impl Question<'_> {
    /// Asks, and asks again with the size that the witness names. Gives its signature lines if it cosigned.
    fn put(&self, mut old: u64) -> (Answer, Option<String>) {
        let Some(url) = &self.witness.url else { return (Answer::ByFile, None) };
        let url = format!("{}/add-checkpoint", url.trim_end_matches('/'));
        for _ in 0..MOST_ATTEMPTS {
            let request = match request(self.reader, self.note, old, self.head.size) {
                Ok(request) => request.to_string(),
                Err(why) => return (Answer::Unreachable(why.to_string()), None),
            };
            let (status, body) = match self.post(&url, &request) {
                Ok(answered) => answered,
                Err(why) => return (Answer::Unreachable(why.to_string()), None),
            };
            let size = body.strip_suffix('\n').and_then(|size| size.parse::<u64>().ok());
            match (status, size) {
                (200, _) => return self.cosigned(&body),
                (409, Some(size)) if size > self.head.size => return (Answer::Ahead(size), None),
                (409, Some(size)) if size != old => old = size,
                // Its size is ours and it refuses: it knows another root. Or what we have does not go on from what it has.
                (409 | 422, _) => return (Answer::Forked, None),
                _ => return (Answer::Refused(status, body.trim_end().to_owned()), None),
            }
        }
        (Answer::Refused(409, "见证机的条数一再变动".to_owned()), None)
    }

    fn post(&self, url: &str, request: &str) -> Result<(u16, String), ureq::Error> {
        let mut response = self.agent.post(url).content_type("text/plain").send(request)?;
        let body = response.body_mut().with_config().limit(MOST_ANSWER_BYTES).read_to_string()?;
        Ok((response.status().as_u16(), body))
    }

    /// The lines of the answer that this witness signed; those of unknown keys are left out.
    fn cosigned(&self, body: &str) -> (Answer, Option<String>) {
        let key = &self.witness.key;
        let own: String = body
            .split_inclusive('\n')
            .filter(|line| {
                let with = self.note.with_lines(line);
                with.is_ok_and(|note| matches!(cosigned_at(&note, key), Ok(Some(_))))
            })
            .collect();
        let time = self.note.with_lines(&own).ok().and_then(|note| cosigned_at(&note, key).ok());
        match time.flatten() {
            Some(time) => (Answer::Cosigned(time), Some(own)),
            None => (Answer::Wrong, None),
        }
    }
}

impl Answer {
    /// The stable word, for scripts.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Answer::Cosigned(_) => "cosigned",
            Answer::Ahead(_) => "ahead",
            Answer::Forked => "forked",
            Answer::Refused(..) => "refused",
            Answer::Wrong => "wrong",
            Answer::Unreachable(_) => "unreachable",
            Answer::ByFile => "by-file",
        }
    }

    /// For people: what came back, and what to do about it.
    #[must_use]
    pub fn chinese(&self) -> String {
        match self {
            Answer::Cosigned(_) => "已签".to_owned(),
            Answer::Ahead(size) => format!(
                "未签：见证机已见过 {size} 条，本台账更短。可能换回了旧备份，或另有一本在运行；请停用并报告监督方"
            ),
            Answer::Forked => {
                "未签：见证机见过另一段历史，即分叉；请停用，保全台账，报告监督方".to_owned()
            }
            Answer::Refused(status, text) => format!("未签（{status}）：{text}"),
            Answer::Wrong => "答复不是该见证人的有效签名，未采用；请核对策略中的公钥".to_owned(),
            Answer::Unreachable(why) => format!("没有应答：{why}"),
            Answer::ByFile => "策略中没有网址，请用 doudi witness request 以文件办理".to_owned(),
        }
    }
}
