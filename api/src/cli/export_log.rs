//! `doudi export container`, `proof`, `consistency`: the log for others, as one file or one proof (docs/format/export.md).

use std::collections::BTreeMap;
use std::path::Path;

use ledger::ids::Seq;
use ledger::log::{Log, LogReader, SignedNote, export_container};
use serde_json::json;

use super::Report;
use super::export::Args;
use crate::desk::{trust_of, write_whole};
use crate::failure::Failure;

pub(super) fn container(args: &Args) -> Result<Report, Failure> {
    refuse_existing(&args.out)?;
    let mut beside = BTreeMap::new();
    for folder in ["trust", "views"] {
        let path = args.dir.join(folder);
        let entries = std::fs::read_dir(&path).map_err(|why| Failure::file(&path, &why))?;
        for entry in entries {
            let path = entry.map_err(|why| Failure::file(&path, &why))?.path();
            let Some(name) = path.file_name() else { continue };
            let bytes = std::fs::read(&path).map_err(|why| Failure::file(&path, &why))?;
            beside.insert(format!("{folder}/{}", name.to_string_lossy()), bytes);
        }
    }
    let exported = export_container(&opened(args)?, beside, &args.out)?;
    let (out, head) = (args.out.display().to_string(), exported.head);
    Ok(Report {
        json: json!({
            "ok": true, "out": out, "size": head.size, "root": head.root, "files": exported.files,
        }),
        text: format!(
            "已导出{}条记录到{out}；核验：doudi verify {out} --trust 信任目录",
            head.size
        ),
    })
}

pub(super) fn proof(args: &Args, seq: Seq) -> Result<Report, Failure> {
    let mut beside = args.out.clone().into_os_string();
    beside.push(".entry");
    let beside = Path::new(&beside);
    refuse_existing(&args.out)?;
    refuse_existing(beside)?;
    let log = opened(args)?;
    let (Some(file), Some(entry)) = (log.inclusion_file(seq)?, log.get(seq)?) else {
        let size = log.size();
        return Err(Failure::usage(format!(
            "没有第{seq}条：存证头覆盖{size}条记录，记录号从0起。"
        )));
    };
    write_whole(beside, &entry)?;
    write_whole(&args.out, file.to_string().as_bytes())?;
    let (out, entry) = (args.out.display().to_string(), beside.display().to_string());
    let text = format!(
        "已写第{seq}条的在账证明：{out}\n该条原文：{entry}\n核验：doudi verify {out} --entry {entry} --trust 信任目录"
    );
    Ok(Report { json: json!({ "ok": true, "out": out, "entry": entry, "seq": seq }), text })
}

pub(super) fn consistency(args: &Args, from: &Path) -> Result<Report, Failure> {
    refuse_existing(&args.out)?;
    let log = opened(args)?;
    let old = std::fs::read(from).map_err(|why| Failure::file(from, &why))?;
    let old = log.keys()?.verify(&SignedNote::parse(&old)?)?;
    let file = log.consistency_file(&old)?;
    write_whole(&args.out, file.to_string().as_bytes())?;
    let (out, from) = (args.out.display().to_string(), from.display());
    let (before, after) = (old.size(), log.size());
    Ok(Report {
        json: json!({ "ok": true, "out": out, "from": before, "size": after }),
        text: format!(
            "已写由{before}条到{after}条的前后一致证明：{out}\n核验：doudi verify {out} --known {from} --trust 信任目录"
        ),
    })
}

fn opened(args: &Args) -> Result<LogReader, Failure> {
    let trust = trust_of(&args.dir)?;
    Ok(Log::open_for_audit(&args.dir, &trust.log_key)?.reader())
}

fn refuse_existing(out: &Path) -> Result<(), Failure> {
    if !out.exists() {
        return Ok(());
    }
    let out = out.display();
    Err(Failure::usage(format!("{out}已经存在；不覆盖已有文件，请换一个名称。")))
}
