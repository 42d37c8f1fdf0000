//! An office's desk: an open ledger with its vault, its log key and its clock. Everything that a person signs here goes
//! through [`Desk::sign`], and nothing else writes.

pub mod account_statement;
pub mod asking;
pub mod banking;
pub mod closing;
pub mod cosigning;
pub mod documents;
pub mod draft;
pub mod exceptions;
pub mod founding;
pub mod handing;
pub mod incoming;
pub mod lists;
pub mod office;
pub mod papers;
pub mod paying;
pub mod people;
pub mod policy_file;
pub mod profiles;
pub mod reading;
pub mod reissuing;
pub mod sealing;
pub mod succession;
pub mod trial;
pub mod vault_audit;
mod wrong_file;

use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ledger::act::endorsing::Endorsed;
use ledger::act::signed::{SignedAct, key_id};
use ledger::act::{Act, Body};
use ledger::books::Books;
use ledger::engine::{Engine, Receipt};
use ledger::ids::OfficerId;
use ledger::law::admission;
use ledger::law::succession::log_keys_at;
use ledger::line::Line;
use ledger::log::{EntryInput, LogReader, NoteSigner, RecoveryCode, RecoveryFailure, Restored};
use ledger::period::Date;
use ledger::rejection::Rejection;
use ledger::signer::Signer;
use ledger::trust::Trust;
use ledger::vault::{AccessNote, OsRandomness, Vault};

use crate::clock::Clock;
use crate::failure::Failure;
use crate::keys;
use crate::private_file::folder_of;
use crate::snapshots;

pub use draft::Draft;
pub use office::Office;

/// How long entries may wait for a checkpoint while others come in.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(1);

/// An open ledger.
pub struct Desk {
    dir: PathBuf,
    engine: Engine,
    log_key: NoteSigner,
    reader: LogReader,
    /// Personal fields.
    pub vault: Vault,
    /// The time.
    pub clock: Clock,
    checkpointed: Instant,
    acknowledgements: Option<File>,
}

/// Whom to believe about the ledger in a folder.
///
/// # Errors
/// There is no such folder, or no ledger in it; as [`Trust::read`].
pub fn trust_of(dir: &Path) -> Result<Trust, Failure> {
    if !dir.is_dir() {
        let text = format!("没有目录{}；请用 --dir 指明台账目录。", dir.display());
        return Err(Failure::usage(text));
    }
    if !dir.join("trust").exists() && !dir.join("log").exists() {
        let text = format!(
            "目录{}里没有台账；请用 --dir 指明台账目录，还没有建账的先 doudi init。",
            dir.display()
        );
        return Err(Failure::usage(text));
    }
    Ok(Trust::read(&dir.join("trust"))?)
}

impl Desk {
    /// Opens the ledger in a folder.
    ///
    /// # Errors
    /// It is not a ledger, refuses to start, or its keys are not here.
    pub fn open(dir: &Path, clock: Clock) -> Result<Desk, Failure> {
        let trust = trust_of(dir)?;
        if !dir.join("log").is_dir() {
            // A founded ledger without its store is never begun anew: that would be a second history.
            return Err(Failure::Machine {
                code: "log.no_ledger".to_owned(),
                text: format!(
                    "{}里没有日志 log/。请运行 doudi repair --dir 台账目录 --from 第二副本，或由备份恢复，不要重新建账。",
                    dir.display()
                ),
                exit: 1,
            });
        }
        let mut engine = Engine::open(dir, &trust.log_key)?;
        snapshots::keep_if_due(&mut engine);
        if let Some(note) = Restored::read(dir) {
            tracing::warn!(at = note.at.size, "restored from a backup: {}", note.words());
        }
        let master = keys::read_master(&dir.join("keys/vault.key"))?;
        let vault = Vault::open(&dir.join("vault"), master, Box::new(OsRandomness))?;
        let log_key = succession::log_signer(dir, &engine.books().origin)?;
        Ok(Desk::new(dir, engine, log_key, vault, clock))
    }

    fn new(dir: &Path, engine: Engine, log_key: NoteSigner, vault: Vault, clock: Clock) -> Desk {
        let (dir, checkpointed) = (dir.to_owned(), Instant::now());
        let reader = engine.log().reader();
        Desk { dir, engine, log_key, reader, vault, clock, checkpointed, acknowledgements: None }
    }

