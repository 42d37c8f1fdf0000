//! A served ledger: `doudi serve` as a process, asked over HTTP, ended as an operator would end it.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};

use serde_json::Value;

use crate::program::Program;

/// A running `doudi serve` on a port that the system chose. It is stopped when this is dropped.
pub struct Serving {
    child: Child,
    err: BufReader<ChildStderr>,
    /// Where it listens: `http://127.0.0.1:PORT`.
    pub address: String,
    agent: ureq::Agent,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// `content-type`.
    pub kind: String,
    /// `cache-control`.
    pub keep: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as one JSON document.
    ///
    /// # Panics
    /// If it is anything else.
    #[must_use]
    pub fn json(&self) -> Value {
        let parsed = serde_json::from_slice(&self.body);
        parsed.unwrap_or_else(|why| panic!("not one JSON document: {why}\n{self:?}"))
    }
}

impl Serving {
    /// Serves the ledger in a folder.
    ///
    /// # Panics
    /// If the program does not say where it listens.
    #[must_use]
    pub fn start(program: &Program, dir: &Path) -> Serving {
        Serving::start_with(program, dir, &[])
    }

    /// Serves the ledger in a folder, with more arguments.
    ///
    /// # Panics
    /// As [`Serving::start`].
    #[must_use]
    pub fn start_with(program: &Program, dir: &Path, more: &[&str]) -> Serving {
        let dir = dir.to_str().expect("a readable path");
        let given = ["--listen", "127.0.0.1:0", "--dir", dir];
        Serving::start_as_told(program, &[&given, more].concat())
    }

    /// Serves what the arguments say and nothing else does.
    ///
    /// # Panics
    /// As [`Serving::start`].
    #[must_use]
    pub fn start_as_told(program: &Program, arguments: &[&str]) -> Serving {
        let mut child = Command::new(program.path())
            .args(["serve", "--json"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut err = BufReader::new(child.stderr.take().expect("it is piped"));
        let mut line = String::new();
        err.read_line(&mut line).expect("a line of text");
        let address = line.find("http").and_then(|at| line.get(at..)?.split('（').next());
        let address = address.unwrap_or_else(|| panic!("no address: {line}")).to_owned();
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        Serving { child, err, address, agent }
    }

    /// Asks for a path, which begins with `/`.
    ///
    /// # Panics
    /// If there is no answer.
    #[must_use]
    pub fn get(&self, path: &str) -> Answer {
        read(self.agent.get(format!("{}{path}", self.address)).call())
    }

    /// Hands bytes in at a path.
    ///
    /// # Panics
    /// If there is no answer.
    #[must_use]
    pub fn post(&self, path: &str, body: &[u8]) -> Answer {
        read(self.agent.post(format!("{}{path}", self.address)).send(body))
    }

    /// The size that the served checkpoint states.
    ///
    /// # Panics
    /// If it is no checkpoint.
    #[must_use]
    pub fn size(&self) -> u64 {
        let note = String::from_utf8(self.get("/checkpoint").body).expect("text");
        note.lines().nth(1).and_then(|line| line.parse().ok()).expect("a checkpoint")
    }

    /// Asks it to stop (SIGTERM) and gives its exit code and the document that it printed.
    ///
    /// # Panics
    /// If it printed none.
    #[must_use]
    pub fn stop(mut self) -> (Option<i32>, Value) {
        self.terminate();
        let mut out = String::new();
        let printed = self.child.stdout.take().expect("it is piped").read_to_string(&mut out);
        printed.expect("text");
        let mut err = String::new();
        self.err.read_to_string(&mut err).expect("text");
        let code = self.child.wait().expect("a child of ours").code();
        (code, serde_json::from_str(&out).unwrap_or_else(|why| panic!("{why}: {out}{err}")))
    }

    /// Kills it (SIGKILL), as a power cut would.
    ///
    /// # Panics
    /// If it is gone already.
    pub fn kill(mut self) {
        self.child.kill().expect("a child of ours");
        self.child.wait().expect("a child of ours");
    }

    fn terminate(&mut self) {
        let id = self.child.id().to_string();
        drop(Command::new("kill").args(["-TERM", &id]).status());
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.terminate();
            drop(self.child.wait());
        }
    }
}

fn read(answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Answer {
    let mut answer = answer.expect("the server answers");
    let head = |name: &str| {
        let value = answer.headers().get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let (kind, keep) = (head("content-type"), head("cache-control"));
    let body = answer.body_mut().with_config().limit(1 << 30).read_to_vec();
    let body = body.expect("the whole body");
    Answer { status: answer.status().as_u16(), kind, keep, body }
}
