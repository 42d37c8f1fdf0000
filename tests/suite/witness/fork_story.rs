//! A ledger that lies: its history is rewritten, every hash is right, and the log's own key has signed it. Caught by the witness
//! (with a certificate that convicts), by what signers had seen, and by an auditor who kept a checkpoint.

use std::path::{Path, PathBuf};
use std::process::Command;

use ledger::act::Body;
use ledger::trust::Trust;
use ledger::witness::{ForkCertificate, WitnessCode};
use tempfile::TempDir;
use tests::forge::Forger;
use tests::program::copy_folder;
use tests::village::{ORIGIN, Village, release};

use super::station::{Station, code_of, run, text};

/// An honest village, and a liar with a copy of it and with the log's key.
struct Scene {
    folder: TempDir,
    village: Village,
    station: Station,
}

impl Scene {
    /// The witness has cosigned the honest history.
    fn set() -> Scene {
        let folder = tempfile::tempdir().unwrap();
        let village = Village::played(&folder.path().join("honest"), ORIGIN, 1);
        let vkey = std::fs::read_to_string(village.dir().join("trust/log.vkey")).unwrap();
        let station = Station::new("w1", vkey.trim_end());
        let scene = Scene { folder, village, station };
        let url = scene.station.serve();
        let policy = format!("witness w1 {} {}\nquorum w1\n", scene.station.key, url.url);
        std::fs::write(scene.honest().join("trust/policy"), policy).unwrap();
        let asked = run(&["witness", "ask", "--dir", text(&scene.honest())]);
        assert_eq!(asked.code, Some(0), "{asked:?}");
        scene
    }

    fn honest(&self) -> PathBuf {
        self.village.dir().to_owned()
    }

    fn vkey(&self) -> PathBuf {
        self.honest().join("trust/log.vkey")
    }

    /// A ledger in which two acts of two persons whom nobody had seen yet changed places, and `more` acts came after.
    /// By itself it verifies; tree, checkpoint and chains are right.
    fn liar(&self, name: &str, more: i64) -> PathBuf {
        let dir = self.folder.path().join(name);
        copy_folder(&self.honest(), &dir);
        let mut forger = Forger::of(&dir);
        let (one, other) = (forger.find("standard.set", 2), forger.find("fund.released", 3));
        assert_eq!(one.abs_diff(other), 1, "neighbours in the quiet minute");
        forger.entries.swap(one, other);
        // More acts follow, by somebody who has looked at no checkpoint since before that minute.
        forger.seen = forger.act(forger.find("fund.released", 5)).act().seen.clone();
        for n in 0..more {
            forger.append(self.village.key("会计"), release(1 + n, "2020-11-09"));
        }
        forger.rebuild(&dir);
        dir
    }

    /// Asks the witness for the liar; gives what the liar reads.
    fn ask_for(&self, dir: &Path) -> String {
        let serving = self.station.serve();
        let policy = format!("witness w1 {} {}\nquorum w1\n", self.station.key, serving.url);
        std::fs::write(dir.join("trust/policy"), policy).unwrap();
        // A liar has no use for the cosignature of the honest history.
        std::fs::remove_file(dir.join("cosigned")).unwrap();
        let asked = run(&["witness", "ask", "--dir", text(dir)]);
        assert_eq!(
            (asked.code, code_of(&asked).as_str()),
            (Some(1), "witness.forked"),
            "{asked:?}"
        );
        asked.out
    }

    fn verify(&self, dir: &Path, more: &[&str]) -> (Option<i32>, String) {
        let trust = self.honest().join("trust");
        let ended = run(&[&["verify", text(dir), "--trust", text(&trust)], more].concat());
        (ended.code, code_of(&ended))
    }

    /// The one certificate convicts the log's key, here and in the second program; and no other key.
    fn assert_convicts(&self, certificate: &Path) {
        let check = |key: &str| run(&["witness", "check-fork", text(certificate), "--key", key]);
        let ended = check(text(&self.vkey()));
        assert_eq!((ended.code, &ended.json()["origin"]), (Some(0), &ORIGIN.into()), "{ended:?}");
        let stranger = super::history::log_key().verifier().to_string();
        assert_eq!(code_of(&check(&stranger)), "witness.certificate_unproven");
        assert_python(certificate, &self.vkey(), 0);
        let mut changed = std::fs::read_to_string(certificate).unwrap();
        let at = changed.rfind('\u{2014}').unwrap() - 10;
        let letter = if changed.as_bytes()[at] == b'A' { "B" } else { "A" };
        changed.replace_range(at..=at, letter);
        let beside = self.folder.path().join("changed");
        std::fs::write(&beside, changed).unwrap();
        let changed = run(&["witness", "check-fork", text(&beside), "--key", text(&self.vkey())]);
        assert_eq!(changed.code, Some(1), "{changed:?}");
        assert_python(&beside, &self.vkey(), 1);
    }
}

/// The second program, where Python and an Ed25519 library are there.
fn assert_python(certificate: &Path, vkey: &Path, code: i32) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/format/check_fork.py");
    let run = Command::new("python3").arg(script).arg(certificate).arg("--key").arg(vkey).output();
    match run.map(|output| (output.status.code(), output)) {
        Ok((Some(2), output)) => println!("SKIPPED: {}", String::from_utf8_lossy(&output.stderr)),
        Ok((found, output)) => assert_eq!(found, Some(code), "{output:?}"),
        Err(why) => println!("SKIPPED: python3 is not installed: {why}"),
    }
}

