//! A PostgreSQL of a test's own, from the machine's package; gone with the test.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A running server with the data base `wiki` of the user `u`, whose password is [`PASSWORD`].
pub struct Postgres {
    folder: tempfile::TempDir,
    programs: PathBuf,
    port: u16,
}

pub const PASSWORD: &str = "no secret of anybody";

impl Postgres {
    /// Starts one; `None`, said plainly, where the machine has none and none must be.
    pub fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            super::not_run("postgresql", "no initdb below /usr/lib/postgresql; install the package postgresql");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("password"), PASSWORD).unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server = Self { folder, programs, port };
        if is_root() {
            done(Command::new("chown").args(["-R", "postgres"]).arg(server.folder.path()));
        }
        let data = server.data();
        let made = ["--username=u", "--auth=scram-sha-256", "--encoding=UTF8", "--no-sync", "--pgdata", &data];
        let password = format!("--pwfile={}", server.path("password"));
        done(server.command("initdb").args(made).arg(password));
        let options = format!("-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories= -c fsync=off");
        let log = server.path("log");
        done(server.command("pg_ctl").args([
            "--wait",
            "--pgdata",
            &data,
            "--log",
            &log,
            "--options",
            &options,
            "start",
        ]));
        server.ask("CREATE DATABASE wiki");
        server.ask("CREATE DATABASE narrow ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
        Some(server)
    }

    /// Its JDBC address, with this data base.
    pub fn url(&self, name: &str) -> String {
        format!("jdbc:postgresql://127.0.0.1:{}/{name}?ssl=false", self.port)
    }

    fn ask(&self, statement: &str) {
        let address = format!("host=127.0.0.1 port={} user=u dbname=postgres", self.port);
        done(Command::new(self.programs.join("psql")).env("PGPASSWORD", PASSWORD).args(["-c", statement, &address]));
    }

    fn data(&self) -> String {
        self.path("data")
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    /// One of its programs, which refuse to run as root.
    fn command(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir("/").env_remove("LC_ALL").env("LANG", "C");
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let data = self.data();
        let _ = self.command("pg_ctl").args(["--mode=immediate", "--pgdata", &data, "stop"]).output();
    }
}

fn done(command: &mut Command) -> Output {
    let output = command.stdin(std::process::Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout.trim_ascii() == b"0"
}

/// The folder of the newest version's programs.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir(Path::new("/usr/lib/postgresql")).ok()?;
    let folders = versions.filter_map(|entry| Some(entry.ok()?.path().join("bin")));
    folders.filter(|folder| folder.join("initdb").is_file()).max()
}
