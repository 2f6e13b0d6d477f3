//! The pages of the set-up: plain forms, made from what the steps want, so that people can go through them too.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use maud::{DOCTYPE, Markup, html};
use secrecy::ExposeSecret as _;

use super::step::{Step, Wants};
use super::wizard::{Complaint, Wizard};

/// What the browser may do with a page: show it, and send its form back.
const POLICY: &str = "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The page of a step, with what was wrong with the form that came before.
pub fn step(wizard: &Wizard, step: Step, context: &str, complaint: Option<&Complaint>) -> Response {
    let form = html! {
        form method="post" action={ (context) (step.action()) } {
            input type="hidden" name="atl_token" value=(wizard.token.expose_secret());
            @for &(name, wants) in step.fields(wizard.line) {
                p {
                    (field(name, wants))
                    @if let Some(complaint) = complaint.filter(|complaint| complaint.field == name) {
                        " " span .error id={ (name) "-error" } { (complaint.text) }
                    }
                }
            }
            button type="submit" { "Next" }
        }
    };
    page(StatusCode::OK, step.title(), &form)
}

fn field(name: &str, wants: Wants) -> Markup {
    match wants {
        Wants::OneOf([only]) => html! { input type="hidden" name=(name) value=(only); },
        Wants::OneOf(all) => html! {
            label { (name) " " select name=(name) { @for one in all { option value=(one) { (one) } } } }
        },
        Wants::Text => html! { label { (name) " " input type="text" name=(name); } },
        Wants::Secret => html! { label { (name) " " input type="password" name=(name) autocomplete="off"; } },
        Wants::Anything => html! { input type="hidden" name=(name) value=""; },
    }
}

/// A page that says something.
pub fn say(status: StatusCode, title: &str, text: &str) -> Response {
    page(status, title, &html! { p { (text) } })
}

/// A page of its own.
pub fn page(status: StatusCode, title: &str, content: &Markup) -> Response {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " – rehearse mock" }
            }
            body { main { h1 { (title) } (content) } footer { p { "A mock Confluence of rehearse." } } }
        }
    };
    let mut answer = (status, Html(page.into_string())).into_response();
    for (name, value) in [(header::CONTENT_SECURITY_POLICY, POLICY), (header::CACHE_CONTROL, "no-store")] {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}
