use std::path::PathBuf;

use crate::settings::family;

family! {
    /// One item of `reports:`.
    pub enum Report as "report" {
        /// JUnit XML for CI servers, in this file. It is written before the drill begins, all cases red.
        "junit" => Junit(PathBuf),
        /// The complete record: in this file where its name ends in `.json`, else in this folder.
        "evidence" => Evidence(PathBuf),
    }
}
