//! Spaces, and what they hold.

use std::collections::{HashMap, HashSet};

use maud::{Markup, html};

use super::listing::{PART, nested, pager, part};
use super::parts::{body, page_path, when};
use super::{Look, Made};
use crate::mock::answer::Refusal;
use crate::mock::shapes::encode;
use crate::mock::store::{Content, ContentKind, Site, Space, Status};

/// The list of spaces.
pub fn all(look: &Look<'_>) -> Made {
    let spaces: Vec<&Space> = look.view.site.spaces.values().collect();
    let shown = part(look, spaces.len())?;
    let content = html! {
        @if let Some(load) = &look.state.settings.load { p { "Backup: " code { (load.path.display()) } } }
        @if spaces.is_empty() { p { "There is no space here." } } @else {
            div .wide role="region" aria-label="Spaces" tabindex="0" {
                table {
                    caption { "Spaces: " (spaces.len()) }
                    thead { tr { th scope="col" { "Name" } th scope="col" { "Key" } th scope="col" { "Kind" } th scope="col" { "Pages" } th scope="col" { "Blog posts" } } }
                    tbody {
                        @for space in spaces.get(shown.clone()).unwrap_or_default() {
                            tr {
                                th scope="row" { a href=(look.to(&path(space))) { (name(space)) } }
                                td { (space.key) }
                                td { (space.kind.as_deref().unwrap_or("not told")) @if space.archived { ", archived" } }
                                td { (rows(look.view.site, space, Listed::Pages).len()) }
                                td { (rows(look.view.site, space, Listed::Blog).len()) }
                            }
                        }
                    }
                }
            }
            (pager(look, "/browse/spaces?", &shown, spaces.len()))
        }
    };
    Ok(("Spaces".to_owned(), content))
}

/// Where a space is.
pub fn path(space: &Space) -> String {
    format!("/display/{}", encode(&space.key))
}

/// What a space is called.
pub fn name(space: &Space) -> &str {
    if space.name.is_empty() { &space.key } else { &space.name }
}

/// The space of the path.
pub fn find<'a>(look: &Look<'a>) -> Result<&'a Space, Refusal> {
    let key = look.name("key");
    look.view.site.space(key).ok_or_else(|| Refusal::not_found(format!("There is no space with the key {key}.")))
}

/// The lists of a space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Listed {
    Pages,
    Blog,
    Archived,
    Drafts,
    Trash,
}

impl Listed {
    const ALL: [(Self, &'static str, &'static str); 5] = [
        (Self::Pages, "pages", "Pages"),
        (Self::Blog, "blog", "Blog posts"),
        (Self::Archived, "archived", "Archived pages"),
        (Self::Drafts, "drafts", "Drafts"),
        (Self::Trash, "trash", "Trash"),
    ];

    fn takes(self, row: &Content) -> bool {
        match self {
            Self::Pages => row.kind == ContentKind::Page && row.status == Status::Current,
            Self::Blog => row.kind == ContentKind::BlogPost && row.status == Status::Current,
            Self::Archived => row.status == Status::Archived,
            Self::Drafts => row.status == Status::Draft,
            Self::Trash => row.status == Status::Trashed,
        }
    }
}

fn rows<'a>(site: &'a Site, space: &Space, listed: Listed) -> Vec<&'a Content> {
    let of = |kind| site.listed(Some(space.id), kind).filter_map(|id| site.content.get(&id));
    of(ContentKind::Page).chain(of(ContentKind::BlogPost)).filter(|row| listed.takes(row)).collect()
}

