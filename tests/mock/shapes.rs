//! Answers held against recorded ones by key sets and value types. The recorded ones are read from the folder that the environment
//! variable REHEARSE_CORPUS names; they come from 7.x and 8.x, so the members that 9.x added are listed here (R8).

use std::path::PathBuf;

use serde_json::Value;

use crate::package::site;
use crate::rig::Rig;

/// Members that 9.x has and the recorded answers of 7.x and 8.x have not.
const NEWER: [&str; 8] = [
    "position",
    "relevantViewRestrictions",
    "status",
    "creator",
    "creationDate",
    "lastModifier",
    "lastModificationDate",
    "retentionPolicy",
];

fn recorded(name: &str) -> Option<Value> {
    let corpus = PathBuf::from(std::env::var_os("REHEARSE_CORPUS")?);
    let text = std::fs::read_to_string(corpus.join("rest/dc").join(name)).unwrap();
    Some(serde_json::from_str(&text).unwrap())
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Every member of the recorded answer is in ours with the same type, and ours has none beyond the newer ones. `skip` names members that
/// depend on the content.
fn same(path: &str, recorded: &Value, ours: &Value, skip: &[&str]) {
    match (recorded, ours) {
        (Value::Object(recorded), Value::Object(ours)) => {
            for (name, value) in recorded.iter().filter(|(name, _)| !skip.contains(&name.as_str())) {
                let own = ours.get(name).unwrap_or_else(|| panic!("{path}.{name} is missing in {ours:?}"));
                same(&format!("{path}.{name}"), value, own, skip);
            }
            let unknown = |name: &&String| {
                !recorded.contains_key(*name) && !NEWER.contains(&name.as_str()) && !skip.contains(&name.as_str())
            };
            let unknown: Vec<&String> = ours.keys().filter(unknown).collect();
            assert!(unknown.is_empty(), "{path} has {unknown:?} beyond the recorded members");
        }
        (Value::Array(recorded), Value::Array(ours)) => {
            if let (Some(recorded), Some(ours)) = (recorded.first(), ours.first()) {
                same(&format!("{path}[0]"), recorded, ours, skip);
            }
        }
        _ => {
            // S1 number 1: a position is a number or the word none.
            let loose = path.ends_with(".position");
            assert!(loose || kind(recorded) == kind(ours), "{path} is {} and not {}", kind(ours), kind(recorded));
        }
    }
}

/// R8 to R21 [S]: key sets and value types of recorded answers.
#[tokio::test]
async fn answers_have_the_shapes_of_recorded_ones() {
    let Some(by_title) = recorded("content-list-by-title-expand-version.json") else {
        eprintln!("REHEARSE_CORPUS is not set: shapes were not compared");
        return;
    };
    let rig = Rig::restored("site", &site()).await;
    let ours = rig.get("/rest/api/content?title=Home&spaceKey=OPS&expand=version").await;
    same("version list", &by_title, &ours, &[]);
    let recorded_ancestors = recorded("content-list-by-title-expand-ancestors.json").unwrap();
    let ours = rig.get("/rest/api/content?title=Runbook&spaceKey=OPS&expand=ancestors").await;
    same("ancestors list", &recorded_ancestors, &ours, &[]);
    let empty = recorded("content-list-by-title-empty.json").unwrap();
    same("empty list", &empty, &rig.get("/rest/api/content?title=Nothing&spaceKey=OPS").await, &[]);
    let users = recorded("user-list.json").unwrap();
    same("users", &users, &rig.get("/rest/api/user/list?limit=100&start=0").await, &[]);
    let created = recorded("content-create-page.json").unwrap();
    let ours = rig.get("/rest/api/content/10?expand=space,history,version,ancestors,container,body.storage").await;
    same("page", &created, &ours, &["gadgets", "message"]);
}

/// R9 [S]: a limit of 0 gives a `next` that repeats the request.
#[tokio::test]
async fn a_limit_of_zero_points_at_itself() {
    let rig = Rig::start().await;
    let list = rig.get("/rest/api/user/list?limit=0").await;
    assert_eq!((list["size"].as_u64(), list["limit"].as_u64()), (Some(0), Some(0)));
    let next = list["_links"]["next"].as_str().unwrap();
    assert_eq!(rig.get(next).await["_links"]["next"], next);
}

/// R11 [S]: an unknown title is an empty list, an unknown space key in the same call is 404. R20 [S]: the shape of an error.
#[tokio::test]
async fn missing_things_are_told_in_confluences_ways() {
    let rig = Rig::restored("site", &site()).await;
    assert_eq!(rig.get("/rest/api/content?spaceKey=OPS&title=None").await["size"], 0);
    let answer = rig.response("/rest/api/content?spaceKey=XX&title=None").await;
    assert_eq!(answer.status(), 404);
    let error: Value = answer.json().await.unwrap();
    assert_eq!((error["statusCode"].as_u64(), error["message"].as_str()), (Some(404), Some("No space with key : XX")));
    assert_eq!(error["reason"], "Not Found");
    for name in ["authorized", "valid", "allowedInReadOnlyMode", "successful"] {
        assert!(error["data"][name].is_boolean(), "{name}");
    }
}
