#!/usr/bin/env python3
"""Dumps every item of a Confluence export, XML or CSV, as JSON lines: a second reader, independent of the one under src/.

Usage: dump.py PACKAGE      a zip, or the folder that it was unpacked into

Standard library only. The whole package is read into memory; it is made for tests. One line an item, in the order of kinds and keys:
{"kind", "key", "id"?, "aside"?, "fields"}; a field that is null is absent.
"""

import csv
import gzip
import hashlib
import io
import json
import os
import re
import sys
import xml.parsers.expat
import zipfile
from collections import namedtuple

from normal import normal

KINDS = ["space", "page", "blog-post", "comment", "attachment", "version", "label", "restriction", "permission", "template",
         "user", "group", "membership", "draft", "watch", "like", "property", "profile", "task"]
CONTENT = {"Page", "BlogPost", "Comment", "Attachment", "Draft", "SpaceDescription", "PersonalInformation", "GlobalDescription",
           "CustomContentEntityObject"}
PAGELESS = {"SpaceDescription", "PersonalInformation", "GlobalDescription", "CustomContentEntityObject"}
SERVER_PERMISSIONS = set("VIEWSPACE EDITSPACE COMMENT CREATEATTACHMENT EDITBLOG REMOVEPAGE REMOVEBLOG REMOVECOMMENT REMOVEATTACHMENT "
                         "REMOVEMAIL REMOVEOWNCONTENT SETPAGEPERMISSIONS SETSPACEPERMISSIONS EXPORTPAGE EXPORTSPACE ARCHIVEPAGE".split())
PARTS = {"MEDIA_TYPE", "FILESIZE", "inline-comment", "inline-marker-ref", "actualCommentType", "status"}
RESTLESS = re.compile("share-id|sync-rev|sync-rev-source|collabService|ncs-step-version|ncs-step-version-source|macroNames|macro-count[.].*|"
                      "macro-create-events-published-for-version|MINOR_EDIT|FILESTORE_ID|COLLECTION_NAME_TYPE|FILE_IN_MEDIA|"
                      "DOCUMENT_ARTIFACT_IN_MEDIA")
STORAGE = "confluence-content-property-storage:content-property"
Ref = namedtuple("Ref", "cls id")


# ---- the package ----------------------------------------------------------------------------------------------------------------

def entries_of(path):
    """Name → bytes of all files."""
    files = {}
    if os.path.isdir(path):
        for folder, _, names in os.walk(path):
            for name in names:
                full = os.path.join(folder, name)
                with open(full, "rb") as handle:
                    files[os.path.relpath(full, path).replace(os.sep, "/")] = handle.read()
    else:
        with zipfile.ZipFile(path) as package:
            for info in package.infolist():
                if not info.is_dir():
                    files[re.sub(r"^(\./)+", "", info.filename)] = package.read(info)
    tops = {name.split("/", 1)[0] for name in files}
    if len(tops) == 1 and "entities.xml" not in files:
        top = tops.pop() + "/"
        files = {name[len(top):]: data for name, data in files.items()}
    return files


def properties_of(data):
    """The simple part of Java's properties form; descriptors use no more."""
    found = {}
    for line in data.decode("utf-8", "replace").splitlines():
        if line.strip() and not line.lstrip().startswith(("#", "!")) and "=" in line:
            key, value = line.split("=", 1)
            found[key.strip().replace("\\", "")] = re.sub(r"\\(.)", r"\1", value.lstrip())
    return found


def legal(data):
    """XML without what XML 1.0 forbids."""
    text = data.decode("utf-8", "replace")
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "\ufffd", text)


# ---- objects --------------------------------------------------------------------------------------------------------------------

class Obj:
    def __init__(self, cls):
        self.cls, self.id, self.props, self.lists = cls, None, {}, {}

    def text(self, name):
        value = self.props.get(name)
        return value if isinstance(value, str) and value != "" else None

    def int(self, name):
        value = self.text(name)
        return int(value) if value is not None and re.fullmatch(r"\s*[+-]?\d+\s*", value) else None

    def ref(self, name):
        value = self.props.get(name)
        return value.id if isinstance(value, Ref) else None

    def num(self, name):
        value = self.ref(name)
        return int(value) if value is not None and value.isdigit() else None

    def refs(self, name):
        return [int(m.id) for m in self.lists.get(name, []) if isinstance(m, Ref) and m.id.isdigit()]


