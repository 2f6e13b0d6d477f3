//! The lines of Confluence that differ in how they are set up and logged in to.

use crate::mock::settings::Dialect;
use crate::model::Version;

/// A line of Confluence (docs/confluence.md, R70 to R76).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// 7.19
    V7_19,
    /// 8.5
    V8_5,
    /// 9.2
    V9_2,
    /// 10.2
    V10_2,
}

/// How people log in, besides Basic (docs/confluence.md, R73).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogIn {
    /// A form.
    Form,
    /// Two steps in the browser, and JSON behind them.
    Json,
}

impl Line {
    /// All of them, by age.
    pub const ALL: [Self; 4] = [Self::V7_19, Self::V8_5, Self::V9_2, Self::V10_2];

    /// The word for it in settings.
    pub fn word(self) -> &'static str {
        match self {
            Self::V7_19 => "7.19",
            Self::V8_5 => "8.5",
            Self::V9_2 => "9.2",
            Self::V10_2 => "10.2",
        }
    }

    /// The dialect of REST that comes nearest to it.
    pub fn dialect(self) -> Dialect {
        match self {
            Self::V7_19 | Self::V8_5 => Dialect::DataCenter85,
            Self::V9_2 | Self::V10_2 => Dialect::DataCenter,
        }
    }

    /// The version of which it refuses newer backups.
    pub fn version(self) -> Version {
        match self {
            Self::V7_19 => Version::series(7, 19),
            Self::V8_5 => Version::series(8, 5),
            Self::V9_2 => Version::series(9, 2),
            Self::V10_2 => Version::series(10, 2),
        }
    }

    /// How people log in.
    pub(in crate::mock) fn log_in(self) -> LogIn {
        match self {
            Self::V7_19 | Self::V8_5 | Self::V9_2 => LogIn::Form,
            Self::V10_2 => LogIn::Json,
        }
    }

    /// Whether Basic is taken unless something else was said.
    pub(super) fn takes_basic(self) -> bool {
        match self {
            Self::V7_19 | Self::V8_5 | Self::V9_2 => true,
            Self::V10_2 => false,
        }
    }

    /// The name of the user of recovery mode: since 9.0 another one with each start.
    pub(super) fn recovery_user(self) -> String {
        match self {
            Self::V7_19 | Self::V8_5 => "recovery_admin".to_owned(),
            Self::V9_2 | Self::V10_2 => {
                use std::hash::{BuildHasher as _, Hasher as _};
                let lot = std::collections::hash_map::RandomState::new().build_hasher().finish();
                format!("recovery_admin_{:08x}", lot as u32)
            }
        }
    }

    /// Whether the page about bundled apps comes behind the first one.
    pub(super) fn offers_bundles(self) -> bool {
        match self {
            Self::V7_19 => true,
            Self::V8_5 | Self::V9_2 | Self::V10_2 => false,
        }
    }

    /// Whether the page about the cluster wants every field of its form.
    pub(super) fn wants_all_of_the_cluster(self) -> bool {
        match self {
            Self::V8_5 => true,
            Self::V7_19 | Self::V9_2 | Self::V10_2 => false,
        }
    }

    /// Whether the root leads to the page about users again while the administrator is due.
    pub(super) fn root_falls_behind(self) -> bool {
        match self {
            Self::V10_2 => true,
            Self::V7_19 | Self::V8_5 | Self::V9_2 => false,
        }
    }
}
