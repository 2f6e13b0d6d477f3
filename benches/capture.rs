//! What reading a live source costs the client: pages with texts of 5 KB from a server that has its answers in memory, in a process of its own.
//!
//! Settings: `REHEARSE_BENCH_PAGES` pages a space (1,000), `REHEARSE_BENCH_SPACES` (64), `REHEARSE_BENCH_ROUNDS` (3), `REHEARSE_BENCH_DELAY` milliseconds before each answer (0),
//! `REHEARSE_BENCH_AT_ONCE` requests (8). Where `REHEARSE_BENCH_PYTHON` names a Python that has the package atlassian-python-api, that reads the same pages.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a bench")]

mod common;

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::Query;
use axum::http::{Uri, header};
use axum::serve::ListenerExt as _;
use common::{context, setting, timed};
use rehearsal::confluence::{Auth, Client, ClientSettings, Endpoint};
use rehearsal::event::Stage;
use rehearsal::model::{Kind, Needs, Scope, count};
use rehearsal::observe::observe;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

/// Says to a child that it is the server.
const SERVE: &str = "REHEARSE_BENCH_SERVE";
/// Bytes of a text.
const TEXT: usize = 5_000;
/// Pages of an answer.
const LIMIT: u64 = 50;

fn main() {
    if std::env::var_os(SERVE).is_some() {
        return tokio::runtime::Runtime::new().unwrap().block_on(serve());
    }
    if !timed() {
        return;
    }
    let (child, base) = start();
    let (spaces, pages) = sizes();
    println!(
        "{} pages in {spaces} spaces, texts of {TEXT} bytes, {LIMIT} pages an answer, {} ms before each answer, {} requests at once",
        count(spaces * pages),
        delay().as_millis(),
        at_once()
    );
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(read(&base));
    let mut rounds: Vec<(Duration, Duration)> = (0..setting("REHEARSE_BENCH_ROUNDS").unwrap_or(3))
        .map(|_| {
            let (began, before) = (Instant::now(), processor());
            runtime.block_on(read(&base));
            (began.elapsed(), processor() - before)
        })
        .collect();
    rounds.sort();
    let (wall, cpu) = rounds[rounds.len() / 2];
    let each = |time: Duration| time.as_secs_f64() * 1e6 / (spaces * pages) as f64;
    println!(
        "  this client         {:>8.2} s   {:>7.1} µs of the processor a page   {} pages/s",
        wall.as_secs_f64(),
        each(cpu),
        count((1e6 / each(wall)) as u64)
    );
    if let Some(python) = std::env::var_os("REHEARSE_BENCH_PYTHON") {
        let peer = Command::new(python).args(["benches/capture_peer.py", &base, &LIMIT.to_string()]).output().unwrap();
        assert!(peer.status.success(), "{}", String::from_utf8_lossy(&peer.stderr));
        let told: Value = serde_json::from_slice(&peer.stdout).unwrap();
        assert_eq!(told["pages"], spaces * pages);
        let of = |name: &str| Duration::from_secs_f64(told[name].as_f64().unwrap());
        println!(
            "  atlassian-python-api{:>8.2} s   {:>7.1} µs of the processor a page   {:.1} times as long, {:.1} times the processor",
            of("wall").as_secs_f64(),
            each(of("cpu")),
            of("wall").as_secs_f64() / wall.as_secs_f64(),
            of("cpu").as_secs_f64() / cpu.as_secs_f64()
        );
    }
    stop(child);
}

fn sizes() -> (u64, u64) {
    (setting("REHEARSE_BENCH_SPACES").unwrap_or(64), setting("REHEARSE_BENCH_PAGES").unwrap_or(1_000))
}

fn delay() -> Duration {
    Duration::from_millis(setting("REHEARSE_BENCH_DELAY").unwrap_or(0))
}

fn at_once() -> usize {
    usize::try_from(setting("REHEARSE_BENCH_AT_ONCE").unwrap_or(8)).unwrap()
}

/// Reads all pages as a drill or a capture does, and nothing that hangs on them.
async fn read(base: &str) {
    let endpoint = Endpoint { base: base.to_owned(), auth: Auth::Bearer("bench".into()) };
    let settings = ClientSettings { requests_at_once: at_once(), ..ClientSettings::default() };
    let client = Client::new(endpoint, settings, CancellationToken::new()).unwrap();
    let needs = Needs::of([Kind::Page]);
    let reading = observe(&client, &Scope::Site, &needs, &context(), Stage::Expect).await.unwrap();
    let (spaces, pages) = sizes();
    assert_eq!(reading.number(Kind::Page), spaces * pages);
}

/// What this process took of the processor so far, in steps of 10 ms.
fn processor() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let behind = stat.rsplit_once(')').map(|(_, behind)| behind).unwrap_or_default();
    let ticks: u64 = behind.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

/// Starts the server; gives its address.
fn start() -> (Child, String) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .env(SERVE, "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (child, line.trim().to_owned())
}

