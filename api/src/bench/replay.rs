//! `bench replay`: the books rebuilt from all entries; beside it, the same entries only read.

use std::path::Path;
use std::time::Duration;

use ledger::engine::fold_while;
use ledger::log::{EntrySource as _, Log};

use super::ledger::trust;
use super::measure::{Rate, timed};
use crate::failure::Failure;

/// Reads every entry of a ledger and does nothing with it.
///
/// # Errors
/// The log cannot be read.
pub fn read(dir: &Path) -> Result<Rate, Failure> {
    let log = Log::open_for_audit(dir, &trust(dir)?.log_key)?;
    let count = || -> Result<u64, Failure> {
        let mut count = 0;
        for entry in log.entries() {
            entry?;
            count += 1;
        }
        Ok(count)
    };
    let (count, time): (u64, Duration) = timed(count)?;
    Ok(Rate { count, time })
}

/// Folds every entry of a ledger into books.
///
/// # Errors
/// The log cannot be read.
pub fn fold(dir: &Path) -> Result<Rate, Failure> {
    let trust = trust(dir)?;
    let log = Log::open_for_audit(dir, &trust.log_key)?;
    let fold = || fold_while(&log, trust.origin(), &mut |_, _| true);
    let (books, time) = timed(fold)?;
    Ok(Rate { count: books.height, time })
}
