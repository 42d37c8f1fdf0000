use std::cell::{Cell, RefCell};
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{Mark, PieceLimit};
use crate::ids::Seq;
use crate::log::{
    EntryInput, EntrySource as _, Head, InputEntry, Log, LogCode, LogFailure, NoteSigner, Record,
    root_of_entries,
};

/// Pieces of three entries: every few lines is a boundary.
const PIECE: usize = 3;

fn signer() -> NoteSigner {
    NoteSigner::new("doudi.example/ledger", &[7; 32]).unwrap()
}

fn open(dir: &Path) -> Log {
    let mut log = Log::open(dir, signer().verifier()).unwrap();
    log.piece_limit = PieceLimit { entries: PIECE, bytes: usize::MAX };
    log
}

/// A ledger of 254 entries under a checkpoint: the next large act makes nodes whole.
fn begun(dir: &Path) -> Log {
    let mut log = open(dir);
    let entries: Vec<_> = (0..254_u32).map(|n| format!("{{\"n\":{n}}}").into_bytes()).collect();
    let records: Vec<_> = entries.iter().map(|bytes| Record { bytes, id: None }).collect();
    log.append(&log.head(), &records).unwrap();
    log.checkpoint(&signer()).unwrap();
    log
}

fn lines(count: u32, of: &str) -> Vec<Vec<u8>> {
    (1..=count).map(|n| format!("{{\"line\":\"{of}\",\"n\":{n}}}").into_bytes()).collect()
}

fn act(name: &str) -> (Vec<u8>, [u8; 32]) {
    let mut id = [0; 32];
    id[..name.len()].copy_from_slice(name.as_bytes());
    (format!("{{\"act\":\"{name}\"}}").into_bytes(), id)
}

fn append(
    log: &mut Log,
    name: &str,
    input: &dyn EntryInput,
    all: &[Vec<u8>],
) -> Result<Head, LogFailure> {
    let (bytes, id) = act(name);
    let root = root_of_entries(all.iter().map(Vec::as_slice));
    log.append_large(&log.head(), Record { bytes: &bytes, id: Some(id) }, input, &root)
}

fn copied(from: &Path) -> TempDir {
    fn copy(from: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap().path();
            let place = to.join(entry.file_name().unwrap());
            if entry.is_dir() {
                copy(&entry, &place);
            } else {
                assert!(fs::copy(&entry, &place).is_ok());
            }
        }
    }
    let to = tempfile::tempdir().unwrap();
    copy(from, to.path());
    to
}

/// Lines during whose walk the ledger's folder is copied before each line: what a crash at that moment would leave.
struct Watched<'a> {
    lines: &'a [Vec<u8>],
    dir: PathBuf,
    copies: RefCell<Vec<TempDir>>,
}

impl EntryInput for Watched<'_> {
    fn walk(&self) -> Box<dyn Iterator<Item = InputEntry<'_>> + '_> {
        Box::new(self.lines.iter().map(|line| {
            self.copies.borrow_mut().push(copied(&self.dir));
            Ok(line.into())
        }))
    }
}

/// Lines of which the reading fails after some, and which counts how many it gave.
struct Torn<'a> {
    lines: &'a [Vec<u8>],
    after: usize,
    given: Cell<usize>,
}

impl EntryInput for Torn<'_> {
    fn walk(&self) -> Box<dyn Iterator<Item = InputEntry<'_>> + '_> {
        let torn = || LogFailure::new(LogCode::Io, "torn");
        Box::new(self.lines.iter().enumerate().map(move |(place, line)| {
            self.given.set(place);
            if place == self.after { Err(torn()) } else { Ok(line.into()) }
        }))
    }
}

/// Lines of which the reading breaks one of its own laws.
struct Broken<'a>(&'a [Vec<u8>]);

impl EntryInput for Broken<'_> {
    fn walk(&self) -> Box<dyn Iterator<Item = InputEntry<'_>> + '_> {
        let last = || -> InputEntry<'_> { unreachable!("broken") };
        Box::new(self.0.iter().map(|line| Ok(line.into())).chain(std::iter::once_with(last)))
    }
}

fn everything(log: &Log) -> Vec<Vec<u8>> {
    log.entries().map(|entry| entry.unwrap().1).collect()
}

/// The log as it is without staging: one batch.
fn at_once(parts: &[(&str, &[Vec<u8>])]) -> (Vec<Vec<u8>>, Head) {
    let dir = tempfile::tempdir().unwrap();
    let mut log = begun(dir.path());
    for (name, lines) in parts {
        let (bytes, id) = act(name);
        let mut records = vec![Record { bytes: &bytes, id: Some(id) }];
        records.extend(lines.iter().map(|bytes| Record { bytes, id: None }));
        log.append(&log.head(), &records).unwrap();
    }
    (everything(&log), log.head())
}

