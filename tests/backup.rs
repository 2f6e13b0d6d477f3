//! `rehearse backup`, the real program: a live Confluence (the mock) is captured, backed up, captured again, and a drill passes on what it leaves.
//! Between program and mock stands a relay that lets a page change while the backup runs.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that stumbles has failed"
)]

mod common;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use rehearsal::mock::{Load, Server, Settings};
use rehearsal::sample::{Sample, SampleScope, write};
use secrecy::SecretString;
use serde_json::Value;

const PASSWORD: &str = "not a secret of anybody";

/// What the relay does once the backup was asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meanwhile {
    Nothing,
    /// The text of this page is another one in every answer.
    Edited(u64),
    /// Every text is another one.
    AllEdited,
    /// The file breaks off.
    CutFile,
}

struct Relay {
    to: String,
    client: reqwest::Client,
    begun: AtomicBool,
    meanwhile: Meanwhile,
}

/// A mock that holds a sample, and a relay in front of it.
struct Live {
    _mock: Server,
    _home: tempfile::TempDir,
    base: String,
    folder: tempfile::TempDir,
}

impl Live {
    async fn with(scope: SampleScope, meanwhile: Meanwhile) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (home, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let package = home.path().join("sample.zip");
        write(&Sample { scope, ..Sample::sized(30, 7) }, &package).unwrap();
        let mut settings = Settings::new(home.path(), "admin", SecretString::from(PASSWORD));
        settings.load = Some(Load { path: package, damage: Vec::new(), whole: true });
        let mock = Server::start(settings).await.unwrap();
        let relay = Arc::new(Relay {
            to: mock.base_url().to_owned(),
            client: reqwest::Client::builder().tls_certs_only([]).build().unwrap(),
            begun: AtomicBool::new(false),
            meanwhile,
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, axum::Router::new().fallback(pass).with_state(relay)).await });
        Self { _mock: mock, _home: home, base, folder }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    /// Runs the program; exit code and what it said.
    async fn program(&self, arguments: &[&str]) -> (i32, String) {
        let arguments: Vec<String> = arguments.iter().map(|argument| argument.replace("URL", &self.base)).collect();
        let folder = self.folder.path().to_owned();
        tokio::task::spawn_blocking(move || program(&folder, &arguments)).await.unwrap()
    }

    async fn drill(&self) -> (i32, Value, String) {
        let scenario = "rehearse: 1\nscenario: made\nbackup: { file: made.zip }\nmanifest: beside-backup\ntarget: embedded\nchecks: [all]\nreports: [{ evidence: out.json }]\n";
        std::fs::write(self.path("made.yaml"), scenario).unwrap();
        let (code, said) = self.program(&["run", "made.yaml"]).await;
        (code, serde_json::from_slice(&std::fs::read(self.path("out.json")).unwrap()).unwrap(), said)
    }
}

fn program(folder: &Path, arguments: &[String]) -> (i32, String) {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_rehearse"))
        .args(arguments)
        .current_dir(folder)
        .env("CONFLUENCE_PASSWORD", PASSWORD)
        .env_remove("CONFLUENCE_TOKEN")
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!said.contains(PASSWORD) && !said.contains("panicked"), "{said}");
    (output.status.code().unwrap(), said)
}

/// Hands a request on, and its answer back, changed or not.
async fn pass(State(relay): State<Arc<Relay>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().unwrap().as_str().to_owned();
    if path.contains("/backup-restore/backup/") {
        relay.begun.store(true, Ordering::SeqCst);
    }
    let mut onward = relay.client.request(parts.method, format!("{}{path}", relay.to));
    for name in ["authorization", "content-type", "x-atlassian-token", "accept"] {
        if let Some(value) = parts.headers.get(name) {
            onward = onward.header(name, value);
        }
    }
    let answer = onward.body(axum::body::to_bytes(body, usize::MAX).await.unwrap()).send().await.unwrap();
    let mut response = Response::builder().status(answer.status());
    for name in ["content-type", "x-rehearse-mock"] {
        if let Some(value) = answer.headers().get(name) {
            response = response.header(name, value);
        }
    }
    let mut bytes = answer.bytes().await.unwrap();
    if relay.meanwhile == Meanwhile::CutFile && path.ends_with("/download") {
        bytes = bytes.slice(..0);
    }
    // What is asked of an older version has the number that it was asked for.
    if relay.begun.load(Ordering::SeqCst) && !path.contains("version=") && !path.contains("/version/") {
        bytes = changed(bytes, relay.meanwhile);
    }
    response.body(Body::from(bytes)).unwrap()
}

