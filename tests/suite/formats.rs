//! Every format ever released opens, and its tampered twin does not. `tests/data/formats/README.md` says what lies there.

mod maker;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ledger::log::{EntrySource as _, TileFolder};
use ledger::trust::Trust;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tests::program::{Program, copy_folder};

/// The digest of `SHA256SUMS`, which lists every file of v1 and of its twin. Nobody changes what was released.
const SEAL: &str = "710f1dd7216ede11d43b0b0caf65a4e9d578c884aa8fa599dca95ae02037c6f0";

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
    assert_eq!(kinds(&kept().join("v1")), expected["kinds"]);
}

/// How many acts and lines of each kind an export holds.
fn kinds(export: &Path) -> Value {
    let trust = Trust::read(&export.join("trust")).unwrap();
    let tiles = TileFolder::open(export, &trust.log_key).unwrap();
    let mut count: BTreeMap<String, u64> = BTreeMap::new();
    for entry in tiles.entries() {
        let value: Value = serde_json::from_slice(&entry.unwrap().1).unwrap();
        let kind = [&value["act"]["kind"], &value["line"]].into_iter().find_map(Value::as_str);
        *count.entry(kind.unwrap().to_owned()).or_default() += 1;
    }
    json!(count)
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

/// The maker goes on making such a ledger; not the same one, since its story follows the cases of `tests/data/refusals`.
#[test]
fn a_ledger_made_today_opens_and_its_twin_is_refused_for_the_same_reason() {
    let folder = tempfile::tempdir().unwrap();
    let (v1, twin) = (folder.path().join("v1"), folder.path().join("v1-tampered"));
    maker::make(&kept().join("../refusals"), &v1, &twin);
    if std::env::var_os("UPDATE").is_some() && !kept().join("v1").exists() {
        keep(&v1, &twin);
    }
    let (made, refused) =
        (program().verify(&v1, &v1.join("trust")), program().verify(&twin, &v1.join("trust")));
    assert_eq!((made.code, refused.code), (Some(0), Some(1)), "{made:?}");
    assert_eq!(facts(&refused.json())["code"], expected("v1-tampered.json")["doudi"]["code"]);
}

/// Keeps what was made, once: where there is a golden ledger already nothing is written.
fn keep(v1: &Path, twin: &Path) {
    copy_folder(v1, &kept().join("v1"));
    copy_folder(twin, &kept().join("v1-tampered"));
    let (figures, _) = verdicts(&kept().join("v1"));
    let months = program().verify(v1, &v1.join("trust")).json()["months"].clone();
    let kinds = kinds(v1);
    let (ours, second) = verdicts(&kept().join("v1-tampered"));
    let write = |name: &str, value: &Value| {
        let text = format!("{}\n", serde_json::to_string_pretty(value).unwrap());
        fs::write(kept().join(name), text).unwrap();
    };
    write("v1.json", &json!({ "figures": figures, "months": months, "kinds": kinds }));
    write("v1-tampered.json", &json!({ "doudi": ours, "verify_ledger.py": second }));
    fs::write(kept().join("SHA256SUMS"), sums(&kept(), &ALL)).unwrap();
}
