//! `doudi roster`: draw a roster from what is due, agree to it step by step, or withdraw it.

use std::fmt::Write as _;
use std::path::PathBuf;

use ledger::act::Body;
use ledger::act::payments::{RosterKind, RosterWithdrawn};
use ledger::ids::{BatchCode, FundCode, SchemeCode};
use ledger::period::Period;
use ledger::views::pairs::{self, Both};
use serde_json::json;

use super::Report;
use crate::clock::Clock;
use crate::desk::Desk;
use crate::desk::paying::{Drawing, agree, batch, draw};
use crate::failure::Failure;
use crate::keys;
use crate::spoken;

/// How many left-out items a person reads one by one.
const NAMED: usize = 10;

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    step: Step,
    /// 台账目录 (ledger folder)
    #[arg(long, global = true, default_value = ".")]
    dir: PathBuf,
    /// 签名人的密钥文件 (signer's key)
    #[arg(long, global = true)]
    key: Option<PathBuf>,
    /// 批次代码，5位 (batch code)
    #[arg(long, global = true)]
    batch: Option<BatchCode>,
}

#[derive(clap::Subcommand)]
enum Step {
    /// 造册：列出该项目该月全部应发 (draw)
    Draw {
        /// 项目代码 (scheme)
        #[arg(long)]
        scheme: SchemeCode,
        /// 发放月份 (period)
        #[arg(long)]
        period: Period,
        /// 付款资金，按使用先后 (funds, in order of use)
        #[arg(long = "fund", required = true)]
        funds: Vec<FundCode>,
        /// regular 当月、supplementary 补充、reissue 补发
        #[arg(long, default_value = "regular", value_parser = kind)]
        kind: RosterKind,
    },
    /// 复核、财政审核或审批：签署名册的下一步 (agree)
    Agree,
    /// 报盘前撤回 (withdraw)
    Withdraw {
        /// 撤回原因 (reason)
        #[arg(long)]
        reason: String,
    },
}

fn kind(word: &str) -> Result<RosterKind, String> {
    let known = RosterKind::ALL.iter().find(|kind| kind.word() == word);
    known.copied().ok_or_else(|| "应为 regular、supplementary 或 reissue".to_owned())
}

pub(super) fn run(args: &Args) -> Result<Report, Failure> {
    let missing = |what: &str| Failure::usage(format!("请用 {what} 注明。"));
    let key = keys::read(args.key.as_deref().ok_or_else(|| missing("--key"))?)?;
    let code = args.batch.clone().ok_or_else(|| missing("--batch"))?;
    let mut desk = Desk::open(&args.dir, Clock::Machine)?;
    let (receipt, left_out) = match &args.step {
        Step::Draw { scheme, period, funds, kind } => draw(
            &mut desk,
            &key,
            &Drawing {
                batch: code.clone(),
                scheme: scheme.clone(),
                period: *period,
                kind: *kind,
                funds: funds.clone(),
            },
        )?,
        Step::Agree => (agree(&mut desk, &key, &code)?, Vec::new()),
        Step::Withdraw { reason } => {
            let roster = batch(desk.books(), &code)?.roster;
            let (batch, reason) = (code.clone(), reason.clone());
            let body = Body::RosterWithdrawn(RosterWithdrawn { batch, reason, roster });
            (desk.sign(&key, body)?, Vec::new())
        }
    };
    desk.checkpoint()?;
    let standing = batch(desk.books(), &code)?;
    let mut text = format!(
        "批次{code}：{}，{}笔，{}元（第{}条记录）",
        standing.stage.chinese(),
        standing.len(),
        standing.total,
        receipt.seq
    );
    let both = match &args.step {
        Step::Draw { scheme, period, .. } => pairs::both_due(desk.books(), scheme, *period),
        Step::Agree | Step::Withdraw { .. } => Vec::new(),
    };
    let warnings: Vec<String> = both.iter().map(warning).collect();
    let left_out: Vec<String> = left_out.iter().map(spoken::left_out).collect();
    tell(&mut text, "提示", &warnings);
    tell(&mut text, "未列入", &left_out);
    Ok(Report {
        json: json!({
            "ok": true, "batch": code, "stage": standing.stage, "count": standing.len(),
            "total_fen": standing.total, "seq": receipt.seq,
            "warnings": warnings, "left_out": left_out,
        }),
        text,
    })
}

/// The first few one by one; all of them are in the JSON document.
fn tell(text: &mut String, what: &str, items: &[String]) {
    for item in items.iter().take(NAMED) {
        let _ = write!(text, "\n  {what}：{item}");
    }
    if items.len() > NAMED {
        let _ = write!(text, "\n  ……{what}共{}项，加 --json 看全部", items.len());
    }
}

fn warning(both: &Both) -> String {
    let Both { person, entitlement, beside, scheme } = both;
    format!("资格{entitlement}的人员{person}同月还享受{scheme}（资格{beside}），政策要求留意")
}
