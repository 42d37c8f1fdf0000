//! `doudi bulletin`: the month's bulletin with its annexes, the month-end report and the reconciliation statements.

use std::path::PathBuf;

use ledger::period::{Date, Period};
use serde_json::json;

use super::Report;
use crate::clock::Clock;
use crate::desk::Desk;
use crate::desk::documents::{self, Issue};
use crate::failure::Failure;
use crate::keys;

#[derive(clap::Args)]
pub(super) struct Args {
    /// 台账目录 (ledger folder)
    #[arg(long)]
    dir: PathBuf,
    /// 月份 (period)
    #[arg(long)]
    period: Period,
    /// 输出目录 (output folder)
    #[arg(long)]
    out: PathBuf,
    /// 发文字号 (document number)，例如 青民发〔2020〕12号；不写则留▲待编
    #[arg(long)]
    number: Option<String>,
    /// 成文日期 (day of signature)，不写为今天
    #[arg(long)]
    signed_on: Option<Date>,
    /// 签发人的密钥文件；不写只生成送审稿，不签发 (key to issue it)
    #[arg(long)]
    key: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<Report, Failure> {
    let mut desk = Desk::open(&args.dir, Clock::Machine)?;
    let key = args.key.as_deref().map(keys::read).transpose()?;
    let signed_on = args.signed_on.unwrap_or_else(|| desk.clock.today());
    let number = match (&args.number, &key) {
        (Some(number), _) => number.clone(),
        (None, None) => format!("民发〔{}〕▲号", signed_on.year()),
        (None, Some(_)) => return Err(Failure::usage("签发通报须用 --number 写明发文字号。")),
    };
    let issue = Issue { number: &number, signed_on };
    let mut written = documents::month_end(&desk, args.period, &args.out)?;
    let signer = key.as_ref().map(|key| key as &dyn ledger::signer::Signer);
    written.extend(documents::bulletin(&mut desk, args.period, &issue, &args.out, signer)?);
    let names: Vec<String> = written.iter().map(|path| path.display().to_string()).collect();
    let issued = if key.is_some() { "已签发" } else { "送审稿（未签发）" };
    Ok(Report {
        json: json!({ "ok": true, "period": args.period, "issued": key.is_some(), "files": names }),
        text: format!("{}通报，{issued}：\n  {}", args.period, names.join("\n  ")),
    })
}
