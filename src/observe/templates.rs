//! Page templates. Data Center is not known to show them over REST (docs/confluence.md, R18).

use super::found::Fields;
use super::spaces::Home;
use super::{Doing as _, ObserveError, Observer, reason};
use crate::model::{Field, Kind, Scope};
use crate::reading::{Found, Holder};

impl Observer<'_> {
    /// Reads the templates of the spaces and, of a whole site, the site's own.
    pub(super) async fn templates(&self, spaces: &[Home]) -> Result<(), ObserveError> {
        let site = (*self.scope == Scope::Site).then_some(None);
        for space in site.into_iter().chain(spaces.iter().map(|space| Some(space.key.as_str()))) {
            let templates = match self.client.templates(space).await {
                Ok(templates) => templates,
                Err(error) if error.is_not_shown() => {
                    self.not_read(Kind::Template, reason("templates", &error));
                    return Ok(());
                }
                Err(error) => return Err(error).doing(|| "the templates".to_owned()),
            };
            for template in templates {
                let mut fields = Fields::default();
                fields.text(Field::Title, Some(&template.name));
                if let Some(description) = &template.description {
                    fields.text(Field::Description, description.as_deref());
                }
                fields.body(template.body.as_ref());
                let name = vec!["template".to_owned(), space.unwrap_or_default().to_owned(), template.name];
                let (kind, holder) = (Kind::Template, Holder::None);
                self.push(Found { kind, id: None, holder, name, aside: None, fields: fields.0 });
            }
        }
        Ok(())
    }
}
