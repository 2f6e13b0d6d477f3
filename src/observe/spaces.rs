//! Spaces, what they say of themselves, their labels and permissions.

use std::collections::BTreeMap;

use super::found::Fields;
use super::{Doing as _, ObserveError, Observer, reason};
use crate::confluence::{ContentQuery, Edition, Label, Sort, Space, SpacePermission, Status, User, permission_type};
use crate::model::{Field, Key, Kind, Scope, body_digest};
use crate::reading::{Found, FoundValue, Holder};

const EXPAND: &str = "description.plain,homepage,metadata.labels";

/// A space as requests name it.
#[derive(Debug, Clone)]
pub(super) struct Home {
    /// Its key.
    pub(super) key: String,
    /// Its id.
    id: Option<String>,
}

impl Home {
    /// Asks for content of this space.
    pub(super) fn query<'a>(&'a self, sort: Sort, status: Status, expand: &'a str) -> ContentQuery<'a> {
        ContentQuery { space: &self.key, space_id: self.id.as_deref(), sort, status, expand }
    }
}

/// A space in scope, with the state that its list stands for.
struct Listed {
    space: Space,
    status: Option<Status>,
}

impl Observer<'_> {
    /// Reads the spaces in scope; gives them as requests name them.
    pub(super) async fn spaces(&self) -> Result<Vec<Home>, ObserveError> {
        let mut all: BTreeMap<String, Listed> = BTreeMap::new();
        // Servers differ in what they list without a type, and in which types a filter knows: each way is asked.
        let ways = [None, Some("global"), Some("personal")];
        let ways = [Status::Current, Status::Archived].into_iter().flat_map(|status| ways.map(|kind| (status, kind)));
        let lists = ways.map(|(status, kind)| async move {
            let what = || format!("the list of {} spaces", status.word());
            let list = self.client.spaces(kind, status, EXPAND).doing(what)?.all().await.doing(what)?;
            Ok::<_, ObserveError>((status, list))
        });
        for (status, list) in futures_util::future::try_join_all(lists).await? {
            for space in list.into_iter().filter(|space| self.in_scope(&space.key)) {
                let listed = Listed { status: Some(status), space };
                let known = all.entry(listed.space.key.clone()).or_insert(listed);
                if known.status != Some(status) {
                    // Two lists that exclude each other name it: the server doesn't know the filter.
                    known.status = None;
                }
            }
        }
        let home = |(key, listed): (&String, &Listed)| Home {
            key: key.clone(),
            id: listed.space.id.as_ref().map(ToString::to_string),
        };
        let homes = all.iter().map(home).collect();
        for (_, listed) in all {
            self.space(&listed).await?;
        }
        Ok(homes)
    }

    fn in_scope(&self, key: &str) -> bool {
        match self.scope {
            Scope::Spaces(keys) => keys.iter().any(|wanted| wanted.eq_ignore_ascii_case(key)),
            Scope::Site | Scope::Unknown => true,
        }
    }

    async fn space(&self, Listed { space, status }: &Listed) -> Result<(), ObserveError> {
        let mut fields = Fields::default();
        if let Some(name) = &space.name {
            fields.text(Field::Title, Some(name));
        }
        if let Some(kind) = &space.kind {
            fields.text(Field::Type, Some(kind));
        }
        match (&space.status, status) {
            (Some(shown), _) => fields.value(Field::Status, shown.to_lowercase()),
            (None, Some(listed)) => fields.value(Field::Status, listed.word()),
            (None, None) => {}
        }
        match &space.homepage {
            Some(page) => fields.content(Field::Homepage, page.as_ref().and_then(|page| page.id.number())),
            // A space without a home page doesn't name it among the members that could be expanded, either.
            None if !space.expandable.contains_key("homepage") => fields.content(Field::Homepage, None),
            None => {}
        }
        description(space, &mut fields);
        fields.user(Field::Author, space.creator.as_ref());
        fields.time(Field::Created, space.creation_date.as_ref());
        let name = vec!["space".to_owned(), space.key.clone()];
        let (holder, kind) = (Holder::None, Kind::Space);
        self.push(Found { kind, id: None, holder, name, aside: None, fields: fields.0 });
        if self.needs.has(Kind::Label) {
            match (space.metadata.as_ref().and_then(|metadata| metadata.labels.as_ref()), &space.id) {
                (None, Some(id)) if self.client.edition() == Edition::Cloud => {
                    let labels = self.client.space_labels(id.as_str()).await;
                    let labels = labels.doing(|| format!("the labels of the space {}", space.key))?;
                    self.labels(&Holder::Key(key(&space.key)), &labels);
                }
                (Some(list), _) if list.may_be_cut() => {
                    self.blind_spot("labels of spaces beyond the number that the list of spaces shows");
                    self.labels(&Holder::Key(key(&space.key)), &list.results);
                }
                (Some(list), _) => self.labels(&Holder::Key(key(&space.key)), &list.results),
                (None, _) => self.blind_spot("labels of spaces, which this Confluence does not show over REST"),
            }
        }
        Ok(())
    }

    /// Takes in labels. Personal ones are seen by their owner alone and left out on every side.
    pub(super) fn labels(&self, holder: &Holder, labels: &[Label]) {
        for label in labels {
            let prefix = label.prefix.as_deref().unwrap_or("global");
            if prefix == "my" {
                continue;
            }
            let name = vec!["label".to_owned(), format!("{prefix}:{}", label.name)];
            self.push(Found {
                kind: Kind::Label,
                id: None,
                holder: holder.clone(),
                name,
                aside: None,
                fields: Vec::new(),
            });
        }
    }

    /// Reads the permissions of the spaces.
    pub(super) async fn permissions(&self, spaces: &[Home]) -> Result<(), ObserveError> {
        self.each(spaces.iter().map(|space| self.permissions_of(&space.key)).collect()).await.map(drop)
    }

    async fn permissions_of(&self, space: &str) -> Result<(), ObserveError> {
        if self.is_not_read(Kind::Permission) {
            return Ok(());
        }
        let grants = match self.client.space_permissions(space).await {
            Ok(grants) => grants,
            Err(error) if error.is_not_shown() || error.status() == Some(401) => {
                self.not_read(Kind::Permission, reason("space permissions", &error));
                return Ok(());
            }
            Err(error) => return Err(error).doing(|| format!("the permissions of the space {space}")),
        };
        let mut names = std::collections::BTreeSet::new();
        for grant in &grants {
            let mut subjects = subjects(grant);
            if let Some(key) = key_alone(grant) {
                subjects.push(("user", self.name_of(key).await?));
            }
            if subjects.is_empty() {
                self.not_read(
                    Kind::Permission,
                    "this Confluence names whom permissions are for in a form that is not understood",
                );
            }
            let kind = permission_type(&grant.operation.operation, &grant.operation.target);
            names.extend(
                subjects
                    .into_iter()
                    .map(|(subject, name)| vec!["permission".to_owned(), kind.clone(), subject.to_owned(), name]),
            );
        }
        for name in names {
            let (kind, holder) = (Kind::Permission, Holder::Key(key(space)));
            self.push(Found { kind, id: None, holder, name, aside: None, fields: Vec::new() });
        }
        Ok(())
    }
}

