use serde_json::{Map, Value, json};

use super::{View, encode};
use crate::mock::store::{Content, File};

/// `extensions` of an attachment.
pub fn extensions(row: &Content) -> Value {
    let File { media_type, size, .. } = row.file.clone().unwrap_or_default();
    let media_type = media_type.unwrap_or_else(|| "application/octet-stream".to_owned());
    let mut out = Map::new();
    out.insert("mediaType".into(), media_type.into());
    if let Some(size) = size {
        out.insert("fileSize".into(), size.into());
    }
    if let Some(comment) = row.message.as_deref().filter(|comment| !comment.is_empty()) {
        out.insert("comment".into(), comment.into());
    }
    Value::Object(out)
}

/// Links of an attachment; `download` is relative to the context.
pub fn links(view: &View<'_>, row: &Content) -> Value {
    let holder = row.container.unwrap_or_default();
    let name = encode(&row.title);
    let own = format!("{}/rest/api/content/{}", view.base, row.id);
    let download = format!("/download/attachments/{holder}/{name}?version={}&modificationDate=0&api=v2", row.number);
    let preview = encode(&format!("/{holder}/{}/{}", row.id, row.title));
    let webui = format!("/pages/viewpageattachments.action?pageId={holder}&preview={preview}");
    json!({ "webui": webui, "download": download, "self": own })
}
