//! Foreign tools agree: hledger on the journal, a Python program on the log, OpenSSL on the keys.
//! Where a tool is not installed the test says so and passes; CI installs all three.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

use tests::county_demo;
use tests::program::Program;

fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_doudi-under-test"))
}

/// Runs a foreign tool; `None`, said aloud, if it is not there.
fn tool(name: &str, arguments: &[&std::ffi::OsStr]) -> Option<Output> {
    let output = Command::new(name).env("LANG", "C.UTF-8").args(arguments).output();
    if output.is_err() {
        println!("SKIPPED: {name} is not installed (Debian: apt-get install {name})");
    }
    output.ok()
}

fn has_python_with_ed25519() -> bool {
    let probe = "import importlib.util as u, sys; \
                 sys.exit(0 if u.find_spec('cryptography') or u.find_spec('nacl') else 1)";
    let probed = Command::new("python3").args(["-c", probe]).status();
    let there = probed.is_ok_and(|status| status.success());
    if !there {
        println!("SKIPPED: python3 with cryptography or pynacl is not installed");
    }
    there
}

#[test]
fn hledger_accepts_the_journal_and_its_balances_are_the_trial_balance_to_the_fen() {
    let out = county_demo::played(&program()).join("out");
    let journal = out.join("journal.hledger");
    let file = ["-f".as_ref(), journal.as_os_str()];
    let Some(check) = tool("hledger", &[&file[..], &["check".as_ref()]].concat()) else { return };
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stderr));
    let wanted = ["balance", "--flat", "--no-total", "-O", "csv"].map(std::ffi::OsStr::new);
    let balances = tool("hledger", &[&file[..], &wanted[..]].concat()).unwrap();
    let balances = String::from_utf8(balances.stdout).unwrap();
    let theirs: BTreeMap<String, String> = balances
        .lines()
        .skip(1)
        .map(|line| {
            let (account, amount) = line.trim_matches('"').split_once("\",\"").unwrap();
            (account.to_owned(), amount.trim_end_matches(" CNY").to_owned())
        })
        .collect();
    let ours = std::fs::read_to_string(out.join("trial-balance.csv")).unwrap();
    let ours: BTreeMap<String, String> = ours
        .lines()
        .skip(1)
        .map(|line| line.rsplit_once(',').unwrap())
        .map(|(account, amount)| (account.to_owned(), amount.to_owned()))
        .collect();
    assert!(ours.len() > 10);
    assert_eq!(theirs, ours);
}

fn verify_in_python(tiles: &Path, trust: &Path) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/format/verify_ledger.py");
    let arguments = [tiles.as_os_str(), "--trust".as_ref(), trust.as_os_str(), "--json".as_ref()];
    Command::new("python3").arg(script).args(arguments).output().unwrap()
}

#[test]
fn a_second_program_verifies_the_demo_ledger_and_finds_a_changed_byte() {
    if !has_python_with_ed25519() {
        return;
    }
    let program = program();
    let (folder, ledger) = county_demo::copy(&program);
    let tiles = folder.path().join("tiles");
    let arguments = ["export".as_ref(), "tiles".as_ref(), "--dir".as_ref(), ledger.as_os_str()];
    let ended = program.run([&arguments[..], &["--out".as_ref(), tiles.as_os_str()]].concat());
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let trust = ledger.join("trust");
    let holds = verify_in_python(&tiles, &trust);
    let document: serde_json::Value = serde_json::from_slice(&holds.stdout).unwrap();
    let ours = program.verify(&ledger, &trust).json();
    for figure in ["ok", "size", "root", "acts", "lines"] {
        assert_eq!(document[figure], ours[figure], "{figure}");
    }
    // One letter of one entry, in the middle of the ledger.
    let bundle = tiles.join("tile/entries/100");
    let mut bytes = std::fs::read(&bundle).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&bundle, bytes).unwrap();
    let found = verify_in_python(&tiles, &trust);
    assert_eq!(found.status.code(), Some(1));
    let found: serde_json::Value = serde_json::from_slice(&found.stdout).unwrap();
    assert_eq!(found["ok"], false);
    assert!(found["first_divergence"]["code"].is_string(), "{found}");
}

#[test]
fn the_second_program_re_derives_the_worked_example() {
    if !has_python_with_ed25519() {
        return;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/format/verify_ledger.py");
    let ended = Command::new("python3").arg(script).arg("--example").output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stdout));
}

#[test]
fn openssl_reads_the_key_files() {
    let keys = county_demo::played(&program()).join("keys");
    let key = keys.join("CZJ-会计.pem");
    let arguments = ["pkey".as_ref(), "-in".as_ref(), key.as_os_str(), "-noout".as_ref()];
    let Some(read) = tool("openssl", &arguments) else { return };
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
}
