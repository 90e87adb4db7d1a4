#!/bin/sh
# python3.sh - objects built, kept in lists, sets and dictionaries, turned into JSON and back, and searched; with
# PYTHONMALLOC=malloc, so that every object of Python's is one of the allocator's.
#
# Usage: python3.sh OUT.trace
# Takes: 1 s
. "$(dirname "$0")/common.sh"
need /usr/bin/python3 python3

cat > catalogue.py <<'PYTHON'
import collections
import json

Book = collections.namedtuple("Book", "title author year words")


def make_books(count):
    seed = 2024
    for i in range(count):
        seed = (seed * 1103515245 + 12345) % 2**31
        words = [f"w{(seed >> k) % 997}" for k in range(seed % 7 + 2)]
        yield Book(f"Book {i}", f"Author {seed % 311}", 1900 + seed % 120, words)


books = list(make_books(2500))
by_author = collections.defaultdict(list)
by_word = collections.defaultdict(set)
for book in books:
    by_author[book.author].append(book)
    for word in book.words:
        by_word[word].add(book.title)

text = json.dumps([book._asdict() for book in books])
again = [Book(**fields) for fields in json.loads(text)]
assert again == books

pairs = collections.Counter()
for author, written in by_author.items():
    for word in {w for book in written for w in book.words}:
        pairs[word, len(by_word[word])] += 1
print(pairs.most_common(5))
print(sorted(by_author, key=lambda a: (-len(by_author[a]), a))[:5])
print(len("".join(sorted(t for titles in by_word.values() for t in titles))))
PYTHON
clean env PYTHONMALLOC=malloc PYTHONHASHSEED=0 PYTHONDONTWRITEBYTECODE=1 \
    "$heapbench" record -o "$out" -- /usr/bin/python3 -S catalogue.py >answers
