//! Answers held against recorded ones by key sets and value types. The recorded ones are read from the folder that the environment
//! variable REHEARSE_CORPUS names. Every one of them is named here: with a request that the mock answers alike, or with the reason why it has none.

use std::collections::BTreeSet;
use std::path::Path;

use rehearsal::mock::Dialect;
use serde_json::Value;

use crate::common;
use crate::package::{site, site_with};
use crate::rig::Rig;

/// A page that has all that a page can have.
const CHILD: &str = "
    Page 19 title=Child version=2 contentStatus=current space>Space:1 parent>Page:10 position=1980 creator>ConfluenceUserImpl:4028da9600000001 creationDate=2024-01-02|03:04:05.678 lastModifier>ConfluenceUserImpl:4028da9600000001 lastModificationDate=2024-01-02|03:04:05.678 versionComment=more
    BodyContent 29 content>Page:19 body=<p/> bodyType=2
";

/// A recorded answer, and the request that the mock answers alike.
struct Served {
    /// Below the folder of recorded answers, without its ending.
    file: &'static str,
    dialects: &'static [Dialect],
    ask: &'static str,
    /// Members that depend on the content, or that whoever recorded it changed.
    but: &'static [&'static str],
}

/// The recorded answers of Data Center are of 7.x and 8.x.
const DATA_CENTER: &[Dialect] = &[Dialect::DataCenter85, Dialect::DataCenter];

/// Writing is answered as reading is with these parts expanded.
const WRITTEN: &str = "/rest/api/content/19?expand=space,history,version,ancestors,container,body.storage";

const SERVED: [Served; 11] = [
    Served {
        file: "dc/content-list-by-title-expand-version",
        dialects: DATA_CENTER,
        ask: "/rest/api/content?title=Home&spaceKey=OPS&expand=version",
        but: &[],
    },
    Served {
        file: "dc/content-list-by-title-empty",
        dialects: DATA_CENTER,
        ask: "/rest/api/content?title=Nothing&spaceKey=OPS",
        but: &[],
    },
    Served {
        file: "dc/content-list-by-title-expand-ancestors",
        dialects: DATA_CENTER,
        ask: "/rest/api/content?title=Child&spaceKey=OPS&expand=ancestors",
        but: &[],
    },
    Served { file: "dc/content-create-page", dialects: DATA_CENTER, ask: WRITTEN, but: &["gadgets"] },
    // An update without a message has none.
    Served { file: "dc/content-update-page", dialects: DATA_CENTER, ask: WRITTEN, but: &["gadgets", "message"] },
    // The mock has no body for the editor, and whoever recorded it cut the space.
    Served {
        file: "dc/content-by-id-expand-body-editor-version",
        dialects: DATA_CENTER,
        ask: "/rest/api/content/19?expand=version",
        but: &["body", "space"],
    },
    Served { file: "dc/user-list", dialects: DATA_CENTER, ask: "/rest/api/user/list?limit=100&start=0", but: &[] },
    Served { file: "dc/user-list-limit-0", dialects: DATA_CENTER, ask: "/rest/api/user/list?limit=0", but: &[] },
    Served {
        file: "cloud-v2/page-create-marksync.trimmed",
        dialects: &[Dialect::Cloud],
        ask: "/api/v2/pages/19?body-format=storage",
        but: &[],
    },
    Served {
        file: "cloud-v2/page-direct-children.trimmed",
        dialects: &[Dialect::Cloud],
        ask: "/api/v2/pages/10/direct-children",
        but: &[],
    },
    Served {
        file: "errors/cloud-v2-409-version-conflict",
        dialects: &[Dialect::Cloud],
        ask: "/api/v2/pages/9999",
        but: &[],
    },
];

/// Recorded answers, or all whose name begins so, that the mock has no like of, and why.
const NOT_SERVED: [(&str, &str); 3] = [
    ("dc/content-restriction-put", "restrictions are read by operation, of which nothing is recorded"),
    ("cloud-v1/", "the mock answers v1 as Data Center does, with Cloud's v2 beside"),
    ("errors/cloud-v1-", "the mock answers v1 as Data Center does, with Cloud's v2 beside"),
];

