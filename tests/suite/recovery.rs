//! Second copies, backup and restore as an operator uses them: commands, another host, a killed process.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use ledger::log::{Log, NoteSigner, Record, TileFolder};
use ledger::trust::Trust;
use tests::meaning::Meaning;
use tests::program::{Ended, Program, copy_folder};
use tests::village::{ORIGIN, Village};

const KILLS: u32 = 12;

fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_doudi-under-test"))
}

fn run(arguments: &[&dyn AsRef<std::ffi::OsStr>]) -> Ended {
    program().run(arguments.iter().map(|argument| argument.as_ref().to_owned()))
}

fn code(ended: &Ended) -> String {
    ended.json()["error"]["code"].as_str().unwrap_or("none").to_owned()
}

fn act(dir: &Path, unit: &str) {
    let path = dir.join("one-more.json");
    let body = format!(
        r#"{{"kind":"unit.registered","body":{{"name":"副本试验","side":"office","unit":"{unit}"}}}}"#
    );
    std::fs::write(&path, body).unwrap();
    let key = dir.join("keys/系统管理员.pem");
    let ended = run(&[&"act", &"--dir", &dir, &"--key", &key, &path]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

/// `doudi copy serve`, killed when the test ends.
struct Host {
    child: Child,
    address: String,
}

impl Host {
    fn of(copy: &Path, trust: &Path) -> Host {
        let mut child = Command::new(program().path())
            .args(["copy", "serve", "--listen", "127.0.0.1:0", "--dir"])
            .arg(copy)
            .arg("--trust")
            .arg(trust)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim_end().split_once('：').expect("it says where it listens").1;
        Host { child, address: address.to_owned() }
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[test]
fn another_host_follows_gives_back_and_refuses_rollback_and_fork() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| -> PathBuf { folder.path().join(name) };
    let village = Village::played(&at("ledger"), ORIGIN, 1);
    let dir = village.dir();
    copy_folder(dir, &at("older"));
    let host = Host::of(&at("copy"), &dir.join("trust"));
    let copied = run(&[&"copy", &"--json", &"--dir", &dir, &"--to", &host.address]);
    assert_eq!(copied.code, Some(0), "{copied:?}");
    act(dir, "YCA");
    let copied = run(&[&"copy", &"--json", &"--dir", &dir, &"--to", &host.address]);
    assert_eq!(copied.code, Some(0), "{copied:?}");
    let trust = Trust::read(&dir.join("trust")).unwrap();
    let tiles = TileFolder::open(&at("copy"), &trust.log_key).unwrap();
    let held = tiles.full_read().unwrap();
    // The ledger of before, then the same with another act: a fork.
    let older = run(&[&"copy", &"--json", &"--dir", &at("older"), &"--to", &host.address]);
    assert_eq!((older.code, code(&older).as_str()), (Some(1), "copy.ahead"), "{older:?}");
    act(&at("older"), "YCB");
    let fork = run(&[&"copy", &"--json", &"--dir", &at("older"), &"--to", &host.address]);
    assert_eq!((fork.code, code(&fork).as_str()), (Some(1), "copy.forked"), "{fork:?}");
    let tiles = TileFolder::open(&at("copy"), &trust.log_key).unwrap();
    assert_eq!(tiles.full_read().unwrap(), held, "the copy is what it was");
    // The disk dies; the host gives everything back.
    std::fs::remove_dir_all(dir.join("log")).unwrap();
    let repaired = run(&[&"repair", &"--json", &"--dir", &dir, &"--from", &host.address]);
    assert_eq!(repaired.code, Some(0), "{repaired:?}");
    assert_eq!(repaired.json()["size"].as_u64(), Some(held.size));
    let scrubbed = run(&[&"scrub", &"--json", &"--dir", &dir]);
    assert_eq!(scrubbed.code, Some(0), "{scrubbed:?}");
}

#[test]
fn a_backup_brings_back_everything_the_names_too_once_the_keys_are_there() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| -> PathBuf { folder.path().join(name) };
    let village = Village::played(&at("ledger"), ORIGIN, 1);
    let dir = village.dir();
    let backed = run(&[&"backup", &"--json", &"--dir", &dir, &"--out", &at("backup")]);
    assert_eq!(backed.code, Some(0), "{backed:?}");
    assert!(!at("backup").join("keys").exists(), "no key is in a backup");
    let occupied = run(&[&"backup", &"--json", &"--dir", &dir, &"--out", &at("backup")]);
    assert_eq!(code(&occupied), "backup.occupied");
    let keys = dir.join("keys");
    let known = dir.join("last-signed");
    let restored = run(&[
        &"restore",
        &"--json",
        &"--from",
        &at("backup"),
        &"--dir",
        &at("new"),
        &"--newest",
        &known,
        &"--keys",
        &keys,
    ]);
    assert_eq!(restored.code, Some(0), "{restored:?}");
    let document = restored.json();
    assert_eq!(document["vault_checked"].as_bool(), Some(true), "{restored:?}");
    assert_eq!(document["is_newest_known"].as_bool(), Some(true));
    let (is, again) = (Meaning::of(dir).unwrap(), Meaning::of(&at("new")).unwrap());
    assert_eq!(is.differences(&again), Vec::<&str>::new());
    assert!(!is.vault.is_empty());
    // One changed byte of a listed file, and nothing is restored.
    let records = at("backup").join("vault/records");
    let mut bytes = std::fs::read(&records).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&records, bytes).unwrap();
    let refused = run(&[&"restore", &"--json", &"--from", &at("backup"), &"--dir", &at("other")]);
    assert_eq!((refused.code, code(&refused).as_str()), (Some(1), "backup.damaged"));
    assert!(!at("other").exists());
}

#[test]
fn a_restored_older_state_is_known_as_such_until_the_second_copy_has_mended_it() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| -> PathBuf { folder.path().join(name) };
    let village = Village::played(&at("ledger"), ORIGIN, 1);
    let dir = village.dir();
    let backed = run(&[&"backup", &"--json", &"--dir", &dir, &"--out", &at("backup")]);
    assert_eq!(backed.code, Some(0), "{backed:?}");
    act(dir, "YCA");
    let copied = run(&[&"copy", &"--json", &"--dir", &dir, &"--to", &at("copy")]);
    assert_eq!(copied.code, Some(0), "{copied:?}");
    let older = [&"restore", &"--json" as &dyn AsRef<std::ffi::OsStr>, &"--from"];
    let (backup, new, copy) = (at("backup"), at("new"), at("copy"));
    let mut arguments = older.to_vec();
    arguments.extend([&backup as &dyn AsRef<std::ffi::OsStr>, &"--dir", &new, &"--newest", &copy]);
    let refused = run(&arguments);
    assert_eq!((refused.code, code(&refused).as_str()), (Some(1), "restore.older"));
    arguments.push(&"--accept-older");
    let restored = run(&arguments);
    assert_eq!(restored.code, Some(0), "{restored:?}");
    assert_eq!(restored.json()["is_newest_known"].as_bool(), Some(false));
    assert!(new.join("restored").exists());
    let repaired = run(&[&"repair", &"--json", &"--dir", &new, &"--from", &copy]);
    assert_eq!(repaired.code, Some(0), "{repaired:?}");
    assert!(!new.join("restored").exists(), "it holds the newest that was known");
    let [was, is] = [dir, &new].map(|dir| std::fs::read(dir.join("last-signed")).unwrap());
    assert_eq!(was, is);
}

