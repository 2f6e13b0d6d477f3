#!/usr/bin/env python3
"""The normal form of storage format, independent of src/storage: a tree is made of the text and written again.

Usage: normal.py < TEXTS     a JSON list of texts; prints a JSON list of [form, references] or null, one for each
"""

import html.entities
import json
import re
import sys

NAME = r"(?:[A-Za-z_:]|[^\x00-\x7f])(?:[-A-Za-z0-9_:.]|[^\x00-\x7f])*"
ATTRIBUTE = rf"[ \t\r\n]+({NAME})[ \t\r\n]*=[ \t\r\n]*(\"[^\"<]*\"|'[^'<]*')"
TOKEN = re.compile(rf"(?P<asis><!--.*?-->|<\?.*?\?>)|<!\[CDATA\[(?P<cdata>.*?)\]\]>|</(?P<end>{NAME})[ \t\r\n]*>"
                   rf"|<(?P<start>{NAME})(?P<attributes>(?:{ATTRIBUTE})*)[ \t\r\n]*(?P<closed>/?)>|(?P<text>[^<]+)", re.DOTALL)
REFERENCE = re.compile(r"&(#[0-9]+|#x[0-9A-Fa-f]+|[A-Za-z][A-Za-z0-9]*);")
LONGEST = 40
PLAIN = {"ac:plain-text-body", "ac:plain-text-link-body"}
VOLATILE = {"ac:macro-id", "ac:local-id", "local-id", "ri:version-at-save"}
REFERENCES = {"ri:userkey": "user", "ri:account-id": "account", "ri:content-id": "content"}


class Malformed(Exception):
    pass


def character(name):
    """The character of a reference, or None where it stays as it is written."""
    if not name.startswith("#"):
        code = 39 if name == "apos" else html.entities.name2codepoint.get(name)
    else:
        code = int(name[2:], 16) if name[1] == "x" else int(name[1:])
        if code > 0x10ffff or 0xd800 <= code < 0xe000 or code in (0xfffe, 0xffff) or code < 32 and code not in (9, 10, 13):
            code = None
    return None if code is None else chr(code)


def pieces(text):
    """(character, whether it was a reference), or (reference, None) for one that stays."""
    at = 0
    while at < len(text):
        if text[at] != "&":
            yield text[at], False
            at += 1
            continue
        found = REFERENCE.match(text, at)
        if not found or found.end() - at > LONGEST:
            raise Malformed
        known = character(found[1])
        yield (found[0], None) if known is None else (known, True)
        at = found.end()


def escaped(text, value):
    out = []
    for piece, referred in pieces(text):
        if referred is not None:
            named = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
            if value:
                named['"'] = "&quot;"
            if referred:
                named["\r"] = "&#13;"
                named.update({"\n": "&#10;", "\t": "&#9;"} if value else {})
            piece = named.get(piece, piece)
        out.append(piece)
    return "".join(out)


def tree(text):
    root = (None, {}, [])
    open_, at = [root], 0
    while at < len(text):
        token = TOKEN.match(text, at)
        if not token:
            raise Malformed
        at, inner = token.end(), open_[-1][2]
        if token["text"] is not None:
            inner.append(("text", token["text"]))
        elif token["asis"] is not None:
            inner.append(("asis", token["asis"]))
        elif token["cdata"] is not None:
            inner.append(("cdata", token["cdata"]))
        elif token["end"] is not None:
            if open_[-1][0] != token["end"]:
                raise Malformed
            open_.pop()
        else:
            pairs = [(name, quoted[1:-1]) for name, quoted in re.findall(ATTRIBUTE, token["attributes"])]
            if len(dict(pairs)) != len(pairs):
                raise Malformed
            node = (token["start"], dict(pairs), [])
            inner.append(node)
            if not token["closed"]:
                open_.append(node)
    if len(open_) != 1:
        raise Malformed
    return root


def plain(nodes, references):
    """The inside of an element whose text is taken as it is: runs of text and CDATA, whatever else between them."""
    out, run = [], ""

    def flush():
        nonlocal run
        parts = []
        for part in run.replace("]] >", "]]>").split("\r"):
            parts.append("<![CDATA[" + part.replace("]]>", "]]]]><![CDATA[>") + "]]>" if part else "")
        out.append("&#13;".join(parts))
        run = ""

    for node in nodes:
        if node[0] == "cdata":
            run += node[1]
        elif node[0] == "text":
            for piece, referred in pieces(node[1]):
                if referred is None:
                    flush()
                    out.append(piece)
                else:
                    run += piece
        else:
            flush()
            out.append(written(node, references))
    flush()
    return "".join(out)


def written(node, references):
    if len(node) == 2:
        return {"text": lambda text: escaped(text, False), "asis": str, "cdata": lambda text: f"<![CDATA[{text}]]>"}[node[0]](node[1])
    name, attributes, inner = node
    tag = "<" + name
    for attribute, value in sorted(attributes.items(), key=lambda pair: pair[0].encode()):
        value = escaped(value, True)
        if attribute in VOLATILE or (attribute, value) == ("ac:schema-version", "1"):
            continue
        if attribute in REFERENCES:
            references.append((REFERENCES[attribute], value))
            value = ""
        tag += f' {attribute}="{value}"'
    inside = plain(inner, references) if name in PLAIN else "".join(written(child, references) for child in inner)
    return f"{tag}>{inside}</{name}>" if inside else tag + "/>"


def normal(text):
    """Form and references of a text; None where it isn't well-formed."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("]] >", "]]>")
    references = []
    try:
        return "".join(written(node, references) for node in tree(text)[2]), references
    except Malformed:
        return None


if __name__ == "__main__":
    json.dump([normal(text) for text in json.load(sys.stdin)], sys.stdout)
