//! Who calls: Basic with the password of the administrator or of a user of the settings, the session that this begins, or Bearer with the
//! token. A mock that was set up knows its administrator and the token until a site restore, as Confluence does (docs/confluence.md, R5). Wrong
//! credentials get 401. Callers without any are anonymous, and get 401 too unless the settings let them in, but for `/status`, the page at the
//! root and its style sheet, and the pages for people of a mock that was started to be looked at.
//!
//! No recorded 401 of Data Center was found (docs/confluence.md, R4): the shape rests on documents.

use axum::Extension;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::ExposeSecret as _;
use serde_json::json;

use super::access::{Caller, Rights};
use super::answer::Refusal;
use super::jobs::xsrf;
use super::settings::Dialect;
use super::state::{AppState, Shared};
use super::troubles::Trouble;
use super::{browse, cloud, login};

/// The header by which every answer says that it comes from a mock.
pub const MOCK_HEADER: &str = "x-rehearse-mock";

/// Lets callers through who may come in, and says to the handlers who they are; adds the troubles that are met before any handler.
pub async fn guard(State(state): State<Shared>, request: Request, next: Next) -> Response {
    let mut answer = tokio::select! {
        biased;
        () = state.cancel.cancelled() => (StatusCode::SERVICE_UNAVAILABLE, axum::Json(json!({ "state": "STOPPING" }))).into_response(),
        answer = pass(&state, request, next) => answer,
    };
    mark(&mut answer);
    answer
}

/// Says that an answer comes from a mock.
pub fn mark(answer: &mut Response) {
    answer.headers_mut().insert(MOCK_HEADER, HeaderValue::from_static(env!("CARGO_PKG_VERSION")));
}

async fn pass(state: &Shared, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if state.troubles.hangs(path) {
        std::future::pending::<()>().await;
    }
    if let Some(delay) = state.troubles.delay() {
        tokio::time::sleep(delay).await;
    }
    let cut = state.troubles.cuts_answer(path);
    let answer = match state.troubles.refusal(path) {
        Some(status) => troubled(status),
        None => enter(state, request, next).await,
    };
    if cut { halved(answer).await } else { answer }
}

/// The first half of an answer, behind which the connection breaks off.
async fn halved(answer: Response) -> Response {
    let (mut parts, body) = answer.into_parts();
    let whole = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    parts.headers.remove(header::CONTENT_LENGTH);
    let broken = std::io::Error::other("the answer is cut off");
    let half = [Ok(whole.slice(..whole.len() / 2)), Err(broken)];
    Response::from_parts(parts, Body::from_stream(futures_util::stream::iter(half)))
}

async fn enter(state: &Shared, mut request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let inner = path.strip_prefix(state.context.as_str()).unwrap_or(path);
    let for_people = browse::is_for_people(inner);
    let logs_in = login::is_open(&state.settings, inner);
    let open = logs_in
        || matches!(inner, "" | "/" | "/status")
        || (inner == browse::STYLE && *request.method() == Method::GET);
    if let Some(refused) = login::basic_is_off(&state.settings, request.headers()).filter(|_| !open) {
        return refused;
    }
    let told = told(state, request.headers());
    let by = told.as_ref().map(|(_, by)| *by);
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    // A page of another site can make a browser send its cookie, but not this header.
    let trusted = logs_in || login::has_token(&state.settings, inner) || is_checked(request.headers());
    if by == Some(By::Session) && !reads && !trusted {
        return xsrf().into_response();
    }
    let path = inner.to_owned();
    match admit(state, &request, for_people, told.map(|(caller, _)| caller)) {
        Ok(caller) => {
            let site = state.site();
            let name = state.view(&site, &caller).caller_name().and_then(|name| HeaderValue::from_str(name).ok());
            let cookie = if by == Some(By::Password) { state.sessions.cookie(&caller, &state.context) } else { None };
            request.extensions_mut().insert(caller);
            request.extensions_mut().insert(Came { by, path });
            let mut answer = next.run(request).await;
            answer.headers_mut().extend(name.map(|name| (HeaderName::from_static("x-ausername"), name)));
            answer.headers_mut().extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
            answer
        }
        Err(_) if open => next.run(request).await,
        Err(_) if state.settings.dialect == Dialect::Cloud && inner.starts_with(cloud::ROOT) => cloud::unknown_caller(),
        Err(refusal) => refused(refusal, for_people),
    }
}

/// Whether somebody may come in; `None` brought something wrong.
fn admit(state: &AppState, request: &Request, for_people: bool, caller: Option<Caller>) -> Result<Caller, Refusal> {
    let caller = match caller {
        Some(Caller::Anonymous) if for_people && browse::is_open(state, request.headers()) => Caller::Administrator,
        Some(Caller::Anonymous) if !state.settings.anonymous || wants_log_in(request) => return Err(unauthorized()),
        Some(caller) => caller,
        None => return Err(unauthorized()),
    };
    match (Rights::of(&caller, &state.site()).use_site(), &caller) {
        (true, _) => Ok(caller),
        (false, Caller::Anonymous) => Err(unauthorized()),
        (false, Caller::User(_) | Caller::Administrator | Caller::Recovery) => {
            Err(Refusal::forbidden("Not permitted to use confluence"))
        }
    }
}

