#!/usr/bin/env python3
"""tidy.py - the rows of a figure, computed of a result file and printed as gnuplot reads them: gnuplot draws, and no more.

Usage:  load "< python3 -B tidy.py FIGURE FILE.csv TERMINAL"     in FIGURE.gp, by way of style.gp's tidy(name)
Output: arrays of names and a block $rows of numbers for each figure; what is in them is said in the script that loads them.
        Where the file has no row for it, an end of the script with status 2 and one line
"""

import math
import os
import re
import statistics
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from page import explained as explain  # noqa: E402
from page.source import CONTROL, MOST_NAMES, Failure, Table  # noqa: E402

FEW = 1000  # a trace of fewer operations, such as the tutorial's example, is left out unless there is no other


def text(value):
    """As gnuplot takes it, which has no way to write a control character there: a path may have one, and a line's end would end the text."""
    return "'" + CONTROL.sub("?", value.replace("\n", "?")).replace("'", "''") + "'"


def array(name, values):
    if not values:
        return f"array {name}[1]\n"
    return f"array {name}[{len(values)}] = [{', '.join(text(v) if isinstance(v, str) else repr(v) for v in values)}]\n"


def lines_of(rows):
    return "".join(",".join("NaN" if value is None else repr(value) for value in row) + "\n" for row in rows)


def block(name, columns, rows):
    return f"${name} << HEREENDS\n{columns}\n{lines_of(rows)}HEREENDS\n"


def geometric_mean(values):
    return math.exp(sum(math.log(v) for v in values) / len(values))


def distinct(values):
    """Each once, in their order; no more than a figure has room for."""
    return list(dict.fromkeys(value for value in values if value))[:MOST_NAMES]


def long_ones(records, column="ops"):
    """Without the rows of short traces, unless all are."""
    most = {}
    for r in records:
        most[r["trace"]] = max(most.get(r["trace"], 0), r.number(column) or 0)
    kept = [r for r in records if most[r["trace"]] >= FEW] or records
    shown = set(distinct(r["trace"] for r in kept))
    return [r for r in kept if r["trace"] in shown]


def beside(table, name):
    """The rows of another file in its folder; none where that cannot be read."""
    try:
        return Table(os.path.join(os.path.dirname(table.path), name)).records()
    except Failure:
        return []


def facts_beside(table):
    """The rows of allocators.csv, which says what is whose."""
    return {r["allocator"]: r for r in beside(table, "allocators.csv")}


class Names:
    """The allocators of a figure: their order, colours and shapes are those of allocators.csv; what is not there takes the next free."""

    # Told apart by every reader, and none of those that are taken.
    COLOURS = ("882255", "6699CC", "994F00", "555555", "3D7A00", "C51B7D")
    SHAPES = (4, 12, 10, 14, 6, 8)

    def __init__(self, table, names):
        facts = facts_beside(table)
        known = {name: r for name, r in facts.items() if r["colour"]}
        names = distinct(names)
        others = [name for name in names if name not in known]
        self.all = [name for name in known if name in names] + others
        self.colour = {name: "#" + (known[name]["colour"] if name in known else self.COLOURS[others.index(name) % len(self.COLOURS)])
                       for name in self.all}
        self.shape = {name: int(known[name]["shape"]) if name in known else self.SHAPES[others.index(name) % len(self.SHAPES)]
                      for name in self.all}
        self.all = self.all[:MOST_NAMES]
        self.group = {name: facts[name]["group"] if name in facts else "" for name in self.all}

    def leave_out_ours(self, but=()):
        """What is ours, or takes nothing back, from a figure of what programs run on; unless there is nothing else."""
        kept = [name for name in self.all if name in but or (not self.group[name] and name != "bump")]
        if any(name != "null" for name in kept):
            self.all = kept

    def __str__(self):
        return (f"allocators = {len(self.all)}\n" + array("allocator", self.all) + array("colour_of", [self.colour[n] for n in self.all])
                + array("shape_of", [self.shape[n] for n in self.all]))


