//! The search index and its rebuilding (docs/confluence.md, R36). What a restore brought is found by searches once the index knows it: by the
//! restore itself, unless it was told to leave that out, or by a rebuild later on. Rows carry whether the index knows them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::json;

use super::answer::{Answer, Refusal};
use super::state::Shared;
use super::store::Tables;

/// The rebuilding of the index that runs, or ran last.
#[derive(Debug, Default)]
pub struct Reindex(Mutex<Run>);

#[derive(Debug, Default)]
struct Run {
    number: u64,
    began: Option<Instant>,
    took: Option<Duration>,
    /// Why the site with its new index could not be kept; the index is as it was.
    failed: Option<String>,
}

impl Reindex {
    fn run(&self) -> MutexGuard<'_, Run> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How far it is. Before there was any, it is finished (R36).
    pub fn progress(&self) -> Answer {
        let run = self.run();
        if let Some(why) = &run.failed {
            return Err(Refusal::broken(why));
        }
        let running = run.began.is_some() && run.took.is_none();
        let seconds = run.took.or_else(|| run.began.map(|began| began.elapsed())).unwrap_or_default().as_secs();
        let elapsed = format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60);
        Ok(json!({
            "finished": !running, "percentageComplete": if running { 0 } else { 100 }, "jobID": run.number,
            "elapsedTime": elapsed, "remainingTime": "00:00:00",
        }))
    }
}

/// Begins to rebuild the index, unless that runs already. It waits for a restore to end.
pub fn begin(state: &Shared) -> Answer {
    {
        let mut run = state.reindex.run();
        if run.began.is_some() && run.took.is_none() {
            drop(run);
            return state.reindex.progress();
        }
        *run = Run { number: run.number + 1, began: Some(Instant::now()), took: None, failed: None };
    }
    let worker = state.clone();
    tokio::task::spawn_blocking(move || {
        let writing = worker.writing();
        let mut stored = worker.stored();
        let mut tables = Tables::clone(&stored.tables);
        tables.index_for_search();
        (stored.tables, stored.unindexed) = (Arc::new(tables), Arc::default());
        let kept = worker.swap(stored);
        drop(writing);
        let mut run = worker.reindex.run();
        run.took = run.began.map(|began| began.elapsed());
        run.failed = kept.err().map(|error| error.to_string());
    });
    state.reindex.progress()
}
