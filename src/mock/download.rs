//! Bytes of attachments, streamed from the restored package; never whole in memory.

use std::io::Read as _;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use tokio::sync::mpsc::{Sender, channel};

use super::access::Caller;
use super::answer::{Ask, Refusal};
use super::shapes::encode;
use super::state::Shared;
use super::store::{self, Content, ContentKind, Site, Status};
use super::troubles::Trouble;

/// Bytes sent at a time.
const BLOCK: usize = 64 << 10;

/// `GET /download/attachments/{page}/{file}?version=N`.
pub async fn attachment(
    State(state): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((page, file)): Path<(String, String)>,
    Query(params): Query<Vec<(String, String)>>,
) -> Response {
    let ask = Ask { path: String::new(), params };
    let (name, asked) = (file.clone(), state.clone());
    let found = tokio::task::spawn_blocking(move || find(asked.seen_by(&caller), &page, &name, &ask)).await;
    match found.unwrap_or_else(|error| Err(Refusal::broken(&error))) {
        Ok((site, bytes, media_type)) => {
            let short = state.troubles.has(&Trouble::ShortDownload);
            let length = if short { bytes.length / 2 } else { bytes.length };
            let (to, from) = channel(4);
            let spoiled = Spoiled {
                cut: state.troubles.cut_download(),
                short: short.then_some(length),
                wrong: state.troubles.has(&Trouble::WrongBytes),
            };
            tokio::task::spawn_blocking(move || send(&site, &bytes, spoiled, &to));
            let stream =
                futures_util::stream::unfold(
                    from,
                    |mut from| async move { from.recv().await.map(|block| (block, from)) },
                );
            // What a stranger attached is kept, never opened beside the pages.
            let disposition = format!("attachment; filename*=UTF-8''{}", encode(&file));
            let headers = [
                (header::CONTENT_TYPE, media_type),
                (header::CONTENT_LENGTH, length.to_string()),
                (header::CONTENT_DISPOSITION, disposition),
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
                (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
            ];
            (headers, Body::from_stream(stream)).into_response()
        }
        Err(refusal) => refusal.into_response(),
    }
}

fn find(site: Site, page: &str, file: &str, ask: &Ask) -> Result<(Site, store::Bytes, String), Refusal> {
    let found = look(&site, page, file, ask);
    if let Some(why) = site.content.failure() {
        return Err(Refusal::broken(&why));
    }
    found.map(|(bytes, media_type)| (site, bytes, media_type))
}

fn look(site: &Site, page: &str, file: &str, ask: &Ask) -> Result<(store::Bytes, String), Refusal> {
    let gone = || Refusal::not_found(format!("The attachment {file} of content {page} could not be found"));
    let page: u64 = page.parse().map_err(|_| gone())?;
    let version = ask.number::<u64>("version")?;
    let named = |row: &&Content| row.title == file;
    let rows = || site.held(page, ContentKind::Attachment).filter(named);
    let live = rows().find(|row| row.status == Status::Current).or_else(|| rows().next());
    let live = live.ok_or_else(gone)?;
    let row = match version {
        // A trashed file may have the name of a current one; the number tells them apart where it can.
        Some(number) if number != live.number => {
            let older = site.versions(live).into_iter().find(|row| row.number == number);
            older.or_else(|| rows().find(|row| row.number == number)).ok_or_else(gone)?
        }
        _ => live,
    };
    let own = row.file.clone().unwrap_or_default();
    let bytes = own.bytes.ok_or_else(gone)?;
    let media_type = own.media_type.filter(|text| header::HeaderValue::from_str(text).is_ok());
    Ok((bytes, media_type.unwrap_or_else(|| "application/octet-stream".to_owned())))
}

/// What goes wrong with a download on purpose.
#[derive(Clone, Copy)]
struct Spoiled {
    /// Behind how many bytes it breaks off.
    cut: Option<u64>,
    /// Behind how many bytes it ends as if that were all.
    short: Option<u64>,
    /// Whether its first byte is another one.
    wrong: bool,
}

fn send(site: &Site, bytes: &store::Bytes, mut spoiled: Spoiled, to: &Sender<std::io::Result<Bytes>>) {
    let broken = |message: &str| std::io::Error::other(message.to_owned());
    let opened = site.files.packages.get(bytes.package).map(|held| &held.package).and_then(|package| {
        let entry = package.entry(&bytes.entry)?;
        package.read(entry).ok()
    });
    let Some(mut reader) = opened else {
        let _ = to.blocking_send(Err(broken("the package can't be read any more")));
        return;
    };
    let mut left = spoiled.cut.or(spoiled.short).unwrap_or(u64::MAX);
    let mut block = vec![0; BLOCK];
    loop {
        let read = match reader.read(&mut block) {
            Ok(0) => return,
            Ok(read) => read,
            Err(error) => {
                let _ = to.blocking_send(Err(error));
                return;
            }
        };
        if let (true, Some(first)) = (std::mem::take(&mut spoiled.wrong), block.first_mut()) {
            *first ^= 1;
        }
        let sent = usize::try_from(left).map_or(read, |left| left.min(read));
        left -= sent as u64;
        let part = Bytes::copy_from_slice(block.get(..sent).unwrap_or_default());
        if to.blocking_send(Ok(part)).is_err() {
            return;
        }
        if left == 0 && spoiled.cut.is_none() {
            return;
        }
        if left == 0 {
            let _ = to.blocking_send(Err(broken("the download is cut off")));
            return;
        }
    }
}
