//! How a command reaches a live Confluence: the arguments that `manifest` and `compare` share.

use clap::{Args, ValueEnum};
use secrecy::SecretString;

use crate::clock::Context;
use crate::confluence::{Auth, Client, ClientSettings, Edition, Endpoint};

/// How often a request is sent again: a live Confluence that is restarted is away for minutes, which a disposable one never is.
const RETRIES: u32 = 12;

/// An edition of Confluence, by its word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum EditionWord {
    /// Data Center and Server.
    DataCenter,
    /// Cloud: `https://SITE.atlassian.net/wiki`.
    Cloud,
}

/// As whom a live Confluence is read, and what of it.
#[derive(Debug, Args)]
pub struct LiveArgs {
    /// Of a live Confluence only this space; may be repeated. Without it, all spaces.
    #[arg(long = "space", value_name = "KEY")]
    pub spaces: Vec<String>,
    /// User name for Basic authentication at a live Confluence, on Cloud the e-mail address; the password comes from --password-env, or is the token of
    /// --token-env where that variable is not set. Without it, the environment variable CONFLUENCE_EMAIL may name the address for Cloud.
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// Environment variable that holds the user's password.
    #[arg(long, value_name = "VARIABLE", default_value = "CONFLUENCE_PASSWORD")]
    password_env: String,
    /// Environment variable that holds a token: of Cloud an API token, which goes with an e-mail address; of Data Center a personal access token, used where no
    /// --user is given.
    #[arg(long, value_name = "VARIABLE", default_value = "CONFLUENCE_TOKEN")]
    token_env: String,
    /// Which edition the live Confluence is. Without it, an address that ends in `/wiki` is asked.
    #[arg(long, value_name = "EDITION")]
    edition: Option<EditionWord>,
    /// Requests that are under way at one time, 64 at most. Cloud advises not more than five.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u8).range(1..=64))]
    requests_at_once: u8,
}

impl LiveArgs {
    /// Whether something was said that only a live Confluence can use.
    pub const fn is_used(&self) -> bool {
        self.user.is_some() || !self.spaces.is_empty() || self.edition.is_some()
    }

    /// The client for this base URL.
    ///
    /// # Errors
    /// What is wrong with the address, or which secret is missing.
    pub fn client(&self, base: &str, ctx: &Context) -> Result<Client, String> {
        let host = base.trim().trim_end_matches('/');
        if host.ends_with(".atlassian.net") {
            return Err(format!("the address of a Confluence Cloud ends in /wiki; write {host}/wiki"));
        }
        let endpoint = Endpoint { base: base.to_owned(), auth: self.auth()? };
        let settings = ClientSettings {
            requests_at_once: self.requests_at_once.into(),
            retries: RETRIES,
            edition: self.edition.map(|word| match word {
                EditionWord::DataCenter => Edition::DataCenter,
                EditionWord::Cloud => Edition::Cloud,
            }),
            ..ClientSettings::default()
        };
        Client::new(endpoint, settings, ctx.cancel.clone()).map_err(|error| format!("failed to {error}"))
    }

    fn auth(&self) -> Result<Auth, String> {
        let given = |variable: &str| std::env::var(variable).ok().filter(|value| !value.is_empty());
        let secret = |variables: &[&str]| {
            let found = variables.iter().find_map(|variable| given(variable));
            found.map(SecretString::from).ok_or_else(|| {
                let variables = variables.join(" or ");
                format!("the environment variable {variables} is not set; it must hold the secret for this Confluence")
            })
        };
        Ok(match (&self.user, given("CONFLUENCE_EMAIL")) {
            (Some(user), _) => {
                Auth::Basic { user: user.clone(), password: secret(&[&self.password_env, &self.token_env])? }
            }
            (None, Some(user)) => Auth::Basic { user, password: secret(&[&self.token_env, &self.password_env])? },
            (None, None) => Auth::Bearer(secret(&[&self.token_env])?),
        })
    }
}
