//! What queries find.

use rehearsal::mock::Trouble;
use serde_json::Value;

use crate::package::{Build, OPS, site};
use crate::rig::Rig;

fn path(endpoint: &str, query: &str) -> String {
    let pairs = [("cql", query), ("limit", "200")];
    format!("/rest/api/{endpoint}?{}", reqwest::Url::parse_with_params("http://x", pairs).unwrap().query().unwrap())
}

/// Ids of the content that a query finds, in the order of the answer.
async fn ids(rig: &Rig, query: &str) -> Vec<String> {
    let list = rig.get(&path("content/search", query)).await;
    assert_eq!(list["totalSize"], list["size"], "{query}");
    list["results"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

/// R24 [D]: fields, operators, lists, parentheses, `and`, `or`, `not` and the order. R24 [A]: the case of values counts for nothing.
#[tokio::test]
async fn queries_find_by_fields() {
    let rig = Rig::restored("site", &site()).await;
    for (query, wanted) in [
        ("type = page", "10 12"),
        ("type=blogpost and space = ops", "30"),
        ("type in (page, blogpost) order by created desc", "30 12 10"),
        ("type in (page, blogpost) order by title", "10 30 12"),
        ("space != OPS", ""),
        ("space = OPS and type not in (comment, attachment, blogpost)", "10 12"),
        ("title = \"Home\"", "10"),
        ("title ~ \"run*\"", "12"),
        ("type = page and title !~ home", "12"),
        ("type = page and not title = home", "12"),
        ("label = urgent", "10"),
        ("label in (global:urgent, other)", "10"),
        ("label = favourite", ""),
        ("creator = ann and type = page", "10"),
        ("creator = 4028da9600000001 and type = blogpost", "30"),
        ("contributor = bob and type = page", "10"),
        ("creator = currentUser()", ""),
        ("created = 2024-01-02", "10"),
        ("created > 2024-01-02 and created <= \"2024/05/06\" and type in (page, blogpost)", "12 30"),
        ("type = page and created < \"2024-01-03 00:00\"", "10"),
        ("lastmodified >= 2024-02-03 and type = page", "10"),
        ("created > now(\"-1d\")", ""),
        ("ancestor = 10", "12"),
        ("parent = 10", "12"),
        ("parent = 12", ""),
        ("id = 12 or id = 30", "12 30"),
        ("id in (10, 12) and (type = comment or label = urgent)", "10"),
        ("container = 10 and type = attachment", "50 52"),
        ("text ~ news", "30"),
        ("text ~ \"now\" and type = page", "10"),
        ("text ~ urgent", "10"),
        ("text ~ p", ""),
        ("title = Old or title = Sketch or title = Shelf", ""),
    ] {
        assert_eq!(ids(&rig, query).await.join(" "), wanted, "{query}");
    }
}

/// R24 [D]: content of archived spaces is found only where the caller wants it.
#[tokio::test]
async fn archived_spaces_are_searched_on_demand() {
    let archived = Build::site(&OPS.replace("spaceStatus=CURRENT", "spaceStatus=ARCHIVED"));
    let rig = Rig::restored("site", &archived).await;
    assert!(ids(&rig, "type = page").await.is_empty());
    let list = rig.get(&format!("{}&includeArchivedSpaces=true", path("search", "type = page"))).await;
    assert_eq!(list["totalSize"], 2);
}

/// R23 [S]: the members of a row and of the list; a row wraps what it found, and its own title is escaped. R23 [U]: spaces are found too.
#[tokio::test]
async fn rows_wrap_what_was_found() {
    let rig =
        Rig::restored("site", &Build::site(&OPS.replace("title=Home version=2", "title=Home|&|Co version=2"))).await;
    let list = rig.get(&path("search", "id = 10")).await;
    let row = &list["results"][0];
    assert_eq!((&row["title"], &row["content"]["title"]), (&"Home &amp; Co".into(), &"Home & Co".into()));
    assert_eq!((&row["excerpt"], &row["entityType"]), (&"now".into(), &"content".into()));
    assert_eq!(row["resultGlobalContainer"]["title"], "Operations");
    assert_eq!(row["lastModified"], "2024-02-03T04:05:06.789Z");
    assert_eq!(row["timestamp"], 1_706_933_106_789_u64);
    assert_eq!(row["url"], row["content"]["_links"]["webui"]);
    assert_eq!((&list["cqlQuery"], &list["totalSize"]), (&"id = 10".into(), &1.into()));
    assert!(list["searchDuration"].is_u64());
    let spaces = rig.get(&path("search", "title = Operations")).await;
    assert_eq!(
        (&spaces["results"][0]["entityType"], &spaces["results"][0]["space"]["key"]),
        (&"space".into(), &"OPS".into())
    );
    assert!(ids(&rig, "title = Operations").await.is_empty());
    let users = Rig::start().await.get(&path("search", "type = user")).await;
    assert_eq!(users["results"][0]["user"]["username"], "admin");
    let expanded = rig.get(&format!("{}&expand=content.version", path("search", "id = 10"))).await;
    assert_eq!(expanded["results"][0]["content"]["version"]["number"], 2);
}

/// R9 [S], R23 [S]: a search is paged like other lists, and every page says how many fit in all.
#[tokio::test]
async fn searches_are_paged() {
    let rig = Rig::restored("site", &site()).await;
    let mut next = "/rest/api/content/search?cql=type%3Dcomment&limit=3".to_owned();
    let mut seen = Vec::new();
    loop {
        let list = rig.get(&next).await;
        assert_eq!(list["totalSize"], 4);
        seen.extend(list["results"].as_array().unwrap().iter().map(|one| one["id"].clone()));
        let Some(link) = list["_links"]["next"].as_str() else { break };
        next = link.to_owned();
    }
    assert_eq!(seen, ["40", "42", "43", "47"]);
}

/// R23 [U]: what can't be parsed is 400 and told back. R23 [S for Cloud, A for Data Center]: so is a type that nothing has.
#[tokio::test]
async fn bad_queries_are_400() {
    let rig = Rig::start().await;
    for endpoint in ["content/search", "search"] {
        let answer = rig.response(&path(endpoint, "space.key=X +and+expand=space,body.view")).await;
        assert_eq!(answer.status(), 400);
        let error: Value = answer.json().await.unwrap();
        let wanted = serde_json::json!({
            "statusCode": 400, "reason": "Bad Request",
            "data": { "authorized": false, "valid": true, "allowedInReadOnlyMode": true, "errors": [], "successful": false },
            "message": "Could not parse cql : space.key=X +and+expand=space,body.view",
        });
        assert_eq!(error, wanted);
        let unknown = rig.response(&path(endpoint, "type = pagenjkkj")).await;
        assert_eq!(unknown.status(), 400);
        assert!(
            unknown.text().await.unwrap().contains("Unsupported value for type, got : pagenjkkj, expected one of : [")
        );
        assert_eq!(rig.status(&format!("/rest/api/{endpoint}")).await, 400);
    }
}

/// R36 [D, A]: what a restore brought without indexing isn't found, though it is there, until the index is rebuilt. R36 [U]: how that is asked for.
#[tokio::test]
async fn searches_find_what_the_index_knows() {
    let rig = Rig::start().await;
    let old = Build::space("OLD", "Space 1 key=OLD name=Old|space\nPage 2 title=Indexed version=1 space>Space:1");
    assert_eq!(rig.restore("space", &old).await["jobState"], "FINISHED");
    let new = Build::space("NEW", "Space 1 key=NEW name=New|space\nPage 2 title=Unknown version=1 space>Space:1");
    new.zip(&rig.home().join("restore/space/new.zip"));
    let body = serde_json::json!({ "fileName": "new.zip", "skipReindex": true });
    let job = rig.start_restore("space", &body).await;
    assert_eq!(rig.wait(&job["id"]).await["jobState"], "FINISHED");
    assert_eq!(rig.get("/rest/api/content?title=Unknown").await["size"], 1);
    let pages = async || ids(&rig, "type = page").await.len();
    let spaces = async || rig.get(&path("search", "type = space")).await["totalSize"].clone();
    assert_eq!((pages().await, spaces().await), (1, 1.into()));
    assert_eq!(reindexed(&rig, "1").await, 1);
    assert_eq!((pages().await, spaces().await), (2, 2.into()));
    assert_eq!(reindexed(&rig, "latest").await, 2);
}

/// R36 [A]: a site restore without indexing leaves an index that knows nothing of the site, its people among it.
#[tokio::test]
async fn a_site_is_not_found_before_it_is_indexed() {
    let rig = Rig::start().await;
    site().zip(&rig.home().join("restore/site/site.zip"));
    let body = serde_json::json!({ "fileName": "site.zip", "skipReindex": true });
    let job = rig.start_restore("site", &body).await;
    assert_eq!(rig.wait(&job["id"]).await["jobState"], "FINISHED");
    let total = async |query: &str| rig.get(&path("search", query)).await["totalSize"].clone();
    for query in ["type = page", "type = space", "type = user"] {
        assert_eq!(total(query).await, 0, "{query}");
    }
    reindexed(&rig, "1").await;
    for (query, number) in [("type = page", 2), ("type = space", 1), ("type = user", 1)] {
        assert_eq!(total(query).await, number, "{query}");
    }
}

/// The misbehaviour: a restore that was to index didn't; a rebuild helps.
#[tokio::test]
async fn an_index_can_be_left_out() {
    let rig = Rig::with(|settings| settings.troubles = vec![Trouble::SearchNotIndexed]).await;
    assert_eq!(rig.restore("site", &site()).await["jobState"], "FINISHED");
    assert!(ids(&rig, "type = page").await.is_empty());
    reindexed(&rig, "1").await;
    assert_eq!(ids(&rig, "type = page").await.len(), 2);
}

/// Rebuilds the index, waits for its end, and gives the number of the job.
async fn reindexed(rig: &Rig, version: &str) -> u64 {
    let path = format!("/rest/prototype/{version}/index/reindex");
    assert_eq!(rig.get(&path).await["finished"], true);
    let begun = rig.request(reqwest::Method::POST, &path).send().await.unwrap();
    assert_eq!(begun.status(), 200);
    loop {
        let progress = rig.get(&path).await;
        assert!(progress["elapsedTime"].is_string() && progress["remainingTime"].is_string(), "{progress}");
        if progress["finished"] == true {
            assert_eq!(progress["percentageComplete"], 100);
            return progress["jobID"].as_u64().unwrap();
        }
        tokio::task::yield_now().await;
    }
}
