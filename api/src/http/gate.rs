//! The gate 大门: what holds for every request of pages and API, whatever it asks. Headers that keep strangers' pages out, no
//! writing for another site's pages, a number for each request.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderName, HeaderValue, ORIGIN, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::health;
use super::problem::of_http;
use crate::hall::Hall;
use crate::sites::Sites;

/// Nothing from elsewhere, nothing inline, no frame, no form to another site.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The address at which a browser reached us, one of those that are ours.
pub fn site_of<'s>(sites: &'s Sites, headers: &HeaderMap) -> Option<&'s str> {
    sites.of_host(headers.get(HOST)?.to_str().ok()?)
}

/// Lets a request in, or says why not, and dresses the answer. What was asked and answered stands in the program's log under the
/// request's number: method, path and status, nothing of what was said.
pub async fn gate(State(hall): State<Arc<Hall>>, request: Request, next: Next) -> Response {
    let (number, began) = (number(), std::time::Instant::now());
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let site = site_of(&hall.sites, request.headers());
    let mut answer = match site {
        // A machine that watches may come by any name.
        None if health::ADDRESSES.contains(&path.as_str()) => next.run(request).await,
        None => of_http("http.other_host", "请用本系统公布的网址打开。").into_response(),
        Some(site) if writes(&method) && is_of_another_site(site, request.headers()) => {
            of_http("http.cross_site", "请求来自别的网站，没有受理。").into_response()
        }
        Some(_) => next.run(request).await,
    };
    let (status, took_ms) = (answer.status().as_u16(), began.elapsed().as_millis());
    tracing::info!(number, %method, path, status, took_ms, "request");
    let headers = answer.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    set(CONTENT_SECURITY_POLICY, POLICY);
    set(X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(X_FRAME_OPTIONS, "DENY");
    set(REFERRER_POLICY, "no-referrer");
    set(CACHE_CONTROL, "no-store");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    if let Ok(number) = HeaderValue::from_str(&number) {
        answer.headers_mut().insert(REQUEST_ID, number);
    }
    answer
}

fn writes(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// A browser says where a request comes from; what is no browser says nothing and brings no cookie that it was not given.
fn is_of_another_site(site: &str, headers: &HeaderMap) -> bool {
    let named = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let by_fetch = named(FETCH_SITE).is_some_and(|site| site != "same-origin" && site != "none");
    let by_origin = named(ORIGIN).is_some_and(|origin| origin != site);
    by_fetch || by_origin
}

/// Eight random bytes: who reports a fault names them, and the log is searched for them.
fn number() -> String {
    let mut bytes = [0; 8];
    // Without randomness it is zeros: a number for the log, not a secret.
    let _ = getrandom::fill(&mut bytes);
    hex::encode(bytes)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;

    use super::is_of_another_site;

    fn headers(of: &[(&'static str, &'static str)]) -> HeaderMap {
        of.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn another_sites_page_does_not_write_here() {
        let site = "http://127.0.0.1:6962";
        for (own, named) in [
            (true, vec![]),
            (true, vec![("origin", "http://127.0.0.1:6962")]),
            (true, vec![("sec-fetch-site", "same-origin")]),
            (false, vec![("origin", "http://evil.example")]),
            (false, vec![("origin", "null")]),
            (false, vec![("origin", "http://127.0.0.1:6963")]),
            (false, vec![("sec-fetch-site", "cross-site")]),
            (false, vec![("sec-fetch-site", "same-site")]),
        ] {
            assert_eq!(is_of_another_site(site, &headers(&named)), !own, "{named:?}");
        }
    }
}
