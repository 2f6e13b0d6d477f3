//! A mock that begins as a container of Confluence does: it boots, waits for somebody to go through the set-up over HTTP, and serves once
//! they have made its administrator (docs/confluence.md, R70 to R73).
//!
//! Knows the set-up alone: what serves afterwards is handed in.

mod database;
mod environment;
mod gate;
mod line;
mod mail;
mod pages;
mod step;
mod wizard;

use secrecy::SecretString;

pub use database::Database;
pub use environment::Environment;
pub use gate::{redirect, router};
pub use line::{Line, LogIn};
pub use mail::{MailSwitch, told as told_of_mail};
pub use pages::page as plain_page;

/// How a mock that isn't set up begins.
#[derive(Debug, Clone)]
pub struct SetUp {
    /// Whose set-up it has.
    pub line: Line,
    /// A licence came with the environment, so that nobody is asked for one.
    pub has_license: bool,
    /// The data base that came with the environment, so that nobody is asked for one. Where it doesn't answer, the mock doesn't start.
    pub database: Option<Database>,
    /// Basic is taken, also by a line that has it switched off.
    pub forces_basic: bool,
    /// A user of no directory who is a system administrator whatever was restored: name and password (docs/confluence.md, R75).
    pub recovery: Option<(String, SecretString)>,
    /// Which switches of mail are on. They change nothing here.
    pub mail_off: Vec<MailSwitch>,
    /// Administrators with a cookie are asked for their password again.
    pub confirms_passwords: bool,
    /// How many requests meet a server that is still starting, and how many REST calls one that says too early that it runs.
    pub delays: u32,
}

impl SetUp {
    /// A container of this line that was told nothing.
    pub fn new(line: Line) -> Self {
        Self {
            line,
            has_license: false,
            database: None,
            forces_basic: false,
            recovery: None,
            mail_off: Vec::new(),
            confirms_passwords: true,
            delays: 1,
        }
    }

    /// Whether callers may log in by Basic.
    pub(super) fn takes_basic(&self) -> bool {
        self.forces_basic || self.line.takes_basic()
    }
}
