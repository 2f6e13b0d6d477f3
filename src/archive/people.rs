//! Accounts, groups and memberships (docs/confluence.md, C18).

use super::content::absent_or;
use super::tables::Account;
use super::work::Mapping;
use crate::model::{Field, Kind, Value};
use crate::reading::{Found, FoundValue, Holder};
use crate::runs::{Budget, Runs, SpillError};

/// Maps accounts where the export is one of a site; elsewhere there are none, or they are left over.
pub(super) fn map(mapping: &mut Mapping<'_>, site: bool, budget: &Budget) -> Result<(), SpillError> {
    let tables = mapping.places.tables;
    let users = crate::model::Account { mapped: tables.users.len() as u64, ..Default::default() };
    mapping.accounts.add("ConfluenceUserImpl", &users);
    if !site {
        mapping.each(&tables.accounts, Account::class, |mapping, _, account| {
            mapping.accounts.ignored(account.class());
            Ok(())
        })?;
        tables.groups.values().for_each(|group| mapping.accounts.ignored(group.class));
        return mapping.each(
            &tables.memberships,
            |_| "HibernateMembership",
            |mapping, _, _| {
                mapping.accounts.ignored("HibernateMembership");
                Ok(())
            },
        );
    }
    // Group and account by their numbers, from whichever side says so.
    let mut pairs = Pairs(Runs::new(budget));
    mapping.each(&tables.accounts, Account::class, |mapping, id, account| {
        account.groups.iter().for_each(|group| pairs.push(*group, id));
        let found = user(&account);
        mapping.push(account.class(), found)
    })?;
    for (id, group) in &tables.groups {
        group.members.iter().for_each(|member| pairs.push(*id, *member));
        let name = vec!["group".to_owned(), group.name.to_string()];
        let found = Found { kind: Kind::Group, id: None, holder: Holder::None, name, aside: None, fields: Vec::new() };
        mapping.push(group.class, found)?;
    }
    memberships(mapping, pairs, budget)
}

fn user(account: &Account) -> Found {
    let mut fields = vec![
        // Confluence shows the name of the account where it knows none of the person.
        (Field::Title, absent_or(account.display.as_deref().or(Some(&account.name)))),
        (Field::Email, absent_or(account.email.as_deref())),
    ];
    if let Some(active) = account.active {
        fields.push((Field::Active, FoundValue::Value(Value::Flag(active))));
    }
    let name = vec!["user".to_owned(), account.name.to_string()];
    Found { kind: Kind::User, id: None, holder: Holder::None, name, aside: None, fields }
}

struct Pairs(Runs);

impl Pairs {
    fn push(&mut self, group: u64, user: u64) {
        self.0.push(&group.to_be_bytes(), &user.to_be_bytes());
    }
}

fn memberships(mapping: &mut Mapping<'_>, mut pairs: Pairs, budget: &Budget) -> Result<(), SpillError> {
    let tables = mapping.places.tables;
    mapping.each(
        &tables.memberships,
        |_| "HibernateMembership",
        |mapping, _, membership| {
            match (membership.group, membership.user) {
                // A group within a group.
                (Some(_), None) => mapping.leave_out("HibernateMembership", "groups within groups"),
                (Some(group), Some(user))
                    if tables.groups.contains_key(&group) && tables.accounts.get(user)?.is_some() =>
                {
                    pairs.push(group, user);
                    mapping.accounts.mapped("HibernateMembership");
                }
                _ => mapping.unplaced("HibernateMembership", membership.group.is_some()),
            }
            Ok(())
        },
    )?;
    // Accounts of one name in two directories are one member.
    let (pairs, mut names) = (pairs.0.finish()?, Runs::new(budget));
    let mut rows = pairs.rows();
    while let Some((group, user)) = rows.next()? {
        let number = |bytes: &[u8]| bytes.try_into().map(u64::from_be_bytes).unwrap_or_default();
        let (group, account) = (tables.groups.get(&number(group)), tables.accounts.get(number(user))?);
        if let (Some(group), Some(account)) = (group, account) {
            // No name in XML holds a zero byte.
            names.push(&[group.name.as_bytes(), b"\0", account.name.as_bytes()].concat(), &[]);
        }
    }
    let (names, mut last) = (names.finish()?, Vec::new());
    let mut rows = names.rows();
    while let Some((key, _)) = rows.next()? {
        if last != key {
            let mut parts = key.splitn(2, |byte| *byte == 0).map(|part| String::from_utf8_lossy(part).into_owned());
            let (group, user) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            let name = vec!["group".to_owned(), group, "member".to_owned(), user];
            let (kind, holder) = (Kind::Membership, Holder::None);
            mapping.item(Found { kind, id: None, holder, name, aside: None, fields: Vec::new() })?;
            last = key.to_vec();
        }
    }
    Ok(())
}
