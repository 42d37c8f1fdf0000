//! The program run as a process, as a script would: exit code, standard output, one JSON document.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// The program under test.
#[derive(Clone, Debug)]
pub struct Program {
    path: PathBuf,
}

/// How a command ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// The exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
    /// The most memory it held, in kilobytes, where it was watched while it ran.
    pub peak_kb: u64,
}

impl Program {
    /// The program at a path: `env!("CARGO_BIN_EXE_doudi-under-test")`.
    #[must_use]
    pub fn at(path: &str) -> Program {
        Program { path: PathBuf::from(path) }
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs a command to its end.
    ///
    /// # Panics
    /// If the program does not start.
    pub fn run<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Ended {
        let output = Command::new(&self.path).args(arguments).output();
        let Output { status, stdout, stderr } = output.expect("the program starts");
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Ended { code: status.code(), out: text(stdout), err: text(stderr), peak_kb: 0 }
    }

    /// Runs a command, which must end within that time.
    ///
    /// # Panics
    /// If it does not, or does not start.
    pub fn run_within<S: AsRef<OsStr>>(
        &self,
        limit: Duration,
        arguments: impl IntoIterator<Item = S>,
    ) -> Ended {
        let mut child = Command::new(&self.path)
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let (start, mut peak_kb) = (Instant::now(), 0);
        while child.try_wait().expect("a child of ours").is_none() {
            peak_kb = peak_kb.max(peak_of(child.id()));
            if start.elapsed() > limit {
                child.kill().expect("a child of ours");
                panic!("the program did not end within {limit:?}");
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        let Output { status, stdout, stderr } = child.wait_with_output().expect("its output");
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Ended { code: status.code(), out: text(stdout), err: text(stderr), peak_kb }
    }

    /// Starts a command and kills it (SIGKILL) after that time, unless it has ended by then.
    ///
    /// # Panics
    /// If the program does not start.
    pub fn run_and_kill<S: AsRef<OsStr>>(
        &self,
        after: Duration,
        arguments: impl IntoIterator<Item = S>,
    ) {
        let start = Instant::now();
        let mut child = Command::new(&self.path)
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        std::thread::sleep(after.saturating_sub(start.elapsed()));
        child.kill().expect("a child of ours");
        child.wait().expect("a child of ours");
    }

    /// Runs `verify --json` on a folder with a trust folder.
    ///
    /// # Panics
    /// As [`Program::run`].
    #[must_use]
    pub fn verify(&self, dir: &Path, trust: &Path) -> Ended {
        let arguments: [&OsStr; 5] = [
            "verify".as_ref(),
            dir.as_ref(),
            "--json".as_ref(),
            "--trust".as_ref(),
            trust.as_ref(),
        ];
        self.run(arguments)
    }
}

impl Ended {
    /// The one JSON document on standard output.
    ///
    /// # Panics
    /// If standard output is anything else.
    #[must_use]
    pub fn json(&self) -> Value {
        let parsed = serde_json::from_str(&self.out);
        parsed.unwrap_or_else(|why| panic!("not one JSON document: {why}\n{self:?}"))
    }
}

/// The most memory that a process has held so far, in kilobytes; 0 once it is gone.
fn peak_of(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok()).unwrap_or(0)
}

/// Copies a folder.
///
/// # Panics
/// If the disk fails.
pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder can be made");
    for item in std::fs::read_dir(from).expect("the folder is there") {
        let item = item.expect("a readable folder");
        let target = to.join(item.file_name());
        if item.file_type().expect("a readable folder").is_dir() {
            copy_folder(&item.path(), &target);
        } else {
            std::fs::copy(item.path(), target).expect("a readable file");
        }
    }
}
