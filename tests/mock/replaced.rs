//! Who gets in behind a site restore into a mock that was set up: it replaces all users, as Confluence's does.

use rehearsal::mock::Line;
use serde_json::Value;

use crate::package::{Build, site, site_with};
use crate::visitor::Visitor;

/// R5 [D]: what was set up restores a site, whose users take the place of all others. The administrator of the set-up is gone, by name and by session;
/// whoever has an account in the backup gets in by the password that the operator knows (`--user`), and the administrator of recovery mode does too [A, R75].
#[tokio::test]
async fn a_site_restore_takes_the_administrator_of_the_set_up_away() {
    let recovery = ("recovery_admin".to_owned(), "for-this-start".to_owned().into());
    let mut visitor = Visitor::running(Line::V8_5, |settings| {
        settings.users = ["ann", "zoe"].map(|name| (name.to_owned(), format!("{name}'s").into())).into();
        settings.set_up.as_mut().unwrap().recovery = Some(recovery);
    })
    .await;
    site().zip(&visitor.home.path().join("restore/site/backup.zip"));
    assert_eq!(current(&visitor, "boss", "open sesame").await, (200, "boss".to_owned()));
    assert_eq!(current(&visitor, "zoe", "zoe's").await.0, 200);
    let fields = [("os_username", "boss"), ("os_password", "open sesame"), ("login", "Log in")];
    visitor.post("/dologin.action", "", &fields).await;
    assert_eq!(visitor.get("/rest/api/user/current").await.status, 200);
    let job = restored(&visitor, ("boss", "open sesame"), ("recovery_admin", "for-this-start")).await;
    assert_eq!((job["jobState"].as_str(), job["owner"].as_str()), (Some("FINISHED"), Some("boss")), "{job}");
    for (name, password) in [("boss", "open sesame"), ("zoe", "zoe's"), ("admin", "from the settings")] {
        assert_eq!(current(&visitor, name, password).await.0, 401, "{name}");
    }
    assert_eq!(visitor.get("/rest/api/user/current").await.status, 401);
    visitor.post("/dologin.action", "", &fields).await;
    assert_eq!(visitor.get("/rest/api/user/current").await.status, 401);
    assert_eq!(current(&visitor, "ann", "ann's").await, (200, "ann".to_owned()));
    assert_eq!(current(&visitor, "recovery_admin", "for-this-start").await, (200, "recovery_admin".to_owned()));
    let spaces =
        visitor.client.get(visitor.url("/rest/api/space")).basic_auth("recovery_admin", Some("for-this-start"));
    let spaces = spaces.send().await.unwrap().text().await.unwrap();
    assert!(spaces.contains("\"key\":\"OPS\""), "{spaces}");
}

/// R5 [D]: where the backup has a user of the name that the set-up gave its administrator, that user counts, with a password of their own.
#[tokio::test]
async fn a_user_of_the_backup_takes_the_name_of_the_administrator_over() {
    let recovery = ("recovery_admin".to_owned(), "for-this-start".to_owned().into());
    let visitor = Visitor::running(Line::V8_5, |settings| {
        settings.users = vec![("boss".to_owned(), "the backup's".to_owned().into())];
        settings.set_up.as_mut().unwrap().recovery = Some(recovery);
    })
    .await;
    let people = "
        ConfluenceUserImpl 4028da9600000009 name=boss lowerName=boss
        InternalUser 1009 name=boss lowerName=boss active=true displayName=Another|Boss
    ";
    site_with(people).zip(&visitor.home.path().join("restore/site/backup.zip"));
    let job = restored(&visitor, ("boss", "open sesame"), ("recovery_admin", "for-this-start")).await;
    assert_eq!(job["jobState"], "FINISHED", "{job}");
    assert_eq!(current(&visitor, "boss", "open sesame").await.0, 401);
    assert_eq!(current(&visitor, "boss", "the backup's").await, (200, "boss".to_owned()));
    let jobs =
        visitor.client.get(visitor.url("/rest/api/backup-restore/jobs")).basic_auth("boss", Some("the backup's"));
    assert_eq!(jobs.send().await.unwrap().status(), 403, "a user of this name is no administrator by it");
}

/// R6 [D]: users of the site are left as they are by a space restore.
#[tokio::test]
async fn a_space_restore_leaves_the_administrator_of_the_set_up() {
    let visitor = Visitor::running(Line::V8_5, |_| ()).await;
    let space = Build::space("S", "Space 1 key=S name=S");
    space.zip(&visitor.home.path().join("restore/space/backup.zip"));
    let boss = ("boss", "open sesame");
    assert_eq!(restored_as("space", &visitor, boss, boss).await["jobState"], "FINISHED");
    assert_eq!(current(&visitor, "boss", "open sesame").await.0, 200);
}

async fn restored(visitor: &Visitor, before: (&str, &str), after: (&str, &str)) -> Value {
    restored_as("site", visitor, before, after).await
}

/// The job of a restore when it has ended: begun by one caller, looked at by another.
async fn restored_as(scope: &str, visitor: &Visitor, before: (&str, &str), after: (&str, &str)) -> Value {
    let body = serde_json::json!({ "fileName": "backup.zip", "skipReindex": false });
    let begin = visitor.client.post(visitor.url(&format!("/rest/api/backup-restore/restore/{scope}"))).json(&body);
    let by =
        |request: reqwest::RequestBuilder, (name, password): (&str, &str)| request.basic_auth(name, Some(password));
    let mut job: Value = by(begin, before).send().await.unwrap().json().await.unwrap();
    let path = visitor.url(&format!("/rest/api/backup-restore/jobs/{}", job["id"]));
    while ["QUEUED", "PROCESSING"].contains(&job["jobState"].as_str().unwrap()) {
        tokio::task::yield_now().await;
        job = by(visitor.client.get(&path), after).send().await.unwrap().json().await.unwrap();
    }
    job
}

/// The status of asking who one is, and the name that is told.
async fn current(visitor: &Visitor, name: &str, password: &str) -> (u16, String) {
    let asked = visitor.client.get(visitor.url("/rest/api/user/current")).basic_auth(name, Some(password));
    let answer = asked.send().await.unwrap();
    let status = answer.status().as_u16();
    let told: Value = answer.json().await.unwrap();
    (status, told["username"].as_str().unwrap_or_default().to_owned())
}
