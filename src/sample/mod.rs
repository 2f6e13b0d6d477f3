//! Makes a realistic package from a seed: a wiki that nobody wrote, in the form in which Confluence would have exported it.
//!
//! The same [`Sample`] gives the same bytes on every machine. What it makes is whole: a reader must find no damage in it. Titles, names and
//! texts are invented, and awkward on purpose. Pages are made one after the other, so that memory doesn't grow with their number.
//!
//! Must not know how packages are read, nor what anybody makes of them: it is written from docs/confluence.md, so that a mistake in
//! a reader shows.

mod attachment;
mod body;
mod feed;
mod hang;
mod page;
mod plan;
mod site;
mod words;
mod xml;

use std::collections::BTreeMap;
use std::path::Path;

pub use feed::SampleError;

use crate::model::Kind;

/// What the export holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SampleScope {
    /// Spaces, without accounts and groups.
    Space,
    /// Everything, with accounts, groups and memberships.
    Site,
}

/// Which of Confluence's writers is imitated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writer {
    /// The legacy writer, as of 7.19: null as an empty tag, collections on content, strings in CDATA.
    Server,
    /// The writer of Data Center since 8.3: null left out, hardly a collection, short strings bare.
    DataCenter83,
}

/// What to make. [`Sample::sized`] gives sensible numbers for a number of pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// Where all draws come from.
    pub seed: u64,
    /// Spaces or a site.
    pub scope: SampleScope,
    /// In whose spelling.
    pub writer: Writer,
    /// Spaces, at least one. The last of more than two spaces of a site is a personal one. Of a space export by the legacy writer: one.
    pub spaces: u32,
    /// Live pages, at least one a space.
    pub pages: u32,
    /// Blog posts.
    pub blog_posts: u32,
    /// Comments: footer, inline, replies, and one in forty in the trash.
    pub comments: u32,
    /// Attachments, one in thirty in the trash.
    pub attachments: u32,
    /// Mean length of an attachment in bytes; lengths lie between a half and one and a half of it.
    pub attachment_bytes: u64,
    /// Older versions of pages and blog posts, all together.
    pub versions: u32,
    /// Older versions of attachments, all together.
    pub attachment_versions: u32,
    /// Pages with a view restriction (and half of them with one for editing). Home pages never have one.
    pub restricted: u32,
    /// Labels on pages and blog posts, at most 24 each.
    pub labels: u32,
    /// Templates of spaces; a site has one more.
    pub templates: u32,
    /// Users, at least one. The first is called `admin`.
    pub users: u32,
    /// Pages in the trash, each with an older version.
    pub trashed: u32,
    /// Archived pages.
    pub archived: u32,
    /// Unpublished changes.
    pub drafts: u32,
    /// Whether texts have the long tail of real ones: half of the pages as they are, the rest longer, one in a thousand up to 350 kB.
    pub long_texts: bool,
}

/// How the bytes are packed. What is packed doesn't depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packing {
    /// Level of the deflater, 1 to 9.
    pub level: u8,
    /// Attachments are stored instead of deflated.
    pub stored_attachments: bool,
}

impl Default for Packing {
    /// As Confluence packs.
    fn default() -> Self {
        Self { level: 6, stored_attachments: false }
    }
}

impl Sample {
    /// A space export by the legacy writer with this many pages and a plausible amount of everything else.
    pub fn sized(pages: u32, seed: u64) -> Self {
        Self {
            seed,
            scope: SampleScope::Space,
            writer: Writer::Server,
            spaces: 1,
            pages: pages.max(1),
            blog_posts: pages / 12,
            comments: pages / 5 * 4,
            attachments: pages / 2,
            attachment_bytes: 6_000,
            versions: pages,
            attachment_versions: pages / 5,
            restricted: pages / 15,
            labels: pages,
            templates: 1 + pages / 500,
            users: (4 + pages / 25).min(400),
            trashed: pages / 25,
            archived: 0,
            drafts: pages / 25,
            long_texts: false,
        }
    }

    /// The same, with as many pages as it takes for an entities.xml of about this many bytes, and with texts as long as real ones.
    pub fn of_size(self, bytes: u64) -> Self {
        const TRIAL: u32 = 2_000;
        let like = |pages: u32| Self {
            scope: self.scope,
            writer: self.writer,
            spaces: self.spaces,
            attachment_bytes: self.attachment_bytes,
            long_texts: true,
            ..Self::sized(pages.max(self.spaces), self.seed)
        };
        // Everything hangs on the number of pages, so length grows with it; what a site has once is lost in the rounding.
        let each = feed::length(&like(TRIAL)) / u64::from(TRIAL);
        like(u32::try_from(bytes / each.max(1)).unwrap_or(MOST_PAGES).min(MOST_PAGES))
    }
}

