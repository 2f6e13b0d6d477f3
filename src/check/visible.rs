//! Which pages are shown to whom, by the restored copy's own answers.

mod viewers;

use std::collections::{BTreeMap, BTreeSet};

use super::draw::Draw;
use super::readable::unreadable;
use super::rows::{State, state};
use super::subject::subject;
use super::{Check, Exhibits, check};
use crate::model::{
    Answer, Code, Discrepancy, Field, Finding, Hop, Key, Kind, Needs, Outcome, Probe, Severity, Subject, Uncompared,
    Viewer, count, elements,
};
use crate::reading::{Coverage, ReadError, Reading, Row, Shown};
pub use viewers::chosen;
use viewers::{Rules, restrictions};

/// Of how many restricted pages is asked who sees them, unless the scenario says otherwise.
pub const LOOKED_AT: u64 = 20;

/// What is not shown to somebody who would see it but for a restriction.
const NOTHING_SHOWN: &str =
    "nothing of their spaces is shown to whoever was asked as, so that it says nothing of restrictions";

/// A page, as a scenario names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// By the id that it has at the source.
    Id(u64),
    /// By space and title.
    Title {
        /// Key of the space.
        space: String,
        /// Title.
        title: String,
    },
}

/// A question that the scenario names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight {
    /// Which page.
    pub page: Named,
    /// As whom.
    pub viewer: Viewer,
    /// Whether it must be shown.
    pub shown: bool,
    /// The line of the scenario, by which findings name it.
    pub line: u32,
}

check! {
    /// Pages are hidden from those who must not see them, and shown to those who may.
    ///
    /// By itself it draws pages that a view restriction of the manifest hides, on the page or above it: 20, or as many as `sample` says. It asks for each as nobody who
    /// is logged in, and as some people of the backup, whom the target that rehearse starts lets in with a password of this drill. With `page`, `as` and `expect` it asks
    /// what the scenario names. Beside each it asks for an open page of the same space: somebody who doesn't see that either is hidden from for another
    /// reason, and such answers are named as not compared.
    ///
    /// Can't see: who may edit; what comments, searches and downloads show to others; groups within groups; members of an outside directory.
    ///
    /// A failure is a matter of security: a page that is shown although a restriction hides it at the source is open in whatever is restored from this backup.
    /// A page that is hidden from those who may see it is lost for them.
    Visible {
        /// Of how many restricted pages it is asked; `None`: none.
        sample: Option<u64>,
        /// By what they are drawn.
        seed: u64,
        /// As whom, besides nobody.
        viewers: Vec<String>,
        /// What else is asked.
        sights: Vec<Sight>,
    } = "visible"
}

/// One look that was decided on.
struct Look {
    row: Row,
    viewer: Viewer,
    shown: bool,
    /// An open page of the same space.
    control: Option<u64>,
    /// Of a question that the scenario names.
    line: Option<u32>,
}

/// All of them.
#[derive(Default)]
struct Looks {
    all: Vec<Look>,
    /// Lines whose page is not in the restored copy.
    absent: Vec<(u32, Option<Row>)>,
    said: Option<String>,
    restricted: u64,
    /// Restricted pages that the restored copy lacks.
    gone: u64,
}

impl Look {
    fn id(&self) -> Option<u64> {
        self.row.observation.as_ref()?.id
    }

    fn probe(&self) -> Option<Probe> {
        self.id().map(|id| Probe::Look { id, viewer: self.viewer.clone() })
    }

    fn control(&self) -> Option<Probe> {
        self.control.map(|id| Probe::Look { id, viewer: self.viewer.clone() })
    }
}

