//! `doudi bench reconcile`: a bank's response file read and matched, beside `DuckDB` and a floor.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;

use super::{mib, over, rate, table};
use crate::bench::measure::{
    Rate, cores, grouped, in_own_process, median, micros, number, ratio, shown,
};
use crate::bench::reconcile::{floor, make, peer};
use crate::bench::year_statement;
use crate::cli::Report;
use crate::failure::Failure;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// 目录：放支付清单和模拟银行的回盘，用完留下 (folder)
    #[arg(long)]
    dir: PathBuf,
    /// 回盘行数 (lines)
    #[arg(long, default_value_t = 1_000_000)]
    lines: usize,
    /// 一年流水的行数 (rows of a year's statement)
    #[arg(long, default_value_t = 200_000)]
    rows: usize,
    /// 轮数，取中位数 (rounds)
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// 装有 duckdb 的 Python；不给则不与 `DuckDB` 并跑 (a Python with duckdb)
    #[arg(long)]
    duckdb: Option<String>,
}

/// Floor, subject and peer take turns.
pub(super) fn run(args: &Args) -> Result<Report, Failure> {
    std::fs::create_dir_all(&args.dir).map_err(|why| Failure::file(&args.dir, &why))?;
    make(&args.dir, args.lines)?;
    let count = args.lines as u64;
    let timed = |micros: u64| Rate { count, time: Duration::from_micros(micros) };
    let (mut floors, mut subjects, mut peers, mut plain) = (vec![], vec![], vec![], vec![]);
    let (mut peak, mut finals, mut peer_finals) = (0, 0, 0);
    for _ in 0..args.rounds.max(1) {
        floors.push(Rate { count, time: floor(&args.dir)? });
        let (found, _) = in_own_process("reconcile", &args.dir)?;
        subjects.push(timed(number(&found, "micros")));
        peak = peak.max(number(&found, "peak_kb"));
        finals = number(&found, "final");
        if let Some(python) = &args.duckdb {
            let found = peer(&args.dir, python)?;
            peers.push(timed(number(&found, "micros")));
            plain.push(timed(number(&found, "from_utf8_micros")));
            peer_finals = number(&found, "final");
        }
    }
    let (floor, subject) = (median(&floors), median(&subjects));
    let mut rows = vec![
        ("回盘行数", grouped(count)),
        ("有最终答复", grouped(finals)),
        ("读入并核对", format!("{}，{}", shown(subject.time), rate(subject, "行"))),
        ("内存峰值", mib(peak << 10)),
        ("下限：解码切分", format!("{}，{}", shown(floor.time), rate(floor, "行"))),
        ("为下限的", format!("{}倍", ratio(subject.time.as_nanos(), floor.time.as_nanos()))),
    ];
    if !peers.is_empty() {
        let (peer, plain) = (median(&peers), median(&plain));
        rows.push(("DuckDB有最终答复", grouped(peer_finals)));
        rows.push(("DuckDB", format!("{}，{}", shown(peer.time), rate(peer, "行"))));
        rows.push(("比DuckDB快", format!("{}倍", over(subject, peer))));
        rows.push(("DuckDB不计解码", format!("{}，{}", shown(plain.time), rate(plain, "行"))));
        rows.push(("比它快", format!("{}倍", over(subject, plain))));
    }
    let year = year_statement::subject(args.rows)?;
    let time = Duration::from_micros(number(&year, "micros"));
    rows.push(("一年流水行数", grouped(number(&year, "rows"))));
    rows.push(("流水读入并核对", shown(time)));
    rows.push(("对应到账项", grouped(number(&year, "cleared"))));
    let json = json!({
        "bench": "reconcile", "cores": cores(), "rounds": args.rounds, "lines": count,
        "final": finals, "micros": micros(subject.time), "peak_kb": peak,
        "floor_micros": micros(floor.time), "duckdb_final": peer_finals,
        "year_statement": year, "duckdb_micros": micros(median(&peers).time),
        "duckdb_from_utf8_micros": micros(median(&plain).time),
    });
    Ok(Report { text: table("回盘核对", &rows), json })
}
