//! How often an address may ask what needs no session: challenges, answers to them, enrolment. Everything else asks for a session.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderValue, Method, header};
use axum::response::{IntoResponse as _, Response};
use tower_governor::governor::GovernorConfigBuilder;
use tower_governor::{GovernorError, GovernorLayer};
use utoipa_axum::router::OpenApiRouter;

use super::problem::of_http;
use crate::hall::Hall;

/// So many at once: an office that comes in at eight in the morning, all behind one gateway.
const AT_ONCE: u32 = 600;

/// And one more after each of these: a guess at a code of 80 bits takes longer than the ledger lasts.
const ONE_MORE_AFTER: Duration = Duration::from_millis(100);

/// These addresses, each as often as one may ask. Only what is written counts: who is signed in asks who that is as often as
/// pages need it.
pub(super) fn limited(router: OpenApiRouter<Arc<Hall>>) -> OpenApiRouter<Arc<Hall>> {
    let config = GovernorConfigBuilder::default()
        .period(ONE_MORE_AFTER)
        .burst_size(AT_ONCE)
        .methods(vec![Method::POST])
        .finish();
    router.layer(GovernorLayer::new(config.unwrap_or_default()).error_handler(|why| refused(&why)))
}

fn refused(why: &GovernorError) -> Response {
    let seconds = match why {
        GovernorError::TooManyRequests { wait_time, .. } => (*wait_time).max(1),
        GovernorError::UnableToExtractKey | GovernorError::Other { .. } => 1,
    };
    let text = "这个地址上登录、登记的请求太多。";
    let mut answer = of_http("http.too_many", text).into_response();
    if let Ok(seconds) = HeaderValue::from_str(&seconds.to_string()) {
        answer.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    answer
}
