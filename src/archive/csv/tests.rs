//! Packages of the CSV form made of a few lines, each with one thing wrong.

use std::io::Write as _;
use std::path::Path;

use tokio_util::sync::CancellationToken;

use crate::archive::{bodies, read};
use crate::clock::Context;
use crate::event::Events;
use crate::model::{Aside, Backup, Damage, Digest, Field, Form, Item, Kind, Severity, body_digest};
use crate::package::PackageWriter;
use crate::reading::Inventory;

const DESCRIPTOR: &str = "#now\nexportFormat=csv\nexportType=space\nsource=cloud\nspaceKey=OPS\nbackupAttachments=true\ntotalExportedId=21\n";

/// A page with an older version and a draft, a child, a folder, a comment with a reply, an attachment of two versions, content of an app.
const CONTENT: &str = "contentid,contenttype,title,version,creator,creationdate,lastmodifier,lastmoddate,versioncomment,prevver,content_status,pageid,spaceid,parentid,parentcommentid\r
5,SPACEDESCRIPTION,,1,,,,,,,current,,1,,\r
10,PAGE,\"Home, \"\"sweet\"\"\",2,k1,2026-01-01 10:00:00.5,k2,2026-01-02 10:00:00,\"two\r
lines\",,current,,1,,\r
11,PAGE,Home,1,k1,2026-01-01 10:00:00.5,k1,2026-01-01 10:00:00.50,,10,current,,,,\r
12,PAGE,Child,1,k1,2026-01-01 10:00:00.5,,,,,current,,1,10,\r
13,PAGE,Home,3,k1,,,,,10,draft,,1,,\r
14,FOLDER,Runbooks,1,k1,,,,,,current,,1,10,\r
20,COMMENT,,1,k1,2026-01-03 00:00:00.1,,,,,current,10,,,\r
21,COMMENT,,1,k2,2026-01-04 00:00:00.25,,,,,current,10,,,20\r
30,ATTACHMENT,a.txt,2,k1,,,,,,current,10,1,,\r
31,ATTACHMENT,a.txt,1,k1,,,,,30,current,10,1,,\r
40,CUSTOM,key,1,,,,,,,current,10,,,\r
";

const TABLES: [(&str, &str); 9] = [
    ("content", CONTENT),
    (
        "spaces",
        "spaceid,spacename,spacekey,spacedescid,homepage,creator,creationdate,spacestatus\n1,Operations,OPS,5,10,k1,,CURRENT\n",
    ),
    ("user_mapping", "user_key,username,lower_username,aaid\r\nk1,ann,ann,1\r\nk2,bob,bob,2\r\n"),
    (
        "bodycontent",
        "bodycontentid,body,contentid,bodytypeid\r\n110,\"<p>l1\r\nl2 <![CDATA[x]]></p>\",10,2\r\n111,old,11,2\r\n112,child,12,2\r\n120,\"said \"\"so\"\"\",20,2\r\n",
    ),
    (
        "contentproperties",
        "propertyid,propertyname,stringval,longval,dateval,contentid\r\n50,FILESIZE,,3,,30\r\n51,FILESIZE,,5,,31\r\n",
    ),
    ("label", "labelid,name,owner,namespace\r\n60,runbook,,global\r\n"),
    ("content_label", "id,labelid,contentid,pagetemplateid\r\n61,60,10,\r\n"),
    ("space_owner", "id,spaceid\r\n1,1\r\n"),
    (
        "space_export_counts",
        "entityName,exportCount\r\nPage,3\r\nPage draft,1\r\nComment,2\r\nAttachment,2\r\nLabel,1\r\nNews,7\r\nTask,0\r\n",
    ),
];

/// Tables that hold nothing here, but are part of every export.
const EMPTY: [(&str, &str); 6] = [
    ("pagetemplates", "templateid,templatename,templatedesc,content,spaceid,prevver\r\n"),
    ("content_perm_set", "id,cont_perm_type,content_id\r\n"),
    ("content_perm", "id,cp_type,username,groupname,cps_id\r\n"),
    ("spacepermissions", "permid,spaceid,permtype,permgroupname,permusername,permalluserssubject\r\n"),
    ("notifications", "notificationid,contentid,spaceid,username\r\n"),
    ("likes", "id,contentid,username\r\n"),
];

