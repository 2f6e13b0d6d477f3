//! What `junit-report` can't write, added to what it wrote: the number of skipped cases, a time stamp without a zone, properties. And the proof
//! that the result is well-formed.

use quick_xml::events::attributes::{AttrError, Attribute};
use quick_xml::events::{BytesEnd, BytesStart, Event};
use quick_xml::name::QName;
use quick_xml::{Reader, Writer};

use super::RenderError;
use super::cover;
use super::story::exposure;
use super::visible::{brief, fit};
use crate::model::Record;
use crate::model::proof::Proof;

/// What every suite says of the run that it belongs to.
pub(super) struct About<'a> {
    /// When it began, UTC.
    pub began: &'a str,
    /// Names and values.
    pub properties: Vec<(&'static str, String)>,
}

/// What the suites of a drill say of it.
pub(super) fn drill(record: &Record) -> About<'_> {
    let mut all: Vec<(&'static str, String)> = vec![
        ("rehearse.drill", record.drill.clone()),
        ("rehearse.scenario", record.scenario.name.clone()),
        ("rehearse.verdict", record.verdict.name().to_owned()),
        ("rehearse.assurance", cover::assurance(record).unwrap_or_else(|| "none".to_owned())),
        ("rehearse.tool", format!("{} {}", record.tool.name, record.tool.version)),
        ("rehearse.began", record.began.clone()),
        ("rehearse.ended", record.ended.clone()),
    ];
    let mut some = |name, value: Option<String>| all.extend(value.map(|value| (name, value)));
    some("rehearse.backup", record.backup.as_ref().map(|backup| backup.name.clone()));
    some("rehearse.backup.digest", record.backup.as_ref().map(|backup| backup.digest.to_string()));
    some("rehearse.target", record.target.as_ref().map(|target| target.kind.clone()));
    some("rehearse.exposure", exposure(record));
    some("rehearse.owner", record.scenario.owner.clone());
    some("rehearse.runbook", record.scenario.runbook.clone());
    About { began: &record.began, properties: all }
}

/// What the suites of a proof say of it.
pub(super) fn proof(proof: &Proof) -> About<'_> {
    let mut all = vec![
        ("rehearse.scenario", proof.scenario.clone()),
        ("rehearse.verdict", proof.verdict.name().to_owned()),
        ("rehearse.tool", format!("{} {}", proof.tool.name, proof.tool.version)),
        ("rehearse.began", proof.began.clone()),
        ("rehearse.ended", proof.ended.clone()),
        ("rehearse.seed", proof.seed.to_string()),
    ];
    all.extend(proof.backup.as_ref().map(|backup| ("rehearse.backup.digest", backup.digest.to_string())));
    About { began: &proof.began, properties: all }
}

/// The report with all that is missing in it.
pub(super) fn polished(raw: &[u8], about: &About<'_>) -> Result<Vec<u8>, RenderError> {
    let mut skipped = skipped(raw)?.into_iter();
    let mut writer = Writer::new_with_indent(Vec::with_capacity(raw.len() + 2_048), b' ', 1);
    read(raw, |event| match event {
        Event::Start(start) if is_suite(&start) => {
            write(&mut writer, Event::Start(suite(&start, skipped.next().unwrap_or_default(), about)?))?;
            properties(&mut writer, about)
        }
        Event::Empty(start) if is_suite(&start) => {
            write(&mut writer, Event::Start(suite(&start, skipped.next().unwrap_or_default(), about)?))?;
            properties(&mut writer, about)?;
            write(&mut writer, Event::End(BytesEnd::new("testsuite")))
        }
        other => write(&mut writer, other),
    })?;
    let mut bytes = writer.into_inner();
    bytes.push(b'\n');
    read(&bytes, |event| match event {
        Event::Start(start) | Event::Empty(start) => attributes(&start).map(drop),
        _ => Ok(()),
    })?;
    legal(&bytes)?;
    Ok(bytes)
}

fn is_suite(start: &BytesStart<'_>) -> bool {
    start.name().as_ref() == "testsuite"
}