    /// From here on, writes the id of every acknowledged act to a file, one a line, after it is durable.
    /// What stands there must be in the ledger whatever happens to the process: crash tests read it.
    ///
    /// # Errors
    /// The file cannot be made.
    pub fn acknowledge_to(&mut self, path: &Path) -> Result<(), Failure> {
        let file = File::create(path).map_err(|why| Failure::file(path, &why))?;
        self.acknowledgements = Some(file);
        Ok(())
    }

    /// Books, vault and folder, to read from.
    #[must_use]
    pub fn office(&self) -> Office<'_> {
        let (dir, books, log) = (self.dir.as_path(), self.books(), &self.reader);
        Office { dir, books, vault: &self.vault, log, clock: &self.clock }
    }

    /// The ledger's folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The books.
    #[must_use]
    pub fn books(&self) -> &Books {
        self.engine.books()
    }

    /// The engine, to read from.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Signs an act as the holder of `key` and hands it in.
    ///
    /// # Errors
    /// A rule says no (nothing was written then), or the machine fails (hand the same act in again to find out).
    pub fn sign(&mut self, key: &dyn Signer, body: Body) -> Result<Receipt, Failure> {
        self.sign_with_lines(key, body, &[])
    }

    /// Keeps what a draft needs, signs it as the holder of `key`, hands it in, and writes what goes out.
    ///
    /// # Errors
    /// As [`Desk::sign`].
    pub fn sign_draft(&mut self, key: &dyn Signer, draft: &Draft) -> Result<Receipt, Failure> {
        draft.keep(&self.dir, &self.vault)?;
        let signed = self.sign_with_lines(key, draft.body.clone(), &draft.entries);
        if let Err(why) = &signed {
            draft.take_back(&self.dir, why)?;
        }
        let receipt = signed?;
        draft.send_out(&self.dir)?;
        Ok(receipt)
    }

    /// Nobody books on in a ledger that was restored although something newer is known.
    fn refuse_older(&self) -> Result<(), Failure> {
        match Restored::read(&self.dir).filter(Restored::is_known_to_be_old) {
            Some(note) => {
                Err(RecoveryFailure::new(RecoveryCode::RestoreOlder, note.words()).into())
            }
            None => Ok(()),
        }
    }

    /// Signs a manifest, given its line entries, and hands both in.
    ///
    /// # Errors
    /// As [`Desk::sign`].
    pub fn sign_with_lines(
        &mut self,
        key: &dyn Signer,
        body: Body,
        lines: &[Vec<u8>],
    ) -> Result<Receipt, Failure> {
        let books = self.books();
        let id = key_id(&key.public());
        let officer = match (&body, books.offices.keys.get(&id)) {
            (_, Some(known)) => Some(known.officer),
            (Body::Founded(_), None) => None,
            (_, None) => return Err(Rejection::KeyUnknown { key: id }.into()),
        };
        let last = officer.and_then(|officer| books.offices.officers.get(&officer));
        let last = last.map(|officer| officer.last);
        let act = Act {
            body,
            key: id,
            prev: last.map_or(ledger::ids::ActId::ZERO, |last| last.id),
            seen: self.engine.seen().clone(),
            seq: last.map_or(1, |last| last.seq + 1),
            time: self.clock.now(),
        };
        let signed = SignedAct::sign(act, &books.origin, key)?;
        self.hand_in(&signed, lines)
    }

    /// Hands in an act that was signed elsewhere.
    ///
    /// # Errors
    /// As [`Desk::sign`].
    pub fn hand_in(&mut self, signed: &SignedAct, lines: &[Vec<u8>]) -> Result<Receipt, Failure> {
        self.refuse_older()?;
        let receipt = self.engine.accept(signed, lines)?;
        self.acknowledge(receipt)
    }

    /// Hands in an act that was signed elsewhere, with lines that may be too many for memory.
    ///
    /// # Errors
    /// As [`Desk::sign`]; also if the lines cannot be read, or were other ones when they were to be written.
    pub fn hand_in_from(
        &mut self,
        signed: &SignedAct,
        lines: impl EntryInput + Send,
    ) -> Result<Receipt, Failure> {
        self.refuse_older()?;
        let receipt = self.engine.accept_from(signed, lines)?;
        self.acknowledge(receipt)
    }

    fn acknowledge(&mut self, receipt: Receipt) -> Result<Receipt, Failure> {
        if let Some(file) = &mut self.acknowledgements {
            let path = self.dir.join("acknowledgements");
            writeln!(file, "{}", receipt.id).map_err(|why| Failure::file(&path, &why))?;
        }
        if self.checkpointed.elapsed() >= CHECKPOINT_EVERY {
            self.checkpoint()?;
        }
        Ok(receipt)
    }

    /// Signs a checkpoint over everything accepted so far.
    ///
    /// # Errors
    /// What is on disk is not what was accepted, or the machine fails.
    pub fn checkpoint(&mut self) -> Result<(), Failure> {
        self.engine.checkpoint(&self.log_key).map_err(|why| {
            let failure = Failure::from(why);
            Failure::Machine {
                code: failure.code(),
                text: format!("已受理的动作都已记账，不要重复交入；但存证头没有签成。{failure}"),
                exit: failure.exit_code(),
            }
        })?;
        self.checkpointed = Instant::now();
        Ok(())
    }

    /// A signature by a log key that is valid now, over what hands the log over to another key.
    fn hand_over(&self, endorsed: &Endorsed<'_>) -> Result<String, Failure> {
        let books = self.books();
        let live = log_keys_at(books, books.height);
        let signer = self.log_key.for_keys(&live)?;
        Ok(endorsed.sign(&books.origin, signer.secret())?)
    }

    /// Looks again which log keys are here.
    fn read_log_keys(&mut self) -> Result<(), Failure> {
        self.log_key = succession::log_signer(&self.dir, &self.engine.books().origin)?;
        Ok(())
    }

    /// A day that has not come yet is refused before anything is read for it; the rules refuse it too.
    ///
    /// # Errors
    /// [`Rejection::PostedTooLate`].
    pub fn refuse_ahead(&self, date: Date) -> Result<(), Failure> {
        self.office().refuse_ahead(date)
    }

    /// The holder of a key.
    ///
    /// # Errors
    /// The key is not enrolled.
    pub fn holder(&self, key: &dyn Signer) -> Result<OfficerId, Failure> {
        let id = key_id(&key.public());
        let known = self.books().offices.keys.get(&id);
        known.map(|known| known.officer).ok_or_else(|| Rejection::KeyUnknown { key: id }.into())
    }

    /// The note under which the holder of a key reads from the vault.
    ///
    /// # Errors
    /// The key is not enrolled.
    pub fn access(&self, key: &dyn Signer, purpose: &str) -> Result<AccessNote, Failure> {
        Ok(self.office().access(self.holder(key)?, purpose))
    }

    /// Writes a file under the ledger's folder, whole or not at all.
    ///
    /// # Errors
    /// The machine fails.
    pub fn write_file(&self, name: impl AsRef<Path>, bytes: &[u8]) -> Result<PathBuf, Failure> {
        write_whole(&self.dir.join(name.as_ref()), bytes)
    }
}

/// Seals lines into a manifest and their entries.
///
/// # Errors
/// A line holds a text or number that cannot be written canonically.
pub fn seal(lines: &[Line]) -> Result<(ledger::act::Manifest, Vec<Vec<u8>>), Failure> {
    ledger::line::seal(lines).map_err(|why| Failure::Rejected(admission::malformed(&why)))
}

/// Writes a file, whole or not at all: beside it first, then in its place.
///
/// # Errors
/// The machine fails.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<PathBuf, Failure> {
    let io = |why: &std::io::Error| Failure::file(path, why);
    let folder = folder_of(path);
    std::fs::create_dir_all(folder).map_err(|why| io(&why))?;
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    // Bank files hold names and numbers: nobody but the owner reads what is written here, until the owner says so.
    let mut options = File::options();
    let options = options.write(true).create(true).truncate(true).mode(0o600);
    let mut file = options.open(&beside).map_err(|why| io(&why))?;
    file.write_all(bytes).map_err(|why| io(&why))?;
    file.sync_all().map_err(|why| io(&why))?;
    std::fs::rename(&beside, path).map_err(|why| io(&why))?;
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|why| io(&why))?;
    Ok(path.to_owned())
}
