//! One trial: a fault is put into one system call of one command; then the ledger must be what the command said.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use tests::program::{Ended, Program};

use super::scene::{Command, Step, program};

/// The calls that change a ledger's files, or can fail to find them.
pub const CALLS: [&str; 10] = [
    "write",
    "pwrite64",
    "writev",
    "fsync",
    "fdatasync",
    "rename",
    "renameat",
    "renameat2",
    "openat",
    "close",
];

/// A loaded machine may take its time; a command that hangs must not.
const LIMIT: Duration = Duration::from_mins(2);

/// What the call does instead of what it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Error {
    /// It fails once: EIO.
    Io,
    /// The disk is full and stays full: ENOSPC, where the call writes, from here on.
    Full,
    /// The process is killed before it.
    Kill,
}

impl Error {
    pub const ALL: [Error; 3] = [Error::Io, Error::Full, Error::Kill];

    pub fn name(self) -> &'static str {
        match self {
            Error::Io => "EIO",
            Error::Full => "ENOSPC",
            Error::Kill => "SIGKILL",
        }
    }
}

/// A fault: the call, what happens, and at which call of its name, from 1, in each thread.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    pub call: &'static str,
    pub error: Error,
    pub at: usize,
}

impl Fault {
    fn expression(self) -> String {
        let Fault { call, at, .. } = self;
        match self.error {
            Error::Io => format!("inject={call}:error=EIO:when={at}"),
            Error::Full if ["openat", "close"].contains(&call) => {
                format!("inject={call}:error=ENOSPC:when={at}")
            }
            Error::Full => format!("inject={call}:error=ENOSPC:when={at}+"),
            Error::Kill => format!("inject={call}:signal=KILL:when={at}"),
        }
    }
}

/// How a trial ended. `there`: the act is in the ledger, whole; else it is absent, whole.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// The command succeeded in spite of the fault.
    Answered,
    /// It refused with that code.
    Refused { code: String, there: bool },
    /// It was killed.
    Killed { there: bool },
    /// It never made the call: threads do not always take the same turns.
    NotReached,
}

/// Runs a step's command under strace. Says too whether the fault was reached.
pub fn run(step: &Step, place: &Path, fault: Option<Fault>) -> (Ended, bool) {
    let (ledger, trace) = (place.join("ledger"), place.join("trace"));
    let mut arguments: Vec<OsString> = vec!["-f".into(), "-qq".into(), "-s".into(), "0".into()];
    arguments.extend(["-o".into(), trace.clone().into_os_string()]);
    let closes = fault.is_some_and(|fault| fault.call == "close");
    // A folder that was listed: std takes for granted that closing it succeeds.
    for path in step.paths.iter().filter(|path| !(closes && step.listed.contains(*path))) {
        arguments.extend(["-P".into(), ledger.join(path).into_os_string()]);
    }
    let calls = fault.map_or_else(|| CALLS.join(","), |fault| fault.call.to_owned());
    arguments.extend(["-e".into(), format!("trace={calls}").into()]);
    if let Some(fault) = fault {
        arguments.extend(["-e".into(), fault.expression().into()]);
    }
    arguments.push(program().path().as_os_str().to_owned());
    arguments.extend(step.arguments(&ledger));
    let ended = Program::at("strace").run_within(LIMIT, arguments);
    let trace = String::from_utf8_lossy(&std::fs::read(trace).unwrap()).into_owned();
    (ended, trace.contains("(INJECTED)") || trace.contains("killed by SIGKILL"))
}

/// The files and folders of the ledger that the step names to the system.
/// Those that it lists are noted apart.
pub fn watched(step: &Step, place: &Path) -> Step {
    let mut watched = step.clone();
    watched.paths.clear();
    let (ended, _) = run(&watched, place, None);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let trace = std::fs::read_to_string(place.join("trace")).unwrap();
    let ledger = place.join("ledger");
    for line in trace.lines() {
        for path in line.split('"').skip(1).step_by(2) {
            let Ok(path) = Path::new(path).strip_prefix(&ledger) else { continue };
            watched.paths.insert(path.to_owned());
            if line.contains("O_DIRECTORY") {
                watched.listed.insert(path.to_owned());
            }
        }
    }
    watched
}

/// How often the step makes each call on the ledger's files: in the thread that makes it most often.
pub fn counted(step: &Step, place: &Path) -> BTreeMap<&'static str, usize> {
    let (ended, _) = run(step, place, None);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let trace = std::fs::read_to_string(place.join("trace")).unwrap();
    let mut counts: BTreeMap<(&str, &'static str), usize> = BTreeMap::new();
    for line in trace.lines() {
        let Some((thread, rest)) = line.split_once(' ') else { continue };
        let Some((name, _)) = rest.trim_start().split_once('(') else { continue };
        if let Some(call) = CALLS.iter().find(|call| **call == name) {
            *counts.entry((thread, call)).or_default() += 1;
        }
    }
    let mut most = BTreeMap::new();
    for ((_, call), count) in counts {
        let known: &mut usize = most.entry(call).or_default();
        *known = (*known).max(count);
    }
    most
}

