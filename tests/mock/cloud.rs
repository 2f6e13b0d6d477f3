//! Cloud's REST v2 of the mock.

use rehearsal::mock::Dialect;
use reqwest::Method;
use serde_json::{Value, json};

use crate::package::{Build, PROPERTIES, site, site_with};
use crate::rig::Rig;

/// A mock of Cloud where it stands on Cloud, with the site restored.
async fn wiki(build: &Build) -> Rig {
    let rig = Rig::with(|settings| {
        settings.dialect = Dialect::Cloud;
        settings.context_path = "/wiki".to_owned();
    })
    .await;
    let job = rig.restore("site", build).await;
    assert_eq!(job["jobState"], "FINISHED", "{job}");
    rig
}

fn ids(list: &Value) -> Vec<&str> {
    list["results"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect()
}

/// R60 [D]: v2 is Cloud's alone.
#[tokio::test]
async fn a_data_center_has_no_v2() {
    for dialect in [Dialect::DataCenter, Dialect::DataCenter85] {
        let rig = Rig::with(|settings| settings.dialect = dialect).await;
        assert_eq!(rig.status("/api/v2/spaces").await, 404, "{dialect:?}");
        assert_eq!(rig.status("/rest/api/space").await, 200, "{dialect:?}");
    }
}

/// R63 [S]: a space has a text for an id, and what nobody asked for is null.
#[tokio::test]
async fn spaces_are_listed_found_by_key_and_told_by_id() {
    let rig = wiki(&site()).await;
    let list = rig.get("/api/v2/spaces?keys=ops,NONE").await;
    assert_eq!(ids(&list), ["1"]);
    let one = rig.get("/api/v2/spaces/1").await;
    assert_eq!((one["key"].as_str(), one["homepageId"].as_str()), (Some("OPS"), Some("10")));
    assert_eq!((&one["description"], &one["icon"]), (&Value::Null, &Value::Null));
    assert_eq!(one["_links"], json!({ "webui": "/spaces/OPS", "base": "http://wiki.example.com/wiki" }));
    let described = rig.get("/api/v2/spaces/1?description-format=plain").await;
    assert_eq!(described["description"]["plain"]["value"], "How we run it");
    assert_eq!(ids(&rig.get("/api/v2/spaces?keys=NONE").await), [""; 0]);
    assert_eq!(ids(&rig.get("/api/v2/spaces?status=archived").await), [""; 0]);
    assert_eq!(rig.status("/api/v2/spaces?status=odd").await, 400);
    assert_eq!(rig.get("/api/v2/spaces/1/labels").await["results"][0]["name"], "infra");
}

/// R64 [S, D]: ids are texts, bodies come when they are asked for, the home page has the space's address, a time drops a fraction of zero.
#[tokio::test]
async fn a_page_has_its_members_and_a_body_when_asked_for() {
    let rig = wiki(&site()).await;
    let home = rig.get("/api/v2/pages/10").await;
    assert_eq!((&home["id"], &home["spaceId"], &home["body"]), (&json!("10"), &json!("1"), &json!({})));
    assert_eq!((&home["parentId"], &home["parentType"]), (&Value::Null, &Value::Null));
    assert_eq!(home["version"]["message"], "tidied");
    assert_eq!(home["version"]["createdAt"], "2024-02-03T04:05:06.789Z");
    assert_eq!(home["_links"]["webui"], "/spaces/OPS/overview");
    let child = rig.get("/api/v2/pages/12?body-format=storage&include-version=false").await;
    assert_eq!(child["body"]["storage"]["representation"], "storage");
    assert_eq!(
        (&child["parentId"], &child["parentType"], &child["position"]),
        (&json!("10"), &json!("page"), &json!(3))
    );
    assert_eq!((&child["createdAt"], child.get("version")), (&json!("2024-01-03T00:00:00Z"), None));
    let older = rig.get("/api/v2/pages/10?version=1&body-format=storage").await;
    assert_eq!((&older["id"], &older["status"]), (&json!("10"), &json!("historical")));
    assert_eq!(older["body"]["storage"]["value"], "<p>then</p>");
    let more = rig.get("/api/v2/pages/10?include-labels=true&include-versions=true&include-direct-children=true").await;
    assert_eq!(
        (&more["labels"]["meta"], &more["labels"]["_links"]),
        (&json!({ "hasMore": false }), &json!({ "self": "/api/v2/pages/10/labels" }))
    );
    assert_eq!(
        (&more["directChildren"]["results"][0]["id"], &more["_links"]["edituiv2"]),
        (&json!("12"), &json!("/spaces/OPS/pages/edit-v2/10"))
    );
    assert_eq!(more["labels"]["results"][0]["name"], "urgent");
    assert_eq!(more["versions"]["results"].as_array().unwrap().len(), 2);
}

/// R64 [D]: current and archived pages unless others are asked for; what lies in the trash is answered by its id [U], without parent.
#[tokio::test]
async fn pages_are_listed_by_status_and_space() {
    let rig = wiki(&site()).await;
    assert_eq!(ids(&rig.get("/api/v2/pages").await), ["10", "12", "14"]);
    assert_eq!(ids(&rig.get("/api/v2/spaces/1/pages?status=trashed").await), ["13"]);
    assert_eq!(ids(&rig.get("/api/v2/spaces/1/pages?depth=root&status=current").await), ["10"]);
    assert_eq!(ids(&rig.get("/api/v2/pages?space-id=1&title=Runbook").await), ["12"]);
    assert_eq!(ids(&rig.get("/api/v2/pages?space-id=7").await), [""; 0]);
    assert_eq!(ids(&rig.get("/api/v2/pages?id=12,14").await), ["12", "14"]);
    let trashed = rig.get("/api/v2/pages/13").await;
    assert_eq!(
        (&trashed["status"], &trashed["parentId"], &trashed["position"]),
        (&json!("trashed"), &Value::Null, &Value::Null)
    );
    assert_eq!(rig.status("/api/v2/pages/15").await, 404);
    assert_eq!(rig.get("/api/v2/pages/15?get-draft=true").await["status"], "draft");
    assert_eq!(ids(&rig.get("/api/v2/blogposts").await), ["30"]);
    assert_eq!(rig.get("/api/v2/blogposts/30").await["spaceId"], "1");
    assert_eq!(rig.status("/api/v2/pages/30").await, 404);
}

/// R64 [S for direct-children]: what is below and above a page.
#[tokio::test]
async fn a_tree_is_walked_both_ways() {
    let rig = wiki(&site()).await;
    let below = rig.get("/api/v2/pages/10/direct-children").await;
    let child = json!({ "id": "12", "status": "current", "title": "Runbook", "type": "page", "childPosition": 3 });
    assert_eq!(below["results"], json!([child]));
    assert_eq!(rig.get("/api/v2/pages/10/children").await["results"][0]["spaceId"], "1");
    assert_eq!(rig.get("/api/v2/pages/12/ancestors").await["results"], json!([{ "id": "10", "type": "page" }]));
}

/// R62 [D, U]: a cursor leads through a list; `next` has the context path, stands in the header too, and is missing at the end.
#[tokio::test]
async fn lists_go_on_behind_a_cursor() {
    let rig = wiki(&site()).await;
    let (mut path, mut seen) = ("/api/v2/pages?limit=1&status=current,archived".to_owned(), Vec::new());
    loop {
        let answer = rig.response(&path).await;
        let link = answer.headers().get("link").map(|link| link.to_str().unwrap().to_owned());
        let list: Value = answer.json().await.unwrap();
        let members: Vec<&String> = list.as_object().unwrap().keys().collect();
        assert_eq!(members, ["_links", "results"]);
        seen.extend(ids(&list).into_iter().map(str::to_owned));
        let Some(next) = list["_links"]["next"].as_str() else {
            assert_eq!(link, None);
            break;
        };
        assert_eq!(link.unwrap(), format!("<{next}>; rel=\"next\""));
        assert!(next.contains("status=current%2Carchived"), "{next}");
        path = next.strip_prefix("/wiki").unwrap().to_owned();
    }
    assert_eq!(seen, ["10", "12", "14"]);
    for wrong in ["cursor=junk", "limit=0", "limit=x", "status=odd", "space-id=x"] {
        assert_eq!(rig.status(&format!("/api/v2/pages?{wrong}")).await, 400, "{wrong}");
    }
}

/// R65 [S]: comments by their place; a marker has two spellings; who settled it stands there only where somebody did.
#[tokio::test]
async fn comments_are_told_by_their_place() {
    let rig = wiki(&site()).await;
    let footer = rig.get("/api/v2/pages/10/footer-comments?body-format=storage").await;
    assert_eq!(ids(&footer), ["40"]);
    let one = &footer["results"][0];
    assert_eq!((&one["pageId"], &one["body"]["storage"]["value"]), (&json!("10"), &json!("<p>why</p>")));
    assert_eq!(one["_links"]["webui"], "/spaces/OPS/overview?focusedCommentId=40");
    let replies = rig.get("/api/v2/footer-comments/40/children").await;
    assert_eq!((ids(&replies), &replies["results"][0]["parentCommentId"]), (vec!["42"], &json!("40")));
    let inline = rig.get("/api/v2/pages/10/inline-comments").await;
    assert_eq!(ids(&inline), ["43", "47"]);
    let open = &inline["results"][0];
    assert_eq!((&open["resolutionStatus"], open.get("resolutionLastModifierId")), (&json!("open"), None));
    for name in ["inlineMarkerRef", "inline-marker-ref"] {
        assert_eq!(open["properties"][name], "5b1e-77");
    }
    assert_eq!(ids(&rig.get("/api/v2/inline-comments?resolution-status=resolved").await), ["47"]);
    assert!(rig.get("/api/v2/inline-comments/47").await.get("resolutionLastModifierId").is_some());
    assert_eq!(rig.status("/api/v2/footer-comments/43").await, 404);
}

/// R65 [S]: ids of attachments begin with `att`; the download link is relative to the base, without the context path.
#[tokio::test]
async fn attachments_are_listed_and_their_bytes_are_there() {
    let rig = wiki(&site()).await;
    let list = rig.get("/api/v2/pages/10/attachments?filename=a%20b.txt").await;
    assert_eq!(ids(&list), ["att50"]);
    let one = rig.get("/api/v2/attachments/att50").await;
    assert_eq!((&one["pageId"], &one["fileSize"], &one["mediaType"]), (&json!("10"), &json!(5), &json!("text/plain")));
    let bytes = rig.response(one["downloadLink"].as_str().unwrap()).await.bytes().await.unwrap();
    assert_eq!(bytes.as_ref(), b"newer");
    assert_eq!(rig.get("/api/v2/attachments/50/versions").await["results"][1]["number"], 1);
}

/// R66 [D]: labels by prefix, versions newest first; properties with their JSON, by key and by id.
#[tokio::test]
async fn labels_versions_and_properties_of_a_page() {
    let rig = wiki(&site()).await;
    assert_eq!(rig.get("/api/v2/pages/10/labels?prefix=global").await["results"][0]["name"], "urgent");
    let versions = rig.get("/api/v2/pages/10/versions?body-format=storage").await;
    let told = |at: usize| {
        (
            versions["results"][at]["number"].as_u64(),
            versions["results"][at]["page"]["body"]["storage"]["value"].as_str(),
        )
    };
    assert_eq!((told(0), told(1)), ((Some(2), Some("<p>now</p>")), (Some(1), Some("<p>then</p>"))));
    assert_eq!(rig.get("/api/v2/pages/10/properties").await["results"], json!([]));
    assert_eq!(rig.status("/api/v2/pages/99/properties").await, 404);

    let rig = wiki(&site_with(PROPERTIES)).await;
    let found = rig.get("/api/v2/pages/10/properties?key=look").await;
    assert_eq!((&found["results"][0]["id"], &found["results"][0]["value"]["wide"]), (&json!("96"), &json!(true)));
    assert_eq!(found["results"].as_array().unwrap().len(), 1);
    assert_eq!(rig.get("/api/v2/pages/10/properties/96").await["version"]["number"], 3);
    assert_eq!(rig.status("/api/v2/pages/12/properties/96").await, 404);
    assert_eq!(rig.get("/api/v2/spaces/1/properties").await["results"][0]["key"], "theme");
}

/// R61 [S, U]: an error names the thing; rejected credentials are a bare `Not Found`; an unknown path is answered by a page. What the mock
/// doesn't have is 501, never a wrong answer.
#[tokio::test]
async fn errors_have_the_shape_of_v2() {
    let rig = wiki(&site()).await;
    let missing: Value = rig.response("/api/v2/pages/99").await.json().await.unwrap();
    let error =
        json!({ "status": 404, "code": "NOT_FOUND", "title": "Cannot find a page with id [99]", "detail": null });
    assert_eq!(missing, json!({ "errors": [error] }));
    let stranger = rig.client.get(rig.url("/api/v2/pages/10")).basic_auth("admin", Some("wrong")).send().await.unwrap();
    assert_eq!(stranger.status(), 404);
    assert_eq!(stranger.json::<Value>().await.unwrap()["errors"][0]["title"], "Not Found");
    let nowhere = rig.request(Method::GET, "/api/v2/pages/10/nonsense").send().await.unwrap();
    assert_eq!(nowhere.status(), 404);
    assert!(nowhere.text().await.unwrap().starts_with("<!doctype html>"));
    for asks in ["pages?sort=title", "pages/10?body-format=atlas_doc_format", "spaces?description-format=view"] {
        assert_eq!(rig.status(&format!("/api/v2/{asks}")).await, 501, "{asks}");
    }
}

/// R63, R69: people by account id, and the permissions of a space, which v1 shows with it, one subject each [S].
#[tokio::test]
async fn what_v1_still_has_is_there_beside_v2() {
    let rig = wiki(&site()).await;
    let author = rig.get("/api/v2/pages/10").await["authorId"].as_str().unwrap().to_owned();
    assert_eq!(rig.get(&format!("/rest/api/user?accountId={author}")).await["userKey"], author.as_str());
    let space = rig.get("/rest/api/space/OPS?expand=permissions").await;
    let grants = space["permissions"].as_array().unwrap();
    assert!(!grants.is_empty());
    for grant in grants {
        let members: Vec<&String> = grant.as_object().unwrap().keys().collect();
        assert_eq!(members, ["anonymousAccess", "id", "operation", "subjects", "unlicensedAccess"]);
        assert!(grant["operation"]["targetType"].is_string());
    }
    let centre = Rig::restored("site", &site()).await;
    assert_eq!(centre.get("/rest/api/space/OPS?expand=permissions").await.get("permissions"), None);
    assert_eq!(centre.status(&format!("/rest/api/user?accountId={author}")).await, 400);
}
