//! The nouns of a drill, as section "words" of ARCHITECTURE.md gives them.
//!
//! Data and rules that follow from data alone. Nothing here knows a file format, a network or a clock.

mod backup;
mod capture;
mod check_record;
mod comparison;
mod element;
mod finding;
mod finding_record;
mod item;
mod judge;
mod key;
mod kind;
mod ledger;
mod lot;
mod misbehaviour;
mod needs;
mod privacy;
mod probe;
pub mod proof;
mod record;
mod rotation;
pub mod sample;
mod standing;
mod text;
mod treatment;
mod verdict;
mod version;

pub use backup::{Backup, Form, Scope};
pub use capture::{AttachmentDepth, CaptureRecord, CarriedOver, InFlux, InFluxItem, Moved, SeesRestricted, Sight};
pub use check_record::{CheckRecord, CheckState, Grade, Position};
pub use comparison::{COMPARISON_FORMAT, Comparison, SideForm, SideRecord};
pub use element::{Element, elements};
pub use finding::{
    Code, Damage, Discrepancy, Drift, Finding, Hop, Outcome, Place, Severity, Subject, Tally, Uncompared,
};
pub use finding_record::{FINDINGS_MAX, FindingRecord, Word, sort_worst_first};
pub use item::{Aside, Field, Item, Named, Presence, Value};
pub use judge::{CONTENT_CHECKS, Judgement, RULES, judge};
pub use key::{Identity, Key};
pub use kind::{Kind, SPACE_PERMISSIONS};
pub use ledger::{Account, Descriptor, Ledger};
pub use lot::Lot;
pub use misbehaviour::Misbehaviour;
pub use needs::Needs;
pub use privacy::Privacy;
pub use probe::{Answer, Answers, Hits, IndexRecord, Probe, Viewer};
pub use record::{
    AtLeast, BackupRecord, CUT_SHORT, Counts, FindingsFile, ManifestRecord, PackageRecord, RECORD_FORMAT, Record,
    RecordError, ScenarioRecord, StageRecord, StageState, StateRecord, TargetRecord, TearDown, Tool,
};
pub use rotation::{Rotation, RotationRecord, Stretch, day_number, span};
pub use sample::{Sample, SampleRecord, percent};
pub use standing::{LastProof, Standing, Stands};
pub use text::{BODY_DIGEST_RULES, Digest, Hasher, body_digest, body_sum, count, repaired, wall_clock};
pub use treatment::{
    Allowance, Fared, Mark, Rules, SeverityChange, Treated, Treatment, Where, disagreements, is_untreatable,
};
pub use verdict::{Assurance, Claim, Fault, Verdict};
pub use version::Version;
