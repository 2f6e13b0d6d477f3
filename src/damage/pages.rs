//! Chooses a page to remove, to change, or to take an older version from.

use std::collections::BTreeSet;

use super::Mutation;
use super::contents::{Contents, Name};
use super::pick::{Op, Victim, first};
use crate::model::Kind;

/// What to do to this page, where it is fit for the mutation.
pub(super) fn fit(mutation: Mutation, seed: u64, contents: &Contents, page: usize) -> Option<Victim> {
    let say = |what: &str, kind| Victim::new(contents, what, &[(kind, page)]);
    match mutation {
        Mutation::RemovePage => {
            contents.body(page).filter(|_| is_leaf(contents, page))?;
            say("removed the page", Kind::Page).removing(contents, &[page])
        }
        Mutation::CutBody => {
            let body = plain_body(contents, page)?;
            Some(say("cut the text of the page", Kind::Page).editing(body, [Op::Halve { name: "body" }]))
        }
        Mutation::EmptyBody => {
            let body = plain_body(contents, page)?;
            let empty = Op::SetText { name: "body", text: String::new() };
            Some(say("emptied the text of the page", Kind::Page).editing(body, [empty]))
        }
        Mutation::SwapBodies => swapped(contents, page),
        Mutation::ChangeParent => moved(mutation, seed, contents, page),
        Mutation::RenameTitle | Mutation::GarbleTitle | Mutation::DecomposeTitle | Mutation::RecaseTitle => {
            let own = live_title(contents, page)?;
            let (what, title) = other_title(mutation, own)?;
            (title != own).then(|| say(what, Kind::Page).editing(page, titles(&title)))
        }
        Mutation::AlterParameter => {
            let body = plain_body(contents, page)?;
            contents.things().get(body).filter(|thing| thing.parameter)?;
            let said = say("changed a parameter of a macro on the page", Kind::Page);
            Some(said.editing(body, [Op::Lengthen { name: "body" }]))
        }
        Mutation::StaleText => stale(contents, page),
        Mutation::DuplicateTitle => {
            let own = live_title(contents, page).filter(|_| is_leaf(contents, page))?;
            let home = contents.raw(page)?.reference("space");
            let beside = |other: &usize| contents.raw(*other).is_some_and(|raw| raw.reference("space") == home);
            let mut titles_beside =
                contents.of_class("Page").filter(beside).filter_map(|other| live_title(contents, other));
            let title = titles_beside.find(|title| *title != own)?.to_owned();
            Some(say("gave the title of another one to the page", Kind::Page).editing(page, titles(&title)))
        }
        Mutation::DropInlineMarker => {
            let body = contents.body(page).filter(|_| contents.is_live_holder(page))?;
            contents.things().get(body).filter(|thing| thing.body.is_some() && thing.marked)?;
            let said = say("took the marker of an inline comment out of the page", Kind::Page);
            Some(said.editing(body, [Op::Unmark { name: "body" }]))
        }
        Mutation::DropHistory => {
            contents.is_live_holder(page).then_some(())?;
            let older = contents.of_class("Page").filter(|other| contents.original(*other) == Some(page));
            let older: Vec<usize> = older.collect();
            let several = older.len() > 1;
            say("dropped all older versions of the page", Kind::Page).removing(contents, &older).filter(|_| several)
        }
        Mutation::DropOldVersion => {
            contents.original(page).filter(|original| contents.is_live_holder(*original))?;
            contents.raw(page)?.text("contentStatus").filter(|status| *status == "current")?;
            say("dropped the older version", Kind::Version).removing(contents, &[page])
        }
        _ => None,
    }
}

fn live_title(contents: &Contents, page: usize) -> Option<&str> {
    contents.raw(page)?.filled("title").filter(|_| contents.is_live_holder(page))
}

fn titles(title: &str) -> [Op; 2] {
    let set = |name, text| Op::SetText { name, text };
    [set("title", title.to_owned()), set("lowerTitle", title.to_lowercase())]
}

/// A live page that no page has as its parent.
fn is_leaf(contents: &Contents, page: usize) -> bool {
    let below = |from| contents.raw(from).is_some_and(|raw| raw.class == "Page");
    contents.is_live_holder(page)
        && !contents.pointers(page).iter().any(|pointer| pointer.name == "parent" && below(pointer.from))
        && ["children", "childrens"]
            .iter()
            .all(|name| contents.raw(page).is_some_and(|raw| raw.collection(name).is_empty()))
}

/// The body of a live page, where it has a text, and one without markers of inline comments, which would be lost with it.
fn plain_body(contents: &Contents, page: usize) -> Option<usize> {
    let body = contents.body(page).filter(|_| contents.is_live_holder(page))?;
    let thing = contents.things().get(body)?;
    (thing.body.is_some() && !thing.marked).then_some(body)
}

/// The page as its newest older version was, which stays beside it.
fn stale(contents: &Contents, page: usize) -> Option<Victim> {
    let body = plain_body(contents, page)?;
    let number = |index: usize| contents.raw(index)?.number("version");
    let older = contents.of_class("Page").filter(|other| contents.original(*other) == Some(page));
    let before =
        older.filter(|other| contents.raw(*other).is_some_and(|raw| raw.text("contentStatus") == Some("current")));
    let before = before.max_by_key(|other| number(*other))?;
    let its = contents.body(before)?;
    let digest = |body: usize| contents.things().get(body).and_then(|thing| thing.body.as_ref());
    let differs = digest(its).is_some() && digest(its) != digest(body);
    let date = Op::CopyProperty { name: "lastModificationDate", from: before };
    let said = Victim::new(contents, "took the newest edit from the page", &[(Kind::Page, page)]);
    differs.then(|| said.editing(body, [Op::CopyProperty { name: "body", from: its }]).editing(page, [date]))
}