fn changed(bytes: Bytes, meanwhile: Meanwhile) -> Bytes {
    let Ok(mut json) = serde_json::from_slice::<Value>(&bytes) else { return bytes };
    change(&mut json, meanwhile);
    serde_json::to_vec(&json).unwrap().into()
}

fn change(json: &mut Value, meanwhile: Meanwhile) {
    if let Value::Object(members) = &mut *json {
        let own = members.get("id").and_then(Value::as_str).and_then(|id| id.parse().ok());
        let hit = meanwhile == Meanwhile::AllEdited || own.is_some_and(|id| meanwhile == Meanwhile::Edited(id));
        if hit && let Some(text) = members.get_mut("body").and_then(|body| body.pointer_mut("/storage/value")) {
            *text = Value::from("<p>edited while the backup ran</p>");
        }
        if hit && let Some(number) = members.get_mut("version").and_then(|version| version.get_mut("number")) {
            *number = Value::from(number.as_u64().unwrap() + 1);
        }
    }
    match json {
        Value::Object(members) => members.values_mut().for_each(|member| change(member, meanwhile)),
        Value::Array(members) => members.iter_mut().for_each(|member| change(member, meanwhile)),
        _ => {}
    }
}

/// The id of a page of the sample.
async fn page(live: &Live) -> u64 {
    let (code, said) =
        live.program(&["manifest", "--from-confluence", "URL", "--user", "admin", "-q", "-o", "all.jsonl"]).await;
    assert_eq!(code, 0, "{said}");
    let lines = std::fs::read_to_string(live.path("all.jsonl")).unwrap();
    let items = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut pages = items.filter(|item| item["kind"] == "page" && item["fields"]["status"] == "current");
    pages.nth(3).unwrap()["id"].as_u64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_at_rest_is_backed_up_and_the_drill_passes() {
    let live = Live::with(SampleScope::Site, Meanwhile::Nothing).await;
    let (code, said) = live.program(&["backup", "URL", "--user", "admin", "-o", "made.zip", "-q"]).await;
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("bound to it") && !said.contains("note: 0"), "{said}");
    let (code, record, said) = live.drill().await;
    assert_eq!(
        (code, &record["manifest"]["claim"], &record["manifest"]["bound"]),
        (0, &"source".into(), &true.into()),
        "{said}"
    );
    let (code, said) = live.program(&["backup", "URL", "--user", "admin", "-o", "made.zip", "-q"]).await;
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("made.zip is there already"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_while_the_backup_runs_is_named_expected_and_not_compared() {
    let calm = Live::with(SampleScope::Space, Meanwhile::Nothing).await;
    let edited = page(&calm).await;
    let live = Live::with(SampleScope::Space, Meanwhile::Edited(edited)).await;
    let arguments = ["backup", "URL", "--user", "admin", "--space", "OPS", "-o", "made.zip", "-q"];
    let (code, said) = live.program(&arguments).await;
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("changed, came or went") && said.contains(&format!("page {edited}")), "{said}");
    let (code, record, said) = live.drill().await;
    assert_eq!(code, 0, "{said}");
    let bodies = record["checks"].as_array().unwrap().iter().find(|check| check["name"] == "page-tree").unwrap();
    assert!(bodies.to_string().contains("changed at the source while the backup ran"), "{bodies}");
    assert!(record["blind-spots"].to_string().contains("while the backup ran"), "{}", record["blind-spots"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_moves_too_much_gets_no_manifest() {
    let live = Live::with(SampleScope::Space, Meanwhile::AllEdited).await;
    let arguments = ["backup", "URL", "--user", "admin", "--space", "OPS", "-o", "made.zip", "-q"];
    let (code, said) = live.program(&arguments).await;
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("more than 5 %") && live.path("made.zip").exists(), "{said}");
    assert!(!live.path("made.zip.manifest.jsonl").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_whole_is_not_kept() {
    let live = Live::with(SampleScope::Space, Meanwhile::CutFile).await;
    let arguments = ["backup", "URL", "--user", "admin", "--space", "OPS", "-o", "made.zip", "-q"];
    let (code, said) = live.program(&arguments).await;
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("it is empty"), "{said}");
    let left = std::fs::read_dir(live.folder.path()).unwrap().count();
    assert_eq!(left, 0, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_can_t_make_it_is_told() {
    let live = Live::with(SampleScope::Space, Meanwhile::Nothing).await;
    let unknown = ["backup", "URL", "--user", "admin", "--space", "NOPE", "-o", "made.zip", "-q"];
    let (code, said) = live.program(&unknown).await;
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("NOPE"), "{said}");
    let (code, said) = live.program(&["backup", "http://127.0.0.1:9", "-o", "made.zip", "-q"]).await;
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("CONFLUENCE_TOKEN is not set"), "{said}");
}
