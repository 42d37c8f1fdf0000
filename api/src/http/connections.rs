//! Connections: how long each may take to say what it wants, and how they end.

use std::pin::pin;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;

/// Whoever has not sent the head of a request after so long, or asks nothing more for so long, is let go.
const HEAD_WITHIN: Duration = Duration::from_secs(30);

/// What is under way when the server is asked to stop has so long to end.
const FINISH_WITHIN: Duration = Duration::from_secs(30);

/// Where the system takes no further connection, those that end make room.
const WAIT_FOR_ROOM: Duration = Duration::from_millis(50);

/// Takes connections until `stop`, then waits for what is under way.
pub async fn take(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let mut http = Builder::new(TokioExecutor::new()).http1_only();
    http.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_WITHIN);
    let (ends, mut stop) = (GracefulShutdown::new(), pin!(stop));
    loop {
        let accepted = tokio::select! {
            accepted = TcpListener::accept(&listener) => accepted,
            () = &mut stop => break,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(why) => {
                tracing::warn!("a connection was not taken: {why}");
                tokio::time::sleep(WAIT_FOR_ROOM).await;
                continue;
            }
        };
        // Answers are small and waited for.
        drop(stream.set_nodelay(true));
        let service = TowerToHyperService::new(router.clone());
        let connection = http.serve_connection(TokioIo::new(stream), service);
        let connection = ends.watch(connection.into_owned());
        drop(tokio::spawn(async move {
            if let Err(why) = connection.await {
                tracing::debug!("a connection ended: {why}");
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
