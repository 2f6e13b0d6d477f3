//! Sessions: whoever logs in by name is known by a cookie from then on, until a site restore (docs/confluence.md, R34).

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, HeaderValue, header};
use secrecy::{ExposeSecret as _, SecretString};

use super::access::Caller;
use crate::settings::random_secret;

/// The name of the cookie.
const COOKIE: &str = "JSESSIONID";

/// How long a confirmed password counts without being used (docs/confluence.md, R74).
const CONFIRMED_FOR: Duration = Duration::from_secs(600);

/// All sessions. Each caller has one at most, however often they log in, so that a client that takes no cookies doesn't pile them up.
#[derive(Debug, Default)]
pub struct Sessions(Mutex<HashMap<Caller, Session>>);

#[derive(Debug)]
struct Session {
    id: SecretString,
    /// The token of its forms.
    token: SecretString,
    /// When the password was confirmed, or that was last of use.
    confirmed: Option<Instant>,
}

impl Sessions {
    fn all(&self) -> MutexGuard<'_, HashMap<Caller, Session>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The cookie of a caller who logged in, for the paths below the context.
    pub fn cookie(&self, caller: &Caller, context: &str) -> Option<HeaderValue> {
        let mut all = self.all();
        if !all.contains_key(caller) {
            let session = Session { id: random_secret()?, token: random_secret()?, confirmed: None };
            all.insert(caller.clone(), session);
        }
        set_cookie(all.get(caller)?.id.expose_secret(), context)
    }

    /// Whose session the cookies of a request are of.
    pub fn caller(&self, headers: &HeaderMap) -> Option<Caller> {
        let all = self.all();
        given(headers).find_map(|given| {
            all.iter().find(|(_, session)| session.id.expose_secret() == given).map(|(caller, _)| caller.clone())
        })
    }

    /// The token of a caller's forms.
    pub fn token(&self, caller: &Caller) -> Option<SecretString> {
        self.all().get(caller).map(|session| session.token.clone())
    }

    /// Says that a caller gave the password once more.
    pub fn confirm(&self, caller: &Caller) {
        if let Some(session) = self.all().get_mut(caller) {
            session.confirmed = Some(Instant::now());
        }
    }

    /// Whether a caller gave the password once more, not long ago; asking makes that last longer.
    pub fn is_confirmed(&self, caller: &Caller) -> bool {
        let mut all = self.all();
        let Some(session) = all.get_mut(caller) else { return false };
        session.confirmed = session.confirmed.filter(|at| at.elapsed() < CONFIRMED_FOR).map(|_| Instant::now());
        session.confirmed.is_some()
    }

    /// Ends all sessions.
    pub fn end_all(&self) {
        self.all().clear();
    }
}

/// The header that gives a session to a browser, for the paths below the context.
pub fn set_cookie(id: &str, context: &str) -> Option<HeaderValue> {
    let path = if context.is_empty() { "/" } else { context };
    HeaderValue::try_from(format!("{COOKIE}={id}; Path={path}; HttpOnly; SameSite=Lax")).ok()
}

/// The sessions that a request names.
pub fn given(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let texts = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let pairs = texts.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(|(name, _)| *name == COOKIE).map(|(_, given)| given)
}
