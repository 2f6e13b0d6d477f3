//! Looks at pages: as the drill itself, as others, and by short links.

use std::collections::BTreeMap;

use futures_util::{StreamExt as _, TryStreamExt as _};

use super::{ProbeError, unknown};
use crate::confluence::{Client, ClientError};
use crate::model::{Answer, Probe, Viewer};

/// The looks of one drill.
pub(super) struct Looks<'a> {
    pub client: &'a Client,
    pub others: &'a BTreeMap<Viewer, Client>,
}

impl Looks<'_> {
    /// Looks at all that is to be looked at.
    pub async fn ask(&self, looks: Vec<Probe>) -> Result<BTreeMap<Probe, Answer>, ProbeError> {
        let mut let_in = BTreeMap::new();
        for (viewer, client) in self.others {
            let_in.insert(viewer.clone(), log_in(viewer, client).await?);
        }
        let at_once = self.client.settings().requests_at_once.max(1);
        let each = looks.into_iter().map(|probe| self.one(probe, &let_in));
        futures_util::stream::iter(each).buffer_unordered(at_once).try_collect().await
    }

    async fn one(
        &self,
        probe: Probe,
        let_in: &BTreeMap<Viewer, Option<Answer>>,
    ) -> Result<(Probe, Answer), ProbeError> {
        let answer = match &probe {
            Probe::Search { .. } => Answer::Unknown("it is no look".to_owned()),
            Probe::Open { id } => shown(self.client, *id, false).await?,
            Probe::ShortLink { id } => match self.client.short_link_opens(*id).await {
                Ok(true) => Answer::Shown,
                Ok(false) => Answer::Hidden,
                Err(error) => unknown(error)?,
            },
            Probe::Look { id, viewer } => match (self.others.get(viewer), let_in.get(viewer)) {
                (Some(client), Some(None)) => shown(client, *id, *viewer == Viewer::Anonymous).await?,
                (_, Some(Some(refused))) => refused.clone(),
                _ => Answer::NoLogIn,
            },
        };
        Ok((probe, answer))
    }
}

/// Why somebody can't be asked as, if so. Credentials that are dropped make an anonymous caller of them, whose answers are not theirs.
async fn log_in(viewer: &Viewer, client: &Client) -> Result<Option<Answer>, ProbeError> {
    let Viewer::User(name) = viewer else { return Ok(None) };
    match client.current_user().await {
        Ok(user) if user.name().is_some_and(|own| own.to_lowercase() == name.to_lowercase()) => Ok(None),
        Ok(_) => Ok(Some(Answer::NoLogIn)),
        // Somebody is known, and not let in: that is what they are shown.
        Err(ClientError::Refused { status: 403, .. }) => Ok(None),
        Err(ClientError::Refused { status: 401, .. } | ClientError::Redirected { .. }) => Ok(Some(Answer::NoLogIn)),
        Err(error) => unknown(error).map(Some),
    }
}

/// Whether content is shown. Nobody who said a name is refused by 401 too; of others it says that their log-in doesn't count.
async fn shown(client: &Client, id: u64, anonymous: bool) -> Result<Answer, ProbeError> {
    match client.content(&id.to_string(), "version").await {
        Ok(content) if content.id.number() == Some(id) => Ok(Answer::Shown),
        Ok(_) => Ok(Answer::Unknown("the server answered with something else".to_owned())),
        Err(ClientError::Refused { status: 403 | 404, .. }) => Ok(Answer::Hidden),
        Err(ClientError::Refused { status: 401, .. }) if anonymous => Ok(Answer::Hidden),
        Err(error) => unknown(error),
    }
}
