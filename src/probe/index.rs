//! Searches on a restored copy: the index is waited for, and rebuilt once where it lacks something.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::{StreamExt as _, TryStreamExt as _};

use super::{Asking, ProbeError, unknown};
use crate::clock::Context;
use crate::confluence::{Client, ClientError};
use crate::event::Stage;
use crate::model::{Answer, Hits, IndexRecord, Probe};

/// The first wait between two questions; it grows by half up to [`LONGEST`].
const FIRST: Duration = Duration::from_millis(50);
/// The longest wait between two questions.
const LONGEST: Duration = Duration::from_secs(5);

type Found = BTreeMap<Probe, Answer>;

/// The searches of one drill.
pub(super) struct Searches<'a> {
    pub client: &'a Client,
    pub asking: &'a Asking,
    pub ctx: &'a Context,
}

impl Searches<'_> {
    /// Asks until every search is complete or the time is over; then has the index rebuilt and asks those again that weren't.
    pub async fn ask(&self, searches: Vec<Probe>) -> Result<(Found, IndexRecord), ProbeError> {
        let mut record = IndexRecord::default();
        let began = self.ctx.clock.elapsed();
        if !self.wait_until_ready(began).await? {
            record.problem = Some(self.too_long("the index was not ready"));
        }
        let mut found = self.all(searches).await?;
        let mut wait = FIRST;
        while self.asking.lags && !incomplete(&found).is_empty() && self.left(began) > Duration::ZERO {
            tokio::time::sleep(wait.min(self.left(began))).await;
            wait = (wait * 3 / 2).min(LONGEST);
            found.extend(self.all(incomplete(&found)).await?);
        }
        let lacking = incomplete(&found);
        if lacking.is_empty() {
            record.complete_millis = Some(millis(self.ctx.clock.elapsed().saturating_sub(self.asking.restored)));
        } else if record.problem.is_none() {
            self.ctx.events.say(Stage::Probe, "searches don't find all: rebuilding the search index");
            self.rebuilt(lacking, &mut found, &mut record).await?;
        }
        Ok((found, record))
    }

    /// Has the index rebuilt, and notes what the searches find then. What they found before stays.
    async fn rebuilt(
        &self,
        lacking: Vec<Probe>,
        found: &mut Found,
        record: &mut IndexRecord,
    ) -> Result<(), ProbeError> {
        let began = self.ctx.clock.elapsed();
        match self.client.rebuild_index().await {
            Ok(Some(_)) => {}
            Ok(None) => {
                record.problem = Some("the target lets this account rebuild no index".to_owned());
                return Ok(());
            }
            Err(error) => {
                if let Answer::Unknown(why) = unknown(error)? {
                    record.problem = Some(format!("the index could not be rebuilt: {why}"));
                }
                return Ok(());
            }
        }
        if !self.wait_until_ready(began).await? {
            record.problem = Some(self.too_long("the rebuilt index was not ready"));
            return Ok(());
        }
        for (probe, answer) in self.all(lacking).await? {
            if let (Some(Answer::Found(before)), Answer::Found(after)) = (found.get_mut(&probe), answer) {
                before.after_rebuild = Some(after.number);
            }
        }
        record.rebuilt_millis = Some(millis(self.ctx.clock.elapsed().saturating_sub(began)));
        Ok(())
    }

    fn left(&self, began: Duration) -> Duration {
        self.asking.within.saturating_sub(self.ctx.clock.elapsed().saturating_sub(began))
    }

    fn too_long(&self, what: &str) -> String {
        format!("{what} within {} s", self.asking.within.as_secs())
    }

    /// Whether the index became ready in time. A server that doesn't say is taken at its answers.
    async fn wait_until_ready(&self, began: Duration) -> Result<bool, ProbeError> {
        let mut wait = FIRST;
        loop {
            match self.client.index_is_ready().await {
                Ok(Some(false)) => {}
                Ok(Some(true) | None) => return Ok(true),
                Err(error) => return unknown(error).map(|_| true),
            }
            let left = self.left(began);
            if left.is_zero() {
                return Ok(false);
            }
            tokio::time::sleep(wait.min(left)).await;
            wait = (wait * 3 / 2).min(LONGEST);
        }
    }

    async fn all(&self, searches: Vec<Probe>) -> Result<Found, ProbeError> {
        let at_once = self.client.settings().requests_at_once.max(1);
        let each = searches.into_iter().map(|probe| self.one(probe));
        futures_util::stream::iter(each).buffer_unordered(at_once).try_collect().await
    }

    async fn one(&self, probe: Probe) -> Result<(Probe, Answer), ProbeError> {
        let Probe::Search { cql, .. } = &probe else {
            return Ok((probe, Answer::Unknown("it is no search".to_owned())));
        };
        let answer = match self.client.found(cql).await {
            Ok(search) => {
                let ids = search.listed.iter().filter_map(|content| content.id.number()).collect();
                Answer::Found(Hits { number: search.total, ids, after_rebuild: None })
            }
            Err(ClientError::Refused { status: 400, message, .. }) => Answer::Refused(message),
            Err(error) => unknown(error)?,
        };
        Ok((probe, answer))
    }
}

/// The searches that found less than is wanted.
fn incomplete(found: &Found) -> Vec<Probe> {
    let lacks = |probe: &Probe, answer: &Answer| match (probe, answer) {
        (Probe::Search { wanted, .. }, Answer::Found(hits)) => hits.number < *wanted,
        _ => false,
    };
    found.iter().filter(|(probe, answer)| lacks(probe, answer)).map(|(probe, _)| probe.clone()).collect()
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
