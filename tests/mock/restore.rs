//! Jobs, and what is refused.

use reqwest::Method;
use serde_json::json;

use crate::package::{Build, OPS, ops, site};
use crate::rig::Rig;

/// Restores, expects FAILED, and that nothing stayed behind.
async fn fails(scope: &str, build: &Build, part: &str) {
    let rig = Rig::start().await;
    let job = rig.restore(scope, build).await;
    assert_eq!(job["jobState"], "FAILED", "{job}");
    let message = job["errorMessage"].as_str().unwrap();
    assert!(message.contains(part), "{message}");
    assert_eq!(rig.get("/rest/api/space").await["size"], 0);
    assert_eq!(std::fs::read_dir(rig.home().join("spill")).unwrap().count(), 0, "texts of a failed job stayed");
}

/// F1 [U]: the descriptor must stand at the root.
#[tokio::test]
async fn a_package_without_descriptor_is_refused() {
    let text = "The zip file did not contain an entry exportDescriptor.properties";
    fails("space", &Build { descriptor: Vec::new(), ..ops() }, text).await;
    let inner = Build { descriptor: Vec::new(), ..ops() };
    let folder =
        Build { files: vec![("backup/exportDescriptor.properties".into(), b"exportType=space".to_vec())], ..inner };
    fails("space", &folder, text).await;
}

/// R1 [D]: the endpoints are for one scope each. F12 [U]: the CSV form is not for Data Center.
#[tokio::test]
async fn the_wrong_kind_of_export_is_refused() {
    fails("space", &site(), "site export").await;
    fails("site", &ops(), "space export").await;
    let mut csv = ops();
    csv.descriptor.push(("exportFormat".into(), "csv".into()));
    fails("space", &csv, "csv").await;
}

/// F8 [D]: a character that XML forbids; and XML that breaks off.
#[tokio::test]
async fn bad_xml_is_refused() {
    let bad = Build { xml: ops().xml.replace("tidied", "ti\u{2}died"), ..ops() };
    fails("space", &bad, "An invalid XML character (Unicode: 0x2) was found").await;
    let xml = ops().xml;
    let cut = Build { xml: xml[..xml.len() / 2].to_owned(), ..ops() };
    fails("space", &cut, "cut off").await;
    let rig = Rig::with(|settings| settings.refuse_illegal_characters = false).await;
    assert_eq!(rig.restore("space", &bad).await["jobState"], "FINISHED");
}

/// F8 [D]: the app data of a site export too.
#[tokio::test]
async fn bad_app_data_is_refused() {
    let name = "plugin-data/com.atlassian.activeobjects.confluence.spi/activeObjectsBackupRestoreProvider.pdata";
    fails("site", &site().file(name, b"<backup>\x0b</backup>"), "0xb").await;
    fails("site", &site().file(name, "<backup>\u{ffff}</backup>".as_bytes()), "0xffff").await;
}

/// F4 [D]: two spaces where the descriptor names one. F3 [A]: a key that exists.
#[tokio::test]
async fn spaces_that_do_not_fit_are_refused() {
    let two = format!("{OPS}\nSpace 5 key=DEV name=Dev\nPage 6 title=X version=1 space>Space:5");
    fails("space", &Build::space("OPS", &two), "SPACES (DEV)").await;
    let rig = Rig::restored("space", &ops()).await;
    let again = rig.restore("space", &ops()).await;
    assert_eq!(again["jobState"], "FAILED");
    assert!(again["errorMessage"].as_str().unwrap().contains("OPS already exists"));
    let lenient = Rig::with(|settings| settings.refuse_foreign_spaces = false).await;
    let job = lenient.restore("space", &Build::space("OPS", &two)).await;
    assert_eq!((job["jobState"].as_str(), job["spaceKeys"].clone()), (Some("FINISHED"), json!(["OPS"])));
    assert_eq!(job["statistics"]["skippedObjectsCount"], 2);
}

/// F6 [D]: lower-case user names of a site must differ, blank ones included.
#[tokio::test]
async fn user_names_that_clash_are_refused() {
    for name in ["", "ann"] {
        let lines =
            format!("ConfluenceUserImpl a name=x lowerName={name}\nConfluenceUserImpl b name=y lowerName={name}");
        fails("site", &Build::site(&lines), "unq_lwr_username").await;
    }
}

