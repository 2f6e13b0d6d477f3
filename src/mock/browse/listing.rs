//! Long lists, a part at a time; and nested lists.

use maud::{Markup, PreEscaped, html};

use super::Look;
use crate::mock::answer::Refusal;

/// Entries of one part of a list.
pub const PART: usize = 300;

/// Deepest nesting of lists that is shown as such.
const DEPTH: usize = 12;

/// Which part of a list of so many a request is for.
pub fn part(look: &Look<'_>, total: usize) -> Result<std::ops::Range<usize>, Refusal> {
    let from = look.ask.number::<usize>("from")?.unwrap_or(0).min(total);
    Ok(from..from.saturating_add(PART).min(total))
}

/// How much of a list is shown, and the ways to the rest. `path` ends where a parameter can follow.
pub fn pager(look: &Look<'_>, path: &str, shown: &std::ops::Range<usize>, total: usize) -> Markup {
    html! {
        @if shown.start > 0 || shown.end < total {
            nav aria-label="Parts of the list" {
                p {
                    "Shown: " (shown.start + 1) " to " (shown.end) " of " (total) ". "
                    @if shown.start > 0 { a href=(format!("{}from={}", look.to(path), shown.start.saturating_sub(PART))) { "Before" } " " }
                    @if shown.end < total { a href=(format!("{}from={}", look.to(path), shown.end)) { "Further" } }
                }
            }
        }
    }
}

/// Entries with their depths as lists within lists.
pub fn nested<T>(entries: &[(usize, T)], show: impl Fn(&T) -> Markup) -> Markup {
    let mut out = String::new();
    let mut open = 0;
    for (depth, entry) in entries {
        // An entry opens one list at most, however deep its place is.
        let wanted = (*depth).min(DEPTH) + 1;
        if wanted > open {
            out.push_str("<ul><li>");
            open += 1;
        } else {
            while open > wanted {
                out.push_str("</li></ul>");
                open -= 1;
            }
            out.push_str("</li><li>");
        }
        out.push_str(&show(entry).into_string());
    }
    for _ in 0..open {
        out.push_str("</li></ul>");
    }
    PreEscaped(out)
}
