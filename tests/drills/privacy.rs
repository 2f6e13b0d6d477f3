//! What must never be shown: restricted content, texts, secrets of accounts. Every word that must not appear holds the letters QX.

use crate::package::Build;
use crate::rig::{Ended, Rig, scenario};
use crate::wiki::{claim, stored};

/// An open page, a restricted one with all that can hang on it, and a page below the restricted one.
const WIKI: &str = "
    ConfluenceUserImpl 4028da9600000001 name=ann lowerName=ann
    Space 1 key=OPS name=Operations lowerKey=ops spaceType=global spaceStatus=CURRENT homePage>Page:10
    Page 10 title=Home version=1 contentStatus=current space>Space:1 creator>ConfluenceUserImpl:4028da9600000001 creationDate=2024-01-02|00:00:00.000
    BodyContent 20 content>Page:10 body=<p>open|QXbody</p> bodyType=2
    Page 12 title=Runbook version=1 contentStatus=current space>Space:1 parent>Page:10 creationDate=2024-01-02|00:00:00.000
    BodyContent 22 content>Page:12 body=<p>second|QXbody</p> bodyType=2
    Page 13 title=QXmerger version=2 contentStatus=current space>Space:1 parent>Page:10 creationDate=2024-01-02|00:00:00.000 lastModificationDate=2024-01-03|00:00:00.000 versionComment=QXnote
    BodyContent 23 content>Page:13 body=<p>QXsecret|body</p> bodyType=2
    Page 14 title=QXmerger version=1 contentStatus=current originalVersion>Page:13 originalVersionId=13 creationDate=2024-01-02|00:00:00.000 versionComment=QXoldnote
    BodyContent 24 content>Page:14 body=<p>QXolder</p> bodyType=2
    ContentPermissionSet 70 type=View owningContent>Page:13
    ContentPermission 71 type=View owningSet>ContentPermissionSet:70 userSubject>ConfluenceUserImpl:4028da9600000001
    Comment 40 version=1 contentStatus=current containerContent>Page:13 creator>ConfluenceUserImpl:4028da9600000001 creationDate=2024-03-01|00:00:00.000
    BodyContent 41 content>Comment:40 body=<p>QXcomment</p> bodyType=2
    Attachment 50 title=QXterms.pdf version=1 contentStatus=current containerContent>Page:13 space>Space:1 versionComment=QXfilenote
    ContentProperty 53 name=MEDIA_TYPE stringValue=text/plain content>Attachment:50
    ContentProperty 54 name=FILESIZE longValue=7 content>Attachment:50
    Label 60 name=qxlabel namespace=global
    Labelling 63 label>Label:60 content>Page:13 labelableType=CONTENT
    Page 15 title=QXbelow version=1 contentStatus=current space>Space:1 parent>Page:13 creationDate=2024-01-02|00:00:00.000
    BodyContent 25 content>Page:15 body=<p>QXbelow</p> bodyType=2
    Attachment 51 title=QXbelow.pdf version=1 contentStatus=current containerContent>Page:15 space>Space:1
    ContentProperty 55 name=FILESIZE longValue=7 content>Attachment:51
";

fn wiki(lines: &str) -> Build {
    Build::space("OPS", lines).file("attachments/13/50/1", b"QXbytes").file("attachments/15/51/1", b"QXbytes")
}

/// Nothing that the drill said or filed holds the letters.
#[track_caller]
fn shows_nothing(rig: &Rig, ended: &Ended) {
    let mut said = vec![("stdout".to_owned(), ended.stdout.clone()), ("stderr".to_owned(), ended.stderr.clone())];
    for file in [
        "out/quiet.xml",
        "out/quiet/record.json",
        "out/quiet/findings.jsonl",
        "out/quiet/report.txt",
        "out/quiet/junit.xml",
    ] {
        said.push((file.to_owned(), rig.read(file)));
    }
    // The folder of the test has a name by chance.
    let folder = rig.folder().display().to_string();
    for (name, text) in said {
        for line in text.lines().map(|line| line.replace(&folder, "")) {
            assert!(!line.to_lowercase().contains("qx"), "{name} shows what it must not: {line}");
        }
    }
}

