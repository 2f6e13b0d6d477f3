//! Who sees what of a restored site.

use rehearsal::mock::{Dialect, Load, Trouble};
use reqwest::Method;
use secrecy::SecretString;
use serde_json::Value;

use crate::package::Build;
use crate::rig::{ADMIN, PASSWORD, Rig};

/// A word that stands in everything that is hidden, and nowhere else.
pub const SECRET: &str = "Zanzibar";

/// Two spaces. In OPS, page 10 is for the crew alone, and page 11 below it. SEC has no permission for anybody but ann.
const WIKI: &str = "
    ConfluenceUserImpl k1 name=Ann lowerName=ann
    ConfluenceUserImpl k2 name=bob lowerName=bob
    ConfluenceUserImpl k3 name=root lowerName=root
    ConfluenceUserImpl k4 name=sys lowerName=sys
    ConfluenceUserImpl k5 name=gone lowerName=gone
    ConfluenceUserImpl k6 name=guest lowerName=guest
    InternalUser 901 name=Ann lowerName=ann active=true
    InternalUser 902 name=bob lowerName=bob active=true
    InternalUser 903 name=root lowerName=root active=true
    InternalUser 904 name=sys lowerName=sys active=true
    InternalUser 905 name=gone lowerName=gone active=false
    InternalUser 906 name=guest lowerName=guest active=true
    InternalGroup 911 name=crew
    InternalGroup 912 name=confluence-administrators
    InternalGroup 913 name=confluence-users
    HibernateMembership 921 parentGroup>InternalGroup:911 userMember>InternalUser:901
    HibernateMembership 922 parentGroup>InternalGroup:912 userMember>InternalUser:903
    HibernateMembership 923 parentGroup>InternalGroup:913 userMember>InternalUser:901
    HibernateMembership 924 parentGroup>InternalGroup:913 userMember>InternalUser:902
    HibernateMembership 925 parentGroup>InternalGroup:913 userMember>InternalUser:905
    SpacePermission 931 type=USECONFLUENCE group=confluence-users
    SpacePermission 932 type=USECONFLUENCE userSubject>ConfluenceUserImpl:k4
    SpacePermission 933 type=SYSTEMADMINISTRATOR userSubject>ConfluenceUserImpl:k4
    Space 1 key=OPS name=Operations homePage>Page:2
    Space 3 key=SEC name=Zanzibar|space homePage>Page:30 description>SpaceDescription:4
    SpaceDescription 4 title=Zanzibar version=1 contentStatus=current
    BodyContent 5 content>SpaceDescription:4 body=Zanzibar bodyType=0
    Page 2 title=Home version=1 space>Space:1
    BodyContent 6 content>Page:2 body=<p>hello</p> bodyType=2
    Page 10 title=Zanzibar version=2 space>Space:1 parent>Page:2 creator>ConfluenceUserImpl:k1 creationDate=2024-01-02|03:04:05.678
    Page 12 title=Zanzibar version=1 originalVersion>Page:10
    Page 11 title=Zanzibar|child version=1 space>Space:1 parent>Page:10
    Page 13 title=Zanzibar|draft version=1 contentStatus=draft space>Space:1 creator>ConfluenceUserImpl:k1
    Page 14 title=Zanzibar|trash version=1 contentStatus=deleted space>Space:1
    Page 15 title=Editors version=1 space>Space:1 parent>Page:2
    BodyContent 16 content>Page:10 body=<p>Zanzibar</p> bodyType=2
    Comment 17 version=1 containerContent>Page:10 creator>ConfluenceUserImpl:k1
    BodyContent 18 content>Comment:17 body=<p>Zanzibar</p> bodyType=2
    Attachment 19 title=Zanzibar.txt version=2 containerContent>Page:10 space>Space:1
    Attachment 20 title=Zanzibar.txt version=1 containerContent>Page:10 space>Space:1 originalVersion>Attachment:19
    Comment 21 version=1 containerContent>Page:2
    Page 30 title=Zanzibar|of|SEC version=1 space>Space:3
    BlogPost 31 title=Zanzibar|news version=1 space>Space:3
    PageTemplate 32 name=Zanzibar content=<p>Zanzibar</p> space>Space:3 bodyType=2
    CustomContentEntityObject 33 title=secret version=1 contentStatus=current containerContent>Page:10 pluginModuleKey=a.b.confluence-content-property-storage:content-property
    BodyContent 34 content>CustomContentEntityObject:33 body=\"Zanzibar\" bodyType=1
    CustomContentEntityObject 35 title=secret version=1 contentStatus=current space>Space:3 pluginModuleKey=a.b.confluence-content-property-storage:content-property
    BodyContent 36 content>CustomContentEntityObject:35 body=\"Zanzibar\" bodyType=1
    Label 40 name=zanzibar-label namespace=global
    Labelling 41 label>Label:40 content>Page:10 labelableType=CONTENT
    ContentPermissionSet 50 type=View owningContent>Page:10
    ContentPermission 51 type=View owningSet>ContentPermissionSet:50 groupName=crew
    ContentPermissionSet 52 type=Edit owningContent>Page:15
    ContentPermission 53 type=Edit owningSet>ContentPermissionSet:52 userSubject>ConfluenceUserImpl:k1
    SpacePermission 60 type=VIEWSPACE space>Space:1 group=confluence-users
    SpacePermission 61 type=VIEWSPACE space>Space:1 userSubject>ConfluenceUserImpl:k4
    SpacePermission 62 type=VIEWSPACE space>Space:3 userSubject>ConfluenceUserImpl:k1
    SpacePermission 63 type=SETSPACEPERMISSIONS space>Space:1 userSubject>ConfluenceUserImpl:k1