def panels(table, wanted, columns, of_ours=True, but=(), reach="op", course=True):
    """What a figure of a panel a trace has: trace[], reach[], the most operations of each, halted[], whether a row of it was stopped,
    allocator[] with colour_of[] and shape_of[]; and $rows: at index k - 1 those of the k-th trace, with who, the allocator's
    number, and `columns`: (name, function of a record). Of each column most_NAME[], in each trace, NAME_most and NAME_least."""
    records = [r for r in table.records() if r.has_figures]
    kept = long_ones([r for r in records if wanted(r)], reach)
    names = Names(table, [r["allocator"] for r in kept])
    if not of_ours:
        names.leave_out_ours(but)
    kept = [r for r in kept if r["allocator"] in names.all]
    traces = distinct(r["trace"] for r in kept)
    most = {name: max(r.number(reach) or 0 for r in records if r["trace"] == name) for name in traces}
    if course and max(most.values(), default=0) < 2:
        return "", []  # a line has two ends
    halted = [int(any(r["status"] == "stopped" for r in records if r["trace"] == name)) for name in traces]
    rows = [[(names.all.index(r["allocator"]) + 1, *(get(r) for _, get in columns)) for r in kept if r["trace"] == name] for name in traces]
    made = (f"traces = {len(traces)}\n" + array("trace", traces) + array("reach", [most[name] for name in traces])
            + array("halted", halted) + str(names))
    for index, (column, _) in enumerate(columns, 1):
        values = [[row[index] for row in of_trace if row[index] is not None] for of_trace in rows]
        made += array("most_" + column, [float(max(v, default=0)) for v in values])
        made += f"{column}_most = {float(max(sum(values, []), default=0))!r}\n{column}_least = {float(min(sum(values, []), default=0))!r}\n"
    for of_trace in rows:
        # gnuplot takes no curve without a point: one that lies left of every axis is none.
        seen = {row[0] for row in of_trace}
        of_trace += [(a, -1.0, *[1.0] * (len(columns) - 1)) for a in range(1, len(names.all) + 1) if a not in seen]
    head = ",".join(["who", *(column for column, _ in columns)]) + "\n"
    return made + "$rows << HEREENDS\n" + "\n\n".join(head + lines_of(of_trace) for of_trace in rows) + "HEREENDS\n", kept


def given(*columns):
    """Those columns as they are; what is not known is NaN."""
    return [(column, lambda r, column=column: r.number(column)) for column in columns]


def walk_length(table):
    return panels(table, lambda r: r["allocator"] == "simple" and (r.number("walks") or 0) > 0,
                  [*given("op", "walk_p99"), ("mean", lambda r: (r.number("walk_total") or 0) / r.number("walks"))])


def memory(table):
    """The parts one upon another."""
    def upto(*parts):
        return lambda r: sum(r.number(part) or 0 for part in parts)

    live, records, slack = "live_bytes", "header_bytes", "slack_bytes"
    return panels(table, lambda r: r["allocator"] == "simple" and (r.number("extent_bytes") or 0) > 0,
                  [*given("op", "extent_bytes"), ("live", upto(live)), ("records", upto(live, records)), ("slack", upto(live, records, slack))])


def resident(table):
    """longest_run[]: in each trace the number of an allocator that came farthest."""
    made, kept = panels(table, lambda r: r["allocator"] not in ("null", "bump") and r.number("extent_bytes") is not None,
                        given("op", "live_bytes", "extent_bytes"), of_ours=False)
    names = Names(table, [r["allocator"] for r in kept])
    far = [max((r for r in kept if r["trace"] == name), key=lambda r: r.number("op") or 0)["allocator"] for name in distinct(r["trace"] for r in kept)]
    return made + array("longest_run", [names.all.index(name) + 1 for name in far]), kept


SLOWEST = 4.8  # where the slowest call is drawn, behind four nines


def is_of_allocations(r):
    """Of malloc, calloc and realloc together; what is all of them is the slowest, not 100 %."""
    percent = r.number("percentile")
    return r["kind"] == "allocation" and r.number("ns") is not None and (r["percentile"] == "max" or (percent is not None and percent < 100))


def latency(table, is_drawn=is_of_allocations, but=()):
    """nines: 1 for 90 %, 2 for 99 %. dash[]: 2 of an allocator, trace after trace, that did the first part of the trace alone."""
    def nines(r):
        return SLOWEST if r["percentile"] == "max" else -math.log10(1 - r.number("percentile") / 100)

    made, kept = panels(table, is_drawn, [("nines", nines), ("seconds", lambda r: 1e-9 * max(1, r.number("ns")))], of_ours=False, but=but,
                        reach="ops", course=False)
    names, stopped = Names(table, [r["allocator"] for r in kept]), {(r["trace"], r["allocator"]) for r in kept if r["status"] == "stopped"}
    dashes = [1 + ((trace, name) in stopped) for trace in distinct(r["trace"] for r in kept) for name in names.all]
    return f"slowest = {SLOWEST}\n" + made + array("dash", dashes), kept


