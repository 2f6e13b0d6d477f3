//! The invented wiki's words: titles, sentences, names of people who don't exist.

use crate::model::Lot;

const VERBS: [&str; 24] = [
    "Promote",
    "Fence",
    "Restore",
    "Rotate",
    "Drain",
    "Rebuild",
    "Upgrade",
    "Verify",
    "Archive",
    "Migrate",
    "Tune",
    "Inspect",
    "Isolate",
    "Replace",
    "Schedule",
    "Document",
    "Approve",
    "Review",
    "Escalate",
    "Automate",
    "Decommission",
    "Reindex",
    "Throttle",
    "Audit",
];

const THINGS: [&str; 40] = [
    "the replica",
    "the primary",
    "the load balancer",
    "the message queue",
    "the certificate store",
    "the backup host",
    "the cache tier",
    "the search index",
    "the ingress",
    "the build farm",
    "the staging cluster",
    "the payroll run",
    "the price list",
    "the on-call rota",
    "the visitor badge",
    "the mail relay",
    "the file share",
    "the licence server",
    "the audit trail",
    "the release branch",
    "the monitoring probe",
    "the DNS zone",
    "the storage pool",
    "the service desk queue",
    "the data warehouse",
    "the training plan",
    "the supplier contract",
    "the cooling loop",
    "the tape library",
    "the access list",
    "the quarterly report",
    "the printer fleet",
    "the single sign-on",
    "the firewall rule set",
    "the retention policy",
    "the spare parts shelf",
    "the conference room",
    "the API gateway",
    "the time server",
    "the expense form",
];

/// Titles that break careless programs. They stand in every space that is large enough.
const AWKWARD: [&str; 9] = [
    "Café & Müller: \"Größenänderung\" prüfen",
    "日本語の手順書 – 障害対応",
    "Failover 🚨 runbook",
    "دليل استعادة النسخة الاحتياطية",
    "Rates / Limits / Quotas",
    "Index of [[aliases]] and [single] ]]",
    "C++ or C#? 100% <generic> & 'quoted'",
    "Ünïcödé: e\u{301} is not é",
    "How-to: \u{202a}left\u{202c} and \u{200b}zero-width",
];

const OPENINGS: [&str; 12] = [
    "Before you begin, check that",
    "Nobody but the duty engineer decides whether",
    "After ten minutes at most,",
    "In the night shift",
    "According to the agreement with the works council,",
    "If the alarm does not clear,",
    "Once a quarter",
    "Since the move to the new building",
    "Wenn die Prüfung fehlschlägt,",
    "As a rule of thumb,",
    "Measured on the test bench,",
    "For reasons of history",
];

const MIDDLES: [&str; 12] = [
    "the second node takes over",
    "the queue drains on its own",
    "all writes are stopped",
    "the ticket is handed to the next shift",
    "größere Abweichungen are noted by hand",
    "the counter on the dashboard falls below the limit",
    "the checksum of the copy is compared",
    "the old volume stays mounted",
    "the supplier is called",
    "the change is announced a day ahead",
    "the restore is rehearsed",
    "the key is taken from the safe",
];

const ENDINGS: [&str; 10] = [
    "and the result is written into the log.",
    "unless the region is already failing over.",
    "which takes about a quarter of an hour.",
    "so that no data is lost.",
    "and a second person signs it off.",
    "as long as the power holds.",
    "because the first attempt may be stale.",
    "– see the table below.",
    "and never the other way round.",
    "at a cost of roughly 40 € a month.",
];

const FIRST: [&str; 14] = [
    "Mira", "Anselm", "Jorid", "Tove", "Bram", "Sanna", "Ilse", "Orrin", "Nadja", "Pelle", "Yuki", "Zora", "Émile",
    "Søren",
];

const LAST: [&str; 14] = [
    "Lindqvarn",
    "Brückmoor",
    "Okafelt",
    "Saltmarsh",
    "Quillfeather",
    "Nørdahl",
    "Vantongerlo",
    "Ashgrove",
    "Pěnkavek",
    "Ferroviale",
    "Thistlewick",
    "Marrowby",
    "Grünspan",
    "Oyelarin",
];

const LABELS: [&str; 24] = [
    "runbook",
    "how-to",
    "failover",
    "backup",
    "network",
    "storage",
    "security",
    "draft-review",
    "decision",
    "meeting-notes",
    "on-call",
    "release",
    "postmortem",
    "policy",
    "größe",
    "kb-article",
    "onboarding",
    "facilities",
    "payroll",
    "hr",
    "audit",
    "linux",
    "windows",
    "日本語",
];

const SPACES: [(&str, &str); 8] = [
    ("OPS", "Operations"),
    ("ENG", "Engineering"),
    ("HR", "People & Culture"),
    ("FIN", "Finance"),
    ("KB", "Knowledge Base"),
    ("LEGAL", "Legal \"and\" Compliance"),
    ("QA", "Quality"),
    ("MKT", "Märkte / Markets"),
];

