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
use ledger::ids::{ActId, Digest};
use ledger::money::Money;
use ledger::vault::MasterKey;
use reconcile::bank_simulator::Account;
use sha2::{Digest as _, Sha256};

pub use cast::release;

use crate::forge::Forger;

const ADMIN: &str = "系统管理员";
const INSPECTOR: &str = "监督检查室主任";

/// The number of its account `ZH-01`.
pub const ACCOUNT: &str = "990014100000000017";
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
}

impl Village {
    /// Plays the story in a new folder.
    ///
    /// # Panics
    /// If the program refuses a step of it.
    #[must_use]
    pub fn played(dir: &Path, origin: &str, seed: u8) -> Village {
        let mut stage = set(dir, origin, seed);
        october::play(&mut stage);
        let keys = stage.keys.clone();
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
#[must_use]
pub fn code<T: std::str::FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    text.parse().expect("codes and dates of the story have their form")
}

/// Bytes that look random and are the same for the same seed.
fn seeded(seed: u8) -> impl FnMut(&mut [u8]) + Send {
    let mut count = 0_u64;
    move |bytes: &mut [u8]| {
        for chunk in bytes.chunks_mut(32) {
            count += 1;
            let block = Sha256::new().chain_update([seed]).chain_update(count.to_be_bytes());
            chunk.iter_mut().zip(block.finalize()).for_each(|(byte, drawn)| *byte = drawn);
        }
    }
}

/// The key of number `n` of a seed. It protects nothing.
fn key_of(seed: u8, n: u8) -> SigningKey {
    SigningKey::from_bytes(&Sha256::digest([seed, n]).into())
}

fn set(dir: &Path, origin: &str, seed: u8) -> Stage {
    let keys: BTreeMap<&'static str, SigningKey> =
        (1..).zip(cast::posts()).map(|(n, (post, ..))| (post, key_of(seed, n))).collect();
    let key = |post: &str| keys.get(post).cloned().expect("every post has a key");
    let (admin, inspector) = (key(ADMIN), key(INSPECTOR));
    let founding = Founding {
        origin,
        name: "样例县社会救助资金兜底账",
        county: code("141199"),
        units: cast::units(),
        roots: vec![
            (cast::officer(ADMIN), admin.clone()),
            (cast::officer(INSPECTOR), inspector.clone()),
        ],
        log_key: key_of(seed, 200),
        master: MasterKey::from_bytes(key_of(seed, 201).to_bytes()),
    };
    let clock = Clock::story(code("2020-09-28"));
    let mut desk = found(dir, founding, Box::new(seeded(seed)), clock).expect("an empty folder");
    for (post, key) in &keys {
        keys::write(&dir.join(format!("keys/{post}.pem")), key).expect("a new file");
    }
    for (post, ..) in cast::posts().filter(|(post, ..)| ![ADMIN, INSPECTOR].contains(post)) {
        let officer = cast::officer(post);
        appoint(&mut desk, &admin, &officer, &key(post), [&admin, &inspector])
            .expect("both sides vouch");
        desk.checkpoint().expect("a sound store");
    }
    Stage { desk, keys, bank: Account::open(ACCOUNT, Money::ZERO) }
}

impl Stage {
    fn key(&self, post: &str) -> SigningKey {
        self.keys.get(post).cloned().expect("the story names posts that exist")
    }

    fn sign(&mut self, post: &str, body: Body) -> ActId {
        self.sign_with_lines(post, body, &[])
    }

    fn sign_with_lines(&mut self, post: &str, body: Body, lines: &[Vec<u8>]) -> ActId {
        let key = self.key(post);
        let receipt = self.desk.sign_with_lines(&key, body, lines);
        self.settle();
        receipt.expect("the story keeps the rules").id
    }

    /// A checkpoint after every step, so that what each act has seen does not depend on the machine's speed.
    fn settle(&mut self) {
        self.desk.checkpoint().expect("a sound store");
    }
}

/// Acts that came in one after another before the next checkpoint: nobody has seen the one before.
/// What binds their order is each person's own chain, and the checkpoint after them.
fn quiet_minute(dir: &Path, keys: &BTreeMap<&'static str, SigningKey>) {
    let key = |post: &str| keys.get(post).expect("every post has a key");
    let mut forger = Forger::of(dir);
    for n in 1..=3 {
        forger.append(key("社会救助股股长"), cast::standard(n));
        forger.append(key("会计"), release(n, "2020-11-05"));
    }
    let (drawn, lines) = forger.roster("T20B0", "2020-11");
    forger.append_with_lines(key("造册经办"), drawn, &lines);
    forger.append(key("会计"), release(4, "2020-11-06"));
    forger.hand_in(dir);
}
