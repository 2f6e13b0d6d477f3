//! Sessions: whoever logs in by name is known by a cookie from then on, until a site restore (docs/confluence.md, R34).

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::http::{HeaderMap, HeaderValue, header};
use secrecy::{ExposeSecret as _, SecretString};

use super::access::Caller;
use crate::settings::random_secret;

/// The name of the cookie.
const COOKIE: &str = "JSESSIONID";

/// All sessions. Each caller has one at most, however often they log in, so that a client that takes no cookies doesn't pile them up.
#[derive(Debug, Default)]
pub struct Sessions(Mutex<HashMap<Caller, SecretString>>);

impl Sessions {
    fn all(&self) -> MutexGuard<'_, HashMap<Caller, SecretString>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The cookie of a caller who logged in, for the paths below the context.
    pub fn cookie(&self, caller: &Caller, context: &str) -> Option<HeaderValue> {
        let mut all = self.all();
        if !all.contains_key(caller) {
            all.insert(caller.clone(), random_secret()?);
        }
        set_cookie(all.get(caller)?.expose_secret(), context)
    }

    /// Whose session the cookies of a request are of.
    pub fn caller(&self, headers: &HeaderMap) -> Option<Caller> {
        let all = self.all();
        given(headers).find_map(|given| {
            let of = |(caller, id): (&Caller, &SecretString)| (id.expose_secret() == given).then(|| caller.clone());
            all.iter().find_map(of)
        })
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
