//! What the handlers share: settings, the current site, the jobs.

use std::sync::{Arc, PoisonError, RwLock};

use tokio_util::sync::CancellationToken;

use super::jobs::Jobs;
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
    /// The server is stopping.
    pub cancel: CancellationToken,
    site: RwLock<Arc<Site>>,
}

impl AppState {
    /// The state of a server that begins with this site.
    pub fn new(mut settings: Settings, site: Site) -> Self {
        let trimmed = settings.context_path.trim_matches('/');
        let context = if trimmed.is_empty() { String::new() } else { format!("/{trimmed}") };
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
            context,
            base,
            cancel: CancellationToken::new(),
            site: RwLock::new(Arc::new(site)),
        }
    }

    /// The site as it is now; a restore swaps it as a whole.
    pub fn site(&self) -> Arc<Site> {
        self.site.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts a restored site in place.
    pub fn swap(&self, site: Site) {
        *self.site.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(site);
    }

    /// What shapes need, over this site.
    pub fn view<'a>(&'a self, site: &'a Site) -> View<'a> {
        View { site, settings: &self.settings, troubles: &self.troubles, base: &self.base, context: &self.context }
    }
}
