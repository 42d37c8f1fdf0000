//! A witness's folder 见证机: key, known logs, state. What it signed stands in one file, on disk before the signature leaves.
//! The witness belongs to the inspection side; nothing here knows a ledger's folder.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use ledger::log::{Head, SignedNote, VerifierKey};
use ledger::witness::{
    Accepted, ForkCertificate, KnownLogs, Refused, WitnessCode, WitnessFailure, WitnessKey,
    WitnessSigner, WitnessState, decide,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::desk::write_whole;
use crate::failure::Failure;
use crate::keys;
use crate::spoken::{of_toml, text_at};

const KEY: &str = "witness.key";
const CONFIG: &str = "witness.toml";
const STATE: &str = "state";
const FORKS: &str = "forks";
const REFUSED: &str = "refused";

/// More certificates than this tell nobody anything new.
const MOST_FORKS: usize = 1_000;

/// The contents of `witness.toml`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    name: String,
    logs: Vec<String>,
}

/// An open witness. One process has it at a time, and within it one request.
pub struct WitnessFolder {
    dir: PathBuf,
    signer: WitnessSigner,
    logs: KnownLogs,
    standing: Mutex<Standing>,
    /// Held as long as the folder is open.
    _lock: File,
}

struct Standing {
    state: WitnessState,
    /// A write failed: what is on disk is not known, so nothing more is signed.
    poisoned: bool,
}

/// A checkpoint that was cosigned.
pub struct Cosigned {
    /// The signature line, with its line feed.
    pub line: String,
    /// The checkpoint with the signatures it came with.
    pub note: SignedNote,
    /// What it states.
    pub head: Head,
}

/// A request that was not cosigned, and the fork certificate where one was written.
pub struct NotCosigned {
    /// Why, and what to answer.
    pub refused: Refused,
    /// Where the certificate lies.
    pub certificate: Option<PathBuf>,
}

impl WitnessFolder {
    /// Makes a new witness: a key, the configuration, and a state in which nothing was signed.
    ///
    /// # Errors
    /// The folder holds a witness already, the name is none, or the machine fails.
    pub fn create(dir: &Path, name: &str, logs: &[VerifierKey]) -> Result<WitnessKey, Failure> {
        for file in [KEY, CONFIG, STATE] {
            if dir.join(file).exists() {
                let dir = dir.display();
                return Err(Failure::usage(format!("{dir}里已有见证机的{file}；请换一个目录。")));
            }
        }
        let key = keys::generate()?;
        let signer = WitnessSigner::new(name, &key.to_bytes())?;
        let logs = logs.iter().map(ToString::to_string).collect();
        let config = toml::to_string(&Config { name: name.to_owned(), logs });
        let config = config.map_err(|why| Failure::usage(why.to_string()))?;
        std::fs::create_dir_all(dir).map_err(|why| Failure::file(dir, &why))?;
        write_whole(&dir.join(CONFIG), config.as_bytes())?;
        write_whole(&dir.join(STATE), WitnessState::default().encode().as_bytes())?;
        // Last: without its key a half-made folder signs nothing.
        keys::write(&dir.join(KEY), &key)?;
        Ok(signer.key().clone())
    }

