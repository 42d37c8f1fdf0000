//! What may not happen to a log in silence: old copies, other copies, missing and changed bytes.

#![cfg(test)]

use std::path::Path;

use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode};
use ledger::ids::Seq;
use ledger::log::{Log, LogCode, NoteSigner, Record, SignedNote};

fn signer() -> NoteSigner {
    NoteSigner::new("doudi.example/ledger", &[7; 32]).unwrap()
}

fn open(dir: &Path) -> Result<Log, LogCode> {
    Log::open(dir, signer().verifier()).map_err(|failure| failure.code())
}

/// Appends entries `word 0`, `word 1`, … until there are `size`.
fn grow(log: &mut Log, size: u64, word: &str) {
    let entries: Vec<_> =
        (log.head().size..size).map(|n| format!("{word} {n}").into_bytes()).collect();
    let records: Vec<_> = entries
        .iter()
        .map(|bytes| Record { bytes, id: Some(ledger::log::leaf_hash(bytes).0) })
        .collect();
    log.append(&log.head(), &records).unwrap();
}

/// A closed ledger of `size` entries with a checkpoint over all of them.
fn ledger_of(dir: &Path, size: u64, word: &str) -> SignedNote {
    let mut log = open(dir).unwrap();
    grow(&mut log, size, word);
    log.checkpoint(&signer()).unwrap()
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for item in std::fs::read_dir(from).unwrap() {
        let item = item.unwrap();
        let target = to.join(item.file_name());
        if item.file_type().unwrap().is_dir() {
            copy(&item.path(), &target);
        } else {
            std::fs::copy(item.path(), target).unwrap();
        }
    }
}

/// Changes the store behind the log's back.
fn meddle(dir: &Path, name: &str, change: impl FnOnce(&Keyspace)) {
    let database = Database::builder(dir.join("log")).open().unwrap();
    change(&database.keyspace(name, KeyspaceCreateOptions::default).unwrap());
    database.persist(PersistMode::SyncAll).unwrap();
}

#[test]
fn an_older_copy_put_back_is_refused_as_rolled_back() {
    let dir = tempfile::tempdir().unwrap();
    ledger_of(dir.path(), 300, "a");
    copy(&dir.path().join("log"), &dir.path().join("kept"));
    ledger_of(dir.path(), 310, "a");
    std::fs::remove_dir_all(dir.path().join("log")).unwrap();
    std::fs::rename(dir.path().join("kept"), dir.path().join("log")).unwrap();
    assert_eq!(open(dir.path()).err(), Some(LogCode::RolledBack));
    let audit = Log::open_for_audit(dir.path(), signer().verifier()).err().unwrap();
    assert_eq!((audit.code(), audit.entry()), (LogCode::RolledBack, Some(Seq(300))));
}

#[test]
fn another_history_of_the_same_or_a_larger_size_is_refused_as_rewritten() {
    for size in [300, 400] {
        let (true_one, false_one) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        ledger_of(true_one.path(), 300, "a");
        ledger_of(false_one.path(), size, "b");
        let note = true_one.path().join("last-signed");
        std::fs::copy(note, false_one.path().join("last-signed")).unwrap();
        assert_eq!(open(false_one.path()).err(), Some(LogCode::Rewritten), "{size}");
    }
}

#[test]
fn a_log_that_went_on_after_its_newest_checkpoint_opens() {
    let dir = tempfile::tempdir().unwrap();
    ledger_of(dir.path(), 300, "a");
    let mut log = open(dir.path()).unwrap();
    grow(&mut log, 700, "a");
    drop(log);
    assert_eq!(open(dir.path()).unwrap().head().size, 700);
}

#[test]
fn a_crash_before_the_first_checkpoint_leaves_a_log_that_opens() {
    let dir = tempfile::tempdir().unwrap();
    grow(&mut open(dir.path()).unwrap(), 5, "a");
    assert_eq!(open(dir.path()).unwrap().head().size, 5);
}

