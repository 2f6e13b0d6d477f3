//! Readings and alignments held against what they mean, said the plain way in memory. Whatever the budget, they say the same.

use std::collections::{BTreeMap, HashMap};

use proptest::prelude::*;

use super::*;
use crate::model::{BODY_DIGEST_RULES, Field, Value};
use crate::runs::Budget;

/// Budgets in bytes with which all goes through the disk, some of it, and none.
const BUDGETS: [usize; 3] = [300, 3_000, 1 << 20];

fn header(scope: Scope) -> Header {
    Header {
        origin: "test".into(),
        began: String::new(),
        ended: String::new(),
        product: None,
        scope,
        coverage: BTreeMap::new(),
        blind_spots: Vec::new(),
        texts: BODY_DIGEST_RULES.into(),
        normal: None,
        capture: None,
    }
}

fn reading(items: &[Item], scope: Scope, limit: usize) -> Reading {
    let mut gathering = Gathering::new(&Budget::new(limit));
    items.iter().for_each(|item| gathering.push(item));
    gathering.finish(header(scope)).unwrap()
}

fn listed(reading: &Reading, kind: Kind) -> Vec<Item> {
    reading.items(kind).map(Result::unwrap).collect()
}

/// What orders items of one key.
fn rank(item: &Item) -> (bool, Option<&str>, Option<&str>, Option<&str>, Option<u64>) {
    (item.aside.is_some(), item.text(Field::Created), item.text(Field::Body), item.text(Field::Digest), item.id)
}

/// The items of a kind, sorted and told apart.
fn told_apart(items: &[Item], kind: Kind) -> Vec<Item> {
    let mut items: Vec<Item> = items.iter().filter(|item| item.kind == kind).cloned().collect();
    items.sort_by(|a, b| a.key.cmp(&b.key).then_with(|| rank(a).cmp(&rank(b))));
    let mut times: HashMap<Key, u32> = HashMap::new();
    for item in &mut items {
        let times = times.entry(item.key.clone()).or_default();
        *times += 1;
        if *times > 1 {
            item.key = item.key.with([format!("#{times}")]);
        }
    }
    items.sort_by(|a, b| a.key.cmp(&b.key));
    items
}

fn segment() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["", "a", "b", "#2", "page", "restriction", "read", "\u{0}", "é"]).prop_map(str::to_owned)
}

fn keys() -> impl Strategy<Value = Key> {
    proptest::collection::vec(segment(), 1..4).prop_map(Key::new)
}

fn items() -> impl Strategy<Value = Vec<Item>> {
    let kind = prop::sample::select(vec![Kind::Space, Kind::Page, Kind::Comment, Kind::Label, Kind::Restriction]);
    let aside = prop::sample::select(vec![None, None, Some(Aside::Draft), Some(Aside::Trashed)]);
    let value = prop_oneof![
        any::<bool>().prop_map(Value::Flag),
        any::<i64>().prop_map(Value::Number),
        segment().prop_map(Value::Text),
        keys().prop_map(Value::Key),
    ];
    let field = prop::sample::select(vec![Field::Created, Field::Body, Field::Parent, Field::Title]);
    let fields = proptest::collection::btree_map(field, proptest::option::of(value), 0..4);
    let item = (kind, keys(), proptest::option::of(0_u64..6), aside, fields)
        .prop_map(|(kind, key, id, aside, fields)| Item { kind, key, id, aside, fields });
    proptest::collection::vec(item, 0..60)
}

/// Content ids by natural key, and what a key is matched by.
struct Ids(HashMap<Key, u64>);

impl Ids {
    fn of(items: &[Vec<Item>], identity: Identity) -> Self {
        let content = items.iter().flatten().filter(|item| item.kind.is_content() && identity == Identity::Id);
        Self(content.filter_map(|item| Some((item.key.clone(), item.id?))).collect())
    }

    fn key(&self, key: &Key) -> Key {
        let segments = key.segments();
        for length in (1..=segments.len()).rev() {
            if let Some(id) = self.0.get(&Key::new(segments[..length].iter().cloned())) {
                return Key::new(["content".to_owned(), format!("{id:020}")]).with(segments[length..].iter().cloned());
            }
        }
        key.clone()
    }

