//! 密钥登记 for keys that were made in a browser: a one-time code says who the maker is, two others vouch for it, and the
//! administrator's act brings it into the log (docs/format/desk.md §5). What waits holds no secret and no name.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use ledger::act::Body;
use ledger::act::offices::{Countersign, KeyEnrolled, KeyRecord};
use ledger::act::signed::Vouching;
use ledger::books::Books;
use ledger::ids::{KeyId, OfficerId};
use ledger::rejection::Rejection;
use ledger::vault::{OsRandomness, Randomness as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::clock::Clock;
use crate::desk::write_whole;
use crate::drafts::no_randomness;
use crate::failure::Failure;

/// In the ledger's folder: a file for each key that waits.
const FOLDER: &str = "enrolling";

/// A code is good for so many hours, once.
pub const CODE_HOURS: u64 = 24;

/// A key that is not in the log after so many seconds is made anew.
const LASTS_SECONDS: u64 = 30 * 24 * 3600;

/// Letters and digits that nobody takes for each other (Crockford's base 32).
const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// So many of them are a code: 80 bits, which nobody guesses in a day.
const CODE_LENGTH: usize = 16;

/// A key that waits for its countersignatures or for the act.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaitingKey {
    /// The key and its holder.
    pub record: KeyRecord,
    /// The key's own signature over its record.
    pub possession: String,
    /// Those who vouched for it so far.
    pub countersigned: Vec<Countersign>,
    /// When it was made, in seconds since 1970.
    pub made: u64,
}

/// Whom a code was given to.
struct Code {
    officer: OfficerId,
    made: u64,
}

/// Codes that were given out, and keys that wait.
pub struct Enrolling {
    dir: PathBuf,
    /// By the hash of the code: whoever reads this memory has no code.
    codes: Mutex<BTreeMap<[u8; 32], Code>>,
    /// Whose turn it is to change what waits.
    turn: Mutex<()>,
}

impl Enrolling {
    /// What waits in the ledger's folder. Codes end with the program.
    #[must_use]
    pub fn of(dir: &Path) -> Enrolling {
        Enrolling { dir: dir.join(FOLDER), codes: Mutex::default(), turn: Mutex::default() }
    }

    /// A code for a person in office, in place of an earlier one: `XXXX-XXXX-XXXX-XXXX`.
    ///
    /// # Errors
    /// Nobody in office is meant; `enrolment.waiting`: a key of that person waits; the machine gives no randomness.
    pub fn code_for(&self, books: &Books, officer: OfficerId) -> Result<String, Failure> {
        in_office(books, officer)?;
        self.refuse_second(books, officer)?;
        let mut bytes = [0; CODE_LENGTH];
        OsRandomness.fill(&mut bytes).map_err(|_| no_randomness())?;
        let sign = |byte: &u8| SIGNS.get(usize::from(byte % 32)).copied().unwrap_or(b'0');
        let plain: String = bytes.iter().map(|byte| char::from(sign(byte))).collect();
        let mut codes = self.codes();
        let made = Clock::Machine.unix_seconds();
        codes.retain(|_, code| code.officer != officer && is_fresh(code, made));
        codes.insert(hash_of(&plain), Code { officer, made });
        let groups: Vec<&str> =
            (0..CODE_LENGTH / 4).filter_map(|at| plain.get(4 * at..4 * at + 4)).collect();
        Ok(groups.join("-"))
    }

    /// Whom a code was given to.
    ///
    /// # Errors
    /// `enrolment.code`: there is no such code, or it was used or is too old.
    pub fn holder(&self, code: &str) -> Result<OfficerId, Failure> {
        let now = Clock::Machine.unix_seconds();
        let codes = self.codes();
        let known = codes.get(&hash_of(&normal(code))).filter(|code| is_fresh(code, now));
        known.map(|code| code.officer).ok_or_else(no_code)
    }