#[test]
fn a_last_signed_that_vanished_is_refused_for_good() {
    let dir = tempfile::tempdir().unwrap();
    let note = ledger_of(dir.path(), 5, "a");
    let path = dir.path().join("last-signed");
    std::fs::remove_file(&path).unwrap();
    assert_eq!(open(dir.path()).err(), Some(LogCode::LastSignedMissing));
    std::fs::write(&path, note.to_string()).unwrap();
    assert!(open(dir.path()).is_ok(), "any kept copy of the newest checkpoint mends it");
}

#[test]
fn a_crash_between_the_first_note_and_its_mark_is_mended_at_the_next_start() {
    let dir = tempfile::tempdir().unwrap();
    ledger_of(dir.path(), 5, "a");
    meddle(dir.path(), "head", |head| head.remove("signed").unwrap());
    drop(open(dir.path()).unwrap());
    std::fs::remove_file(dir.path().join("last-signed")).unwrap();
    assert_eq!(open(dir.path()).err(), Some(LogCode::LastSignedMissing));
}

#[test]
fn a_store_that_vanished_is_not_replaced_by_an_empty_one() {
    let dir = tempfile::tempdir().unwrap();
    ledger_of(dir.path(), 5, "a");
    std::fs::remove_dir_all(dir.path().join("log")).unwrap();
    assert_eq!(open(dir.path()).err(), Some(LogCode::StoreMissing));
    assert!(!dir.path().join("log").exists());
}

#[test]
fn what_a_crash_left_of_founding_is_cleared_away() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("log.new")).unwrap();
    std::fs::write(dir.path().join("log.new/0.jnl"), "half").unwrap();
    assert_eq!(open(dir.path()).unwrap().head().size, 0);
    assert!(!dir.path().join("log.new").exists());
}

#[test]
fn a_forged_or_foreign_last_signed_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let note = ledger_of(dir.path(), 5, "a").to_string();
    let path = dir.path().join("last-signed");
    std::fs::write(&path, note.replacen("\n5\n", "\n4\n", 1)).unwrap();
    assert_eq!(open(dir.path()).err(), Some(LogCode::CheckpointSignature));
    let other = NoteSigner::new("doudi.example/ledger", &[8; 32]).unwrap();
    std::fs::write(&path, note).unwrap();
    let failure = Log::open(dir.path(), other.verifier()).err().unwrap();
    assert_eq!(failure.code(), LogCode::CheckpointSignature);
}

#[test]
fn a_second_program_finds_the_log_in_use() {
    let dir = tempfile::tempdir().unwrap();
    let _first = open(dir.path()).unwrap();
    assert_eq!(open(dir.path()).err(), Some(LogCode::Locked));
}

#[test]
fn an_entry_gone_from_the_middle_shows_when_it_is_read() {
    let dir = tempfile::tempdir().unwrap();
    ledger_of(dir.path(), 600, "a");
    meddle(dir.path(), "entries", |entries| entries.remove(100_u64.to_be_bytes()).unwrap());
    let log = open(dir.path()).unwrap();
    for failure in [
        log.scan(Seq(0), Seq(600)).find_map(Result::err).unwrap(),
        log.get(Seq(100)).unwrap_err(),
        log.full_read().unwrap_err(),
    ] {
        assert_eq!((failure.code(), failure.entry()), (LogCode::Gap, Some(Seq(100))));
    }
}

#[test]
fn an_entry_gone_or_added_at_an_end_shows_at_once() {
    let cases: [(u64, Option<&[u8]>, LogCode); 3] = [
        (0, None, LogCode::Gap),
        (599, None, LogCode::Gap),
        (600, Some(b"more"), LogCode::EdgeMismatch),
    ];
    for (number, entry, code) in cases {
        let dir = tempfile::tempdir().unwrap();
        ledger_of(dir.path(), 600, "a");
        meddle(dir.path(), "entries", |entries| match entry {
            Some(bytes) => entries.insert(number.to_be_bytes(), bytes).unwrap(),
            None => entries.remove(number.to_be_bytes()).unwrap(),
        });
        assert_eq!(open(dir.path()).err(), Some(code), "{number}");
    }
}

