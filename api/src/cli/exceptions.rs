//! `doudi exceptions`: what waits for a decision, and one decision about all lines of one kind from one bank file.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use ledger::act::payments::Decision;
use ledger::ids::{Digest, Seq};
use ledger::period::Date;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::Report;
use crate::clock::Clock;
use crate::desk::Desk;
use crate::desk::exceptions::{Deciding, Heap, heaps, resolve};
use crate::failure::Failure;
use crate::keys;

#[derive(clap::Subcommand)]
pub(super) enum What {
    /// 列出待处理的存疑：按导入的文件和种类分列 (what waits)
    List {
        /// 台账目录 (ledger folder)
        #[arg(long)]
        dir: PathBuf,
    },
    /// 对同一文件、同一种类的存疑作同一处理；每项仍各签一个动作 (resolve all of one kind)
    Resolve(Resolve),
}

#[derive(clap::Args)]
pub(super) struct Resolve {
    /// 台账目录 (ledger folder)
    #[arg(long)]
    dir: PathBuf,
    /// 主管的密钥文件 (supervisor's key)
    #[arg(long)]
    key: PathBuf,
    /// 导入该文件的记录号，见 doudi exceptions list (entry of the import)
    #[arg(long)]
    import: u64,
    /// 存疑种类，如“无对应支付” (kind)
    #[arg(long)]
    kind: String,
    /// 共几项，由处理人注明；与台账不符则不办 (how many)
    #[arg(long)]
    count: usize,
    /// 处理意见：认定入账成功、认定发放失败、认定退汇或与本账无关，也可写动作里的英文词 (decision)
    #[arg(long, value_parser = decision)]
    decision: Decision,
    /// 处理理由 (reason)
    #[arg(long)]
    reason: String,
    /// 证明材料的文件；台账只记其摘要 (evidence)
    #[arg(long)]
    evidence: PathBuf,
    /// 记账日期，不写为今天 (day of posting)
    #[arg(long)]
    booked: Option<Date>,
    /// 只试算，不签署 (look only)
    #[arg(long)]
    dry_run: bool,
}

fn decision(text: &str) -> Result<Decision, String> {
    let known = Decision::ALL.iter().copied();
    // Which movement a row is cleared with differs from row to row.
    let mut known = known.filter(|decision| *decision != Decision::Cleared);
    let found = known.find(|decision| text == decision.word() || text == decision.chinese());
    found.ok_or_else(|| {
        "应为认定入账成功、认定发放失败、认定退汇或与本账无关；对应到账项的逐项办理".to_owned()
    })
}

pub(super) fn run(what: &What) -> Result<Report, Failure> {
    match what {
        What::List { dir } => Ok(list(&Desk::open(dir, Clock::Machine)?)),
        What::Resolve(args) => resolve_all(args),
    }
}

fn list(desk: &Desk) -> Report {
    let heaps = heaps(desk.books());
    let mut text = format!("待处理的存疑：{}项", desk.books().bank.exceptions.len());
    for heap in &heaps {
        let Heap { import, file, chinese, entries, total, .. } = heap;
        let _ = write!(
            text,
            "\n  第{import}条记录导入的{file}：{chinese}{}项，{total}元",
            entries.len()
        );
    }
    let told: Vec<Value> = heaps.iter().map(told).collect();
    Report { json: json!({ "ok": true, "exceptions": told }), text }
}

fn told(heap: &Heap) -> Value {
    json!({
        "import": heap.import, "file": heap.file, "kind": heap.kind, "chinese": heap.chinese,
        "count": heap.entries.len(), "total_fen": heap.total, "entries": heap.entries,
    })
}

fn resolve_all(args: &Resolve) -> Result<Report, Failure> {
    let key = keys::read(&args.key)?;
    let evidence = digest_of(&args.evidence)?;
    let mut desk = Desk::open(&args.dir, Clock::Machine)?;
    let booked = args.booked.unwrap_or_else(|| desk.clock.today());
    desk.refuse_ahead(booked)?;
    let mut known = heaps(desk.books()).into_iter();
    let heap = known.find(|heap| {
        heap.import == Seq(args.import) && (args.kind == heap.kind || args.kind == heap.chinese)
    });
    let (import, kind) = (args.import, &args.kind);
    let none = || {
        let text = format!(
            "第{import}条记录导入的文件没有待处理的“{kind}”；doudi exceptions list 列出全部。"
        );
        Failure::usage(text)
    };
    let heap = heap.ok_or_else(none)?;
    let count = heap.entries.len();
    if count != args.count {
        let stated = args.count;
        return Err(Failure::usage(format!(
            "第{import}条记录导入的文件待处理的“{kind}”是{count}项，不是{stated}项；请重新核对。"
        )));
    }
    let (decision, reason) = (args.decision, args.reason.clone());
    let deciding = Deciding { decision, reason, evidence, booked };
    let receipts = resolve(&mut desk, &key, &heap, &deciding, args.dry_run)?;
    desk.checkpoint()?;
    let done = match (receipts.first(), receipts.last()) {
        (Some(first), Some(last)) => format!("第{}至{}条记录", first.seq, last.seq),
        (_, _) => "（试算，没有签署）".to_owned(),
    };
    let seqs: Vec<Seq> = receipts.iter().map(|receipt| receipt.seq).collect();
    Ok(Report {
        json: json!({
            "ok": true, "import": heap.import, "kind": heap.kind, "decision": decision,
            "count": count, "total_fen": heap.total, "seqs": seqs,
        }),
        text: format!("{kind}{count}项，{}元：{}；{done}", heap.total, decision.chinese()),
    })
}

pub(super) fn digest_of(path: &Path) -> Result<Digest, Failure> {
    let bytes = std::fs::read(path).map_err(|why| Failure::file(path, &why))?;
    if bytes.is_empty() {
        let path = path.display();
        return Err(Failure::usage(format!("“{path}”是空的文件，不能作凭证。")));
    }
    Ok(Digest(Sha256::digest(bytes).into()))
}
