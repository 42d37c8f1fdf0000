//! The disk is full in the middle of a large manifest: the program says so and stops, nothing of it is in the ledger, and it can be handed in again.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::Command;

use tests::program::{Ended, copy_folder};

use crate::strace_faults::scene::{HandedIn, founded, manifest, program};

const PEOPLE: u32 = 10_000;

/// Hands an act in; no file may grow beyond that many blocks of 512 bytes.
fn handed_in(ledger: &Path, act: &HandedIn, blocks: Option<u64>) -> Ended {
    let limit = blocks.map_or("unlimited".to_owned(), |blocks| blocks.to_string());
    let script = format!("trap '' XFSZ; ulimit -f {limit}; exec \"$@\"");
    let output = Command::new("sh")
        .args(["-c", &script, "sh"])
        .arg(program().path())
        .args(["act", "--json", "--dir"])
        .args([ledger, &act.file])
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let (out, err) = (text(output.stdout), text(output.stderr));
    Ended { code: output.status.code(), out, err, peak_kb: 0 }
}

fn acts_and_lines(ledger: &Path, kept: &Path) -> (u64, u64) {
    let arguments = ["verify".as_ref(), ledger.as_os_str(), "--json".as_ref()];
    let trust = kept.join("trust");
    let known = kept.join("last-signed");
    let kept = ["--trust".as_ref(), trust.as_os_str(), "--known".as_ref(), known.as_os_str()];
    let ended = program().run([&arguments[..], &kept[..]].concat());
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let document = ended.json();
    (document["acts"].as_u64().unwrap(), document["lines"].as_u64().unwrap())
}

#[test]
fn a_large_manifest_on_a_full_disk_is_refused_whole_and_accepted_later() {
    let folder = tempfile::tempdir().unwrap();
    let base = folder.path().join("base");
    let registrar = founded(&base);
    let act = manifest(&base, &registrar, folder.path().join("people.act"), PEOPLE);
    let (blocks, lines) = (std::fs::metadata(&act.file).unwrap().size() / 512, act.lines);
    assert_eq!(lines, 2 * u64::from(PEOPLE));
    let ledger = folder.path().join("ledger");
    // At the first bytes of the batch, in its middle, and shortly before its end.
    for limit in [64, blocks / 2, blocks] {
        copy_folder(&base, &ledger);
        let ended = handed_in(&ledger, &act, Some(limit));
        assert_eq!(ended.code, Some(3), "{limit} of {blocks}: {ended:?}");
        let error = &ended.json()["error"];
        assert_eq!(error["code"], "log.io", "{ended:?}");
        assert!(error["text"].as_str().unwrap().contains("请检查磁盘空间"), "{ended:?}");
        assert!(!ended.err.contains("panicked"), "{ended:?}");
        assert_eq!(acts_and_lines(&ledger, &base), (3, 0), "{limit}");
        for is_repeat in [false, true] {
            let ended = handed_in(&ledger, &act, None);
            assert_eq!(ended.code, Some(0), "{ended:?}");
            let document = ended.json();
            assert_eq!(document["id"], act.id.as_str());
            assert_eq!((&document["seq"], &document["repeat"]), (&3.into(), &is_repeat.into()));
        }
        assert_eq!(acts_and_lines(&ledger, &base), (4, lines), "{limit}");
        std::fs::remove_dir_all(&ledger).unwrap();
    }
}