";

pub fn wiki() -> Build {
    let build = Build::site(WIKI);
    build.file("attachments/10/19/2", b"Zanzibar").file("attachments/10/19/1", b"Zanzibar, older")
}

/// A mock that knows everybody's password, with the wiki restored.
pub async fn rig(build: &Build) -> Rig {
    let rig = Rig::with(|settings| {
        settings.users = ["ann", "bob", "root", "sys", "gone", "guest", "nobody"]
            .map(|name| (name.to_owned(), SecretString::from(format!("{name}'s"))))
            .into();
        settings.anonymous = true;
        // It answers what Data Center does, and v2 beside.
        settings.dialect = Dialect::Cloud;
    })
    .await;
    let job = rig.restore("site", build).await;
    assert_eq!(job["jobState"], "FINISHED", "{job}");
    rig
}

/// Status and text of an answer for somebody; the empty name calls without credentials.
pub async fn asked(rig: &Rig, who: &str, path: &str) -> (u16, String) {
    let request = rig.client.get(rig.url(path));
    let request = match who {
        "" => request,
        ADMIN => request.basic_auth(ADMIN, Some(PASSWORD)),
        who => request.basic_auth(who, Some(format!("{}'s", who.to_lowercase()))),
    };
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

async fn titles(rig: &Rig, who: &str, path: &str) -> Vec<String> {
    let (status, text) = asked(rig, who, path).await;
    assert_eq!(status, 200, "{path} for {who}: {text}");
    let list: Value = serde_json::from_str(&text).unwrap();
    list["results"].as_array().unwrap().iter().map(|one| one["title"].as_str().unwrap().to_owned()).collect()
}

/// R32 [D]: space permissions and view restrictions decide; restrictions on viewing hold for the pages below, those on editing hide nothing. R31 [D]:
/// members of the super group see everything, system administrators don't. R30 [D]: groups count by membership.
#[tokio::test]
async fn everybody_sees_what_permissions_and_restrictions_leave() {
    let rig = rig(&wiki()).await;
    let pages = "/rest/api/content?limit=50";
    let all = ["Home", "Zanzibar", "Zanzibar child", "Editors", "Zanzibar of SEC"];
    for who in [ADMIN, "root", "ann", "ANN"] {
        let mut found = titles(&rig, who, pages).await;
        found.sort_by_key(|title| all.iter().position(|known| known == title));
        assert_eq!(found, all, "{who}");
    }
    for who in ["bob", "sys"] {
        assert_eq!(titles(&rig, who, pages).await, ["Home", "Editors"], "{who}");
    }
    let (_, spaces) = asked(&rig, "bob", "/rest/api/space").await;
    assert!(spaces.contains("OPS") && !spaces.contains("SEC"), "{spaces}");
    let (status, body) = asked(&rig, "bob", "/rest/api/content/10").await;
    assert_eq!((status, &body), (404, &asked(&rig, "bob", "/rest/api/content/999").await.1.replace("999", "10")));
    assert_eq!(asked(&rig, "bob", "/download/attachments/10/Zanzibar.txt").await.0, 404);
    assert_eq!(asked(&rig, "ann", "/download/attachments/10/Zanzibar.txt").await, (200, "Zanzibar".to_owned()));
    // R20: a list of one page is filled up from what comes behind the hidden ones.
    assert_eq!(titles(&rig, "bob", "/rest/api/content?limit=1&start=1").await, ["Editors"]);
}

/// C16 [S]: personal labels are seen by their owners alone, not even by administrators; owners are named by name up to 5.1, by key since.
#[tokio::test]
async fn personal_labels_are_their_owners() {
    let lines = "
        Label 42 name=mine namespace=my owningUser>ConfluenceUserImpl:k1
        Label 43 name=older namespace=my owner=bob
        Labelling 44 label>Label:42 content>Page:2 labelableType=CONTENT
        Labelling 45 label>Label:43 content>Page:2 labelableType=CONTENT
    ";
    let rig = rig(&Build::site(&format!("{WIKI}{lines}"))).await;
    for (who, own) in [("ann", Some("mine")), ("bob", Some("older")), ("sys", None), ("root", None), (ADMIN, None)] {
        let (_, labels) = asked(&rig, who, "/rest/api/content/2/label").await;
        let (_, page) = asked(&rig, who, "/rest/api/content/search?cql=label%20in%20(mine,%20older)").await;
        assert_eq!(page.contains("\"totalSize\":1"), own.is_some(), "{who}: {page}");
        for label in ["mine", "older"] {
            assert_eq!(labels.contains(&format!("\"{label}\"")), own == Some(label), "{who}: {labels}");
        }
    }
    assert!(!asked(&rig, "bob", "/pages/viewpage.action?pageId=2").await.1.contains("mine"));
}

/// R33 [A]: drafts are their authors', the trash is for administrators of the space.
#[tokio::test]
async fn drafts_and_trash_are_not_for_everybody() {
    let rig = rig(&wiki()).await;
    for (status, title) in [("draft", "Zanzibar draft"), ("trashed", "Zanzibar trash")] {
        let path = format!("/rest/api/content?status={status}");
        assert_eq!(titles(&rig, "ann", &path).await, [title]);
        assert!(titles(&rig, "bob", &path).await.is_empty());
    }
}

/// R24 [D]: searches leave out what the caller may not see, and `currentUser()` is the caller. R32 [A]: comments go with their page.
#[tokio::test]
async fn searches_find_what_the_caller_may_see() {
    let rig = rig(&wiki()).await;
    let search = |query: &str| format!("/rest/api/content/search?limit=50&cql={}", query.replace(' ', "%20"));
    assert_eq!(titles(&rig, "ann", &search("type = comment")).await, ["Re: Zanzibar", "Re: Home"]);
    assert_eq!(titles(&rig, "bob", &search("type = comment")).await, ["Re: Home"]);
    assert_eq!(titles(&rig, "ann", &search("creator = currentUser() and type = page")).await, ["Zanzibar"]);
    let (_, found) = asked(&rig, "bob", &search("text ~ zanzibar")).await;
    assert!(found.contains("\"totalSize\":0"), "{found}");
}

/// R30 [D, U, A]: who isn't let in; who can't log in; who is who. R4 [U]: the caller's name is in a header.
#[tokio::test]
async fn only_those_who_are_let_in_get_in() {
    let rig = rig(&wiki()).await;
    let (status, text) = asked(&rig, "guest", "/rest/api/space").await;
    assert!(status == 403 && text.contains("Not permitted to use confluence"), "{status} {text}");
    // An account that isn't active, a name without account, a stranger, and nobody where anonymous callers aren't let in.
    for who in ["gone", "nobody", "stranger", ""] {
        assert_eq!(asked(&rig, who, "/rest/api/space").await.0, 401, "{who}");
    }
    let (_, me) = asked(&rig, "ann", "/rest/api/user/current").await;
    let me: Value = serde_json::from_str(&me).unwrap();
    assert_eq!((me["username"].as_str(), me["userKey"].as_str()), (Some("Ann"), Some("k1")));
    let answer = rig.client.get(rig.url("/rest/api/space")).basic_auth("ann", Some("ann's")).send().await.unwrap();
    assert_eq!(answer.headers()["x-ausername"], "Ann");
    let wrong = rig.client.get(rig.url("/rest/api/space")).basic_auth("ann", Some("bob's")).send().await.unwrap();
    assert_eq!(wrong.status(), 401);
}

/// R30 [D]: anonymous callers need the permission of the site and that of the space; what they may see, everybody may. R33 [A]: people
/// aren't shown to them. They are let in only by a mock that was told to.
#[tokio::test]
async fn anonymous_callers_see_what_is_public() {
    let public = "SpacePermission 70 type=VIEWSPACE space>Space:3\n";
    let site_alone = "SpacePermission 71 type=USECONFLUENCE allUsersSubject=anonymous-users\n";
    let space_alone = rig(&Build::site(&format!("{WIKI}{public}"))).await;
    assert_eq!(asked(&space_alone, "", "/rest/api/space").await.0, 401);
    let both = Build::site(&format!("{WIKI}{public}{site_alone}"));
    let rig = rig(&both).await;
    assert_eq!(titles(&rig, "", "/rest/api/content").await, ["Zanzibar of SEC"]);
    assert_eq!(titles(&rig, "bob", "/rest/api/content").await, ["Home", "Editors", "Zanzibar of SEC"]);
    assert_eq!(asked(&rig, "", "/rest/api/content/2").await.0, 404);
    let (status, me) = asked(&rig, "", "/rest/api/user/current").await;
    assert!(status == 200 && me.contains("\"anonymous\""), "{me}");
    assert_eq!(asked(&rig, "", "/rest/api/group").await.0, 403);
    assert_eq!(asked(&rig, "guest", "/rest/api/group").await.0, 200, "whom anonymous callers get in for");
    let shut = Rig::restored("site", &both).await;
    assert_eq!(asked(&shut, "", "/rest/api/space").await.0, 401);
}

/// R30 [D]: restores and jobs are for system administrators. R32 [A]: permissions of a space for those who administer it.
#[tokio::test]
async fn administration_is_for_administrators() {
    let rig = rig(&wiki()).await;
    for (who, status) in [("ann", 403), ("bob", 403), ("sys", 200), ("root", 200)] {
        for path in ["jobs", "jobs/1", "restore/files"] {
            assert_eq!(asked(&rig, who, &format!("/rest/api/backup-restore/{path}")).await.0, status, "{who}: {path}");
        }
    }
    for (who, status) in [("ann", 403), ("sys", 200)] {
        assert_eq!(asked(&rig, who, "/rest/prototype/1/index/reindex").await.0, status, "{who}");
    }
    let body = serde_json::json!({ "fileName": "backup.zip", "skipReindex": false });
    let request = rig.client.request(Method::POST, rig.url("/rest/api/backup-restore/restore/site")).json(&body);
    assert_eq!(request.basic_auth("ann", Some("ann's")).send().await.unwrap().status(), 403);
    for (who, status) in [("ann", 200), ("bob", 403), ("root", 200)] {
        assert_eq!(asked(&rig, who, "/rest/api/space/OPS/permissions").await.0, status, "{who}");
    }
}

/// R34 [U]: a browser is asked for a log-in where it wants that, and sees what its user sees; a backup isn't open to all once users are told apart.
#[tokio::test]
async fn people_look_as_themselves() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("backup.zip");
    let public = "SpacePermission 71 type=USECONFLUENCE allUsersSubject=anonymous-users";
    Build::site(&format!("{WIKI}{public}")).zip(&path);
    for anonymous in [false, true] {
        let rig = Rig::with(|settings| {
            settings.load = Some(Load { path: path.clone(), damage: Vec::new(), whole: true });
            settings.users = vec![("bob".to_owned(), SecretString::from("bob's"))];
            settings.anonymous = anonymous;
        })
        .await;
        let spaces = rig.client.get(rig.url("/browse/spaces")).send().await.unwrap();
        assert_eq!(spaces.status(), if anonymous { 200 } else { 401 });
        assert!(!spaces.text().await.unwrap().contains("Operations"));
        let asking = rig.client.get(rig.url("/browse/spaces?os_authType=basic")).send().await.unwrap();
        assert!(asking.status() == 401 && asking.headers().contains_key("www-authenticate"));
        for (who, what, shown) in [("bob", "OPS", true), ("bob", SECRET, false), (ADMIN, SECRET, true)] {
            let (status, page) = asked(&rig, who, "/browse/spaces").await;
            assert!(status == 200 && page.contains(what) == shown, "{who}: {page}");
        }
        assert!(asked(&rig, "bob", "/").await.1.contains("as bob sees it"));
    }
}

