//! Connections: how long each may take to say what it wants, and how they end.

use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

/// Whoever has not sent the head of a request after so long, or asks nothing more for so long, is let go.
const HEAD_WITHIN: Duration = Duration::from_secs(30);

/// What is under way when the server is asked to stop has so long to end.
const FINISH_WITHIN: Duration = Duration::from_secs(30);

/// Where the system takes no further connection, those that end make room.
const WAIT_FOR_ROOM: Duration = Duration::from_millis(50);

/// Takes connections until `stop`, then waits for what is under way. With `tls`, who speaks anything else is let go.
pub async fn take(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    stop: impl Future<Output = ()>,
) {
    let mut http = Builder::new(TokioExecutor::new()).http1_only();
    http.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_WITHIN);
    let (ends, mut stop) = (GracefulShutdown::new(), pin!(stop));
    loop {
        let accepted = tokio::select! {
            accepted = TcpListener::accept(&listener) => accepted,
            () = &mut stop => break,
        };
        let (stream, from) = match accepted {
            Ok(accepted) => accepted,
            Err(why) => {
                tracing::warn!("a connection was not taken: {why}");
                tokio::time::sleep(WAIT_FOR_ROOM).await;
                continue;
            }
        };
        // Answers are small and waited for.
        drop(stream.set_nodelay(true));
        let (http, watcher) = (http.clone(), ends.watcher());
        let router = router.clone();
        let tls = tls.clone();
        drop(tokio::spawn(async move {
            let Some(tls) = tls else { return one(http, (router, from), watcher, stream).await };
            match tokio::time::timeout(HEAD_WITHIN, TlsAcceptor::accept(&tls, stream)).await {
                Ok(Ok(stream)) => one(http, (router, from), watcher, stream).await,
                Ok(Err(why)) => tracing::debug!("no TLS came about: {why}"),
                Err(_) => tracing::debug!("no TLS came about in time"),
            }
        }));
    }
    drop(listener);
    tokio::select! {
        () = ends.shutdown() => {}
        () = tokio::time::sleep(FINISH_WITHIN) => {
            tracing::warn!("some connections did not end in time");
        }
    }
}

/// One connection, as long as it lasts.
async fn one<S>(
    http: Builder<TokioExecutor>,
    (router, from): (Router, SocketAddr),
    watcher: Watcher,
    stream: S,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    // How often an address may ask is counted by where the connection comes from, never by what it says of itself.
    let service = TowerToHyperService::new(router.map_request(move |mut request: Request<_>| {
        request.extensions_mut().insert(ConnectInfo(from));
        request
    }));
    let connection = http.serve_connection(TokioIo::new(stream), service);
    if let Err(why) = watcher.watch(connection.into_owned()).await {
        tracing::debug!("a connection ended: {why}");
    }
}
