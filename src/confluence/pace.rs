//! How fast requests go: slower before the server refuses them, and not at all for as long as it asks (docs/confluence.md, R68).
//!
//! One pace serves all requests of a client, since the server counts them together.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

/// The longest wait between two requests that a nearly empty bucket leads to.
const GAP_MAX: Duration = Duration::from_secs(60);

/// The wait between two requests where the server says that the limit is near, and nothing more.
const GAP_NEAR: Duration = Duration::from_millis(250);

/// What an answer says of the server's limits.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Limits {
    /// Requests that a full bucket holds.
    limit: Option<u64>,
    /// Requests that it still holds.
    remaining: Option<u64>,
    /// Requests that are added an interval, and the interval.
    refill: Option<(u64, Duration)>,
    /// How long until it is full again.
    reset: Option<Duration>,
    /// Whether less than a fifth is left, in Cloud's words.
    near: bool,
}

impl Limits {
    /// Reads the headers; `now` is the time of this machine, for servers that don't say theirs.
    pub(super) fn of(headers: &HeaderMap, now: Timestamp) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        let number = |name: &str| text(name).and_then(|text| text.parse::<u64>().ok());
        let refill = number("x-ratelimit-fillrate").zip(number("x-ratelimit-interval-seconds"));
        let refill = refill.filter(|(tokens, seconds)| *tokens > 0 && *seconds > 0);
        let reset = text("x-ratelimit-reset").and_then(|text| moment(text, headers, now));
        Self {
            limit: number("x-ratelimit-limit"),
            remaining: number("x-ratelimit-remaining"),
            refill: refill.map(|(tokens, seconds)| (tokens, Duration::from_secs(seconds))),
            reset,
            near: text("x-ratelimit-nearlimit").is_some_and(|text| text.eq_ignore_ascii_case("true")),
        }
    }

    /// The wait between two requests that keeps the bucket from running dry, with so many requests under way.
    pub(super) fn gap(&self, at_once: usize) -> Duration {
        let Some(remaining) = self.remaining else { return if self.near { GAP_NEAR } else { Duration::ZERO } };
        let reserve = (2 * at_once as u64).max(self.limit.unwrap_or_default() / 10);
        if remaining > reserve && !self.near {
            return Duration::ZERO;
        }
        let gap = match (self.refill, self.reset) {
            (Some((tokens, interval)), _) => interval.div_f64(tokens as f64),
            (None, Some(left)) => left.div_f64(remaining as f64 + 1.0),
            (None, None) => GAP_NEAR,
        };
        gap.min(GAP_MAX)
    }
}

/// How long until a moment that a header names: seconds since 1970, or a date in one of two forms.
fn moment(text: &str, headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let seconds = text.parse::<i64>().ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    let at = seconds.or_else(|| text.parse().ok()).or_else(|| http_date(text))?;
    until(at, headers, now)
}

fn http_date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::parse(text).ok().map(|date| date.timestamp())
}

/// How long until then by the server's own clock, where it tells the time.
fn until(at: Timestamp, headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let told = headers.get(DATE).and_then(|value| value.to_str().ok()).and_then(http_date);
    Some(at.duration_since(told.unwrap_or(now)).try_into().unwrap_or(Duration::ZERO))
}

/// The wait that an answer asks for: seconds, or a date.
pub(super) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    match text.parse::<u64>() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => until(http_date(text)?, headers, now),
    }
}

/// When requests may go.
#[derive(Debug, Default)]
pub(super) struct Pace(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// Between two requests.
    gap: Duration,
    /// When the next one may go.
    next: Option<Instant>,
    /// All pauses together.
    paused: Duration,
}

impl Pace {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the next place in the queue; gives the wait until then.
    pub(super) fn turn(&self, now: Instant) -> Duration {
        let mut state = self.state();
        let at = state.next.map_or(now, |next| next.max(now));
        state.next = (!state.gap.is_zero() || at > now).then(|| at + state.gap);
        at.saturating_duration_since(now)
    }

    /// Takes over the wait between two requests that the last answer calls for.
    pub(super) fn keep_to(&self, gap: Duration) {
        self.state().gap = gap;
    }

    /// Lets no request go for so long; gives the time of all pauses together. Pauses that overlap count once.
    pub(super) fn pause(&self, wait: Duration, now: Instant) -> Duration {
        let mut state = self.state();
        let from = state.next.map_or(now, |next| next.max(now));
        let until = now + wait;
        state.paused += until.saturating_duration_since(from);
        state.next = Some(until.max(from));
        state.paused
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(all: &[(&'static str, &str)]) -> HeaderMap {
        all.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    fn now() -> Timestamp {
        "2026-11-23T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_wait_is_asked_for_in_seconds_or_by_date() {
        let asked = |all: &[(&'static str, &str)]| retry_after(&headers(all), now()).map(|wait| wait.as_secs());
        assert_eq!(asked(&[("retry-after", "7")]), Some(7));
        assert_eq!(asked(&[("retry-after", "Mon, 23 Nov 2026 12:01:30 GMT")]), Some(90));
        let slow = [("retry-after", "Mon, 23 Nov 2026 12:01:30 GMT"), ("date", "Mon, 23 Nov 2026 12:01:00 GMT")];
        assert_eq!(asked(&slow), Some(30), "the server's clock counts");
        assert_eq!(asked(&[("retry-after", "Mon, 23 Nov 2026 11:00:00 GMT")]), Some(0));
        assert_eq!(asked(&[("retry-after", "soon")]), None);
        assert_eq!(asked(&[]), None);
    }

    #[test]
    fn a_bucket_that_runs_dry_slows_requests_down_to_what_it_is_filled_with() {
        let gap = |all: &[(&'static str, &str)]| Limits::of(&headers(all), now()).gap(8).as_millis();
        let filled =
            [("x-ratelimit-fillrate", "10"), ("x-ratelimit-interval-seconds", "5"), ("x-ratelimit-limit", "100")];
        assert_eq!(gap(&[&filled[..], &[("x-ratelimit-remaining", "17")]].concat()), 0);
        assert_eq!(gap(&[&filled[..], &[("x-ratelimit-remaining", "16")]].concat()), 500);
        assert_eq!(gap(&[("x-ratelimit-remaining", "1"), ("x-ratelimit-reset", "2026-11-23T12:00:10Z")]), 5_000);
        assert_eq!(gap(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1795435210")]), 10_000);
        assert_eq!(gap(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "2036-11-23T12:00:10Z")]), 60_000);
        assert_eq!(gap(&[("x-ratelimit-nearlimit", "true")]), 250);
        assert_eq!(gap(&[]), 0);
        assert_eq!(gap(&[("x-ratelimit-remaining", "5"), ("x-ratelimit-fillrate", "0")]), 250);
    }

    #[test]
    fn turns_keep_their_distance_and_pauses_that_overlap_count_once() {
        let (pace, now, second) = (Pace::default(), Instant::now(), Duration::from_secs(1));
        assert_eq!([pace.turn(now), pace.turn(now)], [Duration::ZERO; 2]);
        pace.keep_to(second);
        assert_eq!([pace.turn(now), pace.turn(now), pace.turn(now)], [Duration::ZERO, second, 2 * second]);
        assert_eq!(pace.pause(10 * second, now), 7 * second);
        assert_eq!(pace.pause(5 * second, now), 7 * second);
        assert_eq!([pace.turn(now), pace.turn(now)], [10 * second, 11 * second]);
        pace.keep_to(Duration::ZERO);
        assert_eq!(pace.turn(now + 60 * second), Duration::ZERO);
    }
}
