//! Objects of entities.xml in the spelling of the two writers of Data Center.

use std::fmt::{Display, Write as _};

use super::Writer;

/// A class: simple name and package.
#[derive(Debug, Clone, Copy)]
pub(super) struct Class(pub &'static str, pub &'static str);

impl Class {
    pub(super) const PAGE: Self = Self("Page", "com.atlassian.confluence.pages");
    pub(super) const BLOG_POST: Self = Self("BlogPost", "com.atlassian.confluence.pages");
    pub(super) const COMMENT: Self = Self("Comment", "com.atlassian.confluence.pages");
    pub(super) const ATTACHMENT: Self = Self("Attachment", "com.atlassian.confluence.pages");
    pub(super) const BODY: Self = Self("BodyContent", "com.atlassian.confluence.core");
    pub(super) const PROPERTY: Self = Self("ContentProperty", "com.atlassian.confluence.content");
    pub(super) const SPACE: Self = Self("Space", "com.atlassian.confluence.spaces");
    pub(super) const SPACE_DESCRIPTION: Self = Self("SpaceDescription", "com.atlassian.confluence.spaces");
    pub(super) const SPACE_PERMISSION: Self = Self("SpacePermission", "com.atlassian.confluence.security");
    pub(super) const PERMISSION_SET: Self = Self("ContentPermissionSet", "com.atlassian.confluence.security");
    pub(super) const PERMISSION: Self = Self("ContentPermission", "com.atlassian.confluence.security");
    pub(super) const LABEL: Self = Self("Label", "com.atlassian.confluence.labels");
    pub(super) const LABELLING: Self = Self("Labelling", "com.atlassian.confluence.labels");
    pub(super) const LINK: Self = Self("OutgoingLink", "com.atlassian.confluence.links");
    pub(super) const TEMPLATE: Self = Self("PageTemplate", "com.atlassian.confluence.pages.templates");
    pub(super) const USER: Self = Self("ConfluenceUserImpl", "com.atlassian.confluence.user");
    pub(super) const ACCOUNT: Self = Self("InternalUser", "com.atlassian.crowd.model.user");
    pub(super) const GROUP: Self = Self("InternalGroup", "com.atlassian.crowd.model.group");
    pub(super) const DIRECTORY: Self = Self("DirectoryImpl", "com.atlassian.crowd.model.directory");
    pub(super) const MEMBERSHIP: Self = Self("HibernateMembership", "com.atlassian.crowd.embedded.hibernate2");
}

/// One object on its way to text. Properties are written in the order of the calls.
#[derive(Debug)]
pub(super) struct Object {
    writer: Writer,
    text: String,
}

impl Object {
    /// An object with a number as its id.
    pub(super) fn new(writer: Writer, class: Class, id: u64) -> Self {
        let text = format!("<object class=\"{}\" package=\"{}\">\n<id name=\"id\">{id}</id>\n", class.0, class.1);
        Self { writer, text }
    }

    /// A user, whose id is a key.
    pub(super) fn user(writer: Writer, key: &str) -> Self {
        let mut object = Self { writer, text: String::new() };
        let _ = writeln!(object.text, "<object class=\"{}\" package=\"{}\">", Class::USER.0, Class::USER.1);
        object.key(key);
        object.text.push('\n');
        object
    }

    fn key(&mut self, key: &str) {
        let _ = match self.writer {
            Writer::Server => write!(self.text, "<id name=\"key\"><![CDATA[{key}]]></id>"),
            Writer::DataCenter83 => write!(self.text, "<id name=\"key\">{key}</id>"),
        };
    }

    /// A string: in CDATA by the legacy writer, bare where short by the newer one.
    pub(super) fn text(mut self, name: &str, value: &str) -> Self {
        let _ = write!(self.text, "<property name=\"{name}\">");
        if self.writer == Writer::Server || value.contains('\n') || value.len() > 255 {
            cdata(&mut self.text, value);
        } else {
            escape(&mut self.text, value);
        }
        self.text.push_str("</property>\n");
        self
    }