    fn value(&self, value: Option<&Option<Value>>) -> Option<Value> {
        match value?.as_ref()? {
            Value::Key(key) => Some(Value::Key(self.key(key))),
            other => Some(other.clone()),
        }
    }
}

/// What a model says of one item: the item, its fields and the fronts of its key as they are compared.
type Said = (Item, Vec<(Field, Option<Value>)>, Vec<Key>);

fn said(shown: &Shown) -> Said {
    let fields = shown.fields.keys().map(|field| (*field, shown.comparable(*field))).collect();
    let fronts = (1..=shown.key.segments().len()).map(|length| shown.comparable_front(length)).collect();
    ((**shown).clone(), fields, fronts)
}

/// The rows of a kind by the plain meaning: a map by matched key, in which the later item of one side takes the place of the earlier.
fn aligned(sides: &[Vec<Item>; 3], identity: Identity, kind: Kind) -> Vec<[Option<Said>; 3]> {
    let mut rows: BTreeMap<Key, [Option<Said>; 3]> = BTreeMap::new();
    for (at, items) in sides.iter().enumerate() {
        let sets: Vec<Vec<Item>> = Kind::ALL.into_iter().map(|kind| told_apart(items, kind)).collect();
        let ids = Ids::of(&sets, identity);
        for item in sets.into_iter().flatten().filter(|item| item.kind == kind) {
            let fields = item.fields.keys().map(|field| (*field, ids.value(item.fields.get(field)))).collect();
            let segments = item.key.segments();
            let front = |length: usize| ids.key(&Key::new(segments[..length].iter().cloned()));
            let fronts = (1..=segments.len()).map(front).collect();
            let row = rows.entry(ids.key(&item.key)).or_default();
            row[at] = Some((item, fields, fronts));
        }
    }
    rows.into_values().collect()
}

/// The titles, restrictions and parents of all readings by the plain meaning.
struct Plain {
    titles: HashMap<Key, Item>,
    restricted: Vec<Key>,
}

impl Plain {
    fn of(sides: &[Vec<Item>; 3]) -> Self {
        let mut plain = Self { titles: HashMap::new(), restricted: Vec::new() };
        for items in sides {
            for kind in [Kind::Page, Kind::BlogPost] {
                for item in told_apart(items, kind) {
                    plain.titles.entry(item.key.clone()).or_insert(item);
                }
            }
            for item in told_apart(items, Kind::Restriction) {
                let segments = item.key.segments();
                let Some(at) = segments.iter().rposition(|segment| segment == "restriction") else { continue };
                if segments.get(at + 1).is_some_and(|operation| operation == "read") {
                    plain.restricted.push(Key::new(segments[..at].iter().cloned()));
                }
            }
        }
        plain
    }

    fn content(&self, key: &Key) -> Option<&Item> {
        let segments = key.segments();
        (1..=segments.len()).rev().find_map(|length| self.titles.get(&Key::new(segments[..length].iter().cloned())))
    }

    fn above(&self, item: &Item) -> Option<&Item> {
        match item.fields.get(&Field::Parent) {
            Some(Some(Value::Key(key))) => self.titles.get(key),
            _ => None,
        }
    }

    fn restricted(&self, key: &Key) -> bool {
        let mut current = self.content(key);
        for _ in 0..1_000 {
            let Some(item) = current else { return false };
            if self.restricted.contains(&item.key) {
                return true;
            }
            current = self.above(item);
        }
        true
    }
}

/// A page that is called `#2` beside a twin that is told apart by the same word: whoever asks by the key gets the first everywhere.
#[test]
fn a_name_like_that_of_a_twin_is_answered_alike_everywhere() {
    let page = |key: &[&str], title: Option<&str>| {
        let fields = title.map(|title| (Field::Title, Some(Value::from(title)))).into_iter().collect();
        Item { kind: Kind::Page, key: Key::new(key.iter().copied()), id: None, aside: None, fields }
    };
    let items = [page(&["a", "#2"], Some("named so")), page(&["a"], None), page(&["a"], None)];
    let inventory = inventory(reading(&items, Scope::Unknown, 300));
    let claimed = Manifest::from_backup(&inventory, &Digest::of(""));
    let alignment = Alignment::new(&claimed, &inventory, None).unwrap();
    let key = Key::new(["a", "#2"]);
    let title = |item: &Item| item.text(Field::Title).map(str::to_owned);
    let first = inventory.reading.get(Kind::Page, &key).unwrap().as_ref().and_then(title);
    let host = alignment.content(&key).unwrap().unwrap();
    assert_eq!(alignment.path(&host).unwrap(), [first.unwrap_or("#2".to_owned())]);
}

