//! What is asked about spaces, content and people.

use reqwest::Url;

use super::answers::List;
use super::answers::content::{Content, Label, Restrictions, Subjects};
use super::answers::restore::JobScope;
use super::answers::space::{Space, SpacePermission, Template};
use super::answers::user::{Group, User};
use super::{Client, ClientError, Download, Pager, Sort};
use crate::model::{Digest, Hasher};

/// The state of content or of a space, as a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Live.
    Current,
    /// Archived.
    Archived,
    /// In the trash.
    Trashed,
}

impl Status {
    /// The word in requests and answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Archived => "archived",
            Self::Trashed => "trashed",
        }
    }
}

/// Which content of a space is asked for.
#[derive(Debug, Clone, Copy)]
pub struct ContentQuery<'a> {
    /// Key of the space.
    pub space: &'a str,
    /// Its id, by which Cloud alone lists content.
    pub space_id: Option<&'a str>,
    /// [`Sort::Page`] or [`Sort::BlogPost`].
    pub sort: Sort,
    /// In which state.
    pub status: Status,
    /// What is to be expanded, separated by commas. Cloud knows `body.storage` alone.
    pub expand: &'a str,
}

/// Whether texts are among what is to be expanded.
fn has_texts(expand: &str) -> bool {
    expand.split(',').any(|part| part == "body.storage")
}

const BY_OPERATION: &str =
    "read.restrictions.user,read.restrictions.group,update.restrictions.user,update.restrictions.group";

impl Client {
    fn listed<T: serde::de::DeserializeOwned + super::Listed>(&self, first: Url, limit: u32) -> Pager<T> {
        Pager::new(self.clone(), first, None, limit)
    }

    /// The spaces of a type (all types where it is `None`) and state.
    ///
    /// # Errors
    /// An address that can't be made; the pager gives the others.
    pub fn spaces(&self, kind: Option<&str>, status: Status, expand: &str) -> Result<Pager<Space>, ClientError> {
        if self.is_cloud() {
            return self.cloud_spaces(kind, status);
        }
        let mut query = vec![("status", status.word()), ("expand", expand)];
        query.extend(kind.map(|kind| ("type", kind)));
        Ok(self.listed(self.url(["rest", "api", "space"], &query)?, self.settings().page_without_texts))
    }

    /// The pages or blog posts of a space. Pages are scanned (7.18 and later), or listed where the server can't.
    ///
    /// # Errors
    /// As [`Self::spaces`].
    pub fn contents(&self, of: ContentQuery<'_>) -> Result<Pager<Content>, ClientError> {
        let texts = has_texts(of.expand);
        if self.is_cloud() {
            return self.cloud_contents(of.space_id.unwrap_or_default(), of.sort, of.status, texts);
        }
        let common = [("spaceKey", of.space), ("status", of.status.word()), ("expand", of.expand)];
        let listed =
            self.url(["rest", "api", "content"], &[common.as_slice(), &[("type", of.sort.kind())]].concat())?;
        let settings = self.settings();
        let limit = if texts { settings.page_with_texts } else { settings.page_without_texts };
        if of.sort != Sort::Page || of.status != Status::Current {
            return Ok(self.listed(listed, limit));
        }
        let scanned = self.url(["rest", "api", "content", "scan"], &common)?;
        Ok(Pager::new(self.clone(), scanned, Some(listed), limit))
    }

    /// One content by its id.
    ///
    /// # Errors
    /// As any request.
    pub async fn content(&self, id: &str, expand: &str) -> Result<Content, ClientError> {
        self.ask(&self.get(self.url(["rest", "api", "content", id], &[("expand", expand)])?)).await
    }

    /// One content of a known sort by its id, of either edition; Cloud gives its text, whatever is to be expanded.
    ///
    /// # Errors
    /// As any request.
    pub async fn one(&self, sort: Sort, id: &str, expand: &str) -> Result<Content, ClientError> {
        if self.is_cloud() { self.cloud_content(sort, id).await } else { self.content(id, expand).await }
    }

