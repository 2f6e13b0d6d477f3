"""Reads a Confluence with the public package atlassian-python-api, unmodified, and prints what its calls gave as JSON.

Usage: public_client.py URL USER PASSWORD
"""

import hashlib
import json
import sys

from atlassian import Confluence
from atlassian.errors import ApiValueError


def window(call, *arguments, limit=7, **named):
    """All results of a call that takes start and limit and gives one page of a list."""
    found = []
    while True:
        page = call(*arguments, start=len(found), limit=limit, **named)
        results = page["results"]
        found += results
        if "next" not in page["_links"]:
            return found
        assert results, "a page without results that isn't the last"


def page_of(client, space, row):
    page = row["id"]
    expand = "body.storage,version,space,history,ancestors,metadata.labels"
    by_id = client.get_page_by_id(page, expand=expand)
    assert by_id["space"]["key"] == space and by_id["title"] == row["title"]
    by_title = client.get_page_by_title(space, row["title"])["results"]
    history = client.history(page)
    assert history["createdDate"] == by_id["history"]["createdDate"]
    ancestors = [above["id"] for above in client.get_page_ancestors(page)]
    assert ancestors == [above["id"] for above in by_id["ancestors"]]
    labels = [f'{label["prefix"]}:{label["name"]}' for label in client.get_page_labels(page)["results"]]
    assert sorted(labels) == sorted(f'{own["prefix"]}:{own["name"]}' for own in by_id["metadata"]["labels"]["results"])
    restricted = client.get_all_restrictions_for_content(page)
    return {
        "id": page,
        "space": space,
        "title": by_id["title"],
        "ids by title": [one["id"] for one in by_title],
        "parent": ancestors[-1] if ancestors else None,
        "children": sorted(child["id"] for child in client.get_page_child_by_type(page, type="page")),
        "version": by_id["version"]["number"],
        "created": history["createdDate"],
        "author": history["createdBy"].get("username"),
        "editor": by_id["version"]["by"].get("username"),
        "body bytes": len(by_id["body"]["storage"]["value"].encode()),
        "labels": sorted(labels),
        "attachments": attachments_of(client, page),
        "comments": sorted(one["id"] for one in window(client.get_page_comments, page, depth="all", limit=2)),
        "restrictions": sorted(restrictions_of(restricted)),
    }


def attachments_of(client, page):
    listed = window(client.get_attachments_from_content, page, expand="version")
    downloaded = client.download_attachments_from_page(page, limit=7, to_memory=True)
    assert sorted(downloaded) == sorted(row["title"] for row in listed)
    files = [(row["id"], row["title"], downloaded[row["title"]].getvalue()) for row in listed]
    return sorted([number, title, len(own), hashlib.sha256(own).hexdigest()] for number, title, own in files)


def restrictions_of(answer):
    for operation in ("read", "update"):
        subjects = answer[operation]["restrictions"]
        yield from (f'{operation} user {user["username"]}' for user in subjects["user"]["results"])
        yield from (f'{operation} group {group["name"]}' for group in subjects["group"]["results"])


def searched(client, space, rows):
    """What cql finds is what lists hold, and what it doesn't understand is the error that the package knows."""
    query = f'type = page and space = "{space}" order by id'
    first = client.cql(query, start=0, limit=5, expand="content.version")
    assert first["totalSize"] == len(rows) and first["cqlQuery"] == query
    assert all(row["content"]["version"]["number"] for row in first["results"])
    found = [row["content"]["id"] for row in client.iter_cql(query, limit=5)]
    assert found == sorted((row["id"] for row in rows), key=int), found
    for row in rows:
        quoted = row["title"].replace("\\", "\\\\").replace('"', '\\"')
        by_title = client.cql(f'type = page and space = "{space}" and title = "{quoted}"')
        assert [one["content"]["id"] for one in by_title["results"]] == [row["id"]]
    try:
        client.cql("type = page and")
    except ApiValueError:
        return
    raise AssertionError("half a query was answered")


def read(client):
    spaces = window(client.get_all_spaces, limit=1)
    groups = client.get_all_groups()
    members = {group["name"]: client.get_group_members(group["name"], limit=200)["results"] for group in groups}
    users = sorted({user["username"] for all in members.values() for user in all})
    pages = []
    for space in spaces:
        assert client.get_space(space["key"], expand="description.plain,homepage")["name"] == space["name"]
        rows = list(client.get_all_pages_from_space(space["key"], limit=7, expand="version"))
        searched(client, space["key"], rows)
        pages += [page_of(client, space["key"], row) for row in rows]
    return {
        "spaces": sorted([space["key"], space["name"]] for space in spaces),
        "groups": {name: sorted(user["username"] for user in all) for name, all in members.items()},
        "users": {name: client.get_user_details_by_username(name)["displayName"] for name in users},
        "pages": sorted(pages, key=lambda page: int(page["id"])),
    }


if __name__ == "__main__":
    address, user, password = sys.argv[1:]
    json.dump(read(Confluence(address, username=user, password=password)), sys.stdout)