/// Names and bytes of the entries of a package.
#[derive(Clone)]
struct Build(Vec<(String, Vec<u8>)>);

impl Build {
    fn new() -> Self {
        let tables =
            TABLES.iter().chain(&EMPTY).map(|(name, text)| (format!("{name}.csv.gz"), text.as_bytes().to_vec()));
        let mut all: Vec<_> = tables.collect();
        all.push(("attachments/10/30/2".to_owned(), b"new".to_vec()));
        all.push(("attachments/10/31/1".to_owned(), b"older".to_vec()));
        all.push(("exportDescriptor.properties.gz".to_owned(), DESCRIPTOR.as_bytes().to_vec()));
        Self(all)
    }

    /// Changes an entry, whose name begins so.
    fn with(mut self, name: &str, change: impl Fn(&str) -> String) -> Self {
        let entry = self.0.iter_mut().find(|(own, _)| own.starts_with(name)).unwrap();
        let text = String::from_utf8(entry.1.clone()).unwrap();
        let changed = change(&text);
        assert_ne!(changed, text, "nothing changed");
        entry.1 = changed.into_bytes();
        self
    }

    fn without(mut self, name: &str) -> Self {
        let before = self.0.len();
        self.0.retain(|(own, _)| !own.starts_with(name));
        assert!(self.0.len() < before);
        self
    }

    fn and(mut self, name: &str, bytes: &[u8]) -> Self {
        self.0.push((name.to_owned(), bytes.to_vec()));
        self
    }

    fn read(&self) -> Inventory {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("export.zip");
        self.write(&path);
        inventory(&path)
    }

    fn write(&self, path: &Path) {
        let mut writer = PackageWriter::create(path).unwrap();
        for (name, bytes) in &self.0 {
            writer.entry(name, true, &mut bytes.as_slice()).unwrap();
        }
        writer.finish().unwrap();
    }
}

fn backup(path: &Path) -> Backup {
    let digest = Digest::of("");
    Backup { path: path.to_owned(), form: Form::Zip, bytes: 0, digest, origin: "export.zip".into(), modified: None }
}

fn inventory(path: &Path) -> Inventory {
    let inventory = read(&backup(path), &Context::new(Events::none(), CancellationToken::new())).unwrap();
    for (class, account) in &inventory.ledger.classes {
        assert_eq!(account.lexed, account.mapped + account.ignored + account.damaged, "{class}");
    }
    inventory
}

fn items(inventory: &Inventory, kind: Kind) -> Vec<Item> {
    inventory.reading.items(kind).map(Result::unwrap).collect()
}

fn worse(inventory: &Inventory) -> Vec<&Damage> {
    inventory.damage.iter().filter(|damage| damage.severity > Severity::Info).collect()
}

/// The one damage of this sort.
#[track_caller]
fn one<'a>(inventory: &'a Inventory, what: &str) -> &'a Damage {
    let mut found = inventory.damage.iter().filter(|damage| damage.what == what);
    let first = found.next().unwrap_or_else(|| panic!("no {what} in {:#?}", inventory.damage));
    assert_eq!(found.next(), None);
    first
}

fn at(damage: &Damage) -> String {
    damage.place.as_ref().map(ToString::to_string).unwrap_or_default()
}

fn packed(text: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(text).unwrap();
    gzip.finish().unwrap()
}

