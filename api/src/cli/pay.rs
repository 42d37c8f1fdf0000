//! `doudi pay`: write the payment file of an approved batch and sign its release.

use std::path::PathBuf;

use ledger::act::payments::PaymentFileReleased;
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
    if let Some(released) = &batch(desk.books(), &args.batch)?.released {
        same_as(args, released)?;
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

/// A batch goes out once, from one account in one layout: whoever asks for another takes it for something it is not.
fn same_as(args: &Args, released: &PaymentFileReleased) -> Result<(), Failure> {
    let version = released.profile.rsplit_once('@');
    let is_profile = args.profile == released.profile
        || version.is_some_and(|(profile, _)| profile == args.profile);
    let wrong = if args.account != released.account {
        Some(("--account", args.account.to_string(), released.account.to_string()))
    } else if !is_profile {
        Some(("--profile", args.profile.clone(), released.profile.clone()))
    } else {
        let other = args.date.filter(|date| *date != released.date);
        other.map(|date| ("--date", date.to_string(), released.date.to_string()))
    };
    let Some((argument, asked, used)) = wrong else { return Ok(()) };
    Err(Failure::Machine {
        code: "batch.released_otherwise".to_owned(),
        text: format!(
            "批次{}已经报盘，当时的{argument}是{used}，不是{asked}；没有写出任何文件。要按原样重新写出，请用{argument} {used}；要改付，请按退汇、补发办理。",
            args.batch
        ),
        exit: 1,
    })
}

fn path_of(args: &Args, name: &str) -> String {
    args.dir.join(bank_path(Some(&args.batch), name)).display().to_string()
}
