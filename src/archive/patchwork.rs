//! Signs that a package was put together from several: what one Confluence can't hold at one time.
//!
//! Each is told with its place. Gaps in a history are normal, since versions can be deleted (docs/confluence.md, C11); two older versions of one
//! number, two live pages of one title in a space, or a number that two classes of content share, are not.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::classes::ContentClass;
use super::damage::{Damages, at_entities};
use super::tables::{Content, Spine, Status, Tables};
use super::work::{Accounts, Mapping};
use crate::model::{Damage, Descriptor, Severity, Subject, count};
use crate::package::Package;
use crate::reading::runs::{Budget, Filling, SpillError, Table};

/// Classes of accounts, which site exports alone hold (docs/confluence.md, C15).
const ACCOUNTS: [&str; 2] = ["InternalUser", "DefaultHibernateUser"];

/// What is gathered while all content is gone through.
#[derive(Debug)]
pub(super) struct Patchwork {
    /// Number and id of older versions, by the id of what they are versions of.
    versions: Filling,
}

impl Patchwork {
    pub fn new(budget: &Budget) -> Self {
        Self { versions: Filling::new(budget) }
    }

    /// Takes note of some content. Attachments have a judgement of their own: up to 5.1 their versions share numbers.
    pub fn take(&mut self, id: u64, row: &Spine) {
        let page = matches!(row.class, ContentClass::Page | ContentClass::BlogPost);
        if let Some(original) = row.original.filter(|_| page && row.status != Status::Draft) {
            self.versions.push(original, &(row.number.unwrap_or_default(), id));
        }
    }

    /// Tells what was found.
    pub fn judge(self, mapping: &mut Mapping<'_>) -> Result<(), SpillError> {
        histories(mapping, &self.versions.finish()?)?;
        titles(mapping)
    }
}

/// Under which live pages of one space and title are gathered; other pages may fall under it by chance.
pub(super) fn title_number(space: u64, title: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (space, title.to_lowercase()).hash(&mut hasher);
    hasher.finish()
}

/// Numbers that two versions of one page share, and numbers that are missing.
fn histories(mapping: &mut Mapping<'_>, versions: &Table<(i64, u64)>) -> Result<(), SpillError> {
    let (mut of, mut group, mut gaps) = (None, Vec::new(), Gaps::default());
    for version in versions.all() {
        let version = version?;
        if of != Some(version.number) {
            history(mapping, of, &mut group, &mut gaps)?;
            of = Some(version.number);
        }
        group.push(version.row);
    }
    history(mapping, of, &mut group, &mut gaps)?;
    if gaps.missing > 0 {
        let message = format!(
            "{} older versions are missing between others of {} pages or blog posts, as where versions were deleted",
            count(gaps.missing),
            count(gaps.of)
        );
        mapping.damages.add("version-gap", Severity::Info, message, at_entities(gaps.first), None);
    }
    Ok(())
}

/// Older versions that are missing between others.
#[derive(Debug, Default)]
struct Gaps {
    missing: u64,
    of: u64,
    first: Option<u64>,
}

/// The history of one page; empties the group.
fn history(
    mapping: &mut Mapping<'_>,
    of: Option<u64>,
    group: &mut Vec<(i64, u64)>,
    gaps: &mut Gaps,
) -> Result<(), SpillError> {
    let tables = mapping.places.tables;
    group.sort_unstable();
    let live = of.map(|id| tables.spine(id)).transpose()?.flatten();
    let newest = live.as_ref().and_then(|live| live.number);
    let (mut before, mut missing) = (None, 0_u64);
    for (number, id) in group.drain(..) {
        if before == Some(number) || newest.is_some_and(|newest| newest <= number) {
            let message = match before == Some(number) {
                true => format!("an older version with the number {number}, which another older version of it has too"),
                false => format!("an older version with the number {number}, which is not below that of the newest"),
            };
            if let Some(row) = tables.spine(id)? {
                mapping.tell("version-number-twice", Severity::Warning, id, &row, &message)?;
            }
        } else if let Some(before) = before {
            missing = missing.saturating_add(number.abs_diff(before).saturating_sub(1));
        }
        before = Some(number);
    }
    if let (Some(before), Some(newest)) = (before, newest) {
        missing = missing.saturating_add(u64::try_from(newest.saturating_sub(before) - 1).unwrap_or_default());
    }
    if missing > 0 {
        gaps.missing = gaps.missing.saturating_add(missing);
        gaps.of += 1;
        gaps.first = gaps.first.or(live.map(|live| live.offset));
    }
    Ok(())
}