/// Members that the dialect has and the recorded answers, which are older, have not (R8).
fn newer(dialect: Dialect) -> &'static [&'static str] {
    match dialect {
        Dialect::DataCenter85 => &["retentionPolicy"],
        Dialect::DataCenter => &[
            "position",
            "relevantViewRestrictions",
            "status",
            "creator",
            "creationDate",
            "lastModifier",
            "lastModificationDate",
            "retentionPolicy",
        ],
        Dialect::Cloud => &[],
    }
}

/// Names of the recorded answers.
fn recorded(root: &Path) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for folder in std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        for file in std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = file.strip_prefix(root).unwrap().to_str().unwrap();
            names.extend(name.strip_suffix(".json").filter(|name| !name.ends_with(".meta")).map(str::to_owned));
        }
    }
    names
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

/// What may differ.
struct Leeway {
    /// Members that ours may have beyond those recorded.
    newer: &'static [&'static str],
    /// Members that aren't looked at.
    but: &'static [&'static str],
    /// Whoever recorded it cut members off: their absence proves nothing.
    trimmed: bool,
}

/// Every member of the recorded answer is in ours with the same type, and ours has none beyond those it may have.
fn same(path: &str, recorded: &Value, ours: &Value, leeway: &Leeway) {
    let Leeway { newer, but, trimmed } = leeway;
    match (recorded, ours) {
        (Value::Object(recorded), Value::Object(ours)) => {
            for (name, value) in recorded.iter().filter(|(name, _)| !but.contains(&name.as_str())) {
                let own = ours.get(name).unwrap_or_else(|| panic!("{path}.{name} is missing in {ours:?}"));
                same(&format!("{path}.{name}"), value, own, leeway);
            }
            let known = |name: &str| recorded.contains_key(name) || newer.contains(&name) || but.contains(&name);
            let unknown: Vec<&String> = ours.keys().filter(|name| !trimmed && !known(name)).collect();
            assert!(unknown.is_empty(), "{path} has {unknown:?} beyond the recorded members");
        }
        (Value::Array(recorded), Value::Array(ours)) => {
            assert!(recorded.is_empty() || !ours.is_empty(), "{path} is empty");
            for (recorded, ours) in recorded.iter().zip(ours.iter().cycle()) {
                same(&format!("{path}[]"), recorded, ours, leeway);
            }
        }
        _ => {
            // A position is a number or the word none (R21), the status of an error a number or a text (R61).
            let loose = path.ends_with(".position") || path.ends_with(".errors[].status");
            let simple = |value: &Value| value.is_number() || value.is_string();
            let alike = kind(recorded) == kind(ours) || (loose && simple(recorded) && simple(ours));
            assert!(alike, "{path} is {} and not {}", kind(ours), kind(recorded));
        }
    }
}

/// R8 to R21, R60 to R65 [S]: key sets and value types of recorded answers, in every dialect that has the like.
#[tokio::test]
async fn answers_have_the_shapes_of_recorded_ones() {
    let Some(root) = common::corpus().map(|corpus| corpus.join("rest")) else { return };
    let mut compared = 0;
    for dialect in Dialect::ALL {
        let rig = Rig::with(|settings| settings.dialect = dialect).await;
        let job = rig.restore("site", &site_with(CHILD)).await;
        assert_eq!(job["jobState"], "FINISHED", "{job}");
        for Served { file, ask, but, .. } in SERVED.iter().filter(|served| served.dialects.contains(&dialect)) {
            let text = std::fs::read(root.join(format!("{file}.json"))).unwrap();
            let recorded: Value = serde_json::from_slice(&text).unwrap();
            let ours: Value = rig.response(ask).await.json().await.unwrap();
            let leeway = Leeway { newer: newer(dialect), but, trimmed: file.ends_with(".trimmed") };
            same(&format!("{dialect:?} {file}"), &recorded, &ours, &leeway);
            compared += 1;
        }
    }
    println!("{compared} comparisons with recorded answers");
}