def simple_latency(table):
    """The simple allocator, where it was timed, among those that programs run on."""
    timed = {r["trace"] for r in table.records() if r["allocator"] == "simple" and r.has_figures and is_of_allocations(r)}
    return latency(table, lambda r: is_of_allocations(r) and r["trace"] in timed, but=("simple",))


MOST_RATIO = 2.5  # room for all that programs run on; what walks is a hundred times as slow


def ratio_rows(table, baseline, row, shown, several=0, ours=True):
    """For ratios.gp: of `shown`, (row, allocator, ratio, low, high, whether it is of a first part only), $rows; what has no room on the axis
    is in $beyond, and in words[] its ratio."""
    names = Names(table, [name for _, name, *_ in shown if name != baseline] or [baseline])
    if not ours:
        names.leave_out_ours()
    shown = [r for r in shown if r[1] in names.all]
    top = max([1.1] + [1.06 * min(MOST_RATIO, max(ratio, high or 0)) for _, _, ratio, _, high, _ in shown if ratio <= MOST_RATIO])
    rows, beyond, words = [], [], []
    for index, name, ratio, low, high, stopped in shown:
        place = (index, names.all.index(name) + 1)
        if ratio > top:
            beyond.append(place)
            words.append(f"{name} {ratio:.{1 if ratio < 9.95 else 0}f}×")
        else:
            rows.append((*place, ratio, low, min(top, high) if high else None, int(stopped)))
    # gnuplot takes no curve without a point: one that lies outside is none.
    return (f"baseline = {text(baseline)}\ntop = {top!r}\nseveral = {several}\n" + array("row", row) + str(names) + array("words", words or [""])
            + block("rows", "row,who,ratio,low,high,stopped", rows or [(1, 1, -1.0, -1.0, -1.0, 0)])
            + block("beyond", "row,who", beyond or [(-9, 1)])), shown


def throughput(table):
    """The mean is the first row, where there are several traces."""
    records = [r for r in table.records() if r["allocator"] != "null" and (r.number("ratio") or 0) > 0]
    kept = long_ones([r for r in records if r["trace"]], "trace_ops")
    traces = distinct(r["trace"] for r in kept)
    several = int(len(traces) > 1)
    row = ["all programs"] * several + traces
    shown = [(row.index(r["trace"] or "all programs") + 1, r["allocator"], r.number("ratio"), r.number("ratio_low") or None,
              r.number("ratio_high") or None, r["status"] == "stopped") for r in kept + [r for r in records if several and not r["trace"]]]
    return ratio_rows(table, next((r["baseline"] for r in records if r["baseline"]), ""), row, shown, several) if kept else ("", [])


def threads(table):
    """cores: of the machine, in words. Ratios are medians over the rounds, from the least to the most."""
    records = [r for r in table.records() if r.has_figures and r["allocator"] != "null" and r.number("elapsed_ns") and r.number("reference_ns")]
    kept = long_ones(records)
    traces = distinct(r["trace"] for r in kept)
    found = re.search(r"\b[0-9]+ cores?\b", table.said("machine") or "")
    row = [f"{name}: {max(int(r.number('replay_threads') or 0) for r in kept if r['trace'] == name)} threads" for name in traces]
    groups = {}
    for r in kept:
        groups.setdefault((traces.index(r["trace"]) + 1, r["allocator"]), []).append(r)
    shown = []
    for key, rounds in groups.items():
        ratios = [r.number("elapsed_ns") / r.number("reference_ns") for r in rounds]
        shown.append((*key, statistics.median(ratios), min(ratios), max(ratios), any(r["status"] == "stopped" for r in rounds)))
    made, shown = ratio_rows(table, next((r["reference"] for r in kept if r["reference"]), ""), row, shown, ours=False)
    return f"cores = {text(found.group() if found else '')}\n" + made, shown


MOST_SILENT, MOST_OTHERS, MOST_LIBRARIES = 4, 3, 8


