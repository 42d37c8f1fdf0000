//! `doudi repair`: puts back what is missing or damaged, from second copies, and ends by verifying.

use std::path::PathBuf;

use ledger::log::{Repair, Repaired, Stretch, stretches};
use ledger::trust::Trust;
use serde_json::{Value, json};

use super::{Report, verify};
use crate::copies;
use crate::failure::Failure;

#[derive(clap::Args)]
pub(super) struct Args {
    /// 台账目录 (ledger folder)
    #[arg(long)]
    dir: PathBuf,
    /// 副本目录或 http:// 地址，可多次 (folder or address of a copy)
    #[arg(long, required = true)]
    from: Vec<String>,
    /// 信任目录；缺省用台账自带的一份 (trust folder)
    #[arg(long)]
    trust: Option<PathBuf>,
    /// 只说会做什么 (say what would be done)
    #[arg(long)]
    dry_run: bool,
    /// 确认无法找回的条目作罢 (go on without acknowledged entries that are lost for good)
    #[arg(long)]
    accept_loss: bool,
}

pub(super) fn run(args: &Args) -> Result<Report, Failure> {
    let trust_dir = args.trust.clone().unwrap_or_else(|| args.dir.join("trust"));
    let trust = Trust::read(&trust_dir)?;
    let fetched = args.dir.join("copy.fetched");
    let folders = (0..).zip(&args.from).map(|(number, name): (usize, _)| {
        copies::as_folder(name, &fetched.join(number.to_string()), &trust.log_keys)
    });
    let folders = folders.collect::<Result<Vec<_>, _>>();
    let known = copies::known_act(trust.origin());
    let repaired = folders.and_then(|folders| {
        let repair = Repair {
            dir: &args.dir,
            key: &trust.log_key,
            copies: &folders,
            known: &known,
            dry_run: args.dry_run,
            accept_loss: args.accept_loss,
        };
        Ok(repair.run()?)
    });
    if fetched.is_dir() {
        std::fs::remove_dir_all(&fetched).map_err(|why| Failure::file(&fetched, &why))?;
    }
    let repaired = repaired?;
    let mut text = told(&repaired, args.dry_run);
    if !args.dry_run {
        let (audited, vault) = verify::verify(&args.dir, Some(&trust_dir))?;
        text.push('\n');
        text.push_str(&verify::sentence(&audited, vault.as_deref()));
    }
    Ok(Report { json: document(&repaired, args.dry_run), text })
}

fn told(repaired: &Repaired, dry_run: bool) -> String {
    if repaired.was_sound {
        return format!("日志完好，共{}条，无需修复。", repaired.head.size);
    }
    let mut lines = Vec::new();
    if repaired.from_copy.is_empty() {
        lines.push("条目都在；重建了树、编号索引和日志头。".to_owned());
    } else {
        lines.push(format!("由副本补回：{}", stretches(&repaired.from_copy)));
    }
    if let Some(kept) = repaired.kept_beyond {
        lines.push(format!("存证头之后完好的条目保留：{}", stretches(&[kept])));
    }
    if let Some(lost) = repaired.lost {
        lines.push(format!("已入账而丢失、须重新交入：{}", stretches(&[lost])));
    }
    if repaired.last_signed_renewed {
        lines.push("last-signed 由副本的存证头补回。".to_owned());
    }
    if let Some(broken) = &repaired.broken {
        lines.push(format!("损坏的日志保留在{}，核查完毕后可删除。", broken.display()));
    }
    let head = format!("{}条，根 {}", repaired.head.size, repaired.head.root);
    let title = if dry_run { "试运行，未作改动。将会" } else { "修复完毕" };
    format!("{title}：{head}\n  {}", lines.join("\n  "))
}

fn document(repaired: &Repaired, dry_run: bool) -> Value {
    let one = |stretch: &Stretch| json!({ "first": stretch.first, "last": stretch.last });
    json!({
        "ok": true,
        "dry_run": dry_run,
        "was_sound": repaired.was_sound,
        "size": repaired.head.size,
        "root": repaired.head.root,
        "from_copy": repaired.from_copy.iter().map(one).collect::<Vec<_>>(),
        "kept_beyond": repaired.kept_beyond.as_ref().map(one),
        "lost": repaired.lost.as_ref().map(one),
        "last_signed_renewed": repaired.last_signed_renewed,
        "broken": repaired.broken.as_ref().map(|path| path.display().to_string()),
    })
}
