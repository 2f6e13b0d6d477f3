use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use reqwest::Url;
use secrecy::SecretString;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::pace::Pace;
use super::{ClientError, Edition};

/// Where a Confluence answers, and as whom it is asked.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// The base address with the context path, such as `https://wiki.example.com/confluence`.
    pub base: String,
    /// As whom.
    pub auth: Auth,
}

/// As whom a Confluence is asked.
#[derive(Debug, Clone)]
pub enum Auth {
    /// With a user name and a password, sent with each request.
    Basic {
        /// Name of the user.
        user: String,
        /// Its password.
        password: SecretString,
    },
    /// With a personal access token.
    Bearer(SecretString),
    /// As nobody.
    Anonymous,
}

/// The bounds within which the client works.
#[derive(Debug, Clone)]
pub struct ClientSettings {
    /// Requests under way at one time. A real Confluence is at its best with up to 8.
    pub requests_at_once: usize,
    /// How long a connection may take to be made.
    pub connect_timeout: Duration,
    /// How long an answer, or the next piece of a download, may take.
    pub timeout: Duration,
    /// How long an upload may go without moving, its last wait for the answer included.
    pub upload_stall: Duration,
    /// How often a request is sent again.
    pub retries: u32,
    /// The wait before the second try; it doubles from try to try, and a part of it is drawn by lot.
    pub backoff: Duration,
    /// The longest wait between two tries, unless the server names a longer one.
    pub backoff_max: Duration,
    /// The longest wait that a server may ask for. Beyond it the account counts as blocked.
    pub retry_after_max: Duration,
    /// All waits of one request together.
    pub patience: Duration,
    /// All pauses together that the server asked for, of all requests.
    pub patience_in_all: Duration,
    /// The longest answer in bytes. Downloads have no limit: they are not held in memory.
    pub body_max: usize,
    /// Members asked for at once of a list with texts.
    pub page_with_texts: u32,
    /// Members asked for at once of a list without texts.
    pub page_without_texts: u32,
    /// Which edition answers, where that is known. Otherwise it is found out.
    pub edition: Option<Edition>,
}

impl Default for ClientSettings {
    fn default() -> Self {
        Self {
            requests_at_once: 8,
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(60),
            upload_stall: Duration::from_secs(300),
            retries: 5,
            backoff: Duration::from_millis(500),
            backoff_max: Duration::from_secs(30),
            retry_after_max: Duration::from_secs(3_600),
            patience: Duration::from_secs(3_600),
            patience_in_all: Duration::from_secs(4 * 3_600),
            body_max: 256 << 20,
            page_with_texts: 50,
            page_without_texts: 200,
            edition: None,
        }
    }
}

/// A client of one Confluence. Cheap to clone; the clones share its bounds.
#[derive(Debug, Clone)]
pub struct Client(pub(super) Arc<Inner>);

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) http: reqwest::Client,
    pub(super) base: String,
    /// The path of the base address, without a slash at its end.
    pub(super) context: String,
    pub(super) auth: Auth,
    pub(super) settings: ClientSettings,
    pub(super) cancel: CancellationToken,
    pub(super) permits: Arc<Semaphore>,
    pub(super) met_mock: AtomicBool,
    pub(super) pace: Pace,
    /// What was found out of the edition.
    pub(super) edition: OnceLock<Edition>,
    /// Names of people of Cloud by account id, as far as they were asked for.
    pub(super) names: Mutex<HashMap<String, String>>,
}

impl Client {
    /// Makes a client; nothing is asked yet. For https it trusts what the platform trusts.
    ///
    /// # Errors
    /// An address that isn't one, or a platform without certificate authorities where https is spoken.
    pub fn new(endpoint: Endpoint, settings: ClientSettings, cancel: CancellationToken) -> Result<Self, ClientError> {
        // Whoever installed a provider before did the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let setup = |problem: &str| ClientError::Setup(problem.to_owned());
        let url = Url::parse(endpoint.base.trim()).map_err(|error| setup(&format!("the base address: {error}")))?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(setup("the base address must begin with http:// or https:// and name a host"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(setup("the base address holds credentials; give them on their own"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(setup("the base address has a query; give it as far as the context path only"));
        }
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("rehearse/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(settings.connect_timeout)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false);
        if url.scheme() == "http" {
            // Without https no roots are needed, and none may be on the machine.
            builder = builder.tls_certs_only([]);
        }
        if url.host_str().is_some_and(|host| host == "localhost" || host.starts_with("127.") || host == "[::1]") {
            builder = builder.no_proxy();
        }
        let http = builder.build().map_err(|error| setup(&super::transport::cause(&error)))?;
        let context = url.path().trim_end_matches('/').to_owned();
        let base = url.as_str().trim_end_matches('/').to_owned();
        let permits = Arc::new(Semaphore::new(settings.requests_at_once.max(1)));
        let met_mock = AtomicBool::new(false);
        let auth = endpoint.auth;
        let (pace, edition, names) = (Pace::default(), OnceLock::new(), Mutex::default());
        let inner = Inner { http, base, context, auth, settings, cancel, permits, met_mock, pace, edition, names };
        Ok(Self(Arc::new(inner)))
    }

    /// The base address; it holds no credentials.
    pub fn base(&self) -> &str {
        &self.0.base
    }

    /// The bounds within which it works.
    pub fn settings(&self) -> &ClientSettings {
        &self.0.settings
    }

    /// Whether any answer so far said that it comes from the mock Confluence of this program.
    pub fn met_mock(&self) -> bool {
        self.0.met_mock.load(Ordering::Relaxed)
    }
}
