//! The answer as a person reads it: a pure function of the survey.

use std::fmt::Write as _;
use std::path::Path;

use super::words;
use crate::archive::preflight::{Prediction, Weight, rules};
use crate::archive::{ArchiveError, Survey};
use crate::model::{Aside, Damage, Kind, Severity, count};
use crate::package::PackageError;
use crate::report::one_line;

/// Most findings of one sort that are shown one by one.
const SHOWN: usize = 5;
/// Most names that are shown.
const NAMES: usize = 8;
/// Most bytes of a line of running text.
const WIDTH: usize = 120;

/// The whole answer.
pub fn of(path: &Path, survey: &Survey, predictions: &[Prediction]) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{}: {}\n", one_line(&path.display().to_string()), headline(survey, predictions));
    about(&mut out, survey);
    kinds(&mut out, survey);
    weights(&mut out, survey);
    findings(&mut out, &survey.damage);
    foretold(&mut out, predictions);
    out
}

/// The answer for a file of which nothing can be read.
pub fn unreadable(path: &Path, error: &ArchiveError) -> String {
    let mut out =
        format!("{}: unreadable\n\n  {}\n", one_line(&path.display().to_string()), one_line(&error.to_string()));
    if let ArchiveError::Package(PackageError::NotAZip { .. }) = error
        && let Some(rule) = rules().find(|rule| rule.name == "not-a-zip")
    {
        let _ = writeln!(out, "  cause: {}\n  remedy: {}", rule.cause, rule.remedy);
    }
    out
}

fn headline(survey: &Survey, predictions: &[Prediction]) -> String {
    let number = |severity| survey.damage.iter().filter(|damage| damage.severity == severity).count() as u64;
    let mut words = vec![if survey.is_whole() { "whole" } else { "damaged" }.to_owned()];
    for (severity, one, many) in [(Severity::Error, "error", "errors"), (Severity::Warning, "warning", "warnings")] {
        let number = number(severity);
        if number > 0 {
            words.push(format!("{} {}", count(number), if number == 1 { one } else { many }));
        }
    }
    if !survey.read_whole {
        words.push("not read to its end".to_owned());
    }
    if survey.ledger.entries < survey.ledger.entries_of {
        let number = survey.ledger.entries_of - survey.ledger.entries;
        words.push(format!("{} {} not read", count(number), if number == 1 { "entry" } else { "entries" }));
    }
    if !survey.is_accounted_for() {
        words.push("some objects not accounted for, which is a mistake of rehearse".to_owned());
    }
    if predictions.iter().any(|prediction| prediction.weight == Weight::Refuses) {
        words.push("a restore of it will be refused".to_owned());
    }
    words.join(", ")
}

fn about(out: &mut String, survey: &Survey) {
    let mut made = words::scope(&survey.scope);
    if let Some(product) = &survey.product {
        let _ = write!(made, " by {}", one_line(product));
    }
    let _ = writeln!(out, "  what      {made}");
    let _ = writeln!(out, "  writer    {}", survey.writer);
    if let Some(datetime) = &survey.signals.datetime {
        let _ = writeln!(out, "  made      {} (clock of the server)", one_line(datetime));
    }
    let newest = survey.kinds.values().filter_map(|held| held.newest.as_deref()).max();
    let oldest = survey.kinds.values().filter_map(|held| held.oldest.as_deref()).min();
    if let (Some(oldest), Some(newest)) = (oldest, newest) {
        let _ = writeln!(out, "  edits     {} to {}", minutes(oldest), minutes(newest));
    }
    if survey.edited_later > 0 {
        let number = count(survey.edited_later);
        let _ = writeln!(
            out,
            "            {number} are dated later than the export, as in a site that moved between time zones"
        );
    }
    if !survey.spaces.is_empty() {
        let names = survey.spaces.iter().map(|space| {
            let foreign = if space.claimed { "" } else { ", not claimed" };
            format!("{} ({}{foreign})", one_line(&space.key), one_line(&space.name))
        });
        let _ = writeln!(out, "  spaces    {}", few(names, survey.spaces.len()));
    }
}

/// A time without its seconds.
fn minutes(time: &str) -> &str {
    time.get(..16).unwrap_or(time)
}

/// The first of many, in one line.
fn few(names: impl Iterator<Item = String>, number: usize) -> String {
    let mut shown: Vec<String> = names.take(NAMES).collect();
    if number > shown.len() {
        shown.push(format!("and {} more", count((number - shown.len()) as u64)));
    }
    shown.join(", ")
}