#[test]
fn a_copy_killed_at_any_moment_is_an_older_one_or_the_newer_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("ledger");
    let village = Village::played(&folder.path().join("village"), ORIGIN, 1);
    copy_folder(&village.dir().join("trust"), &dir.join("trust"));
    let key = api::keys::read(&village.dir().join("keys/log.key")).unwrap();
    let signer = NoteSigner::new(ORIGIN, &key.to_bytes()).unwrap();
    let mut log = Log::open(&dir, signer.verifier()).unwrap();
    for thousand in 0..12_u64 {
        let entries: Vec<String> = (0..1_000).map(|n| format!("{{\"n\":{thousand}{n}}}")).collect();
        let records: Vec<_> =
            entries.iter().map(|entry| Record { bytes: entry.as_bytes(), id: None }).collect();
        log.append(&log.head(), &records).unwrap();
    }
    log.checkpoint(&signer).unwrap();
    let newest = log.head();
    drop(log);
    let arguments = |copy: &Path| -> Vec<std::ffi::OsString> {
        vec!["copy".into(), "--dir".into(), (&dir).into(), "--to".into(), copy.into()]
    };
    let start = Instant::now();
    assert_eq!(program().run(arguments(&folder.path().join("whole"))).code, Some(0));
    let whole = start.elapsed();
    let (mut older, mut newer) = (0, 0);
    let copy = folder.path().join("copy");
    for kill in 0..KILLS {
        // Every other one begins anew, the others go on with what was left.
        if kill % 2 == 0 && copy.exists() {
            std::fs::remove_dir_all(&copy).unwrap();
        }
        let after: Duration = whole * (kill + 1) / KILLS;
        program().run_and_kill(after, arguments(&copy));
        match TileFolder::open(&copy, signer.verifier()) {
            Ok(tiles) => {
                assert_eq!(tiles.full_read().unwrap(), newest);
                newer += 1;
            }
            Err(_) => older += 1,
        }
        let ended = program().run(arguments(&copy));
        assert_eq!(ended.code, Some(0), "{after:?}: {ended:?}");
        let tiles = TileFolder::open(&copy, signer.verifier()).unwrap();
        assert_eq!(tiles.full_read().unwrap(), newest);
    }
    println!("{KILLS} kills within {whole:?}: {older} before the checkpoint, {newer} after");
}

