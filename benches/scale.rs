//! A comparison by size: three readings of generated items, unsorted to begin with, their references joined, aligned and compared by the checks.
//!
//! Each page brings 15 items more: ten versions, two attachments, three comments. Settings: `REHEARSE_BENCH_PAGES` (5,000; a million makes three readings of
//! 16 million items, some 15 GB below `TMPDIR`), `REHEARSE_BENCH_ROUNDS` (1).
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a bench")]

mod common;

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Instant;

use common::{items, peak, setting, timed};
use rehearsal::check::{self, Exhibits};
use rehearsal::model::{BODY_DIGEST_RULES, Descriptor, Digest, Field, Key, Kind, Ledger, Scope, Value};
use rehearsal::reading::{
    Alignment, Claim, Collector, Coverage, Found, FoundValue, Header, Holder, Inventory, Manifest, Observation, Reading,
};

const VERSIONS: u64 = 10;
const ATTACHMENTS: u64 = 2;
const COMMENTS: u64 = 3;
/// Of so many pages one is missing in the copy.
const LOST: u64 = 10_007;

/// What the readings are of.
#[derive(Clone, Copy)]
struct Site {
    pages: u64,
}

impl Site {
    /// The pages in an order without order: a step that shares no divisor with their number reaches each once.
    fn shuffled(self, offset: u64) -> impl Iterator<Item = u64> {
        let step = (self.pages / 2 + 1..).find(|step| divisor(*step, self.pages) == 1).unwrap();
        (0..self.pages).map(move |at| (u128::from(at + offset) * u128::from(step) % u128::from(self.pages)) as u64)
    }

    /// One reading; `lost` says which pages it lacks.
    fn reading(self, offset: u64, lost: impl Fn(u64) -> bool) -> Reading {
        let mut collector = Collector::default();
        collector.push(found(
            Kind::Space,
            None,
            Holder::None,
            &["space", "OPS"],
            vec![text(Field::Title, "Operations")],
        ));
        for page in self.shuffled(offset).filter(|page| !lost(*page)) {
            self.page(page, &mut collector);
        }
        let coverage = Kind::ALL.into_iter().map(|kind| (kind, Coverage::Read)).collect();
        let header = Header {
            origin: "generated".into(),
            began: "2026-11-23T00:00:00Z".into(),
            ended: "2026-11-23T00:00:00Z".into(),
            product: None,
            scope: Scope::Spaces(vec!["OPS".into()]),
            coverage,
            blind_spots: Vec::new(),
            texts: BODY_DIGEST_RULES.into(),
            normal: None,
            capture: None,
        };
        collector.finish(header).unwrap()
    }

    fn page(self, page: u64, collector: &mut Collector) {
        let id = 1_000 + page * 16;
        let title = format!("Page {page:07} of the operations handbook");
        let mut fields = written(page, VERSIONS + 1);
        fields.push(text(Field::Title, &title));
        fields.push(text(Field::Space, "OPS"));
        fields.push(text(Field::Status, "current"));
        fields.push(match page {
            0 => (Field::Parent, FoundValue::Absent),
            _ => (Field::Parent, FoundValue::Content(1_000 + (page - 1) / 8 * 16)),
        });
        collector.push(found(Kind::Page, Some(id), Holder::None, &["page", "OPS", &title], fields));
        let on = Holder::Content(id);
        for version in 1..=VERSIONS {
            let [word, number] = Key::of_version(version);
            let own = Some(id + version);
            collector.push(found(
                Kind::Version,
                own,
                on.clone(),
                &[&word, &number],
                written(page * 31 + version, version),
            ));
        }
        for attachment in 0..ATTACHMENTS {
            let name = format!("diagram-{attachment}.png");
            let mut fields = vec![text(Field::Title, &name), text(Field::Digest, &digest(page * 7 + attachment))];
            fields.push((Field::Bytes, FoundValue::Value(Value::Number(4_096))));
            let own = Some(id + VERSIONS + 1 + attachment);
            collector.push(found(Kind::Attachment, own, on.clone(), &["attachment", &name], fields));
        }
        for comment in 0..COMMENTS {
            let (fields, own) = (written(page * 17 + comment, 1), Some(id + VERSIONS + 3 + comment));
            let (time, body) = (date(page * 3 + comment), digest(page * 17 + comment));
            collector.push(found(Kind::Comment, own, on.clone(), &["comment", "ann", &time, &body], fields));
        }
    }
}

fn divisor(one: u64, other: u64) -> u64 {
    if other == 0 { one } else { divisor(other, one % other) }
}

