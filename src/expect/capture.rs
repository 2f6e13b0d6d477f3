use super::ExpectError;
use crate::clock::Context;
use crate::confluence::Client;
use crate::event::Stage;
use crate::model::{AttachmentDepth, BODY_DIGEST_RULES, Digest, Scope};
use crate::observe::{self, Base, Capture};
use crate::reading::{Claim, Manifest};

/// Captures the claim of a live Confluence: everything that it shows of these spaces or of the whole site. It is bound to no backup yet.
///
/// # Errors
/// A source that can't be read to its end.
pub async fn capture(client: &Client, scope: &Scope, ctx: &Context) -> Result<Manifest, ExpectError> {
    capture_as(client, scope, &Capture::default(), ctx).await
}

/// The same in a way of one's own: with a journal, with less of attachments, or from an older manifest.
///
/// # Errors
/// As [`capture`]; a journal that can't be gone on with.
pub async fn capture_as(client: &Client, scope: &Scope, how: &Capture, ctx: &Context) -> Result<Manifest, ExpectError> {
    let reading = observe::capture(client, scope, how, ctx, Stage::Expect).await?;
    Ok(Manifest { reading, claim: Claim::Source, bound_to: None })
}

/// Makes an older manifest ready, so that a capture takes over what didn't change. `digest` is that of its file.
///
/// # Errors
/// One of another source, of other spaces, or that says other things than this capture is to say.
pub fn since(
    older: &Manifest,
    digest: &Digest,
    client: &Client,
    scope: &Scope,
    attachments: AttachmentDepth,
) -> Result<Base, ExpectError> {
    let refuse = |what: &str| Err(ExpectError::Since { what: what.to_owned() });
    let header = &older.reading.header;
    match &header.capture {
        _ if older.claim != Claim::Source => {
            return refuse("is the claim of a backup, and no live source was read for it");
        }
        None => return refuse("was captured by an older rehearse, which did not write down how"),
        Some(record) if record.attachments != attachments => {
            return refuse(&format!("was captured with --attachments {}", record.attachments.word()));
        }
        Some(_) => {}
    }
    if header.origin != client.base() {
        return refuse(&format!("is of another source ({})", header.origin));
    }
    if header.scope != *scope {
        return refuse("is of other spaces");
    }
    if header.texts != BODY_DIGEST_RULES {
        return refuse("has digests of texts by other rules");
    }
    Ok(Base::new(&older.reading, digest).map_err(observe::ObserveError::from)?)
}

/// Binds a manifest to the backup of this digest.
#[must_use]
pub fn bind(manifest: Manifest, backup: &Digest) -> Manifest {
    Manifest { bound_to: Some(backup.clone()), ..manifest }
}
