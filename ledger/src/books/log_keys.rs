//! The keys that sign the log's checkpoints: the founding one, and those that were announced and retired since.

use crate::act::Body;
use crate::ids::Seq;

use super::Statement;

/// A key of the log.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LogKey {
    /// The verifier key in signed-note form.
    pub vkey: String,
    /// Where it was announced; entry 0 for the founding key.
    pub from: Seq,
    /// Where it was retired.
    pub until: Option<Seq>,
    /// An earlier log key's signature that hands over to it; empty for the founding key.
    pub handover: String,
}

impl LogKey {
    /// True if the key signs checkpoints of `size` entries.
    #[must_use]
    pub fn signs_at(&self, size: u64) -> bool {
        (self.from.0 < size || self.from.0 == 0) && self.until.is_none_or(|until| until.0 >= size)
    }
}

/// Every key that ever was the log's, in the order of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LogKeys {
    /// The keys; the founding one first.
    pub all: Vec<LogKey>,
}

impl LogKeys {
    /// The keys that each sign a checkpoint of `size` entries.
    pub fn at(&self, size: u64) -> impl Iterator<Item = &LogKey> {
        self.all.iter().filter(move |key| key.signs_at(size))
    }

    pub(super) fn evolve(&mut self, statement: &Statement<'_>) {
        let (from, until) = (statement.at, None);
        if let Body::Founded(body) = statement.body() {
            let (vkey, handover) = (body.log_key.clone(), String::new());
            self.all.push(LogKey { vkey, from, until, handover });
        } else if let Body::LogKeyAnnounced(body) = statement.body() {
            let (vkey, handover) = (body.vkey.clone(), body.handover.clone());
            self.all.push(LogKey { vkey, from, until, handover });
        } else if let Body::LogKeyRetired(body) = statement.body() {
            let mut keys = self.all.iter_mut();
            if let Some(key) = keys.find(|key| key.vkey == body.vkey && key.until.is_none()) {
                key.until = Some(statement.at);
            }
        }
    }
}
