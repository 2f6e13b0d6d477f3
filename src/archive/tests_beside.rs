//! What hangs on content beside its text: watches, likes, properties, profiles, tasks, in archives made of a few lines.

use super::tests::{XML, damage, inventory, items};
use crate::model::{Aside, Digest, Field, Item, Kind, Presence, Severity, Value, body_digest};
use crate::reading::{Coverage, Inventory};

/// An object of this class and id with these properties: `=text`, or a reference `Class id`.
fn object(class: &str, id: u64, properties: &[(&str, &str)]) -> String {
    let property = |(name, value): &(&str, &str)| match (value.strip_prefix('='), value.split_once(' ')) {
        (Some(text), _) => format!("<property name=\"{name}\"><![CDATA[{text}]]></property>"),
        (None, Some((class, id))) => {
            let key = if class == "ConfluenceUserImpl" { "key" } else { "id" };
            format!("<property name=\"{name}\" class=\"{class}\" package=\"p\"><id name=\"{key}\">{id}</id></property>")
        }
        (None, None) => panic!("{value}"),
    };
    let properties: String = properties.iter().map(property).collect();
    format!("<object class=\"{class}\" package=\"p\"><id name=\"id\">{id}</id>{properties}</object>\n")
}

fn with(objects: &[String]) -> Inventory {
    inventory(&XML.replace("</hibernate-generic>", &(objects.concat() + "</hibernate-generic>")))
}

fn keys(inventory: &Inventory, kind: Kind) -> Vec<String> {
    items(inventory, kind).iter().map(|item| item.key.to_string()).collect()
}

fn left_out(inventory: &Inventory) -> Vec<&str> {
    inventory.reading.header.blind_spots.iter().map(String::as_str).collect()
}

const ANN: (&str, &str) = ("receiver", "ConfluenceUserImpl k1");

#[test]
fn watches_of_every_sort_are_read() {
    let watch = |id, more: &[(&str, &str)]| object("Notification", id, more);
    let made = with(&[
        watch(1, &[ANN, ("content", "Page 10"), ("type", "=PAGE"), ("creationDate", "=2020-01-01 00:00:00.000")]),
        watch(2, &[("userName", "=bob"), ("page", "Page 12")]),
        watch(3, &[ANN, ("space", "Space 1")]),
        watch(4, &[ANN, ("space", "Space 1"), ("type", "=blogpost")]),
        watch(5, &[ANN, ("label", "Label 50")]),
        watch(6, &[ANN, ("digest", "=true"), ("network", "=false")]),
        watch(7, &[ANN, ("content", "Page 11")]),
        watch(8, &[("content", "Page 10")]),
        object("SpaceDescription", 5, &[("space", "Space 1")]),
        watch(9, &[("receiver", "ConfluenceUserImpl k9"), ("content", "SpaceDescription 5"), ("type", "=spacedesc")]),
    ]);
    let wanted = [
        "label / global:runbook / watch / ann / ",
        "page / OPS / Child / watch / bob / ",
        "page / OPS / Home / watch / ann / ",
        "space / OPS / watch / ann / ",
        "space / OPS / watch / ann / blogpost",
        "space / OPS / watch / k9 / spacedesc",
        "watch / ann / digest",
    ];
    assert_eq!(keys(&made, Kind::Watch), wanted);
    assert_eq!(left_out(&made), ["watches of older versions: 1"]);
    assert!(damage(&made).contains(&(Severity::Info, "unplaced")));
    let page = &items(&made, Kind::Watch)[2];
    assert_eq!(page.text(Field::Created), Some("2020-01-01 00:00:00.000"));
    let account = &made.ledger.classes["Notification"];
    assert_eq!((account.lexed, account.mapped, account.ignored, account.damaged), (9, 7, 1, 1));
}

#[test]
fn likes_are_read_and_those_taken_back_are_not() {
    let like = |id, content: &str, more: (&str, &str)| {
        object("LikeEntity", id, &[("user", "ConfluenceUserImpl k1"), ("content", content), more])
    };
    let made = with(&[
        like(1, "Page 10", ("liked", "=true")),
        like(2, "Comment 20", ("creationDate", "=2020-01-01 00:00:00.000")),
        like(3, "Page 12", ("liked", "=false")),
        object("LikeEntity", 4, &[("user", "ConfluenceUserImpl k1")]),
    ]);
    let wanted =
        ["page / OPS / Home / comment /  / 2020-01-01 00:00:00.000 /  / like / ann", "page / OPS / Home / like / ann"];
    assert_eq!(keys(&made, Kind::Like), wanted);
    assert_eq!(left_out(&made), ["likes that were taken back: 1"]);
    assert_eq!(damage(&made), [(Severity::Info, "unplaced")]);
}

