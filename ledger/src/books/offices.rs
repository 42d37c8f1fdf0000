//! Units, persons in office and their keys, as the log says; validity goes by order of entries, never by time.

use std::collections::BTreeMap;

use ed25519_dalek::VerifyingKey;

use crate::act::Body;
use crate::act::offices::{Founded, KeyRecord, OfficerAppointed, Role, Side, UnitRegistered};
use crate::ids::{ActId, Commitment, Division, KeyId, OfficerId, Seq, UnitCode};

use super::Statement;

/// A unit.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Unit {
    /// Its name.
    pub name: String,
    /// On whose side it stands.
    pub side: Side,
    /// The town it covers.
    pub town: Option<Division>,
}

/// A person in office.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Officer {
    /// The unit.
    pub unit: UnitCode,
    /// Commitment to the name.
    pub name_commit: Commitment,
    /// The post as people call it.
    pub post: String,
    /// What the person may do now.
    pub roles: Vec<Role>,
    /// False after dismissal.
    pub in_office: bool,
    /// The last act, so that the next one can follow it.
    pub last: LastAct,
}

/// Where a person's chain of acts stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LastAct {
    /// Number of acts so far.
    pub seq: u64,
    /// The last one's id; zeros if there was none.
    pub id: ActId,
    /// The size of the checkpoint that it named.
    pub seen: u64,
}

/// A key as the log knows it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Key {
    /// The holder.
    pub officer: OfficerId,
    /// The public key.
    pub public: VerifyingKey,
    /// The entry from which on it is known.
    pub since: Seq,
    /// Where it was revoked.
    pub revoked: Option<Seq>,
    /// First entry at which it may have been in other hands, as its revocation says.
    pub compromised_since: Option<Seq>,
    /// The act by which its holder installed it beside an earlier key, if it came so.
    pub rotated_by: Option<ActId>,
    /// True if the founding act lists it.
    pub is_root: bool,
}

/// Who may act.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Offices {
    /// The founding act, once there is one.
    pub founded: Option<Box<Founded>>,
    /// Units by code.
    pub units: BTreeMap<UnitCode, Unit>,
    /// Persons in office by id.
    pub officers: BTreeMap<OfficerId, Officer>,
    /// Keys by id.
    pub keys: BTreeMap<KeyId, Key>,
}

impl Offices {
    /// The side on which a person's unit stands.
    #[must_use]
    pub fn side_of(&self, officer: OfficerId) -> Option<Side> {
        let officer = self.officers.get(&officer)?;
        self.units.get(&officer.unit).map(|unit| unit.side)
    }

    /// The ledger's name for people; empty before founding.
    #[must_use]
    pub fn ledger_name(&self) -> &str {
        self.founded.as_ref().map_or("", |founded| founded.name.as_str())
    }

    fn register_unit(&mut self, unit: &UnitRegistered) {
        let known = Unit { name: unit.name.clone(), side: unit.side, town: unit.town.clone() };
        self.units.insert(unit.unit.clone(), known);
    }

    fn appoint(&mut self, appointed: &OfficerAppointed) {
        let last = self
            .officers
            .get(&appointed.officer)
            .map_or(LastAct { seq: 0, id: ActId::ZERO, seen: 0 }, |officer| officer.last);
        self.officers.insert(
            appointed.officer,
            Officer {
                unit: appointed.unit.clone(),
                name_commit: appointed.name_commit,
                post: appointed.post.clone(),
                roles: appointed.roles.clone(),
                in_office: true,
                last,
            },
        );
    }

    fn enrol(&mut self, record: &KeyRecord, statement: &Statement<'_>) {
        let Some(public) = record.verifying_key() else { return };
        let is_rotation = matches!(statement.body(), Body::KeyRotated(_));
        let key = Key {
            officer: record.officer,
            public,
            since: statement.at,
            revoked: None,
            compromised_since: None,
            rotated_by: is_rotation.then_some(statement.id),
            is_root: matches!(statement.body(), Body::Founded(_)),
        };
        self.keys.insert(crate::act::signed::key_id(&public), key);
    }

    pub(super) fn evolve(&mut self, statement: &Statement<'_>) {
        if let Body::Founded(founded) = statement.body() {
            founded.units.iter().for_each(|unit| self.register_unit(unit));
            founded.officers.iter().for_each(|officer| self.appoint(officer));
            founded.keys.iter().for_each(|key| self.enrol(&key.record, statement));
            self.founded = Some(Box::new(founded.clone()));
        } else if let Body::UnitRegistered(unit) = statement.body() {
            self.register_unit(unit);
        } else if let Body::OfficerAppointed(appointed) = statement.body() {
            self.appoint(appointed);
        } else if let Body::OfficerDismissed(dismissed) = statement.body() {
            if let Some(officer) = self.officers.get_mut(&dismissed.officer) {
                officer.in_office = false;
            }
        } else if let Body::KeyEnrolled(enrolled) = statement.body() {
            self.enrol(&enrolled.record, statement);
        } else if let Body::KeyRotated(rotated) = statement.body() {
            self.enrol(&rotated.record, statement);
        } else if let Body::KeyRevoked(revoked) = statement.body()
            && let Some(key) = self.keys.get_mut(&revoked.key)
        {
            key.revoked = key.revoked.or(Some(statement.at));
            key.compromised_since =
                [key.compromised_since, revoked.compromised_since].into_iter().flatten().min();
        }
        let act = statement.act;
        if let Some(officer) = self.officers.get_mut(&statement.officer) {
            officer.last = LastAct { seq: act.seq, id: statement.id, seen: act.seen.size };
        }
    }
}
