//! A village's ledger on disk: the demo's story for two dozen people, in about two hundred entries and half a second.
//! Everything goes through the desk, as in the demo; the same origin and seed give the same story.

mod cast;
mod october;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use api::clock::Clock;
use api::desk::Desk;
use api::desk::founding::{Founding, appoint, found};
use api::keys;
use ed25519_dalek::SigningKey;
use ledger::act::Body;
use ledger::ids::{ActId, Digest, HouseholdId};
use ledger::vault::{MasterKey, RandomnessFailed};
use reconcile::bank_simulator::Account;
use sha2::{Digest as _, Sha256};

use crate::forge::Forger;

/// The name of the ledger that the suite tampers with.
pub const ORIGIN: &str = "village.example/doudi";

/// A founded village with its keys in memory.
pub struct Village {
    dir: PathBuf,
    keys: BTreeMap<&'static str, SigningKey>,
}

/// What the story is played with.
struct Stage {
    desk: Desk,
    keys: BTreeMap<&'static str, SigningKey>,
    bank: Account,
    households: Vec<HouseholdId>,
}

impl Village {
    /// Plays the story in a new folder.
    ///
    /// # Panics
    /// If the program refuses a step of it.
    #[must_use]
    pub fn played(dir: &Path, origin: &str, seed: u8) -> Village {
        let (mut stage, keys) = set(dir, origin, seed);
        october::play(&mut stage);
        drop(stage);
        quiet_minute(dir, &keys);
        Village { dir: dir.to_owned(), keys }
    }

    /// The ledger's folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The key of a post.
    ///
    /// # Panics
    /// If there is no such post.
    #[must_use]
    pub fn key(&self, post: &str) -> &SigningKey {
        self.keys.get(post).expect("the story names posts that exist")
    }

    /// The same village in another folder: a copy of it.
    #[must_use]
    pub fn moved_to(&self, dir: &Path) -> Village {
        Village { dir: dir.to_owned(), keys: self.keys.clone() }
    }
}

/// A digest of a sentence, where the story has no paper.
#[must_use]
pub fn evidence(what: &str) -> Digest {
    Digest(Sha256::digest(what).into())
}

/// Reads a code or date that the story names.
///
/// # Panics
/// If it does not have its form.
pub fn code<T: std::str::FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    text.parse().expect("codes and dates of the story have their form")
}

/// Bytes that look random and are the same for the same seed.
fn seeded(seed: u8) -> impl FnMut(&mut [u8]) -> Result<(), RandomnessFailed> + Send {
    let mut count = 0_u64;
    move |bytes: &mut [u8]| {
        for chunk in bytes.chunks_mut(32) {
            count += 1;
            let block = Sha256::new().chain_update([seed]).chain_update(count.to_be_bytes());
            chunk.iter_mut().zip(block.finalize()).for_each(|(byte, drawn)| *byte = drawn);
        }
        Ok(())
    }
}

fn set(dir: &Path, origin: &str, seed: u8) -> (Stage, BTreeMap<&'static str, SigningKey>) {
    let keys: BTreeMap<&'static str, SigningKey> = (1_u8..)
        .zip(cast::posts())
        .map(|(n, (post, ..))| {
            (post, SigningKey::from_bytes(&Sha256::digest([seed, n]).into()))
        })
        .collect();
    let roots = ["系统管理员", "监督检查室主任"];
    let master = MasterKey::from_bytes(Sha256::digest([seed, 201]).into());
    let founding = Founding {
        origin,
        name: "样例村社会救助资金兜底账",
        county: code("141199"),
        units: cast::units(),
        roots: roots.map(|post| (cast::officer(post), keys[post].clone())).to_vec_of(),
        log_key: SigningKey::from_bytes(&Sha256::digest([seed, 200]).into()),
        master,
    };
    let mut random = seeded(seed);
    let randomness = Box::new(move |bytes: &mut [u8]| {
        random(bytes).expect("a hash always gives bytes");
    });
    let clock = Clock::story(code("2020-09-28"));
    let mut desk = found(dir, founding, randomness, clock).expect("an empty folder");
    for (post, key) in &keys {
        keys::write(&dir.join(format!("keys/{post}.pem")), key).expect("a new file");
    }
    let vouchers = roots.map(|post| &keys[post]);
    for (post, ..) in cast::posts().filter(|(post, ..)| !roots.contains(post)) {
        appoint(&mut desk, vouchers[0], &cast::officer(post), &keys[post], vouchers)
            .expect("both sides vouch");
        desk.checkpoint().expect("a sound store");
    }
    let bank = Account::open("990014100000000017", ledger::money::Money::ZERO);
    (Stage { desk, keys: keys.clone(), bank, households: Vec::new() }, keys)
}

impl Stage {
    fn sign(&mut self, post: &str, body: Body) -> ActId {
        let receipt = self.desk.sign(&self.keys[post], body).expect("the story keeps the rules");
        // After every act, so that what each act has seen does not depend on the machine's speed.
        self.desk.checkpoint().expect("a sound store");
        receipt.id
    }
}

/// Acts that came in one after another before the next checkpoint: nobody has seen the one before.
/// What binds their order is each person's own chain, and the checkpoint after them.
fn quiet_minute(dir: &Path, keys: &BTreeMap<&'static str, SigningKey>) {
    let mut forger = Forger::of(dir);
    for n in 1..=3 {
        forger.append(&keys["社会救助股股长"], cast::standard(n), &[]);
        forger.append(&keys["会计"], cast::release(n, "2020-11-05"), &[]);
    }
    let (drawn, lines) = forger.roster("T20B0", "2020-11");
    forger.append(&keys["造册经办"], drawn, &lines);
    forger.append(&keys["会计"], cast::release(4, "2020-11-06"), &[]);
    forger.accept_new(dir);
}

trait ToVecOf<T> {
    fn to_vec_of(self) -> Vec<T>;
}

impl<T, const N: usize> ToVecOf<T> for [T; N] {
    fn to_vec_of(self) -> Vec<T> {
        self.into_iter().collect()
    }
}
