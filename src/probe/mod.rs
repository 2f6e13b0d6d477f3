//! Asks a restored copy as its users would ask it: what a search finds, what is shown to whom. Checks say what is to be asked; what the answers mean is theirs to say.
//!
//! An answer that says nothing is one; only a server that can't be reached at all is an error.

mod index;
mod look;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::clock::Context;
use crate::confluence::{Client, ClientError};
use crate::event::{Stage, Unit};
use crate::model::{Answer, Answers, Fault, Probe, Viewer};
use index::Searches;
use look::Looks;

/// Why nothing could be asked.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// The server can't be reached, or doesn't answer in time.
    #[error("ask the restored copy: {0}")]
    Client(ClientError),
    /// Somebody said stop.
    #[error("ask on: it was cancelled")]
    Cancelled,
}

impl ProbeError {
    /// Whose failing it is: always the rig's.
    pub fn fault(&self) -> Fault {
        Fault::Rig
    }
}

/// How a restored copy is asked.
#[derive(Debug, Clone)]
pub struct Asking {
    /// How long after the beginning of the drill the restore ended.
    pub restored: Duration,
    /// How long the search index is waited for, by itself and once more where it has to be rebuilt.
    pub within: Duration,
    /// Whether the index may know later than the restore ends what it brought. A mock's doesn't.
    pub lags: bool,
    /// Those as whom it can be asked, besides the drill's own account.
    pub others: BTreeMap<Viewer, Client>,
}

/// Asks all that is to be asked.
///
/// # Errors
/// A server that can't be reached, and the word to stop.
pub async fn ask(client: &Client, probes: Vec<Probe>, asking: &Asking, ctx: &Context) -> Result<Answers, ProbeError> {
    let cancel = ctx.cancel.clone();
    tokio::select! {
        biased;
        () = cancel.cancelled() => Err(ProbeError::Cancelled),
        answers = all(client, probes, asking, ctx) => answers,
    }
}

async fn all(client: &Client, probes: Vec<Probe>, asking: &Asking, ctx: &Context) -> Result<Answers, ProbeError> {
    let of = Some(probes.len() as u64);
    let mut answers = Answers::default();
    let is_search = |probe: &Probe| matches!(probe, Probe::Search { .. });
    let (searches, looks): (Vec<Probe>, Vec<Probe>) = probes.into_iter().partition(is_search);
    if !searches.is_empty() {
        let (found, index) = Searches { client, asking, ctx }.ask(searches).await?;
        answers.index = Some(index);
        answers.all.extend(found);
    }
    if !looks.is_empty() {
        answers.all.extend(Looks { client, others: &asking.others }.ask(looks).await?);
    }
    ctx.events.progress(Stage::Probe, answers.all.len() as u64, of, Unit::Questions);
    Ok(answers)
}

/// What a request that failed comes to. Only a server that is not there ends the asking.
fn unknown(error: ClientError) -> Result<Answer, ProbeError> {
    match error {
        ClientError::Cancelled(_) => Err(ProbeError::Cancelled),
        ClientError::Connection { .. } | ClientError::TimedOut { .. } => Err(ProbeError::Client(error)),
        // Its words can repeat content.
        error => Ok(Answer::Unknown(match error.status() {
            Some(status) => format!("the server answered {status}"),
            None => "the server answered in a form that is not understood".to_owned(),
        })),
    }
}
