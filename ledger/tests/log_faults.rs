//! A disk that refuses in the middle of a write: the log stops, and what it promised is still there.

#![cfg(test)]
#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::Command;

use ledger::ids::Seq;
use ledger::log::{Head, Log, LogCode, LogFailure, NoteSigner, Record, leaf_hash, root_of_entries};

const DIR: &str = "DOUDI_TEST_FAULT_DIR";
const THIS: &str = "after_a_failed_write_nothing_more_is_written_and_nothing_promised_is_lost";

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

/// Runs a test of this file where no file can be larger than 65 MiB: fjall lays out 64 MiB for a journal.
fn on_a_small_disk(test: &str, dir: &Path) {
    let script = "trap '' XFSZ; ulimit -f 133120; exec \"$0\" --exact \"$1\"";
    let run = Command::new("sh")
        .args(["-c", script])
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
    on_a_small_disk(THIS, dir.path());
    let mut log = open(dir.path());
    assert_eq!(log.head().size, 1);
    assert_eq!(log.append(&log.head(), &[Record { bytes: b"again", id: None }]).unwrap().size, 2);
    assert_eq!(log.full_read().unwrap().head, log.head());
}

/// An act and 1,200 lines of noise: 75 MiB, ten pieces.
fn large(log: &mut Log) -> Result<Head, LogFailure> {
    let lines: Vec<_> = (0..1200).map(noise).collect();
    let root = root_of_entries(lines.iter().map(Vec::as_slice));
    let act = Record { bytes: b"large", id: Some([1; 32]) };
    log.append_large(&log.head(), act, &lines, &root)
}

#[test]
fn a_disk_that_fills_while_a_large_act_is_staged_leaves_nothing_of_it_in_the_log() {
    if let Some(dir) = std::env::var_os(DIR) {
        let mut log = open(Path::new(&dir));
        log.append(&log.head(), &[Record { bytes: b"promised", id: None }]).unwrap();
        assert_eq!(large(&mut log).unwrap_err().code(), LogCode::Io);
        assert_eq!(large(&mut log).unwrap_err().code(), LogCode::Poisoned);
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let this = "a_disk_that_fills_while_a_large_act_is_staged_leaves_nothing_of_it_in_the_log";
    on_a_small_disk(this, dir.path());
    let mut log = open(dir.path());
    assert_eq!(log.head().size, 1);
    assert!(log.staged() > 0, "some pieces were written");
    let seen: Vec<_> = log.scan(Seq(0), Seq(2)).map(|entry| entry.is_ok()).collect();
    assert_eq!(seen, [true, false]);
    assert_eq!(log.full_read().unwrap().head, log.head());
    assert_eq!(large(&mut log).unwrap().size, 1202);
    assert_eq!(log.full_read().unwrap().ids, 1);
}
