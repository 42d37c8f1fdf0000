//! One row being played: a copy of the village, changed by a forger, verified by an auditor with a trust folder of their own.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use tempfile::TempDir;
use tests::forge::Forger;
use tests::program::{Ended, Program, copy_folder};
use tests::village::{ORIGIN, Village};

/// What the forger holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// The files, and nothing else.
    Files,
    /// The log key too: tree, head, last-signed and checkpoint are made anew.
    LogKey,
    /// The log key, found by a checkpoint that the auditor kept from before.
    LogKeyAgainstKept,
    /// The log key and the signing keys of people in office.
    OfficersKeys,
}

impl Who {
    pub fn chinese(self) -> &'static str {
        match self {
            Who::Files => "只碰文件",
            Who::LogKey => "日志私钥",
            Who::LogKeyAgainstKept => "日志私钥（凭留存的存证头查出）",
            Who::OfficersKeys => "日志私钥和本人密钥",
        }
    }
}

/// A row of the matrix. `forge` changes the ledger and says at which entry that must be found.
#[derive(Clone, Copy)]
pub struct Row {
    pub what: &'static str,
    pub who: Who,
    pub code: &'static str,
    pub forge: fn(&mut Scene) -> Option<u64>,
}

/// A row with what verification said of it.
pub struct Found {
    pub row: Row,
    pub code: String,
    pub entry: Option<u64>,
    pub text: String,
    expected: Option<u64>,
    ended: Ended,
    integrity: Ended,
}

impl Found {
    /// What is not as the row says.
    pub fn complaint(&self) -> Option<String> {
        let right =
            self.ended.code == Some(1) && self.code == self.row.code && self.entry == self.expected;
        (!right).then(|| {
            format!(
                "{}: expected {} at {:?}\n    {:?}",
                self.row.what, self.row.code, self.expected, self.ended
            )
        })
    }
}

impl Found {
    /// True if the integrity pass refuses the ledger as the full audit does: the same code at the same entry.
    pub fn is_found_by_integrity(&self) -> bool {
        let found = &self.integrity.json()["first_divergence"];
        self.integrity.code == Some(1)
            && found["code"].as_str() == Some(&self.code)
            && found["entry"].as_u64() == self.entry
    }

    /// True if the integrity pass finds nothing wrong.
    pub fn is_intact(&self) -> bool {
        self.integrity.code == Some(0)
    }

    /// What the integrity pass said, for a complaint.
    pub fn integrity(&self) -> String {
        format!("{}: {:?}", self.row.what, self.integrity)
    }
}

/// A ledger to tamper with, and what the auditor brings along.
pub struct Scene {
    _folder: TempDir,
    root: PathBuf,
    /// The ledger's folder.
    pub dir: PathBuf,
    /// What is verified: the ledger's folder, or an export of it.
    pub target: PathBuf,
    /// The checkpoint that the auditor kept.
    pub known: Option<PathBuf>,
}

pub fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_doudi-under-test"))
}

/// The village as it was played, once for all rows.
pub fn village() -> &'static Village {
    static VILLAGE: OnceLock<(TempDir, Village)> = OnceLock::new();
    let (_, village) = VILLAGE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let village = Village::played(&folder.path().join("ledger"), ORIGIN, 1);
        (folder, village)
    });
    village
}

/// How many entries it has.
pub fn village_size() -> u64 {
    let note = std::fs::read_to_string(village().dir().join("last-signed")).unwrap();
    note.lines().nth(1).unwrap().parse().unwrap()
}

/// The village before anybody touched it: the auditor's trust folder and kept checkpoint are from there.
pub fn original() -> &'static Path {
    village().dir()
}

impl Scene {
    pub fn set() -> Scene {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().to_owned();
        let dir = root.join("ledger");
        copy_folder(village().dir(), &dir);
        Scene { _folder: folder, root, target: dir.clone(), dir, known: None }
    }

    /// A place beside the ledger.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    pub fn forger(&self) -> Forger {
        Forger::of(&self.dir)
    }

    /// Exports the ledger as tiles; from here on the export is verified.
    pub fn export(&mut self) {
        let out = self.beside("tiles");
        let dir = self.dir.clone();
        let ended = program().run([
            "export".as_ref(),
            "tiles".as_ref(),
            "--dir".as_ref(),
            dir.as_os_str(),
            "--out".as_ref(),
            out.as_os_str(),
        ]);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        self.target = out;
    }

    /// Verifies as an auditor does.
    pub fn verify(&self) -> Ended {
        self.verify_with(&[])
    }

    /// Verifies that the bytes hold together, and asks nothing else.
    pub fn verify_integrity(&self) -> Ended {
        self.verify_with(&["--integrity"])
    }

    fn verify_with(&self, more: &[&str]) -> Ended {
        let trust = original().join("trust");
        let mut arguments: Vec<&std::ffi::OsStr> = vec![
            "verify".as_ref(),
            self.target.as_os_str(),
            "--json".as_ref(),
            "--trust".as_ref(),
            trust.as_os_str(),
        ];
        if let Some(known) = &self.known {
            arguments.extend(["--known".as_ref(), known.as_os_str()]);
        }
        arguments.extend(more.iter().map(std::ffi::OsStr::new));
        program().run(arguments)
    }

    pub fn play(mut self, row: &Row) -> Found {
        let expected = (row.forge)(&mut self);
        if row.who == Who::LogKeyAgainstKept {
            let alone = self.verify();
            assert_eq!(alone.code, Some(0), "{}: holds together in itself: {alone:?}", row.what);
            self.known = Some(original().join("last-signed"));
        }
        let (ended, integrity) = (self.verify(), self.verify_integrity());
        let document = ended.json();
        let found = &document["first_divergence"];
        let text = |name: &str| found[name].as_str().unwrap_or_default().to_owned();
        Found {
            row: *row,
            code: text("code"),
            entry: found["entry"].as_u64(),
            text: text("text"),
            expected,
            ended,
            integrity,
        }
    }
}

/// Long ids, roots, keys and temporary paths differ from run to run, or say nothing to a reader of the table.
pub fn without_digests(text: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "+/=._-".contains(c);
    let mut short = String::new();
    let mut word = String::new();
    for c in text.chars().chain(['\n']) {
        if is_part(c) {
            word.push(c);
            continue;
        }
        short.push_str(if word.len() >= 24 || word.contains(".tmp") { "…" } else { &word });
        word.clear();
        short.push(c);
    }
    short.trim_end().replace('|', "／").replace('\n', " ")
}
