//! Names of people whom v2 names by account id.

use std::sync::PoisonError;

use crate::confluence::answers::user::User;
use crate::confluence::{Client, ClientError};

impl Client {
    /// Gives names to those of these who have an account id alone: the name in their record of v1, or the id itself where it has none, as today's Cloud.
    ///
    /// # Errors
    /// As any request. A record that isn't shown is no error.
    pub(in crate::confluence) async fn name_people(&self, people: Vec<&mut User>) -> Result<(), ClientError> {
        for user in people {
            let Some(id) = user.account_id.clone().filter(|id| !id.is_empty() && user.username.is_none()) else {
                continue;
            };
            user.username = Some(self.name_by_account(id).await?);
        }
        Ok(())
    }

    async fn name_by_account(&self, id: String) -> Result<String, ClientError> {
        let names = || self.0.names.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(name) = names().get(&id) {
            return Ok(name.clone());
        }
        let call = self.get(self.url(["rest", "api", "user"], &[("accountId", &id)])?);
        let name = match self.ask::<User>(&call).await {
            Ok(user) => user.name().map_or_else(|| id.clone(), str::to_owned),
            Err(error) if error.is_not_shown() || error.status() == Some(401) => id.clone(),
            Err(error) => return Err(error),
        };
        names().insert(id, name.clone());
        Ok(name)
    }
}