    /// A text that both writers put into CDATA.
    pub(super) fn long_text(mut self, name: &str, value: &str) -> Self {
        let _ = write!(self.text, "<property name=\"{name}\">");
        cdata(&mut self.text, value);
        self.text.push_str("</property>\n");
        self
    }

    /// A number, flag or date.
    pub(super) fn bare(mut self, name: &str, value: impl Display) -> Self {
        let _ = writeln!(self.text, "<property name=\"{name}\">{value}</property>");
        self
    }

    /// Null: an empty tag by the legacy writer, nothing at all by the newer one.
    pub(super) fn null(mut self, name: &str) -> Self {
        if self.writer == Writer::Server {
            let _ = write!(self.text, "<property name=\"{name}\"/>");
        }
        self
    }

    /// A constant of an enum.
    pub(super) fn constant(mut self, name: &str, class: Class, value: &str) -> Self {
        let _ = writeln!(
            self.text,
            "<property name=\"{name}\" enum-class=\"{}\" package=\"{}\">{value}</property>",
            class.0, class.1
        );
        self
    }

    /// A reference.
    pub(super) fn reference(mut self, name: &str, class: Class, id: u64) -> Self {
        let _ = writeln!(
            self.text,
            "<property name=\"{name}\" class=\"{}\" package=\"{}\"><id name=\"id\">{id}</id>\n</property>",
            class.0, class.1
        );
        self
    }

    /// A reference to a user; null where there is none.
    pub(super) fn user_reference(mut self, name: &str, key: Option<&str>) -> Self {
        let Some(key) = key else { return self.null(name) };
        let _ =
            write!(self.text, "<property name=\"{name}\" class=\"{}\" package=\"{}\">", Class::USER.0, Class::USER.1);
        self.key(key);
        self.text.push_str("\n</property>\n");
        self
    }

    /// A collection of references; left out where it is empty.
    pub(super) fn collection(
        mut self,
        name: &str,
        java: &str,
        class: Class,
        ids: impl IntoIterator<Item = u64>,
    ) -> Self {
        let mut ids = ids.into_iter().peekable();
        if ids.peek().is_none() {
            return self;
        }
        let _ = write!(self.text, "<collection name=\"{name}\" class=\"java.util.{java}\">");
        for id in ids {
            let _ = writeln!(
                self.text,
                "<element class=\"{}\" package=\"{}\"><id name=\"id\">{id}</id>\n</element>",
                class.0, class.1
            );
        }
        self.text.push_str("</collection>\n");
        self
    }

    /// A collection that only the legacy writer has.
    pub(super) fn legacy(self, name: &str, java: &str, class: Class, ids: impl IntoIterator<Item = u64>) -> Self {
        if self.writer == Writer::Server { self.collection(name, java, class, ids) } else { self }
    }

    /// Anything else.
    pub(super) fn raw(mut self, xml: &str) -> Self {
        self.text.push_str(xml);
        self
    }

    /// The finished text.
    pub(super) fn end(mut self) -> String {
        self.text.push_str("</object>\n");
        self.text
    }
}

/// CDATA as Confluence writes it: `]]>` in the text becomes `]] >` (never the split that the XML specification advises).
fn cdata(out: &mut String, text: &str) {
    let _ = write!(out, "<![CDATA[{}]]>", text.replace("]]>", "]] >"));
}

fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_writer_has_its_spelling() {
        let object = |writer| Object::new(writer, Class::PAGE, 7).text("title", "a & ]]>").null("position").end();
        assert_eq!(
            object(Writer::Server),
            "<object class=\"Page\" package=\"com.atlassian.confluence.pages\">\n<id name=\"id\">7</id>\n\
             <property name=\"title\"><![CDATA[a & ]] >]]></property>\n<property name=\"position\"/></object>\n"
        );
        assert!(
            object(Writer::DataCenter83).ends_with("<property name=\"title\">a &amp; ]]&gt;</property>\n</object>\n")
        );
    }
}
