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
    start = 0
    while True:
        found = confluence.get_all_pages_from_space(
            space["key"], start=start, limit=limit, expand="version,history,ancestors,extensions,body.storage"
        )
        for page in found:
            digests.add(hashlib.sha256(page["body"]["storage"]["value"].encode()).hexdigest())
        pages += len(found)
        if len(found) < limit:
            break
        start += limit
print(json.dumps({"pages": pages, "wall": time.monotonic() - began, "cpu": time.process_time() - before}))
