//! Pages and blog posts: live, archived and in the trash; their labels and restrictions.

use super::base::{Base, carry};
use super::found::Fields;
use super::sampled::SampleKey;
use super::spaces::Home;
use super::{Doing as _, ObserveError, Observer, reason};
use crate::confluence::{Content, Restriction, Restrictions, Sort, Status, User};
use crate::model::{Field, Kind, wall_clock};
use crate::reading::{Found, Holder};

const EXPAND: &str = "version,history,ancestors,extensions";
const EXPAND_TEXT: &str = ",body.storage";
const EXPAND_LABELS: &str = ",metadata.labels";
const EXPAND_RESTRICTIONS: &str = ",restrictions.read.restrictions.user,restrictions.read.restrictions.group,\
    restrictions.update.restrictions.user,restrictions.update.restrictions.group";

/// Every list of a space's content, and the state that it stands for.
pub(super) const LISTS: [(Sort, Kind, Status); 6] = [
    (Sort::Page, Kind::Page, Status::Current),
    (Sort::BlogPost, Kind::BlogPost, Status::Current),
    (Sort::Page, Kind::Page, Status::Archived),
    (Sort::BlogPost, Kind::BlogPost, Status::Archived),
    (Sort::Page, Kind::Page, Status::Trashed),
    (Sort::BlogPost, Kind::BlogPost, Status::Trashed),
];

/// Content on which more hangs.
#[derive(Debug, Clone)]
pub(super) struct Live {
    /// Its id as requests name it.
    pub(super) id: String,
    /// Its id.
    pub(super) number: u64,
    /// Its version.
    pub(super) version: u64,
    /// When that was made; empty where the answer doesn't say.
    pub(super) edited: String,
    /// What it is.
    pub(super) sort: Sort,
    /// Its record didn't show all labels: they are still to be read.
    pub(super) owes_labels: bool,
    /// The same for restrictions.
    pub(super) owes_restrictions: bool,
    /// Its key, where a sample is drawn by keys.
    pub(super) key: SampleKey,
}

