//! The persons in office of the small county: who they are, where they sit, what they may do, and their keys.

use ed25519_dalek::SigningKey;
use ledger::act::endorsing::Endorsed;
use ledger::act::offices::{ActsAnswered, KeyRecord};
use ledger::act::signed::{Vouching, key_id};
use ledger::ids::OfficerId;
use ledger::log::NoteSigner;
use serde_json::{Value, json};

use super::{ORIGIN, digest, random_id};

/// A person in office: name in the tests, unit, roles.
pub type Officer = (&'static str, &'static str, &'static [&'static str]);

/// The two who found the ledger.
pub const FOUNDERS: &[Officer] =
    &[("admin", "MZJ", &["admin"]), ("inspector", "JW", &["inspector"])];

/// Everybody else. `jack` holds every role that moves a case on, so that nothing but segregation stops him.
pub const STAFF: &[Officer] = &[
    ("policy", "MZJ", &["policy_setter"]),
    ("keeper", "CZJ", &["fund_keeper"]),
    ("registrar", "Z01", &["registrar"]),
    ("changes", "MZJ", &["account_approver"]),
    ("surveyor", "Z01", &["surveyor"]),
    ("companion", "Z01", &["surveyor"]),
    ("town", "Z01", &["town_reviewer"]),
    ("county", "MZJ", &["county_confirmer"]),
    ("maker", "MZJ", &["roster_maker"]),
    ("checker", "MZJ", &["roster_checker"]),
    ("finance", "CZJ", &["finance_reviewer"]),
    ("approver", "MZJ", &["roster_approver"]),
    ("payer", "CZJ", &["payer"]),
    ("reconciler", "MZJ", &["reconciler"]),
    ("supervisor", "MZJ", &["supervisor"]),
    ("accountant", "CZJ", &["accountant"]),
    ("writer", "MZJ", &["bulletin_writer"]),
    (
        "jack",
        "MZJ",
        &[
            "admin",
            "policy_setter",
            "fund_keeper",
            "registrar",
            "account_approver",
            "surveyor",
            "town_reviewer",
            "county_confirmer",
            "roster_maker",
            "roster_checker",
            "finance_reviewer",
            "roster_approver",
            "payer",
            "reconciler",
            "supervisor",
            "accountant",
            "bulletin_writer",
        ],
    ),
];

/// The units: code, name, side, town.
pub const UNITS: &[(&str, &str, &str, Option<&str>)] = &[
    ("MZJ", "清河县民政局", "office", None),
    ("JW", "清河县纪委监委", "inspection", None),
    ("CZJ", "清河县财政局", "treasury", None),
    ("Z01", "柳树镇", "town", Some("990101001")),
    ("Z02", "石桥镇", "town", Some("990101002")),
];

/// Whose key it is: `maker/2` is another key of `maker`.
#[must_use]
pub fn person_of(key: &str) -> &str {
    key.split_once('/').map_or(key, |(person, _)| person)
}

/// Anybody's key; the secret half follows from the name.
#[must_use]
pub fn key_of(name: &str) -> SigningKey {
    SigningKey::from_bytes(&digest(&format!("key of {name}")))
}

/// Anybody's key id, as text.
#[must_use]
pub fn key_id_of(name: &str) -> String {
    key_id(&key_of(name).verifying_key()).to_string()
}

/// The record that says whose key it is.
#[must_use]
pub fn record_of(name: &str) -> KeyRecord {
    let officer = OfficerId::from_bytes(random_id(&format!("officer.{name}")));
    KeyRecord::new(officer, &key_of(name).verifying_key())
}

/// `name`'s new key vouched for by its holder and by others.
#[must_use]
pub fn enrolment(name: &str, countersigners: &[&str]) -> Value {
    let record = record_of(name);
    let countersign = |by: &&str| json!({ "key": key_id_of(by), "sig": vouch(&record, Vouching::Countersignature, by) });
    json!({
        "countersigned": countersigners.iter().map(countersign).collect::<Vec<_>>(),
        "possession": vouch(&record, Vouching::Possession, name),
        "record": record,
    })
}

/// The record of a further key, `new`, for the person `name`.
#[must_use]
pub fn next_record_of(name: &str, new: &str) -> KeyRecord {
    KeyRecord::new(record_of(name).officer, &key_of(new).verifying_key())
}

/// `name` replaces an own key by the key `new`, countersigned.
#[must_use]
pub fn rotation(name: &str, new: &str, countersigners: &[&str]) -> Value {
    let record = next_record_of(name, new);
    let countersign = |by: &&str| json!({ "key": key_id_of(by), "sig": vouch(&record, Vouching::Countersignature, by) });
    json!({
        "countersigned": countersigners.iter().map(countersign).collect::<Vec<_>>(),
        "possession": vouch(&record, Vouching::Possession, new),
        "record": record,
    })
}

