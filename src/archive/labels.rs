//! Labels on pages, blog posts, comments, attachments and spaces.

use std::collections::BTreeSet;

use super::classes::ContentClass;
use super::spaces;
use super::tables::{Content, Label, Labelling, Status};
use super::work::Mapping;
use crate::model::{Aside, Kind};
use crate::reading::{Found, Holder};

/// Personal labels, which only their owners see.
const PERSONAL: &str = "my";

const OLD: &str = "labels on older versions";

pub(super) fn map(mapping: &mut Mapping<'_>) {
    let tables = mapping.tables;
    for label in tables.labels.values() {
        if &*label.namespace == PERSONAL {
            mapping.leave_out("Label", "personal labels");
        } else {
            mapping.accounts.mapped("Label");
        }
    }
    // One label of several users on the same content is one label.
    let mut seen = BTreeSet::new();
    for labelling in tables.labellings.values() {
        match found(mapping, labelling) {
            Became::Label(holder, aside, label) => {
                let name = format!("{}:{}", label.namespace, label.name);
                if seen.insert((labelling.content, name.clone())) {
                    let name = vec!["label".to_owned(), name];
                    mapping.collector.push(Found {
                        kind: Kind::Label,
                        id: None,
                        holder,
                        name,
                        aside,
                        fields: Vec::new(),
                    });
                }
                mapping.accounts.mapped("Labelling");
            }
            Became::Nothing(what) => mapping.leave_out("Labelling", what),
            Became::Damage => mapping.unplaced("Labelling", labelling.label.is_some() && labelling.referenced),
        }
    }
}

enum Became<'a> {
    Label(Holder, Option<Aside>, &'a Label),
    Nothing(&'static str),
    Damage,
}

fn found<'a>(mapping: &Mapping<'a>, labelling: &Labelling) -> Became<'a> {
    let tables = mapping.tables;
    if labelling.template {
        return Became::Nothing("labels on templates");
    }
    let Some(label) = labelling.label.and_then(|label| tables.labels.get(&label)) else { return Became::Damage };
    if &*label.namespace == PERSONAL {
        return Became::Nothing("uses of personal labels");
    }
    let Some((id, content)) = labelling.content.and_then(|id| Some((id, tables.content.get(&id)?))) else {
        return Became::Damage;
    };
    match content.class {
        ContentClass::SpaceDescription => on_space(mapping, content, label),
        class if class.is_no_page() => Became::Nothing("labels on content of apps"),
        _ if content.original.is_some() && content.status != Status::Draft => Became::Nothing(OLD),
        _ => Became::Label(Holder::Content(id), None, label),
    }
}

fn on_space<'a>(mapping: &Mapping<'a>, content: &Content, label: &'a Label) -> Became<'a> {
    if content.original.is_some() {
        return Became::Nothing(OLD);
    }
    match content.space.and_then(|id| Some((id, mapping.tables.spaces.get(&id)?))) {
        Some((id, space)) => {
            let aside = (!mapping.claimed.has(id)).then_some(Aside::ForeignSpace);
            Became::Label(Holder::Key(spaces::key(space)), aside, label)
        }
        None => Became::Damage,
    }
}
