//! The troubles that tests of a drill's honesty need, and who is let in.

use rehearsal::mock::{MOCK_HEADER, Trouble, health};
use secrecy::SecretString;

use crate::package::{Build, ops};
use crate::rig::{ADMIN, PASSWORD, Rig};

fn pages(number: usize) -> Build {
    let lines: String =
        (0..number).map(|id| format!("Page {} title=P{id} version=1 space>Space:1\n", id + 10)).collect();
    Build::space("S", &format!("Space 1 key=S name=S\n{lines}"))
}

/// Follows `next` to the end and gives the ids.
async fn walk(rig: &Rig, first: &str) -> Vec<String> {
    let (mut path, mut ids) = (first.to_owned(), Vec::new());
    for _ in 0..50 {
        let page = rig.get(&path).await;
        ids.extend(page["results"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()));
        match page["_links"]["next"].as_str() {
            Some(next) => path = next.to_owned(),
            None => return ids,
        }
    }
    panic!("the list has no end");
}

/// R9 [D, S]: lists are followed by `next`, which has no context path. R9 [U]: the server lowers the limit, more so with bodies.
#[tokio::test]
async fn lists_are_paged_by_next() {
    let rig = Rig::with(|settings| (settings.limit, settings.limit_with_bodies) = (4, 2)).await;
    assert_eq!(rig.restore("space", &pages(9)).await["jobState"], "FINISHED");
    for path in [
        "/rest/api/content?spaceKey=S&limit=100",
        "/rest/api/content/scan?spaceKey=S&limit=100&expand=body.storage,version",
    ] {
        let ids = walk(&rig, path).await;
        assert_eq!((ids.len(), ids.iter().collect::<std::collections::BTreeSet<_>>().len()), (9, 9), "{path}");
    }
    let first = rig.get("/rest/api/content?spaceKey=S&limit=100").await;
    assert_eq!((first["limit"].as_u64(), first["size"].as_u64()), (Some(4), Some(4)));
    let bodies = rig.get("/rest/api/content/scan?spaceKey=S&limit=100&expand=body.storage").await;
    assert_eq!((bodies["limit"].as_u64(), bodies["cursor"].as_str()), (Some(2), Some("content:false:null")));
    assert!(bodies["nextCursor"].as_str().unwrap().starts_with("content:false:"));
    assert_eq!(rig.status("/rest/api/content/scan?cursor=nonsense").await, 400);
}

#[tokio::test]
async fn lists_can_lose_a_page_or_never_end() {
    let rig = Rig::with(|settings| {
        settings.limit = 4;
        settings.troubles = vec![
            Trouble::DropPage { path: "/content/scan".into(), page: 1 },
            Trouble::SelfNext { path: "/api/space".into() },
        ];
    })
    .await;
    assert_eq!(rig.restore("space", &pages(12)).await["jobState"], "FINISHED");
    assert_eq!(walk(&rig, "/rest/api/content/scan?spaceKey=S").await.len(), 8);
    let rig = Rig::with(|settings| {
        settings.limit = 4;
        settings.troubles = vec![Trouble::SelfNext { path: "/rest/api/content".into() }];
    })
    .await;
    assert_eq!(rig.restore("space", &pages(12)).await["jobState"], "FINISHED");
    let first = rig.get("/rest/api/content?spaceKey=S").await;
    let again = rig.get(first["_links"]["next"].as_str().unwrap()).await;
    assert_eq!(first["results"], again["results"]);
}

