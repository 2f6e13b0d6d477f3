//! Samples: which things are looked at, how they are drawn, and what a sample without damage shows of all.

use serde::{Deserialize, Serialize};

use super::{Hasher, RotationRecord, count};
use crate::settings::Portion;

/// How many places the ring has: as many as every reader of JSON takes for whole numbers.
pub const RING: u64 = 1 << 52;

/// Which things are looked at: a stretch of a ring on which each of them has a place by lot. So whoever reads them decides by
/// its key alone whether one is among them, and needs no list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// What the places depend on besides the key; below [`RING`].
    pub seed: u64,
    /// The first place of the stretch.
    pub from: u64,
    /// Its last one; the stretch may go over the end of the ring.
    pub last: u64,
}

impl Sample {
    /// The seed that a text gives: that of a drill comes from its name.
    pub fn seed(text: &str) -> u64 {
        place(0, [text])
    }

    /// Whether the thing of this key is among them. Counters of equal keys (`#2`) are passed over, since not every reader has them in time.
    pub fn takes<'k>(&self, key: impl IntoIterator<Item = &'k str>) -> bool {
        ahead(self.from, place(self.seed, key)) <= ahead(self.from, self.last)
    }

    /// How much of the ring the stretch is, from 1 to [`RING`].
    pub const fn width(&self) -> u64 {
        ahead(self.from, self.last) + 1
    }
}

/// How far ahead of a place another one is.
pub const fn ahead(from: u64, place: u64) -> u64 {
    place.wrapping_sub(from) % RING
}

/// The place of a key on the ring.
pub fn place<'k>(seed: u64, key: impl IntoIterator<Item = &'k str>) -> u64 {
    let mut hasher = Hasher::default();
    hasher.update(&seed.to_be_bytes());
    for segment in key.into_iter().filter(|segment| !is_counter(segment)) {
        hasher.update(&(segment.len() as u64).to_be_bytes());
        hasher.update(segment.as_bytes());
    }
    hasher.sum().iter().take(8).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte)) % RING
}

fn is_counter(segment: &str) -> bool {
    segment.strip_prefix('#').is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|c| c.is_ascii_digit()))
}

/// What was drawn of how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drawn {
    /// Which.
    pub sample: Sample,
    /// How many there are.
    pub population: u64,
    /// Their bytes together.
    pub population_bytes: u64,
    /// How many were drawn.
    pub number: u64,
    /// Their bytes together.
    pub bytes: u64,
}

/// Draws a portion: the first things from a place of the ring on. `things` are their places and bytes, in any order.
///
/// At least one is drawn, where there is one. Of a size, no more are drawn than fit into it.
pub fn draw(portion: Portion, seed: u64, from: u64, mut things: Vec<(u64, u64)>) -> Drawn {
    things.sort_unstable_by_key(|(place, _)| ahead(from, *place));
    let population = things.len() as u64;
    let population_bytes = things.iter().map(|(_, bytes)| bytes).sum();
    let wanted = match portion {
        Portion::Number(number) => number,
        Portion::Share(share) => (u128::from(population) * u128::from(share)).div_ceil(10_000) as u64,
        Portion::Size(size) => {
            let mut sum = 0_u64;
            let fits = |(_, bytes): &&(u64, u64)| {
                sum = sum.saturating_add(*bytes);
                sum <= size.bytes()
            };
            things.iter().take_while(fits).count() as u64
        }
    };
    let wanted = wanted.clamp(1, population.max(1));
    let last = match things.get(wanted as usize - 1) {
        // Whatever comes to be on the way is in the stretch, too.
        Some(_) if wanted == population => from.wrapping_sub(1) % RING,
        Some((place, _)) => *place,
        None => from.wrapping_sub(1) % RING,
    };
    let sample = Sample { seed, from, last };
    let (mut number, mut bytes) = (0, 0);
    for (_, length) in things.iter().take_while(|(place, _)| ahead(from, *place) <= ahead(from, last)) {
        number += 1;
        bytes += length;
    }
    Drawn { sample, population, population_bytes, number, bytes }
}

/// What a sample looked at, and what follows from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SampleRecord {
    /// Name of the check.
    pub check: String,
    /// How much the scenario asks for: `2000`, `5%`, `50GiB`.
    pub asked: String,
    /// Which were drawn.
    pub stretch: Sample,
    /// How many files the manifest claims.
    pub population: u64,
    /// Their bytes.
    pub population_bytes: u64,
    /// How many files were drawn.
    pub drawn: u64,
    /// Their bytes.
    pub bytes: u64,
    /// How many of those drawn were read from the restored copy and compared.
    pub examined: u64,
    /// How many of those have other bytes than the manifest says.
    pub damaged: u64,
    /// How far a rotating sample is; `None` where it doesn't rotate.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub rotation: Option<RotationRecord>,
}

impl SampleRecord {
    /// The least number of damaged files of which a sample without damage would have shown one in 19 of 20 drills: fewer are
    /// damaged at 95 %. `None` where the sample doesn't support a bound.
    ///
    /// Exact, by the hypergeometric distribution: the chance to draw none of `d` damaged ones with `n` of `N` is
    /// `C(N-d, n) / C(N, n)`, the product of `(N-n-j) / (N-j)` for `j` from 0 to `d - 1`.
    pub fn bound(&self) -> Option<u64> {
        let (all, drawn) = (self.population, self.examined);
        if self.damaged > 0 || drawn == 0 || drawn > all || drawn < self.drawn {
            return None;
        }
        let mut chance = 1.0_f64;
        let mut damaged = 0;
        // A hair below, so that rounding never makes the bound smaller than it is.
        while chance >= 0.05 * (1.0 - 1e-9) {
            chance *= (all - drawn).saturating_sub(damaged) as f64 / (all - damaged) as f64;
            damaged += 1;
        }
        Some(damaged)
    }

    /// What was looked at of how much, and what that shows, in one line.
    pub fn said(&self) -> String {
        let part = format!(
            "a sample of {} of {} files ({} of {} bytes; asked for {}, seed {})",
            count(self.drawn),
            count(self.population),
            count(self.bytes),
            count(self.population_bytes),
            self.asked,
            self.stretch.seed
        );
        if self.population == 0 {
            return "there is no file of which a sample could be drawn".to_owned();
        }
        let shown = match (self.damaged, self.bound()) {
            (0, Some(bound)) if bound <= 1 => "all of them, and none is damaged".to_owned(),
            (0, Some(bound)) => format!(
                "0 of {}: fewer than {} ({} of {}) damaged at 95 %, by the hypergeometric distribution",
                count(self.examined),
                percent(bound, self.population),
                count(bound),
                count(self.population)
            ),
            (0, None) => format!("{} of them were compared, which supports no bound", count(self.examined)),
            (damaged, _) => format!("{} of {} are damaged", count(damaged), count(self.examined)),
        };
        format!("{part}: {shown}")
    }
}

/// A share with two digits that count, never smaller than it is.
pub fn percent(part: u64, of: u64) -> String {
    let share = part as f64 * 100.0 / of.max(1) as f64;
    let mut digits = 0_i32;
    while digits < 6 && share > 0.0 && share * 10_f64.powi(digits) < 10.0 {
        digits += 1;
    }
    let scale = 10_f64.powi(digits);
    let up = (share * scale - 1e-9).ceil() / scale;
    let text = format!("{up:.*}", digits as usize);
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text} %")
}

#[cfg(test)]
mod tests;
