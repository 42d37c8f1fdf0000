//! Signing in without passwords: the server sets a challenge, the holder of a key signs it (docs/format/desk.md §2).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ledger::books::Books;
use ledger::ids::{KeyId, OfficerId};
use ledger::signature::holds;
use ledger::vault::{OsRandomness, Randomness as _};

use crate::clock::Clock;
use crate::drafts::no_randomness;
use crate::failure::Failure;

/// A challenge is answered within so many seconds or not at all.
const LASTS_SECONDS: u64 = 120;

/// So many can be open at once; the oldest goes first. Nobody needs more than one.
const MOST_OPEN: usize = 4096;

/// What the holder of a key states to sign in.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The key.
    pub key: KeyId,
    /// The challenge, as it was set.
    pub challenge: String,
    /// The address at which the browser stands, such as `https://doudi.example`: an answer given to another site is no answer here.
    pub site: String,
    /// Base64 of the signature.
    pub signature: String,
}

/// The challenges that are open.
#[derive(Default)]
pub struct Challenges {
    open: Mutex<HashMap<String, u64>>,
}

impl Challenges {
    /// Sets a challenge: 64 hex digits.
    ///
    /// # Errors
    /// The machine gives no randomness.
    pub fn set(&self) -> Result<String, Failure> {
        let mut bytes = [0; 32];
        OsRandomness.fill(&mut bytes).map_err(|_| no_randomness())?;
        let (challenge, now) = (hex::encode(bytes), Clock::Machine.unix_seconds());
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, set| *set + LASTS_SECONDS > now);
        if open.len() >= MOST_OPEN {
            let oldest = open.iter().min_by_key(|(_, set)| **set).map(|(name, _)| name.clone());
            oldest.and_then(|oldest| open.remove(&oldest));
        }
        open.insert(challenge.clone(), now);
        Ok(challenge)
    }

    /// Judges an answer. A challenge is used up whatever the verdict.
    ///
    /// # Errors
    /// `session.challenge`: it is not open, or was set too long ago; `session.site`: the answer was given to another site;
    /// `session.signature`; `key.unknown` and its like; `session.dismissed` for who is not in office.
    pub fn judge(&self, books: &Books, claim: &Claim, site: &str) -> Result<OfficerId, Failure> {
        let now = Clock::Machine.unix_seconds();
        let set = self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&claim.challenge);
        if set.is_none_or(|set| set + LASTS_SECONDS <= now) {
            return Err(Failure::refused(
                "session.challenge",
                "登录用的题目已用过或已过期，请重新登录。",
            ));
        }
        if claim.site != site {
            let text =
                format!("签名是为{}做的，本站是{site}；没有登录。请核对地址栏。", claim.site);
            return Err(Failure::refused("session.site", &text));
        }
        let key = books.valid_key(claim.key)?;
        let signature = BASE64.decode(&claim.signature).ok();
        let signature = signature.and_then(|bytes| <[u8; 64]>::try_from(bytes).ok());
        let message = message(&books.origin, &claim.challenge, &claim.site);
        if !signature.is_some_and(|signature| holds(&key.public, &message, &signature)) {
            return Err(Failure::refused(
                "session.signature",
                "签名不符，没有登录。请用登记的密钥重试。",
            ));
        }
        in_office(books, claim.key)
    }
}

/// The person for whom a key speaks now.
///
/// # Errors
/// The key is unknown or not valid any more; `session.dismissed`.
pub fn in_office(books: &Books, key: KeyId) -> Result<OfficerId, Failure> {
    let officer = books.valid_key(key)?.officer;
    let known = books.offices.officers.get(&officer);
    if known.is_some_and(|known| known.in_office) {
        return Ok(officer);
    }
    Err(Failure::refused("session.dismissed", "这把密钥的持有人已不在任，不能登录。"))
}

/// The bytes that an answer signs.
fn message(origin: &str, challenge: &str, site: &str) -> Vec<u8> {
    format!("doudi/session/v1\n{origin}\n{site}\n{challenge}").into_bytes()
}
