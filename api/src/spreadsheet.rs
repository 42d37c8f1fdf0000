//! Spreadsheets from outside are parsed in a process of their own with limits of memory and time: a file of six kilobytes
//! is known that makes the parser take twenty gigabytes. Whatever such a file does, it does it to that process.

use std::io::{Read as _, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use reconcile::opened::Opened;
use reconcile::problem::{Code, Problem};
use reconcile::table::{Table, container_of, read_spreadsheet};
use rustix::process::{Resource, Rlimit, setrlimit};

/// The hidden command by which this program calls itself.
const COMMAND: &str = "read-spreadsheet";
/// The address space of the process, in bytes: a hundred times what a bank's largest file needs.
const MEMORY: u64 = 1 << 30;
/// Its processor time in seconds.
const PROCESSOR: u64 = 20;
/// How long it may take by the clock.
const PATIENCE: Duration = Duration::from_secs(30);
/// The most that is read of its answer.
const LONGEST_ANSWER: u64 = 1 << 28;

/// Opens a file from outside. Of a spreadsheet, only the finished table ever comes into this process.
///
/// # Errors
/// As [`Opened::with`]; [`Code::SheetTooHeavy`] if the other process did not come to an end within its limits.
pub fn open<'a>(file: &'a str, bytes: &'a [u8]) -> Result<Opened<'a>, Problem> {
    Opened::with(file, bytes, |_| {
        let fell = |why: String| Problem::of_file(Code::SheetTooHeavy, file).found(why);
        let answer = asked(bytes).map_err(fell)?;
        let table: Result<Table, Problem> =
            serde_json::from_slice(&answer).map_err(|why| fell(why.to_string()))?;
        table.map_err(|problem| Problem { file: file.to_owned(), ..problem })
    })
}

/// What the other process is: limits first, then the file on standard input, the table on standard output.
///
/// # Errors
/// The limits cannot be set, or standard input or output fails.
pub fn parse() -> std::io::Result<()> {
    let limited = |resource, most| {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })
            .map_err(std::io::Error::from)
    };
    limited(Resource::As, MEMORY)?;
    limited(Resource::Cpu, PROCESSOR)?;
    limited(Resource::Core, 0)?;
    let mut bytes = Vec::new();
    std::io::stdin().lock().read_to_end(&mut bytes)?;
    let table = read_spreadsheet("", &bytes, container_of(&bytes));
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    serde_json::to_writer(&mut out, &table)?;
    out.flush()
}

/// The other process's answer, or how it ended.
fn asked(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let program = std::env::current_exe().map_err(|why| why.to_string())?;
    let mut child = Command::new(program)
        .arg(COMMAND)
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|why| why.to_string())?;
    let answer = spoken_with(&mut child, bytes.to_vec());
    // One that is still at it, or still writing, ends here.
    drop(child.kill());
    let status = child.wait().map_err(|why| why.to_string())?;
    match answer {
        Some(answer) if !answer.is_empty() => Ok(answer),
        Some(_) => Err(ended(status)),
        None => Err(format!("{}秒内没有结束", PATIENCE.as_secs())),
    }
}

/// All that the child says until it closes its output; `None` if that takes too long.
fn spoken_with(child: &mut Child, bytes: Vec<u8>) -> Option<Vec<u8>> {
    let (mut input, output) = (child.stdin.take()?, child.stdout.take()?);
    // A child that ends without reading says so by its status, not by a broken pipe.
    let give = move || drop(input.write_all(&bytes));
    drop(std::thread::Builder::new().name("spreadsheet in".to_owned()).spawn(give).ok()?);
    let (said, hears) = mpsc::channel();
    let take = move || {
        let mut answer = Vec::new();
        let read = output.take(LONGEST_ANSWER).read_to_end(&mut answer);
        drop(said.send(read.map(|_| answer)));
    };
    drop(std::thread::Builder::new().name("spreadsheet out".to_owned()).spawn(take).ok()?);
    hears.recv_timeout(PATIENCE).ok()?.ok()
}

fn ended(status: ExitStatus) -> String {
    const ABORTED: i32 = 6;
    const OUT_OF_TIME: [i32; 2] = [24, 9];
    match status.signal() {
        Some(ABORTED) => format!("超出{}MB内存", MEMORY >> 20),
        Some(signal) if OUT_OF_TIME.contains(&signal) => format!("超出{PROCESSOR}秒处理时间"),
        Some(signal) => format!("解析中止，信号{signal}"),
        None => format!("解析中止，{status}"),
    }
}
