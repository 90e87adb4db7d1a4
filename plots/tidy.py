#!/usr/bin/env python3
"""tidy.py - the rows of a figure, computed of a result file and printed as gnuplot reads them: gnuplot draws, and no more.

Usage:  load "< python3 -B tidy.py FIGURE FILE.csv"     in FIGURE.gp, by way of style.gp's tidy(name)
Output: arrays of names and a block $rows of numbers for each figure; what is in them is said in the script that loads them.
        Where the file has no row for it, an end of the script with status 2 and one line
"""

import math
import os
import statistics
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from page.source import Failure, Table  # noqa: E402

FEW = 1000  # a trace of fewer operations, such as the tutorial's example, is left out unless there is no other


def text(value):
    """As gnuplot takes it: files hold no control characters (source.py), so that a quote is all there is to mind."""
    return "'" + value.replace("'", "''") + "'"


def array(name, values):
    if not values:
        return f"array {name}[1]\n"
    return f"array {name}[{len(values)}] = [{', '.join(text(v) if isinstance(v, str) else repr(v) for v in values)}]\n"


def block(name, columns, rows):
    lines = [",".join("NaN" if value is None else repr(value) for value in row) for row in rows]
    return f"${name} << HEREENDS\n{columns}\n" + "".join(line + "\n" for line in lines) + "HEREENDS\n"


def geometric_mean(values):
    return math.exp(sum(math.log(v) for v in values) / len(values))


def distinct(values):
    return list(dict.fromkeys(value for value in values if value))


def long_ones(records, column="ops"):
    """Without the rows of short traces, unless all are."""
    most = {}
    for r in records:
        most[r["trace"]] = max(most.get(r["trace"], 0), r.number(column) or 0)
    kept = [r for r in records if most[r["trace"]] >= FEW]
    return kept or records


def facts_beside(table):
    """The rows of allocators.csv, which says what is whose."""
    try:
        return {r["allocator"]: r for r in Table(os.path.join(os.path.dirname(table.path), "allocators.csv")).records()}
    except Failure:
        return {}


LADDER = (("walk_mean", 1), ("ratio_to_glibc", 1), ("extent_over_live", 1))


def ladder(table):
    """who[], group[] (1 the ladder, 2 other policies, 3 the rest); $rows: measure, who, mean, least, most, whether some of its
    times are of a first part only."""
    records = long_ones([r for r in table.records() if r.has_figures and r["ops"]])
    facts = facts_beside(table)
    group = {name: {"ladder": 1, "grid": 2}.get(facts.get(name, {}).get("group", ""), 3) for name in distinct(r["allocator"] for r in records)}
    who = sorted(group, key=lambda name: (group[name], list(facts).index(name) if name in facts else len(facts)))
    rows = []
    for measure, (column, _) in enumerate(LADDER, 1):
        for index, name in enumerate(who, 1):
            mine = [r for r in records if r["allocator"] == name and (r.number(column) or 0) > 0]
            values = [r.number(column) for r in mine]
            part = column == "ratio_to_glibc" and any((r.number("time_ops") or 0) < 0.995 * (r.number("ops") or 0) for r in mine)
            if values:
                rows.append((measure, index, geometric_mean(values), min(values), max(values), int(part)))
    return array("who", who) + array("group", [group[name] for name in who]) + block("rows", "measure,who,mean,least,most,part", rows), rows


POLICIES = (("packing", "", "offline packing"), ("best", "yes", "best fit"), ("first", "yes", "first fit"), ("next", "yes", "next fit"),
            ("bins", "yes", "bins (two-level segregated)"), ("buddy", "yes", "binary buddy"), ("lifo-first", "yes", "LIFO first fit"),
            ("segregated", "yes", "powers of two, segregated"), ("best", "no", "best fit, never merging"),
            ("first", "no", "first fit, never merging"), ("next", "no", "next fit, never merging"))


