use super::lengths;
use crate::mock::answer::{Answer, Refusal};
use crate::mock::expand::Expand;
use crate::mock::json::Json;
use crate::mock::paging::{Lengths, offset};
use crate::mock::server::Call;
use crate::mock::shapes;
use crate::mock::store::{Content, ContentKind, Operation, Status};

pub fn missing(id: &str) -> Refusal {
    Refusal::not_found(format!("No content found with id: ContentId{{id={id}}}"))
}

/// The row of the path's id, of whatever status. The prefix `att`, which older versions and Cloud print, is understood.
pub fn row<'a>(call: &Call<'a>) -> Result<&'a Content, Refusal> {
    let id = call.name("id");
    let number = id.strip_prefix("att").unwrap_or(id).parse::<u64>();
    let number = number.map_err(|_| Refusal::bad_request(format!("Invalid content id: {id}")))?;
    let shown = |row: &&Content| row.kind.is_shown();
    call.view.site.content.get(&number).filter(shown).ok_or_else(|| missing(id))
}

/// `GET content/{id}`: the current row; another status must be asked for, and an older version by its number.
pub fn one_content(call: &Call<'_>) -> Answer<Json> {
    let live = row(call)?;
    let expand = call.ask.expand();
    let wanted = call.ask.list("status");
    let version = call.ask.number::<u64>("version")?;
    if wanted.contains(&"historical") || version.is_some() {
        let site = call.view.site;
        let found = match version {
            Some(number) if number != live.number => site.versions(live).into_iter().find(|row| row.number == number),
            _ => Some(live),
        };
        return shapes::outermost(&call.view, found.ok_or_else(|| missing(call.name("id")))?, &expand);
    }
    let fits = |word: &&str| match *word {
        "any" => live.status != Status::Draft,
        word => word == live.status.word(),
    };
    let shown = if wanted.is_empty() { live.status == Status::Current } else { wanted.iter().any(fits) };
    if !shown || live.original.is_some() {
        return Err(missing(call.name("id")));
    }
    shapes::outermost(&call.view, live, &expand)
}

/// `GET content/{id}/history`.
pub fn content_history(call: &Call<'_>) -> Answer<Json> {
    let mut to = Json::default();
    shapes::history(&call.view, row(call)?, &call.ask.expand(), &mut to)?;
    Ok(to)
}

/// `GET /rest/experimental/content/{id}/version`: all versions, newest first, the live one included.
pub fn versions(call: &Call<'_>) -> Answer<Json> {
    let live = row(call)?;
    let expand = call.ask.expand();
    let all = std::iter::once(live).chain(call.view.site.versions(live));
    let content = expand.has("content").then(|| expand.under("content"));
    let lengths = lengths(call, expand.under("content"), 200);
    offset(&call.view, &call.ask, lengths, all, |row, to| shapes::version(&call.view, row, content, to))
}

/// A page of a list of content.
pub fn list<'a>(
    call: &Call<'a>,
    default: usize,
    rows: impl Iterator<Item = &'a Content>,
    expand: &Expand,
) -> Answer<Json> {
    let lengths = lengths(call, expand, default);
    offset(&call.view, &call.ask, lengths, rows, |row, to| shapes::content(&call.view, row, expand, to))
}

/// `GET content/{id}/child/comment`: comments that answer none, or with `depth=all` replies too; `location` picks footer, inline (open)
/// and resolved ones, all of them where it isn't there.
pub fn comments(call: &Call<'_>) -> Answer<Json> {
    let holder = row(call)?;
    let expand = call.ask.expand();
    let (all, places) = (call.ask.get("depth") == Some("all"), call.ask.list("location"));
    let site = call.view.site;
    let root = |row: &Content| row.parent.is_none_or(|parent| !site.content.contains_key(&parent));
    let wanted = |row: &&Content| {
        row.status == Status::Current && (all || root(row)) && (places.is_empty() || places.contains(&place(row)))
    };
    let found = site.held(holder.id, ContentKind::Comment).filter(wanted);
    list(call, 25, found, &expand)
}

/// The word of the request's filter for a comment.
fn place(row: &Content) -> &'static str {
    match row.inline.as_ref().map(|inline| inline.status.as_deref()) {
        None => "footer",
        Some(Some("resolved" | "dangling")) => "resolved",
        Some(_) => "inline",
    }
}

/// `GET content/{id}/child/attachment`.
pub fn attachments(call: &Call<'_>) -> Answer<Json> {
    let holder = row(call)?;
    let expand = call.ask.expand();
    let (name, media_type) = (call.ask.get("filename"), call.ask.get("mediaType"));
    let wanted = |row: &&Content| {
        let own = row.file.as_ref().and_then(|file| file.media_type.as_deref());
        row.status == Status::Current
            && name.is_none_or(|name| row.title == name)
            && media_type.is_none_or(|wanted| own == Some(wanted))
    };
    let found = call.view.site.held(holder.id, ContentKind::Attachment).filter(wanted);
    list(call, 50, found, &expand)
}

/// `GET content/{id}/child/page`.
pub fn child_pages(call: &Call<'_>) -> Answer<Json> {
    let parent = row(call)?;
    let expand = call.ask.expand();
    let found = call.view.site.pages_below(parent);
    list(call, 25, found, &expand)
}

/// `GET content/{id}/label`.
pub fn content_labels(call: &Call<'_>) -> Answer<Json> {
    let row = row(call)?;
    let labels = shapes::labels(&call.view, row).into_iter();
    let wanted = call.ask.get("prefix");
    let labels =
        labels.filter(|label| wanted.is_none_or(|wanted| label.get("prefix").is_some_and(|own| own == wanted)));
    offset(&call.view, &call.ask, Lengths { default: 200, most: 200 }, labels, |label, to| {
        to.value(&label);
        Ok(())
    })
}

/// `GET content/{id}/restriction/byOperation`: read and update are there unasked. Whoever asks for nothing gets their users and groups
/// too; whoever asks for something gets just that (docs/confluence.md, R15).
pub fn restrictions(call: &Call<'_>) -> Answer<Json> {
    let row = row(call)?;
    let mut asked: Vec<&str> = call.ask.all("expand").collect();
    if asked.is_empty() {
        let subjects =
            "read.restrictions.user,read.restrictions.group,update.restrictions.user,update.restrictions.group";
        asked.push(subjects);
    }
    asked.push("read,update");
    let mut to = Json::default();
    shapes::by_operation(&call.view, row, &Expand::parse(asked.into_iter()), &mut to)?;
    Ok(to)
}

/// `GET content/{id}/restriction/byOperation/{operation}`: one of them, with users and groups where nothing else is asked for
/// (docs/confluence.md, R15).
pub fn restriction(call: &Call<'_>) -> Answer<Json> {
    let row = row(call)?;
    let word = call.name("operation");
    let operation = [Operation::Read, Operation::Update].into_iter().find(|operation| operation.word() == word);
    let operation = operation.ok_or_else(|| Refusal::bad_request(format!("Unknown operation: {word}")))?;
    let mut asked: Vec<&str> = call.ask.all("expand").collect();
    if asked.is_empty() {
        asked.push("restrictions.user,restrictions.group");
    }
    let mut to = Json::default();
    shapes::of_operation(&call.view, row, operation, &Expand::parse(asked.into_iter()), &mut to)?;
    Ok(to)
}
