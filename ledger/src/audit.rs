//! Verification from the entries and a trust file alone: leaves, root, signatures, chains, manifests ([`verify_integrity`]);
//! and beyond these laws and frozen months ([`verify`]).
//! It shares the laws with `engine` and nothing else: what is here is read again from the bytes.

mod auditor;
mod diagnosis;
mod edge;
mod late;
mod scope;

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use crate::books::Books;
use crate::decoding::{self, Wanted};
use crate::ids::{Digest, Root, Seq};
use crate::law::succession;
use crate::log::{EntrySource, Frontier, LogFailure, SignedNote, VerifiedCheckpoint, leaf_hash};
use crate::period::Period;
use crate::rejection::Rejection;
use crate::trust::{Trust, TrustProblem};

use auditor::{Auditor, Reading};
use late::Late;
use scope::{Everything, KeysOnly, Scope};

/// The first thing that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct Divergence {
    /// Stable code.
    pub code: &'static str,
    /// The entry, where one can be named.
    pub entry: Option<Seq>,
    /// What is wrong, in Chinese.
    pub text: String,
}

impl Divergence {
    /// A divergence at an entry.
    #[must_use]
    pub fn at(entry: Seq, code: &'static str, text: String) -> Divergence {
        Divergence { code, entry: Some(entry), text }
    }

    fn law(entry: Seq, broken: &Rejection) -> Divergence {
        Divergence::at(entry, broken.code(), broken.to_string())
    }
}

impl From<LogFailure> for Divergence {
    fn from(failure: LogFailure) -> Divergence {
        let code = failure.code().code();
        Divergence { code, entry: failure.entry(), text: failure.to_string() }
    }
}

impl From<TrustProblem> for Divergence {
    fn from(problem: TrustProblem) -> Divergence {
        Divergence { code: problem.code(), entry: None, text: problem.to_string() }
    }
}

/// A ledger that holds.
#[derive(Clone, Debug)]
pub struct Audited {
    /// The books, rebuilt from the entries.
    pub books: Books,
    /// Number of entries.
    pub size: u64,
    /// The root over all of them.
    pub root: Root,
    /// How many of them are acts.
    pub acts: u64,
    /// How many of them are lines.
    pub lines: u64,
    /// How many of them the newest checkpoint covers.
    pub checkpointed: u64,
    /// The digest of each closed month's frozen figures, as its closing act binds it.
    pub months: BTreeMap<Period, Digest>,
}

/// A ledger whose bytes hold together. What its acts mean for money, people and months was not asked.
#[derive(Clone, Debug)]
pub struct Intact {
    /// Only what says whose keys are valid is folded in.
    keys: Books,
    /// Number of entries.
    pub size: u64,
    /// The root over all of them.
    pub root: Root,
    /// How many of them are acts.
    pub acts: u64,
    /// How many of them are lines.
    pub lines: u64,
    /// How many of them the newest checkpoint covers.
    pub checkpointed: u64,
}

impl Intact {
    /// The verifier keys that sign its next checkpoint.
    pub fn log_keys(&self) -> impl Iterator<Item = &str> {
        self.keys.log_keys.at(self.size).map(|key| key.vkey.as_str())
    }

    /// As [`signed_by_valid_keys`], by the acts of this ledger.
    ///
    /// # Errors
    /// As there.
    pub fn signed_by_valid_keys(
        &self,
        note: &SignedNote,
        size: u64,
    ) -> Result<VerifiedCheckpoint, Divergence> {
        signed_by_valid_keys(note, &self.keys, size)
    }
}

/// Verifies a ledger from its entries, on all cores, in one pass. `progress` is told the number of entries read so far.
/// Where the source keeps hashes of its own, they are compared on the way.
///
/// # Errors
/// The first divergence.
pub fn verify(
    source: &dyn EntrySource,
    trust: &Trust,
    progress: &mut dyn FnMut(u64),
) -> Result<Audited, Divergence> {
    let reading = read(source, trust, Everything::default(), progress)?;
    let Reading { books, scope, size, root, acts, lines, checkpointed } = reading;
    Ok(Audited { books, size, root, acts, lines, checkpointed, months: scope.months })
}

/// Verifies that a ledger is whole and its signers' own, and nothing else: the part of [`verify`] that no bookkeeping is
/// needed for, with the same codes. Checked are every leaf hash, the tree, the newest checkpoint under the log keys of its
/// size, every act's form and signature under a key that the acts before it make valid, each person's chain, `seen`, and
/// each manifest's count, root, numbers and kinds. Of a line's body only the bytes are checked, by that root.
///
/// Not checked: that a line's body is well formed, a manifest's total, all laws but those about who may sign, the books,
/// the figures of closed months.
///
/// # Errors
/// The first divergence.
pub fn verify_integrity(
    source: &dyn EntrySource,
    trust: &Trust,
    progress: &mut dyn FnMut(u64),
) -> Result<Intact, Divergence> {
    let reading = read(source, trust, KeysOnly, progress)?;
    let Reading { books: keys, scope: KeysOnly, size, root, acts, lines, checkpointed } = reading;
    Ok(Intact { keys, size, root, acts, lines, checkpointed })
}

