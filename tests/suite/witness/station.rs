//! A witness's machine in a test: its folder, and the real program serving it.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use ledger::witness::{WitnessKey, cosigned_at};
use tempfile::TempDir;
use tests::program::{Ended, Program};

use super::history::{History, log_key};

pub fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_doudi-under-test"))
}

/// Runs the program with `--json`.
pub fn run(arguments: &[&str]) -> Ended {
    program().run(arguments.iter().copied().chain(["--json"]))
}

/// The stable code of a refusal.
pub fn code_of(ended: &Ended) -> String {
    let document = ended.json();
    let code = [&document["error"]["code"], &document["first_divergence"]["code"]];
    code.into_iter().find_map(|code| code.as_str()).unwrap_or("none").to_owned()
}

/// A path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A witness's folder.
pub struct Station {
    folder: TempDir,
    pub key: WitnessKey,
    pub name: String,
}

impl Station {
    /// A new witness that looks after the log with this key.
    pub fn new(name: &str, log: &str) -> Station {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("witness");
        let full = format!("{name}.example/witness");
        let made = run(&["witness", "keygen", "--dir", text(&dir), "--name", &full, "--log", log]);
        assert_eq!(made.code, Some(0), "{made:?}");
        let key = made.json()["key"].as_str().unwrap().parse().unwrap();
        Station { folder, key, name: name.to_owned() }
    }

    /// One that looks after the histories of these tests.
    pub fn of_histories() -> Station {
        Station::new("w1", &log_key().verifier().to_string())
    }

    pub fn dir(&self) -> PathBuf {
        self.folder.path().join("witness")
    }

    pub fn serve(&self) -> Serving {
        let mut child = Command::new(program().path())
            .args(["witness", "serve", "--listen", "127.0.0.1:0", "--dir", text(&self.dir())])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let ready = lines
            .find_map(|line| line.unwrap().split_once("http://").map(|(_, url)| url.to_owned()));
        let ready = ready.expect("the witness says where it serves");
        let url = format!("http://{}", ready.split_once('/').unwrap().0);
        // What it says later must not block it.
        std::thread::spawn(move || lines.for_each(drop));
        Serving { child, url }
    }

    /// The certificates that it wrote.
    pub fn forks(&self) -> Vec<PathBuf> {
        let Ok(folder) = std::fs::read_dir(self.dir().join("forks")) else { return Vec::new() };
        folder.map(|entry| entry.unwrap().path()).collect()
    }

    /// Asserts that a body is this witness's cosignature over that size of a history.
    pub fn assert_cosigned(&self, body: &str, history: &History, size: u64) {
        let note = history.note(size).with_lines(body).unwrap();
        assert!(cosigned_at(&note, &self.key).unwrap().is_some(), "{body}");
    }
}

/// The program serving a witness; killed when the test lets go of it.
pub struct Serving {
    child: Child,
    pub url: String,
}

/// An answer of HTTP.
#[derive(Debug)]
pub struct Answered {
    pub status: u16,
    pub content_type: String,
    pub body: String,
}

impl Serving {
    pub fn post(&self, body: &str) -> Answered {
        post(&self.url, body).expect("the witness answers")
    }

    /// SIGKILL, and waits until it is gone.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGKILL from another thread's point of view: it is still there to be waited for.
    pub fn kill_now(&mut self) {
        self.child.kill().unwrap();
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A request to a witness; an error if it does not answer.
pub fn post(url: &str, body: &str) -> Result<Answered, ureq::Error> {
    let config = ureq::Agent::config_builder().http_status_as_error(false).build();
    let agent: ureq::Agent = config.into();
    let mut response = agent.post(format!("{url}/add-checkpoint")).send(body)?;
    let header = response.headers().get("content-type").map(|value| value.to_str().unwrap_or(""));
    let content_type = header.unwrap_or("").to_owned();
    let (status, body) = (response.status().as_u16(), response.body_mut().read_to_string()?);
    Ok(Answered { status, content_type, body })
}
