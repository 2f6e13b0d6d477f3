//! How the rows of one table become objects: its header held against the list of columns, once.

use super::columns::{Class, FOLDER, Sort, Spec, content_class};
use crate::package::{Name, Object, ObjectBuffer, Raw, Row};

/// The table of all content, whose classes a column tells.
const TYPE: &str = "contenttype";

/// See the module.
#[derive(Debug)]
pub(super) struct Plan {
    spec: Option<&'static Spec>,
    /// How many columns the header has.
    pub width: usize,
    /// Columns without which the items can't be right, and which the header lacks.
    pub lacking: Vec<&'static str>,
    names: Vec<String>,
    id: Option<usize>,
    class: Option<usize>,
    /// Where each column stands that says something, the property that it is, and of what sort.
    columns: Vec<(usize, Name, Of)>,
    object: ObjectBuffer,
}

/// See [`Sort`].
#[derive(Debug, Clone, Copy)]
enum Of {
    Text,
    Enum,
    /// A reference to an object of this class, or of the row's own.
    Reference(Option<Name>),
}

impl Plan {
    /// Reads the header of a table of this sort, or of an unknown one; tells what is wrong with it.
    pub fn of(spec: Option<&'static Spec>, header: &Row<'_>, mut tell: impl FnMut(String)) -> Self {
        let names: Vec<String> =
            header.fields().map(|name| name.trim_start_matches('\u{feff}').trim().to_lowercase()).collect();
        for (at, name) in names.iter().enumerate() {
            if names.iter().take(at).any(|before| before == name) {
                let name: String = name.chars().take(100).collect();
                tell(format!("the column {name:?} stands twice in its header; the first one counts"));
            }
        }
        let at = |name: &str| names.iter().position(|own| own == name);
        let (mut lacking, mut columns) = (Vec::new(), Vec::new());
        let (mut id, mut class, mut object) = (None, None, ObjectBuffer::default());
        if let Some(spec) = spec {
            id = at(spec.id);
            lacking.extend((id.is_none() && !spec.id.is_empty()).then_some(spec.id));
            if spec.class == Class::ByType {
                class = at(TYPE);
                lacking.extend(class.is_none().then_some(TYPE));
            }
            for column in spec.columns {
                match at(column.name) {
                    Some(at) => columns.push((at, object.name(column.property), of(column.sort, &mut object))),
                    None => lacking.extend(column.needed.then_some(column.name)),
                }
            }
        }
        Self { spec, width: names.len(), lacking, names, id, class, columns, object }
    }

    /// Whether its rows are objects.
    pub fn is_of_objects(&self) -> bool {
        self.spec.is_some()
    }

    /// The name under which its rows are counted where they can't be understood.
    pub fn account(&self, table: &str) -> String {
        match self.spec.map(|spec| spec.class) {
            Some(Class::Named(class)) => class.to_owned(),
            _ => super::account(table),
        }
    }

    /// Where the column of this name stands.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|own| own == name)
    }

    /// The object of a row; `None` where the row says no class.
    pub fn object<'a>(&'a mut self, row: &Row<'a>, base: u64) -> Option<Object<'a>> {
        let spec = self.spec?;
        let word = self.class.map(|at| row.field(at)).unwrap_or_default();
        let (class, package) = match spec.class {
            Class::Named(class) => (class, spec.package),
            Class::ByType => match content_class(word) {
                Some(found) => found,
                // A type that is not known here, such as of newer sorts of content, is counted by its name.
                None if is_word(word) => (word, ""),
                None => return None,
            },
        };
        let object = &mut self.object;
        object.begin(class, package, base.saturating_add(row.offset()));
        // Null and empty are written alike.
        let filled = |at: usize| Some(row.range(at)).filter(|field| !field.is_empty());
        if let Some(id) = self.id.and_then(filled) {
            object.lend_id(id);
        }
        for (at, name, sort) in &self.columns {
            let Some(field) = filled(*at) else { continue };
            match sort {
                Of::Text => object.lend_text(*name, field),
                Of::Enum => object.lend_enum(*name, field),
                Of::Reference(target) => object.lend_reference(*name, *target, field),
            }
        }
        if self.class.is_some() && word.eq_ignore_ascii_case(FOLDER) {
            object.push("isFolder", &Raw::Text("true".to_owned()));
        }
        object.end(base.saturating_add(row.end()));
        Some(object.object(row.text()))
    }
}

fn of(sort: Sort, object: &mut ObjectBuffer) -> Of {
    match sort {
        Sort::Text => Of::Text,
        Sort::Enum => Of::Enum,
        Sort::To(class) => Of::Reference(Some(object.name(class))),
        Sort::ToOwn => Of::Reference(None),
    }
}

/// Whether it can stand for a class in counts.
fn is_word(word: &str) -> bool {
    !word.is_empty()
        && word.len() <= 64
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}
