//! What the handlers share: settings, the current site, the jobs.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use roaring::RoaringTreemap;
use tokio_util::sync::CancellationToken;

use super::access::{self, Caller, Rights};
use super::home::Home;
use super::jobs::Jobs;
use super::reindex::Reindex;
use super::session::Sessions;
use super::settings::Settings;
use super::shapes::View;
use super::store::{Site, StoreError, Stored, Tables};
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
    pub home: Home,
    site: RwLock<Arc<Stored>>,
    /// A site restore has replaced all users.
    replaced: AtomicBool,
    /// Held by whoever makes a new site out of the present one.
    writing: Mutex<()>,
    /// What each caller was last shown. There are no more callers than names in the settings.
    seen: Mutex<HashMap<Caller, Seen>>,
}

/// A site, and what of it a caller sees.
#[derive(Debug)]
struct Seen {
    whole: Arc<Stored>,
    tables: Arc<Tables>,
    visible: Arc<RoaringTreemap>,
}

impl AppState {
    /// The state of a server that begins with this site.
    pub fn new(mut settings: Settings, home: Home, site: Stored, cancel: CancellationToken) -> Self {
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
            home,
            site: RwLock::new(Arc::new(site)),
            replaced: AtomicBool::default(),
            writing: Mutex::default(),
            seen: Mutex::default(),
        }
    }

    /// The site as it is now; a restore swaps it as a whole.
    pub fn stored(&self) -> Stored {
        Stored::clone(&self.site.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// All of it, as it is now.
    pub fn site(&self) -> Site {
        self.stored().whole()
    }

    /// The site as a caller sees it now. May take a while, the first time after a restore.
    pub fn seen_by(&self, caller: &Caller) -> Site {
        let whole = self.site.read().unwrap_or_else(PoisonError::into_inner).clone();
        let site = whole.whole();
        if Rights::of(caller, &site).see_all() {
            return site;
        }
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let known = seen.get(caller).filter(|known| Arc::ptr_eq(&known.whole, &whole));
        let (tables, visible) = match known {
            Some(known) => (known.tables.clone(), known.visible.clone()),
            None => {
                let (tables, visible) = access::visible(&site, caller);
                let (tables, visible) = (Arc::new(tables), Arc::new(visible));
                let now = Seen { whole: whole.clone(), tables: tables.clone(), visible: visible.clone() };
                seen.insert(caller.clone(), now);
                (tables, visible)
            }
        };
        whole.part(tables, visible)
    }

    /// Waits until nobody else makes a new site; to be held from looking at the present one until [`Self::swap`].
    pub fn writing(&self) -> MutexGuard<'_, ()> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a new site in place; where it can't be kept, the old one stands.
    pub fn swap(&self, site: Stored) -> Result<(), StoreError> {
        self.home.keep(&site, &self.stored())?;
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clear();
        *self.site.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(site);
        Ok(())
    }

    /// Ends what users of before were known by, once a site restore has put others in their place.
    pub fn replace_users(&self) {
        self.replaced.store(true, Ordering::Relaxed);
        self.sessions.end_all();
    }

    /// Whether the administrator of the settings gets in. Whoever was made administrator by a set-up lost the account with a site restore; a
    /// drill's own is no user of the site (docs/confluence.md, R5).
    pub fn has_administrator(&self) -> bool {
        self.settings.set_up.is_none() || !self.replaced.load(Ordering::Relaxed)
    }

    /// What shapes need, over the site that this caller sees.
    pub fn view<'a>(&'a self, site: &'a Site, caller: &'a Caller) -> View<'a> {
        let Self { settings, troubles, base, context, .. } = self;
        View { site, caller, settings, troubles, base, context }
    }
}
