//! `doudi adjust`: other amounts of many entitlements at once, by a list or as the standards say, and their confirmation.

use std::path::{Path, PathBuf};

use ledger::act::Body;
use ledger::act::cases::{AdjustmentListConfirmed, Part};
use ledger::act::signed::key_id;
use ledger::ids::{ActId, KeyId, OfficerId, SchemeCode};
use ledger::line::AdjustmentLine;
use ledger::money::Money;
use ledger::period::Period;
use ledger::rejection::Rejection;
use ledger::signer::Signer;
use reconcile::office_list::in_office_words;
use serde_json::json;

use super::Report;
use super::exceptions::digest_of;
use crate::clock::Clock;
use crate::desk::Desk;
use crate::desk::lists::adjustments::{self, Adjusting, Given};
use crate::desk::trial::try_one;
use crate::failure::Failure;
use crate::{keys, spreadsheet};

#[derive(clap::Args)]
pub(super) struct Args {
    /// 台账目录 (ledger folder)
    #[arg(long)]
    dir: PathBuf,
    /// 签名人的密钥文件 (signer's key)
    #[arg(long)]
    key: PathBuf,
    /// 确认这一份批量调整 (the list to confirm)
    #[arg(long, conflicts_with_all = ["scheme", "from", "reason", "evidence", "list"])]
    confirm: Option<ActId>,
    /// 项目代码 (scheme)
    #[arg(long, required_unless_present = "confirm")]
    scheme: Option<SchemeCode>,
    /// 新金额自何月起 (first month of the new amounts)
    #[arg(long, required_unless_present = "confirm")]
    from: Option<Period>,
    /// 调整原因，不写姓名和证件号码：原因留在日志里 (why)
    #[arg(long, required_unless_present = "confirm")]
    reason: Option<String>,
    /// 提标文件等凭证；台账只记其摘要 (evidence)
    #[arg(long, required_unless_present = "confirm")]
    evidence: Option<PathBuf>,
    /// 调整名单（CSV、xls、xlsx）：身份证号（收款人）和各分项的新金额；可有姓名、资格编号、月保障金额。没有列的分项不变，要停的分项填0。
    /// 不写则按该月现行的定额和按量标准算出 (list of new amounts; without it, as the standards say)
    #[arg(long)]
    list: Option<PathBuf>,
    /// 只看结果，不签署、不入账 (look only)
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(args: &Args) -> Result<Report, Failure> {
    let key = keys::read(&args.key)?;
    let mut desk = Desk::open(&args.dir, Clock::Machine)?;
    let report = if let Some(list) = args.confirm {
        confirm(&mut desk, &key, list, args.dry_run)?
    } else {
        let (Some(scheme), Some(from), Some(reason), Some(evidence)) =
            (args.scheme.clone(), args.from, args.reason.clone(), args.evidence.as_ref())
        else {
            return Err(Failure::usage("请写明 --scheme、--from、--reason 和 --evidence。"));
        };
        let given = Given { scheme, from, reason, evidence: digest_of(evidence)? };
        propose(&mut desk, &key, args, &given)?
    };
    desk.checkpoint()?;
    Ok(report)
}

fn propose(
    desk: &mut Desk,
    key: &dyn Signer,
    args: &Args,
    given: &Given,
) -> Result<Report, Failure> {
    let signer = (desk.holder(key)?, key_id(&key.public()));
    let adjusting = match &args.list {
        Some(list) => from_list(desk, signer, list, given)?,
        None => adjustments::by_the_standard(desk.office(), signer.1, given, |_| true)?,
    };
    let Adjusting { draft, noted } = adjusting;
    let receipt = if args.dry_run { None } else { Some(desk.sign_draft(key, &draft)?) };
    let manifest = draft.body.manifest().ok_or_else(|| Failure::usage("名单没有明细。"))?;
    let done = receipt.map_or_else(
        || "（试算，没有签署，没有入账）".to_owned(),
        |receipt| {
            let (seq, id) = (receipt.seq, receipt.id);
            format!("已入账：第{seq}条记录。待县级确认：doudi adjust --confirm {id}")
        },
    );
    let text =
        format!("批量调整，项目{}自{}起。{}\n{done}", given.scheme, given.from, noted.join("；"));
    let json = json!({
        "ok": true, "scheme": given.scheme, "from": given.from, "lines": manifest.count,
        "total_fen": manifest.total_fen, "root": manifest.root, "noted": noted,
        "seq": receipt.map(|receipt| receipt.seq), "act": receipt.map(|receipt| receipt.id),
    });
    Ok(Report { json, text })
}

fn from_list(
    desk: &Desk,
    signer: (OfficerId, KeyId),
    list: &Path,
    given: &Given,
) -> Result<Adjusting, Failure> {
    let bytes = std::fs::read(list).map_err(|why| Failure::file(list, &why))?;
    let name = list.file_name().unwrap_or_default().to_string_lossy();
    let opened = spreadsheet::open(&name, &bytes)
        .map_err(|problem| Failure::Problems(in_office_words(vec![problem])))?;
    adjustments::from_list(desk.office(), signer, &opened, given, |_| true)
}

fn confirm(
    desk: &mut Desk,
    key: &dyn Signer,
    list: ActId,
    is_tried: bool,
) -> Result<Report, Failure> {
    let known = desk.books().cases.adjustment_lists.get(&list).filter(|known| !known.confirmed);
    let known = known.ok_or(Rejection::AdjustmentUnknown { adjustment: list })?;
    let parts = |of: fn(&AdjustmentLine) -> &[Part]| {
        let parts = known.lines.iter().flat_map(of);
        Money::total(parts.map(|part| part.amount_fen)).ok_or(Rejection::MoneyOverflow {})
    };
    let (before, after) = (parts(|line| &line.was)?, parts(|line| &line.parts)?);
    let (scheme, from, root, lines) =
        (known.scheme.clone(), known.from, known.root, known.lines.len());
    let what = format!(
        "项目{scheme}自{from}起，{lines}项：每月共{}元，调整前{}元；原因：{}",
        after.to_grouped_yuan(),
        before.to_grouped_yuan(),
        known.reason
    );
    let body = Body::AdjustmentListConfirmed(AdjustmentListConfirmed { adjustments: list, root });
    let receipt = if is_tried {
        try_one(desk.office(), key_id(&key.public()), &body, &[])?;
        None
    } else {
        Some(desk.sign(key, body)?)
    };
    let done = receipt.map_or_else(
        || "（试算，没有签署，没有入账）".to_owned(),
        |receipt| format!("批量调整已确认（第{}条记录）", receipt.seq),
    );
    let (seq, act) = (receipt.map(|receipt| receipt.seq), receipt.map(|receipt| receipt.id));
    Ok(Report {
        json: json!({
            "ok": true, "act": act, "seq": seq, "scheme": scheme, "from": from, "lines": lines,
            "total_fen": after, "total_before_fen": before, "root": root,
        }),
        text: format!("{what}\n{done}"),
    })
}