#[test]
fn a_whole_export_is_read_whole() {
    let inventory = Build::new().read();
    assert_eq!(worse(&inventory), Vec::<&Damage>::new());
    assert!(inventory.whole);
    assert_eq!(inventory.writer, "Cloud CSV writer");
    assert_eq!(inventory.ledger.entries, inventory.ledger.entries_of);
    let pages = items(&inventory, Kind::Page);
    let texts = |field: Field| pages.iter().map(|page| page.text(field).unwrap_or_default()).collect::<Vec<_>>();
    assert_eq!(texts(Field::Title), ["Child", "Home, \"sweet\"", "Runbooks"]);
    assert_eq!(texts(Field::Created)[1], "2026-01-01 10:00:00.500", "zeros that the exporter left out");
    assert_eq!((texts(Field::Author)[1], texts(Field::Editor)[1], texts(Field::Note)[1]), ("ann", "bob", "two\nlines"));
    let body = body_digest("<p>l1\nl2 <![CDATA[x]]></p>").0;
    assert_eq!(texts(Field::Body)[1], body.as_str(), "line ends are those of the XML form");
    assert_eq!(pages[2].fields[&Field::Folder], Some(crate::model::Value::Flag(true)));
    let versions = items(&inventory, Kind::Version);
    let holders: Vec<_> = versions.iter().map(|version| version.key.segments().join("/")).collect();
    assert_eq!(
        holders,
        ["page/OPS/Home, \"sweet\"/attachment/a.txt/version/000001", "page/OPS/Home, \"sweet\"/version/000001"]
    );
    assert_eq!(versions[0].text(Field::Digest), Some(Digest::of("older").as_str()), "it lies under its own id");
    assert_eq!(items(&inventory, Kind::Attachment)[0].text(Field::Digest), Some(Digest::of("new").as_str()));
    assert_eq!(items(&inventory, Kind::Draft)[0].aside, Some(Aside::Draft));
    let comments = items(&inventory, Kind::Comment);
    assert_eq!(comments.iter().filter(|comment| comment.fields[&Field::Parent].is_some()).count(), 1);
    assert_eq!(items(&inventory, Kind::Label).len(), 1);
    let spots = inventory.reading.header.blind_spots.join("\n");
    assert!(
        spots.contains("1 row of the table space_owner (owners of spaces)") && !spots.contains("counts"),
        "{spots}"
    );
}

#[test]
fn names_packing_and_line_ends_make_no_difference() {
    let whole = Build::new().read();
    let mut variants = [Build::new(), Build::new(), Build::new(), Build::new()];
    for (name, bytes) in &mut variants[0].0 {
        if name.contains(".csv") || name.starts_with("export") {
            *bytes = packed(bytes);
        }
    }
    for (name, _) in &mut variants[1].0 {
        *name = name.replace(".gz", "");
    }
    for (name, bytes) in &mut variants[2].0 {
        *bytes = String::from_utf8(bytes.clone()).unwrap().replace("\r\n", "\n").into_bytes();
        *name = name.replace(".csv", ".CSV");
    }
    for (name, bytes) in &mut variants[3].0 {
        // No line end behind the last row of any table is a habit.
        if name.contains(".csv") {
            bytes.splice(..0, *b"\xef\xbb\xbf");
            bytes.truncate(bytes.iter().rposition(|byte| !b"\r\n".contains(byte)).unwrap() + 1);
        }
    }
    for (at, build) in variants.iter().enumerate() {
        let inventory = build.read();
        assert!(inventory.whole, "{at}");
        assert_eq!(worse(&inventory), Vec::<&Damage>::new(), "{at}");
        for kind in Kind::ALL {
            assert_eq!(items(&inventory, kind), items(&whole, kind), "{at} {kind:?}");
        }
    }
}

#[test]
fn a_text_has_one_digest_and_is_shown_as_it_is() {
    let build = Build::new().with("bodycontent", |text| text.replace("child", "<a>]] ></a>"));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.zip");
    build.write(&path);
    let pages = items(&inventory(&path), Kind::Page);
    assert_eq!(pages[0].text(Field::Body), Some(body_digest("<a>]]></a>").0.as_str()));
    let texts = bodies(&backup(&path), &[12, 10].into(), usize::MAX).unwrap();
    assert_eq!((texts[&12].as_str(), texts[&10].as_str()), ("<a>]] ></a>", "<p>l1\nl2 <![CDATA[x]]></p>"));
    assert_eq!(bodies(&backup(&path), &[10].into(), 3).unwrap()[&10], "<p>");
}

