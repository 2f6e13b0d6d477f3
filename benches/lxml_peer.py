"""What lxml needs for the work of the scanner: each object of an entities.xml, and the SHA-256 of each body.

    python3 -m venv /tmp/lxml && /tmp/lxml/bin/pip install lxml
    REHEARSE_BENCH_PYTHON=/tmp/lxml/bin/python cargo bench --no-default-features --bench inspect
"""

import hashlib
import sys
import zipfile

from lxml import etree

objects = bodies = 0
digests = hashlib.sha256()
with zipfile.ZipFile(sys.argv[1]) as package, package.open("entities.xml") as entities:
    for _, element in etree.iterparse(entities, events=("end",), tag="object", huge_tree=True):
        objects += 1
        if element.get("class") == "BodyContent":
            for child in element.iterchildren("property"):
                if child.get("name") == "body" and child.text:
                    text = child.text.replace("]] >", "]]>").encode()
                    digests.update(hashlib.sha256(text).digest())
                    bodies += 1
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]
print(objects, bodies, digests.hexdigest())