fn kinds(out: &mut String, survey: &Survey) {
    let mut rows = vec![["", "number", "size", "newest edit", "of these"].map(str::to_owned)];
    for (kind, held) in &survey.kinds {
        let states = held.states.iter().map(|(state, number)| format!("{} {state}", count(*number)));
        // That they lie in the trash, or are drafts, is said already.
        let said = |aside: Aside| match aside {
            Aside::Trashed => held.states.contains_key("trashed"),
            Aside::Draft => *kind == Kind::Draft,
            _ => false,
        };
        let asides = held.asides.iter().filter(|(aside, _)| !said(**aside));
        let asides = asides.map(|(aside, number)| format!("{} {}", count(*number), aside.reason()));
        // One state that all of them have says nothing.
        let all_current = held.states.get("current") == Some(&held.number);
        let of: Vec<String> = states.filter(|_| !all_current).chain(asides).collect();
        rows.push([
            kind.noun(held.number).to_owned(),
            count(held.number),
            if held.bytes > 0 { words::bytes(held.bytes) } else { String::new() },
            held.newest.as_deref().map(minutes).unwrap_or_default().to_owned(),
            of.join("; "),
        ]);
    }
    let width =
        |column: usize| rows.iter().filter_map(|row| row.get(column)).map(String::len).max().unwrap_or_default();
    let (a, b, c, d) = (width(0), width(1), width(2), width(3));
    out.push('\n');
    for [kind, number, bytes, newest, of] in &rows {
        let line = format!("  {kind:a$}  {number:>b$}  {bytes:>c$}  {newest:d$}  {of}");
        let _ = writeln!(out, "{}", line.trim_end());
    }
}

fn weights(out: &mut String, survey: &Survey) {
    let (signals, objects, ledger) = (&survey.signals, survey.ledger.total(), &survey.ledger);
    let tables = if signals.csv { "tables" } else { "entities.xml" };
    let _ = writeln!(
        out,
        "\n  {tables:<12}  {}, {} objects: {} became items or parts of items, {} were counted by class, {} are damaged",
        words::bytes(signals.entities_bytes),
        count(objects.lexed),
        count(objects.mapped),
        count(objects.ignored),
        count(objects.damaged)
    );
    let (files, bytes) = signals.attachment_entries;
    let have = survey.attachments;
    if files + have.with + have.without > 0 {
        let _ = writeln!(
            out,
            "  {:<12}  {} in {} files; {} attachments and versions with a file, {} without",
            "attachments",
            words::bytes(bytes),
            count(files),
            count(have.with),
            count(have.without)
        );
    }
    let apps: u64 = signals.app_data.iter().map(|(_, bytes)| bytes).sum();
    for (what, bytes) in [("data of apps", apps), ("other files", signals.other_bytes)] {
        if bytes > 0 {
            let _ = writeln!(out, "  {what:<12}  {}", words::bytes(bytes));
        }
    }
    let _ = writeln!(
        out,
        "  {:<12}  {} of {} read to their ends",
        "entries",
        count(ledger.entries),
        count(ledger.entries_of)
    );
    if !survey.blind_spots.is_empty() {
        let spots: Vec<_> = survey.blind_spots.iter().map(|spot| one_line(spot)).collect();
        let _ = writeln!(out, "\n  counted, and not looked into:\n{}", wrapped(&spots.join("; ")));
    }
}

/// Words in lines of bounded length, set in.
fn wrapped(text: &str) -> String {
    let mut lines = vec![String::from("   ")];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.len() + word.len() < WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(format!("    {word}")),
        }
    }
    lines.join("\n")
}

const fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    }
}

fn findings(out: &mut String, damage: &[Damage]) {
    for severity in [Severity::Error, Severity::Warning, Severity::Info] {
        let of: Vec<&Damage> = damage.iter().filter(|damage| damage.severity == severity).collect();
        for same in of.chunk_by(|a, b| a.what == b.what) {
            let Some(first) = same.first() else { continue };
            let _ = writeln!(out, "\n{}: {}", word(severity), first.what);
            for damage in same.iter().take(SHOWN) {
                finding(out, damage);
            }
            if same.len() > SHOWN {
                let _ = writeln!(out, "  and {} more; --json has them", count((same.len() - SHOWN) as u64));
            }
            if let Some(remedy) = &first.remedy {
                let _ = writeln!(out, "  remedy: {remedy}");
            }
        }
    }
}

fn finding(out: &mut String, damage: &Damage) {
    let place = damage.place.as_ref().map(|place| format!("  [{}]", words::place(place))).unwrap_or_default();
    let message = one_line(&damage.message);
    let _ = match words::subject(damage) {
        Some(subject) => writeln!(out, "  {subject}: {message}{place}"),
        None => writeln!(out, "  {message}{place}"),
    };
}

fn foretold(out: &mut String, predictions: &[Prediction]) {
    if predictions.is_empty() {
        let _ = writeln!(out, "\nno documented failure of a restore shows in it");
        return;
    }
    let _ = writeln!(out, "\nA restore of it (`rehearse explain NAME` says more):");
    for prediction in predictions {
        let sure = if prediction.sure || prediction.weight == Weight::Note { "" } else { ", likely" };
        let _ = writeln!(out, "\n{}{sure}: {} ({})", prediction.weight.words(), prediction.name, prediction.fact);
        let place = prediction.place.as_ref().map(|place| format!("  [{}]", words::place(place)));
        let _ = writeln!(out, "  here: {}{}", one_line(&prediction.evidence), place.unwrap_or_default());
        if !prediction.names.is_empty() {
            let names = prediction.names.iter().map(|name| one_line(name).into_owned());
            let _ = writeln!(out, "        {}", few(names, prediction.names.len()));
        }
        if prediction.weight > Weight::Note {
            let _ = writeln!(out, "  symptom: {}\n  cause: {}", prediction.symptom, prediction.cause);
        }
        let _ = writeln!(out, "  remedy: {}", prediction.remedy);
    }
}
