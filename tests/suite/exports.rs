//! The log for others, as files: one container, single proofs. Each is read back by the program with a trust folder.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use serde_json::json;
use tests::program::{Ended, Program};
use tests::village::Village;

fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_doudi-under-test"))
}

fn run(arguments: &[&dyn AsRef<OsStr>]) -> Ended {
    program().run(arguments.iter().map(AsRef::as_ref))
}

fn village(seed: u8) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("ledger");
    drop(Village::played(&dir, "exported.example/doudi", seed));
    (folder, dir)
}

fn code(ended: &Ended) -> (Option<i32>, String) {
    let document = ended.json();
    let found = [&document["error"]["code"], &document["first_divergence"]["code"]];
    let code = found.iter().find_map(|code| code.as_str()).unwrap_or_default();
    (ended.code, code.to_owned())
}

fn changed(path: &Path, to: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = std::fs::read(path).unwrap();
    change(&mut bytes);
    std::fs::write(to, bytes).unwrap();
}

#[test]
fn a_container_has_the_same_bytes_each_time_and_verifies_without_being_unpacked() {
    let (folder, dir) = village(12);
    let (one, two) = (folder.path().join("one.tar"), folder.path().join("two.tar"));
    let export =
        |out: &Path| run(&[&"export", &"container", &"--json", &"--dir", &dir, &"--out", &out]);
    assert_eq!((export(&one).code, export(&two).code), (Some(0), Some(0)));
    assert!(std::fs::read(&one).unwrap() == std::fs::read(&two).unwrap());
    assert_eq!(export(&one).code, Some(2), "what exists is not overwritten");
    let trust = dir.join("trust");
    let (whole, ledger) =
        (program().verify(&one, &trust).json(), program().verify(&dir, &trust).json());
    for figure in ["ok", "size", "root", "acts", "lines", "months"] {
        assert_eq!(whole[figure], ledger[figure], "{figure}");
    }
    assert!(!whole["months"].as_array().unwrap().is_empty());
    assert_eq!(run(&[&"verify", &"--json", &one]).code, Some(2), "the trust inside is not asked");
    // Unpacked by the system's own tool it is the folder that `export pack` writes.
    let (unpacked, pack) = (folder.path().join("unpacked"), folder.path().join("pack"));
    std::fs::create_dir(&unpacked).unwrap();
    let mut tar = std::process::Command::new("tar");
    assert!(tar.arg("-xf").arg(&one).arg("-C").arg(&unpacked).status().unwrap().success());
    assert_eq!(run(&[&"export", &"pack", &"--dir", &dir, &"--out", &pack]).code, Some(0));
    let diff = std::process::Command::new("diff").arg("-r").arg(&unpacked).arg(&pack).output();
    assert!(diff.unwrap().status.success());
}

#[test]
fn a_container_with_a_changed_byte_is_found() {
    let (folder, dir) = village(12);
    let (whole, bad) = (folder.path().join("whole.tar"), folder.path().join("bad.tar"));
    assert_eq!(run(&[&"export", &"container", &"--dir", &dir, &"--out", &whole]).code, Some(0));
    let trust = dir.join("trust");
    let bytes = std::fs::read(&whole).unwrap();
    let place = |word: &[u8]| bytes.windows(word.len()).position(|window| window == word).unwrap();
    let entry = place(b"\"kind\":\"fund.opened\"");
    let judge = |change: &dyn Fn(&mut Vec<u8>)| {
        changed(&whole, &bad, |bytes| change(bytes));
        code(&program().verify(&bad, &trust))
    };
    let found = |code: &str| (Some(1), code.to_owned());
    assert_eq!(judge(&|bytes| bytes[entry] ^= 1), found("log.tile_malformed"));
    // The head of a member: its time, with or without the sum put right.
    assert_eq!(judge(&|bytes| bytes[136] = b'1'), found("log.container_malformed"));
    let again = |bytes: &mut Vec<u8>| {
        bytes[146] = b'1';
        bytes[153] += 1;
    };
    assert_eq!(judge(&again), found("log.container_malformed"));
    assert_eq!(judge(&|bytes| bytes.truncate(entry)), found("log.container_malformed"));
    assert_eq!(judge(&|bytes| bytes.clear()), found("log.tile_missing"));
    let views = place(b"views/2020-10.json");
    assert_eq!(judge(&|bytes| bytes[views + 512 + 100] ^= 1), found("view.edited"));
}

