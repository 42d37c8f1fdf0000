//! The invented county's people in office with their keys and their chains of acts. Seeded: the same seed gives the same bytes.

use ed25519_dalek::{SigningKey, VerifyingKey};
use ledger::act::offices::{
    Countersign, Founded, KeyEnrolled, KeyRecord, OfficerAppointed, Role, RootKey, Side,
    UnitRegistered,
};
use ledger::act::signed::{SignedAct, Vouching, key_id};
use ledger::act::{Act, Body, Seen};
use ledger::ids::{ActId, Commitment, KeyId, OfficerId};
use ledger::line::Line;
use ledger::period::Date;
use ledger::signer::SigningFailure;
use sha2::{Digest as _, Sha256};

use super::payees::code;

/// The name of every ledger that the bench makes.
pub const ORIGIN: &str = "bench.example/doudi";

/// A post: its role, its unit, and how many persons hold it.
type Post = (Role, &'static str, usize);

/// Enough registrars that 64 callers each have a chain of their own.
const POSTS: &[Post] = &[
    (Role::Admin, "MZJ", 1),
    (Role::Inspector, "JJW", 1),
    (Role::PolicySetter, "MZJ", 1),
    (Role::FundKeeper, "CZJ", 2),
    (Role::Registrar, "MZJ", 64),
    (Role::AccountApprover, "MZJ", 4),
    (Role::Surveyor, "MZJ", 16),
    (Role::TownReviewer, "MZJ", 8),
    (Role::CountyConfirmer, "MZJ", 4),
    (Role::RosterMaker, "MZJ", 4),
    (Role::RosterChecker, "MZJ", 4),
    (Role::FinanceReviewer, "CZJ", 2),
    (Role::RosterApprover, "MZJ", 2),
    (Role::Payer, "CZJ", 2),
    (Role::Reconciler, "CZJ", 2),
    (Role::Accountant, "CZJ", 1),
];

/// Somebody in office, and where this person's chain of acts stands.
struct Member {
    role: Role,
    unit: &'static str,
    officer: OfficerId,
    key: SigningKey,
    key_id: KeyId,
    seq: u64,
    prev: ActId,
}

/// An act with all that a writer needs to know of it.
pub struct Stated {
    /// The act as signed.
    pub signed: SignedAct,
    /// Its id.
    pub id: ActId,
    /// Who signed it.
    pub officer: OfficerId,
    /// Its lines.
    pub lines: Vec<Line>,
    /// The entries of its lines.
    pub entries: Vec<Vec<u8>>,
}

/// Everybody in office. Whoever signs next is told by role and takes turns with others of that role.
pub struct Cast {
    members: Vec<Member>,
    turn: usize,
    /// What everybody has seen of the log so far.
    pub seen: Seen,
    /// The day on which acts are said.
    pub day: Date,
}

fn seeded(seed: u64, what: &str, n: usize) -> [u8; 32] {
    Sha256::digest(format!("doudi bench {seed} {what} {n}")).into()
}

/// The key that signs the bench ledger's checkpoints. It protects nothing.
#[must_use]
pub fn log_key(seed: u64) -> [u8; 32] {
    seeded(seed, "log", 0)
}

impl Cast {
    /// Everybody, before the first act.
    #[must_use]
    pub fn new(seed: u64) -> Cast {
        let posts = POSTS
            .iter()
            .flat_map(|(role, unit, count)| std::iter::repeat_n((*role, *unit), *count));
        let member = |(n, (role, unit)): (usize, (Role, &'static str))| {
            let key = SigningKey::from_bytes(&seeded(seed, "officer", n));
            let mut id = [0; 16];
            id.iter_mut().zip(seeded(seed, "id", n)).for_each(|(byte, drawn)| *byte = drawn);
            let (officer, key_id) = (OfficerId::from_bytes(id), key_id(&key.verifying_key()));
            Member { role, unit, officer, key, key_id, seq: 0, prev: ActId::ZERO }
        };
        let members = posts.enumerate().map(member).collect();
        Cast { members, turn: 0, seen: Seen::nothing(), day: code("2015-12-01") }
    }

    /// The places of everybody with that role.
    pub fn all(&self, role: Role) -> impl Iterator<Item = usize> {
        self.members.iter().enumerate().filter(move |(_, m)| m.role == role).map(|(at, _)| at)
    }

    /// The place of one of those with that role: each time the next.
    ///
    /// # Panics
    /// If the table of posts lacks the role.
    pub fn one(&mut self, role: Role) -> usize {
        self.turn += 1;
        let count = self.all(role).count();
        let mut all = self.all(role).skip(self.turn % count.max(1));
        all.next().expect("the table of posts has every role that the story names")
    }

    /// The public key of the person at that place.
    #[must_use]
    pub fn public(&self, place: usize) -> Option<VerifyingKey> {
        self.members.get(place).map(|member| member.key.verifying_key())
    }

    /// Signs an act as the person at that place; their chain goes on from it.
    ///
    /// # Errors
    /// A text that cannot be written canonically.
    ///
    /// # Panics
    /// If there is nobody at that place.
    pub fn sign(
        &mut self,
        place: usize,
        body: Body,
        lines: Vec<Line>,
        entries: Vec<Vec<u8>>,
    ) -> Result<Stated, SigningFailure> {
        let time = format!("{}T09:00:00+08:00", self.day);
        let seen = self.seen.clone();
        let member = self.members.get_mut(place).expect("places come from `one` and `all`");
        let (key, prev, seq) = (member.key_id, member.prev, member.seq + 1);
        let act = Act { body, key, prev, seen, seq, time };
        let signed = SignedAct::sign(act, ORIGIN, &member.key)?;
        let id = signed.id(ORIGIN);
        (member.seq, member.prev) = (seq, id);
        Ok(Stated { signed, id, officer: member.officer, lines, entries })
    }

    /// The founding act's body: the first two of the table hold the root keys.
    ///
    /// # Errors
    /// Never for this cast; the format's own error.
    pub fn founding(&self, log_key: String) -> Result<Founded, SigningFailure> {
        let roots = self.members.iter().take(2);
        let keys: Result<_, _> = roots.clone().map(Member::root).collect();
        let officers = roots.enumerate().map(|(n, member)| member.appointed(n)).collect();
        let unit = |unit: &str, name: &str, side| UnitRegistered {
            name: name.to_owned(),
            side,
            town: None,
            unit: code(unit),
        };
        Ok(Founded {
            county: code("141199"),
            keys: keys?,
            log_key,
            name: "样例县压测账".to_owned(),
            officers,
            units: vec![
                unit("MZJ", "样例县民政局", Side::Office),
                unit("CZJ", "样例县财政局", Side::Treasury),
                unit("JJW", "样例县纪委监委", Side::Inspection),
            ],
        })
    }

    /// Appointment and enrolment of everybody who holds no root key, to be signed by the first.
    ///
    /// # Errors
    /// Never for this cast; the format's own error.
    pub fn appointments(&self) -> Result<Vec<Body>, SigningFailure> {
        let mut bodies = Vec::new();
        for (n, member) in self.members.iter().enumerate().skip(2) {
            let record = KeyRecord::new(member.officer, &member.key.verifying_key());
            let mut countersigned = Vec::new();
            for voucher in self.members.iter().take(2) {
                let sig = record.vouch(ORIGIN, Vouching::Countersignature, &voucher.key)?;
                countersigned.push(Countersign { key: voucher.key_id, sig });
            }
            let possession = record.vouch(ORIGIN, Vouching::Possession, &member.key)?;
            bodies.push(Body::OfficerAppointed(member.appointed(n)));
            bodies.push(Body::KeyEnrolled(KeyEnrolled { countersigned, possession, record }));
        }
        Ok(bodies)
    }
}

impl Member {
    fn root(&self) -> Result<RootKey, SigningFailure> {
        let record = KeyRecord::new(self.officer, &self.key.verifying_key());
        let possession = record.vouch(ORIGIN, Vouching::Possession, &self.key)?;
        Ok(RootKey { possession, record })
    }

    fn appointed(&self, n: usize) -> OfficerAppointed {
        // Both root keys may register people in office, each on its own side.
        let roles = if self.role == Role::Inspector {
            vec![Role::Admin, Role::Inspector]
        } else {
            vec![self.role]
        };
        OfficerAppointed {
            name_commit: Commitment(Sha256::digest(self.officer.as_bytes()).into()),
            officer: self.officer,
            post: format!("{}{n}号", self.role.chinese()),
            roles,
            unit: code(self.unit),
        }
    }
}