/// The body of `acts.reconfirmed` or `acts.disowned`.
///
/// # Panics
/// If an act is not an act's id.
#[must_use]
pub fn answer(acts: &[String], is_disowned: bool, countersigners: &[&str]) -> Value {
    let ids = acts.iter().map(|act| act.parse().expect("an act's id")).collect();
    let reason = "逐项核对原件".to_owned();
    let answered = ActsAnswered { acts: ids, countersigned: Vec::new(), reason: reason.clone() };
    let endorsed = if is_disowned {
        Endorsed::Disowning(&answered)
    } else {
        Endorsed::Reconfirming(&answered)
    };
    json!({ "acts": acts, "countersigned": countersigned(&endorsed, countersigners), "reason": reason })
}

/// The verifier key of the log key called `name`; `log` is the founding one.
///
/// # Panics
/// Never: the origin is a legal name.
#[must_use]
pub fn vkey_of(name: &str) -> String {
    NoteSigner::new(ORIGIN, &digest(name)).expect("a legal name").verifier().to_string()
}

/// The body of `log_key.announced`: `new` takes over from `old`.
///
/// # Panics
/// Never: keys are canonical.
#[must_use]
pub fn log_key(new: &str, old: &str, countersigners: &[&str]) -> Value {
    let vkey = vkey_of(new);
    let by = |endorsed: Endorsed<'_>, name: &str| {
        let key = SigningKey::from_bytes(&digest(name));
        endorsed.sign(ORIGIN, &key).expect("a verifier key is canonical")
    };
    json!({
        "countersigned": countersigned(&Endorsed::LogKeyCountersigned(&vkey), countersigners),
        "handover": by(Endorsed::LogKeyHandover(&vkey), old),
        "possession": by(Endorsed::LogKeyPossession(&vkey), new),
        "vkey": vkey,
    })
}

/// The body of `log_key.retired`.
#[must_use]
pub fn log_key_retired(name: &str, countersigners: &[&str]) -> Value {
    let vkey = vkey_of(name);
    let countersigned = countersigned(&Endorsed::LogKeyRetirement(&vkey), countersigners);
    json!({ "countersigned": countersigned, "reason": "到期更换", "vkey": vkey })
}

fn countersigned(endorsed: &Endorsed<'_>, countersigners: &[&str]) -> Vec<Value> {
    let sign = |by: &&str| {
        let sig = endorsed.sign(ORIGIN, &key_of(by)).expect("canonical");
        json!({ "key": key_id_of(by), "sig": sig })
    };
    countersigners.iter().map(sign).collect()
}

/// `by`'s signature under a key record.
///
/// # Panics
/// Never: ids and base64 can be written canonically.
#[must_use]
pub fn vouch(record: &KeyRecord, vouching: Vouching, by: &str) -> String {
    record.vouch(ORIGIN, vouching, &key_of(by)).expect("ids and base64 are canonical")
}

/// The body of `officer.appointed`.
#[must_use]
pub fn appointment((name, unit, roles): &Officer) -> Value {
    json!({
        "name_commit": format!("#name of {name}"),
        "officer": format!("$officer.{name}"),
        "post": *name,
        "roles": roles,
        "unit": unit,
    })
}

/// The body of `unit.registered`.
#[must_use]
pub fn unit((code, name, side, town): &(&str, &str, &str, Option<&str>)) -> Value {
    let mut unit = json!({ "name": name, "side": side, "unit": code });
    if let (Some(town), Some(unit)) = (town, unit.as_object_mut()) {
        unit.insert("town".to_owned(), json!(town));
    }
    unit
}

/// The body of `ledger.founded`.
#[must_use]
pub fn founding(log_key: &str) -> Value {
    let root = |(name, ..): &Officer| {
        let record = record_of(name);
        json!({ "possession": vouch(&record, Vouching::Possession, name), "record": record })
    };
    let founding_units = UNITS.iter().filter(|(code, ..)| matches!(*code, "MZJ" | "JW"));
    json!({
        "county": "990101",
        "keys": FOUNDERS.iter().map(root).collect::<Vec<_>>(),
        "log_key": log_key,
        "name": "清河县社会救助资金台账",
        "officers": FOUNDERS.iter().map(appointment).collect::<Vec<_>>(),
        "units": founding_units.map(unit).collect::<Vec<_>>(),
    })
}
