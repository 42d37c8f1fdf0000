//! `doudi close`: freeze a month's figures and close it.

use std::fmt::Write as _;
use std::path::PathBuf;

use ledger::act::signed::key_id;
use ledger::period::Period;
use ledger::rejection::Rejection;
use ledger::signer::Signer as _;

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
    /// 会计的密钥文件 (accountant's key)；--dry-run 时可以不写，写了就连同签署人一起核对
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
    let table = closing::table(desk.books(), args.period)?;
    let text = closing::checklist(desk.books(), &table);
    let key = args.key.as_deref().map(keys::read).transpose()?;
    let Some(key) = key.as_ref().filter(|_| !args.dry_run) else {
        let signer = key
            .as_ref()
            .map(|key| closing::refused_to(desk.office(), key_id(&key.public()), &table));
        let signer = signer.map(|judged| judged.map(Signer::Judged)).transpose()?;
        return look_only(&desk, &table, text, signer.unwrap_or(Signer::NotNamed));
    };
    let receipt = closing::close(&mut desk, key, args.period)?;
    Ok(Report {
        json: json!({
            "ok": true, "period": args.period, "height": table.height, "table": table.digest(),
            "seq": receipt.seq,
        }),
        text: format!("{text}\n已月结{}：第{}条记录", args.period, receipt.seq),
    })
}

/// Who would sign the close.
enum Signer {
    /// Nobody was named.
    NotNamed,
    /// The holder of a key, with what the close would be refused for.
    Judged(Option<Rejection>),
}

/// What the close would say now, all of it at once.
fn look_only(
    desk: &Desk,
    table: &MonthTable,
    mut text: String,
    signer: Signer,
) -> Result<Report, Failure> {
    let mut obstacles = closing::obstacles(desk.books(), table);
    let is_judged = match signer {
        Signer::NotNamed => false,
        Signer::Judged(refused) => {
            // What the books themselves say stands among the obstacles already.
            if let Some(why) = refused.filter(|why| !obstacles.contains(why)) {
                obstacles.insert(0, why);
            }
            true
        }
    };
    for obstacle in &obstacles {
        let _ = write!(text, "\n  还不能月结：{obstacle}。{}", obstacle.hint());
    }
    text.push_str(if is_judged {
        "\n（试算，没有签署）"
    } else {
        "\n（试算，没有签署；没有用 --key 注明签署人，未核对其岗位）"
    });
    let told = obstacles.iter().map(|obstacle| {
        json!({ "code": obstacle.code(), "text": obstacle.to_string(), "hint": obstacle.hint() })
    });
    let mut document = json!({
        "ok": obstacles.is_empty(), "period": table.period, "height": table.height,
        "table": table.digest(), "seq": null, "obstacles": told.collect::<Vec<_>>(),
        "signer_judged": is_judged,
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
