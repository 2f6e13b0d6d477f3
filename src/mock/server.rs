//! The HTTP server: routes, start and stop.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, RawPathParamsRejection};
use axum::extract::{DefaultBodyLimit, Multipart, Query, RawPathParams, State};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, get, post, put};
use axum::serve::ListenerExt as _;
use axum::{Extension, Router};
use serde_json::json;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::access::Caller;
use super::answer::{Answer, Ask, Refusal};
use super::home::{Found, Home, HomeError};
use super::jobs::{self, JobScope};
use super::json::Json;
use super::settings::{Dialect, Settings};
use super::shapes::View;
use super::state::{AppState, Shared};
use super::store::{Site, Stored};
use super::{auth, backup, browse, cloud, download, import, login, reindex, restore, routes, setup};
use crate::model::Fault;

/// Why the mock can't serve.
#[derive(Debug, thiserror::Error)]
pub enum MockError {
    /// The home folder can't be used.
    #[error("use the home folder {path}: {source}", path = path.display())]
    Home {
        /// Which folder.
        path: PathBuf,
        /// Why not.
        source: HomeError,
    },
    /// The address can't be bound.
    #[error("listen on {address}: {source}")]
    Listen {
        /// Which address.
        address: SocketAddr,
        /// What the system says.
        source: std::io::Error,
    },
    /// The package of the settings can't be restored.
    #[error("load {path}: {source}", path = path.display())]
    Load {
        /// Which package.
        path: PathBuf,
        /// Why not.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The system has no random numbers, which the set-up needs.
    #[error("draw random numbers from the system; a mock without --set-up needs none")]
    Random,
    /// The server ended by itself.
    #[error("serve: {0}")]
    Serve(std::io::Error),
}

impl MockError {
    /// The backup's where it is refused, the rig's otherwise.
    pub fn fault(&self) -> Fault {
        match self {
            Self::Load { .. } => Fault::Backup,
            Self::Home { .. } | Self::Listen { .. } | Self::Random | Self::Serve(_) => Fault::Rig,
        }
    }
}

/// How long downloads may go on when the server stops.
const GRACE: std::time::Duration = std::time::Duration::from_secs(2);

/// A running mock.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    context: String,
    found: Found,
    cancel: CancellationToken,
    serving: tokio::task::JoinHandle<std::io::Result<()>>,
    working: tokio::task::JoinHandle<()>,
}