#[test]
fn a_rewritten_history_of_the_same_size_is_refused_and_convicted() {
    let scene = Scene::set();
    let liar = scene.liar("liar", 0);
    assert_eq!(scene.verify(&liar, &[]).0, Some(0), "by itself the lie holds together");
    let said = scene.ask_for(&liar);
    assert!(said.contains("另一段历史"), "{said}");
    let forks = scene.station.forks();
    assert_eq!(forks.len(), 1, "{forks:?}");
    assert!(std::fs::read_to_string(&forks[0]).unwrap().contains("kind same-size"));
    scene.assert_convicts(&forks[0]);
    // Shown again, the same proof; asked by file, it is named.
    scene.ask_for_again(&liar);
    assert_eq!(scene.station.forks().len(), 1);
}

impl Scene {
    fn ask_for_again(&self, liar: &Path) {
        let request = self.folder.path().join("request");
        let made = run(&["witness", "request", "--dir", text(liar), "--out", text(&request)]);
        assert_eq!(made.code, Some(0), "{made:?}");
        let signed = run(&["witness", "sign", text(&request), "--dir", text(&self.station.dir())]);
        assert_eq!(
            (signed.code, code_of(&signed).as_str()),
            (Some(1), "witness.forked"),
            "{signed:?}"
        );
    }
}

#[test]
fn a_rewritten_history_that_grew_is_refused_and_convicted_by_its_own_proof() {
    let scene = Scene::set();
    let liar = scene.liar("liar", 3);
    let said = scene.ask_for(&liar);
    assert!(said.contains("另一段历史"), "{said}");
    let forks = scene.station.forks();
    assert_eq!(forks.len(), 1, "{forks:?}");
    assert!(std::fs::read_to_string(&forks[0]).unwrap().contains("kind prefix"));
    scene.assert_convicts(&forks[0]);
    assert_eq!(std::fs::read_dir(scene.station.dir().join("refused")).unwrap().count(), 1);
    // The honest history goes on being witnessed.
    let serving = scene.station.serve();
    let policy = format!("witness w1 {} {}\nquorum w1\n", scene.station.key, serving.url);
    std::fs::write(scene.honest().join("trust/policy"), policy).unwrap();
    assert_eq!(run(&["witness", "ask", "--dir", text(&scene.honest())]).code, Some(0));
}

#[test]
fn an_auditor_with_an_old_checkpoint_finds_it_and_can_prove_it() {
    let scene = Scene::set();
    let known = scene.honest().join("last-signed");
    for (name, more) in [("same", 0), ("grown", 2)] {
        let liar = scene.liar(name, more);
        assert_eq!(scene.verify(&liar, &[]).0, Some(0));
        let found = scene.verify(&liar, &["--known", text(&known)]);
        assert_eq!(found, (Some(1), "checkpoint.forked".to_owned()));
        let out = scene.folder.path().join(format!("{name}.fork"));
        let prove = |path: &Path| {
            let vkey = scene.vkey();
            run(&[
                "witness",
                "prove-fork",
                text(path),
                "--known",
                text(&known),
                "--key",
                text(&vkey),
                "--out",
                text(&out),
            ])
        };
        assert_eq!(code_of(&prove(&scene.honest())), "witness.certificate_unproven");
        assert!(!out.exists(), "what proves nothing is not written");
        assert_eq!(prove(&liar).code, Some(0));
        scene.assert_convicts(&out);
    }
    let shorter = scene.folder.path().join("shorter");
    copy_folder(&scene.honest(), &shorter);
    let mut forger = Forger::of(&shorter);
    forger.entries.pop();
    forger.rebuild(&shorter);
    assert_eq!(scene.verify(&shorter, &["--known", text(&known)]).1, "checkpoint.rolled_back");
}

#[test]
fn a_signer_who_saw_the_honest_history_exposes_the_other() {
    let scene = Scene::set();
    let liar = scene.liar("liar", 0);
    // The bookkeeper looked at the honest ledger, and acts; the liar takes the act in.
    let honest = Forger::of(&scene.honest());
    let act = honest.signed(scene.village.key("会计"), release(5, "2020-11-09"));
    assert!(matches!(act.act().body, Body::FundReleased(_)));
    let mut forger = Forger::of(&liar);
    forger.entries.push(act.entry().to_vec());
    forger.rebuild(&liar);
    assert_eq!(scene.verify(&liar, &[]), (Some(1), "actor.seen_wrong".to_owned()));
    // In the honest history the same act is in order.
    let mut forger = Forger::of(&scene.honest());
    forger.entries.push(act.entry().to_vec());
    forger.rebuild(&scene.honest());
    assert_eq!(scene.verify(&scene.honest(), &[]).0, Some(0));
}

#[test]
fn what_is_no_certificate_convicts_nobody() {
    let scene = Scene::set();
    let key = [Trust::read(&scene.honest().join("trust")).unwrap().log_key];
    let file = scene.folder.path().join("file");
    std::fs::write(&file, "doudi-fork/v1\nkind other\n").unwrap();
    let ended = run(&["witness", "check-fork", text(&file), "--key", text(&scene.vkey())]);
    assert_eq!((ended.code, code_of(&ended).as_str()), (Some(1), "witness.certificate_malformed"));
    let note = std::fs::read_to_string(scene.honest().join("last-signed")).unwrap();
    let count = note.lines().count();
    let twice = format!("doudi-fork/v1\nkind same-size\nnote {count}\n{note}note {count}\n{note}");
    let unproven = ForkCertificate::parse(twice.as_bytes()).unwrap().check(&key).unwrap_err();
    assert_eq!(unproven.code(), WitnessCode::CertificateUnproven);
    std::fs::write(&file, twice).unwrap();
    assert_python(&file, &scene.vkey(), 1);
}