    /// Takes a key in with the code, which is used up then. The same key once more gets its answer again: the first may have been
    /// lost on the way.
    ///
    /// # Errors
    /// The code is none or another person's; the key is known, or its own signature does not hold; the machine fails.
    pub fn take(
        &self,
        books: &Books,
        code: &str,
        record: KeyRecord,
        possession: String,
    ) -> Result<KeyId, Failure> {
        let _turn = self.turn();
        self.tidy(books)?;
        let public = record.verifying_key().ok_or(Rejection::KeyMalformed {})?;
        let key = record.key_id().ok_or(Rejection::KeyMalformed {})?;
        let known = self.one(books, key).ok();
        if known.is_some_and(|known| known.record == record && known.possession == possession) {
            return Ok(key);
        }
        if self.holder(code)? != record.officer {
            return Err(no_code());
        }
        in_office(books, record.officer)?;
        self.refuse_second(books, record.officer)?;
        if books.offices.keys.contains_key(&key) || self.path(key).exists() {
            return Err(Rejection::KeyExists { key }.into());
        }
        if !record.is_vouched_by(&books.origin, Vouching::Possession, &public, &possession) {
            return Err(Rejection::PossessionWrong {}.into());
        }
        let made = Clock::Machine.unix_seconds();
        self.write(key, &WaitingKey { record, possession, countersigned: Vec::new(), made })?;
        self.codes().remove(&hash_of(&normal(code)));
        Ok(key)
    }

    /// One key of a person at a time: whoever vouches must not be led from one to another.
    fn refuse_second(&self, books: &Books, officer: OfficerId) -> Result<(), Failure> {
        if self.all(books)?.iter().all(|(_, waiting)| waiting.record.officer != officer) {
            return Ok(());
        }
        let text = "这个人已有一把待登记的密钥：先登记它，或在“密钥”页放弃它。";
        Err(Failure::refused("enrolment.waiting", text))
    }

    /// Removes what waits no more.
    fn tidy(&self, books: &Books) -> Result<(), Failure> {
        let now = Clock::Machine.unix_seconds();
        for (key, waiting) in self.kept()? {
            if !waits(books, key, &waiting, now) {
                let path = self.path(key);
                std::fs::remove_file(&path).map_err(|why| Failure::file(&path, &why))?;
            }
        }
        Ok(())
    }

