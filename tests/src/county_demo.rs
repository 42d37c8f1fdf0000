//! The demo ledger, played once per build of the program and copied for every test that changes it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};

use crate::program::{Program, copy_folder};

/// The demo ledger of this build. Do not change it: take a [`copy`].
///
/// # Panics
/// If the demo fails.
#[must_use]
pub fn played(program: &Program) -> PathBuf {
    let bytes = fs::read(program.path()).expect("the program is a readable file");
    let build = hex::encode(Sha256::digest(&bytes));
    let root = program.path().parent().expect("the program lies in a folder").join("demo-ledgers");
    fs::create_dir_all(&root).expect("a folder can be made");
    let place = root.join(build.get(..16).expect("a digest is longer"));
    if place.join("played").exists() {
        return place.join("ledger");
    }
    // Tests run as processes of their own: the first one plays, the others wait for it.
    let turn = File::create(root.join("turn")).expect("a file can be made");
    turn.lock().expect("the lock is free or comes free");
    if !place.join("played").exists() {
        // Those of earlier builds too: one is forty megabytes.
        for old in fs::read_dir(&root).expect("a folder of ours").flatten() {
            if old.path().is_dir() {
                drop(fs::remove_dir_all(old.path()));
            }
        }
        fs::create_dir_all(&place).expect("a folder can be made");
        play(program, &place);
        fs::write(place.join("played"), b"").expect("a file can be written");
    }
    place.join("ledger")
}

fn play(program: &Program, place: &Path) {
    let (ledger, acknowledged) = (place.join("ledger"), place.join("acknowledged"));
    let arguments = ["demo".as_ref(), "--dir".as_ref(), ledger.as_os_str()];
    let arguments = [&arguments[..], &["--acks".as_ref(), acknowledged.as_os_str()]].concat();
    let start = Instant::now();
    let ended = program.run_within(Duration::from_mins(5), arguments);
    let took_ms = start.elapsed().as_millis();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    fs::write(place.join("story.txt"), &ended.out).expect("a file can be written");
    let watched = format!("{} {took_ms}", ended.peak_kb);
    fs::write(place.join("watched"), watched).expect("a file can be written");
}

/// What was seen of the demo while it was played: the most memory it held, in kilobytes, and how long it took.
///
/// # Panics
/// If it was not played.
#[must_use]
pub fn watched(ledger: &Path) -> (u64, Duration) {
    let path = ledger.parent().expect("the ledger lies in a folder").join("watched");
    let text = fs::read_to_string(path).expect("it was watched");
    let (peak_kb, took_ms) = text.split_once(' ').expect("two numbers");
    let number = |text: &str| text.parse::<u64>().expect("two numbers");
    (number(peak_kb), Duration::from_millis(number(took_ms)))
}

/// The ids of the acts that it acknowledged, in order.
///
/// # Panics
/// If it was not played.
#[must_use]
pub fn acknowledged(ledger: &Path) -> Vec<String> {
    let path = ledger.parent().expect("the ledger lies in a folder").join("acknowledged");
    let text = fs::read_to_string(path).expect("the demo wrote them");
    text.lines().map(str::to_owned).collect()
}

/// What the demo said while it was played.
///
/// # Panics
/// If it was not played.
#[must_use]
pub fn story(ledger: &Path) -> String {
    let path = ledger.parent().expect("the ledger lies in a folder").join("story.txt");
    fs::read_to_string(path).expect("the story was kept")
}

/// A copy that a test may change, in a folder that is removed with it.
///
/// # Panics
/// If the disk fails.
#[must_use]
pub fn copy(program: &Program) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let ledger = folder.path().join("ledger");
    copy_folder(&played(program), &ledger);
    (folder, ledger)
}
