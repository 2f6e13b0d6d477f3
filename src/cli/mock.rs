//! `rehearse mock`: serves a mock Confluence until it is told to stop.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;

use super::{EXIT_FAILED, EXIT_PASSED, EXIT_USAGE, talk};
use crate::mock::{Settings, health, serve_until};
use crate::model::Misbehaviour;

/// Serves a mock Confluence Data Center, to restore packages into and read them back over REST.
///
/// Name of the administrator: `admin`. The password comes from the environment variable REHEARSE_MOCK_PASSWORD or from --password-file.
#[derive(Debug, Args)]
#[command(after_help = "Example: REHEARSE_MOCK_PASSWORD=secret rehearse mock --listen 127.0.0.1:8090")]
pub struct MockArgs {
    /// Where it listens.
    #[arg(long, default_value = "127.0.0.1:8090", value_name = "ADDRESS:PORT")]
    listen: SocketAddr,
    /// Its home folder; a private one that goes away, unless given.
    #[arg(long, value_name = "FOLDER")]
    home: Option<PathBuf>,
    /// A file whose first line is the administrator's password.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Context path, such as `/confluence`.
    #[arg(long, default_value = "", value_name = "PATH")]
    context_path: String,
    /// What it does wrong on purpose; may be given several times.
    #[arg(long, value_name = "NAME", value_parser = misbehaviours())]
    misbehave: Vec<Misbehaviour>,
    /// Serves nothing: asks the mock at this address whether it runs, and exits 0 or 1. For health checks of containers.
    #[arg(long, value_name = "URL")]
    health: Option<String>,
}

/// Serves until the token is cancelled.
pub async fn run(args: MockArgs, cancel: CancellationToken) -> u8 {
    if let Some(url) = &args.health {
        return if health(url).await { EXIT_PASSED } else { EXIT_FAILED };
    }
    match serve(args, cancel).await {
        Ok(()) => EXIT_PASSED,
        Err(error) => {
            talk::say(&format!("error: {error}"));
            EXIT_USAGE
        }
    }
}

async fn serve(args: MockArgs, cancel: CancellationToken) -> Result<(), String> {
    let password = password(&args)?;
    let folder;
    let home = match args.home {
        Some(home) => home,
        None => {
            folder = tempfile::tempdir().map_err(|error| format!("failed to make a home folder: {error}"))?;
            folder.path().to_owned()
        }
    };
    let mut settings = Settings::new(home, "admin", password);
    settings.address = args.listen;
    settings.context_path = args.context_path;
    settings.troubles = args.misbehave.into_iter().map(Into::into).collect();
    talk::say(&format!("mock Confluence on http://{}, user admin; Ctrl-C ends it", settings.address));
    serve_until(settings, cancel).await.map_err(|error| format!("failed to {error}"))
}

fn misbehaviours() -> impl TypedValueParser<Value = Misbehaviour> {
    let value = |one: &Misbehaviour| PossibleValue::new(one.word()).help(one.what().trim());
    PossibleValuesParser::new(Misbehaviour::ALL.iter().map(value))
        .try_map(|word| Misbehaviour::ALL.iter().copied().find(|one| one.word() == word).ok_or("is no misbehaviour"))
}

fn password(args: &MockArgs) -> Result<SecretString, String> {
    let text = match &args.password_file {
        Some(path) => std::fs::read_to_string(path)
            .map_err(|error| format!("failed to read the password file {}: {error}", path.display()))?,
        None => std::env::var("REHEARSE_MOCK_PASSWORD").map_err(|_| {
            "the mock needs a password: set the environment variable REHEARSE_MOCK_PASSWORD, or use --password-file"
                .to_owned()
        })?,
    };
    match text.lines().next().map(str::trim_end).filter(|line| !line.is_empty()) {
        Some(line) => Ok(SecretString::from(line.to_owned())),
        None => Err("the password is empty".to_owned()),
    }
}