#[test]
fn a_changed_entry_shows_at_once_at_the_edge_and_by_a_full_read_elsewhere() {
    let dir = tempfile::tempdir().unwrap();
    let (one, twin) = (dir.path().join("one"), dir.path().join("twin"));
    drop(Log::create(&one, signer().verifier()).unwrap());
    ledger_of(&one, 600, "a");
    copy(&one, &twin);
    meddle(&one, "entries", |entries| entries.insert(599_u64.to_be_bytes(), "b").unwrap());
    assert_eq!(open(&one).err(), Some(LogCode::EdgeMismatch));
    meddle(&twin, "entries", |entries| entries.insert(300_u64.to_be_bytes(), "b").unwrap());
    let failure = open(&twin).unwrap().full_read().unwrap_err();
    assert_eq!((failure.code(), failure.entry()), (LogCode::EntryCorrupt, Some(Seq(256))));
}

#[test]
fn a_changed_node_or_id_shows_in_a_full_read() {
    let dir = tempfile::tempdir().unwrap();
    ledger_of(dir.path(), 600, "a");
    meddle(dir.path(), "ids", |ids| ids.insert([3; 32], 7_u64.to_be_bytes()).unwrap());
    let failure = open(dir.path()).unwrap().full_read().unwrap_err();
    assert_eq!((failure.code(), failure.entry()), (LogCode::EntryCorrupt, Some(Seq(7))));
    let node = [1, 0, 0, 0, 0, 0, 0, 0, 1];
    meddle(dir.path(), "nodes", |nodes| nodes.insert(node, [0; 32]).unwrap());
    assert_eq!(open(dir.path()).err(), Some(LogCode::EdgeMismatch));
}

#[test]
fn an_entry_changed_before_it_was_signed_is_never_signed() {
    let dir = tempfile::tempdir().unwrap();
    ledger_of(dir.path(), 200, "a");
    grow(&mut open(dir.path()).unwrap(), 600, "a");
    meddle(dir.path(), "entries", |entries| entries.insert(300_u64.to_be_bytes(), "b").unwrap());
    let mut log = open(dir.path()).unwrap();
    let before = std::fs::read(dir.path().join("last-signed")).unwrap();
    assert_eq!(log.checkpoint(&signer()).unwrap_err().code(), LogCode::EntryCorrupt);
    assert_eq!(std::fs::read(dir.path().join("last-signed")).unwrap(), before);
    let record = Record { bytes: b"x", id: None };
    assert_eq!(log.append(&log.head(), &[record]).unwrap_err().code(), LogCode::Poisoned);
}

#[test]
fn damage_anywhere_in_the_store_never_opens_as_less_than_was_signed() {
    let dir = tempfile::tempdir().unwrap();
    let whole = dir.path().join("whole");
    std::fs::create_dir(&whole).unwrap();
    ledger_of(&whole, 600, "a");
    let journal = whole.join("log/0.jnl");
    let bytes = std::fs::read(&journal).unwrap();
    let used = bytes.iter().rposition(|byte| *byte != 0).unwrap() + 1;
    for at in (0..used).step_by((used / 24).max(1)) {
        let twin = dir.path().join("twin");
        copy(&whole, &twin);
        let mut damaged = bytes.clone();
        let end = used.min(at + 512);
        damaged[at..end].fill(0);
        std::fs::write(twin.join("log/0.jnl"), damaged).unwrap();
        if let Ok(log) = open(&twin) {
            assert_eq!(log.full_read().unwrap().head.size, 600, "sector at {at}");
        }
        std::fs::remove_dir_all(&twin).unwrap();
    }
}
