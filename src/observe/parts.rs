//! What hangs on a page or blog post: comments, attachments, and what hangs on those.

use super::base::carry;
use super::contents::Live;
use super::found::Fields;
use super::sampled::SampleKey;
use super::unit::gathering;
use super::{Doing as _, ObserveError, Observer};
use crate::confluence::{Children, Content, Edition, Extensions, History, Sort, Version};
use crate::model::{AttachmentDepth, Field, Kind};
use crate::reading::{Found, FoundValue, Holder};

/// How often what hangs on a page is read, where pieces of it go away while it is read.
const TRIES: u32 = 3;

const EXPAND_COMMENT: &str =
    "body.storage,version,history,ancestors,extensions.inlineProperties,extensions.resolution,children.attachment";
const EXPAND_ATTACHMENT: &str = "version,history,metadata.labels,extensions,children.comment";

/// An attachment on which more hangs.
pub(super) struct Bytes {
    /// The link to its bytes.
    pub(super) link: String,
}

impl Observer<'_> {
    /// Reads all that hangs on a page or blog post, or takes it from the journal, where it was read before.
    pub(super) async fn parts(&self, holder: Live) -> Result<(), ObserveError> {
        if self.capture.is_none() {
            return self.hanging(&holder).await;
        }
        let mark = format!("{} {}", holder.version, holder.edited);
        let kept = self.journal.as_ref().map_or(Ok(None), |journal| journal.get(holder.number, &mark))?;
        if let Some(unit) = kept {
            self.keep_all(unit);
            return Ok(());
        }
        let mut tries = 1;
        let unit = loop {
            let (done, unit) = gathering(self.hanging(&holder)).await;
            match done {
                Ok(()) => break unit,
                // A live source loses content while it is read: that is told at the end, among what changed.
                Err(error) if error.is_not_found() => {
                    self.forget(&unit);
                    if self.is_gone(&holder).await? {
                        return Ok(());
                    }
                    // What hangs on it was listed and is gone: a new list lacks it.
                    if tries == TRIES {
                        return Err(error);
                    }
                    tries += 1;
                }
                Err(error) => return Err(error),
            }
        };
        if let Some(journal) = &self.journal {
            journal.add(holder.number, &mark, &unit)?;
        }
        self.keep_all(unit);
        Ok(())
    }

    /// Whether a page or blog post that was listed isn't there any more.
    async fn is_gone(&self, holder: &Live) -> Result<bool, ObserveError> {
        match self.client.one(holder.sort, &holder.id, "version").await {
            Ok(content) => Ok(content.status.as_deref() == Some("trashed")),
            Err(error) if error.is_not_found() => Ok(true),
            Err(error) => Err(error).doing(|| format!("content {}", holder.id)),
        }
    }

    async fn hanging(&self, holder: &Live) -> Result<(), ObserveError> {
        self.labels_owed(holder).await?;
        self.restrictions_owed(holder).await?;
        self.versions(holder, None).await?;
        if self.wants_comments() {
            for (comment, key) in self.comments(holder).await? {
                if self.wants_attachments()
                    && self.client.edition() == Edition::DataCenter
                    && !is_empty(comment.children.as_ref(), |children| children.attachment.is_some())
                {
                    self.attachments(&Live { key, ..self.live(Sort::FooterComment, &comment)? }).await?;
                }
            }
        }
        if self.wants_attachments() {
            for attachment in self.attachments(holder).await? {
                if self.wants_comments()
                    && !is_empty(attachment.children.as_ref(), |children| children.comment.is_some())
                {
                    let key = self.attachment_key(holder, &attachment);
                    self.comments(&Live { key, ..self.live(Sort::Attachment, &attachment)? }).await?;
                }
            }
        }
        Ok(())
    }

    /// Versions and labels hang on these kinds, too.
    fn wants_comments(&self) -> bool {
        self.wants_any(&[Kind::Comment, Kind::Version])
    }

    fn wants_attachments(&self) -> bool {
        self.wants_any(&[Kind::Attachment, Kind::Version, Kind::Label])
    }

    /// Reads the comments on a content; gives their records, and their keys where a sample is drawn.
    async fn comments(&self, holder: &Live) -> Result<Vec<(Content, SampleKey)>, ObserveError> {
        if self.client.edition() == Edition::Cloud {
            let comments = self.cloud_comments(holder).await?;
            return Ok(comments.into_iter().map(|comment| (comment, SampleKey::default())).collect());
        }
        let what = || format!("the comments on content {}", holder.id);
        let mut pager = self.client.comments(&holder.id, EXPAND_COMMENT).doing(what)?;
        let mut all = Vec::new();
        while let Some(page) = pager.next().await.doing(what)? {
            for mut comment in page {
                let live = self.live(Sort::FooterComment, &comment)?;
                if !self.is_new(live.number) {
                    continue;
                }
                let key = self.comment(holder, live.number, &comment);
                self.versions(&live, None).await?;
                comment.body = None;
                all.push((comment, key));
            }
        }
        Ok(all)
    }

    pub(super) fn comment(&self, holder: &Live, id: u64, comment: &Content) -> SampleKey {
        let mut fields = Fields::default();
        fields.creation(comment);
        fields.version(comment.version.as_ref());
        fields.without(Field::Note);
        fields.body(comment.body.as_ref());
        fields.value(Field::Status, comment.status.as_deref().unwrap_or("current"));
        if let Some(above) = &comment.ancestors {
            let answered = above.iter().rev().find(|one| one.kind.as_deref().is_none_or(|kind| kind == "comment"));
            fields.content(Field::Parent, answered.and_then(|one| one.id.number()));
        }
        place(comment.extensions.as_ref(), &mut fields);
        let (author, created) = (fields.word(Field::Author), fields.word(Field::Created));
        let name = vec!["comment".to_owned(), author, created, fields.key_digest()];
        let key = self.sample_key(&holder.key, &name);
        let (kind, holder) = (Kind::Comment, Holder::Content(holder.number));
        self.push(Found { kind, id: Some(id), holder, name, aside: None, fields: fields.0 });
        key
    }

    /// Reads the attachments of a content; gives their records.
    async fn attachments(&self, holder: &Live) -> Result<Vec<Content>, ObserveError> {
        let what = || format!("the attachments of content {}", holder.id);
        let mut pager = self.client.attachments(holder.sort, &holder.id, EXPAND_ATTACHMENT).doing(what)?;
        let mut all = Vec::new();
        while let Some(page) = pager.next().await.doing(what)? {
            for attachment in page {
                let key = self.attachment_key(holder, &attachment);
                let live = Live { key, ..self.live(Sort::Attachment, &attachment)? };
                if self.is_new(live.number) {
                    let attachment = self.attachment(holder, live, attachment).await?;
                    all.push(attachment);
                }
            }
        }
        Ok(all)
    }

    fn attachment_key(&self, holder: &Live, attachment: &Content) -> SampleKey {
        self.sample_key(&holder.key, &["attachment".to_owned(), attachment.title.clone().unwrap_or_default()])
    }

    async fn attachment(&self, holder: &Live, mut live: Live, attachment: Content) -> Result<Content, ObserveError> {
        let Some(link) = attachment.links.download.clone() else {
            let (what, problem) =
                (format!("the attachment {}", live.id), "its record has no link to its bytes".to_owned());
            return Err(ObserveError::Answer { what, problem });
        };
        let bytes = Bytes { link };
        self.versions(&live, Some(&bytes)).await?;
        let name = attachment.title.clone().unwrap_or_default();
        let mut fields = Fields::default();
        fields.text(Field::Title, Some(&name));
        fields.value(Field::Status, attachment.status.as_deref().unwrap_or("current"));
        fields.creation(&attachment);
        record(&attachment, &mut fields);
        self.bytes_or_size(&live, &bytes, &attachment, &mut fields).await?;
        let found = Found {
            kind: Kind::Attachment,
            id: Some(live.number),
            holder: Holder::Content(holder.number),
            name: vec!["attachment".to_owned(), name],
            aside: None,
            fields: fields.0,
        };
        self.push(found);
        self.labels_shown(&mut live, &attachment);
        self.labels_owed(&live).await?;
        Ok(attachment)
    }

    /// What is to be said of the bytes of an attachment: what an older manifest says of an unchanged one, digest and length, or the length that its record
    /// gives.
    async fn bytes_or_size(
        &self,
        live: &Live,
        bytes: &Bytes,
        attachment: &Content,
        fields: &mut Fields,
    ) -> Result<(), ObserveError> {
        if !self.needs.has(Kind::Attachment) || !self.is_sampled(&live.key) {
            return Ok(());
        }
        let old = self.unchanged(live)?.filter(|old| old.fields.contains_key(&Field::Digest));
        if let (Some(old), true) = (&old, self.needs.attachment_bytes) {
            carry(old, fields);
            self.carried(Kind::Attachment, 1);
            return Ok(());
        }
        if self.depth() == AttachmentDepth::Size {
            let size = attachment.extensions.as_ref().and_then(|extensions| extensions.file_size.as_ref());
            if let Some(size) = size.and_then(serde_json::Number::as_u64) {
                fields.number(Field::Bytes, size);
            }
        }
        self.bytes(live, &bytes.link, None, fields).await.map(drop)
    }

    /// Hashes the bytes of an attachment, where bytes are needed; says whether the server has a file. Without one, length and digest are absent.
    pub(super) async fn bytes(
        &self,
        live: &Live,
        link: &str,
        version: Option<u64>,
        fields: &mut Fields,
    ) -> Result<bool, ObserveError> {
        if !self.needs.attachment_bytes {
            return Ok(true);
        }
        let what = || match version {
            Some(version) => format!("the bytes of version {version} of the attachment {}", live.id),
            None => format!("the bytes of the attachment {}", live.id),
        };
        let found = self.client.fingerprint(link, version).await.doing(what)?;
        match &found {
            Some((digest, length)) => {
                fields.value(Field::Digest, digest.as_str());
                fields.number(Field::Bytes, *length);
            }
            None => fields.0.extend([(Field::Digest, FoundValue::Absent), (Field::Bytes, FoundValue::Absent)]),
        }
        Ok(found.is_some())
    }
}