class Lexer:
    """Elements as a stack of (name, attributes, text, children); an object is taken apart when it closes."""

    def __init__(self):
        self.stack, self.objects = [], []

    def start(self, name, attributes):
        self.stack.append((name, attributes, [], []))

    def data(self, text):
        if self.stack:
            self.stack[-1][2].append(text)

    def end(self, name):
        node = self.stack.pop()
        if name == "object":
            self.objects.append(self.object(node))
        elif len(self.stack) > 1:
            self.stack[-1][3].append(node)

    def object(self, node):
        _, attributes, _, children = node
        found = Obj(attributes["class"])
        for child in children:
            name, attributes, text, inner = child
            if name == "id":
                found.id = "".join(text).strip()
            elif name == "composite-id":
                found.id = ",".join(f"{part[1].get('name')}={''.join(part[2]).strip()}" for part in inner)
            elif name == "property":
                value = self.value(child)
                if found.props.get(attributes["name"]) in (None, ""):
                    found.props[attributes["name"]] = value
            elif name == "collection":
                found.lists.setdefault(attributes["name"], [self.value(member) for member in inner])
        return found

    @staticmethod
    def value(node):
        _, attributes, text, children = node
        ids = [child for child in children if child[0] == "id"]
        if ids:
            return Ref(attributes.get("class"), "".join(ids[0][2]).strip())
        if children:
            return None
        text = "".join(text)
        if "enum-class" in attributes:
            text = text.strip()
        return None if "class" in attributes and not text.strip() else text


def lex(text):
    lexer = Lexer()
    parser = xml.parsers.expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = lexer.start, lexer.end, lexer.data
    parser.Parse(text.encode("utf-8"), True)
    return lexer.objects


# ---- tables ---------------------------------------------------------------------------------------------------------------------

CONTENT_TYPES = {"PAGE": "Page", "BLOGPOST": "BlogPost", "COMMENT": "Comment", "ATTACHMENT": "Attachment", "CUSTOM": "CustomContentEntityObject",
                 "SPACEDESCRIPTION": "SpaceDescription", "USERINFO": "PersonalInformation", "GLOBALDESCRIPTION": "GlobalDescription",
                 "DRAFT": "Draft", "FOLDER": "Page"}
# Per table: class, column of the id, and the columns by property; a property with > in front refers to another object.
COLUMNS = {
    "user_mapping": ("ConfluenceUserImpl", "user_key", "username=name lower_username=lowerName"),
    "spaces": ("Space", "spaceid", "spacename=name spacekey=key spacedescid=>description homepage=>homePage creator=>creator "
               "creationdate=creationDate spacetype=spaceType spacestatus=spaceStatus"),
    "content": (None, "contentid", "title=title version=version creator=>creator creationdate=creationDate lastmodifier=>lastModifier "
                "lastmoddate=lastModificationDate versioncomment=versionComment prevver=>originalVersion content_status=contentStatus "
                "pageid=>containerContent spaceid=>space child_position=position parentid=>parent parentcommentid=>parent "
                "pluginkey=pluginModuleKey username=>user"),
    "bodycontent": ("BodyContent", "bodycontentid", "body=body contentid=>content bodytypeid=bodyType"),
    "contentproperties": ("ContentProperty", "propertyid", "propertyname=name stringval=stringValue longval=longValue dateval=dateValue "
                          "contentid=>content"),
    "label": ("Label", "labelid", "name=name namespace=namespace owner=>owningUser"),
    "content_label": ("Labelling", "id", "labelid=>label contentid=>content pagetemplateid=>pageTemplate labelableid=labelableId "
                      "labelabletype=labelableType"),
    "content_perm_set": ("ContentPermissionSet", "id", "cont_perm_type=type content_id=>owningContent"),
    "content_perm": ("ContentPermission", "id", "cp_type=type username=>userSubject groupname=groupName cps_id=>owningSet"),
    "spacepermissions": ("SpacePermission", "permid", "spaceid=>space permtype=type permgroupname=group permusername=>userSubject "
                         "permalluserssubject=allUsersSubject"),
    "pagetemplates": ("PageTemplate", "templateid", "templatename=name templatedesc=description content=content spaceid=>space "
                      "prevver=>originalVersionPageTemplate bodytypeid=bodyType"),
    "notifications": ("Notification", "notificationid", "contentid=>content labelid=>label spaceid=>space username=>receiver "
                      "creationdate=creationDate digest=digest network=network contenttype=type"),
    "likes": ("LikeEntity", "id", "contentid=>content username=>user creationdate=creationDate liked=liked"),
    "ao_baf3aa_aoinline_task": ("InlineTask", "global_id", "content_id=>content id=taskId body=body task_status=status "
                                "assignee_user_key=>assignee creator_user_key=>creator complete_user_key=>completeUser "
                                "create_date=creationDate update_date=updateDate due_date=dueDate complete_date=completeDate"),
}


