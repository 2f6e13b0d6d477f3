//! `rehearse mock --data`, the real program: what was restored is there when it is started again, also where it was killed in the middle of a restore.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rehearsal::sample::{Sample, SampleScope, write};
use serde_json::Value;

use crate::package::{Build, OPS};
use crate::rig::{ADMIN, PASSWORD};

/// A mock that runs; killed when it is dropped, as by `kill -9`.
struct Running {
    child: Child,
    base: String,
    said: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rehearse"));
    command.args(["mock", "--listen", "127.0.0.1:0", "--data"]).arg(data).env("REHEARSE_MOCK_PASSWORD", PASSWORD);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

fn start(command: &mut Command) -> Running {
    let mut child = command.spawn().unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut running = Running { child, base: String::new(), said: String::new() };
    for line in lines {
        let line = line.unwrap();
        running.said += &(line.clone() + "\n");
        if let Some(at) = line.find("http://") {
            running.base = line[at..].split([',', ';']).next().unwrap().trim_end_matches('/').to_owned();
            return running;
        }
    }
    panic!("it ended before it was ready: {}", running.said);
}

fn client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().tls_certs_only([]).build().unwrap()
}

async fn get(running: &Running, path: &str) -> Value {
    let answer =
        client().get(format!("{}{path}", running.base)).basic_auth(ADMIN, Some(PASSWORD)).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.json().await.unwrap()
}

async fn post(running: &Running, path: &str, body: Value) -> Value {
    let answer = client().post(format!("{}{path}", running.base)).basic_auth(ADMIN, Some(PASSWORD)).json(&body);
    answer.send().await.unwrap().json().await.unwrap()
}

async fn ended(running: &Running, job: &Value) -> String {
    loop {
        let state = get(running, &format!("/rest/api/backup-restore/jobs/{}", job["id"])).await;
        match state["jobState"].as_str().unwrap() {
            "QUEUED" | "PROCESSING" => tokio::task::yield_now().await,
            word => return word.to_owned(),
        }
    }
}

/// Everything that a reading client sees of the content, as text.
async fn seen(running: &Running) -> String {
    let mut all = String::new();
    for path in [
        "/rest/api/space?expand=description.plain,homepage&limit=100",
        "/rest/api/content/scan?limit=100&expand=body.storage,version,ancestors,metadata.labels,restrictions.read.restrictions.user",
        "/rest/api/content/scan?type=comment&limit=100&expand=body.storage,container",
        "/rest/api/search?cql=type%20in%20(page,attachment)&limit=100",
        "/rest/api/user/memberof?username=admin",
        "/rest/api/template/page?limit=100",
    ] {
        let mut answer = get(running, path).await;
        if let Some(map) = answer.as_object_mut() {
            map.remove("searchDuration");
        }
        all += &answer.to_string().replace(&running.base, "");
    }
    all
}

fn sample(path: &Path, pages: u32, seed: u64, scope: SampleScope) {
    write(&Sample { scope, ..Sample::sized(pages, seed) }, path).unwrap();
}

#[tokio::test]
async fn a_site_is_there_again_with_all_that_was_restored() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("wiki");
    let site = folder.path().join("site.zip");
    sample(&site, 30, 5, SampleScope::Site);
    let first = start(command(&data).arg("--load").arg(&site));
    // A space beside it, restored without the index.
    std::fs::create_dir_all(data.join("restore/space")).unwrap();
    let space = data.join("restore/space/space.zip");
    Build::space("LAB", &OPS.replace("OPS", "LAB").replace("ops", "lab"))
        .file("attachments/10/50/2", b"newer")
        .zip(&space);
    let body = serde_json::json!({ "fileName": "space.zip", "skipReindex": true });
    let job = post(&first, "/rest/api/backup-restore/restore/space", body).await;
    assert_eq!(ended(&first, &job).await, "FINISHED");
    let before = seen(&first).await;
    let file = get(&first, "/rest/api/search?cql=type=attachment&limit=1").await["results"][0]["content"].clone();
    let download = |base: &str| {
        let link = file["_links"]["download"].as_str().unwrap();
        client().get(format!("{base}{link}")).basic_auth(ADMIN, Some(PASSWORD)).send()
    };
    let bytes = download(&first.base).await.unwrap().bytes().await.unwrap();
    assert!(!bytes.is_empty());
    drop(first);
    // The packages that were restored are not needed any more.
    std::fs::remove_file(&site).unwrap();
    std::fs::remove_file(&space).unwrap();

    let again = start(&mut command(&data));
    assert!(again.said.contains("with the site that was kept") && !again.said.contains("warning"), "{}", again.said);
    assert_eq!(before, seen(&again).await);
    assert_eq!(bytes, download(&again.base).await.unwrap().bytes().await.unwrap());
    // What no table holds is handed on by a backup.
    let settings = serde_json::json!({ "skipAttachments": false, "keepPermanently": true });
    let job = post(&again, "/rest/api/backup-restore/backup/site", settings).await;
    assert_eq!(ended(&again, &job).await, "FINISHED");
}

