//! What is asked of Cloud: its REST v2, and v1 for what v2 lacks (docs/confluence.md, R60 to R67). The answers come in Data Center's types, so that
//! whoever reads a Confluence need not know which edition it is.
//!
//! v2 names people by account id alone. They get the name that the record of v1 has for them, or keep the id: as packages of Cloud do.

mod answers;
mod people;

use super::answers::List;
use super::answers::content::{Content, Label};
use super::answers::space::{Space, SpacePermission};
use super::transport::Answer;
use super::{Client, ClientError, Pager, Status};
use answers::{Piece, PieceVersion, SpaceOfV2};

/// What sort of content a request is about. Data Center's paths don't need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Sort {
    /// A page.
    Page,
    /// A blog post.
    BlogPost,
    /// A comment below a page.
    FooterComment,
    /// A comment on words of a page.
    InlineComment,
    /// An attachment.
    Attachment,
}

impl Sort {
    /// The word in Data Center's answers.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::BlogPost => "blogpost",
            Self::FooterComment | Self::InlineComment => "comment",
            Self::Attachment => "attachment",
        }
    }

    /// The word in Cloud's paths.
    const fn path(self) -> &'static str {
        match self {
            Self::Page => "pages",
            Self::BlogPost => "blogposts",
            Self::FooterComment => "footer-comments",
            Self::InlineComment => "inline-comments",
            Self::Attachment => "attachments",
        }
    }
}

const STORAGE: (&str, &str) = ("body-format", "storage");

type Decoded<T> = Result<List<T>, ClientError>;

fn pieces(answer: &Answer, sort: Sort) -> Decoded<Content> {
    Ok(answer.json::<List<Piece>>()?.map(|piece| piece.content(sort)))
}

/// How a page of a list of this sort is understood.
const fn decoder(sort: Sort) -> fn(&Answer) -> Decoded<Content> {
    match sort {
        Sort::Page => |answer| pieces(answer, Sort::Page),
        Sort::BlogPost => |answer| pieces(answer, Sort::BlogPost),
        Sort::FooterComment => |answer| pieces(answer, Sort::FooterComment),
        Sort::InlineComment => |answer| pieces(answer, Sort::InlineComment),
        Sort::Attachment => |answer| pieces(answer, Sort::Attachment),
    }
}

const fn decoder_of_versions(sort: Sort) -> fn(&Answer) -> Decoded<Content> {
    fn versions(answer: &Answer, sort: Sort) -> Decoded<Content> {
        Ok(answer.json::<List<PieceVersion>>()?.map(|version| version.content(sort, "0")))
    }
    match sort {
        Sort::Page => |answer| versions(answer, Sort::Page),
        Sort::BlogPost => |answer| versions(answer, Sort::BlogPost),
        Sort::FooterComment => |answer| versions(answer, Sort::FooterComment),
        Sort::InlineComment => |answer| versions(answer, Sort::InlineComment),
        Sort::Attachment => |answer| versions(answer, Sort::Attachment),
    }
}