#[tokio::test]
async fn downloads_can_break_off() {
    let rig = Rig::with(|settings| settings.troubles = vec![Trouble::CutDownload { after: 2 }]).await;
    assert_eq!(rig.restore("space", &ops()).await["jobState"], "FINISHED");
    let page =
        rig.get("/rest/api/content?spaceKey=OPS&title=Home").await["results"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/download/attachments/{page}/a%20b.txt?version=2");
    // The connection may end before or behind the headers.
    let broken = match rig.request(reqwest::Method::GET, &path).send().await {
        Ok(answer) => answer.bytes().await.is_err(),
        Err(_) => true,
    };
    assert!(broken);
}

#[tokio::test]
async fn answers_can_be_errors_for_a_while() {
    let trouble = Trouble::ServerError { path: "/rest/api/space".into(), times: 2 };
    let rig = Rig::with(|settings| settings.troubles = vec![trouble]).await;
    let path = "/rest/api/space";
    assert_eq!([rig.status(path).await, rig.status(path).await, rig.status(path).await], [500, 500, 200]);
}

#[tokio::test]
async fn jobs_can_fail_be_odd_or_lock_the_door() {
    let rig = Rig::with(|settings| settings.troubles = vec![Trouble::FailJob { message: "no".into() }]).await;
    let job = rig.restore("space", &ops()).await;
    assert_eq!((job["jobState"].as_str(), job["errorMessage"].as_str()), (Some("FAILED"), Some("no")));
    let odd = vec![Trouble::JobTimesAsNumbers, Trouble::JobSpaceKeysAsText, Trouble::SkippedObjects { number: 3 }];
    let rig = Rig::with(|settings| settings.troubles = odd).await;
    let job = rig.restore("space", &ops()).await;
    assert!(job["createTime"].is_number());
    assert_eq!((job["spaceKeys"].as_str(), job["statistics"]["skippedObjectsCount"].as_u64()), (Some("OPS"), Some(3)));
    let rig = Rig::with(|settings| settings.troubles = vec![Trouble::UnauthorizedAfterRestore]).await;
    ops().zip(&rig.home().join("restore/space/ops.zip"));
    rig.start_restore("space", &serde_json::json!({ "fileName": "ops.zip", "skipReindex": true })).await;
    while rig.status("/rest/api/space").await != 401 {
        tokio::task::yield_now().await;
    }
    assert_eq!(rig.status("/status").await, 200);
}

/// R3 [D]: `/status` needs no login, and its word decides. R4 [A]: the shape of 401 rests on documents.
#[tokio::test]
async fn strangers_see_the_status_alone_and_every_answer_says_mock() {
    let rig = Rig::with(|settings| {
        settings.token = Some(SecretString::from("t0ken"));
        settings.context_path = "/wiki".into();
    })
    .await;
    let paths = [
        ("/status", 200),
        ("/", 200),
        ("/rest/api/space", 401),
        ("/rest/api/nothing", 401),
        ("/download/attachments/1/x", 401),
    ];
    for (path, status) in paths {
        let answer = rig.client.get(rig.url(path)).send().await.unwrap();
        assert_eq!(answer.status(), status, "{path}");
        assert!(answer.headers().contains_key(MOCK_HEADER), "{path}");
    }
    let wrong = rig.client.get(rig.url("/rest/api/space")).basic_auth(ADMIN, Some("wrong")).send().await.unwrap();
    assert_eq!((wrong.status().as_u16(), wrong.headers().contains_key("x-seraph-loginreason")), (401, true));
    let bearer = rig.client.get(rig.url("/rest/api/user/current")).bearer_auth("t0ken").send().await.unwrap();
    assert_eq!((bearer.status().as_u16(), bearer.headers()["x-ausername"].to_str().unwrap()), (200, ADMIN));
    let list = rig.get("/rest/api/space").await;
    assert_eq!(
        (list["_links"]["context"].as_str(), list["_links"]["base"].as_str()),
        (Some("/wiki"), Some("http://wiki.example.com/wiki"))
    );
    assert!(health(&rig.server.base_url()).await);
    let home = rig.client.get(rig.url("/")).send().await.unwrap().text().await.unwrap();
    assert!(home.contains("mock") && !home.contains(PASSWORD));
}

#[tokio::test]
async fn a_stopped_mock_is_gone_even_with_a_request_that_hangs() {
    let rig = Rig::with(|settings| settings.troubles = vec![Trouble::Hang { path: "/rest/api/group".into() }]).await;
    let url = rig.server.base_url();
    let hanging = tokio::spawn(rig.request(reqwest::Method::GET, "/rest/api/group").send());
    assert_eq!(rig.status("/rest/api/space").await, 200);
    rig.server.stop().await;
    let answer = hanging.await.unwrap();
    assert!(answer.map_or(true, |answer| answer.status() == 503));
    // The client still has a connection from before.
    assert!(rig.client.get(format!("{url}/status")).send().await.is_err());
    assert!(!health(&url).await);
}