#[tokio::test]
async fn a_mock_that_is_killed_while_it_restores_leaves_the_site_of_before() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("wiki");
    let small = folder.path().join("small.zip");
    sample(&small, 5, 5, SampleScope::Site);
    let mut running = start(command(&data).arg("--load").arg(&small));
    let before = seen(&running).await;
    sample(&data.join("restore/site/large.zip"), 3_000, 6, SampleScope::Site);
    let body = serde_json::json!({ "fileName": "large.zip" });
    let job = post(&running, "/rest/api/backup-restore/restore/site", body).await;
    while !data.join("restoring").exists() {
        tokio::task::yield_now().await;
    }
    running.child.kill().unwrap();
    running.child.wait().unwrap();
    assert!(data.join("restoring").exists(), "the job {job} was faster than its end");
    drop(running);

    let again = start(&mut command(&data));
    assert!(again.said.contains("warning: a restore was cut short"), "{}", again.said);
    assert_eq!(before, seen(&again).await);
    let files = std::fs::read_dir(data.join("spill")).unwrap().count();
    drop(again);
    let third = start(&mut command(&data));
    assert!(!third.said.contains("warning"), "{}", third.said);
    assert_eq!(files, std::fs::read_dir(data.join("spill")).unwrap().count(), "nothing is left of what was cut short");
    // The same restore, this time to its end; the files of the site before it go.
    let body = serde_json::json!({ "fileName": "large.zip" });
    let job = post(&third, "/rest/api/backup-restore/restore/site", body).await;
    assert_eq!(ended(&third, &job).await, "FINISHED");
    assert_eq!(files, std::fs::read_dir(data.join("spill")).unwrap().count());
    assert_ne!(before, seen(&third).await);
}

#[test]
fn a_folder_that_can_t_be_used_is_refused_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("wiki");
    let small = folder.path().join("small.zip");
    sample(&small, 3, 5, SampleScope::Site);
    let refused = |command: &mut Command, why: &str| {
        let output = command.output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && said.contains(why), "{said}");
    };
    refused(&mut command(folder.path()), "it is not empty, and no mock made it");
    let running = start(command(&data).arg("--load").arg(&small));
    refused(&mut command(&data), "another mock is using it");
    drop(running);
    refused(command(&data).arg("--load").arg(&small), "it holds a site already");
    let state = data.join("site.state");
    let bytes = std::fs::read(&state).unwrap();
    std::fs::write(&state, bytes.strip_suffix(&[0]).unwrap_or(&bytes[..bytes.len() / 2])).unwrap();
    refused(&mut command(&data), "doesn't hold the state of a site");
    std::fs::write(&state, b"rehearse mock site 99\n").unwrap();
    refused(&mut command(&data), "newer rehearse");
    std::fs::write(&state, b"notes").unwrap();
    refused(&mut command(&data), "doesn't hold the state of a site");
    std::fs::write(&state, &bytes).unwrap();
    for entry in std::fs::read_dir(data.join("spill")).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_str().unwrap().starts_with("content") {
            std::fs::write(&path, b"no database").unwrap();
        }
    }
    refused(&mut command(&data), "database");
}
