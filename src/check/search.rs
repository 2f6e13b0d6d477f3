use super::draw::Draw;
use super::readable::unreadable;
use super::rows::{State, state};
use super::subject::subject;
use super::{Check, Exhibits, check};
use crate::model::{
    Answer, Code, Discrepancy, Field, Finding, Hits, Hop, Kind, Needs, Outcome, Probe, Severity, Subject, Uncompared,
    count, elements,
};
use crate::reading::{ReadError, Shown};

/// How many pages are searched for, unless the scenario says otherwise.
pub const SEARCHED: u64 = 20;

/// A search that the scenario names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// The query.
    pub cql: String,
    /// It must find so much.
    pub at_least: u64,
    /// It must find no more.
    pub at_most: Option<u64>,
    /// The line of the scenario, by which findings name it.
    pub line: u32,
}

check! {
    /// A search in the restored copy finds what was restored.
    ///
    /// By itself it searches for pages of the manifest that are in the restored copy, each by its title and space: 20, or as many as `sample` says, drawn
    /// by a seed that comes from the name of the drill. With `cql`, it asks that query, which must find `at-least` so much (default 1), and
    /// no more than `at-most`. Several may be asked. The index is waited for (`within`, default 2m); where it lacks something then, it is rebuilt once, and the
    /// report says whether that healed it, and how long it took. What it finds only then is an error all the same.
    ///
    /// Can't see: whether texts are found by their words, unless a query asks for them; the order of results; attachments' texts. Pages of archived
    /// spaces are left out, as searches leave them out.
    ///
    /// A failure means that the content is there and people don't find it, until the index is rebuilt. Plan that time into the recovery.
    Search {
        /// How many pages are searched for; `None`: none.
        sample: Option<u64>,
        /// By what they are drawn.
        seed: u64,
        /// What else is searched for.
        queries: Vec<Query>,
    } = "search"
}

impl Search {
    /// The live pages of the restored copy that are searched for, and what is left out.
    fn draw(&self, exhibits: &Exhibits<'_>) -> Result<(Draw, Vec<Uncompared>), ReadError> {
        let mut draw = Draw::new(self.seed, self.sample.unwrap_or_default());
        let mut left_out = Vec::new();
        if self.sample.is_none() {
            return Ok((draw, left_out));
        }
        let alignment = &exhibits.alignment;
        let mut archived = std::collections::BTreeSet::new();
        for row in alignment.rows(Kind::Space) {
            let shown = row?.observation.filter(|space| space.text(Field::Status) == Some("archived"));
            archived.extend(shown.and_then(|space| space_of(&space)));
        }
        let (mut gone, mut asleep) = (0_u64, 0_u64);
        for row in alignment.rows(Kind::Page) {
            let row = row?;
            match state(&row) {
                State::Both(_, page) if is_live(page) && !space_of(page).is_some_and(|key| archived.contains(&key)) => {
                    let key = page.key.clone();
                    draw.offer(&key, row);
                }
                State::Both(..) => asleep += 1,
                State::Missing(_) => gone += 1,
                State::Aside(_) | State::ArchiveOnly | State::Unexpected(_) => {}
            }
        }
        let mut leave = |number: u64, what: &str, reason: &str, see: Option<&str>| {
            if number > 0 {
                let (what, reason, see) = (what.to_owned(), reason.to_owned(), see.map(str::to_owned));
                left_out.push(Uncompared { what, number, reason, see });
            }
        };
        leave(asleep, "archived pages and pages of archived spaces", "searches leave them out", None);
        leave(gone, "pages that are missing", "what is not there is not searched for", Some("page-tree"));
        Ok((draw, left_out))
    }
}

impl Check for Search {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn needs(&self) -> Needs {
        if self.sample.is_some() { Needs::of([Kind::Page, Kind::Space]) } else { Needs::default() }
    }

    fn probes(&self, exhibits: &Exhibits<'_>) -> Result<Vec<Probe>, ReadError> {
        let (draw, _) = self.draw(exhibits)?;
        let drawn = draw.rows().filter_map(|row| by_title(row.observation.as_ref()?));
        Ok(drawn.chain(self.queries.iter().map(Query::probe)).collect())
    }

    fn asks(&self) -> bool {
        true
    }

    fn impossible(&self, exhibits: &Exhibits<'_>) -> Result<Option<String>, ReadError> {
        if !self.queries.is_empty() || unreadable(&exhibits.alignment, Kind::Page).is_some() {
            return Ok(None);
        }
        let (draw, left_out) = self.draw(exhibits)?;
        let nothing = draw.population == 0 && left_out.iter().all(|left| left.see.is_none());
        Ok(nothing.then(|| "the restored copy has no live page that could be searched for".to_owned()))
    }

