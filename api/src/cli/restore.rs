//! `doudi restore`: a ledger's folder from a backup, verified, and told whether anything newer is known.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use ledger::log::Restored;
use serde_json::json;

use super::{Report, verify};
use crate::backup;
use crate::failure::Failure;

#[derive(clap::Args)]
pub(super) struct Args {
    /// 备份目录 (backup folder)
    #[arg(long)]
    from: PathBuf,
    /// 恢复到的目录，须为空或不存在 (empty or absent folder)
    #[arg(long)]
    dir: PathBuf,
    /// 已知最新的存证头或第二副本目录 (the newest checkpoint or copy that is known)
    #[arg(long)]
    newest: Option<PathBuf>,
    /// 明知备份较旧仍恢复，之后须立即 doudi repair (restore although something newer is known)
    #[arg(long)]
    accept_older: bool,
    /// 另行存放的密钥目录，复制为 keys/ (the keys that were kept elsewhere)
    #[arg(long)]
    keys: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<Report, Failure> {
    let newest = args.newest.as_deref();
    let head = backup::restore(&args.from, &args.dir, newest, args.accept_older)?;
    if let Some(keys) = &args.keys {
        bring_keys(keys, &args.dir.join("keys"))?;
    }
    let (audited, vault) = verify::verify(&args.dir, None)?;
    let note = Restored::read(&args.dir);
    let mut text = format!("已恢复到{}：{}条，根 {}。\n", args.dir.display(), head.size, head.root);
    text.push_str(&verify::sentence(&audited, vault.as_deref()));
    if let Some(note) = note {
        text.push('\n');
        text.push_str(&note.words());
    }
    Ok(Report {
        json: json!({
            "ok": true, "size": head.size, "root": head.root,
            "is_newest_known": note.is_none(),
            "newest_known": note.and_then(|note| note.newest).map(|newest| newest.size),
            "vault_checked": vault.as_deref().is_some_and(|text| !text.contains("未核对")),
        }),
        text,
    })
}

fn bring_keys(from: &Path, to: &Path) -> Result<(), Failure> {
    for item in std::fs::read_dir(from).map_err(|why| Failure::file(from, &why))? {
        let path = item.map_err(|why| Failure::file(from, &why))?.path();
        let Some(name) = path.file_name().filter(|_| path.is_file()) else { continue };
        let place = to.join(name);
        std::fs::create_dir_all(to).map_err(|why| Failure::file(to, &why))?;
        std::fs::copy(&path, &place).map_err(|why| Failure::file(&place, &why))?;
        let owner = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(&place, owner).map_err(|why| Failure::file(&place, &why))?;
    }
    Ok(())
}