impl Visible {
    fn looks(&self, exhibits: &Exhibits<'_>) -> Result<Looks, ReadError> {
        let alignment = &exhibits.alignment;
        let rules = restrictions(&alignment.manifest().reading, &self.viewers)?;
        let mut draw = Draw::new(self.seed, self.sample.unwrap_or_default());
        let mut open: BTreeMap<String, u64> = BTreeMap::new();
        let mut named: BTreeMap<usize, Row> = BTreeMap::new();
        let mut gone = 0_u64;
        for kind in [Kind::Page, Kind::BlogPost] {
            for row in alignment.rows(kind) {
                let row = row?;
                let claimed = match state(&row) {
                    State::Both(claimed, shown) if is_live(shown) => claimed,
                    State::Missing(claimed) => {
                        self.name(claimed, &row, &mut named);
                        gone += u64::from(!rules.is_empty() && rules.hide(&alignment.chain(&claimed.key)?));
                        continue;
                    }
                    _ => continue,
                };
                self.name(claimed, &row, &mut named);
                let (key, space) = (claimed.key.clone(), space_of(&claimed.key));
                let id = row.observation.as_ref().and_then(|page| page.id);
                let restricted = !rules.is_empty() && rules.hide(&alignment.chain(&key)?);
                if restricted {
                    draw.offer(&key, row);
                } else if let (Some(space), Some(id)) = (space, id)
                    && !open.contains_key(&space)
                    && !alignment.restricted(&key)?
                {
                    open.insert(space, id);
                }
            }
        }
        let control = |row: &Row| row.any().and_then(|page| open.get(&space_of(&page.key)?).copied());
        let mut looks =
            Looks { gone, restricted: draw.population, said: draw.said("restricted pages"), ..Looks::default() };
        for row in draw.rows() {
            let Some(claimed) = &row.manifest else { continue };
            let chain = alignment.chain(&claimed.key)?;
            let mut look = |viewer: Viewer, shown| {
                looks.all.push(Look { row: row.clone(), viewer, shown, control: control(row), line: None });
            };
            look(Viewer::Anonymous, false);
            for name in self.viewers.iter().filter(|name| !rules.sees_all(name)) {
                if let Some(through) = rules.let_through(name, &chain) {
                    look(Viewer::User(name.clone()), through);
                }
            }
        }
        for (place, sight) in self.sights.iter().enumerate() {
            match named.remove(&place) {
                Some(row) if row.observation.as_ref().is_some_and(|page| page.id.is_some()) => {
                    let (viewer, shown, control) = (sight.viewer.clone(), sight.shown, control(&row));
                    looks.all.push(Look { row, viewer, shown, control, line: Some(sight.line) });
                }
                gone => looks.absent.push((sight.line, gone)),
            }
        }
        Ok(looks)
    }

    /// Keeps the row of a page that the scenario names.
    fn name(&self, page: &Shown, row: &Row, named: &mut BTreeMap<usize, Row>) {
        for (place, sight) in self.sights.iter().enumerate() {
            let is_it = match &sight.page {
                Named::Id(id) => page.id == Some(*id),
                Named::Title { space, title } => {
                    page.kind == Kind::Page
                        && page.text(Field::Title) == Some(title)
                        && space_of(&page.key).as_ref() == Some(space)
                }
            };
            if is_it {
                named.insert(place, row.clone());
            }
        }
    }

    /// What it can't look at.
    fn unread(&self, exhibits: &Exhibits<'_>) -> Option<String> {
        let claim = &exhibits.alignment.manifest().reading;
        let pages = unreadable(&exhibits.alignment, Kind::Page);
        pages.or_else(|| (!knows_restrictions(claim) && self.sample.is_some()).then(unknown_restrictions))
    }
}

fn knows_restrictions(claim: &Reading) -> bool {
    claim.header.coverage.get(&Kind::Restriction) == Some(&Coverage::Read)
}

fn unknown_restrictions() -> String {
    "the manifest doesn't show restrictions".to_owned()
}

/// What looks came to that aren't findings.
#[derive(Default)]
struct Open {
    unread: BTreeMap<String, u64>,
    /// Answers that say nothing, by reason.
    idle: BTreeMap<&'static str, u64>,
}

impl Check for Visible {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn needs(&self) -> Needs {
        Needs::of([Kind::Page, Kind::BlogPost, Kind::Space])
    }

    fn probes(&self, exhibits: &Exhibits<'_>) -> Result<Vec<Probe>, ReadError> {
        let looks = self.looks(exhibits)?;
        let probes: BTreeSet<Probe> =
            looks.all.iter().flat_map(|look| [look.probe(), look.control()]).flatten().collect();
        Ok(probes.into_iter().collect())
    }

    fn asks(&self) -> bool {
        true
    }

    fn impossible(&self, exhibits: &Exhibits<'_>) -> Result<Option<String>, ReadError> {
        if !self.sights.is_empty() || self.unread(exhibits).is_some() {
            return Ok(None);
        }
        let looks = self.looks(exhibits)?;
        if looks.gone > 0 {
            return Ok(None);
        }
        if looks.restricted == 0 {
            return Ok(Some("no page of the manifest that is in the restored copy has a view restriction".to_owned()));
        }
        let outcome = self.examine(exhibits)?;
        let nothing = outcome.tally.of == 0 && outcome.findings.is_empty() && outcome.unread.is_none();
        Ok(nothing.then(|| format!("restricted pages are hidden, but {NOTHING_SHOWN}")))
    }

