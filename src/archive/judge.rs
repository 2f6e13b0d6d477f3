//! What is wrong with the archive and shows only when all of it was read.

use super::classes::ContentClass;
use super::damage::{Damages, at_entities};
use super::files::{Claims, Files};
use super::places::Places;
use super::references::References;
use super::tables::{Status, Tables};
use crate::model::{Aside, Damage, Place, Severity, count};
use crate::reading::Reading;

impl Damages {
    /// Judges what shows only when everything was read.
    pub fn judge(
        &mut self,
        reading: &Reading,
        tables: &Tables,
        references: &References,
        claims: &Claims,
        files: &Files,
        with_attachments: Option<bool>,
    ) {
        let mut places = Places::new(reading);
        places.hide_below_lost(tables);
        self.attachments(&places, tables, claims, files, with_attachments);
        self.parents(tables);
        self.containers(&places, tables);
        self.versions(tables);
        self.dangling(references);
        for later in std::mem::take(&mut self.later) {
            if later.only_live && !places.is_live(later.id) {
                continue;
            }
            self.push(Damage {
                what: later.what.to_owned(),
                severity: later.severity,
                subject: places.subject(later.id),
                message: later.message,
                place: later.place,
                remedy: None,
            });
        }
    }

    fn attachments(
        &mut self,
        places: &Places<'_>,
        tables: &Tables,
        claims: &Claims,
        files: &Files,
        with_attachments: Option<bool>,
    ) {
        let mut left_out = 0;
        for (id, row) in tables.content.iter().filter(|(_, row)| row.class == ContentClass::Attachment) {
            let live = row.original.and_then(|original| tables.content.get(&tables.live(original)));
            let clash = live.is_some_and(|live| live.number == row.number);
            let Some(entry) = claims.file(*id) else {
                if with_attachments == Some(false) {
                    left_out += 1;
                } else if !clash {
                    let severity = if places.aside(*id).is_none() { Severity::Error } else { Severity::Warning };
                    self.content("attachment-file-missing", severity, *id, row, "its file is not in the package");
                }
                continue;
            };
            let (Some(file), Some(recorded)) = (files.get(&entry), row.recorded_bytes) else { continue };
            if u64::try_from(recorded).ok() != Some(file.bytes) && !clash {
                let message = format!("its file has {} bytes, and {} are recorded", count(file.bytes), recorded);
                self.content("attachment-size-differs", Severity::Error, *id, row, &message);
            }
        }
        if left_out > 0 {
            let message = format!("it was made without attachments: {} of them have no file", count(left_out));
            self.add(
                "made-without-attachments",
                Severity::Error,
                message,
                None,
                Some("make the backup with attachments"),
            );
        }
        for (name, offset) in &claims.unclaimed {
            let place = Some(Place { entry: name.clone(), offset: Some(*offset) });
            self.add("file-unclaimed", Severity::Warning, "no attachment says that this file is its own", place, None);
        }
    }

    fn parents(&mut self, tables: &Tables) {
        for (id, row) in &tables.content {
            let page = row.class == ContentClass::Page
                && row.original.is_none()
                && matches!(row.status, Status::Current | Status::Archived);
            if page && row.parent == Some(*id) {
                let message = "it names itself as its parent page; it will stand at the root";
                self.content("parent-circle", Severity::Warning, *id, row, message);
            }
            if page && row.parent.is_some_and(|parent| !tables.content.contains_key(&parent)) {
                let message = "its parent page is not in the package; it will stand at the root";
                self.content("parent-missing", Severity::Warning, *id, row, message);
            }
        }
    }

    /// Comments and attachments that stand on nothing, and older versions of nothing.
    fn containers(&mut self, places: &Places<'_>, tables: &Tables) {
        for (id, row) in tables.content.iter().filter(|(id, _)| places.aside(**id) == Some(Aside::Orphan)) {
            if let Some(original) = row.original {
                if !tables.content.contains_key(&tables.live(original)) {
                    let message = "an older version of content that is not in the package";
                    self.content("version-without-content", Severity::Warning, *id, row, message);
                }
                continue;
            }
            let severity = if row.class == ContentClass::Attachment { Severity::Error } else { Severity::Warning };
            match (row.class, tables.container(*id)) {
                (ContentClass::Comment | ContentClass::Attachment, None) => {
                    self.content("container-missing", severity, *id, row, "nothing says what it stands on");
                }
                (ContentClass::Comment | ContentClass::Attachment, Some(container))
                    if tables.content.get(&container).is_some_and(|container| container.original.is_some()) =>
                {
                    let message = "it stands on an older version, which holds nothing in Confluence";
                    self.content("container-not-live", Severity::Warning, *id, row, message);
                }
                _ => {}
            }
        }
    }

    fn versions(&mut self, tables: &Tables) {
        for (id, row) in tables.content.iter().filter(|(_, row)| row.class.is_mapped()) {
            for version in row.versions.iter().flatten() {
                if !tables.content.contains_key(version) {
                    let message = format!("it lists an older version, {version}, that is not in the package");
                    self.content("version-listed-but-missing", Severity::Warning, *id, row, &message);
                }
            }
            let live =
                row.original.filter(|_| row.status != Status::Draft).and_then(|original| tables.content.get(&original));
            if live.and_then(|live| live.versions.as_ref()).is_some_and(|listed| !listed.contains(id)) {
                let message = "an older version that its content doesn't list";
                self.content("version-not-listed", Severity::Warning, *id, row, message);
            }
        }
    }

    fn dangling(&mut self, references: &References) {
        for ((class, property), found) in references.dangling() {
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
