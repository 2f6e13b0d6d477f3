//! What the handlers share: settings, the current site, the jobs.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use tokio_util::sync::CancellationToken;

use super::access::{self, Caller, Rights};
use super::jobs::Jobs;
use super::reindex::Reindex;
use super::session::Sessions;
use super::settings::Settings;
use super::shapes::View;
use super::store::Site;
use super::troubles::Troubles;

/// The state behind an `Arc`.
pub type Shared = Arc<AppState>;

/// What the handlers share.
#[derive(Debug)]
pub struct AppState {
    pub settings: Settings,
    pub troubles: Troubles,
    pub jobs: Jobs,
    /// The context path, empty or with a slash in front and none behind.
    pub context: String,
    /// The configured base URL with the context path.
    pub base: String,
    pub sessions: Sessions,
    pub reindex: Reindex,
    /// The server is stopping.
    pub cancel: CancellationToken,
    site: RwLock<Arc<Site>>,
    /// Held by whoever makes a new site out of the present one.
    writing: Mutex<()>,
    /// What each caller was last shown. There are no more callers than names in the settings.
    seen: Mutex<HashMap<Caller, Seen>>,
}

/// A site, and what of it a caller sees.
#[derive(Debug)]
struct Seen {
    whole: Arc<Site>,
    part: Arc<Site>,
}

impl AppState {
    /// The state of a server that begins with this site.
    pub fn new(mut settings: Settings, site: Site, cancel: CancellationToken) -> Self {
        let context = settings.context();
        let base = format!("{}{context}", settings.configured_base.trim_end_matches('/'));
        let troubles = Troubles::new(std::mem::take(&mut settings.troubles));
        if let Some(most) = troubles.page() {
            settings.limit = settings.limit.min(most);
            settings.limit_with_bodies = settings.limit_with_bodies.min(most);
        }
        Self {
            settings,
            troubles,
            jobs: Jobs::default(),
            sessions: Sessions::default(),
            reindex: Reindex::default(),
            context,
            base,
            cancel,
            site: RwLock::new(Arc::new(site)),
            writing: Mutex::default(),
            seen: Mutex::default(),
        }
    }

    /// The site as it is now; a restore swaps it as a whole.
    pub fn site(&self) -> Arc<Site> {
        self.site.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The site as a caller sees it now. May take a while, the first time after a restore.
    pub fn seen_by(&self, caller: &Caller) -> Arc<Site> {
        let whole = self.site();
        if Rights::of(caller, &whole).see_all() {
            return whole;
        }
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match seen.get(caller) {
            Some(known) if Arc::ptr_eq(&known.whole, &whole) => known.part.clone(),
            _ => {
                let part = Arc::new(access::visible(&whole, caller));
                seen.insert(caller.clone(), Seen { whole, part: part.clone() });
                part
            }
        }
    }

    /// Waits until nobody else makes a new site; to be held from looking at the present one until [`Self::swap`].
    pub fn writing(&self) -> MutexGuard<'_, ()> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a new site in place.
    pub fn swap(&self, site: Site) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clear();
        *self.site.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(site);
    }

    /// What shapes need, over the site that this caller sees.
    pub fn view<'a>(&'a self, site: &'a Site, caller: &'a Caller) -> View<'a> {
        let Self { settings, troubles, base, context, .. } = self;
        View { site, caller, settings, troubles, base, context }
    }
}
