//! A mock that misbehaves on purpose: the drill must never pass where something is wrong, and must not cry where nothing is.

use rehearsal::model::Misbehaviour;
use rehearsal::sample::{Sample, SampleScope, write};

use crate::rig::{Rig, scenario};
use crate::wiki::{ops, stored};

/// Each misbehaviour with the exit code of the drill (1 failed, 3 inconclusive, 0 where nothing is lost and the drill reads on) and what is said.
///
/// Those over which a drill waits for minutes are held in tests/targets.rs, where its patience can be made short.
const VERDICTS: [(&str, i32, &str); 26] = [
    ("too-many-requests", 0, ""),
    ("unavailable", 0, ""),
    ("server-errors", 3, "500"),
    ("slow-answers", 0, ""),
    ("short-pages", 0, ""),
    // Lists of one page have no next one to be lost.
    ("short-pages, dropped-page", 1, "missing"),
    ("short-pages, endless-list", 3, "leads back"),
    ("cut-downloads", 3, ""),
    ("wrong-bytes", 1, "attachment"),
    // The known-good sample is refused too, so the backup isn't blamed.
    ("failed-restore", 3, "the rig is unsound"),
    // All that was compared is there, and the report warns.
    ("skipped-objects", 0, "the server skipped 1 objects"),
    ("missing-content", 1, "missing"),
    ("restrictions-not-applied", 1, "restriction"),
    // This wiki has no macros; below is one that has.
    ("new-macro-ids", 0, ""),
    // The content is all there, and no search finds it until the index is rebuilt.
    ("search-not-indexed", 1, "once the index was rebuilt, it does"),
    ("job-ids-as-text", 0, ""),
    // Whole answers of a wrong length: nothing but their digests and sizes tells.
    ("short-downloads", 1, "attachment"),
    ("cut-answers", 3, ""),
    ("short-pages, lists-end-early", 1, "missing"),
    // A list that holds the page is asked for again in smaller pieces, and the page itself stays broken.
    ("broken-page", 3, "500"),
    // A version without a message has none: what was written about it is lost.
    ("no-messages", 1, "note"),
    ("anonymous-editors", 1, "differ"),
    // A backup of one space has no other one to be skipped; tests/drills/several.rs has a site.
    ("skipped-space", 0, ""),
    ("job-times-as-seconds", 0, ""),
    ("job-spaces-as-text", 0, ""),
    ("job-times-as-numbers", 0, ""),
];

#[test]
fn every_misbehaviour_has_the_verdict_that_it_deserves() {
    for one in Misbehaviour::ALL {
        let word = one.word();
        let shown = VERDICTS.iter().any(|(words, ..)| words.split(", ").any(|known| known == word));
        assert!(shown || ["endless-restore", "unauthorized-after-restore"].contains(&word), "{word} has no drill");
    }
    let rig = Rig::new();
    stored(&ops(), &rig.path("export.zip"));
    let mut wrong = Vec::new();
    for (words, code, said) in VERDICTS {
        let target = format!("{{ embedded: {{ misbehave: [{words}] }} }}");
        let ended = rig.drill(&scenario("rig", &[("target", &target)]));
        if ended.code != Some(code) || !(ended.stderr.contains(said) || ended.stdout.contains(said)) {
            wrong.push(format!(
                "{words}: {:?} in place of {code}, with \"{said}\"\n{}{}",
                ended.code, ended.stdout, ended.stderr
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn new_ids_of_macros_are_no_loss_and_do_not_go_unsaid() {
    let rig = Rig::new();
    write(&Sample::sized(12, 7), &rig.path("export.zip")).unwrap();
    let target = ("target", "{ embedded: { misbehave: [new-macro-ids] } }");
    rig.drill(&scenario("rig", &[target])).exits(0).says("form of the text of pages").says("the text says the same");
    let ended = rig.drill(&scenario("rig", &[]));
    assert!(!ended.exits(0).stdout.contains("says the same"));
}

#[test]
fn a_space_that_a_site_restore_skips_is_missed() {
    let rig = Rig::new();
    let site = Sample { scope: SampleScope::Site, spaces: 3, ..Sample::sized(12, 7) };
    write(&site, &rig.path("export.zip")).unwrap();
    let target = ("target", "{ embedded: { misbehave: [skipped-space] } }");
    rig.drill(&scenario("rig", &[target])).exits(1).says("failed: spaces").says("missing");
    rig.drill(&scenario("rig", &[])).exits(0);
}
