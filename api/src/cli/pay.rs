//! `doudi pay`: write the payment file of an approved batch and sign its release.

use std::path::PathBuf;

use ledger::ids::{BankAccountCode, BatchCode};
use ledger::period::Date;
use serde_json::json;

use super::Report;
use crate::clock::Clock;
use crate::desk::Desk;
use crate::desk::papers::bank_path;
use crate::desk::paying::{Sending, release};
use crate::failure::Failure;
use crate::keys;

#[derive(clap::Args)]
pub(super) struct Args {
    /// 台账目录 (ledger folder)
    #[arg(long)]
    dir: PathBuf,
    /// 支付人的密钥文件 (payer's key)
    #[arg(long)]
    key: PathBuf,
    /// 批次代码 (batch)
    #[arg(long)]
    batch: BatchCode,
    /// 付款专户 (programme account)
    #[arg(long)]
    account: BankAccountCode,
    /// 银行版式 (profile)
    #[arg(long)]
    profile: String,
    /// 本单位在银行的编号，四位 (unit's number at the bank)
    #[arg(long, default_value = "")]
    bank_unit: String,
    /// 报盘日期 (date)，不写为今天
    #[arg(long)]
    date: Option<Date>,
}

pub(super) fn run(args: &Args) -> Result<Report, Failure> {
    let mut desk = Desk::open(&args.dir, Clock::Machine)?;
    let date = args.date.unwrap_or_else(|| desk.clock.today());
    let sending = Sending {
        batch: args.batch.clone(),
        account: args.account.clone(),
        profile: &args.profile,
        date,
        bank_unit: &args.bank_unit,
    };
    let (receipt, file) = release(&mut desk, &keys::read(&args.key)?, &sending)?;
    desk.checkpoint()?;
    let path = args.dir.join(bank_path(Some(&args.batch), &file.file_name)).display().to_string();
    Ok(Report {
        json: json!({
            "ok": true, "seq": receipt.seq, "file": path, "count": file.count, "total_fen": file.total,
        }),
        text: format!(
            "已报盘：{path}，{}笔，{}元（第{}条记录）\n大写：{}",
            file.count,
            file.total,
            receipt.seq,
            file.total.to_formal()
        ),
    })
}