def comes_back(table):
    """library[], with colour_of_library[]; kind[], "as it is" and what its settings are called beside it ("eager" of "jemalloc-eager"); trace[], those
    that have a silence while something is live, or the first few; any_live: is anything seen to be live? At index (k - 1) libraries + l - 1: $rows, with
    kind, and $live."""
    records = [r for r in table.records() if r.has_figures and r.number("time_s") is not None]
    silent = distinct(r["trace"] for r in records if r["phase"] == "silence")[:MOST_SILENT]
    traces = silent or distinct(r["trace"] for r in records)[:MOST_OTHERS]
    libraries = Names(table, [r["library"] for r in records if r["trace"] in traces])
    libraries.all = libraries.all[:MOST_LIBRARIES]
    records = [r for r in records if r["trace"] in traces and r["library"] in libraries.all]
    if not records:
        return "", []

    def kind_of(r):
        name, of = r["allocator"], r["library"]
        return "as it is" if name == of else name[len(of) + 1:] if name.startswith(of + "-") else name

    kinds = distinct(["as it is", *(kind_of(r) for r in records)])
    records = [r for r in records if kind_of(r) in kinds]
    panels_of = {}
    for r in records:
        panels_of.setdefault((r["trace"], r["library"]), []).append(r)
    rows, live = [], []
    for trace in traces:
        for name in libraries.all:
            mine = panels_of.get((trace, name), [])
            seen = {kind_of(r) for r in mine}
            held = [(kinds.index(kind_of(r)) + 1, r.number("time_s"), r.number("resident_bytes")) for r in mine]
            held += [(i, -1.0, 1.0) for i, kind in enumerate(kinds, 1) if kind not in seen]
            rows.append("kind,time,resident\n" + lines_of(held))
            live.append("time,live\n" + lines_of([(r.number("time_s"), r.number("live_bytes")) for r in mine if r["allocator"] == mine[0]["allocator"]]
                                                 or [(-2.0, 0.0), (-1.0, 0.0)]))
    top = max(max(r.number("resident_bytes") or 0, r.number("live_bytes") or 0) for r in records)
    any_live = int(any(r.number("live_bytes") for r in records))
    return (f"traces = {len(traces)}\nlibraries = {len(libraries.all)}\nkinds = {len(kinds)}\nany_live = {any_live}\ntop = {float(max(top, 1))!r}\n"
            f"last = {max(r.number('time_s') for r in records)!r}\n" + array("trace", traces) + array("library", libraries.all)
            + array("colour_of_library", [libraries.colour[name] for name in libraries.all]) + array("kind", kinds)
            + "$rows << HEREENDS\n" + "\n\n".join(rows) + "HEREENDS\n$live << HEREENDS\n" + "\n\n".join(live) + "HEREENDS\n"), records


MOST_POINTS = 64
LETTER, LINE, DOT = 5.3, 12.0, 10.0  # pixels: the mean width of a letter at size 9, the height of a line, a mark
RISES = (0, -10, 10, -22, 22, -34, 34, -46, 46, -58, 58)


def overlap(a, b):
    """The area that two rectangles (left, bottom, width, height) share."""
    across = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    upward = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return max(0, across) * max(0, upward)


def place_names(points, lines, width, height):
    """For each point (x, y, start, end, name), where its name stands: of some places round it, and further out, the first that covers
    nothing. (x of the name's end beside the point, whether that is its left one, y, whether a line leads there)"""
    marks = [(x - DOT / 2, y - DOT / 2, DOT, DOT) for x, y, *_ in points] + [(start, y - 1, end - start, 2) for _, y, start, end, _ in points]
    names, placed = [], []
    for x, y, start, end, name in points:
        best = None
        for order, (rise, right) in enumerate((rise, right) for rise in RISES for right in (True, False)):
            bar = (end if right else start) - x
            # In the first two places beside the bar, unless it is long.
            away = max(abs(bar), 4) + 3 if order < 2 and abs(bar) < 40 else 6 if order < 6 else 18
            at, wide = x + away if right else x - away, LETTER * len(name)
            box = (at if right else at - wide, y - rise - LINE / 2, wide, LINE)
            outside = box[0] < 2 or box[0] + wide > width + 14 or box[1] < 0 or box[1] + LINE > height
            cost = (2 * sum(overlap(box, n) for n in names) + sum(overlap(box, m) for m in marks + lines) + 1e6 * outside + 0.5 * order)
            if best is None or cost < best[0]:
                best = (cost, box, at, right, y - rise, order > 5)
        names.append(best[1])
        placed.append(best[2:])
    return placed