/// No way of reading shows anything at or beyond the head.
fn shows_only(log: &Log, size: u64) {
    assert_eq!((log.head().size, log.size()), (size, size));
    assert_eq!(everything(log).len() as u64, size);
    assert_eq!(log.get(Seq(size)).unwrap(), None);
    let beyond: Vec<_> = log.scan(Seq(size), Seq(size + 2)).collect();
    assert_eq!(beyond.len(), 1);
    assert_eq!(beyond[0].as_ref().unwrap_err().code(), LogCode::Gap);
    let across: Vec<_> = log.scan(Seq(size - 1), Seq(size + 1)).collect();
    assert!(across[0].is_ok() && across[1].is_err() && across.len() == 2);
    assert_eq!(log.root_at(size + 1).unwrap_err().code(), LogCode::Gap);
    assert!(log.inclusion_proof(Seq(size), size + 1).is_err());
    assert_eq!(log.find(&act("big").1).unwrap(), None);
    assert_eq!(log.full_read().unwrap().head, log.head());
    let reader = log.reader();
    assert_eq!(reader.get(Seq(size)).unwrap(), None);
    assert!(reader.scan(Seq(size), Seq(size + 1)).is_err());
    assert_eq!(reader.node(0, size).unwrap_err().code(), LogCode::Gap);
    assert_eq!(reader.node(1, 0).unwrap_err().code(), LogCode::Gap);
}

#[test]
fn a_large_act_makes_the_same_log_as_one_batch() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = begun(dir.path());
    let lines = lines(20, "big");
    append(&mut log, "big", &lines, &lines).unwrap();
    assert_eq!((everything(&log), log.head()), at_once(&[("big", &lines)]));
    assert_eq!(log.find(&act("big").1).unwrap(), Some(Seq(254)));
    assert_eq!(log.full_read().unwrap().nodes, 1);
    let note = log.checkpoint(&signer()).unwrap();
    drop(log);
    let log = open(dir.path());
    assert_eq!((log.newest_checkpoint(), log.staged(), log.mark), (Some(&note), 0, None));
    let (bytes, id) = act("big");
    let mut log = log;
    let again = Record { bytes: &bytes, id: Some(id) };
    let again = log.append_large(&log.head(), again, &lines, &log.head().root);
    assert_eq!(again.unwrap_err().code(), LogCode::IdRepeated);
}

#[test]
fn a_crash_at_any_boundary_leaves_nothing_to_see_and_the_same_act_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = begun(dir.path());
    let lines = lines(20, "big");
    let (path, copies) = (dir.path().to_owned(), RefCell::default());
    let watched = Watched { lines: &lines, dir: path, copies };
    append(&mut log, "big", &watched, &lines).unwrap();
    let expected = at_once(&[("big", &lines)]);
    let piece = PIECE as u64;
    let mut kept_up = 0;
    for (crash, taken) in watched.copies.take().into_iter().zip(1..) {
        let mut log = open(crash.path());
        // The act and its 20 lines in pieces of three; a copy before each line. A piece is on disk, or being written to it.
        let (staged, made) = (log.staged(), taken / piece * piece);
        assert!(staged == made || staged + piece == made, "{staged} of {taken} taken");
        kept_up += u32::from(staged == made && made > 0);
        shows_only(&log, 254);
        assert_eq!(log.checkpoint(&signer()).unwrap(), log.newest_checkpoint().unwrap().clone());
        let audit = copied(crash.path());
        shows_only(&Log::open_for_audit(audit.path(), signer().verifier()).unwrap(), 254);
        append(&mut log, "big", &lines, &lines).unwrap();
        assert_eq!(
            (everything(&log), log.head(), log.mark),
            (expected.0.clone(), expected.1, None)
        );
        log.checkpoint(&signer()).unwrap();
        assert_eq!(log.full_read().unwrap().ids, 1);
    }
    assert!(kept_up > 0, "a piece is written while the next is made, and not with it");
}

#[test]
fn a_walk_that_panics_leaves_the_log_poisoned_and_waits_for_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = begun(dir.path());
    let lines = lines(20, "big");
    let broken = AssertUnwindSafe(|| append(&mut log, "big", &Broken(&lines), &lines).map(drop));
    assert!(catch_unwind(broken).is_err());
    assert_eq!(append(&mut log, "big", &lines, &lines).unwrap_err().code(), LogCode::Poisoned);
    drop(log);
    let mut log = open(dir.path());
    assert_eq!(log.staged(), 21, "what was made before is written, beyond the head");
    shows_only(&log, 254);
    append(&mut log, "big", &lines, &lines).unwrap();
    assert_eq!((everything(&log), log.head()), at_once(&[("big", &lines)]));
}

#[test]
fn what_was_staged_is_compared_and_not_written_again() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = begun(dir.path());
    let lines = lines(20, "big");
    let torn = Torn { lines: &lines, after: 13, given: Cell::new(0) };
    assert_eq!(append(&mut log, "big", &torn, &lines).unwrap_err().code(), LogCode::Io);
    assert_eq!((log.staged(), torn.given.get()), (12, 13));
    shows_only(&log, 254);
    // Were the twelve written again in pieces, the mark would have counted up from three.
    log.piece_limit.entries = 8;
    let torn = Torn { lines: &lines, after: 18, given: Cell::new(0) };
    append(&mut log, "big", &torn, &lines).unwrap_err();
    assert_eq!((log.staged(), torn.given.get()), (12, 18));
    append(&mut log, "big", &lines, &lines).unwrap();
    assert_eq!((everything(&log), log.head()), at_once(&[("big", &lines)]));
}