/// What is missing shows, wherever a table ends, and never as whole.
#[test]
fn a_table_that_is_cut_off_is_not_whole() {
    let cut = |at: usize| Build::new().with("bodycontent", move |text| text[..at].to_owned()).read();
    let text = TABLES[3].1;
    let in_quotes = cut(text.find("l2").unwrap());
    assert!(!in_quotes.whole);
    assert_eq!(at(one(&in_quotes, "cut-off")), "bodycontent.csv.gz at byte 41");
    assert!(one(&in_quotes, "cut-off").message.contains("the quote at byte 45 is not closed"));
    let end = text.find(",12,2").unwrap() + 3;
    let in_a_field = cut(end);
    let place = format!("bodycontent.csv.gz at byte {end}");
    assert_eq!((in_a_field.whole, at(one(&in_a_field, "cut-off"))), (false, place));
    let at_a_row = cut(text.find("120,").unwrap());
    assert!(!at_a_row.whole, "only the total tells");
    let total = one(&at_a_row, "control-total-differs");
    assert_eq!(
        (total.severity, total.message.contains("21 rows") && total.message.contains("hold 20")),
        (Severity::Error, true)
    );
    let empty = cut(0);
    assert_eq!((empty.whole, at(one(&empty, "bad-header")).as_str()), (false, "bodycontent.csv.gz at byte 0"));
}

#[test]
fn damage_of_what_gzip_packed_is_the_backups() {
    for damage in [
        |bytes: &mut Vec<u8>| bytes.truncate(bytes.len() / 2),
        |bytes: &mut Vec<u8>| *bytes.last_mut().unwrap() ^= 1,
        |bytes: &mut Vec<u8>| bytes[3] = 255,
    ] {
        let mut build = Build::new();
        let entry = build.0.iter_mut().find(|(name, _)| name.starts_with("content.csv")).unwrap();
        entry.1 = packed(CONTENT.as_bytes());
        damage(&mut entry.1);
        let inventory = build.read();
        assert!(!inventory.whole);
        assert_eq!(one(&inventory, "inflate").severity, Severity::Error);
        assert!(inventory.ledger.entries < inventory.ledger.entries_of);
    }
}

#[test]
fn totals_are_held_against_what_is_there() {
    let said =
        |to: &'static str| Build::new().with("export", move |text| text.replace("totalExportedId=21\n", to)).read();
    let fewer = said("totalExportedId=22\n");
    assert_eq!((fewer.whole, one(&fewer, "control-total-differs").severity), (false, Severity::Error));
    let more = said("totalExportedId=20\n");
    assert_eq!((more.whole, one(&more, "control-total-differs").severity), (true, Severity::Warning));
    for none in ["", "totalExportedId=many\n"] {
        let inventory = said(none);
        assert_eq!((inventory.whole, one(&inventory, "control-total-missing").severity), (true, Severity::Info));
    }
    let entities = Build::new().with("space_export", |text| text.replace("Comment,2", "Comment,3")).read();
    let told = one(&entities, "control-total-differs");
    assert_eq!((entities.whole, told.severity), (true, Severity::Warning));
    assert_eq!(told.message, "space_export_counts says 3 of \"Comment\", and 2 are in the tables");
}

#[test]
fn headers_must_name_what_items_are_made_of() {
    let without = Build::new().with("content.csv", |text| text.replacen("content_status", "state", 1)).read();
    let told = one(&without, "column-missing");
    assert_eq!((without.whole, at(told).as_str()), (false, "content.csv.gz at byte 0"));
    assert_eq!(told.message, "its header lacks columns that are needed: content_status");
    let twice = Build::new().with("label", |text| text.replacen("owner", "name", 1)).read();
    assert_eq!(
        one(&twice, "bad-header").message,
        "the column \"name\" stands twice in its header; the first one counts"
    );
    assert_eq!(items(&twice, Kind::Label)[0].key.segments().last().unwrap(), "global:runbook");
    let of_nothing = Build::new().with("likes", |text| text.replace("username", "who")).read();
    assert_eq!(worse(&of_nothing), Vec::<&Damage>::new(), "an empty table loses nothing");
    let other_order = Build::new()
        .with("label.csv", |_| "Namespace, NAME ,more,labelid\r\nglobal,runbook,x,60\r\n".to_owned())
        .read();
    assert_eq!((worse(&other_order), items(&other_order, Kind::Label).len()), (vec![], 1));
}

