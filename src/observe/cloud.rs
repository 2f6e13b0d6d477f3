//! What is read of Confluence Cloud in another way than of Data Center: comments, older versions, and what pages lie below.

use super::contents::Live;
use super::found::Fields;
use super::parts::{Bytes, made_by, record};
use super::{Doing as _, ObserveError, Observer};
use crate::confluence::{Ancestor, Content, Sort, User, Version};
use crate::model::{Field, Kind, Value};
use crate::reading::{Found, FoundValue, Holder};

/// Most folders one in the other. Those in a circle have no end.
const DEEPEST: usize = 100;

impl Observer<'_> {
    /// Reads the comments on a content; gives their records. Replies are asked for comment by comment (docs/confluence.md, R65).
    pub(super) async fn cloud_comments(&self, holder: &Live) -> Result<Vec<Content>, ObserveError> {
        let what = || format!("the comments on content {}", holder.id);
        let mut all = Vec::new();
        for place in [Sort::FooterComment, Sort::InlineComment] {
            let on_attachment = holder.sort == Sort::Attachment;
            if on_attachment && place == Sort::InlineComment {
                continue;
            }
            let mut open = match self.client.first_comments(holder.sort, &holder.id, place).doing(what)?.all().await {
                Ok(comments) => comments,
                Err(error) if on_attachment && error.is_not_shown() => {
                    self.blind_spot("comments on attachments, which this Confluence does not list");
                    continue;
                }
                Err(error) => return Err(error).doing(what),
            };
            while let Some(mut comment) = open.pop() {
                let live = self.live(place, &comment)?;
                if !self.is_new(live.number) {
                    continue;
                }
                if let Some(first) = self.versions(&live, None).await? {
                    made_by(&mut comment, first);
                } else if live.version > 1 {
                    self.made_as_before(&mut comment, &live)?;
                }
                self.comment(holder, live.number, &comment);
                open.extend(self.client.replies(place, &live.id).doing(what)?.all().await.doing(what)?);
                comment.body = None;
                all.push(comment);
            }
        }
        Ok(all)
    }

    /// Who made a comment and when, by an older manifest whose versions were taken over.
    fn made_as_before(&self, comment: &mut Content, live: &Live) -> Result<(), ObserveError> {
        let Some(old) = self.unchanged(live)? else { return Ok(()) };
        let text = |field| old.fields.get(&field).map(|_| old.text(field).map(str::to_owned));
        let by = text(Field::Author).map(|name| name.map(|name| User { username: Some(name), ..User::default() }));
        made_by(comment, Version { by, when: text(Field::Created), message: None, number: None });
        Ok(())
    }

    /// Reads all versions of a content, which come with their texts; gives the first.
    pub(super) async fn cloud_versions(
        &self,
        live: &Live,
        bytes: Option<&Bytes>,
    ) -> Result<Option<Version>, ObserveError> {
        let what = || format!("the versions of content {}", live.id);
        let mut pager = self.client.versions_of(live.sort, &live.id).doing(what)?;
        let mut first = None;
        let mut seen = std::collections::BTreeSet::new();
        while let Some(page) = pager.next().await.doing(what)? {
            for content in page {
                let Some(number) = content.version.as_ref().and_then(|version| version.number) else {
                    let problem = "a version does not say its number".to_owned();
                    return Err(ObserveError::Answer { what: what(), problem });
                };
                if number == 1 {
                    first = content.version.clone();
                }
                if number == live.version || !self.needs.has(Kind::Version) || !seen.insert(number) {
                    continue;
                }
                let mut fields = Fields::default();
                match bytes {
                    Some(bytes) => {
                        record(&content, &mut fields);
                        self.bytes(live, &bytes.link, Some(number), &mut fields).await?;
                    }
                    None => self.fields(&content, false, &mut fields),
                }
                self.push_version(live, number, None, fields);
            }
        }
        Ok(first)
    }

    /// Takes in what a page lies below: a page, a folder of Cloud, or something that only Cloud has and that is no item.
    pub(super) async fn parent(
        &self,
        space: &str,
        above: Option<&Ancestor>,
        fields: &mut Fields,
    ) -> Result<(), ObserveError> {
        match above.and_then(|above| above.kind.as_deref()) {
            None | Some("page") => fields.content(Field::Parent, above.and_then(|above| above.id.number())),
            Some("folder") => {
                let id = above.map(|above| above.id.to_string()).unwrap_or_default();
                if self.folders(space, id).await? {
                    fields.content(Field::Parent, above.and_then(|above| above.id.number()));
                }
            }
            Some(_) => self.blind_spot("what pages lie below that are below a whiteboard, a data base or an embed"),
        }
        Ok(())
    }

    /// Reads a folder and those that it lies in; false where it isn't shown.
    async fn folders(&self, space: &str, first: String) -> Result<bool, ObserveError> {
        self.blind_spot("folders in which no page lies: Cloud does not list folders");
        let mut next = Some(first);
        for _ in 0..DEEPEST {
            let Some(id) = next.take() else { break };
            let number = id.parse().unwrap_or_default();
            if self.is_known(number) {
                break;
            }
            let folder = match self.client.folder(&id).await {
                Ok(folder) => folder,
                Err(error) if error.is_not_shown() => {
                    self.blind_spot("folders that this account does not see, and that pages lie in them");
                    return Ok(false);
                }
                Err(error) => return Err(error).doing(|| format!("the folder {id}")),
            };
            if !self.is_new(number) {
                break;
            }
            let above = folder.ancestors.as_ref().and_then(|above| above.last());
            let mut fields = Fields::default();
            let title = folder.title.clone().unwrap_or_default();
            fields.text(Field::Title, Some(&title));
            fields.value(Field::Space, space);
            fields.value(Field::Status, folder.status.as_deref().unwrap_or("current"));
            fields.creation(&folder);
            fields.version(folder.version.as_ref());
            fields.0.push((Field::Folder, FoundValue::Value(Value::Flag(true))));
            if above.is_none_or(|above| matches!(above.kind.as_deref(), None | Some("page" | "folder"))) {
                fields.content(Field::Parent, above.and_then(|above| above.id.number()));
            }
            next = above.filter(|above| above.kind.as_deref() == Some("folder")).map(|above| above.id.to_string());
            let name = vec!["page".to_owned(), space.to_owned(), title];
            let (kind, holder) = (Kind::Page, Holder::None);
            self.push(Found { kind, id: Some(number), holder, name, aside: None, fields: fields.0 });
        }
        Ok(true)
    }
}
