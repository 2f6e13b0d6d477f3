//! Lists that come in pages. The end of a list is the absence of a link to the rest; a short page is not the last (docs/confluence.md, R9).

use std::collections::HashSet;

use reqwest::Url;
use serde::de::DeserializeOwned;

use super::answers::content::{Content, Label};
use super::answers::space::{Space, SpacePermission, Template};
use super::answers::user::{Group, User};
use super::answers::{Id, List};
use super::transport::Answer;
use super::{Client, ClientError};

/// Pages in a row that bring nothing new before a list counts as endless.
const IDLE_PAGES_MAX: u32 = 100;

/// Something that lists hold.
pub trait Listed {
    /// By what it is recognised when it comes twice; `None` where nothing serves.
    fn identity(&self) -> Option<String>;

    /// The people that it names.
    fn people(&mut self) -> Vec<&mut User> {
        Vec::new()
    }
}

impl Listed for Content {
    fn identity(&self) -> Option<String> {
        Some(self.id.number().map_or_else(|| self.id.to_string(), |number| number.to_string()))
    }

    fn people(&mut self) -> Vec<&mut User> {
        let made = self.history.as_mut().and_then(|history| history.created_by.as_mut()?.as_mut());
        let changed = self.version.as_mut().and_then(|version| version.by.as_mut()?.as_mut());
        made.into_iter().chain(changed).collect()
    }
}

impl Listed for Space {
    fn identity(&self) -> Option<String> {
        Some(self.key.clone())
    }

    fn people(&mut self) -> Vec<&mut User> {
        self.creator.iter_mut().flatten().collect()
    }
}

impl Listed for Label {
    fn identity(&self) -> Option<String> {
        Some(format!("{}:{}", self.prefix.as_deref().unwrap_or_default(), self.name))
    }
}

impl Listed for User {
    fn identity(&self) -> Option<String> {
        self.name_or_key().map(str::to_owned)
    }
}

impl Listed for Group {
    fn identity(&self) -> Option<String> {
        Some(self.name.clone())
    }
}

impl Listed for SpacePermission {
    fn identity(&self) -> Option<String> {
        None
    }
}

impl Listed for Template {
    fn identity(&self) -> Option<String> {
        self.template_id.as_ref().map(Id::to_string)
    }
}

/// A list, read page by page. What comes twice is given once.
#[derive(Debug)]
pub struct Pager<T> {
    client: Client,
    next: Option<Url>,
    /// Asked instead where the first request is answered with 404.
    instead: Option<Url>,
    limit: u32,
    asked: HashSet<String>,
    seen: HashSet<String>,
    idle: u32,
    dropped: u64,
    decode: fn(&Answer) -> Result<List<T>, ClientError>,
    /// Whether members that look alike are members all the same.
    repeats: bool,
}

impl<T: DeserializeOwned + Listed> Pager<T> {
    pub(super) fn new(client: Client, first: Url, instead: Option<Url>, limit: u32) -> Self {
        Self::shaped(client, first, instead, limit, Answer::json)
    }

    /// A list whose pages are understood in a way of their own.
    pub(super) fn shaped(
        client: Client,
        first: Url,
        instead: Option<Url>,
        limit: u32,
        decode: fn(&Answer) -> Result<List<T>, ClientError>,
    ) -> Self {
        let (asked, seen) = (HashSet::new(), HashSet::new());
        Self {
            client,
            next: Some(first),
            instead,
            limit: limit.max(1),
            asked,
            seen,
            idle: 0,
            dropped: 0,
            decode,
            repeats: false,
        }
    }

    /// Members that look alike are members all the same: the versions of one content, which have its id.
    pub(super) fn repeats(&mut self) {
        self.repeats = true;
    }

    /// The next page, without what came before; it can be empty. `None` at the end.
    ///
    /// # Errors
    /// A page that can't be had even when it is made short, or a list that doesn't move forward.
    pub async fn next(&mut self) -> Result<Option<Vec<T>>, ClientError> {
        let Some(url) = self.next.take() else { return Ok(None) };
        if !self.asked.insert(without_limit(&url)) {
            return Err(self.endless(&url, "its link to the rest leads back to a part that was read before"));
        }
        let (page, url) = self.page(url).await?;
        self.next = match (&page.links.next, &page.next_cursor) {
            (Some(link), _) if !link.is_empty() => Some(self.client.rehome(link)?),
            (_, Some(cursor)) if !cursor.is_empty() => Some(with(&url, "cursor", cursor)),
            _ => None,
        };
        let all = page.results.len();
        let (seen, repeats) = (&mut self.seen, self.repeats);
        let fresh: Vec<T> = page
            .results
            .into_iter()
            .filter(|one| repeats || one.identity().is_none_or(|identity| seen.insert(identity)))
            .collect();
        self.dropped += (all - fresh.len()) as u64;
        self.idle = if fresh.is_empty() { self.idle + 1 } else { 0 };
        if self.idle > IDLE_PAGES_MAX {
            return Err(self.endless(&url, "page after page brings nothing new"));
        }
        Ok(Some(fresh))
    }

    /// The whole list.
    ///
    /// # Errors
    /// As [`Self::next`].
    pub async fn all(mut self) -> Result<Vec<T>, ClientError> {
        let mut all = Vec::new();
        while let Some(page) = self.next().await? {
            all.extend(page);
        }
        Ok(all)
    }

    /// How many members came twice and were dropped: a list that moves while it is read.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// One page, with half as many members as long as it is too much for the server.
    async fn page(&mut self, mut url: Url) -> Result<(List<T>, Url), ClientError> {
        loop {
            let mut call = self.client.get(with(&url, "limit", &self.limit.to_string()));
            call.retry_500 = self.limit == 1;
            let page = self.client.send(&call).await.and_then(|answer| (self.decode)(&answer));
            match page {
                Ok(mut page) => {
                    self.instead = None;
                    if self.client.is_cloud() {
                        let people = page.results.iter_mut().flat_map(Listed::people).collect();
                        self.client.name_people(people).await?;
                    }
                    return Ok((page, url));
                }
                Err(error) if error.is_not_found() => match self.instead.take() {
                    Some(instead) => url = instead,
                    None => return Err(error),
                },
                Err(error) if error.may_be_too_much() && self.limit > 1 => self.limit /= 2,
                Err(error) => return Err(error),
            }
        }
    }

    fn endless(&self, url: &Url, problem: &'static str) -> ClientError {
        ClientError::Endless { at: self.client.at(&self.client.get(url.clone()), 1), problem }
    }
}

fn without_limit(url: &Url) -> String {
    let mut pairs: Vec<String> =
        url.query_pairs().filter(|(name, _)| name != "limit").map(|(name, value)| format!("{name}={value}")).collect();
    pairs.sort();
    format!("{}?{}", url.path(), pairs.join("&"))
}

/// The address with one parameter of its query set.
pub(super) fn with(url: &Url, name: &str, value: &str) -> Url {
    let mut out = url.clone();
    out.query_pairs_mut()
        .clear()
        .extend_pairs(url.query_pairs().filter(|(other, _)| other != name))
        .append_pair(name, value);
    out
}
