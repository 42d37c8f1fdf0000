//! The export as tiles: read back it is the same log, and no change to it passes.

#![cfg(test)]

use std::path::Path;

use ledger::log::{
    EntrySource, Log, LogCode, NoteSigner, Record, TileFolder, export_tiles, leaf_hash,
};

fn signer() -> NoteSigner {
    NoteSigner::new("doudi.example/ledger", &[7; 32]).unwrap()
}

fn log_of(dir: &Path, size: u64) -> Log {
    std::fs::create_dir_all(dir).unwrap();
    let mut log = Log::open(dir, signer().verifier()).unwrap();
    let entries: Vec<_> =
        (log.head().size..size).map(|n| format!("entry {n}").into_bytes()).collect();
    let records: Vec<_> = entries.iter().map(|bytes| Record { bytes, id: None }).collect();
    log.append(&log.head(), &records).unwrap();
    log.checkpoint(&signer()).unwrap();
    log
}

fn folder(path: &Path) -> TileFolder {
    TileFolder::open(path, signer().verifier()).unwrap()
}

#[test]
fn an_export_read_back_has_the_same_entries_and_root() {
    let dir = tempfile::tempdir().unwrap();
    for (size, files) in [(1, 3), (255, 3), (256, 4), (257, 6), (66_000, 258 + 258 + 2 + 1 + 1)] {
        let log = log_of(&dir.path().join("ledger"), size);
        let out = dir.path().join(format!("out-{size}"));
        let exported = export_tiles(&log, &out).unwrap();
        assert_eq!((exported.head, exported.files), (log.head(), files), "{size}");
        let folder = folder(&out);
        assert_eq!(folder.full_read(), Ok(log.head()));
        assert_eq!(folder.size(), size);
        assert_eq!(folder.newest_checkpoint(), log.newest_checkpoint());
        assert!(folder.entries().map(Result::unwrap).eq(log.entries().map(Result::unwrap)));
    }
}

#[test]
fn the_files_stand_where_the_format_says() {
    let dir = tempfile::tempdir().unwrap();
    let log = log_of(&dir.path().join("ledger"), 600);
    let out = dir.path().join("out");
    export_tiles(&log, &out).unwrap();
    let read = |path: &str| std::fs::read(out.join(path)).unwrap();
    assert_eq!(read("checkpoint"), log.newest_checkpoint().unwrap().to_string().into_bytes());
    assert!(read("tile/entries/000").starts_with(b"\0\x07entry 0\0\x07entry 1"));
    assert!(read("tile/entries/002.p/88").starts_with(b"\0\x09entry 512"));
    assert!(read("tile/0/001").starts_with(&leaf_hash(b"entry 256").0));
    assert_eq!(read("tile/0/002.p/88").len(), 88 * 32);
    assert_eq!(read("tile/1/000.p/2").len(), 2 * 32);
    assert!(!out.join("tile/2").exists());
}

#[test]
fn an_earlier_export_of_the_same_log_is_brought_up_to_date_and_nothing_else_is_touched() {
    let dir = tempfile::tempdir().unwrap();
    let (ledger, out) = (dir.path().join("ledger"), dir.path().join("out"));
    export_tiles(&log_of(&ledger, 300), &out).unwrap();
    let log = log_of(&ledger, 700);
    export_tiles(&log, &out).unwrap();
    assert_eq!(folder(&out).full_read(), Ok(log.head()));

    let other = log_of(&dir.path().join("other"), 900);
    std::fs::remove_file(out.join("checkpoint")).unwrap();
    assert_eq!(export_tiles(&other, &out).unwrap_err().code(), LogCode::ExportOccupied);
}

#[test]
fn without_a_checkpoint_there_is_nothing_to_export() {
    let dir = tempfile::tempdir().unwrap();
    let log = Log::open(dir.path(), signer().verifier()).unwrap();
    let out = dir.path().join("out");
    assert_eq!(export_tiles(&log, &out).unwrap_err().code(), LogCode::NothingSigned);
    assert!(!out.exists());
}

#[test]
fn every_changed_missing_or_added_byte_of_an_export_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    export_tiles(&log_of(&dir.path().join("ledger"), 300), &out).unwrap();
    let spoiled = |path: &str, change: &dyn Fn(&mut Vec<u8>)| {
        let path = out.join(path);
        let whole = std::fs::read(&path).unwrap();
        let mut bytes = whole.clone();
        change(&mut bytes);
        std::fs::write(&path, bytes).unwrap();
        let code = folder(&out).full_read().unwrap_err().code();
        std::fs::write(&path, whole).unwrap();
        code
    };
    // The first byte of the first entry: the hash tile beside it no longer fits.
    assert_eq!(spoiled("tile/entries/000", &|bytes| bytes[2] ^= 1), LogCode::TileMalformed);
    assert_eq!(spoiled("tile/entries/001.p/44", &|bytes| bytes.push(0)), LogCode::TileMalformed);
    assert_eq!(spoiled("tile/entries/000", &|bytes| bytes.truncate(9)), LogCode::TileMalformed);
    assert_eq!(spoiled("tile/0/000", &|bytes| bytes[40] ^= 1), LogCode::TileMalformed);
    assert_eq!(spoiled("tile/1/000.p/1", &|bytes| bytes.clear()), LogCode::TileMalformed);
    std::fs::remove_file(out.join("tile/0/001.p/44")).unwrap();
    assert_eq!(folder(&out).full_read().unwrap_err().code(), LogCode::TileMissing);
}

#[test]
fn an_export_forged_as_a_whole_does_not_have_the_signed_root() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    export_tiles(&log_of(&dir.path().join("ledger"), 2), &out).unwrap();
    std::fs::write(out.join("tile/entries/000.p/2"), b"\0\x01a\0\x01b").unwrap();
    let hashes = [leaf_hash(b"a").0, leaf_hash(b"b").0].concat();
    std::fs::write(out.join("tile/0/000.p/2"), hashes).unwrap();
    assert_eq!(folder(&out).full_read().unwrap_err().code(), LogCode::RootMismatch);
}
