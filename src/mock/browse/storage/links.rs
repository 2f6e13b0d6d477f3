//! Links and images of a text: to pages, attachments, spaces, users, and out of the wiki.

use std::fmt::Write as _;

use super::Out;
use crate::mock::browse::address::{Address, address};
use crate::mock::browse::tree::Element;
use crate::mock::shapes::encode;

/// Most pictures of a text that are shown as such; each is looked up in the store.
const PICTURES: usize = 500;

impl Out<'_> {
    /// A link around what `inner` writes; a link within a link is none.
    fn link_to(&mut self, to: &Address, inner: impl FnOnce(&mut Self)) {
        if self.in_link {
            return inner(self);
        }
        self.in_link = true;
        self.html.push_str("<a href=\"");
        match to {
            Address::Outside(url) => {
                self.text(url);
                self.html.push_str("\" rel=\"noreferrer noopener\">");
            }
            Address::Inside(path) => {
                self.text(self.place.context);
                self.text(path);
                self.html.push_str("\">");
            }
        }
        let start = self.html.len();
        inner(self);
        let label = start..self.html.len();
        self.html.push_str("</a>");
        self.in_link = false;
        if let Address::Outside(url) = to {
            // Where a link leads is told, unless it says so itself.
            let mut told = Out::new(self.place);
            told.text(url);
            if self.html.get(label) != Some(&told.html) {
                self.target(url);
            }
        }
    }

    fn target(&mut self, target: &str) {
        self.html.push_str(" <span class=\"target\">(");
        self.text(target);
        self.html.push_str(")</span>");
    }

    pub(super) fn anchor(&mut self, element: &Element) {
        let Some(href) = element.attribute("href") else { return self.nodes(&element.children) };
        match address(href) {
            Some(to) => self.link_to(&to, |out| out.nodes(&element.children)),
            None => {
                self.nodes(&element.children);
                self.target(href);
            }
        }
    }

    pub(super) fn image_of_html(&mut self, element: &Element) {
        let source = element.attribute("src").unwrap_or_default();
        self.picture(element.attribute("alt"), source, address(source));
    }

    fn picture(&mut self, alt: Option<&str>, name: &str, to: Option<Address>) {
        let label = format!("Image: {}", alt.unwrap_or(name));
        match to {
            Some(to) => self.link_to(&to, |out| out.text(&label)),
            None => self.text(&label),
        }
    }

    pub(super) fn link(&mut self, element: &Element) {
        let resource = element.elements().find(|child| child.name.starts_with("ri:"));
        let bodies = ["ac:link-body", "ac:plain-text-link-body"];
        let body = element.elements().find(|child| bodies.contains(&child.name.as_str()));
        let Some(resource) = resource else {
            // A link to a place in the same page.
            match body {
                Some(body) => self.nodes(&body.children),
                None => self.text(element.attribute("ac:anchor").unwrap_or_default()),
            }
            return;
        };
        let to = self.to(resource);
        let label = self.label(resource);
        let inner = |out: &mut Self| match body {
            Some(body) => out.nodes(&body.children),
            None => out.text(&label),
        };
        match to {
            Some(to) => self.link_to(&to, inner),
            None => inner(self),
        }
    }

    pub(super) fn image(&mut self, element: &Element) {
        let Some(resource) = element.elements().find(|child| child.name.starts_with("ri:")) else {
            return self.text("Image");
        };
        let (to, label) = (self.to(resource), self.label(resource));
        match self.holder(resource) {
            Some(holder) => self.shown(element, &label, holder),
            None => self.picture(element.attribute("ac:alt"), &label, to),
        }
        if let Some(caption) = element.child("ac:caption") {
            self.wrapped("<div>", caption, "</div>");
        }
    }

    /// Content that holds the picture, if it can be shown.
    fn holder(&mut self, resource: &Element) -> Option<u64> {
        self.pictures += 1;
        if resource.name != "ri:attachment" || self.pictures > PICTURES {
            return None;
        }
        let name = resource.attribute("ri:filename")?;
        let page = match resource.elements().find(|holder| holder.name.starts_with("ri:")) {
            Some(page) => {
                let space = page.attribute("ri:space-key").unwrap_or(self.place.space);
                Some((space, page.attribute("ri:content-title")?))
            }
            None => None,
        };
        (self.place.picture)(page, name)
    }

    /// A picture as such, which leads to its file.
    fn shown(&mut self, element: &Element, name: &str, holder: u64) {
        let path = format!("/download/attachments/{holder}/{}", encode(name));
        let alt = element.attribute("ac:alt").unwrap_or(name).to_owned();
        let width = element.attribute("ac:width").and_then(|text| text.parse::<u16>().ok());
        self.breaks = 0;
        self.link_to(&Address::Inside(path.clone()), |out| {
            out.html.push_str("<img src=\"");
            out.text(out.place.context);
            out.text(&path);
            out.html.push_str("\" alt=\"");
            out.text(&alt);
            out.html.push_str("\" loading=\"lazy\"");
            if let Some(width) = width {
                let _ = write!(out.html, " width=\"{}\"", width.clamp(1, 2_000));
            }
            out.html.push('>');
        });
    }

    /// A resource that stands alone, as in parameters of macros.
    pub(super) fn resource(&mut self, element: &Element) {
        let label = self.label(element);
        match self.to(element) {
            Some(to) => self.link_to(&to, |out| out.text(&label)),
            None => self.text(&label),
        }
    }

    fn label(&self, resource: &Element) -> String {
        let of = |name: &str| resource.attribute(name).unwrap_or_default().to_owned();
        match resource.name.as_str() {
            "ri:page" | "ri:blog-post" => of("ri:content-title"),
            "ri:attachment" => of("ri:filename"),
            "ri:url" => of("ri:value"),
            "ri:space" => of("ri:space-key"),
            "ri:user" => {
                let key = resource.attribute("ri:userkey").or(resource.attribute("ri:account-id"));
                let named = key.and_then(|key| (self.place.user)(key));
                named
                    .or(resource.attribute("ri:username").map(str::to_owned))
                    .unwrap_or(key.unwrap_or_default().to_owned())
            }
            _ => resource.attributes.first().map(|(_, value)| value.clone()).unwrap_or_default(),
        }
    }

    /// Where a resource is; a page that isn't there is told where the link leads.
    fn to(&self, resource: &Element) -> Option<Address> {
        let space = |of: &Element| encode(of.attribute("ri:space-key").unwrap_or(self.place.space));
        match resource.name.as_str() {
            "ri:page" | "ri:blog-post" => {
                let title = resource.attribute("ri:content-title")?;
                Some(Address::Inside(format!("/display/{}/{}", space(resource), encode(title))))
            }
            "ri:attachment" => match resource.elements().find(|holder| holder.name.starts_with("ri:")) {
                Some(holder) => self.to(holder),
                None => {
                    let name = encode(resource.attribute("ri:filename")?);
                    Some(Address::Inside(format!("/download/attachments/{}/{name}", self.place.holder)))
                }
            },
            "ri:content-entity" => {
                let id: u64 = resource.attribute("ri:content-id")?.parse().ok()?;
                Some(Address::Inside(format!("/pages/viewpage.action?pageId={id}")))
            }
            "ri:space" => Some(Address::Inside(format!("/display/{}", space(resource)))),
            "ri:url" => address(resource.attribute("ri:value")?),
            _ => None,
        }
    }
}