/// One pass over all entries, whatever is asked of their meaning.
fn read<S: Scope>(
    source: &dyn EntrySource,
    trust: &Trust,
    scope: S,
    progress: &mut dyn FnMut(u64),
) -> Result<Reading<S>, Divergence> {
    let note = source.newest_checkpoint();
    let stated = note.map(|note| note.stated(&trust.log_key)).transpose()?;
    let late = Late::default();
    let auditor =
        decoding::in_order(source, Seq(0), trust.origin(), Wanted::ItemsAndHashes, |chunks| {
            let mut auditor = Auditor::new(source, trust, &late, scope);
            late.compare_rest(source, chunks);
            let verdict = auditor.read_all(chunks, progress);
            chunks.settle();
            // What was put off may have failed at an entry before the one that ended the reading.
            match (late.first(&auditor), verdict) {
                (Some(found), Err(early))
                    if early.entry.is_none_or(|at| found.entry > Some(at)) =>
                {
                    Err(early)
                }
                (Some(found), _) => Err(found),
                (None, verdict) => verdict.map(|()| auditor),
            }
        })?;
    late.rest()?;
    let reading = auditor.finish(stated.as_ref())?;
    if let Some(note) = note {
        signed_by_valid_keys(note, &reading.books, reading.checkpointed)?;
    }
    Ok(reading)
}

/// The checkpoint of a size is signed by every log key that the acts before that size call valid, and by no retired one.
///
/// # Errors
/// `checkpoint.key_retired`, or `log.checkpoint_signature` where a signature is missing or does not hold.
pub fn signed_by_valid_keys(
    note: &SignedNote,
    books: &Books,
    size: u64,
) -> Result<VerifiedCheckpoint, Divergence> {
    let keys = succession::log_keys_at(books, size);
    note.verify_all(&keys).map_err(|why| {
        let known = books.log_keys.all.iter().filter(|key| !key.signs_at(size));
        let mut retired = known.filter(|key| key.vkey.parse().is_ok_and(|key| note.names(&key)));
        let Some(key) = retired.next() else { return why.into() };
        let at = key.until.unwrap_or(key.from);
        let text = format!(
            "{size}条的存证头由不在用的日志密钥签发（第{at}条记录起停用，或其后才公告），在用的密钥没有签"
        );
        Divergence { code: "checkpoint.key_retired", entry: None, text }
    })
}

/// Checks that a ledger goes on from a checkpoint that its auditor kept from before. A ledger that was cut back or replaced
/// as a whole, by someone who holds the log key, holds together in itself; only what was kept elsewhere tells.
///
/// # Errors
/// `checkpoint.rolled_back` if the ledger is shorter, `checkpoint.forked` if its entries are others.
pub fn goes_on_from(source: &dyn EntrySource, kept: &VerifiedCheckpoint) -> Result<(), Divergence> {
    let (size, known) = (source.size(), kept.size());
    if size < known {
        let text =
            format!("台账只有{size}条，您保管的存证头有{known}条：台账被换回旧版或截去了尾部");
        return Err(Divergence::at(Seq(size), "checkpoint.rolled_back", text));
    }
    let mut frontier = Frontier::new();
    let mut entries = source.entries();
    while frontier.size() < known {
        let Some(entry) = entries.next() else { break };
        frontier.push_leaf(leaf_hash(&entry?.1), &mut |_| {});
    }
    if frontier.root() == kept.root() {
        return Ok(());
    }
    let text = format!("前{known}条与您保管的存证头不是同一段历史：台账被整本改写");
    Err(Divergence { code: "checkpoint.forked", entry: None, text })
}

/// Checks the frozen figures of each closed month: the file must be there and be what the closing act bound.
/// `read` gives the bytes of `views/YYYY-MM.json`, or `None` if there is no such file.
///
/// # Errors
/// The first month whose file is missing or differs.
pub fn verify_months(
    audited: &Audited,
    read: &dyn Fn(Period) -> Option<Vec<u8>>,
) -> Result<(), Divergence> {
    for (period, digest) in &audited.months {
        let entry = audited.books.closings.closed.get(period).map(|(seq, _)| *seq);
        let Some(bytes) = read(*period) else {
            let text = format!(
                "缺少{period}的月结冻结数据 views/{period}.json；可用 doudi replay --views 由记录重新写出"
            );
            return Err(Divergence { code: "view.missing", entry, text });
        };
        if Digest(Sha256::digest(&bytes).into()) != *digest {
            let text = format!("{period}的月结冻结数据被改动：与月结动作所签的摘要不符");
            return Err(Divergence { code: "view.edited", entry, text });
        }
    }
    Ok(())
}
