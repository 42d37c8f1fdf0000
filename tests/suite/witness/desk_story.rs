//! The desk with a policy: nothing goes to the bank before a quorum has seen the approval.

use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tests::program::Ended;
use tests::village::{ORIGIN, Village};

use super::station::{Serving, Station, code_of, run, text};

/// A village whose roster T20B0 waits for its agreements.
struct Office {
    folder: TempDir,
}

impl Office {
    fn new() -> Office {
        let folder = tempfile::tempdir().unwrap();
        drop(Village::played(&folder.path().join("ledger"), ORIGIN, 1));
        Office { folder }
    }

    fn dir(&self) -> PathBuf {
        self.folder.path().join("ledger")
    }

    fn log_key(&self) -> String {
        std::fs::read_to_string(self.dir().join("trust/log.vkey")).unwrap().trim_end().to_owned()
    }

    fn key(&self, post: &str) -> PathBuf {
        self.dir().join(format!("keys/{post}.pem"))
    }

    fn set_policy(&self, text: &str) {
        std::fs::write(self.dir().join("trust/policy"), text).unwrap();
    }

    fn on(&self, words: &str) -> Ended {
        let dir = self.dir();
        let arguments: Vec<&str> = words.split_whitespace().chain(["--dir", text(&dir)]).collect();
        run(&arguments)
    }

    fn approve(&self) {
        for post in ["造册复核", "社会保障股审核", "局长"] {
            let ended =
                self.on(&format!("roster agree --key {} --batch T20B0", text(&self.key(post))));
            assert_eq!(ended.code, Some(0), "{ended:?}");
        }
    }

    fn pay(&self) -> Ended {
        let key = self.key("国库支付经办");
        self.on(&format!(
            "pay --key {} --batch T20B0 --account ZH-01 --profile icbc-batch --date 2020-11-10",
            text(&key)
        ))
    }

    fn bank_files(&self) -> usize {
        std::fs::read_dir(self.dir().join("bank/T20B0")).map_or(0, Iterator::count)
    }

    fn verify(&self, path: &Path, more: &[&str]) -> Ended {
        let trust = self.dir().join("trust");
        run(&[&["verify", text(path), "--trust", text(&trust)], more].concat())
    }
}

fn witness_line(station: &Station, serving: Option<&Serving>) -> String {
    let url = serving.map_or("", |serving| &serving.url);
    format!("witness {} {} {url}\n", station.name, station.key)
}

fn refused(ended: &Ended, code: &str) {
    assert_eq!((ended.code, code_of(ended).as_str()), (Some(1), code), "{ended:?}");
}

#[test]
fn a_payment_file_is_released_only_when_two_of_three_witnesses_saw_its_approval() {
    let office = Office::new();
    let log = office.log_key();
    let stations = ["w1", "w2", "w3"].map(|name| Station::new(name, &log));
    let mut serving: Vec<Option<Serving>> =
        stations.iter().map(|station| Some(station.serve())).collect();
    let lines: String = stations
        .iter()
        .zip(&serving)
        .map(|(station, serving)| witness_line(station, serving.as_ref()))
        .collect();
    office.set_policy(&format!("log {log}\n{lines}group all3 2 w1 w2 w3\nquorum all3\n"));
    // Witnessed before the approval: not enough for what comes after.
    assert_eq!(office.on("witness ask").code, Some(0));
    office.approve();
    let ended = office.pay();
    refused(&ended, "witness.quorum_missing");
    let said = ended.json()["error"]["text"].as_str().unwrap().to_owned();
    assert!(
        said.contains("T20B0") && said.contains("w1") && said.contains("doudi witness ask"),
        "{said}"
    );
    assert_eq!(office.bank_files(), 0, "nothing lies where the bank's files lie");
    // One of three answers.
    serving[1] = None;
    serving[2] = None;
    let ended = office.on("witness ask");
    refused(&ended, "witness.quorum_missing");
    assert!(ended.out.contains("w1：已签") && ended.out.contains("w2：没有应答"), "{ended:?}");
    refused(&office.pay(), "witness.quorum_missing");
    refused(&office.verify(&office.dir(), &["--witness-policy"]), "witness.quorum_missing");
    // The third comes by file.
    let (request, answer) =
        (office.folder.path().join("request"), office.folder.path().join("answer"));
    let words = |old: &str| format!("witness request --witness w3 {old} --out {}", text(&request));
    assert_eq!(office.on(&words("--old 0")).code, Some(0));
    let sign = || {
        let dir = stations[2].dir();
        run(&["witness", "sign", text(&request), "--dir", text(&dir), "--out", text(&answer)])
    };
    refused(&sign(), "witness.conflict");
    // What is kept says where w3 stood.
    assert_eq!(office.on(&words("")).code, Some(0));
    assert_eq!(sign().code, Some(0));
    let accepted = office.on(&format!("witness accept {}", text(&answer)));
    assert_eq!(accepted.code, Some(0), "{accepted:?}");
    assert_eq!(office.on("witness status").json()["policy"], true);
    let once = office.on("witness ask");
    assert_eq!(once.code, Some(0), "w1 again, and w3 as it is kept: {once:?}");
    let paid = office.pay();
    assert_eq!(paid.code, Some(0), "{paid:?}");
    assert!(office.bank_files() > 0);
}

