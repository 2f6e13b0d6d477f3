//! Attachments: their records, their older versions and their bytes.

use std::io::Read;

use super::Cluster;
use super::hang::property;
use super::page::{Facts, Holder, facts};
use super::plan::Plan;
use super::words;
use super::xml::{Class, Object};
use crate::model::{Kind, Lot};

const TYPES: [(&str, &str, &[u8]); 6] = [
    ("png", "image/png", b"\x89PNG\r\n\x1a\n"),
    ("pdf", "application/pdf", b"%PDF-1.4\n"),
    ("txt", "text/plain", b""),
    ("csv", "text/csv", b"step,owner\n"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", b"PK\x03\x04"),
    ("log", "text/plain", b""),
];

/// Name and type of an attachment.
#[derive(Debug)]
pub(super) struct File {
    pub name: String,
    media_type: &'static str,
    magic: &'static [u8],
}

impl File {
    pub(super) fn new(plan: &Plan, attachment: u64) -> Self {
        let mut lot = plan.lot("file", attachment);
        let (ending, media_type, magic) = lot.pick(&TYPES).copied().unwrap_or(("bin", "application/octet-stream", b""));
        let words = words::phrase(&mut lot);
        let stem = match lot.below(6) {
            0 => format!("Übersicht {words} & Größen"),
            1 => format!("図面 {words}"),
            _ => words.to_lowercase().replace(' ', "-"),
        };
        Self { name: format!("{stem}-{attachment}.{ending}"), media_type, magic }
    }
}

/// Where a file of an attachment goes in the zip, and what is in it.
#[derive(Debug)]
pub(super) struct Stored {
    pub path: String,
    pub bytes: u64,
    attachment: u64,
    number: u64,
    magic: &'static [u8],
}

impl Stored {
    /// Every file of one attachment, newest first. All lie in the folder of the newest version's id.
    pub(super) fn of(plan: &Plan, holder: u64, attachment: u64) -> impl Iterator<Item = Self> {
        let versions = plan.attachment_versions(attachment);
        let newest = versions.end - versions.start + 1;
        let (container, id) = (plan.holder_id(holder), plan.attachment_id(attachment));
        let magic = File::new(plan, attachment).magic;
        (1..=newest).rev().map(move |number| Self {
            path: format!("attachments/{container}/{id}/{number}"),
            bytes: size(plan, attachment, number),
            attachment,
            number,
            magic,
        })
    }

    /// The bytes.
    pub(super) fn read(&self, seed: u64) -> impl Read {
        Noise {
            lot: Lot::new(seed ^ (self.number << 40), "bytes", self.attachment),
            head: self.magic,
            left: self.bytes,
            prose: self.magic.is_empty() || self.magic.starts_with(b"step"),
        }
    }
}

/// The length of a version of an attachment: from a half to one and a half times the mean.
fn size(plan: &Plan, attachment: u64, number: u64) -> u64 {
    let mean = plan.sample.attachment_bytes.max(1);
    mean / 2 + 1 + Lot::new(plan.sample.seed ^ (number << 40), "size", attachment).below(mean)
}

/// Bytes by lot behind a head; letters where the file is text.
#[derive(Debug)]
struct Noise {
    lot: Lot,
    head: &'static [u8],
    left: u64,
    prose: bool,
}

impl Read for Noise {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        const LETTERS: &[u8; 32] = b"etaoin shrdlu cmfwyp, vbgkq. jx\n";
        let length = usize::try_from(self.left).unwrap_or(usize::MAX).min(out.len());
        for slot in out.iter_mut().take(length) {
            *slot = if let Some((first, rest)) = self.head.split_first() {
                self.head = rest;
                *first
            } else if self.prose {
                LETTERS.get(self.lot.below(32) as usize).copied().unwrap_or(b' ')
            } else {
                self.lot.draw() as u8
            };
        }
        self.left -= length as u64;
        Ok(length)
    }
}

/// The records of an attachment; its ids, newest first.
pub(super) fn write(holder: &Holder<'_>, attachment: u64, cluster: &mut Cluster) -> Vec<u64> {
    let plan = holder.plan;
    let versions = plan.attachment_versions(attachment);
    let newest = versions.end - versions.start + 1;
    let live = plan.attachment_id(attachment);
    let older: Vec<u64> = versions.map(|version| plan.attachment_version_id(version)).collect();
    let ids: Vec<u64> = older.iter().copied().chain([live]).collect();
    let file = File::new(plan, attachment);
    let created = holder.moment(0) + 3_600_000 + (attachment % 1_000) * 17;
    for (number, id) in (1_u64..).zip(&ids) {
        let mut lot = Lot::new(plan.sample.seed ^ (number << 40), "attachment", attachment);
        let author = plan.anyone(&mut lot).map(|one| one.key.as_str());
        let note = if lot.below(3) == 0 { words::phrase(&mut lot) } else { String::new() };
        let edited = created + (number - 1) * 60_013;
        // One attachment in thirty is in the trash. Its file is still in the backup.
        let status = if attachment % 30 == 29 && number == newest { "deleted" } else { "current" };
        let made =
            Facts { title: Some(&file.name), number, author, created, editor: author, edited, note: &note, status };
        let mut object = facts(Object::new(plan.writer(), Class::ATTACHMENT, *id), &made)
            .reference("containerContent", holder.class, holder.id)
            .reference("space", Class::SPACE, holder.space.id)
            .collection("contentProperties", "Collection", Class::PROPERTY, (0..3).map(|nth| id * 8 + nth));
        object = if number == newest {
            object.legacy("historicalVersions", "Collection", Class::ATTACHMENT, older.iter().copied())
        } else {
            object.reference("originalVersion", Class::ATTACHMENT, live)
        };
        cluster.push(if number == newest { Kind::Attachment } else { Kind::Version }, object.end());
        let properties = [
            ("MEDIA_TYPE", Some(file.media_type), None),
            ("FILESIZE", None, Some(size(plan, attachment, number))),
            ("MINOR_EDIT", None, Some(0)),
        ];
        for (nth, said) in (0_u64..).zip(properties) {
            cluster.part(property(plan.writer(), id * 8 + nth, said, (Class::ATTACHMENT, *id)));
        }
    }
    vec![live]
}
