//! Backup jobs: what is asked for, what is refused, what is made.

use rehearsal::model::{Kind, Scope};
use rehearsal::package::{Limits, Package, read_descriptor};
use reqwest::Method;
use serde_json::{Value, json};

use crate::package::{Build, ops, site};
use crate::rig::Rig;

const AT: &str = "/rest/api/backup-restore";

fn everything() -> Value {
    json!({ "skipAttachments": false, "keepPermanently": true })
}

fn space(keys: &[&str]) -> Value {
    json!({ "spaceKeys": keys, "keepPermanently": true })
}

impl Rig {
    async fn ask_backup(&self, scope: &str, body: &Value) -> reqwest::Response {
        self.request(Method::POST, &format!("{AT}/backup/{scope}")).json(body).send().await.unwrap()
    }

    /// Makes a backup and gives the job when it has ended.
    pub async fn back_up(&self, scope: &str, body: &Value) -> Value {
        let response = self.ask_backup(scope, body).await;
        assert_eq!(response.status(), 200);
        let job: Value = response.json().await.unwrap();
        assert_eq!((job["jobOperation"].as_str(), job["jobState"].as_str()), (Some("BACKUP"), Some("QUEUED")));
        self.wait(&job["id"]).await
    }

    /// Makes a backup that must succeed, downloads it, and opens it.
    async fn package(&self, scope: &str, body: &Value) -> (Value, Package) {
        let job = self.back_up(scope, body).await;
        assert_eq!(job["jobState"], "FINISHED", "{job}");
        let response = self.response(&format!("{AT}/jobs/{}/download", job["id"])).await;
        assert_eq!(response.headers()["content-type"], "application/octet-stream");
        let path = self.home().join("downloaded.zip");
        std::fs::write(&path, response.bytes().await.unwrap()).unwrap();
        (job, Package::open(&path, &Limits::default()).unwrap())
    }
}

fn descriptor(package: &Package) -> rehearsal::model::Descriptor {
    let entry = package.entry("exportDescriptor.properties").unwrap();
    read_descriptor(&package.read_small(entry, 10_000).unwrap())
}

fn files(package: &Package) -> Vec<&str> {
    let names = package.entries().iter().map(|entry| entry.name.as_str());
    names.filter(|name| name.starts_with("attachments/")).collect()
}

/// R50 [D]: a backup of the site is a job, and its file is downloaded when it has finished. R53 [S, A]: the form of the package.
#[tokio::test]
async fn a_site_is_backed_up_and_downloaded() {
    let rig = Rig::restored("site", &site()).await;
    let (job, package) = rig.package("site", &everything()).await;
    assert_eq!((job["jobScope"].as_str(), job["fileExists"].as_bool()), (Some("SITE"), Some(true)));
    let numbers = &job["statistics"];
    assert!(numbers["persistedObjectsCount"].as_u64().unwrap() > 40, "{numbers}");
    assert_eq!(numbers["totalObjectsCount"], numbers["persistedObjectsCount"]);
    let said = descriptor(&package);
    assert_eq!((said.get("exportType"), said.get("backupAttachments")), (Some("all"), Some("true")));
    assert_eq!((said.get("spaceKey"), said.get("createdByVersionNumber")), (None, Some("9.2.0")));
    assert_eq!(files(&package), ["attachments/10/50/1", "attachments/10/50/2"]);
    let newer = package.entry("attachments/10/50/2").unwrap();
    assert_eq!(package.read_small(newer, 100).unwrap(), b"newer");
    let read = rehearsal::archive::survey(package.path(), &crate::common::context()).unwrap();
    assert_eq!((read.writer.as_str(), &read.scope), ("Data Center writer (8.3 and later)", &Scope::Site));
    assert_eq!(read.kinds[&Kind::User].number, 1);
}

