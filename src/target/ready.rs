//! Waits for the word RUNNING.

use std::time::Duration;

use super::TargetError;
use super::instance::Rig;
use crate::clock::Context;
use crate::confluence::{Client, ClientError, ServerState};

/// The first wait between two questions; it doubles up to [`LONGEST`].
const FIRST: Duration = Duration::from_millis(50);
/// The longest wait between two questions.
const LONGEST: Duration = Duration::from_secs(2);

/// Asks `/status` until it says RUNNING; the word counts, not the status code (docs/confluence.md, R3). Ends early where
/// the server says that it failed, or where its container has ended.
pub(super) async fn wait_until_running(
    client: &Client,
    rig: &Rig,
    within: Duration,
    context: &Context,
) -> Result<(), TargetError> {
    let mut last = "none".to_owned();
    let never = |last: &str| TargetError::NeverReady { base: client.base().to_owned(), within, last: last.to_owned() };
    let waiting = async {
        let mut wait = FIRST;
        loop {
            last = match client.status().await {
                Ok(ServerState::Running) => return Ok(()),
                Ok(ServerState::Error) => return Err(never("it says ERROR")),
                Ok(state) => format!("{state:?}"),
                Err(ClientError::Cancelled(_)) => return Err(TargetError::Interrupted),
                Err(error) => format!("failed to {error}"),
            };
            rig.must_run().await?;
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(LONGEST);
        }
    };
    let ended = tokio::select! {
        () = context.cancel.cancelled() => return Err(TargetError::Interrupted),
        ended = tokio::time::timeout(within, waiting) => ended,
    };
    ended.unwrap_or_else(|_| Err(never(&last)))
}
