//! The pages for people: where they are, what they show, who may look, and that a hostile page runs nothing.

use rehearsal::mock::{Load, Server, Settings};
use rehearsal::model::{Damage, Severity, Subject};
use secrecy::SecretString;

use crate::package::{Build, OPS, ops, site};
use crate::rig::{ADMIN, PASSWORD, Rig};

/// A mock that was started to show this package.
async fn showing(build: &Build, damage: Vec<Damage>) -> Rig {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("backup.zip");
    build.zip(&path);
    let whole = damage.is_empty();
    Rig::with(|settings| settings.load = Some(Load { path, damage, whole })).await
}

/// A finding about a file on a page of [`OPS`].
pub fn cut_off() -> Damage {
    Damage {
        what: "cut-off".into(),
        severity: Severity::Error,
        subject: Subject {
            space: Some("OPS".into()),
            title: vec!["Home".into(), "gone.bin".into()],
            ..Subject::default()
        },
        message: "it is cut off".into(),
        place: None,
        remedy: Some("make the backup again".into()),
    }
}

/// The page at a path, without log-in.
async fn page(rig: &Rig, path: &str) -> String {
    let answer = rig.client.get(rig.url(path)).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    let policy = header("content-security-policy");
    for part in
        ["default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'", "style-src 'self'"]
    {
        assert!(policy.contains(part), "{policy}");
    }
    assert_eq!((header("x-content-type-options"), header("referrer-policy")), ("nosniff".into(), "no-referrer".into()));
    let text = answer.text().await.unwrap();
    assert!(text.contains("<html lang=\"en\">") && text.contains("<h1>") && text.contains("Skip to content"), "{path}");
    text
}

#[tokio::test]
async fn a_loaded_site_can_be_looked_at() {
    let rig = showing(&site(), Vec::new()).await;
    let spaces = page(&rig, "/").await;
    assert!(spaces.contains("<a href=\"/display/OPS\">Operations</a>"), "{spaces}");
    let space = page(&rig, "/display/ops").await;
    for part in [
        "How we run it",
        "pageId=10\">Home</a>",
        "pageId=12\">Runbook</a>",
        "Blog posts</a>: 1",
        "Trash</a>: 1",
        "Drafts</a>: 1",
    ] {
        assert!(space.contains(part), "{part}: {space}");
    }
    let home = page(&rig, "/pages/viewpage.action?pageId=10").await;
    for part in [
        "<p>now</p>",
        "urgent",
        "a b.txt",
        "/download/attachments/10/a%20b.txt?version=2",
        "its bytes are not in the backup",
        "<p>why</p>",
        "Inline comment: open",
        "Inline comment: resolved",
        "<mark>these words</mark>",
        "tidied",
        "pageId=11\">Version 1</a>",
        "bob",
    ] {
        assert!(home.contains(part), "{part}: {home}");
    }
    let runbook = page(&rig, "/display/OPS/Runbook").await;
    assert!(runbook.contains("only Ann Example, group crew"), "{runbook}");
    assert!(page(&rig, "/pages/viewpage.action?pageId=11").await.contains("<p>then</p>"));
    assert!(page(&rig, "/browse/space/OPS/trash").await.contains("Old"));
    assert!(page(&rig, "/pages/viewpreviousversions.action?pageId=10").await.contains("Versions: 2"));
    assert!(page(&rig, "/pages/viewpageattachments.action?pageId=10").await.contains("gone.bin"));
    assert!(page(&rig, "/browse/damage").await.contains("nothing of it is lost"));
    let missing = rig.client.get(rig.url("/pages/viewpage.action?pageId=999")).send().await.unwrap();
    assert_eq!(missing.status(), 404);
    assert!(missing.text().await.unwrap().contains("There is no page with the id 999"));
}

#[tokio::test]
async fn every_link_of_the_rest_answers_leads_to_a_page() {
    let rig = showing(&site(), Vec::new()).await;
    let mut links = Vec::new();
    for path in [
        "/rest/api/space",
        "/rest/api/content?type=page",
        "/rest/api/content?type=blogpost",
        "/rest/api/content/10/child/comment",
        "/rest/api/content/10/child/attachment",
    ] {
        for one in rig.get(path).await["results"].as_array().unwrap() {
            links.extend(["webui", "tinyui"].iter().filter_map(|name| one["_links"][name].as_str()).map(str::to_owned));
        }
    }
    assert!(links.len() > 8, "{links:?}");
    for link in links {
        page(&rig, &link).await;
    }
}

#[tokio::test]
async fn attachments_are_kept_and_not_opened() {
    let rig = showing(&site(), Vec::new()).await;
    let answer = rig.client.get(rig.url("/download/attachments/10/a%20b.txt")).send().await.unwrap();
    assert_eq!(answer.headers()["content-disposition"], "attachment; filename*=UTF-8''a%20b.txt");
    assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    assert_eq!(answer.text().await.unwrap(), "newer");
}

