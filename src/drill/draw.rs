//! Draws the sample of attachments that a drill downloads, from what the manifest claims.

use jiff::{SignedDuration, Timestamp};

use super::log::Broken;
use crate::check::is_attachment_version;
use crate::clock::Context;
use crate::expect::Obtained;
use crate::model::sample::{Drawn, RING, ahead, draw, place};
use crate::model::{
    Discrepancy, Field, Grade, Item, Kind, Outcome, Rotation, RotationRecord, Sample, SampleRecord, day_number,
};
use crate::plan::Plan;
use crate::reading::ReadError;

/// The check whose files are drawn.
const CHECK: &str = "attachments";

/// What was drawn.
#[derive(Debug)]
pub(super) struct Drawing {
    pub(super) drawn: Drawn,
    asked: String,
    turn: Option<Turn>,
}

/// Where a rotating sample is.
#[derive(Debug)]
struct Turn {
    span: crate::settings::Duration,
    since: String,
    began: String,
    before: Rotation,
    /// Files that were verified before, and with this drill.
    verified: [u64; 2],
}

/// A file as a draw sees it.
struct File {
    place: u64,
    bytes: u64,
    /// The day on which it was changed last.
    changed: Option<u32>,
}

/// Draws, where the plan asks for a sample; `remembered` is where the rotation stood.
pub(super) fn drawing(
    plan: &Plan,
    obtained: &Obtained,
    remembered: Option<&Rotation>,
    ctx: &Context,
) -> Result<Option<Drawing>, Broken> {
    let Some(settings) = plan.attachments() else { return Ok(None) };
    let Some(portion) = settings.sample else { return Ok(None) };
    let began = ctx.clock.stamp();
    let own = Sample::seed(ctx.drill.as_str());
    let before = settings.rotate.map(|span| {
        let rotation = remembered.cloned().unwrap_or_else(|| Rotation::new(own, began.clone()));
        (span, rotation)
    });
    let (seed, from) = before.as_ref().map_or((own, 0), |(_, rotation)| (rotation.seed, rotation.next));
    let files = files(obtained, seed, before.is_some()).map_err(Broken::rig)?;
    let drawn = draw(portion, seed, from, files.iter().map(|file| (file.place, file.bytes)).collect());
    let turn = before.map(|(span, before)| {
        let since = since(ctx.clock.now(), span.to_std().as_secs());
        let sample = drawn.sample;
        let (mut before_it, mut with_it) = (0, 0);
        for file in &files {
            let known = before.has(file.place, file.changed, &since);
            let now = ahead(sample.from, file.place) < sample.width();
            before_it += u64::from(known);
            with_it += u64::from(known || now);
        }
        Turn { span, since, began, before, verified: [before_it, with_it] }
    });
    Ok(Some(Drawing { drawn, asked: portion.to_string(), turn }))
}

/// When a span began that is over now, UTC.
fn since(now: Timestamp, seconds: u64) -> String {
    let span = SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
    now.checked_sub(span).unwrap_or(Timestamp::MIN).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The files that the manifest claims: of attachments and of their older versions.
fn files(obtained: &Obtained, seed: u64, dated: bool) -> Result<Vec<File>, ReadError> {
    let reading = &obtained.manifest.reading;
    let mut files = Vec::new();
    let mut take = |item: Item| {
        let day = item.text(Field::Edited).or_else(|| item.text(Field::Created)).and_then(day_number);
        files.push(File {
            place: place(seed, item.key.segments().iter().map(String::as_str)),
            bytes: item.number(Field::Bytes).and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or_default(),
            changed: day.filter(|_| dated),
        });
    };
    for kind in [Kind::Attachment, Kind::Version] {
        for item in reading.items(kind) {
            let item = item?;
            if item.aside.is_none() && (kind == Kind::Attachment || is_attachment_version(&item.key)) {
                take(item);
            }
        }
    }
    Ok(files)
}

impl Drawing {
    /// What the record says of the sample, and where the rotation stands after a drill in which the check came to this.
    pub(super) fn record(&self, outcome: Option<&Outcome>, grade: Grade) -> (SampleRecord, Option<Rotation>) {
        let sample = self.drawn.sample;
        let (mut damaged, mut beside) = (0, 0);
        for finding in outcome.iter().flat_map(|outcome| &outcome.findings) {
            match &finding.discrepancy {
                Discrepancy::Differs { field: Field::Digest, .. } => {
                    let key = finding.subject.key.as_ref();
                    let drawn = |key: &crate::model::Key| sample.takes(key.segments().iter().map(String::as_str));
                    damaged += u64::from(key.is_none_or(drawn));
                }
                Discrepancy::Many { items, .. } if finding.code.what == "no-bytes" => damaged += items,
                // Each of these was counted as examined, and has no file in the restored copy that could have been read.
                Discrepancy::Missing | Discrepancy::Unexpected => beside += 1,
                _ => {}
            }
        }
        let examined = outcome.map_or(0, |outcome| outcome.tally.examined.saturating_sub(beside));
        let record = SampleRecord {
            check: CHECK.to_owned(),
            asked: self.asked.clone(),
            stretch: sample,
            population: self.drawn.population,
            population_bytes: self.drawn.population_bytes,
            drawn: self.drawn.number,
            bytes: self.drawn.bytes,
            examined,
            damaged,
            rotation: None,
        };
        let Some(turn) = &self.turn else { return (record, None) };
        let verified = grade == Grade::Passed && damaged == 0 && examined >= self.drawn.number;
        let (rotation, said) = turn.after(&sample, verified);
        (SampleRecord { rotation: Some(said), ..record }, Some(rotation))
    }
}

impl Turn {
    fn after(&self, sample: &Sample, verified: bool) -> (Rotation, RotationRecord) {
        let mut rotation = self.before.clone();
        if verified {
            rotation.advance(sample, &self.began, &self.since);
        }
        let [before, with] = self.verified;
        let said = RotationRecord {
            span: self.span.to_string(),
            span_seconds: self.span.to_std().as_secs(),
            began: rotation.began.clone(),
            verified: if verified { with } else { before },
            whole: rotation.covered(&self.since) == RING,
            left_seconds: rotation.left(&self.since),
        };
        (rotation, said)
    }
}
