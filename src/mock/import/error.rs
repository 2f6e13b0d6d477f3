use crate::package::{ObjectError, PackageError};

/// Why a restore ends FAILED; the text travels as the job's error message, and whoever drills judges it. The texts are
/// the documented ones of Confluence where there are such (docs/confluence.md, part F).
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The container can't be read.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// F1.
    #[error("The zip file did not contain an entry exportDescriptor.properties")]
    NoDescriptor,
    /// No entities.xml.
    #[error("The zip file did not contain an entry entities.xml")]
    NoEntities,
    /// F12.
    #[error("The export has the format csv, which can be imported by Confluence Cloud only")]
    Csv,
    /// A site export for a space restore.
    #[error("The file is a site export and can't be restored as a space")]
    SiteAsSpace,
    /// A space export for a site restore.
    #[error("The file is a space export and can't be restored as a site")]
    SpaceAsSite,
    /// Neither.
    #[error("The export type is neither all nor space: \"{0}\"")]
    ExportType(String),
    /// F8.
    #[error("Import failed. An invalid XML character (Unicode: 0x{0:x}) was found in the CDATA section.")]
    IllegalCharacter(u32),
    /// The XML breaks off, or is none.
    #[error("Import failed. {0}")]
    Xml(ObjectError),
    /// F3.
    #[error("Import failed. A space with the key {0} already exists")]
    SpaceExists(String),
    /// F4.
    #[error(
        "ImportExportException: the backup does not match the constraints of the database: duplicate key on SPACES ({0})"
    )]
    ForeignSpace(String),
    /// The descriptor names a space that isn't there.
    #[error("Import failed. The export does not hold the space {0} that its descriptor names")]
    NoSpace(String),
    /// F2.
    #[error(
        "Import failed. The backup is of a newer version of Confluence, {0} or later, and can't be restored into {1}"
    )]
    Newer(String, String),
    /// F30.
    #[error(
        "Import failed. The export of build {0} is of a version before 5.2, and can be restored into that version alone"
    )]
    TooOld(u32),
    /// F6.
    #[error(
        "PSQLException: duplicate key value violates unique constraint \"unq_lwr_username\" Detail: Key (lower_username)=({0}) already exists."
    )]
    UserName(String),
    /// Somebody cancelled the job.
    #[error("The job was cancelled")]
    Cancelled,
    /// The home can't be written, or the package can't be read.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// A trouble of the settings.
    #[error("{0}")]
    Asked(String),
}
