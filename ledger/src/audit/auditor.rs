//! The part of an audit that goes in order: the tree, chains, manifests, laws and books.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use super::late::{Late, Unchecked};
use super::{Audited, Divergence, diagnosis};
use crate::act::Body;
use crate::act::signed::SignedAct;
use crate::books::{Books, Statement};
use crate::decoding::{Broken, Chunks, Group, Groups, Hashes, Odd};
use crate::ids::{Digest, OfficerId, Root, Seq};
use crate::law::{self, admission};
use crate::log::{EntrySource, Frontier, Head, TILE_WIDTH, WholeNode, root_of_leaves};
use crate::period::Period;
use crate::rejection::Rejection;
use crate::trust::Trust;
use crate::views::month::MonthTable;

pub(super) struct Auditor<'a> {
    pub(super) source: &'a dyn EntrySource,
    pub(super) books: Books,
    trust: &'a Trust,
    late: &'a Late,
    edge: Edge,
    unchecked: Vec<Unchecked>,
    /// The root after each act: `seen` and checkpoints can only stand at such sizes.
    roots: HashMap<u64, Root>,
    acts: u64,
    lines: u64,
    months: BTreeMap<Period, Digest>,
}

impl<'a> Auditor<'a> {
    pub(super) fn new(
        source: &'a dyn EntrySource,
        trust: &'a Trust,
        late: &'a Late,
    ) -> Auditor<'a> {
        let edge = Edge::default();
        Auditor {
            source,
            books: Books::new(trust.origin()),
            trust,
            late,
            roots: HashMap::from([(0, edge.frontier.root())]),
            edge,
            unchecked: Vec::new(),
            acts: 0,
            lines: 0,
            months: BTreeMap::new(),
        }
    }

    /// Every act in order; what needs no order is put off.
    pub(super) fn read_all(
        &mut self,
        chunks: &mut Chunks<'_, 'a>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<(), Divergence> {
        let verdict = self.read_acts(chunks, progress);
        // Also when the reading ended early: an earlier signature may be why.
        self.late.signatures(self.trust.origin(), &mut self.unchecked, true, chunks);
        verdict
    }

    fn read_acts(
        &mut self,
        chunks: &mut Chunks<'_, 'a>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<(), Divergence> {
        let mut groups = Groups::default();
        loop {
            let group = groups.next(chunks).map_err(broken)?;
            self.edge.waiting.extend(groups.hashes.drain(..));
            let Some(group) = group else { return Ok(()) };
            self.act(group, chunks)?;
            let (late, origin) = (self.late, self.trust.origin());
            late.signatures(origin, &mut self.unchecked, false, chunks);
            progress(self.edge.frontier.size());
        }
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

    fn act(&mut self, group: Group, chunks: &mut Chunks<'_, 'a>) -> Result<(), Divergence> {
        let Group { at, signed, id, lines, leaves, odd } = group;
        let signed: Arc<SignedAct> = Arc::new(*signed);
        self.founding(at, &signed.act().body)?;
        let officer = self.signer(at, &signed)?;
        let entries = leaves.len() as u64;
        self.edge.advance(at.0 + 1 + entries, self.source)?;
        let broken = |rejection: Rejection| Divergence::law(at, &rejection);
        let act = signed.act();
        let seen = &act.seen;
        if self.roots.get(&seen.size) != Some(&seen.root) {
            return Err(broken(Rejection::SeenWrong { size: seen.size }));
        }
        if let Some(manifest) = act.body.manifest() {
            if let Some((_, Odd::Missing)) = odd {
                return Err(broken(Rejection::ManifestMismatch { what: "行数" }));
            }
            if let Some((_, odd)) = odd {
                let root = root_of_leaves(leaves);
                let why = admission::odd_line(odd, root == manifest.root);
                return Err(diagnosis::of_lines(at, root == manifest.root, &why));
            }
            self.late.manifest(at, leaves, manifest.root, chunks);
        }
        admission::decoded(&act.body, &lines).map_err(|why| diagnosis::of_lines(at, true, &why))?;
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
        self.lines += entries;
        self.roots.insert(self.edge.frontier.size(), self.edge.frontier.root());
        Ok(())
    }

    /// Key and chain now; the signature when a core is free.
    fn signer(&mut self, at: Seq, signed: &Arc<SignedAct>) -> Result<OfficerId, Divergence> {
        let found = admission::key(&self.books, signed.act());
        let of_signer =
            |why: Rejection| diagnosis::of_signer(self.source, &self.books, (at, signed), &why);
        let (officer, public) = found.map_err(of_signer)?;
        self.unchecked.push((at, Arc::clone(signed), public));
        admission::chain(&self.books, officer, signed.act()).map_err(of_signer)?;
        Ok(officer)
    }

    pub(super) fn finish(self, checkpoint: Option<&Head>) -> Result<Audited, Divergence> {
        let frontier = &self.edge.frontier;
        if checkpoint.is_none() && frontier.size() > 0 {
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
            size: frontier.size(),
            root: frontier.root(),
            books: self.books,
            acts: self.acts,
            lines: self.lines,
            checkpointed: covered,
            months: self.months,
        })
    }
}

fn broken(why: Broken) -> Divergence {
    match why {
        Broken::Unreadable(failure) => failure.into(),
        Broken::Stray(at) => {
            let text = "这一行不属于任何清单：清单行数与所附行数不符".to_owned();
            Divergence::at(at, "manifest.stray_line", text)
        }
        Broken::Neither(at, why) => Divergence::law(at, &admission::malformed(&why)),
    }
}

/// The tree as far as it was read, and the hashes that came ahead of it.
#[derive(Default)]
struct Edge {
    frontier: Frontier,
    waiting: VecDeque<Hashes>,
}

impl Edge {
    /// Grows the tree to `size`: whole tiles by their hash, leaves one by one where an act ends within a tile.
    fn advance(&mut self, size: u64, source: &dyn EntrySource) -> Result<(), Divergence> {
        let mut whole: Vec<WholeNode> = Vec::new();
        while self.frontier.size() < size {
            let at = self.frontier.size();
            let Some(front) = self.waiting.front() else { break };
            let place = usize::try_from(at - front.first).unwrap_or(usize::MAX);
            let Some(leaf) = front.leaves.get(place) else {
                self.waiting.pop_front();
                continue;
            };
            let tile = usize::try_from((at - front.first) / TILE_WIDTH).unwrap_or(usize::MAX);
            let fits = at.is_multiple_of(TILE_WIDTH) && size - at >= TILE_WIDTH;
            match front.tiles.get(tile).filter(|_| fits) {
                Some(tile) => self.frontier.push_tile(*tile, &mut |node| whole.push(node)),
                None => self.frontier.push_leaf(*leaf, &mut |node| whole.push(node)),
            }
        }
        whole.into_iter().try_for_each(|node| source.compare_node(node))?;
        Ok(())
    }
}
