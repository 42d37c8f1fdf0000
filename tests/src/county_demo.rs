//! The demo ledger, played once per build of the program and copied for every test that changes it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

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
        drop(fs::remove_dir_all(&place));
        fs::create_dir_all(&place).expect("a folder can be made");
        let ledger = place.join("ledger");
        let arguments = ["demo".as_ref(), "--dir".as_ref(), ledger.as_os_str()];
        let ended = program.run_within(Duration::from_secs(300), arguments);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        fs::write(place.join("story.txt"), &ended.out).expect("a file can be written");
        fs::write(place.join("played"), b"").expect("a file can be written");
    }
    place.join("ledger")
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