/// The fields of something that somebody wrote.
fn written(seed: u64, number: u64) -> Vec<(Field, FoundValue)> {
    vec![
        text(Field::Author, "ann"),
        text(Field::Created, &date(seed)),
        text(Field::Editor, "ben"),
        text(Field::Edited, &date(seed + 9)),
        (Field::Number, FoundValue::Value(Value::Number(number as i64))),
        text(Field::Body, &digest(seed)),
        (Field::BodyBytes, FoundValue::Value(Value::Number(5_000))),
    ]
}

/// Distinct for each number, and as long as a digest.
fn digest(seed: u64) -> String {
    format!("sha256:{:016x}{:048x}", seed.wrapping_mul(0x9e37_79b9_7f4a_7c15), seed)
}

fn date(seed: u64) -> String {
    format!(
        "2026-{:02}-{:02} {:02}:{:02}:{:02}.{:03}",
        seed % 12 + 1,
        seed % 28 + 1,
        seed % 24,
        seed % 60,
        seed % 59,
        seed % 1_000
    )
}

fn text(field: Field, value: &str) -> (Field, FoundValue) {
    (field, FoundValue::Value(Value::from(value)))
}

fn found(kind: Kind, id: Option<u64>, holder: Holder, name: &[&str], fields: Vec<(Field, FoundValue)>) -> Found {
    let name = name.iter().map(|&part| part.to_owned()).collect();
    Found { kind, id, holder, name, aside: None, fields }
}

/// Does a step; prints how long it took, by how many items, and the most memory that the process took until then.
fn step<T>(what: &str, of: impl Fn(&T) -> u64, work: impl FnOnce() -> T) -> T {
    let began = Instant::now();
    let result = work();
    let (seconds, number) = (began.elapsed().as_secs_f64(), of(&result));
    let (rate, peak) = (number as f64 / seconds, peak().unwrap_or_default() / 1024);
    println!("  {what:<44} {seconds:>8.2} s {number:>11} items {rate:>11.0} items/s   peak {peak} MiB");
    result
}

fn examined(alignment: Alignment<'_>) -> (u64, u64) {
    let exhibits = Exhibits::new(alignment).unwrap();
    let names = ["spaces", "page-tree", "page-bodies", "comments", "attachments", "history", "labels"];
    let outcomes = names.iter().filter_map(|name| check::by_name(name)).map(|check| check.examine(&exhibits).unwrap());
    outcomes.fold((0, 0), |(tally, findings), outcome| {
        (tally + outcome.tally.examined, findings + outcome.findings.len() as u64)
    })
}

fn main() {
    if !timed() {
        return;
    }
    let site = Site { pages: setting("REHEARSE_BENCH_PAGES").unwrap_or(5_000) };
    for _ in 0..setting("REHEARSE_BENCH_ROUNDS").unwrap_or(1) {
        println!("{} pages, {} items a reading", site.pages, site.pages * (1 + VERSIONS + ATTACHMENTS + COMMENTS) + 1);
        // The most memory is that of the largest step, and each reading is made alone.
        let claim = step("make the manifest: sort, join", items, || site.reading(0, |_| false));
        let archive = step("make the inventory: sort, join", items, || site.reading(site.pages / 3, |_| false));
        let copy = step("make the observation: sort, join", items, || {
            site.reading(site.pages / 2, |page| page % LOST == LOST - 1)
        });
        let manifest = Manifest { reading: claim, claim: Claim::Source, bound_to: Some(Digest::of("")) };
        let inventory = Inventory {
            reading: archive,
            damage: Vec::new(),
            ledger: Ledger { classes: BTreeMap::new(), ..Ledger::default() },
            descriptor: Descriptor::default(),
            writer: String::new(),
            made: None,
            whole: true,
            accounts: BTreeMap::new(),
        };
        let observation = Observation { reading: copy };
        let of = |_: &Alignment<'_>| items(&manifest.reading) * 3;
        let alignment = step("align", of, || Alignment::new(&manifest, &inventory, Some(&observation)).unwrap());
        step(
            "merge: walk all rows of the three readings",
            |number| *number,
            || {
                let rows = Kind::ALL.into_iter().flat_map(|kind| alignment.rows(kind));
                rows.fold(0_u64, |number, row| number + black_box(row.unwrap()).items().count() as u64)
            },
        );
        let (_, findings) = step("compare: seven checks", |(tally, _)| *tally, || examined(alignment));
        println!("  {findings} findings");
        assert_eq!(findings > 0, site.pages >= LOST);
    }
}
