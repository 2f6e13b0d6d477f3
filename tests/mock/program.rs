//! `rehearse mock --load`, the real program: it says where the backup is open, shows it, ends when told to, and refuses what can't be shown.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};

use crate::package::{Build, site};
use crate::rig::{ADMIN, PASSWORD};

/// A mock that runs; killed when a test stumbles.
struct Running(Child);

impl Running {
    fn spawn(command: &mut Command) -> (Self, BufReader<ChildStderr>) {
        let mut child = command.spawn().unwrap();
        let talk = BufReader::new(child.stderr.take().unwrap());
        (Self(child), talk)
    }
}

/// What it said until it was ready, and the address that it named.
fn opened(talk: &mut BufReader<ChildStderr>) -> (String, String) {
    let mut said = String::new();
    loop {
        let begin = said.len();
        assert!(talk.read_line(&mut said).unwrap() > 0, "it ended before it was ready: {said}");
        if let Some((_, address)) = said[begin..].split_once(" is open on ") {
            let address = address.split_once(';').unwrap().0.to_owned();
            return (said, address);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn load(path: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rehearse"));
    command.args(["mock", "--listen", "127.0.0.1:0", "--load"]).arg(path).env_remove("REHEARSE_MOCK_PASSWORD");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

#[tokio::test]
async fn the_program_says_where_a_backup_is_open_and_shows_it_until_it_is_told_to_stop() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("backup.zip");
    site().zip(&path);
    let (mut running, mut talk) = Running::spawn(&mut load(&path));
    let (mut said, address) = opened(&mut talk);
    let client = reqwest::Client::builder().tls_certs_only([]).build().unwrap();
    let page = client.get(&address).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("<a href=\"/display/OPS\">Operations</a>"), "{page}");
    // Nobody gave it a password, so REST has no administrator.
    let spaces = client.get(format!("{address}rest/api/space")).send().await.unwrap();
    assert_eq!(spaces.status(), 401);
    let id = running.0.id().to_string();
    assert!(Command::new("sh").args(["-c", "kill -s TERM \"$0\"", &id]).status().unwrap().success());
    talk.read_to_string(&mut said).unwrap();
    assert_eq!(running.0.wait().unwrap().code(), Some(0), "{said}");
}

/// R60 [D]: Cloud's REST v2 stands below `/wiki/api/v2`, for whoever logs in.
#[tokio::test]
async fn the_program_speaks_cloud_where_it_is_told_to() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("backup.zip");
    site().zip(&path);
    let mut command = load(&path);
    command.args(["--dialect", "cloud"]).env("REHEARSE_MOCK_PASSWORD", PASSWORD);
    let (_running, mut talk) = Running::spawn(&mut command);
    let (_, address) = opened(&mut talk);
    assert!(address.ends_with("/wiki/"), "{address}");
    let client = reqwest::Client::builder().tls_certs_only([]).build().unwrap();
    let spaces = client.get(format!("{address}api/v2/spaces")).basic_auth(ADMIN, Some(PASSWORD)).send().await.unwrap();
    let spaces: serde_json::Value = spaces.json().await.unwrap();
    assert_eq!(spaces["results"][0]["key"], "OPS");
}

#[test]
fn the_program_refuses_what_it_can_t_show_as_wrong_usage_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let junk = folder.path().join("junk.zip");
    std::fs::write(&junk, b"no zip at all").unwrap();
    let tables = folder.path().join("tables.zip");
    let form = [("exportFormat".to_owned(), "csv".to_owned()), ("exportType".to_owned(), "space".to_owned())];
    Build { descriptor: form.into(), ..site() }.zip(&tables);
    for (path, why) in
        [(junk, "zip"), (tables, "Confluence Cloud only"), (folder.path().join("missing.zip"), "missing.zip")]
    {
        let output = load(&path).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{}: {said}", path.display());
        assert!(said.contains("error: ") && said.contains(why) && !said.contains("is open on"), "{said}");
    }
}

/// R75 [D]: with `--set-up` the variables of the image count, and nobody is asked for a password. R3 [D]: FIRST_RUN isn't ready.
#[tokio::test]
async fn the_program_begins_unset_where_it_is_told_to() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let program = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rehearse"));
        command.arg("mock").env_remove("REHEARSE_MOCK_PASSWORD").stdin(Stdio::null()).stderr(Stdio::piped());
        command
    };
    let mut command = program();
    command.args(["--listen", "127.0.0.1:0", "--set-up", "8.5"]).env("ATL_TOMCAT_CONTEXTPATH", "/wiki");
    command
        .env("JVM_SUPPORT_RECOMMENDED_ARGS", "-Datlassian.mail.senddisabled=true -Datlassian.mail.fetchdisabled=true");
    let mut running = Running(command.spawn().unwrap());
    let mut said = String::new();
    let mut talk = BufReader::new(running.0.stderr.take().unwrap());
    talk.read_line(&mut said).unwrap();
    talk.read_line(&mut said).unwrap();
    assert!(said.contains("/wiki, waits to be set up"), "{said}");
    assert!(said.contains("by its environment mail is switched off (sending, fetching);"), "{said}");
    let address = format!("http://{}", said.split_once("http://").unwrap().1.split_once(',').unwrap().0);
    let client = reqwest::Client::builder().tls_certs_only([]).build().unwrap();
    for state in ["STARTING", "FIRST_RUN"] {
        let text = client.get(format!("{address}/status")).send().await.unwrap().text().await.unwrap();
        assert!(text.contains(state), "{text}");
    }
    assert_eq!(program().args(["--health", &address]).output().unwrap().status.code(), Some(1));
    let part = program().args(["--set-up", "8.5"]).env("ATL_JDBC_PASSWORD", "secret").output().unwrap();
    let said = String::from_utf8(part.stderr).unwrap();
    assert_eq!(part.status.code(), Some(2), "{said}");
    assert!(said.contains("ATL_JDBC_URL") && !said.contains("secret"), "{said}");
}
