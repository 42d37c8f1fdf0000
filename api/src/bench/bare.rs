//! The floors: the same signatures, hashes and bytes with nothing around them, on the same machine in the same run.

use std::fs::File;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signature, VerifyingKey};
use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode};
use ledger::act::signed::act_bytes;
use ledger::log::{NodeHash, leaf_hash};

use super::cast::ORIGIN;
use super::measure::{cores, timed};
use crate::failure::Failure;

/// A signature over bytes by a key, taken out of an act's entry.
pub struct Check {
    key: VerifyingKey,
    message: Vec<u8>,
    signature: Signature,
}

impl Check {
    /// The check of an act's entry; `None` for anything else.
    #[must_use]
    pub fn of(entry: &[u8], key: VerifyingKey) -> Option<Check> {
        let act = act_bytes(entry)?;
        let message = [format!("doudi/act/v1\n{ORIGIN}\n").as_bytes(), act].concat();
        // docs/format/log.md §3: the signature is the last text of an entry, 88 characters before `"}`.
        let text = entry.get(entry.len().checked_sub(90)?..entry.len() - 2)?;
        let bytes: [u8; 64] = BASE64.decode(text).ok()?.try_into().ok()?;
        Some(Check { key, message, signature: Signature::from_bytes(&bytes) })
    }

    fn holds(&self) -> bool {
        self.key.verify_strict(&self.message, &self.signature).is_ok()
    }
}

/// How long strict verification of these takes on all cores.
///
/// # Errors
/// One of them does not hold.
pub fn verify(checks: &[Check]) -> Result<Duration, Failure> {
    Ok(hash_and_verify(&[], checks)?.1)
}

/// The leaf hashes of these entries and how long they and strict verification of these signatures take on all cores.
///
/// # Errors
/// A signature does not hold.
pub fn hash_and_verify(
    entries: &[Vec<u8>],
    checks: &[Check],
) -> Result<(Vec<NodeHash>, Duration), Failure> {
    let cores = cores();
    let (of_entries, of_checks) = (entries.len().div_ceil(cores), checks.len().div_ceil(cores));
    let work = || -> Result<Vec<NodeHash>, Failure> {
        std::thread::scope(|scope| {
            let mut running = Vec::new();
            for core in 0..cores {
                let entries = entries.iter().skip(core * of_entries).take(of_entries);
                let checks = checks.iter().skip(core * of_checks).take(of_checks);
                running.push(scope.spawn(move || {
                    let leaves: Vec<NodeHash> = entries.map(|entry| leaf_hash(entry)).collect();
                    (leaves, checks.into_iter().all(Check::holds))
                }));
            }
            let mut all = Vec::with_capacity(entries.len());
            for one in running {
                match one.join() {
                    Ok((leaves, true)) => all.extend(leaves),
                    Ok((_, false)) | Err(_) => {
                        return Err(Failure::usage("压测账里有不成立的签名。"));
                    }
                }
            }
            Ok(all)
        })
    };
    timed(work)
}

/// A bare fjall keyspace of the log's own options.
pub struct BareStore {
    database: Database,
    entries: Keyspace,
    next: u64,
}

/// As in `ledger::log::store`.
const JOURNAL_BYTES: u64 = 128 << 20;

fn store_failed(why: &fjall::Error) -> Failure {
    Failure::Machine {
        code: "bench.store".to_owned(),
        text: format!("对照存储失败：{why}。"),
        exit: 3,
    }
}

impl BareStore {
    /// Makes an empty one.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn create(path: &Path) -> Result<BareStore, Failure> {
        let builder = Database::builder(path).worker_threads(1).max_journaling_size(JOURNAL_BYTES);
        let database = builder.open().map_err(|why| store_failed(&why))?;
        let entries = database.keyspace("entries", KeyspaceCreateOptions::default);
        let entries = entries.map_err(|why| store_failed(&why))?;
        Ok(BareStore { database, entries, next: 0 })
    }

    /// Inserts entries under running numbers in one batch with one flush.
    ///
    /// # Errors
    /// The store fails.
    pub fn insert(&mut self, entries: &[&[u8]]) -> Result<(), Failure> {
        let mut batch = self.database.batch().durability(Some(PersistMode::SyncAll));
        for entry in entries {
            batch.insert(&self.entries, self.next.to_be_bytes(), *entry);
            self.next += 1;
        }
        batch.commit().map_err(|why| store_failed(&why))
    }
}

/// A plain file that has its length before anything is written to it.
pub struct PlainFile {
    file: File,
}

impl PlainFile {
    /// Makes one of that many bytes, written once so that the disk has given them out.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn preallocated(path: &Path, bytes: u64) -> Result<PlainFile, Failure> {
        let io = |why: &std::io::Error| Failure::file(path, why);
        let mut file = File::create(path).map_err(|why| io(&why))?;
        let zeros = vec![0; 1 << 20];
        let mut left = bytes;
        while left > 0 {
            let some = usize::try_from(left).unwrap_or(usize::MAX).min(zeros.len());
            file.write_all(zeros.get(..some).unwrap_or_default()).map_err(|why| io(&why))?;
            left -= some as u64;
        }
        file.sync_all().map_err(|why| io(&why))?;
        file.seek(SeekFrom::Start(0)).map_err(|why| io(&why))?;
        Ok(PlainFile { file })
    }

    /// Writes entries one behind the other, and flushes their bytes once.
    ///
    /// # Errors
    /// The disk fails.
    pub fn write(&mut self, entries: &[&[u8]]) -> Result<(), Failure> {
        let bytes = entries.concat();
        let written = self.file.write_all(&bytes).and_then(|()| self.file.sync_data());
        written.map_err(|why| Failure::file(Path::new("plain"), &why))
    }
}
