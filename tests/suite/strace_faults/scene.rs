//! The short ledger that faults are put into: two root persons, a registrar, an act, a manifest; and the steps, each one command.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use api::clock::Clock;
use api::desk::{Desk, seal};
use api::keys;
use ed25519_dalek::SigningKey;
use ledger::act::Body;
use ledger::act::offices::{Side, UnitRegistered};
use ledger::act::people::PeopleRegistered;
use ledger::act::signed::SignedAct;
use ledger::line::{HouseholdLine, Line, PersonLine};
use ledger::vault::{Field, NewSubject, PersonFields};
use tempfile::TempDir;
use tests::forge::Forger;
use tests::program::{Ended, Program, copy_folder};
use tests::village::code;

use super::trial::{Error, Fault, run, watched};

const ORIGIN: &str = "faults.example/doudi";

/// Founding, appointment, enrolment.
const ACTS_BEFORE: u64 = 3;

/// A signed act in a file, with its lines, and what the program must answer whenever it is handed in.
#[derive(Clone, Debug)]
pub struct HandedIn {
    pub file: PathBuf,
    pub id: String,
    pub lines: u64,
}

/// The command that a fault is put into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    Init,
    HandIn,
    Verify,
}

/// One command on one ledger.
#[derive(Clone, Debug)]
pub struct Step {
    pub name: &'static str,
    pub command: Command,
    /// The act that this step is about; founding has none.
    pub act: Option<HandedIn>,
    /// True if the act is in the ledger before the step begins.
    pub is_there: bool,
    /// Acts in the ledger without that one.
    pub acts_before: u64,
    /// The ledger to begin from; none for founding.
    start: Option<PathBuf>,
    /// Trust folder and checkpoint as an inspector kept them; none for founding.
    pub kept: Option<PathBuf>,
    /// Files and folders of the ledger that the command opens or writes, relative to it.
    pub paths: BTreeSet<PathBuf>,
    /// Those of them that are folders whose content it lists.
    pub listed: BTreeSet<PathBuf>,
}

pub struct Scene {
    _folder: TempDir,
    pub steps: Vec<Step>,
}

pub fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_doudi-under-test"))
}

/// Runs a command that must succeed.
fn done(arguments: &[&std::ffi::OsStr]) -> Ended {
    let ended = program().run(arguments);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    ended
}

impl Step {
    /// The command's arguments for a ledger in that folder.
    pub fn arguments(&self, ledger: &Path) -> Vec<OsString> {
        let word = OsString::from;
        let dir = ledger.as_os_str().to_owned();
        match self.command {
            Command::Init => {
                vec![
                    word("init"),
                    word("--json"),
                    word("--dir"),
                    dir,
                    word("--origin"),
                    word(ORIGIN),
                ]
            }
            Command::HandIn => self.hand_in(ledger),
            Command::Verify => self.verify(ledger),
        }
    }

    /// The arguments that hand the step's act in.
    pub fn hand_in(&self, ledger: &Path) -> Vec<OsString> {
        let act = self.act.as_ref().expect("only founding has no act");
        let dir = ledger.as_os_str().to_owned();
        let file = act.file.as_os_str().to_owned();
        vec!["act".into(), "--json".into(), "--dir".into(), dir, file]
    }

    /// The arguments that verify a ledger, against what the inspector kept.
    pub fn verify(&self, ledger: &Path) -> Vec<OsString> {
        let mut arguments = vec!["verify".into(), ledger.as_os_str().to_owned(), "--json".into()];
        if let Some(kept) = &self.kept {
            arguments.extend(["--trust".into(), kept.join("trust").into_os_string()]);
            arguments.extend(["--known".into(), kept.join("last-signed").into_os_string()]);
        }
        arguments
    }

    /// Lays out the ledger as it is before the step.
    pub fn lay_out(&self, ledger: &Path) {
        if ledger.exists() {
            std::fs::remove_dir_all(ledger).unwrap();
        }
        if let Some(start) = &self.start {
            copy_folder(start, ledger);
        }
    }

    /// The same ledger, another command.
    fn asked(&self, name: &'static str, command: Command) -> Step {
        Step { name, command, ..self.clone() }
    }
}

/// A founded ledger with a registrar, whose stores have been opened again: their journals have their true length.
pub fn founded(dir: &Path) -> SigningKey {
    let path = |name: &str| dir.join(name);
    let (admin, inspector) = (path("keys/admin.pem"), path("keys/inspector.pem"));
    let registrar = path("keys/registrar.pem");
    done(&["init".as_ref(), "--dir".as_ref(), dir.as_ref(), "--origin".as_ref(), ORIGIN.as_ref()]);
    done(&["keygen".as_ref(), "--no-passphrase".as_ref(), "--out".as_ref(), registrar.as_ref()]);
    let mut words = vec!["appoint".as_ref(), "--dir".as_ref(), dir.as_os_str()];
    words.extend(["--key".as_ref(), admin.as_os_str(), "--voucher".as_ref(), admin.as_os_str()]);
    words.extend(["--voucher".as_ref(), inspector.as_os_str()]);
    words.extend(["--new-key".as_ref(), registrar.as_os_str()]);
    let person = ["--name", "张三", "--id-no", "11010519491231002X", "--unit", "MZ"];
    words.extend(person.map(std::ffi::OsStr::new));
    words.extend(["--post", "经办", "--role", "registrar"].map(std::ffi::OsStr::new));
    done(&words);
    keys::read(&registrar).unwrap()
}