fn key(space: &str) -> Key {
    Key::new(["space", space])
}

fn description(space: &Space, fields: &mut Fields) {
    let text = match &space.description {
        Some(forms) => match forms.plain.as_ref().and_then(|plain| plain.value.as_ref()) {
            Some(value) => value.as_deref().unwrap_or_default(),
            None => return,
        },
        None if space.expandable.contains_key("description") => return,
        None => "",
    };
    match text {
        "" => fields.0.push((Field::Description, FoundValue::Absent)),
        text => fields.value(Field::Description, body_digest(text).0.as_str()),
    }
}

/// The key of a user whom a grant names by key alone, as 9.1 and later do (docs/confluence.md, R16).
fn key_alone(grant: &SpacePermission) -> Option<&str> {
    let subject = grant.subject.as_ref().filter(|subject| subject.username.is_none() && subject.name.is_none())?;
    subject.user_key.as_deref().filter(|key| !key.is_empty())
}

/// Whom a grant names: `user`, `group`, `all` or `anonymous`, and the name.
fn subjects(grant: &SpacePermission) -> Vec<(&'static str, String)> {
    let mut all = Vec::new();
    if grant.anonymous_access == Some(true) {
        all.push(("anonymous", String::new()));
    }
    if grant.unlicensed_access == Some(true) {
        all.push(("all", String::new()));
    }
    if let Some(subjects) = &grant.subjects {
        let users = subjects.user.iter().flat_map(|list| &list.results);
        all.extend(users.filter_map(User::name_or_key).map(|name| ("user", name.to_owned())));
        all.extend(subjects.group.iter().flat_map(|list| &list.results).map(|group| ("group", group.name.clone())));
    }
    if let Some(subject) = &grant.subject {
        match (subject.kind.as_deref().unwrap_or_default(), &subject.name, &subject.username) {
            ("anonymous", _, _) => all.push(("anonymous", String::new())),
            ("group", Some(name), _) => all.push(("group", name.clone())),
            (_, _, Some(user)) => all.push(("user", user.clone())),
            ("known" | "user", Some(name), _) => all.push(("user", name.clone())),
            (kind, _, _) if kind.starts_with("all") => all.push(("all", String::new())),
            _ => {}
        }
    }
    all
}