    /// Every key that waits, by its id, the oldest first. Those that are in the log by now wait no more; of countersignatures those
    /// count whose signers could still sign.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn all(&self, books: &Books) -> Result<Vec<(KeyId, WaitingKey)>, Failure> {
        let now = Clock::Machine.unix_seconds();
        let mut all = self.kept()?;
        all.retain(|(key, waiting)| waits(books, *key, waiting, now));
        for (_, waiting) in &mut all {
            waiting.countersigned.retain(|one| {
                let signer = books.valid_key(one.key).map(|known| known.officer);
                signer.is_ok_and(|officer| in_office(books, officer).is_ok())
            });
        }
        all.sort_by_key(|(key, waiting)| (waiting.made, *key));
        Ok(all)
    }

    /// Every file that is there.
    fn kept(&self) -> Result<Vec<(KeyId, WaitingKey)>, Failure> {
        let entries = match std::fs::read_dir(&self.dir) {
            Ok(entries) => entries,
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(why) => return Err(Failure::file(&self.dir, &why)),
        };
        let mut all = Vec::new();
        for entry in entries {
            let path = entry.map_err(|why| Failure::file(&self.dir, &why))?.path();
            let named = path.file_name().and_then(|name| name.to_str());
            let key = named.and_then(|name| name.strip_suffix(".json")?.parse().ok());
            let Some(key) = key else { continue };
            match read(&path) {
                Ok(waiting) => all.push((key, waiting)),
                // One that is damaged, or was removed meanwhile, keeps nobody from the others.
                Err(why) => tracing::warn!(%key, "a key that waits cannot be read: {why}"),
            }
        }
        Ok(all)
    }

    /// One key that waits.
    ///
    /// # Errors
    /// `enrolment.unknown`, or its file cannot be read.
    pub fn one(&self, books: &Books, key: KeyId) -> Result<WaitingKey, Failure> {
        let all = self.all(books)?;
        let found = all.into_iter().find(|(known, _)| *known == key);
        found.map(|(_, waiting)| waiting).ok_or_else(|| {
            Failure::refused("enrolment.unknown", "没有这把待登记的密钥，可能已登记或已放弃。")
        })
    }

    /// Adds the countersignature of a person in office, made by `by`, for somebody else's key. Gives how many there are now.
    ///
    /// # Errors
    /// The key does not wait, the signature does not hold, or the person is its holder or has vouched already.
    pub fn countersign(
        &self,
        books: &Books,
        key: KeyId,
        by: KeyId,
        sig: String,
    ) -> Result<usize, Failure> {
        let _turn = self.turn();
        let mut waiting = self.one(books, key)?;
        let signer = books.valid_key(by)?;
        let officer_of = |key: KeyId| books.offices.keys.get(&key).map(|known| known.officer);
        let wrong = |why| Failure::from(Rejection::CountersignWrong { why });
        if signer.officer == waiting.record.officer {
            return Err(wrong("会签人是密钥持有人本人"));
        }
        if waiting.countersigned.iter().any(|one| officer_of(one.key) == Some(signer.officer)) {
            return Err(wrong("同一人会签两次"));
        }
        let (vouching, public) = (Vouching::Countersignature, &signer.public);
        if !waiting.record.is_vouched_by(&books.origin, vouching, public, &sig) {
            return Err(wrong("会签签名不符"));
        }
        waiting.countersigned.push(Countersign { key: by, sig });
        self.write(key, &waiting)?;
        Ok(waiting.countersigned.len())
    }

    /// Lets a key go that shall not come into the log.
    ///
    /// # Errors
    /// It does not wait, or its file cannot be removed.
    pub fn forget(&self, books: &Books, key: KeyId) -> Result<(), Failure> {
        let _turn = self.turn();
        self.one(books, key)?;
        let path = self.path(key);
        std::fs::remove_file(&path).map_err(|why| Failure::file(&path, &why))
    }

    fn path(&self, key: KeyId) -> PathBuf {
        self.dir.join(format!("{key}.json"))
    }

    fn write(&self, key: KeyId, waiting: &WaitingKey) -> Result<(), Failure> {
        let written = serde_json::to_vec_pretty(waiting);
        let written = written.expect("a key that waits has only texts and numbers");
        write_whole(&self.path(key), &written)?;
        Ok(())
    }

    fn codes(&self) -> MutexGuard<'_, BTreeMap<[u8; 32], Code>> {
        self.codes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl WaitingKey {
    /// The act that brings it into the log.
    #[must_use]
    pub fn act(self) -> Body {
        let WaitingKey { record, possession, countersigned, .. } = self;
        Body::KeyEnrolled(KeyEnrolled { countersigned, possession, record })
    }
}

fn read(path: &Path) -> Result<WaitingKey, Failure> {
    let bytes = std::fs::read(path).map_err(|why| Failure::file(path, &why))?;
    let broken = |why: serde_json::Error| Failure::file(path, &std::io::Error::other(why));
    serde_json::from_slice(&bytes).map_err(broken)
}

fn waits(books: &Books, key: KeyId, waiting: &WaitingKey, now: u64) -> bool {
    !books.offices.keys.contains_key(&key) && waiting.made + LASTS_SECONDS > now
}

fn in_office(books: &Books, officer: OfficerId) -> Result<(), Failure> {
    let known = books.offices.officers.get(&officer);
    if known.is_some_and(|known| known.in_office) {
        return Ok(());
    }
    Err(Rejection::OfficerUnknown { officer }.into())
}

fn is_fresh(code: &Code, now: u64) -> bool {
    code.made + CODE_HOURS * 3600 > now
}

fn no_code() -> Failure {
    Failure::refused("enrolment.code", "登记码不对、已用过或已过期；请向系统管理员要一个新的。")
}

/// A code as it was given out: without hyphens and blanks, in capitals, with the letters that were taken for digits put right.
fn normal(code: &str) -> String {
    let signs = code.chars().filter(|sign| !matches!(sign, '-' | ' ' | '\u{3000}'));
    let right = |sign: char| match sign.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    signs.map(right).collect()
}

fn hash_of(code: &str) -> [u8; 32] {
    Sha256::digest(format!("doudi/enrolment-code/v1\n{code}")).into()
}

#[cfg(test)]
mod tests {
    use super::normal;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        for typed in ["0A1B-CDEF-0123-4567", "oaib cdef o123 4567", "0albcdef01234567"] {
            assert_eq!(normal(typed), "0A1BCDEF01234567", "{typed}");
        }
    }
}
