use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use secrecy::SecretString;

use super::{SetUp, Trouble};
use crate::model::{Damage, Version};

/// Whose REST the mock answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Dialect {
    /// Data Center 9.2.
    #[default]
    DataCenter,
    /// Data Center 8.5, whose answers have less in them and other links (docs/confluence.md, R8).
    DataCenter85,
    /// Data Center 9.2, and the reading calls of Cloud's REST v2 beside it, below `api/v2` (docs/confluence.md, R60).
    Cloud,
}

impl Dialect {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::DataCenter, Self::DataCenter85, Self::Cloud];

    /// The word by which it is asked for.
    pub fn word(self) -> &'static str {
        match self {
            Self::DataCenter => "data-center",
            Self::DataCenter85 => "data-center-8.5",
            Self::Cloud => "cloud",
        }
    }

    /// What it is, for those who choose.
    pub fn what(self) -> &'static str {
        match self {
            Self::DataCenter => "Data Center 9.2",
            Self::DataCenter85 => "Data Center 8.5: it refuses newer backups",
            Self::Cloud => "Data Center 9.2, and below api/v2 the reading calls of Cloud's REST v2 beside it",
        }
    }

    /// The version that the mock says it is.
    pub fn version(self) -> Version {
        match self {
            Self::DataCenter | Self::Cloud => Version::series(9, 2),
            Self::DataCenter85 => Version::series(8, 5),
        }
    }

    /// The version with its last number.
    pub(super) fn full_version(self) -> String {
        format!("{}.0", self.version())
    }

    /// The build number that goes with the version in the manifest of application links; a placeholder of the right size, not a real build.
    pub(super) fn build(self) -> u32 {
        match self {
            Self::DataCenter | Self::Cloud => 9_200,
            Self::DataCenter85 => 8_500,
        }
    }
}

/// A package that is restored at start, for people to look at.
///
/// It is restored as far as it goes: what Confluence refuses for a fault inside is let pass, and its damage is shown beside it.
#[derive(Debug)]
pub struct Load {
    /// The zip, or the folder into which it was unpacked.
    pub path: PathBuf,
    /// What a reader of archives found wrong with it. The mock knows no such reader, so whoever starts it hands the damage in.
    pub damage: Vec<Damage>,
    /// Whether that reader says that nothing of it is lost.
    pub whole: bool,
}

/// How a mock Confluence is set up.
#[derive(Debug)]
pub struct Settings {
    /// Where it listens; port 0 takes a free one.
    pub address: SocketAddr,
    /// Its home folder: `restore/site` and `restore/space` hold packages to restore, `uploads` what was uploaded, `spill` the texts.
    pub home: PathBuf,
    /// Whether the site is kept in the home when the program ends, and served again by the next one.
    pub lasts: bool,
    /// Name and password of its administrator. They stay valid after a site restore, unlike in Confluence, so that a drill can read back. Those of a
    /// set-up don't.
    pub admin: (String, SecretString),
    /// Names and passwords of others who can log in. They have accounts on a mock that nothing was restored into; a site restore leaves those
    /// whom the backup has an account for, under the password of these settings, since the hashes of a backup aren't asked.
    pub users: Vec<(String, SecretString)>,
    /// Whether callers without a name are let in where the site lets them (docs/confluence.md, R30). Otherwise they are refused.
    pub anonymous: bool,
    /// A personal access token that is accepted too.
    pub token: Option<SecretString>,
    /// The version of which it refuses newer backups; its dialect stays.
    pub version: Version,
    /// Whose REST it answers.
    pub dialect: Dialect,
    /// Context path: empty, or `/confluence`.
    pub context_path: String,
    /// The base URL that it believes it has, without the context path. Not the address where it listens, as after a restore of another
    /// site's data (docs/confluence.md, R19).
    pub configured_base: String,
    /// Most results of one page of a list without bodies.
    pub limit: usize,
    /// Most results of one page of a list with bodies.
    pub limit_with_bodies: usize,
    /// Whether a package with characters that XML 1.0 forbids is refused, as Confluence does (docs/confluence.md, F8).
    pub refuse_illegal_characters: bool,
    /// Whether a space export with a Space object that its descriptor doesn't name is refused (docs/confluence.md, F4). Otherwise that
    /// space's content is left out.
    pub refuse_foreign_spaces: bool,
    /// Bounds on what a package may hold.
    pub limits: crate::package::Limits,
    /// What is restored at start. A mock that loads a package and listens on the loopback interface shows its pages without log-in, unless
    /// it tells callers apart.
    pub load: Option<Load>,
    /// It begins unset, as a container of Confluence does, and serves once somebody went through the set-up over HTTP. Whom they make its
    /// administrator takes the place of `admin`, until a site restore replaces all users. Nothing is loaded then.
    pub set_up: Option<SetUp>,
    /// What goes wrong on purpose.
    pub troubles: Vec<Trouble>,
}

impl Settings {
    /// A mock on a free port of the loopback interface, with everything else as a fresh Confluence would have it.
    pub fn new(home: impl Into<PathBuf>, admin: impl Into<String>, password: SecretString) -> Self {
        Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            home: home.into(),
            lasts: false,
            admin: (admin.into(), password),
            users: Vec::new(),
            anonymous: false,
            token: None,
            version: Version::series(9, 2),
            dialect: Dialect::default(),
            context_path: String::new(),
            configured_base: "http://wiki.example.com".to_owned(),
            limit: 500,
            limit_with_bodies: 100,
            refuse_illegal_characters: true,
            refuse_foreign_spaces: true,
            limits: crate::package::Limits::default(),
            load: None,
            set_up: None,
            troubles: Vec::new(),
        }
    }

    /// Name and password of the administrator of recovery mode, where the mock began unset and has one.
    pub(super) fn recovery(&self) -> Option<&(String, SecretString)> {
        self.set_up.as_ref()?.recovery.as_ref()
    }

    /// The context path, empty or with a slash in front and none behind.
    pub(super) fn context(&self) -> String {
        let trimmed = self.context_path.trim_matches('/');
        if trimmed.is_empty() { String::new() } else { format!("/{trimmed}") }
    }
}
