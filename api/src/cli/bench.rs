//! `doudi bench`: the numbers of the log engine, each beside its floor from the same run. Parts whose memory or start is
//! measured run as processes of their own (`bench part`).

mod reconcile;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use super::{Report, progress, verify};
use crate::bench::county::Size;
use crate::bench::make::{Space, make, space};
use crate::bench::measure::{
    Rate, cores, grouped, in_own_process, median, micros, number, peak_kb, ratio, shown, timed,
};
use crate::bench::{append, lines, replay, start, verify as floor};
use crate::failure::Failure;

#[derive(clap::Subcommand)]
pub(super) enum What {
    /// 造一本压测台账并留下 (make a ledger for the other benches and keep it)
    Make(Ledger),
    /// 入账：64个调用方的单个动作，和清单行 (durable acts and manifest lines)
    Append(Append),
    /// 核验：完整性，和全面 (verification: of integrity, and in full)
    Verify(Ledger),
    /// 由全部记录重建账目 (books rebuilt from all entries)
    Replay(Ledger),
    /// 启动到第一次回答，和占用空间 (start to first answer, and space)
    Start(Ledger),
    /// 回盘：百万行读入并与支付核对，可与 `DuckDB` 并跑 (a response file read and matched)
    Reconcile(reconcile::Args),
    /// 上面各项在自己进程里跑的一段 (a part in a process of its own)
    #[command(hide = true)]
    Part(Part),
}

#[derive(clap::Args)]
pub(super) struct Ledger {
    /// 记录条数 (entries)
    #[arg(long, default_value_t = 10_000_000)]
    entries: u64,
    /// 台账目录；已有同样的一本就直接用，没有则新造并留下 (kept ledger)
    #[arg(long)]
    dir: PathBuf,
    /// 动作占记录的千分数 (acts among the entries, in thousandths)
    #[arg(long, default_value_t = 20)]
    acts_per_mille: usize,
    /// 每个动作都经过全部规则再写入，很慢 (ask laws and rules of every act)
    #[arg(long)]
    judge_all: bool,
}

#[derive(clap::Args)]
pub(super) struct Append {
    /// 空目录；用完留下 (an empty folder)
    #[arg(long)]
    dir: PathBuf,
    /// 单个动作总数 (single acts)
    #[arg(long, default_value_t = 64_000)]
    acts: usize,
    /// 每份名册的行数 (lines of a roster)
    #[arg(long, default_value_t = 100_000)]
    lines: usize,
    /// 轮数，取中位数 (rounds)
    #[arg(long, default_value_t = 3)]
    rounds: usize,
}