#[test]
fn a_bad_sector_in_a_journal_takes_nothing_along_whatever_opens_the_ledger() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let village = Village::played(&at("played"), "holes.example/doudi", 5);
    for (store, codes) in [
        ("log", &["log.store_damaged", "scrub.store_unreadable"][..]),
        ("vault/store", &["vault.unreadable"]),
    ] {
        let ledger = at("struck");
        if ledger.exists() {
            std::fs::remove_dir_all(&ledger).unwrap();
        }
        copy_folder(village.dir(), &ledger);
        let journal = std::fs::read_dir(ledger.join(store)).unwrap();
        let journal = journal.map(|item| item.unwrap().path());
        let journal = journal.filter(|path| path.extension().is_some_and(|e| e == "jnl")).max();
        let journal = journal.unwrap();
        let mut bytes = std::fs::read(&journal).unwrap();
        let middle = bytes.iter().rposition(|byte| *byte != 0).unwrap() / 2;
        bytes[middle..middle + 512].fill(0);
        std::fs::write(&journal, &bytes).unwrap();
        let dir = ledger.to_str().unwrap();
        let out = at("out");
        for line in [
            vec!["verify", dir, "--json"],
            vec!["scrub", "--json", "--dir", dir],
            vec!["backup", "--json", "--dir", dir, "--out", out.to_str().unwrap()],
            vec!["replay", "--json", "--dir", dir],
        ] {
            let ended = program().run(&line);
            let is_told = codes.iter().any(|code| ended.out.contains(code));
            // Rebuilding the books does not touch the vault.
            assert!(is_told || (line[0] == "replay" && store != "log"), "{line:?}: {ended:?}");
            assert!(std::fs::read(&journal).unwrap() == bytes, "{line:?} changed the journal");
            if out.exists() {
                std::fs::remove_dir_all(&out).unwrap();
            }
        }
    }
}
