//! Writes the package of a backup, streaming: entities.xml is packed while it is made, and attachments are copied from the packages that
//! were restored.

use std::collections::{BTreeMap, HashSet};
use std::io::{Error, Result, Write};
use std::path::Path;
use std::sync::atomic::Ordering;

use super::Order;
use super::chosen::Chosen;
use super::people::People;
use super::rows;
use crate::mock::jobs::Progress;
use crate::mock::settings::{Dialect, Settings};
use crate::mock::store::{Content, Site, StoreError};
use crate::model::Descriptor;
use crate::package::{Habit, Limits, ObjectWriter, PackageError, PackageWriter, RawObject, write_descriptor};

/// The oldest builds that take a package of a site and of a space in (docs/confluence.md, C4).
const LEAST: (&str, &str) = ("6169", "4517");

/// Writes the package.
pub fn write(
    site: &Site,
    chosen: &Chosen<'_>,
    order: &Order,
    settings: &Settings,
    progress: &Progress,
    to: &Path,
) -> std::result::Result<(), PackageError> {
    let mut zip = PackageWriter::create(to)?;
    let now = jiff::Timestamp::now();
    let descriptor =
        write_descriptor(&descriptor(order, settings.dialect), &now.strftime("%a %b %d %H:%M:%S UTC %Y").to_string());
    zip.entry("exportDescriptor.properties", true, &mut descriptor.as_slice())?;
    zip.made("entities.xml", true, |xml| {
        let datetime = now.strftime("%Y-%m-%d %H:%M:%S").to_string();
        let objects = ObjectWriter::begin(xml, Habit::Modern, &datetime)?;
        // Behind the numbers of what is kept, so that no class has one twice.
        let next = site.files.kept.iter().map(|kept| kept.last()).max().unwrap_or_default();
        let mut entities = Entities { site, chosen, progress, objects, people: People::default(), next };
        entities.all(&settings.limits)?;
        entities.objects.finish().map(drop)
    })?;
    if order.attachments {
        attachments(site, chosen, progress, &mut zip, to)?;
    }
    if let (true, Some(package)) = (chosen.is_site(), site.files.packages.first().map(|held| &held.package)) {
        // The data of apps, which a site restore brought and nothing here knows.
        for entry in package.entries().iter().filter(|entry| entry.name.starts_with("plugin-data/")) {
            zip.entry(&entry.name, true, &mut package.read(entry)?)?;
        }
    }
    zip.finish()
}

fn descriptor(order: &Order, dialect: Dialect) -> Descriptor {
    let mut properties: BTreeMap<String, String> = BTreeMap::new();
    let mut put = |key: &str, value: &str| properties.insert(key.to_owned(), value.to_owned());
    put("exportType", if order.spaces.is_some() { "space" } else { "all" });
    put("buildNumber", if order.spaces.is_some() { LEAST.1 } else { LEAST.0 });
    put("createdByBuildNumber", &dialect.build().to_string());
    put("createdByVersionNumber", &dialect.full_version());
    put("backupAttachments", if order.attachments { "true" } else { "false" });
    put("defaultUsersGroup", "confluence-users");
    match order.spaces.as_deref() {
        None => None,
        Some([only]) => put("spaceKey", only),
        Some(several) => put("spaceKeys", &several.join(",")),
    };
    Descriptor { properties }
}

struct Entities<'a, W: Write> {
    site: &'a Site,
    chosen: &'a Chosen<'a>,
    progress: &'a Progress,
    objects: ObjectWriter<W>,
    people: People,
    next: u64,
}

