use serde::{Deserialize, Serialize};

use super::sample::{RING, Sample, ahead};
use super::{count, percent};

/// How many stretches are remembered at most: a drill an hour for half a year.
const STRETCHES_MAX: usize = 4_400;

/// What a rotating sample remembers from drill to drill: which stretches of the ring were verified when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Rotation {
    /// The seed of all its samples.
    pub seed: u64,
    /// Where the next one begins.
    pub next: u64,
    /// When the first drill of it began, UTC.
    pub began: String,
    /// What was verified, the oldest first.
    pub verified: Vec<Stretch>,
}

/// A part of the ring that was verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Stretch {
    /// Its first place.
    pub from: u64,
    /// Its last place.
    pub last: u64,
    /// When the drill that verified it began, UTC.
    pub when: String,
}

impl Rotation {
    /// One that begins now. The seed stays; so every file comes by once, wherever the drills stop.
    pub const fn new(seed: u64, began: String) -> Self {
        Self { seed, next: 0, began, verified: Vec::new() }
    }

    /// Notes that a sample was verified by a drill that began at this time, and forgets what was verified before `since`.
    pub fn advance(&mut self, sample: &Sample, when: &str, since: &str) {
        let Sample { from, last, .. } = *sample;
        self.next = last.wrapping_add(1) % RING;
        self.verified.push(Stretch { from, last, when: when.to_owned() });
        self.verified.retain(|stretch| stretch.when.as_str() >= since);
        let over = self.verified.len().saturating_sub(STRETCHES_MAX);
        self.verified.drain(..over);
    }

    /// Whether a file at this place that was changed last on this day (as [`day_number`] gives it) was verified since then.
    pub fn has(&self, place: u64, changed: Option<u32>, since: &str) -> bool {
        self.verified.iter().rev().any(|stretch| {
            let later = changed.is_none_or(|day| day_number(&stretch.when).is_some_and(|when| day < when));
            stretch.when.as_str() >= since && later && ahead(stretch.from, place) <= ahead(stretch.from, stretch.last)
        })
    }

    /// How much of the ring was verified since then, of [`RING`].
    pub fn covered(&self, since: &str) -> u64 {
        let recent = self.verified.iter().filter(|stretch| stretch.when.as_str() >= since);
        // A stretch over the end of the ring is two.
        let mut parts: Vec<(u64, u64)> = recent
            .flat_map(|Stretch { from, last, .. }| match from <= last {
                true => vec![(*from, *last)],
                false => vec![(*from, RING - 1), (0, *last)],
            })
            .collect();
        parts.sort_unstable();
        let (mut covered, mut reached) = (0, 0);
        for (from, last) in parts {
            let from = from.max(reached);
            if last >= from {
                covered += last - from + 1;
                reached = last + 1;
            }
        }
        covered
    }

    /// In how many seconds all will have been verified, if drills go on as they did since then. `None`, where one drill alone tells no pace.
    pub fn left(&self, since: &str) -> Option<u64> {
        let recent: Vec<_> = self.verified.iter().filter(|stretch| stretch.when.as_str() >= since).collect();
        let seconds = |stretch: &Stretch| stretch.when.parse::<jiff::Timestamp>().ok().map(|at| at.as_second());
        let (first, last) = (seconds(recent.first()?)?, seconds(recent.last()?)?);
        let drills = recent.len() as u64;
        let between = u64::try_from(last - first).ok()?.checked_div(drills.checked_sub(1)?)?;
        let widths = recent.iter().map(|one| ahead(one.from, one.last) + 1).fold(0_u64, u64::saturating_add);
        let each = (widths / drills).max(1);
        Some((RING - self.covered(since).min(RING)).div_ceil(each).saturating_mul(between))
    }
}

/// How far a rotating sample is, with the drill in whose record it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RotationRecord {
    /// The span within which everything is to be verified, as the scenario writes it.
    pub span: String,
    /// The same in seconds.
    pub span_seconds: u64,
    /// When its first drill began, UTC.
    pub began: String,
    /// Files of the population that were verified within the span, and not changed since.
    pub verified: u64,
    /// Whether the whole ring was gone round within the span.
    pub whole: bool,
    /// Seconds until it is, if drills go on as they did; `None` where one drill alone tells no pace.
    pub left_seconds: Option<u64>,
}

impl RotationRecord {
    /// Whether the span is over, and not everything was verified within it. `now` is when the drill began, UTC.
    pub fn is_overdue(&self, now: &str) -> bool {
        let at = |text: &str| text.parse::<jiff::Timestamp>().ok().map(|at| at.as_second());
        match (at(&self.began), at(now)) {
            (Some(began), Some(now)) => {
                !self.whole && now.saturating_sub(began) > i64::try_from(self.span_seconds).unwrap_or(i64::MAX)
            }
            _ => true,
        }
    }

