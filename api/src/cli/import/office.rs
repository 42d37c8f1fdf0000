//! Lists that offices bring, as the clerk asks for them.

use std::fmt::Write as _;

use ledger::act::signed::key_id;
use ledger::engine::Receipt;
use ledger::ids::{Digest, KeyId, OfficerId};
use ledger::signer::Signer;
use reconcile::opened::Opened;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{FileArgs, Report};
use crate::desk::lists::allotments::{self, Allotted};
use crate::desk::lists::entitlements::{self, Given};
use crate::desk::lists::people as people_list;
use crate::desk::lists::persons::{self, About};
use crate::desk::{Desk, Draft, people as registration};
use crate::failure::Failure;

/// What is said of an act, or that there was none.
fn done(receipt: Option<Receipt>) -> String {
    receipt.map_or("（试读，没有登记）".to_owned(), |r| format!("第{}条记录", r.seq))
}

/// Whoever signs, and with which key.
fn signer(desk: &Desk, key: &dyn Signer) -> Result<(OfficerId, KeyId), Failure> {
    Ok((desk.holder(key)?, key_id(&key.public())))
}

/// Signs what was made, unless it is only tried.
fn signed(
    desk: &mut Desk,
    key: &dyn Signer,
    args: &FileArgs,
    draft: &Draft,
) -> Result<Option<Receipt>, Failure> {
    let receipt = if args.dry_run { None } else { Some(desk.sign_draft(key, draft)?) };
    desk.checkpoint()?;
    Ok(receipt)
}

pub(super) fn people(
    desk: &mut Desk,
    key: &dyn Signer,
    args: &FileArgs,
    opened: &Opened<'_>,
) -> Result<Report, Failure> {
    registration::may_sign(desk, key)?;
    let households = people_list::read(desk.office(), opened)?;
    let (count, persons) = people_list::counted(&households);
    let odd = people_list::without_check_digit(&households);
    let receipt = if args.dry_run {
        None
    } else {
        let file = Digest(Sha256::digest(opened.bytes()).into());
        Some(registration::register(desk, key, "人员名单导入", Some(file), households)?.0)
    };
    desk.checkpoint()?;
    let mut text = format!("人员名单：{count}户{persons}人；{}", done(receipt));
    if let Some(said) = people_list::said_of_odd(&odd) {
        let _ = write!(text, "\n  注意：{said}");
    }
    let seq = receipt.map(|receipt| receipt.seq);
    let json = json!({ "ok": true, "households": count, "persons": persons, "seq": seq,
        "without_check_digit": odd,
    });
    Ok(Report { json, text })
}

pub(super) fn entitlements(
    desk: &mut Desk,
    key: &dyn Signer,
    args: &FileArgs,
    opened: &Opened<'_>,
    given: &Given<'_>,
) -> Result<Report, Failure> {
    let draft = entitlements::draft(desk.office(), signer(desk, key)?, opened, given)?;
    let manifest = draft.body.manifest().ok_or_else(|| Failure::usage("名单没有明细。"))?;
    let (lines, total, root) = (manifest.count, manifest.total_fen, manifest.root);
    let receipt = signed(desk, key, args, &draft)?;
    let next = receipt.map_or_else(String::new, |r| {
        let act = r.id;
        format!(
            "。待县级确认：doudi act 交入 {{\"kind\":\"entitlements.confirmed\",\"body\":{{\"brought_in\":\"{act}\",\"root\":\"{root}\"}}}}"
        )
    });
    let scheme = &given.scheme;
    let text =
        format!("存量资格：项目{scheme}，{lines}项，每月共{total}元；{}{next}", done(receipt));
    let json = json!({
        "ok": true, "scheme": scheme, "lines": lines, "total_fen": total,
        "seq": receipt.map(|receipt| receipt.seq), "act": receipt.map(|receipt| receipt.id),
        "root": root,
    });
    Ok(Report { json, text })
}

pub(super) fn allotments(
    desk: &mut Desk,
    key: &dyn Signer,
    args: &FileArgs,
    opened: &Opened<'_>,
) -> Result<Report, Failure> {
    let (_, id) = signer(desk, key)?;
    let Allotted { rows, known, total, acts } = allotments::tried(desk.office(), id, opened)?;
    // Most of a list may be in the books already, from a signing that broke off.
    for body in acts.into_iter().filter(|_| !args.dry_run) {
        desk.sign(key, body)?;
    }
    desk.checkpoint()?;
    let what = if args.dry_run { "（试读，没有登记）" } else { "已登记" };
    let text = format!("指标：{rows}件，共{total}元，其中台账已有{known}件；{what}");
    let json = json!({
        "ok": true, "rows": rows, "known": known, "total_fen": total, "signed": !args.dry_run,
    });
    Ok(Report { json, text })
}

pub(super) fn persons(
    desk: &mut Desk,
    key: &dyn Signer,
    args: &FileArgs,
    opened: &Opened<'_>,
    about: &About,
) -> Result<Report, Failure> {
    let draft = persons::draft(desk.office(), signer(desk, key)?, opened, about)?;
    let manifest = draft.body.manifest().ok_or_else(|| Failure::usage("名单没有明细。"))?;
    let (lines, total) = (manifest.count, manifest.total_fen);
    let receipt = signed(desk, key, args, &draft)?;
    let text = format!("名单：{lines}人，金额合计{total}元；{}", done(receipt));
    let seq = receipt.map(|receipt| receipt.seq);
    let json = json!({ "ok": true, "lines": lines, "total_fen": total, "seq": seq });
    Ok(Report { json, text })
}