#[test]
fn rows_that_make_no_sense_are_damage_and_the_others_are_read() {
    let short = Build::new().with("label", |text| format!("{text}70,short\r\n")).read();
    assert_eq!(at(one(&short, "bad-row")), "label.csv.gz at byte 50");
    assert_eq!((items(&short, Kind::Label).len(), short.ledger.classes["Label"].damaged), (1, 1));
    let stray = Build::new().with("label", |text| text.replace("runbook", "\"run\"book")).read();
    assert_eq!((stray.whole, at(one(&stray, "malformed-csv")).as_str()), (false, "label.csv.gz at byte 30"));
    assert_eq!(stray.ledger.classes["label.csv"].damaged, 1);
    let no_id = Build::new().with("content.csv", |text| text.replace("\n12,", "\n,").replace("\n21,", "\nx,")).read();
    assert_eq!(no_id.damage.iter().filter(|damage| damage.what == "no-id").count(), 2);
    let no_type = Build::new().with("content.csv", |text| text.replace("12,PAGE", "12,")).read();
    assert_eq!(no_type.ledger.classes["content.csv"].damaged, 1);
    assert!(one(&no_type, "bad-row").message.starts_with("1 rows content.csv"));
}

#[test]
fn newer_types_and_tables_are_counted_by_name() {
    let inventory = Build::new()
        .with("content.csv", |text| text.replace("40,CUSTOM", "40,WHITEBOARD"))
        .and("moods.csv", b"id,mood\r\n1,calm\r\n2,\"\"\r\n")
        .with("export", |text| text.replace("=21", "=23"))
        .read();
    assert_eq!((inventory.whole, worse(&inventory)), (true, vec![]));
    assert_eq!(inventory.ledger.classes["WHITEBOARD"].ignored, 1);
    assert_eq!(inventory.ledger.classes["moods.csv"].ignored, 2);
    let spots = inventory.reading.header.blind_spots.join("\n");
    assert!(spots.contains("2 rows of the table moods (a table that is not known here)"), "{spots}");
}

#[test]
fn places_name_the_table() {
    let lost = Build::new().with("content_label", |text| text.replace("61,60", "61,99")).read();
    let dangling = one(&lost, "dangling-reference");
    assert_eq!(at(dangling), "content_label.csv.gz at byte 37");
    assert!(
        dangling.message.contains("Labelling.label") && dangling.message.ends_with("at byte 37"),
        "{}",
        dangling.message
    );
    let parent = Build::new().with("content.csv", |text| text.replace("1,10,", "1,77,")).read();
    let parents: Vec<_> = parent.damage.iter().filter(|damage| damage.what == "parent-missing").map(at).collect();
    let row = CONTENT.find("12,PAGE").unwrap();
    assert_eq!(parents[0], format!("content.csv.gz at byte {row}"));
    let twice = Build::new().with("spaces", |text| format!("{text}1,Other,OPS,5,10,k1,,CURRENT\n")).read();
    assert_eq!(at(one(&twice, "duplicate-id")), format!("spaces.csv.gz at byte {}", TABLES[1].1.len()));
}

#[test]
fn missing_tables_are_told() {
    for name in ["content.csv", "spaces", "bodycontent", "user_mapping"] {
        let inventory = Build::new().without(name).read();
        assert!(!inventory.whole, "{name}");
        assert_eq!(one(&inventory, "table-missing").severity, Severity::Error, "{name}");
    }
    let inventory = Build::new().without("likes").read();
    assert_eq!((inventory.whole, one(&inventory, "table-missing").severity), (true, Severity::Warning));
    let nothing = Build(vec![("exportDescriptor.properties.gz".to_owned(), DESCRIPTOR.as_bytes().to_vec())]).read();
    assert!(!nothing.whole && nothing.damage.iter().any(|damage| damage.what == "table-missing"));
}

