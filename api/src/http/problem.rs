//! What went wrong, as RFC 9457 problem details: the codes of DESIGN §9, in one place for every address.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;
use utoipa::{IntoResponses, ToSchema};

use crate::failure::Failure;

/// Problem details of an answer that is none.
#[derive(Serialize, ToSchema)]
pub struct ProblemDetails {
    /// `urn:doudi:error:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status once more.
    pub status: u16,
    /// Stable code, such as `fund.insufficient`.
    pub code: String,
    /// What happened, in Chinese.
    pub title: String,
    /// What to do, in Chinese.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Each problem of a file with its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problems: Option<Vec<Value>>,
}

/// What a read can be refused with.
#[expect(dead_code, reason = "read by the document of the API, never made")]
#[derive(IntoResponses)]
pub enum ReadRefused {
    /// It is what `If-None-Match` names.
    #[response(status = 304)]
    Same,
    /// The question cannot be understood.
    #[response(status = 400, content_type = "application/problem+json")]
    Usage(ProblemDetails),
    /// Nobody has signed in, or no more.
    #[response(status = 401, content_type = "application/problem+json")]
    Session(ProblemDetails),
    /// It is not there.
    #[response(status = 404, content_type = "application/problem+json")]
    Missing(ProblemDetails),
    /// An earlier state of the books is being worked out for somebody else: ask again.
    #[response(status = 429, content_type = "application/problem+json")]
    Busy(ProblemDetails),
    /// The ledger is stopped or busy.
    #[response(status = 503, content_type = "application/problem+json")]
    Stopped(ProblemDetails),
}

/// What a view of the books can be refused with.
#[expect(dead_code, reason = "read by the document of the API, never made")]
#[derive(IntoResponses)]
pub enum SightRefused {
    /// It is what `If-None-Match` names.
    #[response(status = 304)]
    Same,
    /// The question cannot be understood.
    #[response(status = 400, content_type = "application/problem+json")]
    Usage(ProblemDetails),
    /// Nobody has signed in, or no more.
    #[response(status = 401, content_type = "application/problem+json")]
    Session(ProblemDetails),
    /// Not for this person's post, or of another area.
    #[response(status = 403, content_type = "application/problem+json")]
    Sight(ProblemDetails),
    /// It is not there.
    #[response(status = 404, content_type = "application/problem+json")]
    Missing(ProblemDetails),
    /// A sum leaves the range of money.
    #[response(status = 422, content_type = "application/problem+json")]
    Overflow(ProblemDetails),
    /// An earlier state of the books is being worked out for somebody else: ask again.
    #[response(status = 429, content_type = "application/problem+json")]
    Busy(ProblemDetails),
    /// The ledger is stopped or busy.
    #[response(status = 503, content_type = "application/problem+json")]
    Stopped(ProblemDetails),
}

/// What a write can be refused with. Nothing was written, except where a 503 says that this is not known.
#[expect(dead_code, reason = "read by the document of the API, never made")]
#[derive(IntoResponses)]
pub enum WriteRefused {
    /// The request cannot be understood.
    #[response(status = 400, content_type = "application/problem+json")]
    Usage(ProblemDetails),
    /// Nobody has signed in, or no more.
    #[response(status = 401, content_type = "application/problem+json")]
    Session(ProblemDetails),
    /// Another site asks, or the person is not in office.
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(ProblemDetails),
    /// It is not there.
    #[response(status = 404, content_type = "application/problem+json")]
    Missing(ProblemDetails),
    /// The body stood still for a minute.
    #[response(status = 408, content_type = "application/problem+json")]
    Slow(ProblemDetails),
    /// Another act was signed under this draft.
    #[response(status = 409, content_type = "application/problem+json")]
    Signed(ProblemDetails),
    /// Too large.
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(ProblemDetails),
    /// Not JSON where JSON is asked for.
    #[response(status = 415, content_type = "application/problem+json")]
    Kind(ProblemDetails),
    /// A rule said no, or the file has problems.
    #[response(status = 422, content_type = "application/problem+json")]
    Refused(ProblemDetails),
    /// Too much waits for a signature.
    #[response(status = 429, content_type = "application/problem+json")]
    TooMany(ProblemDetails),
    /// The ledger is stopped or busy: hand the same act in again.
    #[response(status = 503, content_type = "application/problem+json")]
    Stopped(ProblemDetails),
}