#[test]
fn a_proof_holds_for_its_own_entry_and_for_no_other() {
    let (folder, dir) = village(12);
    let (proof, trust) = (folder.path().join("p.tlog-proof"), dir.join("trust"));
    let made =
        run(&[&"export", &"proof", &"--json", &"--dir", &dir, &"--seq", &"100", &"--out", &proof]);
    assert_eq!(made.code, Some(0), "{made:?}");
    let entry = folder.path().join("p.tlog-proof.entry");
    let verify = |proof: &Path, entry: &Path| {
        run(&[&"verify", &"--json", &proof, &"--entry", &entry, &"--trust", &trust])
    };
    let holds = verify(&proof, &entry);
    assert_eq!((holds.code, &holds.json()["seq"]), (Some(0), &json!(100)), "{holds:?}");
    let other = folder.path().join("other");
    changed(&entry, &other, |bytes| bytes[30] ^= 1);
    assert_eq!(code(&verify(&proof, &other)), (Some(1), "log.proof_fails".to_owned()));
    let text = std::fs::read_to_string(&proof).unwrap();
    let edited = |from: &str, to: &str| {
        std::fs::write(&other, text.replacen(from, to, 1)).unwrap();
        code(&verify(&other, &entry)).1
    };
    assert_eq!(edited("index 100", "index 101"), "log.proof_fails");
    assert_eq!(edited("index 100", "index 0100"), "log.proof_malformed");
    assert_eq!(
        edited("\nexported.example/doudi\n", "\nother.example/doudi\n"),
        "log.checkpoint_signature"
    );
    assert_eq!(run(&[&"verify", &"--json", &proof, &"--trust", &trust]).code, Some(2));
    let beyond = folder.path().join("beyond");
    let made = run(&[&"export", &"proof", &"--dir", &dir, &"--seq", &"9999", &"--out", &beyond]);
    assert_eq!((made.code, beyond.exists()), (Some(2), false));
}

#[test]
fn growth_is_proved_from_a_kept_checkpoint_and_refused_from_another_history() {
    let (folder, dir) = village(12);
    let (kept, growth) = (folder.path().join("kept"), folder.path().join("growth"));
    std::fs::copy(dir.join("last-signed"), &kept).unwrap();
    let (act, key) = (folder.path().join("act.json"), dir.join("keys/社会救助股股长.pem"));
    let body = json!({ "kind": "standard.set", "body": {
        "amount_fen": 90_000, "area": "141199", "basis": "样政发〔2021〕2号", "category": "护理",
        "from": "2021-01", "rule": "ceiling", "scheme": "TK-S",
    }});
    std::fs::write(&act, body.to_string()).unwrap();
    assert_eq!(run(&[&"act", &"--dir", &dir, &"--key", &key, &act]).code, Some(0));
    let trust = dir.join("trust");
    let export = |from: &Path, out: &Path| {
        run(&[
            &"export",
            &"consistency",
            &"--json",
            &"--dir",
            &dir,
            &"--from",
            &from,
            &"--out",
            &out,
        ])
    };
    assert_eq!(export(&kept, &growth).code, Some(0));
    let verify = |known: &Path| {
        run(&[&"verify", &"--json", &growth, &"--known", &known, &"--trust", &trust])
    };
    let holds = verify(&kept);
    let document = holds.json();
    assert_eq!(holds.code, Some(0), "{holds:?}");
    assert_eq!(document["from"].as_u64().unwrap() + 1, document["size"].as_u64().unwrap());
    // From the newest itself it does not begin; a checkpoint of another history has no proof at all.
    assert_eq!(code(&verify(&dir.join("last-signed"))), (Some(1), "log.proof_fails".to_owned()));
    let fork = folder.path().join("fork");
    tests::program::copy_folder(&dir, &fork);
    let mut forger = tests::forge::Forger::of(&fork);
    forger.entries.truncate(200);
    forger.entries[199] = forger.entries[0].clone();
    forger.rebuild(&fork);
    let out = folder.path().join("none");
    assert_eq!(
        code(&export(&fork.join("last-signed"), &out)),
        (Some(1), "log.rewritten".to_owned())
    );
    assert!(!out.exists());
}

#[test]
fn a_proof_may_be_written_under_a_bare_name() {
    let (folder, dir) = village(13);
    let written = std::process::Command::new(program().path())
        .args(["export", "proof", "--seq", "100", "--out", "proof", "--dir"])
        .arg(&dir)
        .current_dir(folder.path())
        .status()
        .unwrap();
    assert!(written.success());
    let (proof, entry) = (folder.path().join("proof"), folder.path().join("proof.entry"));
    let trust = dir.join("trust");
    let verified = run(&[&"verify", &proof, &"--entry", &entry, &"--trust", &trust]);
    assert_eq!(verified.code, Some(0), "{verified:?}");
}
