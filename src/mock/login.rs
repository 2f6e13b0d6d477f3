//! Log-in by form or by JSON, whichever the line knows, and the password that administrators with a cookie are asked for once more
//! (docs/confluence.md, R73, R74). Only on a mock that began unset; the others know Basic alone.

use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Extension, Form, Json, Router};
use maud::html;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::access::Caller;
use super::auth;
use super::jobs::xsrf;
use super::settings::Settings;
use super::setup::{LogIn, plain_page, redirect};
use super::state::Shared;

const PAGE: &str = "/login.action";
const FORM: &str = "/dologin.action";
const JSON: &str = "/rest/tsv/1.0/authenticate";
const CONFIRM: &str = "/authenticate.action";
const CONFIRMED: &str = "/doauthenticate.action";

type Pairs = Vec<(String, String)>;

/// The routes of a mock with these settings.
pub fn routes(settings: &Settings) -> Router<Shared> {
    let Some(set_up) = &settings.set_up else { return Router::new() };
    let routes = Router::new().route(PAGE, get(page)).route(CONFIRM, get(ask)).route(CONFIRMED, post(confirm));
    match set_up.line.log_in() {
        LogIn::Form => routes.route(FORM, post(by_form)),
        // A form alone isn't enough for the log-in in two steps.
        LogIn::Json => routes.route(JSON, post(by_json)).route(FORM, post(to_page)),
    }
}

/// Whether a path is open to callers who aren't logged in, and to forms that bring no header against other sites.
pub fn is_open(settings: &Settings, path: &str) -> bool {
    settings.set_up.is_some() && [PAGE, FORM, JSON].contains(&path)
}

/// Whether this is the form by which a password is confirmed; it has a token of its own.
pub fn has_token(settings: &Settings, path: &str) -> bool {
    settings.set_up.is_some() && path == CONFIRMED
}

/// The refusal of a request that brings Basic to a server that has it switched off.
pub fn basic_is_off(settings: &Settings, headers: &HeaderMap) -> Option<Response> {
    let off = settings.set_up.as_ref().is_some_and(|set_up| !set_up.takes_basic());
    let given = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let basic = given.split(' ').next().is_some_and(|scheme| scheme.eq_ignore_ascii_case("basic"));
    let text = "Basic Authentication has been disabled on this instance.";
    (off && basic).then(|| (StatusCode::FORBIDDEN, Json(json!({ "message": text }))).into_response())
}

/// Where an administrator is sent who has a cookie and hasn't confirmed the password; `None` where that isn't wanted.
pub fn must_confirm(state: &Shared, caller: &Caller, path: &str) -> Option<Response> {
    let wanted = state.settings.set_up.as_ref().is_some_and(|set_up| set_up.confirms_passwords);
    if !wanted || state.sessions.is_confirmed(caller) {
        return None;
    }
    Some(redirect(&state.context, &format!("{CONFIRM}?destination={path}")))
}

async fn page(State(state): State<Shared>) -> Response {
    let content = html! {
        form method="post" action={ (state.context) (FORM) } {
            p { label { "Username " input type="text" name="os_username"; } }
            p { label { "Password " input type="password" name="os_password"; } }
            input type="hidden" name="os_destination" value="";
            input type="submit" name="login" value="Log in";
        }
        @if let Some((user, _)) = state.settings.recovery() {
            p { "Confluence is in recovery mode. Log in as " code { (user) } "." }
        }
    };
    plain_page(StatusCode::OK, "Log in", &content)
}

async fn to_page(State(state): State<Shared>) -> Response {
    redirect(&state.context, PAGE)
}

async fn by_form(state: State<Shared>, Form(form): Form<Pairs>) -> Response {
    let caller = auth::by_password(&state, value(&form, "os_username"), value(&form, "os_password"));
    let Some(caller) = caller else { return denied(page(state).await) };
    let answer = redirect(&state.context, destination(&form, "os_destination"));
    begun(&state, &caller, answer)
}

async fn by_json(State(state): State<Shared>, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    if !auth::is_checked(&headers) {
        return xsrf().into_response();
    }
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    match auth::by_password(&state, text("username"), text("password")) {
        Some(caller) => begun(&state, &caller, Json(json!({ "success": true })).into_response()),
        None => denied((StatusCode::UNAUTHORIZED, Json(json!({ "success": false }))).into_response()),
    }
}

fn begun(state: &Shared, caller: &Caller, mut answer: Response) -> Response {
    let cookie = state.sessions.cookie(caller, &state.context);
    answer.headers_mut().extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
    answer
}

fn denied(mut answer: Response) -> Response {
    let name = HeaderName::from_static("x-seraph-loginreason");
    answer.headers_mut().insert(name, HeaderValue::from_static("AUTHENTICATION_DENIED"));
    answer
}

async fn ask(
    State(state): State<Shared>,
    Extension(caller): Extension<Caller>,
    Query(params): Query<Pairs>,
) -> Response {
    let Some(token) = state.sessions.token(&caller) else { return redirect(&state.context, PAGE) };
    let content = html! {
        form method="post" action={ (state.context) (CONFIRMED) } {
            input type="hidden" name="atl_token" value=(token.expose_secret());
            input type="hidden" name="destination" value=(value(&params, "destination"));
            p { label { "Password " input type="password" name="password"; } }
            input type="submit" name="authenticate" value="Confirm";
        }
    };
    plain_page(StatusCode::OK, "Administrator access", &content)
}

async fn confirm(
    State(state): State<Shared>,
    Extension(caller): Extension<Caller>,
    Form(form): Form<Pairs>,
) -> Response {
    let token = state.sessions.token(&caller);
    if token.is_none_or(|token| token.expose_secret() != value(&form, "atl_token")) {
        return xsrf().into_response();
    }
    let site = state.site();
    let name = state.view(&site, &caller).caller_name().unwrap_or_default().to_owned();
    let right = auth::by_password(&state, &name, value(&form, "password")).as_ref() == Some(&caller);
    if !right || value(&form, "authenticate") != "Confirm" {
        return redirect(&state.context, CONFIRM);
    }
    state.sessions.confirm(&caller);
    redirect(&state.context, destination(&form, "destination"))
}

fn value<'a>(pairs: &'a Pairs, name: &str) -> &'a str {
    pairs.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
}

/// A path of this server to go to; another server is never one.
fn destination<'a>(form: &'a Pairs, name: &str) -> &'a str {
    let wanted = value(form, name);
    let here = wanted.starts_with('/') && !wanted.starts_with("//") && !wanted.contains('\\');
    if here { wanted } else { "/" }
}