impl<W: Write> Entities<'_, W> {
    fn all(&mut self, limits: &Limits) -> Result<()> {
        let (site, chosen) = (self.site, self.chosen);
        for space in site.spaces.values().filter(|space| chosen.space(space.id)) {
            self.put(&rows::space(space))?;
            self.number(|next| rows::permissions(space, next))?;
        }
        let mut labels = HashSet::new();
        for row in site.content.walk()? {
            let row = row?;
            if !chosen.content(&row) {
                continue;
            }
            self.content(&row)?;
            labels.extend(row.labels.iter().copied());
        }
        labels.extend(self.kept(limits)?);
        for (id, label) in site.labels.iter().filter(|(id, _)| chosen.is_site() || labels.contains(id)) {
            self.put(&rows::label(*id, label))?;
        }
        self.users(limits)
    }

    fn content(&mut self, row: &Content) -> Result<()> {
        if !row.kind.is_kept() {
            self.put(&rows::content(self.site, row))?;
        }
        if let Some(span) = row.body {
            let texts = self.site.files.texts.get(span.file).ok_or_else(|| Error::other("a text has no file"))?;
            let text = texts.get(span)?;
            self.number(|next| vec![rows::body(next(), row, text)])?;
        }
        self.number(|next| rows::file(row, next))?;
        self.number(|next| rows::labellings(row, next))?;
        self.number(|next| rows::restrictions(row, next))
    }

    /// What no table holds, people apart; gives the labels that it names.
    fn kept(&mut self, limits: &Limits) -> Result<Vec<u64>> {
        let mut labels = Vec::new();
        for kept in &self.site.files.kept {
            for object in kept.objects(limits)? {
                let object = object?;
                let is_user = object.class == "ConfluenceUserImpl";
                if !is_user && self.chosen.object(&object) && self.people.keep(self.site, &object) {
                    self.put(&object)?;
                    labels.extend(object.reference("label").and_then(|(_, id)| id.parse::<u64>().ok()));
                }
            }
        }
        Ok(labels)
    }

    /// Users come last, when it is known who is named; accounts and groups are a site's.
    fn users(&mut self, limits: &Limits) -> Result<()> {
        let all = self.chosen.is_site();
        for kept in &self.site.files.kept {
            for object in kept.objects(limits)? {
                let object = object?;
                let named = all || object.id.as_ref().is_some_and(|id| self.people.named.contains(id));
                if object.class == "ConfluenceUserImpl" && named && self.people.keep(self.site, &object) {
                    self.put(&object)?;
                }
            }
        }
        for user in self.people.made_users(self.site, all) {
            self.put(&user)?;
        }
        if all {
            let (site, mut people) = (self.site, std::mem::take(&mut self.people));
            self.number(|next| people.made_accounts(site, next))?;
        }
        Ok(())
    }

    /// Writes objects that take numbers.
    fn number(&mut self, make: impl FnOnce(&mut dyn FnMut() -> u64) -> Vec<RawObject>) -> Result<()> {
        let mut last = self.next;
        let objects = make(&mut || {
            last += 1;
            last
        });
        self.next = last;
        objects.iter().try_for_each(|object| self.put(object))
    }

    fn put(&mut self, object: &RawObject) -> Result<()> {
        let progress = self.progress;
        if progress.cancel.load(Ordering::Relaxed) {
            return Err(Error::other("the job was cancelled"));
        }
        for counter in [&progress.total, &progress.processed, &progress.persisted] {
            counter.fetch_add(1, Ordering::Relaxed);
        }
        self.people.name(object);
        self.objects.object(object)
    }
}

/// Bytes of attachments, below the number of the newest version of each (docs/confluence.md, C3).
fn attachments(
    site: &Site,
    chosen: &Chosen<'_>,
    progress: &Progress,
    zip: &mut PackageWriter,
    to: &Path,
) -> std::result::Result<(), PackageError> {
    let mut written = HashSet::new();
    let unread = |error: StoreError| PackageError::Io { path: to.to_owned(), source: error.into() };
    for row in site.content.walk().map_err(unread)? {
        let row = row.map_err(unread)?;
        let Some(bytes) = row.file.as_ref().and_then(|file| file.bytes.as_ref()).filter(|_| chosen.content(&row))
        else {
            continue;
        };
        let newest = row.original.unwrap_or(row.id);
        let holder = row.container.or_else(|| site.content.head(newest)?.container());
        let package = site.files.packages.get(bytes.package).map(|held| &held.package);
        let entry = package.and_then(|package| Some((package, package.entry(&bytes.entry)?)));
        let (Some(holder), Some((package, entry))) = (holder, entry) else { continue };
        // In data of 2.10 to 5.1 two versions can have one number and share a file (docs/confluence.md, C15).
        if !written.insert((holder, newest, row.number)) {
            continue;
        }
        if progress.cancel.load(Ordering::Relaxed) {
            return Ok(());
        }
        zip.entry(&format!("attachments/{holder}/{newest}/{}", row.number), true, &mut package.read(entry)?)?;
    }
    Ok(())
}