/// Pictures whose bytes are whole stand in the text; of the others a link is there, and the table of files says what is wrong.
#[tokio::test]
async fn attached_pictures_are_shown_where_they_are_whole() {
    let image = |name: &str, of: &str| {
        format!("<ac:image><ri:attachment|ri:filename=\"{name}\">{of}</ri:attachment></ac:image>")
    };
    let names = ["whole.png", "short.png", "gone.png", "trashed.png", "drawing.svg", "notes.txt"];
    let own: String = names.iter().map(|name| image(name, "")).collect();
    let other = image("whole.png", "<ri:page|ri:content-title=\"Home\"/>");
    let mut lines = format!(
        "{OPS}Page 200 title=Pictures version=1 contentStatus=current space>Space:1
        BodyContent 201 content>Page:200 body={own} bodyType=2
        Page 202 title=Elsewhere version=1 contentStatus=current space>Space:1
        BodyContent 203 content>Page:202 body={}{other} bodyType=2",
        image("whole.png", "<ri:page|ri:content-title=\"Pictures\"/>")
    );
    for (at, name) in names.iter().enumerate() {
        let (id, status) = (210 + at * 10, if *name == "trashed.png" { "deleted" } else { "current" });
        let media_type = match name.rsplit_once('.').unwrap().1 {
            "png" => "image/png",
            "svg" => "image/svg+xml",
            _ => "text/plain",
        };
        lines += &format!(
            "
            Attachment {id} title={name} version=1 contentStatus={status} containerContent>Page:200 space>Space:1
            ContentProperty {} name=MEDIA_TYPE stringValue={media_type} content>Attachment:{id}
            ContentProperty {} name=FILESIZE longValue={} content>Attachment:{id}",
            id + 1,
            id + 2,
            if *name == "short.png" { 5 } else { 4 }
        );
    }
    let mut build = Build::site(&lines);
    for id in [210, 220, 240, 250, 260] {
        build = build.file(&format!("attachments/200/{id}/1"), b"\x89PNG");
    }
    let rig = showing(&build, Vec::new()).await;
    let html = page(&rig, "/pages/viewpage.action?pageId=200").await;
    assert_eq!(html.matches("<img").count(), 1, "{html}");
    assert!(html.contains("<img src=\"/download/attachments/200/whole.png\" alt=\"whole.png\""), "{html}");
    assert_eq!(html.matches(">Image: ").count(), 5, "{html}");
    let html = page(&rig, "/pages/viewpage.action?pageId=202").await;
    assert_eq!(html.matches("<img src=\"/download/attachments/200/whole.png\"").count(), 1, "{html}");
    assert_eq!(html.matches("<img").count(), 1, "no other page has it: {html}");
}

#[tokio::test]
async fn only_a_loaded_backup_on_this_machine_is_open() {
    let shut = Rig::restored("site", &site()).await;
    for path in ["/browse/spaces", "/display/OPS", "/pages/viewpage.action?pageId=10", "/browse/damage"] {
        let answer = shut.client.get(shut.url(path)).send().await.unwrap();
        assert_eq!(answer.status(), 401, "{path}");
        assert!(answer.headers()["www-authenticate"].to_str().unwrap().starts_with("Basic "));
        assert!(!answer.text().await.unwrap().contains("Operations"));
        assert_eq!(shut.status(path).await, 200, "{path} with the password");
    }
    assert!(!shut.client.get(shut.url("/")).send().await.unwrap().text().await.unwrap().contains("Operations"));

    let open = showing(&site(), Vec::new()).await;
    let rest = open.client.get(open.url("/rest/api/space")).send().await.unwrap();
    assert_eq!(rest.status(), 401, "REST stays shut");
    for path in ["/", "/browse/spaces", "/download/attachments/10/a%20b.txt"] {
        let request = open.client.get(open.url(path)).header("host", "evil.example");
        let answer = request.send().await.unwrap();
        assert!(!answer.text().await.unwrap().contains("Operations"), "{path} by another name");
    }
    let job = open.restore("space", &Build::space("NEW", "Space 1 key=NEW name=Newer")).await;
    assert_eq!(job["jobState"], "FINISHED", "{job}");
    assert_eq!(
        open.client.get(open.url("/browse/spaces")).send().await.unwrap().status(),
        401,
        "it holds more than was loaded"
    );
}