/// Tables without a row are no export, whatever their headers are.
#[test]
fn tables_that_hold_nothing_are_no_backup() {
    let mut build = Build::new();
    for (name, bytes) in &mut build.0 {
        if name.contains(".csv") {
            bytes.truncate(bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1);
        }
    }
    let inventory = build.with("export", |text| text.replace("totalExportedId=21", "")).read();
    assert_eq!(one(&inventory, "nothing-inside").severity, Severity::Error);
    assert_eq!(one(&inventory, "nothing-inside").place, None);
}

#[test]
fn what_is_there_twice_is_told() {
    let xml = Build::new().and("entities.xml", b"<hibernate-generic></hibernate-generic>").read();
    assert_eq!(one(&xml, "two-forms").severity, Severity::Error);
    assert_eq!(items(&xml, Kind::Page).len(), 3, "the descriptor decides");
    let twice = Build::new().and("label.csv", TABLES[5].1.as_bytes()).read();
    assert_eq!(at(one(&twice, "table-twice")), "label.csv.gz");
    assert_eq!(at(one(&twice, "duplicate-id")), "label.csv.gz at byte 30");
}

#[test]
fn characters_that_are_no_text_are_told() {
    let control = Build::new().with("label", |text| text.replace("runbook", "run\u{8}book")).read();
    assert_eq!((control.whole, one(&control, "illegal-character").severity), (true, Severity::Warning));
    assert_eq!(items(&control, Kind::Label)[0].key.segments().last().unwrap(), "global:run\u{fffd}book");
    let mut build = Build::new();
    let entry = build.0.iter_mut().find(|(name, _)| name.starts_with("label")).unwrap();
    let place = entry.1.windows(7).position(|word| word == b"runbook").unwrap();
    entry.1[place] = 0xff;
    let bytes = build.read();
    let told = one(&bytes, "illegal-character");
    assert_eq!((told.severity, at(told)), (Severity::Error, format!("label.csv.gz at byte {place}")));
}

#[test]
fn the_table_of_tasks_is_read_beside_an_entities_xml() {
    let header = "ASSIGNEE_USER_KEY,BODY,CONTENT_ID,GLOBAL_ID,ID,TASK_STATUS\r\n";
    let xml = b"<hibernate-generic><object class=\"Space\" package=\"p\"><id name=\"id\">1</id><property name=\"key\">OPS</property></object></hibernate-generic>";
    let descriptor = b"exportType=space\nspaceKey=OPS\ninlineTasksFileIncluded=true\n";
    let base = Build(vec![]).and("entities.xml", xml).and("exportDescriptor.properties", descriptor);
    let missing = base.read();
    assert_eq!((missing.whole, one(&missing, "table-missing").severity), (true, Severity::Warning));
    let none = base.clone().and("AO_BAF3AA_AOINLINE_TASK.csv", header.as_bytes()).read();
    assert_eq!((none.whole, worse(&none)), (true, vec![]));
    let more =
        base.clone().and("AO_BAF3AA_AOINLINE_TASK.csv", header.as_bytes()).and("AO_X.csv", b"id\r\n1\r\n").read();
    assert_eq!((one(&more, "table-not-read").severity, more.ledger.entries), (Severity::Info, 4));
    let one_task = format!("{header},do it,10,7,1,UNCHECKED\r\n");
    let task = base.and("AO_BAF3AA_AOINLINE_TASK.csv", one_task.as_bytes()).read();
    assert_eq!((task.whole, task.ledger.classes["InlineTask"].lexed), (true, 1));
    let dangling = one(&task, "dangling-reference");
    assert_eq!(at(dangling), format!("AO_BAF3AA_AOINLINE_TASK.csv at byte {}", header.len()));
    assert_eq!(task.ledger.entries, task.ledger.entries_of);
}
