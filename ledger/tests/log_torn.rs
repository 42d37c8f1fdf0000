//! A torn last record: the journal ends somewhere within its last batch. What was signed is never less than it was,
//! and what was not signed is there whole or not at all.

#![cfg(test)]

use std::path::{Path, PathBuf};

use ledger::ids::Seq;
use ledger::log::{Log, LogCode, NoteSigner, Record};

/// How far apart the places are at which the journal is cut.
const STEP: usize = 64;

/// Entries of the last batch: some two thousand bytes, so that every part of a batch is cut.
const LAST: u64 = 40;

fn signer() -> NoteSigner {
    NoteSigner::new("doudi.example/ledger", &[7; 32]).unwrap()
}

fn open(dir: &Path) -> Result<Log, LogCode> {
    Log::open(dir, signer().verifier()).map_err(|failure| failure.code())
}

/// Appends as many entries in one batch.
fn grow(log: &mut Log, count: u64) {
    let first = log.head().size;
    let entries: Vec<_> = (first..first + count).map(|n| format!("entry {n}")).collect();
    let records: Vec<_> = entries
        .iter()
        .map(|entry| Record {
            bytes: entry.as_bytes(),
            id: Some(ledger::log::leaf_hash(entry.as_bytes()).0),
        })
        .collect();
    log.append(&log.head(), &records).unwrap();
}

/// A ledger's folder as files and their bytes.
struct Folder {
    files: Vec<(PathBuf, Vec<u8>)>,
    /// The note of what was acknowledged before the last batch.
    acknowledged_before: Vec<u8>,
}

impl Folder {
    fn read(dir: &Path) -> Folder {
        let (mut files, mut folders) = (Vec::new(), vec![dir.to_owned()]);
        while let Some(folder) = folders.pop() {
            for item in std::fs::read_dir(folder).unwrap() {
                let path = item.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let inside = path.strip_prefix(dir).unwrap().to_owned();
                    files.push((inside, std::fs::read(path).unwrap()));
                }
            }
        }
        Folder { files, acknowledged_before: Vec::new() }
    }

    /// The ledger with its newest journal cut to that length.
    fn cut(&self, journal: &Path, length: usize) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (path, bytes) in &self.files {
            let place = dir.path().join(path);
            std::fs::create_dir_all(place.parent().unwrap()).unwrap();
            let end = if path == journal { length } else { bytes.len() };
            std::fs::write(place, &bytes[..end]).unwrap();
        }
        // fjall keeps folders without a file too.
        for keyspace in std::fs::read_dir(dir.path().join("log/keyspaces")).unwrap() {
            std::fs::create_dir_all(keyspace.unwrap().path().join("tables")).unwrap();
        }
        dir
    }

    /// The newest journal: number and length.
    fn journal(&self) -> (PathBuf, usize) {
        let journals =
            self.files.iter().filter(|(path, _)| path.extension().is_some_and(|e| e == "jnl"));
        let number =
            |path: &Path| path.file_stem().unwrap().to_str().unwrap().parse::<u64>().unwrap();
        let newest = journals.max_by_key(|(path, _)| number(path)).unwrap();
        (newest.0.clone(), newest.1.len())
    }
}

/// A ledger with ten signed entries, then forty more in one batch, and every place to cut that batch at.
fn cuts(sign_the_last: bool) -> (Folder, PathBuf, Vec<usize>) {
    let dir = tempfile::tempdir().unwrap();
    let mut log = open(dir.path()).unwrap();
    grow(&mut log, 10);
    log.checkpoint(&signer()).unwrap();
    drop(log);
    // A journal that was opened again has its true length.
    let mut log = open(dir.path()).unwrap();
    let (journal, before) = Folder::read(dir.path()).journal();
    let acknowledged_before = std::fs::read(dir.path().join("acknowledged")).unwrap();
    grow(&mut log, LAST);
    if sign_the_last {
        log.checkpoint(&signer()).unwrap();
    }
    drop(log);
    let folder = Folder { acknowledged_before, ..Folder::read(dir.path()) };
    let (newest, after) = folder.journal();
    assert_eq!(newest, journal);
    assert!(after > before + 20 * STEP, "{before} to {after}");
    (folder, journal, (before..after).step_by(STEP).chain([after - 1]).collect())
}

#[test]
fn a_batch_cut_anywhere_after_it_was_signed_is_refused_as_rolled_back() {
    let (folder, journal, cuts) = cuts(true);
    for length in &cuts {
        let dir = folder.cut(&journal, *length);
        for time in ["first", "second"] {
            let failure = Log::open(dir.path(), signer().verifier()).err();
            let failure = failure.unwrap_or_else(|| panic!("opens, cut at {length}"));
            let said = (failure.code(), failure.entry());
            assert_eq!(said, (LogCode::RolledBack, Some(Seq(10))), "{time} opening, {length}");
        }
    }
    println!("{} cuts of a signed batch: each refused as rolled back", cuts.len());
    // Uncut it opens: the refusals above are the cuts'.
    let whole = folder.cut(&journal, folder.journal().1);
    assert_eq!(open(whole.path()).unwrap().head().size, 10 + LAST);
}

#[test]
fn a_batch_cut_anywhere_after_it_was_acknowledged_is_refused_although_nothing_signs_it() {
    let (folder, journal, cuts) = cuts(false);
    for length in &cuts {
        let dir = folder.cut(&journal, *length);
        let failure = Log::open(dir.path(), signer().verifier()).err();
        let failure = failure.unwrap_or_else(|| panic!("opens, cut at {length}"));
        let said = (failure.code(), failure.entry());
        assert_eq!(said, (LogCode::RolledBack, Some(Seq(10))), "{length}");
        assert!(failure.to_string().contains("已确认入账 50 条"), "{failure}");
    }
}

#[test]
fn a_batch_cut_anywhere_before_it_was_acknowledged_is_gone_whole_and_can_be_handed_in_again() {
    let (folder, journal, cuts) = cuts(false);
    for length in &cuts {
        let dir = folder.cut(&journal, *length);
        // A crash within the commit: the note of what was acknowledged is the one before.
        std::fs::write(dir.path().join("acknowledged"), &folder.acknowledged_before).unwrap();
        let mut log = open(dir.path()).unwrap_or_else(|code| panic!("{code:?}, cut at {length}"));
        assert_eq!(log.head().size, 10, "cut at {length}");
        assert_eq!(log.full_read().unwrap().ids, 10, "cut at {length}");
        grow(&mut log, LAST);
        log.checkpoint(&signer()).unwrap();
        drop(log);
        let read = open(dir.path()).unwrap().full_read().unwrap();
        assert_eq!((read.head.size, read.ids), (10 + LAST, 10 + LAST), "cut at {length}");
    }
    println!("{} cuts of an unsigned batch: each left ten entries, and went on", cuts.len());
}

#[test]
fn a_journal_cut_below_its_last_batch_is_refused_too() {
    let (folder, journal, cuts) = cuts(true);
    for length in (0..cuts[0]).step_by(STEP) {
        let dir = folder.cut(&journal, length);
        let code = open(dir.path()).err().unwrap_or_else(|| panic!("opens, cut at {length}"));
        let words =
            [LogCode::RolledBack, LogCode::Gap, LogCode::StoreDamaged, LogCode::EdgeMismatch];
        assert!(words.contains(&code), "cut at {length}: {code:?}");
    }
}
