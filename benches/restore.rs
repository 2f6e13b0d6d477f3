//! Restoring a site into the mock against inserting the same rows, in order, into a database of the same kind; and reading its pages over HTTP against
//! a server that has the same answers in memory.
//!
//! Settings: `REHEARSE_BENCH_PAGES` pages of the site (2,000), `REHEARSE_BENCH_ROUNDS` (3).
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a bench")]

mod common;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::{Uri, header};
use common::{peak, processor, setting, timed};
use redb::{Database, ReadableDatabase as _, ReadableTable as _, TableDefinition};
use rehearsal::mock::{HomeError, Load, MockError, Server, Settings};
use rehearsal::model::count;
use rehearsal::sample::{Packing, Sample, SampleScope, write_packed};
use secrecy::SecretString;

const CONTENT: TableDefinition<'static, u64, &'static [u8]> = TableDefinition::new("content");
const TEXTS: TableDefinition<'static, u64, &'static [u8]> = TableDefinition::new("texts");
const PASSWORD: &str = "bench";
/// Requests under way at one time.
const AT_ONCE: usize = 8;
/// Results of a page of a list.
const LIMIT: usize = 100;

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
    println!(
        "a site of {} pages, {} objects, {} MB of entities.xml",
        count(pages.into()),
        count(made.objects),
        made.bytes / 1_000_000
    );
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let before = peak();
    let (mut restores, mut bare) = (Vec::new(), Vec::new());
    let (mut restores_worked, mut bare_worked) = (Vec::new(), Vec::new());
    let (mut rows, mut texts) = (Vec::new(), Vec::new());
    for round in 0..setting("REHEARSE_BENCH_ROUNDS").unwrap_or(3) {
        let home = folder.path().join(format!("home-{round}"));
        let (began, worked) = (Instant::now(), processor());
        let server = runtime.block_on(Server::start(settings(&home, Some(&package)))).unwrap();
        restores.push(began.elapsed());
        restores_worked.push(processor() - worked);
        if round == 0 {
            println!("  peak memory: {} MiB before, {} MiB behind the first restore", mib(before), mib(peak()));
            (rows, texts) = (read(&home), std::fs::read(file(&home, "texts")).unwrap());
        }
        runtime.block_on(server.stop());
        let (began, worked) = (Instant::now(), processor());
        insert(&rows, &texts, &folder.path().join("bare.redb"));
        bare.push(began.elapsed());
        bare_worked.push(processor() - worked);
        std::fs::remove_dir_all(&home).unwrap();
    }
    let (restore, bare) = (median(restores), median(bare));
    let rate = |time: Duration| count((made.objects as f64 / time.as_secs_f64()) as u64);
    println!("  insert {} rows and their texts in order (the peer)  {:>8.2?}   1.00", count(rows.len() as u64), bare);
    println!(
        "  restore, with start, reading the XML included  {restore:>8.2?}   {:.2} ({} objects/s)",
        ratio(restore, bare),
        rate(restore)
    );
    let (restore, bare) = (median(restores_worked), median(bare_worked));
    println!("  of the processor, all threads: {bare:.2?} and {restore:.2?}, {:.2}", ratio(restore, bare));
    drop(rows);
    runtime.block_on(serve(folder.path(), &package));
}

fn settings(home: &Path, load: Option<&Path>) -> Settings {
    let mut settings = Settings::new(home, "admin", SecretString::from(PASSWORD));
    settings.lasts = true;
    settings.load = load.map(|path| Load { path: path.to_owned(), damage: Vec::new(), whole: true });
    settings
}

/// The rows as they lie in the database of this home.
fn read(home: &Path) -> Vec<(u64, Vec<u8>)> {
    let database = file(home, "content");
    // The mock has it open.
    let copy = home.join("copy");
    std::fs::copy(database, &copy).unwrap();
    let database = Database::open(copy).unwrap();
    let reading = database.begin_read().unwrap();
    let table = reading.open_table(CONTENT).unwrap();
    let row = |row: Result<(redb::AccessGuard<'_, u64>, redb::AccessGuard<'_, &'static [u8]>), _>| {
        let (id, row) = row.unwrap();
        (id.value(), row.value().to_vec())
    };
    table.iter().unwrap().map(row).collect()
}

/// The file of this kind among those of the site.
fn file(home: &Path, kind: &str) -> PathBuf {
    let mut files = std::fs::read_dir(home.join("spill")).unwrap().map(|entry| entry.unwrap().path());
    files.find(|path| path.file_name().unwrap().to_str().unwrap().starts_with(kind)).unwrap()
}

