//! How callers log in to each line, once it is set up.

use rehearsal::mock::Line;
use serde_json::json;

use crate::visitor::{Got, Visitor};

const NAME: &str = "boss";
const PASSWORD: &str = "open sesame";
const JOBS: &str = "/rest/api/backup-restore/jobs";
const CURRENT: &str = "/rest/api/user/current";

async fn by_basic(visitor: &Visitor) -> (u16, String) {
    let request = visitor.client.get(visitor.url(CURRENT)).basic_auth(NAME, Some(PASSWORD));
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

async fn by_form(visitor: &mut Visitor, password: &str, to: &str) -> Got {
    let fields = [("os_username", NAME), ("os_password", password), ("login", "Log in"), ("os_destination", to)];
    visitor.cookie = String::new();
    visitor.post("/dologin.action", "", &fields).await
}

/// R73 [U]: Basic is off on 10.2 unless it is forced, and says so.
#[tokio::test]
async fn basic_is_taken_by_line() {
    for line in [Line::V7_19, Line::V8_5, Line::V9_2] {
        assert_eq!(by_basic(&Visitor::running(line, |_| ()).await).await.0, 200, "{line:?}");
    }
    let (status, text) = by_basic(&Visitor::running(Line::V10_2, |_| ()).await).await;
    assert_eq!((status, text.contains("Basic Authentication has been disabled on this instance.")), (403, true));
    let forced = Visitor::running(Line::V10_2, |settings| settings.set_up.as_mut().unwrap().forces_basic = true).await;
    assert_eq!(by_basic(&forced).await.0, 200);
}

/// R73 [U for 8.5 and 10.2, A for the others, and for what a wrong password meets].
#[tokio::test]
async fn the_form_logs_in_up_to_9_2() {
    for line in [Line::V7_19, Line::V8_5, Line::V9_2] {
        let mut visitor = Visitor::running(line, |_| ()).await;
        let wrong = by_form(&mut visitor, "guess", "/").await;
        assert_eq!((wrong.status.as_u16(), visitor.cookie.as_str()), (200, ""), "{line:?}");
        let right = by_form(&mut visitor, PASSWORD, "/browse/spaces").await;
        assert_eq!((right.status.as_u16(), right.to.as_str()), (302, "/browse/spaces"));
        assert_eq!(visitor.get(CURRENT).await.status, 200);
        for elsewhere in ["//evil.example/", "http://evil.example/", "/\\evil.example"] {
            assert_eq!(by_form(&mut visitor, PASSWORD, elsewhere).await.to, "/", "{elsewhere}");
        }
    }
    let mut visitor = Visitor::running(Line::V10_2, |_| ()).await;
    assert_eq!(by_form(&mut visitor, PASSWORD, "/").await.to, "/login.action");
    assert_eq!(visitor.cookie, "");
}

/// R73 [U]: 10.2 logs in by JSON, with the header against other sites; older lines don't know the path [A].
#[tokio::test]
async fn json_logs_in_on_10_2() {
    let ask = |visitor: &Visitor, password: &str| {
        let body =
            json!({ "username": NAME, "password": password, "rememberMe": false, "targetUrl": "", "captchaId": "" });
        visitor.client.post(visitor.url("/rest/tsv/1.0/authenticate?os_authType=none")).json(&body)
    };
    let checked = |request: reqwest::RequestBuilder| request.header("X-Atlassian-Token", "no-check");
    let mut visitor = Visitor::running(Line::V10_2, |_| ()).await;
    visitor.cookie = String::new();
    for (request, status) in [
        (ask(&visitor, PASSWORD), 403),
        (checked(ask(&visitor, "guess")), 401),
        (checked(ask(&visitor, PASSWORD)), 200),
    ] {
        assert_eq!(visitor.cookie, "");
        assert_eq!(visitor.send(request).await.status, status);
    }
    assert_eq!(visitor.get(CURRENT).await.status, 200);
    let older = Visitor::running(Line::V8_5, |_| ()).await;
    let answer = checked(ask(&older, PASSWORD)).basic_auth(NAME, Some(PASSWORD)).send().await.unwrap();
    assert_eq!(answer.status(), 404);
}

/// R74 [U for the pages, A that REST asks too]: an administrator with a cookie confirms the password before administering; with Basic nobody is asked.
#[tokio::test]
async fn an_administrator_with_a_cookie_confirms_the_password() {
    let mut visitor = Visitor::running(Line::V8_5, |settings| settings.context_path = "/wiki".to_owned()).await;
    let fields = [("os_username", NAME), ("os_password", PASSWORD), ("login", "Log in"), ("os_destination", "")];
    visitor.post("/wiki/dologin.action", "", &fields).await;
    let jobs = format!("/wiki{JOBS}");
    let sent = visitor.get(&jobs).await;
    let page = format!("/wiki/authenticate.action?destination={JOBS}");
    assert_eq!((sent.status.as_u16(), sent.to.as_str()), (302, page.as_str()));
    let asked = visitor.get(&page).await;
    assert!(asked.text.contains(&format!("name=\"destination\" value=\"{JOBS}\"")), "{}", asked.text);
    let token = asked.token();
    let form = |password| [("password", password), ("authenticate", "Confirm"), ("destination", JOBS)];
    let confirm = "/wiki/doauthenticate.action";
    assert_eq!(visitor.post(confirm, "wrong", &form(PASSWORD)).await.status, 403);
    assert_eq!(visitor.post(confirm, &token, &form("guess")).await.to, "/wiki/authenticate.action");
    assert_eq!(visitor.get(&jobs).await.status, 302);
    assert_eq!(visitor.post(confirm, &token, &form(PASSWORD)).await.to, jobs);
    assert_eq!(visitor.get(&jobs).await.status, 200);
    let basic = visitor.client.get(visitor.url(&jobs)).basic_auth(NAME, Some(PASSWORD)).send().await.unwrap();
    assert_eq!(basic.status(), 200);
}
