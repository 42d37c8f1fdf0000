//! `doudi export`: what leaves the ledger for other people's tools.

use std::path::{Path, PathBuf};

use exports::data_tables::{self, CsvEncoding};
use ledger::ids::Seq;
use ledger::log::{Log, export_tiles};
use ledger::period::Period;
use serde_json::json;

use super::{Report, export_log};
use crate::clock::Clock;
use crate::desk::{Desk, cosigning, documents, trust_of, write_whole};
use crate::failure::Failure;

#[derive(clap::Subcommand)]
pub(super) enum What {
    /// C2SP瓦片：存证头和全部记录，别的工具可直接核验 (tlog-tiles)
    Tiles(Args),
    /// 审计包：瓦片、月结冻结数据和信任文件，可用 doudi verify 核验 (evidence pack)
    Pack(Args),
    /// 单文件导出：同一存证头总得到同样的字节 (all in one file)；核验：doudi verify 文件 --trust 信任目录
    Container(Args),
    /// 一条记录在账的证明 (C2SP tlog-proof)，另写该条记录原文于“文件名.entry”
    Proof {
        #[command(flatten)]
        args: Args,
        /// 记录号 (entry number)
        #[arg(long)]
        seq: u64,
    },
    /// 台账自某个存证头以来只增不改的证明 (consistency proof)
    Consistency {
        #[command(flatten)]
        args: Args,
        /// 以前的存证头 (an earlier checkpoint)
        #[arg(long)]
        from: PathBuf,
    },
    /// 复式日记账和试算平衡表，hledger 可读 (journal)
    Journal(Args),
    /// 支付明细，不含个人信息 (payments as CSV)
    Table {
        #[command(flatten)]
        args: Args,
        /// 只要这个月的 (period)
        #[arg(long)]
        period: Option<Period>,
        /// 用GB18030编码 (for older desktop software)
        #[arg(long)]
        gb18030: bool,
    },
}

#[derive(clap::Args)]
pub(super) struct Args {
    /// 台账目录 (ledger folder)
    #[arg(long)]
    pub(super) dir: PathBuf,
    /// 输出位置 (output)
    #[arg(long)]
    pub(super) out: PathBuf,
}

pub(super) fn run(what: &What) -> Result<Report, Failure> {
    match what {
        What::Tiles(args) => tiles(args),
        What::Pack(args) => {
            let report = tiles(args)?;
            for folder in ["trust", "views"] {
                copy(&args.dir.join(folder), &args.out.join(folder))?;
            }
            Ok(report)
        }
        What::Container(args) => export_log::container(args),
        What::Proof { args, seq } => export_log::proof(args, Seq(*seq)),
        What::Consistency { args, from } => export_log::consistency(args, from),
        What::Journal(args) => {
            let desk = Desk::open(&args.dir, Clock::Machine)?;
            let written = documents::journal(&desk, &args.out)?;
            let names: Vec<_> = written.iter().map(|path| path.display().to_string()).collect();
            Ok(Report {
                json: json!({ "ok": true, "files": names }),
                text: format!("已导出：\n  {}", names.join("\n  ")),
            })
        }
        What::Table { args, period, gb18030 } => {
            if args.out.exists() {
                let out = args.out.display();
                return Err(Failure::usage(format!(
                    "{out}已经存在；不覆盖已有文件，请换一个名称。"
                )));
            }
            let desk = Desk::open(&args.dir, Clock::Machine)?;
            let encoding = if *gb18030 { CsvEncoding::Gb18030 } else { CsvEncoding::Utf8Bom };
            let bytes = data_tables::payments(desk.books(), *period, encoding);
            let bytes = bytes.map_err(|why| Failure::Machine {
                code: why.code().to_owned(),
                text: why.to_string(),
                exit: 1,
            })?;
            let path = write_whole(&args.out, &bytes)?.display().to_string();
            Ok(Report {
                json: json!({ "ok": true, "file": path, "height": desk.books().height }),
                text: format!("已导出：{path}（台账高度{}）", desk.books().height),
            })
        }
    }
}

fn tiles(args: &Args) -> Result<Report, Failure> {
    let trust = trust_of(&args.dir)?;
    let log = Log::open_for_audit(&args.dir, &trust.log_key)?;
    let exported = export_tiles(&log, &args.out)?;
    if let Some(note) = cosigning::published(&log.reader())? {
        // The same checkpoint, with its witnesses' signatures where it has any.
        write_whole(&args.out.join("checkpoint"), note.to_string().as_bytes())?;
    }
    let out = args.out.display().to_string();
    Ok(Report {
        json: json!({
            "ok": true, "out": out, "size": exported.head.size, "root": exported.head.root,
            "files": exported.files,
        }),
        text: format!(
            "已导出{}条记录到{out}（{}个文件）；核验：doudi verify {out} --trust 信任目录",
            exported.head.size, exported.files
        ),
    })
}

fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    let entries = std::fs::read_dir(from).map_err(|why| Failure::file(from, &why))?;
    for entry in entries {
        let path = entry.map_err(|why| Failure::file(from, &why))?.path();
        let Some(name) = path.file_name() else { continue };
        let bytes = std::fs::read(&path).map_err(|why| Failure::file(&path, &why))?;
        write_whole(&to.join(name), &bytes)?;
    }
    Ok(())
}
