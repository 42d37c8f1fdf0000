//! `doudi handover`: list everything that is open in one's unit for who follows, or accept such a list.

use std::path::PathBuf;

use ledger::ids::{ActId, OfficerId};
use ledger::signer::Signer;
use serde_json::json;

use super::Report;
use crate::clock::Clock;
use crate::desk::{Desk, handing};
use crate::failure::Failure;
use crate::keys;

#[derive(clap::Args)]
pub(super) struct Args {
    /// 台账目录 (ledger folder)
    #[arg(long)]
    dir: PathBuf,
    /// 签名人的密钥文件 (signer's key)
    #[arg(long)]
    key: PathBuf,
    /// 移交给谁：同一单位的工作人员编号 (officer who follows)
    #[arg(long, required_unless_present = "accept")]
    to: Option<OfficerId>,
    /// 接收这一份移交 (the handover to accept)
    #[arg(long, conflicts_with = "to")]
    accept: Option<ActId>,
}

pub(super) fn run(args: &Args) -> Result<Report, Failure> {
    let key = keys::read(&args.key)?;
    let mut desk = Desk::open(&args.dir, Clock::Machine)?;
    let report = match (args.to, args.accept) {
        (_, Some(handover)) => accept(&mut desk, &key, handover)?,
        (Some(to), None) => offer(&mut desk, &key, to)?,
        (None, None) => return Err(Failure::usage("请用 --to 或 --accept 注明。")),
    };
    desk.checkpoint()?;
    Ok(report)
}

fn offer(desk: &mut Desk, key: &dyn Signer, to: OfficerId) -> Result<Report, Failure> {
    let draft = handing::offered(desk.office(), desk.holder(key)?, to)?;
    let receipt = desk.sign_with_lines(key, draft.body, &draft.entries)?;
    let count = draft.lines.len();
    Ok(Report {
        json: json!({ "ok": true, "act": receipt.id, "seq": receipt.seq, "matters": count }),
        text: format!(
            "移交清单：{count}件（第{}条记录）。接收人看过之后运行 doudi handover --accept {}",
            receipt.seq, receipt.id
        ),
    })
}

fn accept(desk: &mut Desk, key: &dyn Signer, handover: ActId) -> Result<Report, Failure> {
    let body = handing::accepted(desk.books(), handover)?;
    let receipt = desk.sign(key, body)?;
    Ok(Report {
        json: json!({ "ok": true, "act": receipt.id, "seq": receipt.seq }),
        text: format!("移交已接收（第{}条记录）", receipt.seq),
    })
}
