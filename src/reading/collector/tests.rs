use std::collections::HashMap;

use proptest::prelude::*;

use super::*;

fn found(kind: Kind, id: u64, holder: Holder, name: &[&str]) -> Found {
    let name = name.iter().map(|part| (*part).to_owned()).collect();
    Found { kind, id: Some(id), holder, name, aside: None, fields: Vec::new() }
}

fn header() -> Header {
    Header {
        origin: "test".into(),
        began: String::new(),
        ended: String::new(),
        product: None,
        scope: crate::model::Scope::Unknown,
        coverage: BTreeMap::new(),
        blind_spots: Vec::new(),
        texts: crate::model::BODY_DIGEST_RULES.into(),
        normal: None,
        capture: None,
    }
}

#[test]
fn holders_are_found_in_any_order_and_circles_end() {
    let mut all = Collector::default();
    all.push(found(Kind::Attachment, 3, Holder::Content(2), &["attachment", "a.png"]));
    all.push(found(Kind::Comment, 2, Holder::Content(1), &["comment", "x"]));
    all.push(found(Kind::Page, 1, Holder::None, &["page", "S", "T"]));
    all.push(found(Kind::Comment, 8, Holder::Content(9), &["comment", "y"]));
    all.push(found(Kind::Comment, 9, Holder::Content(8), &["comment", "z"]));
    let reading = all.finish(header()).unwrap();
    let attachment = reading.items(Kind::Attachment).next().unwrap().unwrap();
    assert_eq!(attachment.key, Key::new(["page", "S", "T", "comment", "x", "attachment", "a.png"]));
    for comment in reading.items(Kind::Comment) {
        let comment = comment.unwrap();
        assert_eq!(comment.aside.is_none(), comment.id == Some(2));
    }
}

#[test]
fn what_hangs_on_trashed_content_is_set_aside_and_no_parent() {
    let mut all = Collector::default();
    let mut page = found(Kind::Page, 1, Holder::None, &["page", "S", "T", "trashed"]);
    page.fields.push((Field::Status, FoundValue::Value("trashed".into())));
    all.push(page);
    let mut child = found(Kind::Page, 2, Holder::None, &["page", "S", "C"]);
    child.fields.push((Field::Parent, FoundValue::Content(1)));
    all.push(child);
    all.push(found(Kind::Comment, 3, Holder::Content(1), &["comment"]));
    let reading = all.finish(header()).unwrap();
    assert_eq!(reading.items(Kind::Comment).next().unwrap().unwrap().aside, Some(Aside::OnTrashed));
    let child = reading.items(Kind::Page).next().unwrap().unwrap();
    assert_eq!(child.get(Field::Parent), crate::model::Presence::Absent);
}

#[test]
fn what_texts_name_gets_the_keys_of_users_who_were_told_and_of_content_that_is_live() {
    let (mut all, named) = (Collector::default(), |id: &str| Named { id: id.into(), key: None });
    let account = Named { id: "5b".into(), key: Some(Key::new(["user", "5b"])) };
    let mut page = found(Kind::Page, 1, Holder::None, &["page", "S", "T"]);
    page.fields.push((Field::NamedUsers, FoundValue::Named(vec![named("8a"), account.clone(), named("8b")])));
    page.fields.push((Field::NamedContent, FoundValue::Named(vec![named("2"), named("3"), named("x")])));
    all.push(page);
    all.push(found(Kind::Page, 2, Holder::None, &["page", "S", "C"]));
    for (key, name) in all.users() {
        *name = (key == "8a").then(|| "ann".to_owned());
    }
    let reading = all.finish(header()).unwrap();
    let page = reading.get(Kind::Page, &Key::new(["page", "S", "T"])).unwrap().unwrap();
    let ann = Named { key: Some(Key::new(["user", "ann"])), ..named("8a") };
    assert_eq!(page.fields[&Field::NamedUsers], Some(Value::Named(vec![ann, account, named("8b")])));
    let child = Named { key: Some(Key::new(["page", "S", "C"])), ..named("2") };
    assert_eq!(page.fields[&Field::NamedContent], Some(Value::Named(vec![child, named("3"), named("x")])));
    // A file gives them back as they are.
    let text = serde_json::to_string(&page).unwrap();
    assert_eq!(serde_json::from_str::<Item>(&text).unwrap(), page);
}

#[test]
fn a_chain_of_holders_is_followed_as_far_as_the_survey_follows_it() {
    let mut all = Collector::default();
    all.push(found(Kind::Page, 1, Holder::None, &["page", "S", "T"]));
    (2..=103).for_each(|id| all.push(found(Kind::Attachment, id, Holder::Content(id - 1), &["attachment", "a"])));
    let reading = all.finish(header()).unwrap();
    let orphans: Vec<_> =
        reading.items(Kind::Attachment).map(Result::unwrap).filter(|item| item.aside.is_some()).collect();
    assert_eq!(orphans.iter().map(|item| item.id).collect::<Vec<_>>(), [Some(102), Some(103)]);
    assert_eq!(orphans[1].key.segments()[..2], ["orphan", "2"]);
}

