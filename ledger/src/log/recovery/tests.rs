mod tables;
mod tail;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use fjall::{Database, KeyspaceCreateOptions, PersistMode};
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};

use super::super::{KeyChain, Log, LogCode, NoteSigner, Record, TileFolder, export_tiles};
use super::*;
use crate::ids::Seq;

const ORIGIN: &str = "doudi.example/ledger";

fn signer() -> NoteSigner {
    NoteSigner::new(ORIGIN, &[7; 32]).unwrap()
}

fn keys() -> KeyChain {
    KeyChain::founded_by(signer().verifier())
}

fn entry(number: u64) -> Vec<u8> {
    format!("{{\"n\":{number},\"text\":\"{}\"}}", "条".repeat(usize::try_from(number % 7).unwrap()))
        .into_bytes()
}

/// Every third entry is an act, the other two are its lines.
fn known(bytes: &[u8]) -> Option<([u8; 32], u64)> {
    let number: u64 = std::str::from_utf8(bytes).ok()?[5..].split(',').next()?.parse().ok()?;
    number.is_multiple_of(3).then(|| (Sha256::digest(bytes).into(), 2))
}

/// Appends whole groups up to `to`, in commits of 30.
fn grow(log: &mut Log, to: u64) {
    while log.head().size < to {
        let from = log.head().size;
        let entries: Vec<_> = (from..to.min(from + 30)).map(entry).collect();
        let records: Vec<_> = entries
            .iter()
            .map(|bytes| Record { bytes, id: known(bytes).map(|(id, _)| id) })
            .collect();
        log.append(&log.head(), &records).unwrap();
    }
}

fn ledger(dir: &Path, sizes: &[u64]) -> Log {
    let mut log = Log::open(dir, signer().verifier()).unwrap();
    for size in sizes {
        grow(&mut log, *size);
        log.checkpoint(&signer()).unwrap();
    }
    log
}

/// Every file of a folder but the lock.
fn files(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for item in std::fs::read_dir(folder).unwrap() {
            let path = item.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with("copy.lock") {
                let name = path.strip_prefix(root).unwrap().to_owned();
                files.insert(name, std::fs::read(path).unwrap());
            }
        }
    }
    files
}

fn tiles_of(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let out = tempfile::tempdir().unwrap();
    let log = Log::open_for_audit(dir, signer().verifier()).unwrap();
    export_tiles(&log, out.path()).unwrap();
    files(out.path())
}

fn repair(dir: &Path, copies: &[PathBuf], accept_loss: bool) -> Result<Repaired, RecoveryFailure> {
    let key = signer().verifier().clone();
    Repair { dir, key: &key, copies, known: &known, dry_run: false, accept_loss }.run()
}

fn scrubbed(dir: &Path) -> Scrubbed {
    scrub(dir, signer().verifier(), &known, &mut |_| ()).unwrap()
}

/// Changes the store behind the log's back.
fn tamper(dir: &Path, change: impl FnOnce(&dyn Fn(&str) -> fjall::Keyspace)) {
    let database = Database::builder(dir.join("log")).open().unwrap();
    change(&|name| database.keyspace(name, KeyspaceCreateOptions::default).unwrap());
    database.persist(PersistMode::SyncAll).unwrap();
}

