//! `bench verify`: the floor under a full verification. What cannot be left out of it are the leaf hashes of exactly these
//! entries and the strict signatures of exactly these acts, on all cores.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use ed25519_dalek::VerifyingKey;
use ledger::act::Body;
use ledger::act::signed::{SignedAct, act_bytes};
use ledger::ids::KeyId;
use ledger::log::{EntrySource as _, Frontier, Log};

use super::bare::{Check, hash_and_verify};
use super::ledger::trust;
use crate::failure::Failure;

/// How many entries are in memory at a time.
const AT_A_TIME: usize = 100_000;

/// The floor of a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Floor {
    /// Number of entries.
    pub entries: u64,
    /// How many of them are acts.
    pub acts: u64,
    /// Hashing and verifying alone; reading and parsing are not in it.
    pub time: Duration,
}

/// Measures the floor of the ledger in a folder.
///
/// # Errors
/// The log cannot be read, or its entries are not its tree's.
pub fn floor(dir: &Path, progress: &mut dyn FnMut(u64)) -> Result<Floor, Failure> {
    let log = Log::open_for_audit(dir, &trust(dir)?.log_key)?;
    let mut keys = BTreeMap::new();
    let mut floor = Floor { entries: 0, acts: 0, time: Duration::ZERO };
    let mut frontier = Frontier::new();
    let (mut entries, mut checks) = (Vec::with_capacity(AT_A_TIME), Vec::new());
    let mut measure = |entries: &mut Vec<Vec<u8>>, checks: &mut Vec<Check>| {
        let (leaves, time) = hash_and_verify(entries, checks)?;
        for leaf in leaves {
            frontier.push_leaf(leaf, &mut |_| ());
        }
        floor.time += time;
        floor.entries += entries.len() as u64;
        floor.acts += checks.len() as u64;
        entries.clear();
        checks.clear();
        progress(floor.entries);
        Ok::<(), Failure>(())
    };
    for entry in log.entries() {
        let (_, bytes) = entry?;
        if act_bytes(&bytes).is_some() {
            checks.extend(check(&mut keys, &bytes)?);
        }
        entries.push(bytes);
        if entries.len() == AT_A_TIME {
            measure(&mut entries, &mut checks)?;
        }
    }
    measure(&mut entries, &mut checks)?;
    if frontier.root() != log.head().root {
        return Err(Failure::usage("压测账的记录与其树根不符。"));
    }
    Ok(floor)
}

/// The check of an act under the key that it names, as far as the acts so far have made it known.
fn check(keys: &mut BTreeMap<KeyId, VerifyingKey>, bytes: &[u8]) -> Result<Option<Check>, Failure> {
    let signed =
        SignedAct::decode(bytes.to_vec()).map_err(|why| Failure::usage(why.to_string()))?;
    if let Body::Founded(founded) = &signed.act().body {
        let records = founded.keys.iter().map(|root| &root.record);
        keys.extend(records.filter_map(|record| record.key_id().zip(record.verifying_key())));
    } else if let Body::KeyEnrolled(enrolled) = &signed.act().body {
        keys.extend(enrolled.record.key_id().zip(enrolled.record.verifying_key()));
    }
    Ok(keys.get(&signed.act().key).and_then(|key| Check::of(bytes, *key)))
}
