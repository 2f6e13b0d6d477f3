//! The reading endpoints: each makes its answer from the request and the site.
//!
//! They know the store and the shapes, and nothing of packages.

mod content;
mod listing;
mod people;
mod properties;
mod search;
mod spaces;
mod tree;

pub use content::{
    attachments, child_pages, comments, content_history, content_labels, one_content, restriction, restrictions,
    versions,
};
pub use listing::{contents, scan};
pub use people::{current_user, groups, member_of, members, one_user, users};
pub use properties::{content_properties, content_property, space_properties, space_property};
pub use search::{content_search, search};
pub use spaces::{one_space, space_permissions, spaces, templates};
pub use tree::{
    anonymous, children, descendants, one_group, one_template, one_version, space_content, space_content_of_type,
};

use serde_json::json;

use super::answer::Answer;
use super::expand::Expand;
use super::paging::Lengths;
use super::server::Call;

/// `GET /rest/api/server-information`: only the members that are known, and the truth about the product.
pub fn server_information(call: &Call<'_>) -> Answer {
    let dialect = call.view.settings.dialect;
    Ok(json!({
        "product": concat!("rehearse mock ", env!("CARGO_PKG_VERSION")), "mock": true,
        "version": dialect.full_version(), "buildNumber": dialect.build(), "baseUrl": call.view.base,
    }))
}

/// `GET /rest/applinks/1.0/manifest`.
pub fn manifest(call: &Call<'_>) -> Answer {
    let dialect = call.view.settings.dialect;
    Ok(json!({
        "typeId": "confluence", "name": "rehearse mock", "version": dialect.full_version(), "buildNumber": dialect.build(), "url": call.view.base,
    }))
}

/// How long the pages of a list are: shorter where bodies are asked for (docs/confluence.md, R9).
fn lengths(call: &Call<'_>, expand: &Expand, default: usize) -> Lengths {
    let settings = call.view.settings;
    let most = if expand.has("body") { settings.limit_with_bodies } else { settings.limit };
    Lengths { default, most }
}
