//! Who, where and when: everything of a sample that follows from its numbers and its seed, without keeping any of it in memory.
//!
//! Each thing has a place in a row (the 17th page, the 402nd comment). Its id, its holder and its dates are functions of that place, so that
//! a forward reference costs nothing and a hundred thousand pages need no more memory than one.

use std::ops::Range;

use super::{Sample, SampleScope, Writer, words};
use crate::model::Lot;

/// 2019-01-07 08:00 UTC: the wiki begins.
const BEGAN: u64 = 1_546_848_000_000;
/// 2025-06-30 02:00:05 UTC: the export.
const EXPORTED: u64 = 1_751_248_805_000;
const DAY: u64 = 86_400_000;
/// Pages are made until 70 days before the export, to leave time for their versions and comments.
const SPAN: u64 = EXPORTED - 70 * DAY - BEGAN;
/// How many children a page has in a full tree.
const FANOUT: u64 = 3;
/// The place in each space of a page that hangs beside the home page, not below it.
const SECOND_ROOT: u64 = 7;

/// The first id of a content object.
const CONTENT: u64 = 98_305;

/// A time as packages print it: `2012-03-07 17:16:48.158`.
pub(super) fn stamp(millis: u64) -> String {
    instant(millis).strftime("%Y-%m-%d %H:%M:%S%.3f").to_string()
}

fn instant(millis: u64) -> jiff::Timestamp {
    jiff::Timestamp::from_millisecond(millis as i64).unwrap_or_default()
}

/// A user of the sample.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub key: String,
    pub name: String,
    pub first: &'static str,
    pub last: String,
    pub active: bool,
}

/// A space of the sample.
#[derive(Debug, Clone)]
pub(super) struct Space {
    pub index: u64,
    pub id: u64,
    pub description: u64,
    pub key: String,
    pub name: String,
    pub personal: bool,
    /// Its pages, as places in the row of all pages.
    pub pages: Range<u64>,
    /// Its blog posts, as places in the row of all blog posts.
    pub posts: Range<u64>,
}

impl Space {
    /// The group whose members work in it.
    pub(super) fn team(&self) -> String {
        format!("team-{}", self.index + 1)
    }
}

/// The sample with its row of users and spaces; all else is computed.
#[derive(Debug)]
pub(super) struct Plan {
    pub sample: Sample,
    pub people: Vec<Person>,
    pub spaces: Vec<Space>,
}

impl Plan {
    pub(super) fn new(sample: &Sample) -> Self {
        let people: Vec<Person> = (0..u64::from(sample.users.max(1))).map(|index| person(sample.seed, index)).collect();
        let number = u64::from(sample.spaces.max(1));
        let mut plan = Self { sample: sample.clone(), people, spaces: Vec::new() };
        plan.spaces = (0..number).map(|index| plan.space(index, number)).collect();
        plan
    }

    fn space(&self, index: u64, number: u64) -> Space {
        let part = |total: u32| even(u64::from(total), index, number);
        let owner =
            self.people.get(1).filter(|_| self.sample.scope == SampleScope::Site && number > 2 && index + 1 == number);
        let (key, name) = match owner {
            Some(owner) => (format!("~{}", owner.name), format!("{} {}", owner.first, owner.last)),
            None => words::space(index),
        };
        Space {
            index,
            id: 360_449 + index,
            description: self.first_description() + index,
            key,
            name,
            personal: owner.is_some(),
            pages: part(self.sample.pages),
            posts: part(self.sample.blog_posts),
        }
    }

    /// Pages and blog posts together: what comments, attachments and labels hang on.
    pub(super) fn holders(&self) -> u64 {
        u64::from(self.sample.pages) + u64::from(self.sample.blog_posts)
    }

    pub(super) fn holder_id(&self, holder: u64) -> u64 {
        CONTENT + holder
    }

    pub(super) fn comment_id(&self, comment: u64) -> u64 {
        CONTENT + self.holders() + comment
    }

    pub(super) fn attachment_id(&self, attachment: u64) -> u64 {
        self.comment_id(u64::from(self.sample.comments)) + attachment
    }

    pub(super) fn version_id(&self, version: u64) -> u64 {
        self.attachment_id(u64::from(self.sample.attachments)) + version
    }

    pub(super) fn attachment_version_id(&self, version: u64) -> u64 {
        self.version_id(u64::from(self.sample.versions)) + version
    }

    /// The id of something beside the tree: drafts, archived and trashed pages.
    pub(super) fn extra_id(&self, extra: u64) -> u64 {
        self.attachment_version_id(u64::from(self.sample.attachment_versions)) + extra
    }

    fn first_description(&self) -> u64 {
        let sample = &self.sample;
        // Two ids for each trashed page: itself and its older version.
        self.extra_id(2 * u64::from(sample.trashed) + u64::from(sample.archived) + u64::from(sample.drafts))
    }

    /// The space of a page, by the page's place in the row of all pages.
    pub(super) fn space_of_page(&self, page: u64) -> Option<&Space> {
        self.spaces.iter().find(|space| space.pages.contains(&page))
    }

    /// The space of a blog post, by its place in the row of all blog posts.
    pub(super) fn space_of_post(&self, post: u64) -> Option<&Space> {
        self.spaces.iter().find(|space| space.posts.contains(&post))
    }

    /// The page above this one.
    pub(super) fn parent(space: &Space, page: u64) -> Option<u64> {
        let place = page - space.pages.start;
        (place != 0 && place != SECOND_ROOT).then(|| space.pages.start + (place - 1) / FANOUT)
    }

