//! The site as one request sees it.

use std::collections::BTreeSet;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use roaring::RoaringTreemap;

use super::{Content, ContentKind, ContentTable, Files, Head, Status, Stored, Tables};
use crate::mock::ahead::Ahead;
use crate::mock::spill::Span;

/// The tables and the content that somebody sees. Made for each request, since it keeps the rows that the request reads.
#[derive(Debug)]
pub struct Site {
    tables: Arc<Tables>,
    pub content: ContentTable,
    pub files: Arc<Files>,
    unindexed: Arc<RoaringTreemap>,
    ahead: OnceLock<Ahead>,
}

impl Deref for Site {
    type Target = Tables;

    fn deref(&self) -> &Tables {
        &self.tables
    }
}

impl Site {
    pub(super) fn new(stored: &Stored, tables: Arc<Tables>, visible: Option<Arc<RoaringTreemap>>) -> Self {
        let (content, files) = (stored.content(visible), stored.files.clone());
        Self { tables, content, files, unindexed: stored.unindexed.clone(), ahead: OnceLock::new() }
    }

    /// Reads the rows of a page of results in one go, and with them their texts, where these will be asked for.
    pub fn read_ahead(&self, ids: &[u64], texts: bool) {
        self.content.load(ids);
        if texts {
            let spans = ids.iter().filter_map(|id| self.content.get(id)?.body);
            self.ahead.get_or_init(|| Ahead::read(&self.files.texts, spans.collect()));
        }
    }

    /// A text that was read ahead.
    pub fn text_ahead(&self, span: Span) -> Option<&str> {
        self.ahead.get()?.get(span)
    }

    /// Whether the search index knows this content.
    pub fn is_indexed(&self, id: u64) -> bool {
        !self.unindexed.contains(id)
    }

    /// The space of content: its own, or that of what holds it.
    pub fn space_of(&self, content: &Content) -> Option<u64> {
        self.space_of_head(&Head::of(content))
    }

    /// The same of its front.
    pub fn space_of_head(&self, head: &Head) -> Option<u64> {
        self.content.indexes().space_of(head, |id| self.content.sees(id))
    }

    /// Ids of live rows of a kind, by id, in one space or in all.
    pub fn listed(&self, space: Option<u64>, kind: ContentKind) -> impl Iterator<Item = u64> + '_ {
        self.listed_behind(space, kind, None)
    }

    /// The same behind an id.
    pub fn listed_behind(
        &self,
        space: Option<u64>,
        kind: ContentKind,
        behind: Option<u64>,
    ) -> impl Iterator<Item = u64> + '_ {
        self.content.indexes().listed(space, kind, behind).filter(|id| self.content.sees(*id))
    }

    /// What hangs on a content row, older versions apart, by id.
    pub fn held(&self, id: u64, kind: ContentKind) -> impl Iterator<Item = &Content> {
        let heads = self.content.indexes().held(id).filter_map(|id| self.content.head(id));
        heads.filter(move |head| head.kind == kind).filter_map(|head| self.content.get(&head.id))
    }

    /// Live pages directly below a page, by id.
    pub fn pages_below(&self, parent: &Content) -> impl Iterator<Item = &Content> {
        let space = self.space_of(parent);
        let heads = self.content.indexes().below(parent.id).filter_map(|id| self.content.head(id));
        let live = heads.filter(move |head| head.status == Status::Current && self.space_of_head(head) == space);
        live.filter_map(|head| self.content.get(&head.id))
    }

    /// Older versions of a live row, newest first. Rows that share the live one's number are left out: such a clash of numbers occurs in
    /// data of 2.10 to 5.1, and Confluence answers with the live row (docs/confluence.md, C15).
    pub fn versions(&self, live: &Content) -> Vec<&Content> {
        let ids = self.content.indexes().versions(live.id);
        let mut rows: Vec<&Content> = ids.filter_map(|id| self.content.get(&id)).collect();
        rows.retain(|row| row.number != live.number);
        rows.sort_by_key(|row| (std::cmp::Reverse(row.number), row.id));
        rows
    }

    /// Parent pages of a page, root first; ends at a parent that is a draft, an older version or in the trash.
    pub fn ancestors(&self, content: &Content) -> Vec<&Content> {
        self.ancestor_ids(&Head::of(content)).iter().filter_map(|id| self.content.get(id)).collect()
    }

    /// Their ids.
    pub fn ancestor_ids(&self, head: &Head) -> Vec<u64> {
        let mut chain = Vec::new();
        let mut seen = BTreeSet::from([head.id]);
        let mut next = head.parent();
        while let Some(above) = next.and_then(|id| self.content.head(id)) {
            let live = above.kind == head.kind
                && above.original().is_none()
                && matches!(above.status, Status::Current | Status::Archived);
            if !live || !seen.insert(above.id) {
                break;
            }
            chain.push(above.id);
            next = above.parent();
        }
        chain.reverse();
        chain
    }
}
