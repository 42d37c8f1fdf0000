//! Every format ever released opens, and its tampered twin does not. `tests/data/formats/README.md` says what lies there.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tests::golden;
use tests::program::{Program, copy_folder};

/// The digest of `SHA256SUMS`, which lists every file of v1 and of its twin. Nobody changes what was released.
const SEAL: &str = "bd98df963cac6412e87074dae35d7f28ae5e2ba689d06b9deb5b79d6545015cf";

fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_doudi-under-test"))
}

fn kept() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/formats")
}

/// Every file of some folders under a root, in the form of `sha256sum`.
fn sums(root: &Path, names: &[&str]) -> String {
    let mut found = BTreeMap::new();
    let mut open: Vec<PathBuf> = names.iter().map(|name| root.join(name)).collect();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(&path).unwrap().map(|item| item.unwrap().path()));
        } else {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            found.insert(name, hex::encode(Sha256::digest(fs::read(&path).unwrap())));
        }
    }
    let mut text = String::new();
    for (name, digest) in found {
        writeln!(text, "{digest}  {name}").unwrap();
    }
    text
}

const ALL: [&str; 4] = ["v1", "v1.json", "v1-tampered", "v1-tampered.json"];

/// What the program and the second program say of an export, with the auditor's own trust folder.
fn verdicts(export: &Path) -> (Value, Option<Value>) {
    let trust = kept().join("v1/trust");
    let ended = program().verify(export, &trust);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/format/verify_ledger.py");
    let mut second = Command::new("python3");
    let second = second.arg(script).arg(export).arg("--trust").arg(trust).arg("--json").output();
    let second = second.ok().filter(|output| output.status.code() != Some(2));
    if second.is_none() {
        println!("SKIPPED: python3 with cryptography or pynacl is not installed");
    }
    let second = second.map(|output| facts(&serde_json::from_slice(&output.stdout).unwrap()));
    (facts(&ended.json()), second)
}

/// The figures that both programs give, and the place of the first divergence.
fn facts(document: &Value) -> Value {
    if document["ok"] == true {
        let figures = ["size", "root", "acts", "lines"];
        return figures.iter().map(|name| ((*name).to_owned(), document[name].clone())).collect();
    }
    let found = &document["first_divergence"];
    json!({ "code": found["code"], "entry": found["entry"] })
}

fn expected(name: &str) -> Value {
    serde_json::from_slice(&fs::read(kept().join(name)).unwrap()).unwrap()
}

#[test]
fn the_golden_ledger_opens_with_the_recorded_figures() {
    let expected = expected("v1.json");
    let (ours, second) = verdicts(&kept().join("v1"));
    assert_eq!(ours, expected["figures"]);
    if let Some(second) = second {
        assert_eq!(second, expected["figures"]);
    }
    let document = program().verify(&kept().join("v1"), &kept().join("v1/trust")).json();
    assert_eq!(document["months"], expected["months"]);
}

#[test]
fn its_twin_is_refused_with_the_recorded_code_at_the_recorded_entry() {
    let expected = expected("v1-tampered.json");
    let (ours, second) = verdicts(&kept().join("v1-tampered"));
    assert_eq!(ours, expected["doudi"]);
    if let Some(second) = second {
        assert_eq!(second, expected["verify_ledger.py"]);
    }
}

#[test]
fn the_golden_files_are_the_released_ones() {
    let listed = fs::read_to_string(kept().join("SHA256SUMS")).unwrap();
    assert_eq!(hex::encode(Sha256::digest(&listed)), SEAL, "what was released is never made anew");
    assert_eq!(sums(&kept(), &ALL), listed);
}

/// If the village's story changes one day, this test goes, and the files stay: README.md there.
#[test]
fn the_seeds_still_make_the_golden_ledger() {
    let folder = tempfile::tempdir().unwrap();
    let (v1, twin) = (folder.path().join("v1"), folder.path().join("v1-tampered"));
    golden::make(&v1, &twin);
    if std::env::var_os("UPDATE").is_some() && !kept().join("v1").exists() {
        keep(&v1, &twin);
    }
    let names = ["v1", "v1-tampered"];
    assert_eq!(sums(folder.path(), &names), sums(&kept(), &names));
}

/// Keeps what was made, once: where there is a golden ledger already nothing is written.
fn keep(v1: &Path, twin: &Path) {
    copy_folder(v1, &kept().join("v1"));
    copy_folder(twin, &kept().join("v1-tampered"));
    let (figures, _) = verdicts(&kept().join("v1"));
    let months = program().verify(v1, &v1.join("trust")).json()["months"].clone();
    let (ours, second) = verdicts(&kept().join("v1-tampered"));
    let write = |name: &str, value: &Value| {
        let text = format!("{}\n", serde_json::to_string_pretty(value).unwrap());
        fs::write(kept().join(name), text).unwrap();
    };
    write("v1.json", &json!({ "figures": figures, "months": months }));
    write("v1-tampered.json", &json!({ "doudi": ours, "verify_ledger.py": second }));
    fs::write(kept().join("SHA256SUMS"), sums(&kept(), &ALL)).unwrap();
}
