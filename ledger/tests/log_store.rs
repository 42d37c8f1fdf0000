//! The log on disk: what was acknowledged is there again, whatever the batches, at every past size.

#![cfg(test)]

use ledger::ids::{Root, Seq};
use ledger::log::{
    Head, Log, LogCode, NodeHash, NoteSigner, Record, consistency_holds, empty_root,
    inclusion_holds, inner_hash, leaf_hash, root_of_leaves,
};
use proptest::prelude::*;

fn signer() -> NoteSigner {
    NoteSigner::new("doudi.example/ledger", &[7; 32]).unwrap()
}

fn open(dir: &std::path::Path) -> Log {
    Log::open(dir, signer().verifier()).unwrap()
}

fn entry(number: u64) -> Vec<u8> {
    format!("{{\"n\":{number}}}").into_bytes()
}

fn id(number: u64) -> [u8; 32] {
    leaf_hash(&number.to_be_bytes()).0
}

/// Appends entries up to `size`, every third one with an id.
fn grow(log: &mut Log, size: u64) -> Head {
    let entries: Vec<_> = (log.head().size..size).map(|number| (number, entry(number))).collect();
    let records: Vec<_> = entries
        .iter()
        .map(|(number, bytes)| Record { bytes, id: (number % 3 == 0).then(|| id(*number)) })
        .collect();
    log.append(&log.head(), &records).unwrap()
}

/// RFC 6962 by its definition, sharing nothing with the product but the two hashes.
fn by_definition(leaves: &[NodeHash]) -> Root {
    fn hash(leaves: &[NodeHash]) -> NodeHash {
        match leaves {
            [one] => *one,
            more => {
                let split = more.len().next_power_of_two() / 2;
                inner_hash(hash(&more[..split]), hash(&more[split..]))
            }
        }
    }
    if leaves.is_empty() { empty_root() } else { hash(leaves).root() }
}

fn place(number: u64) -> usize {
    usize::try_from(number).unwrap()
}

fn leaves(size: u64) -> Vec<NodeHash> {
    (0..size).map(|number| leaf_hash(&entry(number))).collect()
}

#[test]
fn an_empty_log_opens_again_as_empty() {
    let dir = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        let log = open(dir.path());
        assert_eq!(log.head(), Head { size: 0, root: empty_root() });
        assert_eq!(log.get(Seq(0)), Ok(None));
        assert!(log.newest_checkpoint().is_none());
    }
}

#[test]
fn what_was_appended_is_there_after_opening_again() {
    let dir = tempfile::tempdir().unwrap();
    let head = grow(&mut open(dir.path()), 10);
    let log = open(dir.path());
    assert_eq!(log.head(), head);
    assert_eq!(log.get(Seq(4)).unwrap().unwrap(), entry(4));
    assert_eq!(log.find(&id(6)), Ok(Some(Seq(6))));
    assert_eq!(log.find(&id(7)), Ok(None));
    let read: Vec<_> = log.scan(Seq(3), Seq(5)).map(Result::unwrap).collect();
    assert_eq!(read, [(Seq(3), entry(3)), (Seq(4), entry(4))]);
    assert_eq!(log.scan(Seq(5), Seq(3)).count(), 0);
}

#[test]
fn a_scan_beyond_the_head_ends_in_a_gap() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = open(dir.path());
    grow(&mut log, 2);
    let items: Vec<_> = log.scan(Seq(0), Seq(9)).collect();
    assert_eq!(items.len(), 3);
    let failure = items[2].as_ref().unwrap_err();
    assert_eq!((failure.code(), failure.entry()), (LogCode::Gap, Some(Seq(2))));
}

#[test]
fn the_root_of_every_past_size_of_a_thousand_entries_can_be_read() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = open(dir.path());
    for size in [1, 3, 255, 256, 257, 700, 1000] {
        grow(&mut log, size);
    }
    let leaves = leaves(1000);
    for size in 0..=1000_u64 {
        assert_eq!(log.root_at(size), Ok(by_definition(&leaves[..place(size)])), "{size}");
    }
    assert_eq!(log.root_at(1001).unwrap_err().code(), LogCode::Gap);
}

#[test]
fn roots_and_proofs_hold_around_65_536_entries() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = open(dir.path());
    grow(&mut log, 66_000);
    let leaves = leaves(66_000);
    let sizes = [255, 256, 257, 511, 512, 65_279, 65_280, 65_535, 65_536, 65_537, 66_000];
    let root = |size: u64| by_definition(&leaves[..place(size)]);
    for size in sizes {
        assert_eq!(log.root_at(size), Ok(root(size)), "{size}");
        let last = size - 1;
        let proof = log.inclusion_proof(Seq(last), size).unwrap().unwrap();
        assert!(inclusion_holds(leaves[place(last)], last, size, root(size), &proof));
        let proof = log.consistency_proof(size, 66_000).unwrap().unwrap();
        assert!(consistency_holds((size, root(size)), (66_000, root(66_000)), &proof));
    }
    let read = log.full_read().unwrap();
    assert_eq!((read.head.size, read.nodes, read.ids), (66_000, 258, 22_000));
    drop(log);
    assert_eq!(open(dir.path()).head(), Head { size: 66_000, root: root(66_000) });
}

