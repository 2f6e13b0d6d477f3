//! Accounts, groups and memberships (docs/confluence.md, C18).

use std::collections::BTreeSet;

use super::content::absent_or;
use super::work::Mapping;
use crate::model::{Field, Kind, Value};
use crate::reading::{Found, FoundValue, Holder};

/// Maps accounts where the export is one of a site; elsewhere there are none, or they are left over.
pub(super) fn map(mapping: &mut Mapping<'_>, site: bool) {
    let tables = mapping.tables;
    for _ in tables.users.values() {
        mapping.accounts.mapped("ConfluenceUserImpl");
    }
    if !site {
        tables.accounts.values().for_each(|account| mapping.accounts.ignored(account.class));
        tables.groups.values().for_each(|group| mapping.accounts.ignored(group.class));
        tables.memberships.values().for_each(|_| mapping.accounts.ignored("HibernateMembership"));
        return;
    }
    for account in tables.accounts.values() {
        let mut fields = vec![
            // Confluence shows the name of the account where it knows none of the person.
            (Field::Title, absent_or(account.display.as_deref().or(Some(&account.name)))),
            (Field::Email, absent_or(account.email.as_deref())),
        ];
        if let Some(active) = account.active {
            fields.push((Field::Active, FoundValue::Value(Value::Flag(active))));
        }
        let name = vec!["user".to_owned(), account.name.to_string()];
        mapping
            .push(account.class, Found { kind: Kind::User, id: None, holder: Holder::None, name, aside: None, fields });
    }
    for group in tables.groups.values() {
        let name = vec!["group".to_owned(), group.name.to_string()];
        let found = Found { kind: Kind::Group, id: None, holder: Holder::None, name, aside: None, fields: Vec::new() };
        mapping.push(group.class, found);
    }
    memberships(mapping);
}

fn memberships(mapping: &mut Mapping<'_>) {
    let tables = mapping.tables;
    let mut pairs = BTreeSet::new();
    for membership in tables.memberships.values() {
        match (membership.group, membership.user) {
            // A group within a group.
            (Some(_), None) => mapping.leave_out("HibernateMembership", "groups within groups"),
            (Some(group), Some(user)) if tables.groups.contains_key(&group) && tables.accounts.contains_key(&user) => {
                pairs.insert((group, user));
                mapping.accounts.mapped("HibernateMembership");
            }
            _ => mapping.unplaced("HibernateMembership", membership.group.is_some()),
        }
    }
    pairs.extend(tables.groups.iter().flat_map(|(id, group)| group.members.iter().map(|member| (*id, *member))));
    pairs.extend(tables.accounts.iter().flat_map(|(id, account)| account.groups.iter().map(|group| (*group, *id))));
    // Accounts of one name in two directories are one member.
    let names: BTreeSet<_> = pairs
        .into_iter()
        .filter_map(|(group, user)| Some((&tables.groups.get(&group)?.name, &tables.accounts.get(&user)?.name)))
        .collect();
    for (group, user) in names {
        let name = ["group", group, "member", user].map(str::to_owned).to_vec();
        let holder = Holder::None;
        mapping.collector.push(Found {
            kind: Kind::Membership,
            id: None,
            holder,
            name,
            aside: None,
            fields: Vec::new(),
        });
    }
}
