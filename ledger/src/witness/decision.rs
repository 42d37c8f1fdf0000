//! The witness's decision: state, known logs and a request in, an acceptance or a refusal out. Who calls this holds a lock
//! over deciding and writing, and writes the next state before the cosignature leaves.

use std::collections::BTreeMap;

use super::failure::{WitnessCode, WitnessFailure};
use super::fork::ForkCertificate;
use super::request::{AddCheckpoint, StatedCheckpoint, stated};
use super::state::WitnessState;
use crate::log::{SignedNote, VerifierKey, consistency_holds};

/// The logs that a witness looks after: every origin with its keys.
#[derive(Clone, Debug, Default)]
pub struct KnownLogs {
    keys: BTreeMap<String, Vec<VerifierKey>>,
}

impl KnownLogs {
    /// The logs with these keys; several keys of one name are a log key being changed.
    #[must_use]
    pub fn new(keys: Vec<VerifierKey>) -> KnownLogs {
        let mut known = KnownLogs::default();
        for key in keys {
            known.keys.entry(key.name().to_owned()).or_default().push(key);
        }
        known
    }

    /// The keys of an origin.
    #[must_use]
    pub fn of(&self, origin: &str) -> &[VerifierKey] {
        self.keys.get(origin).map_or(&[], Vec::as_slice)
    }

    /// Every origin.
    pub fn origins(&self) -> impl Iterator<Item = &str> {
        self.keys.keys().map(String::as_str)
    }
}

/// A checkpoint that may be cosigned, once the state with it is on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// What it states.
    pub checkpoint: StatedCheckpoint,
    /// The note.
    pub note: SignedNote,
    /// False if the state has it already.
    pub is_new: bool,
}

/// A request that is not cosigned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Why.
    pub why: WitnessFailure,
    /// The HTTP status.
    pub status: u16,
    /// With 409: the size that the witness stands at.
    pub size: Option<u64>,
    /// The origin, once one of its keys was seen to have signed.
    pub signed_origin: Option<String>,
    /// What the two checkpoints prove, where they prove a fork.
    pub fork: Option<ForkCertificate>,
}

impl Refused {
    fn new(code: WitnessCode, detail: impl Into<String>) -> Refused {
        Refused::of(WitnessFailure::new(code, detail))
    }

    /// A refusal for a reason that the request is not to blame for, such as a disk.
    #[must_use]
    pub fn of(why: WitnessFailure) -> Refused {
        let status = why.code().status();
        Refused { why, status, size: None, signed_origin: None, fork: None }
    }
}

/// Decides on a request, in the order of docs/format/witness.md §1.
///
/// # Errors
/// [`Refused`].
pub fn decide(
    state: &WitnessState,
    logs: &KnownLogs,
    request: &[u8],
) -> Result<Accepted, Box<Refused>> {
    let request = AddCheckpoint::parse(request).map_err(Refused::of)?;
    let note = &request.note;
    let malformed = |detail: &str| Refused::new(WitnessCode::RequestMalformed, detail);
    let checkpoint = stated(note.text()).ok_or_else(|| malformed("签名的文本不是存证头"))?;
    let origin = checkpoint.origin.as_str();
    let keys = logs.of(origin);
    if keys.is_empty() {
        return Err(Refused::new(WitnessCode::OriginUnknown, format!("“{origin}”")).into());
    }
    if !keys.iter().any(|key| note.verified_text(key).is_ok()) {
        return Err(Refused::new(WitnessCode::NotSigned, format!("“{origin}”")).into());
    }
    standing(state, &request, &checkpoint).map_err(|refused| {
        let fork = state.newest(origin).and_then(|known| proved(known, &request, keys));
        let why = match &fork {
            Some(_) => WitnessFailure::new(WitnessCode::Forked, refused.why.detail()),
            None => refused.why.clone(),
        };
        Box::new(Refused { why, signed_origin: Some(origin.to_owned()), fork, ..*refused })
    })?;
    let is_new = state.newest(origin).is_none_or(|known| known.text() != note.text());
    Ok(Accepted { note: note.clone(), checkpoint, is_new })
}

/// Does the checkpoint go on from where the witness stands?
fn standing(
    state: &WitnessState,
    request: &AddCheckpoint,
    checkpoint: &StatedCheckpoint,
) -> Result<(), Box<Refused>> {
    let (known, new, old) = (state.head(&checkpoint.origin), checkpoint.head, request.old);
    if old > new.size {
        let detail = format!("old 为 {old}，存证头只有 {} 条", new.size);
        return Err(Refused::new(WitnessCode::RequestMalformed, detail).into());
    }
    let conflict = |detail: String| {
        let refused = Refused::new(WitnessCode::Conflict, detail);
        Box::new(Refused { size: Some(known.size), ..refused })
    };
    if old != known.size {
        return Err(conflict(format!("请求称 {old} 条，见证机记得 {} 条", known.size)));
    }
    if old == new.size && known.root != new.root {
        return Err(conflict(format!("同为 {old} 条，根不同")));
    }
    // A log that was never cosigned starts anywhere: there is nothing yet that it could contradict.
    let holds = if old == 0 && new.size > 0 {
        request.proof.is_empty()
    } else {
        consistency_holds((old, known.root), (new.size, new.root), &request.proof)
    };
    if !holds {
        let detail = format!("自 {old} 条至 {} 条", new.size);
        return Err(Refused::new(WitnessCode::Inconsistent, detail).into());
    }
    Ok(())
}

/// The certificate, if what the witness knows and what it was shown prove a fork.
fn proved(
    known: &SignedNote,
    request: &AddCheckpoint,
    keys: &[VerifierKey],
) -> Option<ForkCertificate> {
    let same_size =
        ForkCertificate::SameSize { first: known.clone(), second: request.note.clone() };
    let prefix = ForkCertificate::Prefix {
        older: known.clone(),
        newer: request.note.clone(),
        path: request.proof.clone(),
    };
    // Only what an outsider would accept is written: the certificate is checked before it is one.
    [same_size, prefix].into_iter().find(|certificate| certificate.check(keys).is_ok())
}

#[cfg(test)]
mod tests;
