//! The only writer: verify → decide → append → evolve. One function is the answer to "who can change the books?"

mod keys;

use std::path::Path;

use crate::act::Seen;
use crate::act::signed::{SignedAct, act_bytes};
use crate::books::{Books, Statement};
use crate::ids::{ActId, Seq};
use crate::law::admission;
use crate::line::Line;
use crate::log::{
    EntrySource, Head, Log, LogFailure, MAX_ENTRY_BYTES, NoteSigner, ReadEntry, Record, SignedNote,
    VerifierKey,
};
use crate::rejection::Rejection;
use crate::rules;

/// Why an act is not in the books.
#[derive(Debug, thiserror::Error)]
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
        keys::agree(&mut log, &books)?;
        let seen = keys::seen(&log);
        Ok(Engine { log, books, seen })
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

    /// Takes a signed act and its lines into the books, or refuses them. Durable when it returns.
    ///
    /// # Errors
    /// [`Refusal`]; nothing was written then.
    pub fn accept(&mut self, signed: &SignedAct, lines: &[Vec<u8>]) -> Result<Receipt, Refusal> {
        let id = signed.id(&self.books.origin);
        if let Some(seq) = self.log.find(&id.0)? {
            return Ok(Receipt { id, seq, is_repeat: true });
        }
        let officer = admission::signer(&self.books, signed)?;
        let seen = &signed.act().seen;
        if self.log.root_at(seen.size)? != seen.root || !self.is_between_acts(seen.size)? {
            return Err(Rejection::SeenWrong { size: seen.size }.into());
        }
        let entries = lines.iter().map(Vec::as_slice);
        let decoded = admission::lines(&signed.act().body, entries)?;
        let at = Seq(self.books.height);
        let act = signed.act();
        let statement = Statement { id, at, officer, act, lines: &decoded };
        rules::decide(&self.books, &statement)?;
        let mut records = vec![Record { bytes: signed.entry(), id: Some(id.0) }];
        records.extend(lines.iter().map(|line| Record { bytes: line, id: None }));
        if let Some(record) = records.iter().find(|record| record.bytes.len() > MAX_ENTRY_BYTES) {
            return Err(Rejection::EntryTooLarge { bytes: record.bytes.len() }.into());
        }
        let head = self.log.head();
        self.log.append(&head, &records)?;
        self.books.evolve(&statement);
        keys::follow(&mut self.log, &self.books, act)?;
        Ok(Receipt { id, seq: at, is_repeat: false })
    }

    /// True if no manifest is cut in two at that size: a checkpoint stands between acts only.
    fn is_between_acts(&self, size: u64) -> Result<bool, LogFailure> {
        let next = self.log.get(Seq(size))?;
        Ok(next.is_none_or(|entry| act_bytes(&entry).is_some()))
    }

    /// Signs a checkpoint over everything accepted so far and keeps it as last-signed: with every log key that the acts
    /// call valid now, out of those that `signer` has.
    ///
    /// # Errors
    /// What is on disk is not what was accepted, or cannot be read or written.
    pub fn checkpoint(&mut self, signer: &NoteSigner) -> Result<SignedNote, LogFailure> {
        let note = self.log.checkpoint(&keys::signer_for(&self.log, &self.books, signer)?)?;
        self.seen = keys::seen(&self.log);
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
