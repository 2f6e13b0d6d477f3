//! What hangs on a page or blog post: comments, attachments, and what hangs on those.

use super::contents::Live;
use super::found::Fields;
use super::sampled::SampleKey;
use super::{Doing as _, ObserveError, Observer};
use crate::confluence::{Children, Content, Extensions};
use crate::model::{Field, Kind};
use crate::reading::{Found, FoundValue, Holder};

const EXPAND_COMMENT: &str =
    "body.storage,version,history,ancestors,extensions.inlineProperties,extensions.resolution,children.attachment";
const EXPAND_ATTACHMENT: &str = "version,history,metadata.labels,extensions,children.comment";

/// An attachment on which more hangs.
pub(super) struct Bytes {
    /// The link to its bytes.
    pub(super) link: String,
}

impl Observer<'_> {
    /// Reads all that hangs on a page or blog post.
    pub(super) async fn parts(&self, holder: Live) -> Result<(), ObserveError> {
        self.versions(&holder, None).await?;
        if self.wants_comments() {
            for (comment, key) in self.comments(&holder).await? {
                if self.wants_attachments()
                    && !is_empty(comment.children.as_ref(), |children| children.attachment.is_some())
                {
                    self.attachments(&self.live(&comment, key)?).await?;
                }
            }
        }
        if self.wants_attachments() {
            for attachment in self.attachments(&holder).await? {
                if self.wants_comments()
                    && !is_empty(attachment.children.as_ref(), |children| children.comment.is_some())
                {
                    self.comments(&self.live(&attachment, self.attachment_key(&holder, &attachment))?).await?;
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

    fn live(&self, content: &Content, key: SampleKey) -> Result<Live, ObserveError> {
        let version = content.version.as_ref().and_then(|version| version.number).unwrap_or(1);
        Ok(Live { id: content.id.to_string(), number: self.id_of(content)?, version, key })
    }

    /// Reads the comments on a content; gives their records, and their keys where a sample is drawn.
    async fn comments(&self, holder: &Live) -> Result<Vec<(Content, SampleKey)>, ObserveError> {
        let what = || format!("the comments on content {}", holder.id);
        let mut pager = self.client.comments(&holder.id, EXPAND_COMMENT).doing(what)?;
        let mut all = Vec::new();
        while let Some(page) = pager.next().await.doing(what)? {
            for mut comment in page {
                let live = self.live(&comment, SampleKey::default())?;
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

    fn comment(&self, holder: &Live, id: u64, comment: &Content) -> SampleKey {
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
        let name = [Field::Author, Field::Created, Field::Body].map(|field| fields.word(field));
        let name: Vec<String> = std::iter::once("comment".to_owned()).chain(name).collect();
        let key = self.sample_key(&holder.key, &name);
        let (kind, holder) = (Kind::Comment, Holder::Content(holder.number));
        self.push(Found { kind, id: Some(id), holder, name, aside: None, fields: fields.0 });
        key
    }

    /// Reads the attachments of a content; gives their records.
    async fn attachments(&self, holder: &Live) -> Result<Vec<Content>, ObserveError> {
        let what = || format!("the attachments of content {}", holder.id);
        let mut pager = self.client.attachments(&holder.id, EXPAND_ATTACHMENT).doing(what)?;
        let mut all = Vec::new();
        while let Some(page) = pager.next().await.doing(what)? {
            for attachment in page {
                let live = self.live(&attachment, self.attachment_key(holder, &attachment))?;
                if self.is_new(live.number) {
                    self.attachment(holder, &live, &attachment).await?;
                    all.push(attachment);
                }
            }
        }
        Ok(all)
    }

    fn attachment_key(&self, holder: &Live, attachment: &Content) -> SampleKey {
        self.sample_key(&holder.key, &["attachment".to_owned(), attachment.title.clone().unwrap_or_default()])
    }

    async fn attachment(&self, holder: &Live, live: &Live, attachment: &Content) -> Result<(), ObserveError> {
        let name = attachment.title.clone().unwrap_or_default();
        let mut fields = Fields::default();
        fields.text(Field::Title, Some(&name));
        fields.value(Field::Status, attachment.status.as_deref().unwrap_or("current"));
        fields.creation(attachment);
        record(attachment, &mut fields);
        let Some(link) = attachment.links.download.clone() else {
            let (what, problem) =
                (format!("the attachment {}", live.id), "its record has no link to its bytes".to_owned());
            return Err(ObserveError::Answer { what, problem });
        };
        if self.needs.has(Kind::Attachment) && self.is_sampled(&live.key) {
            self.bytes(live, &link, None, &mut fields).await?;
        }
        let found = Found {
            kind: Kind::Attachment,
            id: Some(live.number),
            holder: Holder::Content(holder.number),
            name: vec!["attachment".to_owned(), name],
            aside: None,
            fields: fields.0,
        };
        self.push(found);
        self.labels_of(live, attachment).await?;
        self.versions(live, Some(&Bytes { link })).await
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