def variants(table, narrow=False):
    """x_least, x_most, y_least, y_most: the axes, both logarithmic. $points: ratio, low, high, memory, who (the library), plain, front, and
    for name[] where it stands, as a share of the panel: label_x, label_y, right (on the right of its point), far (a line leads there).
    $front: the corners of the front."""
    width, height = (320.0, 420.0) if narrow else (888.0, 560.0)
    records = [r for r in table.records() if r.number("ratio") and r.number("memory_ratio")][:MOST_POINTS]
    if len(records) < 2:
        return "", []
    names = Names(table, [r["library"] for r in records])
    ratio, memory = [r.number("ratio") for r in records], [r.number("memory_ratio") for r in records]
    low = [r.number("ratio_low") or value for r, value in zip(records, ratio)]
    high = [r.number("ratio_high") or value for r, value in zip(records, ratio)]
    left, right, least, most = min([1, *low]), max([1, *high]), min([1, *memory]), max([1, *memory])
    # Room for names beside the outermost points.
    x_least, x_most = left * (right / left) ** -0.08 / 1.05, right * (right / left) ** 0.16 * 1.1
    y_least, y_most = least * (most / least) ** -0.08 / 1.03, most * (most / least) ** 0.1 * 1.03

    def across(value):
        return width * math.log(value / x_least) / math.log(x_most / x_least)

    def upward(value):
        return height * math.log(value / y_least) / math.log(y_most / y_least)

    # From one point of the front to the next on its right, and to both edges.
    front = []
    for i in sorted(range(len(records)), key=lambda i: (ratio[i], memory[i])):
        if not front or memory[i] < front[-1][1]:
            front += [(ratio[i], front[-1][1] if front else y_most), (ratio[i], memory[i])]
    front.append((x_most, front[-1][1]))
    pixels = [(across(x), upward(y)) for x, y in front]
    lines = [(min(a[0], b[0]) - 1, min(a[1], b[1]) - 1, abs(a[0] - b[0]) + 2, abs(a[1] - b[1]) + 2) for a, b in zip(pixels, pixels[1:])]
    shown = [r["allocator"] if len(r["allocator"]) <= 28 else r["allocator"][:27] + "…" for r in records]
    placed = place_names([(across(x), upward(y), across(a), across(b), n) for x, y, a, b, n in zip(ratio, memory, low, high, shown)],
                         lines, width, height)
    rows = [(ratio[i], low[i], high[i], memory[i], names.all.index(r["library"]) + 1, int(r["allocator"] == r["library"]),
             int(r["on_front"] == "yes"), placed[i][0] / width, placed[i][2] / height, int(placed[i][1]), int(placed[i][3]))
            for i, r in enumerate(records)]
    return (f"baseline = {text(records[0]['baseline'])}\nx_least = {x_least!r}\nx_most = {x_most!r}\ny_least = {y_least!r}\ny_most = {y_most!r}\n"
            f"panel_height = {height}\n" + str(names) + array("name", shown)
            + block("points", "ratio,low,high,memory,who,plain,front,label_x,label_y,right,far", rows) + block("front", "ratio,memory", front)), rows


def walk_distribution(table):
    """trace[]; $rows: row, and of the ranges a malloc examines the median, the 99th percentile, the most and the mean."""
    kept = long_ones([r for r in table.records() if r.has_figures and r["allocator"] == "simple" and (r.number("walk_max") or 0) > 0], "trace_ops")
    rows = [(i, *(max(1.0, r.number(c) or 0) for c in ("walk_p50", "walk_p99", "walk_max", "walk_mean"))) for i, r in enumerate(kept, 1)]
    return (f"traces = {len(kept)}\n" + array("trace", [r["trace"] for r in kept]) + str(Names(table, ["simple"]))
            + f"bottom = {min((r[1] for r in rows), default=1.0)!r}\ntop = {max((r[3] for r in rows), default=1.0)!r}\n"
            + block("rows", "row,p50,p99,most,mean", rows)), rows


def heap_map(table):
    """Of panel (k - 1) allocators + a: filled[], whether there is one; at index panel - 1 in $rows the bytes that the program holds, in
    $cells the share of a bucket that is in use at a moment, -1 above the extent."""
    made, kept = panels(table, lambda r: (r.number("extent_bytes") or 0) > 0, given("op", "extent_bytes"))
    if not kept:
        return "", []
    names, filled, rows, cells = Names(table, [r["allocator"] for r in kept]), [], [], []
    for trace in distinct(r["trace"] for r in kept):
        end = max(r.number("op") for r in kept if r["trace"] == trace)
        for name in names.all:
            mine = [r for r in kept if r["trace"] == trace and r["allocator"] == name]
            filled.append(int(bool(mine)))
            rows.append("op,live\n" + lines_of([(r.number("op"), r.number("live_bytes")) for r in mine] or [(0, 0)]))
            cells.append("middle,address,share\n" + lines_of(cells_of(mine, end / max(1, len(mine))) or [(0, 0, -1)]))
    return (made + array("filled", filled) + "$held << HEREENDS\n" + "\n\n".join(rows) + "HEREENDS\n$cells << HEREENDS\n"
            + "\n\n".join(cells) + "HEREENDS\n"), kept


MOST_BUCKETS = 200


