use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Digest, Key, Kind};

/// How far attachments are read of a live Confluence.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AttachmentDepth {
    /// All bytes are downloaded and digested.
    #[default]
    Hash,
    /// The length that the record gives, which the file may not have.
    Size,
    /// Names and versions alone.
    None,
}

impl AttachmentDepth {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Hash => "hash",
            Self::Size => "size",
            Self::None => "none",
        }
    }
}

/// Whether something could be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sight {
    /// It is so.
    Proven,
    /// It is not so.
    Denied,
    /// Nothing tells.
    Unknown,
}

/// Whether the capturing account sees content that is restricted to others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SeesRestricted {
    /// The answer.
    pub answer: Sight,
    /// How it was found out; holds no content.
    pub how: String,
}

/// How content was met again at the end of a capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Moved {
    /// In another version.
    Changed,
    /// It was not there before.
    New,
    /// It is not there any more.
    Gone,
}

/// Something that changed while a capture ran: what the manifest says of it may be of either state.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct InFluxItem {
    /// Its content id.
    pub id: u64,
    /// Its key, where it is known; of comments and attachments it isn't.
    pub key: Option<Key>,
    /// What happened.
    pub what: Moved,
}

/// What changed while a capture ran.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct InFlux {
    /// How much.
    pub total: u64,
    /// The first thousand of it, by id.
    pub items: Vec<InFluxItem>,
    /// What was not looked for, and why.
    pub not_looked: Vec<String>,
}

impl InFlux {
    /// How much of it is named.
    pub const NAMED: usize = 1_000;
}

/// What was taken over from an older manifest without being read again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CarriedOver {
    /// Digest of the older manifest's file.
    pub base: Digest,
    /// When the older one was begun, UTC.
    pub captured: String,
    /// Texts of pages and blog posts, bytes of attachments, and older versions, by kind.
    pub counts: BTreeMap<Kind, u64>,
}

/// How a manifest was captured from a live source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CaptureRecord {
    /// How far attachments were read.
    pub attachments: AttachmentDepth,
    /// Whether restricted content is in it.
    pub sees_restricted: SeesRestricted,
    /// What changed meanwhile.
    pub in_flux: InFlux,
    /// What was taken over from an older manifest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carried_over: Option<CarriedOver>,
}