def unpacked(data):
    """Names on .gz say nothing: the first bytes do."""
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


def tables(files, only=None):
    """The objects of all tables that are known, or of one."""
    found = []
    for name, data in sorted(files.items()):
        match = re.fullmatch(r"([^/]+)\.csv(\.gz)?", name, re.IGNORECASE)
        table = match[1].lower() if match else None
        if table not in COLUMNS or only not in (None, table):
            continue
        data = unpacked(data)
        csv.field_size_limit(1 << 30)
        rows = csv.reader(io.StringIO(legal(data).lstrip("\ufeff"), newline=""), strict=True)
        header = [column.strip().lower() for column in next(rows)]
        found += [of_row(table, dict(zip(header, row))) for row in rows if row and len(row) == len(header)]
    return found


def of_row(table, row):
    cls, own, columns = COLUMNS[table]
    obj = Obj(cls or CONTENT_TYPES.get(row["contenttype"].upper(), row["contenttype"]))
    obj.id = row.get(own) or None
    for column, name in (pair.split("=") for pair in columns.split()):
        value = row.get(column, "").replace("\r\n", "\n").replace("\r", "\n")
        if value and not obj.props.get(name.lstrip(">")):
            obj.props[name.lstrip(">")] = Ref(None, value) if name.startswith(">") else value
    if row.get("contenttype", "").upper() == "FOLDER":
        obj.props["isFolder"] = "true"
    return obj


# ---- values ---------------------------------------------------------------------------------------------------------------------

def clock(text):
    match = re.match(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d+))?", text or "")
    return f"{match[1]} {match[2]}.{((match[3] or '') + '000')[:3]}" if match else None


def digest(text):
    """The strict digest of a body and its length; nothing for nothing."""
    if not text:
        return None, None
    data = text.replace("\r\n", "\n").replace("\r", "\n").replace("]] >", "]]>").encode("utf-8")
    return "sha256:" + hashlib.sha256(data).hexdigest(), len(data)


