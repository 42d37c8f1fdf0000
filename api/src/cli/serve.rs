//! `doudi serve`: one process holds the ledger open; others read tiles and hand acts in over HTTP until it is asked to stop.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::json;

use super::Report;
use crate::counter::Counter;
use crate::failure::Failure;
use crate::http::{self, acts, tiles};

#[derive(clap::Args)]
pub(super) struct Args {
    /// 台账目录 (ledger folder)
    #[arg(long)]
    dir: PathBuf,
    /// 监听地址 (address)；没有身份验证，对外提供请经由单位的网关
    #[arg(long, default_value = "127.0.0.1:6962")]
    listen: SocketAddr,
}

pub(super) fn run(args: &Args) -> Result<Report, Failure> {
    let counter = Arc::new(Counter::open(&args.dir)?);
    if counter.reader().newest().is_none() {
        counter.handle().checkpoint()?;
    }
    let router = tiles::routes(counter.reader()).merge(acts::routes(Arc::clone(&counter)));
    let served = http::serve(args.listen, router, |address| {
        use std::io::Write as _;
        // A closed standard error does not keep anybody from being served.
        drop(writeln!(
            std::io::stderr(),
            "正在提供服务：http://{address}（停止：Ctrl-C 或 SIGTERM）"
        ));
    });
    // Whatever ended the service, what was accepted gets its checkpoint.
    let closed = counter.close();
    served.and(closed)?;
    let size = counter.reader().size();
    Ok(Report {
        json: json!({ "ok": true, "size": size }),
        text: format!("已停止服务；存证头覆盖{size}条记录。"),
    })
}
