//! Packages from a few lines of text: `Page 10 title=Home space>Space:1 parent>Page:9 body~…`, one object a line. `=` is a scalar, `>` a
//! reference, `*` a collection of references; `|` in a value stands for a space.

use std::path::Path;

use rehearsal::package::PackageWriter;

#[derive(Default, Clone)]
pub struct Build {
    pub descriptor: Vec<(String, String)>,
    pub xml: String,
    pub files: Vec<(String, Vec<u8>)>,
}

impl Build {
    pub fn space(key: &str, lines: &str) -> Self {
        Self::new(&[("exportType", "space"), ("spaceKey", key), ("backupAttachments", "true")], lines)
    }

    pub fn site(lines: &str) -> Self {
        Self::new(&[("exportType", "all"), ("backupAttachments", "true")], lines)
    }

    pub fn new(descriptor: &[(&str, &str)], lines: &str) -> Self {
        let objects: String = lines.lines().map(str::trim).filter(|line| !line.is_empty()).map(object).collect();
        Self {
            descriptor: descriptor.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect(),
            xml: format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<hibernate-generic datetime=\"2026-11-23 12:00:00\">\n{objects}</hibernate-generic>\n"
            ),
            files: Vec::new(),
        }
    }

    pub fn file(mut self, name: &str, bytes: &[u8]) -> Self {
        self.files.push((name.to_owned(), bytes.to_vec()));
        self
    }

    pub fn zip(&self, path: &Path) {
        let mut writer = PackageWriter::create(path).unwrap();
        for (name, bytes) in &self.files {
            writer.entry(name, true, &mut bytes.as_slice()).unwrap();
        }
        writer.entry("entities.xml", true, &mut self.xml.as_bytes()).unwrap();
        if !self.descriptor.is_empty() {
            let text: String = self.descriptor.iter().map(|(key, value)| format!("{key}={value}\n")).collect();
            writer.entry("exportDescriptor.properties", true, &mut text.as_bytes()).unwrap();
        }
        writer.finish().unwrap();
    }
}

fn object(line: &str) -> String {
    let mut words = line.split_whitespace();
    let (class, id) = (words.next().unwrap(), words.next().unwrap());
    let name = if class == "ConfluenceUserImpl" { "key" } else { "id" };
    let mut out =
        format!("<object class=\"{class}\" package=\"com.atlassian.confluence\">\n<id name=\"{name}\">{id}</id>\n");
    for word in words {
        let at = word.find(['=', '>', '*']).unwrap();
        let (name, value) = (&word[..at], word[at + 1..].replace('|', " "));
        match &word[at..=at] {
            "=" => {
                out += &format!("<property name=\"{name}\"><![CDATA[{}]]></property>\n", value.replace("]]>", "]] >"))
            }
            ">" => out += &format!("<property name=\"{name}\" {}</property>\n", target(&value)),
            _ => {
                let members: String =
                    value.split(',').map(|one| format!("<element {}</element>\n", target(one))).collect();
                out += &format!("<collection name=\"{name}\" class=\"java.util.Collection\">{members}</collection>\n");
            }
        }
    }
    out + "</object>\n"
}

fn target(text: &str) -> String {
    let (class, id) = text.split_once(':').unwrap();
    let name = if class == "ConfluenceUserImpl" { "key" } else { "id" };
    format!("class=\"{class}\" package=\"com.atlassian.confluence\"><id name=\"{name}\"><![CDATA[{id}]]></id>")
}

