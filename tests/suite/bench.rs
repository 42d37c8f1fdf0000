//! `doudi bench` on small ledgers: every number is there with its floor, and the invented histories are good ones. No timing.

use std::path::Path;

use serde_json::Value;

use super::demo::program;

const ENTRIES: &str = "5000";

fn bench(what: &str, dir: &Path, more: &[&str]) -> Value {
    let dir = dir.to_str().unwrap();
    let arguments = ["--json", "bench", what, "--dir", dir].into_iter().chain(more.iter().copied());
    let ended = program().run(arguments);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    ended.json()
}

fn is_positive(document: &Value, fields: &[&str]) {
    for field in fields {
        let number = field.split('.').try_fold(document, |value, name| value.get(name));
        assert!(number.and_then(Value::as_u64).is_some_and(|n| n > 0), "{field} in {document}");
    }
}

fn is_ratio(document: &Value, field: &str) {
    let ratio = field.split('.').try_fold(document, |value, name| value.get(name));
    let digits = ratio.and_then(Value::as_str).and_then(|text| text.split_once('.'));
    assert!(digits.is_some_and(|(_, hundredths)| hundredths.len() == 2), "{field} in {document}");
}

#[test]
fn the_invented_history_keeps_every_rule_and_verifies_and_each_number_has_its_floor() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("ledger");
    let made = bench("make", &dir, &["--entries", ENTRIES]);
    is_positive(&made, &["entries", "micros", "entry_bytes", "store_bytes"]);
    let entries = made["entries"].as_u64().unwrap();
    assert!((5_000..6_000).contains(&entries), "{made}");

    // Accepted act by act by the engine, and now judged from its bytes alone.
    let verified = program().verify(&dir, &dir.join("trust"));
    assert_eq!(verified.code, Some(0), "{verified:?}");
    let document = verified.json();
    assert_eq!(document["size"].as_u64(), Some(entries));
    assert!(document["months"].as_array().unwrap().len() >= 5, "{document}");

    // The same folder is taken again.
    let verify = bench("verify", &dir, &["--entries", ENTRIES]);
    assert_eq!(verify["acts"], document["acts"]);
    is_positive(&verify, &["entries", "floor_micros"]);
    for pass in ["integrity", "full"] {
        let of_pass = &verify[pass];
        is_positive(of_pass, &["micros", "per_second", "peak_kb"]);
        is_ratio(of_pass, "times_floor");
    }
    let replay = bench("replay", &dir, &["--entries", ENTRIES]);
    assert_eq!(replay["entries"].as_u64(), Some(entries));
    is_positive(&replay, &["micros", "per_second", "floor_micros", "peak_kb"]);
    let start = bench("start", &dir, &["--entries", ENTRIES]);
    assert_eq!(start["answer"]["height"].as_u64(), Some(entries));
    is_positive(&start, &["micros", "floor_micros", "peak_kb", "store_bytes"]);
    is_ratio(&start, "space_times");
}

#[test]
fn what_is_written_unjudged_is_byte_for_byte_what_the_engine_accepts() {
    let folder = tempfile::tempdir().unwrap();
    let size = api::bench::county::Size::of(5_000, 20);
    let root = |name: &str, way: api::bench::make::Way| {
        let dir = folder.path().join(name);
        api::bench::make::write(&dir, size, way, &mut |_| {}).unwrap();
        let audited = api::bench::make::audited(&dir).unwrap();
        (audited.size, audited.root, audited.months)
    };
    let judged = root("judged", api::bench::make::Way::Judged);
    assert_eq!(judged, root("unjudged", api::bench::make::Way::Unjudged));
    assert!(judged.0 >= 5_000 && judged.2.len() >= 5, "{judged:?}");
}

#[test]
fn a_folder_with_another_ledger_is_not_taken_for_the_one_that_was_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("ledger");
    drop(bench("make", &dir, &["--entries", "1000"]));
    let dir = dir.to_str().unwrap();
    let ended = program().run(["--json", "bench", "replay", "--dir", dir, "--entries", ENTRIES]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.json()["error"]["text"].as_str().unwrap().contains("另一本压测账"));
}

#[test]
fn acts_of_64_callers_and_lines_of_rosters_are_measured_against_their_floors() {
    let folder = tempfile::tempdir().unwrap();
    let few = ["--acts", "192", "--lines", "300", "--rounds", "3"];
    let append = bench("append", folder.path(), &few);
    is_positive(&append, &["acts.per_second", "acts.floor_per_second", "acts.p50_micros"]);
    is_positive(&append, &["acts.p99_micros", "lines.per_second", "lines.bare_per_second"]);
    is_positive(&append, &["lines.plain_per_second"]);
    for ratio in ["acts.ratio", "lines.ratio", "lines.plain_ratio"] {
        is_ratio(&append, ratio);
    }
    // Both ledgers that were measured hold.
    for ledger in ["acts", "lines/ledger"] {
        let dir = folder.path().join(ledger);
        let verified = program().verify(&dir, &dir.join("trust"));
        assert_eq!(verified.code, Some(0), "{ledger}: {verified:?}");
    }
}
