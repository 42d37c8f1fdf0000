//! Pages are written a few at a time, first come, first served. A page is work for a processor: of fifty written side by side on
//! two processors each is ready when the last one is, and some much later; in turn, most are ready long before.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use tokio::sync::Semaphore;

use super::broken_off;
use super::problem::Problem;

/// So many pages are written at once for each processor: while one waits for the disk, another is written.
const EACH: usize = 2;

/// Lets the requests of a router wait for their turn.
pub(super) fn in_turn<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let turns = Arc::new(Semaphore::new(processors.saturating_mul(EACH)));
    router.layer(from_fn_with_state(turns, wait))
}

/// Who goes away while waiting gives up the turn. A page that is being written keeps it until it is written, also for nobody:
/// or whoever asks again and again would have as many written at once.
async fn wait(State(turns): State<Arc<Semaphore>>, request: Request, next: Next) -> Response {
    let turn = turns.acquire_owned().await;
    let written = tokio::spawn(async move {
        let written = next.run(request).await;
        drop(turn);
        written
    });
    match written.await {
        Ok(written) => written,
        Err(why) => match why.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // Only a server that stops breaks it off.
            Err(why) => Problem::from(broken_off(&why)).into_response(),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use axum::Router;
    use axum::body::Body;
    use axum::extract::Request;
    use axum::http::StatusCode;
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::{EACH, in_turn};

    #[test]
    fn everybody_gets_a_page_and_only_a_few_are_written_at_once() {
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (writing, peak) = (Arc::clone(&now), Arc::clone(&most));
        let page = move || async move {
            peak.fetch_max(writing.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            // Everybody else comes meanwhile.
            for _ in 0..100 {
                tokio::task::yield_now().await;
            }
            writing.fetch_sub(1, Ordering::SeqCst);
        };
        let router: Router = in_turn(Router::new().route("/", get(page)));
        let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
        runtime.block_on(async {
            let ask = || router.clone().oneshot(Request::new(Body::empty()));
            let asked: Vec<_> = (0..50).map(|_| tokio::spawn(ask())).collect();
            for answer in asked {
                assert_eq!(answer.await.unwrap().unwrap().status(), StatusCode::OK);
            }
        });
        let turns = EACH * std::thread::available_parallelism().unwrap().get();
        let most = most.load(Ordering::SeqCst);
        assert!((2..=turns).contains(&most), "{most} at once, of {turns} turns");
    }
}
