//! Accounts for all content, and tells what is wrong with it that shows only when all of it was read.

use super::classes::ContentClass;
use super::damage::{Damages, at_entities};
use super::files::{Claims, Files};
use super::patchwork::Patchwork;
use super::places::{Made, Places};
use super::references::AllDangling;
use super::tables::{Spine, Status};
use super::tally::Sink;
use super::work::Mapping;
use super::{profiles, properties};
use crate::model::{Aside, Damage, Kind, Place, Severity, Subject, count};
use crate::runs::{Budget, SpillError};

/// What judging looks at beside the tables.
pub(super) struct Evidence<'a> {
    pub claims: &'a Claims,
    pub files: &'a Files,
    pub with_attachments: Option<bool>,
    pub budget: &'a Budget,
}

/// Goes through all content once.
pub(super) fn judge(mapping: &mut Mapping<'_>, evidence: &Evidence<'_>) -> Result<(), SpillError> {
    let places = mapping.places;
    let (mut left_out, mut patchwork) = (0, Patchwork::new(evidence.budget));
    for row in places.tables.content.fronts::<Spine>() {
        let (id, row) = row?;
        let made = places.made(&row)?;
        account(mapping, id, &row, made.as_ref())?;
        if let Some(made) = &made {
            let aside = places.aside(made)?;
            if let Sink::Numbers(tally) = &mut mapping.sink {
                let file = evidence.claims.file(id).and_then(|at| evidence.files.get(at));
                tally.content(&row, made, aside, file);
            }
            page(mapping, id, &row, made, aside)?;
            container(mapping, id, &row, made, aside)?;
        }
        match row.class {
            ContentClass::Page => parent(mapping, id, &row)?,
            ContentClass::Attachment => left_out += attachment(mapping, id, &row, made.as_ref(), evidence)?,
            _ => {}
        }
        version(mapping, id, &row)?;
        patchwork.take(id, &row);
    }
    patchwork.judge(mapping)?;
    lost_versions(mapping)?;
    if left_out > 0 {
        let message = format!("it was made without attachments: {} of them have no file", count(left_out));
        let remedy = Some("make the backup with attachments");
        mapping.damages.add("made-without-attachments", Severity::Error, message, None, remedy);
    }
    for (name, offset) in &evidence.claims.unclaimed {
        let place = Some(Place { entry: name.clone(), offset: Some(*offset) });
        let message = "no attachment says that this file is its own";
        mapping.damages.add("file-unclaimed", Severity::Warning, message, place, None);
    }
    mapping.damages.judge_later(places)
}

fn account(mapping: &mut Mapping<'_>, id: u64, row: &Spine, made: Option<&Made>) -> Result<(), SpillError> {
    let class = row.class.name();
    match (row.class, made) {
        (_, Some(_)) => mapping.accounts.mapped(class),
        (ContentClass::SpaceDescription, None) if row.original.is_none() => mapping.accounts.mapped(class),
        (ContentClass::SpaceDescription, None) => mapping.leave_out(class, "older descriptions of spaces"),
        (ContentClass::Attachment, None) => {
            let message = "an older version with the number of the newest one, whose file it shares; exporters up to 5.1 write such";
            mapping.tell("version-clash", Severity::Info, id, row, message)?;
            mapping.leave_out(class, "older attachments that share number and file with the newest");
        }
        (ContentClass::Custom, None) => properties::of_app(mapping, id, row)?,
        (ContentClass::PersonalInformation, None) => profiles::map(mapping, id, row)?,
        (_, None) => mapping.accounts.ignored(class),
    }
    Ok(())
}

fn page(mapping: &mut Mapping<'_>, id: u64, row: &Spine, made: &Made, aside: Option<Aside>) -> Result<(), SpillError> {
    if !matches!(made.kind, Kind::Page | Kind::BlogPost) {
        return Ok(());
    }
    if row.space.is_none() {
        let severity = if row.status == Status::Deleted { Severity::Warning } else { Severity::Error };
        mapping.tell("page-without-space", severity, id, row, "it names no space")?;
    }
    let is_live = aside.is_none() && row.status != Status::Deleted;
    if is_live && !row.has_body && !row.folder {
        mapping.tell("owner-without-body", Severity::Warning, id, row, "no body belongs to it")?;
    }
    Ok(())
}

/// Gives one where an attachment has no file because none was asked for.
fn attachment(
    mapping: &mut Mapping<'_>,
    id: u64,
    row: &Spine,
    made: Option<&Made>,
    evidence: &Evidence<'_>,
) -> Result<u64, SpillError> {
    let clash = made.is_none();
    let Some(entry) = evidence.claims.file(id) else {
        if evidence.with_attachments == Some(false) {
            return Ok(1);
        }
        if let Some(made) = made {
            let aside = mapping.places.aside(made)?;
            let severity = if aside.is_none() { Severity::Error } else { Severity::Warning };
            mapping.tell("attachment-file-missing", severity, id, row, "its file is not in the package")?;
        }
        return Ok(0);
    };
    if let (Some(file), Some(recorded)) = (evidence.files.get(entry), row.recorded_bytes)
        && u64::try_from(recorded).ok() != Some(file.bytes)
        && !clash
    {
        let message = format!("its file has {} bytes, and {} are recorded", count(file.bytes), recorded);
        mapping.tell("attachment-size-differs", Severity::Error, id, row, &message)?;
    }
    Ok(0)
}

