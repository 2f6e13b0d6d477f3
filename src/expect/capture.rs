use super::ExpectError;
use crate::clock::Context;
use crate::confluence::Client;
use crate::event::Stage;
use crate::model::{Digest, Needs, Scope};
use crate::observe::observe;
use crate::reading::{Claim, Manifest};

/// Captures the claim of a live Confluence: everything that it shows of these spaces or of the whole site. It is bound to no backup yet.
///
/// # Errors
/// A source that can't be read to its end.
pub async fn capture(client: &Client, scope: &Scope, ctx: &Context) -> Result<Manifest, ExpectError> {
    let reading = observe(client, scope, &Needs::everything(), ctx, Stage::Expect).await?;
    Ok(Manifest { reading, claim: Claim::Source, bound_to: None })
}

/// Binds a manifest to the backup of this digest.
#[must_use]
pub fn bind(manifest: Manifest, backup: &Digest) -> Manifest {
    Manifest { bound_to: Some(backup.clone()), ..manifest }
}
