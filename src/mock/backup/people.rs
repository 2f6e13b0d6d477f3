//! Users, accounts, groups and memberships of a backup: first as packages brought them, then those that the mock made.

use std::collections::{BTreeMap, BTreeSet};

use super::rows::Made;
use crate::mock::store::Site;
use crate::package::RawObject;

/// Who stands in the backup so far.
#[derive(Default)]
pub struct People {
    /// Keys of users that something refers to.
    pub named: BTreeSet<String>,
    users: BTreeSet<String>,
    /// Numbers by lower-case name.
    accounts: BTreeMap<String, u64>,
    /// Numbers by name.
    groups: BTreeMap<String, u64>,
}

impl People {
    /// Notes whom an object refers to.
    pub fn name(&mut self, object: &RawObject) {
        let keys = object.properties.iter().filter_map(|(_, value)| value.as_reference());
        for (_, key) in keys.filter(|(class, _)| *class == "ConfluenceUserImpl") {
            if !self.named.contains(key) {
                self.named.insert(key.to_owned());
            }
        }
    }

    /// Whether an object that was kept is still to be written: not where the site lost who it is, nor a second time.
    pub fn keep(&mut self, site: &Site, object: &RawObject) -> bool {
        let (Some(id), name) = (object.id.as_deref(), object.text("name").unwrap_or_default()) else { return false };
        match object.class.as_str() {
            "ConfluenceUserImpl" => {
                // Of two with one key the site has the last one's name.
                let name = if name.is_empty() { id } else { name };
                site.users.get(id).is_some_and(|known| known == name) && self.users.insert(id.to_owned())
            }
            "InternalUser" => {
                let lower = name.to_lowercase();
                let known = site.accounts.contains_key(&lower);
                if let (true, Some(id)) = (known, object.number_id()) {
                    // Of two with one name the site has the one with the lower number.
                    let first = self.accounts.entry(lower).or_insert(id);
                    *first = id.min(*first);
                }
                known
            }
            "InternalGroup" => {
                let known = site.groups.contains_key(name);
                if let (true, Some(id)) = (known, object.number_id()) {
                    self.groups.entry(name.to_owned()).or_insert(id);
                }
                known
            }
            _ => true,
        }
    }

    /// Users that no package brought: all, or those that are named.
    pub fn made_users(&self, site: &Site, all: bool) -> Vec<RawObject> {
        let missing = |key: &&String| !self.users.contains(*key) && (all || self.named.contains(*key));
        let one = |(key, name): (&String, &String)| {
            let own = Made::new("ConfluenceUserImpl", key).text("name", name.clone());
            own.text("lowerName", name.to_lowercase()).end()
        };
        site.users.iter().filter(|(key, _)| missing(key)).map(one).collect()
    }

    /// Accounts and groups that no package brought, and all memberships.
    pub fn made_accounts(&mut self, site: &Site, mut next: impl FnMut() -> u64) -> Vec<RawObject> {
        let mut objects = Vec::new();
        for (lower, account) in &site.accounts {
            self.accounts.entry(lower.clone()).or_insert_with(|| {
                let id = next();
                let own = Made::new("InternalUser", id).text("name", account.name.clone());
                let own = own.text("lowerName", lower.clone()).text("active", "true".to_owned());
                objects.push(own.text("displayName", account.display.clone()).end());
                id
            });
        }
        for group in site.groups.keys() {
            self.groups.entry(group.clone()).or_insert_with(|| {
                let id = next();
                let own = Made::new("InternalGroup", id).text("name", group.clone());
                let own = own.text("lowerName", group.to_lowercase()).text("active", "true".to_owned());
                objects.push(own.text("local", "false".to_owned()).constant("type", "GROUP").end());
                id
            });
        }
        for (group, members) in &site.groups {
            for member in members {
                let (Some(group), Some(user)) = (self.groups.get(group), self.accounts.get(member)) else { continue };
                let own = Made::new("HibernateMembership", next());
                let own = own.reference("parentGroup", "InternalGroup", Some(group));
                objects.push(own.reference("userMember", "InternalUser", Some(user)).end());
            }
        }
        objects
    }
}
