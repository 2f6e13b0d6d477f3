//! Older versions.

use std::sync::atomic::Ordering;

use super::base::carry;
use super::contents::Live;
use super::found::Fields;
use super::parts::{Bytes, record};
use super::{Doing as _, ObserveError, Observer};
use crate::confluence::{Content, Edition, Version};
use crate::model::{Field, Key, Kind};
use crate::reading::{Found, Holder};

const EXPAND: &str = "body.storage,version,history";
const EXPAND_ATTACHMENT: &str = "version,history,extensions,metadata";

impl Observer<'_> {
    /// Reads the versions of a content that are older than its current one; of an attachment also their bytes.
    ///
    /// Of Cloud's content it gives the first version, which says who made it and when.
    pub(super) async fn versions(&self, live: &Live, bytes: Option<&Bytes>) -> Result<Option<Version>, ObserveError> {
        if live.version <= 1 || self.versions_carried(live, bytes.is_some())? {
            return Ok(None);
        }
        if self.client.edition() == Edition::Cloud {
            return self.cloud_versions(live, bytes).await;
        }
        if !self.needs.has(Kind::Version) {
            return Ok(None);
        }
        let listed = self.listed_versions(live).await?;
        let certain = listed.is_some();
        let mut numbers = listed.unwrap_or_else(|| (1..live.version).collect());
        // A damaged source can hold an older version with a higher number than the current one.
        numbers.retain(|number| *number != live.version);
        numbers.sort_unstable();
        numbers.dedup();
        for number in numbers {
            self.version(live, number, bytes, certain).await?;
        }
        Ok(None)
    }

    /// Takes over the older versions of content that is as an older manifest has it; false where there is nothing to take over.
    fn versions_carried(&self, live: &Live, attachment: bool) -> Result<bool, ObserveError> {
        let base = self.base().filter(|base| attachment || base.has_texts());
        let (Some(base), Some(old)) = (base, self.unchanged(live)?) else { return Ok(false) };
        let all = base.versions(&old)?;
        let whole = !attachment
            || !self.needs.attachment_bytes
            || all.iter().all(|version| version.fields.contains_key(&Field::Digest));
        if !whole || !self.needs.has(Kind::Version) {
            return Ok(false);
        }
        for version in &all {
            let Some(number) = version.number(Field::Number).and_then(|number| u64::try_from(number).ok()) else {
                continue;
            };
            let mut fields = Fields::default();
            carry(version, &mut fields);
            self.push_version(live, number, version.id, fields);
        }
        self.carried(Kind::Version, all.len() as u64);
        Ok(true)
    }

    async fn listed_versions(&self, live: &Live) -> Result<Option<Vec<u64>>, ObserveError> {
        if !self.lists_versions.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let numbers =
            self.client.version_numbers(&live.id).await.doing(|| format!("the versions of content {}", live.id))?;
        if numbers.is_none() {
            self.lists_versions.store(false, Ordering::Relaxed);
        }
        Ok(numbers)
    }

    /// Reads one older version. Where no list named it, 404 says that there is none of this number.
    async fn version(
        &self,
        live: &Live,
        number: u64,
        bytes: Option<&Bytes>,
        certain: bool,
    ) -> Result<(), ObserveError> {
        let what = || format!("version {number} of content {}", live.id);
        let expand = if bytes.is_some() { EXPAND_ATTACHMENT } else { EXPAND };
        let content = match self.client.version(&live.id, number, expand).await {
            Ok(content) => Some(content),
            Err(error) if error.is_not_found() && (bytes.is_some() || !certain) => None,
            Err(error) => return Err(error).doing(what),
        };
        let mut fields = Fields::default();
        if let Some(content) = &content {
            let shown = content.version.as_ref().and_then(|version| version.number);
            if shown != Some(number) {
                let problem = match shown {
                    Some(other) => format!("the server gives version {other} instead"),
                    None => "the answer does not say which version it is".to_owned(),
                };
                return Err(ObserveError::Answer { what: what(), problem });
            }
            self.fields(content, bytes.is_some(), &mut fields);
        } else {
            fields.number(Field::Number, number);
        }
        if let Some(bytes) = bytes {
            // Where nothing but the bytes shows that there is a version, they are asked for, whatever the sample.
            let wanted = content.is_none() || self.is_sampled(&self.sample_key(&live.key, &Key::of_version(number)));
            let there = wanted && self.bytes(live, &bytes.link, Some(number), &mut fields).await?;
            // Some versions have no records of older versions of attachments: then the bytes alone show that there is one.
            if content.is_none() && !(there && self.needs.attachment_bytes) {
                return Ok(());
            }
        } else if content.is_none() {
            return Ok(());
        }
        let id = content.and_then(|content| content.id.number()).filter(|id| *id != live.number);
        self.push_version(live, number, id, fields);
        Ok(())
    }

    pub(super) fn push_version(&self, live: &Live, number: u64, id: Option<u64>, fields: Fields) {
        let found = Found {
            kind: Kind::Version,
            id,
            holder: Holder::Content(live.number),
            name: Key::of_version(number).into(),
            aside: None,
            fields: fields.0,
        };
        self.push(found);
    }

    pub(super) fn fields(&self, content: &Content, attachment: bool, fields: &mut Fields) {
        if attachment {
            record(content, fields);
            return;
        }
        fields.version(content.version.as_ref());
        fields.body(content.body.as_ref());
        if let (true, Some(title)) = (content.kind != "comment", &content.title) {
            fields.text(Field::Title, Some(title));
        }
    }
}