/// Pages of a sample at most: ids of what hangs on them are multiples of theirs.
pub const MOST_PAGES: u32 = 10_000_000;

impl Default for Sample {
    fn default() -> Self {
        Self::sized(50, 1)
    }
}

/// What was made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Made {
    /// Items by kind, those included that no comparison looks at (drafts, the trash). Personal labels are not counted.
    pub items: BTreeMap<Kind, u64>,
    /// Objects in entities.xml.
    pub objects: u64,
    /// Bytes of entities.xml.
    pub bytes: u64,
    /// Entries of the zip.
    pub entries: u64,
}

/// Makes the package and writes it to this path.
///
/// # Errors
/// Numbers that don't fit together, and a file that can't be written.
pub fn write(sample: &Sample, path: &Path) -> Result<Made, SampleError> {
    feed::write(sample, Packing::default(), path)
}

/// The same, packed in this way.
///
/// # Errors
/// As for [`write`].
pub fn write_packed(sample: &Sample, packing: Packing, path: &Path) -> Result<Made, SampleError> {
    feed::write(sample, packing, path)
}

/// Objects that belong together, as text, and how many items they make.
#[derive(Debug, Default)]
struct Cluster {
    objects: Vec<String>,
    items: BTreeMap<Kind, u64>,
}

impl Cluster {
    /// An object that makes an item.
    fn push(&mut self, kind: Kind, object: String) {
        *self.items.entry(kind).or_default() += 1;
        self.objects.push(object);
    }

    /// An object that is a part of an item, or makes none.
    fn part(&mut self, object: String) {
        self.objects.push(object);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Digest;
    use crate::package::{Limits, Package, RawObject, objects};

    fn made(sample: &Sample) -> (tempfile::TempDir, std::path::PathBuf, Made) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sample.zip");
        let made = write(sample, &path).unwrap();
        (folder, path, made)
    }

    fn all(path: &Path) -> Vec<RawObject> {
        let package = Package::open(path, &Limits::default()).unwrap();
        let entry = package.entry("entities.xml").unwrap();
        objects(package.read(entry).unwrap(), &Limits::default()).map(Result::unwrap).collect()
    }

