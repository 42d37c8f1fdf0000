//! What the audit finds, and what the vault's files do not show.

use std::path::{Path, PathBuf};

use super::super::store::Table;
use super::super::*;
use super::{ORDER, account, create, expected, note, person, register};
use crate::ids::{AccountId, Commitment};

/// Overwrites one record behind the vault's back.
fn tamper(vault: &Vault, table: Table, change: impl Fn(&mut Vec<u8>)) {
    let (key, mut value) = vault.store.records(table).next().unwrap().unwrap();
    change(&mut value);
    let mut batch = vault.store.batch();
    batch.insert(table, &key, &value);
    batch.commit().unwrap();
}

/// A vault with a record in every table.
fn full(folder: &Path) -> (Vault, Vec<(Subject, Field, Commitment)>) {
    let vault = create(folder);
    let (_, first) = register(&vault, 1);
    let (gone, _) = register(&vault, 2);
    let second = vault.register(NewSubject::Account(account(1))).unwrap();
    vault.put_file(&BankFile { name: "回盘.txt".to_owned(), bytes: b"0|1\r\n".to_vec() }).unwrap();
    vault.put_remark("D20A00000017/reason", "户名不符，账户名为[王一]").unwrap();
    vault.read_person(first.person().unwrap(), &note()).unwrap();
    vault.erase(&[Subject::Person(gone)], ORDER).unwrap();
    (vault, expected(&[first, second]))
}

#[test]
fn a_flipped_byte_in_any_table_is_found() {
    for table in Table::ALL {
        let folder = tempfile::tempdir().unwrap();
        let (vault, expected) = full(folder.path());
        assert!(vault.audit(expected.clone()).unwrap().is_whole(), "{table:?}");
        let length = vault.store.records(table).next().unwrap().unwrap().1.len();
        for position in 0..length {
            tamper(&vault, table, |value| value[position] ^= 1);
            let report = vault.audit(expected.clone()).unwrap();
            assert!(!report.unreadable.is_empty(), "{table:?} byte {position}");
            tamper(&vault, table, |value| value[position] ^= 1);
        }
        assert!(vault.audit(expected).unwrap().is_whole(), "{table:?}");
    }
}

#[test]
fn what_is_missing_or_says_something_else_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let vault = create(folder.path());
    let (id, registered) = register(&vault, 1);
    let all = expected(&[registered]);
    let stranger = Subject::Account(AccountId::from_bytes([3; 16]));
    let wrong = [
        (stranger.clone(), Field::Number, Commitment([0; 32])),
        (Subject::Person(id), Field::Name, Commitment([0; 32])),
    ];
    let report = vault.audit(all.into_iter().chain(wrong)).unwrap();
    assert_eq!(report.opened, 3);
    assert_eq!(report.missing, [(stranger, Field::Number)]);
    assert_eq!(report.mismatched, [(Subject::Person(id), Field::Name)]);
    // A key that vanished without an order is no erasure.
    let mut batch = vault.store.batch();
    batch.remove(Table::Keys, Subject::Person(id).to_string().as_bytes());
    batch.commit().unwrap();
    let report = vault.audit([(Subject::Person(id), Field::Name, Commitment([0; 32]))]).unwrap();
    assert_eq!(report.missing, [(Subject::Person(id), Field::Name)]);
    assert!(report.erased_by_order.is_empty());
}

#[test]
fn ten_thousand_register_in_one_batch_and_no_file_shows_a_name() {
    let folder = tempfile::tempdir().unwrap();
    let vault = create(folder.path());
    let new: Vec<NewSubject> =
        (0..10_000).map(|number| NewSubject::Person(person(number))).collect();
    let begun = std::time::Instant::now();
    let registered = vault.register_all(&new).unwrap();
    let took = begun.elapsed();
    assert!(took.as_secs() < 30, "took {took:?}");
    assert!(registered.iter().all(|one| !one.existed));
    vault.erase(&[registered[0].subject.clone()], ORDER).unwrap();
    let report = vault.audit(expected(&registered)).unwrap();
    assert!(report.is_whole());
    assert_eq!(report.opened, 29_997);
    vault.store.keyspace(Table::Fields).rotate_memtable_and_wait().unwrap();
    drop(vault);
    let mut files = Vec::new();
    gather(folder.path(), &mut files);
    assert!(files.len() > 3);
    for path in files {
        let mut bytes = std::fs::read(&path).unwrap();
        // A journal is laid out at its full length before it is written.
        bytes.truncate(bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1));
        for plain in ["青禾", "虚构村", "19670401"] {
            let found = bytes.windows(plain.len()).any(|window| window == plain.as_bytes());
            assert!(!found, "{plain} in {}", path.display());
        }
    }
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { gather(&path, files) } else { files.push(path) }
    }
}
