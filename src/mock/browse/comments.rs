//! What people said on a page.

use std::collections::{HashMap, HashSet};

use maud::{Markup, html};

use super::Look;
use super::listing::{nested, pager, part};
use super::parts::{body, page_path, when, who};
use crate::mock::answer::Refusal;
use crate::mock::store::{Content, ContentKind, Status};

/// The comments on a page, answers below what they answer.
pub fn comments(look: &Look<'_>, row: &Content) -> Result<Markup, Refusal> {
    let all: Vec<&Content> =
        look.view.site.held(row.id, ContentKind::Comment).filter(|comment| comment.status == Status::Current).collect();
    let known: HashSet<u64> = all.iter().map(|comment| comment.id).collect();
    let mut answers: HashMap<Option<u64>, Vec<&Content>> = HashMap::new();
    for comment in all.iter().rev() {
        answers.entry(comment.parent.filter(|parent| known.contains(parent))).or_default().push(comment);
    }
    let mut order = Vec::new();
    let mut next: Vec<(usize, &Content)> =
        answers.remove(&None).unwrap_or_default().into_iter().map(|one| (0, one)).collect();
    while let Some((depth, comment)) = next.pop() {
        order.push((depth, comment));
        next.extend(answers.remove(&Some(comment.id)).unwrap_or_default().into_iter().map(|one| (depth + 1, one)));
    }
    // Comments that answer one another in a circle begin nowhere.
    let placed: HashSet<u64> = order.iter().map(|(_, comment)| comment.id).collect();
    order.extend(all.iter().filter(|comment| !placed.contains(&comment.id)).map(|comment| (0, *comment)));
    let shown = part(look, order.len())?;
    let mut entries = Vec::new();
    for (depth, comment) in order.get(shown.clone()).unwrap_or_default() {
        entries.push((*depth, one_comment(look, comment)?));
    }
    Ok(html! {
        div .comments { (nested(&entries, Clone::clone)) }
        (pager(look, &format!("{}&", page_path(row.id)), &shown, order.len()))
    })
}

fn one_comment(look: &Look<'_>, row: &Content) -> Result<Markup, Refusal> {
    let status = row.inline.as_ref().map(|inline| inline.status.as_deref().unwrap_or("open"));
    Ok(html! {
        p id=(format!("comment-{}", row.id)) {
            strong { (who(look, row.creator.as_deref())) } ", " (when(row.created.as_deref()))
            @if let Some(status) = status { ". Inline comment: " (status) }
            @if let Some(by) = row.inline.as_ref().and_then(|inline| inline.status_by.as_deref()) { " by " (who(look, Some(by))) }
        }
        @if let Some(selection) = row.inline.as_ref().and_then(|inline| inline.selection.as_deref()) { blockquote { mark { (selection) } } }
        (body(look, row, 2)?)
    })
}
