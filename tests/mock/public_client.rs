//! The public Python package atlassian-python-api reads a restored site, unmodified; what it gives is what the reader of archives says.

use std::path::Path;

use rehearsal::model::{Field, Item, Key, Kind, Value as Told};
use serde_json::{Value, json};

use crate::common;
use crate::rig::{ADMIN, PASSWORD, Rig};

const PACKAGE: &str = "atlassian-python-api==5.0.5";

/// Real sites: with many attachments and versions; with files in the trash; with comments, labels and restrictions.
const SITES: [&str; 3] = ["site-5.1.zip", "site-5.9.zip", "site-4.3.2.zip"];

/// What a script prints of a running mock.
async fn client(python: &Path, script: &str, rig: &Rig) -> Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mock").join(script);
    let mut command = std::process::Command::new(python);
    command.arg(script).args([&rig.url(""), ADMIN, PASSWORD]);
    // The mock is served by this process, so waiting must not take a thread from it.
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

async fn restored(site: &Path) -> Rig {
    let rig = Rig::start().await;
    std::fs::copy(site, rig.home().join("restore/site/site.zip")).unwrap();
    let job = rig.restore_file("site", "site.zip").await;
    assert_eq!(job["jobState"], "FINISHED", "{job}");
    rig
}

/// R11 to R17 [D]: lists, expansions, children, ancestors, history, labels, attachments, comments, restrictions, groups and users, as a
/// client asks for them that nobody here wrote.
#[tokio::test(flavor = "multi_thread")]
async fn a_public_client_reads_what_the_archives_hold() {
    let Some(corpus) = common::corpus() else { return };
    let Some(python) = common::python::with("atlassian", PACKAGE) else { return };
    let mut seen = std::collections::BTreeSet::new();
    for site in SITES {
        let path = common::package(&corpus, site);
        let rig = restored(&path).await;
        let read = client(&python, "public_client.py", &rig).await;
        let held = Archive::of(&path);
        assert_eq!(read["spaces"], held.spaces(), "{site}");
        assert_eq!(read["groups"], held.groups(), "{site}");
        let pages = held.pages();
        assert!(!pages.is_empty(), "{site} has no page");
        assert_eq!(read["pages"].as_array().unwrap().len(), pages.len(), "{site}");
        for (own, wanted) in read["pages"].as_array().unwrap().iter().zip(&pages) {
            assert_eq!(own, wanted, "{site}");
            let filled = own
                .as_object()
                .unwrap()
                .iter()
                .filter(|(_, value)| value.as_array().is_some_and(|all| !all.is_empty()));
            seen.extend(filled.map(|(name, _)| name.clone()));
        }
        for (name, display) in read["users"].as_object().unwrap() {
            let item = held.all(Kind::User).find(|item| item.key.segments()[1].eq_ignore_ascii_case(name));
            let wanted = item.and_then(|item| item.text(Field::Title)).unwrap_or(name);
            assert_eq!(display, wanted, "{site}: {name}");
        }
    }
    // Lists that are empty everywhere would agree without proving anything.
    let lists = ["attachments", "children", "comments", "ids by title", "labels", "restrictions"];
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), lists);
}

