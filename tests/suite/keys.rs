//! Keys over a lifetime, with the program as people use it and with OpenSSL as the other one who reads and signs.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;
use tests::program::{Ended, Program, copy_folder};

fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_doudi-under-test"))
}

/// Runs the program; a word that begins with `@` is a file of the folder.
fn run(folder: &Path, line: &str) -> Ended {
    let word = |word: &str| match word.strip_prefix('@') {
        Some(name) => folder.join(name).into_os_string(),
        None => word.into(),
    };
    program().run(line.split(' ').map(word).collect::<Vec<_>>())
}

fn done(folder: &Path, line: &str) -> serde_json::Value {
    let ended = run(folder, line);
    assert_eq!(ended.code, Some(0), "{line}: {ended:?}");
    ended.json()
}

fn refused(folder: &Path, line: &str, code: &str) {
    let ended = run(folder, line);
    assert_eq!(ended.json()["error"]["code"], code, "{line}: {ended:?}");
}

fn founded() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    done(folder.path(), "init --json --dir @ledger --origin keys.example/1");
    folder
}

/// A file that only its owner can read.
fn private(folder: &Path, name: &str, text: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    path
}

/// OpenSSL in that folder; `None`, said aloud, if it is not there.
fn openssl(folder: &Path, line: &str) -> Option<String> {
    let output = Command::new("openssl").current_dir(folder).args(line.split(' ')).output();
    let Ok(output) = output else {
        println!("SKIPPED: openssl is not installed (Debian: apt-get install openssl)");
        return None;
    };
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {line}: {said}");
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn a_sealed_key_file_opens_with_its_passphrase_here_and_in_openssl_and_with_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    private(at, "right", "correct horse\n");
    private(at, "wrong", "incorrect horse\n");
    done(at, "keygen --json --out @new.pem --passphrase-file @right");
    let pem = std::fs::read_to_string(at.join("new.pem")).unwrap();
    assert!(pem.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"), "{pem}");
    let change = "key passphrase @new.pem --json --no-passphrase --old-passphrase-file";
    refused(at, &format!("{change} @wrong"), "key.passphrase");
    let sealed = openssl(at, "pkey -in new.pem -passin file:right -pubout");
    done(at, &format!("{change} @right"));
    let plain = openssl(at, "pkey -in new.pem -pubout");
    assert_eq!(sealed, plain);
}

#[test]
fn a_key_that_openssl_sealed_is_read_and_sealed_anew() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    private(at, "right", "correct horse\n");
    let made = openssl(at, "genpkey -algorithm ed25519 -aes-256-cbc -pass file:right -out key.pem");
    if made.is_none() {
        return;
    }
    private(at, "key.pem", &std::fs::read_to_string(at.join("key.pem")).unwrap());
    let before = openssl(at, "pkey -in key.pem -passin file:right -pubout");
    private(at, "next", "battery staple\n");
    let change = "key passphrase @key.pem --json --old-passphrase-file @right";
    done(at, &format!("{change} --passphrase-file @next"));
    assert_eq!(openssl(at, "pkey -in key.pem -passin file:next -pubout"), before);
}

#[test]
fn a_key_that_others_could_read_or_replace_is_not_used() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = founded();
    let at = folder.path();
    let list = "key doubts --json --dir @ledger";
    let mode = |path: &str, mode| {
        std::fs::set_permissions(at.join(path), std::fs::Permissions::from_mode(mode)).unwrap();
    };
    mode("ledger/keys/log.key", 0o640);
    refused(at, list, "key.exposed");
    mode("ledger/keys/log.key", 0o600);
    mode("ledger/keys", 0o777);
    refused(at, list, "key.exposed");
    mode("ledger/keys", 0o700);
    done(at, list);
}

