"""Cuts real packages into seeds for the fuzz targets, below fuzz/corpus, which is never committed.

The packages are those of REHEARSE_CORPUS; without it only the scenarios of the checkout become seeds. Run anywhere:
    python3 fuzz/seed.py
"""

import csv
import hashlib
import io
import os
import pathlib
import re
import subprocess
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
SEEDS = HERE / "corpus"
OBJECT = re.compile(rb"<object [^>]*?class=\"([^\"]*)\".*?</object>", re.S)
BODY = re.compile(rb"<property name=\"body\"><!\[CDATA\[(.+?)\]\]></property>", re.S)
PER_CLASS = 2
LONGEST = 6_000


def seed(target, content):
    folder = SEEDS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / hashlib.sha1(content).hexdigest()[:16]).write_bytes(content)


def packages(corpus):
    """Every package as a name and its entries: zips, and folders with an entities.xml."""
    for path in sorted((corpus / "packages").glob("*.zip")):
        with zipfile.ZipFile(path) as package:
            yield path.name, {name: package.read(name) for name in package.namelist() if not name.endswith("/")}
    for marker in sorted(corpus.rglob("entities.xml")):
        files = [path for path in marker.parent.rglob("*") if path.is_file()]
        yield marker.parent.name, {str(path.relative_to(marker.parent)): path.read_bytes() for path in files}


def few_objects(xml):
    """The first objects of each class, none of them long."""
    taken = {}
    for match in OBJECT.finditer(xml):
        if len(match.group(0)) <= LONGEST:
            own = taken.setdefault(match.group(1), [])
            if len(own) < PER_CLASS:
                own.append(match.group(0))
    return [text for own in taken.values() for text in own]


def wrapped(xml, texts):
    begin = re.search(rb"<hibernate-generic[^>]*>", xml)
    root = begin.group(0) if begin else b"<hibernate-generic>"
    return (b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" if xml.startswith(b"<?xml") else b"") + b"\n".join(
        [root, *texts, b"</hibernate-generic>"]
    )


def few_rows(table):
    text = table.decode("utf-8", "replace")
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    csv.field_size_limit(1 << 30)
    for number, row in enumerate(csv.reader(io.StringIO(text, newline=""))):
        if number > 4:
            break
        writer.writerow([field[:500] for field in row])
    return out.getvalue().encode()


def small(entries):
    """The same package with little of everything."""
    made = {}
    for name, content in entries.items():
        if name == "entities.xml":
            made[name] = wrapped(content, few_objects(content))
        elif ".csv" in name and not content.startswith(b"\x1f\x8b"):
            made[name] = few_rows(content)
            seed("csv", made[name])
        elif name.startswith("attachments/"):
            if sum(other.startswith("attachments/") for other in made) < 4:
                made[name] = content[:64]
        elif len(content) < LONGEST:
            made[name] = content
    return made


def text(entries):
    return b"".join(b"=== " + name.encode() + b"\n" + content + b"\n" for name, content in entries.items())


class Pipe(io.RawIOBase):
    """A file that can't go back, at which sizes are written behind the data."""

    def __init__(self):
        self.bytes = bytearray()

    def writable(self):
        return True

    def write(self, data):
        self.bytes += data
        return len(data)


def zips(entries, most=2_000):
    """One package in the ways in which it may be packed, with so many bytes of each entry."""
    for stream, method, comment, top in [
        (True, zipfile.ZIP_DEFLATED, b"", ""),
        (False, zipfile.ZIP_DEFLATED, b"packed again PK\x05\x06", "export/"),
        (False, zipfile.ZIP_STORED, b"", "./"),
    ]:
        to = Pipe() if stream else io.BytesIO()
        with zipfile.ZipFile(to, "w", method) as package:
            for number, (name, content) in enumerate(entries.items()):
                with package.open(zipfile.ZipInfo(top + name), "w", force_zip64=number == 1) as entry:
                    entry.write(content[:most])
            package.comment = comment
        yield bytes(to.bytes) if stream else to.getvalue()


def manifest(program, package):
    """The manifest of a small package, as the program writes it."""
    source, made = SEEDS / "package.zip", SEEDS / "manifest.jsonl"
    made.unlink(missing_ok=True)
    source.write_bytes(package)
    run = [program, "manifest", "--quiet", "--from-backup", source, "--out", made]
    if subprocess.run(run, capture_output=True, check=False).returncode == 0:
        seed("manifest", made.read_bytes())
    source.unlink()
    made.unlink(missing_ok=True)


def main():
    builds = (HERE.parent / "target").glob("**/rehearse")
    program = next((path for path in sorted(builds) if path.is_file() and os.access(path, os.X_OK)), None)
    for path in [*HERE.parent.glob("scenarios/*.yaml"), *HERE.parent.glob("tests/cases/**/*.yaml")]:
        seed("scenario", path.read_bytes())
    corpus = os.environ.get("REHEARSE_CORPUS")
    for _, entries in packages(pathlib.Path(corpus)) if corpus else []:
        for name, content in entries.items():
            if name.startswith("exportDescriptor"):
                seed("descriptor", content)
        if "entities.xml" in entries:
            for body in BODY.findall(entries["entities.xml"])[::40]:
                if len(body) <= LONGEST:
                    seed("storage", body.replace(b"]] >", b"]]>"))
            texts = few_objects(entries["entities.xml"])
            for at in range(0, len(texts), 6):
                seed("objects", wrapped(entries["entities.xml"], texts[at : at + 6]))
        little = small(entries)
        seed("archive", text(little))
        for made in zips(little):
            seed("zip", made)
        if program:
            manifest(program, next(zips(little, None)))
    for folder in sorted(SEEDS.iterdir()):
        print(f"{folder.name}: {len(list(folder.iterdir()))} seeds")


if __name__ == "__main__":
    main()
