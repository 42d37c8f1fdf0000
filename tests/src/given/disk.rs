//! The county's ledger on disk: what was said in memory, handed in to a real engine.

use std::path::Path;

use ledger::act::signed::SignedAct;
use ledger::engine::Engine;

use super::{County, Saying, cast};

/// Every act of the county with its lines, as they were handed in.
///
/// # Panics
/// Never: they were accepted.
#[must_use]
pub fn handed_in(county: &County) -> Vec<(SignedAct, Vec<Vec<u8>>)> {
    let mut acts = Vec::new();
    let mut entries = county.ledger.entries.iter().cloned();
    while let Some(entry) = entries.next() {
        let signed = SignedAct::decode(entry).expect("an accepted act");
        let count = signed.act().body.manifest().map_or(0, |manifest| manifest.count);
        let lines = entries.by_ref().take(count.try_into().expect("a small county")).collect();
        acts.push((signed, lines));
    }
    acts
}

/// An engine over the ledger in a folder, a new one if there is none.
///
/// # Panics
/// If the log there does not open.
#[must_use]
pub fn empty_engine(dir: &Path) -> Engine {
    Engine::open(dir, County::log_signer().verifier()).expect("a log that opens")
}

/// The county's ledger in a folder.
///
/// # Panics
/// If the engine refuses what the memory took.
#[must_use]
pub fn on_disk(county: &County, dir: &Path) -> Engine {
    let mut engine = empty_engine(dir);
    for (signed, lines) in handed_in(county) {
        engine.accept(&signed, &lines).expect("it was accepted before");
    }
    engine
}

/// More persons who may set standards, each with a key: `worker0` and on.
pub fn staff_with_workers(county: &mut County, count: usize) {
    for n in 0..count {
        let name = format!("worker{n}");
        let officer = (name.as_str(), "MZJ", &["policy_setter", "registrar"][..]);
        let appointment = Saying::new("admin", "officer.appointed", {
            let mut body = cast::appointment(&("admin", officer.1, officer.2));
            if let Some(fields) = body.as_object_mut() {
                fields.insert("officer".to_owned(), format!("$officer.{name}").into());
                fields.insert("post".to_owned(), name.clone().into());
            }
            body
        });
        county.must(&format!("appointed.{name}"), &appointment);
        let enrolment = cast::enrolment(&name, &["admin", "inspector"]);
        county.must(&format!("enrolled.{name}"), &Saying::new("admin", "key.enrolled", enrolment));
    }
}
