//! `doudi copy`: brings second copies up to a ledger that nobody serves; `doudi copy serve` is the host of one.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ledger::log::{Log, LogCode, SecondCopy};
use ledger::trust::Trust;
use serde_json::json;

use super::Report;
use crate::copies;
use crate::desk::trust_of;
use crate::failure::Failure;
use crate::http;

#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(super) struct Args {
    /// 台账目录 (ledger folder)
    #[arg(long, required = true)]
    dir: Option<PathBuf>,
    /// 副本目录或 http:// 地址，可多次 (folder or address of a copy)
    #[arg(long, required = true)]
    to: Vec<String>,
    /// 一直跟随，每隔几秒看一次 (keep following)
    #[arg(long)]
    follow: bool,
    /// 跟随的间隔秒数 (seconds between two looks)
    #[arg(long, default_value_t = 5)]
    every: u64,
    #[command(subcommand)]
    host: Option<Host>,
}

#[derive(clap::Subcommand)]
enum Host {
    /// 作为副本所在的主机，接收并验证 (host a copy)
    Serve {
        /// 副本目录 (folder of the copy)
        #[arg(long)]
        dir: PathBuf,
        /// 信任目录，含日志公钥 (trust folder)
        #[arg(long)]
        trust: PathBuf,
        /// 监听地址 (address)
        #[arg(long, default_value = "127.0.0.1:8700")]
        listen: SocketAddr,
    },
}

pub(super) fn run(args: &Args) -> Result<Report, Failure> {
    if let Some(Host::Serve { dir, trust, listen }) = &args.host {
        return host(dir, trust, *listen);
    }
    let Some(dir) = &args.dir else {
        return Err(Failure::usage("请用 --dir 指明台账目录。"));
    };
    let trust = trust_of(dir)?;
    if !args.follow {
        return once(dir, &trust, &args.to);
    }
    loop {
        match once(dir, &trust, &args.to) {
            Ok(report) => tracing::info!("{}", report.text),
            // Somebody works on the ledger, or a host is away: the next look will do.
            Err(why) if why.exit_code() == 3 => tracing::warn!("{why}"),
            Err(why) => return Err(why),
        }
        let (start, every) = (Instant::now(), Duration::from_secs(args.every.max(1)));
        while let Some(left) = every.checked_sub(start.elapsed()).filter(|left| !left.is_zero()) {
            std::thread::park_timeout(left);
        }
    }
}

/// Every target gets its turn, whatever became of the one before; the first failure is the command's.
fn once(dir: &Path, trust: &Trust, targets: &[String]) -> Result<Report, Failure> {
    let log = Log::open_for_audit(dir, &trust.log_key).map_err(|why| {
        let locked = why.code() == LogCode::Locked;
        let failure = Failure::from(why);
        if !locked {
            return failure;
        }
        Failure::Machine {
            code: failure.code(),
            text: format!("{failure}。正在服务的台账由 doudi serve 自己跟随副本。"),
            exit: 3,
        }
    })?;
    let reader = log.reader();
    let (mut brought, mut failed) = (Vec::new(), None);
    for name in targets {
        let copied = copies::target(name, &trust.log_keys)
            .and_then(|mut target| target.bring_up_to(&reader));
        match copied {
            Ok(size) => brought.push((name, size)),
            Err(why) => {
                tracing::error!("副本{name}：{why}");
                failed.get_or_insert(why);
            }
        }
    }
    if let Some(why) = failed {
        return Err(why.into());
    }
    let lines: Vec<String> =
        brought.iter().map(|(name, size)| format!("{name}：{size}条")).collect();
    let rows: Vec<_> =
        brought.iter().map(|(name, size)| json!({ "to": name, "size": size })).collect();
    Ok(Report {
        json: json!({ "ok": true, "copies": rows }),
        text: format!("副本已与存证头一致：\n  {}", lines.join("\n  ")),
    })
}

fn host(dir: &Path, trust: &Path, listen: SocketAddr) -> Result<Report, Failure> {
    let trust = Trust::read(trust)?;
    let copy = SecondCopy::open(dir, &trust.log_keys)?;
    http::serve(listen, http::copy::router(copy), |address| {
        use std::io::Write as _;
        // Whoever starts this may wait for the line; nobody reading it is no failure.
        let told = writeln!(std::io::stderr(), "副本主机：http://{address}");
        drop(told);
    })?;
    Ok(Report { json: json!({ "ok": true }), text: "副本主机已停止。".to_owned() })
}