/// Puts as many people into the vault, each with a household of their own, and gives their two lines each.
fn people(dir: &Path, count: u32) -> Vec<Line> {
    let desk = Desk::open(dir, Clock::Machine).unwrap();
    let fields = (0..count).map(|n| PersonFields {
        name: format!("某人{n}"),
        id_no: format!("甲{n:017}"),
        phone: None,
        address: None,
    });
    let subjects: Vec<_> = fields.map(NewSubject::Person).collect();
    let registered = desk.vault.register_all(&subjects).unwrap();
    let lines = (1_u128..).zip(registered).flat_map(|(number, known)| {
        let household = code(&format!("{number:032x}"));
        let person = known.person().unwrap();
        let commitment = |field| *known.commitments.get(&field).unwrap();
        [
            Line::Household(HouseholdLine { division: code("141199"), head: person, household }),
            Line::Person(PersonLine {
                household,
                id_no_commit: commitment(Field::IdNo),
                name_commit: commitment(Field::Name),
                person,
            }),
        ]
    });
    lines.collect()
}

/// Writes a signed act and its lines as `doudi act` takes them.
fn written(file: PathBuf, act: &SignedAct, lines: &[Vec<u8>]) -> HandedIn {
    let mut bytes = act.entry().to_vec();
    for line in lines {
        bytes.push(b'\n');
        bytes.extend(line);
    }
    std::fs::write(&file, bytes).unwrap();
    HandedIn { file, id: act.id(ORIGIN).to_string(), lines: lines.len() as u64 }
}

/// A manifest of people, two lines for each, signed by the registrar and handed in by nobody yet.
pub fn manifest(dir: &Path, key: &SigningKey, file: PathBuf, count: u32) -> HandedIn {
    let (manifest, lines) = seal(&people(dir, count)).unwrap();
    let body = PeopleRegistered { file: None, manifest, source: "户籍".to_owned() };
    let act = Forger::of(dir).signed(key, Body::PeopleRegistered(body));
    written(file, &act, &lines)
}

impl Scene {
    pub fn set() -> Scene {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let base = root.join("base");
        let registrar = founded(&base);
        let people = manifest(&base, &registrar, root.join("people.act"), 40);
        let unit = UnitRegistered {
            name: "断电试验".to_owned(),
            side: Side::Office,
            town: None,
            unit: code("SYDW"),
        };
        let admin = keys::read(&base.join("keys/admin.pem")).unwrap();
        let unit = Forger::of(&base).signed(&admin, Body::UnitRegistered(unit));
        let unit = written(root.join("unit.act"), &unit, &[]);
        let step = |name, command, act, start: &Path| Step {
            name,
            command,
            act,
            is_there: false,
            acts_before: ACTS_BEFORE,
            start: Some(start.to_owned()),
            kept: Some(base.clone()),
            paths: BTreeSet::new(),
            listed: BTreeSet::new(),
        };
        let mut init = step("建账", Command::Init, None, &base);
        (init.start, init.kept, init.acts_before) = (None, None, 0);
        let one = step("交入一个动作", Command::HandIn, Some(unit), &base);
        let many = step("交入一份清单", Command::HandIn, Some(people), &base);
        // The manifest takes more than one write: killed before the second, a torn batch ends the journal.
        let torn = killed(&many, &root.join("torn"), "write", 2);
        let mut after_torn = many.asked("写到一半被杀之后，再交入", Command::HandIn);
        after_torn.start = Some(torn);
        let verified = after_torn.asked("写到一半被杀之后，先核验", Command::Verify);
        let unsigned = killed(&one, &root.join("unsigned"), "rename", 1);
        let mut after_unsigned = one.asked("存证头换名前被杀之后，再交入", Command::HandIn);
        (after_unsigned.start, after_unsigned.is_there) = (Some(unsigned), true);
        let steps = vec![init, one, many, after_torn, verified, after_unsigned];
        Scene { _folder: folder, steps }
    }
}

/// The ledger that a step leaves when it is killed before its call number `at`.
fn killed(step: &Step, place: &Path, call: &'static str, at: usize) -> PathBuf {
    std::fs::create_dir(place).unwrap();
    let ledger = place.join("ledger");
    step.lay_out(&ledger);
    let step = watched(step, place);
    step.lay_out(&ledger);
    let (ended, reached) = run(&step, place, Some(Fault { call, error: Error::Kill, at }));
    assert!(reached && ended.code.is_none(), "{call} {at}: {ended:?}");
    ledger
}
