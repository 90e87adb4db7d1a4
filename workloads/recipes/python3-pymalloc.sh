#!/bin/sh
# python3-pymalloc.sh - Python as it is, with its own allocator for all that is 512 bytes or smaller: what is left is tables, lists, texts and
# buffers that grow, and arenas. Texts are read, joined, indexed, sorted and packed.
#
# Usage: python3-pymalloc.sh OUT.trace
# Takes: 2 s
. "$(dirname "$0")/common.sh"
need /usr/bin/python3 python3

cat > archive.py <<'PYTHON'
import collections
import heapq
import json
import re
import zlib

seed = 7


def random(n):
    global seed
    seed = (seed * 1103515245 + 12345) % 2**31
    return seed // 65536 % n


def make_page(number):
    words = [f"w{random(2000)}" for _ in range(150 + random(300))]
    return {"number": number, "text": " ".join(words), "links": [random(9000) for _ in range(80 + random(120))]}


pages, packed, index = collections.deque(maxlen=400), {}, collections.defaultdict(list)
for number in range(9000):
    page = make_page(number) if number % 6 == 0 else dict(pages[random(len(pages))], number=number)
    page["text"] = re.sub(r"w(\d)(\d+)", r"v\2\1", page["text"]) + "." * random(600)
    pages.append(page)
    line = json.dumps(page)
    packed[number] = zlib.compress(line.encode(), 1)
    if number >= 1500:
        del packed[number - 1500]
    for word in set(page["text"].split()[:60]):
        index[word].append(number)
    if number % 20 == 0:
        again = json.loads(zlib.decompress(packed[number - random(min(number + 1, 1400))]))
        again["links"] = sorted(set(again["links"]) | set(page["links"]))
        pages.append(again)
best = heapq.nlargest(10, index.items(), key=lambda item: (len(item[1]), item[0]))
print([(word, len(where)) for word, where in best], sum(map(len, packed.values())))
PYTHON
clean env PYTHONHASHSEED=0 PYTHONDONTWRITEBYTECODE=1 "$heapbench" record --touch -o "$out" -- /usr/bin/python3 -S archive.py >answers