/// Live pages of one space that have one title, which Confluence doesn't allow.
fn titles(mapping: &mut Mapping<'_>) -> Result<(), SpillError> {
    let tables = mapping.places.tables;
    let (mut hash, mut before): (_, Vec<(u64, Content)>) = (None, Vec::new());
    let mut last = None;
    for title in tables.titles.all() {
        let title = title?;
        if hash != Some(title.number) {
            (hash, last) = (Some(title.number), Some(title.row));
            before.clear();
            continue;
        }
        // Only where two hashes are equal are the titles themselves read.
        if let Some(id) = last.take() {
            before.extend(page(tables, id)?);
        }
        let Some((id, own)) = page(tables, title.row)? else { continue };
        let same = |other: &Content| {
            other.spine.space == own.spine.space && other.title.to_lowercase() == own.title.to_lowercase()
        };
        if let Some((other, _)) = before.iter().find(|(other, row)| *other != id && same(row)) {
            let message = format!("page {other} of its space is live and has the same title, which Confluence refuses");
            mapping.tell("title-twice", Severity::Warning, id, &own.spine, &message)?;
        } else {
            before.push((id, own));
        }
    }
    Ok(())
}

/// A page that turned out to be no older version of another.
fn page(tables: &Tables, id: u64) -> Result<Option<(u64, Content)>, SpillError> {
    let row = tables.content.get(id)?;
    Ok(row.filter(|row| row.spine.original.is_none()).map(|row| (id, row)))
}

impl Damages {
    /// Spaces of one key.
    pub fn spaces_of_one_key(&mut self, tables: &Tables) {
        let mut keys: BTreeMap<String, u64> = BTreeMap::new();
        for space in tables.spaces.values() {
            if let Some(first) = keys.insert(space.key.to_lowercase(), space.offset) {
                self.push(Damage {
                    what: "space-key-twice".to_owned(),
                    severity: Severity::Error,
                    subject: Subject { space: Some(space.key.to_string()), ..Subject::default() },
                    message: format!(
                        "two spaces have one key, the other one at byte {first}; Confluence refuses the second"
                    ),
                    place: at_entities(Some(space.offset)),
                    remedy: Some("make the backup again; a Confluence can't hold two such spaces".to_owned()),
                });
            }
        }
    }

    /// What the descriptor says against what is there.
    pub fn descriptor_against_content(&mut self, descriptor: &Descriptor, accounts: &Accounts, package: &Package) {
        let users = ACCOUNTS.iter().fold(0, |sum: u64, class| sum.saturating_add(accounts.lexed(class)));
        let has = |begin: &str| package.entries().iter().any(|entry| entry.name.starts_with(begin));
        let mut differs = |message: String| {
            self.add(
                "descriptor-differs",
                Severity::Warning,
                message,
                None,
                Some("find out who packed it, and from what"),
            );
        };
        if descriptor.get("exportType").is_some_and(|kind| kind.eq_ignore_ascii_case("space")) && users > 0 {
            differs(format!(
                "the descriptor says that it is a space export, and it holds {} user accounts, as site exports do",
                count(users)
            ));
        }
        if descriptor.with_attachments() == Some(false) && has("attachments/") {
            differs(
                "the descriptor says that it was made without attachments, and files of attachments are in it"
                    .to_owned(),
            );
        }
    }
}