    /// The pages below this one.
    pub(super) fn children(space: &Space, page: u64) -> impl Iterator<Item = u64> {
        let (start, end) = (space.pages.start, space.pages.end);
        let place = page - start;
        (place * FANOUT + 1..=place * FANOUT + FANOUT)
            .filter(|child| *child != SECOND_ROOT)
            .map(move |child| start + child)
            .filter(move |child| *child < end)
    }

    /// The pages above this one, outermost first.
    pub(super) fn ancestors(space: &Space, page: u64) -> Vec<u64> {
        let mut above: Vec<u64> =
            std::iter::successors(Self::parent(space, page), |page| Self::parent(space, *page)).collect();
        above.reverse();
        above
    }

    /// The comments on a holder, as places in the row of all comments.
    pub(super) fn comments(&self, holder: u64) -> Range<u64> {
        allot(u64::from(self.sample.comments), holder, self.holders(), 0)
    }

    /// The attachments of a holder.
    pub(super) fn attachments(&self, holder: u64) -> Range<u64> {
        allot(u64::from(self.sample.attachments), holder, self.holders(), 3)
    }

    /// The older versions of a holder.
    pub(super) fn versions(&self, holder: u64) -> Range<u64> {
        allot(u64::from(self.sample.versions), holder, self.holders(), 5)
    }

    /// The older versions of an attachment.
    pub(super) fn attachment_versions(&self, attachment: u64) -> Range<u64> {
        allot(u64::from(self.sample.attachment_versions), attachment, u64::from(self.sample.attachments), 1)
    }

    /// How many labels a holder carries.
    pub(super) fn labels(&self, holder: u64) -> u64 {
        let range = allot(u64::from(self.sample.labels), holder, self.holders(), 2);
        (range.end - range.start).min(words::LABEL_NAMES)
    }

    /// Whether a page is restricted; home pages never are.
    pub(super) fn restricted(&self, page: u64) -> bool {
        let range = even(u64::from(self.sample.restricted), page, u64::from(self.sample.pages));
        !range.is_empty() && self.space_of_page(page).is_some_and(|space| space.pages.start != page)
    }

    /// Draws for one thing.
    pub(super) fn lot(&self, purpose: &str, index: u64) -> Lot {
        Lot::new(self.sample.seed, purpose, index)
    }

    /// When a version of a holder was made, counted from 0. `place` of `of` is the holder's place within its space.
    pub(super) fn moment(&self, holder: u64, (place, of): (u64, u64), version: u64) -> u64 {
        let step = SPAN / of.max(1);
        let mut lot = self.lot("created", holder);
        let created = BEGAN + place * step + lot.below(step.max(1));
        let versions = self.versions(holder);
        let gap = (36 * 3_600_000).min(50 * DAY / (versions.end - versions.start + 1));
        created + version * gap
    }

    /// Whoever did it; `None` is an anonymous visitor.
    pub(super) fn anyone(&self, lot: &mut Lot) -> Option<&Person> {
        let drawn = lot.below(40);
        lot.pick(&self.people).filter(|_| drawn != 0)
    }

    /// When the export was made, as the root element and the descriptor print it.
    pub(super) fn exported() -> (String, String) {
        let at = instant(EXPORTED);
        (at.strftime("%Y-%m-%d %H:%M:%S").to_string(), at.strftime("#%a %b %d %H:%M:%S UTC %Y").to_string())
    }

    pub(super) fn writer(&self) -> Writer {
        self.sample.writer
    }
}

fn person(seed: u64, index: u64) -> Person {
    let mut lot = Lot::new(seed, "person", index);
    let (first, last) = words::person(index);
    let last = if index < 196 { last.to_owned() } else { format!("{last} {}", index / 196 + 1) };
    let name = if index == 0 { "admin".to_owned() } else { format!("user{index:03}") };
    let key = format!("{:016x}{:016x}", lot.draw() | (1 << 63), lot.draw());
    Person { key, name, first, last, active: index % 9 != 8 }
}

/// The part of a row that falls to one of so many: equal parts.
pub(super) fn even(total: u64, index: u64, of: u64) -> Range<u64> {
    let upto = |index: u64| (u128::from(total) * u128::from(index) / u128::from(of.max(1))) as u64;
    upto(index)..upto(index + 1)
}

/// The part of a row that falls to one of so many: much to a few and nothing to most, as in life. `turn` moves the favoured ones.
pub(super) fn allot(total: u64, index: u64, of: u64, turn: usize) -> Range<u64> {
    const WEIGHTS: [u64; 8] = [0, 0, 1, 0, 4, 0, 1, 2];
    let upto = |index: u64| {
        if index >= of {
            return total;
        }
        let before: u64 = WEIGHTS.iter().cycle().skip(turn).take((index % 8) as usize).sum();
        (u128::from(total) * u128::from(8 * (index / 8) + before) / u128::from(8 * of.div_ceil(8))) as u64
    };
    upto(index)..upto(index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_dealt_out_without_gaps() {
        for (total, of, turn) in [(0, 5, 0), (7, 1, 3), (100, 13, 2), (3, 100, 5), (1_000, 8, 1)] {
            let mut next = 0;
            for index in 0..of {
                let range = allot(total, index, of, turn);
                assert_eq!(range.start, next);
                next = range.end;
            }
            assert_eq!(next, total);
        }
    }

    #[test]
    fn parents_and_children_agree() {
        let plan = Plan::new(&Sample { pages: 100, spaces: 2, ..Sample::default() });
        for space in &plan.spaces {
            for page in space.pages.clone() {
                assert!(Plan::children(space, page).all(|child| Plan::parent(space, child) == Some(page)));
                if let Some(parent) = Plan::parent(space, page) {
                    assert!(Plan::children(space, parent).any(|child| child == page));
                }
            }
        }
    }
}