impl Server {
    /// Makes the home, binds the address and serves; ready when it returns.
    ///
    /// # Errors
    /// The home can't be made, the address can't be bound, or the package of the settings can't be restored.
    pub async fn start(mut settings: Settings) -> Result<Self, MockError> {
        let unusable = |source| MockError::Home { path: settings.home.clone(), source };
        let (home, stored, found) = Home::open(&settings).map_err(unusable)?;
        let wanted = settings.address;
        let listen = |source| MockError::Listen { address: wanted, source };
        let listener = tokio::net::TcpListener::bind(wanted).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let context = settings.context();
        let cancel = CancellationToken::new();
        let (ready, opened) = oneshot::channel();
        let app = match settings.set_up.clone() {
            None => {
                let state = state(settings, home, stored, &cancel);
                restore::at_start(&state).await?;
                open(state, ready)
            }
            Some(set_up) => {
                // Pages that are open for a loaded backup must not be so here.
                settings.load = None;
                let token = cancel.clone();
                let open = move |settings| open(state(settings, home, None, &token), ready);
                setup::router(&set_up, settings, cancel.clone(), open).ok_or(MockError::Random)?
            }
        };
        let working = tokio::spawn(work(opened, cancel.clone()));
        let stopping = cancel.clone();
        // An answer of several writes must not wait for the other side to confirm the first: that takes 40 ms each time.
        let listener = listener.tap_io(|connection| drop(connection.set_nodelay(true)));
        let serving = tokio::spawn(async move {
            let graceful = axum::serve(listener, app).with_graceful_shutdown(stopping.clone().cancelled_owned());
            // Requests end when the server stops; a client that doesn't take its download must not keep it up.
            tokio::select! {
                ended = async { graceful.await } => ended,
                () = async { stopping.cancelled().await; tokio::time::sleep(GRACE).await } => Ok(()),
            }
        });
        Ok(Self { address, context, found, cancel, serving, working })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it found in a home that lasts.
    pub fn found(&self) -> Found {
        self.found
    }

    /// The URL of its root, with the context path and without a slash behind.
    pub fn base_url(&self) -> String {
        format!("http://{}{}", self.address, self.context)
    }

    /// Waits until the token is cancelled, and stops.
    ///
    /// # Errors
    /// Serving ends by itself.
    pub async fn until(mut self, cancel: CancellationToken) -> Result<(), MockError> {
        tokio::select! {
            () = cancel.cancelled() => {
                self.stop().await;
                Ok(())
            }
            ended = &mut self.serving => match ended {
                Ok(Ok(())) => Ok(()),
                Ok(Err(error)) => Err(MockError::Serve(error)),
                Err(error) => Err(MockError::Serve(std::io::Error::other(error))),
            },
        }
    }

    /// Stops serving; a restore that is running is cancelled and awaited.
    pub async fn stop(self) {
        self.cancel.cancel();
        let _ = self.serving.await;
        let _ = self.working.await;
    }
}

fn state(settings: Settings, home: Home, stored: Option<Stored>, cancel: &CancellationToken) -> Shared {
    let site = stored.unwrap_or_else(|| import::fresh(&settings));
    Arc::new(AppState::new(settings, home, site, cancel.clone()))
}

/// What restores need: the state, and the jobs as they come.
type Opened = (Shared, UnboundedReceiver<u64>);

/// The router of a mock that is set up, whose jobs are done from now on.
fn open(state: Shared, ready: oneshot::Sender<Opened>) -> Router {
    let (queue, jobs) = unbounded_channel();
    // Nobody waits for it where the server stops at this moment.
    let _ = ready.send((state.clone(), jobs));
    router(state, queue)
}

async fn work(opened: oneshot::Receiver<Opened>, cancel: CancellationToken) {
    let opened = tokio::select! {
        opened = opened => opened,
        () = cancel.cancelled() => return,
    };
    if let Ok((state, jobs)) = opened {
        restore::work(state, jobs, cancel).await;
    }
}

/// A request for a reading endpoint, as its handler sees it.
pub struct Call<'a> {
    pub view: View<'a>,
    pub ask: Ask,
    pub names: Vec<(String, String)>,
}

impl Call<'_> {
    /// A part of the path.
    pub fn name(&self, name: &str) -> &str {
        self.names.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }
}

/// A reading endpoint. The answer is made off the threads that serve, since it reads texts from disk.
fn read<T: Into<Json> + Send + 'static>(answer: fn(&Call<'_>) -> Answer<T>) -> MethodRouter<Shared> {
    read_as(answer, plain)
}

/// A reading endpoint whose answers and refusals are made into responses in a way of their own.
pub fn read_as<T: Send + 'static>(
    answer: fn(&Call<'_>) -> Answer<T>,
    respond: fn(Answer<T>) -> Response,
) -> MethodRouter<Shared> {
    get(
        move |State(state): State<Shared>,
              Extension(caller): Extension<Caller>,
              names: Names,
              uri: Uri,
              Query(params): Query<Vec<(String, String)>>| async move {
            let names = named(names);
            let ask = Ask { path: uri.path().to_owned(), params };
            let made = made(move || {
                let site = state.seen_by(&caller);
                let made = answer(&Call { view: state.view(&site, &caller), ask, names });
                whole(&site, made)
            });
            respond(made.await)
        },
    )
}

/// An answer for which a row could not be read is none.
fn whole<T>(site: &Site, made: Answer<T>) -> Answer<T> {
    match site.content.failure() {
        Some(why) => Err(Refusal::broken(&why)),
        None => made,
    }
}

