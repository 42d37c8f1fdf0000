//! The newest entries: acknowledged, and not signed yet.

use super::*;

#[test]
fn entries_lost_after_the_newest_checkpoint_need_the_operators_word() {
    let (dir, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut log = ledger(dir.path(), &[300]);
    let mut copy = SecondCopy::open(out.path(), &keys()).unwrap();
    copy.bring_up_to(&log.reader()).unwrap();
    grow(&mut log, 330);
    drop((log, copy));
    tamper(dir.path(), |keyspace| {
        keyspace("entries").remove(310_u64.to_be_bytes()).unwrap();
    });
    let refused = repair(dir.path(), &[out.path().to_owned()], false).unwrap_err();
    assert_eq!((refused.refusal(), refused.entry()), (Some(RecoveryCode::TailLost), Some(309)));
    let done = repair(dir.path(), &[out.path().to_owned()], true).unwrap();
    assert_eq!(done.lost, Some(Stretch { first: 309, last: 329 }));
    assert_eq!(done.head.size, 309, "whole groups only");
    assert_eq!(scrubbed(dir.path()).findings, []);
}

#[test]
fn acknowledged_entries_that_the_store_forgot_are_told_and_given_up_only_by_the_operators_word() {
    let (dir, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let log = ledger(dir.path(), &[300]);
    let mut copy = SecondCopy::open(out.path(), &keys()).unwrap();
    copy.bring_up_to(&log.reader()).unwrap();
    drop((log, copy));
    let store = dir.path().join("log");
    let before: Vec<_> = files(&store).into_iter().collect();
    let mut log = Log::open(dir.path(), signer().verifier()).unwrap();
    grow(&mut log, 330);
    drop(log);
    // What one bad sector of a journal does: the store opens, shorter, without a word.
    std::fs::remove_dir_all(&store).unwrap();
    for (name, bytes) in before {
        std::fs::create_dir_all(store.join(&name).parent().unwrap()).unwrap();
        std::fs::write(store.join(name), bytes).unwrap();
    }
    for keyspace in std::fs::read_dir(store.join("keyspaces")).unwrap() {
        std::fs::create_dir_all(keyspace.unwrap().path().join("tables")).unwrap();
    }
    let refused = Log::open(dir.path(), signer().verifier()).err().unwrap();
    assert_eq!((refused.code(), refused.entry()), (LogCode::RolledBack, Some(Seq(300))));
    let found = scrubbed(dir.path()).findings;
    let lost = Stretch { first: 300, last: 329 };
    assert_eq!(
        found.iter().map(|found| (found.code, found.entries)).collect::<Vec<_>>(),
        [(FindingCode::Acknowledged, Some(lost))]
    );
    let refused = repair(dir.path(), &[out.path().to_owned()], false).unwrap_err();
    assert_eq!((refused.refusal(), refused.entry()), (Some(RecoveryCode::TailLost), Some(300)));
    let done = repair(dir.path(), &[out.path().to_owned()], true).unwrap();
    assert_eq!((done.lost, done.head.size), (Some(lost), 300));
    assert_eq!(scrubbed(dir.path()).findings, []);
    let mut log = Log::open(dir.path(), signer().verifier()).unwrap();
    grow(&mut log, 330);
}