fn parent(mapping: &mut Mapping<'_>, id: u64, row: &Spine) -> Result<(), SpillError> {
    let is_page = row.original.is_none() && matches!(row.status, Status::Current | Status::Archived);
    let Some(parent) = row.parent.filter(|_| is_page) else { return Ok(()) };
    if parent == id {
        let message = "it names itself as its parent page; it will stand at the root";
        mapping.tell("parent-circle", Severity::Warning, id, row, message)?;
    }
    if mapping.places.tables.spine(parent)?.is_none() {
        let message = "its parent page is not in the package; it will stand at the root";
        mapping.tell("parent-missing", Severity::Warning, id, row, message)?;
    }
    Ok(())
}

/// Comments and attachments that stand on nothing, and older versions of nothing.
fn container(
    mapping: &mut Mapping<'_>,
    id: u64,
    row: &Spine,
    made: &Made,
    aside: Option<Aside>,
) -> Result<(), SpillError> {
    let (Some(holder), Some(Aside::Orphan)) = (made.holder, aside) else { return Ok(()) };
    let tables = mapping.places.tables;
    let found = tables.spine(holder)?;
    if row.original.is_some() {
        if found.is_none() {
            let message = "an older version of content that is not in the package";
            mapping.tell("version-without-content", Severity::Warning, id, row, message)?;
        }
        return Ok(());
    }
    let severity = if row.class == ContentClass::Attachment { Severity::Error } else { Severity::Warning };
    if tables.container(row)?.is_none() {
        mapping.tell("container-missing", severity, id, row, "nothing says what it stands on")?;
    } else if found.is_some_and(|container| container.original.is_some()) {
        let message = "it stands on an older version, which holds nothing in Confluence";
        mapping.tell("container-not-live", Severity::Warning, id, row, message)?;
    }
    Ok(())
}

fn version(mapping: &mut Mapping<'_>, id: u64, row: &Spine) -> Result<(), SpillError> {
    let original = row.original.filter(|_| row.class.is_mapped() && row.status != Status::Draft && !row.is_listed);
    let live = original.map(|original| mapping.places.tables.spine(original)).transpose()?.flatten();
    if live.is_some_and(|live| live.lists_versions) {
        let message = "an older version that its content doesn't list";
        mapping.tell("version-not-listed", Severity::Warning, id, row, message)?;
    }
    Ok(())
}

fn lost_versions(mapping: &mut Mapping<'_>) -> Result<(), SpillError> {
    let tables = mapping.places.tables;
    for lost in tables.lost_versions.all() {
        let lost = lost?;
        let owner = tables.spine(lost.number)?.filter(|owner| owner.class.is_mapped());
        if let Some(owner) = owner {
            let message = format!("it lists an older version, {}, that is not in the package", lost.row);
            mapping.tell("version-listed-but-missing", Severity::Warning, lost.number, &owner, &message)?;
        }
    }
    Ok(())
}

impl Damages {
    /// Damage to the bytes of attachments: what they belong to is known now.
    fn judge_later(&mut self, places: &Places<'_>) -> Result<(), SpillError> {
        for later in std::mem::take(&mut self.later) {
            let subject = if self.is_full(later.what) { Subject::default() } else { places.subject(later.id)? };
            self.push(Damage {
                what: later.what.to_owned(),
                severity: Severity::Error,
                subject,
                message: later.message,
                place: later.place,
                remedy: None,
            });
        }
        Ok(())
    }

    /// References that lead nowhere.
    pub fn dangling(&mut self, references: AllDangling) {
        for ((class, property), found) in references {
            // These are told one by one.
            if (class == "Page" && property == "parent")
                || property == "historicalVersions[]"
                || property == "originalVersion"
            {
                continue;
            }
            let severity = match (class.as_str(), property.as_str()) {
                ("Page" | "BlogPost", "space")
                | ("BodyContent", "content")
                | ("Attachment", "content" | "containerContent") => Severity::Error,
                _ => Severity::Warning,
            };
            let (number, first) = (count(found.number), self.numbers(&found.first));
            let message = match found.number {
                1 => format!(
                    "1 reference by {class}.{property} leads to nothing in the package, in the object at byte {first}"
                ),
                _ => format!(
                    "{number} references by {class}.{property} lead to nothing in the package; the first at bytes {first}"
                ),
            };
            self.add("dangling-reference", severity, message, at_entities(found.first.first().copied()), None);
        }
    }
}
