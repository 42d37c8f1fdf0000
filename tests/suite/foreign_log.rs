//! Foreign eyes on the log: Go's sumdb packages re-derive it from the tiles, proofbundle checks single proofs.
//! Where a tool is not installed the test says so and passes; CI installs both.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};
use tests::county_demo;
use tests::program::{Ended, Program, copy_folder};
use tests::village::Village;

fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_doudi-under-test"))
}

fn run(arguments: &[&dyn AsRef<OsStr>]) -> Ended {
    program().run(arguments.iter().map(AsRef::as_ref))
}

fn exported(what: &str, dir: &Path, out: &Path) {
    let ended = run(&[&"export", &what, &"--dir", &dir, &"--out", &out]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

/// Go with Debian's packages in place of modules from the network; built once a test run.
struct Go {
    checker: PathBuf,
    _folder: tempfile::TempDir,
}

impl Go {
    fn built() -> Option<Go> {
        if !Path::new("/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog").exists() {
            println!("SKIPPED: apt-get install golang-go golang-golang-x-mod-dev");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let checker = folder.path().join("tlog_check");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/foreign/tlog_check.go");
        let build = Command::new("go")
            .env("GOPATH", "/usr/share/gocode")
            .env("GO111MODULE", "off")
            .env("GOFLAGS", "")
            .env("GOCACHE", folder.path().join("cache"))
            .args(["build".as_ref(), "-o".as_ref(), checker.as_os_str(), source.as_os_str()])
            .output();
        let Ok(build) = build else {
            println!("SKIPPED: apt-get install golang-go golang-golang-x-mod-dev");
            return None;
        };
        assert!(build.status.success(), "{}", String::from_utf8_lossy(&build.stderr));
        Some(Go { checker, _folder: folder })
    }

    fn check(&self, tiles: &Path, trust: &Path, older: Option<&Path>) -> (bool, String) {
        let mut command = Command::new(&self.checker);
        let output = command.arg(tiles).arg(trust.join("log.vkey")).args(older).output().unwrap();
        (output.status.success(), said(&output))
    }
}

fn said(output: &Output) -> String {
    [output.stdout.as_slice(), &output.stderr].map(String::from_utf8_lossy).concat()
}

#[test]
fn go_re_derives_root_leaves_and_inclusion_of_the_demo_ledger_and_finds_a_changed_byte() {
    let Some(go) = Go::built() else { return };
    let (folder, ledger) = county_demo::copy(&program());
    let (tiles, trust) = (folder.path().join("tiles"), ledger.join("trust"));
    exported("tiles", &ledger, &tiles);
    let (holds, text) = go.check(&tiles, &trust, None);
    let ours = program().verify(&ledger, &trust).json();
    let expected = format!("size={} root={} ", ours["size"], ours["root"].as_str().unwrap());
    assert!(holds && text.starts_with(&expected), "{text}");
    let edge = format!("tile/1/000.p/{}", ours["size"].as_u64().unwrap() / 256);
    for (file, at) in
        [("tile/entries/100", 5000), ("tile/0/100", 500), (edge.as_str(), 40), ("checkpoint", 30)]
    {
        let path = tiles.join(file);
        let before = std::fs::read(&path).unwrap();
        let mut bytes = before.clone();
        bytes[at] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        let (holds, text) = go.check(&tiles, &trust, None);
        assert!(!holds && !text.contains("panic"), "{file}: {text}");
        std::fs::write(&path, before).unwrap();
    }
    assert!(go.check(&tiles, &trust, None).0);
}

#[test]
fn go_finds_an_older_export_consistent_and_another_history_not() {
    let Some(go) = Go::built() else { return };
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("ledger");
    drop(Village::played(&dir, "grown.example/doudi", 11));
    let (first, second) = (folder.path().join("first"), folder.path().join("second"));
    exported("tiles", &dir, &first);
    let (act, key) = (folder.path().join("act.json"), dir.join("keys/社会救助股股长.pem"));
    for n in 1..=40 {
        let body = json!({ "kind": "standard.set", "body": {
            "amount_fen": 80_000 + n, "area": "141199", "basis": "样政发〔2021〕1号",
            "category": "护理", "from": "2021-01", "rule": "ceiling", "scheme": "TK-S",
        }});
        std::fs::write(&act, body.to_string()).unwrap();
        assert_eq!(run(&[&"act", &"--dir", &dir, &"--key", &key, &act]).code, Some(0));
    }
    exported("tiles", &dir, &second);
    let trust = dir.join("trust");
    let older = first.join("checkpoint");
    let (holds, text) = go.check(&second, &trust, Some(&older));
    let size = program().verify(&first, &trust).json()["size"].clone();
    assert!(holds && text.contains(&format!("consistent_with={size}")), "{text}");
    // The same people, the same keys and the same name, but another history of that length.
    let fork = folder.path().join("fork");
    copy_folder(&dir, &fork);
    let mut forger = tests::forge::Forger::of(&fork);
    let last = forger.entries.len() - 1;
    forger.entries[last] = forger.entries[0].clone();
    forger.rebuild(&fork);
    let forked = folder.path().join("forked");
    exported("tiles", &fork, &forked);
    let (holds, text) = go.check(&second, &trust, Some(&forked.join("checkpoint")));
    assert!(!holds, "{text}");
}

#[test]
fn proofbundle_accepts_our_tlog_proof_and_refuses_a_changed_leaf() {
    if !Command::new("proofbundle").arg("--version").output().is_ok_and(|o| o.status.success()) {
        println!("SKIPPED: pip install proofbundle");
        return;
    }
    let (folder, ledger) = county_demo::copy(&program());
    let vkey = std::fs::read_to_string(ledger.join("trust/log.vkey")).unwrap();
    let origin = vkey.split('+').next().unwrap().to_owned();
    for seq in ["0", "12345", "56000"] {
        let out = folder.path().join(format!("{seq}.tlog-proof"));
        let ended = run(&[&"export", &"proof", &"--dir", &ledger, &"--seq", &seq, &"--out", &out]);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let entry = folder.path().join(format!("{seq}.tlog-proof.entry"));
        let judge = || -> (Option<i32>, Value) {
            let output = Command::new("proofbundle")
                .args(["verify-proof".as_ref(), out.as_os_str(), "--payload-file".as_ref()])
                .arg(&entry)
                .args(["--log-vkey", vkey.trim(), "--expected-origin", &origin, "--json"])
                .output()
                .unwrap();
            (output.status.code(), serde_json::from_slice(&output.stdout).unwrap())
        };
        let (code, verdict) = judge();
        assert_eq!((code, &verdict["ok"]), (Some(0), &json!(true)), "{verdict}");
        let mut bytes = std::fs::read(&entry).unwrap();
        bytes[20] ^= 1;
        std::fs::write(&entry, bytes).unwrap();
        let (code, verdict) = judge();
        assert_eq!((code, &verdict["inclusion_ok"]), (Some(1), &json!(false)), "{verdict}");
        assert_eq!(verdict["log_ok"], true);
    }
}
