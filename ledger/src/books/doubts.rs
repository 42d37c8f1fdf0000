//! Acts that need reconfirmation: those that a key signed from the entry on at which it may have been in other hands.
//! Everything here follows from the order of entries.

use std::collections::BTreeMap;

use crate::act::offices::Role;
use crate::act::{Body, Kind};
use crate::ids::{ActId, EntitlementId, KeyId, OfficerId, Seq};
use crate::period::{Date, Period};

use super::Statement;
use super::duties::{Case, Stage};

/// What is kept of every act, so that its key can fall into doubt later. A snapshot keeps it without the names of its
/// fields: there is one for every act that ever was.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(from = "Unnamed", into = "Unnamed")]
pub struct KeptAct {
    /// Its id.
    pub id: ActId,
    /// Its entry.
    pub at: Seq,
    /// Its kind.
    pub kind: Kind,
    /// The role that it needed.
    pub role: Option<Role>,
    /// The cases that it belongs to, and what it is in them; of a roster, only its batch.
    pub cases: Vec<(Case, Stage)>,
    /// The month that it posts in.
    pub posts: Option<Period>,
    /// The entitlement that it grants or changes.
    pub entitlement: Option<EntitlementId>,
    /// The key that it installs by rotation.
    pub installs: Option<KeyId>,
}

type Unnamed = (
    ActId,
    Seq,
    Kind,
    Option<Role>,
    Vec<(Case, Stage)>,
    Option<Period>,
    Option<EntitlementId>,
    Option<KeyId>,
);

impl From<Unnamed> for KeptAct {
    fn from(kept: Unnamed) -> KeptAct {
        let (id, at, kind, role, cases, posts, entitlement, installs) = kept;
        KeptAct { id, at, kind, role, cases, posts, entitlement, installs }
    }
}

impl From<KeptAct> for Unnamed {
    fn from(kept: KeptAct) -> Unnamed {
        let KeptAct { id, at, kind, role, cases, posts, entitlement, installs } = kept;
        (id, at, kind, role, cases, posts, entitlement, installs)
    }
}

/// What was said of an act in doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Answer {
    /// The act that says it.
    pub by: ActId,
    /// True if the act was disowned, false if it was reconfirmed.
    pub is_disowned: bool,
}

/// An act in doubt.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Doubt {
    /// The act.
    pub act: KeptAct,
    /// Whose act it is.
    pub officer: OfficerId,
    /// The key that signed it.
    pub key: KeyId,
    /// The revocation that put it in doubt.
    pub revocation: ActId,
    /// What was said of it.
    pub answer: Option<Answer>,
    /// After it was disowned: a later act of the same kind in the same case, which stands in its place.
    pub redone_by: Option<ActId>,
}

/// Where an act that was ever in doubt stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It needs reconfirmation.
    Open,
    /// It was reconfirmed: it counts as if it had never been in doubt.
    Reconfirmed,
    /// Its signer states not to have signed it. It stays in the log.
    Disowned,
}

/// Every act in doubt, and of every key what it signed.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Doubts {
    signed: BTreeMap<KeyId, Vec<KeptAct>>,
    acts: BTreeMap<ActId, Doubt>,
}

impl Doubts {
    /// What is known of an act that is or was in doubt.
    #[must_use]
    pub fn of(&self, act: &ActId) -> Option<&Doubt> {
        self.acts.get(act)
    }

    /// All that are or were in doubt.
    pub fn all(&self) -> impl Iterator<Item = &Doubt> {
        self.acts.values()
    }

    /// Where an act stands; `None` if nothing ever put it in doubt.
    #[must_use]
    pub fn standing(&self, act: &ActId) -> Option<Standing> {
        let doubt = self.acts.get(act)?;
        // An answer stands later in the log than what it answers, so this comes to an end.
        let believed = |by: &ActId| matches!(self.standing(by), None | Some(Standing::Reconfirmed));
        Some(match doubt.answer {
            Some(answer) if !believed(&answer.by) => Standing::Open,
            Some(answer) if answer.is_disowned => Standing::Disowned,
            Some(_) => Standing::Reconfirmed,
            None => Standing::Open,
        })
    }

