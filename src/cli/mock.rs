//! `rehearse mock`: serves a mock Confluence until it is told to stop.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;

use super::inspect::look;
use super::{EXIT_FAILED, EXIT_INCONCLUSIVE, EXIT_INTERRUPTED, EXIT_PASSED, EXIT_USAGE, talk};
use crate::archive;
use crate::clock::Context;
use crate::event::Events;
use crate::mock::{Dialect, Environment, Line, Load, MockError, Server, Settings, health, told_of_mail};
use crate::model::{Fault, Misbehaviour};
use crate::settings::SecretRef;

/// Serves a mock Confluence Data Center, to restore packages into and read them back over REST, or to look at a backup in a browser.
///
/// Name of the administrator: `admin`. The password comes from the environment variable REHEARSE_MOCK_PASSWORD or from --password-file;
/// with --load none is needed on the loopback interface, and the administrator then can't log in.
///
/// With --load on an address of the loopback interface (127.0.0.1, ::1), and without --user and --anonymous, whoever can reach it on this
/// machine sees the pages and attachments of the backup without log-in, restricted ones too, as an administrator would; only requests for a
/// name or an address of this machine are answered. On any other address, without --load, and once something else was restored over REST,
/// the pages need a password, as REST always does.
///
/// Callers see what they would see in Confluence: the administrator everything, others (--user, --anonymous) what is not hidden from them by
/// permissions of spaces and restrictions of pages.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  REHEARSE_MOCK_PASSWORD=secret rehearse mock --listen 127.0.0.1:8090
  rehearse mock --load backups/export.zip        then open http://127.0.0.1:8090/
  rehearse mock --load backups/site.zip --user ann=env:ANN_PASSWORD
  rehearse mock --data wiki/                     keeps what is restored, also when it is started again
  rehearse mock --set-up 9.2                     then go through its set-up at http://127.0.0.1:8090/")]
pub struct MockArgs {
    /// Where it listens; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8090", value_name = "ADDRESS:PORT")]
    listen: SocketAddr,
    /// Restores this backup at start, a site or a space by what it is, so that people can look at it in a browser. A damaged one is
    /// restored as far as it goes, and a page says what was damaged.
    #[arg(long, value_name = "BACKUP")]
    load: Option<PathBuf>,
    /// Its home folder; a private one that goes away, unless given.
    #[arg(long, value_name = "FOLDER")]
    home: Option<PathBuf>,
    /// Keeps the site in this folder, and serves what was restored there before. A program that is killed while it restores leaves the site of before. Jobs
    /// and sessions are not kept.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["home", "set_up"])]
    data: Option<PathBuf>,
    /// A file whose first line is the administrator's password.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Lets somebody else log in, who then sees what the permissions and restrictions of the restored site let them see; may be given several
    /// times. REFERENCE says where the password is: `env:VARIABLE` or `file:PATH`. The name must be one that the restored site has an
    /// account for; before anything is restored, and where spaces alone are, it has one of its own.
    #[arg(long, value_name = "NAME=REFERENCE")]
    user: Vec<String>,
    /// Answers callers without log-in, where the restored site lets anonymous ones in, with what it shows to them.
    #[arg(long)]
    anonymous: bool,
    /// Whose REST it answers.
    #[arg(long, default_value = Dialect::default().word(), value_name = "NAME", value_parser = dialects())]
    dialect: Dialect,
    /// Context path, such as `/confluence`; by itself none, and `/wiki` with `--dialect cloud`, as Cloud has it.
    #[arg(long, value_name = "PATH")]
    context_path: Option<String>,
    /// Begins as a container of this version that nobody set up: `/status` says STARTING, then FIRST_RUN, and RUNNING once somebody went through
    /// the set-up over HTTP and made the administrator. It wants no password then. Whoever reaches it first can set it up.
    ///
    /// With this option, variables of the environment settle what they do in Confluence's image: ATL_TOMCAT_PORT, ATL_TOMCAT_CONTEXTPATH,
    /// ATL_LICENSE_KEY, ATL_DB_TYPE with ATL_JDBC_URL, ATL_JDBC_USER and ATL_JDBC_PASSWORD, and properties of JVM_SUPPORT_RECOMMENDED_ARGS
    /// (force.allow of Basic, password.confirmation.disabled, atlassian.recovery.password; the switches of mail, of which it says which are on).
    ///
    /// A site restore replaces all users, that administrator too, as in Confluence: then those of --user whom the backup has an account for get
    /// in, and the administrator of atlassian.recovery.password.
    #[arg(long, value_name = "VERSION", value_parser = lines(), conflicts_with_all = ["load", "password_file", "dialect"])]
    set_up: Option<Line>,
    /// What it does wrong on purpose; may be given several times.
    #[arg(long, value_name = "NAME", value_parser = misbehaviours())]
    misbehave: Vec<Misbehaviour>,
    /// Serves nothing: asks the mock at this address whether it runs, and exits 0 or 1. For health checks of containers.
    #[arg(long, value_name = "URL")]
    health: Option<String>,
}

