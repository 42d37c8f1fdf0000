//! Opening a log, and every reason to refuse: the store against itself, then against last-signed.
//! fjall alone is not trusted: one bad sector can make acknowledged entries vanish without a word.

use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};

use super::acknowledged::{self, Acknowledged};
use super::failure::{LogCode, LogFailure};
use super::key_chain::KeyChain;
use super::last_signed;
use super::note::SignedNote;
use super::note_key::VerifierKey;
use super::staging::{Mark, PieceLimit};
use super::store::{Head, Store};
use super::tree::{Frontier, edge, empty_root};
use super::writer::{Log, Purpose, Signed};

const STORE: &str = "log";
const UNFINISHED: &str = "log.new";

impl Log {
    /// Makes the log of a new ledger in the folder `dir` and opens it.
    ///
    /// # Errors
    /// [`LogCode::Exists`] if there is a store or a last-signed note; else as [`Log::open`].
    pub fn create(dir: &Path, key: &VerifierKey) -> Result<Log, LogFailure> {
        if exists(&dir.join(STORE))? || last_signed::read(dir)?.is_some() {
            return Err(LogFailure::new(LogCode::Exists, dir.display().to_string()));
        }
        std::fs::create_dir_all(dir).map_err(|error| LogFailure::io("新建目录", dir, &error))?;
        Log::open(dir, key)
    }

    /// Opens the log of the ledger in the folder `dir`, whose store is `dir/log`, after checking it
    /// against itself and against `dir/last-signed`. Where neither is there yet, an empty store is made.
    ///
    /// A log that never signed a checkpoint opens without last-signed: a crash may come between the
    /// first commit and the first checkpoint. Once a note was kept, the store carries a mark, and from
    /// then on a missing last-signed is refused. What this machine cannot see is an old copy of the
    /// store *and* of last-signed put back together: witnesses and the signers' `seen` show that.
    ///
    /// # Errors
    /// [`LogCode::RolledBack`], [`LogCode::Rewritten`], [`LogCode::LastSignedMissing`],
    /// [`LogCode::StoreMissing`], [`LogCode::CheckpointSignature`] and its like if store and note do
    /// not fit; [`LogCode::Gap`], [`LogCode::EdgeMismatch`], [`LogCode::EntryCorrupt`],
    /// [`LogCode::StoreDamaged`] if the store is damaged; [`LogCode::Locked`] if another program has
    /// it open; [`LogCode::NoLedger`] if there is no folder; [`LogCode::Io`].
    pub fn open(dir: &Path, key: &VerifierKey) -> Result<Log, LogFailure> {
        let note = last_signed::read(dir)?;
        if !exists(&dir.join(STORE))? {
            if !exists(dir)? {
                return Err(LogFailure::new(LogCode::NoLedger, dir.display().to_string()));
            }
            if note.is_some() {
                return Err(LogFailure::new(LogCode::StoreMissing, dir.display().to_string()));
            }
            make_store(dir)?;
        }
        let log = check(dir, key, note, Purpose::Write)?;
        if let Some(signed) = &log.signed
            && !log.store.has_signed()?
        {
            // A crash came between the first note and its mark.
            log.store.mark_signed(&signed.head)?;
        }
        Ok(log)
    }

    /// Opens the log to be read: the same checks, but it makes nothing, signs nothing, and leaves
    /// last-signed as it is. The store's own recovery may still tidy its files: for evidence, open a copy.
    ///
    /// # Errors
    /// As [`Log::open`]; [`LogCode::NoLedger`] also if there is no store.
    pub fn open_for_audit(dir: &Path, key: &VerifierKey) -> Result<Log, LogFailure> {
        let note = last_signed::read(dir)?;
        if !exists(&dir.join(STORE))? {
            let code = if note.is_some() { LogCode::StoreMissing } else { LogCode::NoLedger };
            return Err(LogFailure::new(code, dir.display().to_string()));
        }
        check(dir, key, note, Purpose::Read)
    }
}

/// Makes an empty store beside its place and moves it there: a crash leaves it absent or whole.
fn make_store(dir: &Path) -> Result<(), LogFailure> {
    let (unfinished, place) = (dir.join(UNFINISHED), dir.join(STORE));
    if exists(&unfinished)? {
        std::fs::remove_dir_all(&unfinished)
            .map_err(|error| LogFailure::io("清除", &unfinished, &error))?;
    }
    Store::create(&unfinished, &Head { size: 0, root: empty_root() })?;
    std::fs::rename(&unfinished, &place).map_err(|error| LogFailure::io("更名", &place, &error))?;
    last_signed::sync_folder(dir)
}

