//! Time, seed and name of a drill, and the means to stop it: everything that differs from run to run enters here.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use crate::event::Events;

/// The name of one drill: the time at which it began (UTC) and 32 random bits, `20261123-124501-9f3c01aa`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DrillId(String);

impl DrillId {
    /// The name of a drill that begins at this time.
    pub fn new(began: jiff::Timestamp, seed: u64) -> Self {
        Self(format!("{}-{:08x}", began.strftime("%Y%m%d-%H%M%S"), seed as u32))
    }

    /// The name as text, fit for file names and labels.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for DrillId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Wall clock and monotonic clock.
#[derive(Debug, Clone)]
pub struct Clock {
    began: Instant,
    fixed: Option<jiff::Timestamp>,
}

impl Clock {
    /// The clocks of this machine.
    pub fn system() -> Self {
        Self { began: Instant::now(), fixed: None }
    }

    /// A wall clock that stands still, for tests.
    pub fn fixed(at: jiff::Timestamp) -> Self {
        Self { began: Instant::now(), fixed: Some(at) }
    }

    /// The time of day, UTC.
    pub fn now(&self) -> jiff::Timestamp {
        self.fixed.unwrap_or_else(jiff::Timestamp::now)
    }

    /// The time of day as reports print it: `2026-11-23T12:45:01Z`.
    pub fn stamp(&self) -> String {
        self.now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// Monotonic time since this clock was made; zero where the clock stands still.
    pub fn elapsed(&self) -> Duration {
        if self.fixed.is_some() { Duration::ZERO } else { self.began.elapsed() }
    }
}

/// What every stage gets: time, seed, name, the ear of whoever listens, and the word to stop.
#[derive(Debug, Clone)]
pub struct Context {
    /// Wall and monotonic clock.
    pub clock: Clock,
    /// Seed of whatever is drawn by lot.
    pub seed: u64,
    /// Name of the drill.
    pub drill: DrillId,
    /// Where stages say what they do.
    pub events: Events,
    /// Ctrl-C, SIGTERM and the time limit.
    pub cancel: CancellationToken,
}

impl Context {
    /// A context for a drill that begins now.
    pub fn new(events: Events, cancel: CancellationToken) -> Self {
        let clock = Clock::system();
        let seed = random();
        Self { drill: DrillId::new(clock.now(), seed), clock, seed, events, cancel }
    }
}

/// 64 random bits: the seed of the hash maps of the standard library, which the system draws.
fn random() -> u64 {
    use std::hash::{BuildHasher as _, Hasher as _};
    std::collections::hash_map::RandomState::new().build_hasher().finish()
}
