//! The people in office: who holds which post, which roles it carries, and whose key signs.

use std::collections::BTreeMap;

use ed25519_dalek::SigningKey;
use ledger::act::offices::{Role, Side, UnitRegistered};
use ledger::ids::UnitCode;
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

use super::county::{County, Officer};
use crate::desk::founding::NewOfficer;

/// Posts of the county's units with their roles. One person holds one post; no post carries two roles of one payment.
const POSTS: &[(&str, &[Role])] = &[
    ("系统管理员", &[Role::Admin]),
    ("局长", &[Role::RosterApprover]),
    ("分管副局长", &[Role::CountyConfirmer]),
    ("社会救助股股长", &[Role::Supervisor, Role::PolicySetter]),
    ("造册经办", &[Role::RosterMaker]),
    ("造册复核", &[Role::RosterChecker]),
    ("账户维护", &[Role::AccountApprover, Role::Registrar]),
    ("社会保障股审核", &[Role::FinanceReviewer]),
    ("国库支付经办", &[Role::Payer]),
    ("国库支付复核", &[Role::Reconciler]),
    ("会计", &[Role::Accountant, Role::FundKeeper]),
    ("监督检查室主任", &[Role::Admin, Role::Inspector]),
    ("监督检查员", &[Role::Inspector]),
    ("通报撰写", &[Role::BulletinWriter]),
    ("残联经办", &[Role::RosterMaker]),
    ("民政经办", &[Role::Registrar, Role::Surveyor]),
    ("驻村干部", &[Role::Surveyor]),
    ("镇长", &[Role::TownReviewer]),
];

/// Everybody who signs, with their keys.
pub(super) struct Cast {
    keys: BTreeMap<(UnitCode, &'static str), SigningKey>,
}

impl Cast {
    /// Keys for every person in office, from the county's seed. Keys made from a public seed protect nothing:
    /// they are good for a sample county only.
    pub(super) fn of(county: &County, seed: u64) -> Cast {
        let mut random = ChaCha12Rng::seed_from_u64(seed ^ 0x006b_6579);
        let key = |officer: &Officer| {
            let mut bytes = [0; 32];
            random.fill_bytes(&mut bytes);
            ((officer.unit.clone(), officer.post), SigningKey::from_bytes(&bytes))
        };
        Cast { keys: county.officers.iter().map(key).collect() }
    }

    /// The key of a post in the county's own units.
    pub(super) fn key(&self, post: &str) -> SigningKey {
        let found = self
            .keys
            .iter()
            .find(|((unit, known), _)| *known == post && !unit.as_str().starts_with('Z'));
        found.map(|(_, key)| key.clone()).expect("the posts that the story names exist")
    }

    /// The key of a post in a town, by the town's unit.
    pub(super) fn town_key(&self, unit: &UnitCode, post: &str) -> SigningKey {
        let found = self.keys.iter().find(|((known, held), _)| known == unit && *held == post);
        found.map(|(_, key)| key.clone()).expect("every town has its three posts")
    }

    /// The key of one person in office.
    pub(super) fn of_officer(&self, officer: &Officer) -> SigningKey {
        let key = self.keys.get(&(officer.unit.clone(), officer.post));
        key.cloned().expect("every person in office has a key")
    }

    /// Every key with the name of its file.
    pub(super) fn files(&self) -> impl Iterator<Item = (String, &SigningKey)> {
        self.keys.iter().map(|((unit, post), key)| (format!("{unit}-{post}.pem"), key))
    }
}

/// A person in office as the ledger needs to know them.
pub(super) fn appointment(officer: &Officer) -> NewOfficer {
    let roles = POSTS.iter().find(|(post, _)| *post == officer.post);
    NewOfficer {
        fields: officer.fields(),
        post: officer.post.to_owned(),
        unit: officer.unit.clone(),
        roles: roles.map(|(_, roles)| roles.to_vec()).unwrap_or_default(),
    }
}

/// The units, each once, in the order in which the county lists its people in office.
pub(super) fn units(county: &County) -> Vec<UnitRegistered> {
    let mut units: Vec<UnitRegistered> = Vec::new();
    for officer in &county.officers {
        if units.iter().any(|unit| unit.unit == officer.unit) {
            continue;
        }
        let town = county.towns.iter().find(|town| officer.unit_name.starts_with(town.name));
        let side = match (officer.unit.as_str(), town) {
            (_, Some(_)) => Side::Town,
            ("JJW", None) => Side::Inspection,
            ("CZJ", None) => Side::Treasury,
            (_, None) => Side::Office,
        };
        units.push(UnitRegistered {
            name: officer.unit_name.clone(),
            side,
            town: town.map(|town| town.division.clone()),
            unit: officer.unit.clone(),
        });
    }
    units
}
