//! What a content id stands for: which item is made of it, what that hangs on, why it is set aside, and who may see it.

use roaring::RoaringTreemap;

use super::classes::ContentClass;
use super::content::name;
use super::scope::Claimed;
use super::spaces;
use super::tables::{Content, Spine, Status, Tables};
use crate::model::{Aside, Key, Kind, Subject};
use crate::runs::SpillError;

/// Most pages above one another, and most holders of holders, that are looked at. Those in a circle have no end.
const LONGEST: usize = 100;

/// The item that is made of some content, as far as it shows without its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Made {
    pub kind: Kind,
    /// The content that it hangs on; zero, which no content has, where nothing says so.
    pub holder: Option<u64>,
    /// Why it is set aside by itself.
    pub aside: Option<Aside>,
    trashed: bool,
}

/// Finds out what content stands for, without making items.
#[derive(Debug)]
pub(super) struct Places<'a> {
    pub tables: &'a Tables,
    pub claimed: &'a Claimed,
    /// Content that a restriction hides.
    hidden: RoaringTreemap,
    /// Content that has a set of view restrictions, be it an empty one.
    views: RoaringTreemap,
}

impl<'a> Places<'a> {
    pub fn new(tables: &'a Tables, claimed: &'a Claimed) -> Result<Self, SpillError> {
        let (mut hidden, mut views) = (RoaringTreemap::new(), RoaringTreemap::new());
        for set in tables.sets.rows() {
            let (_, set) = set?;
            if let Some(content) = set.content.filter(|_| set.edit != Some(true)) {
                views.insert(content);
            }
        }
        for restriction in tables.restrictions.rows() {
            let (_, restriction) = restriction?;
            let Some(set) = restriction.set.map(|set| tables.sets.get(set)).transpose()?.flatten() else { continue };
            if let (Some(content), Some(false)) = (set.content, restriction.edit.or(set.edit)) {
                hidden.insert(content);
            }
        }
        Ok(Self { tables, claimed, hidden, views })
    }

    /// The item that is made of some content, if one is.
    pub fn made(&self, row: &Spine) -> Result<Option<Made>, SpillError> {
        let made = |kind, holder, aside| Some(Made { kind, holder, aside, trashed: false });
        let trashed = row.status == Status::Deleted;
        let own = trashed.then_some(Aside::Trashed);
        Ok(match row.class {
            class if class.is_no_page() => None,
            _ if row.status == Status::Draft => made(Kind::Draft, None, Some(Aside::Draft)),
            class => match (row.original, class) {
                (Some(_), ContentClass::Attachment) if self.tables.clashes(row)? => None,
                (Some(original), _) => made(Kind::Version, Some(self.tables.live(original)?), None),
                (None, ContentClass::Attachment) => {
                    let container = row.container.map(|id| self.tables.spine(id)).transpose()?.flatten();
                    let no_page = container.is_some_and(|container| container.class.is_no_page());
                    let holder = Some(row.container.unwrap_or_default()).filter(|_| !no_page);
                    made(Kind::Attachment, holder, own.or(no_page.then_some(Aside::NoPage)))
                }
                (None, ContentClass::Comment) => {
                    made(Kind::Comment, Some(self.tables.container(row)?.unwrap_or_default()), own)
                }
                (None, class) => {
                    let kind = if class == ContentClass::BlogPost { Kind::BlogPost } else { Kind::Page };
                    Some(Made { kind, holder: None, aside: self.space(row.space).1, trashed })
                }
            },
        })
    }

    /// The key of the space of some content, and why the content is set aside by it.
    pub fn space(&self, space: Option<u64>) -> (&'a str, Option<Aside>) {
        match space.and_then(|id| Some((id, self.tables.spaces.get(&id)?))) {
            Some((id, space)) => (&space.key, (!self.claimed.has(id)).then_some(Aside::ForeignSpace)),
            None => ("", Some(Aside::Orphan)),
        }
    }

    /// The key of a space, and why what stands on it is set aside.
    pub fn on_space(&self, space: Option<u64>) -> Option<(Key, Option<Aside>)> {
        let (id, space) = space.and_then(|id| Some((id, self.tables.spaces.get(&id)?)))?;
        Some((spaces::key(space), (!self.claimed.has(id)).then_some(Aside::ForeignSpace)))
    }

    /// Why an item is set aside, by itself or by what it hangs on.
    pub fn aside(&self, made: &Made) -> Result<Option<Aside>, SpillError> {
        self.settled(made, 0)
    }

    /// Why what hangs on this content is set aside.
    pub fn below(&self, holder: u64) -> Result<Option<Aside>, SpillError> {
        self.inherited(holder, 0)
    }

    fn settled(&self, made: &Made, depth: usize) -> Result<Option<Aside>, SpillError> {
        match (made.aside, made.holder) {
            (Some(aside), _) => Ok(Some(aside)),
            (None, Some(holder)) => self.inherited(holder, depth),
            (None, None) => Ok(None),
        }
    }

