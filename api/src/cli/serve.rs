//! `doudi serve`: one process holds the ledger open; others read tiles and hand acts in over HTTP until it is asked to stop.
//! Second copies and witnesses follow it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::json;

use super::Report;
use super::control::Control;
use crate::copies;
use crate::counter::Counter;
use crate::desk::{cosigning, trust_of};
use crate::failure::Failure;
use crate::followers::Followers;
use crate::hall::Hall;
use crate::http::{self, acts, tiles};
use crate::sites::Sites;
use crate::tls::{self, Tls};

#[derive(clap::Args)]
pub(super) struct Args {
    /// 台账目录 (ledger folder)
    #[arg(long, env = "DOUDI_DIR")]
    dir: PathBuf,
    /// 监听地址 (address)；供别的电脑使用要有TLS（见下）或单位的网关，否则浏览器不许签名
    #[arg(long, env = "DOUDI_LISTEN", default_value = "127.0.0.1:6962")]
    listen: SocketAddr,
    /// 对外公布的网址 (site)，例如 <https://doudi.example>；经网关提供时要写，浏览器登录签的是它
    #[arg(long, env = "DOUDI_SITE")]
    site: Option<String>,
    /// 单位自己的TLS证书链 (certificate)，PEM；与 --tls-key 同用，并用 --site 写明网址
    #[arg(long, env = "DOUDI_TLS_CERT", requires_all = ["tls_key", "site"])]
    tls_cert: Option<PathBuf>,
    /// 证书的私钥 (its key)，PEM
    #[arg(long, env = "DOUDI_TLS_KEY", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// 封闭网络：由本程序为这个名字或IP地址生成证书 (generated certificate)，存 tls/；可写多个，启动时列出指纹供核对
    #[arg(
        long,
        env = "DOUDI_TLS_NAME",
        value_delimiter = ',',
        value_name = "NAME",
        conflicts_with = "tls_cert"
    )]
    tls_name: Vec<String>,
    /// 第二副本：另一块盘上的目录，或 doudi copy serve 的地址 (second copy)；可以写多个，随每个存证头更新
    #[arg(long = "copy", env = "DOUDI_COPY", value_delimiter = ',', value_name = "TARGET")]
    copies: Vec<String>,
}

/// What people see in their browsers, where the vault's key is at hand: without names there are no pages, and what others read
/// and hand in is served all the same.
fn hall(args: &Args, tls: Option<&Tls>, counter: &Arc<Counter>) -> Result<Option<Hall>, Failure> {
    let dir = args.dir.as_path();
    let sites = match (args.site.as_deref(), tls) {
        (Some(site), _) => Sites::at(site),
        (None, Some(tls)) => Sites::over_tls(tls.names.clone()),
        (None, None) => Sites::default(),
    };
    if !dir.join("keys/vault.key").exists() {
        tracing::warn!("no keys/vault.key: tiles, proofs and acts only, no pages");
        return Ok(None);
    }
    Hall::open(dir, Arc::clone(counter), sites).map(Some)
}

/// TLS of the program's own, if it is asked for.
fn tls(args: &Args) -> Result<Option<Tls>, Failure> {
    let names = tls::names(&args.tls_name);
    match (&args.tls_cert, &args.tls_key) {
        (Some(cert), Some(key)) => tls::of_files(cert, key).map(Some),
        (_, _) if names.is_empty() => Ok(None),
        (_, _) => tls::generated(&args.dir, &names).map(Some),
    }
}

/// Thousands of browsers stay connected, each by a file of the process: as many as the system lets it have.
fn take_connections() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    if let Err(why) = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
        tracing::warn!("open files stay limited as they are: {why}");
    }
}

/// Tells where the ledger is served. A closed standard error does not keep anybody from being served.
fn announce(address: SocketAddr, tls: Option<&Tls>) {
    use std::io::Write as _;
    let mut said = std::io::stderr();
    let scheme = if tls.is_some() { "https" } else { "http" };
    drop(writeln!(said, "正在提供服务：{scheme}://{address}（停止：Ctrl-C 或 SIGTERM）"));
    if let Some(tls) = tls {
        drop(writeln!(said, "证书指纹（SHA-256，浏览器首次打开时核对）：{}", tls.fingerprint));
    }
}

pub(super) fn run(args: &Args) -> Result<Report, Failure> {
    take_connections();
    let tls = tls(args)?;
    let trust = trust_of(&args.dir)?;
    let policy = cosigning::policy(&args.dir, &trust.log_key)?;
    // Before anything is served: a copy that belongs to another ledger is a mistake of today, not of the next checkpoint.
    let targets = args.copies.iter().map(|name| copies::target(name, &trust.log_keys));
    let targets = targets.collect::<Result<Vec<_>, _>>()?;
    let counter = Arc::new(Counter::open(&args.dir)?);
    let followers = Followers::start(counter.handle(), targets, policy, counter.alarm())?;
    if let Err(alarm) = counter.alarm().refuse() {
        counter.close()?;
        followers.join();
        return Err(alarm);
    }
    if counter.reader().newest().is_none() {
        counter.handle().checkpoint()?;
    }
    let hall = match hall(args, tls.as_ref(), &counter) {
        Ok(hall) => hall.map(Arc::new),
        Err(why) => {
            counter.close()?;
            followers.join();
            return Err(why);
        }
    };
    let control = Control::open(&args.dir, &counter, hall.as_ref());
    let router = tiles::routes(counter.reader()).merge(acts::routes(Arc::clone(&counter)));
    let router = match &hall {
        Some(hall) => router.merge(http::people(Arc::clone(hall))),
        None => router,
    };
    let mut checkpoints = counter.handle().checkpoints();
    let writer_ends = move || while checkpoints.wait().is_some() {};
    let config = tls.as_ref().map(|tls| Arc::clone(&tls.config));
    let served = http::serve_while(args.listen, config, router, writer_ends, |address| {
        if let Some(hall) = &hall {
            hall.sites.listen(address);
        }
        announce(address, tls.as_ref());
    });
    if let Some(control) = control {
        control.close();
    }
    // Whatever ended the service, what was accepted gets its checkpoint, and the copies get that.
    let closed = counter.close();
    followers.join();
    served.and(closed)?;
    let size = counter.reader().size();
    Ok(Report {
        json: json!({ "ok": true, "size": size }),
        text: format!("已停止服务；存证头覆盖{size}条记录。"),
    })
}