def cells_of(records, window):
    cells, shares = [], [r["allocated_bytes"].split(" ")[:MOST_BUCKETS] for r in records]
    for r, used in zip(records, shares):
        bucket, extent = r.number("bucket_bytes") or 1, r.number("extent_bytes")
        for b in range(max(map(len, shares))):
            reached = min((b + 1) * bucket, extent) - b * bucket
            share = float(used[b]) / reached if b < len(used) and used[b].isdigit() and reached > 0 else -1
            cells.append((r.number("op") - 0.5 * window, (b + 0.5) * bucket, round(share, 4)))
    return cells


REASONS = {"full": 1, "unmerged": 2, "scattered": 3}
COMPLETES = 4


def bytes_in_words(value):
    for unit, size in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value:g} B"


def spans_of(flags):
    """The (first, last) indices of each run of true ones."""
    spans = []
    for index, flag in enumerate(flags):
        if flag and index and flags[index - 1]:
            spans[-1][1] = index
        elif flag:
            spans.append([index, index])
    return spans


def share_of(r):
    """Of a heap's row: the percentage of the operations before the first that failed."""
    return 100 * r.number("first_failure") / r.number("ops") if r.number("first_failure") is not None else 100.0


def stretches(rows, size):
    """(reason, start, end, level) of each stretch of the curve that is level and has one reason; the last has no end."""
    steps = []
    for r in rows:
        step = (share_of(r), REASONS.get(r["reason"], 3) if r.number("first_failure") is not None else COMPLETES)
        if not steps or steps[-1][1:] != step:
            steps.append((size(r), *step))
    return [(reason, start, after[0], level) for (start, level, reason), after in zip(steps, steps[1:])]


def curve_words(live, rows, runs):
    """The title of a panel: what is live and needed, or of anomalous sizes the first span."""
    if not runs:
        return bytes_in_words(live) + (f" live, {bytes_in_words(rows[-1].number('heap_bytes'))} needed" if rows else " live")
    low, high = (int(rows[i].number("heap_bytes")) for i in runs[0])
    return f"{low - 1} bytes suffice, {low} to {high} fail{'; and more' if len(runs) > 1 else ''}"


def curve_rows(table):
    """Those of traces that are long, or have an anomalous size."""
    records = [r for r in table.records() if r.has_figures and r["allocator"] in ("simple", "first-merge")
               and (r.number("peak_live_bytes") or 0) > 0 and (r.number("heap_bytes") or 0) > 0 and r.number("ops")]
    kept = {r["trace"] for r in records if r.number("ops") >= FEW or (r.number("anomalous") or 0) > 0}
    records = [r for r in records if r["trace"] in kept] or records
    shown = set(distinct(r["trace"] for r in records))
    return [r for r in records if r["trace"] in shown]


def indexed(name, columns, groups, filler):
    """A block with an index for each of the groups, each with the filler."""
    return f"${name} << HEREENDS\n" + "\n\n".join(f"{columns}\n" + lines_of([*group, *filler]) for group in groups) + "HEREENDS\n"


def curve(table):
    """trace[], said[], the title of a panel, odd[], whether it has anomalous sizes, simple_at[] and merge_at[], the sizes that complete; at index
    k - 1: $boxes, the stretches of simple's curve, by reason; $merge, the curve with merging; $odd_spans, those of anomalous sizes. Sizes are
    over the most bytes live."""
    records = curve_rows(table)
    traces = distinct(r["trace"] for r in records)
    said, odd, simple_at, merge_at, boxes, merge, spans = [], [], [], [], [], [], []
    for trace in traces:
        mine, other = ([r for r in records if r["trace"] == trace and r["allocator"] == name] for name in ("simple", "first-merge"))
        live = (mine or other)[0].number("peak_live_bytes")

        def size(r, live=live):
            return r.number("heap_bytes") / live

        runs = spans_of([(r.number("anomalous") or 0) > 0 for r in mine])
        boxes.append(stretches(mine, size))
        merge.append([(size(r), share_of(r)) for r in other])
        spans.append([(size(mine[first]), size(mine[last])) for first, last in runs])
        odd.append(int(bool(runs)))
        simple_at.append(size(mine[-1]) if mine else 0.0)
        merge_at.append(size(other[-1]) if other else 0.0)
        said.append(curve_words(live, mine, runs))
    return (f"traces = {len(traces)}\n" + array("trace", traces) + array("said", said) + array("odd", odd) + array("simple_at", simple_at)
            + array("merge_at", merge_at) + indexed("boxes", "reason,start,end,level", boxes, [(r, -2.0, -1.0, 0.0) for r in range(1, 5)])
            + indexed("merge", "size,share", merge, [(-1.0, 0.0)] if not all(merge) else [])
            + indexed("odd_spans", "start,end", spans, [(-2.0, -1.0)])), records


