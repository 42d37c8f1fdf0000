//! A ledger that is being served is asked through a socket in its own folder, `serve-socket`: back up, scrub, ask the
//! witnesses, say how far the promises reach. Who may write in the folder may ask; nobody else can. One line of JSON each
//! way, a connection a question.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use ledger::log::{LogCode, LogFailure};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Report, backup, scrub, witness};
use crate::counter::Counter;
use crate::failure::Failure;
use crate::hall::Hall;

const SOCKET: &str = "serve-socket";

/// A question is not longer than this.
const LONGEST: u64 = 64 << 10;

/// What can be asked of a served ledger. Paths are absolute: the server runs in another folder.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Question {
    /// `doudi backup`.
    Backup { out: PathBuf },
    /// `doudi scrub`, of what the newest checkpoint covers.
    Scrub { rate_mib: Option<u32> },
    /// `doudi witness ask`.
    WitnessAsk {},
    /// `doudi witness status`.
    WitnessStatus { entry: Option<u64> },
}

/// Carries a command out here, or, if another program has the ledger open, asks that program to do it.
///
/// # Errors
/// What the command ends in, here or there; `log.locked` if the ledger is open elsewhere and nobody answers.
pub(super) fn here_or_there(
    dir: &Path,
    question: &Question,
    here: impl FnOnce() -> Result<Report, Failure>,
) -> Result<Report, Failure> {
    let locked = match here() {
        Err(locked) if locked.code() == LogCode::Locked.code() => locked,
        done => return done,
    };
    // A command that works for a moment has no socket: then it is busy, as it says.
    let Ok(stream) = UnixStream::connect(dir.join(SOCKET)) else { return Err(locked) };
    ask(stream, question).unwrap_or_else(|_| {
        let failure = LogFailure::new(LogCode::Stopped, "服务程序没有答完");
        Err(failure.into())
    })
}

fn ask(mut stream: UnixStream, question: &Question) -> std::io::Result<Result<Report, Failure>> {
    writeln!(stream, "{}", json!(question))?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer)?;
    let answer: Answer = serde_json::from_str(&answer)?;
    Ok(answer.into_outcome())
}

/// How it ended, on its way back.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Done { json: Value, text: String },
    Damaged { document: Value, text: String },
    Failed { code: String, text: String, exit: u8 },
}

impl Answer {
    fn of(outcome: Result<Report, Failure>) -> Answer {
        match outcome {
            Ok(Report { json, text }) => Answer::Done { json, text },
            Err(Failure::Damaged { document, text }) => Answer::Damaged { document, text },
            Err(why) => {
                let (code, exit) = (why.code(), why.exit_code());
                let document = why.to_json();
                let text = document.pointer("/error/text").and_then(Value::as_str);
                let text = text.map_or_else(|| why.to_string(), str::to_owned);
                Answer::Failed { code, text, exit }
            }
        }
    }

    fn into_outcome(self) -> Result<Report, Failure> {
        match self {
            Answer::Done { json, text } => Ok(Report { json, text }),
            Answer::Damaged { document, text } => Err(Failure::Damaged { document, text }),
            Answer::Failed { code, text, exit } => Err(Failure::Machine { code, text, exit }),
        }
    }
}

/// The server's end of the socket.
pub(super) struct Control {
    path: PathBuf,
    is_closed: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Control {
    /// Listens for a ledger that this process has open. Without a socket, as where the path is too long for one, the ledger
    /// is served all the same.
    pub(super) fn open(
        dir: &Path,
        counter: &Arc<Counter>,
        hall: Option<&Arc<Hall>>,
    ) -> Option<Control> {
        let path = dir.join(SOCKET);
        // Nobody else has the ledger open: what lies there was left by a process that was killed.
        drop(std::fs::remove_file(&path));
        let listener = match UnixListener::bind(&path) {
            Ok(listener) => listener,
            Err(why) => {
                tracing::warn!("no control socket at {}: {why}", path.display());
                return None;
            }
        };
        let is_closed = Arc::new(AtomicBool::new(false));
        let (counter, closed) = (Arc::clone(counter), Arc::clone(&is_closed));
        let hall = hall.map(Arc::clone);
        let listen = move || {
            for stream in listener.incoming() {
                if closed.load(Ordering::Acquire) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                let (counter, hall) = (Arc::clone(&counter), hall.clone());
                let answer = move || {
                    if let Err(why) = answer(&stream, &counter, hall.as_deref()) {
                        tracing::warn!("a question at the control socket: {why}");
                    }
                };
                let name = "control answer".to_owned();
                drop(std::thread::Builder::new().name(name).spawn(answer));
            }
        };
        let thread = std::thread::Builder::new().name("control".to_owned()).spawn(listen).ok()?;
        Some(Control { path, is_closed, thread })
    }

    /// Takes no further question and removes the socket.
    pub(super) fn close(self) {
        self.is_closed.store(true, Ordering::Release);
        // Wakes the one who listens. Where somebody has removed the socket nobody can, and nobody is waited for.
        if UnixStream::connect(&self.path).is_ok() {
            drop(self.thread.join());
        }
        drop(std::fs::remove_file(&self.path));
    }
}

fn answer(mut stream: &UnixStream, counter: &Counter, hall: Option<&Hall>) -> std::io::Result<()> {
    let mut line = String::new();
    BufReader::new(stream.take(LONGEST)).read_line(&mut line)?;
    if line.is_empty() {
        return Ok(());
    }
    let outcome = match serde_json::from_str(&line) {
        Ok(question) => carry_out(&question, counter, hall),
        Err(why) => Err(Failure::usage(format!("服务程序听不懂这个要求：{why}"))),
    };
    let answer = serde_json::to_string(&Answer::of(outcome))?;
    writeln!(stream, "{answer}")
}

fn carry_out(
    question: &Question,
    counter: &Counter,
    hall: Option<&Hall>,
) -> Result<Report, Failure> {
    let reader = counter.reader();
    match question {
        Question::Backup { out } => backup::of(&reader, hall.map(|hall| hall.room.vault()), out),
        Question::Scrub { rate_mib } => scrub::of_served(&reader, *rate_mib),
        Question::WitnessAsk {} => witness::ask_for(&reader),
        Question::WitnessStatus { entry } => {
            let (size, closings) = counter
                .handle()
                .ask(|engine| (engine.head().size, engine.books().closings.clone()))?;
            witness::status_of(&reader, size, &closings, *entry)
        }
    }
}
