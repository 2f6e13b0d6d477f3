//! What every page has around its content.

use maud::{DOCTYPE, Markup, html};

use super::Look;
use super::access::{STYLE, needs_no_log_in};
use crate::mock::answer::Refusal;
use crate::mock::setup::told_of_mail;

/// A page.
pub fn page(look: &Look<'_>, title: &str, content: &Markup) -> Markup {
    let whole = look.state.settings.load.as_ref().is_none_or(|load| load.whole);
    document(
        look,
        title,
        &html! {
            @if !whole {
                aside .warning aria-label="Warning" {
                    p { strong { "This backup is damaged." } " Something may be missing on every page. " a href=(look.to("/browse/damage")) { "What was damaged" } }
                }
            }
            main #content tabindex="-1" { h1 { (title) } (content) }
        },
    )
}

/// A refusal, in words.
pub fn refused(look: &Look<'_>, refusal: &Refusal) -> Markup {
    page(
        look,
        "Nothing to show",
        &html! {
            p { (refusal.message) }
            p { a href=(look.to("/browse/spaces")) { "To the spaces" } }
        },
    )
}

/// What those see who may not look.
pub fn stranger(look: &Look<'_>) -> Markup {
    document(
        look,
        "Mock Confluence",
        &html! {
            main #content tabindex="-1" {
                h1 { "Mock Confluence" }
                p { "This is a mock Confluence, made by rehearse. It holds what was restored into it and is no proof of anything else." }
                p { a href=(look.to("/browse/spaces")) { "Log in and look at its spaces" } }
            }
        },
    )
}

fn document(look: &Look<'_>, title: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " – rehearse mock" }
                link rel="stylesheet" href=(look.to(STYLE));
            }
            body {
                a .skip href="#content" { "Skip to content" }
                header {
                    nav aria-label="Main" {
                        a href=(look.to("/browse/spaces")) { "Spaces" }
                        " "
                        a href=(look.to("/browse/damage")) { "What was damaged" }
                    }
                }
                (content)
                footer {
                    p {
                        "Shown by a mock Confluence of rehearse, "
                        @match look.view.caller_name() {
                            _ if look.view.rights().see_all() => "as an administrator sees it: restrictions are told and hide nothing.",
                            Some(name) => { "as " (name) " sees it: what is restricted for others isn't there." },
                            None => {
                                "as those see it who aren't logged in. "
                                a href=(look.to("/browse/spaces?os_authType=basic")) { "Log in" }
                            }
                        }
                    }
                    @if let Some(set_up) = &look.state.settings.set_up {
                        p { "By its environment " (told_of_mail(&set_up.mail_off)) "; a mock sends and fetches none." }
                    }
                    @if needs_no_log_in(look.state) {
                        p { "Whoever can reach this address on this machine sees these pages without log-in." }
                    }
                }
            }
        }
    }
}
