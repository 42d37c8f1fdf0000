//! The gate 大门: what holds for every request of pages and API, whatever it asks. Headers that keep strangers' pages out, no
//! writing for another site's pages, a number for each request.

use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderName, HeaderValue, ORIGIN, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::problem::of_http;

/// Nothing from elsewhere, nothing inline, no frame, no form to another site.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The address at which a browser reached us, as it names it itself: scheme and host.
pub fn site_of(headers: &HeaderMap) -> String {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    format!("http://{host}")
}

/// Lets a request in, or says why not, and dresses the answer.
pub async fn gate(request: Request, next: Next) -> Response {
    let number = number();
    let mut answer = if writes(request.method()) && is_of_another_site(request.headers()) {
        of_http("http.cross_site", "请求来自别的网站，没有受理。").into_response()
    } else {
        next.run(request).await
    };
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
fn is_of_another_site(headers: &HeaderMap) -> bool {
    let named = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let by_fetch = named(FETCH_SITE).is_some_and(|site| site != "same-origin" && site != "none");
    let by_origin = named(ORIGIN).is_some_and(|origin| origin != site_of(headers));
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
        let host = ("host", "127.0.0.1:6962");
        for (own, named) in [
            (true, vec![host]),
            (true, vec![host, ("origin", "http://127.0.0.1:6962")]),
            (true, vec![host, ("sec-fetch-site", "same-origin")]),
            (false, vec![host, ("origin", "http://evil.example")]),
            (false, vec![host, ("origin", "null")]),
            (false, vec![host, ("origin", "http://127.0.0.1:6963")]),
            (false, vec![host, ("sec-fetch-site", "cross-site")]),
            (false, vec![host, ("sec-fetch-site", "same-site")]),
        ] {
            assert_eq!(is_of_another_site(&headers(&named)), !own, "{named:?}");
        }
    }
}
