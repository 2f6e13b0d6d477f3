//! What a capture says of itself: what changed while it ran, and whether its account sees what is restricted to others.

use std::collections::{BTreeSet, HashMap};

use super::contents::LISTS;
use super::spaces::Home;
use super::{Doing as _, ObserveError, Observer, lock};
use crate::confluence::{Content, Edition, Status, User};
use crate::model::{
    AttachmentDepth, CaptureRecord, InFlux, InFluxItem, Item, Key, Kind, Moved, Scope, SeesRestricted, Sight, count,
};
use crate::reading::{ReadError, Reading};

/// The group whose members see everything on Data Center (docs/confluence.md, R31).
const SUPER_GROUP: &str = "confluence-administrators";

/// Minutes that are looked back further than the capture lasted: clocks differ, and a search index lags.
const MARGIN: i64 = 2;

/// What is known of the account that reads.
#[derive(Debug, Clone)]
pub(super) struct Account {
    /// Its name, as restrictions name it.
    pub(super) name: String,
    /// The groups that it is in, where that can be asked.
    groups: Option<BTreeSet<String>>,
}

impl Observer<'_> {
    /// Asks what is to be known of the account.
    pub(super) async fn account(&self, user: &User) -> Result<Account, ObserveError> {
        let groups = match self.client.groups_of(user).await {
            Ok(groups) => Some(groups.into_iter().map(|group| group.name).collect()),
            Err(error) if error.is_not_shown() || error.status() == Some(401) => None,
            Err(error) => return Err(error).doing(|| "the groups of the account".to_owned()),
        };
        Ok(Account { name: user.name_or_key().unwrap_or_default().to_owned(), groups })
    }

    /// How many pages, blog posts, comments and attachments there are, by the search: an estimate for the progress and for nothing else.
    pub(super) async fn estimate(&self) -> Option<u64> {
        let query = format!("type in (page, blogpost, comment, attachment){}", self.within());
        self.client.search_total(&query).await
    }

    /// The spaces in scope, in the language of searches.
    fn within(&self) -> String {
        match self.scope {
            Scope::Spaces(keys) => {
                let keys: Vec<String> =
                    keys.iter().map(|key| format!("\"{}\"", key.replace(['"', '\\'], ""))).collect();
                format!(" and space in ({})", keys.join(", "))
            }
            Scope::Site | Scope::Unknown => String::new(),
        }
    }

    /// Looks again at the versions of all pages and blog posts, and at what a search finds of comments and attachments.
    pub(super) async fn in_flux(&self, spaces: &[Home], began: &str) -> Result<InFlux, ObserveError> {
        let mut seen = std::mem::take(&mut *lock(&self.versions_seen));
        let mut items = Vec::new();
        let mut lists = Vec::new();
        for space in spaces {
            lists.extend(LISTS.iter().map(|(sort, kind, status)| async move {
                let what = || format!("the {} {} of the space {} once more", status.word(), kind.noun(2), space.key);
                let mut pager = self.client.contents(space.query(*sort, *status, "version")).doing(what)?;
                let mut all = Vec::new();
                loop {
                    match pager.next().await {
                        Ok(Some(page)) => {
                            let shown = page.into_iter().filter(|content| is_of(content, *status));
                            all.extend(shown.filter_map(|content| met(&space.key, *kind, *status, &content)));
                        }
                        Ok(None) => break Ok(all),
                        Err(error) if *status != Status::Current && error.is_not_shown() => break Ok(all),
                        Err(error) => break Err(error).doing(what),
                    }
                }
            }));
        }
        for met in self.each(lists).await?.into_iter().flatten() {
            let what = match seen.remove(&met.id) {
                Some(version) if version == met.version => continue,
                Some(_) => Moved::Changed,
                None => Moved::New,
            };
            items.push(InFluxItem { id: met.id, key: Some(met.key), what });
        }
        items.extend(seen.into_keys().map(|id| InFluxItem { id, key: None, what: Moved::Gone }));
        let mut flux = InFlux::default();
        self.searched(began, &mut items, &mut flux).await?;
        items.sort();
        items.dedup_by_key(|item| item.id);
        flux.total = items.len() as u64;
        items.truncate(InFlux::NAMED);
        flux.items = items;
        Ok(flux)
    }

    /// Comments and attachments have no list of their own: a search finds those that were changed lately.
    async fn searched(&self, began: &str, items: &mut Vec<InFluxItem>, flux: &mut InFlux) -> Result<(), ObserveError> {
        let now = self.ctx.clock.now();
        let minutes = began.parse::<jiff::Timestamp>().map_or(0, |began| now.duration_since(began).as_secs() / 60);
        // A span, since dates would be in the zone of the account.
        let since = format!("lastmodified >= now(\"-{}m\")", minutes.max(0) + MARGIN);
        let query = format!("type in (comment, attachment) and {since}{}", self.within());
        match self.client.search(&query).await {
            Ok(found) => {
                let found = found.into_iter().filter_map(|content| content.id.number());
                items.extend(found.map(|id| InFluxItem { id, key: None, what: Moved::Changed }));
            }
            Err(error) if error.is_not_shown() || error.status() == Some(401) => {
                let status = error.status().unwrap_or_default();
                flux.not_looked.push(format!("comments and attachments: the search refused (HTTP status {status})"));
            }
            Err(error) => return Err(error).doing(|| "what was changed meanwhile".to_owned()),
        }
        Ok(())
    }
}

