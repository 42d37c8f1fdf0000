//! The counter 柜台: where acts from outside are handed in while the ledger is open. All that `serve` knows of writing is here.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use ledger::act::signed::SignedAct;
use ledger::engine::{Engine, Receipt};
use ledger::ids::{ActId, KeyId, OfficerId};
use ledger::log::{LogReader, RecoveryCode, Restored};
use serde::{Deserialize, Serialize};

use crate::alarm::Alarm;
use crate::failure::Failure;
use crate::writer::{Handle, Options, Queued, Writer};

/// What the holder of a key needs to sign the next act: `GET /signer/KEYID` (docs/format/export.md §3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignerFacts {
    /// The ledger's name.
    pub origin: String,
    /// The key's holder.
    pub officer: OfficerId,
    /// The number of the holder's next act.
    pub seq: u64,
    /// The holder's last act.
    pub prev: ActId,
    /// The newest checkpoint, as a signed note.
    pub checkpoint: String,
}

/// An open ledger to hand acts in to.
pub struct Counter {
    writer: Mutex<Option<Writer>>,
    handle: Handle,
    alarm: Alarm,
}

impl Counter {
    /// Opens a ledger's folder and its counter.
    ///
    /// # Errors
    /// As [`Writer::open`].
    pub fn open(dir: &Path) -> Result<Counter, Failure> {
        let writer = Writer::open(dir, Options::default())?;
        let (handle, alarm) = (writer.handle(), Alarm::default());
        if let Some(note) = Restored::read(dir) {
            tracing::warn!(at = note.at.size, "restored from a backup: {}", note.words());
            if note.is_known_to_be_old() {
                alarm.raise(RecoveryCode::RestoreOlder.code(), &note.words());
            }
        }
        Ok(Counter { writer: Mutex::new(Some(writer)), handle, alarm })
    }

    /// What stops the acts, for those who watch.
    #[must_use]
    pub fn alarm(&self) -> &Alarm {
        &self.alarm
    }

    /// The way to the writer.
    #[must_use]
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// The log, to read from.
    #[must_use]
    pub fn reader(&self) -> LogReader {
        self.handle.reader()
    }

    /// Hands in an act that was signed elsewhere, with the entries of its lines. On disk when it returns.
    ///
    /// # Errors
    /// As [`Handle::submit`]; the alarm's words once it was raised.
    pub fn hand_in(&self, signed: SignedAct, lines: Vec<Vec<u8>>) -> Result<Receipt, Failure> {
        self.alarm.refuse()?;
        self.handle.submit(signed, lines)
    }

    /// As [`Counter::hand_in`] for an act without lines, whose answer can be awaited.
    ///
    /// # Errors
    /// As [`Handle::queue`]; the alarm's words once it was raised.
    pub fn queue(&self, signed: SignedAct) -> Result<Queued, Failure> {
        self.alarm.refuse()?;
        self.handle.queue(signed)
    }

    /// What the holder of a key needs to sign the next act; `None` if the ledger does not know the key.
    ///
    /// # Errors
    /// As [`Handle::ask`].
    pub fn signer(&self, key: KeyId) -> Result<Option<SignerFacts>, Failure> {
        let reader = self.reader();
        self.handle.ask(move |engine| facts(engine, &reader, key))
    }

    /// Closes the counter with a last checkpoint.
    ///
    /// # Errors
    /// As [`Writer::stop`].
    pub fn close(&self) -> Result<(), Failure> {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        writer.map_or(Ok(()), Writer::stop)
    }
}

fn facts(engine: &Engine, reader: &LogReader, key: KeyId) -> Option<SignerFacts> {
    let (books, (checkpoint, _)) = (engine.books(), reader.newest()?);
    let officer = books.offices.keys.get(&key)?.officer;
    let last = books.offices.officers.get(&officer).map(|officer| officer.last);
    Some(SignerFacts {
        origin: books.origin.clone(),
        officer,
        seq: last.map_or(1, |last| last.seq + 1),
        prev: last.map_or(ActId::ZERO, |last| last.id),
        checkpoint: checkpoint.to_string(),
    })
}
