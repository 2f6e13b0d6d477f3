"""Calls every reading call of the public package atlassian-python-api against a Confluence and prints how each ended as JSON.

Usage: public_client_survey.py URL USER PASSWORD
An answer is "works"; a refusal is its HTTP status, or the name of the exception where none was met.
"""

import inspect
import json
import logging
import os
import re
import sys
import tempfile
import types
import warnings

from atlassian import Confluence

READING = re.compile(
    r"(get_|iter_|cql|search_|page_exists|page_has|blog_post_exists|has_|is_|check_|download_|scrap_|export_|team_calendar"
    r"|synchrony_get|collaborative_editing_(get|shared|synchrony)|(history|audit|anonymous|reindex_get_status|health_check)$)"
)


def samples(client):
    """Values for parameters, by their names, from the first page that has comments."""
    rows = client.get("rest/api/content", params={"type": "comment", "expand": "container,space", "limit": 1})["results"]
    comment, page = rows[0]["id"], rows[0]["container"]
    key, title = rows[0]["space"]["key"], page["title"]
    attachment = client.get("rest/api/content", params={"type": "attachment", "limit": 1})["results"][0]["id"]
    user = client.get_group_members("confluence-users")["results"][0]
    return {
        "page_id": page["id"], "content_id": page["id"], "comment_id": comment, "attachment_id": attachment, "parent_id": page["id"],
        "space_key": key, "space": key, "space_keys": [key], "title": title, "label": "none", "content_type": "page",
        "username": user["username"], "userkey": user["userKey"], "user_key": user["userKey"], "accountid": "none",
        "group_name": "confluence-users", "cql": "type = page", "query": "type = page", "regex": "a", "body": "none",
        "version_number": 1, "template_id": 1, "property_key": "none", "page_property_key": "none", "task_id": "none",
        "plugin_key": "none", "restriction_type": "View", "export_type": "xml", "sub_calendar_id": "none", "start": 0, "end": 0,
        "user_time_zone_id": "UTC",
    }


def status(error):
    """The HTTP status behind an exception of the package, which wraps the one of requests."""
    seen = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        response = getattr(error, "response", None)
        if response is not None:
            return response.status_code
        error = getattr(error, "reason", None) or error.__cause__ or error.__context__
    return None


def outcome(call, values):
    wanted = [name for name, own in inspect.signature(call).parameters.items()
              if own.default is own.empty and own.kind not in (own.VAR_POSITIONAL, own.VAR_KEYWORD)]
    if call.__name__ in ("cql_all", "iter_cql"):
        wanted = ["cql"]
    try:
        result = call(*(values[name] for name in wanted))
        if isinstance(result, types.GeneratorType):
            list(result)
    except Exception as error:
        return str(status(error) or type(error).__name__)
    return "works"


if __name__ == "__main__":
    logging.disable()
    warnings.simplefilter("ignore")
    address, user, password = sys.argv[1:]
    confluence = Confluence(address, username=user, password=password)
    own = type(confluence._impl)
    names = [name for name, kind in inspect.getmembers(own, inspect.isfunction) if READING.match(name) and name in vars(own)]
    known = samples(confluence)
    # What is downloaded without a folder lands in the current one.
    os.chdir(tempfile.mkdtemp())
    json.dump({name: outcome(getattr(confluence, name), known) for name in names}, sys.stdout)