/// Every live page with another title and the text of the next one.
pub(super) fn all_others(contents: &Contents) -> Option<Victim> {
    let pages: Vec<(usize, usize)> =
        contents.of_class("Page").filter_map(|page| Some((page, plain_body(contents, page)?))).collect();
    let victim = Victim::new(contents, "gave other titles and texts to all pages", &[]);
    let next = pages.iter().cycle().skip(1);
    let all = pages.iter().zip(next).fold(victim, |victim, ((page, body), (_, its))| {
        let id = contents.raw(*page).and_then(|raw| raw.id.clone()).unwrap_or_default();
        let victim = victim.editing(*page, titles(&format!("Another page {id}")));
        if body == its { victim } else { victim.editing(*body, [Op::CopyProperty { name: "body", from: *its }]) }
    });
    (pages.len() > 1).then_some(all)
}

/// Every page that has an older version, as that was.
pub(super) fn all_stale(contents: &Contents) -> Option<Victim> {
    let victims: Vec<Victim> = contents.of_class("Page").filter_map(|page| stale(contents, page)).collect();
    let said = Victim::new(contents, "took the newest edit from every page that has an older version", &[]);
    (victims.len() > 1).then(|| victims.into_iter().fold(said, Victim::and))
}

/// Another title in place of this one, and what it is called.
fn other_title(mutation: Mutation, title: &str) -> Option<(&'static str, String)> {
    Some(match mutation {
        Mutation::RenameTitle => ("renamed the page", format!("{title} (renamed)")),
        Mutation::GarbleTitle => {
            // Each byte of UTF-8 read as a letter of its own, without the range of control characters.
            let garbled = title.bytes().map(|byte| if byte < 0x80 { byte } else { byte | 0x20 }).map(char::from);
            ("garbled the title of the page", garbled.collect())
        }
        Mutation::DecomposeTitle => ("decomposed letters of the title of the page", decomposed(title)?),
        Mutation::RecaseTitle => ("wrote the title of the page in capitals", title.to_uppercase()),
        _ => return None,
    })
}

/// A text with its first composed Latin letters taken apart.
fn decomposed(text: &str) -> Option<String> {
    const LETTERS: [(char, &str); 14] = [
        ('ä', "a\u{308}"),
        ('ö', "o\u{308}"),
        ('ü', "u\u{308}"),
        ('Ä', "A\u{308}"),
        ('Ö', "O\u{308}"),
        ('Ü', "U\u{308}"),
        ('é', "e\u{301}"),
        ('è', "e\u{300}"),
        ('á', "a\u{301}"),
        ('à', "a\u{300}"),
        ('í', "i\u{301}"),
        ('ó', "o\u{301}"),
        ('ú', "u\u{301}"),
        ('ñ', "n\u{303}"),
    ];
    let (composed, apart) = LETTERS.iter().find(|(letter, _)| text.contains(*letter))?;
    Some(text.replace(*composed, apart))
}

fn swapped(contents: &Contents, page: usize) -> Option<Victim> {
    let body = plain_body(contents, page)?;
    let home = contents.raw(page)?.reference("space");
    let digest = |body: usize| contents.things().get(body).and_then(|thing| thing.body.as_ref());
    let other = contents.of_class("Page").find_map(|other| {
        let beside = contents.raw(other).is_some_and(|raw| raw.reference("space") == home);
        plain_body(contents, other).filter(|its| beside && digest(*its) != digest(body)).map(|its| (other, its))
    });
    let (other, its) = other?;
    let victim = Victim::new(contents, "swapped the texts of the pages", &[(Kind::Page, page), (Kind::Page, other)]);
    Some(
        victim
            .editing(body, [Op::CopyProperty { name: "body", from: its }])
            .editing(its, [Op::CopyProperty { name: "body", from: body }]),
    )
}

fn moved(mutation: Mutation, seed: u64, contents: &Contents, page: usize) -> Option<Victim> {
    let raw = contents.raw(page).filter(|_| is_leaf(contents, page))?;
    let (class, id) = raw.reference("parent")?;
    let old = contents.find(class, id)?;
    let new = first(mutation, seed, contents.of_class("Page").collect(), |new| {
        let beside = contents.raw(new).is_some_and(|other| other.reference("space") == raw.reference("space"));
        (new != page && new != old && beside && contents.is_live_holder(new)).then_some(new)
    })?;
    let members: BTreeSet<Name> = contents.name_of(page).into_iter().collect();
    let leave =
        ["children", "childrens"].map(|name| Op::DropMembers { collection: Some(name), members: members.clone() });
    let set = Op::SetReference { name: "parent", id: contents.raw(new)?.id.clone()? };
    let victim = Victim::new(contents, "moved the page", &[(Kind::Page, page)])
        .editing(page, [set, Op::DropCollection { name: "ancestors" }])
        .editing(new, [Op::AddChild { id: raw.id.clone()? }]);
    let named = contents.pointers(page).iter().any(|pointer| pointer.from == old && pointer.member);
    Some(if named { victim.editing(old, leave) } else { victim })
}