    fn examine(&self, exhibits: &Exhibits<'_>) -> Result<Outcome, ReadError> {
        let mut outcome = Outcome::default();
        let mut unread: Vec<String> = Vec::new();
        for query in &self.queries {
            outcome.tally.of += 1;
            match query.judged(exhibits) {
                Ok(findings) => {
                    outcome.tally.examined += 1;
                    outcome.findings.extend(findings);
                }
                Err(why) => unread.push(why),
            }
        }
        if let Some(why) = unreadable(&exhibits.alignment, Kind::Page).filter(|_| self.sample.is_some()) {
            unread.push(why);
        } else {
            self.searched(exhibits, &mut outcome, &mut unread)?;
        }
        if let Some(index) = exhibits.answers.index.as_ref() {
            outcome.notes.extend(index.said());
        }
        outcome.unread = (!unread.is_empty()).then(|| unread.join("; "));
        Ok(outcome)
    }
}

impl Search {
    /// Looks whether the pages that were drawn are found.
    fn searched(
        &self,
        exhibits: &Exhibits<'_>,
        outcome: &mut Outcome,
        unread: &mut Vec<String>,
    ) -> Result<(), ReadError> {
        let (draw, left_out) = self.draw(exhibits)?;
        outcome.uncompared = left_out;
        outcome.notes.extend(draw.said("pages"));
        let mut unanswered = 0_u64;
        for row in draw.rows() {
            outcome.tally.of += 1;
            let page = row.observation.as_ref();
            let answer = page.and_then(by_title).and_then(|probe| exhibits.answers.all.get(&probe));
            let Some(Answer::Found(hits)) = answer else {
                unanswered += 1;
                continue;
            };
            outcome.tally.examined += 1;
            if !page.and_then(|page| page.id).is_some_and(|id| hits.ids.contains(&id)) {
                let subject = subject(&exhibits.alignment, row)?;
                outcome.findings.push(lacking(NOT_FOUND, subject, format!("no search finds it{}", healed(hits, 1))));
            }
        }
        if unanswered > 0 {
            let noun = if unanswered == 1 { "search" } else { "searches" };
            unread.push(format!("{} {noun} got no answer that says anything", count(unanswered)));
        }
        outcome.findings.sort();
        Ok(())
    }
}

impl Query {
    fn probe(&self) -> Probe {
        Probe::Search { cql: self.cql.clone(), wanted: self.at_least }
    }

    /// What is wrong with what it finds.
    ///
    /// # Errors
    /// Why that isn't known.
    fn judged(&self, exhibits: &Exhibits<'_>) -> Result<Option<Finding>, String> {
        let line = self.line;
        let hits = match exhibits.answers.all.get(&self.probe()) {
            Some(Answer::Found(hits)) => hits,
            Some(Answer::Refused(words)) => {
                return Err(format!("the target refuses the search of line {line}: {words}"));
            }
            Some(Answer::Unknown(why)) => return Err(format!("the search of line {line}: {why}")),
            _ => return Err(format!("the search of line {line} was not asked")),
        };
        let found = count(hits.number);
        if hits.number < self.at_least {
            let wanted = count(self.at_least);
            let message = format!(
                "the search of line {line} finds {found}, and at least {wanted} are required{}",
                healed(hits, self.at_least)
            );
            return Ok(Some(lacking("too-few", Subject::default(), message)));
        }
        let most = self.at_most.filter(|most| hits.number > *most).map(count);
        Ok(most.map(|most| {
            let message = format!("the search of line {line} finds {found}, and at most {most} are wanted");
            lacking("too-many", Subject::default(), message)
        }))
    }
}

/// What is found where a page of the manifest is not.
const NOT_FOUND: &str = "not-found";

fn lacking(what: &str, subject: Subject, message: String) -> Finding {
    let advice =
        "rebuild the search index behind the restore, and count the time that it takes as part of the recovery";
    Finding {
        code: Code { check: Search::NAME.to_owned(), what: what.to_owned() },
        severity: Severity::Error,
        subject,
        discrepancy: Discrepancy::Other { message },
        // Nothing shows what the source finds for a query of somebody's own.
        hop: if what == NOT_FOUND { Hop::Restore } else { Hop::Unknown },
        place: None,
        remedy: (what != "too-many").then(|| advice.to_owned()),
    }
}

/// What came of a rebuilt index, behind what was missing.
fn healed(hits: &Hits, wanted: u64) -> String {
    match hits.after_rebuild {
        Some(after) if after >= wanted => "; once the index was rebuilt, it does".to_owned(),
        Some(_) => "; nor once the index was rebuilt".to_owned(),
        None => String::new(),
    }
}

fn is_live(page: &Shown) -> bool {
    page.text(Field::Status).is_none_or(|status| status == "current")
}

fn space_of(item: &Shown) -> Option<String> {
    let key = elements(&item.key).first()?.arguments.first().map(|key| (*key).to_owned());
    key.filter(|key| !key.is_empty())
}

/// The search for a page by its title and space.
fn by_title(page: &Shown) -> Option<Probe> {
    let (title, space) = (page.text(Field::Title)?, space_of(page)?);
    let cql = format!("type = page and title = {} and space = {}", quoted(title), quoted(&space));
    Some(Probe::Search { cql, wanted: 1 })
}

/// A value in a query.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_title_ends_the_quotes_that_it_stands_in() {
        assert_eq!(quoted(r#"5" \ disk"#), r#""5\" \\ disk""#);
    }
}