/// Why it doesn't serve, and with which exit code.
struct Problem {
    message: String,
    exit: u8,
}

impl From<String> for Problem {
    fn from(message: String) -> Self {
        Self { message, exit: EXIT_USAGE }
    }
}

impl From<MockError> for Problem {
    fn from(error: MockError) -> Self {
        format!("failed to {error}").into()
    }
}

/// Serves until the token is cancelled.
pub async fn run(args: MockArgs, cancel: CancellationToken) -> u8 {
    if let Some(url) = &args.health {
        return if health(url).await { EXIT_PASSED } else { EXIT_FAILED };
    }
    match serve(args, cancel).await {
        Ok(()) => EXIT_PASSED,
        Err(problem) => {
            talk::say(&format!("error: {}", crate::report::one_line(&problem.message)));
            problem.exit
        }
    }
}

async fn serve(args: MockArgs, cancel: CancellationToken) -> Result<(), Problem> {
    let password = password(&args)?;
    let users = args.user.iter().map(|text| user(text)).collect::<Result<Vec<_>, String>>()?;
    let load = match &args.load {
        Some(path) => Some(read(path, &cancel).await?),
        None => None,
    };
    let folder;
    let lasts = args.data.is_some();
    let home = match args.data.or(args.home) {
        Some(home) => home,
        None => {
            folder = tempfile::tempdir().map_err(|error| format!("failed to make a home folder: {error}"))?;
            folder.path().to_owned()
        }
    };
    let mut settings = Settings::new(home, "admin", password);
    (settings.address, settings.lasts) = (args.listen, lasts);
    (settings.dialect, settings.version) = (args.dialect, args.dialect.version());
    let usual = if args.dialect == Dialect::Cloud { "/wiki" } else { "" };
    settings.context_path = args.context_path.unwrap_or_else(|| usual.to_owned());
    (settings.users, settings.anonymous) = (users, args.anonymous);
    settings.troubles = args.misbehave.into_iter().map(Into::into).collect();
    if let Some(line) = args.set_up {
        let environment = Environment::read(line, &|name| std::env::var(name).ok());
        let environment = environment.map_err(|error| format!("failed to {error}"))?;
        (settings.dialect, settings.version) = (line.dialect(), line.version());
        settings.set_up = Some(environment.set_up);
        settings.address.set_port(environment.port.unwrap_or(args.listen.port()));
        settings.context_path = environment.context_path.unwrap_or(settings.context_path);
    }
    let mail = settings.set_up.as_ref().map(|set_up| told_of_mail(&set_up.mail_off));
    let loaded = load.as_ref().map(|load| (load.path.display().to_string(), load.whole));
    settings.load = load;
    let server = tokio::select! {
        server = Server::start(settings) => server?,
        () = cancel.cancelled() => return Err(interrupted()),
    };
    if server.found().cut_short {
        talk::say("warning: a restore was cut short when the program ended; the site is as it was before it");
    }
    match loaded {
        Some((path, whole)) => {
            if !whole {
                talk::say(
                    "warning: the backup is damaged, so that something may be missing; a page says what is wrong",
                );
            }
            talk::say(&format!("{path} is open on {}/; Ctrl-C ends it", server.base_url()));
        }
        None => {
            let who = match (args.set_up.is_some(), server.found().site) {
                (true, _) => "waits to be set up",
                (false, true) => "user admin, with the site that was kept",
                (false, false) => "user admin",
            };
            talk::say(&format!("mock Confluence on {}, {who}; Ctrl-C ends it", server.base_url()));
            if let Some(mail) = mail {
                talk::say(&format!("by its environment {mail}; a mock sends and fetches none"));
            }
        }
    }
    Ok(server.until(cancel).await?)
}

