use super::encode;
use super::links::Links;
use crate::mock::json::Json;
use crate::mock::store::Content;

/// `extensions` of an attachment; what the row lacks is left out.
pub fn extensions(row: &Content, to: &mut Json) {
    let mut out = to.object();
    if let Some(comment) = row.message.as_deref().filter(|comment| !comment.is_empty()) {
        out.text("comment", comment);
    }
    if let Some(size) = row.file.as_ref().and_then(|file| file.size) {
        out.number("fileSize", size);
    }
    if let Some(media_type) = row.file.as_ref().and_then(|file| file.media_type.as_deref()) {
        out.text("mediaType", media_type);
    }
}

/// Links of an attachment; `download` is relative to the context.
pub fn links(row: &Content) -> Links {
    let holder = row.container.unwrap_or_default();
    let name = encode(&row.title);
    let download = format!("/download/attachments/{holder}/{name}?version={}&modificationDate=0&api=v2", row.number);
    let preview = encode(&format!("/{holder}/{}/{}", row.id, row.title));
    let webui = format!("/pages/viewpageattachments.action?pageId={holder}&preview={preview}");
    Links { own: row.id, webui, download: Some(download), ..Links::default() }
}