/// Whether a list of this state shows what it should.
fn is_of(content: &Content, status: Status) -> bool {
    content.status.as_deref().is_none_or(|shown| shown == status.word())
}

/// A page or blog post that was met again.
struct Met {
    id: u64,
    version: u64,
    key: Key,
}

fn met(space: &str, kind: Kind, status: Status, content: &Content) -> Option<Met> {
    let version = content.version.as_ref().and_then(|version| version.number).unwrap_or(1);
    let mut key = vec![kind.name().to_owned(), space.to_owned(), content.title.clone().unwrap_or_default()];
    if status == Status::Trashed {
        key.push("trashed".to_owned());
    }
    Some(Met { id: content.id.number()?, version, key: Key::new(key) })
}

/// What a record says, as blind spots that every report shows.
pub(super) fn spots(record: &CaptureRecord) -> Vec<String> {
    let mut spots = Vec::new();
    if record.sees_restricted.answer != Sight::Proven {
        spots.push(format!("content restricted to others, which may be missing: {}", record.sees_restricted.how));
    }
    let flux = &record.in_flux;
    if flux.total > 0 {
        let pieces = if flux.total == 1 { "piece" } else { "pieces" };
        spots.push(format!(
            "{} {pieces} of content changed while it was captured; its header names them",
            count(flux.total)
        ));
    }
    spots.extend(flux.not_looked.iter().map(|what| format!("changes while it was captured, of {what}")));
    if record.attachments != AttachmentDepth::Hash {
        spots.push(format!("bytes of attachments: it was captured with --attachments {}", record.attachments.word()));
    }
    spots
}

/// Gives the keys of what is gone, and the whole keys of blog posts, by what was captured of them.
pub(super) fn name(flux: &mut InFlux, reading: &Reading) -> Result<(), ReadError> {
    let mut wanted: HashMap<u64, &mut InFluxItem> = flux.items.iter_mut().map(|item| (item.id, item)).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    for kind in Kind::ALL.into_iter().filter(|kind| kind.is_content()) {
        for item in reading.items(kind) {
            let item = item?;
            if let Some(named) = item.id.and_then(|id| wanted.remove(&id)) {
                named.key = Some(item.key);
            }
        }
    }
    Ok(())
}

/// Whether the account sees what is restricted to others: by its groups, or by an example of it in what it read.
pub(super) fn sees_restricted(
    account: &Account,
    edition: Edition,
    reading: &Reading,
) -> Result<SeesRestricted, ReadError> {
    let is_super = |groups: &BTreeSet<String>| groups.contains(SUPER_GROUP);
    let told = |answer, how: String| Ok(SeesRestricted { answer, how });
    if edition == Edition::DataCenter && account.groups.as_ref().is_some_and(is_super) {
        return told(Sight::Proven, format!("the account is in the group {SUPER_GROUP}, from which nothing is hidden"));
    }
    if let Some(id) = example(account, reading)? {
        return told(Sight::Proven, format!("content {id} was read, and is restricted to others than the account"));
    }
    match (edition, &account.groups) {
        (Edition::DataCenter, Some(_)) => told(
            Sight::Denied,
            format!("the account is not in the group {SUPER_GROUP}: what is restricted to others is hidden"),
        ),
        (Edition::DataCenter, None) => told(
            Sight::Unknown,
            "the server does not tell the groups of the account, and nothing that was read is restricted to others"
                .to_owned(),
        ),
        (Edition::Cloud, _) => told(
            Sight::Unknown,
            "Cloud hides what is restricted to others from administrators too, and nothing that was read is".to_owned(),
        ),
    }
}

/// Content that was read although its view restrictions name others alone. Without the groups of the account nothing is an example that names a group.
fn example(account: &Account, reading: &Reading) -> Result<Option<u64>, ReadError> {
    let mut current: Option<(Key, bool)> = None;
    for item in reading.items(Kind::Restriction) {
        let Some((holder, meant)) = view(account, &item?) else { continue };
        current = match current.take() {
            Some((known, before)) if known == holder => Some((known, before || meant)),
            Some((known, false)) => {
                if let Some(id) = id_of(reading, &known)? {
                    return Ok(Some(id));
                }
                Some((holder, meant))
            }
            _ => Some((holder, meant)),
        };
    }
    match current {
        Some((known, false)) => id_of(reading, &known),
        _ => Ok(None),
    }
}

/// What a view restriction is on, and whether it may let the account through.
fn view(account: &Account, item: &Item) -> Option<(Key, bool)> {
    let segments = item.key.segments();
    let at = segments.iter().rposition(|segment| segment == "restriction")?;
    let [_, operation, subject, name, ..] = segments.get(at..)? else { return None };
    if operation != "read" || item.aside.is_some() {
        return None;
    }
    let meant = match subject.as_str() {
        "group" => account.groups.as_ref().is_none_or(|groups| groups.contains(name)),
        _ => name.eq_ignore_ascii_case(&account.name),
    };
    Some((Key::new(segments.get(..at)?.iter().cloned()), meant))
}

fn id_of(reading: &Reading, key: &Key) -> Result<Option<u64>, ReadError> {
    for kind in [Kind::Page, Kind::BlogPost] {
        if let Some(item) = reading.get(kind, key)? {
            return Ok(item.id);
        }
    }
    Ok(None)
}