/// What was found, by the plain meaning: each item walks up its holders by itself.
struct Plain<'a> {
    found: &'a [Found],
    content: HashMap<u64, usize>,
}

impl<'a> Plain<'a> {
    fn of(found: &'a [Found]) -> Self {
        let is_held = |found: &Found| found.kind.is_content() || found.kind == Kind::Draft;
        let held = found.iter().enumerate().filter(|(_, found)| is_held(found));
        Self { found, content: held.filter_map(|(at, found)| Some((found.id?, at))).collect() }
    }

    fn place(&self, at: usize, chain: &mut Vec<usize>) -> (Key, Option<Aside>) {
        let found = &self.found[at];
        chain.push(at);
        let (above, inherited) = match &found.holder {
            Holder::None => (Key::new(Vec::<String>::new()), None),
            Holder::Key(key) => (key.clone(), None),
            Holder::Content(id) => match self.content.get(id).filter(|holder| !chain.contains(holder)) {
                None => (Key::new(["orphan".to_owned(), id.to_string()]), Some(Aside::Orphan)),
                Some(holder) => {
                    let (key, aside) = self.place(*holder, chain);
                    let inherited = match aside {
                        Some(Aside::Draft | Aside::OnDraft) => Some(Aside::OnDraft),
                        Some(Aside::Trashed) => Some(Aside::OnTrashed),
                        None if is_trashed(&self.found[*holder]) => Some(Aside::OnTrashed),
                        other => other,
                    };
                    (key, inherited)
                }
            },
        };
        (above.with(found.name.iter().cloned()), found.aside.or(inherited))
    }

    fn item(&self, at: usize) -> Item {
        let found = &self.found[at];
        let (key, aside) = self.place(at, &mut Vec::new());
        let value = |value: &FoundValue| match value {
            FoundValue::Absent => None,
            FoundValue::Value(value) => Some(value.clone()),
            FoundValue::Named(all) => Some(Value::Named(all.clone())),
            FoundValue::Content(id) => {
                let target = *self.content.get(id)?;
                let (key, aside) = self.place(target, &mut Vec::new());
                (aside.is_none() && !is_trashed(&self.found[target])).then_some(Value::Key(key))
            }
        };
        let fields = found.fields.iter().map(|(field, found)| (*field, value(found))).collect();
        Item { kind: found.kind, key, id: found.id, aside, fields }
    }
}

fn some_found() -> impl Strategy<Value = Vec<Found>> {
    let kind = prop::sample::select(vec![Kind::Page, Kind::Comment, Kind::Attachment, Kind::Draft, Kind::Label]);
    let holder = prop_oneof![
        Just(Holder::None),
        Just(Holder::Key(Key::new(["space", "S"]))),
        (0_u64..12).prop_map(Holder::Content),
        (0_u64..12).prop_map(Holder::Content),
    ];
    let name = proptest::collection::vec(prop::sample::select(vec!["a", "b", ""]).prop_map(str::to_owned), 1..3);
    let aside = prop::sample::select(vec![None, None, None, Some(Aside::Draft), Some(Aside::Trashed)]);
    let value = prop_oneof![
        Just(FoundValue::Absent),
        Just(FoundValue::Value("trashed".into())),
        (0_u64..12).prop_map(FoundValue::Content),
    ];
    let field = prop::sample::select(vec![Field::Status, Field::Parent, Field::Homepage]);
    let fields = proptest::collection::vec((field, value), 0..3);
    let found = (kind, proptest::option::of(0_u64..12), holder, name, aside, fields)
        .prop_map(|(kind, id, holder, name, aside, fields)| Found { kind, id, holder, name, aside, fields });
    proptest::collection::vec(found, 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, ..ProptestConfig::default() })]

    /// Whatever the budget and the order, with circles, with gaps and with two of one id: the reading is the one that the plain meaning gives.
    #[test]
    fn what_was_found_becomes_the_items_of_the_plain_meaning(
        found in some_found(),
        limit in prop::sample::select(vec![200_usize, 2_000, 1 << 20]),
    ) {
        let plain = Plain::of(&found);
        let items: Vec<Item> = (0..found.len()).map(|at| plain.item(at)).collect();
        let mut all = Collector::new(&Budget::new(limit));
        found.iter().cloned().for_each(|found| all.push(found));
        prop_assert_eq!(all.len(), found.len() as u64);
        let made = all.finish(header()).unwrap();
        prop_assert_eq!(made, Reading::new(header(), items).unwrap());
    }
}
