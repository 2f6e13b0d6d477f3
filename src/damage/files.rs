//! Chooses what to break in the files of attachments, and knows which files belong to which attachment.

use super::Mutation;
use super::contents::Contents;
use super::pick::{Victim, first};
use crate::model::{Kind, Lot};
use crate::package::Entry;

/// Whether it is the newest version of an attachment of a live page or blog post, and not in the trash.
pub(super) fn is_live(contents: &Contents, attachment: usize) -> bool {
    contents.is_live(attachment) && contents.holder(attachment).is_some_and(|holder| contents.is_live_holder(holder))
}

/// The entries that hold the bytes of an attachment: of the newest version with all older ones, of an older one its own.
pub(super) fn of(contents: &Contents, attachment: usize) -> Vec<String> {
    stored(contents, attachment).into_iter().map(|entry| entry.name.clone()).collect()
}

fn stored(contents: &Contents, attachment: usize) -> Vec<&Entry> {
    let Some(raw) = contents.raw(attachment).filter(|raw| raw.class == "Attachment") else { return Vec::new() };
    let Some((_, container)) = raw.reference("containerContent").or_else(|| raw.reference("content")) else {
        return Vec::new();
    };
    let original = contents.original(attachment);
    let folder_of = original.unwrap_or(attachment);
    let Some(id) = contents.raw(folder_of).and_then(|raw| raw.id.as_deref()) else { return Vec::new() };
    let folder = format!("attachments/{container}/{id}");
    let entries = contents.package().entries();
    // The entries are sorted by name: those of one folder stand together.
    let from = entries.partition_point(|entry| entry.name.as_str() < folder.as_str());
    let mine = entries.iter().skip(from).take_while(|entry| entry.name.starts_with(&folder));
    let version = number(contents, attachment).map(|number| number.to_string());
    mine.filter(|entry| match (entry.name.strip_prefix(&folder), original) {
        (Some(""), None) => true,
        (Some(rest), None) => rest.starts_with('/'),
        (Some(rest), Some(_)) => rest.strip_prefix('/') == version.as_deref(),
        (None, _) => false,
    })
    .collect()
}

/// The number of a version; the property was renamed in 5.7.
pub(super) fn number(contents: &Contents, attachment: usize) -> Option<i64> {
    let raw = contents.raw(attachment)?;
    raw.number("version").or_else(|| raw.number("attachmentVersion"))
}

/// The entry of the newest version itself, where it has bytes.
fn newest(contents: &Contents, attachment: usize) -> Option<&Entry> {
    let version = number(contents, attachment)?.to_string();
    stored(contents, attachment)
        .into_iter()
        .find(|entry| entry.bytes > 0 && entry.name.rsplit('/').next() == Some(version.as_str()))
}

/// Something fit for a mutation of files.
pub(super) fn choose(mutation: Mutation, seed: u64, contents: &Contents) -> Option<Victim> {
    let say = |what: &str, attachment, entry: &Entry| {
        let mut victim = Victim::new(contents, what, &[(Kind::Attachment, attachment)]);
        victim.applied.what.push_str(&format!(", {}", entry.name));
        victim
    };
    let fit = |attachment: usize| {
        let entry = newest(contents, attachment).filter(|_| is_live(contents, attachment))?;
        match mutation {
            Mutation::RemoveAttachmentFile => {
                let mut victim = say("removed the file of the attachment", attachment, entry);
                victim.drop.insert(entry.name.clone());
                Some(victim)
            }
            Mutation::FlipAttachmentByte => {
                let mut victim = say("flipped a bit of the attachment", attachment, entry);
                let at = Lot::new(seed, "byte", attachment as u64).below(entry.bytes);
                victim.bytes.insert(entry.name.clone(), Some(at));
                Some(victim)
            }
            Mutation::EmptyAttachment => {
                let mut victim = say("emptied the attachment", attachment, entry);
                victim.bytes.insert(entry.name.clone(), None);
                Some(victim)
            }
            _ => None,
        }
    };
    first(mutation, seed, contents.of_class("Attachment").collect(), fit)
}
