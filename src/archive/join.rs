//! Joins what was read: the writers differ in which side of a reference they write, so owners are filled in from both, and bodies and
//! properties hung on what they belong to. Tables are walked side by side in the order of their ids, so that nothing is looked up.

use std::collections::BTreeMap;

use roaring::RoaringTreemap;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::ArchiveError;
use super::classes::{ContentClass, PROPERTIES};
use super::damage::Damages;
use super::loaded::Loaded;
use super::properties;
use super::tables::{
    Body, Content, Labelling, Owned, Permission, PermissionSet, Property, Restriction, Spine, Status, Tables, Template,
    Word, Words,
};
use super::work::Accounts;
use crate::model::Account;
use crate::runs::{Beside, Budget, Filling, SpillError, Table};

/// The property that holds the state of an inline comment.
const STATE: &str = "status";

/// What has to be told while tables are joined.
struct Telling<'a> {
    accounts: &'a mut Accounts,
    damages: &'a mut Damages,
    bodies: Account,
    properties: Account,
    /// Properties called `status` of what has no state.
    other_states: u64,
}

impl Loaded {
    /// Joins all tables, and accounts for what becomes part of something else on the way: bodies and properties. What hangs on nothing that is
    /// joined here is joined on a thread of its own.
    pub fn join(self, accounts: &mut Accounts, damages: &mut Damages) -> Result<Tables, ArchiveError> {
        let (budget, mut words, listed) = (self.budget, self.words, self.listed);
        let owned_properties = listed.properties.finish()?;
        let others = Owning {
            labellings: (self.labellings, listed.labellings),
            sets: (self.sets, listed.sets),
            restrictions: (self.restrictions, listed.restrictions),
            permissions: (self.permissions, listed.permissions),
            templates: (self.templates, listed.templates),
            more_properties: self.more_properties,
        };
        let (none, other_states) = (Account::default(), 0);
        let mut telling = Telling { accounts, damages, bodies: none, properties: none, other_states };
        let (joined, others) = aside(
            || others.join(&owned_properties, &budget),
            || -> Result<_, SpillError> {
                let bodies = filled(self.bodies.finish::<Body>()?, &listed.bodies.finish()?, &budget)?;
                let bodies = telling.bodies_by_owner(&bodies, &budget)?;
                let properties = filled(self.properties.finish::<Property>()?, &owned_properties, &budget)?;
                let properties = telling.properties_by_owner(&properties, &budget)?;
                let (attachments, comments) = (listed.attachments.finish()?, listed.comments.finish()?);
                let (versions, content) = (listed.versions.finish()?, self.content.finish::<Content>()?);
                let joining = Joining {
                    bodies: bodies.beside(),
                    properties: properties.beside(),
                    attachments: attachments.beside(),
                    comments: comments.beside(),
                    versions: versions.beside(),
                    are_versions: &listed.are_versions,
                    older: &self.older,
                    words: &mut words,
                    lost_versions: Filling::new(&budget),
                };
                joining.run(&content, &mut telling, &budget)
            },
        )?;
        let ((joined, lost_versions, ids), others) = (joined?, others?);
        telling.accounts.add("BodyContent", &telling.bodies);
        telling.accounts.add("ContentProperty", &telling.properties);
        let mut left_out = self.left_out;
        if telling.other_states > 0 {
            let what = "properties called status of what is no comment";
            *left_out.entry(what.into()).or_default() += telling.other_states;
        }
        let content: Table<Content> = joined.finish()?;
        let descriptions = first_of_each_space(&content, ids)?;
        Ok(Tables {
            words,
            signs: self.signs,
            content,
            spaces: self.spaces,
            labels: self.labels,
            labellings: others.labellings,
            sets: others.sets,
            restrictions: others.restrictions,
            permissions: others.permissions,
            templates: others.templates,
            users: self.users,
            people: self.people,
            accounts: self.accounts.finish()?,
            groups: self.groups,
            memberships: self.memberships.finish()?,
            watches: self.watches.finish()?,
            likes: self.likes.finish()?,
            tasks: self.tasks.finish()?,
            more_properties: others.more_properties,
            left_out,
            titles: self.titles.finish()?,
            lost_versions: lost_versions.finish()?,
            descriptions,
        })
    }
}

/// The first of these descriptions of each space.
fn first_of_each_space(content: &Table<Content>, ids: Vec<u64>) -> Result<BTreeMap<u64, u64>, SpillError> {
    let mut first = BTreeMap::new();
    for id in ids {
        if let Some(space) = content.front::<Spine>(id)?.and_then(|row| row.space) {
            first.entry(space).or_insert(id);
        }
    }
    Ok(first)
}