    fn inherited(&self, holder: u64, depth: usize) -> Result<Option<Aside>, SpillError> {
        let Some(made) = self.item(holder)?.filter(|made| made.kind != Kind::Version && depth < LONGEST) else {
            return Ok(Some(Aside::Orphan));
        };
        Ok(match self.settled(&made, depth + 1)? {
            Some(Aside::Draft | Aside::OnDraft) => Some(Aside::OnDraft),
            Some(Aside::Trashed) => Some(Aside::OnTrashed),
            None if made.trashed => Some(Aside::OnTrashed),
            other => other,
        })
    }

    /// The item that is made of the content of this id.
    fn item(&self, id: u64) -> Result<Option<Made>, SpillError> {
        self.tables.spine(id)?.map_or(Ok(None), |row| self.made(&row))
    }

    /// Whether an item was made of this content that is compared.
    pub fn is_live(&self, row: &Spine) -> Result<bool, SpillError> {
        let Some(made) = self.made(row)? else { return Ok(false) };
        Ok(row.status != Status::Deleted && self.aside(&made)?.is_none())
    }

    /// The subject of damage to this content.
    pub fn subject(&self, id: u64) -> Result<Subject, SpillError> {
        let unknown = Subject { id: Some(id), ..Subject::default() };
        let Some(row) = self.tables.content.get(id)? else { return Ok(unknown) };
        let Some(made) = self.made(&row.spine)? else { return Ok(unknown) };
        let key = self.key(id, &row, &made, 0)?;
        let space = match key.segments() {
            [kind, space, ..] if !matches!(kind.as_str(), "orphan" | "draft" | "no-page") && !space.is_empty() => {
                Some(space.clone())
            }
            _ => None,
        };
        let (title, restricted) = self.path(id, &row, &made)?;
        Ok(Subject { kind: Some(made.kind), key: Some(key), id: Some(id), space, title, restricted })
    }

    fn key(&self, id: u64, row: &Content, made: &Made, depth: usize) -> Result<Key, SpillError> {
        let above = match (made.holder, row.spine.container) {
            (None, Some(container)) if made.kind == Kind::Attachment => spaces::no_page(self.tables, container)?,
            (None, _) => Key::new(Vec::<String>::new()),
            (Some(holder), _) => {
                let row = self.tables.content.get(holder)?;
                let above = row.map(|row| Ok((self.made(&row.spine)?, row))).transpose()?;
                match above.and_then(|(made, row)| Some((made?, row))) {
                    Some((made, row)) if made.kind != Kind::Version && depth < LONGEST => {
                        self.key(holder, &row, &made, depth + 1)?
                    }
                    _ => Key::new(["orphan".to_owned(), holder.to_string()]),
                }
            }
        };
        Ok(above.with(name(self, id, row, made)))
    }

    /// The titles from the outermost page to the item, and whether a view restriction hides any of it.
    fn path(&self, id: u64, row: &Content, made: &Made) -> Result<(Vec<String>, bool), SpillError> {
        let own = |id: u64, row: &Content, made: &Made| {
            let title = Some(row.title.to_string()).filter(|title| {
                !title.is_empty()
                    && made.kind != Kind::Comment
                    && !(made.kind == Kind::Version && row.spine.class == ContentClass::Attachment)
            });
            title.unwrap_or_else(|| name(self, id, row, made).pop().unwrap_or_default())
        };
        let (mut titles, mut hidden) = (vec![own(id, row, made)], self.is_hidden(id, &row.spine)?);
        let (mut id, mut made, mut above, mut parent) = (id, *made, made.holder, row.spine.parent);
        for _ in 0..LONGEST {
            let next = if matches!(made.kind, Kind::Page | Kind::BlogPost) {
                self.live_page(parent.filter(|parent| *parent != id))?
            } else {
                above
            };
            let row = next.map(|next| self.tables.content.get(next)).transpose()?.flatten();
            let page = row.as_ref().map(|row| self.made(&row.spine)).transpose()?.flatten();
            let (Some(next), Some(row), Some(page)) = (next, row, page) else {
                titles.reverse();
                return Ok((titles, hidden));
            };
            hidden |= self.is_hidden(next, &row.spine)?;
            if matches!(page.kind, Kind::Page | Kind::BlogPost) {
                titles.push(own(next, &row, &page));
            }
            (id, made, above, parent) = (next, page, page.holder, row.spine.parent);
        }
        // A chain of parents without end can't be shown to be open.
        Ok((titles, true))
    }

    /// The parent, where that is a page that is there and not in the trash.
    fn live_page(&self, parent: Option<u64>) -> Result<Option<u64>, SpillError> {
        let Some(row) = parent.map(|id| self.tables.spine(id)).transpose()?.flatten() else { return Ok(None) };
        let is_page = row.class == ContentClass::Page && row.original.is_none() && self.is_live(&row)?;
        Ok(parent.filter(|_| is_page))
    }

    /// Whether a restriction hides it, or it stands on content that can't be read and that has a view restriction: nothing else tells of
    /// the restriction then.
    fn is_hidden(&self, id: u64, row: &Spine) -> Result<bool, SpillError> {
        let above = if row.class == ContentClass::Page { row.parent } else { self.tables.container(row)? };
        let mut hidden = self.hidden.contains(id);
        for above in [above, row.original].into_iter().flatten().filter(|above| self.views.contains(*above)) {
            hidden |= self.item(above)?.is_none();
        }
        Ok(hidden)
    }
}
