//! `doudi keygen`: a signing key in a file of its own.

use std::path::PathBuf;

use ledger::act::signed::key_id;
use serde_json::json;

use super::Report;
use crate::failure::Failure;
use crate::keys;
use crate::passphrase::NewPassphrase;

#[derive(clap::Args)]
pub(super) struct Args {
    /// 密钥文件 (key file)；不覆盖已有文件
    #[arg(long)]
    out: PathBuf,
    #[command(flatten)]
    passphrase: NewPassphrase,
}

pub(super) fn run(args: &Args) -> Result<Report, Failure> {
    let key = keys::generate()?;
    keys::write_sealed(&args.out, &key, args.passphrase.get()?.as_ref())?;
    let id = key_id(&key.verifying_key());
    let path = args.out.display().to_string();
    Ok(Report {
        json: json!({ "ok": true, "key": id, "file": path }),
        text: format!(
            "已生成密钥{id}\n文件：{path}（仅本人可读，请妥善保管，切勿转交他人）\n下一步：由系统管理员办理密钥登记，两人会签，其中一人来自监督方。"
        ),
    })
}
