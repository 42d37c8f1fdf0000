//! `kill -9` at fifty random moments of the demo: what was acknowledged is there, nothing half-written is, and the ledger goes on.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ledger::act::signed::SignedAct;
use ledger::ids::ActId;
use ledger::log::{EntrySource, Log};
use ledger::trust::Trust;
use serde_json::Value;
use tests::county_demo;
use tests::program::Program;

const KILLS: u32 = 50;
const SEED: u64 = 20_201_008;

/// An act that is right at every moment of the story.
const ONE_MORE: &str =
    r#"{"kind":"unit.registered","body":{"name":"断电试验","side":"office","unit":"SYDW"}}"#;

fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_doudi-under-test"))
}

/// Fifty moments, one in every fiftieth of the time, so that the whole story is covered.
fn moment(kill: u32, whole: Duration) -> Duration {
    let mut word = SEED.wrapping_add(u64::from(kill + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    let within = u32::try_from((word ^ (word >> 31)) % 1_000).unwrap();
    whole * (kill * 1_000 + within) / (KILLS * 1_000)
}

/// What a run left behind.
struct Left {
    dir: PathBuf,
    acknowledged: Vec<String>,
    killed_at: Duration,
}

/// Starts the demo and kills it at its moment.
fn killed(folder: &Path, at: Duration) -> Left {
    let (dir, acks) = (folder.join("ledger"), folder.join("acknowledged"));
    let arguments = ["demo".as_ref(), "--json".as_ref(), "--dir".as_ref(), dir.as_os_str()];
    let arguments = [&arguments[..], &["--acks".as_ref(), acks.as_os_str()]].concat();
    program().run_and_kill(at, arguments);
    let text = std::fs::read_to_string(&acks).unwrap_or_default();
    let whole = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
    let acknowledged = whole.map(|line| line.trim_end().to_owned()).collect();
    Left { dir, acknowledged, killed_at: at }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    BeforeFounding,
    BeforeKeys,
    WentOn,
}

/// Everything that must hold after a restart.
fn check(left: &Left) -> Ending {
    let trust = left.dir.join("trust");
    let ended = program().verify(&left.dir, &trust);
    let at = left.killed_at;
    if ended.code != Some(0) {
        assert!(left.acknowledged.is_empty(), "{at:?}: acknowledged, but {ended:?}");
        let clear =
            ["usage", "trust.file", "log.no_ledger", "ledger.not_founded", "checkpoint.missing"];
        let document = ended.json();
        let code = [&document["first_divergence"]["code"], &document["error"]["code"]];
        let code = code.into_iter().find_map(Value::as_str).unwrap_or("none");
        assert!(clear.contains(&code), "{at:?}: {ended:?}");
        return Ending::BeforeFounding;
    }
    let acts = ended.json()["acts"].as_u64().unwrap();
    everything_acknowledged_is_there(left, acts);
    let key = left.dir.join("keys/MZJ-系统管理员.pem");
    if !key.exists() {
        assert!(left.acknowledged.is_empty(), "{at:?}: the keys are written before the next act");
        return Ending::BeforeKeys;
    }
    let act = left.dir.join("one-more.json");
    std::fs::write(&act, ONE_MORE).unwrap();
    let more = program().run([
        "act".as_ref(),
        "--json".as_ref(),
        "--dir".as_ref(),
        left.dir.as_os_str(),
        "--key".as_ref(),
        key.as_os_str(),
        act.as_os_str(),
    ]);
    assert_eq!(more.code, Some(0), "{at:?}: the ledger does not go on: {more:?}");
    let again = program().verify(&left.dir, &trust);
    assert_eq!(again.code, Some(0), "{at:?}: {again:?}");
    assert_eq!(again.json()["acts"].as_u64(), Some(acts + 1), "{at:?}");
    Ending::WentOn
}

/// Each acknowledged act is found under its id and is that act; at most one more was durable when the answer was cut off.
fn everything_acknowledged_is_there(left: &Left, acts: u64) {
    let trust = Trust::read(&left.dir.join("trust")).unwrap();
    let log = Log::open_for_audit(&left.dir, &trust.log_key).unwrap();
    for id in &left.acknowledged {
        let id: ActId = id.parse().unwrap();
        let seq = log.find(&id.0).unwrap();
        let seq = seq.unwrap_or_else(|| panic!("{:?}: {id} was acknowledged", left.killed_at));
        let entry = log.get(seq).unwrap().unwrap();
        assert_eq!(SignedAct::decode(entry).unwrap().id(trust.origin()), id);
    }
    // The founding act comes before the first acknowledgement is written.
    let acknowledged = left.acknowledged.len() as u64 + 1;
    assert!(
        (acknowledged..=acknowledged + 1).contains(&acts),
        "{:?}: {acts} acts, {acknowledged} acknowledged",
        left.killed_at
    );
    assert!(log.size() >= acts);
}

#[test]
fn killed_at_any_moment_the_ledger_holds_what_it_acknowledged_and_goes_on() {
    let (_, whole) = county_demo::watched(&county_demo::played(&program()));
    let start = Instant::now();
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(2);
    let endings: Vec<Ending> = std::thread::scope(|scope| {
        let work = |worker: usize| {
            (0..KILLS).skip(worker).step_by(workers).map(|kill| {
                let folder = tempfile::tempdir().unwrap();
                check(&killed(folder.path(), moment(kill, whole)))
            })
        };
        let running: Vec<_> =
            (0..workers).map(|n| scope.spawn(move || work(n).collect::<Vec<_>>())).collect();
        running.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    let count = |ending| endings.iter().filter(|found| **found == ending).count();
    println!(
        "seed {SEED}, {KILLS} kills over {whole:?}, in {:?}: {} went on, {} before founding, {} before keys",
        start.elapsed(),
        count(Ending::WentOn),
        count(Ending::BeforeFounding),
        count(Ending::BeforeKeys)
    );
    assert!(count(Ending::WentOn) * 10 > endings.len() * 8, "most moments lie within the story");
}
