//! Who sees what: the permission to use the site, permissions of spaces, view restrictions (docs/confluence.md, R30 to R33).
//!
//! What callers may not see isn't there for them: every answer is made from a site that lacks it, so that no endpoint can forget to ask.

use roaring::RoaringTreemap;

use super::store::{ContentKind, Head, Label, Operation, Site, Space, Status, Subject, Tables};

/// The group whose members see everything, whatever is restricted (R31).
const SUPER_GROUP: &str = "confluence-administrators";

/// The permission of the site without which nobody is let in (R30).
const USE: &str = "USECONFLUENCE";

/// Who calls.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Caller {
    /// The mock's own administrator, who sees everything, as a member of the super group does. It outlives every restore, but for the one of a
    /// set-up (docs/confluence.md, R5).
    Administrator,
    /// The administrator of recovery mode, of no directory, who outlives every restore (R75).
    Recovery,
    /// Somebody with an account on the site, by lower-case name.
    User(String),
    /// Nobody who said a name.
    Anonymous,
}

/// What one caller may do on one site.
#[derive(Debug, Clone, Copy)]
pub struct Rights<'a> {
    site: &'a Site,
    caller: &'a Caller,
}

impl<'a> Rights<'a> {
    /// The rights of a caller.
    pub fn of(caller: &'a Caller, site: &'a Site) -> Self {
        Self { site, caller }
    }

    /// Whether the caller is let in. A site that says nothing about it lets in whoever has an account.
    pub fn use_site(self) -> bool {
        let told = self.site.permissions.iter().any(|(kind, _)| kind == USE);
        self.see_all() || (!told && self.is_known()) || self.on_site(USE)
    }

    /// Whether nothing is hidden from the caller.
    pub fn see_all(self) -> bool {
        match self.caller {
            Caller::Administrator | Caller::Recovery => true,
            Caller::User(_) => self.is_member(SUPER_GROUP),
            Caller::Anonymous => false,
        }
    }

    /// Whether the caller may restore, follow jobs and rebuild the index.
    pub fn administer_site(self) -> bool {
        self.see_all() || self.on_site("SYSTEMADMINISTRATOR")
    }

    /// Whether the caller administers a space, and so sees its permissions and its trash.
    pub fn administer_space(self, space: &Space) -> bool {
        self.see_all() || self.has(&space.permissions, "SETSPACEPERMISSIONS")
    }

    /// Whether the caller may look people and groups up.
    pub fn see_people(self) -> bool {
        self.is_known() || self.on_site("VIEWUSERPROFILES")
    }

    /// Whether a label is shown to the caller: personal ones are to their owners alone (docs/confluence.md, C16).
    pub fn see_label(self, label: &Label) -> bool {
        label.prefix != "my" || label.owner.as_deref().is_some_and(|key| self.is_named(key))
    }

    fn see_space(self, space: &Space) -> bool {
        self.has(&space.permissions, "VIEWSPACE")
    }

    /// A version or a draft is there only with what it is of, a comment or a file only with what it hangs on, and all of it only in a space that
    /// is there.
    fn see_content(self, head: &Head) -> bool {
        let mut head = head;
        // A version of a file on a comment on a page is the deepest that Confluence has; the bound keeps a cycle from turning for ever.
        for _ in 0..8 {
            if !self.own_state(head) || !self.within_restrictions(head) {
                return false;
            }
            let Some(holder) = head.original().or(head.container()) else { return self.home(head) };
            let Some(holder) = self.site.content.head(holder) else { return false };
            head = holder;
        }
        false
    }

    /// Drafts are their authors', and the trash is for those who administer the space (R33).
    fn own_state(self, head: &Head) -> bool {
        match head.status {
            Status::Current | Status::Archived => true,
            Status::Draft => self.site.content.indexes().drafter(head.id).is_some_and(|key| self.is_named(key)),
            Status::Trashed => self.space_of(head).is_some_and(|space| self.administer_space(space)),
        }
    }

    /// View restrictions of a page hold for all pages below it; each must let the caller through (R32).
    fn within_restrictions(self, head: &Head) -> bool {
        let lets_through = |id: u64| {
            let restrictions = self.site.content.indexes().restrictions(id);
            let mut readers = restrictions.iter().filter(|one| one.operation == Operation::Read).peekable();
            readers.peek().is_none() || readers.any(|one| self.is_meant(&one.subject))
        };
        lets_through(head.id) && self.site.ancestor_ids(head).into_iter().all(lets_through)
    }

    /// What lies in no space, such as somebody's profile, is for whoever has an account.
    fn home(self, head: &Head) -> bool {
        self.space_of(head).map_or_else(|| self.is_known(), |space| self.see_space(space))
    }

    fn space_of(self, head: &Head) -> Option<&'a Space> {
        let spaces = &self.site.spaces;
        let described = || spaces.values().find(|space| space.description == Some(head.id));
        let own = self.site.space_of_head(head).and_then(|id| spaces.get(&id));
        own.or_else(|| if head.kind == ContentKind::SpaceDescription { described() } else { None })
    }

    fn on_site(self, kind: &str) -> bool {
        self.has(&self.site.permissions, kind)
    }

    fn has<'b>(self, permissions: impl IntoIterator<Item = &'b (String, Subject)>, kind: &str) -> bool {
        permissions.into_iter().any(|(own, subject)| own == kind && self.is_meant(subject))
    }

    /// What anonymous callers may do, everybody may (R30).
    fn is_meant(self, subject: &Subject) -> bool {
        match subject {
            Subject::Anonymous => true,
            Subject::User(key) => self.is_named(key),
            Subject::Group(group) => self.is_member(group),
            Subject::All(word) => word == "all-licensed-users" && self.is_known(),
        }
    }

    fn is_named(self, key: &str) -> bool {
        match self.caller {
            Caller::User(name) => self.site.users.get(key).is_some_and(|named| named.to_lowercase() == *name),
            Caller::Administrator | Caller::Recovery | Caller::Anonymous => false,
        }
    }

    fn is_member(self, group: &str) -> bool {
        match self.caller {
            Caller::User(name) => self.site.groups.get(group).is_some_and(|members| members.contains(name)),
            Caller::Administrator | Caller::Recovery | Caller::Anonymous => false,
        }
    }

    /// Whether the caller has an account, which a site restore can take away.
    fn is_known(self) -> bool {
        match self.caller {
            Caller::Administrator | Caller::Recovery => true,
            Caller::User(name) => self.site.accounts.get(name).is_some_and(|account| account.active),
            Caller::Anonymous => false,
        }
    }
}

/// What of the whole site a caller sees: tables without what is hidden from them, and the ids of content. People and groups stay, since content
/// names them.
pub fn visible(site: &Site, caller: &Caller) -> (Tables, RoaringTreemap) {
    let rights = Rights::of(caller, site);
    let mut tables = Tables::clone(site);
    tables.spaces.retain(|_, space| rights.see_space(space));
    let spaces = &tables.spaces;
    tables.templates.retain(|_, template| template.space.is_none_or(|space| spaces.contains_key(&space)));
    tables.labels.retain(|_, label| rights.see_label(label));
    tables.reindex();
    let content = site.content.heads().filter(|head| rights.see_content(head)).map(|head| head.id);
    (tables, content.collect())
}
