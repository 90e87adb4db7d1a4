#!/usr/bin/env python3
"""readme_test - the figures in the README's tables are those of the committed results, and its counts are true.

With --update the table is written anew from results/reference.
"""

import csv
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
README = os.path.join(ROOT, "README.md")
HEAD = "| trace | operations | most live | ranges at the end |"


def reference(name):
    with open(os.path.join(ROOT, "results", "reference", name), encoding="utf-8") as lines:
        return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def spaced(number):
    return f"{int(number):,}".replace(",", " ")


def three(number):
    """At most three digits, as people read them."""
    number = float(number)
    return f"{number:.0f}" if number >= 10 else f"{number:.1f}"


def science_row(row):
    time = three(row["ratio_to_glibc"])
    if row["status"] == "stopped":
        time += f" (first {spaced(row['ops'])})"
    live = int(row["peak_live_bytes"])
    return "| " + " | ".join((
        row["trace"], spaced(row["trace_ops"]), f"{live / 2**20:.1f} MiB", spaced(row["ranges"]), spaced(round(float(row["walk_mean"]))),
        spaced(row["walk_p99"]), f"{int(row['high_water_bytes']) / live:.2f}", time)) + " |"


def science_rows():
    return [science_row(row) for row in reference("walk_summary.csv") if row["allocator"] == "simple" and row["trace"] != "demo"]


def main():
    with open(README, encoding="utf-8") as file:
        text = file.read()
    start = text.index(HEAD)
    body = text.index("\n", text.index("\n", start) + 1) + 1
    end = text.index("\n\n", body)
    wanted = "\n".join(science_rows())
    if "--update" in sys.argv[1:]:
        with open(README, "w", encoding="utf-8") as file:
            file.write(text[:body] + wanted + text[end:])
        return 0
    faults = []
    said, made = text[body:end].split("\n"), wanted.split("\n")
    for line in made:
        if line not in said:
            faults.append(f"the README lacks: {line}")
    for line in said:
        if line not in made:
            faults.append(f"the README has:   {line}")
    for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
        if not os.path.exists(os.path.join(ROOT, link)):
            faults.append(f"the README links to {link}, which is not there")
    headings = {re.sub(r"[^a-z0-9 -]", "", line.lower()).strip().replace(" ", "-") for line in re.findall(r"(?m)^#+ (.*)$", text)}
    for anchor in re.findall(r"\]\(#([^)]+)\)", text):
        if anchor not in headings:
            faults.append(f"the README links to #{anchor}, which is no heading")
    print("\n".join(faults) or f"{len(made)} rows")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