LADDER = ("walk_mean", "ratio_to_glibc", "extent_over_live")


def ladder(table):
    """who[], group[] (1 the ladder, 2 what branches off it, 3 other policies, 4 the rest); $rows: measure, who, mean, least, most, whether some of its
    times are of a first part only."""
    records = long_ones([r for r in table.records() if r.has_figures and r["ops"]])
    facts = facts_beside(table)
    group = {name: {"ladder": 1, "branch": 2, "grid": 3}.get(facts.get(name, {}).get("group", ""), 4) for name in distinct(r["allocator"] for r in records)}
    who = sorted(group, key=lambda name: (group[name], list(facts).index(name) if name in facts else len(facts)))
    rows = []
    for measure, column in enumerate(LADDER, 1):
        for index, name in enumerate(who, 1):
            mine = [r for r in records if r["allocator"] == name and (r.number(column) or 0) > 0]
            values = [r.number(column) for r in mine]
            part = column == "ratio_to_glibc" and any((r.number("time_ops") or 0) < 0.995 * (r.number("ops") or 0) for r in mine)
            if values:
                rows.append((measure, index, geometric_mean(values), min(values), max(values), int(part)))
    tops = [max((row[4] for row in rows if row[0] == measure), default=1.0) for measure in range(1, 4)]
    return array("who", who) + array("group", [group[name] for name in who]) + array("top", tops) + block("rows", "measure,who,mean,least,most,part", rows), rows


POLICIES = (("packing", "", "offline packing"), ("best", "yes", "best fit"), ("first", "yes", "first fit"), ("next", "yes", "next fit"),
            ("bins", "yes", "bins (two-level segregated)"), ("buddy", "yes", "binary buddy"), ("lifo-first", "yes", "LIFO first fit"),
            ("segregated", "yes", "powers of two, segregated"), ("best", "no", "best fit, never merging"),
            ("first", "no", "first fit, never merging"), ("next", "no", "next fit, never merging"))


def beyond_words(found):
    """Of (kind, percent) beyond an axis: the mean and what was published, and of the traces the most."""
    words = [("mean " if kind == 2 else "published ") + f"{value:.0f} %" for kind, value in found if kind > 1]
    traces = [value for kind, value in found if kind == 1]
    if traces:
        words.append(("to " if len(traces) > 1 else "") + f"{max(traces):.0f} %")
    return ", ".join(words)


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
    beyond = [beyond_words([(kind, value) for row, kind, value in rows if row == index and value > top]) for index in range(1, len(labels) + 1)]
    return (array("row", labels) + array("beyond", beyond) + f"top = {top!r}\n"
            + block("rows", "row,kind,percent", rows)), rows


ODD = 6  # so many programs are named


def odd_ones(points):
    """Of the programs on which a library differs most from what is usual for it, the point that does."""
    usual = {}
    for p in points:
        usual.setdefault(p.allocator, []).append(math.log(p.held / p.extents[explain.DRAWN]))
    usual = {name: statistics.median(values) for name, values in usual.items()}
    worst = {}
    for p in points:
        away = abs(math.log(p.held / p.extents[explain.DRAWN]) - usual[p.allocator])
        worst[p.trace] = max(worst.get(p.trace, (0, p)), (away, p), key=lambda found: found[0])
    return [p for _, p in sorted(worst.values(), key=lambda found: -found[0])[:ODD]]