#[test]
fn properties_are_read_but_for_those_that_change_by_themselves() {
    let property =
        |id, name: &str, value, owner| object("ContentProperty", id, &[("name", name), value, ("content", owner)]);
    let stored = "=com.atlassian.confluence.plugins.confluence-content-property-storage:content-property";
    let custom = |id, key: (&str, &str), place, more| {
        object("CustomContentEntityObject", id, &[("title", "=editor"), ("pluginModuleKey", key.1), place, more])
    };
    let made = with(&[
        property(70, "=colour", ("stringValue", "=blue"), "Page 10"),
        property(71, "=weight", ("longValue", "=7"), "Attachment 30"),
        property(72, "=macro-count.toc", ("longValue", "=1"), "Page 10"),
        property(73, "=MINOR_EDIT", ("longValue", "=0"), "Attachment 30"),
        property(74, "=colour", ("stringValue", "=red"), "Page 11"),
        custom(80, ("", stored), ("containerContent", "Page 10"), ("version", "=2")),
        object(
            "BodyContent",
            180,
            &[("body", "=\"v2\""), ("bodyType", "=1"), ("content", "CustomContentEntityObject 80")],
        ),
        custom(81, ("", stored), ("containerContent", "Page 10"), ("originalVersion", "CustomContentEntityObject 80")),
        custom(82, ("", stored), ("space", "Space 1"), ("version", "=1")),
        custom(83, ("", "=com.example:board"), ("space", "Space 1"), ("version", "=1")),
    ]);
    let wanted = [
        "page / OPS / Home / attachment / a.txt / property / weight",
        "page / OPS / Home / property / colour",
        "page / OPS / Home / property / editor",
        "space / OPS / property / editor",
    ];
    assert_eq!(keys(&made, Kind::Property), wanted);
    let [weight, colour, editor, _] = &items(&made, Kind::Property)[..] else { panic!() };
    let said = |item: &Item| (item.text(Field::Type).map(str::to_owned), item.text(Field::Body).map(str::to_owned));
    let words = |sort: &str, text: &str| (Some(sort.to_owned()), Some(body_digest(text).0.to_string()));
    assert_eq!(said(weight), words("number", "7"));
    assert_eq!(said(colour), words("text", "blue"));
    assert_eq!(said(editor), words("json", "\"v2\""));
    assert_eq!((editor.id, editor.text(Field::BodyType)), (Some(80), Some("raw")));
    let spots = [
        "older or unpublished properties of apps: 1",
        "pieces of content of com.example:board: 1",
        "properties of older versions: 1",
        "properties that change without any edit: 1",
        "properties that say how a file is stored: 1",
    ];
    assert_eq!(left_out(&made), spots);
    assert_eq!(damage(&made), []);
}

#[test]
fn profiles_and_tasks_are_read() {
    let made = with(&[
        object("PersonalInformation", 90, &[("user", "ConfluenceUserImpl k1"), ("version", "=2")]),
        object(
            "BodyContent",
            190,
            &[("body", "=I like tea"), ("bodyType", "=0"), ("content", "PersonalInformation 90")],
        ),
        object("PersonalInformation", 91, &[("username", "=ann"), ("originalVersion", "PersonalInformation 90")]),
        object(
            "InlineTask",
            1,
            &[
                ("content", "Page 10"),
                ("taskId", "=3"),
                ("status", "=CHECKED"),
                ("body", "=call <b>Bob</b>"),
                ("assignee", "ConfluenceUserImpl k1"),
                ("dueDate", "=1700000000000"),
            ],
        ),
    ]);
    assert_eq!(keys(&made, Kind::Profile), ["profile / ann"]);
    let profile = &items(&made, Kind::Profile)[0];
    assert_eq!(profile.text(Field::Body), Some(body_digest("I like tea").0.as_str()));
    assert_eq!(profile.text(Field::BodyType), Some("wiki"));
    assert_eq!(left_out(&made), ["older versions of profiles: 1"]);
    assert_eq!(keys(&made, Kind::Task), ["page / OPS / Home / task / 000003"]);
    let task = &items(&made, Kind::Task)[0];
    assert_eq!((task.text(Field::Status), task.text(Field::Assignee)), (Some("done"), Some("ann")));
    assert_eq!((task.text(Field::Due), task.get(Field::Author)), (Some("1700000000000"), Presence::Absent));
    assert!(made.reading.header.reads(Kind::Task));
    assert_eq!(damage(&made), []);
    assert!(matches!(with(&[]).reading.header.coverage.get(&Kind::Task), Some(Coverage::NotRead(_))));
}

#[test]
fn the_state_of_an_inline_comment_is_read() {
    let mark = |id, name: &str, value: &str| {
        object("ContentProperty", id, &[("name", name), ("stringValue", value), ("content", "Comment 20")])
    };
    let state = |objects: &[String]| {
        let made = with(objects);
        let all = items(&made, Kind::Comment);
        all.iter().map(|comment| comment.text(Field::Resolution).map(str::to_owned)).collect::<Vec<_>>()
    };
    let marker = mark(60, "=inline-marker-ref", "=3b");
    assert_eq!(state(&[marker.clone(), mark(61, "=status", "=resolved")]), [Some("resolved".to_owned()), None]);
    assert_eq!(
        state(&[marker]),
        [Some("open".to_owned()), None],
        "no state is the one of a discussion nobody resolved"
    );
    assert_eq!(state(&[mark(60, "=inline-comment", "=true")]), [None, None], "a reply begins no discussion");
}

#[test]
fn permissions_of_the_site_are_set_aside() {
    let made = with(&[object("SpacePermission", 1, &[("type", "=SYSTEMADMINISTRATOR"), ("group", "=admins")])]);
    let [one] = &items(&made, Kind::Permission)[..] else { panic!() };
    assert_eq!(one.key.to_string(), "permission / SYSTEMADMINISTRATOR / group / admins");
    assert_eq!(one.aside, Some(Aside::SiteWide));
}

#[test]
fn how_a_text_is_written_is_said_where_there_is_one() {
    let body = |number: &str| {
        let body = object("BodyContent", 112, &[("body", "=child"), ("bodyType", number), ("content", "Page 12")]);
        let made = with(&[body]);
        items(&made, Kind::Page)[0].fields.get(&Field::BodyType).cloned()
    };
    for (number, word) in [("=0", "wiki"), ("=1", "raw"), ("=2", "storage"), ("=9", "9")] {
        assert_eq!(body(number), Some(Some(Value::from(word))), "{number}");
    }
    assert_eq!(items(&with(&[]), Kind::Page)[0].get(Field::BodyType), Presence::Absent, "nothing said so up to 3.x");
    assert_eq!(Digest::of("child").as_str(), items(&with(&[]), Kind::Page)[0].text(Field::Body).unwrap());
}