impl Observer<'_> {
    /// Reads the pages and blog posts of the spaces; gives those on which more can hang.
    pub(super) async fn contents(&self, spaces: &[Home]) -> Result<Vec<Live>, ObserveError> {
        let mut lists = Vec::new();
        for space in spaces {
            lists.extend(LISTS.iter().map(|(sort, kind, status)| self.list(space, *sort, *kind, *status)));
        }
        Ok(self.each(lists).await?.into_iter().flatten().collect())
    }

    async fn list(&self, space: &Home, sort: Sort, kind: Kind, status: Status) -> Result<Vec<Live>, ObserveError> {
        let what = || format!("the {} {} of the space {}", status.word(), kind.noun(2), space.key);
        let mut expand = EXPAND.to_owned();
        // What an older manifest knows isn't read again. Only what is current can be read one by one, whatever the version of the server.
        let base = self.base().filter(|base| status == Status::Current && base.has_texts());
        if base.is_none() {
            expand.push_str(EXPAND_TEXT);
        }
        if status != Status::Trashed {
            expand.push_str(if self.needs.has(Kind::Label) { EXPAND_LABELS } else { "" });
            expand.push_str(if self.needs.has(Kind::Restriction) { EXPAND_RESTRICTIONS } else { "" });
        }
        let query = space.query(sort, status, &expand);
        let mut pager = self.client.contents(query).doing(what)?;
        let mut live = Vec::new();
        let mut first = true;
        loop {
            let page = match pager.next().await {
                Ok(Some(page)) => page,
                Ok(None) => break,
                // Only the state can be what the server doesn't know: the space itself was just named by it.
                Err(error) if first && status != Status::Current && matches!(error.status(), Some(400 | 404 | 501)) => {
                    self.blind_spot(format!("{} {}, which this Confluence does not list", status.word(), kind.noun(2)));
                    break;
                }
                Err(error) => return Err(error).doing(what),
            };
            first = false;
            let page = match base {
                Some(base) => self.changed_again(base, sort, page, &(expand.clone() + EXPAND_TEXT)).await?,
                None => page,
            };
            for content in page {
                if content.kind != sort.kind() {
                    let problem = format!("the list holds something of the type {}", content.kind);
                    return Err(ObserveError::Answer { what: what(), problem });
                }
                if content.status.as_deref().is_some_and(|shown| shown != status.word()) {
                    self.blind_spot(format!("{} {}, whose list shows others", status.word(), kind.noun(2)));
                    continue;
                }
                live.extend(self.content(&space.key, sort, kind, status, &content).await?);
            }
        }
        if pager.dropped() > 0 {
            self.ctx.events.say(self.stage, format!("{} came twice and count once: {}", pager.dropped(), what()));
        }
        Ok(live)
    }

    /// Takes in one page or blog post; gives it back where more can hang on it.
    async fn content(
        &self,
        space: &str,
        sort: Sort,
        kind: Kind,
        status: Status,
        content: &Content,
    ) -> Result<Option<Live>, ObserveError> {
        let id = self.id_of(content)?;
        if !self.is_new(id) {
            return Ok(None);
        }
        let title = content.title.clone().unwrap_or_default();
        let mut fields = Fields::default();
        fields.text(Field::Title, Some(&title));
        fields.value(Field::Space, space);
        fields.value(Field::Status, status.word());
        fields.creation(content);
        fields.version(content.version.as_ref());
        fields.body(content.body.as_ref());
        let mut live = self.live(sort, content)?;
        if let Some(old) = self.unchanged(&live)?.filter(|_| !fields.has(Field::Body)) {
            carry(&old, &mut fields);
            self.carried(kind, 1);
        }
        self.saw(&live);
        // What lies in the trash is taken out of the tree, and versions differ in whether they still show where it was.
        if let (Kind::Page, false, Some(above)) = (kind, status == Status::Trashed, &content.ancestors) {
            self.parent(space, above.last(), &mut fields).await?;
        }
        let mut name = match kind {
            Kind::Page => vec!["page".to_owned(), space.to_owned(), title],
            _ => {
                let created = fields.word(Field::Created);
                let date = created.get(..10).unwrap_or_default().to_owned();
                vec!["blog-post".to_owned(), space.to_owned(), date, title]
            }
        };
        if status == Status::Trashed {
            name.push("trashed".to_owned());
        }
        let key = self.sample_key(&SampleKey::default(), &name);
        self.push(Found { kind, id: Some(id), holder: Holder::None, name, aside: None, fields: fields.0 });
        if status == Status::Trashed {
            return Ok(None);
        }
        live.key = key;
        self.labels_shown(&mut live, content);
        self.restrictions_shown(&mut live, content);
        Ok(Some(live))
    }

    /// Reads those again, with their texts, that are not as an older manifest has them. What is gone meanwhile is left out; that shows at the end.
    async fn changed_again(
        &self,
        base: &Base,
        sort: Sort,
        page: Vec<Content>,
        expand: &str,
    ) -> Result<Vec<Content>, ObserveError> {
        let again = page.into_iter().map(|content| async move {
            if base.unchanged(&self.live(sort, &content)?)?.is_some_and(|old| old.fields.contains_key(&Field::Body)) {
                return Ok(Some(content));
            }
            match self.client.one(sort, content.id.as_str(), expand).await {
                Ok(content) => Ok(Some(content)),
                Err(error) if error.is_not_found() => Ok(None),
                Err(error) => Err(error).doing(|| format!("content {}", content.id)),
            }
        });
        Ok(self.each(again.collect()).await?.into_iter().flatten().collect())
    }

    /// What is known of content on which more hangs.
    pub(super) fn live(&self, sort: Sort, content: &Content) -> Result<Live, ObserveError> {
        let version = content.version.as_ref().and_then(|version| version.number).unwrap_or(1);
        let (id, number) = (content.id.to_string(), self.id_of(content)?);
        let edited = content.version.as_ref().and_then(|version| version.when.clone().flatten());
        let edited = edited.and_then(|when| wall_clock(&when)).unwrap_or_default();
        Ok(Live {
            id,
            number,
            version,
            edited,
            sort,
            owes_labels: false,
            owes_restrictions: false,
            key: SampleKey::default(),
        })
    }

    /// The number of a content's id.
    pub(super) fn id_of(&self, content: &Content) -> Result<u64, ObserveError> {
        content.id.number().ok_or_else(|| ObserveError::Answer {
            what: format!("a {}", content.kind),
            problem: format!("its id {} holds no number", content.id),
        })
    }

    /// Takes in the labels that the record of a content shows, or notes that they are still to be read.
    pub(super) fn labels_shown(&self, live: &mut Live, content: &Content) {
        if !self.needs.has(Kind::Label) {
            return;
        }
        match content.metadata.as_ref().and_then(|metadata| metadata.labels.as_ref()) {
            Some(list) if !list.may_be_cut() => self.labels(&Holder::Content(live.number), &list.results),
            _ => live.owes_labels = true,
        }
    }

    /// Reads the labels that the record didn't show.
    pub(super) async fn labels_owed(&self, live: &Live) -> Result<(), ObserveError> {
        if live.owes_labels {
            let all = self.client.labels(live.sort, &live.id).await;
            let all = all.doing(|| format!("the labels of content {}", live.id))?;
            self.labels(&Holder::Content(live.number), &all);
        }
        Ok(())
    }

    fn restrictions_shown(&self, live: &mut Live, content: &Content) {
        if !self.needs.has(Kind::Restriction) {
            return;
        }
        match content.restrictions.as_ref().filter(|restrictions| is_whole(restrictions, true)) {
            Some(restrictions) => self.restrictions(live, restrictions),
            None => live.owes_restrictions = true,
        }
    }

    /// Reads the restrictions that the record didn't show.
    pub(super) async fn restrictions_owed(&self, live: &Live) -> Result<(), ObserveError> {
        if !live.owes_restrictions || self.is_not_read(Kind::Restriction) {
            return Ok(());
        }
        match self.client.restrictions(&live.id).await {
            Ok(restrictions) if is_whole(&restrictions, false) => self.restrictions(live, &restrictions),
            Ok(_) => self.not_read(Kind::Restriction, "this Confluence does not show whom restrictions name"),
            Err(error) if error.is_not_shown() || error.status() == Some(401) => {
                self.not_read(Kind::Restriction, reason("restrictions", &error));
            }
            Err(error) => return Err(error).doing(|| format!("the restrictions of content {}", live.id)),
        }
        Ok(())
    }

    fn restrictions(&self, live: &Live, restrictions: &Restrictions) {
        for (operation, restriction) in [("read", &restrictions.read), ("update", &restrictions.update)] {
            for (subject, name) in restriction.iter().flat_map(subjects) {
                let name = vec!["restriction".to_owned(), operation.to_owned(), subject.to_owned(), name];
                let (kind, holder) = (Kind::Restriction, Holder::Content(live.number));
                self.push(Found { kind, id: None, holder, name, aside: None, fields: Vec::new() });
            }
        }
    }
}

