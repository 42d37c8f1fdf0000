//! `doudi close`: freeze a month's figures and close it.

use std::fmt::Write as _;
use std::path::PathBuf;

use ledger::period::Period;
use ledger::views::month::MonthTable;
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
    let text = closing::checklist(&desk, &table);
    let Some(key) = args.key.as_deref().filter(|_| !args.dry_run) else {
        return look_only(&desk, args.period, &table, text);
    };
    let receipt = closing::close(&mut desk, &keys::read(key)?, args.period)?;
    Ok(Report {
        json: json!({
            "ok": true, "period": args.period, "height": table.height, "table": table.digest(),
            "seq": receipt.seq,
        }),
        text: format!("{text}\n已月结{}：第{}条记录", args.period, receipt.seq),
    })
}

/// What the close would say now, all of it at once.
fn look_only(
    desk: &Desk,
    period: Period,
    table: &MonthTable,
    mut text: String,
) -> Result<Report, Failure> {
    let obstacles = closing::obstacles(desk, table);
    for obstacle in &obstacles {
        let _ = write!(text, "\n  还不能月结：{obstacle}。{}", obstacle.hint());
    }
    text.push_str("\n（试算，没有签署）");
    let told = obstacles.iter().map(|obstacle| {
        json!({ "code": obstacle.code(), "text": obstacle.to_string(), "hint": obstacle.hint() })
    });
    let mut document = json!({
        "ok": obstacles.is_empty(), "period": period, "height": table.height,
        "table": table.digest(), "seq": null, "obstacles": told.collect::<Vec<_>>(),
    });
    if obstacles.is_empty() {
        Ok(Report { json: document, text })
    } else {
        let error = json!({ "code": "close.not_ready", "text": "还不能月结" });
        if let Some(fields) = document.as_object_mut() {
            fields.insert("error".to_owned(), error);
        }
        Err(Failure::NotReady { document, text })
    }
}
