//! Verification from the entries and a trust file alone: leaves, root, signatures, chains, manifests, laws, frozen months.
//! It shares the laws with `engine` and nothing else: what is here is read again from the bytes.

mod diagnosis;

use std::collections::{BTreeMap, HashMap};

use sha2::{Digest as _, Sha256};

use crate::act::Body;
use crate::act::signed::SignedAct;
use crate::books::{Books, Statement};
use crate::canonical::NotCanonical;
use crate::ids::{Digest, OfficerId, Root, Seq};
use crate::law::{self, admission, succession};
use crate::line::Line;
use crate::log::{
    EntrySource, Frontier, Head, LogFailure, SignedNote, VerifiedCheckpoint, leaf_hash,
};
use crate::period::Period;
use crate::rejection::Rejection;
use crate::trust::{Trust, TrustProblem};
use crate::views::month::MonthTable;

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

/// Verifies a ledger from its entries. `progress` is told the number of entries read so far.
///
/// # Errors
/// The first divergence.
pub fn verify(
    source: &dyn EntrySource,
    trust: &Trust,
    progress: &mut dyn FnMut(u64),
) -> Result<Audited, Divergence> {
    let mut auditor = Auditor::new(trust);
    let note = source.newest_checkpoint();
    let stated = note.map(|note| note.stated(&trust.log_key)).transpose()?;
    let mut entries = source.entries();
    while let Some(entry) = entries.next() {
        let (at, bytes) = entry?;
        auditor.leaf(&bytes);
        let signed = SignedAct::decode(bytes.clone()).map_err(|why| stray(at, &bytes, &why))?;
        auditor.founding(at, &signed.act().body)?;
        let officer = admission::signer(&auditor.books, &signed)
            .map_err(|why| diagnosis::of_signer(source, &auditor.books, (at, &signed), &why))?;
        let count = signed.act().body.manifest().map_or(0, |manifest| manifest.count);
        let mut lines = Vec::new();
        for _ in 0..count {
            let missing = Rejection::ManifestMismatch { what: "行数" };
            let next = entries.next().ok_or_else(|| Divergence::law(at, &missing))?;
            let (_, bytes) = next?;
            auditor.leaf(&bytes);
            lines.push(bytes);
        }
        auditor.act((at, officer), &signed, &lines)?;
        progress(auditor.frontier.size());
    }
    let audited = auditor.finish(stated.as_ref())?;
    if let Some(note) = note {
        signed_by_valid_keys(note, &audited.books, audited.checkpointed)?;
    }
    Ok(audited)
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

/// A line where an act must stand, or bytes that are neither.
fn stray(at: Seq, bytes: &[u8], why: &NotCanonical) -> Divergence {
    if Line::decode(bytes).is_ok() {
        let text = "这一行不属于任何清单：清单行数与所附行数不符".to_owned();
        return Divergence::at(at, "manifest.stray_line", text);
    }
    Divergence::law(at, &admission::malformed(why))
}

struct Auditor<'a> {
    trust: &'a Trust,
    frontier: Frontier,
    books: Books,
    /// The root after each act: `seen` and checkpoints can only stand at such sizes.
    roots: HashMap<u64, Root>,
    acts: u64,
    lines: u64,
    months: BTreeMap<Period, Digest>,
}

impl<'a> Auditor<'a> {
    fn new(trust: &'a Trust) -> Auditor<'a> {
        let frontier = Frontier::new();
        Auditor {
            trust,
            roots: HashMap::from([(0, frontier.root())]),
            frontier,
            books: Books::new(trust.origin()),
            acts: 0,
            lines: 0,
            months: BTreeMap::new(),
        }
    }

    fn leaf(&mut self, entry: &[u8]) {
        self.frontier.push_leaf(leaf_hash(entry), &mut |_| {});
    }

    /// The ledger begins with the founding act that the trust file names, and has no other.
    fn founding(&self, at: Seq, body: &Body) -> Result<(), Divergence> {
        match (body, at) {
            (Body::Founded(founded), Seq(0)) => Ok(self.trust.founded(founded)?),
            (Body::Founded(_), _) => Err(Divergence::law(at, &Rejection::AlreadyFounded {})),
            (_, Seq(0)) => Err(Divergence::law(at, &Rejection::NotFounded {})),
            (_, _) => Ok(()),
        }
    }

    fn act(
        &mut self,
        (at, officer): (Seq, OfficerId),
        signed: &SignedAct,
        entries: &[Vec<u8>],
    ) -> Result<(), Divergence> {
        let broken = |rejection: Rejection| Divergence::law(at, &rejection);
        let act = signed.act();
        let seen = &act.seen;
        if self.roots.get(&seen.size) != Some(&seen.root) {
            return Err(broken(Rejection::SeenWrong { size: seen.size }));
        }
        let lines = admission::lines(&act.body, entries.iter().map(Vec::as_slice))
            .map_err(|why| diagnosis::of_lines(at, &act.body, entries, &why))?;
        let id = signed.id(self.trust.origin());
        let statement = Statement { id, at, officer, act, lines: &lines };
        law::check(&self.books, &statement).map_err(broken)?;
        if let Body::MonthClosed(closed) = &act.body {
            let table = MonthTable::of(&self.books, closed.period);
            if table.map(|table| table.digest()) != Some(closed.table) {
                return Err(broken(Rejection::CloseTableMismatch {}));
            }
            self.months.insert(closed.period, closed.table);
        }
        self.books.evolve(&statement);
        self.acts += 1;
        self.lines += lines.len() as u64;
        self.roots.insert(self.frontier.size(), self.frontier.root());
        Ok(())
    }

    fn finish(self, checkpoint: Option<&Head>) -> Result<Audited, Divergence> {
        if checkpoint.is_none() && self.frontier.size() > 0 {
            return Err(Divergence {
                code: "checkpoint.missing",
                entry: None,
                text:
                    "台账有记录却没有存证头：last-signed 被删去，或建账时中断。请取回存证头再核验"
                        .to_owned(),
            });
        }
        if self.acts == 0 {
            return Err(Divergence::law(Seq(0), &Rejection::NotFounded {}));
        }
        let covered = checkpoint.map_or(0, |head| head.size);
        let trusted = checkpoint.map(|head| head.root);
        if trusted.is_some() && self.roots.get(&covered).copied() != trusted {
            return Err(Divergence {
                code: "checkpoint.root_mismatch",
                entry: None,
                text: format!("前{covered}条记录算出的根与存证头不符：记录被改动、增减或调换"),
            });
        }
        Ok(Audited {
            books: self.books,
            size: self.frontier.size(),
            root: self.frontier.root(),
            acts: self.acts,
            lines: self.lines,
            checkpointed: covered,
            months: self.months,
        })
    }
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