#[test]
fn another_act_after_a_crash_writes_over_the_leftovers_and_they_never_surface() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = begun(dir.path());
    let big = lines(20, "big");
    let torn = Torn { lines: &big, after: 19, given: Cell::new(0) };
    append(&mut log, "big", &torn, &big).unwrap_err();
    assert_eq!(log.staged(), 18);
    drop(log);
    // Larger, and stopped too: what is kept of the first is told from what is not.
    let mut log = open(dir.path());
    let other = lines(11, "other");
    let torn = Torn { lines: &other, after: 9, given: Cell::new(0) };
    append(&mut log, "other", &torn, &other).unwrap_err();
    assert_eq!(log.mark.unwrap(), Mark { id: act("other").1, first: 254, count: 9, reach: 272 });
    shows_only(&log, 254);
    append(&mut log, "other", &other, &other).unwrap();
    let expected = at_once(&[("other", &other)]);
    assert_eq!((everything(&log), log.head()), expected);
    assert_eq!((log.staged(), log.mark.unwrap().reach), (0, 272), "six leftovers are known");
    assert_eq!(log.full_read().unwrap().nodes, 1);
    drop(log);
    let mut log = open(dir.path());
    log.checkpoint(&signer()).unwrap();
    let (bytes, id) = act("small");
    for place in log.head().size..272 {
        assert!(log.mark.is_some());
        let id = Some(id).filter(|_| place == 266);
        log.append(&log.head(), &[Record { bytes: &bytes, id }]).unwrap();
        drop(log);
        log = open(dir.path());
    }
    assert_eq!(log.mark, None, "the head has passed them");
    append(&mut log, "big", &big, &big).unwrap();
    log.checkpoint(&signer()).unwrap();
    assert_eq!(log.full_read().unwrap().ids, 3);
}

#[test]
fn lines_that_changed_between_the_walks_are_not_taken_and_the_log_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = begun(dir.path());
    let (lines, mut other) = (lines(20, "big"), lines(20, "big"));
    other[19] = b"{\"line\":\"more money\"}".to_vec();
    assert_eq!(append(&mut log, "big", &other, &lines).unwrap_err().code(), LogCode::InputChanged);
    shows_only(&log, 254);
    append(&mut log, "big", &lines, &lines).unwrap();
    assert_eq!((everything(&log), log.head()), at_once(&[("big", &lines)]));
}

#[test]
fn a_leftover_that_is_damaged_is_written_anew() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = begun(dir.path());
    let lines = lines(20, "big");
    let torn = Torn { lines: &lines, after: 19, given: Cell::new(0) };
    append(&mut log, "big", &torn, &lines).unwrap_err();
    let (mark, head) = (log.mark.unwrap(), log.head());
    let damage = crate::log::store::Commit {
        first: 260,
        entries: vec![b"damage"],
        ids: Vec::new(),
        nodes: Vec::new(),
        seal: crate::log::store::Seal::Staged(mark),
    };
    log.store.commit(&damage).unwrap();
    drop(log);
    let mut log = open(dir.path());
    assert_eq!(log.head(), head);
    append(&mut log, "big", &lines, &lines).unwrap();
    assert_eq!((everything(&log), log.head()), at_once(&[("big", &lines)]));
    log.full_read().unwrap();
}

#[test]
fn entries_beyond_the_head_without_a_mark_or_beyond_it_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = begun(dir.path());
    let lines = lines(20, "big");
    let torn = Torn { lines: &lines, after: 19, given: Cell::new(0) };
    append(&mut log, "big", &torn, &lines).unwrap_err();
    let mark = log.mark.unwrap();
    for reach in [271, 254, 0] {
        let commit = crate::log::store::Commit {
            first: 254,
            entries: Vec::new(),
            ids: Vec::new(),
            nodes: Vec::new(),
            seal: crate::log::store::Seal::Staged(Mark { reach, ..mark }),
        };
        log.store.commit(&commit).unwrap();
        drop(log);
        let refused = Log::open(dir.path(), signer().verifier()).err().unwrap();
        assert_eq!(refused.code(), LogCode::EdgeMismatch, "reach {reach}");
        let store = crate::log::store::Store::open(&dir.path().join("log")).unwrap();
        let whole =
            crate::log::store::Commit { seal: crate::log::store::Seal::Staged(mark), ..commit };
        store.commit(&whole).unwrap();
        drop(store);
        log = open(dir.path());
    }
}

#[test]
fn a_mark_reads_back_and_a_shorter_or_longer_one_is_refused() {
    let mark = Mark { id: [7; 32], first: 254, count: 18, reach: u64::MAX };
    let bytes = mark.encode();
    assert_eq!(Mark::decode(&bytes), Some(mark));
    assert_eq!(Mark::decode(&bytes[1..]), None);
    assert_eq!(Mark::decode(&[bytes.as_slice(), &[0]].concat()), None);
}
