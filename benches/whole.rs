//! A whole drill against the sum of its parts: `inspect`, the restore into the mock, and a replay of the requests that the drill makes, by a plain loop
//! that only reads the answers, as many at a time.
//!
//! The requests are written down once by a proxy between the reader and the mock. Settings: `REHEARSE_BENCH_PAGES` pages of the site (2,000),
//! `REHEARSE_BENCH_ROUNDS` (3).
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a bench")]

mod common;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use common::{context, items, peak, setting, timed};
use futures_util::StreamExt as _;
use rehearsal::confluence::{Auth, Client, ClientSettings, Endpoint};
use rehearsal::event::Stage;
use rehearsal::mock::{Load, Server, Settings};
use rehearsal::model::{Needs, Scope, Verdict, count};
use rehearsal::sample::{Packing, Sample, SampleScope, write_packed};
use rehearsal::{archive, check, drill, observe, plan, scenario};
use secrecy::{ExposeSecret as _, SecretString};
use tokio_util::sync::CancellationToken;

const PASSWORD: &str = "bench";

fn main() {
    if !timed() {
        return;
    }
    let _ = rustls::crypto::ring::default_provider().install_default();
    let folder = tempfile::tempdir().unwrap();
    let package = folder.path().join("site.zip");
    let pages = u32::try_from(setting("REHEARSE_BENCH_PAGES").unwrap_or(2_000)).unwrap();
    let sample = Sample { scope: SampleScope::Site, spaces: 20, attachment_bytes: 100, ..Sample::sized(pages, 7) };
    let made = write_packed(&sample, Packing { level: 1, ..Packing::default() }, &package).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let plan = planned(folder.path(), &package);
    println!("a site of {} pages, {} objects", count(pages.into()), count(made.objects));
    let mut times: [Vec<Duration>; 4] = Default::default();
    let mut requests = Vec::new();
    for round in 0..setting("REHEARSE_BENCH_ROUNDS").unwrap_or(3) {
        let clock = Instant::now();
        assert!(archive::survey(&package, &context()).unwrap().is_whole());
        times[0].push(clock.elapsed());

        let clock = Instant::now();
        let home = folder.path().join("home");
        let server = runtime.block_on(Server::start(settings(&home, &package))).unwrap();
        times[1].push(clock.elapsed());

        if round == 0 {
            requests = runtime.block_on(recorded(&server.base_url()));
        }
        let clock = Instant::now();
        let bytes = runtime.block_on(replayed(&server.base_url(), &requests));
        times[2].push(clock.elapsed());
        if round == 0 {
            println!("{} requests, {} MB of answers", count(requests.len() as u64), bytes / 1_000_000);
        }
        runtime.block_on(server.stop());
        std::fs::remove_dir_all(&home).unwrap();

        let clock = Instant::now();
        let drilled = runtime.block_on(drill::run(&plan, &context()));
        times[3].push(clock.elapsed());
        assert_eq!(drilled.record.verdict, Verdict::Passed, "{:?}", drilled.record.why);
        if round == 0 {
            for stage in &drilled.record.stages {
                println!("  of the drill: {:<10} {:>8} ms", format!("{:?}", stage.stage), stage.millis);
            }
        }
    }
    let [inspect, restore, replay, whole] = times.map(median);
    let sum = inspect + restore + replay;
    println!("  inspect (archive::survey)            {inspect:>8.2?}");
    println!("  restore, with start                  {restore:>8.2?}");
    println!("  replay of the requests               {replay:>8.2?}");
    println!("  the sum of them (the peer)           {sum:>8.2?}   1.00");
    println!("  the whole drill                      {whole:>8.2?}   {:.2}", whole.as_secs_f64() / sum.as_secs_f64());
    println!("  peak memory of the process: {} MiB", peak().map_or(0, |kib| kib >> 10));
}

fn settings(home: &Path, package: &Path) -> Settings {
    let mut settings = Settings::new(home, "admin", SecretString::from(PASSWORD));
    settings.load = Some(Load { path: package.to_owned(), damage: Vec::new(), whole: true });
    settings
}

/// What `rehearse run` makes of a scenario of a few lines.
fn planned(folder: &Path, package: &Path) -> plan::Plan {
    let file: PathBuf = folder.join("whole.yaml");
    let text = format!(
        "rehearse: 1\nscenario: whole\nbackup: {{ file: \"{}\" }}\nmanifest: from-backup\ntarget: embedded\nchecks: [all]\n",
        package.display()
    );
    std::fs::write(&file, text).unwrap();
    plan::settle(&scenario::load(&file).unwrap(), Some(folder)).unwrap()
}

/// The paths that a drill of all checks asks for, in the order in which it does.
async fn recorded(base: &str) -> Vec<String> {
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let (log, behind, http) = (asked.clone(), base.to_owned(), client());
    let pass = move |method: Method, uri: Uri, headers: HeaderMap| {
        assert_eq!(method, Method::GET);
        let path = uri.path_and_query().unwrap().to_string();
        log.lock().unwrap().push(path.clone());
        let mut request = http.get(format!("{behind}{path}"));
        for (name, value) in headers.iter().filter(|(name, _)| *name != "host") {
            request = request.header(name, value);
        }
        async move {
            let answer = request.send().await.unwrap();
            let mut response = Response::builder().status(answer.status());
            for (name, value) in answer.headers().iter().filter(|(name, _)| *name != "transfer-encoding") {
                response = response.header(name, value);
            }
            response.body(Body::from_stream(answer.bytes_stream())).unwrap()
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move { axum::serve(listener, Router::new().fallback(pass)).await });
    let auth = Auth::Basic { user: "admin".to_owned(), password: SecretString::from(PASSWORD) };
    let client = Client::new(Endpoint { base, auth }, ClientSettings::default(), CancellationToken::new()).unwrap();
    let scope = Scope::Site;
    let checks = check::ALL.iter().filter(|name| check::applicable(name, &scope).is_ok());
    let needs = checks.filter_map(|name| check::by_name(name)).fold(Needs::default(), |all, one| all.and(&one.needs()));
    let reading = observe::observe(&client, &scope, &needs, &context(), Stage::Observe).await.unwrap();
    assert!(items(&reading) > 0);
    serving.abort();
    std::mem::take(&mut *asked.lock().unwrap())
}

/// Asks for all of them again, as many at a time as the client does; gives how many bytes came.
async fn replayed(base: &str, requests: &[String]) -> u64 {
    let http = client();
    let secret = SecretString::from(PASSWORD);
    let answers = futures_util::stream::iter(requests).map(|path| {
        let request = http.get(format!("{base}{path}")).basic_auth("admin", Some(secret.expose_secret()));
        async move {
            let mut answer = request.send().await.unwrap();
            let mut bytes = 0;
            while let Some(chunk) = answer.chunk().await.unwrap() {
                bytes += chunk.len() as u64;
            }
            bytes
        }
    });
    let at_once = ClientSettings::default().requests_at_once;
    answers.buffer_unordered(at_once).fold(0, |sum, bytes| std::future::ready(sum + bytes)).await
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().tls_certs_only([]).build().unwrap()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