def explained(table, narrow=False):
    """x_least, x_most, y_least, y_most: the axes, both logarithmic. said[]: an allocator and what is explained of it; $points: x, y, who; $names:
    x, y, name, the index in name[], and where that stands, as in `variants`."""
    width, height = (320.0, 380.0) if narrow else (888.0, 480.0)
    points = explain.points_of(table.records(), beside(table, "comparison.csv"))
    names = Names(table, [p.allocator for p in points])
    points = [p for p in points if p.allocator in names.all]
    if not points:
        return "", []
    fits = {name: explain.Fit(points, explain.DRAWN, name) for name in names.all}
    said = [name if fits[name].share is None else f"{name} {100 * fits[name].share:.0f} %" for name in names.all]
    xs, ys = [p.extents[explain.DRAWN] for p in points], [p.held for p in points]
    x_least, x_most, y_least, y_most = min(0.98, min(xs) / 1.02), max(1.2, max(xs) * 1.1), min(0.95, min(ys) / 1.05), max(1.2, max(ys) * 1.1)

    def across(value):
        return width * math.log(value / x_least) / math.log(x_most / x_least)

    def upward(value):
        return height * math.log(value / y_least) / math.log(y_most / y_least)

    odd = odd_ones(points)
    order = odd + [p for p in points if p not in odd]
    places = [(across(p.extents[explain.DRAWN]), upward(p.held)) for p in order]
    placed = place_names([(x, y, x, x, p.trace if p in odd else "") for (x, y), p in zip(places, order)], [], width, height)
    shown = [(p.extents[explain.DRAWN], p.held, i, at / width, y / height, int(right), int(far))
             for i, (p, (at, right, y, far)) in enumerate(zip(odd, placed), 1)]
    return (f"x_least = {x_least!r}\nx_most = {x_most!r}\ny_least = {y_least!r}\ny_most = {y_most!r}\npanel_height = {height}\n" + str(names)
            + array("said", said) + array("name", [p.trace[:27] + "…" if len(p.trace) > 28 else p.trace for p in odd])
            + block("points", "x,y,who", [(x, y, names.all.index(p.allocator) + 1) for x, y, p in zip(xs, ys, points)])
            + block("names", "x,y,name,label_x,label_y,right,far", shown)), points


ADVERSARIES = {"robson": "Robson: no allocator escapes", "first-fit": "against first fit", "best-fit": "against best fit",
               "ramp": "ramp: against never merging", "shredding": "shredding: against never merging", "two-size": "two sizes in turn"}


def adversary(table):
    """name[], allocator[]; $rows: name, who, memory over the most that is ever live, what is proved (NaN: nothing), what the attacked policy
    needs; all at the end of the adversary."""
    last = {}
    for r in table.records():
        if r.has_figures and (r.number("most_live_bytes") or 0) > 0 and r.number("measured_bytes") and r["adversary"] in ADVERSARIES:
            last[r["adversary"], r["allocator"]] = r
    names = [name for name in ADVERSARIES if any(key[0] == name for key in last)]
    allocators = Names(table, [key[1] for key in last])
    rows = []
    for (name, allocator), r in last.items():
        if allocator not in allocators.all:
            continue
        live = r.number("most_live_bytes")
        over = [r.number(column) / live if r.number(column) else None for column in ("measured_bytes", "bound_bytes", "expected_bytes")]
        rows.append((names.index(name) + 1, allocators.all.index(allocator) + 1, *over))
    top = max((value for row in rows for value in row[2:4] if value), default=1)
    return (f"top = {top!r}\n" + array("name", [ADVERSARIES[name] for name in names]) + str(allocators)
            + block("rows", "name,who,over,bound,policy", rows)), rows


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
    last = [0.0, 0.0, 0.0, 0.0]  # of each side, the median at its most ranges, and these; 0: there is none
    for side, ranges, median, *_ in rows:
        last[side], last[2 + side] = median, ranges
    made = "".join(f"{name} = {value!r}\n" for name, value in (
        ("start", min(r[1] for r in rows)), ("end", max(r[1] for r in rows)), ("bottom", min(r[3] for r in rows)), ("top", max(r[4] for r in rows))))
    return (made + array("last", last[:2]) + array("last_ranges", last[2:]) + f"walking = {text(walking)}\ncomputing = {text(model)}\nmost_common = {max(both, default=0.0)!r}\nfactor = {factor!r}\n"
            + block("rows", "side,ranges,median,least,most", rows)), rows


FIGURES = {"walk_length": walk_length, "memory": memory, "resident": resident, "latency": latency, "simple_latency": simple_latency, "throughput": throughput, "threads": threads, "return": comes_back,
           "variants": variants, "explained": explained,
           "walk_distribution": walk_distribution, "heap_map": heap_map, "curve": curve, "ladder": ladder, "policies": policies, "adversary": adversary, "model_speed": model_speed}


def main(arguments):
    if len(arguments) != 3 or arguments[0] not in FIGURES:
        sys.exit(__doc__.split("\n\n")[1])
    figure, path, terminal = arguments
    try:
        table = Table(path)
        made, rows = FIGURES[figure](table, terminal == "narrow") if figure in ("variants", "explained") else FIGURES[figure](table)
    except Failure as failure:
        made, rows = f"printerr {text(str(failure))}\nexit status 1\n", True
    if not rows:
        made = f"printerr {text(path + ': no row that this figure could draw')}\nexit status 2\n"
    sys.stdout.buffer.write(made.encode("utf-8"))


if __name__ == "__main__":
    main(sys.argv[1:])
