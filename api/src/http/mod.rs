//! The only place that waits (ADR 11): HTTP in, plain functions behind it. A router never touches the engine.

pub mod acts;
pub mod copy;
pub mod tiles;
pub mod witness;

use std::net::SocketAddr;

use axum::Router;
use tokio::net::TcpListener;

use crate::failure::{Failure, of_machine};

/// As [`serve`], and no longer than `lasts` takes to return: what is served has ended then.
///
/// # Errors
/// As [`serve`].
pub fn serve_while(
    listen: SocketAddr,
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
    run(listen, router, ready, async {
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
    run(listen, router, ready, std::future::pending())
}

fn run(
    listen: SocketAddr,
    router: Router,
    ready: impl FnOnce(SocketAddr),
    ended: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Failure> {
    let failed = |why: std::io::Error| Failure::Machine {
        code: "http.listen".to_owned(),
        text: format!("无法在{listen}提供服务：{}。请检查地址是否已被占用。", of_machine(&why)),
        exit: 3,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(failed)?;
    runtime.block_on(async {
        let listener = TcpListener::bind(listen).await.map_err(failed)?;
        ready(listener.local_addr().map_err(failed)?);
        let stop = async {
            tokio::select! {
                () = asked_to_stop() => {}
                () = ended => {}
            }
        };
        axum::serve(listener, router).with_graceful_shutdown(stop).await.map_err(failed)
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