/// A space with everything that a reader looks at.
pub const OPS: &str = "
    ConfluenceUserImpl 4028da9600000001 name=ann lowerName=ann
    ConfluenceUserImpl 4028da9600000002 name=bob lowerName=bob
    Space 1 key=OPS name=Operations lowerKey=ops spaceType=global spaceStatus=CURRENT homePage>Page:10 description>SpaceDescription:2 creator>ConfluenceUserImpl:4028da9600000001 creationDate=2024-01-02|03:04:05.678
    SpaceDescription 2 title=Operations version=1 contentStatus=current
    BodyContent 3 content>SpaceDescription:2 body=How|we|run|it bodyType=0
    Page 10 title=Home version=2 contentStatus=current space>Space:1 creator>ConfluenceUserImpl:4028da9600000001 creationDate=2024-01-02|03:04:05.678 lastModifier>ConfluenceUserImpl:4028da9600000002 lastModificationDate=2024-02-03|04:05:06.789 versionComment=tidied
    Page 11 title=Home version=1 contentStatus=current originalVersion>Page:10 originalVersionId=10 creator>ConfluenceUserImpl:4028da9600000001 creationDate=2024-01-02|03:04:05.678 lastModifier>ConfluenceUserImpl:4028da9600000001 lastModificationDate=2024-01-02|03:04:05.678
    Page 12 title=Runbook version=1 contentStatus=current space>Space:1 parent>Page:10 position=3 creationDate=2024-01-03|00:00:00.000
    Page 13 title=Old version=1 contentStatus=deleted space>Space:1
    Page 14 title=Shelf version=1 contentStatus=archived space>Space:1
    Page 15 title=Sketch version=1 contentStatus=draft space>Space:1
    Page 16 title=Home version=1 contentStatus=draft space>Space:1 originalVersion>Page:10
    BodyContent 20 content>Page:10 body=<p>now</p> bodyType=2
    BodyContent 21 content>Page:11 body=<p>then</p> bodyType=2
    BodyContent 22 content>Page:12 body=<ac:plain-text-body>x]]></ac:plain-text-body> bodyType=2
    BlogPost 30 title=News version=1 contentStatus=current space>Space:1 creationDate=2024-05-06|07:08:09.010 creator>ConfluenceUserImpl:4028da9600000001
    BodyContent 31 content>BlogPost:30 body=<p>news</p> bodyType=2
    Comment 40 version=1 contentStatus=current containerContent>Page:10 creator>ConfluenceUserImpl:4028da9600000002 creationDate=2024-03-01|00:00:00.000
    BodyContent 41 content>Comment:40 body=<p>why</p> bodyType=2
    Comment 42 version=1 contentStatus=current containerContent>Page:10 parent>Comment:40
    Comment 43 version=1 contentStatus=current containerContent>Page:10
    ContentProperty 44 name=inline-comment stringValue=true content>Comment:43
    ContentProperty 45 name=inline-marker-ref stringValue=5b1e-77 content>Comment:43
    ContentProperty 46 name=inline-original-selection stringValue=these|words content>Comment:43
    Comment 47 version=1 contentStatus=current containerContent>Page:10 contentProperties*ContentProperty:48,ContentProperty:49
    ContentProperty 48 name=inline-marker-ref stringValue=5b1e-78
    ContentProperty 49 name=status stringValue=resolved
    Attachment 50 title=a|b.txt version=2 contentStatus=current containerContent>Page:10 space>Space:1 versionComment=newer creator>ConfluenceUserImpl:4028da9600000001
    Attachment 51 title=a|b.txt version=1 contentStatus=current containerContent>Page:10 space>Space:1 originalVersion>Attachment:50
    Attachment 52 title=gone.bin version=1 contentStatus=current containerContent>Page:10 space>Space:1
    ContentProperty 53 name=MEDIA_TYPE stringValue=text/plain content>Attachment:50
    ContentProperty 54 name=FILESIZE longValue=5 content>Attachment:50
    Label 60 name=urgent namespace=global
    Label 61 name=favourite namespace=my
    Label 62 name=infra namespace=team
    Labelling 63 label>Label:60 content>Page:10 labelableType=CONTENT
    Labelling 64 label>Label:61 content>Page:10 labelableType=CONTENT
    Labelling 65 label>Label:62 content>SpaceDescription:2 labelableType=CONTENT
    ContentPermissionSet 70 type=View owningContent>Page:12
    ContentPermission 71 type=View owningSet>ContentPermissionSet:70 userSubject>ConfluenceUserImpl:4028da9600000001
    ContentPermission 72 type=View owningSet>ContentPermissionSet:70 groupName=crew
    SpacePermission 80 type=VIEWSPACE space>Space:1 group=crew
    SpacePermission 81 type=SETSPACEPERMISSIONS space>Space:1 userSubject>ConfluenceUserImpl:4028da9600000001
    SpacePermission 82 type=VIEWSPACE space>Space:1
    PageTemplate 90 name=Report description=weekly content=<p>a]]>b</p> space>Space:1 bodyType=2
    OutgoingLink 95 sourceContent>Page:10 destinationPageTitle=Runbook
";

/// What apps stored over REST on a page and on a space of [`OPS`], an older version among it.
pub const PROPERTIES: &str = "
    CustomContentEntityObject 96 title=look version=3 contentStatus=current containerContent>Page:10 pluginModuleKey=a.b.confluence-content-property-storage:content-property
    BodyContent 97 content>CustomContentEntityObject:96 body={\"wide\":true} bodyType=1
    CustomContentEntityObject 98 title=look version=2 contentStatus=current originalVersion>CustomContentEntityObject:96 pluginModuleKey=a.b.confluence-content-property-storage:content-property
    CustomContentEntityObject 99 title=note version=1 contentStatus=current containerContent>Page:10 pluginModuleKey=a.b.confluence-content-property-storage:content-property
    BodyContent 100 content>CustomContentEntityObject:99 body=no|json bodyType=1
    CustomContentEntityObject 101 title=theme version=1 contentStatus=current space>Space:1 pluginModuleKey=a.b.confluence-content-property-storage:content-property
    BodyContent 102 content>CustomContentEntityObject:101 body=7 bodyType=1
    CustomContentEntityObject 103 title=mail version=1 contentStatus=current containerContent>Page:10 pluginModuleKey=a.b:mail
";

/// [`OPS`] with its files.
pub fn ops() -> Build {
    Build::space("OPS", OPS).file("attachments/10/50/2", b"newer").file("attachments/10/50/1", b"old")
}

/// The same content as a site export, with accounts, groups and a template of the site.
pub fn site() -> Build {
    site_with("")
}

/// The same with more objects.
pub fn site_with(more: &str) -> Build {
    let people = "
        InternalUser 1001 name=ann lowerName=ann displayName=Ann|Example emailAddress=ann@example.com active=true
        InternalGroup 1002 name=crew
        HibernateMembership 1003 parentGroup>InternalGroup:1002 userMember>InternalUser:1001
        PageTemplate 1004 name=Everywhere content=<p/> bodyType=2
    ";
    Build::site(&format!("{OPS}{people}{more}"))
        .file("attachments/10/50/2", b"newer")
        .file("attachments/10/50/1", b"old")
}