#[derive(clap::Args)]
pub(super) struct Part {
    /// 哪一段 (which)
    name: PartName,
    #[arg(long)]
    dir: PathBuf,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum PartName {
    /// Full verification, as `doudi verify` does it.
    Full,
    /// The integrity pass, as `doudi verify --integrity` does it.
    Integrity,
    /// Books folded from all entries.
    Fold,
    /// Entries read and nothing else.
    Read,
    /// Start to first answer.
    Start,
    /// Start to an open log.
    Open,
    /// A response file read and matched.
    Reconcile,
}

pub(super) fn run(what: &What) -> Result<Report, Failure> {
    match what {
        What::Make(ledger) => made(ledger),
        What::Append(args) => appended(args),
        What::Verify(ledger) => verified(ledger),
        What::Replay(ledger) => replayed(ledger),
        What::Start(ledger) => started(ledger),
        What::Reconcile(args) => reconcile::run(args),
        What::Part(part) => of_part(part),
    }
}

impl Ledger {
    fn ensure(&self) -> Result<(), Failure> {
        let bar = progress::bar(self.entries, "造账");
        let size = Size::of(self.entries, self.acts_per_mille);
        make(&self.dir, size, self.judge_all, &mut |height| bar.set_position(height))?;
        bar.finish_and_clear();
        Ok(())
    }
}

/// Rows of name and value under a heading, and what the machine is.
fn table(heading: &str, rows: &[(&str, String)]) -> String {
    let mut text = format!("{heading}（{}核）", cores());
    for (name, value) in rows {
        let wide = name.chars().count();
        let _ = write!(
            text,
            "\n  {name}{:width$}{value}",
            "",
            width = 2 * 16_usize.saturating_sub(wide)
        );
    }
    text
}

fn mib(bytes: u64) -> String {
    format!("{} MiB", grouped(bytes >> 20))
}

fn made(ledger: &Ledger) -> Result<Report, Failure> {
    let ((), time) = timed(|| ledger.ensure())?;
    let Space { entries, bytes, store } = space(&ledger.dir)?;
    let rows = [
        ("记录", grouped(entries)),
        ("用时", shown(time)),
        ("每秒", grouped(Rate { count: entries, time }.per_second())),
        ("记录自身字节", mib(bytes)),
        ("存储占用", format!("{}，{}倍", mib(store), ratio(store.into(), bytes.into()))),
    ];
    let json = json!({
        "bench": "make", "entries": entries, "micros": micros(time), "entry_bytes": bytes,
        "store_bytes": store,
    });
    Ok(Report { text: table("压测台账", &rows), json })
}

fn rate(rate: Rate, what: &str) -> String {
    format!("{} {what}/秒", grouped(rate.per_second()))
}

fn over(subject: Rate, floor: Rate) -> String {
    ratio(subject.per_second().into(), floor.per_second().into())
}

fn appended(args: &Append) -> Result<Report, Failure> {
    let bar = progress::bar(args.acts as u64, "动作");
    let acts = args.dir.join("acts");
    let acts = append::acts(&acts, args.acts, args.rounds, &mut |done| bar.set_position(done))?;
    bar.finish_and_clear();
    let bar = progress::bar((args.lines * args.rounds) as u64, "清单行");
    let place = args.dir.join("lines");
    let lines = lines::lines(&place, args.lines, args.rounds, &mut |done| bar.set_position(done))?;
    bar.finish_and_clear();
    let rows = [
        ("单个动作", rate(acts.subject, "个")),
        ("下限：严格验签", rate(acts.floor, "个")),
        ("比值", over(acts.subject, acts.floor)),
        ("等待中位数", shown(acts.p50)),
        ("等待99分位", shown(acts.p99)),
        ("清单行", rate(lines.subject, "行")),
        ("下限：裸存储", rate(lines.bare, "行")),
        ("比值", over(lines.subject, lines.bare)),
        ("并列：平文件", rate(lines.plain, "行")),
        ("比值", over(lines.subject, lines.plain)),
    ];
    let json = json!({
        "bench": "append", "cores": cores(), "callers": append::CALLERS, "rounds": args.rounds,
        "acts": {
            "per_second": acts.subject.per_second(), "floor_per_second": acts.floor.per_second(),
            "ratio": over(acts.subject, acts.floor),
            "p50_micros": micros(acts.p50), "p99_micros": micros(acts.p99),
        },
        "lines": {
            "per_second": lines.subject.per_second(), "bare_per_second": lines.bare.per_second(),
            "ratio": over(lines.subject, lines.bare),
            "plain_per_second": lines.plain.per_second(),
            "plain_ratio": over(lines.subject, lines.plain),
        },
    });
    Ok(Report { text: table("入账", &rows), json })
}

/// How often floor and passes of a verification take turns.
const ROUNDS: usize = 3;

/// The passes of a verification: the part that runs it, and its name.
const PASSES: [(&str, &str); 2] = [("integrity", "完整性核验"), ("full", "全面核验")];

fn verified(ledger: &Ledger) -> Result<Report, Failure> {
    ledger.ensure()?;
    let (mut floors, mut passes, mut acts) = (Vec::new(), PASSES.map(|_| (Vec::new(), 0)), 0);
    for _ in 0..ROUNDS {
        let bar = progress::bar(ledger.entries, "下限");
        let floor = floor::floor(&ledger.dir, &mut |done| bar.set_position(done))?;
        bar.finish_and_clear();
        floors.push(Rate { count: floor.entries, time: floor.time });
        acts = floor.acts;
        for ((part, _), (rates, peak)) in PASSES.iter().zip(&mut passes) {
            let (found, _) = in_own_process(part, &ledger.dir)?;
            let time = Duration::from_micros(number(&found, "micros"));
            rates.push(Rate { count: floor.entries, time });
            *peak = number(&found, "peak_kb").max(*peak);
        }
    }
    let floor = median(&floors);
    let mut rows = vec![
        ("记录", format!("{}，其中动作{}", grouped(floor.count), grouped(acts))),
        ("下限：散列加验签", format!("{}，{}", shown(floor.time), rate(floor, "条"))),
    ];
    let mut json = json!({
        "bench": "verify", "cores": cores(), "rounds": ROUNDS, "entries": floor.count,
        "acts": acts, "floor_micros": micros(floor.time),
    });
    for ((part, name), (rates, peak)) in PASSES.into_iter().zip(passes) {
        let subject = median(&rates);
        let times = ratio(subject.time.as_nanos(), floor.time.as_nanos());
        rows.push((name, format!("{}，{}", shown(subject.time), rate(subject, "条"))));
        rows.push(("　为下限的", format!("{times}倍")));
        rows.push(("　内存峰值", mib(peak << 10)));
        let of_part = json!({
            "micros": micros(subject.time), "per_second": subject.per_second(),
            "times_floor": times, "peak_kb": peak,
        });
        if let Some(fields) = json.as_object_mut() {
            fields.insert(part.to_owned(), of_part);
        }
    }
    Ok(Report { text: table("核验", &rows), json })
}

fn replayed(ledger: &Ledger) -> Result<Report, Failure> {
    ledger.ensure()?;
    let rate_of = |part: &str| -> Result<(Rate, u64), Failure> {
        let (found, _) = in_own_process(part, &ledger.dir)?;
        let time = Duration::from_micros(number(&found, "micros"));
        Ok((Rate { count: number(&found, "entries"), time }, number(&found, "peak_kb")))
    };
    let (read, _) = rate_of("read")?;
    let (folded, peak) = rate_of("fold")?;
    let times = ratio(folded.time.as_nanos(), read.time.as_nanos());
    let rows = [
        ("重建账目", format!("{}，{}", shown(folded.time), rate(folded, "条"))),
        ("下限：只读记录", format!("{}，{}", shown(read.time), rate(read, "条"))),
        ("重建为下限的", format!("{times}倍")),
        ("内存峰值", mib(peak << 10)),
    ];
    let json = json!({
        "bench": "replay", "cores": cores(), "entries": folded.count,
        "micros": micros(folded.time), "per_second": folded.per_second(),
        "floor_micros": micros(read.time), "floor_per_second": read.per_second(),
        "times_floor": times, "peak_kb": peak,
    });
    Ok(Report { text: table("重建", &rows), json })
}

/// How often a start is measured.
const STARTS: usize = 5;

fn started(ledger: &Ledger) -> Result<Report, Failure> {
    ledger.ensure()?;
    let (mut starts, mut opens, mut peak, mut answer) = (Vec::new(), Vec::new(), 0, Value::Null);
    for _ in 0..STARTS {
        let (found, time) = in_own_process("start", &ledger.dir)?;
        starts.push(Rate { count: 1, time });
        let (_, time) = in_own_process("open", &ledger.dir)?;
        opens.push(Rate { count: 1, time });
        peak = peak.max(number(&found, "peak_kb"));
        answer = found.get("answer").cloned().unwrap_or_default();
    }
    let (time, open) = (median(&starts).time, median(&opens).time);
    let space = space(&ledger.dir)?;
    let (bytes, store) = (space.bytes, space.store);
    let times = ratio(store.into(), bytes.into());
    let rows = [
        ("记录", grouped(space.entries)),
        ("启动到回答", format!("{}（{STARTS}次的中位数）", shown(time))),
        ("下限：只打开日志", shown(open)),
        ("启动为下限的", format!("{}倍", ratio(time.as_nanos(), open.as_nanos()))),
        ("启动后内存峰值", mib(peak << 10)),
        ("记录自身字节", mib(bytes)),
        ("存储占用", format!("{}，{times}倍", mib(store))),
    ];
    let json = json!({
        "bench": "start", "cores": cores(), "entries": space.entries, "micros": micros(time),
        "floor_micros": micros(open), "peak_kb": peak, "entry_bytes": bytes,
        "store_bytes": store, "space_times": times, "answer": answer,
    });
    Ok(Report { text: table("启动", &rows), json })
}

fn of_part(part: &Part) -> Result<Report, Failure> {
    let dir: &Path = &part.dir;
    let mut json = match part.name {
        PartName::Full => {
            let ((audited, _), time) = timed(|| verify::verify(dir, None))?;
            json!({ "entries": audited.size, "acts": audited.acts, "micros": micros(time) })
        }
        PartName::Integrity => {
            let (intact, time) = timed(|| verify::verify_integrity(dir, None, None))?;
            json!({ "entries": intact.size, "acts": intact.acts, "micros": micros(time) })
        }
        PartName::Fold => {
            let folded = replay::fold(dir)?;
            json!({ "entries": folded.count, "micros": micros(folded.time) })
        }
        PartName::Read => {
            let read = replay::read(dir)?;
            json!({ "entries": read.count, "micros": micros(read.time) })
        }
        PartName::Start => {
            json!({ "answer": start::first_answer(dir)? })
        }
        PartName::Reconcile => crate::bench::reconcile::subject(dir)?,
        PartName::Open => json!({ "entries": start::open_log(dir)? }),
    };
    if let Some(fields) = json.as_object_mut() {
        fields.insert("peak_kb".to_owned(), peak_kb().into());
    }
    Ok(Report { text: json.to_string(), json })
}
