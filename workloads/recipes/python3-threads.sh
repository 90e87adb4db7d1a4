#!/bin/sh
# python3-threads.sh - four threads that hand each other work through queues: what one allocates another frees. With
# PYTHONMALLOC=malloc, so that every object of Python's is one of the allocator's.
#
# Usage: python3-threads.sh OUT.trace
# Takes: 1 s
. "$(dirname "$0")/common.sh"
need /usr/bin/python3 python3

cat > pipeline.py <<'PYTHON'
import json
import queue
import threading

TASKS = 3000
STOP = None


def parse(source, sink):
    while (text := source.get()) is not STOP:
        sink.put(json.loads(text))
    sink.put(STOP)


def count(source, sink):
    while (record := source.get()) is not STOP:
        record["length"] = {word: len(word) for word in record["words"]}
        sink.put(record)
    sink.put(STOP)


def collect(source, totals):
    recent = []
    while (record := source.get()) is not STOP:
        for word, length in record["length"].items():
            totals[word] = totals.get(word, 0) + length
        recent = recent[-499:] + [record]


texts, records, counted = (queue.Queue(maxsize=64) for _ in range(3))
totals = {}
threads = [
    threading.Thread(target=parse, args=(texts, records)),
    threading.Thread(target=count, args=(records, counted)),
    threading.Thread(target=collect, args=(counted, totals)),
]
for thread in threads:
    thread.start()
seed = 1
for i in range(TASKS):
    seed = (seed * 1103515245 + 12345) % 2**31
    words = [f"word{(seed >> k) % 1009}" for k in range(3 + seed % 12)]
    texts.put(json.dumps({"number": i, "words": words, "note": "x" * (seed % 300)}))
texts.put(STOP)
for thread in threads:
    thread.join()
print(len(totals), max(totals.values()))
PYTHON
clean env PYTHONMALLOC=malloc PYTHONHASHSEED=0 PYTHONDONTWRITEBYTECODE=1 \
    "$heapbench" record --touch -o "$out" -- /usr/bin/python3 -S pipeline.py >answers
