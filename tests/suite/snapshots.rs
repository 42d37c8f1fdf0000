//! A snapshot makes an opening fast and changes nothing else: with it, without it, or with what is left of it, the books are
//! those of the entries.

use std::path::{Path, PathBuf};

use ledger::books::Books;
use ledger::engine::Engine;
use tests::given::disk::{self, handed_in};
use tests::given::{County, given};
use tests::program::copy_folder;

/// A county of several months on disk, with a snapshot taken in the middle of its history.
struct Kept {
    folder: tempfile::TempDir,
    county: County,
    /// How many entries the snapshot holds.
    size: u64,
}

impl Kept {
    fn new() -> Kept {
        let folder = tempfile::tempdir().unwrap();
        let county = given("issued");
        let acts = handed_in(&county);
        let mut engine = empty_engine(&folder.path().join("ledger"));
        let mut size = 0;
        for (n, (signed, lines)) in acts.iter().enumerate() {
            engine.accept(signed, lines).unwrap();
            if n == acts.len() * 2 / 3 {
                engine.keep_snapshot().unwrap();
                size = engine.books().height;
            }
        }
        assert!(size > 0 && size < engine.books().height);
        Kept { folder, county, size }
    }

    fn ledger(&self) -> PathBuf {
        self.folder.path().join("ledger")
    }

    fn books(&self) -> &Books {
        &self.county.ledger.books
    }

    fn snapshot(&self) -> PathBuf {
        snapshot_in(&self.ledger(), self.size)
    }
}

fn empty_engine(dir: &Path) -> Engine {
    std::fs::create_dir_all(dir).unwrap();
    disk::empty_engine(dir)
}

fn snapshot_in(ledger: &Path, size: u64) -> PathBuf {
    ledger.join(format!("snapshots/{size:020}.books"))
}

/// How many entries the opening took from a snapshot; the books are those of the entries whatever that is.
fn opened(ledger: &Path, books: &Books) -> u64 {
    let engine = empty_engine(ledger);
    assert!(engine.books() == books, "books of {}", ledger.display());
    engine.newest_snapshot()
}

#[test]
fn an_opening_folds_what_came_since_the_snapshot_and_gives_the_same_books() {
    let kept = Kept::new();
    assert_eq!(opened(&kept.ledger(), kept.books()), kept.size);
    std::fs::remove_dir_all(kept.ledger().join("snapshots")).unwrap();
    assert_eq!(opened(&kept.ledger(), kept.books()), 0);
}

#[test]
fn a_damaged_snapshot_is_as_good_as_none() {
    let kept = Kept::new();
    let whole = std::fs::read(kept.snapshot()).unwrap();
    let first_line = whole.iter().position(|byte| *byte == b'\n').unwrap();
    let places = (0..first_line).step_by(7).chain((first_line..whole.len()).step_by(613));
    let mut used = 0;
    for place in places {
        let mut struck = whole.clone();
        struck[place] ^= 0x10;
        std::fs::write(kept.snapshot(), struck).unwrap();
        used += u64::from(opened(&kept.ledger(), kept.books()) > 0);
    }
    assert_eq!(used, 0, "a damaged snapshot was used");
    for length in [0, first_line, first_line + 1, whole.len() / 2, whole.len() - 1] {
        std::fs::write(kept.snapshot(), &whole[..length]).unwrap();
        assert_eq!(opened(&kept.ledger(), kept.books()), 0, "cut to {length} bytes");
    }
    std::fs::write(kept.snapshot(), &whole).unwrap();
    assert_eq!(opened(&kept.ledger(), kept.books()), kept.size);
}

#[test]
fn a_snapshot_of_another_history_is_not_used() {
    let kept = Kept::new();
    // A ledger of the same name and as many entries, in which one act was another.
    let other = kept.folder.path().join("other");
    let county = given("drawn");
    let mut engine = empty_engine(&other);
    for (signed, lines) in handed_in(&county) {
        engine.accept(&signed, &lines).unwrap();
    }
    drop(engine);
    let header = std::fs::read(kept.snapshot()).unwrap();
    let height = county.ledger.books.height;
    let (from, to) = (format!("\"size\":{}", kept.size), format!("\"size\":{height}"));
    let line = header.iter().position(|byte| *byte == b'\n').unwrap();
    let text = String::from_utf8(header[..line].to_vec()).unwrap().replace(&from, &to);
    std::fs::create_dir_all(other.join("snapshots")).unwrap();
    let forged = [text.as_bytes(), &header[line..]].concat();
    std::fs::write(snapshot_in(&other, height), forged).unwrap();
    assert_eq!(opened(&other, &county.ledger.books), 0);
}

#[test]
fn a_log_that_is_shorter_than_the_snapshot_is_read_from_its_entries() {
    let kept = Kept::new();
    let (older, mut engine) = (kept.folder.path().join("older"), None::<Engine>);
    let acts = handed_in(&kept.county);
    for (signed, lines) in acts.iter().take(acts.len() / 2) {
        let engine = engine.get_or_insert_with(|| empty_engine(&older));
        engine.accept(signed, lines).unwrap();
    }
    let before = engine.take().unwrap().books().clone();
    copy_folder(&kept.ledger().join("snapshots"), &older.join("snapshots"));
    assert_eq!(opened(&older, &before), 0);
}

#[test]
fn of_many_snapshots_the_two_newest_stay() {
    let kept = Kept::new();
    for _ in 0..3 {
        let mut engine = empty_engine(&kept.ledger());
        engine.keep_snapshot().unwrap();
        let signed = engine.checkpoint(&County::log_signer()).unwrap();
        assert!(!signed.to_string().is_empty());
    }
    let names = std::fs::read_dir(kept.ledger().join("snapshots")).unwrap();
    let mut names: Vec<_> =
        names.map(|item| item.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    let height = kept.books().height;
    assert_eq!(names, [kept.size, height].map(|size| format!("{size:020}.books")));
}

#[test]
fn a_snapshot_of_more_than_the_log_has_does_not_push_out_the_one_that_fits() {
    let kept = Kept::new();
    // Left over from entries that a repair gave up.
    for beyond in [1, 2, 3] {
        let size = kept.books().height + beyond;
        std::fs::copy(kept.snapshot(), snapshot_in(&kept.ledger(), size)).unwrap();
    }
    empty_engine(&kept.ledger()).keep_snapshot().unwrap();
    assert_eq!(opened(&kept.ledger(), kept.books()), kept.books().height);
}

#[test]
fn a_store_that_lost_entries_is_not_opened_by_way_of_a_snapshot() {
    let kept = Kept::new();
    // What fjall does after a damaged sector: entries from the middle are gone without a word.
    let database = fjall::Database::builder(kept.ledger().join("log")).open().unwrap();
    let entries = database.keyspace("entries", fjall::KeyspaceCreateOptions::default).unwrap();
    entries.remove((kept.size / 2).to_be_bytes()).unwrap();
    database.persist(fjall::PersistMode::SyncAll).unwrap();
    entries.rotate_memtable_and_wait().unwrap();
    entries.major_compact().unwrap();
    drop((entries, database));
    let refused = Engine::open(&kept.ledger(), County::log_signer().verifier()).err().unwrap();
    assert!(refused.to_string().contains(&format!("缺第 {} 条", kept.size / 2)), "{refused}");
}