/// R35 [D]: a backup of a newer version is refused, by version or by build; Cloud counts on its own. R35 [D]: space exports of before 5.2.
#[tokio::test]
async fn backups_of_other_versions_are_refused() {
    use rehearsal::model::Version;
    let said = |scope: &str, said: &[(&str, &str)]| {
        let mut build = if scope == "site" { site() } else { ops() };
        build.descriptor.extend(said.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
        build
    };
    let newer = "newer version of Confluence, 10.0 or later";
    fails("space", &said("space", &[("createdByVersionNumber", "10.0")]), newer).await;
    fails("site", &said("site", &[("createdByVersionNumber", "10.0")]), newer).await;
    fails("space", &said("space", &[("buildNumber", "4216")]), "build 4216 is of a version before 5.2").await;
    let taken: [(&str, &[(&str, &str)]); 5] = [
        ("space", &[("createdByVersionNumber", "9.2.7"), ("buildNumber", "4515")]),
        ("space", &[("createdByVersionNumber", "1000.0.0-4ff"), ("source", "cloud"), ("buildNumber", "4515")]),
        ("space", &[("createdByBuildNumber", "9999"), ("buildNumber", "4515")]),
        ("site", &[("buildNumber", "1517")]),
        ("site", &[("createdByVersionNumber", "unknown")]),
    ];
    for (scope, words) in taken {
        let job = Rig::start().await.restore(scope, &said(scope, words)).await;
        assert_eq!(job["jobState"], "FINISHED", "{words:?}: {job}");
    }
    for (own, state) in [("7.13", "FAILED"), ("7.18", "FINISHED")] {
        let own: Version = own.parse().unwrap();
        let rig = Rig::with(|settings| settings.version = own.clone()).await;
        let job = rig.restore("space", &said("space", &[("createdByBuildNumber", "8804")])).await;
        assert_eq!(job["jobState"], state, "{own}: {job}");
    }
}

/// R1 [D]: unknown keys, and names that leave the folder or don't exist, are 400.
#[tokio::test]
async fn bad_settings_are_400() {
    let rig = Rig::start().await;
    ops().zip(&rig.home().join("outside.zip"));
    let bad = [
        json!({ "fileName": "missing.zip", "skipReindex": true }),
        json!({ "fileName": "../../outside.zip", "skipReindex": true }),
        json!({ "fileName": "x.zip", "skipReindex": true, "spaceKey": "OPS" }),
        json!({}),
    ];
    for body in bad {
        let path = "/rest/api/backup-restore/restore/space";
        let response = rig.request(Method::POST, path).json(&body).send().await.unwrap();
        assert_eq!(response.status(), 400, "{body}");
        assert_eq!(response.json::<serde_json::Value>().await.unwrap()["statusCode"], 400);
    }
}

/// R1 [D] and R4 [U]: the upload is one part named file, with the header against XSRF; 400 for what is no zip.
#[tokio::test]
async fn uploads_are_restored() {
    let rig = Rig::start().await;
    let path = rig.home().join("made.zip");
    ops().zip(&path);
    let bytes = std::fs::read(&path).unwrap();
    let send = async |bytes: Vec<u8>, token: Option<&str>| {
        let part = reqwest::multipart::Part::bytes(bytes).file_name("made.zip");
        let form = reqwest::multipart::Form::new().part("file", part);
        let mut request = rig.request(Method::POST, "/rest/api/backup-restore/restore/space/upload").multipart(form);
        if let Some(token) = token {
            request = request.header("X-Atlassian-Token", token);
        }
        request.send().await.unwrap()
    };
    assert_eq!(send(bytes.clone(), None).await.status(), 403);
    assert_eq!(send(b"no zip".to_vec(), Some("no-check")).await.status(), 400);
    let job: serde_json::Value = send(bytes, Some("no-check")).await.json().await.unwrap();
    assert_eq!((job["fileName"].as_str(), job["jobScope"].as_str()), (Some("made.zip"), Some("SPACE")));
    assert_eq!(rig.wait(&job["id"]).await["jobState"], "FINISHED");
    let uploads = || std::fs::read_dir(rig.home().join("uploads")).unwrap().count();
    assert_eq!(uploads(), 1);
    let job: serde_json::Value = send(b"PK and no more".to_vec(), Some("no-check")).await.json().await.unwrap();
    assert_eq!(rig.wait(&job["id"]).await["jobState"], "FAILED");
    assert_eq!(uploads(), 1, "the upload of a failed job stayed");
}

/// R1 and R2 [D]: listing of files, a plain array of jobs with filters, statistics, the names of states.
#[tokio::test]
async fn jobs_and_files_are_listed() {
    let rig = Rig::start().await;
    ops().zip(&rig.home().join("restore/space/ops.zip"));
    let files = rig.get("/rest/api/backup-restore/restore/files").await;
    assert_eq!((files[0]["fileName"].as_str(), files[0]["jobScope"].as_str()), (Some("ops.zip"), Some("SPACE")));
    assert!(files[0]["fileSize"].as_u64().unwrap() > 0);
    assert_eq!(rig.get("/rest/api/backup-restore/restore/files?jobScope=SITE").await, json!([]));
    let job = rig.restore_file("space", "ops.zip").await;
    let numbers = &job["statistics"];
    let count = |name: &str| numbers[name].as_u64().unwrap();
    assert_eq!(count("totalObjectsCount"), count("processedObjectsCount"));
    assert_eq!(count("totalObjectsCount"), count("persistedObjectsCount") + count("skippedObjectsCount"));
    assert_eq!(count("skippedObjectsCount"), 0);
    assert_eq!(rig.get("/rest/api/backup-restore/jobs?jobStates=FINISHED").await.as_array().unwrap().len(), 1);
    assert_eq!(rig.get("/rest/api/backup-restore/jobs?jobStates=FAILED,QUEUED").await, json!([]));
    assert_eq!(rig.status("/rest/api/backup-restore/jobs/77").await, 404);
    let filtered = async |query: &str| {
        let list = rig.get(&format!("/rest/api/backup-restore/jobs?{query}")).await;
        list.as_array().unwrap().len()
    };
    let made = job["createTime"].as_str().unwrap().to_owned();
    for (query, number) in [
        ("owner=ADMIN", 1),
        ("owner=ann", 0),
        ("jobOperation=BACKUP", 0),
        ("toDate=2020-01-01T00:00:00.000%2B0000", 0),
        (&format!("fromDate={made}&toDate={made}"), 1),
    ] {
        assert_eq!(filtered(query).await, number, "{query}");
    }
    for query in ["jobStates=DONE", "jobScope=PAGE", "jobOperation=COPY", "fromDate=yesterday", "limit=all"] {
        assert_eq!(rig.status(&format!("/rest/api/backup-restore/jobs?{query}")).await, 400, "{query}");
    }
}

/// R2 [A]: what can't be placed is counted as skipped.
#[tokio::test]
async fn homeless_objects_are_skipped_and_counted() {
    let lines = "
        Space 1 key=S name=S
        Page 2 title=A version=1 space>Space:1
        Page 3 title=Lost version=1 space>Space:99
        Comment 4 version=1 contentStatus=current
        Attachment 5 title=f version=1 containerContent>Page:98
        Page 6 title=A version=1 originalVersion>Page:97
        SpacePermission 7 type=MANAGE_PUBLIC_LINKS space>Space:1 group=g
    ";
    let rig = Rig::start().await;
    let job = rig.restore("space", &Build::space("S", lines)).await;
    assert_eq!(
        (job["jobState"].as_str(), job["statistics"]["skippedObjectsCount"].as_u64()),
        (Some("FINISHED"), Some(5))
    );
    assert_eq!(rig.get("/rest/api/content").await["size"], 1);
}

/// R1 and R2 [D]: one job is processed and the others wait; each can be cancelled; clearing the queue leaves the one that is processed alone, and a job
/// that has ended stays as it is.
#[tokio::test]
async fn jobs_can_be_cancelled() {
    let rig = Rig::with(|settings| settings.troubles = vec![rehearsal::mock::Trouble::StuckInProcessing]).await;
    ops().zip(&rig.home().join("restore/space/ops.zip"));
    let body = json!({ "fileName": "ops.zip", "skipReindex": true });
    let mut jobs = Vec::new();
    for _ in 0..4 {
        jobs.push(rig.start_restore("space", &body).await["id"].clone());
    }
    let state = async |job: usize| {
        rig.get(&format!("/rest/api/backup-restore/jobs/{}", jobs[job])).await["jobState"].as_str().unwrap().to_owned()
    };
    let put = async |path: &str| {
        let path = format!("/rest/api/backup-restore/jobs/{path}");
        rig.request(Method::PUT, &path).send().await.unwrap().json::<serde_json::Value>().await.unwrap()
    };
    let until = async |job: usize, wanted: &str| {
        while state(job).await != wanted {
            tokio::task::yield_now().await;
        }
    };
    until(0, "PROCESSING").await;
    assert_eq!((state(1).await, state(2).await), ("QUEUED".into(), "QUEUED".into()));
    assert_eq!(put(&format!("{}/cancel", jobs[1])).await["jobState"], "CANCELLED");
    let cancelled = put(&format!("{}/cancel", jobs[0])).await;
    assert!(["CANCELLING", "CANCELLED"].contains(&cancelled["jobState"].as_str().unwrap()), "{cancelled}");
    until(0, "CANCELLED").await;
    until(2, "PROCESSING").await;
    assert_eq!(put("clear-queue").await, 1);
    assert_eq!((state(2).await, state(3).await), ("PROCESSING".into(), "CANCELLED".into()));
    let again = put(&format!("{}/cancel", jobs[0])).await;
    assert_eq!((again["jobState"].as_str(), again["cancelledBy"].as_str()), (Some("CANCELLED"), Some("admin")));
    rig.server.stop().await;
}

/// R5 [D]: a site restore replaces everything that was there.
#[tokio::test]
async fn a_site_restore_replaces_what_a_space_restore_brought() {
    let rig =
        Rig::restored("space", &Build::space("S", "Space 1 key=S name=S\nPage 2 title=A version=1 space>Space:1"))
            .await;
    assert_eq!(rig.restore("site", &site()).await["jobState"], "FINISHED");
    assert_eq!(rig.status("/rest/api/space/S").await, 404);
    assert_eq!(rig.get("/rest/api/space").await["results"][0]["key"], "OPS");
}
