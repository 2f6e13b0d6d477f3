//! Backups and manifests for drills.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rehearsal::model::Digest;
use rehearsal::package::PackageWriter;
use rehearsal::reading::{Claim, Manifest};
use rehearsal::sample::{Sample, write};

use crate::common;
use crate::package::Build;

/// A small wiki; nothing in it is set aside.
pub const OPS: &str = "
    ConfluenceUserImpl 4028da9600000001 name=ann lowerName=ann
    ConfluenceUserImpl 4028da9600000002 name=bob lowerName=bob
    Space 1 key=OPS name=Operations lowerKey=ops spaceType=global spaceStatus=CURRENT homePage>Page:10 description>SpaceDescription:2 creator>ConfluenceUserImpl:4028da9600000001 creationDate=2024-01-02|03:04:05.678
    SpaceDescription 2 title=Operations version=1 contentStatus=current space>Space:1
    BodyContent 3 content>SpaceDescription:2 body=How|we|run|it bodyType=0
    Page 10 title=Home version=2 contentStatus=current space>Space:1 creator>ConfluenceUserImpl:4028da9600000001 creationDate=2024-01-02|03:04:05.678 lastModifier>ConfluenceUserImpl:4028da9600000002 lastModificationDate=2024-02-03|04:05:06.789 versionComment=tidied
    Page 11 title=Home version=1 contentStatus=current originalVersion>Page:10 originalVersionId=10 creator>ConfluenceUserImpl:4028da9600000001 creationDate=2024-01-02|03:04:05.678 lastModifier>ConfluenceUserImpl:4028da9600000001 lastModificationDate=2024-01-02|03:04:05.678
    Page 12 title=Runbook version=1 contentStatus=current space>Space:1 parent>Page:10 position=1 creator>ConfluenceUserImpl:4028da9600000001 creationDate=2024-01-03|00:00:00.000 lastModifier>ConfluenceUserImpl:4028da9600000001 lastModificationDate=2024-01-03|00:00:00.000
    Page 13 title=Plan|of|the|merger version=1 contentStatus=current space>Space:1 parent>Page:10 position=2 creator>ConfluenceUserImpl:4028da9600000002 creationDate=2024-01-04|00:00:00.000 lastModifier>ConfluenceUserImpl:4028da9600000002 lastModificationDate=2024-01-04|00:00:00.000
    BodyContent 20 content>Page:10 body=<p>now</p> bodyType=2
    BodyContent 21 content>Page:11 body=<p>then</p> bodyType=2
    BodyContent 22 content>Page:12 body=<p>promote|the|replica</p> bodyType=2
    BodyContent 23 content>Page:13 body=<p>we|buy|them|in|May</p> bodyType=2
    ContentPermissionSet 70 type=View owningContent>Page:13
    ContentPermission 71 type=View owningSet>ContentPermissionSet:70 userSubject>ConfluenceUserImpl:4028da9600000002
    BlogPost 30 title=News version=1 contentStatus=current space>Space:1 creationDate=2024-05-06|07:08:09.010 creator>ConfluenceUserImpl:4028da9600000001 lastModifier>ConfluenceUserImpl:4028da9600000001 lastModificationDate=2024-05-06|07:08:09.010
    BodyContent 31 content>BlogPost:30 body=<p>news</p> bodyType=2
    Comment 40 version=1 contentStatus=current containerContent>Page:12 creator>ConfluenceUserImpl:4028da9600000002 creationDate=2024-03-01|00:00:00.000 lastModifier>ConfluenceUserImpl:4028da9600000002 lastModificationDate=2024-03-01|00:00:00.000
    BodyContent 41 content>Comment:40 body=<p>why</p> bodyType=2
    Attachment 50 title=map.txt version=1 contentStatus=current containerContent>Page:12 space>Space:1 creator>ConfluenceUserImpl:4028da9600000001 creationDate=2024-03-02|00:00:00.000 lastModifier>ConfluenceUserImpl:4028da9600000001 lastModificationDate=2024-03-02|00:00:00.000
    ContentProperty 53 name=MEDIA_TYPE stringValue=text/plain content>Attachment:50
    ContentProperty 54 name=FILESIZE longValue=5 content>Attachment:50
    Label 60 name=urgent namespace=global
    Labelling 63 label>Label:60 content>Page:12 labelableType=CONTENT
    SpacePermission 80 type=VIEWSPACE space>Space:1 group=crew
    SpacePermission 81 type=SETSPACEPERMISSIONS space>Space:1 userSubject>ConfluenceUserImpl:4028da9600000001
    PageTemplate 90 name=Report description=weekly content=<p>a</p> space>Space:1 bodyType=2