/// What the record of an attachment's version says.
pub(super) fn record(attachment: &Content, fields: &mut Fields) {
    let (extensions, metadata) = (attachment.extensions.as_ref(), attachment.metadata.as_ref());
    fields.version(attachment.version.as_ref());
    let media = extensions.and_then(|extensions| extensions.media_type.as_deref());
    if let Some(media) = media.or_else(|| metadata.and_then(|metadata| metadata.media_type.as_deref())) {
        fields.text(Field::MediaType, Some(media));
    }
    let note = extensions.and_then(|extensions| extensions.comment.as_deref());
    if let Some(note) =
        note.or_else(|| metadata.and_then(|metadata| metadata.comment.as_deref())).filter(|note| !note.is_empty())
    {
        fields.without(Field::Note);
        fields.text(Field::Note, Some(note));
    }
}

/// Completes the record of a comment of Cloud, which doesn't say who made it and when, by its first version.
pub(super) fn made_by(content: &mut Content, first: Version) {
    let made = content.history.get_or_insert(History { created_by: None, created_date: None });
    made.created_by = made.created_by.take().or(first.by);
    made.created_date = made.created_date.take().or(first.when);
}

/// Where a comment stands, and of an inline one its marker and whether its discussion is open.
fn place(extensions: Option<&Extensions>, fields: &mut Fields) {
    let Some((extensions, location)) = extensions.and_then(|all| Some((all, all.location.as_deref()?))) else { return };
    // A resolved comment is an inline one, whatever the filter of the list calls it.
    let location = if location == "resolved" { "inline" } else { location };
    fields.value(Field::Location, location);
    let resolution = extensions.resolution.as_ref().and_then(|resolution| resolution.status.as_deref());
    match extensions.inline.as_ref().and_then(|inline| inline.marker.as_ref()) {
        Some(marker) => {
            fields.text(Field::Marker, marker.as_deref());
            // What has no marker begins no discussion (docs/confluence.md, C14).
            match (marker.as_deref().filter(|marker| !marker.is_empty()), resolution) {
                (None, _) => fields.text(Field::Resolution, None),
                (Some(_), Some(status)) => fields.text(Field::Resolution, Some(status)),
                (Some(_), None) => {}
            }
        }
        None if location == "footer" => {
            fields.text(Field::Marker, None);
            fields.text(Field::Resolution, None);
        }
        None => {}
    }
}

/// Whether a record shows that nothing of a sort hangs on it. What it doesn't show has to be asked for.
fn is_empty(children: Option<&Children>, shown: impl Fn(&Children) -> bool) -> bool {
    children.is_some_and(|children| {
        let lists = [&children.comment, &children.attachment];
        shown(children) && lists.into_iter().flatten().all(|list| list.results.is_empty() && !list.may_be_cut())
    })
}
