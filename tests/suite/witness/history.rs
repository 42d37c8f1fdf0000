//! A log on disk that belongs to nobody's ledger: its entries from the third on carry its name, so two of them part there.

use ledger::log::{Log, LogReader, NoteSigner, Record, SignedNote};
use ledger::witness::AddCheckpoint;
use tempfile::TempDir;

pub const ORIGIN: &str = "doudi.example/ledger";

pub fn log_key() -> NoteSigner {
    NoteSigner::new(ORIGIN, &[7; 32]).unwrap()
}

/// Such a log, with a note kept for every size.
pub struct History {
    _dir: TempDir,
    /// Held so that the store stays open.
    _log: Log,
    reader: LogReader,
    notes: Vec<SignedNote>,
}

impl History {
    pub fn of(name: &str, size: usize) -> History {
        let dir = tempfile::tempdir().unwrap();
        let signer = log_key();
        let mut log = Log::open(dir.path(), signer.verifier()).unwrap();
        let mut notes = Vec::new();
        for n in 0..size {
            let entry = if n < 2 { format!("{n}") } else { format!("{name}{n}") };
            log.append(&log.head(), &[Record { bytes: entry.as_bytes(), id: None }]).unwrap();
            notes.push(log.checkpoint(&signer).unwrap());
        }
        History { reader: log.reader(), _dir: dir, _log: log, notes }
    }

    pub fn note(&self, size: u64) -> &SignedNote {
        &self.notes[usize::try_from(size).unwrap() - 1]
    }

    /// The request that goes from `old` to `new`; where `old` is above, a proof from nothing.
    pub fn request(&self, old: u64, new: u64) -> String {
        let proof = self.reader.consistency_proof(old, new).unwrap().unwrap_or_default();
        AddCheckpoint { old, proof, note: self.note(new).clone() }.to_string()
    }
}
