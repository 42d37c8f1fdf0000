//! Every part of a table: also those that only asking for one entry reads.

use super::*;

/// Every so manieth byte is changed: a prime, so that no field is passed over in every record.
const STEP: usize = 13;

/// Of what is found, every so manieth is repaired, which takes a while.
const REPAIRED: usize = 8;

#[test]
fn a_changed_bit_anywhere_in_a_table_is_found_and_repaired_or_harmless() {
    let (dir, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let log = ledger(dir.path(), &[20]);
    let mut copy = SecondCopy::open(out.path(), &keys()).unwrap();
    copy.bring_up_to(&log.reader()).unwrap();
    drop((log, copy));
    tamper(dir.path(), |keyspace| {
        keyspace("entries").rotate_memtable_and_wait().unwrap();
    });
    let tiles = tiles_of(dir.path());
    let sound = files(dir.path());
    let tables = sound.iter().filter(|(name, _)| name.iter().any(|part| part == "tables"));
    let (mut struck, mut found) = (0, 0);
    for (name, bytes) in tables {
        for at in (0..bytes.len()).step_by(STEP) {
            let place = tempfile::tempdir().unwrap();
            for (other, bytes) in &sound {
                let path = place.path().join(other);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, bytes).unwrap();
            }
            let mut changed = bytes.clone();
            changed[at] ^= 1 << (at % 8);
            std::fs::write(place.path().join(name), changed).unwrap();
            struck += 1;
            if scrubbed(place.path()).findings.is_empty() {
                let log = Log::open_for_audit(place.path(), signer().verifier()).unwrap();
                let all =
                    (0..20).all(|number| log.get(Seq(number)).unwrap() == Some(entry(number)));
                assert!(all, "{} {at}: not found, and not harmless", name.display());
            } else {
                found += 1;
                if found % REPAIRED != 1 {
                    continue;
                }
                let done = repair(place.path(), &[out.path().to_owned()], false).unwrap();
                assert!(!done.was_sound, "{} {at}: found, and called sound", name.display());
            }
            assert_eq!(tiles_of(place.path()), tiles, "{} {at}", name.display());
        }
    }
    assert!(found * 10 > struck * 9, "{found} of {struck} were found");
}
