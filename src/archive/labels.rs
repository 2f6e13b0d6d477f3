//! Labels on pages, blog posts, comments, attachments and spaces.

use super::classes::ContentClass;
use super::spaces;
use super::tables::{Label, Labelling, Spine, Status, Tables};
use super::work::Mapping;
use crate::model::{Aside, Kind};
use crate::reading::{Found, Holder};
use crate::runs::{Budget, Runs, SpillError};

/// Personal labels, which only their owners see.
const PERSONAL: &str = "my";

const OLD: &str = "labels on older versions";

pub(super) fn map(mapping: &mut Mapping<'_>, budget: &Budget) -> Result<(), SpillError> {
    let tables = mapping.places.tables;
    for label in tables.labels.values() {
        if is_personal(tables, label) {
            mapping.leave_out("Label", "personal labels");
        } else {
            mapping.accounts.mapped("Label");
        }
    }
    // One label of several users on the same content is one label.
    let mut uses = Runs::new(budget);
    mapping.each(
        &tables.labellings,
        |_| "Labelling",
        |mapping, _, labelling| {
            match found(tables, &labelling)? {
                Became::Label(content, label) => {
                    let name = format!("{}:{}", tables.words.text(label.namespace), label.name);
                    uses.push(&[&content.to_be_bytes(), name.as_bytes()].concat(), &[]);
                    mapping.accounts.mapped("Labelling");
                }
                Became::Nothing(what) => mapping.leave_out("Labelling", what),
                Became::Damage => mapping.unplaced("Labelling", labelling.label.is_some() && labelling.referenced),
            }
            Ok(())
        },
    )?;
    let (uses, mut last) = (uses.finish()?, Vec::new());
    let mut rows = uses.rows();
    while let Some((key, _)) = rows.next()? {
        if let Some((content, name)) = key.split_first_chunk().filter(|_| last != key) {
            push(mapping, u64::from_be_bytes(*content), String::from_utf8_lossy(name).into_owned())?;
            last = key.to_vec();
        }
    }
    Ok(())
}

fn push(mapping: &mut Mapping<'_>, content: u64, name: String) -> Result<(), SpillError> {
    let tables = mapping.places.tables;
    let space = tables.spine(content)?.filter(|row| row.class == ContentClass::SpaceDescription);
    let space = space.and_then(|row| row.space).and_then(|id| Some((id, tables.spaces.get(&id)?)));
    let (holder, aside) = match space {
        Some((id, space)) => {
            let aside = (!mapping.places.claimed.has(id)).then_some(Aside::ForeignSpace);
            (Holder::Key(spaces::key(space)), aside)
        }
        None => (Holder::Content(content), None),
    };
    let name = vec!["label".to_owned(), name];
    mapping.item(Found { kind: Kind::Label, id: None, holder, name, aside, fields: Vec::new() })
}

fn is_personal(tables: &Tables, label: &Label) -> bool {
    tables.words.text(label.namespace) == PERSONAL
}

enum Became<'a> {
    /// A label on this content.
    Label(u64, &'a Label),
    Nothing(&'static str),
    Damage,
}

fn found<'a>(tables: &'a Tables, labelling: &Labelling) -> Result<Became<'a>, SpillError> {
    if labelling.template {
        return Ok(Became::Nothing("labels on templates"));
    }
    let Some(label) = labelling.label.and_then(|label| tables.labels.get(&label)) else { return Ok(Became::Damage) };
    if is_personal(tables, label) {
        return Ok(Became::Nothing("uses of personal labels"));
    }
    let content = labelling.content.map(|id| Ok((id, tables.spine(id)?))).transpose()?;
    let Some((id, Some(content))) = content else { return Ok(Became::Damage) };
    Ok(match content.class {
        ContentClass::SpaceDescription => on_space(tables, id, &content, label),
        class if class.is_no_page() => Became::Nothing("labels on content of apps"),
        _ if content.original.is_some() && content.status != Status::Draft => Became::Nothing(OLD),
        _ => Became::Label(id, label),
    })
}

fn on_space<'a>(tables: &Tables, id: u64, content: &Spine, label: &'a Label) -> Became<'a> {
    if content.original.is_some() {
        return Became::Nothing(OLD);
    }
    match content.space.filter(|id| tables.spaces.contains_key(id)) {
        Some(_) => Became::Label(id, label),
        None => Became::Damage,
    }
}