#[tokio::test]
async fn a_hostile_page_runs_nothing() {
    let body = "<script>alert(1)</script><img|src=x|onerror=alert(1)><a|href=\"javascript:alert(1)\">x</a><iframe|src=x></iframe></article></main>";
    let lines = format!(
        "{OPS}Page 200 title=</title><script>alert(2)</script> version=1 space>Space:1 versionComment=<img|src=x|onerror=alert(3)>
        BodyContent 201 content>Page:200 body={body} bodyType=2
        Comment 202 version=1 containerContent>Page:200
        BodyContent 203 content>Comment:202 body={body} bodyType=2
        Attachment 204 title=\"><script>alert(4)</script> version=1 containerContent>Page:200
        BlogPost 205 title=wiki version=1 space>Space:1
        BodyContent 206 content>BlogPost:205 body=h1.|<script>alert(5)</script> bodyType=0"
    );
    let rig = showing(&Build::site(&lines), Vec::new()).await;
    for path in [
        "/pages/viewpage.action?pageId=200",
        "/display/OPS",
        "/browse/spaces",
        "/pages/viewpage.action?pageId=205",
        "/pages/viewpageattachments.action?pageId=200",
    ] {
        let html = page(&rig, path).await.to_lowercase();
        for part in ["<script", "<img", "<iframe", "href=\"javascript"] {
            assert!(!html.contains(part), "{part} in {path}: {html}");
        }
    }
    let title = rig.client.get(rig.url("/display/OPS/%3Cscript%3Ealert(6)%3C%2Fscript%3E")).send().await.unwrap();
    assert!(!title.text().await.unwrap().contains("<script"));
}

#[tokio::test]
async fn a_damaged_package_is_shown_as_far_as_it_goes() {
    let mut build = site();
    let end = build.xml.find("<object class=\"BlogPost\"").unwrap();
    build.xml.truncate(end + 30);
    let rig = showing(&build, vec![cut_off()]).await;
    assert!(page(&rig, "/pages/viewpage.action?pageId=10").await.contains("<p>now</p>"));
    assert!(page(&rig, "/").await.contains("This backup is damaged."));
    let told = page(&rig, "/browse/damage").await;
    assert!(told.contains("pageId=10\">Home / gone.bin</a>"), "it leads to what the file hangs on: {told}");
    assert!(told.contains("cut-off") && told.contains("make the backup again") && told.contains("is lost"), "{told}");
}

/// F1 [U]: Confluence refuses both; people want to see what is inside.
#[tokio::test]
async fn a_package_without_descriptor_or_in_a_folder_is_shown() {
    let bare = Build { descriptor: Vec::new(), ..site() };
    let inner = |name: &str, bytes: &[u8]| (format!("backup/{name}"), bytes.to_vec());
    let said = b"exportType=space\nspaceKey=OPS\n";
    let files = [
        inner("entities.xml", ops().xml.as_bytes()),
        inner("exportDescriptor.properties", said),
        inner("attachments/10/50/2", b"newer"),
    ];
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("folder.zip");
    let mut zip = rehearsal::package::PackageWriter::create(&path).unwrap();
    for (name, bytes) in &files {
        zip.entry(name, true, &mut bytes.as_slice()).unwrap();
    }
    zip.finish().unwrap();
    let load = Load { path, damage: Vec::new(), whole: false };
    for rig in [showing(&bare, Vec::new()).await, Rig::with(|settings| settings.load = Some(load)).await] {
        assert!(page(&rig, "/display/OPS/Home").await.contains("<p>now</p>"));
        let file = rig.client.get(rig.url(&format!("/download/attachments/{}/a%20b.txt", id(&rig).await))).send().await;
        assert_eq!(file.unwrap().text().await.unwrap(), "newer");
    }
}

/// The id of the home page.
async fn id(rig: &Rig) -> String {
    let found = rig.get("/rest/api/content?spaceKey=OPS&title=Home").await;
    found["results"][0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_is_no_package_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("backup.zip");
    std::fs::write(&path, "no zip").unwrap();
    let mut settings = Settings::new(home.path().join("home"), ADMIN, SecretString::from(PASSWORD));
    settings.load = Some(Load { path, damage: Vec::new(), whole: true });
    let error = Server::start(settings).await.unwrap_err();
    assert!(error.to_string().contains("backup.zip"), "{error}");
}

/// Every page and every space of the real packages.
#[tokio::test]
async fn real_packages_can_be_looked_at() {
    let Some(corpus) = std::env::var_os("REHEARSE_CORPUS") else {
        println!("REHEARSE_CORPUS is not set: real packages were not looked at");
        return;
    };
    let mut looked = 0;
    for name in [
        "site-3.4.7.zip",
        "site-4.3.2.zip",
        "site-5.9.zip",
        "space-5.4.zip",
        "space-cloud-2017",
        "space-cloud-2024.zip",
    ] {
        let path = std::path::Path::new(&corpus).join("packages").join(name);
        let rig = Rig::with(|settings| settings.load = Some(Load { path, damage: Vec::new(), whole: true })).await;
        for kind in ["page", "blogpost"] {
            for row in rig.get(&format!("/rest/api/content?type={kind}&limit=500")).await["results"].as_array().unwrap()
            {
                let html = page(&rig, row["_links"]["webui"].as_str().unwrap()).await;
                assert!(!html.contains("<script"), "{name}: {row}");
                looked += 1;
            }
        }
        for row in rig.get("/rest/api/space").await["results"].as_array().unwrap() {
            page(&rig, row["_links"]["webui"].as_str().unwrap()).await;
        }
    }
    assert!(looked > 50, "{looked}");
}
