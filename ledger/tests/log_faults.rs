//! A disk that refuses in the middle of a write: the log stops, and what it promised is still there.

#![cfg(test)]
#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::Command;

use ledger::ids::Seq;
use ledger::log::{Log, LogCode, NoteSigner, Record, leaf_hash, root_of_entries};

const DIR: &str = "DOUDI_TEST_FAULT_DIR";
const AT_ONCE: &str = "after_a_failed_write_nothing_more_is_written_and_nothing_promised_is_lost";
const IN_PIECES: &str =
    "after_a_piece_that_failed_no_other_is_written_and_the_same_act_goes_on_later";

/// fjall lays out 64 MiB for a journal; so much more has room.
const ONE_BATCH: u64 = 1 << 20;
const SEVEN_PIECES: u64 = 64 << 10;

fn open(dir: &Path) -> Log {
    let signer = NoteSigner::new("doudi.example/ledger", &[7; 32]).unwrap();
    Log::open(dir, signer.verifier()).unwrap()
}

/// Bytes that do not compress, so that they reach the disk in full length.
fn noise(number: u32) -> Vec<u8> {
    (0..2047_u32)
        .flat_map(|block| leaf_hash(&[number, block].map(u32::to_be_bytes).concat()).0)
        .collect()
}

/// Runs a test of this file where no file can be larger than a journal as it is laid out, and some bytes more.
fn on_a_small_disk(test: &str, dir: &Path, more: u64) {
    let blocks = ((64 << 20) + more) / 512;
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" --exact \"$1\"");
    let run = Command::new("sh")
        .args(["-c", &script])
        .arg(std::env::current_exe().unwrap())
        .arg(test)
        .env(DIR, dir)
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stdout));
}

/// The part that runs under a limit on the size of files, which makes the journal's writes fail.
fn write_until_the_disk_refuses(dir: &Path) {
    let mut log = open(dir);
    let promised = log.append(&log.head(), &[Record { bytes: b"promised", id: None }]).unwrap();
    let entries: Vec<_> = (0..1200).map(noise).collect();
    let records: Vec<_> = entries.iter().map(|bytes| Record { bytes, id: None }).collect();
    assert_eq!(log.append(&promised, &records).unwrap_err().code(), LogCode::Io);
    let late = [Record { bytes: b"late", id: None }];
    assert_eq!(log.append(&promised, &late).unwrap_err().code(), LogCode::Poisoned);
    assert_eq!(log.head(), promised);
}

#[test]
fn after_a_failed_write_nothing_more_is_written_and_nothing_promised_is_lost() {
    if let Some(dir) = std::env::var_os(DIR) {
        return write_until_the_disk_refuses(Path::new(&dir));
    }
    let dir = tempfile::tempdir().unwrap();
    on_a_small_disk(AT_ONCE, dir.path(), ONE_BATCH);
    let mut log = open(dir.path());
    assert_eq!(log.head().size, 1);
    assert_eq!(log.append(&log.head(), &[Record { bytes: b"again", id: None }]).unwrap().size, 2);
    assert_eq!(log.full_read().unwrap().head, log.head());
}

/// An act and lines of noise, in more pieces than the small disk has room for.
fn large() -> (Record<'static>, Vec<Vec<u8>>) {
    (Record { bytes: b"large", id: Some([7; 32]) }, (0..1200).map(noise).collect())
}

fn stage_until_the_disk_refuses(dir: &Path) {
    let mut log = open(dir);
    let promised = log.append(&log.head(), &[Record { bytes: b"promised", id: None }]).unwrap();
    let (act, lines) = large();
    let root = root_of_entries(lines.iter().map(Vec::as_slice));
    let refused = log.append_large(&promised, act, &lines, &root).unwrap_err();
    assert_eq!(refused.code(), LogCode::Io, "the disk's own words, not what followed from them");
    let late = [Record { bytes: b"late", id: None }];
    assert_eq!(log.append(&promised, &late).unwrap_err().code(), LogCode::Poisoned);
    assert_eq!(log.head(), promised);
}

#[test]
fn after_a_piece_that_failed_no_other_is_written_and_the_same_act_goes_on_later() {
    if let Some(dir) = std::env::var_os(DIR) {
        return stage_until_the_disk_refuses(Path::new(&dir));
    }
    let dir = tempfile::tempdir().unwrap();
    on_a_small_disk(IN_PIECES, dir.path(), SEVEN_PIECES);
    let mut log = open(dir.path());
    // Eight MiB are 129 such lines, in the first piece beside the act; the disk had room for seven pieces.
    assert_eq!((log.head().size, log.staged()), (1, 1 + 7 * 129));
    let (act, lines) = large();
    let root = root_of_entries(lines.iter().map(Vec::as_slice));
    let head = log.append_large(&log.head(), act, &lines, &root).unwrap();
    assert_eq!((head.size, log.find(&[7; 32]).unwrap()), (1202, Some(Seq(1))));
    assert_eq!(log.full_read().unwrap().head, head);
}
