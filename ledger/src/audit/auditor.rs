//! The part of an audit that goes in order: the tree, chains and manifests. What an act means is judged by its scope.

use std::sync::Arc;

use super::edge::Edge;
use super::late::{Late, Unchecked};
use super::scope::Scope;
use super::{Divergence, diagnosis};
use crate::act::Body;
use crate::books::{Books, Statement};
use crate::decoding::{Broken, Chunks, Group, Groups, Odd, ReadAct};
use crate::ids::{OfficerId, Root, Seq};
use crate::law::admission;
use crate::log::{EntrySource, Head, Leaves};
use crate::rejection::Rejection;
use crate::trust::Trust;

pub(super) struct Auditor<'a, S> {
    pub(super) source: &'a dyn EntrySource,
    pub(super) books: Books,
    trust: &'a Trust,
    late: &'a Late,
    scope: S,
    edge: Edge,
    unchecked: Vec<Unchecked>,
    acts: u64,
    lines: u64,
}

/// What was read, once it agrees with the checkpoint.
pub(super) struct Reading<S> {
    pub(super) books: Books,
    pub(super) scope: S,
    pub(super) size: u64,
    pub(super) root: Root,
    pub(super) acts: u64,
    pub(super) lines: u64,
    pub(super) checkpointed: u64,
}

impl<'a, S: Scope> Auditor<'a, S> {
    pub(super) fn new(
        source: &'a dyn EntrySource,
        trust: &'a Trust,
        late: &'a Late,
        scope: S,
    ) -> Auditor<'a, S> {
        Auditor {
            source,
            books: Books::new(trust.origin()),
            trust,
            late,
            scope,
            edge: Edge::new(),
            unchecked: Vec::new(),
            acts: 0,
            lines: 0,
        }
    }

    /// Every act in order; what needs no order is put off.
    pub(super) fn read_all(
        &mut self,
        chunks: &mut Chunks<'_, 'a, S::Line>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<(), Divergence> {
        let verdict = self.read_acts(chunks, progress);
        // Also when the reading ended early: an earlier signature may be why.
        self.late.signatures(self.trust.origin(), &mut self.unchecked, true, chunks);
        verdict
    }

    fn read_acts(
        &mut self,
        chunks: &mut Chunks<'_, 'a, S::Line>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<(), Divergence> {
        let mut groups = Groups::from(Seq(0));
        loop {
            let group = groups.next(chunks).map_err(broken)?;
            self.edge.expect(groups.hashes.drain(..));
            let Some(group) = group else { return Ok(()) };
            self.act(group, chunks)?;
            let (late, origin) = (self.late, self.trust.origin());
            late.signatures(origin, &mut self.unchecked, false, chunks);
            progress(self.edge.size());
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

    fn act(
        &mut self,
        group: Group<S::Line>,
        chunks: &mut Chunks<'_, 'a, S::Line>,
    ) -> Result<(), Divergence> {
        let Group { at, act: read, lines, leaves, odd } = group;
        let act = read.signed.act();
        self.founding(at, &act.body)?;
        let officer = self.signer(at, &read)?;
        let entries = leaves.len() as u64;
        self.edge.advance(at.0 + 1 + entries, self.source)?;
        let broken = |rejection: Rejection| Divergence::law(at, &rejection);
        let seen = &act.seen;
        if self.edge.root_at(seen.size) != Some(seen.root) {
            return Err(broken(Rejection::SeenWrong { size: seen.size }));
        }
        if let Some(manifest) = act.body.manifest() {
            if let Some((_, Odd::Missing)) = odd {
                return Err(broken(Rejection::ManifestMismatch { what: "行数" }));
            }
            if let Some((_, odd)) = odd {
                let root = Leaves(&leaves).root();
                let why = admission::odd_line(odd, root == manifest.root);
                return Err(diagnosis::of_lines(at, root == manifest.root, &why));
            }
            self.late.manifest(at, leaves, manifest.root, chunks);
        }
        let statement = Statement { id: read.id, at, officer, act, lines: &[] };
        self.scope.take(&mut self.books, &statement, &lines)?;
        self.acts += 1;
        self.lines += entries;
        self.edge.keep_root();
        Ok(())
    }

    /// Key and chain now; the signature when a core is free.
    fn signer(&mut self, at: Seq, read: &Arc<ReadAct>) -> Result<OfficerId, Divergence> {
        let signed = &read.signed;
        let found = admission::key(&self.books, signed.act());
        let of_signer =
            |why: Rejection| diagnosis::of_signer(self.source, &self.books, (at, signed), &why);
        let (officer, public) = found.map_err(of_signer)?;
        self.unchecked.push((at, Arc::clone(read), public));
        admission::chain(&self.books, officer, signed.act()).map_err(of_signer)?;
        Ok(officer)
    }

    pub(super) fn finish(self, checkpoint: Option<&Head>) -> Result<Reading<S>, Divergence> {
        if checkpoint.is_none() && self.edge.size() > 0 {
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
        if trusted.is_some() && self.edge.root_at(covered) != trusted {
            return Err(Divergence {
                code: "checkpoint.root_mismatch",
                entry: None,
                text: format!("前{covered}条记录算出的根与存证头不符：记录被改动、增减或调换"),
            });
        }
        Ok(Reading {
            size: self.edge.size(),
            root: self.edge.root(),
            books: self.books,
            scope: self.scope,
            acts: self.acts,
            lines: self.lines,
            checkpointed: covered,
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
