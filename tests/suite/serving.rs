//! `doudi serve` over the real binary: what is served is what is exported, what is not covered is not there, acts come in.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ledger::log::{ConsistencyFile, InclusionFile, SignedNote, TileName};
use ledger::trust::Trust;
use serde_json::json;
use tests::county_demo;
use tests::program::{Ended, Program, copy_folder};
use tests::serving::Serving;
use tests::village::Village;

const FOR_EVER: &str = "public, max-age=31536000, immutable";

fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_doudi-under-test"))
}

fn run(arguments: &[&dyn AsRef<OsStr>]) -> Ended {
    program().run(arguments.iter().map(AsRef::as_ref))
}

/// A village of about 230 entries: all its tiles are partial.
fn village() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("ledger");
    drop(Village::played(&dir, "served.example/doudi", 9));
    (folder, dir)
}

/// Every file under a folder, by its path from there.
fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for item in std::fs::read_dir(&folder).unwrap() {
            let path = item.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// An act that changes no payment, as a person writes it.
fn standard(n: u64) -> String {
    json!({ "kind": "standard.set", "body": {
        "amount_fen": 70_000 + n, "area": "141199", "basis": format!("样政发〔2021〕{n}号"),
        "category": "护理", "from": "2021-01", "rule": "ceiling", "scheme": "TK-S",
    }})
    .to_string()
}

/// Signs on the client's side with the key of a post and hands in to the server.
fn act(server: &Serving, dir: &Path, trust: &Path, n: u64) -> Ended {
    let file = dir.join("act.json");
    std::fs::write(&file, standard(n)).unwrap();
    let key = dir.join("keys/社会救助股股长.pem");
    run(&[
        &"act",
        &"--json",
        &"--server",
        &server.address,
        &"--trust",
        &trust,
        &"--key",
        &key,
        &file,
    ])
}

/// Asks until the served checkpoint covers `size` entries; the server signs one every second.
fn wait_for(server: &Serving, size: u64) {
    let start = std::time::Instant::now();
    while server.size() < size {
        assert!(start.elapsed().as_secs() < 20, "no checkpoint over {size} entries came");
    }
}

#[test]
fn every_served_tile_is_the_exported_one_and_nothing_lies_beyond_the_checkpoint() {
    let (folder, ledger) = county_demo::copy(&program());
    let out = folder.path().join("tiles");
    assert_eq!(run(&[&"export", &"tiles", &"--dir", &ledger, &"--out", &out]).code, Some(0));
    let exported = files(&out);
    let server = Serving::start(&program(), &ledger);
    let size = server.size();
    let names: Vec<String> = TileName::all(size).map(|name| name.to_string()).collect();
    assert_eq!(names.len() + 1, exported.len(), "as many tiles as files, and the checkpoint");
    for name in &names {
        let answer = server.get(&format!("/{name}"));
        assert_eq!((answer.status, answer.keep.as_str()), (200, FOR_EVER), "{name}");
        assert_eq!(answer.kind, "application/octet-stream");
        assert!(answer.body == exported[name], "{name} differs");
    }
    let checkpoint = server.get("/checkpoint");
    assert_eq!(checkpoint.body, exported["checkpoint"]);
    assert_eq!(
        (checkpoint.status, checkpoint.kind.as_str(), checkpoint.keep.as_str()),
        (200, "text/plain; charset=utf-8", "no-store")
    );
    // A partial tile of an earlier checkpoint is the beginning of what it has become.
    let begun = server.get("/tile/0/000.p/7");
    assert_eq!(begun.body, exported["tile/0/000"][..7 * 32]);
    let begun = server.get("/tile/entries/000.p/1");
    assert!(exported["tile/entries/000"].starts_with(&begun.body) && begun.body.len() > 2);
    let (whole, rest) = (size / 256, size % 256);
    for beyond in [
        format!("/tile/0/{whole:03}"),
        format!("/tile/0/{whole:03}.p/{}", rest + 1),
        format!("/tile/entries/{:03}.p/1", whole + 1),
        "/tile/2/000.p/2".to_owned(),
        "/tile/3/000.p/1".to_owned(),
        "/tile/63/000".to_owned(),
        format!("/proof/{size}"),
    ] {
        let answer = server.get(&beyond);
        assert_eq!((answer.status, answer.keep.as_str()), (404, "no-store"), "{beyond}");
    }
    assert_eq!(server.stop().0, Some(0));
}

#[test]
fn a_tile_has_one_address_and_every_other_spelling_is_not_there() {
    let (_folder, dir) = village();
    let server = Serving::start(&program(), &dir);
    assert_eq!(server.get("/tile/0/000.p/200").status, 200);
    for wrong in [
        "/tile",
        "/tile/",
        "/tile/0",
        "/tile/0/",
        "/tile/00/000.p/200",
        "/tile/0/0.p/200",
        "/tile/0/x000/000.p/200",
        "/tile/0/000.p/0200",
        "/tile/0/000.p/0",
        "/tile/0/000.p/256",
        "/tile/0/%30%30%30.p/200",
        "/tile//0/000.p/200",
        "//tile/0/000.p/200",
        "/tile/8/0/000",
        "/tile/entries/000.p/",
        "/tile/data/000.p/200",
        "/tile/0/000.p/200/",
        "/proof/00",
        "/proof/-1",
        "/proof/",
        "/checkpoint/",
        "/tile/0/..%2f..%2fkeys%2flog.key",
    ] {
        assert_eq!(server.get(wrong).status, 404, "{wrong}");
    }
    assert_eq!(server.post("/checkpoint", b"").status, 405);
}

#[test]
fn a_ledger_grows_while_it_is_served_and_what_was_given_before_stays() {
    let (folder, dir) = village();
    let trust = folder.path().join("trust");
    copy_folder(&dir.join("trust"), &trust);
    let server = Serving::start(&program(), &dir);
    let (before, old) = (server.size(), server.get("/checkpoint"));
    let edge = format!("/tile/0/000.p/{before}");
    let first = server.get(&edge);
    let receipts: Vec<_> = (1..=40).map(|n| act(&server, &dir, &trust, n)).collect();
    for (receipt, seq) in receipts.iter().zip(before..) {
        assert_eq!(receipt.code, Some(0), "{receipt:?}");
        assert_eq!(receipt.json()["seq"], seq, "{receipt:?}");
    }
    wait_for(&server, before + 40);
    // 256 entries are passed: the partial tile has become whole, and is still there under its old name.
    assert!(before < 256 && before + 40 > 256, "{before}");
    assert_eq!(server.get(&edge), first);
    assert_eq!(server.get("/tile/0/000").body[..first.body.len()], first.body);
    assert_eq!(server.get("/tile/1/000.p/1").body.len(), 32);
    let proof = server.get(&format!("/proof/{}", before + 39));
    let proof = InclusionFile::parse(&proof.body).unwrap();
    assert_eq!(proof.index().0, before + 39);
    let (code, document) = server.stop();
    assert_eq!((code, &document["size"]), (Some(0), &json!(before + 40)));
    let ended = program().verify(&dir, &trust);
    assert_eq!(ended.json()["checkpointed"], before + 40, "{ended:?}");
    // The old checkpoint is proved to be where the new one comes from.
    let kept = folder.path().join("kept");
    std::fs::write(&kept, &old.body).unwrap();
    let out = folder.path().join("growth");
    let made = run(&[&"export", &"consistency", &"--dir", &dir, &"--from", &kept, &"--out", &out]);
    assert_eq!(made.code, Some(0), "{made:?}");
    let keys = Trust::read(&trust).unwrap().log_keys;
    let known = keys.verify(&SignedNote::parse(&old.body).unwrap()).unwrap();
    let growth = ConsistencyFile::parse(&std::fs::read(&out).unwrap()).unwrap();
    assert_eq!(growth.verify(&known, &keys).unwrap().size(), before + 40);
}

#[test]
fn an_act_that_was_answered_outlives_a_killed_server() {
    let (folder, dir) = village();
    let trust = folder.path().join("trust");
    copy_folder(&dir.join("trust"), &trust);
    let server = Serving::start(&program(), &dir);
    let receipt = act(&server, &dir, &trust, 1);
    assert_eq!(receipt.code, Some(0), "{receipt:?}");
    server.kill();
    let server = Serving::start(&program(), &dir);
    wait_for(&server, receipt.json()["seq"].as_u64().unwrap() + 1);
    drop(server);
    assert_eq!(program().verify(&dir, &trust).code, Some(0));
}

#[test]
fn what_is_refused_is_refused_with_its_status_its_code_and_no_trace() {
    let (folder, dir) = village();
    let server = Serving::start(&program(), &dir);
    let before = server.size();
    let answer = server.post("/acts", b"{\"act\":1}");
    assert_eq!((answer.status, &answer.json()["error"]["code"]), (422, &json!("act.malformed")));
    assert_eq!(server.get("/signer/xyz").status, 400);
    let stranger = server.get(&format!("/signer/{}", "0".repeat(32)));
    assert_eq!((stranger.status, &stranger.json()["error"]["code"]), (404, &json!("key.unknown")));
    // An act that is in the books already is answered with its first answer.
    let tile = server.get(&format!("/tile/entries/000.p/{before}")).body;
    let length = usize::from(u16::from_be_bytes([tile[0], tile[1]]));
    let again = server.post("/acts", &tile[2..2 + length]);
    assert_eq!((again.status, &again.json()["repeat"]), (200, &json!(true)));
    // Signed by somebody without the role: the rule's own code, on the client's side too.
    let file = folder.path().join("act.json");
    std::fs::write(&file, standard(1)).unwrap();
    let (key, trust) = (dir.join("keys/会计.pem"), dir.join("trust"));
    let ended = run(&[
        &"act",
        &"--json",
        &"--server",
        &server.address,
        &"--trust",
        &trust,
        &"--key",
        &key,
        &file,
    ]);
    assert_eq!(
        (ended.code, &ended.json()["error"]["code"]),
        (Some(1), &json!("authority.role_missing"))
    );
    assert_eq!(server.stop().1["size"], before);
}

#[test]
fn a_signer_who_trusts_another_ledger_signs_nothing_for_this_one() {
    let (folder, dir) = village();
    let other = folder.path().join("other");
    drop(Village::played(&other, "other.example/doudi", 10));
    let server = Serving::start(&program(), &dir);
    let ended = act(&server, &dir, &other.join("trust"), 1);
    let code = &ended.json()["error"]["code"];
    assert_eq!((ended.code, code), (Some(1), &json!("log.checkpoint_signature")));
    let gone = server.address.clone();
    drop(server);
    let key = dir.join("keys/会计.pem");
    let (trust, file) = (dir.join("trust"), dir.join("act.json"));
    let ended =
        run(&[&"act", &"--json", &"--server", &gone, &"--trust", &trust, &"--key", &key, &file]);
    assert_eq!((ended.code, &ended.json()["error"]["code"]), (Some(3), &json!("http.server")));
}

#[test]
fn a_served_ledger_is_backed_up_scrubbed_and_asked_through_the_one_who_serves_it() {
    let (folder, dir) = village();
    let at = |name: &str| folder.path().join(name);
    // Killed, it leaves its socket behind; that keeps nobody from serving again.
    Serving::start(&program(), &dir).kill();
    assert!(dir.join("serve-socket").exists());
    let server = Serving::start(&program(), &dir);
    let size = server.size();
    let backup = at("backup");
    let made = run(&[&"backup", &"--json", &"--dir", &dir, &"--out", &backup]);
    assert_eq!((made.code, &made.json()["size"]), (Some(0), &json!(size)), "{made:?}");
    let again = run(&[&"backup", &"--json", &"--dir", &dir, &"--out", &backup]);
    assert_eq!(again.json()["error"]["code"], "backup.occupied", "{again:?}");
    let scrubbed = run(&[&"scrub", &"--json", &"--dir", &dir]);
    assert_eq!((scrubbed.code, &scrubbed.json()["entries"]), (Some(0), &json!(size)));
    let status = run(&[&"witness", &"status", &"--json", &"--dir", &dir]);
    assert_eq!((status.code, &status.json()["checkpointed"]), (Some(0), &json!(size)));
    let asked = run(&[&"witness", &"ask", &"--json", &"--dir", &dir]);
    assert_eq!(asked.json()["error"]["code"], "witness.no_policy", "{asked:?}");
    // What only its owner does says who has it.
    let copied = run(&[&"copy", &"--json", &"--dir", &dir, &"--to", &at("copy")]);
    assert_eq!(copied.json()["error"]["code"], "log.locked", "{copied:?}");
    assert_eq!(server.stop().0, Some(0));
    assert!(!dir.join("serve-socket").exists());
    let restored = at("restored");
    let brought = run(&[&"restore", &"--json", &"--from", &backup, &"--dir", &restored]);
    assert_eq!(brought.code, Some(0), "{brought:?}");
    assert_eq!(program().verify(&restored, &dir.join("trust")).code, Some(0));
}

#[test]
fn a_served_ledger_that_its_copy_knows_to_be_rolled_back_takes_no_act() {
    let (folder, dir) = village();
    let at = |name: &str| folder.path().join(name);
    copy_folder(&dir, &at("older"));
    let trust = at("trust");
    copy_folder(&dir.join("trust"), &trust);
    let server = Serving::start(&program(), &dir);
    assert_eq!(act(&server, &dir, &trust, 1).code, Some(0));
    drop(server.stop());
    assert_eq!(run(&[&"copy", &"--json", &"--dir", &dir, &"--to", &at("copy")]).code, Some(0));
    // The whole folder is an older one; only the copy knows better.
    let refused = run(&[
        &"serve",
        &"--json",
        &"--listen",
        &"127.0.0.1:0",
        &"--dir",
        &at("older"),
        &"--copy",
        &at("copy"),
    ]);
    assert_eq!(refused.json()["error"]["code"], "copy.ahead", "{refused:?}");
    let mended = run(&[&"repair", &"--json", &"--dir", &at("older"), &"--from", &at("copy")]);
    assert_eq!(mended.code, Some(0), "{mended:?}");
}

/// A way to the server that takes an act there and loses the answer: its address, and the thread that is the way.
fn losing_the_answer(address: &str) -> (std::net::SocketAddr, std::thread::JoinHandle<()>) {
    use std::io::{Read as _, Write as _};
    let lossy = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let (here, there) = (lossy.local_addr().unwrap(), address.replace("http://", ""));
    let way = std::thread::spawn(move || {
        let (mut near, _) = lossy.accept().unwrap();
        let mut far = std::net::TcpStream::connect(&there).unwrap();
        let (mut back, mut on) = (far.try_clone().unwrap(), near.try_clone().unwrap());
        let is_act = Arc::new(AtomicBool::new(false));
        let loses = Arc::clone(&is_act);
        let answers = std::thread::spawn(move || {
            let mut bytes = vec![0; 65_536];
            while let Ok(read @ 1..) = back.read(&mut bytes) {
                if loses.load(Ordering::SeqCst) {
                    break;
                }
                on.write_all(&bytes[..read]).unwrap();
            }
            drop(on.shutdown(std::net::Shutdown::Both));
        });
        let mut bytes = vec![0; 65_536];
        while let Ok(read @ 1..) = near.read(&mut bytes) {
            if bytes.starts_with(b"POST /acts") {
                is_act.store(true, Ordering::SeqCst);
            }
            far.write_all(&bytes[..read]).unwrap();
        }
        drop(far.shutdown(std::net::Shutdown::Both));
        answers.join().unwrap();
    });
    (here, way)
}

#[test]
fn an_act_without_an_answer_is_kept_as_it_was_signed_and_handed_in_once() {
    let (folder, dir) = village();
    let trust = folder.path().join("trust");
    copy_folder(&dir.join("trust"), &trust);
    let server = Serving::start(&program(), &dir);
    let before = server.size();
    let (here, way) = losing_the_answer(&server.address);
    let file = folder.path().join("act.json");
    std::fs::write(&file, standard(7)).unwrap();
    let kept = folder.path().join("act.json.signed");
    let key = dir.join("keys/社会救助股股长.pem");
    let hand_in = |address: &str, file: &Path| {
        run(&[&"act", &"--json", &"--server", &address, &"--trust", &trust, &"--key", &key, &file])
    };
    let lost = hand_in(&format!("http://{here}"), &file);
    way.join().unwrap();
    assert_eq!((lost.code, lost.json()["error"]["code"].as_str()), (Some(3), Some("http.server")));
    assert!(lost.out.contains("act.json.signed"), "{lost:?}");
    // Signed anew it would be another act.
    let again = hand_in(&server.address, &file);
    assert_eq!((again.code, kept.exists()), (Some(2), true), "{again:?}");
    let original = hand_in(&server.address, &kept);
    assert_eq!(original.json()["repeat"], true, "{original:?}");
    let (_, document) = server.stop();
    assert_eq!(document["size"], before + 1);
}