/// Puts a fault into a step and looks at everything that must hold afterwards.
///
/// # Errors
/// What does not hold.
pub fn tried(step: &Step, place: &Path, fault: Fault, codes: &str) -> Result<Outcome, String> {
    let ledger = place.join("ledger");
    step.lay_out(&ledger);
    let (ended, reached) = run(step, place, Some(fault));
    let said = said(&ended, fault, codes)?;
    let there = if step.command == Command::Init {
        founded_or_not(step, &ledger, said.is_done(), codes)?
    } else {
        let there = is_there(step, &ledger)?;
        let promised = step.is_there || (said.is_done() && step.command == Command::HandIn);
        if promised && !there {
            return Err(format!("acknowledged, and not there: {ended:?}"));
        }
        handed_in_again(step, &ledger, there)?;
        there
    };
    Ok(match said {
        Said::Done if !reached => Outcome::NotReached,
        Said::Done => Outcome::Answered,
        Said::Refused(code) => Outcome::Refused { code, there },
        Said::Killed => Outcome::Killed { there },
    })
}

/// What the program said before it ended.
enum Said {
    Done,
    Refused(String),
    Killed,
}

impl Said {
    fn is_done(&self) -> bool {
        matches!(self, Said::Done)
    }
}

/// An answer, a refusal in words of the manual with exit code 3, or, if it was killed, nothing.
fn said(ended: &Ended, fault: Fault, codes: &str) -> Result<Said, String> {
    if ended.err.contains("panicked") {
        return Err(format!("a panic: {ended:?}"));
    }
    match (ended.code, fault.error) {
        (Some(0), _) if ended.json()["ok"] == Value::Bool(true) => Ok(Said::Done),
        (None, Error::Kill) => Ok(Said::Killed),
        (Some(3), Error::Io | Error::Full) => {
            refusal(ended, codes).map(Said::Refused).ok_or_else(|| format!("no words: {ended:?}"))
        }
        (_, Error::Io | Error::Full | Error::Kill) => {
            Err(format!("neither an answer nor a refusal of the machine: {ended:?}"))
        }
    }
}

/// The code of a refusal that the manual lists, with words.
fn refusal(ended: &Ended, codes: &str) -> Option<String> {
    let document: Value = serde_json::from_str(&ended.out).ok()?;
    let error = [&document["error"], &document["first_divergence"]];
    let error = error.into_iter().find(|error| error["code"].is_string())?;
    let (code, text) = (error["code"].as_str()?, error["text"].as_str()?);
    (codes.contains(&format!("`{code}`")) && !text.is_empty()).then(|| code.to_owned())
}

/// Acts and lines of a ledger that holds; one plain opening more is allowed.
fn verified(step: &Step, ledger: &Path) -> Result<(u64, u64), String> {
    let mut ended = program().run(step.verify(ledger));
    if ended.code != Some(0) {
        ended = program().run(step.verify(ledger));
    }
    if ended.code != Some(0) {
        return Err(format!("does not verify: {ended:?}"));
    }
    let document = ended.json();
    let count = |key: &str| document[key].as_u64().unwrap();
    Ok((count("acts"), count("lines")))
}

/// True if the step's act is in the ledger; in half, it may not be.
fn is_there(step: &Step, ledger: &Path) -> Result<bool, String> {
    let lines = step.act.as_ref().map_or(0, |act| act.lines);
    match verified(step, ledger)? {
        (acts, 0) if acts == step.acts_before => Ok(false),
        found if found == (step.acts_before + 1, lines) => Ok(true),
        (acts, lines) => Err(format!("half there: {acts} acts, {lines} lines")),
    }
}

/// The act handed in once more gets the first answer, or is accepted now; then it is there once.
fn handed_in_again(step: &Step, ledger: &Path, there: bool) -> Result<(), String> {
    let ended = program().run(step.hand_in(ledger));
    if ended.code != Some(0) {
        return Err(format!("handed in again: {ended:?}"));
    }
    let (document, act) = (ended.json(), step.act.as_ref().expect("only founding has no act"));
    let right = document["repeat"] == Value::Bool(there)
        && document["id"] == act.id.as_str()
        && document["seq"] == step.acts_before;
    if !right {
        return Err(format!("handed in again, {there}: {ended:?}"));
    }
    is_there(step, ledger)?.then_some(()).ok_or_else(|| "accepted, and not there".to_owned())
}

/// What is left of a founding verifies, or is plainly none; and a second founding does not make it worse.
fn founded_or_not(step: &Step, ledger: &Path, is_done: bool, codes: &str) -> Result<bool, String> {
    const NOT_FOUNDED: [&str; 5] =
        ["usage", "trust.file", "log.no_ledger", "ledger.not_founded", "checkpoint.missing"];
    let ended = program().run(step.verify(ledger));
    let there = ended.code == Some(0);
    if is_done && !there {
        return Err(format!("founded, and does not verify: {ended:?}"));
    }
    if !there {
        let code = refusal(&ended, codes).unwrap_or_default();
        if !NOT_FOUNDED.contains(&code.as_str()) {
            return Err(format!("half founded: {ended:?}"));
        }
    }
    let again = program().run(step.arguments(ledger));
    let refused = again.code != Some(0) && refusal(&again, codes).is_some();
    if again.code == Some(0) && there || again.code != Some(0) && !refused {
        return Err(format!("founded again: {again:?}"));
    }
    let after = program().run(step.verify(ledger));
    if (there || again.code == Some(0)) && after.code != Some(0) {
        return Err(format!("founded, and does not verify after a second try: {after:?}"));
    }
    Ok(there)
}