fn drill(rig: &Rig, changes: &[(&str, &str)]) -> Ended {
    rig.write("scenario.yaml", scenario("quiet", changes));
    rig.run(&["run", "--json", "scenario.yaml"])
}

const CLAIMED: (&str, &str) = ("manifest", "beside-backup");

/// The wiki as the source has it, and an export in which these lines are others, or gone where they are empty.
fn compared(edits: &[(&str, &str)], files: &[(&str, &[u8])]) -> Rig {
    let rig = Rig::new();
    let edited = edits.iter().fold(WIKI.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    });
    let gone = |line: &&str| !line.trim().starts_with("GONE");
    let lines: Vec<&str> = edited.lines().filter(gone).collect();
    let mut build = wiki(&lines.join("\n"));
    for (name, bytes) in files {
        build.files.retain(|(other, _)| other != name);
        if !bytes.is_empty() {
            build.files.push(((*name).to_owned(), bytes.to_vec()));
        }
    }
    stored(&wiki(WIKI), &rig.path("whole.zip"));
    stored(&build, &rig.path("export.zip"));
    claim(&rig.path("whole.zip"), &rig.path("export.zip"));
    rig
}

#[test]
fn restricted_content_shows_its_id_only_whatever_became_of_it() {
    let gone: Vec<(String, String)> = WIKI
        .lines()
        .filter(|line| line.to_lowercase().contains("qx") && !line.contains("open|QX") && !line.contains("second|QX"))
        .map(|line| (line.trim().to_owned(), format!("GONE {line}")))
        .collect();
    let all: Vec<(&str, &str)> = gone.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect();
    let table: [&[(&str, &str)]; 9] = [
        &all,
        &[("<p>QXsecret|body</p>", "<p>QXother</p>")],
        &[("title=QXmerger", "title=QXrenamed")],
        &[("<p>QXcomment</p>", "<p>QXanother</p>")],
        &[("title=QXterms.pdf", "title=QXnames.pdf")],
        &[("versionComment=QXnote", "versionComment=QXchanged"), ("name=qxlabel", "name=qxother")],
        &[("versionComment=QXfilenote", "versionComment=QXelse"), ("<p>QXolder</p>", "<p>QXnewer</p>")],
        &[("title=QXbelow version", "title=QXdeeper version")],
        &[("name=qxlabel", "name=qxother")],
    ];
    for edits in table {
        let rig = compared(edits, &[]);
        for privacy in ["titles", "full", "digests"] {
            let ended = drill(&rig, &[CLAIMED, ("privacy", privacy)]);
            ended.exits(1);
            shows_nothing(&rig, &ended);
        }
    }
}

#[test]
fn files_of_restricted_pages_that_are_damaged_show_no_name() {
    for bytes in [&b""[..], b"QX", b"QXother"] {
        for file in ["attachments/13/50/1", "attachments/15/51/1"] {
            let rig = compared(&[], &[(file, bytes)]);
            let ended = drill(&rig, &[CLAIMED]);
            ended.exits(1);
            shows_nothing(&rig, &ended);
        }
    }
}

#[test]
fn an_archive_that_breaks_off_in_a_text_does_not_quote_it() {
    for words in ["QXsecret", "QXmerger", "QXcomment", "QXterms", "open QXbody", "QXnote"] {
        for edit in 0..5 {
            let rig = Rig::new();
            let whole = wiki(WIKI);
            let at = whole.xml.find(words).unwrap();
            let (head, tail) = whole.xml.split_at(at);
            let xml = match edit {
                0 => format!("{head}QX"),
                1 => format!("{head}\u{1}{tail}"),
                2 => format!("{head}]]></qxelement qxattribute={tail}"),
                3 => format!("{head}]]><qxelement qxattribute=\"&QXentity;\" QXmore>&QXother;{tail}"),
                _ => format!("{head}]]></property><property QXname=\"QX\" class=\"QXclass\"><![CDATA[{tail}"),
            };
            stored(&Build { xml, ..whole.clone() }, &rig.path("export.zip"));
            let ended = drill(&rig, &[]);
            ended.exits(1);
            shows_nothing(&rig, &ended);
        }
    }
}