/// Does the first on a thread of its own and the second meanwhile.
///
/// # Errors
/// The machine gives no thread, or it died.
pub(super) fn aside<First: Send, Second>(
    first: impl FnOnce() -> First + Send,
    second: impl FnOnce() -> Second,
) -> Result<(Second, First), ArchiveError> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().spawn_scoped(scope, first).map_err(ArchiveError::Threads)?;
        let second = second();
        let died = |_| ArchiveError::Threads(std::io::Error::other("it ended in the middle"));
        Ok((second, thread.join().map_err(died)?))
    })
}

/// Tables of what may be named by its owner only, each with the owners that the other side names.
struct Owning {
    labellings: (Filling, Filling),
    sets: (Filling, Filling),
    restrictions: (Filling, Filling),
    permissions: (Filling, Filling),
    templates: (Filling, Filling),
    more_properties: Filling,
}

/// The same, joined.
struct Others {
    labellings: Table<Labelling>,
    sets: Table<PermissionSet>,
    restrictions: Table<Restriction>,
    permissions: Table<Permission>,
    templates: Table<Template>,
    more_properties: Table<properties::Property>,
}

impl Owning {
    fn join(self, properties: &Table<u64>, budget: &Budget) -> Result<Others, SpillError> {
        Ok(Others {
            labellings: both(self.labellings, budget)?,
            sets: both(self.sets, budget)?,
            restrictions: both(self.restrictions, budget)?,
            permissions: both(self.permissions, budget)?,
            templates: both(self.templates, budget)?,
            more_properties: filled(self.more_properties.finish()?, properties, budget)?,
        })
    }
}

fn both<Row>((rows, listed): (Filling, Filling), budget: &Budget) -> Result<Table<Row>, SpillError>
where
    Row: Owned + Serialize + DeserializeOwned,
{
    filled(rows.finish()?, &listed.finish()?, budget)
}

/// Rows with the owners that only the other side names.
fn filled<Row>(rows: Table<Row>, listed: &Table<u64>, budget: &Budget) -> Result<Table<Row>, SpillError>
where
    Row: Owned + Serialize + DeserializeOwned,
{
    if listed.is_empty() {
        return Ok(rows);
    }
    let (mut filling, mut listed) = (Filling::new(budget), listed.beside());
    for row in rows.all() {
        let mut row = row?;
        if !row.replaced {
            let owner = last(&mut listed, row.number)?;
            let slot = row.row.owner();
            *slot = slot.or(owner);
        }
        filling.push(row.number, &row.row);
    }
    filling.finish()
}

/// The last of the rows of this number, walking on: a number can be asked for once.
fn last(rows: &mut Beside<'_, u64>, number: u64) -> Result<Option<u64>, SpillError> {
    let mut found = None;
    rows.until(number, |row| found = (row.number == number).then_some(row.row).or(found))?;
    Ok(found)
}

impl Telling<'_> {
    fn bodies_by_owner(&mut self, bodies: &Table<Body>, budget: &Budget) -> Result<Table<Body>, SpillError> {
        let mut filling = Filling::new(budget);
        for body in bodies.all() {
            let body = body?;
            match body.row.owner.filter(|_| !body.replaced) {
                Some(owner) => filling.push(owner, &body.row),
                None => {
                    self.bodies.damaged += 1;
                    if !body.replaced {
                        self.damages.body_without_owner(body.row.offset);
                    }
                }
            }
        }
        filling.finish()
    }

    fn properties_by_owner(
        &mut self,
        properties: &Table<Property>,
        budget: &Budget,
    ) -> Result<Table<Property>, SpillError> {
        let mut filling = Filling::new(budget);
        for property in properties.all() {
            let property = property?;
            match property.row.owner.filter(|_| !property.replaced) {
                Some(owner) => filling.push(owner, &property.row),
                None => {
                    self.properties.damaged += 1;
                    if !property.replaced {
                        self.damages.property_without_owner();
                    }
                }
            }
        }
        filling.finish()
    }
}

/// The tables that are walked beside the content.
struct Joining<'a> {
    bodies: Beside<'a, Body>,
    properties: Beside<'a, Property>,
    attachments: Beside<'a, u64>,
    comments: Beside<'a, u64>,
    versions: Beside<'a, u64>,
    are_versions: &'a RoaringTreemap,
    older: &'a RoaringTreemap,
    words: &'a mut Words,
    lost_versions: Filling,
}

