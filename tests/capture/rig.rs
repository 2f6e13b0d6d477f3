//! Mocks with a package in them, captures of them, and what differs between two readings.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::proxy::Proxy;
use rehearsal::confluence::{Auth, Client, ClientSettings, Endpoint};
use rehearsal::mock::{Dialect, Load, Server, Settings, Trouble};
use rehearsal::model::Kind;
use rehearsal::reading::Reading;
use rehearsal::sample::{Sample, SampleScope, write};
use tokio_util::sync::CancellationToken;

pub const USER: &str = "rehearse";
pub const PASSWORD: &str = "only for tests";

/// A mock that serves this package.
pub async fn mock(home: &Path, package: &Path, dialect: Dialect, troubles: Vec<Trouble>) -> Server {
    mock_with(home, package, |settings| (settings.dialect, settings.troubles) = (dialect, troubles)).await
}

pub async fn mock_with(home: &Path, package: &Path, change: impl FnOnce(&mut Settings)) -> Server {
    let mut settings = Settings::new(home, USER, PASSWORD.into());
    settings.limit_with_bodies = 7;
    settings.load = Some(Load { path: package.to_owned(), damage: Vec::new(), whole: true });
    change(&mut settings);
    if settings.dialect == Dialect::Cloud {
        settings.context_path = "/wiki".to_owned();
    }
    Server::start(settings).await.unwrap()
}

pub fn client_as(server: &Server, user: &str, password: &str) -> Client {
    let auth = Auth::Basic { user: user.into(), password: password.into() };
    let settings = settings();
    Client::new(Endpoint { base: server.base_url(), auth }, settings, CancellationToken::new()).unwrap()
}

pub fn client(server: &Server) -> Client {
    client_as(server, USER, PASSWORD)
}

/// A site or a space with something of every kind.
pub fn sample(folder: &Path, scope: SampleScope, pages: u32) -> PathBuf {
    let path = folder.join("export.zip");
    let spaces = if matches!(scope, SampleScope::Site) { 3 } else { 1 };
    write(&Sample { scope, spaces, ..Sample::sized(pages, 7) }, &path).unwrap();
    path
}

/// What one reading has in another way than the other, as `kind: what`; what is set aside and kinds that `actual` didn't read are left out.
/// Fields count that both show, but for the numbers of content, which are the same on both sides.
pub fn differences(expected: &Reading, actual: &Reading) -> BTreeMap<String, u64> {
    let mut found = BTreeMap::new();
    let mut note = |what: String| *found.entry(what).or_default() += 1;
    for kind in Kind::ALL.into_iter().filter(|kind| actual.header.reads(*kind)) {
        let items = |reading: &Reading| -> BTreeMap<_, _> {
            let items = reading.items(kind).map(Result::unwrap).filter(|item| item.aside.is_none());
            items.map(|item| (item.key.clone(), item)).collect()
        };
        let (expected, actual) = (items(expected), items(actual));
        for (key, item) in &expected {
            let Some(other) = actual.get(key) else {
                note(format!("{kind} missing {key}"));
                continue;
            };
            for (field, value) in &item.fields {
                if other.fields.get(field).is_some_and(|other| other != value) {
                    let word = |value: &Option<_>| serde_json::to_string(value).unwrap();
                    let (was, is) = (word(value), word(&other.fields[field].clone()));
                    note(format!("{kind} {} {key}: {was} became {is}", field.name()));
                }
            }
        }
        for key in actual.keys().filter(|key| !expected.contains_key(key)) {
            note(format!("{kind} unexpected {key}"));
        }
    }
    found
}

/// Mocks of one edition, and a server in front of them whose address is that of the source.
pub struct Source {
    pub proxy: Proxy,
    servers: Vec<Server>,
    _homes: Vec<tempfile::TempDir>,
}

impl Source {
    pub async fn of(packages: &[&Path], dialect: Dialect) -> Self {
        Self::with(packages, dialect, |_| ()).await
    }

    pub async fn with(packages: &[&Path], dialect: Dialect, change: impl Fn(&mut Settings)) -> Self {
        let (mut servers, mut homes) = (Vec::new(), Vec::new());
        for package in packages {
            let home = tempfile::tempdir().unwrap();
            let settle = |settings: &mut Settings| {
                settings.dialect = dialect;
                change(settings);
            };
            servers.push(mock_with(home.path(), package, settle).await);
            homes.push(home);
        }
        let context = if dialect == Dialect::Cloud { "/wiki" } else { "" };
        let addresses = servers.iter().map(|server| format!("http://{}", server.address())).collect();
        Self { proxy: Proxy::start(addresses, context).await, servers, _homes: homes }
    }

    pub fn client(&self) -> Client {
        self.client_as(USER, PASSWORD)
    }

    pub fn client_as(&self, user: &str, password: &str) -> Client {
        let auth = Auth::Basic { user: user.into(), password: password.into() };
        let settings = settings();
        Client::new(Endpoint { base: self.proxy.base.clone(), auth }, settings, CancellationToken::new()).unwrap()
    }

    pub async fn stop(self) {
        drop(self.proxy);
        for server in self.servers {
            server.stop().await;
        }
    }
}

/// The same reading without what differs from capture to capture.
pub fn timeless(mut reading: Reading) -> Reading {
    (reading.header.began, reading.header.ended) = (String::new(), String::new());
    if let Some(record) = &mut reading.header.capture {
        record.carried_over = None;
    }
    reading
}

/// Bounds for servers that refuse often.
fn settings() -> ClientSettings {
    let (backoff, backoff_max) = (Duration::from_millis(1), Duration::from_millis(4));
    ClientSettings { backoff, backoff_max, retries: 12, ..ClientSettings::default() }
}