    /// Opens a witness's folder and keeps other processes out of it.
    ///
    /// # Errors
    /// Another process has it, a file is missing or not as it must be, or the machine fails.
    pub fn open(dir: &Path) -> Result<WitnessFolder, Failure> {
        let lock = File::open(dir).map_err(|why| Failure::file(dir, &why))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let dir = dir.display().to_string();
                return Err(WitnessFailure::new(WitnessCode::Busy, dir).into());
            }
            Err(TryLockError::Error(why)) => return Err(Failure::file(dir, &why)),
        }
        let (name, logs) = read_config(&dir.join(CONFIG))?;
        let key = keys::read(&dir.join(KEY))?;
        let signer = WitnessSigner::new(&name, &key.to_bytes())?;
        let standing = Standing { state: read_state(&dir.join(STATE))?, poisoned: false };
        let (dir, standing) = (dir.to_owned(), Mutex::new(standing));
        Ok(WitnessFolder { dir, signer, logs, standing, _lock: lock })
    }

    /// The key that its cosignatures are checked with.
    #[must_use]
    pub fn key(&self) -> &WitnessKey {
        self.signer.key()
    }

    /// The logs it looks after.
    #[must_use]
    pub fn logs(&self) -> &KnownLogs {
        &self.logs
    }

    /// Answers a request. When this returns a cosignature, what was signed is on disk.
    ///
    /// # Errors
    /// [`NotCosigned`].
    pub fn answer(
        &self,
        request: &[u8],
        time: impl FnOnce() -> u64,
    ) -> Result<Cosigned, Box<NotCosigned>> {
        // One lock over deciding and writing: of two requests the later one sees what the earlier one left.
        let mut standing = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        if standing.poisoned {
            return Err(poisoned("此前写入失败"));
        }
        let accepted = match decide(&standing.state, &self.logs, request) {
            Ok(accepted) => accepted,
            Err(refused) => return Err(self.refuse(*refused, request)),
        };
        let Accepted { checkpoint, note, is_new } = accepted;
        if is_new {
            let next = standing.state.with(&checkpoint, &note);
            standing.poisoned = true;
            // A crash before the rename leaves the state before, and no signature has left; after it, the new one.
            if let Err(why) = write_whole(&self.dir.join(STATE), next.encode().as_bytes()) {
                tracing::error!("the state could not be written: {why}");
                return Err(poisoned(&why.to_string()));
            }
            standing.state = next;
            standing.poisoned = false;
        }
        let line = self.signer.cosign(&note, time());
        Ok(Cosigned { line, note, head: checkpoint.head })
    }

    /// Keeps what may convict the log, and gives the answer.
    fn refuse(&self, refused: Refused, request: &[u8]) -> Box<NotCosigned> {
        let mut certificate = None;
        if let Some(fork) = &refused.fork {
            certificate = self.keep_fork(fork);
            tracing::error!("{}: {}", refused.why.code().code(), refused.why.detail());
        }
        if let (422, Some(origin)) = (refused.status, &refused.signed_origin) {
            let name = format!("{}.request", short_digest(origin.as_bytes()));
            self.keep(&self.dir.join(REFUSED).join(name), request);
        }
        Box::new(NotCosigned { refused, certificate })
    }

    fn keep_fork(&self, fork: &ForkCertificate) -> Option<PathBuf> {
        let (folder, text) = (self.dir.join(FORKS), fork.to_string());
        let path = folder.join(format!("fork-{}.txt", short_digest(text.as_bytes())));
        let count = std::fs::read_dir(&folder).map_or(0, Iterator::count);
        if !path.exists() && count < MOST_FORKS {
            self.keep(&path, text.as_bytes());
        }
        path.exists().then_some(path)
    }

    /// Evidence is kept if it can be; the refusal stands either way.
    fn keep(&self, path: &Path, bytes: &[u8]) {
        if let Err(why) = write_whole(path, bytes) {
            tracing::error!("evidence against {} was not kept: {why}", self.dir.display());
        }
    }
}

fn poisoned(why: &str) -> Box<NotCosigned> {
    let refused = Refused::of(WitnessFailure::new(WitnessCode::Poisoned, why));
    Box::new(NotCosigned { refused, certificate: None })
}

fn short_digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes)).chars().take(16).collect()
}

fn read_config(path: &Path) -> Result<(String, KnownLogs), Failure> {
    let wrong = |why: String| Failure::from(WitnessFailure::new(WitnessCode::Config, why));
    let text = text_at(path)?;
    let config: Config = toml::from_str(&text).map_err(|why| wrong(of_toml(&why, &text)))?;
    let mut logs = Vec::new();
    for line in &config.logs {
        let key: VerifierKey = line.parse().map_err(|_| wrong(format!("日志公钥“{line}”")))?;
        if logs.contains(&key) {
            return Err(wrong(format!("日志公钥“{line}”出现两次")));
        }
        logs.push(key);
    }
    Ok((config.name, KnownLogs::new(logs)))
}

fn read_state(path: &Path) -> Result<WitnessState, Failure> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(WitnessState::decode(&bytes)?),
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => {
            let path = path.display().to_string();
            Err(WitnessFailure::new(WitnessCode::StateMissing, path).into())
        }
        Err(why) => Err(Failure::file(path, &why)),
    }
}
