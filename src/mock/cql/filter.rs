//! A query held against rows.

use std::cmp::Ordering;

use jiff::civil::DateTime;

use super::time::{Stretch, stretch};
use super::words::{Sought, readable, words};
use super::{Condition, CqlError, Field, Operand, Operator, Query};
use crate::mock::answer::Refusal;
use crate::mock::shapes::View;
use crate::mock::store::{Account, Content, ContentKind, Head, Site, Space, Status};

/// Types that a clause may name.
const TYPES: [&str; 6] = ["space", "user", "page", "blogpost", "comment", "attachment"];

/// What a search finds.
#[derive(Debug, Clone, Copy)]
pub enum Hit<'a> {
    Content(&'a Content),
    Space(&'a Space),
    User(&'a Account),
}

/// A query whose values are understood.
#[derive(Debug)]
pub struct Filter {
    root: Node,
    order: Vec<(Field, bool)>,
    users: bool,
}

#[derive(Debug)]
enum Node {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    /// The field has one of these values, in lower case.
    Among(Field, Vec<String>),
    Contains(Field, Sought),
    Time(Field, Operator, Stretch),
}

impl Filter {
    /// Understands the values of a query: times as of now, and the caller's name.
    ///
    /// # Errors
    /// A time that is none, a function that isn't known, or a type that nothing has. `text` is the query as it was written.
    pub fn new(query: Query, text: &str, now: DateTime, caller: &str) -> Result<Self, CqlError> {
        let mut maker = Maker { text, now, caller, users: false };
        let root = maker.node(query.condition)?;
        Ok(Self { root, order: query.order, users: maker.users })
    }

    /// Everything that fits, in the order that was asked for and by id beyond that. Only live content is ever found; that of archived
    /// spaces where the caller wants it.
    ///
    /// # Errors
    /// A text can't be read.
    pub fn hits<'a>(&self, view: &View<'a>, archived: bool, everything: bool) -> Result<Vec<Hit<'a>>, Refusal> {
        let site = view.site;
        let mut found = Vec::new();
        for head in site.content.heads().filter(|head| searchable(site, head, archived)) {
            // What doesn't fit must not stay in memory.
            let fits = site.content.row(head.id).map(|row| self.root.holds(view, Hit::Content(&row)));
            if fits.transpose()? == Some(true) {
                found.extend(site.content.get(&head.id).map(Hit::Content));
            }
        }
        let spaces = site.spaces.values().filter(|space| everything && space.indexed && (archived || !space.archived));
        let users = site.accounts.values().filter(|account| everything && self.users && account.indexed);
        for hit in spaces.map(Hit::Space).chain(users.map(Hit::User)) {
            if self.root.holds(view, hit)? {
                found.push(hit);
            }
        }
        found.sort_by(|one, other| {
            let by = self.order.iter().map(|(field, falling)| {
                let order = compare(view, *field, *one, *other);
                if *falling { order.reverse() } else { order }
            });
            by.fold(Ordering::Equal, Ordering::then)
        });
        Ok(found)
    }
}

/// Whether content is found by searches: known to the index, live, listed, in a space, and on nothing that lies in the trash.
fn searchable(site: &Site, head: &Head, archived: bool) -> bool {
    let live = |head: &Head| head.status == Status::Current && head.original().is_none();
    let placed = match head.container() {
        Some(holder) if matches!(head.kind, ContentKind::Comment | ContentKind::Attachment) => {
            site.content.head(holder).is_some_and(|holder| live(holder) || holder.kind == ContentKind::SpaceDescription)
        }
        _ => true,
    };
    let space = site.space_of_head(head).and_then(|id| site.spaces.get(&id));
    let indexed = site.is_indexed(head.id);
    indexed && head.kind.is_shown() && live(head) && placed && space.is_some_and(|space| archived || !space.archived)
}

struct Maker<'a> {
    text: &'a str,
    now: DateTime,
    caller: &'a str,
    users: bool,
}