    fn examine(&self, exhibits: &Exhibits<'_>) -> Result<Outcome, ReadError> {
        let mut outcome = Outcome::default();
        if let Some(why) = self.unread(exhibits) {
            outcome.unread = Some(why);
            return Ok(outcome);
        }
        let looks = self.looks(exhibits)?;
        outcome.notes.extend(looks.said.clone());
        let mut open = Open::default();
        for look in &looks.all {
            judge(look, exhibits, &mut outcome, &mut open)?;
        }
        for (line, row) in &looks.absent {
            outcome.tally.of += 1;
            outcome.tally.examined += 1;
            let subject = row.as_ref().map(|row| subject(&exhibits.alignment, row)).transpose()?.unwrap_or_default();
            let message = format!("the page that line {line} names is not in the restored copy");
            outcome.findings.push(finding("missing", subject, message));
        }
        let unread: Vec<String> =
            open.unread.iter().map(|(why, times)| format!("{why} ({} times)", count(*times))).collect();
        outcome.unread = (!unread.is_empty()).then(|| unread.join("; "));
        let uncompared = |(reason, number): (&str, u64)| Uncompared {
            what: "looks at restricted pages".to_owned(),
            number,
            reason: reason.to_owned(),
            see: None,
        };
        outcome.uncompared = open.idle.into_iter().map(uncompared).collect();
        if looks.gone > 0 && self.sample.is_some() {
            outcome.uncompared.push(Uncompared {
                what: "restricted pages that are missing".to_owned(),
                number: looks.gone,
                reason: "what is not there is hidden from everybody".to_owned(),
                see: Some("page-tree".to_owned()),
            });
        }
        outcome.findings.sort();
        Ok(outcome)
    }
}

fn judge(look: &Look, exhibits: &Exhibits<'_>, outcome: &mut Outcome, open: &mut Open) -> Result<(), ReadError> {
    let answer = |probe: Option<Probe>| probe.and_then(|probe| exhibits.answers.all.get(&probe));
    let (found, control) = (answer(look.probe()), answer(look.control()));
    let known = matches!(control, Some(Answer::Shown));
    let shown = match found {
        Some(Answer::Shown) => true,
        Some(Answer::Hidden) => false,
        // Somebody of the backup need not be somebody who can log in.
        Some(Answer::NoLogIn) if look.line.is_none() => {
            *open.idle.entry("somebody of the backup could not be logged in").or_default() += 1;
            return Ok(());
        }
        other => {
            let why = match other {
                Some(Answer::NoLogIn) => "the target doesn't let that user in",
                Some(Answer::Unknown(why)) => why,
                _ => "it was not asked",
            };
            let of = look.line.map_or_else(|| "who sees a page".to_owned(), |line| format!("line {line}"));
            *open.unread.entry(format!("{of}: {why}")).or_default() += 1;
            outcome.tally.of += 1;
            return Ok(());
        }
    };
    // Whoever sees nothing of a space shows nothing of its restrictions.
    if look.line.is_none() && !shown && !known {
        *open.idle.entry(NOTHING_SHOWN).or_default() += 1;
        return Ok(());
    }
    outcome.tally.of += 1;
    outcome.tally.examined += 1;
    if let (Some(line), false, false) = (look.line, shown, known) {
        let said = "an open page of the space is not shown either, so that it says nothing of restrictions";
        outcome.notes.push(format!("line {line}: {said}"));
    }
    if shown != look.shown {
        let subject = subject(&exhibits.alignment, &look.row)?;
        let whom = match (&look.viewer, look.line) {
            (_, Some(line)) => format!("the one whom line {line} names"),
            (Viewer::Anonymous, None) => "anonymous callers".to_owned(),
            (Viewer::User(_), None) if shown => "somebody whom its restriction doesn't name".to_owned(),
            (Viewer::User(_), None) => "somebody whom its restriction names".to_owned(),
        };
        let (what, message) = if shown {
            ("shown", format!("it is shown to {whom}"))
        } else {
            ("hidden", format!("it is hidden from {whom}"))
        };
        outcome.findings.push(finding(what, subject, message));
    }
    Ok(())
}

fn finding(what: &str, subject: Subject, message: String) -> Finding {
    let remedy = (what == "shown").then(|| {
        "nobody else may get at what was restored, until its restrictions and the permissions of its space are set again".to_owned()
    });
    Finding {
        code: Code { check: Visible::NAME.to_owned(), what: what.to_owned() },
        severity: Severity::Error,
        subject,
        discrepancy: Discrepancy::Other { message },
        hop: Hop::Unknown,
        place: None,
        remedy,
    }
}

fn is_live(page: &Shown) -> bool {
    page.text(Field::Status).is_none_or(|status| status == "current")
}

fn space_of(key: &Key) -> Option<String> {
    let space = elements(key).first()?.arguments.first().map(|key| (*key).to_owned());
    space.filter(|space| !space.is_empty())
}

impl Rules {
    /// Whether any of these pages has a restriction.
    fn hide(&self, chain: &[Key]) -> bool {
        chain.iter().any(|key| self.readers.contains_key(key))
    }
}
