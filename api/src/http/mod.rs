//! The only place that waits (ADR 11): HTTP in, plain functions behind it. A router never touches the engine.

pub mod acts;
mod assets;
mod connections;
pub mod copy;
mod extract;
mod file;
mod gate;
mod health;
mod lines;
mod pages;
mod problem;
mod rate;
mod tagged;
pub mod tiles;
mod turns;
pub mod v1;
pub mod witness;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use rustls::ServerConfig;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;
use tower_sessions::cookie::SameSite;
use tower_sessions::cookie::time::Duration;
use tower_sessions::{Expiry, MemoryStore, SessionManagerLayer};

use ledger::shares::cores;

use crate::failure::{Failure, of_machine};
use crate::hall::Hall;

/// A bank file, and with it a request, has at most so many bytes.
const MOST_BYTES: usize = 256 << 20;

/// Whoever sends nothing more of a request for so long is waited for no longer.
const PATIENCE: std::time::Duration = std::time::Duration::from_mins(1);

/// Who does nothing for so long signs in again.
const IDLE_MINUTES: i64 = 30;

/// Pages and API for people in their browsers.
pub fn people(hall: Arc<Hall>) -> Router {
    let (api, document) = v1::router();
    let sessions = SessionManagerLayer::new(MemoryStore::default())
        .with_name("doudi")
        .with_same_site(SameSite::Strict)
        .with_http_only(true)
        .with_secure(hall.sites.is_https())
        // Every request counts as a sign of life, not only those that change the session.
        .with_always_save(true)
        .with_expiry(Expiry::OnInactivity(Duration::minutes(IDLE_MINUTES)));
    let page = pages::api::router(&serde_json::to_value(&document).unwrap_or_default());
    let document = document.to_pretty_json().unwrap_or_default();
    api.layer(from_fn(tagged::tag))
        .merge(turns::in_turn(pages::router()))
        .merge(pages::at_once())
        .merge(page)
        .merge(assets::router(document))
        .merge(health::router())
        .fallback(nothing)
        .method_not_allowed_fallback(|| async {
            problem::of_http("http.method", "这个地址不接受这种请求方法。").into_response()
        })
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .layer(RequestBodyTimeoutLayer::new(PATIENCE))
        .layer(sessions)
        .layer(CatchPanicLayer::custom(|_| problem::of_panic()))
        .layer(from_fn_with_state(Arc::clone(&hall), gate::gate))
        .with_state(hall)
}

/// Where there is nothing: a page for browsers, a problem for programs.
async fn nothing(State(hall): State<Arc<Hall>>, method: Method, headers: HeaderMap) -> Response {
    let text = format!("没有这个地址（{method}）。");
    let wanted = headers.get(header::ACCEPT).and_then(|kinds| kinds.to_str().ok());
    if wanted.is_some_and(|kinds| kinds.contains("text/html")) {
        return pages::nothing(hall, text).await;
    }
    problem::of_http("http.not_found", text).into_response()
}

/// Does what may wait for a disk or a lock, off the threads that serve.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|why| Err(broken_off(&why)))
}

fn broken_off(why: &tokio::task::JoinError) -> Failure {
    tracing::error!("{why}");
    Failure::Machine {
        code: "http.server".to_owned(),
        text: "处理时中断。请把同一动作再交一次，以查明是否已受理。".to_owned(),
        exit: 3,
    }
}

/// As [`serve`], over TLS where that is given, and no longer than `lasts` takes to return: what is served has ended then.
///
/// # Errors
/// As [`serve`].
pub fn serve_while(
    listen: SocketAddr,
    tls: Option<Arc<ServerConfig>>,
    router: Router,
    lasts: impl FnOnce() + Send + 'static,
    ready: impl FnOnce(SocketAddr),
) -> Result<(), Failure> {
    let (sender, ended) = tokio::sync::oneshot::channel();
    let wait = move || {
        lasts();
        // The service may have stopped before.
        let _ = sender.send(());
    };
    drop(std::thread::Builder::new().name("end of service".to_owned()).spawn(wait));
    run(listen, tls, router, ready, async {
        match ended.await {
            Ok(()) => {}
            Err(_) => std::future::pending().await,
        }
    })
}

/// Serves `router` on `listen` until the process is asked to stop (SIGINT or SIGTERM). `ready` is told the address, which
/// matters where port 0 let the system choose.
///
/// # Errors
/// The address cannot be had, or the machine cannot start a runtime.
pub fn serve(
    listen: SocketAddr,
    router: Router,
    ready: impl FnOnce(SocketAddr),
) -> Result<(), Failure> {
    run(listen, None, router, ready, std::future::pending())
}

fn run(
    listen: SocketAddr,
    tls: Option<Arc<ServerConfig>>,
    router: Router,
    ready: impl FnOnce(SocketAddr),
    ended: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Failure> {
    let failed = |why: std::io::Error| Failure::Machine {
        code: "http.listen".to_owned(),
        text: format!("无法在{listen}提供服务：{}。请检查地址是否已被占用。", of_machine(&why)),
        exit: 3,
    };
    runtime().map_err(failed)?.block_on(async {
        let listener = TcpListener::bind(listen).await.map_err(failed)?;
        ready(listener.local_addr().map_err(failed)?);
        let stop = async {
            tokio::select! {
                () = asked_to_stop() => {}
                () = ended => {}
            }
        };
        connections::take(listener, tls.map(TlsAcceptor::from), router, stop).await;
        Ok(())
    })
}

/// What carries those who are served.
fn runtime() -> std::io::Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(cores().max(2)).enable_all().build()
}

/// Carries callers side by side, as those who are served are carried, on a runtime of their own; gives what each came to.
///
/// # Errors
/// The machine cannot start a runtime, or a caller broke off.
pub fn carry<T: Send + 'static>(
    callers: impl IntoIterator<Item = impl Future<Output = T> + Send + 'static>,
) -> Result<Vec<T>, Failure> {
    let runtime = runtime().map_err(|why| Failure::no_thread(&why))?;
    runtime.block_on(async {
        let carried: Vec<_> = callers.into_iter().map(tokio::spawn).collect();
        let mut came_to = Vec::with_capacity(carried.len());
        for caller in carried {
            let done = caller.await;
            came_to.push(done.map_err(|_| Failure::usage("一个调用方中途停止。"))?);
        }
        Ok(came_to)
    })
}

async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = terminated => {}
        interrupted = tokio::signal::ctrl_c() => drop(interrupted),
    }
}
