//! One request: sent, bounded, retried, raced against the word to stop.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use reqwest::header::{ACCEPT, LOCATION};
use reqwest::{Method, RequestBuilder, Response, StatusCode, Url};
use secrecy::ExposeSecret as _;
use serde::de::DeserializeOwned;
use tokio::sync::OwnedSemaphorePermit;

use super::error::{message_of, visible};
use super::pace::{Limits, retry_after};
use super::{At, Auth, Client, ClientError};

/// The header by which the mock Confluence names itself in each answer.
const MOCK: &str = "x-rehearse-mock";

/// How often a download may be led elsewhere.
const REDIRECTS_MAX: usize = 5;

/// How often a request is sent again because the server asked to wait. Each wait is at least that of any other failure.
const TOLD_MAX: u32 = 200;

/// A request before it is sent.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) url: Url,
    /// A JSON body.
    pub(super) json: Option<serde_json::Value>,
    /// Whether credentials go with it.
    pub(super) auth: bool,
    /// Whether it may be sent more than once.
    pub(super) retry: bool,
    /// Whether status 500 and time-outs are worth the same request again; a page of a list rather gets shorter.
    pub(super) retry_500: bool,
}

/// The whole answer to a request.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) at: At,
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// The answer as a type.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, ClientError> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let beginning =
                String::from_utf8_lossy(self.body.get(..80).unwrap_or(&self.body)).trim_start().to_lowercase();
            let page = beginning.starts_with("<!doctype") || beginning.starts_with("<html");
            let problem = if page { message_of(&self.body) } else { visible(&error.to_string()) };
            ClientError::Shape { at: self.at.clone(), problem }
        })
    }
}

/// Bytes that arrive piece by piece.
#[derive(Debug)]
pub struct Download {
    response: Response,
    at: At,
    client: Client,
    _permit: OwnedSemaphorePermit,
}

impl Download {
    /// How many bytes will come, where the server says so.
    pub fn length(&self) -> Option<u64> {
        self.response.content_length()
    }

    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// A connection that breaks or stands still, or the word to stop.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, ClientError> {
        let at = self.at.clone();
        let piece = self.client.clone().timed(&at, self.response.chunk()).await?;
        Ok(piece.map(|bytes| bytes.to_vec()))
    }
}

