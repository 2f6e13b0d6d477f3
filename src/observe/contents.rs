//! Pages and blog posts: live, archived and in the trash; their labels and restrictions.

use super::found::Fields;
use super::sampled::SampleKey;
use super::{Doing as _, ObserveError, Observer, each, reason};
use crate::confluence::{Content, ContentQuery, Restriction, Restrictions, Status, User};
use crate::model::{Field, Kind};
use crate::reading::{Found, Holder};

const EXPAND: &str = "body.storage,version,history,ancestors,extensions";
const EXPAND_LABELS: &str = ",metadata.labels";
const EXPAND_RESTRICTIONS: &str = ",restrictions.read.restrictions.user,restrictions.read.restrictions.group,\
    restrictions.update.restrictions.user,restrictions.update.restrictions.group";

/// Every list of a space's content, and the state that it stands for.
const LISTS: [(&str, Kind, Status); 6] = [
    ("page", Kind::Page, Status::Current),
    ("blogpost", Kind::BlogPost, Status::Current),
    ("page", Kind::Page, Status::Archived),
    ("blogpost", Kind::BlogPost, Status::Archived),
    ("page", Kind::Page, Status::Trashed),
    ("blogpost", Kind::BlogPost, Status::Trashed),
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
    /// Its key, where a sample is drawn by keys.
    pub(super) key: SampleKey,
}

impl Observer<'_> {
    /// Reads the pages and blog posts of the spaces; gives those on which more can hang.
    pub(super) async fn contents(&self, spaces: &[String]) -> Result<Vec<Live>, ObserveError> {
        let mut lists = Vec::new();
        for space in spaces {
            lists.extend(LISTS.iter().map(|(word, kind, status)| self.list(space, word, *kind, *status)));
        }
        Ok(each(lists).await?.into_iter().flatten().collect())
    }

    async fn list(&self, space: &str, word: &str, kind: Kind, status: Status) -> Result<Vec<Live>, ObserveError> {
        let what = || format!("the {} {} of the space {space}", status.word(), kind.noun(2));
        let mut expand = EXPAND.to_owned();
        if status != Status::Trashed {
            expand.push_str(if self.needs.has(Kind::Label) { EXPAND_LABELS } else { "" });
            expand.push_str(if self.needs.has(Kind::Restriction) { EXPAND_RESTRICTIONS } else { "" });
        }
        let query = ContentQuery { space, kind: word, status, expand: &expand };
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
            for content in page {
                if content.kind != word {
                    let problem = format!("the list holds something of the type {}", content.kind);
                    return Err(ObserveError::Answer { what: what(), problem });
                }
                if content.status.as_deref().is_some_and(|shown| shown != status.word()) {
                    self.blind_spot(format!("{} {}, whose list shows others", status.word(), kind.noun(2)));
                    continue;
                }
                live.extend(self.content(space, kind, status, &content).await?);
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
        // What lies in the trash is taken out of the tree, and versions differ in whether they still show where it was.
        if let (Kind::Page, false, Some(above)) = (kind, status == Status::Trashed, &content.ancestors) {
            fields.content(Field::Parent, above.last().and_then(|page| page.id.number()));
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
        let version = content.version.as_ref().and_then(|version| version.number).unwrap_or(1);
        let live = Live { id: content.id.to_string(), number: id, version, key };
        self.labels_of(&live, content).await?;
        self.restrictions_of(&live, content).await?;
        Ok(Some(live))
    }

    /// The number of a content's id.
    pub(super) fn id_of(&self, content: &Content) -> Result<u64, ObserveError> {
        content.id.number().ok_or_else(|| ObserveError::Answer {
            what: format!("a {}", content.kind),
            problem: format!("its id {} holds no number", content.id),
        })
    }

    /// Takes in the labels of a content: those of its record, or the whole list where the record doesn't show all.
    pub(super) async fn labels_of(&self, live: &Live, content: &Content) -> Result<(), ObserveError> {
        if !self.needs.has(Kind::Label) {
            return Ok(());
        }
        let holder = Holder::Content(live.number);
        match content.metadata.as_ref().and_then(|metadata| metadata.labels.as_ref()) {
            Some(list) if !list.may_be_cut() => self.labels(&holder, &list.results),
            _ => {
                let all = self.client.labels(&live.id).await.doing(|| format!("the labels of content {}", live.id))?;
                self.labels(&holder, &all);
            }
        }
        Ok(())
    }

    async fn restrictions_of(&self, live: &Live, content: &Content) -> Result<(), ObserveError> {
        if !self.needs.has(Kind::Restriction) || self.is_not_read(Kind::Restriction) {
            return Ok(());
        }
        let shown = content.restrictions.as_ref().filter(|restrictions| is_whole(restrictions, true)).cloned();
        let restrictions = match shown {
            Some(restrictions) => restrictions,
            None => match self.client.restrictions(&live.id).await {
                Ok(restrictions) if is_whole(&restrictions, false) => restrictions,
                Ok(_) => {
                    self.not_read(Kind::Restriction, "this Confluence does not show whom restrictions name");
                    return Ok(());
                }
                Err(error) if error.is_not_shown() || error.status() == Some(401) => {
                    self.not_read(Kind::Restriction, reason("restrictions", &error));
                    return Ok(());
                }
                Err(error) => return Err(error).doing(|| format!("the restrictions of content {}", live.id)),
            },
        };
        for (operation, restriction) in [("read", restrictions.read), ("update", restrictions.update)] {
            for (subject, name) in restriction.iter().flat_map(subjects) {
                let name = vec!["restriction".to_owned(), operation.to_owned(), subject.to_owned(), name];
                let (kind, holder) = (Kind::Restriction, Holder::Content(live.number));
                self.push(Found { kind, id: None, holder, name, aside: None, fields: Vec::new() });
            }
        }
        Ok(())
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
