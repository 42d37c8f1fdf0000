//! `doudi pay`: write the payment file of an approved batch and sign its release.

use std::path::PathBuf;

use ledger::ids::{BankAccountCode, BatchCode};
use ledger::period::Date;
use serde_json::json;

use super::Report;
use crate::clock::Clock;
use crate::desk::Desk;
use crate::desk::papers::bank_path;
use crate::desk::paying::{Sending, batch, release, write_again};
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
    /// 银行格式另外要的项，写成 名称=内容，可写多次 (what else the layout asks for)
    #[arg(long = "state", value_parser = stated)]
    stated: Vec<(String, String)>,
    /// 报盘日期 (date)，不写为今天
    #[arg(long)]
    date: Option<Date>,
}

fn stated(text: &str) -> Result<(String, String), String> {
    let parts = text.split_once('=').filter(|(name, _)| !name.is_empty());
    let parts = parts.ok_or_else(|| "应写成 名称=内容".to_owned())?;
    Ok((parts.0.to_owned(), parts.1.to_owned()))
}

pub(super) fn run(args: &Args) -> Result<Report, Failure> {
    let mut desk = Desk::open(&args.dir, Clock::Machine)?;
    let key = keys::read(&args.key)?;
    if batch(&desk, &args.batch)?.released.is_some() {
        let released = write_again(&desk, &key, &args.batch)?;
        let path = path_of(args, &released.file_name);
        return Ok(Report {
            json: json!({
                "ok": true, "repeat": true, "file": path, "count": released.count,
                "total_fen": released.total_fen,
            }),
            text: format!("此前已报盘；文件已按原样重新写出：{path}。切勿重复提交银行。"),
        });
    }
    let date = args.date.unwrap_or_else(|| desk.clock.today());
    let sending = Sending {
        batch: args.batch.clone(),
        account: args.account.clone(),
        profile: &args.profile,
        date,
        bank_unit: &args.bank_unit,
        stated: &args.stated,
    };
    let (receipt, file) = release(&mut desk, &key, &sending)?;
    desk.checkpoint()?;
    let path = path_of(args, &file.file_name);
    Ok(Report {
        json: json!({
            "ok": true, "repeat": false, "seq": receipt.seq, "file": path, "count": file.count,
            "total_fen": file.total,
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

fn path_of(args: &Args, name: &str) -> String {
    args.dir.join(bank_path(Some(&args.batch), name)).display().to_string()
}
