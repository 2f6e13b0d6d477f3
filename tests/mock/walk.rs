//! Every route of the mock, walked by somebody without rights.

use std::collections::BTreeSet;

use crate::access::{SECRET, asked, rig, wiki};
use crate::rig::ADMIN;

/// Every route that a GET can take, as the sources name them.
fn routes() -> Vec<String> {
    let sources = [
        include_str!("../../src/mock/server.rs"),
        include_str!("../../src/mock/browse/mod.rs"),
        include_str!("../../src/mock/cloud/mod.rs"),
    ];
    let named = sources.iter().flat_map(|source| source.split(".route(\"").skip(1)).map(|rest| {
        let (path, _) = rest.split_once('"').unwrap();
        path.to_owned()
    });
    named.collect()
}

/// All ways to fill in the names of a route with what is hidden.
fn filled(route: &str) -> Vec<String> {
    let mut paths = vec![route.to_owned()];
    for (name, values) in [
        ("id", ["3", "10", "11", "12", "13", "14", "17", "19", "20", "30", "31", "32"].as_slice()),
        ("key", &["OPS", "SEC"]),
        ("page", &["10", "4"]),
        ("property", &["secret", "33", "35"]),
        ("file", &["Zanzibar.txt"]),
        ("title", &["Zanzibar", "Zanzibar%20child"]),
        ("*title", &["Zanzibar", "Zanzibar+news"]),
        ("type", &["page", "blogpost", "comment"]),
        ("number", &["1", "2"]),
        ("operation", &["read", "update"]),
        ("name", &["crew"]),
        ("list", &["pages", "blog", "drafts", "trash"]),
        ("tiny", &["Cg", "Hw"]),
        ("*rest", &["pages/10/nothing"]),
        ("year", &["2024"]),
        ("month", &["01"]),
        ("day", &["02"]),
    ] {
        let hole = format!("{{{name}}}");
        let fill = |path: &String| values.iter().map(|value| path.replace(&hole, value)).collect::<Vec<_>>();
        paths =
            paths.iter().flat_map(|path| if path.contains(&hole) { fill(path) } else { vec![path.clone()] }).collect();
    }
    paths
}

/// Queries that make answers tell as much as they can.
const QUERIES: [&str; 13] = [
    "limit=200&expand=space.homepage,space.description.plain,container,ancestors,history.lastUpdated,children.page,children.comment,children.attachment,body.storage,version,metadata.labels,metadata.properties.secret,restrictions.read.restrictions.user,homepage,description.plain,page,comment,attachment,content",
    "limit=200&status=any",
    "limit=200&status=draft",
    "limit=200&status=historical&version=1",
    "limit=200&type=blogpost",
    "limit=200&type=comment",
    "limit=200&type=attachment",
    "limit=200&spaceKey=SEC&title=Zanzibar%20of%20SEC",
    "limit=200&cql=type%20!%3D%20user",
    "limit=200&depth=all",
    "pageId=10&spaceKey=OPS",
    "limit=200&body-format=storage&include-labels=true&include-versions=true&include-direct-children=true&description-format=plain",
    "limit=200&status=current,archived,trashed,draft&get-draft=true&version=1",
];

/// An answer without the time that it took.
fn timeless(text: &str) -> String {
    let (before, after) = text.split_once("\"searchDuration\":").unwrap_or((text, ""));
    format!("{before}{}", after.trim_start_matches(|letter: char| letter.is_ascii_digit()))
}

/// R32: whatever a user without rights asks for, nothing that is hidden shows: neither by REST, nor on a page, nor in a download. The same requests show it to
/// the administrator. Routes are read from the sources, so that a new one is walked too.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_hidden_shows_on_any_route() {
    let rig = rig(&wiki()).await;
    let mut told = BTreeSet::new();
    let all = routes();
    assert!(all.len() > 50, "{all:?}");
    for route in &all {
        for path in filled(route) {
            assert!(!path.contains('{'), "{path}: say in this test how to fill it");
            for query in QUERIES {
                let asks = format!("{path}?{query}");
                let text = asked(&rig, "bob", &asks).await.1;
                if asks.contains(SECRET) {
                    // What is hidden can't be told from what isn't there.
                    let other = asked(&rig, "bob", &asks.replace(SECRET, "Atlantis")).await.1;
                    assert_eq!(timeless(&text), timeless(&other.replace("Atlantis", SECRET)), "{asks}");
                } else {
                    assert!(!text.contains(SECRET), "{asks}: {text}");
                }
                // Jobs and packages are about nothing that is hidden.
                let asks_anew = !told.contains(route) && !path.contains("/jobs") && !path.contains("/restore/");
                if asks_anew && asked(&rig, ADMIN, &asks).await.1.contains(SECRET) {
                    told.insert(route.clone());
                }
            }
        }
    }
    assert!(told.len() > 30, "too few routes tell the administrator anything: {told:?}");
}
