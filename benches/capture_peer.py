"""The peer of the bench `capture`: reads the same pages with the public package atlassian-python-api, and digests their texts."""

import hashlib
import json
import sys
import time

from atlassian import Confluence

base, limit = sys.argv[1], int(sys.argv[2])
confluence = Confluence(url=base, token="bench", cloud=False)
began, before = time.monotonic(), time.process_time()
pages, digests = 0, set()
spaces = confluence.get_all_spaces(start=0, limit=500)["results"]
for space in spaces:
    # Version 5 gives all pages of the space, and follows the links from list to list by itself.
    found = confluence.get_all_pages_from_space(
        space["key"], limit=limit, expand="version,history,ancestors,extensions,body.storage"
    )
    for page in found:
        digests.add(hashlib.sha256(page["body"]["storage"]["value"].encode()).hexdigest())
        pages += 1
print(json.dumps({"pages": pages, "wall": time.monotonic() - began, "cpu": time.process_time() - before}))