/// A recorded answer that nobody decided about would be one that the mock isn't held to.
#[test]
fn every_recorded_answer_is_compared_or_has_a_reason() {
    let Some(root) = common::corpus().map(|corpus| corpus.join("rest")) else { return };
    let names = recorded(&root);
    for name in &names {
        let served = SERVED.iter().filter(|served| served.file == name).count();
        let excused = NOT_SERVED.iter().filter(|(known, _)| name.starts_with(known)).count();
        assert_eq!(served + excused, 1, "{name}: say in this test with what it is compared, or why with nothing");
    }
    let told = SERVED.iter().map(|served| served.file).chain(NOT_SERVED.iter().map(|(known, _)| *known));
    for known in told {
        assert!(names.iter().any(|name| name.starts_with(known)), "{known} is not recorded");
    }
}

/// R8 [S, U]: links of 8.5 go by title, where the title fits a path, and the version says 8.5; those of 9.2 go by id.
#[tokio::test]
async fn links_are_those_of_the_dialect() {
    let odd = "Page 18 title=a/b version=1 contentStatus=current space>Space:1";
    for (dialect, version, links) in [
        (Dialect::DataCenter85, "8.5.0", ["/display/OPS", "/display/OPS/Home", "/pages/viewpage.action?pageId=18"]),
        (
            Dialect::DataCenter,
            "9.2.0",
            ["/spaces/OPS/overview", "/spaces/OPS/pages/10/Home", "/spaces/OPS/pages/18/a%2Fb"],
        ),
    ] {
        let rig = Rig::with(|settings| settings.dialect = dialect).await;
        assert_eq!(rig.restore("site", &site_with(odd)).await["jobState"], "FINISHED");
        assert_eq!(rig.get("/rest/api/server-information").await["version"], version);
        for (path, link) in
            ["/rest/api/space/OPS", "/rest/api/content/10", "/rest/api/content/18"].into_iter().zip(links)
        {
            assert_eq!(rig.get(path).await["_links"]["webui"], link);
        }
    }
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

/// Answers are written without a tree of values: each must be as a tree of its values would be, members in the order of their names.
#[tokio::test]
async fn answers_are_written_as_their_values_would_be() {
    const ASKED: [&str; 19] = [
        "/rest/api/content/scan?expand=body.storage,version,history,ancestors,space.homepage,container,children.page",
        "/rest/api/content/scan?type=comment&expand=body.storage,container,extensions.inlineProperties,extensions.resolution",
        "/rest/api/content/scan?limit=2",
        "/rest/api/content?start=1&limit=2&expand=metadata.labels,metadata.properties,restrictions.read.restrictions.user",
        "/rest/api/content/10?expand=children.page,children.comment,children.attachment,restrictions.update.restrictions",
        "/rest/api/content/10",
        "/rest/api/content/10/history?expand=lastUpdated,previousVersion,nextVersion",
        "/rest/api/content/10/version?expand=content.body.storage",
        "/rest/api/content/10/child?expand=page,comment,attachment",
        "/rest/api/content/10/child/attachment?expand=version,container",
        "/rest/api/content/10/property?expand=content,version",
        "/rest/api/content/10/restriction/byOperation",
        "/rest/api/content/10/label",
        "/rest/api/space?expand=description.plain,homepage,metadata.labels,metadata.properties,permissions",
        "/rest/api/space/OPS?expand=description",
        "/rest/api/space/OPS/content?limit=1",
        "/rest/api/search?cql=type+in+(page,space,user)&limit=50",
        "/rest/api/user/current",
        "/rest/api/user/list",
    ];
    for dialect in Dialect::ALL {
        let rig = Rig::with(|settings| settings.dialect = dialect).await;
        assert_eq!(rig.restore("site", &site_with(CHILD)).await["jobState"], "FINISHED");
        for ask in ASKED {
            let response = rig.response(ask).await;
            assert_eq!(response.headers()["content-type"], "application/json", "{ask}");
            let status = response.status();
            let text = response.text().await.unwrap();
            assert_eq!(status, 200, "{ask}: {text}");
            let value: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(value.to_string(), text, "{dialect:?}: {ask}");
        }
    }
}