/// Inserts the rows, and the texts cut into as many pieces.
fn insert(rows: &[(u64, Vec<u8>)], texts: &[u8], path: &Path) {
    let database = Database::builder().set_cache_size(64 << 20).create(path).unwrap();
    let writing = database.begin_write().unwrap();
    {
        let mut table = writing.open_table(CONTENT).unwrap();
        for (id, row) in rows {
            table.insert(id, row.as_slice()).unwrap();
        }
        let mut table = writing.open_table(TEXTS).unwrap();
        for (number, text) in texts.chunks(texts.len().div_ceil(rows.len())).enumerate() {
            table.insert(number as u64, text).unwrap();
        }
    }
    writing.commit().unwrap();
    drop(database);
    std::fs::remove_file(path).unwrap();
}

/// Reads all pages with their texts from the mock, and the same answers from memory.
async fn serve(folder: &Path, package: &Path) {
    let home = folder.join("served");
    let mock = Server::start(settings(&home, Some(package))).await.unwrap();
    let client = reqwest::Client::builder().tls_certs_only([]).build().unwrap();
    let base = mock.base_url();
    let mut paths = Vec::new();
    let mut known = HashMap::new();
    let mut pages = 0;
    let mut next = Some(format!("/rest/api/content/scan?expand=body.storage,version&limit={LIMIT}"));
    while let Some(path) = next {
        let body = get(&client, &base, &path).await;
        let answer: serde_json::Value = serde_json::from_slice(&body).unwrap();
        pages += answer["size"].as_u64().unwrap();
        next = answer["_links"]["next"].as_str().map(str::to_owned);
        known.insert(path.clone(), body);
        paths.push(path);
    }
    mock.stop().await;
    let bytes: usize = known.values().map(axum::body::Bytes::len).sum();
    let known = Arc::new(known);
    let answer = move |uri: Uri| {
        let body = known.get(uri.path_and_query().unwrap().as_str()).unwrap().clone();
        async move { ([(header::CONTENT_TYPE, "application/json")], body) }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let memory = format!("http://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
    let (mut from_memory, mut first, mut again) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..setting("REHEARSE_BENCH_ROUNDS").unwrap_or(3) {
        // A mock that was just started on what is there has read no page of it for anybody.
        let mock = again_at(&home).await;
        let base = mock.base_url();
        for (base, times) in [(&base, &mut first), (&memory, &mut from_memory), (&base, &mut again)] {
            let began = Instant::now();
            replay(&client, base, &paths).await;
            times.push(began.elapsed());
        }
        mock.stop().await;
    }
    let (from_memory, first, again) = (median(from_memory), median(first), median(again));
    let rate = |time: Duration| count((pages as f64 / time.as_secs_f64()) as u64);
    println!(
        "{} answers of content/scan with bodies, {} pages, {} MB, {AT_ONCE} at a time",
        paths.len(),
        count(pages),
        bytes / 1_000_000
    );
    println!("  from memory (the peer)      {:>9} pages/s  1.00", rate(from_memory));
    println!("  from the mock, first read   {:>9} pages/s  {:.2} of it", rate(first), ratio(from_memory, first));
    println!("  from the mock, read again   {:>9} pages/s  {:.2} of it", rate(again), ratio(from_memory, again));
    println!("  peak memory of the process: {} MiB", mib(peak()));
    serving.abort();
}

/// A mock on a home that the one before may be about to let go of.
async fn again_at(home: &Path) -> Server {
    loop {
        match Server::start(settings(home, None)).await {
            Err(MockError::Home { source: HomeError::InUse, .. }) => tokio::task::yield_now().await,
            started => return started.unwrap(),
        }
    }
}

async fn get(client: &reqwest::Client, base: &str, path: &str) -> axum::body::Bytes {
    let answer = client.get(format!("{base}{path}")).basic_auth("admin", Some(PASSWORD)).send().await.unwrap();
    answer.error_for_status().unwrap().bytes().await.unwrap()
}

async fn replay(client: &reqwest::Client, base: &str, paths: &[String]) {
    use futures_util::StreamExt as _;
    let all = futures_util::stream::iter(paths).map(|path| get(client, base, path));
    all.for_each_concurrent(AT_ONCE, async |answer| drop(answer.await)).await;
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64()
}

fn mib(peak: Option<u64>) -> String {
    peak.map_or_else(|| "?".to_owned(), |kib| (kib >> 10).to_string())
}
