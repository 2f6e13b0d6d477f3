use std::collections::BTreeMap;

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