#[test]
fn a_copy_that_follows_is_the_export_and_a_foreign_folder_reads_it() {
    let (dir, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let folder = out.path().join("copy");
    let mut log = ledger(dir.path(), &[3]);
    let mut copy = SecondCopy::open(&folder, &keys()).unwrap();
    for size in [3, 6, 255, 258, 510, 513, 66_000, 66_003] {
        grow(&mut log, size);
        log.checkpoint(&signer()).unwrap();
        assert_eq!(copy.bring_up_to(&log.reader()).unwrap(), size);
        if size == 255 {
            copy = {
                drop(copy);
                SecondCopy::open(&folder, &keys()).unwrap()
            };
        }
    }
    drop(copy);
    let tiles = TileFolder::open(&folder, signer().verifier()).unwrap();
    assert_eq!(tiles.full_read().unwrap(), log.head());
    drop(log);
    let exported = tiles_of(dir.path());
    let copied = files(&folder);
    for (name, bytes) in &exported {
        assert_eq!(copied.get(name), Some(bytes), "{}", name.display());
    }
    assert!(!folder.join("tile/0/000.p").exists(), "outgrown partial tiles are gone");
    assert_eq!(exported.len(), TileFolder::files_at(&tiles.head()).len());
}

#[test]
fn little_news_is_little_work() {
    let (dir, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut log = ledger(dir.path(), &[6_000]);
    let mut copy = SecondCopy::open(out.path(), &keys()).unwrap();
    copy.bring_up_to(&log.reader()).unwrap();
    let before = files(out.path());
    grow(&mut log, 6_003);
    log.checkpoint(&signer()).unwrap();
    copy.bring_up_to(&log.reader()).unwrap();
    let after = files(out.path());
    let new = after.iter().filter(|(name, bytes)| before.get(*name) != Some(bytes)).count();
    assert_eq!(new, 3, "the edge's two partial tiles and the checkpoint");
}

#[test]
fn a_copy_refuses_a_log_that_was_rolled_back_or_rewritten_and_keeps_what_it_has() {
    let out = tempfile::tempdir().unwrap();
    let [older, newer, other] = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let key = signer().verifier().clone();
    let mut copy = SecondCopy::open(out.path(), &keys()).unwrap();
    copy.bring_up_to(&ledger(newer.path(), &[300]).reader()).unwrap();
    let before = files(out.path());
    let ahead = copy.bring_up_to(&ledger(older.path(), &[270]).reader()).unwrap_err();
    assert_eq!(ahead.refusal(), Some(RecoveryCode::CopyAhead));
    let mut log = Log::open(other.path(), &key).unwrap();
    log.append(&log.head(), &[Record { bytes: b"{\"n\":1}", id: None }]).unwrap();
    grow(&mut log, 400);
    log.checkpoint(&signer()).unwrap();
    let forked = copy.bring_up_to(&log.reader()).unwrap_err();
    assert_eq!(forked.refusal(), Some(RecoveryCode::CopyForked));
    // And by offers, as another host would hand them in.
    for from in [0, 300] {
        let offer = Offer::next(&log.reader(), from).unwrap().unwrap();
        let offer = Offer::decode(&offer.encode()).unwrap();
        let code = copy.receive(&offer).unwrap_err().refusal();
        let expected = if from == 0 { RecoveryCode::OfferMoved } else { RecoveryCode::CopyForked };
        assert_eq!(code, Some(expected));
    }
    assert_eq!(files(out.path()), before);
}

#[test]
fn an_offer_with_one_changed_byte_writes_nothing() {
    let (dir, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let log = ledger(dir.path(), &[9]);
    let mut copy = SecondCopy::open(out.path(), &keys()).unwrap();
    let sound = Offer::next(&log.reader(), 0).unwrap().unwrap().encode();
    for at in 0..sound.len() {
        let mut bytes = sound.clone();
        bytes[at] ^= 1;
        let taken = Offer::decode(&bytes).and_then(|offer| copy.receive(&offer));
        assert!(taken.is_err(), "byte {at}");
    }
    assert!(files(out.path()).is_empty());
    assert_eq!(copy.receive(&Offer::decode(&sound).unwrap()).unwrap(), 9);
}

#[test]
fn a_second_program_cannot_follow_into_the_same_folder() {
    let out = tempfile::tempdir().unwrap();
    let _first = SecondCopy::open(out.path(), &keys()).unwrap();
    let second = SecondCopy::open(out.path(), &keys()).err().unwrap();
    assert_eq!(second.refusal(), Some(RecoveryCode::CopyLocked));
    std::fs::write(out.path().join("letter.txt"), "x").unwrap();
    let occupied = SecondCopy::open(out.path(), &keys()).err().unwrap();
    assert_eq!(occupied.refusal(), Some(RecoveryCode::CopyOccupied));
}

#[test]
fn a_scrub_names_every_stretch_and_a_repair_mends_all() {
    let (dir, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut log = ledger(dir.path(), &[900]);
    let mut copy = SecondCopy::open(out.path(), &keys()).unwrap();
    copy.bring_up_to(&log.reader()).unwrap();
    // Acknowledged after the newest checkpoint, and sound.
    grow(&mut log, 960);
    let open = log.reader().scrub(&known, &mut |_| ());
    assert_eq!((open.size, open.findings.len()), (900, 0), "while the log is open");
    drop((log, copy));
    assert_eq!(scrubbed(dir.path()).findings, []);
    tamper(dir.path(), |keyspace| {
        for number in [4_u64, 5, 6, 400] {
            keyspace("entries").remove(number.to_be_bytes()).unwrap();
        }
        keyspace("entries").insert(700_u64.to_be_bytes(), b"{\"n\":1}").unwrap();
        keyspace("ids").remove(known(&entry(30)).unwrap().0).unwrap();
        keyspace("nodes").remove([1, 0, 0, 0, 0, 0, 0, 0, 0]).unwrap();
    });
    let found = scrubbed(dir.path()).findings;
    let at = |code: FindingCode| -> Vec<_> {
        let these = found.iter().filter(|finding| finding.code == code);
        these.filter_map(|finding| finding.entries).map(|s| (s.first, s.last)).collect()
    };
    assert_eq!(at(FindingCode::Missing), [(4, 6), (400, 400)]);
    assert_eq!(at(FindingCode::Differs), [(512, 767)]);
    assert_eq!(at(FindingCode::Id), [(30, 30)]);
    let done = repair(dir.path(), &[out.path().to_owned()], false).unwrap();
    let from_copy: Vec<_> = done.from_copy.iter().map(|s| (s.first, s.last)).collect();
    assert_eq!(from_copy, [(4, 6), (400, 400), (700, 700)]);
    assert_eq!(done.kept_beyond, Some(Stretch { first: 900, last: 959 }));
    assert_eq!(scrubbed(dir.path()).findings, []);
    let log = Log::open(dir.path(), signer().verifier()).unwrap();
    assert_eq!(log.head().size, 960);
    assert!((0..960).all(|n| log.get(Seq(n)).unwrap() == Some(entry(n))));
    drop(log);
    assert!(repair(dir.path(), &[out.path().to_owned()], false).unwrap().was_sound);
    assert!(dir.path().join("log.broken-1").is_dir());
}

#[test]
fn what_was_signed_and_is_nowhere_is_named_and_nothing_is_changed() {
    let (dir, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut log = ledger(dir.path(), &[300]);
    let mut copy = SecondCopy::open(out.path(), &keys()).unwrap();
    copy.bring_up_to(&log.reader()).unwrap();
    grow(&mut log, 600);
    log.checkpoint(&signer()).unwrap();
    drop((log, copy));
    tamper(dir.path(), |keyspace| {
        for number in [10_u64, 450, 451] {
            keyspace("entries").remove(number.to_be_bytes()).unwrap();
        }
    });
    let refused = repair(dir.path(), &[out.path().to_owned()], true).unwrap_err();
    assert_eq!(refused.refusal(), Some(RecoveryCode::Unavailable));
    assert!(refused.to_string().contains("第450至451条"), "{refused}");
    assert!(!dir.path().join("log.broken-1").exists());
}

#[test]
fn a_copy_of_another_history_is_a_fork_and_not_a_remedy() {
    let [dir, other, out] = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let key = signer().verifier().clone();
    drop(ledger(dir.path(), &[300]));
    for size in [30, 299, 301, 600] {
        let (other, out) = (other.path().join(size.to_string()), out.path().join(size.to_string()));
        std::fs::create_dir_all(&other).unwrap();
        let mut log = Log::open(&other, &key).unwrap();
        log.append(&log.head(), &[Record { bytes: b"{\"n\":1}", id: None }]).unwrap();
        grow(&mut log, size);
        log.checkpoint(&signer()).unwrap();
        SecondCopy::open(&out, &keys()).unwrap().bring_up_to(&log.reader()).unwrap();
        let refused = repair(dir.path(), &[out], true).unwrap_err();
        assert_eq!(refused.refusal(), Some(RecoveryCode::RepairForked), "{size}: {refused}");
    }
}

#[test]
fn a_store_that_does_not_open_or_is_gone_is_built_anew() {
    let (dir, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let log = ledger(dir.path(), &[700]);
    let mut copy = SecondCopy::open(out.path(), &keys()).unwrap();
    copy.bring_up_to(&log.reader()).unwrap();
    drop((log, copy));
    let before = tiles_of(dir.path());
    std::fs::remove_dir_all(dir.path().join("log/keyspaces")).unwrap();
    let done = repair(dir.path(), &[out.path().to_owned()], false).unwrap();
    assert_eq!((done.from_copy.len(), done.head.size), (1, 700));
    assert_eq!(tiles_of(dir.path()), before);
    std::fs::remove_dir_all(dir.path().join("log")).unwrap();
    std::fs::write(dir.path().join("last-signed"), "torn").unwrap();
    let done = repair(dir.path(), &[out.path().to_owned()], false).unwrap();
    assert!(done.last_signed_renewed && done.broken.is_none());
    assert_eq!(tiles_of(dir.path()), before);
}

#[test]
fn two_damaged_copies_make_one_sound_log() {
    let [dir, one, two] = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let log = ledger(dir.path(), &[900]);
    for out in [&one, &two] {
        let mut copy = SecondCopy::open(out.path(), &keys()).unwrap();
        copy.bring_up_to(&log.reader()).unwrap();
    }
    drop(log);
    let before = tiles_of(dir.path());
    std::fs::remove_dir_all(dir.path().join("log")).unwrap();
    let copies = [one.path().to_owned(), two.path().to_owned()];
    std::fs::remove_file(one.path().join("tile/entries/000")).unwrap();
    let tile = two.path().join("tile/entries/001");
    let mut bytes = std::fs::read(&tile).unwrap();
    bytes[40] ^= 1;
    std::fs::write(&tile, bytes).unwrap();
    assert!(repair(dir.path(), &copies[..1], false).is_err());
    repair(dir.path(), &copies, false).unwrap();
    assert_eq!(tiles_of(dir.path()), before);
}

#[test]
fn a_restored_log_is_the_copy_and_one_beside_a_log_is_refused() {
    let [dir, out, new] = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let log = ledger(dir.path(), &[600]);
    let mut copy = SecondCopy::open(out.path(), &keys()).unwrap();
    copy.bring_up_to(&log.reader()).unwrap();
    drop((log, copy));
    let key = signer().verifier().clone();
    restore_log(out.path(), new.path(), &key, &known).unwrap();
    assert_eq!(tiles_of(new.path()), tiles_of(dir.path()));
    assert_eq!(scrubbed(new.path()).findings, []);
    let again = restore_log(out.path(), new.path(), &key, &known).unwrap_err();
    assert_eq!(again.code(), LogCode::Exists.code());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn whatever_is_removed_or_changed_a_repair_brings_back_identical_bytes(
        removed in proptest::collection::vec(0_u64..600, 0..40),
        changed in proptest::collection::vec(0_u64..600, 0..10),
        nodes in proptest::collection::vec(0_u8..3, 0..3),
        loses_head in any::<bool>(),
    ) {
        let (dir, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let log = ledger(dir.path(), &[600]);
        let mut copy = SecondCopy::open(out.path(), &keys()).unwrap();
        copy.bring_up_to(&log.reader()).unwrap();
        drop((log, copy));
        let before = tiles_of(dir.path());
        tamper(dir.path(), |keyspace| {
            for number in &removed {
                keyspace("entries").remove(number.to_be_bytes()).unwrap();
            }
            for number in &changed {
                keyspace("entries").insert(number.to_be_bytes(), b"{\"n\":7,}").unwrap();
            }
            for node in &nodes {
                keyspace("nodes").insert([1, 0, 0, 0, 0, 0, 0, 0, *node], [9; 32]).unwrap();
            }
            if loses_head {
                keyspace("head").remove("head").unwrap();
            }
        });
        let harmed = !(removed.is_empty() && changed.is_empty() && nodes.is_empty() && !loses_head);
        prop_assert_eq!(!scrubbed(dir.path()).findings.is_empty(), harmed);
        repair(dir.path(), &[out.path().to_owned()], false).unwrap();
        prop_assert_eq!(&tiles_of(dir.path()), &before);
        prop_assert_eq!(scrubbed(dir.path()).findings, vec![]);
    }
}
