//! `doudi backup`: of a ledger that nobody serves, or by the program that serves it.

use std::path::{Path, PathBuf};

use ledger::log::{Log, LogReader};
use ledger::vault::Vault;
use serde_json::json;

use super::Report;
use super::control::{self, Question};
use crate::backup;
use crate::desk::trust_of;
use crate::failure::Failure;

#[derive(clap::Args)]
pub(super) struct Args {
    /// 台账目录 (ledger folder)
    #[arg(long)]
    dir: PathBuf,
    /// 备份目录，须为空或不存在 (empty or absent folder)
    #[arg(long)]
    out: PathBuf,
}

pub(super) fn run(args: &Args) -> Result<Report, Failure> {
    let trust = trust_of(&args.dir)?;
    let out = std::path::absolute(&args.out).map_err(|why| Failure::file(&args.out, &why))?;
    control::here_or_there(&args.dir, &Question::Backup { out: out.clone() }, || {
        of(&Log::open_for_audit(&args.dir, &trust.log_key)?.reader(), None, &out)
    })
}

/// Backs up the log that is read here, with the vault if this process has it open.
pub(super) fn of(log: &LogReader, vault: Option<&Vault>, out: &Path) -> Result<Report, Failure> {
    let done = backup::back_up(log, vault, out)?;
    let out = out.display().to_string();
    let vault = done.vault.map_or_else(|| "无".to_owned(), |records| format!("{records}条"));
    Ok(Report {
        json: json!({
            "ok": true, "out": out, "size": done.head.size, "root": done.head.root,
            "vault_records": done.vault,
        }),
        text: format!(
            "已备份到{out}：{}条，根 {}；保险库记录{vault}。\n密钥 keys/ 不在备份内，请另行存放在别的介质上，否则保险库将永远打不开。",
            done.head.size, done.head.root
        ),
    })
}
