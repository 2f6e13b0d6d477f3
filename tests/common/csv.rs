//! Turns an export in XML into one in the CSV form, by a list of its own of what stands in which column.

#![allow(dead_code, reason = "each test binary and bench uses a part of it")]

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::io::Read as _;
use std::path::Path;

use rehearsal::package::{Limits, Package, PackageWriter, RawObject, objects, read_descriptor, write_descriptor};

/// Per table: its classes, the column of the id, and for each other column the property; `>` in front of it: a reference.
const TABLES: [(&str, &str, &str, &str); 12] = [
    (
        "spaces",
        "Space",
        "spaceid",
        "spacename=name spacekey=key spacedescid=>description homepage=>homePage creator=>creator \
     creationdate=creationDate spacetype=spaceType spacestatus=spaceStatus",
    ),
    (
        "content",
        "Page BlogPost Comment Attachment SpaceDescription CustomContentEntityObject",
        "contentid",
        "contenttype=class title=title \
     version=version creator=>creator creationdate=creationDate lastmodifier=>lastModifier lastmoddate=lastModificationDate \
     versioncomment=versionComment prevver=original content_status=contentStatus pageid=>containerContent spaceid=>space \
     child_position=position parentid=page parentcommentid=comment pluginkey=pluginModuleKey",
    ),
    ("bodycontent", "BodyContent", "bodycontentid", "body=body contentid=>content bodytypeid=bodyType"),
    (
        "contentproperties",
        "ContentProperty",
        "propertyid",
        "propertyname=name stringval=stringValue longval=longValue dateval=dateValue \
     contentid=>content",
    ),
    ("label", "Label", "labelid", "name=name owner=>owningUser namespace=namespace"),
    (
        "content_label",
        "Labelling",
        "id",
        "labelid=>label contentid=>content pagetemplateid=>pageTemplate labelableid=labelableId \
     labelabletype=labelableType",
    ),
    ("content_perm_set", "ContentPermissionSet", "id", "cont_perm_type=type content_id=>owningContent"),
    (
        "content_perm",
        "ContentPermission",
        "id",
        "cp_type=type username=>userSubject groupname=groupName cps_id=>owningSet",
    ),
    (
        "spacepermissions",
        "SpacePermission",
        "permid",
        "spaceid=>space permtype=type permgroupname=group permusername=>userSubject \
     permalluserssubject=allUsersSubject",
    ),
    (
        "pagetemplates",
        "PageTemplate",
        "templateid",
        "templatename=name templatedesc=description content=content spaceid=>space \
     prevver=>originalVersionPageTemplate version=version bodytypeid=bodyType",
    ),
    ("user_mapping", "ConfluenceUserImpl", "user_key", "username=name lower_username=lowerName"),
    (
        "links",
        "OutgoingLink",
        "linkid",
        "destpagetitle=destinationPageTitle destspacekey=destinationSpaceKey contentid=>sourceContent",
    ),
];

/// Tables that are empty here, and part of every export.
const EMPTY: [(&str, &str); 2] = [
    ("likes", "id,contentid,username,creationdate"),
    ("notifications", "notificationid,contentid,labelid,spaceid,username"),
];

/// Writes the same export in the CSV form; gives the number of rows that count. The package must be one of a writer that lets members
/// name their owners.
pub fn convert(from: &Path, to: &Path) -> u64 {
    let package = Package::open(from, &Limits::default()).unwrap();
    let mut tables: BTreeMap<&str, String> = BTreeMap::new();
    for (table, _, id, columns) in TABLES {
        let names: Vec<&str> = columns.split_whitespace().map(|pair| pair.split('=').next().unwrap()).collect();
        tables.insert(table, format!("{id},{}\r\n", names.join(",")));
    }
    EMPTY.iter().for_each(|(table, header)| _ = tables.insert(table, format!("{header}\r\n")));
    // Files of older attachments lie under their own ids in this form.
    let (mut folders, mut rows) = (HashMap::new(), 0);
    for object in objects(package.read(package.entry("entities.xml").unwrap()).unwrap(), &Limits::default()) {
        let object = object.unwrap();
        let found = TABLES.iter().find(|(_, classes, ..)| classes.split(' ').any(|class| class == object.class));
        let (table, _, _, columns) = found.unwrap_or_else(|| panic!("no table for {}", object.class));
        let text = tables.get_mut(table).unwrap();
        let id = object.id.clone().unwrap();
        text.push_str(&id);
        for pair in columns.split_whitespace() {
            write!(text, ",{}", quoted(&field(&object, pair.split_once('=').unwrap().1))).unwrap();
        }
        text.push_str("\r\n");
        rows += u64::from(*table != "user_mapping");
        if object.class == "Attachment" && !original(&object).is_empty() {
            folders.insert((original(&object), object.text("version").unwrap().to_owned()), id);
        }
    }
    let mut writer = PackageWriter::create(to).unwrap();
    for (table, text) in &tables {
        writer.entry(&format!("{table}.csv.gz"), true, &mut text.as_bytes()).unwrap();
    }
    for entry in package.entries().iter().filter(|entry| entry.name.starts_with("attachments/")) {
        let parts: Vec<&str> = entry.name.split('/').collect();
        let own = folders.get(&(parts[2].to_owned(), parts[3].to_owned())).map_or(parts[2], String::as_str);
        let name = format!("attachments/{}/{own}/{}", parts[1], parts[3]);
        writer.entry(&name, false, &mut package.read(entry).unwrap()).unwrap();
    }
    let mut descriptor = Vec::new();
    package.read(package.entry("exportDescriptor.properties").unwrap()).unwrap().read_to_end(&mut descriptor).unwrap();
    let mut descriptor = read_descriptor(&descriptor);
    for (key, value) in [("exportFormat", "csv".to_owned()), ("totalExportedId", rows.to_string())] {
        descriptor.properties.insert(key.to_owned(), value);
    }
    writer.entry("exportDescriptor.properties.gz", true, &mut write_descriptor(&descriptor, "now").as_slice()).unwrap();
    writer.finish().unwrap();
    rows
}

fn original(object: &RawObject) -> String {
    let named = object.reference("originalVersion").map(|(_, id)| id).or(object.filled("originalVersionId"));
    named.unwrap_or_default().to_owned()
}

fn field(object: &RawObject, column: &str) -> String {
    let reference = |name: &str| object.reference(name).map_or("", |(_, id)| id).to_owned();
    let is_comment = object.class == "Comment";
    match (column, column.strip_prefix('>')) {
        ("class", _) if object.class == "CustomContentEntityObject" => "CUSTOM".to_owned(),
        ("class", _) => object.class.to_uppercase(),
        ("original", _) => original(object),
        ("page", _) if !is_comment => reference("parent"),
        ("comment", _) if is_comment => reference("parent"),
        ("page" | "comment", _) => String::new(),
        ("body" | "content", _) => object.text(column).unwrap_or_default().replace("]] >", "]]>"),
        (name, None) if name.ends_with("Date") => {
            object.text(name).unwrap_or_default().trim_end_matches('0').to_owned()
        }
        (_, Some(name)) => reference(name),
        (name, None) => object.text(name).unwrap_or_default().to_owned(),
    }
}

fn quoted(text: &str) -> String {
    if text.contains(['"', ',', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\"").replace('\n', "\r\n"))
    } else {
        text.to_owned()
    }
}
