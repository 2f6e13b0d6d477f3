//! How a command reaches a live Confluence: the arguments that `manifest` and `compare` share.

use clap::Args;
use secrecy::SecretString;

use crate::clock::Context;
use crate::confluence::{Auth, Client, ClientSettings, Endpoint};

/// As whom a live Confluence is read, and what of it.
#[derive(Debug, Args)]
pub struct LiveArgs {
    /// Of a live Confluence only this space; may be repeated. Without it, all spaces.
    #[arg(long = "space", value_name = "KEY")]
    pub spaces: Vec<String>,
    /// User name for Basic authentication at a live Confluence; the password comes from --password-env.
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// Environment variable that holds the user's password.
    #[arg(long, value_name = "VARIABLE", default_value = "CONFLUENCE_PASSWORD")]
    password_env: String,
    /// Environment variable that holds a personal access token; used where no --user is given.
    #[arg(long, value_name = "VARIABLE", default_value = "CONFLUENCE_TOKEN")]
    token_env: String,
}

impl LiveArgs {
    /// Whether something was said that only a live Confluence can use.
    pub const fn is_used(&self) -> bool {
        self.user.is_some() || !self.spaces.is_empty()
    }

    /// The client for this base URL.
    ///
    /// # Errors
    /// What is wrong with the address, or which secret is missing.
    pub fn client(&self, base: &str, ctx: &Context) -> Result<Client, String> {
        let secret = |variable: &str| {
            let value = std::env::var(variable).ok().filter(|value| !value.is_empty());
            value.map(SecretString::from).ok_or_else(|| {
                format!("the environment variable {variable} is not set; it must hold the secret for this Confluence")
            })
        };
        let auth = match &self.user {
            Some(user) => Auth::Basic { user: user.clone(), password: secret(&self.password_env)? },
            None => Auth::Bearer(secret(&self.token_env)?),
        };
        let endpoint = Endpoint { base: base.to_owned(), auth };
        Client::new(endpoint, ClientSettings::default(), ctx.cancel.clone())
            .map_err(|error| format!("failed to {error}"))
    }
}