def policies(table):
    """row[]: what it is of, from the top down; $rows: row, kind (1 a trace, 2 the mean over the traces, 3 published), percent; top: how
    much the axis has room for; beyond[]: what of a row has none there, in words."""
    keys = {(policy, merge): label for policy, merge, label in POLICIES}
    known = [r for r in table.records() if r.has_figures and (r["policy"], r["merge"]) in keys and r.number("measure4") is not None]
    plain = [r for r in known if r["header_bytes"] == "0"]
    # bins has headers wherever it is run.
    mine = long_ones([r for r in plain if r["trace"]] + [r for r in known if r["trace"] and r["policy"] == "bins"])
    if not mine:
        mine = long_ones([r for r in known if r["trace"]])
    published = [r for r in plain if not r["trace"]] if mine else []
    labels, rows = [], []
    for key, label in keys.items():
        values = [r.number("measure4") for r in mine if (r["policy"], r["merge"]) == key]
        others = [r.number("measure4") for r in published if (r["policy"], r["merge"]) == key]
        if values or others:
            labels.append(label)
            rows += [(len(labels), 1, value) for value in values] + [(len(labels), 3, value) for value in others]
        if values:
            rows.append((len(labels), 2, statistics.fmean(values)))
    top = min(200.0, max([50.0] + [1.25 * value for _, kind, value in rows if kind > 1]))
    beyond = [[("mean " if kind == 2 else "") + f"{value:.0f} %" for row, kind, value in sorted(rows, key=lambda r: (-r[1], r[2]))
               if row == index and value > top] for index in range(1, len(labels) + 1)]
    return (array("row", labels) + array("beyond", [", ".join(words) for words in beyond]) + f"top = {top!r}\n"
            + block("rows", "row,kind,percent", rows)), rows


ADVERSARIES = {"robson": "Robson: no allocator escapes", "first-fit": "against first fit", "best-fit": "against best fit",
               "ramp": "ramp: against never merging", "shredding": "shredding: against never merging", "two-size": "two sizes in turn"}


def adversary(table):
    """name[], who[]; $rows: name, who, memory over the most that is ever live, what is proved (NaN: nothing), what the attacked policy
    needs; all at the end of the adversary."""
    last = {}
    for r in table.records():
        if r.has_figures and (r.number("most_live_bytes") or 0) > 0 and r.number("measured_bytes") and r["adversary"] in ADVERSARIES:
            last[r["adversary"], r["allocator"]] = r
    facts = list(facts_beside(table))
    names = [name for name in ADVERSARIES if any(key[0] == name for key in last)]
    who = sorted(distinct(key[1] for key in last), key=lambda name: facts.index(name) if name in facts else len(facts))
    rows = []
    for (name, allocator), r in last.items():
        live = r.number("most_live_bytes")
        over = [r.number(column) / live if r.number(column) else None for column in ("measured_bytes", "bound_bytes", "expected_bytes")]
        rows.append((names.index(name) + 1, who.index(allocator) + 1, *over))
    return array("name", [ADVERSARIES[name] for name in names]) + array("who", who) + block("rows", "name,who,over,bound,policy", rows), rows


def model_speed(table):
    """walking, computing: the allocator and its model; $rows: side (1 the model), ranges, and of the seconds an operation takes the
    median, the least and the most."""
    records = [r for r in table.records() if r["model"] and r.number("elapsed_ns") and r.number("ops") and r.number("ranges")]
    if not records:
        return "", []
    model = next((r["model"] for r in records if r["allocator"] == "simple"), records[0]["model"])
    times, walking = {}, ""
    for r in records:
        if r["model"] == model:
            side = int(r["allocator"] == model)
            walking = walking if side else r["allocator"]
            times.setdefault((side, r.number("ranges")), []).append(1e-9 * r.number("elapsed_ns") / r.number("ops"))
    rows = [(*key, statistics.median(values), min(values), max(values)) for key, values in sorted(times.items())]
    both = [ranges for side, ranges in times if side and (0, ranges) in times]
    factor = statistics.median(times[0, max(both)]) / statistics.median(times[1, max(both)]) if both else 0.0
    return (f"walking = {text(walking)}\ncomputing = {text(model)}\nmost_common = {max(both, default=0.0)!r}\nfactor = {factor!r}\n"
            + block("rows", "side,ranges,median,least,most", rows)), rows


FIGURES = {"ladder": ladder, "policies": policies, "adversary": adversary, "model_speed": model_speed}


def main(arguments):
    if len(arguments) != 2 or arguments[0] not in FIGURES:
        sys.exit(__doc__.split("\n\n")[1])
    try:
        made, rows = FIGURES[arguments[0]](Table(arguments[1]))
    except Failure as failure:
        made, rows = f"printerr {text(str(failure))}\nexit status 1\n", True
    if not rows:
        made = f"printerr {text(arguments[1] + ': no row that this figure could draw')}\nexit status 2\n"
    sys.stdout.buffer.write(made.encode("utf-8"))


if __name__ == "__main__":
    main(sys.argv[1:])
