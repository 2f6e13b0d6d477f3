//! What was read of entities.xml before it is joined: tables that are being filled.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::io;

use roaring::RoaringTreemap;

use super::form::Form;
use super::lane::Lane;
use super::tables::{Body, Group, Label, Signs, Space, Word, Words};
use crate::runs::{Budget, Filling};
use crate::storage::Digested;

/// Everything as it comes, by id.
#[derive(Debug)]
pub(super) struct Loaded {
    pub budget: Budget,
    pub words: Words,
    pub signs: Signs,
    pub content: Filling,
    pub bodies: Filling,
    /// Bodies whose texts are being digested.
    waiting: Lane<(u64, Body)>,
    /// Why they won't be.
    failed: Option<io::Error>,
    pub properties: Filling,
    pub spaces: BTreeMap<u64, Space>,
    pub labels: BTreeMap<u64, Label>,
    pub labellings: Filling,
    pub sets: Filling,
    pub restrictions: Filling,
    pub permissions: Filling,
    pub templates: Filling,
    pub users: HashMap<Word, Word>,
    /// Names by account ids of Cloud, where those are others.
    pub people: BTreeMap<String, String>,
    pub accounts: Filling,
    pub groups: BTreeMap<u64, Group>,
    pub memberships: Filling,
    pub watches: Filling,
    pub likes: Filling,
    pub tasks: Filling,
    /// Properties that are no part of an item.
    pub more_properties: Filling,
    /// Objects of compared classes that were left out while they were read, by what they are.
    pub left_out: BTreeMap<Cow<'static, str>, u64>,
    /// Ids of live pages, by a number made of space and title.
    pub titles: Filling,
    /// Content that is an older version of other content, by its own word.
    pub older: RoaringTreemap,
    /// Owners by what they list: the other direction of each join.
    pub listed: Listed,
}

/// Numbers of owners by the numbers of what they list; of several owners the last counts.
#[derive(Debug)]
pub(super) struct Listed {
    pub bodies: Filling,
    pub properties: Filling,
    pub attachments: Filling,
    pub comments: Filling,
    pub versions: Filling,
    pub labellings: Filling,
    pub sets: Filling,
    pub restrictions: Filling,
    pub permissions: Filling,
    pub templates: Filling,
    /// What is listed as a version.
    pub are_versions: RoaringTreemap,
}

impl Loaded {
    pub fn new(budget: Budget) -> Self {
        let filling = || Filling::new(&budget);
        let listed = Listed {
            bodies: filling(),
            properties: filling(),
            attachments: filling(),
            comments: filling(),
            versions: filling(),
            labellings: filling(),
            sets: filling(),
            restrictions: filling(),
            permissions: filling(),
            templates: filling(),
            are_versions: RoaringTreemap::new(),
        };
        Self {
            words: Words::default(),
            signs: Signs::default(),
            content: filling(),
            bodies: filling(),
            waiting: Lane::default(),
            failed: None,
            properties: filling(),
            spaces: BTreeMap::new(),
            labels: BTreeMap::new(),
            labellings: filling(),
            sets: filling(),
            restrictions: filling(),
            permissions: filling(),
            templates: filling(),
            users: HashMap::new(),
            people: BTreeMap::new(),
            accounts: filling(),
            groups: BTreeMap::new(),
            memberships: filling(),
            watches: filling(),
            likes: filling(),
            tasks: filling(),
            more_properties: filling(),
            left_out: BTreeMap::new(),
            titles: filling(),
            older: RoaringTreemap::new(),
            listed,
            budget,
        }
    }

    /// Takes in a body without its digest; the text is digested beside the reading. Those without text go the same way, so that of two with one id
    /// the last stays the last.
    pub fn body(&mut self, own: u64, body: Body, text: &str) {
        if let Err(error) = self.waiting.push(text, (own, body)) {
            self.failed.get_or_insert(error);
        }
        while let Some(done) = self.waiting.ready() {
            self.digested(done);
        }
    }

    /// Waits for the texts that are still being digested.
    ///
    /// # Errors
    /// Some never will be.
    pub fn settle(&mut self) -> io::Result<()> {
        for done in std::mem::take(&mut self.waiting).finish()? {
            self.digested(done);
        }
        self.failed.take().map_or(Ok(()), Err)
    }

    fn digested(&mut self, ((own, mut body), digested): ((u64, Body), Digested)) {
        (body.text, body.form) = Form::of(digested);
        self.bodies.push(own, &body);
    }
}