fn at(words: &[&'static str], index: u64) -> &'static str {
    words.get((index % words.len().max(1) as u64) as usize).copied().unwrap_or_default()
}

fn any(lot: &mut Lot, words: &[&'static str]) -> &'static str {
    lot.pick(words).copied().unwrap_or_default()
}

/// The title of the page with this place in its space: unique there. Place 0 is the home page.
pub(super) fn title(space_name: &str, place: u64) -> String {
    let awkward = AWKWARD.len() as u64;
    if place == 0 {
        return format!("{space_name} Home");
    }
    if place <= awkward {
        return at(&AWKWARD, place - 1).to_owned();
    }
    let number = place - awkward - 1;
    let (verbs, things) = (VERBS.len() as u64, THINGS.len() as u64);
    // 7 and 960 have no common divisor, so that neighbours differ and no pair comes twice in a round.
    let pair = (number * 7) % (verbs * things);
    let (verb, thing, round) = (at(&VERBS, pair % verbs), at(&THINGS, pair / verbs), number / (verbs * things));
    if round == 0 { format!("{verb} {thing}") } else { format!("{verb} {thing} (site {round})") }
}

/// The title of a blog post: unique among all.
pub(super) fn news(index: u64) -> String {
    format!("Week {}: {} {} & more", index + 1, at(&VERBS, index * 5), at(&THINGS, index * 11))
}

/// A sentence.
pub(super) fn sentence(lot: &mut Lot) -> String {
    format!("{} {} {}", any(lot, &OPENINGS), any(lot, &MIDDLES), any(lot, &ENDINGS))
}

/// What the words of [`prose`] are made of.
const SYLLABLES: [&str; 32] = [
    "a", "be", "con", "der", "ent", "fi", "ge", "hor", "in", "ka", "lo", "men", "nor", "o", "per", "qui", "re", "sta",
    "ti", "un", "ver", "wel", "yo", "zu", "ing", "er", "es", "ion", "ly", "ä", "ß", "é",
];

/// How many words [`prose`] knows.
const VOCABULARY: u64 = 8_000;

/// A sentence of words that don't exist, some of them frequent and most of them rare, as people's are: a text of [`sentence`]s repeats itself and packs
/// far better than theirs.
pub(super) fn prose(lot: &mut Lot, out: &mut String) {
    for place in 0..7 + lot.below(12) {
        // Most draws within draws are small: a hundred words make up some two fifths of a text.
        let (most, more) = (lot.below(VOCABULARY), lot.draw());
        let mut rest = if more % 4 == 0 { most } else { ((u128::from(more) * u128::from(most / 16 + 1)) >> 64) as u64 };
        if place > 0 {
            out.push(' ');
        }
        loop {
            out.push_str(at(&SYLLABLES, rest));
            rest /= SYLLABLES.len() as u64;
            if rest == 0 {
                break;
            }
        }
    }
    out.push_str(". ");
}

/// Two or three words, for cells, notes and list items.
pub(super) fn phrase(lot: &mut Lot) -> String {
    format!("{} {}", any(lot, &VERBS), any(lot, &THINGS))
}

/// How many label names there are.
pub(super) const LABEL_NAMES: u64 = LABELS.len() as u64;

/// The name of a label.
pub(super) fn label(index: u64) -> &'static str {
    at(&LABELS, index)
}

/// First and last name of a person who doesn't exist; `index` below 196 gives different ones.
pub(super) fn person(index: u64) -> (&'static str, &'static str) {
    (at(&FIRST, index), at(&LAST, index + index / FIRST.len() as u64))
}

/// Key and name of a space.
pub(super) fn space(index: u64) -> (String, String) {
    match SPACES.get(index as usize) {
        Some((key, name)) => ((*key).to_owned(), (*name).to_owned()),
        None => (format!("TEAM{index}"), format!("Team {index}")),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn prose_packs_like_the_texts_of_people() {
        use std::io::Write as _;
        let (mut lot, mut text) = (Lot::new(1, "prose", 0), String::new());
        while text.len() < 200_000 {
            prose(&mut lot, &mut text);
        }
        let mut packed = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
        packed.write_all(text.as_bytes()).unwrap();
        let ratio = text.len() as f64 / packed.finish().unwrap().len() as f64;
        assert!((2.3..3.3).contains(&ratio), "{ratio}");
    }

    #[test]
    fn titles_and_people_are_told_apart() {
        let titles: HashSet<String> = (0..5_000).map(|place| title("Operations", place)).collect();
        assert_eq!(titles.len(), 5_000);
        let people: HashSet<_> = (0..196).map(person).collect();
        assert_eq!(people.len(), 196);
        assert_eq!((0..300).map(news).collect::<HashSet<_>>().len(), 300);
    }
}
