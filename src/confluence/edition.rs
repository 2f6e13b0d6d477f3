//! Which edition of Confluence answers: their REST interfaces differ in most paths (docs/confluence.md, R60).

use serde::Deserialize;

use super::{Client, ClientError};

/// An edition of Confluence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edition {
    /// Data Center and Server.
    DataCenter,
    /// Cloud, read by its REST v2 and what v1 still has beside it.
    Cloud,
}

/// What an answer of v2 has: a list, or errors.
#[derive(Deserialize)]
struct Probe {
    results: Option<serde::de::IgnoredAny>,
    errors: Option<serde::de::IgnoredAny>,
}

impl Client {
    /// The edition, as far as it is known: that of the settings, or what [`Self::find_edition`] found. Data Center until then.
    pub fn edition(&self) -> Edition {
        self.0.settings.edition.or_else(|| self.0.edition.get().copied()).unwrap_or(Edition::DataCenter)
    }

    pub(super) fn is_cloud(&self) -> bool {
        self.edition() == Edition::Cloud
    }

    /// Finds out the edition, where neither the settings nor an earlier call said it. Only a base address that ends in `/wiki`, as all of Cloud do, is
    /// asked for Cloud's REST v2; a Data Center below such a path answers that it has none.
    ///
    /// # Errors
    /// As any request.
    pub async fn find_edition(&self) -> Result<Edition, ClientError> {
        if self.0.settings.edition.is_none() && self.0.edition.get().is_none() {
            let found = if self.0.context.ends_with("/wiki") { self.probe().await? } else { Edition::DataCenter };
            // Another task that asked at the same time found the same.
            let _ = self.0.edition.set(found);
        }
        Ok(self.edition())
    }

    async fn probe(&self) -> Result<Edition, ClientError> {
        let call = self.get(self.url(["api", "v2", "spaces"], &[("limit", "1")])?);
        let told = |body: &[u8]| serde_json::from_slice::<Probe>(body).is_ok_and(|answer| answer.is_of_v2());
        let is_v2 = match self.send(&call).await {
            Ok(answer) => told(&answer.body),
            // Cloud says so too where it doesn't accept the credentials; only its words tell (R61).
            Err(error) if error.status() == Some(404) => {
                told(&self.send_for_any_status(&call, &self.at(&call, 2)).await?.1)
            }
            Err(error) if error.status().is_some() || matches!(error, ClientError::Redirected { .. }) => false,
            Err(error) => return Err(error),
        };
        Ok(if is_v2 { Edition::Cloud } else { Edition::DataCenter })
    }
}

impl Probe {
    fn is_of_v2(&self) -> bool {
        self.results.is_some() || self.errors.is_some()
    }
}
