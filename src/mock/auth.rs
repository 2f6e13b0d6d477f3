//! Who calls: Basic with the administrator's name and password, or Bearer with the token. Everything else is anonymous and gets 401, but
//! for `/status`, the page at the root and its style sheet, and the pages for people of a mock that was started to be looked at.
//!
//! No recorded 401 of Data Center was found (docs/confluence.md, R4): the shape rests on documents.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use secrecy::ExposeSecret as _;
use serde_json::json;

use super::answer::Refusal;
use super::browse;
use super::state::Shared;
use super::troubles::Trouble;

/// The header by which every answer says that it comes from a mock.
pub const MOCK_HEADER: &str = "x-rehearse-mock";

/// Lets known callers through; adds the troubles that are met before any handler.
pub async fn guard(State(state): State<Shared>, request: Request, next: Next) -> Response {
    let answer = tokio::select! {
        biased;
        () = state.cancel.cancelled() => (StatusCode::SERVICE_UNAVAILABLE, axum::Json(json!({ "state": "STOPPING" }))).into_response(),
        answer = pass(&state, request, next) => answer,
    };
    named(answer, &state)
}

async fn pass(state: &Shared, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let inner = path.strip_prefix(state.context.as_str()).unwrap_or(&path);
    if state.troubles.hangs(&path) {
        std::future::pending::<()>().await;
    }
    if let Some(delay) = state.troubles.delay() {
        tokio::time::sleep(delay).await;
    }
    if let Some(status) = state.troubles.refusal(&path) {
        troubled(status)
    } else if open(inner, request.method()) || known(state, request.headers()) {
        next.run(request).await
    } else if !browse::is_for_people(inner) {
        refused()
    } else if browse::is_open(state, request.headers()) {
        next.run(request).await
    } else {
        // A browser asks its user only when it is asked to.
        let mut answer = refused();
        let realm = HeaderValue::from_static("Basic realm=\"rehearse mock\", charset=\"UTF-8\"");
        answer.headers_mut().insert(header::WWW_AUTHENTICATE, realm);
        answer
    }
}

fn open(inner: &str, method: &Method) -> bool {
    matches!(inner, "" | "/" | "/status") || (inner == browse::STYLE && *method == Method::GET)
}

/// Whether the caller has the administrator's password or the token.
pub fn known(state: &Shared, headers: &HeaderMap) -> bool {
    if state.troubles.has(&Trouble::UnauthorizedAfterRestore) && state.jobs.any_began() {
        return false;
    }
    let Some(given) = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()) else { return false };
    let (name, password) = &state.settings.admin;
    let basic = || base64(format!("{name}:{}", password.expose_secret()).as_bytes());
    match given.split_once(' ') {
        Some((scheme, coded)) if scheme.eq_ignore_ascii_case("basic") => coded.trim() == basic(),
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
            state.settings.token.as_ref().is_some_and(|known| known.expose_secret() == token.trim())
        }
        _ => false,
    }
}

fn troubled(status: StatusCode) -> Response {
    let message = match status {
        StatusCode::TOO_MANY_REQUESTS => "Rate limit exceeded.",
        StatusCode::SERVICE_UNAVAILABLE => "Service unavailable",
        _ => "Internal server error",
    };
    let mut answer = Refusal { status, message: message.to_owned() }.into_response();
    if status == StatusCode::TOO_MANY_REQUESTS {
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    answer
}

fn refused() -> Response {
    let refusal = Refusal {
        status: StatusCode::UNAUTHORIZED,
        message: "Client must be authenticated to access this resource.".to_owned(),
    };
    let mut answer = refusal.into_response();
    answer.headers_mut().insert("x-seraph-loginreason", HeaderValue::from_static("AUTHENTICATION_DENIED"));
    answer
}

fn named(mut answer: Response, state: &Shared) -> Response {
    answer.headers_mut().insert(MOCK_HEADER, HeaderValue::from_static(env!("CARGO_PKG_VERSION")));
    if answer.status() != StatusCode::UNAUTHORIZED
        && let Ok(name) = HeaderValue::from_str(&state.settings.admin.0)
    {
        answer.headers_mut().insert("x-ausername", name);
    }
    answer
}

/// Standard base 64 with padding.
pub fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or_default());
        let group = byte(0) << 16 | byte(1) << 8 | byte(2);
        for (place, shift) in [18, 12, 6, 0].into_iter().enumerate() {
            let digit = DIGITS.get((group >> shift & 63) as usize).copied().unwrap_or(b'=');
            out.push(if place <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn base64_is_padded() {
        // The vectors of RFC 4648.
        for (plain, coded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }
}
