//! Opening fjall on the log's files: as they are, by way of a shadow where they may not be written, or for what is left.

use std::io::ErrorKind;
use std::path::Path;

use fjall::Database;

use super::failure::{LogCode, LogFailure};
use super::fjall_start::{NotStarted, start, start_as_it_is};
use super::shadow::Shadow;

/// How many journal bytes may wait before they become tables: bounds the time a start takes and
/// how much one bad sector of a journal can reach.
const JOURNAL_BYTES: u64 = 128 << 20;

/// Blocks of tables kept in memory: fjall's own choice.
const CACHE_BYTES: u64 = 32 << 20;

/// What is read once is not read again: enough for the tables' indices. More would only make each block's memory cold.
const READ_THROUGH_CACHE_BYTES: u64 = 4 << 20;

/// Who writes tables in the background. With two, fjall's first hands an order to compact to itself again and again while
/// the second is at work, which takes a whole core from the checks.
const TABLE_WRITERS: usize = 1;

/// Opens the store's database, making it where there is none.
pub(super) fn open(path: &Path) -> Result<Database, LogFailure> {
    started(path, CACHE_BYTES).map_err(not_opened)
}

/// For those who go through all entries once; with the shadow, if the files may not be written.
pub(super) fn open_to_read_through(path: &Path) -> Result<(Database, Option<Shadow>), LogFailure> {
    match started(path, READ_THROUGH_CACHE_BYTES) {
        Err(NotStarted::Refused(fjall::Error::Io(why))) if is_unwritable(&why) => {
            let shadow = Shadow::of(path, None)
                .map_err(|error| LogFailure::io("复制只读的日志", path, &error))?;
            let database = started(shadow.path(), READ_THROUGH_CACHE_BYTES).map_err(not_opened)?;
            Ok((database, Some(shadow)))
        }
        opened => Ok((opened.map_err(not_opened)?, None)),
    }
}

/// The shadow of a damaged store, opened as far as fjall takes it.
pub(super) fn salvage(path: &Path, beside: &Path) -> Result<(Database, Shadow), LogFailure> {
    let shadow = Shadow::of(path, Some(beside))
        .map_err(|error| LogFailure::io("复制损坏的日志", path, &error))?;
    let open = || builder(shadow.path(), CACHE_BYTES).open();
    let database = start_as_it_is(shadow.path(), open).map_err(not_opened)?;
    Ok((database, shadow))
}

fn started(path: &Path, cache_bytes: u64) -> Result<Database, NotStarted> {
    start(path, || builder(path, cache_bytes).open())
}

fn builder(path: &Path, cache_bytes: u64) -> fjall::DatabaseBuilder<Database> {
    let builder = Database::builder(path).worker_threads(TABLE_WRITERS).cache_size(cache_bytes);
    builder.max_journaling_size(JOURNAL_BYTES)
}

fn not_opened(why: NotStarted) -> LogFailure {
    match why {
        NotStarted::Damaged(what) => LogFailure::new(LogCode::StoreDamaged, what),
        NotStarted::Refused(error) => LogFailure::store(&error),
    }
}

fn is_unwritable(why: &std::io::Error) -> bool {
    matches!(why.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem)
}
