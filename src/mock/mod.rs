//! A small Confluence Data Center (of 9.2 or 8.5, with Cloud's REST v2 for reading where that is asked for): it restores packages by Confluence's rules and answers the REST calls by which a
//! restored copy is read back. Every answer carries the header `X-Rehearse-Mock`, so that no verdict can take it for the real thing.
//!
//! It must not know the REST client (`crate::confluence`), nor the mapping of the archive's reader: both are checked against it.
//!
//! It can begin unset, and is then set up over HTTP as a container of Confluence is (`setup`).
//!
//! People look at what was restored on plain pages (`browse`), at the paths where Confluence has them.
//!
//! What it is not: it answers no rendered body over REST, and rewrites no user keys
//! inside bodies. A folder is restored as well as a zip, for unpacked backups.
//!
//! What was restored can be backed up again (`backup`), by the same calls as in Confluence.
//!
//! Rows of content lie in a database of the home, texts and objects without a table in files beside it, bytes of attachments in the restored package
//! (`store`). It therefore must stay where it is and as it is, but where the home lasts, which has a copy. A site of 100,000 pages, 1,277,948 objects, is restored and
//! served within 160 MiB.

mod access;
mod ahead;
mod answer;
mod auth;
mod backup;
mod browse;
mod cloud;
mod cql;
mod download;
mod expand;
mod health;
mod home;
mod import;
mod jobs;
mod json;
mod kept;
mod login;
mod paging;
mod permissions;
mod reindex;
mod restore;
mod routes;
mod server;
mod session;
mod settings;
mod setup;
mod shapes;
mod spill;
mod state;
mod store;
mod troubles;

pub use auth::MOCK_HEADER;
pub use health::health;
pub use home::{Found, HomeError};
pub use permissions::OPERATIONS;
pub use server::{MockError, Server};
pub use settings::{Dialect, Load, Settings};
pub use setup::{Database, Environment, Line, MailSwitch, SetUp, told_of_mail};
pub use troubles::Trouble;
