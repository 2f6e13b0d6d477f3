//! How the rows of one table become objects: its header held against the list of columns, once.

use super::columns::{Class, Column, FOLDER, Sort, Spec, content_class};
use crate::package::{ObjectBuffer, Row};

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
    columns: Vec<(usize, &'static Column)>,
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
        let (mut id, mut class) = (None, None);
        if let Some(spec) = spec {
            id = at(spec.id);
            lacking.extend((id.is_none() && !spec.id.is_empty()).then_some(spec.id));
            if spec.class == Class::ByType {
                class = at(TYPE);
                lacking.extend(class.is_none().then_some(TYPE));
            }
            for column in spec.columns {
                match at(column.name) {
                    Some(at) => columns.push((at, column)),
                    None => lacking.extend(column.needed.then_some(column.name)),
                }
            }
        }
        Self { spec, width: names.len(), lacking, names, id, class, columns }
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

    /// Makes the object of a row; false where the row says no class.
    pub fn fill(&self, object: &mut ObjectBuffer, row: &Row<'_>, base: u64) -> bool {
        let Some(spec) = self.spec else { return false };
        let word = self.class.map(|at| row.field(at)).unwrap_or_default();
        let (class, package) = match spec.class {
            Class::Named(class) => (class, spec.package),
            Class::ByType => match content_class(word) {
                Some(found) => found,
                // A type that is not known here, such as of newer sorts of content, is counted by its name.
                None if is_word(word) => (word, ""),
                None => return false,
            },
        };
        object.begin(class, package, base.saturating_add(row.offset()));
        if let Some(id) = self.id.map(|at| row.field(at)).filter(|id| !id.is_empty()) {
            object.set_id(id);
        }
        for (at, column) in &self.columns {
            let field = row.field(*at);
            // Null and empty are written alike.
            if field.is_empty() {
                continue;
            }
            match column.sort {
                Sort::Text => object.push_text(column.property, field),
                Sort::Enum => object.push_enum(column.property, field),
                Sort::To(target) => object.push_reference(column.property, target, field),
                Sort::ToOwn => object.push_reference(column.property, class, field),
            }
        }
        if self.class.is_some() && word.eq_ignore_ascii_case(FOLDER) {
            object.push_text("isFolder", "true");
        }
        object.end(base.saturating_add(row.end()));
        true
    }
}

/// Whether it can stand for a class in counts.
fn is_word(word: &str) -> bool {
    !word.is_empty()
        && word.len() <= 64
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}