/// R50 [D]: spaces are named by their keys; a package can hold several. C4 [U]: `spaceKeys`.
#[tokio::test]
async fn spaces_are_backed_up_alone_and_together() {
    let rig = Rig::restored("space", &ops()).await;
    let dev = Build::space(
        "DEV",
        "Space 1 key=DEV name=Dev\nPage 2 title=Start version=1 contentStatus=current space>Space:1",
    );
    // The bytes of attachments stay in the package that was restored, so that the second needs a name of its own.
    dev.zip(&rig.home().join("restore/space/dev.zip"));
    assert_eq!(rig.restore_file("space", "dev.zip").await["jobState"], "FINISHED");
    let (job, package) = rig.package("space", &space(&["dev"])).await;
    assert_eq!((job["jobScope"].as_str(), &job["spaceKeys"]), (Some("SPACE"), &json!(["DEV"])));
    let said = descriptor(&package);
    assert_eq!(
        (said.get("exportType"), said.get("spaceKey"), said.get("spaceKeys")),
        (Some("space"), Some("DEV"), None)
    );
    assert_eq!(files(&package), [""; 0]);
    let read = rehearsal::archive::survey(package.path(), &crate::common::context()).unwrap();
    let count = |kind| read.kinds.get(&kind).map_or(0, |held| held.number);
    assert_eq!((count(Kind::Space), count(Kind::Page), count(Kind::User), count(Kind::Group)), (1, 1, 0, 0));
    let (_, package) = rig.package("space", &space(&["DEV", "OPS", "ops"])).await;
    assert_eq!(descriptor(&package).get("spaceKeys"), Some("DEV,OPS"));
    assert_eq!(files(&package).len(), 2);
}

/// R50 [D]: `skipAttachments` leaves the files out, not the records. C4 [S]: the descriptor says so.
#[tokio::test]
async fn attachments_can_be_left_out() {
    let rig = Rig::restored("site", &site()).await;
    let (_, package) = rig.package("site", &json!({ "skipAttachments": true, "keepPermanently": false })).await;
    assert_eq!(files(&package), [""; 0]);
    assert_eq!(descriptor(&package).get("backupAttachments"), Some("false"));
    let read = rehearsal::archive::survey(package.path(), &crate::common::context()).unwrap();
    assert_eq!(read.kinds[&Kind::Attachment].number, 2);
}

/// R52 [U]: names of files. R1 [D]: they lie where packages to restore do, and are listed with them.
#[tokio::test]
async fn files_are_named_and_listed() {
    let rig = Rig::restored("space", &ops()).await;
    let name = |job: &Value| job["fileName"].as_str().unwrap().to_owned();
    let job = rig.back_up("site", &everything()).await;
    assert!(name(&job).starts_with("xmlexport-2") && name(&job).ends_with(".zip"), "{job}");
    let job = rig.back_up("space", &space(&["OPS"])).await;
    assert!(name(&job).starts_with("Confluence-space-export-OPS-2") && name(&job).ends_with(".xml.zip"), "{job}");
    let mut body = space(&["OPS"]);
    body["fileNamePrefix"] = "nightly".into();
    let job = rig.back_up("space", &body).await;
    assert!(name(&job).starts_with("nightly-OPS-2"), "{job}");
    let listed = rig.get(&format!("{AT}/restore/files?jobScope=SPACE")).await;
    let names: Vec<&str> = listed.as_array().unwrap().iter().filter_map(|file| file["fileName"].as_str()).collect();
    assert!(names.contains(&name(&job).as_str()) && names.contains(&"backup.zip"), "{names:?}");
}

/// R50 [D]: unknown keys and missing ones are 400. R51 [A]: so are spaces that aren't there, and names of files that lead elsewhere.
#[tokio::test]
async fn bad_settings_are_400() {
    let rig = Rig::restored("space", &ops()).await;
    let bad = [
        ("site", json!({})),
        ("site", json!({ "skipAttachments": false })),
        ("site", json!({ "skipAttachments": false, "keepPermanently": true, "spaceKeys": ["OPS"] })),
        ("site", json!({ "skipAttachments": false, "keepPermanently": true, "fileNamePrefix": "../out" })),
        ("space", json!({ "spaceKeys": [], "keepPermanently": true })),
        ("space", json!({ "spaceKeys": ["NONE"], "keepPermanently": true })),
        ("space", json!({ "spaceKeys": ["OPS", "NONE"], "keepPermanently": true })),
        ("space", json!({ "spaceKeys": ["OPS"], "keepPermanently": true, "skipAttachments": true })),
        ("space", json!({ "spaceKeys": ["OPS"], "keepPermanently": true, "fileNamePrefix": ".hidden" })),
    ];
    for (scope, body) in bad {
        assert_eq!(rig.ask_backup(scope, &body).await.status(), 400, "{scope} {body}");
    }
    assert_eq!(rig.get(&format!("{AT}/jobs?jobOperation=BACKUP")).await, json!([]));
}