fn interrupted() -> Problem {
    Problem { message: "interrupted".to_owned(), exit: EXIT_INTERRUPTED }
}

/// Reads the backup with the reader of archives, which alone knows what is damaged.
async fn read(path: &Path, cancel: &CancellationToken) -> Result<Load, Problem> {
    look::at(path).map_err(|problem| Problem { message: problem.message, exit: problem.exit })?;
    talk::say(&format!("reading {}", path.display()));
    let ctx = Context::new(Events::none(), cancel.clone());
    let file = path.to_owned();
    let survey = tokio::task::spawn_blocking(move || archive::survey(&file, &ctx)).await;
    match survey {
        Ok(Ok(survey)) => Ok(Load { path: path.to_owned(), whole: survey.is_whole(), damage: survey.damage }),
        Ok(Err(_)) if cancel.is_cancelled() => Err(interrupted()),
        Ok(Err(error)) => {
            let exit = if error.fault() == Fault::Backup { EXIT_USAGE } else { EXIT_INCONCLUSIVE };
            Err(Problem { message: format!("failed to {error}"), exit })
        }
        Err(error) => Err(Problem { message: format!("the reader broke down: {error}"), exit: EXIT_INCONCLUSIVE }),
    }
}

fn misbehaviours() -> impl TypedValueParser<Value = Misbehaviour> {
    let value = |one: &Misbehaviour| PossibleValue::new(one.word()).help(one.what().trim());
    PossibleValuesParser::new(Misbehaviour::ALL.iter().map(value))
        .try_map(|word| Misbehaviour::ALL.iter().copied().find(|one| one.word() == word).ok_or("is no misbehaviour"))
}

fn dialects() -> impl TypedValueParser<Value = Dialect> {
    let value = |one: &Dialect| PossibleValue::new(one.word()).help(one.what());
    PossibleValuesParser::new(Dialect::ALL.iter().map(value))
        .try_map(|word| Dialect::ALL.iter().copied().find(|one| one.word() == word).ok_or("is no dialect"))
}

fn lines() -> impl TypedValueParser<Value = Line> {
    PossibleValuesParser::new(Line::ALL.map(Line::word))
        .try_map(|word| Line::ALL.into_iter().find(|line| line.word() == word).ok_or("is no version"))
}

/// A name with its password. What was written is never told back: somebody may have put the password itself there.
fn user(text: &str) -> Result<(String, SecretString), String> {
    let refused = || {
        "--user takes NAME=env:VARIABLE or NAME=file:PATH; what was given is not shown, since it may be a secret"
            .to_owned()
    };
    let (name, reference) = text.split_once('=').filter(|(name, _)| !name.is_empty()).ok_or_else(refused)?;
    let secret = match reference.split_once(':') {
        Some(("env", variable)) if !variable.is_empty() => SecretRef::Env(variable.to_owned()),
        Some(("file", path)) if !path.is_empty() => SecretRef::File(path.into()),
        _ => return Err(refused()),
    };
    let secret = secret.resolve(&|variable| std::env::var(variable).ok());
    Ok((name.to_owned(), secret.map_err(|error| format!("failed to read the password of {name}: {error}"))?))
}

fn password(args: &MockArgs) -> Result<SecretString, String> {
    if args.set_up.is_some() {
        // Nobody needs to know it: the set-up makes an administrator.
        return crate::target::random_password().map_err(|error| error.to_string());
    }
    let text = match (&args.password_file, std::env::var("REHEARSE_MOCK_PASSWORD")) {
        (Some(path), _) => std::fs::read_to_string(path)
            .map_err(|error| format!("failed to read the password file {}: {error}", path.display()))?,
        (None, Ok(text)) => text,
        // Nobody needs to know it: the pages of a loaded backup are open, and REST stays shut.
        (None, Err(_)) if args.load.is_some() && args.listen.ip().is_loopback() => {
            return crate::target::random_password().map_err(|error| error.to_string());
        }
        (None, Err(_)) => {
            return Err(
                "the mock needs a password: set the environment variable REHEARSE_MOCK_PASSWORD, or use --password-file"
                    .to_owned(),
            );
        }
    };
    match text.lines().next().map(str::trim_end).filter(|line| !line.is_empty()) {
        Some(line) => Ok(SecretString::from(line.to_owned())),
        None => Err("the password is empty".to_owned()),
    }
}
