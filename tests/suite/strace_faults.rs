//! Every write, flush, rename, opening and closing of a short ledger fails, finds the disk full, or is the last thing the program does.
//! Afterwards: what was acknowledged is there, nothing is half there, and the same act handed in again has one answer.
//! The table is kept in docs/fault-matrix.md. By default a sample is tried; `DOUDI_SOAK=1` tries every call.

pub(crate) mod scene;
mod trial;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command as Process;
use std::time::Instant;

use scene::{Scene, Step};
use trial::{CALLS, Error, Fault, Outcome};

const SEED: u64 = 20_201_008;
/// How many calls of one name are tried in one step with one error, unless more are asked for.
const SAMPLE: usize = 12;
const WORKERS: usize = 2;

/// A row of the matrix: step, call, error.
type Row = (usize, usize, Error);

/// True if strace is here and may trace. Said aloud if not.
pub fn has_strace() -> bool {
    let probed = Process::new("strace").args(["-o", "/dev/null", "true"]).output();
    let there = probed.is_ok_and(|output| output.status.success());
    if !there {
        println!(
            "SKIPPED: strace is not installed or may not trace (Debian: apt-get install strace)"
        );
    }
    there
}

/// Which of `count` calls are tried: all, or one drawn from each of as many equal stretches.
fn drawn(count: usize, sample: usize, seed: u64) -> Vec<usize> {
    if count <= sample {
        return (1..=count).collect();
    }
    let stretch = |n: usize| n * count / sample;
    let draw = |n: usize| {
        let mut word = SEED ^ seed;
        word = word.wrapping_add((n as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let width = stretch(n + 1) - stretch(n);
        1 + stretch(n) + usize::try_from((word >> 33) % width as u64).unwrap()
    };
    (0..sample).map(draw).collect()
}

/// How many calls of one name are tried in one step with one error: `DOUDI_SOAK=1` all, a larger number as many.
fn sample() -> usize {
    let soak = std::env::var("DOUDI_SOAK").ok().and_then(|number| number.parse().ok());
    soak.map_or(SAMPLE, |number| if number > 1 { number } else { usize::MAX })
}

/// Everything that is to be tried, and how often each step makes each call.
fn planned(steps: &mut [Step], place: &Path) -> (Vec<(Row, usize)>, BTreeMap<Row, usize>) {
    let (mut plan, mut made) = (Vec::new(), BTreeMap::new());
    for (number, step) in steps.iter_mut().enumerate() {
        let ledger = place.join("ledger");
        step.lay_out(&ledger);
        *step = trial::watched(step, place);
        step.lay_out(&ledger);
        for (name, count) in trial::counted(step, place) {
            let call = CALLS.iter().position(|call| *call == name).unwrap();
            for (error, seed) in Error::ALL.into_iter().zip(0..) {
                let row = (number, call, error);
                made.insert(row, count);
                plan.extend(drawn(count, sample(), seed).into_iter().map(|at| (row, at)));
            }
        }
    }
    (plan, made)
}

#[test]
fn whatever_call_fails_what_was_acknowledged_is_there_and_nothing_is_half_there() {
    if !has_strace() {
        return;
    }
    let (start, mut scene) = (Instant::now(), Scene::set());
    let folder = tempfile::tempdir().unwrap();
    let (plan, made) = planned(&mut scene.steps, folder.path());
    let codes = include_str!("../../docs/errors.md");
    let (plan, steps) = (&plan, &scene.steps);
    let found: Vec<(Row, usize, Result<Outcome, String>)> = std::thread::scope(|scope| {
        let work = |worker: usize| {
            let folder = tempfile::tempdir().unwrap();
            let mine = plan.iter().skip(worker).step_by(WORKERS);
            let tried = mine.map(|&(row, at)| {
                let (step, call, error) = (&steps[row.0], CALLS[row.1], row.2);
                let fault = Fault { call, error, at };
                (row, at, trial::tried(step, folder.path(), fault, codes))
            });
            tried.collect::<Vec<_>>()
        };
        let running: Vec<_> = (0..WORKERS).map(|n| scope.spawn(move || work(n))).collect();
        running.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    let wrong = found.iter().filter_map(|(row, at, outcome)| {
        let why = outcome.as_ref().err()?;
        Some(format!("{}, {} {at}, {}: {why}", steps[row.0].name, CALLS[row.1], row.2.name()))
    });
    let wrong: Vec<String> = wrong.collect();
    let table = table(steps, &made, &found);
    println!("{table}\nseed {SEED}, {} trials in {:?}", found.len(), start.elapsed());
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), found.len(), wrong.join("\n"));
    let reached = found.iter().filter(|(.., outcome)| *outcome != Ok(Outcome::NotReached)).count();
    assert!(reached * 10 > found.len() * 9, "{reached} of {} faults were reached", found.len());
    keep(&table);
}

const HEAD: &str = "\
# 故障与结果

本表由 `tests/suite/strace_faults.rs` 逐项做出、逐项核验后写成（`DOUDI_SOAK=1 UPDATE=1 cargo test -p tests --test suite strace_faults` 全部重做并重写；平时抽样）。
在一本小台账上运行程序，用 `strace` 让它对台账文件的某一次系统调用出错（EIO）、磁盘写满（ENOSPC，写入类调用从这一次起一直满）或在这一次调用之前被杀（SIGKILL）。
每次之后都查：已答复受理的都在账上；没有答复的要么整个在、要么整个不在；`doudi verify` 通过，且接得上监督方留存的存证头；同一动作再交入，得到原来的答复或受理一次。
程序没有一次崩溃，也没有一次不说话就失败：拒绝时退出码为3，并说出下列代码之一。

| 步骤 | 调用 | 故障 | 调用次数 | 试了 | 照常完成 | 拒绝，未入账 | 拒绝，已入账 | 被杀，未入账 | 被杀，已入账 | 未触发 | 代码 |
| :--- | :--- | :--- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | :--- |
";

fn table(
    steps: &[Step],
    made: &BTreeMap<Row, usize>,
    found: &[(Row, usize, Result<Outcome, String>)],
) -> String {
    let mut text = HEAD.to_owned();
    for (row, calls) in made {
        let mine: Vec<&Outcome> = found
            .iter()
            .filter(|(known, ..)| known == row)
            .filter_map(|(.., outcome)| outcome.as_ref().ok())
            .collect();
        let count = |wanted: fn(&Outcome) -> bool| mine.iter().filter(|one| wanted(one)).count();
        let codes: BTreeSet<String> = mine.iter().filter_map(|one| code_of(one)).collect();
        let codes = codes.into_iter().collect::<Vec<_>>().join("、");
        let _ = writeln!(
            text,
            "| {} | `{}` | {} | {calls} | {} | {} | {} | {} | {} | {} | {} | {} |",
            steps[row.0].name,
            CALLS[row.1],
            row.2.name(),
            mine.len(),
            count(|one| *one == Outcome::Answered),
            count(|one| matches!(one, Outcome::Refused { there: false, .. })),
            count(|one| matches!(one, Outcome::Refused { there: true, .. })),
            count(|one| *one == Outcome::Killed { there: false }),
            count(|one| *one == Outcome::Killed { there: true }),
            count(|one| *one == Outcome::NotReached),
            if codes.is_empty() { "—" } else { &codes },
        );
    }
    text
}

fn code_of(outcome: &Outcome) -> Option<String> {
    match outcome {
        Outcome::Refused { code, .. } => Some(format!("`{code}`")),
        Outcome::Answered | Outcome::Killed { .. } | Outcome::NotReached => None,
    }
}

/// The first cells of every row: step, call, error. Counts depend on the machine and on the sample.
fn shape(table: &str) -> Vec<Vec<&str>> {
    let rows = table.lines().filter(|line| line.starts_with("| "));
    rows.map(|line| line.split('|').skip(1).take(3).map(str::trim).collect()).collect()
}

/// Leaves the table beside the build, and compares its rows with those that are kept.
fn keep(table: &str) {
    std::fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join("fault-matrix.md"), table).unwrap();
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/fault-matrix.md");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&kept, table).unwrap();
    }
    let text = std::fs::read_to_string(&kept).unwrap_or_default();
    let why = "docs/fault-matrix.md has other rows: UPDATE=1 cargo test -p tests strace_faults";
    assert_eq!(shape(&text), shape(table), "{why}");
}