/// A space: its description and its first pages.
pub fn one(look: &Look<'_>) -> Made {
    let space = find(look)?;
    let site = look.view.site;
    let description = space.description.and_then(|id| site.content.get(&id));
    let tree = tree(rows(site, space, Listed::Pages), space.homepage);
    let content = html! {
        dl {
            dt { "Key" } dd { (space.key) }
            @if let Some(home) = space.homepage.and_then(|id| site.content.get(&id)) {
                dt { "Home page" } dd { a href=(look.to(&page_path(home.id))) { (home.title) } }
            }
            dt { "Created" } dd { (when(space.created.as_deref())) }
        }
        @if let Some(row) = description.filter(|row| row.body.is_some_and(|span| span.length > 0)) { (body(look, row, 1)?) }
        nav aria-label="Of this space" {
            ul { @for (listed, word, title) in Listed::ALL {
                li { a href=(look.to(&list_path(space, word))) { (title) } ": " (rows(site, space, listed).len()) }
            } }
        }
        h2 { "Pages" }
        (tree_of(look, tree.get(..PART).unwrap_or(&tree)))
        @if tree.len() > PART { p { a href=(look.to(&list_path(space, "pages"))) { "All " (tree.len()) " pages" } } }
    };
    Ok((name(space).to_owned(), content))
}

fn list_path(space: &Space, word: &str) -> String {
    format!("/browse/space/{}/{word}", encode(&space.key))
}

/// One list of a space, a part at a time.
pub fn list(look: &Look<'_>) -> Made {
    let space = find(look)?;
    let word = look.name("list");
    let unknown = || Refusal::not_found(format!("A space has no list called {word}."));
    let (listed, _, title) = Listed::ALL.into_iter().find(|(_, known, _)| *known == word).ok_or_else(unknown)?;
    let mut found = rows(look.view.site, space, listed);
    let entries = match listed {
        Listed::Pages => tree(found, space.homepage),
        _ => {
            found.sort_by(|one, other| other.created.cmp(&one.created).then(one.id.cmp(&other.id)));
            found.into_iter().map(|row| (0, row)).collect()
        }
    };
    let shown = part(look, entries.len())?;
    let content = html! {
        p { "Space: " a href=(look.to(&path(space))) { (name(space)) } }
        (tree_of(look, entries.get(shown.clone()).unwrap_or_default()))
        (pager(look, &format!("{}?", list_path(space, word)), &shown, entries.len()))
    };
    Ok((format!("{title} of {}", name(space)), content))
}

fn tree_of(look: &Look<'_>, entries: &[(usize, &Content)]) -> Markup {
    html! {
        @if entries.is_empty() { p { "None." } }
        (nested(entries, |row| html! {
            a href=(look.to(&page_path(row.id))) { (if row.title.is_empty() { "(without a title)" } else { &row.title }) }
            @if row.kind == ContentKind::BlogPost { " " (when(row.created.as_deref())) }
        }))
    }
}

/// Pages with their depths, children behind their parents: the home page first, then by position and title. Pages whose parents go in a
/// circle come at the end.
fn tree(rows: Vec<&Content>, home: Option<u64>) -> Vec<(usize, &Content)> {
    let known: HashSet<u64> = rows.iter().map(|row| row.id).collect();
    let mut below: HashMap<Option<u64>, Vec<&Content>> = HashMap::new();
    for row in &rows {
        below.entry(row.parent.filter(|parent| known.contains(parent))).or_default().push(row);
    }
    for children in below.values_mut() {
        // What comes first is taken from the end.
        children.sort_by(|one, other| {
            let rank = |row: &Content| (home != Some(row.id), row.position.unwrap_or(i64::MAX));
            (rank(other), &other.title, other.id).cmp(&(rank(one), &one.title, one.id))
        });
    }
    let mut out = Vec::with_capacity(rows.len());
    let mut seen = HashSet::new();
    let mut walk = |start: Vec<(usize, &'_ Content)>| -> Vec<(usize, u64)> {
        let mut order = Vec::new();
        let mut next = start;
        while let Some((depth, row)) = next.pop() {
            if seen.insert(row.id) {
                order.push((depth, row.id));
                next.extend(below.get(&Some(row.id)).into_iter().flatten().map(|child| (depth + 1, *child)));
            }
        }
        order
    };
    let roots = below.get(&None).into_iter().flatten().map(|row| (0, *row)).collect();
    let mut order = walk(roots);
    for row in &rows {
        order.extend(walk(vec![(0, row)]));
    }
    let by_id: HashMap<u64, &Content> = rows.into_iter().map(|row| (row.id, row)).collect();
    out.extend(order.into_iter().filter_map(|(depth, id)| Some((depth, *by_id.get(&id)?))));
    out
}
