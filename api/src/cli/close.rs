//! `doudi close`: freeze a month's figures and close it.

use std::path::PathBuf;

use ledger::period::Period;
use serde_json::json;

use super::Report;
use crate::clock::Clock;
use crate::desk::{Desk, closing};
use crate::failure::Failure;
use crate::keys;

#[derive(clap::Args)]
pub(super) struct Args {
    /// 台账目录 (ledger folder)
    #[arg(long)]
    dir: PathBuf,
    /// 会计的密钥文件 (accountant's key)；--dry-run 时不需要
    #[arg(long, required_unless_present = "dry_run")]
    key: Option<PathBuf>,
    /// 月份 (period)，例如 2020-10
    #[arg(long)]
    period: Period,
    /// 只试算，不签署 (look only)
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(args: &Args) -> Result<Report, Failure> {
    let mut desk = Desk::open(&args.dir, Clock::Machine)?;
    let table = closing::table(&desk, args.period)?;
    let mut text = closing::checklist(&desk, &table);
    let receipt = match (&args.key, args.dry_run) {
        (Some(key), false) => Some(closing::close(&mut desk, &keys::read(key)?, args.period)?),
        (_, true) | (None, false) => None,
    };
    text.push('\n');
    let done = receipt.map(|receipt| format!("已月结{}：第{}条记录", args.period, receipt.seq));
    text.push_str(done.as_deref().unwrap_or("（试算，没有签署）"));
    Ok(Report {
        json: json!({
            "ok": true, "period": args.period, "height": table.height, "table": table.digest(),
            "seq": receipt.map(|receipt| receipt.seq),
        }),
        text,
    })
}