/// A failure on its way out.
pub struct Problem(pub StatusCode, pub Failure);

impl From<Failure> for Problem {
    fn from(why: Failure) -> Problem {
        Problem(status_of(&why), why)
    }
}

/// Which status a failure has. Codes that name what is missing or who may not are listed; everything else goes by its family.
pub fn status_of(why: &Failure) -> StatusCode {
    match why {
        Failure::Rejected(_)
        | Failure::Problems(_)
        | Failure::Diverged(_)
        | Failure::Damaged { .. }
        | Failure::NotReady { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        Failure::Usage(_) => StatusCode::BAD_REQUEST,
        Failure::Machine { code, exit, .. } => match code.as_str() {
            "log.busy" | "log.stopped" => StatusCode::SERVICE_UNAVAILABLE,
            "session.none" | "session.challenge" | "session.site" | "session.signature" => {
                StatusCode::UNAUTHORIZED
            }
            "session.dismissed" | "http.cross_site" | "sight.not_yours" | "sight.other_area"
            | "enrolment.code" => StatusCode::FORBIDDEN,
            "draft.unknown" | "enrolment.unknown" | "http.not_found" => StatusCode::NOT_FOUND,
            "http.other_host" => StatusCode::MISDIRECTED_REQUEST,
            "http.method" => StatusCode::METHOD_NOT_ALLOWED,
            "http.too_large" => StatusCode::PAYLOAD_TOO_LARGE,
            "http.slow" => StatusCode::REQUEST_TIMEOUT,
            "draft.signed" => StatusCode::CONFLICT,
            "draft.too_many" | "room.busy" | "acts.too_many" | "http.too_many" => {
                StatusCode::TOO_MANY_REQUESTS
            }
            // The ledger itself says no to everybody: an alarm was raised.
            known if ALARMS.contains(&known) => StatusCode::SERVICE_UNAVAILABLE,
            _ if *exit == 1 => StatusCode::UNPROCESSABLE_ENTITY,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        },
    }
}

/// What stops the books until a person has looked ([`crate::alarm`]).
const ALARMS: &[&str] = &["copy.ahead", "copy.forked", "restore.older", "witness.forked"];

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Problem(status, why) = self;
        if status.is_server_error() {
            tracing::error!(code = why.code(), "{why}");
        }
        let document = why.to_json();
        let text = |name: &str| document.pointer(name).and_then(Value::as_str).map(str::to_owned);
        let code = why.code();
        let details = ProblemDetails {
            kind: format!("urn:doudi:error:{code}"),
            status: status.as_u16(),
            code,
            title: text("/error/text").unwrap_or_else(|| why.to_string()),
            hint: text("/error/hint"),
            problems: document.pointer("/error/problems").and_then(Value::as_array).cloned(),
        };
        let kind = [(header::CONTENT_TYPE, "application/problem+json")];
        (status, kind, Json(details)).into_response()
    }
}

/// A failure of the address, not of the ledger.
pub fn of_http(code: &str, text: impl Into<String>) -> Problem {
    Failure::refused(code, text).into()
}

/// A panic in what answers a request: told to the operator, not to who asked.
pub fn of_panic() -> Response {
    let text = "处理时中断。请记下应答里的 x-request-id，交给管理员查日志。";
    let why = Failure::Machine { code: "http.server".to_owned(), text: text.to_owned(), exit: 3 };
    Problem(StatusCode::INTERNAL_SERVER_ERROR, why).into_response()
}
