//! A server in front of others, which lets requests pass, refuses them or never answers, by their number and path.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::serve::ListenerExt as _;

/// What becomes of a request.
#[derive(Debug, Clone, Copy)]
pub enum Act {
    /// It goes to the server of this number.
    Pass(usize),
    /// It is refused with this status, and a word about when to come again.
    Refuse(u16, Option<&'static str>),
    /// It is never answered.
    Hang,
}

type Rule = Box<dyn Fn(u64, &str) -> Act + Send + Sync>;

pub struct Proxy {
    pub base: String,
    asked: Arc<AtomicU64>,
    rule: Arc<Mutex<Rule>>,
    serving: tokio::task::JoinHandle<()>,
}

impl Proxy {
    /// In front of servers with this context path; `servers` are their addresses without it.
    pub async fn start(servers: Vec<String>, context: &str) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}{context}", listener.local_addr().unwrap());
        let listener = listener.tap_io(|connection| drop(connection.set_nodelay(true)));
        let asked = Arc::new(AtomicU64::new(0));
        let rule: Arc<Mutex<Rule>> = Arc::new(Mutex::new(Box::new(|_, _| Act::Pass(0))));
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().tls_certs_only([]).build().unwrap();
        let (counted, told) = (asked.clone(), rule.clone());
        let router = Router::new().fallback(move |request: Request| {
            let number = counted.fetch_add(1, Ordering::SeqCst) + 1;
            let path = request.uri().path_and_query().unwrap().as_str().to_owned();
            let act = told.lock().unwrap()(number, &path);
            let (client, servers) = (client.clone(), servers.clone());
            let auth = request.headers().get(header::AUTHORIZATION).cloned();
            async move {
                match act {
                    Act::Pass(server) => pass(&client, &format!("{}{path}", servers[server]), auth).await,
                    Act::Refuse(status, after) => {
                        let mut answer = (StatusCode::from_u16(status).unwrap(), "{}").into_response();
                        let after = after.map(|after| (header::RETRY_AFTER, after.parse().unwrap()));
                        answer.headers_mut().extend(after);
                        answer
                    }
                    Act::Hang => std::future::pending().await,
                }
            }
        });
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { base, asked, rule, serving }
    }

    /// From now on requests are counted anew, and this becomes of them.
    pub fn rule(&self, rule: impl Fn(u64, &str) -> Act + Send + Sync + 'static) {
        self.asked.store(0, Ordering::SeqCst);
        *self.rule.lock().unwrap() = Box::new(rule);
    }

    /// How many requests came since.
    pub fn asked(&self) -> u64 {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn pass(client: &reqwest::Client, url: &str, auth: Option<HeaderValue>) -> Response {
    let mut asked = client.get(url);
    if let Some(auth) = auth {
        asked = asked.header(header::AUTHORIZATION, auth);
    }
    let answer = asked.send().await.unwrap();
    let (status, kind) = (answer.status(), answer.headers().get(header::CONTENT_TYPE).cloned());
    let mut out = (status, Body::from(answer.bytes().await.unwrap_or_default())).into_response();
    out.headers_mut().extend(kind.map(|kind| (header::CONTENT_TYPE, kind)));
    out
}
