//! Every recorded answer of a real Confluence about content, spaces, users and groups is understood by the client's types.
//!
//! The recordings are no part of this project: they are read from the folder that REHEARSE_CORPUS names (`shared/corpus` in a folder
//! above the checkout where it is unset). Without them the test says so and passes, unless REHEARSE_MUST_RUN names `corpus`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests assert")]

mod common;

use std::path::PathBuf;

use rehearsal::confluence::{Content, Group, History, List, Restriction, Space, SpacePermission, User};
use serde::de::DeserializeOwned;
use serde_json::Value;

fn reads<T: DeserializeOwned>(file: &str, value: &Value) {
    if let Err(error) = serde_json::from_value::<T>(value.clone()) {
        panic!("{file}: {error} in {value}");
    }
}

/// Reads an object or list by what it says to be; gives whether it was of a kind that the client asks for.
fn read(file: &str, value: &Value) -> bool {
    match value {
        Value::Array(all) => !all.is_empty() && all.iter().all(|one| read(file, one)),
        _ if value.get("results").is_some() => {
            let results = value.get("results").and_then(Value::as_array).unwrap();
            reads::<List<Value>>(file, value);
            results.iter().all(|one| read(file, one.get("content").unwrap_or(one)))
        }
        _ if value.get("restrictions").is_some() && value.get("operation").is_some() => {
            reads::<Restriction>(file, value);
            true
        }
        _ if value.get("subjects").is_some() => {
            reads::<SpacePermission>(file, value);
            true
        }
        _ if value.get("createdBy").is_some() => {
            reads::<History>(file, value);
            true
        }
        _ if value.get("key").is_some() && value.get("name").is_some() => {
            reads::<Space>(file, value);
            true
        }
        _ => match value.get("type").and_then(Value::as_str) {
            Some("page" | "blogpost" | "comment" | "attachment") => {
                reads::<Content>(file, value);
                let content: Content = serde_json::from_value(value.clone()).unwrap();
                assert!(content.id.number().is_some(), "{file}: the id {} has no number", content.id);
                true
            }
            Some("known" | "unknown" | "anonymous") => {
                reads::<User>(file, value);
                true
            }
            Some("group") => {
                reads::<Group>(file, value);
                true
            }
            _ => value.get("user").is_some_and(|user| read(file, user)),
        },
    }
}

#[test]
fn every_recorded_answer_is_understood() {
    let Some(root) = common::corpus().map(|corpus| corpus.join("rest")) else { return };
    let mut understood = 0;
    for folder in ["dc", "cloud-v1"] {
        let mut files: Vec<PathBuf> =
            std::fs::read_dir(root.join(folder)).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        for file in files {
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            // What isn't content, a space, a user or a group: answers of requests that this client never sends.
            let other = ["content-archive-submit", "longtask-submit", "content-child-all-expanded"];
            if !name.ends_with(".json")
                || name.ends_with(".meta.json")
                || other.iter().any(|other| name.starts_with(other))
            {
                continue;
            }
            let value: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
            assert!(read(&name, &value), "{folder}/{name} is of no kind that this test knows");
            understood += 1;
        }
    }
    assert!(understood > 0, "the folders of recorded answers are empty");
    println!("{understood} recorded answers were understood");
}