/// Whether users and groups of both operations are shown, and (in a record, where lists are nested) none is cut off.
fn is_whole(restrictions: &Restrictions, nested: bool) -> bool {
    [&restrictions.read, &restrictions.update].into_iter().all(|restriction| {
        let subjects = restriction.as_ref().and_then(|restriction| restriction.restrictions.as_ref());
        let lists = subjects.and_then(|subjects| Some((subjects.user.as_ref()?, subjects.group.as_ref()?)));
        lists.is_some_and(|(users, groups)| !nested || (!users.may_be_cut() && !groups.may_be_cut()))
    })
}

/// Whom a restriction names. A user without a name goes by its key.
fn subjects(restriction: &Restriction) -> impl Iterator<Item = (&'static str, String)> {
    let subjects = restriction.restrictions.as_ref();
    let users = subjects.and_then(|subjects| subjects.user.as_ref()).into_iter().flat_map(|list| &list.results);
    let groups = subjects.and_then(|subjects| subjects.group.as_ref()).into_iter().flat_map(|list| &list.results);
    let users = users.map(|user| {
        let name = User::name_or_key(user).or(user.display_name.as_deref());
        ("user", name.unwrap_or_default().to_owned())
    });
    users.chain(groups.map(|group| ("group", group.name.clone())))
}
