//! Holds the table of layers in ARCHITECTURE.md against the code: every path of every source file is resolved to the module of the crate
//! that it leads into, whether it stands in a `use`, inline, behind `super`, or in the arguments of a macro.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests assert")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use syn::visit::Visit;

const LAYERS: [&[&str]; 7] = [
    &["model", "settings", "event", "clock"],
    &["package", "runs", "reading", "storage", "confluence", "lab"],
    &["archive", "source", "mock", "check", "report", "damage", "sample"],
    &["target", "observe", "probe", "expect", "evidence"],
    &["scenario", "plan"],
    &["drill"],
    &["prove", "cli"],
];

/// Edges within a layer that the table allows.
const ACROSS: [(&str, &str); 4] = [("reading", "runs"), ("expect", "observe"), ("plan", "scenario"), ("cli", "prove")];

/// Edges to a lower layer that the table forbids.
const FORBIDDEN: [(&str, &str); 8] = [
    ("mock", "confluence"),
    ("mock", "reading"),
    ("check", "package"),
    ("check", "confluence"),
    ("check", "lab"),
    ("report", "package"),
    ("report", "confluence"),
    ("report", "lab"),
];

fn layer(module: &str) -> usize {
    LAYERS.iter().position(|layer| layer.contains(&module)).unwrap_or_else(|| {
        panic!("the module {module} stands in no layer: add it to ARCHITECTURE.md and to this table")
    })
}

fn allowed(from: &str, to: &str) -> bool {
    let (above, below) = (layer(from), layer(to));
    let table = match above {
        0 => below == 0,
        3 => below < 3 && to != "check" && (to != "report" || from == "evidence"),
        _ => below < above,
    };
    from == to || ((table || ACROSS.contains(&(from, to))) && !FORBIDDEN.contains(&(from, to)))
}

/// Collects the top-level modules that a file's paths lead into.
struct Paths {
    module: Vec<String>,
    inner: Vec<String>,
    found: BTreeSet<String>,
}

impl Paths {
    fn resolve(&mut self, segments: &[String]) {
        let mut place: Vec<String> = self.module.iter().chain(&self.inner).cloned().collect();
        let mut rest = segments;
        match rest.first().map(String::as_str) {
            Some("crate" | "rehearsal") => (place, rest) = (Vec::new(), &rest[1..]),
            Some("self") => rest = &rest[1..],
            Some("super") => {
                while rest.first().is_some_and(|segment| segment == "super") {
                    place.pop();
                    rest = &rest[1..];
                }
            }
            _ => return,
        }
        if let Some(top) = place.first().or_else(|| rest.first())
            && LAYERS.iter().any(|layer| layer.contains(&top.as_str()))
        {
            self.found.insert(top.clone());
        }
    }

    fn tree(&mut self, before: &mut Vec<String>, tree: &syn::UseTree) {
        match tree {
            syn::UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.tree(before, &path.tree);
                before.pop();
            }
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.tree(before, tree)),
            syn::UseTree::Name(syn::UseName { ident }) | syn::UseTree::Rename(syn::UseRename { ident, .. }) => {
                before.push(ident.to_string());
                self.resolve(&before.clone());
                before.pop();
            }
            syn::UseTree::Glob(_) => self.resolve(&before.clone()),
        }
    }
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.tree(&mut Vec::new(), &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.resolve(&path.segments.iter().map(|segment| segment.ident.to_string()).collect::<Vec<_>>());
        syn::visit::visit_path(self, path);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        // Inline test modules may use what they like: they are not part of the house.
        if item.attrs.iter().any(|attr| attr.path().is_ident("cfg")) {
            return;
        }
        self.inner.push(item.ident.to_string());
        syn::visit::visit_item_mod(self, item);
        self.inner.pop();
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        let text = item.tokens.to_string().replace(" :: ", "::");
        for (at, _) in text.match_indices("crate::") {
            let path: String =
                text[at..].chars().take_while(|c| c.is_alphanumeric() || *c == '_' || *c == ':').collect();
            self.resolve(&path.split("::").map(str::to_owned).collect::<Vec<_>>());
        }
        syn::visit::visit_macro(self, item);
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// The module path of a source file: `src/reading/file.rs` is `reading::file`.
fn module_of(src: &Path, file: &Path) -> Vec<String> {
    let mut module: Vec<String> = file
        .with_extension("")
        .strip_prefix(src)
        .unwrap()
        .components()
        .map(|part| part.as_os_str().to_str().unwrap().to_owned())
        .collect();
    if module.last().is_some_and(|last| last == "mod" || last == "lib" || last == "main") {
        module.pop();
    }
    module
}

fn edges(src: &Path) -> BTreeMap<(String, String), PathBuf> {
    let mut files = Vec::new();
    sources(src, &mut files);
    let mut edges = BTreeMap::new();
    for file in files {
        let module = module_of(src, &file);
        let Some(from) = module.first().cloned() else { continue };
        let parsed = syn::parse_file(&std::fs::read_to_string(&file).unwrap()).unwrap();
        let mut paths = Paths { module, inner: Vec::new(), found: BTreeSet::new() };
        paths.visit_file(&parsed);
        for to in paths.found {
            edges.insert((from.clone(), to), file.clone());
        }
    }
    edges
}

#[test]
fn imports_run_one_way() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let broken: Vec<String> = edges(&src)
        .into_iter()
        .filter(|((from, to), _)| !allowed(from, to))
        .map(|((from, to), file)| format!("{from} imports {to} in {}", file.display()))
        .collect();
    assert!(broken.is_empty(), "against the table of layers:\n{}", broken.join("\n"));
}

#[test]
fn every_module_stands_in_a_layer_and_the_root_re_exports_nothing() {
    let lib = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    for item in syn::parse_file(&lib).unwrap().items {
        match item {
            syn::Item::Mod(module) => drop(layer(&module.ident.to_string())),
            _ => panic!("src/lib.rs names modules and nothing else, or the table of layers could be walked around"),
        }
    }
}

#[test]
fn the_test_sees_what_it_should() {
    let mut paths = Paths { module: vec!["check".into(), "labels".into()], inner: Vec::new(), found: BTreeSet::new() };
    let code = "use crate::{model::Kind, reading as r}; use super::super::lab; fn f() { crate::mock::x(); format!(\"{}\", crate::drill::y()); }";
    paths.visit_file(&syn::parse_file(code).unwrap());
    assert_eq!(
        paths.found.iter().map(String::as_str).collect::<Vec<_>>(),
        ["drill", "lab", "mock", "model", "reading"]
    );
    assert!(!allowed("check", "lab") && !allowed("mock", "confluence") && !allowed("model", "reading"));
    assert!(!allowed("archive", "mock") && !allowed("target", "check") && allowed("evidence", "report"));
}
