use super::{View, attachment, encode, instant, short_link};
use crate::mock::json::Object;
use crate::mock::store::{Content, ContentKind, Space};

/// Where content is shown, changed and fetched, relative to `base`.
#[derive(Debug, Default)]
pub struct Links {
    /// Of which content `self` is.
    pub own: u64,
    pub webui: String,
    pub edit: Option<String>,
    pub tiny: Option<String>,
    pub download: Option<String>,
}

/// Links of content of any kind.
pub fn links(view: &View<'_>, row: &Content) -> Links {
    links_within(view, row, view.site.space_of(row).and_then(|id| view.site.spaces.get(&id)))
}

/// Links of content whose space is known.
pub fn links_within(view: &View<'_>, row: &Content, home: Option<&Space>) -> Links {
    let (id, own) = (row.id.to_string(), row.original.unwrap_or(row.id));
    let home = || home.map(|home| encode(&home.key)).unwrap_or_default();
    let words = || encode(&row.title).replace("%20", "+");
    let webui = match row.kind {
        ContentKind::Attachment => return attachment::links(row),
        ContentKind::Comment => {
            let holder = row.container.unwrap_or_default();
            let webui = format!("/pages/viewpage.action?pageId={holder}&focusedCommentId={0}#comment-{0}", row.id);
            return Links { own, webui, ..Links::default() };
        }
        ContentKind::BlogPost => {
            let day = row.created.as_deref().and_then(instant).unwrap_or_default();
            let day = day.get(..10).unwrap_or_default().replace('-', "/");
            if view.is_older() {
                ["/display/", &home(), "/", &day, "/", &words()].concat()
            } else {
                ["/spaces/", &home(), "/blog/", &day, "/", id.as_str(), "/", &words()].concat()
            }
        }
        _ => match (view.is_older(), fits_path(&row.title)) {
            (true, true) => ["/display/", &home(), "/", &words()].concat(),
            (true, false) => ["/pages/viewpage.action?pageId=", id.as_str()].concat(),
            (false, _) => ["/spaces/", &home(), "/pages/", id.as_str(), "/", &words()].concat(),
        },
    };
    let edit = ["/pages/resumedraft.action?draftId=", id.as_str()].concat();
    Links { own, webui, edit: Some(edit), tiny: Some(short_link(row.id)), download: None }
}

impl Links {
    /// As the members of `_links` from `download` on.
    pub fn write(&self, view: &View<'_>, out: &mut Object<'_>) {
        if let Some(download) = &self.download {
            out.text("download", download);
        }
        if let Some(edit) = &self.edit {
            out.text("edit", edit);
        }
        out.joined("self", &[view.base, "/rest/api/content/", self.own.to_string().as_str()]);
        if let Some(tiny) = &self.tiny {
            out.text("tinyui", tiny);
        }
        out.text("webui", &self.webui);
    }
}

/// Whether a title can stand in the path of a link of before 9.x. Which characters can't isn't documented (docs/confluence.md, R8).
fn fits_path(title: &str) -> bool {
    title.chars().all(|letter| letter.is_ascii_alphanumeric() || " -_.,()!".contains(letter))
}