impl Maker<'_> {
    fn node(&mut self, condition: Condition) -> Result<Node, CqlError> {
        Ok(match condition {
            Condition::All(parts) => Node::All(self.nodes(parts)?),
            Condition::Any(parts) => Node::Any(self.nodes(parts)?),
            Condition::Not(inner) => Node::Not(Box::new(self.node(*inner)?)),
            Condition::Clause(field, operator, values) => self.clause(field, operator, &values)?,
        })
    }

    fn nodes(&mut self, parts: Vec<Condition>) -> Result<Vec<Node>, CqlError> {
        parts.into_iter().map(|part| self.node(part)).collect()
    }

    fn clause(&mut self, field: Field, operator: Operator, values: &[Operand]) -> Result<Node, CqlError> {
        let unreadable = || CqlError::Unreadable(self.text.to_owned());
        let not = |node: Node| Node::Not(Box::new(node));
        if matches!(field, Field::Created | Field::LastModified) {
            let value = values.first().and_then(|value| stretch(value, self.now)).ok_or_else(unreadable)?;
            return Ok(match operator {
                Operator::IsNot => not(Node::Time(field, Operator::Is, value)),
                _ => Node::Time(field, operator, value),
            });
        }
        let plain = |value: &Operand| match value {
            Operand::Text(text) => Ok(text.to_lowercase()),
            Operand::Call(name, given) if name == "currentuser" && given.is_empty() => Ok(self.caller.to_lowercase()),
            Operand::Call(..) => Err(unreadable()),
        };
        let values = values.iter().map(plain).collect::<Result<Vec<String>, CqlError>>()?;
        if field == Field::Type {
            if let Some(unknown) = values.iter().find(|value| !TYPES.contains(&value.as_str())) {
                return Err(CqlError::Type(unknown.clone()));
            }
            self.users |= values.iter().any(|value| value == "user");
        }
        let sought = |values: &[String]| Sought::new(values.first().map(String::as_str).unwrap_or_default());
        Ok(match operator {
            Operator::Contains => Node::Contains(field, sought(&values)),
            Operator::Lacks => not(Node::Contains(field, sought(&values))),
            Operator::IsNot | Operator::NoneOf => not(Node::Among(field, values)),
            _ => Node::Among(field, values),
        })
    }
}

impl Node {
    fn holds(&self, view: &View<'_>, hit: Hit<'_>) -> Result<bool, Refusal> {
        Ok(match self {
            Self::All(parts) => {
                for part in parts {
                    if !part.holds(view, hit)? {
                        return Ok(false);
                    }
                }
                true
            }
            Self::Any(parts) => {
                for part in parts {
                    if part.holds(view, hit)? {
                        return Ok(true);
                    }
                }
                false
            }
            Self::Not(inner) => !inner.holds(view, hit)?,
            Self::Among(field, wanted) => values(view, *field, hit).iter().any(|own| wanted.contains(own)),
            Self::Contains(field, sought) => sought.within(&text(view, *field, hit)?),
            Self::Time(field, operator, wanted) => digits(*field, hit).is_some_and(|own| match operator {
                Operator::Before => own < wanted.from,
                Operator::AtMost => own < wanted.to,
                Operator::After => own >= wanted.to,
                Operator::AtLeast => own >= wanted.from,
                _ => wanted.from <= own && own < wanted.to,
            }),
        })
    }
}

/// The words that `~` looks among.
fn text(view: &View<'_>, field: Field, hit: Hit<'_>) -> Result<Vec<String>, Refusal> {
    let mut out = match field {
        Field::SpaceTitle => space(view, hit).map(|space| words(&space.name)).unwrap_or_default(),
        _ => words(&title(view, hit)),
    };
    if let (Field::Text, Hit::Content(row)) = (field, hit) {
        out.extend(words(&readable(&view.text(row.body)?)));
        out.extend(labels(view, row).iter().flat_map(|name| words(name)));
    }
    Ok(out)
}

/// The title that answers show: a comment is called after what it hangs on.
pub fn title(view: &View<'_>, hit: Hit<'_>) -> String {
    match hit {
        Hit::Content(row) => crate::mock::shapes::title(view, row),
        Hit::Space(space) => space.name.clone(),
        Hit::User(account) => account.display.clone().unwrap_or_else(|| account.name.clone()),
    }
}

fn space<'a>(view: &View<'a>, hit: Hit<'a>) -> Option<&'a Space> {
    match hit {
        Hit::Content(row) => view.site.space_of(row).and_then(|id| view.site.spaces.get(&id)),
        Hit::Space(space) => Some(space),
        Hit::User(_) => None,
    }
}

