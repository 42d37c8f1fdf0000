//! The only writer: verify → decide → append → evolve. One function is the answer to "who can change the books?":
//! [`Engine::commit`], in `engine/commit.rs`.

mod checked;
mod commit;
mod keys;
mod log_keys;
mod replay;
mod roots;

use std::path::Path;

use crate::act::Seen;
use crate::act::signed::SignedAct;
use crate::books::Books;
use crate::ids::{ActId, Seq};
use crate::log::{EntryInput, Head, Log, LogFailure, NoteSigner, SignedNote, VerifierKey};
use crate::rejection::Rejection;
use crate::snapshot;

pub use checked::Checked;
pub use keys::KeyDirectory;
pub use replay::{fold_while, go_on};
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
    /// How many entries the newest snapshot holds; 0 without one.
    snapshot: u64,
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
    /// Opens a ledger's folder and folds its entries into the books: those that came since the newest snapshot, if there is
    /// one that fits the log.
    ///
    /// # Errors
    /// The log refuses to start (rolled back, rewritten, damaged, in use), or holds an entry that cannot be read.
    pub fn open(dir: &Path, key: &VerifierKey) -> Result<Engine, OpenFailure> {
        let mut log = Log::open(dir, key)?;
        let books = snapshot::newest(dir, key.name(), &|Seq(size), root| {
            log.is_complete() && log.root_at(size).is_ok_and(|ours| ours == root)
        });
        let snapshot = books.as_ref().map_or(0, |books| books.height);
        let books = books.unwrap_or_else(|| Books::new(key.name()));
        let books = replay::go_on(&log, books, &mut |_, _| true)?;
        log_keys::agree(&mut log, &books)?;
        let seen = log_keys::seen(&log);
        let keys = KeyDirectory::of(&books);
        Ok(Engine { log, books, seen, keys, roots: SeenRoots::default(), snapshot })
    }

    /// How many entries were not folded when the ledger was opened, or since: the newest snapshot holds them.
    #[must_use]
    pub fn newest_snapshot(&self) -> u64 {
        self.snapshot
    }

    /// True if so much came since the newest snapshot that another one is worth its price.
    #[must_use]
    pub fn is_snapshot_due(&self) -> bool {
        snapshot::is_due(self.snapshot, self.books.height)
    }

    /// Writes a snapshot of the books, so that the next opening is fast. Takes a tenth of a second per million entries,
    /// more or less.
    ///
    /// # Errors
    /// The log is poisoned: its books are ahead of it. The disk fails; nothing depends on a snapshot.
    pub fn keep_snapshot(&mut self) -> Result<(), LogFailure> {
        self.log.refuse_poisoned()?;
        // Also after a failure: who is full now is full with the next act too.
        self.snapshot = self.books.height;
        snapshot::keep(self.log.dir(), &self.books, self.log.head().root)
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