impl Joining<'_> {
    /// The content joined, older versions that are listed and lost, and the live descriptions of spaces.
    fn run(
        mut self,
        content: &Table<Content>,
        telling: &mut Telling<'_>,
        budget: &Budget,
    ) -> Result<(Filling, Filling, Vec<u64>), SpillError> {
        let (mut joined, mut descriptions) = (Filling::new(budget), Vec::new());
        for row in content.all() {
            let mut row = row?;
            if row.replaced {
                telling.accounts.damaged(row.row.spine.class.name());
                continue;
            }
            let (id, row) = (row.number, &mut row.row);
            self.owners(id, &mut row.spine)?;
            self.body(id, row, telling)?;
            self.properties(id, row, telling)?;
            if row.spine.class == ContentClass::SpaceDescription && row.spine.original.is_none() {
                descriptions.push(id);
            }
            joined.push(id, row);
        }
        self.bodies.until(u64::MAX, |_| telling.bodies.damaged += 1)?;
        self.properties.until(u64::MAX, |_| telling.properties.damaged += 1)?;
        self.versions(u64::MAX, None)?;
        Ok((joined, self.lost_versions, descriptions))
    }

    /// What it stands on, and what it is an older version of, where only the other side says so.
    fn owners(&mut self, id: u64, row: &mut Spine) -> Result<(), SpillError> {
        let (attachment, comment) = (last(&mut self.attachments, id)?, last(&mut self.comments, id)?);
        match row.class {
            ContentClass::Attachment => row.container = row.container.or(attachment),
            ContentClass::Comment => row.container = row.container.or(comment),
            _ => {}
        }
        let lister = self.versions(id, row.original)?;
        // A draft names what it is a draft of in the same way and is no version of it.
        if row.status != Status::Draft {
            row.original = row.original.or(lister.0);
        }
        row.is_listed = lister.1;
        Ok(())
    }

    /// Live content that lists this as its version, and whether its original does.
    fn versions(&mut self, id: u64, original: Option<u64>) -> Result<(Option<u64>, bool), SpillError> {
        let (are_versions, older, lost) = (self.are_versions, self.older, &mut self.lost_versions);
        let (mut lister, mut owners) = (None, Vec::new());
        self.versions.until(id, |row| {
            if row.number == id {
                lister = Some(row.row);
                owners.push(row.row);
            } else {
                lost.push(row.row, &row.number);
            }
        })?;
        let lister = lister.filter(|owner| !are_versions.contains(*owner) && !older.contains(*owner));
        let original = original.or(lister);
        Ok((lister, original.is_some_and(|original| owners.contains(&original))))
    }

    fn body(&mut self, id: u64, content: &mut Content, telling: &mut Telling<'_>) -> Result<(), SpillError> {
        let row = &content.spine;
        let makes_item = row.class.is_mapped()
            || (row.class == ContentClass::PersonalInformation && row.original.is_none())
            || properties::is_property(self.words, row);
        let (bodies, mut own) = (&mut telling.bodies, None);
        self.bodies.until(id, |body| {
            if body.number != id {
                bodies.damaged += 1;
            } else if !makes_item {
                bodies.ignored += 1;
                own = Some(body.row);
            } else if let Some(earlier) = own.replace(body.row) {
                // Of several the last one counts.
                telling.damages.second_body(earlier.offset);
                bodies.damaged += 1;
            }
        })?;
        if let Some(own) = own {
            bodies.mapped += u64::from(makes_item);
            let row = &mut content.spine;
            (row.has_body, row.text, row.written) = (true, own.text, own.written);
            content.form = own.form;
        }
        Ok(())
    }

    fn properties(&mut self, id: u64, row: &mut Content, telling: &mut Telling<'_>) -> Result<(), SpillError> {
        let words = &mut *self.words;
        self.properties.until(id, |property| {
            if property.number != id {
                telling.properties.damaged += 1;
                return;
            }
            let class = row.spine.class;
            let other_state =
                PROPERTIES.get(usize::from(property.row.name)) == Some(&STATE) && class != ContentClass::Comment;
            telling.other_states += u64::from(other_state);
            if class.is_mapped() && !other_state {
                telling.properties.mapped += 1;
            } else {
                telling.properties.ignored += 1;
            }
            hang(row, property.row, |text| words.number(text));
        })
    }
}

fn hang(owner: &mut Content, property: Property, word: impl FnOnce(&str) -> Word) {
    let text = property.text.as_deref().filter(|text| !text.is_empty());
    let spine = &mut owner.spine;
    match PROPERTIES.get(usize::from(property.name)).copied().unwrap_or_default() {
        "MEDIA_TYPE" => spine.media_type = spine.media_type.or(text.map(word)),
        "FILESIZE" => spine.recorded_bytes = spine.recorded_bytes.or(property.number),
        "inline-comment" => spine.inline |= text.is_some_and(|text| text.eq_ignore_ascii_case("true")),
        "actualCommentType" => spine.inline |= text == Some("inline"),
        "inline-marker-ref" => {
            spine.inline |= text.is_some();
            owner.marker = owner.marker.take().or(text.map(Box::from));
        }
        STATE => owner.resolution = owner.resolution.take().or(text.map(Box::from)),
        _ => {}
    }
}