/// Whether a caller without a name asks to be asked for it, as a browser must be (docs/confluence.md, R34).
fn wants_log_in(request: &Request) -> bool {
    request.uri().query().is_some_and(|query| query.split('&').any(|pair| pair == "os_authType=basic"))
}

/// How a request came in. Routers within others see a part of the path alone.
#[derive(Debug, Clone)]
pub struct Came {
    by: Option<By>,
    /// Without the context path.
    path: String,
}

/// By what a caller is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Nothing,
    Password,
    Token,
    Session,
}

/// Who calls, by what the request brings; `None` where that is wrong. Whoever lost their account meanwhile is nobody known, however they came in.
fn told(state: &AppState, headers: &HeaderMap) -> Option<(Caller, By)> {
    brought(state, headers).filter(|(caller, _)| *caller != Caller::Administrator || state.has_administrator())
}

/// A session that has ended is no credential (docs/confluence.md, R34).
fn brought(state: &AppState, headers: &HeaderMap) -> Option<(Caller, By)> {
    if state.troubles.has(&Trouble::UnauthorizedAfterRestore) && state.jobs.any_began() {
        return None;
    }
    let Some(given) = headers.get(header::AUTHORIZATION) else {
        let known = state.sessions.caller(headers).map(|caller| (caller, By::Session));
        return Some(known.unwrap_or((Caller::Anonymous, By::Nothing)));
    };
    let (scheme, given) = given.to_str().ok()?.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        let known = state.settings.token.as_ref().is_some_and(|known| known.expose_secret() == given.trim());
        return known.then_some((Caller::Administrator, By::Token));
    }
    let decoded = STANDARD.decode(given.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let (name, password) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    by_password(state, name, password).map(|caller| (caller, By::Password))
}

/// Who has this name and password.
pub fn by_password(state: &AppState, name: &str, password: &str) -> Option<Caller> {
    let (admin, secret) = &state.settings.admin;
    if state.has_administrator() && name == admin && password == secret.expose_secret() {
        return Some(Caller::Administrator);
    }
    if state.settings.recovery().is_some_and(|(known, secret)| name == known && password == secret.expose_secret()) {
        return Some(Caller::Recovery);
    }
    let name = name.to_lowercase();
    let mut known = state.settings.users.iter().filter(|(known, _)| known.to_lowercase() == name);
    let right = known.any(|(_, secret)| password == secret.expose_secret());
    let account = state.site().accounts.get(&name).is_some_and(|account| account.active);
    (right && account).then_some(Caller::User(name))
}

/// Whether a request carries the header that no page of another site can send (docs/confluence.md, R4).
pub fn is_checked(headers: &HeaderMap) -> bool {
    let token = headers.get("x-atlassian-token").and_then(|value| value.to_str().ok());
    matches!(token, Some("no-check" | "nocheck"))
}

/// Lets administrators through alone.
pub async fn administrators(
    State(state): State<Shared>,
    Extension(caller): Extension<Caller>,
    Extension(came): Extension<Came>,
    request: Request,
    next: Next,
) -> Response {
    let asked = (came.by == Some(By::Session)).then(|| login::must_confirm(&state, &caller, &came.path)).flatten();
    if let Some(answer) = asked {
        return answer;
    }
    if Rights::of(&caller, &state.site()).administer_site() {
        return next.run(request).await;
    }
    Refusal::forbidden("Only system administrators may do this").into_response()
}

fn unauthorized() -> Refusal {
    let message = "Client must be authenticated to access this resource.".to_owned();
    Refusal { status: StatusCode::UNAUTHORIZED, message }
}

fn refused(refusal: Refusal, for_people: bool) -> Response {
    let unknown = refusal.status == StatusCode::UNAUTHORIZED;
    let mut answer = refusal.into_response();
    if unknown {
        answer.headers_mut().insert("x-seraph-loginreason", HeaderValue::from_static("AUTHENTICATION_DENIED"));
    }
    if unknown && for_people {
        // A browser asks its user only when it is asked to.
        let realm = HeaderValue::from_static("Basic realm=\"rehearse mock\", charset=\"UTF-8\"");
        answer.headers_mut().insert(header::WWW_AUTHENTICATE, realm);
    }
    answer
}

fn troubled(status: StatusCode) -> Response {
    let message = match status {
        StatusCode::TOO_MANY_REQUESTS => "Rate limit exceeded.",
        StatusCode::SERVICE_UNAVAILABLE => "Service unavailable",
        _ => "Internal server error",
    };
    let mut answer = Refusal { status, message: message.to_owned() }.into_response();
    if status == StatusCode::TOO_MANY_REQUESTS {
        // The bucket of tokens as Data Center describes it (docs/confluence.md, R76).
        for (name, value) in [
            ("retry-after", "1"),
            ("x-ratelimit-limit", "10"),
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-interval-seconds", "1"),
            ("x-ratelimit-fillrate", "10"),
        ] {
            answer.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
    }
    answer
}
