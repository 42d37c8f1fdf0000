//! A served ledger with its followers: every checkpoint reaches the second copies and the witness, and the witness's
//! cosignature stands under the published checkpoint.

use std::path::Path;
use std::time::Instant;

use ledger::log::TileFolder;
use ledger::trust::Trust;
use tests::program::Program;
use tests::serving::Serving;
use tests::village::Village;

use super::station::Station;

fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_doudi-under-test"))
}

fn size_of(copy: &Path, trust: &Trust) -> u64 {
    TileFolder::open(copy, &trust.log_key).map_or(0, |copy| copy.head().size)
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed().as_secs() < 20, "{what} did not come");
        std::thread::yield_now();
    }
}

fn act(server: &Serving, dir: &Path, unit: &str) {
    let file = dir.join("act.json");
    let body = format!(
        r#"{{"kind":"unit.registered","body":{{"name":"跟随试验","side":"office","unit":"{unit}"}}}}"#
    );
    std::fs::write(&file, body).unwrap();
    let (key, trust) = (dir.join("keys/系统管理员.pem"), dir.join("trust"));
    let ended = program().run([
        "act".as_ref(),
        "--server".as_ref(),
        server.address.as_ref(),
        "--trust".as_ref(),
        trust.as_os_str(),
        "--key".as_ref(),
        key.as_os_str(),
        file.as_os_str(),
    ]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

#[test]
fn every_checkpoint_reaches_the_copies_and_the_witness_and_a_killed_ledger_is_repaired_from_a_copy()
{
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("ledger");
    drop(Village::played(&dir, "followed.example/doudi", 9));
    let trust = Trust::read(&dir.join("trust")).unwrap();
    let station = Station::new("w1", &trust.log_key.to_string());
    let witness = station.serve();
    let policy =
        format!("log {}\nwitness w1 {} {}\nquorum w1\n", trust.log_key, station.key, witness.url);
    std::fs::write(dir.join("trust/policy"), policy).unwrap();
    let copies = [folder.path().join("copy-1"), folder.path().join("copy-2")];
    let names = copies.each_ref().map(|copy| copy.to_str().unwrap());
    let more = ["--copy", names[0], "--copy", names[1]];
    let server = Serving::start_with(&program(), &dir, &more);
    let before = server.size();
    act(&server, &dir, "GSSY1");
    until("the copies", || copies.iter().all(|copy| size_of(copy, &trust) == before + 1));
    until("the cosignature", || {
        let note = String::from_utf8(server.get("/checkpoint").body).unwrap();
        note.lines().nth(1) == Some(&(before + 1).to_string())
            && note.lines().any(|line| line.starts_with("\u{2014} ") && line.contains("w1"))
    });
    server.kill();
    // The disk of the ledger is gone with the machine; the store comes back from a copy, and the act with it.
    std::fs::remove_dir_all(dir.join("log")).unwrap();
    let repaired = program().run(["repair", "--dir", dir.to_str().unwrap(), "--from", names[1]]);
    assert_eq!(repaired.code, Some(0), "{repaired:?}");
    let verified = program().verify(&dir, &dir.join("trust"));
    assert_eq!((verified.code, verified.json()["size"].as_u64()), (Some(0), Some(before + 1)));
    // It goes on where it was, and the followers with it.
    let server = Serving::start_with(&program(), &dir, &more);
    act(&server, &dir, "GSSY2");
    let (code, _) = server.stop();
    assert_eq!(code, Some(0));
    assert!(
        copies.iter().all(|copy| size_of(copy, &trust) == before + 2),
        "a clean stop waits for the copies"
    );
}