#[test]
fn texts_of_open_pages_are_not_shown_by_default_and_titles_not_with_digests() {
    let edits = [("open|QXbody", "lost|QXwords"), ("second|QXbody", "QX")];
    let rig = compared(&edits, &[]);
    for privacy in ["titles", "digests"] {
        let ended = drill(&rig, &[CLAIMED, ("privacy", privacy)]);
        ended.exits(1);
        shows_nothing(&rig, &ended);
        let shown = ended.stdout.contains("Runbook") || ended.stderr.contains("Runbook");
        assert_eq!(shown, privacy == "titles", "{privacy}: {}", ended.stderr);
    }
}

const PEOPLE: &str = "
    ConfluenceUserImpl 4028da9600000001 name=ann lowerName=ann
    InternalUser 1001 name=ann lowerName=ann displayName=Ann|Example emailAddress=ann@example.com active=true credential={PKCS5S2}QXhash
    InternalUser 1003 name=bob lowerName=bob displayName=Bob|Example emailAddress=bob@example.com active=true credential=QXplain
    InternalUserCredentialRecord 1005 passwordHash={PKCS5S2}QXolder user>InternalUser:1001
    DefaultHibernateUser 1006 name=old fullName=Old|Hand password=QXlegacy
    InternalUserAttribute 1007 name=qxattribute value=QXvalue user>InternalUser:1001
    InternalGroup 1002 name=crew
    HibernateMembership 1004 parentGroup>InternalGroup:1002 userMember>InternalUser:1001
    OSPropertyEntry 1008 keyVal=password textVal=QXproperty
    Space 1 key=OPS name=Operations lowerKey=ops spaceType=global spaceStatus=CURRENT homePage>Page:10
    Page 10 title=Home version=1 contentStatus=current space>Space:1 creator>ConfluenceUserImpl:4028da9600000001 creationDate=2024-01-02|00:00:00.000
    BodyContent 20 content>Page:10 body=<p>open</p> bodyType=2
";

#[test]
fn secrets_of_accounts_are_shown_nowhere() {
    let without = |word: &str| -> String {
        PEOPLE.lines().filter(|line| !line.contains(word)).map(|line| format!("{line}\n")).collect()
    };
    let exports = [
        without("InternalUser 1003"),
        without("HibernateMembership"),
        PEOPLE.replace("Bob|Example", "Robert|Example").replace("QXplain", "QXchanged"),
        PEOPLE.replace("InternalUser 1003", "InternalUser 1001"),
    ];
    for export in exports {
        let rig = Rig::new();
        stored(&Build::site(PEOPLE), &rig.path("whole.zip"));
        stored(&Build::site(&export), &rig.path("export.zip"));
        rig.run(&["manifest", "--from-backup", "whole.zip", "-o", "whole.jsonl"]).exits(0);
        rig.run(&[
            "manifest",
            "--from-manifest",
            "whole.jsonl",
            "--bind",
            "export.zip",
            "-o",
            "export.zip.manifest.jsonl",
        ])
        .exits(0);
        assert!(!rig.read("export.zip.manifest.jsonl").to_lowercase().contains("qx"));
        for privacy in ["titles", "full"] {
            let ended = drill(&rig, &[CLAIMED, ("privacy", privacy)]);
            ended.exits(1);
            shows_nothing(&rig, &ended);
        }
    }
}

#[test]
fn an_archive_that_breaks_off_in_an_account_does_not_quote_it() {
    for words in ["QXhash", "QXplain", "QXolder", "QXlegacy", "QXproperty"] {
        let whole = Build::site(PEOPLE);
        let at = whole.xml.find(words).unwrap();
        for broken in [whole.xml[..at + 2].to_owned(), whole.xml.replace(words, &format!("{words}]]></{words}>"))] {
            let rig = Rig::new();
            stored(&Build { xml: broken, ..whole.clone() }, &rig.path("export.zip"));
            let ended = drill(&rig, &[("privacy", "full")]);
            ended.exits(1);
            shows_nothing(&rig, &ended);
        }
    }
}