/// How every reading call of the package ends: as public_client.txt says, with a reason for what doesn't work. A call that begins to work, or
/// that a newer package adds, shows here.
#[tokio::test(flavor = "multi_thread")]
async fn every_reading_call_of_the_client_is_accounted_for() {
    let Some(corpus) = common::corpus() else { return };
    let Some(python) = common::python::with("atlassian", PACKAGE) else { return };
    let rig = restored(&common::package(&corpus, "site-4.3.2.zip")).await;
    let found = client(&python, "public_client_survey.py", &rig).await;
    let found: Vec<String> =
        found.as_object().unwrap().iter().map(|(name, end)| format!("{name} {}", end.as_str().unwrap())).collect();
    let told = include_str!("public_client.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut known: Vec<String> = Vec::new();
    for line in told {
        let (call, reason) = line.split_once(": ").unwrap_or((line, ""));
        assert!(call.ends_with(" works") || !reason.is_empty(), "{call} has no reason");
        known.push(call.to_owned());
    }
    known.sort();
    assert_eq!(found.join("\n"), known.join("\n"));
}

/// The items of an archive that a restored copy must show.
struct Archive(Vec<Item>);

impl Archive {
    fn of(path: &Path) -> Self {
        let inventory = rehearsal::archive::read(&common::backup(path), &common::context()).unwrap();
        let all = Kind::ALL.into_iter().flat_map(|kind| inventory.reading.items(kind).map(Result::unwrap));
        Self(all.filter(|item| item.aside.is_none()).collect())
    }

    fn all(&self, kind: Kind) -> impl Iterator<Item = &Item> {
        self.0.iter().filter(move |item| item.kind == kind)
    }

    /// Items of a kind whose keys begin with this one and have as many segments more.
    fn below<'a>(&'a self, holder: &'a Key, kind: Kind, more: usize) -> impl Iterator<Item = &'a Item> {
        let fits = move |key: &Key| {
            let segments = key.segments();
            segments.starts_with(holder.segments()) && segments.len() == holder.segments().len() + more
        };
        self.all(kind).filter(move |item| fits(&item.key))
    }

    fn spaces(&self) -> Value {
        let mut all: Vec<Value> =
            self.all(Kind::Space).map(|item| json!([item.key.segments()[1], item.text(Field::Title)])).collect();
        all.sort_by_key(ToString::to_string);
        all.into()
    }

    fn groups(&self) -> Value {
        let member = |item: &Item| item.key.segments()[3].clone();
        let all = self.all(Kind::Group).map(|group| {
            let mut members: Vec<String> = self.below(&group.key, Kind::Membership, 2).map(member).collect();
            members.sort();
            (group.key.segments()[1].clone(), Value::from(members))
        });
        Value::Object(all.collect())
    }

    fn pages(&self) -> Vec<Value> {
        let mut live: Vec<&Item> =
            self.all(Kind::Page).filter(|item| item.text(Field::Status) == Some("current")).collect();
        live.sort_by_key(|item| item.id);
        live.iter().map(|page| self.page(page, &live)).collect()
    }

    fn page(&self, page: &Item, live: &[&Item]) -> Value {
        let parent = |item: &Item| match item.fields.get(&Field::Parent) {
            Some(Some(Told::Key(key))) => live.iter().find(|other| other.key == *key).and_then(|other| number(other)),
            _ => None,
        };
        let mut children: Vec<String> =
            live.iter().filter(|other| parent(other) == number(page)).filter_map(|other| number(other)).collect();
        children.sort();
        let tail = |item: &Item| item.key.segments()[page.key.segments().len() + 1..].join(" ");
        let mut labels: Vec<String> = self.below(&page.key, Kind::Label, 2).map(tail).collect();
        labels.sort();
        let mut restrictions: Vec<String> = self.below(&page.key, Kind::Restriction, 4).map(tail).collect();
        restrictions.sort();
        let mut comments: Vec<String> = self.below(&page.key, Kind::Comment, 4).filter_map(number).collect();
        comments.sort();
        let file = |item: &Item| {
            let digest = item.text(Field::Digest).map(|digest| digest.trim_start_matches("sha256:"));
            json!([number(item), item.text(Field::Title), item.number(Field::Bytes), digest])
        };
        let mut attachments: Vec<Value> = self.below(&page.key, Kind::Attachment, 2).map(file).collect();
        attachments.sort_by_key(|file| file[0].as_str().unwrap().to_owned());
        let title = page.text(Field::Title);
        json!({
            "id": number(page), "space": page.text(Field::Space), "title": title, "ids by title": [number(page)],
            "parent": parent(page), "children": children, "version": page.number(Field::Number),
            "created": page.text(Field::Created).map(|digits| digits.replace(' ', "T") + "Z"),
            "author": page.text(Field::Author), "editor": page.text(Field::Editor),
            "body bytes": page.number(Field::BodyBytes), "labels": labels, "attachments": attachments,
            "comments": comments, "restrictions": restrictions,
        })
    }
}

fn number(item: &Item) -> Option<String> {
    item.id.map(|id| id.to_string())
}