    /// How far it is, of a population of so many files.
    pub fn said(&self, population: u64) -> String {
        let share =
            if self.verified == population { "100 %".to_owned() } else { floor_percent(self.verified, population) };
        let pace = match (self.whole, self.left_seconds) {
            (true, _) => "gone round once".to_owned(),
            (false, Some(seconds)) => format!("at this rate whole in {}", span(seconds)),
            (false, None) => "one drill alone tells no rate".to_owned(),
        };
        format!("verified {share} of {} files within {}; {pace}", count(population), self.span)
    }
}

/// A share of which nobody says that it is whole before it is.
fn floor_percent(part: u64, of: u64) -> String {
    let tenths = (u128::from(part) * 1_000 / u128::from(of.max(1))) as u64;
    match (tenths, part) {
        (0, 1..) => format!("less than {}", percent(1, 1_000)),
        (tenths, _) if tenths >= 100 || tenths.is_multiple_of(10) => format!("{} %", tenths / 10),
        (tenths, _) => format!("{}.{} %", tenths / 10, tenths % 10),
    }
}

/// The day with which a time begins, `2026-11-23…`, as the number 20261123.
pub fn day_number(time: &str) -> Option<u32> {
    let (year, month, day) = (time.get(..4)?, time.get(5..7)?, time.get(8..10)?);
    Some(year.parse::<u32>().ok()? * 10_000 + month.parse::<u32>().ok()? * 100 + day.parse::<u32>().ok()?)
}

/// Seconds as people say them: `41d`, `3h`, `20m`.
pub fn span(seconds: u64) -> String {
    match seconds {
        0..3_600 => format!("{}m", seconds.div_ceil(60)),
        3_600..172_800 => format!("{}h", seconds.div_ceil(3_600)),
        _ => format!("{}d", seconds.div_ceil(86_400)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SINCE: &str = "2026-01-01T00:00:00Z";

    fn day(day: u64) -> String {
        format!("2026-01-{day:02}T03:00:00Z")
    }

    /// A rotation of which each drill verified a tenth.
    fn after(drills: u64) -> Rotation {
        let mut rotation = Rotation::new(7, day(1));
        for drill in 1..=drills {
            let last = rotation.next + RING / 10 + u64::from(drill == 10) * (RING % 10) - 1;
            let sample = Sample { seed: 7, from: rotation.next, last: last % RING };
            rotation.advance(&sample, &day(drill), SINCE);
        }
        rotation
    }

    #[test]
    fn a_rotation_goes_round_and_says_when_it_will_have() {
        let half = after(5);
        assert_eq!(half.covered(SINCE), RING / 10 * 5);
        let left = half.left(SINCE).unwrap();
        assert!((86_400 * 5..=86_400 * 6).contains(&left), "{left}");
        assert_eq!(half.left(&day(5)), None, "one drill tells no pace");
        let whole = after(10);
        assert_eq!((whole.covered(SINCE), whole.next, whole.left(SINCE)), (RING, 0, Some(0)));
        assert_eq!(whole.covered(&day(6)), RING - RING / 10 * 5, "what is older than the span counts no more");
    }

    #[test]
    fn a_stretch_over_the_end_counts_once() {
        let mut rotation = Rotation::new(1, day(1));
        rotation.next = RING - 10;
        rotation.advance(&Sample { seed: 1, from: RING - 10, last: 9 }, &day(2), SINCE);
        rotation.advance(&Sample { seed: 1, from: 5, last: 14 }, &day(3), SINCE);
        assert_eq!(rotation.covered(SINCE), 25);
        assert!(rotation.has(RING - 1, None, SINCE) && rotation.has(0, None, SINCE) && !rotation.has(15, None, SINCE));
        assert!(!rotation.has(0, Some(20_260_102), SINCE), "it was changed since, or on that very day");
        assert!(rotation.has(0, day_number("2026-01-01 03:04:05"), SINCE));
        rotation.advance(&Sample { seed: 1, from: 15, last: 15 }, &day(4), &day(3));
        assert_eq!(rotation.verified.len(), 2, "what is older is forgotten");
    }

    #[test]
    fn a_rotation_is_overdue_once_its_span_is_over_and_never_rounds_up() {
        let record = |verified, whole| RotationRecord {
            span: "90d".into(),
            span_seconds: 90 * 86_400,
            began: "2026-01-01T00:00:00Z".into(),
            verified,
            whole,
            left_seconds: Some(41 * 86_400),
        };
        assert_eq!(
            record(7_936, false).said(12_400),
            "verified 64 % of 12,400 files within 90d; at this rate whole in 41d"
        );
        assert!(record(12_399, false).said(12_400).starts_with("verified 99 % "));
        assert!(record(1, false).said(12_400).starts_with("verified less than 0.1 % "));
        assert!(!record(1, false).is_overdue("2026-03-01T00:00:00Z"));
        assert!(record(1, false).is_overdue("2026-05-01T00:00:00Z"));
        assert!(!record(1, true).is_overdue("2026-05-01T00:00:00Z"));
    }
}
