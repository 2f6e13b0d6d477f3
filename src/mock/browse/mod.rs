//! Pages for people who want to look at what was restored: plain HTML without script, at the paths where Confluence has them and where the
//! links of the REST answers lead. What Confluence has no path for lies below `/browse/`.
//!
//! Content is hostile until shown otherwise: texts pass through `storage`, which builds their HTML anew, and every answer forbids the browser
//! scripts, frames, forms and anything from elsewhere. Knows the store and the shapes, and nothing of packages.

mod access;
mod address;
mod comments;
mod damage;
mod files;
mod frame;
mod listing;
mod page;
mod parts;
mod spaces;
mod storage;
#[cfg(test)]
mod tests;
mod tree;

use std::borrow::Cow;

use axum::extract::{Query, RawPathParams, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::{MethodRouter, get};
use axum::{Extension, Router};
use maud::Markup;

pub use access::{STYLE, is_for_people, is_open};

use super::access::Caller;
use super::answer::{Ask, Refusal};
use super::shapes::View;
use super::state::{AppState, Shared};

/// The style sheet.
const CSS: &str = include_str!("style.css");

/// What the browser may do with a page: show it, with the server's own style sheet.
const POLICY: &str =
    "default-src 'none'; img-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A request for a page.
pub struct Look<'a> {
    pub state: &'a AppState,
    pub view: View<'a>,
    pub ask: Ask,
    names: Vec<(String, String)>,
}

impl Look<'_> {
    /// A part of the path.
    pub fn name(&self, name: &str) -> &str {
        self.names.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }

    /// A path of this server as a link.
    pub fn to(&self, path: &str) -> String {
        format!("{}{path}", self.view.context)
    }

    /// A text of the store.
    pub fn text(&self, span: Option<super::spill::Span>) -> Result<String, Refusal> {
        self.view.text(span).map(Cow::into_owned)
    }
}

/// What a page's function gives back: title and content.
type Made = Result<(String, Markup), Refusal>;

/// All pages but the one at the root.
pub fn pages() -> Router<Shared> {
    Router::new()
        .route(STYLE, get(style))
        .route("/browse/spaces", page(spaces::all))
        .route("/browse/damage", page(damage::all))
        .route("/browse/space/{key}/{list}", page(spaces::list))
        .route("/display/{key}", page(spaces::one))
        .route("/display/{key}/{*title}", page(page::by_title))
        .route("/spaces/{key}", page(spaces::one))
        .route("/spaces/{key}/overview", page(spaces::one))
        .route("/spaces/{key}/pages/{id}", page(page::by_path))
        .route("/spaces/{key}/pages/{id}/{*title}", page(page::by_path))
        .route("/spaces/{key}/blog/{year}/{month}/{day}/{id}/{*title}", page(page::by_path))
        .route("/pages/viewpage.action", page(page::by_query))
        .route("/pages/viewpreviousversions.action", page(page::history))
        .route("/pages/viewpageattachments.action", page(files::attachments))
        .route("/x/{tiny}", page(page::by_short_link))
        .route("/x/{tiny}/", page(page::by_short_link))
}

/// The page at the root: the spaces for those who may look, and for others what this is.
pub async fn home(State(state): State<Shared>, caller: Option<Extension<Caller>>, headers: HeaderMap) -> Response {
    let open = is_open(&state, &headers).then_some(Caller::Administrator);
    if let Some(caller) = caller.map(|Extension(caller)| caller).or(open) {
        return make(state, caller, asked(Vec::new()), Vec::new(), spaces::all).await;
    }
    let site = state.seen_by(&Caller::Anonymous);
    let view = state.view(&site, &Caller::Anonymous);
    let look = Look { state: &state, view, ask: asked(Vec::new()), names: Vec::new() };
    answer(StatusCode::OK, frame::stranger(&look))
}

fn asked(params: Vec<(String, String)>) -> Ask {
    Ask { path: String::new(), params }
}

async fn style() -> Response {
    let kind = (header::CONTENT_TYPE, "text/css; charset=utf-8");
    ([kind, (header::X_CONTENT_TYPE_OPTIONS, "nosniff")], CSS).into_response()
}

fn page(make_page: fn(&Look<'_>) -> Made) -> MethodRouter<Shared> {
    get(
        move |State(state): State<Shared>,
              Extension(caller): Extension<Caller>,
              names: RawPathParams,
              Query(params): Query<Vec<(String, String)>>| async move {
            let names = names.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            make(state, caller, asked(params), names, make_page).await
        },
    )
}

/// Makes a page off the threads that serve, since it reads texts from disk.
async fn make(
    state: Shared,
    caller: Caller,
    ask: Ask,
    names: Vec<(String, String)>,
    page: fn(&Look<'_>) -> Made,
) -> Response {
    let made = tokio::task::spawn_blocking(move || {
        let site = state.seen_by(&caller);
        let look = Look { state: &state, view: state.view(&site, &caller), ask, names };
        let made = page(&look);
        // A page for which a row could not be read is none.
        let made = site.content.failure().map_or(made, |why| Err(Refusal::broken(&why)));
        match made {
            Ok((title, content)) => (StatusCode::OK, frame::page(&look, &title, &content)),
            Err(refusal) => (refusal.status, frame::refused(&look, &refusal)),
        }
    });
    match made.await {
        Ok((status, page)) => answer(status, page),
        Err(error) => Refusal::broken(&error).into_response(),
    }
}

fn answer(status: StatusCode, page: Markup) -> Response {
    let mut answer = (status, Html(page.into_string())).into_response();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}
