use serde::{Deserialize, Serialize};

use super::compare::{Comparison, Rules, What};
use super::tail::is_attachment_version;
use super::{Check, Exhibits, check};
use crate::model::{Field, Hop, Kind, Needs, Outcome, Presence, Sample, Uncompared, count};
use crate::reading::{ReadError, Row, Shown};

/// What of attachments is compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Compare {
    /// Every byte: all files are downloaded from the restored copy and digested.
    #[default]
    Bytes,
    /// Names, versions and lengths alone. Proves less, and says so.
    Records,
}

check! {
    /// Every attachment of the manifest is on its page, with all its versions, to the byte.
    ///
    /// Compares: existence, file name, media type, length, SHA-256 of the bytes, version number; the same of older versions. With
    /// `compare: records` nothing is downloaded, and the bytes are not compared. With `sample` only files drawn by lot are downloaded; of the
    /// others all but the bytes is compared.
    ///
    /// Can't see: attachments in the trash, pictures of users, logos of spaces, what is made from files (thumbnails, text for the search).
    /// Whether a file has the length that its record in the archive gives is told by `integrity`, which has to run as well.
    ///
    /// A failure means that files are gone, cut, empty or exchanged, although a list of the page's attachments may look complete. Attachments
    /// of a missing page are told once, with their number.
    Attachments {
        /// What is compared.
        compare: Compare,
        /// Whose bytes are compared; `None`: those of all.
        sample: Option<Sample>,
    } = "attachments"
}

const LIVE: Rules = Rules {
    core: &[Field::Title, Field::Digest],
    fields: &[
        Field::Bytes,
        Field::MediaType,
        Field::Number,
        Field::Author,
        Field::Created,
        Field::Editor,
        Field::Edited,
        Field::Note,
    ],
    ..Rules::of(Kind::Attachment)
};

const OLDER: Rules = Rules {
    part: |item| is_attachment_version(&item.key),
    core: &[Field::Digest],
    fields: &[Field::Bytes, Field::MediaType, Field::Number, Field::Editor, Field::Edited, Field::Note],
    ..Rules::of(Kind::Version)
};

impl Check for Attachments {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn needs(&self) -> Needs {
        let mut needs =
            Needs::of([Kind::Attachment, Kind::Version, Kind::Page, Kind::BlogPost, Kind::Comment, Kind::Space]);
        needs.attachment_bytes = self.compare == Compare::Bytes;
        needs.sample = self.sample.filter(|_| needs.attachment_bytes);
        needs
    }

    fn examine(&self, exhibits: &Exhibits<'_>) -> Result<Outcome, ReadError> {
        let mut comparison = Comparison::new(Self::NAME, exhibits, remedy);
        let bytes = self.compare == Compare::Bytes;
        let left_out = exhibits.alignment.inventory().descriptor.with_attachments() == Some(false);
        let mut without = 0_u64;
        for rules in [LIVE, OLDER] {
            let core: &[Field] = match (bytes, rules.kind) {
                (true, _) => rules.core,
                (false, Kind::Attachment) => &[Field::Title],
                (false, _) => &[],
            };
            let (few, fields): (&[Field], _) = match rules.kind {
                Kind::Attachment => (&[Field::Title], LIVE.fields),
                _ => (&[], OLDER.fields),
            };
            let beside = fields.strip_prefix(&[Field::Bytes]).unwrap_or(fields);
            let sample = self.sample.filter(|_| bytes).map(|sample| (sample, few, beside));
            let rules = Rules { core, sample, ..rules };
            comparison.kind(&rules, |comparison, row| {
                if !bytes {
                    comparison.leave_out(
                        Uncompared::field(rules.kind, Field::Digest),
                        "the scenario compares records alone",
                        None,
                    );
                    return false;
                }
                match (no_bytes(row), left_out, absent(row.manifest.as_ref())) {
                    (true, true, _) => {
                        without += 1;
                        true
                    }
                    (true, false, true) => {
                        comparison.leave_out(
                            "attachments without bytes on any side",
                            "the archive has no file",
                            Some("integrity"),
                        );
                        false
                    }
                    _ => false,
                }
            })?;
        }
        if without > 0 {
            let noun = if without == 1 { "attachment has" } else { "attachments have" };
            let message = format!("{} {noun} no bytes: the export was made without attachments", count(without));
            comparison.all("no-bytes", (without, message), Hop::Export, Some("take the backup with attachments"));
        }
        Ok(comparison.finish())
    }
}

/// Whether neither the archive nor the restored copy has the bytes.
fn no_bytes(row: &Row) -> bool {
    row.inventory.as_ref().is_none_or(|item| item.get(Field::Digest) == Presence::Absent)
        && absent(row.observation.as_ref())
}

fn absent(item: Option<&Shown>) -> bool {
    item.is_some_and(|item| item.get(Field::Digest) == Presence::Absent)
}

fn remedy(what: What, hop: Hop) -> Option<&'static str> {
    match (what, hop) {
        (What::Missing | What::Differs, Hop::Export) => {
            Some("take the file from the source while it is there, and make a new backup")
        }
        (What::Missing | What::Differs, Hop::Restore) => {
            Some("look for its id in the log of the restore, and at the room on its disk")
        }
        _ => None,
    }
}