impl Client {
    /// A list of v2 below `api/v2`.
    fn v2<T>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        decode: fn(&Answer) -> Decoded<T>,
    ) -> Result<Pager<T>, ClientError>
    where
        T: serde::de::DeserializeOwned + super::Listed,
    {
        let url = self.url(["api", "v2"].into_iter().chain(path.iter().copied()), query)?;
        let settings = self.settings();
        let with_texts = query.contains(&STORAGE);
        let limit = if with_texts { settings.page_with_texts } else { settings.page_without_texts };
        Ok(Pager::shaped(self.clone(), url, None, limit, decode))
    }

    pub(super) fn cloud_spaces(&self, kind: Option<&str>, status: Status) -> Result<Pager<Space>, ClientError> {
        let mut query = vec![("status", status.word()), ("description-format", "plain")];
        query.extend(kind.map(|kind| ("type", kind)));
        self.v2(&["spaces"], &query, |answer| Ok(answer.json::<List<SpaceOfV2>>()?.map(Space::from)))
    }

    pub(super) fn cloud_contents(
        &self,
        space: &str,
        sort: Sort,
        status: Status,
        texts: bool,
    ) -> Result<Pager<Content>, ClientError> {
        let query = [("status", status.word()), STORAGE];
        let query = if texts { query.as_slice() } else { query.get(..1).unwrap_or_default() };
        self.v2(&["spaces", space, sort.path()], query, decoder(sort))
    }

    pub(super) async fn cloud_content(&self, sort: Sort, id: &str) -> Result<Content, ClientError> {
        let piece: Piece = self.ask(&self.get(self.url(["api", "v2", sort.path(), id], &[STORAGE])?)).await?;
        let mut content = piece.content(sort);
        self.name_people(super::Listed::people(&mut content)).await?;
        Ok(content)
    }

    /// A folder, as a page without a text. Only Cloud has folders.
    ///
    /// # Errors
    /// As any request.
    pub async fn folder(&self, id: &str) -> Result<Content, ClientError> {
        let piece: Piece = self.ask(&self.get(self.url(["api", "v2", "folders", id], &[])?)).await?;
        let mut content = piece.content(Sort::Page);
        self.name_people(super::Listed::people(&mut content)).await?;
        Ok(content)
    }

    /// The comments on Cloud's content that answer none, of one place: [`Sort::FooterComment`] or [`Sort::InlineComment`].
    ///
    /// # Errors
    /// As [`Self::spaces`].
    pub fn first_comments(&self, holder: Sort, id: &str, place: Sort) -> Result<Pager<Content>, ClientError> {
        self.v2(&[holder.path(), id, place.path()], &[STORAGE], decoder(place))
    }

    /// The comments that answer one of Cloud's.
    ///
    /// # Errors
    /// As [`Self::spaces`].
    pub fn replies(&self, place: Sort, id: &str) -> Result<Pager<Content>, ClientError> {
        self.v2(&[place.path(), id, "children"], &[STORAGE], decoder(place))
    }

    /// The permissions of a space: v1's record of it is the only place where Cloud also shows those of anonymous callers (R67).
    pub(super) async fn cloud_permissions(&self, key: &str) -> Result<Vec<SpacePermission>, ClientError> {
        let call = self.get(self.url(["rest", "api", "space", key], &[("expand", "permissions")])?);
        let space: Space = self.ask(&call).await?;
        let mut all = space.permissions.ok_or_else(|| ClientError::Shape {
            at: self.at(&call, 1),
            problem: "it shows no permissions although they were asked for".to_owned(),
        })?;
        let subjects = all.iter_mut().filter_map(|grant| grant.subjects.as_mut()?.user.as_mut());
        self.name_people(subjects.flat_map(|list| list.results.iter_mut()).collect()).await?;
        Ok(all)
    }

    pub(super) fn cloud_attachments(&self, holder: Sort, id: &str) -> Result<Pager<Content>, ClientError> {
        self.v2(&[holder.path(), id, "attachments"], &[], decoder(Sort::Attachment))
    }

    pub(super) async fn cloud_labels(&self, holder: Sort, id: &str) -> Result<Vec<Label>, ClientError> {
        self.v2(&[holder.path(), id, "labels"], &[], Answer::json::<List<Label>>)?.all().await
    }

    /// The labels of a space of Cloud itself.
    ///
    /// # Errors
    /// As any request.
    pub async fn space_labels(&self, id: &str) -> Result<Vec<Label>, ClientError> {
        self.v2(&["spaces", id, "labels"], &[], Answer::json::<List<Label>>)?.all().await
    }

    /// All versions of some content of Cloud, the current one included, with their texts but for attachments.
    ///
    /// # Errors
    /// As [`Self::spaces`].
    pub fn versions_of(&self, sort: Sort, id: &str) -> Result<Pager<Content>, ClientError> {
        let query = [STORAGE];
        let query = if sort == Sort::Attachment { &[] } else { query.as_slice() };
        let mut pager = self.v2(&[sort.path(), id, "versions"], query, decoder_of_versions(sort))?;
        pager.repeats();
        Ok(pager)
    }
}
