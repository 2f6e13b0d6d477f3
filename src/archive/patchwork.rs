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
use crate::runs::{Budget, Filling, SpillError, Table};

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
        missing =
            missing.saturating_add(u64::try_from(newest.saturating_sub(before).saturating_sub(1)).unwrap_or_default());
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

#[cfg(test)]
mod tests {
    use crate::archive::tests::{XML, damage, inventory, read_with};
    use crate::model::Severity;
    use crate::reading::Inventory;

    fn page(id: u64, title: &str, more: &str) -> String {
        format!(
            "<object class=\"Page\" package=\"p\"><id name=\"id\">{id}</id><property name=\"title\">{title}</property>{more}</object>\n\
             <object class=\"BodyContent\" package=\"p\"><id name=\"id\">{id}0</id><property name=\"body\">x</property>\
             <property name=\"content\" class=\"Page\" package=\"p\"><id name=\"id\">{id}</id></property></object>\n"
        )
    }

    fn live(id: u64, title: &str) -> String {
        page(id, title, "<property name=\"space\" class=\"Space\" package=\"p\"><id name=\"id\">1</id></property>")
    }

    fn version(id: u64, number: u64) -> String {
        let more = format!(
            "<property name=\"version\">{number}</property>\
             <property name=\"originalVersion\" class=\"Page\" package=\"p\"><id name=\"id\">12</id></property>"
        );
        page(id, "Child", &more)
    }

    fn with(objects: &[String]) -> Inventory {
        inventory(&XML.replace("</hibernate-generic>", &(objects.concat() + "</hibernate-generic>")))
    }

    #[test]
    fn versions_of_one_number_are_told_and_gaps_are_normal() {
        // The live page 12 is given the version 9 by its second object, which is the one that counts.
        let newest = XML.replace("<property name=\"version\">1</property><property name=\"contentStatus\"><![CDATA[current]]></property></object>\n<object class=\"BodyContent\" package=\"com.atlassian.confluence.core\"><id name=\"id\">110", "<property name=\"version\">9</property><property name=\"contentStatus\"><![CDATA[current]]></property></object>\n<object class=\"BodyContent\" package=\"com.atlassian.confluence.core\"><id name=\"id\">110");
        assert_ne!(newest, XML);
        let made = |versions: &[(u64, u64)]| {
            let objects: String = versions.iter().map(|(id, number)| version(*id, *number)).collect();
            inventory(&newest.replace("</hibernate-generic>", &(objects + "</hibernate-generic>")))
        };
        let gap = made(&[(60, 8), (61, 5)]);
        assert_eq!(damage(&gap), [(Severity::Info, "version-gap")]);
        assert!(gap.damage[0].message.starts_with("2 older versions"), "{}", gap.damage[0].message);
        let twice = made(&[(60, 8), (61, 7), (62, 7), (63, 9)]);
        let whose: Vec<_> = twice.damage.iter().map(|one| (one.what.as_str(), one.subject.id)).collect();
        assert_eq!(whose, [("version-number-twice", Some(62)), ("version-number-twice", Some(63))]);
    }

    #[test]
    fn numbers_at_the_ends_of_their_range_are_counted_with() {
        let newest = XML.replacen(
            "<property name=\"version\">1</property><property name=\"contentStatus\">",
            &format!("<property name=\"version\">{}</property><property name=\"contentStatus\">", i64::MIN),
            1,
        );
        assert_ne!(newest, XML);
        let objects = [version(60, i64::MAX as u64), version(61, 1)].concat();
        let made = inventory(&newest.replace("</hibernate-generic>", &(objects + "</hibernate-generic>")));
        assert_eq!(made.damage.iter().filter(|one| one.what == "version-number-twice").count(), 2, "{:?}", made.damage);
    }

    #[test]
    fn live_pages_of_one_title_in_one_space_are_told() {
        let draft = page(61, "Child", "<property name=\"contentStatus\">draft</property>");
        assert_eq!(damage(&with(&[live(60, "Childs"), draft])), []);
        let twice = with(&[live(60, "CHILD"), live(62, "Other"), live(63, "other")]);
        let titles: Vec<_> = twice.damage.iter().filter(|one| one.what == "title-twice").collect();
        let mut whose: Vec<_> = titles.iter().filter_map(|one| one.subject.id).collect();
        whose.sort_unstable();
        assert_eq!((whose, titles[0].severity), (vec![60, 63], Severity::Warning));
    }

    #[test]
    fn content_of_two_classes_with_one_number_and_spaces_with_one_key_are_errors() {
        let post = "<object class=\"BlogPost\" package=\"p\"><id name=\"id\">20</id><property name=\"title\">Post</property>\
                    <property name=\"space\" class=\"Space\" package=\"p\"><id name=\"id\">1</id></property></object>";
        let mixed = damage(&with(&[post.to_owned()])).contains(&(Severity::Error, "id-of-two-classes"));
        assert!(mixed);
        let space = "<object class=\"Space\" package=\"p\"><id name=\"id\">2</id><property name=\"key\">ops</property></object>";
        let twice = with(&[space.to_owned()]);
        assert!(damage(&twice).contains(&(Severity::Error, "space-key-twice")), "{:?}", twice.damage);
    }

    #[test]
    fn the_descriptor_is_held_against_what_is_there() {
        let differs = |descriptor: &str, xml: &str| {
            let made = read_with(xml, descriptor);
            made.damage.iter().filter(|one| one.what == "descriptor-differs").count()
        };
        let user = "<object class=\"InternalUser\" package=\"p\"><id name=\"id\">7</id><property name=\"name\">ann</property></object></hibernate-generic>";
        let with_user = XML.replace("</hibernate-generic>", user);
        assert_eq!(differs("exportType=space\nspaceKey=OPS\nbackupAttachments=true\n", XML), 0);
        assert_eq!(differs("exportType=space\nspaceKey=OPS\nbackupAttachments=true\n", &with_user), 1);
        assert_eq!(differs("exportType=all\nbackupAttachments=true\n", &with_user), 0);
        assert_eq!(differs("exportType=all\nbackupAttachments=false\n", &with_user), 1);
    }
}
