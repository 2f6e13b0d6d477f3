//! The program itself: a capture that somebody stops, and a drill by a manifest without digests.

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use rehearsal::mock::Dialect;
use rehearsal::reading::read_manifest;
use rehearsal::sample::SampleScope;

use crate::proxy::Act;
use crate::rig::{PASSWORD, Source, USER, sample, timeless};

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rehearse"));
    command.args(arguments).current_dir(folder).env("CONFLUENCE_PASSWORD", PASSWORD).env_remove("CONFLUENCE_TOKEN");
    command.env_remove("CONFLUENCE_EMAIL").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn capture<'a>(base: &'a str, out: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["manifest", "--from-confluence", base, "--user", USER, "--space", "OPS", "-o", out][..], more].concat()
}

/// Waits for the program off the threads that serve it.
async fn ended(child: Child) -> (i32, String) {
    let output: Output = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap()).await.unwrap();
    assert!(output.stdout.is_empty());
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

async fn run(folder: &Path, arguments: &[&str]) -> (i32, String) {
    ended(command(folder, arguments).spawn().unwrap()).await
}

fn read(path: &Path) -> rehearsal::reading::Reading {
    let file = std::io::BufReader::new(std::fs::File::open(path).unwrap());
    timeless(read_manifest(file).unwrap().0.reading)
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(path).unwrap().permissions()) & 0o777
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_capture_that_somebody_stops_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let package = sample(folder, SampleScope::Space, 15);
    let source = Source::of(&[&package], Dialect::DataCenter).await;
    let base = source.proxy.base.clone();
    let (code, said) = run(folder, &capture(&base, "quiet.jsonl", &[])).await;
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("the account sees restricted content; nothing changed meanwhile"), "{said}");
    assert!(!folder.join("quiet.jsonl.partial").exists());
    let asked = source.proxy.asked();

    let (reached, mut waiting) = tokio::sync::mpsc::unbounded_channel();
    source.proxy.rule(move |number, _| {
        if number <= asked / 2 {
            return Act::Pass(0);
        }
        let _ = reached.send(());
        Act::Hang
    });
    let child = command(folder, &capture(&base, "out.jsonl", &[])).spawn().unwrap();
    waiting.recv().await.unwrap();
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let (code, said) = ended(child).await;
    assert_eq!(code, 130, "{said}");
    assert!(
        said.contains("kept in out.jsonl.partial: the same command goes on from there, --fresh begins anew"),
        "{said}"
    );
    let partial = folder.join("out.jsonl.partial");
    assert_eq!((mode(&partial), mode(&partial.join("journal"))), (0o700, 0o600));
    assert!(!folder.join("out.jsonl").exists());

    source.proxy.rule(|_, _| Act::Pass(0));
    let (code, said) = run(folder, &capture(&base, "out.jsonl", &["--attachments", "size"])).await;
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("begun with --attachments hash") && said.contains("--fresh"), "{said}");
    let (code, said) = run(folder, &capture(&base, "out.jsonl", &[])).await;
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("goes on with what was read since"), "{said}");
    assert!(source.proxy.asked() < asked, "{} of {asked}", source.proxy.asked());
    assert!(!partial.exists());
    assert_eq!(read(&folder.join("out.jsonl")), read(&folder.join("quiet.jsonl")));

    let (code, said) = run(folder, &capture(&base, "later.jsonl", &["--since", "out.jsonl"])).await;
    assert_eq!(code, 0, "{said}");
    assert_eq!(read(&folder.join("later.jsonl")), read(&folder.join("quiet.jsonl")));
    let (code, said) = run(folder, &["manifest", "--from-backup", "export.zip", "-o", "x.jsonl", "--fresh"]).await;
    assert_eq!(code, 2, "{said}");
    source.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drill_by_a_manifest_without_digests_compares_no_bytes_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let package = sample(folder, SampleScope::Space, 15);
    let source = Source::of(&[&package], Dialect::DataCenter).await;
    let more = ["--attachments", "size", "--bind", "export.zip"];
    let (code, said) = run(folder, &capture(&source.proxy.base, "export.zip.manifest.jsonl", &more)).await;
    assert_eq!(code, 0, "{said}");
    let scenario = |checks: &str| {
        format!(
            "rehearse: 1\nscenario: nightly\nbackup: {{ file: export.zip }}\nmanifest: beside-backup\ntarget: embedded\nchecks: [{checks}]\n"
        )
    };
    std::fs::write(folder.join("bytes.yaml"), scenario("all")).unwrap();
    let (code, said) = run(folder, &["run", "bytes.yaml"]).await;
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("the field digest of") && said.contains("not shown by the manifest"), "{said}");
    assert!(said.contains("captured with --attachments size"), "{said}");
    source.stop().await;
}

#[tokio::test]
async fn an_address_of_cloud_without_its_path_is_told_the_whole_one() {
    let folder = tempfile::tempdir().unwrap();
    let (code, said) = run(folder.path(), &capture("https://example.atlassian.net", "x.jsonl", &[])).await;
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("write https://example.atlassian.net/wiki"), "{said}");
}
