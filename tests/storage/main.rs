//! Pairs of texts, and whether a reader would call them equal: the normal form says the same, and so does a reader in another language.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests assert")]

#[path = "../common/mod.rs"]
mod common;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use rehearsal::model::body_digest;
use rehearsal::storage::{By, form};

/// A form, and sort and value of what was taken out of it.
type Form = (String, Vec<(String, String)>);

#[derive(serde::Deserialize)]
struct Pair {
    name: String,
    /// `equal`: to the byte, after the repairs; `form`: but for what changes without an edit; `reference`: but for whom or what it refers to; `different`.
    reader: String,
    one: String,
    other: String,
}

fn pairs() -> Vec<Pair> {
    serde_json::from_str(include_str!("pairs.json")).unwrap()
}

#[test]
fn pairs_are_equal_or_different_as_a_reader_would_say() {
    let pairs = pairs();
    assert!(pairs.len() >= 25);
    for Pair { name, reader, one, other } in pairs {
        let said = match (form(&one), form(&other)) {
            _ if body_digest(&one) == body_digest(&other) => "equal",
            (Some(one), Some(other)) if one == other => "form",
            (Some(one), Some(other)) if one.0 == other.0 => "reference",
            _ => "different",
        };
        assert_eq!(said, reader, "{name}");
    }
}

#[test]
fn a_reader_in_another_language_gives_the_same_forms() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reader/normal.py");
    if Command::new("python3").arg("--version").output().is_err() {
        return common::not_run("python", "python3 was not found");
    }
    let pairs = pairs();
    let mut texts: Vec<String> = pairs.iter().flat_map(|pair| [pair.one.clone(), pair.other.clone()]).collect();
    // Of each text more that are cut or put together at places that follow from it, most of them no longer well-formed.
    let more: Vec<String> = texts
        .iter()
        .flat_map(|text| (0..8).map(move |number| (text, text.len() * number / 8)))
        .filter_map(|(text, at)| Some([text.get(..at)?, "&#65;>]] >&amp;<br />&sect;\r\n", text.get(at..)?].concat()))
        .collect();
    texts.extend(more);
    let mut child = Command::new("python3").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut into = child.stdin.take().unwrap();
    into.write_all(&serde_json::to_vec(&texts).unwrap()).unwrap();
    drop(into);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let theirs: Vec<Option<Form>> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(theirs.len(), texts.len());
    for (text, theirs) in texts.iter().zip(theirs) {
        let word = |by| match by {
            By::UserKey => "user",
            By::Account => "account",
            By::Content => "content",
        };
        let ours = form(text).map(|(form, references)| {
            (form, references.into_iter().map(|one| (word(one.by).to_owned(), one.value)).collect::<Vec<_>>())
        });
        assert_eq!(ours, theirs, "{text:?}");
    }
}