fn inventory(reading: Reading) -> Inventory {
    let (descriptor, writer) = (Descriptor::default(), String::new());
    Inventory {
        reading,
        damage: Vec::new(),
        ledger: Ledger::default(),
        descriptor,
        writer,
        made: None,
        whole: true,
        accounts: BTreeMap::new(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    /// Whatever the budget, a reading lists, counts and finds the items of the plain meaning.
    #[test]
    fn a_reading_holds_its_items_in_order_and_tells_twins_apart(
        items in items(),
        limit in prop::sample::select(BUDGETS.to_vec()),
    ) {
        let made = reading(&items, Scope::Site, limit);
        for kind in Kind::ALL {
            let expected = told_apart(&items, kind);
            prop_assert_eq!(made.number(kind), expected.len() as u64);
            for item in &expected {
                let first = expected.iter().find(|other| other.key == item.key).cloned();
                prop_assert_eq!(made.get(kind, &item.key).unwrap(), first);
            }
            prop_assert_eq!(made.get(kind, &Key::new(["not", "there"])).unwrap(), None);
            prop_assert_eq!(listed(&made, kind), expected);
        }
        let mut asides: BTreeMap<(Kind, Aside), u64> = BTreeMap::new();
        for item in &items {
            item.aside.into_iter().for_each(|aside| *asides.entry((item.kind, aside)).or_default() += 1);
        }
        prop_assert_eq!(made.asides(), &asides);
        prop_assert_eq!(&made, &reading(&items, Scope::Site, 1 << 20));
    }

    /// Whatever the budget and the identity, an alignment gives the rows of the plain meaning, and knows how many items it lost.
    #[test]
    fn an_alignment_gives_the_rows_of_a_map_by_key(
        manifest in items(),
        archive in items(),
        copy in proptest::option::of(items()),
        by_itself in any::<bool>(),
        site in any::<bool>(),
        limit in prop::sample::select(BUDGETS.to_vec()),
    ) {
        let scope = if site { Scope::Site } else { Scope::Unknown };
        let made = |items: &[Item]| reading(items, scope.clone(), limit);
        let inventory = inventory(made(&archive));
        let (manifest, claimed) = if by_itself {
            (archive.clone(), Manifest::from_backup(&inventory, &Digest::of("")))
        } else {
            let claimed = Manifest { reading: made(&manifest), claim: Claim::Source, bound_to: None };
            (manifest, claimed)
        };
        let observation = copy.as_ref().map(|items| Observation { reading: made(items) });
        let alignment = Alignment::within(&Budget::new(limit), &claimed, &inventory, observation.as_ref()).unwrap();
        let sides = [manifest, archive, copy.unwrap_or_default()];
        let plain = Plain::of(&sides);
        for kind in Kind::ALL {
            let expected = aligned(&sides, alignment.identity, kind);
            let rows: Vec<Row> = alignment.rows(kind).map(Result::unwrap).collect();
            let shown: Vec<_> = rows.iter().map(|row| Side::ALL.map(|side| row.side(side).map(said))).collect();
            prop_assert_eq!(&shown, &expected);
            for side in Side::ALL {
                let number = rows.iter().filter(|row| row.side(side).is_some()).count() as u64;
                prop_assert_eq!(alignment.number(side, kind), number);
            }
        }
        for item in sides.iter().flatten() {
            let host = alignment.content(&item.key).unwrap();
            prop_assert_eq!(host.as_ref().map(|host| &host.key), plain.content(&item.key).map(|item| &item.key));
            prop_assert_eq!(alignment.restricted(&item.key).unwrap(), plain.restricted(&item.key));
            if let Some(host) = host {
                let path = alignment.path(&host).unwrap();
                let (mut expected, mut current) = (Vec::new(), plain.content(&item.key));
                while let Some(item) = current.filter(|_| expected.len() < 100) {
                    let title = item.text(Field::Title).unwrap_or(item.key.segments().last().unwrap());
                    expected.push(title.to_owned());
                    current = plain.above(item);
                }
                expected.reverse();
                prop_assert_eq!(path, expected);
            }
        }
    }

    /// Rows that are put in another order are the same rows, and those of one key stay in order.
    #[test]
    fn rows_are_regrouped_by_a_stable_sort(items in items(), budget in prop::sample::select(BUDGETS.to_vec())) {
        let inventory = inventory(reading(&items, Scope::Site, budget));
        let manifest = Manifest::from_backup(&inventory, &Digest::of(""));
        let alignment = Alignment::new(&manifest, &inventory, None).unwrap();
        let rows: Vec<Row> = Kind::ALL.into_iter().flat_map(|kind| alignment.rows(kind)).map(Result::unwrap).collect();
        let key = |row: &Row| Key::new(row.any().unwrap().key.segments().last().cloned());
        let mut regrouping = Regrouping::default();
        rows.iter().for_each(|row| regrouping.push(&key(row), row));
        let regrouped: Vec<_> = regrouping.finish().unwrap().rows().map(Result::unwrap).collect();
        let mut expected: Vec<_> = rows.into_iter().map(|row| (key(&row), row)).collect();
        expected.sort_by(|a, b| a.0.cmp(&b.0));
        prop_assert_eq!(regrouped, expected);
    }
}

#[test]
fn of_several_items_with_one_key_the_live_one_keeps_it() {
    let item = |id, aside, created: &str| Item {
        kind: Kind::Attachment,
        key: Key::new(["page", "S", "T", "attachment", "a.txt"]),
        id: Some(id),
        aside,
        fields: [(Field::Created, Some(created.into()))].into(),
    };
    let made = reading(&[item(1, Some(Aside::Trashed), "2025"), item(2, None, "2026")], Scope::Unknown, 1 << 20);
    let ids: Vec<_> = listed(&made, Kind::Attachment).iter().map(|item| (item.id, item.key.segments().len())).collect();
    assert_eq!(ids, [(Some(2), 5), (Some(1), 6)]);
}

#[test]
fn a_disk_that_fails_is_an_error_and_never_a_shorter_answer() {
    let page = |number: u64| Item {
        kind: Kind::Page,
        key: Key::new(["page".to_owned(), "S".to_owned(), number.to_string()]),
        id: Some(number),
        aside: None,
        fields: [(Field::Title, Some("T".into()))].into(),
    };
    let pages: Vec<Item> = (0..500).map(page).collect();
    let whole = reading(&pages, Scope::Site, 500);
    let inventory = inventory(reading(&pages, Scope::Site, 500));
    let manifest = Manifest::from_backup(&inventory, &Digest::of(""));
    let broken = Observation { reading: reading(&pages, Scope::Site, 500) };
    broken.reading.spoil();
    let items: Vec<_> = broken.reading.items(Kind::Page).collect();
    assert!(matches!(items[..], [Err(_)]), "behind an error there is nothing");
    assert!(broken.reading.get(Kind::Page, &pages[0].key).is_err());
    assert!(broken.reading != whole && broken.reading != broken.reading);
    let claim = Manifest { reading: broken.reading.clone(), claim: Claim::Source, bound_to: None };
    let refused = write_manifest(&claim, &mut Vec::new()).unwrap_err();
    assert!(refused.is_of_the_disk() && refused.to_string().contains("temporary file"), "{refused}");
    assert!(Alignment::new(&manifest, &inventory, Some(&broken)).is_err());
    let inventory = Inventory { reading: Reading { header: header(Scope::Unknown), ..inventory.reading }, ..inventory };
    let alignment = Alignment::new(&manifest, &inventory, None).unwrap();
    inventory.reading.spoil();
    let rows: Vec<_> = alignment.rows(Kind::Page).collect();
    assert!(matches!(rows[..], [Err(_)]));
}