class Reader:
    def __init__(self, path):
        self.files = entries_of(path)
        names = ("exportDescriptor.properties", "exportDescriptor.properties.gz")
        self.descriptor = properties_of(unpacked(next((self.files[name] for name in names if name in self.files), b"")))
        self.tables, self.content = {}, {}
        if "entities.xml" in self.files:
            objects = lex(legal(self.files["entities.xml"])) + tables(self.files, "ao_baf3aa_aoinline_task")
        else:
            objects = tables(self.files)
        for obj in objects:
            key = obj.id if obj.cls == "ConfluenceUserImpl" else int(obj.id) if (obj.id or "").isdigit() else obj.id
            table = self.content if obj.cls in CONTENT else self.tables.setdefault(obj.cls, {})
            table.pop(key, None)
            table[key] = obj
        self.items = []
        self.join()

    def table(self, cls):
        return sorted(self.tables.get(cls, {}).items())

    # -- joins

    def listed(self, owners, collection):
        return {member: owner for owner, obj in owners for member in obj.refs(collection)}

    def join(self):
        content = sorted(self.content.items())
        bodies = self.listed(content, "bodyContents")
        self.body = {}
        for body, obj in self.table("BodyContent"):
            owner = obj.num("content") if obj.num("content") is not None else bodies.get(body)
            self.body[owner] = (obj.text("body"), obj.int("bodyType"))
        owned = self.listed(content, "contentProperties")
        self.marks, self.owner = {}, {}
        for prop, obj in self.table("ContentProperty"):
            owner = obj.num("content") if obj.num("content") is not None else owned.get(prop)
            self.owner[prop] = owner
            self.marks.setdefault(owner, {}).setdefault(obj.text("name"), obj)
        versions = self.listed(content, "historicalVersions")
        self.original = {}
        for own, obj in content:
            self.original[own] = self.named_original(own, obj)
        for own, obj in content:
            owner = versions.get(own)
            live = owner in self.content and self.original[owner] is None and owner not in versions
            if self.original[own] is None and owner != own and live and self.status(obj) != "draft":
                self.original[own] = owner
        self.of_attachment, self.of_comment = self.listed(content, "attachments"), self.listed(content, "comments")

    def named_original(self, own, obj):
        for found in (obj.ref("originalVersion"), obj.text("originalVersionId"), obj.text("originalVersion")):
            if found and found.strip().isdigit():
                return int(found) if int(found) not in (0, own) else None
        return None

    def live(self, own):
        """The newest version that an older one belongs to."""
        for _ in range(1000):
            if own not in self.content or self.original[own] is None:
                break
            own = self.original[own]
        return own

    def status(self, obj):
        if obj.cls == "Draft":
            return "draft"
        word = obj.text("contentStatus")
        return {"deleted": "trashed", "archived": "archived", "draft": "draft"}.get(word, "current")

    def container(self, own):
        obj = self.content[own]
        for name in ("containerContent", "owner", "content"):
            if obj.num(name) is not None:
                return obj.num(name)
        listed = self.of_attachment if obj.cls == "Attachment" else self.of_comment
        if own in listed:
            return listed[own]
        if obj.cls == "Comment" and obj.num("parent") in self.content:
            return self.container(obj.num("parent"))
        return None

    # -- people

    def user(self, obj, key, name, unknown=None):
        ref = obj.ref(key)
        if ref is not None:
            user = self.tables.get("ConfluenceUserImpl", {}).get(ref)
            if user is None:
                return ref if unknown == "key" else None
            return user.text("name") or ref
        return obj.text(name)

    def authorship(self, obj):
        return {"author": self.user(obj, "creator", "creatorName"), "created": clock(obj.text("creationDate")),
                **self.editorship(obj)}

    def editorship(self, obj):
        return {"editor": self.user(obj, "lastModifier", "lastModifierName"), "edited": clock(obj.text("lastModificationDate"))}

    def bodyfields(self, own):
        return self.textfields(*self.body.get(own, (None, None)))

    @staticmethod
    def textfields(text, number):
        value, length = digest(text)
        written = {0: "wiki", 1: "raw", 2: "storage", None: None}.get(number, str(number)) if text else None
        return {"body": value, "body-bytes": length, "body-type": written}

    # -- items

    def formfields(self, text, number):
        """What is said of a text in storage format by its normal form."""
        if not text:
            return {"normal": None, "named-users": None, "named-content": None}
        found = normal(text) if number == 2 else None
        if found is None:
            return {}
        form, references = found
        users = [{"id": value, "key": self.named(by, value)} for by, value in references if by != "content"]
        content = [{"id": value, "key": ("content", int(value) if value.isdigit() else None)} for by, value in references if by == "content"]
        return {"normal": digest(form)[0], "named-users": users or None, "named-content": content or None}

    def named(self, by, value):
        users = self.tables.get("ConfluenceUserImpl", {})
        if by == "account":
            names = [row.text("name") for _, row in sorted(users.items()) if row.text("atlassianAccountId") == value and row.text("name")]
            return ["user", names[-1] if names else value]
        return ["user", users[value].text("name") or value] if value in users else None

    def allfields(self, own):
        return {**self.bodyfields(own), **self.formfields(*self.body.get(own, (None, None)))}

    def add(self, kind, holder, name, fields, own=None, aside=None):
        self.items.append({"kind": kind, "holder": holder, "name": name, "id": own, "aside": aside, "fields": fields})

    def read(self):
        self.scope()
        self.spaces()
        for own, obj in sorted(self.content.items()):
            if obj.cls in PAGELESS:
                continue
            if self.status(obj) == "draft":
                fields = {"title": self.title(obj) or None, **self.editorship(obj), **self.allfields(own)}
                self.add("draft", None, ["draft", str(own)], fields, own, "draft")
            elif obj.cls == "Attachment":
                self.attachment(own, obj)
            elif self.original[own] is not None:
                fields = {"number": obj.int("version"), "title": self.title(obj), "note": obj.text("versionComment"),
                          **self.editorship(obj), **self.allfields(own)}
                self.add("version", self.live(self.original[own]), self.version(obj.int("version")), fields, own)
            elif obj.cls == "Comment":
                self.comment(own, obj)
            else:
                self.page(own, obj)
        self.labels()
        self.restrictions()
        self.permissions()
        if self.site:
            self.people()
        self.watches()
        self.likes()
        self.properties()
        self.profiles()
        self.tasks()
        return self.resolve()

    @staticmethod
    def title(obj):
        names = ("title", "fileName") if obj.cls == "Attachment" else ("title",)
        return next((obj.text(name) for name in names if obj.text(name)), "")

    @staticmethod
    def version(number):
        return ["version", f"{number or 0:06}"]

    def scope(self):
        keys = [key.strip(" \t\r\n[]\"").lower() for name in ("spaceKey", "spaceKeys") for key in self.descriptor.get(name, "").split(",")]
        keys = [key for key in keys if key]
        self.site = self.descriptor.get("exportType", "").lower() in ("all", "site")
        spaces = self.table("Space")
        mine = {own for own, obj in spaces if self.site or not keys or (obj.text("key") or "").lower() in keys}
        self.foreign = {own for own, _ in spaces} - mine
        self.key = {own: obj.text("key") or "" for own, obj in spaces}

    def beyond(self, space):
        return "foreign-space" if space in self.foreign else None

    def spaces(self):
        for own, obj in self.table("Space"):
            description = obj.num("description")
            if description not in self.content:
                description = next((other for other, row in sorted(self.content.items()) if row.cls == "SpaceDescription"
                                    and row.num("space") == own and self.original[other] is None), None)
            archived = (obj.props.get("spaceStatus") or "").lower() == "archived"
            fields = {"title": obj.text("name") or "", "type": obj.text("spaceType"), "status": "archived" if archived else "current",
                      "homepage": ("content", obj.num("homePage")), "description": digest(self.body.get(description, (None,))[0])[0],
                      "author": self.user(obj, "creator", "creatorName"), "created": clock(obj.text("creationDate"))}
            self.add("space", None, ["space", self.key[own]], fields, own, self.beyond(own))
        listed = self.listed(self.table("Space"), "pageTemplates")
        for own, obj in self.table("PageTemplate"):
            if obj.ref("originalVersionPageTemplate") or (obj.text("contentStatus") or "current") != "current":
                continue
            space = obj.num("space") if obj.num("space") is not None else listed.get(own)
            aside = None if space is None else "orphan" if space not in self.key else self.beyond(space)
            fields = {"title": obj.text("name") or "", "description": obj.text("description"),
                      **self.textfields(obj.text("content"), obj.int("bodyType")),
                      **self.formfields(obj.text("content"), obj.int("bodyType"))}
            self.add("template", None, ["template", self.key.get(space, ""), obj.text("name") or ""], fields, None, aside)

    def page(self, own, obj):
        space, status = obj.num("space"), self.status(obj)
        key, aside = self.key.get(space, ""), self.beyond(space) if space in self.key else "orphan"
        fields = {"title": self.title(obj), "space": key or None, "status": status, **self.authorship(obj), "number": obj.int("version"),
                  "note": obj.text("versionComment"), **self.allfields(own)}
        if obj.cls == "Page":
            kind, name = "page", ["page", key, self.title(obj)]
            fields.update({"parent": ("content", obj.num("parent")), "folder": obj.text("isFolder") == "true"})
        else:
            kind, name = "blog-post", ["blog-post", key, (fields["created"] or "")[:10], self.title(obj)]
        self.add(kind, None, name + (["trashed"] if status == "trashed" else []), fields, own, aside)

    def comment(self, own, obj):
        status, marks = self.status(obj), self.marks.get(own, {})
        text = {name: prop.text("stringValue") for name, prop in marks.items()}
        marker = text.get("inline-marker-ref")
        inline = marker or (text.get("inline-comment") or "").lower() == "true" or text.get("actualCommentType") == "inline"
        fields = {**self.authorship(obj), "number": obj.int("version"), "status": status, "parent": ("content", obj.num("parent")),
                  **self.allfields(own), "location": "inline" if inline else "footer", "marker": marker}
        fields["resolution"] = (text.get("status") or "open") if marker else None
        text = self.body.get(own, (None, None))[0]
        form = normal(text) if text else None
        name = ["comment", fields["author"] or "", fields["created"] or "", (digest(form[0])[0] if form else fields["body"]) or ""]
        self.add("comment", self.container(own) or 0, name, fields, own, "trashed" if status == "trashed" else None)

    def number(self, obj):
        found = obj.int("version")
        return obj.int("attachmentVersion") if found is None else found

    def attachment(self, own, obj):
        original = self.original[own]
        live = None if original is None else self.live(original)
        number, status = self.number(obj), self.status(obj)
        if live in self.content and self.number(self.content[live]) == number:
            return
        media = obj.text("contentType")
        prop = self.marks.get(own, {}).get("MEDIA_TYPE")
        data = self.file(own, obj, live, number)
        fields = {"number": number, "note": obj.text("versionComment") or obj.text("comment"),
                  "media-type": media or (prop.text("stringValue") if prop else None), "bytes": None, "digest": None}
        if data is not None:
            fields.update({"bytes": len(data), "digest": "sha256:" + hashlib.sha256(data).hexdigest()})
        if live is not None:
            self.add("version", live, self.version(number), {**fields, **self.editorship(obj)}, own)
            return
        fields.update({"title": self.title(obj), "status": status, **self.authorship(obj)})
        holder, aside = self.container(own) or 0, None
        box = self.content.get(holder)
        if box is not None and box.cls in PAGELESS:
            described = box.cls == "SpaceDescription" and box.num("space") in self.key
            holder, aside = ["space", self.key[box.num("space")]] if described else ["no-page", str(holder)], "no-page"
        self.add("attachment", holder, ["attachment", self.title(obj)], fields, own, "trashed" if status == "trashed" else aside)

    def file(self, own, obj, live, number):
        box = self.container(own)
        if box is None and live in self.content:
            box = self.container(live)
        number = 1 if number is None else number
        folders = [own] if live is None else [live, own]
        names = [f"attachments/{box}/{folder}/{number}" for folder in folders] + [f"attachments/{box}/{own}"]
        for name in names:
            if name in self.files:
                return self.files[name]
        for folder in folders:
            for name in sorted(self.files):
                if re.fullmatch(rf"attachments/\d+/{folder}/{number}", name):
                    return self.files[name]
        return None

    def labels(self):
        listed = self.listed(sorted(self.content.items()), "labellings")
        labels, seen = self.tables.get("Label", {}), set()
        for own, obj in self.table("Labelling"):
            label, target = labels.get(obj.num("label")), obj.num("content")
            if target is None and obj.text("labelableType") in (None, "CONTENT"):
                target = obj.int("labelableId")
            target = listed.get(own) if target is None else target
            row = self.content.get(target)
            if obj.ref("pageTemplate") or label is None or row is None or label.text("namespace") == "my":
                continue
            if self.original[target] is not None and self.status(row) != "draft":
                continue
            name = f"{label.text('namespace') or 'global'}:{label.text('name') or ''}"
            if (target, name) in seen:
                continue
            seen.add((target, name))
            if row.cls == "SpaceDescription" and row.num("space") in self.key:
                space = row.num("space")
                self.add("label", ["space", self.key[space]], ["label", name], {}, None, self.beyond(space))
            elif row.cls not in PAGELESS:
                self.add("label", target, ["label", name], {})

    def restrictions(self):
        of_set = self.listed(sorted(self.content.items()), "contentPermissionSets")
        of_one = self.listed(self.table("ContentPermissionSet"), "contentPermissions")
        sets, seen = self.tables.get("ContentPermissionSet", {}), set()
        for own, obj in self.table("ContentPermission"):
            which = obj.num("owningSet") if obj.num("owningSet") is not None else of_one.get(own)
            if which not in sets:
                continue
            target = sets[which].num("owningContent")
            target = of_set.get(which) if target is None else target
            row = self.content.get(target)
            words = {"View": "read", "Edit": "update"}
            word = words.get(obj.text("type")) or words.get(sets[which].text("type"))
            group, user = obj.text("groupName"), self.user(obj, "userSubject", "userName", "key")
            if row is None or row.cls in {"PersonalInformation", "GlobalDescription", "CustomContentEntityObject"} or word is None:
                continue
            if self.original[target] is not None and self.status(row) != "draft" or not (group or user):
                continue
            name = ["restriction", word, "group" if group else "user", group or user]
            if (target, tuple(name)) not in seen:
                seen.add((target, tuple(name)))
                self.add("restriction", target, name, {})

    def permissions(self):
        listed, seen = self.listed(self.table("Space"), "permissions"), set()
        for own, obj in self.table("SpacePermission"):
            space = obj.num("space") if obj.num("space") is not None else listed.get(own)
            if space is not None and space not in self.key:
                continue
            group, user = obj.text("group"), self.user(obj, "userSubject", "userName", "key")
            crowd = obj.text("allUsersSubject")
            if group:
                who = ["group", group]
            elif user:
                who = ["user", user]
            else:
                who = ["anonymous" if crowd in (None, "anonymous-users") else "all", ""]
            kind = obj.text("type") or ""
            if (space, kind, *who) not in seen:
                seen.add((space, kind, *who))
                aside = self.beyond(space) or (None if kind in SERVER_PERMISSIONS else "cloud-only")
                holder, aside = (None, "site-wide") if space is None else (["space", self.key[space]], aside)
                self.add("permission", holder, ["permission", kind, *who], {}, None, aside)

    def people(self):
        users = self.table("InternalUser") + self.table("DefaultHibernateUser")
        groups = self.table("InternalGroup") + self.table("DefaultHibernateGroup")
        for _, obj in users:
            both = " ".join(part for part in (obj.text("firstName"), obj.text("lastName")) if part)
            fields = {"title": obj.text("displayName") or obj.text("fullName") or both or None,
                      "email": obj.text("emailAddress") or obj.text("email")}
            if obj.props.get("active") is not None:
                fields["active"] = obj.props["active"] in ("true", "T")
            self.add("user", None, ["user", obj.text("name") or ""], fields)
        for _, obj in groups:
            self.add("group", None, ["group", obj.text("name") or ""], {})
        pairs = {(obj.num("parentGroup"), obj.num("userMember")) for _, obj in self.table("HibernateMembership")}
        pairs |= {(own, member) for own, obj in groups for member in obj.refs("localMembers")}
        pairs |= {(group, own) for own, obj in users for group in obj.refs("groups")}
        users, groups = dict(users), dict(groups)
        names = {(groups[group].text("name") or "", users[user].text("name") or "") for group, user in pairs
                 if group in groups and user in users}
        for group, user in names:
            self.add("membership", None, ["group", group, "member", user], {})

    # -- what hangs on content beside its text

    def holds(self, own):
        """Whether watches, likes, properties and tasks can hang on this content."""
        row = self.content.get(own)
        return row is not None and row.cls not in PAGELESS and (self.original[own] is None or self.status(row) == "draft")

    def watches(self):
        for _, obj in self.table("Notification"):
            user = self.user(obj, "receiver", "userName", "key")
            page = obj.num("content") if obj.num("content") is not None else obj.num("page")
            flags = [flag for flag in ("network", "digest") if obj.text(flag) == "true"]
            sort, space, aside = (obj.text("type") or (flags + [""])[0]).lower(), obj.num("space"), None
            if page in self.content and self.content[page].cls == "SpaceDescription":
                page, space = None, self.content[page].num("space")
            elif page is not None and not self.holds(page):
                continue
            label = self.tables.get("Label", {}).get(obj.num("label"))
            if page is not None:
                holder, sort = page, ""
            elif space is not None:
                holder, aside = ["space", self.key.get(space)], self.beyond(space)
            elif obj.num("label") is not None:
                holder = ["label", label and f"{label.text('namespace') or 'global'}:{label.text('name') or ''}"]
            else:
                holder = []
            if user is not None and not (isinstance(holder, list) and None in holder):
                self.add("watch", holder, ["watch", user, sort], {"created": clock(obj.text("creationDate"))}, None, aside)

    def likes(self):
        for _, obj in self.table("LikeEntity"):
            user = self.user(obj, "user", "userName", "key")
            if user is not None and self.holds(obj.num("content")) and (obj.text("liked") or "").lower() != "false":
                self.add("like", obj.num("content"), ["like", user], {"created": clock(obj.text("creationDate"))})

    def properties(self):
        for own, obj in self.table("ContentProperty"):
            name = obj.text("name") or ""
            if name in PARTS or RESTLESS.fullmatch(name) or not self.holds(self.owner[own]):
                continue
            said = [(sort, obj.text(column)) for sort, column in (("text", "stringValue"), ("number", "longValue"), ("date", "dateValue"))]
            sort, text = next((pair for pair in said if pair[1]), ("text", None))
            value, length = digest(text)
            self.add("property", self.owner[own], ["property", name], {"type": sort, "body": value, "body-bytes": length})
        for own, obj in sorted(self.content.items()):
            stored = obj.cls == "CustomContentEntityObject" and (obj.text("pluginModuleKey") or "").endswith(STORAGE)
            if not stored or self.original[own] is not None or self.status(obj) == "draft":
                continue
            holder, aside = self.container(own), None
            if holder is None or holder in self.content and self.content[holder].cls == "SpaceDescription":
                space = obj.num("space") if holder is None else self.content[holder].num("space")
                holder, aside = ["space", self.key.get(space, "")], self.beyond(space)
            elif not self.holds(holder):
                continue
            fields = {"type": "json", "number": obj.int("version"), **self.editorship(obj), **self.bodyfields(own)}
            trashed = "trashed" if self.status(obj) == "trashed" else None
            self.add("property", holder, ["property", self.title(obj)], fields, own, trashed or aside)

    def profiles(self):
        for own, obj in sorted(self.content.items()):
            if obj.cls == "PersonalInformation" and self.original[own] is None:
                fields = {"number": obj.int("version"), "created": clock(obj.text("creationDate")), **self.editorship(obj),
                          **self.bodyfields(own)}
                self.add("profile", None, ["profile", self.user(obj, "user", "username", "key") or ""], fields, own)

    def tasks(self):
        for _, obj in self.table("InlineTask"):
            if self.holds(obj.num("content")):
                time = lambda name: clock(obj.text(name)) or obj.text(name)
                value, length = digest(obj.text("body"))
                fields = {"status": {"CHECKED": "done", "UNCHECKED": "open"}.get(obj.text("status")),
                          "author": self.user(obj, "creator", "creatorName"), "assignee": self.user(obj, "assignee", "assigneeName"),
                          "created": time("creationDate"), "edited": time("updateDate"), "due": time("dueDate"),
                          "body": value, "body-bytes": length}
                self.add("task", obj.num("content"), ["task", f"{obj.text('taskId') or '':0>6}"], fields)

    # -- references

    def resolve(self):
        holders = {item["id"]: item for item in self.items if item["kind"] in ("page", "blog-post", "comment", "attachment", "draft")}

        def place(item, above=()):
            """Key and reason of an item."""
            holder = item["holder"]
            if holder is None or isinstance(holder, list):
                return (holder or []) + item["name"], item["aside"]
            if holder not in holders or holder in above:
                return ["orphan", str(holder)] + item["name"], item["aside"] or "orphan"
            box = holders[holder]
            key, aside = place(box, above + (item["id"], holder))
            passed = {"draft": "on-draft", "trashed": "on-trashed"}.get(aside, aside)
            if passed is None and box["fields"].get("status") == "trashed":
                passed = "on-trashed"
            return key + item["name"], item["aside"] or passed

        done = [(item, *place(item)) for item in self.items]
        live = {item["id"]: key for item, key, aside in done
                if item["id"] in holders and holders[item["id"]] is item and aside is None and item["fields"].get("status") != "trashed"}
        out = []
        for item, key, aside in done:
            at = lambda value: live.get(value[1]) if isinstance(value, tuple) else value
            fields = {name: [{**one, "key": at(one["key"])} for one in value] if isinstance(value, list) else at(value)
                      for name, value in item["fields"].items()}
            line = {"kind": item["kind"], "key": key, "fields": fields}
            if item["id"] is not None:
                line["id"] = item["id"]
            if aside is not None:
                line["aside"] = aside
            out.append(line)
        return self.numbered(out)

    @staticmethod
    def numbered(lines):
        """Items of one kind and key are told apart by #2, #3, ... in order of time, text, bytes and id."""
        low = lambda value: (value is not None, value if value is not None else "")
        rank = lambda line: ["aside" in line] + [low(line["fields"].get(name)) for name in ("created", "body", "digest")] + [line.get("id", -1)]
        order = lambda line: (KINDS.index(line["kind"]), [part.encode() for part in line["key"]])
        lines.sort(key=lambda line: (order(line), rank(line)))
        last, times = None, 1
        for line in lines:
            here = (line["kind"], list(line["key"]))
            times = times + 1 if here == last else 1
            last = here
            if times > 1:
                line["key"] = line["key"] + [f"#{times}"]
        return sorted(lines, key=order)


def main():
    for line in Reader(sys.argv[1]).read():
        print(json.dumps(line, ensure_ascii=False))


if __name__ == "__main__":
    main()
