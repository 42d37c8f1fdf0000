//! Making a ledger for the benches, and keeping it: the same folder is taken again where it has what was asked for.

use std::path::Path;

use ledger::audit::{self, Audited};
use ledger::log::{EntrySource as _, Log};
use serde_json::{Value, json};

use super::county::{Size, Story, Taking};
use super::ledger::{Judged, SEED, Unjudged, create, signer, trust};
use crate::desk::write_whole;
use crate::failure::Failure;

/// Says what the ledger in a folder is. Written last: a folder without it is not finished.
const MADE: &str = "bench.json";

/// Above this many entries the laws and rules are not asked entry by entry, but of a sample.
pub const JUDGED_UP_TO: u64 = 300_000;

/// The entries of the sample.
const SAMPLE: u64 = 20_000;

/// Makes the ledger in `dir`, unless it is there. Large ones are written without asking laws and rules, after a smaller one
/// by the same generator has passed the engine and the audit; `judge_all` asks the engine of every act all the same.
///
/// # Errors
/// The folder holds something else, the sample does not pass, or the machine fails.
pub fn make(
    dir: &Path,
    size: Size,
    judge_all: bool,
    progress: &mut dyn FnMut(u64),
) -> Result<(), Failure> {
    let wanted = described(size);
    if let Ok(found) = std::fs::read(dir.join(MADE)) {
        let found: Value = serde_json::from_slice(&found).unwrap_or_default();
        if found == wanted {
            return Ok(());
        }
        let text = format!("{}里已有另一本压测账（{found}）；请换一个目录。", dir.display());
        return Err(Failure::usage(text));
    }
    if judge_all || size.entries <= JUDGED_UP_TO {
        write(dir, size, Way::Judged, progress)?;
    } else {
        sample_passes(&dir.join("sample"), size.acts_per_mille)?;
        write(dir, size, Way::Unjudged, progress)?;
    }
    write_whole(&dir.join(MADE), wanted.to_string().as_bytes()).map(|_| ())
}

/// How a history gets into the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// The engine decides on every act.
    Judged,
    /// Nobody does.
    Unjudged,
}

/// Writes the history of that size into a new ledger at `dir`.
///
/// # Errors
/// There is a ledger already, an act is refused, or the machine fails.
pub fn write(
    dir: &Path,
    size: Size,
    way: Way,
    progress: &mut dyn FnMut(u64),
) -> Result<(), Failure> {
    create(dir)?;
    match way {
        Way::Judged => {
            let mut judged = Judged::open(dir)?;
            play(&mut judged, size, progress)?;
            judged.tell_times();
            Ok(())
        }
        Way::Unjudged => {
            let mut unjudged = Unjudged::open(dir)?;
            play(&mut unjudged, size, progress)?;
            unjudged.finish()
        }
    }
}

fn described(size: Size) -> Value {
    json!({
        "entries": size.entries, "acts_per_mille": size.acts_per_mille, "payees": size.payees,
        "seed": SEED,
    })
}

fn play(out: &mut dyn Taking, size: Size, progress: &mut dyn FnMut(u64)) -> Result<(), Failure> {
    let key = signer()?.verifier().to_string();
    Story::new(SEED, size, out, progress).play(key).map(|_| ())
}

/// A small ledger by the same generator is accepted by the engine, and the audit finds nothing.
fn sample_passes(dir: &Path, acts_per_mille: usize) -> Result<(), Failure> {
    if dir.exists() {
        std::fs::remove_dir_all(dir).map_err(|why| Failure::file(dir, &why))?;
    }
    write(dir, Size::of(SAMPLE, acts_per_mille), Way::Judged, &mut |_| {})?;
    audited(dir)?;
    std::fs::remove_dir_all(dir).map_err(|why| Failure::file(dir, &why))
}

/// Audits a ledger.
///
/// # Errors
/// The first divergence.
pub fn audited(dir: &Path) -> Result<Audited, Failure> {
    let trust = trust(dir)?;
    let log = Log::open_for_audit(dir, &trust.log_key)?;
    Ok(audit::verify(&log, &trust, &mut |_| {})?)
}

/// What a ledger holds: entries, their own bytes, and what its store takes on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// Number of entries.
    pub entries: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Blocks that the store's files take, in bytes.
    pub store: u64,
}

/// Measures the space of a ledger: reads every entry.
///
/// # Errors
/// The log cannot be read.
pub fn space(dir: &Path) -> Result<Space, Failure> {
    let log = Log::open_for_audit(dir, &trust(dir)?.log_key)?;
    let mut space = Space { entries: 0, bytes: 0, store: 0 };
    for entry in log.entries() {
        let (_, bytes) = entry?;
        space.entries += 1;
        space.bytes += bytes.len() as u64;
    }
    drop(log);
    space.store = on_disk(&dir.join("log"))?;
    Ok(space)
}

fn on_disk(path: &Path) -> Result<u64, Failure> {
    use std::os::unix::fs::MetadataExt as _;
    let io = |why: &std::io::Error| Failure::file(path, why);
    let about = std::fs::symlink_metadata(path).map_err(|why| io(&why))?;
    let mut sum = about.blocks() * 512;
    if about.is_dir() {
        for item in std::fs::read_dir(path).map_err(|why| io(&why))? {
            sum += on_disk(&item.map_err(|why| io(&why))?.path())?;
        }
    }
    Ok(sum)
}