fn check(
    dir: &Path,
    key: &VerifierKey,
    note: Option<SignedNote>,
    purpose: Purpose,
) -> Result<Log, LogFailure> {
    // The note is checked first: its verdict does not depend on the store.
    let keys = KeyChain::read(dir, key)?;
    let signed = match note {
        Some(note) => Some(Signed { head: keys.verify(&note)?.head(), note }),
        None => None,
    };
    let place = dir.join(STORE);
    let store = match purpose {
        Purpose::Write => Store::open(&place)?,
        Purpose::Read => Store::open_to_read_through(&place)?,
    };
    let head = store.head()?;
    let mark = store.mark()?;
    refuse_wrong_bounds(&store, &head, mark.as_ref())?;
    if signed.is_none() && store.has_signed()? {
        let detail = format!("日志有 {} 条", head.size);
        return Err(LogFailure::new(LogCode::LastSignedMissing, detail));
    }
    let signed_head = signed.as_ref().map(|signed| ("已签发的存证头有", signed.head));
    let answered = acknowledged::read(dir).map(|known| ("已确认入账", known));
    let promised = [signed_head, answered].into_iter().flatten();
    // Before the edge: a store that lost its tail is rolled back, whatever else it is.
    promised.clone().try_for_each(|promise| refuse_shorter(&head, promise))?;
    let frontier = right_edge(&store, &head)?;
    for promise in promised {
        refuse_rewritten(&store, &head, promise)?;
    }
    let mut acknowledged = match purpose {
        Purpose::Write => Acknowledged::open(dir),
        Purpose::Read => Acknowledged::unwritten(),
    };
    acknowledged.note(&head);
    let dir = PathBuf::from(dir);
    let published = Arc::new(RwLock::new(signed.clone()));
    let (key, piece_limit, poisoned) = (key.clone(), PieceLimit::default(), false);
    Ok(Log {
        dir,
        key,
        keys,
        store,
        head,
        frontier,
        signed,
        published,
        purpose,
        acknowledged,
        mark,
        piece_limit,
        poisoned,
    })
}

/// The first entry is 0 and the last is the one before the head, or lies within what the mark says is staged. What is
/// missing between them shows when it is read: every scan counts.
fn refuse_wrong_bounds(store: &Store, head: &Head, mark: Option<&Mark>) -> Result<(), LogFailure> {
    let Some((first, last)) = store.bounds()? else {
        return if head.size == 0 { Ok(()) } else { Err(LogFailure::missing(0)) };
    };
    if first > 0 && (head.size > 0 || mark.is_none()) {
        return Err(LogFailure::missing(0));
    }
    if last >= mark.map_or(head.size, |mark| mark.reach.max(head.size)) {
        let detail = format!("日志头为 {} 条，却存有第 {last} 条", head.size);
        return Err(LogFailure::at(LogCode::EdgeMismatch, head.size, detail));
    }
    match head.size.checked_sub(1) {
        Some(expected) if last < expected => Err(LogFailure::missing(last + 1)),
        // What is staged hides whether the last entry before it is there.
        Some(expected) if last > expected && store.entry(expected)?.is_none() => {
            Err(LogFailure::missing(expected))
        }
        Some(_) | None => Ok(()),
    }
}

fn right_edge(store: &Store, head: &Head) -> Result<Frontier, LogFailure> {
    let frontier = edge(store, head.size)?;
    if frontier.root() != head.root {
        let detail =
            format!("{} 条，记录的根 {}，重算的根 {}", head.size, head.root, frontier.root());
        return Err(LogFailure::new(LogCode::EdgeMismatch, detail));
    }
    Ok(frontier)
}

fn refuse_shorter(head: &Head, (what, promised): (&str, Head)) -> Result<(), LogFailure> {
    if head.size < promised.size {
        let detail = format!("日志有 {} 条，{what} {} 条", head.size, promised.size);
        return Err(LogFailure::at(LogCode::RolledBack, head.size, detail));
    }
    Ok(())
}

fn refuse_rewritten(
    store: &Store,
    head: &Head,
    (what, promised): (&str, Head),
) -> Result<(), LogFailure> {
    let size = promised.size;
    let root = if size == head.size { head.root } else { edge(store, size)?.root() };
    if root != promised.root {
        let detail = format!("前 {size} 条的根为 {root}，{what} {size} 条，根为 {}", promised.root);
        return Err(LogFailure::new(LogCode::Rewritten, detail));
    }
    Ok(())
}

fn exists(path: &Path) -> Result<bool, LogFailure> {
    path.try_exists().map_err(|error| LogFailure::io("查看", path, &error))
}