    /// True if nothing can be built on the act: it needs reconfirmation, or was disowned.
    #[must_use]
    pub fn is_unsound(&self, act: &ActId) -> bool {
        matches!(self.standing(act), Some(Standing::Open | Standing::Disowned))
    }

    /// An act on which nothing can be built and that nothing took the place of, if `concerns` says so of one.
    pub fn unsound(&self, concerns: impl Fn(&KeptAct) -> bool) -> Option<ActId> {
        let mut doubts = self.acts.values().filter(|doubt| doubt.redone_by.is_none());
        let found = doubts.find(|doubt| concerns(&doubt.act) && self.is_unsound(&doubt.act.id));
        found.map(|doubt| doubt.act.id)
    }

    pub(super) fn evolve(&mut self, statement: &Statement<'_>, cases: Vec<(Case, Stage)>) {
        let kept = KeptAct {
            id: statement.id,
            at: statement.at,
            kind: Kind::of(statement.body()),
            role: statement.body().role(),
            cases,
            posts: statement.body().posting_date().map(Date::period),
            entitlement: entitlement_of(statement.body()),
            installs: installed_by(statement.body()),
        };
        self.take_the_place(&kept);
        if let Body::ActsReconfirmed(body) = statement.body() {
            self.answer(&body.acts, Answer { by: statement.id, is_disowned: false });
        } else if let Body::ActsDisowned(body) = statement.body() {
            self.answer(&body.acts, Answer { by: statement.id, is_disowned: true });
        }
        self.signed.entry(statement.act.key).or_default().push(kept);
    }

    fn answer(&mut self, acts: &[ActId], answer: Answer) {
        for act in acts {
            if let Some(doubt) = self.acts.get_mut(act) {
                doubt.answer = Some(answer);
            }
        }
    }

    /// Work that was disowned can be done anew: what does it anew stands in its place.
    fn take_the_place(&mut self, kept: &KeptAct) {
        let disowned = |doubt: &Doubt| doubt.answer.is_some_and(|answer| answer.is_disowned);
        for doubt in self.acts.values_mut().filter(|doubt| disowned(doubt)) {
            let same_case = doubt
                .act
                .cases
                .iter()
                .any(|(case, _)| kept.cases.iter().any(|(other, _)| other == case));
            if same_case && doubt.act.kind == kept.kind {
                doubt.redone_by = Some(kept.id);
            }
        }
    }

    /// Puts what a key signed from an entry on in doubt, and what keys signed that it installed since.
    pub(super) fn doubt(
        &mut self,
        (key, since): (KeyId, Seq),
        revocation: ActId,
        holder: &dyn Fn(KeyId) -> Option<OfficerId>,
    ) {
        let mut keys = vec![(key, since)];
        while let Some((key, since)) = keys.pop() {
            let Some(officer) = holder(key) else { continue };
            let signed = self.signed.get(&key).into_iter().flatten();
            let affected: Vec<_> = signed.filter(|act| act.at >= since).cloned().collect();
            for act in affected {
                keys.extend(act.installs.map(|installed| (installed, act.at)));
                let doubt = Doubt { act, officer, key, revocation, answer: None, redone_by: None };
                // What was answered before stays answered: the answer came from another key.
                self.acts.entry(doubt.act.id).or_insert(doubt);
            }
        }
    }
}

const fn entitlement_of(body: &Body) -> Option<EntitlementId> {
    if let Body::ApplicationConfirmed(body) = body {
        Some(body.entitlement)
    } else if let Body::EntitlementAdjusted(body) = body {
        Some(body.entitlement)
    } else if let Body::StageAccepted(body) = body {
        Some(body.entitlement)
    } else {
        None
    }
}

fn installed_by(body: &Body) -> Option<KeyId> {
    if let Body::KeyRotated(body) = body { body.record.key_id() } else { None }
}
