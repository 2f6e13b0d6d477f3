use std::collections::BTreeMap;

use super::readable::unreadable;
use super::rows::{State, state};
use super::subject::subject;
use super::{Check, Exhibits, check};
use crate::model::{
    Answer, Code, Discrepancy, Field, Finding, Hop, Key, Kind, Needs, Outcome, Probe, Severity, Uncompared, Value,
};
use crate::reading::{ReadError, Row};

check! {
    /// The home page of every space opens in the restored copy, by its id and by its short link.
    ///
    /// Asks: for each space of the manifest that is in the restored copy, for its home page over REST, and for its short link (`/x/…`) of the id that it
    /// has in the copy, which must lead to a page.
    ///
    /// Can't see: how the page looks; whether the ids, and with them the short links that people have, are those of the source: a restore of single spaces
    /// gives new ones. A space whose home page is another one, or none, is told by `spaces`.
    ///
    /// A failure means that people who open a space, or follow a short link, meet an error.
    HomePages = "home-pages"
}

/// What is asked of the restored copy.
#[derive(Default)]
struct Homes {
    pages: Vec<Row>,
    none: u64,
    elsewhere: u64,
}

fn homes(exhibits: &Exhibits<'_>) -> Result<Homes, ReadError> {
    let alignment = &exhibits.alignment;
    let (mut homes, mut wanted) = (Homes::default(), BTreeMap::<Key, u64>::new());
    for row in alignment.rows(Kind::Space) {
        let row = row?;
        let State::Both(claimed, shown) = state(&row) else { continue };
        match (claimed.fields.get(&Field::Homepage), shown.fields.get(&Field::Homepage)) {
            (_, Some(Some(Value::Key(key)))) => *wanted.entry(key.clone()).or_default() += 1,
            (Some(Some(_)), _) => homes.elsewhere += 1,
            _ => homes.none += 1,
        }
    }
    for row in alignment.rows(Kind::Page) {
        let row = row?;
        if let Some(page) = &row.observation
            && wanted.remove(&page.key).is_some()
        {
            homes.pages.push(row);
        }
    }
    homes.elsewhere += wanted.values().sum::<u64>();
    Ok(homes)
}

fn asked(row: &Row) -> Option<[Probe; 2]> {
    let id = row.observation.as_ref()?.id?;
    Some([Probe::Open { id }, Probe::ShortLink { id }])
}

impl Check for HomePages {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn needs(&self) -> Needs {
        Needs::of([Kind::Space, Kind::Page])
    }

    fn probes(&self, exhibits: &Exhibits<'_>) -> Result<Vec<Probe>, ReadError> {
        Ok(homes(exhibits)?.pages.iter().filter_map(asked).flatten().collect())
    }

    fn asks(&self) -> bool {
        true
    }

    fn impossible(&self, exhibits: &Exhibits<'_>) -> Result<Option<String>, ReadError> {
        let unread = [Kind::Space, Kind::Page].into_iter().any(|kind| unreadable(&exhibits.alignment, kind).is_some());
        let homes = homes(exhibits)?;
        let nothing = !unread && homes.pages.is_empty() && homes.elsewhere == 0;
        Ok(nothing.then(|| "no space of the manifest that is in the restored copy has a home page".to_owned()))
    }

    fn examine(&self, exhibits: &Exhibits<'_>) -> Result<Outcome, ReadError> {
        let mut outcome = Outcome::default();
        let unread = |kind| unreadable(&exhibits.alignment, kind);
        if let Some(why) = unread(Kind::Space).or_else(|| unread(Kind::Page)) {
            outcome.unread = Some(why);
            return Ok(outcome);
        }
        let homes = homes(exhibits)?;
        for row in &homes.pages {
            for probe in asked(row).into_iter().flatten() {
                outcome.tally.of += 1;
                let (what, message) = match &probe {
                    Probe::ShortLink { .. } => ("short-link", "its short link leads to no page"),
                    _ => ("not-shown", "it is listed, and can't be opened"),
                };
                match exhibits.answers.all.get(&probe) {
                    Some(Answer::Shown) => outcome.tally.examined += 1,
                    Some(Answer::Hidden) => {
                        outcome.tally.examined += 1;
                        outcome.findings.push(Finding {
                            code: Code { check: Self::NAME.to_owned(), what: what.to_owned() },
                            severity: Severity::Error,
                            subject: subject(&exhibits.alignment, row)?,
                            discrepancy: Discrepancy::Other { message: message.to_owned() },
                            hop: Hop::Restore,
                            place: None,
                            remedy: None,
                        });
                    }
                    Some(Answer::Unknown(why)) => outcome.unread = Some(format!("whether a home page opens: {why}")),
                    _ => outcome.unread = Some("whether a home page opens was not asked".to_owned()),
                }
            }
        }
        let leave = |number: u64, reason: &str, see: Option<&str>| Uncompared {
            what: "home pages".to_owned(),
            number,
            reason: reason.to_owned(),
            see: see.map(str::to_owned),
        };
        if homes.none > 0 {
            outcome.uncompared.push(leave(homes.none, "the space has none", None));
        }
        if homes.elsewhere > 0 {
            outcome.uncompared.push(leave(homes.elsewhere, "the restored copy has no such page", Some("spaces")));
        }
        outcome.findings.sort();
        Ok(outcome)
    }
}
