//! The examples that users copy: each runs as it stands.

use std::path::Path;

use crate::common;
use crate::rig::Rig;

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &to);
        } else {
            std::fs::copy(&path, to).unwrap();
        }
    }
}

#[test]
fn every_example_passes() {
    let rig = Rig::new();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios"), &rig.path("scenarios"));
    let export = "scenarios/first-drill/export.zip";
    let manifest = "scenarios/first-drill/export.zip.manifest.jsonl";
    if !rig.path(export).exists() {
        std::fs::create_dir_all(rig.path("scenarios/first-drill")).unwrap();
        rig.run(&["sample", "--out", export, "--pages", "40", "--attachment-bytes", "500"]).exits(0);
    }
    if !rig.path(manifest).exists() {
        rig.run(&["manifest", "--from-backup", export, "-o", manifest]).exits(0);
    }
    let mut names: Vec<String> = std::fs::read_dir(rig.path("scenarios"))
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().into_string().unwrap().strip_suffix(".yaml").map(str::to_owned))
        .collect();
    names.sort();
    assert!(names.len() >= 5, "{names:?}");
    for name in names {
        if name == "mock-container" && !containers() {
            continue;
        }
        let ended = rig.run(&["run", &format!("scenarios/{name}.yaml")]);
        ended.exits(0);
        assert!(!rig.junit(&format!("reports/{name}.xml")).is_red());
        let record = rig.read(&format!("reports/{name}/record.json"));
        assert!(record.contains("\"verdict\": \"passed\""), "{name}: {record}");
        // What no restored copy is asked for is named, and never missing.
        assert!(record.contains("Confluence is not asked for them"), "{name}: {record}");
    }
    assert!(rig.left_behind().is_empty(), "{:?}", rig.left_behind());
}

/// Whether this build has containers and an engine answers.
fn containers() -> bool {
    #[cfg(feature = "containers")]
    return crate::docker::block_on(common::docker::engine()).is_some();
    #[cfg(not(feature = "containers"))]
    {
        common::not_run("docker", "this build has no containers");
        false
    }
}
