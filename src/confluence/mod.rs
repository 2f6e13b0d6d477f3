//! Client of the REST interface of Confluence Data Center (7.19 to 10.x), for reading content back and for restoring, and of Confluence Cloud, for reading.
//!
//! It asks, retries within bounds, follows pages and gives typed answers; it never follows a link to another host. Must not know
//! what a reading, a check or a drill is.

mod answers;
mod backup;
mod client;
mod cloud;
mod content;
mod edition;
mod error;
mod open;
mod pace;
mod paging;
mod permissions;
mod restore;
mod search;
mod server;
mod transport;

pub use answers::content::{
    Ancestor, Body, BodyValue, Children, Content, Extensions, History, InlineProperties, Label, Metadata, Restriction,
    Restrictions, Subjects, Version,
};
pub use answers::restore::{Job, JobScope, JobState, RestoreFile, Statistics};
pub use answers::space::{Description, Descriptions, Space, SpacePermission, Subject, Template};
pub use answers::user::{Group, User};
pub use answers::{Id, Links, List, Moment};
pub use client::{Auth, Client, ClientSettings, Endpoint};
pub use cloud::Sort;
pub use content::{ContentQuery, Status};
pub use edition::Edition;
pub use error::{At, ClientError};
pub use paging::{Listed, Pager};
pub use permissions::permission_type;
pub use search::Search;
pub use server::{ServerInformation, ServerState};
pub use transport::Download;