    /// An older version of a content. 404 where there is no version of this number.
    ///
    /// # Errors
    /// As any request.
    pub async fn version(&self, id: &str, number: u64, expand: &str) -> Result<Content, ClientError> {
        let number = number.to_string();
        let query = [("status", "historical"), ("version", number.as_str()), ("expand", expand)];
        self.ask(&self.get(self.url(["rest", "api", "content", id], &query)?)).await
    }

    /// The numbers of the versions that a content has, the current one included; `None` where the server has no such list.
    ///
    /// # Errors
    /// As any request.
    pub async fn version_numbers(&self, id: &str) -> Result<Option<Vec<u64>>, ClientError> {
        let url = self.url(["rest", "experimental", "content", id, "version"], &[])?;
        match self.listed::<VersionEntry>(url, self.settings().page_without_texts).all().await {
            Ok(all) => Ok(Some(all.into_iter().map(|entry| entry.number).collect())),
            Err(error) if error.is_not_shown() || matches!(error, ClientError::Shape { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// All comments on a page, blog post or attachment: footer, inline, resolved, and replies.
    ///
    /// # Errors
    /// As [`Self::spaces`].
    pub fn comments(&self, id: &str, expand: &str) -> Result<Pager<Content>, ClientError> {
        let places = ["footer", "inline", "resolved"].map(|place| ("location", place));
        let query = [[("depth", "all"), ("expand", expand)].as_slice(), &places].concat();
        let url = self.url(["rest", "api", "content", id, "child", "comment"], &query)?;
        Ok(self.listed(url, self.settings().page_with_texts))
    }

    /// The attachments of a content.
    ///
    /// # Errors
    /// As [`Self::spaces`].
    pub fn attachments(&self, holder: Sort, id: &str, expand: &str) -> Result<Pager<Content>, ClientError> {
        if self.is_cloud() {
            return self.cloud_attachments(holder, id);
        }
        let url = self.url(["rest", "api", "content", id, "child", "attachment"], &[("expand", expand)])?;
        Ok(self.listed(url, self.settings().page_without_texts))
    }

    /// All labels of a content.
    ///
    /// # Errors
    /// As any request.
    pub async fn labels(&self, holder: Sort, id: &str) -> Result<Vec<Label>, ClientError> {
        if self.is_cloud() {
            return self.cloud_labels(holder, id).await;
        }
        let url = self.url(["rest", "api", "content", id, "label"], &[])?;
        self.listed(url, self.settings().page_without_texts).all().await
    }

    /// The restrictions of a content, each list read to its end.
    ///
    /// # Errors
    /// As any request; an answer that still shows no users and groups.
    pub async fn restrictions(&self, id: &str) -> Result<Restrictions, ClientError> {
        let path = ["rest", "api", "content", id, "restriction", "byOperation"];
        let mut all: Restrictions = self.ask(&self.get(self.url(path, &[("expand", BY_OPERATION)])?)).await?;
        for (operation, found) in [("read", &mut all.read), ("update", &mut all.update)] {
            let subjects = found.as_mut().and_then(|restriction| restriction.restrictions.as_mut());
            if let Some(subjects) = subjects {
                self.complete(id, operation, subjects).await?;
            }
        }
        Ok(all)
    }

    /// Reads the rest of lists of users and groups that were cut off.
    async fn complete(&self, id: &str, operation: &str, subjects: &mut Subjects) -> Result<(), ClientError> {
        let path = ["rest", "api", "content", id, "restriction", "byOperation", operation];
        loop {
            let (users, groups) = (subjects.user.as_ref(), subjects.group.as_ref());
            if !users.is_some_and(List::may_be_cut) && !groups.is_some_and(List::may_be_cut) {
                return Ok(());
            }
            // Both lists go on at one place; the shorter one is read again from there, and what comes twice counts once.
            let known = [users.map(|list| list.results.len()), groups.map(|list| list.results.len())];
            let cut = [users.is_some_and(List::may_be_cut), groups.is_some_and(List::may_be_cut)];
            let start =
                known.into_iter().zip(cut).filter(|(_, cut)| *cut).filter_map(|(known, _)| known).min().unwrap_or(0);
            let start = start.to_string();
            let query =
                [("expand", "restrictions.user,restrictions.group"), ("start", start.as_str()), ("limit", "200")];
            let call = self.get(self.url(path, &query)?);
            let more: super::Restriction = self.ask(&call).await?;
            let more = more.restrictions.ok_or_else(|| ClientError::Shape {
                at: self.at(&call, 1),
                problem: "it shows no restrictions although they were asked for".to_owned(),
            })?;
            merge(&mut subjects.user, more.user);
            merge(&mut subjects.group, more.group);
        }
    }

    /// The permissions of a space. Versions before 9.1 don't show them (docs/confluence.md, R16).
    ///
    /// # Errors
    /// As any request.
    pub async fn space_permissions(&self, key: &str) -> Result<Vec<SpacePermission>, ClientError> {
        if self.is_cloud() {
            return self.cloud_permissions(key).await;
        }
        let url = self.url(["rest", "api", "space", key, "permissions"], &[])?;
        let first: serde_json::Value = self.ask(&self.get(url.clone())).await?;
        if first.is_array() {
            let at = self.at(&self.get(url), 1);
            return serde_json::from_value(first)
                .map_err(|error| ClientError::Shape { at, problem: super::error::visible(&error.to_string()) });
        }
        self.listed(url, self.settings().page_without_texts).all().await
    }

    /// The page templates of a space, or of the site. Data Center is not known to show them.
    ///
    /// # Errors
    /// As any request.
    pub async fn templates(&self, space: Option<&str>) -> Result<Vec<Template>, ClientError> {
        let mut query = vec![("expand", "body")];
        query.extend(space.map(|key| ("spaceKey", key)));
        self.listed(self.url(["rest", "api", "template", "page"], &query)?, self.settings().page_with_texts).all().await
    }

    /// The user accounts (8.6 and later).
    ///
    /// # Errors
    /// As any request.
    pub async fn users(&self) -> Result<Vec<User>, ClientError> {
        let url = self.url(["rest", "api", "user", "list"], &[("expand", "status")])?;
        self.listed(url, self.settings().page_without_texts).all().await
    }

    /// The user of a key.
    ///
    /// # Errors
    /// As any request; 404 where nobody has it.
    pub async fn user_by_key(&self, key: &str) -> Result<User, ClientError> {
        self.ask(&self.get(self.url(["rest", "api", "user"], &[("key", key)])?)).await
    }

    /// The content that a search finds. Its index can lag, or lack what a restore skipped: no list of all there is.
    ///
    /// # Errors
    /// As any request.
    pub async fn search(&self, query: &str) -> Result<Vec<Content>, ClientError> {
        let url = self.url(["rest", "api", "content", "search"], &[("cql", query)])?;
        self.listed(url, self.settings().page_without_texts).all().await
    }

    /// How much a search finds; on Cloud an estimate. `None` where the server doesn't say.
    pub async fn search_total(&self, query: &str) -> Option<u64> {
        #[derive(serde::Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Total {
            total_size: u64,
        }
        let call = self.get(self.url(["rest", "api", "search"], &[("cql", query), ("limit", "1")]).ok()?);
        Some(self.ask::<Total>(&call).await.ok()?.total_size)
    }

    /// The groups that a user is in.
    ///
    /// # Errors
    /// As any request.
    pub async fn groups_of(&self, user: &User) -> Result<Vec<Group>, ClientError> {
        let by = match (user.name(), &user.account_id, &user.user_key) {
            (Some(name), ..) => ("username", name),
            (None, Some(id), _) => ("accountId", id.as_str()),
            (None, None, key) => ("key", key.as_deref().unwrap_or_default()),
        };
        let url = self.url(["rest", "api", "user", "memberof"], &[by])?;
        self.listed(url, self.settings().page_without_texts).all().await
    }

    /// The groups.
    ///
    /// # Errors
    /// As any request.
    pub async fn groups(&self) -> Result<Vec<Group>, ClientError> {
        self.listed(self.url(["rest", "api", "group"], &[])?, self.settings().page_without_texts).all().await
    }

    /// The members of a group.
    ///
    /// # Errors
    /// As any request.
    pub async fn members(&self, group: &Group) -> Result<Vec<User>, ClientError> {
        let url = match &group.id {
            Some(id) if self.is_cloud() => self.url(["rest", "api", "group", id, "membersByGroupId"], &[])?,
            _ => self.url(["rest", "api", "group", &group.name, "member"], &[])?,
        };
        self.listed(url, self.settings().page_without_texts).all().await
    }

    /// Opens the bytes of an attachment by the link of its record, in another version where a number is given.
    ///
    /// # Errors
    /// As any request; 404 where the server has no file.
    pub async fn download(&self, link: &str, version: Option<u64>) -> Result<Download, ClientError> {
        let mut url = self.rehome(link)?;
        if let Some(version) = version {
            // The other parameters belong to the version that the link is for.
            url.set_query(Some(&format!("version={version}&api=v2")));
        }
        self.open(&self.get(url)).await
    }

    /// Digest and number of the bytes of an attachment, hashed as they stream by; `None` where the server has no file. A download
    /// that breaks off is begun anew.
    ///
    /// # Errors
    /// As any request.
    pub async fn fingerprint(&self, link: &str, version: Option<u64>) -> Result<Option<(Digest, u64)>, ClientError> {
        let mut tries = super::transport::Tries::default();
        loop {
            let error = match self.hash(link, version).await {
                Ok(found) => return Ok(Some(found)),
                Err(error) if error.is_not_found() => return Ok(None),
                // The request itself was tried often enough; only bytes that broke off are asked for again.
                Err(error @ (ClientError::Connection { .. } | ClientError::TimedOut { .. })) => error,
                Err(error) => return Err(error),
            };
            self.wait_or_give_up(&self.get(self.rehome(link)?), &mut tries, error, None).await?;
        }
    }

    async fn hash(&self, link: &str, version: Option<u64>) -> Result<(Digest, u64), ClientError> {
        let mut download = self.download(link, version).await?;
        let (mut hasher, mut length) = (Hasher::default(), 0_u64);
        while let Some(piece) = download.next().await? {
            hasher.update(&piece);
            length += piece.len() as u64;
        }
        Ok((hasher.finish(), length))
    }

    /// The files that the server could restore.
    ///
    /// # Errors
    /// As any request.
    pub async fn restore_files(&self, scope: JobScope) -> Result<Vec<super::RestoreFile>, ClientError> {
        let url = self.url(["rest", "api", "backup-restore", "restore", "files"], &[("jobScope", scope.word())])?;
        self.ask(&self.get(url)).await
    }
}

#[derive(serde::Deserialize)]
struct VersionEntry {
    number: u64,
}

impl super::Listed for VersionEntry {
    fn identity(&self) -> Option<String> {
        Some(self.number.to_string())
    }
}

fn merge<T: PartialEq>(known: &mut Option<List<T>>, more: Option<List<T>>) {
    let (Some(known), Some(more)) = (known, more) else { return };
    let before = known.results.len();
    known.links = more.links.clone();
    (known.limit, known.size) = (more.limit.filter(|limit| more.results.len() as u64 >= *limit), None);
    for one in more.results {
        if !known.results.contains(&one) {
            known.results.push(one);
        }
    }
    if known.results.len() == before {
        // Nothing new: this is the end, whatever the links say.
        (known.limit, known.links.next) = (None, None);
    } else if known.limit.is_some() {
        known.limit = Some(known.results.len() as u64);
    }
}