";

/// The small wiki as a package.
pub fn ops() -> Build {
    Build::space("OPS", OPS).file("attachments/12/50/1", b"a map")
}

/// The small wiki without what these objects are: `Page 12` drops every line that begins so.
pub fn ops_without(objects: &[&str]) -> Build {
    let dropped = |line: &&str| objects.iter().any(|object| line.trim().starts_with(&format!("{object} ")));
    let lines: Vec<&str> = OPS.lines().filter(|line| !dropped(line)).collect();
    Build { files: ops().files, ..Build::space("OPS", &lines.join("\n")) }
}

/// Writes a package whose bytes no packer decides: nothing is compressed.
pub fn stored(build: &Build, path: &Path) {
    let mut writer = PackageWriter::create(path).unwrap();
    let descriptor: String = build.descriptor.iter().map(|(key, value)| format!("{key}={value}\n")).collect();
    for (name, bytes) in &build.files {
        writer.entry(name, false, &mut bytes.as_slice()).unwrap();
    }
    writer.entry("entities.xml", false, &mut build.xml.as_bytes()).unwrap();
    writer.entry("exportDescriptor.properties", false, &mut descriptor.as_bytes()).unwrap();
    writer.finish().unwrap();
}

/// The manifest that a source would have given which holds exactly what this package holds.
pub fn source_manifest(package: &Path) -> Manifest {
    let backup = common::backup(package);
    let inventory = rehearsal::archive::read(&backup, &common::context()).unwrap();
    assert!(inventory.whole && inventory.damage.is_empty(), "{:?}", inventory.damage);
    let mut manifest = Manifest::from_backup(&inventory, &digest(package));
    manifest.claim = Claim::Source;
    manifest.reading.header.origin = "https://wiki.example.com".to_owned();
    manifest.reading.header.began = "2026-11-22T23:00:00Z".to_owned();
    manifest.reading.header.ended = "2026-11-22T23:05:00Z".to_owned();
    manifest
}

/// Writes what the source of `package` claims, bound to `backup`, beside that backup.
pub fn claim(package: &Path, backup: &Path) -> PathBuf {
    let mut beside = backup.as_os_str().to_owned();
    beside.push(".manifest.jsonl");
    let manifest = rehearsal::expect::bind(source_manifest(package), &digest(backup));
    rehearsal::expect::write(&manifest, Path::new(&beside)).unwrap();
    PathBuf::from(beside)
}

pub fn digest(path: &Path) -> Digest {
    Digest::of(std::fs::read(path).unwrap())
}

/// A sample that takes many seconds to drill, made once and kept with what cargo builds.
pub fn big() -> &'static Path {
    static BIG: OnceLock<PathBuf> = OnceLock::new();
    BIG.get_or_init(|| {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("drills-big.zip");
        let draft = path.with_extension(format!("{}", std::process::id()));
        write(&Sample { attachment_bytes: 500, ..Sample::sized(3_000, 5) }, &draft).unwrap();
        std::fs::rename(&draft, &path).unwrap();
        path
    })
}

/// A scenario key that drills [`big`].
pub fn big_backup() -> String {
    format!("{{ file: {} }}", big().display())
}