impl Client {
    /// The address below the base of this path, given as segments that are encoded here.
    pub(super) fn url<'a>(
        &self,
        segments: impl IntoIterator<Item = &'a str>,
        query: &[(&str, &str)],
    ) -> Result<Url, ClientError> {
        let bad = |problem: String| ClientError::Setup(problem);
        let mut url = Url::parse(&self.0.base).map_err(|error| bad(error.to_string()))?;
        {
            let mut path =
                url.path_segments_mut().map_err(|()| bad("the base address can't have a path".to_owned()))?;
            path.pop_if_empty().extend(segments);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(url)
    }

    /// The address of a link that an answer holds, on this client's own host: path and query are taken from it, and nothing else. A server that
    /// was restored from elsewhere still believes to have the address of its source.
    pub(super) fn rehome(&self, link: &str) -> Result<Url, ClientError> {
        let bad = || ClientError::Setup(format!("the server gave the link {}, which can't be used", visible(link)));
        let (path, query) = link.split_once('?').map_or((link, None), |(path, query)| (path, Some(query)));
        let path = match ["/rest/", "/download/"].iter().filter_map(|mark| path.find(mark)).min() {
            Some(at) => path.get(at..).ok_or_else(bad)?,
            None => path.strip_prefix(self.0.context.as_str()).filter(|rest| rest.starts_with('/')).unwrap_or(path),
        };
        if !path.starts_with('/') || path.starts_with("//") {
            return Err(bad());
        }
        let mut url = Url::parse(&format!("{}{path}", self.0.base)).map_err(|_| bad())?;
        url.set_query(query);
        url.set_fragment(None);
        Ok(url)
    }

    /// A request that only reads.
    pub(super) fn get(&self, url: Url) -> Call {
        Call { method: Method::GET, url, json: None, auth: true, retry: true, retry_500: true }
    }

    /// Asks, and understands the answer.
    pub(super) async fn ask<T: DeserializeOwned>(&self, call: &Call) -> Result<T, ClientError> {
        self.send(call).await?.json()
    }

    /// Sends a request, again where that is allowed and may help, and gives the whole answer.
    pub(super) async fn send(&self, call: &Call) -> Result<Answer, ClientError> {
        let mut tries = Tries::default();
        loop {
            let at = self.at(call, tries.number + 1);
            let (error, after) = match self.try_once(call, at).await {
                Ok(answer) => return Ok(answer),
                Err(failed) => failed,
            };
            self.wait_or_give_up(call, &mut tries, error, after).await?;
        }
    }

    /// Sends once and gives status and body, whatever the status.
    pub(super) async fn send_for_any_status(&self, call: &Call, at: &At) -> Result<(u16, Vec<u8>), ClientError> {
        let _permit = self.permit(at).await?;
        let response = self.timed(at, self.build(call).send()).await?;
        let status = response.status().as_u16();
        if response.headers().contains_key(MOCK) {
            self.0.met_mock.store(true, Ordering::Relaxed);
        }
        Ok((status, self.body(at, response).await?))
    }

    /// Opens a download; the connection is tried as often as any request, the bytes come once.
    pub(super) async fn open(&self, call: &Call) -> Result<Download, ClientError> {
        let mut tries = Tries::default();
        loop {
            let at = self.at(call, tries.number + 1);
            let permit = self.permit(&at).await?;
            let (error, after) = match self.led(call, at.clone()).await {
                Ok(response) => return Ok(Download { response, at, client: self.clone(), _permit: permit }),
                Err(failed) => failed,
            };
            drop(permit);
            self.wait_or_give_up(call, &mut tries, error, after).await?;
        }
    }

    /// Where and how often, for errors.
    pub(super) fn at(&self, call: &Call, tries: u32) -> At {
        let path = call.url.path();
        let path = visible(path.strip_prefix(self.0.context.as_str()).unwrap_or(path));
        let method = if call.method == Method::GET {
            "GET"
        } else if call.method == Method::PUT {
            "PUT"
        } else {
            "POST"
        };
        At { method, path, tries }
    }

    /// The request as the HTTP library wants it, with all that goes with it.
    pub(super) fn build(&self, call: &Call) -> RequestBuilder {
        let mut request = self.0.http.request(call.method.clone(), call.url.clone()).header(ACCEPT, "application/json");
        if call.method != Method::GET {
            request = request.header("X-Atlassian-Token", "no-check");
        }
        if let Some(json) = &call.json {
            request = request.json(json);
        }
        match &self.0.auth {
            _ if !call.auth => request,
            Auth::Basic { user, password } => request.basic_auth(user, Some(password.expose_secret())),
            Auth::Bearer(token) => request.bearer_auth(token.expose_secret()),
            Auth::Anonymous => request,
        }
    }

    async fn try_once(&self, call: &Call, at: At) -> Result<Answer, (ClientError, Option<Duration>)> {
        let _permit = self.permit(&at).await.map_err(|error| (error, None))?;
        let response = self.answered(call, at.clone()).await?;
        let body = self.body(&at, response).await.map_err(|error| (error, None))?;
        Ok(Answer { at, body })
    }

    /// Sends once; gives an answer whose status is good, or the error with the wait that the server asks for.
    async fn answered(&self, call: &Call, at: At) -> Result<Response, (ClientError, Option<Duration>)> {
        let response = self.timed(&at, self.build(call).send()).await.map_err(|error| (error, None))?;
        let after = self.heard(&response);
        self.judge(at, response).await.map_err(|error| (error, after))
    }

    /// The same for a download. Cloud keeps bytes on another host, and leads there by an address that holds all that is needed: the credentials of
    /// this client are for its own host alone (docs/confluence.md, R67).
    async fn led(&self, call: &Call, at: At) -> Result<Response, (ClientError, Option<Duration>)> {
        let mut call = call.clone();
        for _ in 0..REDIRECTS_MAX {
            let response = self.timed(&at, self.build(&call).send()).await.map_err(|error| (error, None))?;
            let after = self.heard(&response);
            match self.elsewhere(&call, &response) {
                Some(url) => {
                    call.auth &= url.origin() == call.url.origin();
                    call.url = url;
                }
                None => return self.judge(at, response).await.map_err(|error| (error, after)),
            }
        }
        Err((ClientError::Redirected { at, to: "one address after the other".to_owned() }, None))
    }

    /// Where Cloud leads a download; nowhere where it leads to a log-in, or from an encrypted connection to one that isn't.
    fn elsewhere(&self, call: &Call, response: &Response) -> Option<Url> {
        if !self.is_cloud() || !response.status().is_redirection() {
            return None;
        }
        let url = call.url.join(response.headers().get(LOCATION)?.to_str().ok()?).ok()?;
        let is_log_in = url.path().contains("/login");
        let kept = url.scheme() == "https" || (url.scheme() == "http" && call.url.scheme() == "http");
        (kept && !is_log_in).then_some(url)
    }

    /// Takes in what an answer says of the server's limits; gives the wait that a refusal asks for.
    fn heard(&self, response: &Response) -> Option<Duration> {
        let (headers, now) = (response.headers(), jiff::Timestamp::now());
        self.0.pace.keep_to(Limits::of(headers, now).gap(self.0.settings.requests_at_once));
        let refused = response.status() == StatusCode::TOO_MANY_REQUESTS || response.status().is_server_error();
        retry_after(headers, now).filter(|_| refused)
    }

    /// Lets a good answer pass and turns others into errors. Reads the mock's name in either.
    pub(super) async fn judge(&self, at: At, response: Response) -> Result<Response, ClientError> {
        let status = response.status();
        if response.headers().contains_key(MOCK) {
            self.0.met_mock.store(true, Ordering::Relaxed);
        }
        if status.is_success() {
            return Ok(response);
        }
        if status.is_redirection() {
            let to = response.headers().get(LOCATION).and_then(|to| to.to_str().ok()).unwrap_or("nowhere");
            return Err(ClientError::Redirected { at, to: visible(to.split(['?', '#']).next().unwrap_or_default()) });
        }
        let body = self.body(&at, response).await.unwrap_or_default();
        Err(ClientError::Refused { at, status: status.as_u16(), message: message_of(&body) })
    }

    /// Reads an answer to its end, bounded.
    pub(super) async fn body(&self, at: &At, mut response: Response) -> Result<Vec<u8>, ClientError> {
        let limit = self.0.settings.body_max;
        let mut body = Vec::new();
        while let Some(piece) = self.timed(at, response.chunk()).await? {
            if body.len().saturating_add(piece.len()) > limit {
                return Err(ClientError::TooLarge { at: at.clone(), limit });
            }
            body.extend_from_slice(&piece);
        }
        Ok(body)
    }

    /// Waits for something of the network, but not for ever, and not past the word to stop.
    pub(super) async fn timed<T>(
        &self,
        at: &At,
        work: impl Future<Output = reqwest::Result<T>>,
    ) -> Result<T, ClientError> {
        let limit = self.0.settings.timeout;
        tokio::select! {
            biased;
            () = self.0.cancel.cancelled() => Err(ClientError::Cancelled(at.clone())),
            done = tokio::time::timeout(limit, work) => match done {
                Ok(done) => done.map_err(|error| ClientError::Connection { at: at.clone(), cause: cause(&error) }),
                Err(_) => Err(ClientError::TimedOut { at: at.clone(), seconds: limit.as_secs() }),
            },
        }
    }

    /// Waits until one more request may be under way, and until its turn has come.
    pub(super) async fn permit(&self, at: &At) -> Result<OwnedSemaphorePermit, ClientError> {
        let ready = async {
            let permit = self.0.permits.clone().acquire_owned().await.ok()?;
            let wait = self.0.pace.turn(Instant::now());
            if !wait.is_zero() {
                tokio::time::sleep(wait).await;
            }
            Some(permit)
        };
        tokio::select! {
            biased;
            () = self.0.cancel.cancelled() => Err(ClientError::Cancelled(at.clone())),
            permit = ready => permit.ok_or_else(|| ClientError::Cancelled(at.clone())),
        }
    }

    /// Waits before the next try, or gives the error back where another try is useless or one too many.
    pub(super) async fn wait_or_give_up(
        &self,
        call: &Call,
        tries: &mut Tries,
        error: ClientError,
        after: Option<Duration>,
    ) -> Result<(), ClientError> {
        let settings = &self.0.settings;
        let at = self.at(call, tries.number + 1);
        if let (Some(429 | 503), Some(asked)) = (error.status(), after)
            && asked > settings.retry_after_max
        {
            return Err(ClientError::Blocked { at, seconds: asked.as_secs() });
        }
        let again = match &error {
            ClientError::Connection { .. } => true,
            ClientError::TimedOut { .. } => call.retry_500,
            ClientError::Refused { status: 429 | 502 | 503 | 504, .. } => true,
            ClientError::Refused { status: 500, .. } => call.method == Method::GET && call.retry_500,
            _ => false,
        };
        // A server that is there and asks for time will have some later; that costs patience, and no try.
        let told = error.status() == Some(429) || (error.status() == Some(503) && after.is_some());
        let grown = settings.backoff.saturating_mul(1_u32 << tries.number.min(16)).min(settings.backoff_max);
        let wait = match after {
            // Not all of those who were told the same shall come back at the same moment.
            Some(after) if told => after + settings.backoff.mul_f64(0.5 + 0.5 * lot()),
            _ => after.unwrap_or_default().max(grown.mul_f64(0.5 + 0.5 * lot())),
        };
        let too_often = if told { tries.told >= TOLD_MAX } else { tries.number - tries.told >= settings.retries };
        if !again || !call.retry || too_often || tries.waited + wait > settings.patience {
            return Err(error);
        }
        if told && self.0.pace.pause(wait, Instant::now()) > settings.patience_in_all {
            return Err(error);
        }
        tries.number += 1;
        tries.told += u32::from(told);
        tries.waited += wait;
        tokio::select! {
            biased;
            () = self.0.cancel.cancelled() => Err(ClientError::Cancelled(at)),
            () = tokio::time::sleep(wait) => Ok(()),
        }
    }
}

/// How often a request failed so far, and how long it waited in all.
#[derive(Debug, Default)]
pub(super) struct Tries {
    pub(super) number: u32,
    /// How often of these the server asked to wait.
    told: u32,
    waited: Duration,
}

/// A number from 0 to 1 by lot, so that several clients don't come back at the same moment.
fn lot() -> f64 {
    use std::hash::{BuildHasher as _, Hasher as _};
    let bits = std::collections::hash_map::RandomState::new().build_hasher().finish();
    f64::from(bits as u32) / f64::from(u32::MAX)
}

/// An error of the HTTP library with its causes, and without the address, which can hold secrets.
pub(super) fn cause(error: &reqwest::Error) -> String {
    use std::error::Error as _;
    let mut parts = Vec::new();
    let mut current = error.source();
    while let Some(cause) = current {
        let text = visible(&cause.to_string());
        if !parts.contains(&text) {
            parts.push(text);
        }
        current = cause.source();
    }
    if parts.is_empty() {
        parts.push(if error.is_connect() { "no connection".to_owned() } else { "the exchange broke off".to_owned() });
    }
    parts.join(": ")
}