/// Gives every event up to the end to the function.
fn read(bytes: &[u8], mut each: impl FnMut(Event<'_>) -> Result<(), RenderError>) -> Result<(), RenderError> {
    let mut reader = Reader::from_reader(bytes);
    let mut depth = 0_u32;
    loop {
        let event = reader.read_event();
        match event {
            Ok(Event::Eof) if depth == 0 => return Ok(()),
            Ok(Event::Eof) => return Err(malformed(reader.buffer_position(), "it ends inside an element")),
            Ok(event) => {
                match &event {
                    Event::Start(_) => depth += 1,
                    Event::End(_) => depth = depth.saturating_sub(1),
                    _ => {}
                }
                each(event)?;
            }
            Err(error) => return Err(malformed(reader.error_position(), error)),
        }
    }
}

fn malformed(at: u64, problem: impl std::fmt::Display) -> RenderError {
    RenderError::NotWellFormed { at, problem: problem.to_string() }
}

/// XML 1.0, section 2.2: the reader above doesn't look at single characters.
fn legal(bytes: &[u8]) -> Result<(), RenderError> {
    let text = std::str::from_utf8(bytes).map_err(|error| malformed(error.valid_up_to() as u64, error))?;
    let forbidden =
        |c: char| matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    match text.char_indices().find(|(_, c)| forbidden(*c)) {
        Some((at, c)) => Err(malformed(at as u64, format!("the character U+{:04X} is forbidden", u32::from(c)))),
        None => Ok(()),
    }
}

fn write(writer: &mut Writer<Vec<u8>>, event: Event<'_>) -> Result<(), RenderError> {
    writer.write_event(event).map_err(|error| RenderError::Junit(error.to_string()))
}

/// How many cases of each suite are skipped.
fn skipped(raw: &[u8]) -> Result<Vec<u64>, RenderError> {
    let mut numbers = Vec::new();
    read(raw, |event| {
        match event {
            Event::Start(start) | Event::Empty(start) if is_suite(&start) => numbers.push(0),
            Event::Start(start) | Event::Empty(start) if start.name().as_ref() == "skipped" => {
                if let Some(last) = numbers.last_mut() {
                    *last += 1;
                }
            }
            _ => {}
        }
        Ok(())
    })?;
    Ok(numbers)
}

/// Names and values, as they are written.
fn attributes(start: &BytesStart<'_>) -> Result<Vec<(String, String)>, RenderError> {
    let refused = |error: AttrError| RenderError::Junit(error.to_string());
    start
        .attributes()
        .map(|attribute| attribute.map(|one| (one.key.as_ref().to_owned(), one.value.into_owned())).map_err(refused))
        .collect()
}

/// The suite's element with a time stamp that all readers take (`2026-11-23T12:45:01`, UTC), and the number of skipped cases.
fn suite(start: &BytesStart<'_>, skipped: u64, about: &About<'_>) -> Result<BytesStart<'static>, RenderError> {
    let mut suite = BytesStart::new("testsuite");
    for (name, value) in attributes(start)?.iter().filter(|(name, _)| name != "timestamp") {
        // The values are escaped already, and this form takes them as they are.
        suite.push_attribute(Attribute { key: QName(name), value: value.into() });
    }
    suite.push_attribute(("skipped", skipped.to_string().as_str()));
    suite.push_attribute(("timestamp", brief(about.began.trim_end_matches('Z')).as_ref()));
    Ok(suite)
}

fn properties(writer: &mut Writer<Vec<u8>>, about: &About<'_>) -> Result<(), RenderError> {
    write(writer, Event::Start(BytesStart::new("properties")))?;
    for (name, value) in &about.properties {
        let mut property = BytesStart::new("property");
        property.push_attribute(("name", *name));
        property.push_attribute(("value", fit(&brief(value), 500).as_str()));
        write(writer, Event::Empty(property))?;
    }
    write(writer, Event::End(BytesEnd::new("properties")))
}