#[test]
fn an_entry_may_have_one_byte_to_65_535_and_no_other_length() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = open(dir.path());
    let bytes = vec![b'x'; 65_536];
    let mut append = |bytes: &[u8]| log.append(&log.head(), &[Record { bytes, id: None }]);
    assert_eq!(append(b"").unwrap_err().code(), LogCode::EntryEmpty);
    assert_eq!(append(&bytes).unwrap_err().code(), LogCode::EntryTooLarge);
    assert_eq!(append(&bytes[1..]).unwrap().size, 1);
    assert_eq!(append(b"x").unwrap().size, 2);
    assert_eq!(log.get(Seq(0)).unwrap().unwrap().len(), 65_535);
}

#[test]
fn an_id_is_taken_once_and_says_where_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = open(dir.path());
    let head = grow(&mut log, 5);
    let twice = Record { bytes: b"again", id: Some(id(3)) };
    let failure = log.append(&head, &[twice]).unwrap_err();
    assert_eq!((failure.code(), failure.entry()), (LogCode::IdRepeated, Some(Seq(3))));
    let new = Record { bytes: b"new", id: Some([1; 32]) };
    assert_eq!(log.append(&head, &[new, new]).unwrap_err().code(), LogCode::IdRepeated);
    assert_eq!(log.head(), head, "nothing was written");
    assert_eq!(log.append(&head, &[new]).unwrap().size, 6, "and the log goes on");
}

#[test]
fn a_log_that_has_moved_takes_nothing_that_was_decided_before() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = open(dir.path());
    let before = log.head();
    let head = grow(&mut log, 1);
    let record = Record { bytes: b"late", id: None };
    assert_eq!(log.append(&before, &[record]).unwrap_err().code(), LogCode::Moved);
    assert_eq!(log.head(), head);
}

#[test]
fn a_checkpoint_covers_everything_and_the_same_size_gives_the_same_note() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = open(dir.path());
    for size in [1, 300, 600] {
        let head = grow(&mut log, size);
        let note = log.checkpoint(&signer()).unwrap();
        assert_eq!(note.verify(signer().verifier()).unwrap().head(), head);
        assert_eq!(log.checkpoint(&signer()).unwrap(), note);
        let kept = std::fs::read_to_string(dir.path().join("last-signed")).unwrap();
        assert_eq!(kept, note.to_string());
    }
    let newest = log.newest_checkpoint().cloned();
    drop(log);
    assert_eq!(open(dir.path()).newest_checkpoint().cloned(), newest);
}

#[test]
fn another_key_may_not_sign_this_log() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = open(dir.path());
    grow(&mut log, 1);
    let other = NoteSigner::new("doudi.example/ledger", &[8; 32]).unwrap();
    assert_eq!(log.checkpoint(&other).unwrap_err().code(), LogCode::WrongSigner);
    assert!(log.checkpoint(&signer()).is_ok());
}

#[test]
fn an_audit_reads_everything_and_writes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let missing = Log::open_for_audit(dir.path(), signer().verifier()).err().unwrap();
    assert_eq!(missing.code(), LogCode::NoLedger);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    let mut log = open(dir.path());
    let head = grow(&mut log, 300);
    log.checkpoint(&signer()).unwrap();
    drop(log);
    let mut audit = Log::open_for_audit(dir.path(), signer().verifier()).unwrap();
    assert_eq!(audit.full_read().unwrap().head, head);
    let record = Record { bytes: b"x", id: None };
    assert_eq!(audit.append(&head, &[record]).unwrap_err().code(), LogCode::ReadOnly);
    assert_eq!(audit.checkpoint(&signer()).unwrap_err().code(), LogCode::ReadOnly);
}

#[test]
fn a_folder_with_a_log_is_not_founded_again() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = dir.path().join("ledger");
    drop(Log::create(&ledger, signer().verifier()).unwrap());
    assert_eq!(Log::create(&ledger, signer().verifier()).err().unwrap().code(), LogCode::Exists);
    let nowhere = Log::open(&dir.path().join("elsewhere"), signer().verifier()).err().unwrap();
    assert_eq!(nowhere.code(), LogCode::NoLedger);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn any_batches_with_reopening_between_them_give_the_same_roots(
        batches in prop::collection::vec((1_u64..400, any::<bool>(), any::<bool>()), 1..8),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let mut log = open(dir.path());
        let mut size = 0;
        for (more, reopen, sign) in batches {
            size += more;
            let head = grow(&mut log, size);
            if sign {
                log.checkpoint(&signer()).unwrap();
            }
            if reopen {
                drop(log);
                log = open(dir.path());
            }
            prop_assert_eq!(log.head(), head);
            prop_assert_eq!(head.root, root_of_leaves(leaves(size)));
        }
        prop_assert_eq!(log.full_read().unwrap().head, log.head());
    }
}