#[test]
fn a_device_that_only_signs_states_an_act() {
    let folder = founded();
    let at = folder.path();
    let public = openssl(at, "pkey -in ledger/keys/admin.pem -pubout");
    let Some(public) = public else { return };
    std::fs::write(at.join("admin.pub"), public).unwrap();
    let act = r#"{"kind":"unit.registered","body":{"unit":"Z01","name":"柳树镇","side":"town"}}"#;
    std::fs::write(at.join("act.json"), act).unwrap();
    let device = |key: &str| {
        let (message, key) = (at.join("message"), at.join("ledger/keys").join(key));
        let (message, key) = (message.display(), key.display());
        format!("cat > {message} && openssl pkeyutl -sign -rawin -inkey {key} -in {message}")
    };
    let hand_in = |device: &str| {
        let words = ["act", "--json", "--dir", "@ledger", "--signer-public", "@admin.pub"];
        let file = |word: &str| match word.strip_prefix('@') {
            Some(name) => at.join(name).into_os_string(),
            None => word.into(),
        };
        let mut words: Vec<_> = words.into_iter().map(file).collect();
        words.extend(["--signer".into(), device.into(), file("@act.json")]);
        program().run(words)
    };
    let other = hand_in(&device("inspector.pem"));
    assert_eq!(other.json()["error"]["code"], "key.signer", "{other:?}");
    assert_eq!(hand_in("exit 7").json()["error"]["code"], "key.signer");
    let ended = hand_in(&device("admin.pem"));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(ended.json()["seq"], 1);
}

#[test]
fn a_stolen_key_is_followed_by_its_revocation_and_its_acts_wait_for_an_answer() {
    let folder = founded();
    let at = folder.path();
    let by = "--json --dir @ledger --key @ledger/keys/admin.pem";
    done(at, "keygen --json --no-passphrase --out @second.pem");
    let rotate = format!("key rotate {by} --new-key @second.pem");
    refused(at, &rotate, "key.countersign_wrong");
    let rotated = done(at, &format!("{rotate} --voucher @ledger/keys/inspector.pem"));
    assert_eq!(rotated["seq"], 1);
    let act = r#"{"kind":"unit.registered","body":{"unit":"Z01","name":"柳树镇","side":"town"}}"#;
    std::fs::write(at.join("act.json"), act).unwrap();
    done(at, &format!("act {by} @act.json"));
    let second = by.replace("@ledger/keys/admin.pem", "@second.pem");
    let first = first_root_key(at);
    done(at, &format!("key revoke {second} --revoke {first} --compromised-since 2 --reason 被盗"));
    let doubts = done(at, "key doubts --json --dir @ledger");
    assert_eq!((&doubts["open"], &doubts["acts"][0]["seq"]), (&1.into(), &2.into()));
    refused(at, &format!("act {by} @act.json"), "key.revoked");
    done(at, &format!("key reconfirm {second} --reason 核对无误"));
    let doubts = done(at, "key doubts --json --dir @ledger");
    assert_eq!(
        (&doubts["open"], &doubts["acts"][0]["standing"]),
        (&0.into(), &"reconfirmed".into())
    );
    done(at, "verify @ledger --json --trust @ledger/trust");
}

/// The id of the founding administrator's key, from the trust folder.
fn first_root_key(at: &Path) -> String {
    let trust = std::fs::read_to_string(at.join("ledger/trust/trust.toml")).unwrap();
    let key = trust.lines().find_map(|line| line.strip_prefix("key = \"")).unwrap();
    key.trim_end_matches('"').to_owned()
}

