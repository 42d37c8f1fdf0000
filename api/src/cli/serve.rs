//! `doudi serve`: one process holds the ledger open; others read tiles and hand acts in over HTTP until it is asked to stop.
//! Second copies and witnesses follow it.

mod settings;

use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::json;

use super::Report;
use super::control::Control;
use crate::clock::{self, Clock};
use crate::copies;
use crate::counter::Counter;
use crate::desk::{cosigning, trust_of};
use crate::failure::Failure;
use crate::followers::Followers;
use crate::hall::Hall;
use crate::http::{self, acts, tiles};
use crate::sites::Sites;
use crate::tls::{self, Tls};

pub(super) use settings::Args;
use settings::{Certificate, Settings};

/// What people see in their browsers, where the vault's key is at hand: without names there are no pages, and what others read
/// and hand in is served all the same.
fn hall(
    settings: &Settings,
    tls: Option<&Tls>,
    counter: &Arc<Counter>,
) -> Result<Option<Hall>, Failure> {
    let dir = settings.dir.as_path();
    let mut sites = match (settings.site.as_deref(), tls) {
        (Some(site), _) => Sites::at(site),
        (None, Some(tls)) => Sites::over_tls(tls.names.clone()),
        (None, None) => Sites::default(),
    };
    sites.certificate_ends = tls.and_then(|tls| tls.ends);
    if !dir.join("keys/vault.key").exists() {
        tracing::warn!("no keys/vault.key: tiles, proofs and acts only, no pages");
        return Ok(None);
    }
    Hall::open(dir, Arc::clone(counter), sites).map(Some)
}

/// TLS of the program's own, if it is asked for.
fn tls(settings: &Settings) -> Result<Option<Tls>, Failure> {
    match &settings.certificate {
        Certificate::None => Ok(None),
        Certificate::OfOffice { chain, key } => tls::of_files(chain, key).map(Some),
        Certificate::Made(names) => tls::generated(&settings.dir, names).map(Some),
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
        if let Some(ends) = tls.ends {
            drop(writeln!(said, "证书有效期到{}。", clock::day_of(ends)));
            if let Some(warning) = tls::warning(ends, Clock::Machine.unix_seconds()) {
                drop(writeln!(said, "注意：{warning}"));
            }
        }
    }
}

pub(super) fn run(args: &Args) -> Result<Report, Failure> {
    take_connections();
    let settings = &Settings::of(args)?;
    let tls = tls(settings)?;
    let trust = trust_of(&settings.dir)?;
    let policy = cosigning::policy(&settings.dir, &trust.log_key)?;
    // Before anything is served: a copy that belongs to another ledger is a mistake of today, not of the next checkpoint.
    let targets = settings.copies.iter().map(|name| copies::target(name, &trust.log_keys));
    let targets = targets.collect::<Result<Vec<_>, _>>()?;
    let counter = Arc::new(Counter::open(&settings.dir)?);
    let followers = Followers::start(counter.handle(), targets, policy, counter.alarm())?;
    if let Err(alarm) = counter.alarm().refuse() {
        counter.close()?;
        followers.join();
        return Err(alarm);
    }
    if counter.reader().newest().is_none() {
        counter.handle().checkpoint()?;
    }
    let hall = match hall(settings, tls.as_ref(), &counter) {
        Ok(hall) => hall.map(Arc::new),
        Err(why) => {
            counter.close()?;
            followers.join();
            return Err(why);
        }
    };
    let control = Control::open(&settings.dir, &counter, hall.as_ref());
    let router = tiles::routes(counter.reader()).merge(acts::routes(Arc::clone(&counter)));
    let router = match &hall {
        Some(hall) => router.merge(http::people(Arc::clone(hall))),
        None => router,
    };
    let mut checkpoints = counter.handle().checkpoints();
    let writer_ends = move || while checkpoints.wait().is_some() {};
    let config = tls.as_ref().map(|tls| Arc::clone(&tls.config));
    let served = http::serve_while(settings.listen, config, router, writer_ends, |address| {
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
