//! The only writer: verify → decide → append → evolve. One function is the answer to "who can change the books?":
//! [`Engine::commit`], in `engine/commit.rs`.

mod checked;
mod commit;
mod keys;
mod log_keys;
mod roots;


use std::path::Path;

use crate::act::Seen;
use crate::act::signed::SignedAct;
use crate::books::{Books, Statement};
use crate::ids::{ActId, Seq};
use crate::law::admission;
use crate::line::Line;
use crate::log::{
    EntryInput, EntrySource, Head, Log, LogFailure, NoteSigner, ReadEntry, SignedNote, VerifierKey,
};
use crate::rejection::Rejection;

pub use checked::Checked;
pub use keys::KeyDirectory;
use roots::SeenRoots;

/// Why an act is not in the books.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A rule said no; nothing was written.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// The log could not do it; after a failed write it does nothing more.
    #[error(transparent)]
    Failed(#[from] LogFailure),
}

/// The answer to an accepted act. The same act handed in again gets the same answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The act's id.
    pub id: ActId,
    /// Its entry number.
    pub seq: Seq,
    /// True if it had been accepted before.
    pub is_repeat: bool,
}

/// An open ledger: its log and the books folded from it.
pub struct Engine {
    log: Log,
    books: Books,
    seen: Seen,
    keys: KeyDirectory,
    roots: SeenRoots,
}

/// Why a ledger does not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenFailure {
    /// The log refuses to start, or cannot be read.
    #[error(transparent)]
    Log(#[from] LogFailure),
    /// An entry is not what an entry can be. Run `doudi verify` for the first divergence.
    #[error("第{seq}条记录无法读入：{why}。请运行 doudi verify 查明")]
    Entry {
        /// The entry.
        seq: Seq,
        /// What is wrong with it.
        why: Rejection,
    },
}

impl Engine {
    /// Opens a ledger's folder and folds its entries into the books.
    ///
    /// # Errors
    /// The log refuses to start (rolled back, rewritten, damaged, in use), or holds an entry that cannot be read.
    pub fn open(dir: &Path, key: &VerifierKey) -> Result<Engine, OpenFailure> {
        let mut log = Log::open(dir, key)?;
        let books = fold_while(log.entries(), key.name(), &mut |_, _| true)?;
        log_keys::agree(&mut log, &books)?;
        let seen = log_keys::seen(&log);
        let keys = KeyDirectory::of(&books);
        Ok(Engine { log, books, seen, keys, roots: SeenRoots::default() })
    }

    /// The books after the last accepted act.
    #[must_use]
    pub fn books(&self) -> &Books {
        &self.books
    }

    /// The log.
    #[must_use]
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// The head of the log.
    #[must_use]
    pub fn head(&self) -> Head {
        self.log.head()
    }

    /// The newest checkpoint, as a signer on this machine has seen it.
    #[must_use]
    pub fn seen(&self) -> &Seen {
        &self.seen
    }

    /// True once a write failed: nothing more is read or written.
    #[must_use]
    pub fn is_poisoned(&self) -> bool {
        self.log.refuse_poisoned().is_err()
    }

    /// The keys that the books know, for whoever checks signatures beside the writer.
    #[must_use]
    pub fn keys(&self) -> &KeyDirectory {
        &self.keys
    }

    /// Takes a signed act and its lines into the books, or refuses them. Durable when it returns.
    ///
    /// # Errors
    /// [`Refusal`]; nothing was written then.
    pub fn accept(&mut self, signed: &SignedAct, lines: &[Vec<u8>]) -> Result<Receipt, Refusal> {
        self.commit_one(&Checked::of(signed.clone(), lines, &self.keys))
    }

    /// As [`Engine::accept`], with lines that need not be in memory.
    ///
    /// # Errors
    /// [`Refusal`], also if the lines cannot be read; nothing was added to the log then.
    pub fn accept_from(
        &mut self,
        signed: &SignedAct,
        lines: impl EntryInput + Send,
    ) -> Result<Receipt, Refusal> {
        self.commit_one(&Checked::streamed(signed.clone(), Box::new(lines), &self.keys)?)
    }

    /// Signs a checkpoint over everything accepted so far and keeps it as last-signed: with every log key that the acts
    /// call valid now, out of those that `signer` has.
    ///
    /// # Errors
    /// What is on disk is not what was accepted, or cannot be read or written.
    pub fn checkpoint(&mut self, signer: &NoteSigner) -> Result<SignedNote, LogFailure> {
        let signer = log_keys::signer_for(&self.log, &self.books, signer)?;
        let note = self.log.checkpoint(&signer)?;
        self.seen = log_keys::seen(&self.log);
        self.roots.know(&self.seen);
        Ok(note)
    }
}

/// Folds entries into books act by act. `visit` sees each act with the books before it and says whether to go on with it.
/// The history is taken to be good: signatures and laws are the audit's business.
///
/// # Errors
/// An entry that cannot be read.
pub fn fold_while(
    entries: impl Iterator<Item = ReadEntry>,
    origin: &str,
    visit: &mut dyn FnMut(&Books, &Statement<'_>) -> bool,
) -> Result<Books, OpenFailure> {
    let mut books = Books::new(origin);
    let mut reading = Reading { entries };
    while let Some(group) = reading.next_group()? {
        let act = group.signed.act();
        let officer = match books.offices.keys.get(&act.key) {
            Some(known) => known.officer,
            None => admission::signer(&books, &group.signed)
                .map_err(|why| OpenFailure::Entry { seq: group.at, why })?,
        };
        let (id, at, lines) = (group.signed.id(origin), group.at, &group.lines);
        let statement = Statement { id, at, officer, act, lines };
        if !visit(&books, &statement) {
            break;
        }
        books.evolve(&statement);
    }
    Ok(books)
}

/// An act with its lines as they stand in the log.
struct Group {
    at: Seq,
    signed: SignedAct,
    lines: Vec<Line>,
}

/// Reads a log act by act, each with its lines. Used where the history is known to be good; the audit reads by itself.
struct Reading<I> {
    entries: I,
}

impl<I: Iterator<Item = ReadEntry>> Reading<I> {
    fn next_group(&mut self) -> Result<Option<Group>, OpenFailure> {
        let Some(entry) = self.entries.next() else { return Ok(None) };
        let (at, bytes) = entry?;
        let broken = |seq, why| OpenFailure::Entry { seq, why };
        let signed =
            SignedAct::decode(bytes).map_err(|why| broken(at, admission::malformed(&why)))?;
        let count = signed.act().body.manifest().map_or(0, |manifest| manifest.count);
        let mut lines = Vec::new();
        for _ in 0..count {
            let missing = || broken(at, Rejection::ManifestMismatch { what: "行数" });
            let (seq, bytes) = self.entries.next().ok_or_else(missing)??;
            let (_, line) =
                Line::decode(&bytes).map_err(|why| broken(seq, admission::malformed(&why)))?;
            lines.push(line);
        }
        Ok(Some(Group { at, signed, lines }))
    }
}
