//! The reading calls of Confluence Cloud's REST v2 (docs/confluence.md, R60 to R66), over the site that the caller sees.
//!
//! They stand beside Data Center's, which stay: restores and what v2 lacks.

mod contents;
mod hanging;
mod paging;
mod shapes;
mod spaces;

use axum::Router;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::{MethodRouter, get};
use serde_json::{Value, json};

use super::answer::{Answer, Refusal};
use super::server::{Call, read_as};
use super::state::Shared;
use super::store::ContentKind::{Attachment, BlogPost, Comment, Page};
use contents::{ancestors, children, contents, direct_children, one_content};
use hanging::{Place, all_attachments, all_comments, attachments, comments, labels, properties, replies, versions};
use hanging::{one_attachment, one_comment, one_property};
use spaces::{one_space, space_blogposts, space_labels, space_pages, space_properties, space_property, spaces};

/// Below which path v2 stands.
pub const ROOT: &str = "/api/v2/";

/// The routes of v2.
pub fn reading() -> Router<Shared> {
    Router::new()
        .route("/api/v2/spaces", read(spaces))
        .route("/api/v2/spaces/{id}", read(one_space))
        .route("/api/v2/spaces/{id}/pages", read(space_pages))
        .route("/api/v2/spaces/{id}/blogposts", read(space_blogposts))
        .route("/api/v2/spaces/{id}/labels", read(space_labels))
        .route("/api/v2/pages", read(|call| contents(call, Page)))
        .route("/api/v2/pages/{id}", read(|call| one_content(call, Page)))
        .route("/api/v2/pages/{id}/children", read(children))
        .route("/api/v2/pages/{id}/direct-children", read(direct_children))
        .route("/api/v2/pages/{id}/ancestors", read(ancestors))
        .route("/api/v2/pages/{id}/labels", read(|call| labels(call, Page)))
        .route("/api/v2/pages/{id}/versions", read(|call| versions(call, Page)))
        .route("/api/v2/pages/{id}/properties", read(|call| properties(call, Page)))
        .route("/api/v2/pages/{id}/properties/{property}", read(|call| one_property(call, Page)))
        .route("/api/v2/pages/{id}/attachments", read(|call| attachments(call, Page)))
        .route("/api/v2/pages/{id}/footer-comments", read(|call| comments(call, Page, Place::Footer)))
        .route("/api/v2/pages/{id}/inline-comments", read(|call| comments(call, Page, Place::Inline)))
        .route("/api/v2/blogposts", read(|call| contents(call, BlogPost)))
        .route("/api/v2/blogposts/{id}", read(|call| one_content(call, BlogPost)))
        .route("/api/v2/blogposts/{id}/labels", read(|call| labels(call, BlogPost)))
        .route("/api/v2/blogposts/{id}/versions", read(|call| versions(call, BlogPost)))
        .route("/api/v2/blogposts/{id}/properties", read(|call| properties(call, BlogPost)))
        .route("/api/v2/blogposts/{id}/properties/{property}", read(|call| one_property(call, BlogPost)))
        .route("/api/v2/blogposts/{id}/attachments", read(|call| attachments(call, BlogPost)))
        .route("/api/v2/blogposts/{id}/footer-comments", read(|call| comments(call, BlogPost, Place::Footer)))
        .route("/api/v2/blogposts/{id}/inline-comments", read(|call| comments(call, BlogPost, Place::Inline)))
        .route("/api/v2/footer-comments", read(|call| all_comments(call, Place::Footer)))
        .route("/api/v2/footer-comments/{id}", read(|call| one_comment(call, Place::Footer)))
        .route("/api/v2/footer-comments/{id}/children", read(|call| replies(call, Place::Footer)))
        .route("/api/v2/footer-comments/{id}/versions", read(|call| versions(call, Comment)))
        .route("/api/v2/inline-comments", read(|call| all_comments(call, Place::Inline)))
        .route("/api/v2/inline-comments/{id}", read(|call| one_comment(call, Place::Inline)))
        .route("/api/v2/inline-comments/{id}/children", read(|call| replies(call, Place::Inline)))
        .route("/api/v2/inline-comments/{id}/versions", read(|call| versions(call, Comment)))
        .route("/api/v2/attachments", read(all_attachments))
        .route("/api/v2/attachments/{id}", read(one_attachment))
        .route("/api/v2/attachments/{id}/labels", read(|call| labels(call, Attachment)))
        .route("/api/v2/attachments/{id}/versions", read(|call| versions(call, Attachment)))
        .route("/api/v2/attachments/{id}/properties", read(|call| properties(call, Attachment)))
        .route("/api/v2/attachments/{id}/properties/{property}", read(|call| one_property(call, Attachment)))
        .route("/api/v2/comments/{id}/properties", read(|call| properties(call, Comment)))
        .route("/api/v2/comments/{id}/properties/{property}", read(|call| one_property(call, Comment)))
        .route("/api/v2/spaces/{id}/properties", read(space_properties))
        .route("/api/v2/spaces/{id}/properties/{property}", read(space_property))
        .route("/api/v2/{*rest}", get(no_such_path))
}

fn read(answer: fn(&Call<'_>) -> Answer) -> MethodRouter<Shared> {
    read_as(answer, respond)
}

/// An unknown path never reaches the part that words errors: a page of the servlet container answers (R61).
async fn no_such_path() -> Response {
    (StatusCode::NOT_FOUND, Html("<!doctype html><title>HTTP Status 404</title><h1>HTTP Status 404</h1>"))
        .into_response()
}

/// Whoever may not come in is told that nothing is there (R61).
pub fn unknown_caller() -> Response {
    respond(Err(Refusal::not_found("Not Found")))
}

/// The next page of a list stands in the header `Link` too.
fn respond(answer: Answer) -> Response {
    let value = match answer {
        Ok(value) => value,
        Err(refusal) => return (refusal.status, axum::Json(error(&refusal))).into_response(),
    };
    let next = value.pointer("/_links/next").and_then(Value::as_str);
    let link = next.and_then(|next| HeaderValue::from_str(&format!("<{next}>; rel=\"next\"")).ok());
    let mut answer = axum::Json(value).into_response();
    answer.headers_mut().extend(link.map(|link| (header::LINK, link)));
    answer
}

fn error(refusal: &Refusal) -> Value {
    let code = match refusal.status {
        StatusCode::BAD_REQUEST => "INVALID_REQUEST_PARAMETER".to_owned(),
        status => status.canonical_reason().unwrap_or_default().to_uppercase().replace(' ', "_"),
    };
    json!({ "errors": [{ "status": refusal.status.as_u16(), "code": code, "title": refusal.message, "detail": null }] })
}

/// What the mock has no answer for, said instead of an answer that would be wrong.
fn unsupported(message: String) -> Refusal {
    Refusal { status: StatusCode::NOT_IMPLEMENTED, message }
}