type Names = Result<RawPathParams, RawPathParamsRejection>;

fn named(names: Names) -> Vec<(String, String)> {
    let Ok(names) = names else { return Vec::new() };
    names.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

async fn blocking(answer: impl FnOnce() -> Answer + Send + 'static) -> Response {
    plain(made(answer).await)
}

async fn made<T: Send + 'static>(answer: impl FnOnce() -> Answer<T> + Send + 'static) -> Answer<T> {
    tokio::task::spawn_blocking(answer).await.unwrap_or_else(|error| Err(Refusal::broken(&error)))
}

fn plain(answer: Answer<impl Into<Json>>) -> Response {
    match answer {
        Ok(made) => made.into().into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

fn router(state: Shared, queue: UnboundedSender<u64>) -> Router {
    let administrators = axum::middleware::from_fn_with_state(state.clone(), auth::administrators);
    let app = Router::new()
        .route("/", get(browse::home))
        .merge(browse::pages())
        .route("/status", get(|| async { axum::Json(json!({ "state": "RUNNING" })) }))
        .route("/download/attachments/{page}/{file}", get(download::attachment))
        .merge(reading())
        .merge(if state.settings.dialect == Dialect::Cloud { cloud::reading() } else { Router::new() })
        .merge(login::routes(&state.settings))
        .merge(reindexing().layer(administrators.clone()))
        .nest("/rest/api/backup-restore", backup_restore(queue).layer(administrators))
        .fallback(nothing_here);
    let app = if state.context.is_empty() {
        app
    } else {
        // A nested router doesn't answer for its root with a slash behind.
        let root = format!("{}/", state.context);
        Router::new().nest(&state.context, app).route(&root, get(browse::home))
    };
    app.layer(axum::middleware::from_fn_with_state(state.clone(), auth::guard)).with_state(state)
}

/// A body that nobody wants is read all the same, as the servlet container does: a connection with half a request can't serve the next one.
async fn nothing_here(uri: Uri, _body: Result<Bytes, BytesRejection>) -> Refusal {
    Refusal::not_found(format!("null for uri: {}", uri.path()))
}

fn reading() -> Router<Shared> {
    Router::new()
        .route("/rest/api/server-information", read(routes::server_information))
        .route("/rest/applinks/1.0/manifest", read(routes::manifest))
        .route("/rest/api/user/current", read(routes::current_user))
        .route("/rest/api/user", read(routes::one_user))
        .route("/rest/api/user/list", read(routes::users))
        .route("/rest/api/user/memberof", read(routes::member_of))
        .route("/rest/api/group", read(routes::groups))
        .route("/rest/api/group/{name}/member", read(routes::members))
        .route("/rest/api/space", read(routes::spaces))
        .route("/rest/api/space/{key}", read(routes::one_space))
        .route("/rest/api/space/{key}/permissions", read(routes::space_permissions))
        .route("/rest/api/content", read(routes::contents))
        .route("/rest/api/content/scan", read(routes::scan))
        .route("/rest/api/content/search", read(routes::content_search))
        .route("/rest/api/search", read(routes::search))
        .route("/rest/api/content/{id}", read(routes::one_content))
        .route("/rest/api/content/{id}/history", read(routes::content_history))
        .route("/rest/experimental/content/{id}/version", read(routes::versions))
        .route("/rest/api/content/{id}/version", read(routes::versions))
        .route("/rest/api/content/{id}/child/comment", read(routes::comments))
        .route("/rest/api/content/{id}/child/attachment", read(routes::attachments))
        .route("/rest/api/content/{id}/child/page", read(routes::child_pages))
        .route("/rest/api/content/{id}/child", read(routes::children))
        .route("/rest/api/content/{id}/descendant/{type}", read(routes::descendants))
        .route("/rest/api/content/{id}/version/{number}", read(routes::one_version))
        .route("/rest/api/space/{key}/content", read(routes::space_content))
        .route("/rest/api/space/{key}/content/{type}", read(routes::space_content_of_type))
        .route("/rest/api/group/{name}", read(routes::one_group))
        .route("/rest/api/user/anonymous", read(routes::anonymous))
        .route("/rest/api/template/{id}", read(routes::one_template))
        .route("/rest/experimental/template/{id}", read(routes::one_template))
        .route("/rest/api/content/{id}/label", read(routes::content_labels))
        .route("/rest/api/content/{id}/property", read(routes::content_properties))
        .route("/rest/api/content/{id}/property/{property}", read(routes::content_property))
        .route("/rest/api/space/{key}/property", read(routes::space_properties))
        .route("/rest/api/space/{key}/property/{property}", read(routes::space_property))
        .route("/rest/api/content/{id}/restriction/byOperation", read(routes::restrictions))
        .route("/rest/api/content/{id}/restriction/byOperation/{operation}", read(routes::restriction))
        .route("/rest/experimental/template/page", read(routes::templates))
        .route("/rest/api/template/page", read(routes::templates))
}

fn reindexing() -> Router<Shared> {
    let both = || {
        get(|State(state): State<Shared>| async move { blocking(move || state.reindex.progress()).await }).post(
            |State(state): State<Shared>, _body: Bytes| async move { blocking(move || reindex::begin(&state)).await },
        )
    };
    Router::new().route("/rest/prototype/1/index/reindex", both()).route("/rest/prototype/latest/index/reindex", both())
}
/// Starts a job by what a body of JSON says.
type Start = fn(&AppState, &UnboundedSender<u64>, JobScope, &[u8]) -> Answer;

fn backup_restore(queue: UnboundedSender<u64>) -> Router<Shared> {
    let started = |start: Start, scope: JobScope| {
        let queue = queue.clone();
        post(move |State(state): State<Shared>, body: Bytes| async move {
            blocking(move || start(&state, &queue, scope, &body)).await
        })
    };
    let from_upload = |scope: JobScope| {
        let queue = queue.clone();
        post(move |State(state): State<Shared>, headers: HeaderMap, parts: Multipart| async move {
            match restore::from_upload(&state, &queue, scope, &headers, parts).await {
                Ok(value) => axum::Json(value).into_response(),
                Err(refusal) => refusal.into_response(),
            }
        })
        .layer(DefaultBodyLimit::disable())
    };
    let state_alone = |answer: fn(&AppState, &Ask, &str) -> Answer| {
        move |State(state): State<Shared>, names: Names, uri: Uri, Query(params): Query<Vec<(String, String)>>| async move {
            let id = named(names).into_iter().find(|(name, _)| name == "id").map(|(_, id)| id).unwrap_or_default();
            let ask = Ask { path: uri.path().to_owned(), params };
            blocking(move || answer(&state, &ask, &id)).await
        }
    };
    Router::new()
        .route("/restore/site", started(restore::from_home, JobScope::Site))
        .route("/restore/space", started(restore::from_home, JobScope::Space))
        .route("/backup/site", started(backup::start, JobScope::Site))
        .route("/backup/space", started(backup::start, JobScope::Space))
        .route("/restore/site/upload", from_upload(JobScope::Site))
        .route("/restore/space/upload", from_upload(JobScope::Space))
        .route("/restore/files", get(state_alone(|state, ask, _| restore::files(state, ask))))
        .route("/jobs", get(state_alone(|state, ask, _| jobs::list(state, ask))))
        .route("/jobs/{id}", get(state_alone(|state, _, id| jobs::one(state, id))))
        .route("/jobs/{id}/download", get(backup::download))
        .route("/jobs/{id}/cancel", put(state_alone(|state, _, id| jobs::cancel(state, id))))
        .route("/jobs/clear-queue", put(state_alone(|state, _, _| Ok(jobs::clear_queue(state)))))
}