fn stop(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

/// A text as people write them, quotes and letters beyond ASCII among it.
fn text(number: u64) -> String {
    let piece = "<p>Restart the <strong>primary</strong> when the queue is empty; größer als 10&nbsp;GB is <a href=\"https://example.com/a?b=c\">too much</a>.</p>\
        <ac:structured-macro ac:name=\"info\" ac:schema-version=\"1\"><ac:rich-text-body><p>Ask the crew.</p></ac:rich-text-body></ac:structured-macro>\n";
    let mut text = format!("<h1>Page {number}</h1>");
    while text.len() < TEXT {
        text.push_str(piece);
    }
    text
}

/// A page as Data Center 9.2 shows it with what is expanded here.
fn page(space: u64, number: u64) -> Value {
    let id = (space * 1_000_000 + number).to_string();
    let user = json!({ "type": "known", "username": "ann", "userKey": "4028da9600000001", "displayName": "Ann Example",
        "profilePicture": { "path": "/images/icons/profilepics/default.svg", "width": 48, "height": 48, "isDefault": true },
        "_links": { "self": "http://wiki.example.com/rest/api/user?key=4028da9600000001" }, "_expandable": { "status": "" } });
    json!({
        "id": id, "type": "page", "status": "current", "title": format!("Page {number} of space {space}"), "position": 3,
        "history": { "latest": true, "createdBy": user, "createdDate": "2024-01-02T03:04:05.678Z",
            "_links": { "self": format!("http://wiki.example.com/rest/api/content/{id}/history") },
            "_expandable": { "lastUpdated": "", "previousVersion": "", "contributors": "", "nextVersion": "" } },
        "version": { "by": user, "when": "2024-02-03T04:05:06.789Z", "message": "", "number": 1, "minorEdit": false, "hidden": false,
            "_links": { "self": format!("http://wiki.example.com/rest/experimental/content/{id}/version/1") },
            "_expandable": { "content": format!("/rest/api/content/{id}") } },
        "ancestors": [], "extensions": { "position": 3 },
        "body": { "storage": { "value": text(number), "representation": "storage", "_expandable": { "content": format!("/rest/api/content/{id}") } },
            "_expandable": { "editor": "", "view": "", "export_view": "", "styled_view": "", "anonymous_export_view": "" } },
        "_links": { "webui": format!("/spaces/S{space}/pages/{id}/Page"), "self": format!("http://wiki.example.com/rest/api/content/{id}"), "tinyui": "/x/CgAB" },
        "_expandable": { "container": format!("/rest/api/space/S{space}"), "metadata": "", "operations": "", "children": "", "restrictions": "", "descendants": "", "space": "" },
    })
}

/// The answers of the lists of pages, by space and first page.
fn lists() -> HashMap<(u64, u64), Bytes> {
    let (spaces, pages) = sizes();
    let starts = move |space| (0..pages).step_by(LIMIT as usize).map(move |start| (space, start));
    let list = |(space, start): (u64, u64)| {
        let results: Vec<Value> = (start..(start + LIMIT).min(pages)).map(|number| page(space, number)).collect();
        let next = start + LIMIT;
        let mut answer = json!({ "results": results, "start": start, "limit": LIMIT, "size": results.len(), "_links": { "base": "http://wiki.example.com" } });
        if next < pages {
            answer["_links"]["next"] =
                format!("/rest/api/content?spaceKey=S{space}&type=page&start={next}&limit={LIMIT}").into();
        }
        ((space, start), serde_json::to_vec(&answer).unwrap().into())
    };
    (0..spaces).flat_map(starts).map(list).collect()
}

/// Serves until it is killed.
async fn serve() {
    let (spaces, _) = sizes();
    let known = Arc::new(lists());
    let space = |number| json!({ "id": number + 1, "key": format!("S{number}"), "name": "A space", "type": "global", "status": "current", "_links": {}, "_expandable": {} });
    let all: Vec<Value> = (0..spaces).map(space).collect();
    let some = Bytes::from(json!({ "results": all, "limit": 500, "_links": {} }).to_string());
    let none = Bytes::from_static(b"{\"results\":[],\"limit\":50,\"size\":0,\"_links\":{}}");
    let user = Bytes::from_static(b"{\"type\":\"known\",\"username\":\"ann\"}");
    let answer = move |uri: Uri, Query(query): Query<HashMap<String, String>>| {
        let asked = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
        let current = matches!(asked("status"), "" | "current");
        let body = match uri.path() {
            "/rest/api/user/current" => user.clone(),
            "/rest/api/space" if current && asked("type") != "personal" => some.clone(),
            "/rest/api/content/scan" | "/rest/api/content" if current && matches!(asked("type"), "" | "page") => {
                let space = asked("spaceKey").trim_start_matches('S').parse().unwrap_or(u64::MAX);
                let start = asked("start").parse().unwrap_or(0);
                known.get(&(space, start)).unwrap_or(&none).clone()
            }
            _ => none.clone(),
        };
        async move {
            tokio::time::sleep(delay()).await;
            ([(header::CONTENT_TYPE, "application/json")], body)
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("http://{}", listener.local_addr().unwrap());
    let listener = listener.tap_io(|connection| drop(connection.set_nodelay(true)));
    axum::serve(listener, Router::new().fallback(answer)).await.unwrap();
}