#[test]
fn what_is_published_carries_its_witnesses_and_an_auditor_can_demand_them() {
    let office = Office::new();
    let station = Station::new("w1", &office.log_key());
    let serving = station.serve();
    office.set_policy(&format!("{}quorum w1\n", witness_line(&station, Some(&serving))));
    refused(&office.verify(&office.dir(), &["--witness-policy"]), "witness.quorum_missing");
    let state = |words: &str| office.on(&format!("witness status {words}")).json()["state"].clone();
    assert_eq!(state("--entry 0"), "checkpointed");
    assert_eq!(office.on("witness ask").code, Some(0));
    assert_eq!(state("--entry 0"), "closed");
    let size = office.on("witness status").json()["sequenced"].as_u64().unwrap();
    assert_eq!(state(&format!("--entry {}", size - 1)), "witnessed");
    assert_eq!(office.verify(&office.dir(), &["--witness-policy"]).code, Some(0));
    let tiles = office.folder.path().join("tiles");
    assert_eq!(office.on(&format!("export tiles --out {}", text(&tiles))).code, Some(0));
    let policy = office.folder.path().join("policy");
    std::fs::copy(office.dir().join("trust/policy"), &policy).unwrap();
    assert_eq!(office.verify(&tiles, &["--witness-policy", text(&policy)]).code, Some(0));
    let note = std::fs::read_to_string(tiles.join("checkpoint")).unwrap();
    assert_eq!(note.matches('\u{2014}').count(), 2, "{note}");
    // Without its cosignature the same export holds, but not the demand.
    let bare: String =
        note.split_inclusive('\n').filter(|line| !line.contains("w1.example")).collect();
    std::fs::write(tiles.join("checkpoint"), bare).unwrap();
    assert_eq!(office.verify(&tiles, &[]).code, Some(0));
    refused(&office.verify(&tiles, &["--witness-policy", text(&policy)]), "witness.quorum_missing");
}

#[test]
fn without_a_policy_or_with_quorum_none_nothing_waits() {
    let office = Office::new();
    refused(&office.on("witness ask"), "witness.no_policy");
    office.set_policy("quorum none\n");
    office.approve();
    assert_eq!(office.pay().code, Some(0));
    let without = Office::new();
    without.approve();
    assert_eq!(without.pay().code, Some(0));
}

#[test]
fn a_wrong_policy_and_a_damaged_cosigned_file_are_named() {
    let office = Office::new();
    office.approve();
    let station = Station::new("w1", &office.log_key());
    let serving = station.serve();
    office.set_policy("quorum nobody\n");
    refused(&office.pay(), "witness.policy_malformed");
    let other = super::history::log_key();
    office.set_policy(&format!("log {}\nquorum none\n", other.verifier()));
    refused(&office.pay(), "witness.policy_log");
    office.set_policy(&format!("{}quorum w1\n", witness_line(&station, Some(&serving))));
    std::fs::write(office.dir().join("cosigned"), "half").unwrap();
    refused(&office.pay(), "witness.cosigned_damaged");
    std::fs::remove_file(office.dir().join("cosigned")).unwrap();
    refused(&office.pay(), "witness.quorum_missing");
    assert_eq!(office.on("witness ask").code, Some(0));
    assert_eq!(office.pay().code, Some(0));
}