/// R51 [D]: without permission nothing is made or given; which code says so differs between the editions of the reference.
#[tokio::test]
async fn strangers_get_nothing() {
    let rig = Rig::restored("space", &ops()).await;
    let job = rig.back_up("space", &space(&["OPS"])).await;
    let path = format!("{AT}/jobs/{}/download", job["id"]);
    for request in [
        rig.client.post(rig.url(&format!("{AT}/backup/site"))).json(&everything()),
        rig.client.post(rig.url(&format!("{AT}/backup/space"))).json(&space(&["OPS"])),
        rig.client.get(rig.url(&path)),
    ] {
        assert!(request.send().await.unwrap().status().is_client_error());
    }
    assert_eq!(rig.get(&format!("{AT}/jobs?jobOperation=BACKUP")).await.as_array().unwrap().len(), 1);
}

/// R50 [D]: 404 for an unknown job and for a file that is gone. R51 [A]: and for a restore.
#[tokio::test]
async fn only_what_was_made_is_downloaded() {
    let rig = Rig::start().await;
    let restore = rig.restore("space", &ops()).await;
    let backup = rig.back_up("space", &space(&["OPS"])).await;
    let path = |id: &Value| format!("{AT}/jobs/{id}/download");
    for id in [&json!(77), &json!("x"), &restore["id"]] {
        assert_eq!(rig.status(&path(id).replace('"', "")).await, 404, "{id}");
    }
    assert_eq!(rig.status(&path(&backup["id"])).await, 200);
    std::fs::remove_file(rig.home().join("restore/space").join(backup["fileName"].as_str().unwrap())).unwrap();
    assert_eq!(rig.status(&path(&backup["id"])).await, 404);
    assert_eq!(rig.get(&format!("{AT}/jobs/{}", backup["id"])).await["fileExists"], false);
}

/// R1 and R2 [D]: one list of jobs, told apart by their operation; a queued backup can be cancelled. R50 [D]: 409 where a backup of the
/// same spaces waits. R51 [A]: what hasn't finished can't be downloaded.
#[tokio::test]
async fn backups_wait_in_the_same_queue_as_restores() {
    let rig = Rig::with(|settings| settings.troubles = vec![rehearsal::mock::Trouble::StuckInProcessing]).await;
    ops().zip(&rig.home().join("restore/space/ops.zip"));
    rig.start_restore("space", &json!({ "fileName": "ops.zip", "skipReindex": true })).await;
    let job: Value = rig.ask_backup("site", &everything()).await.json().await.unwrap();
    assert_eq!(rig.ask_backup("site", &everything()).await.status(), 409);
    assert_eq!(rig.status(&format!("{AT}/jobs/{}/download", job["id"])).await, 404);
    let listed = rig.get(&format!("{AT}/jobs")).await;
    let kinds: Vec<&str> = listed.as_array().unwrap().iter().filter_map(|job| job["jobOperation"].as_str()).collect();
    assert_eq!(kinds, ["BACKUP", "RESTORE"]);
    assert_eq!(rig.get(&format!("{AT}/jobs?jobOperation=RESTORE")).await.as_array().unwrap().len(), 1);
    let cancel = rig.request(Method::PUT, &format!("{AT}/jobs/{}/cancel", job["id"])).send().await.unwrap();
    assert_eq!(cancel.json::<Value>().await.unwrap()["jobState"], "CANCELLED");
    assert_eq!(rig.status(&format!("{AT}/jobs/{}/download", job["id"])).await, 404);
    assert_eq!(rig.ask_backup("site", &everything()).await.status(), 200);
    rig.server.stop().await;
}

/// R54 [A]: passwords, tokens and keys stay out of a backup, although real ones hold them.
#[tokio::test]
async fn secrets_stay_out() {
    let secret = "
        InternalUser 2001 name=eve lowerName=eve credential=hunter2hash
        DefaultHibernateUser 2002 name=old password=hunter2hash fullName=Old|Timer email=old@example.com
        ConfluenceRememberMeToken 2003 username=eve token=hunter2hash
        AliasedKey 2004 alias=a key=hunter2hash
    ";
    let build = site();
    let more = Build::site(secret).xml;
    let objects = more.split_once("12:00:00\">").unwrap().1.to_owned();
    let rig =
        Rig::restored("site", &Build { xml: build.xml.replace("</hibernate-generic>\n", &objects), ..build }).await;
    let (_, package) = rig.package("site", &everything()).await;
    let xml = package.read_small(package.entry("entities.xml").unwrap(), 1 << 20).unwrap();
    let xml = String::from_utf8(xml).unwrap();
    assert!(xml.contains("old@example.com") && xml.contains("Old Timer") && !xml.contains("hunter2"), "{xml}");
    assert!(!xml.contains("DefaultHibernate") && !xml.contains("RememberMe"));
}