#[test]
fn copies_backups_proofs_and_repair_go_on_after_the_log_key_was_replaced() {
    let folder = founded();
    let at = folder.path();
    let by =
        "--json --dir @ledger --key @ledger/keys/admin.pem --voucher @ledger/keys/inspector.pem";
    let vkey = std::fs::read_to_string(at.join("ledger/trust/log.vkey")).unwrap();
    done(at, "copy --json --dir @ledger --to @copy");
    // What an inspector took along when the ledger was founded.
    copy_folder(&at.join("ledger/trust"), &at.join("founding"));
    std::fs::copy(at.join("ledger/last-signed"), at.join("before")).unwrap();
    done(at, "keygen --json --no-passphrase --out @ledger/keys/log-2.key");
    done(at, &format!("key log-announce {by} --new-key @ledger/keys/log-2.key"));
    done(at, &format!("key log-retire {by} --vkey {} --reason 到期", vkey.trim_end()));
    std::fs::remove_file(at.join("ledger/keys/log.key")).unwrap();
    // The copy that was there before goes on, and one that is begun now begins.
    done(at, "copy --json --dir @ledger --to @copy --to @late");
    done(at, "scrub --json --dir @ledger");
    done(at, "export proof --json --dir @ledger --seq 0 --out @proof");
    let judge = "verify @proof --json --entry @proof.entry --trust";
    done(at, &format!("{judge} @ledger/trust"));
    let judged = run(at, &format!("{judge} @founding")).json();
    assert_eq!(judged["first_divergence"]["code"], "log.checkpoint_signature");
    // The chain proves itself by the founding key, so it may come by any way.
    std::fs::copy(at.join("late/log-keys"), at.join("founding/log-keys")).unwrap();
    done(at, &format!("{judge} @founding"));
    done(at, "export consistency --json --dir @ledger --from @before --out @goes-on");
    done(at, "verify @goes-on --json --known @before --trust @founding");
    done(at, "backup --json --dir @ledger --out @backup");
    done(at, "restore --json --from @backup --newest @copy --dir @restored");
    done(at, "verify @restored --json --trust @ledger/trust");
    std::fs::remove_dir_all(at.join("ledger/log")).unwrap();
    for name in ["last-signed", "log-keys"] {
        std::fs::remove_file(at.join("ledger").join(name)).unwrap();
    }
    done(at, "repair --json --dir @ledger --from @copy");
    let act = r#"{"kind":"unit.registered","body":{"unit":"Z01","name":"柳树镇","side":"town"}}"#;
    std::fs::write(at.join("act.json"), act).unwrap();
    done(at, "act --json --dir @ledger --key @ledger/keys/admin.pem @act.json");
    done(at, "copy --json --dir @ledger --to @copy");
}

#[test]
fn the_founding_trust_folder_verifies_a_ledger_whose_log_key_was_replaced() {
    let folder = founded();
    let at = folder.path();
    let by =
        "--json --dir @ledger --key @ledger/keys/admin.pem --voucher @ledger/keys/inspector.pem";
    let verify = "verify @ledger --json --trust @ledger/trust";
    let vkey = std::fs::read_to_string(at.join("ledger/trust/log.vkey")).unwrap();
    done(at, "keygen --json --no-passphrase --out @ledger/keys/log-2.key");
    done(at, &format!("key log-announce {by} --new-key @ledger/keys/log-2.key"));
    let lines = |name: &str| {
        let note = std::fs::read_to_string(at.join(name)).unwrap();
        note.lines().filter(|line| line.starts_with('\u{2014}')).count()
    };
    assert_eq!(lines("ledger/last-signed"), 2);
    assert_eq!(done(at, verify)["log_keys"].as_array().unwrap().len(), 2);
    std::fs::copy(at.join("ledger/last-signed"), at.join("overlap")).unwrap();
    done(at, &format!("key log-retire {by} --vkey {} --reason 到期", vkey.trim_end()));
    assert_eq!(lines("ledger/last-signed"), 1);
    std::fs::remove_file(at.join("ledger/keys/log.key")).unwrap();
    assert_eq!(done(at, verify)["log_keys"].as_array().unwrap().len(), 1);
    done(at, &format!("{verify} --known @overlap"));
    std::fs::copy(at.join("ledger/last-signed"), at.join("after")).unwrap();
    done(at, &format!("{verify} --known @after"));
    done(at, "export tiles --dir @ledger --out @tiles --json");
    done(at, "verify @tiles --json --trust @ledger/trust");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/format/verify_ledger.py");
    let arguments = [at.join("tiles"), "--trust".into(), at.join("ledger/trust")];
    let python = Command::new("python3").arg(script).args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&python.stdout);
    let skipped = python.status.code() == Some(2);
    assert!(skipped || python.status.success(), "{said}");
}
