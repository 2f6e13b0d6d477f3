use super::content::row;
use super::lengths;
use super::spaces::find;
use crate::mock::answer::{Answer, Ask, Refusal};
use crate::mock::expand::Expand;
use crate::mock::json::Json;
use crate::mock::paging::offset;
use crate::mock::server::Call;
use crate::mock::shapes::{self, Owner, properties_of_content as of_content, properties_of_space as of_space};
use crate::mock::store::Content;

/// `GET content/{id}/property`.
pub fn content_properties(call: &Call<'_>) -> Answer<Json> {
    let owner = row(call)?;
    list(call, Owner::Content(owner), of_content(call.view.site, owner))
}

/// `GET content/{id}/property/{key}`.
pub fn content_property(call: &Call<'_>) -> Answer<Json> {
    let owner = row(call)?;
    one(call, Owner::Content(owner), of_content(call.view.site, owner))
}

/// `GET space/{key}/property`.
pub fn space_properties(call: &Call<'_>) -> Answer<Json> {
    let owner = find(call, call.name("key"))?;
    list(call, Owner::Space(owner), of_space(call.view.site, owner))
}

/// `GET space/{key}/property/{property}`.
pub fn space_property(call: &Call<'_>) -> Answer<Json> {
    let owner = find(call, call.name("key"))?;
    one(call, Owner::Space(owner), of_space(call.view.site, owner))
}

/// The version is there unasked (docs/confluence.md, R26).
fn expand(ask: &Ask) -> Expand {
    let asked: Vec<&str> = ask.all("expand").collect();
    if asked.is_empty() { Expand::parse(std::iter::once("version")) } else { Expand::parse(asked.into_iter()) }
}

fn list<'a>(call: &Call<'a>, owner: Owner<'a>, rows: impl Iterator<Item = &'a Content>) -> Answer<Json> {
    let (expand, wanted) = (expand(&call.ask), call.ask.list("key"));
    let rows = rows.filter(|row| wanted.is_empty() || wanted.contains(&row.title.as_str()));
    let lengths = lengths(call, expand.under("content"), 10);
    offset(&call.view, &call.ask, lengths, rows, |row, to| shapes::property(&call.view, row, owner, &expand, to))
}

fn one<'a>(call: &Call<'a>, owner: Owner<'a>, mut rows: impl Iterator<Item = &'a Content>) -> Answer<Json> {
    let key = call.name("property");
    let found = rows.find(|row| row.title == key);
    let found = found.ok_or_else(|| Refusal::not_found(format!("No property found with key : {key}")))?;
    let mut to = Json::default();
    shapes::property(&call.view, found, owner, &expand(&call.ask), &mut to)?;
    Ok(to)
}
