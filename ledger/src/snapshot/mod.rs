//! Snapshots: the books as they stood after an entry, kept beside the log so that opening a ledger folds what came since
//! and not all of history (ADR 15). A snapshot is a cache and never evidence: it can be deleted at any time, nothing is
//! verified with it, and whatever is wrong with one, the entries are folded instead.

mod file;
mod sections;

use std::path::{Path, PathBuf};

use crate::books::Books;
use crate::ids::{Root, Seq};
use crate::log::LogFailure;

use file::Header;

const FOLDER: &str = "snapshots";

/// How many are kept: the newest, and the one before it.
const KEPT: usize = 2;

/// The fewest entries that are worth a snapshot: folding them takes a tenth of a second.
const WORTH: u64 = 65_536;

/// True if so many entries came since the newest snapshot that another one is worth its price: its size grows with the
/// books, so the distance does too.
pub(crate) fn is_due(newest: u64, height: u64) -> bool {
    height.saturating_sub(newest) >= WORTH.max(height / 64)
}

/// Writes a snapshot of the books, whose entries have that root, and removes those that are no longer needed. Durable when
/// it returns.
///
/// # Errors
/// The disk fails. Nothing depends on it.
pub fn keep(dir: &Path, books: &Books, root: Root) -> Result<(), LogFailure> {
    let folder = dir.join(FOLDER);
    std::fs::create_dir_all(&folder)
        .map_err(|error| LogFailure::io("新建目录", &folder, &error))?;
    let header = Header::new(&books.origin, books.height, root);
    file::write(&folder, &path(&folder, books.height), header, &sections::encode(books))?;
    let (beyond, mut idle): (Vec<u64>, Vec<u64>) =
        sizes(&folder).into_iter().rev().partition(|size| *size > books.height);
    // What holds more than the log has is of a history that was given up; it must not push out what fits.
    idle.drain(..KEPT.min(idle.len()));
    for old in beyond.into_iter().chain(idle) {
        let path = path(&folder, old);
        std::fs::remove_file(&path).map_err(|error| LogFailure::io("清除", &path, &error))?;
    }
    Ok(())
}

/// The books of the newest snapshot that is whole, was written by this program, and stands at a point of this log: `holds`
/// is asked whether the log has that root at that size.
#[must_use]
pub fn newest(dir: &Path, origin: &str, holds: &dyn Fn(Seq, Root) -> bool) -> Option<Books> {
    let folder = dir.join(FOLDER);
    sizes(&folder).into_iter().rev().find_map(|size| {
        let path = path(&folder, size);
        let (header, start) = file::header(&path)?;
        if !header.is_of(origin, size) || !holds(Seq(size), header.root()) {
            return None;
        }
        sections::decode(&header, &|place| file::section(&path, &header, start, place))
    })
}

fn path(folder: &Path, size: u64) -> PathBuf {
    folder.join(format!("{size:020}.books"))
}

/// The sizes of the snapshots that are there, rising. A folder that cannot be read has none.
fn sizes(folder: &Path) -> Vec<u64> {
    let items = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names = items.filter_map(|item| item.file_name().into_string().ok());
    let mut sizes: Vec<u64> =
        names.filter_map(|name| name.strip_suffix(".books")?.parse().ok()).collect();
    sizes.sort_unstable();
    sizes
}

#[cfg(test)]
mod tests;
