//! The reading room 阅览室: the books for those who read while the writer goes on, as the newest checkpoint covers them.
//! The writer is never asked: what is read was signed by the log's key and lies on disk.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock, TryLockError};

use ledger::books::{Books, Statement};
use ledger::engine::{fold_while, go_on};
use ledger::ids::Seq;
use ledger::log::{Covered, EntrySource as _, LogReader};
use ledger::vault::{OsRandomness, Vault};

use crate::clock::Clock;
use crate::desk::Office;
use crate::failure::Failure;
use crate::keys;
use crate::writer::Handle;

/// So many earlier states are kept for those who page through one.
const EARLIER_STATES: usize = 4;

/// Books, vault and log, to read from.
pub struct ReadingRoom {
    dir: PathBuf,
    log: LogReader,
    vault: Vault,
    /// `None` after a fold that failed: nothing is read from half a fold.
    books: RwLock<Option<Arc<Books>>>,
    earlier: Mutex<Vec<(Seq, Arc<Books>)>>,
}

impl ReadingRoom {
    /// Opens the room of a ledger whose writer runs. Everything that was accepted so far is in it.
    ///
    /// # Errors
    /// The vault or its key is not here, or the writer has ended.
    pub fn open(dir: &Path, handle: &Handle) -> Result<ReadingRoom, Failure> {
        let master = keys::read_master(&dir.join("keys/vault.key"))?;
        let vault = Vault::open(&dir.join("vault"), master, Box::new(OsRandomness))?;
        handle.checkpoint()?;
        let books = handle.ask(|engine| engine.books().clone())?;
        let (dir, log) = (dir.to_owned(), handle.reader());
        let books = RwLock::new(Some(Arc::new(books)));
        Ok(ReadingRoom { dir, log, vault, books, earlier: Mutex::default() })
    }

    /// The ledger's folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Personal fields and bank files.
    #[must_use]
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// The log.
    #[must_use]
    pub fn log(&self) -> &LogReader {
        &self.log
    }

    /// Reads the books as the newest checkpoint covers them.
    ///
    /// # Errors
    /// The log cannot be read on.
    pub fn read<T>(&self, read: impl FnOnce(Office<'_>) -> T) -> Result<T, Failure> {
        self.catch_up()?;
        // Held by who reads, not locked: a bank file that takes its time keeps nobody from reading on.
        let books = self.books.read().unwrap_or_else(PoisonError::into_inner).clone();
        Ok(self.with(books.as_ref().ok_or_else(broken)?, read))
    }

    /// Reads the books as they stood after an entry: before the first act beyond it.
    ///
    /// # Errors
    /// No checkpoint covers that entry yet, or the log cannot be read.
    pub fn read_as_of<T>(
        &self,
        last: Seq,
        read: impl FnOnce(Office<'_>) -> T,
    ) -> Result<T, Failure> {
        let books = self.earlier(last)?;
        Ok(self.with(&books, read))
    }

    /// Folds the log once more up to an entry, and lets `take` see each act with the books before it; for what the books do not
    /// keep. One at a time, as [`ReadingRoom::read_as_of`].
    ///
    /// # Errors
    /// As [`ReadingRoom::read_as_of`].
    pub fn walk(
        &self,
        last: Option<Seq>,
        take: &mut dyn FnMut(&Books, &Statement<'_>),
    ) -> Result<Books, Failure> {
        let covered = self.covered(last)?;
        let _one_at_a_time = match self.earlier.try_lock() {
            Ok(earlier) => earlier,
            Err(TryLockError::Poisoned(earlier)) => earlier.into_inner(),
            Err(TryLockError::WouldBlock) => return Err(busy()),
        };
        let origin = self.log.key().name();
        let books = fold_while(&covered, origin, &mut |books, statement| {
            let is_wanted = last.is_none_or(|last| statement.at <= last);
            if is_wanted {
                take(books, statement);
            }
            is_wanted
        })?;
        Ok(books)
    }

    fn with<T>(&self, books: &Books, read: impl FnOnce(Office<'_>) -> T) -> T {
        let clock = Clock::Machine;
        let (dir, vault, log) = (self.dir.as_path(), &self.vault, &self.log);
        read(Office { dir, books, vault, log, clock: &clock })
    }

    fn catch_up(&self) -> Result<(), Failure> {
        let size = self.log.size();
        let height = |books: &Option<Arc<Books>>| books.as_ref().map(|books| books.height);
        let known = height(&self.books.read().unwrap_or_else(PoisonError::into_inner));
        if known.ok_or_else(broken)? >= size {
            return Ok(());
        }
        let mut books = self.books.write().unwrap_or_else(PoisonError::into_inner);
        // Somebody else may have been here first.
        let so_far = books.take_if(|books| books.height < size);
        if let Some(so_far) = so_far {
            // Who still reads the books as they were keeps them; then these are a copy.
            let so_far = Arc::unwrap_or_clone(so_far);
            *books = Some(Arc::new(go_on(&self.log.covered(), so_far, &mut |_, _| true)?));
        }
        Ok(())
    }

    /// The log as far as a checkpoint covers it, which is beyond `last`.
    fn covered(&self, last: Option<Seq>) -> Result<Covered, Failure> {
        let covered = self.log.covered();
        match last.filter(|last| last.0 >= covered.size()) {
            Some(last) => Err(Failure::usage(format!(
                "第{last}条记录还没有存证头覆盖；as_of 至多写{}。",
                covered.size().saturating_sub(1)
            ))),
            None => Ok(covered),
        }
    }

    fn earlier(&self, last: Seq) -> Result<Arc<Books>, Failure> {
        let covered = self.covered(Some(last))?;
        // One at a time, and nobody waits for it: each takes a while, and threads are few.
        let mut earlier = match self.earlier.try_lock() {
            Ok(earlier) => earlier,
            Err(TryLockError::Poisoned(earlier)) => earlier.into_inner(),
            Err(TryLockError::WouldBlock) => return Err(busy()),
        };
        if let Some(at) = earlier.iter().position(|(known, _)| *known == last) {
            let known = earlier.remove(at);
            earlier.push(known.clone());
            return Ok(known.1);
        }
        let origin = self.log.key().name();
        let books = fold_while(&covered, origin, &mut |_, statement| statement.at <= last)?;
        let books = Arc::new(books);
        if earlier.len() == EARLIER_STATES {
            earlier.remove(0);
        }
        earlier.push((last, Arc::clone(&books)));
        Ok(books)
    }
}

fn busy() -> Failure {
    let text = "正在为别人还原另一个时点的台账，请稍后再查。";
    Failure::Machine { code: "room.busy".to_owned(), text: text.to_owned(), exit: 3 }
}

fn broken() -> Failure {
    Failure::Machine {
        code: "room.broken".to_owned(),
        text:
            "台账读到一半没有读成，页面不再显示任何数。请运行 doudi verify 查明，再重新启动服务。"
                .to_owned(),
        exit: 3,
    }
}
