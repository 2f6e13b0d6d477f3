//! Users, groups and who is in which.

use std::collections::HashMap;

use super::found::Fields;
use super::{Doing as _, ObserveError, Observer, lock, reason};
use crate::confluence::{ClientError, Group, User};
use crate::model::{Field, Key, Kind, Scope, Value};
use crate::reading::{Found, FoundValue, Holder};

impl Observer<'_> {
    /// Reads accounts, groups and memberships as far as they are needed. Only whole sites have them.
    pub(super) async fn people(&self) -> Result<(), ObserveError> {
        let kinds = [Kind::User, Kind::Group, Kind::Membership].into_iter().filter(|kind| self.needs.has(*kind));
        if *self.scope != Scope::Site {
            kinds.for_each(|kind| self.not_read(kind, "users and groups belong to the whole site, not to a space"));
            return Ok(());
        }
        if self.needs.has(Kind::User) {
            self.users().await?;
        }
        if self.wants_any(&[Kind::Group, Kind::Membership]) {
            self.groups().await?;
        }
        Ok(())
    }

    /// The name of the user of a key; the key itself where the server knows no name for it.
    pub(super) async fn name_of(&self, key: &str) -> Result<String, ObserveError> {
        let mut names = self.names.lock().await;
        if let Some(name) = names.get(key) {
            return Ok(name.clone());
        }
        let name = match self.client.user_by_key(key).await {
            Ok(user) => user.name().unwrap_or(key).to_owned(),
            Err(error) if error.is_not_found() => key.to_owned(),
            Err(error) => return Err(error).doing(|| "the name of a user".to_owned()),
        };
        names.insert(key.to_owned(), name.clone());
        Ok(name)
    }

    /// Looks up the users whom texts name by key. One whom the server doesn't know keeps the key alone.
    pub(super) async fn name_users(&self) -> Result<(), ObserveError> {
        let keys: Vec<String> = lock(&self.collector).users().map(|(key, _)| key.to_owned()).collect();
        let names = keys.into_iter().map(|key| async move {
            let name = match self.client.user_by_key(&key).await {
                Ok(user) => user.name().map(str::to_owned),
                Err(error) if error.is_not_shown() => None,
                Err(error) => return Err(error).doing(|| "the name of a user".to_owned()),
            };
            Ok((key, name))
        });
        let names: HashMap<String, Option<String>> = self.each(names.collect()).await?.into_iter().collect();
        for (key, name) in lock(&self.collector).users() {
            *name = names.get(key).cloned().flatten();
        }
        Ok(())
    }

    async fn users(&self) -> Result<(), ObserveError> {
        let users = match self.client.users().await {
            Ok(users) => users,
            Err(error) if is_hidden(&error) => {
                self.not_read(Kind::User, reason("the list of users", &error));
                return Ok(());
            }
            Err(error) => return Err(error).doing(|| "the list of users".to_owned()),
        };
        for user in users {
            let Some(name) = user.name_or_key() else { continue };
            let mut fields = Fields::default();
            if let Some(shown) = &user.display_name {
                fields.text(Field::Title, Some(shown));
            }
            if let Some(email) = &user.email {
                fields.text(Field::Email, Some(email));
            }
            if let Some(active) = active(&user) {
                fields.0.push((Field::Active, FoundValue::Value(Value::Flag(active))));
            }
            let name = vec!["user".to_owned(), name.to_owned()];
            self.push(Found { kind: Kind::User, id: None, holder: Holder::None, name, aside: None, fields: fields.0 });
        }
        Ok(())
    }

    async fn groups(&self) -> Result<(), ObserveError> {
        let groups = match self.client.groups().await {
            Ok(groups) => groups,
            Err(error) if is_hidden(&error) => {
                for kind in [Kind::Group, Kind::Membership].into_iter().filter(|kind| self.needs.has(*kind)) {
                    self.not_read(kind, reason("the list of groups", &error));
                }
                return Ok(());
            }
            Err(error) => return Err(error).doing(|| "the list of groups".to_owned()),
        };
        for group in &groups {
            let name = vec!["group".to_owned(), group.name.clone()];
            self.push(Found {
                kind: Kind::Group,
                id: None,
                holder: Holder::None,
                name,
                aside: None,
                fields: Vec::new(),
            });
        }
        if self.needs.has(Kind::Membership) {
            self.each(groups.iter().map(|group| self.members(group)).collect()).await?;
        }
        Ok(())
    }

    async fn members(&self, group: &Group) -> Result<(), ObserveError> {
        if self.is_not_read(Kind::Membership) {
            return Ok(());
        }
        let members = match self.client.members(group).await {
            Ok(members) => members,
            Err(error) if is_hidden(&error) => {
                self.not_read(Kind::Membership, reason("the members of groups", &error));
                return Ok(());
            }
            Err(error) => return Err(error).doing(|| "the members of a group".to_owned()),
        };
        for member in members.iter().filter_map(User::name_or_key) {
            let name = vec!["member".to_owned(), member.to_owned()];
            let holder = Holder::Key(Key::new(["group", group.name.as_str()]));
            self.push(Found { kind: Kind::Membership, id: None, holder, name, aside: None, fields: Vec::new() });
        }
        Ok(())
    }
}

/// Whether the server says that it can't show people to this account, or at all. Old versions answer 401 to accounts without the right.
fn is_hidden(error: &ClientError) -> bool {
    error.is_not_shown() || error.status() == Some(401)
}

fn active(user: &User) -> Option<bool> {
    user.active.or_else(|| match user.status.as_deref()? {
        "current" | "active" => Some(true),
        "deactivated" | "inactive" | "historical" => Some(false),
        _ => None,
    })
}