/// R34 [U]: Basic gives a cookie, which is enough from then on. R34 [D, A]: a site restore ends sessions, a space restore doesn't. R4 [U], R34: what changes
/// something needs the header against XSRF where a cookie says who calls.
#[tokio::test]
async fn a_session_lasts_until_a_site_restore() {
    let rig = rig(&wiki()).await;
    let log_in = async |who: &str, password: &str| {
        let answer =
            rig.client.get(rig.url("/rest/api/user/current")).basic_auth(who, Some(password)).send().await.unwrap();
        let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
        assert!(cookie.starts_with("JSESSIONID=") && cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax"), "{cookie}");
        format!("other=1; {}", cookie.split_once(';').unwrap().0)
    };
    let (ann, admin) = (log_in("ann", "ann's").await, log_in(ADMIN, PASSWORD).await);
    assert_ne!(ann, admin);
    let by = |method: Method, cookie: &str, path: &str| {
        rig.client.request(method, rig.url(path)).header("cookie", cookie.to_owned())
    };
    let me = async |cookie: &str| {
        let answer = by(Method::GET, cookie, "/rest/api/user/current").send().await.unwrap();
        (answer.status().as_u16(), answer.headers().get("x-ausername").map(|name| name.to_str().unwrap().to_owned()))
    };
    let space = Build::space("S", "Space 1 key=S name=S");
    assert_eq!(rig.restore("space", &space).await["jobState"], "FINISHED");
    assert_eq!(me(&ann).await, (200, Some("Ann".to_owned())));
    assert_eq!(me(&admin).await, (200, Some(ADMIN.to_owned())));
    let clear = || by(Method::PUT, &admin, "/rest/api/backup-restore/jobs/clear-queue");
    assert_eq!(clear().send().await.unwrap().status(), 403);
    assert_eq!(clear().header("X-Atlassian-Token", "no-check").send().await.unwrap().status(), 200);
    assert_eq!(rig.restore("site", &wiki()).await["jobState"], "FINISHED");
    for cookie in [&ann, &admin, &"JSESSIONID=".to_owned()] {
        assert_eq!(me(cookie).await.0, 401);
    }
    assert_eq!(me(&log_in("ann", "ann's").await).await.0, 200);
}

/// A drill's proof: after a restore a restricted page is hidden from a user, and a mock that loses restrictions shows it.
#[tokio::test]
async fn a_lost_restriction_shows_to_the_user_it_was_meant_for() {
    let users = || vec![("bob".to_owned(), SecretString::from("bob's"))];
    for (troubles, status) in [(Vec::new(), 404), (vec![Trouble::RestrictionsNotApplied], 200)] {
        let rig = Rig::with(|settings| (settings.users, settings.troubles) = (users(), troubles)).await;
        assert_eq!(rig.restore("site", &wiki()).await["jobState"], "FINISHED");
        assert_eq!(asked(&rig, "bob", "/rest/api/content/10").await.0, status);
        assert_eq!(asked(&rig, "bob", "/rest/api/content/30").await.0, 404, "permissions of spaces stay");
    }
}

/// R6 [D]: a space restore matches users by name and makes no accounts; the users of the settings have some. F24 [D]: a group that isn't there lets nobody
/// through.
#[tokio::test]
async fn restrictions_hold_after_a_space_restore() {
    let lines = "
        ConfluenceUserImpl other1 name=ann lowerName=ann
        Space 1 key=OPS name=Operations
        Page 10 title=Hers version=1 space>Space:1
        Page 11 title=Theirs version=1 space>Space:1
        ContentPermissionSet 50 type=View owningContent>Page:10
        ContentPermission 51 type=View owningSet>ContentPermissionSet:50 userSubject>ConfluenceUserImpl:other1
        ContentPermissionSet 52 type=View owningContent>Page:11
        ContentPermission 53 type=View owningSet>ContentPermissionSet:52 groupName=crew
        SpacePermission 60 type=VIEWSPACE space>Space:1 allUsersSubject=all-licensed-users
    ";
    let users = ["ann", "bob"].map(|name| (name.to_owned(), SecretString::from(format!("{name}'s"))));
    let rig = Rig::with(|settings| settings.users = users.into()).await;
    assert_eq!(rig.restore("space", &Build::space("OPS", lines)).await["jobState"], "FINISHED");
    assert_eq!(titles(&rig, "ann", "/rest/api/content").await, ["Hers"]);
    assert!(titles(&rig, "bob", "/rest/api/content").await.is_empty());
    assert_eq!(titles(&rig, ADMIN, "/rest/api/content").await, ["Hers", "Theirs"]);
}