/// Names of the labels that the caller sees: personal ones are seen by their owners alone.
fn labels<'a>(view: &View<'a>, row: &Content) -> Vec<&'a str> {
    let shown =
        row.labels.iter().filter_map(|id| view.site.labels.get(id)).filter(|label| view.rights().see_label(label));
    shown.map(|label| label.name.as_str()).collect()
}

/// What a row has in a field, in lower case; nothing where the field isn't one of its kind.
fn values(view: &View<'_>, field: Field, hit: Hit<'_>) -> Vec<String> {
    let site = view.site;
    let one = |value: Option<String>| value.into_iter().map(|value| value.to_lowercase()).collect();
    // A user is meant by name or by key.
    let person = |key: Option<&str>| {
        let name = key.and_then(|key| site.users.get(key)).map(String::as_str);
        key.into_iter().chain(name).map(str::to_lowercase).collect::<Vec<String>>()
    };
    match (field, hit) {
        (Field::Type, Hit::Content(row)) => vec![row.kind.word().to_owned()],
        (Field::Type, Hit::Space(_)) => vec!["space".to_owned()],
        (Field::Type, Hit::User(_)) => vec!["user".to_owned()],
        (Field::Title, _) => one(Some(title(view, hit))),
        (Field::Space, _) => one(space(view, hit).map(|space| space.key.clone())),
        (Field::SpaceTitle, _) => one(space(view, hit).map(|space| space.name.clone())),
        (Field::SpaceType, _) => one(space(view, hit).and_then(|space| space.kind.clone())),
        (Field::Creator, Hit::Content(row)) => person(row.creator.as_deref()),
        (Field::Creator, Hit::Space(space)) => person(space.creator.as_deref()),
        (Field::Contributor, Hit::Content(row)) => {
            let all = std::iter::once(row).chain(site.versions(row));
            all.flat_map(|row| [row.creator.as_deref(), row.modifier.as_deref()]).flat_map(person).collect()
        }
        (Field::Id, Hit::Content(row)) => vec![row.id.to_string()],
        (Field::Label, Hit::Content(row)) => label_values(view, row),
        (Field::Label, Hit::Space(space)) => {
            let holder = space.description.and_then(|id| site.content.get(&id));
            holder.map(|row| label_values(view, row)).unwrap_or_default()
        }
        (Field::Ancestor, Hit::Content(row)) if row.kind == ContentKind::Page => {
            site.ancestors(row).iter().map(|above| above.id.to_string()).collect()
        }
        (Field::Parent, Hit::Content(row)) if row.kind == ContentKind::Page => {
            one(site.ancestors(row).last().map(|above| above.id.to_string()))
        }
        (Field::Container, Hit::Content(row)) => one(row.container.map(|id| id.to_string())),
        _ => Vec::new(),
    }
}

/// A label is meant by its name, or by prefix and name.
fn label_values(view: &View<'_>, row: &Content) -> Vec<String> {
    let shown =
        row.labels.iter().filter_map(|id| view.site.labels.get(id)).filter(|label| view.rights().see_label(label));
    shown
        .flat_map(|label| [label.name.to_lowercase(), format!("{}:{}", label.prefix, label.name).to_lowercase()])
        .collect()
}

/// When something was made or last changed; what was never changed was last changed when it was made.
pub fn digits(field: Field, hit: Hit<'_>) -> Option<DateTime> {
    let (created, modified) = match hit {
        Hit::Content(row) => (&row.created, &row.modified),
        Hit::Space(space) => (&space.created, &space.modified),
        Hit::User(_) => return None,
    };
    let wanted = if field == Field::Created { created } else { modified.as_ref().map_or(created, |_| modified) };
    crate::model::wall_clock(wanted.as_deref()?)?.parse().ok()
}

fn compare(view: &View<'_>, field: Field, one: Hit<'_>, other: Hit<'_>) -> Ordering {
    match field {
        Field::Created | Field::LastModified => digits(field, one).cmp(&digits(field, other)),
        Field::Id => number(one).cmp(&number(other)),
        _ => values(view, field, one).cmp(&values(view, field, other)),
    }
}

fn number(hit: Hit<'_>) -> u64 {
    match hit {
        Hit::Content(row) => row.id,
        Hit::Space(space) => space.id,
        Hit::User(_) => 0,
    }
}