    fn variants() -> Vec<Sample> {
        let space = Sample::sized(60, 3);
        let newer = Sample { writer: Writer::DataCenter83, archived: 2, ..space.clone() };
        let site = |sample: &Sample| Sample { scope: SampleScope::Site, spaces: 3, ..sample.clone() };
        vec![space.clone(), newer.clone(), site(&space), site(&newer)]
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes() {
        let digest = |sample: &Sample| {
            let (_folder, path, _) = made(sample);
            Digest::of(std::fs::read(path).unwrap())
        };
        for sample in variants() {
            assert_eq!(digest(&sample), digest(&sample));
            assert_ne!(digest(&sample), digest(&Sample { seed: 4, ..sample.clone() }));
        }
    }

    /// What is packed, not how: a newer deflater may pack the same bytes otherwise. Whoever changes what samples hold, changes this digest,
    /// makes the committed samples again, and says so in the changelog.
    #[test]
    fn one_seed_gives_the_content_that_it_always_gave() {
        let (_folder, path, _) = made(&Sample { scope: SampleScope::Site, spaces: 3, ..Sample::sized(60, 3) });
        let package = Package::open(&path, &Limits::default()).unwrap();
        let mut hasher = crate::model::Hasher::default();
        for entry in package.entries() {
            hasher.update(entry.name.as_bytes());
            hasher.update(&package.read_small(entry, 10_000_000).unwrap());
        }
        assert_eq!(hasher.finish().as_str(), "sha256:2cbb68e227d48f039bbaa90fccdf27c1ff600e4f1099d7e2b41ce3a18fc902e6");
    }

    #[test]
    fn every_reference_leads_to_an_object() {
        for sample in variants() {
            let (_folder, path, made) = made(&sample);
            let objects = all(&path);
            assert_eq!(objects.len() as u64, made.objects);
            let known: std::collections::HashSet<(&str, &str)> =
                objects.iter().map(|object| (object.class.as_str(), object.id.as_deref().unwrap())).collect();
            assert_eq!(known.len(), objects.len(), "an id is used twice");
            for object in &objects {
                let members = object.collections.iter().flat_map(|(_, members)| members);
                for raw in object.properties.iter().map(|(_, raw)| raw).chain(members) {
                    if let Some(reference) = raw.as_reference() {
                        assert!(known.contains(&reference), "{} {:?} refers to {reference:?}", object.class, object.id);
                    }
                }
            }
        }
    }

    #[test]
    fn each_writer_keeps_its_habits() {
        for sample in variants() {
            let (_folder, path, _) = made(&sample);
            let objects = all(&path);
            let server = sample.writer == Writer::Server;
            let pages: Vec<_> = objects.iter().filter(|object| object.class == "Page").collect();
            assert_eq!(pages.iter().any(|page| !page.collection("bodyContents").is_empty()), server);
            let property = objects.iter().find(|object| object.class == "ContentProperty").unwrap();
            assert_eq!(property.reference("content").is_none(), server);
            assert!(objects.iter().any(|object| object.text("body").is_some_and(|body| body.contains("]] >"))));
        }
    }

    #[test]
    fn no_two_live_pages_of_a_space_share_a_title_and_every_count_is_kept() {
        for sample in variants() {
            let (_folder, path, made) = made(&sample);
            let objects = all(&path);
            let live: Vec<_> = objects
                .iter()
                .filter(|object| object.class == "Page" && object.text("contentStatus") == Some("current"))
                .filter(|object| object.reference("originalVersion").is_none())
                .collect();
            assert_eq!(live.len() as u32, sample.pages);
            let titles: std::collections::HashSet<_> =
                live.iter().map(|page| (page.reference("space"), page.text("title"))).collect();
            assert_eq!(titles.len(), live.len());
            let count = |kind| made.items.get(&kind).copied().unwrap_or_default();
            assert_eq!(count(Kind::Page), u64::from(sample.pages + sample.trashed + sample.archived));
            assert_eq!(count(Kind::Comment), u64::from(sample.comments));
            assert_eq!(count(Kind::Attachment), u64::from(sample.attachments));
            assert_eq!(count(Kind::Version), u64::from(sample.versions + sample.attachment_versions + sample.trashed));
            assert!(count(Kind::Restriction) > 0 && count(Kind::Label) > 0);
        }
    }

    #[test]
    fn a_sample_of_a_size_has_it_about_and_long_texts() {
        let (_folder, path, made) = made(&Sample::default().of_size(10_000_000));
        assert!((8_000_000..12_000_000).contains(&made.bytes), "{}", made.bytes);
        assert!((1_000..2_000).contains(&(made.bytes / made.objects)), "{made:?}");
        let package = Package::open(&path, &Limits::default()).unwrap();
        assert_eq!(package.entry("entities.xml").unwrap().bytes, made.bytes);
        let bodies: Vec<usize> = all(&path).iter().filter_map(|object| Some(object.text("body")?.len())).collect();
        assert!(bodies.iter().any(|length| *length > 100_000) && bodies.iter().all(|length| *length < 400_000));
    }

    #[test]
    fn packing_changes_nothing_that_is_packed() {
        let folder = tempfile::tempdir().unwrap();
        let [usual, fast] = [Packing::default(), Packing { level: 1, stored_attachments: true }].map(|packing| {
            let path = folder.path().join(packing.level.to_string());
            write_packed(&Sample::default(), packing, &path).unwrap();
            Package::open(&path, &Limits::default()).unwrap()
        });
        for (one, other) in usual.entries().iter().zip(fast.entries()) {
            assert_eq!(usual.read_small(one, 10_000_000).unwrap(), fast.read_small(other, 10_000_000).unwrap());
            assert!(!other.name.starts_with("attachments/") || other.packed == other.bytes);
        }
        assert_eq!(usual.entries().len(), fast.entries().len());
    }

    #[test]
    fn numbers_that_do_not_fit_together_are_refused() {
        let path = Path::new("/nowhere/sample.zip");
        let few = write(&Sample { pages: 1, spaces: 2, ..Sample::default() }, path).unwrap_err();
        assert!(matches!(few, SampleError::FewPages { .. }), "{few}");
        let many = write(&Sample { spaces: 2, ..Sample::default() }, path).unwrap_err();
        assert!(matches!(many, SampleError::ManySpaces { .. }), "{many}");
        assert!(matches!(write(&Sample::default(), path), Err(SampleError::Write(_))));
    }
}
