#!/usr/bin/env python3
"""make_results.py - a results folder of invented figures, for tests of the plots and the page. Never a measurement.

Usage:  make_results.py FOLDER [TRACE...]

Every file of results/README.md is written, with its header, for the given traces (default: three) on eight allocators, and
on rungs of the ladder. The figures only have the right shape: walks that grow, heaps that shred, budgets that fail. The same
arguments give the
same bytes. Among the rows are one crashed and one unavailable cell and one stopped trace, as real runs have them.
"""

import glob
import math
import os
import random
import re
import sys

ALLOCATORS = ["null", "bump", "simple", "glibc", "jemalloc", "mimalloc", "tcmalloc", "tbbmalloc"]
COST_NS = {"null": 1.5, "bump": 3, "glibc": 18, "jemalloc": 15, "mimalloc": 9, "tcmalloc": 10, "tbbmalloc": 14}
MIB = 1 << 20
WINDOWS = 12


def schema_of(name):
    """As the figures read it: those that are of the file say so in their heads."""
    plots = os.environ.get("PLOTS", os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../plots"))
    for script in glob.glob(os.path.join(plots, "*.gp")):
        with open(script, encoding="utf-8") as text:
            found = re.search(rf"^# Input: +{name}\.csv, schema ({name}/\d+)", text.read(), re.M)
        if found:
            return found.group(1)
    return name + "/1"


def write(folder, name, schema, columns, rows):
    with open(os.path.join(folder, name + ".csv"), "w", encoding="utf-8") as out:
        out.write("# heapbench 0.0.0 (invented figures, made by a test)\n")
        out.write("# command   make_results.py\n# machine   no machine: these are not measurements\n")
        out.write("# floor     null allocator 1.5 ns per operation; clock pair 25 ns\n")
        out.write("# left out  simple on everything after operation 120000 (step limit; ask with --step-limit 0)\n")
        out.write(f"# schema    {schema_of(schema)}\n{columns}\n")
        for row in rows:
            out.write(",".join("" if v is None else str(v) for v in row) + "\n")


class Trace:
    """One invented workload: operations, peak live bytes, and how simple's heap goes along it."""

    def __init__(self, name, index):
        self.name = name
        self.random = random.Random(index)
        self.ops = int(2e5 * 2.2 ** (index % 5))
        self.peak = int(0.2 * MIB * 4 ** (index % 4))
        self.stops = index == 1

    def moment(self, i):
        """At the share i/WINDOWS of the run: live bytes, ranges."""
        x = i / WINDOWS
        live = int(self.peak * min(1.0, 1.25 * math.sqrt(x)) * (0.9 + 0.1 * math.sin(9 * x)))
        return live, int(30 + self.peak / 90 * x ** 0.8)


def allocator_rows():
    """Colours of their own, so that what is drawn in one can be found; tbbmalloc has none."""
    groups = {a: "ladder" for a in ["simple-align", "simple-merge", "free-list", "bins"]} | {"side-table": "branch"}
    for i, a in enumerate(ALLOCATORS[:-1] + list(groups)):
        yield [a, f"0000{16 + i:02X}", 4 + i, "ladder" if a == "simple" else groups.get(a), None, None, None]
    yield [ALLOCATORS[-1]] + [None] * 6


def walk_rows(t):
    for i in range(1, WINDOWS + 1):
        ops = t.ops // WINDOWS
        live, ranges = t.moment(i)
        mean = max(1.0, 0.35 * ranges * t.random.uniform(0.7, 1.2))
        for a in ALLOCATORS:
            if a == "simple" and t.stops and i > WINDOWS // 2:
                continue
            steps = mean if a == "simple" else 0
            ns = (steps * 0.9 + COST_NS.get(a, 12)) * t.random.uniform(0.9, 1.2)
            walks = ops // 2
            status = "stopped" if a == "simple" and t.stops else "ok"
            counted = [walks, int(walks * mean), int(walks * mean * 0.6), int(mean / 2), int(mean * 2.6), ranges]
            yield [t.name, a, status, i * ops, ops, walks, int(ns * ops), ranges] + (
                counted if a == "simple" else [None] * 6)


def length_rows(t):
    low, left = 1, t.ops // 2
    ranges = t.moment(WINDOWS)[1]
    while left > 0 and low < ranges:
        high = low + max(1, low // 16 if low >= 64 else 1)
        share = min(1.0, 1.2 * (high - low) / (low + 20))
        walks = max(1, int(left * share * t.random.uniform(0.6, 1)))
        yield [t.name, "simple", low, high, min(walks, left)]
        left -= walks
        low = high


def summary_rows(t):
    ranges = t.moment(WINDOWS)[1]
    for a in ALLOCATORS:
        stopped = a == "simple" and t.stops
        counted = [t.ops // 2, t.ops // 2 * ranges // 3, round(ranges / 3, 2), ranges // 4, ranges // 2,
                   int(ranges * 0.9), ranges, t.ops // 2 * ranges // 5, ranges, ranges // 3, int(t.peak * 1.5), t.peak]
        ns = COST_NS.get(a, 0.3 * ranges)
        yield [t.name, a, "stopped" if stopped else "ok", 2 * t.peak if a == "simple" else None,
               t.ops // 2 if stopped else t.ops, t.ops] + (counted if a == "simple" else [None] * 11 + [t.peak]) + [
                   round(ns, 2), round(ns / COST_NS["glibc"], 3)]


def fragmentation_rows(t):
    reach = {}
    for a in ALLOCATORS:
        for i in range(1, WINDOWS + 1):
            live, ranges = t.moment(i)
            head = [t.name, a, "ok", t.ops * i // WINDOWS]
            if a in ("null", "bump"):
                yield head + [live] + [None] * 4 + [0 if a == "null" else live * 3] + [None] * 3 + [0]
            elif a == "simple":
                header = ranges * 8
                extent = int(live + header + live * 0.02 + t.peak * 0.6 * i / WINDOWS)
                reach[a] = max(reach.get(a, 0), extent)
                slack = int(live * 0.02)
                yield head + [live, header, slack, reach[a] - live - header - slack, t.peak, reach[a], ranges, ranges // 3,
                              t.peak // 9, reach[a]]
            else:
                resident = int(live * (1.05 + 0.05 * ALLOCATORS.index(a))) // 4096 * 4096 + 40960
                reach[a] = max(reach.get(a, 0), resident)
                yield head + [live] + [None] * 4 + [reach[a]] + [None] * 3 + [reach[a]]


def map_rows(t):
    bucket = t.peak // 40 + 1
    for a, grows in (("simple", 0.7), ("first-merge", 0.2)):
        extent = 0
        for i in range(1, WINDOWS + 1):
            live = t.moment(i)[0]
            extent = max(extent, int(live * (1 + grows * i / WINDOWS)))
            cells = [int(min(bucket, extent - at) * t.random.choice((0, 0.5, 1))) for at in range(0, extent, bucket)]
            yield [t.name, a, "ok", t.ops * i // WINDOWS, live, extent, bucket, " ".join(map(str, cells))]


def measure_rows(t):
    for a in ALLOCATORS[2:]:
        if a == "simple":
            with_headers = [round(v * (1 + t.peak / MIB / 20), 2) for v in (71.5, 62.25, 55.0, 58.75)]
            yield [t.name, a, "ok", t.peak, int(t.peak * 1.59)] + with_headers + [round(v * 0.8, 2) for v in with_headers]
        elif t.peak < MIB:
            yield [t.name, a, "ok", t.peak, int(t.peak * 1.2)] + [None] * 8
        else:
            yield [t.name, a, "ok", t.peak, int(t.peak * 1.2), 12.5, 10.25, 20.0, 20.5] + [None] * 4


def policy_rows(t):
    for policy, merge in (("best", "yes"), ("first", "yes"), ("next", "yes"), ("buddy", "yes"), ("best", "no"), ("first", "no"),
                          ("next", "no"), ("packing", None)):
        for header, align in ((0, 1), (8, 1), (8, 16)) if policy != "buddy" else ((0, 16),):
            over = header / 50 + align / 90 + (0.6 if merge == "no" else 0 if merge is None else 0.05) * t.random.uniform(1, 3)
            measures = [None] * 3 + [round(100 * over, 3)] if merge is None else [round(100 * over * f, 3) for f in (1.2, 0.8, 1.1, 1)]
            yield [t.name, policy, merge, header, align, "ok", t.ops, t.peak, int(t.peak * (1 + over))] + measures + [
                int(t.peak * (1 + over)) if merge is None else None] + ([16, 8192, 5 * t.peak] if merge is None else [None] * 3)
    yield [t.name, "bins", "yes", 8, 16, "unavailable"] + [None] * 11


def published_rows():
    for policy, percent in (("best", 2.3), ("first", 2.3), ("next", 8), ("buddy", 53), ("lifo-first", 36), ("segregated", 74)):
        yield [None, policy, "yes", 0, 1, "published"] + [None] * 6 + [percent] + [None] * 4


def failure_rows(t):
    reasons = ["full", "full", "unmerged", "scattered", "unmerged"]
    for i in range(25):
        heap = int(t.peak * (0.2 + 0.08 * i))
        fits = heap > 1.7 * t.peak
        first = None if fits else int(t.ops * min(0.95, (heap / t.peak / 1.7) ** 2))
        served = t.ops // 2 if fits else int(t.ops / 2 * min(0.999, heap / t.peak / 1.7 + 0.2))
        yield [t.name, "simple", "ok" if fits else "failed", heap, t.ops, t.ops // 2, served, t.ops // 2 - served, first,
               None if fits else 96, None if fits else reasons[i % 5 if heap > t.peak else 0], min(heap, t.peak) // 2,
               min(heap, t.peak) // 3, 4000, t.peak if fits else min(heap, t.peak) * 9 // 10]
    for a in ALLOCATORS[3:]:
        for step in range(10):
            heap = MIB << step
            fits = heap > t.peak * (1.1 + 0.3 * ALLOCATORS.index(a))
            first = None if fits else int(t.ops * min(0.9, heap / t.peak / 4))
            served = t.ops // 2 if fits else int(t.ops / 2 * min(0.99, heap / t.peak / 3))
            yield [t.name, a, "ok" if fits else "failed", heap, t.ops, t.ops // 2, served, t.ops // 2 - served, first,
                   None if fits else 96, None, None, None, None, t.peak if fits else min(heap, t.peak) * 9 // 10]


def least_rows(t):
    """One allocator that no budget suffices, one that ends the program, one that is not there."""
    for over, a in ((1.6, "simple"), (1.2, "simple-merge")):
        yield [t.name, a, "ok", "heap", t.ops, t.peak, None, "exact", int(t.peak * over)] + [None] * 5
    for i, a in enumerate(ALLOCATORS[3:]):
        least = None if a == "mimalloc" else (int(t.peak * (1 + i)) // MIB + 1) * MIB
        if a == "tbbmalloc" and t.stops:
            yield [t.name, a, "unavailable"] + [None] * 11
            continue
        yield [t.name, a, "ok", "reserved", t.ops, t.peak, int(t.peak * (1.1 + i / 10)), "tried" if least else None, least,
               least - MIB if least else 64 << 30, 9, 2 if a == "tcmalloc" else 0] + (
                   [MIB, "signal 6"] if a == "tcmalloc" else [None] * 2)


def curve_rows(t):
    """Simple in five stretches, one a reason, and merging above it. The second trace has two anomalous sizes."""
    reasons = ["full", "scattered", "unmerged", "scattered", "unmerged"]
    for a, most in (("simple", 1.7), ("first-merge", 1.2)):
        for i in range(1, 41):
            heap = int(t.peak * most * i / 40)
            odd = a == "simple" and t.stops and i in (36, 37)
            fits = i == 40 or (a == "simple" and t.stops and i in (35, 38))
            first = None if fits else int(t.ops * (i / 40) ** (2 if a == "simple" else 1.2) * 0.95)
            yield [t.name, a, "ok" if fits else "failed", heap, t.ops, first] + (
                [None] * 5 if fits else [96, reasons[i // 9], heap // 2, heap // 3, 4000]) + [t.peak, int(odd), int(odd)]


def curve_summary_rows(t):
    for a, most in (("simple", 1.7), ("first-merge", 1.2)):
        yield [t.name, a, "ok", t.ops, t.peak, int(t.peak * 1.1), int(t.peak * most), int(t.peak * most), 40, 7, 4, 3, int(t.stops),
               2 * int(t.stops)]


def throughput_rows(t, first):
    for r in range(5):
        for a in ALLOCATORS:
            if first and a == "tbbmalloc":
                yield [t.name, a, r, "crashed"] + [None] * 14
            elif first and a == "mimalloc":
                yield [t.name, a, r, "unavailable"] + [None] * 14
            else:
                ns = COST_NS.get(a, 2000) * t.random.uniform(0.95, 1.15)
                failed = first and a == "simple"
                yield [t.name, a, r, "failed" if failed else "ok", t.ops, int(1.2 * ns * t.ops), int(ns * t.ops),
                       7 if failed else 0, t.ops // 3 if failed else None, t.peak, int(t.peak * 1.3) // 4096 * 4096,
                       t.peak // 4096 * 4096, t.peak // 4096, "glibc", int(1.2 * COST_NS["glibc"] * t.ops),
                       COST_NS["glibc"] * t.ops, int(1.2 * COST_NS["null"] * t.ops), int(COST_NS["null"] * t.ops)]


RATIOS = {a: COST_NS[a] / COST_NS["glibc"] for a in ALLOCATORS[3:]}


def compared(ratio, rank, a):
    """rank, verdict, ratio and its interval."""
    verdict = "baseline" if a == "glibc" else "faster" if ratio < 1 else "slower"
    return [rank, verdict, round(ratio, 4), round(ratio * (1 if a == "glibc" else 0.97), 4), round(ratio * (1 if a == "glibc" else 1.03), 4)]


def comparison_rows(t, first):
    """Of the first trace one crashed, one is not there and simple got NULL; ranks are by ratio."""
    ranked = [a for a in sorted(RATIOS, key=RATIOS.get) if not first or a not in ("tbbmalloc", "mimalloc")]
    for a in ranked + [a for a in ("tbbmalloc", "mimalloc") if first] + ["simple", "null"]:
        head = [t.name, a]
        if a in RATIOS and a not in ranked:
            how = "crashed" if a == "tbbmalloc" else "unavailable"
            yield head + [how, "glibc", "processor", None, 5, t.ops, t.ops] + [None] * 18 + [f"{how} (said \\x22so\\x22)"]
            continue
        ns = COST_NS.get(a, 2000)
        judged = compared(RATIOS[a], ranked.index(a) + 1, a) if a in ranked else [None, None, ns / 18, ns / 19, ns / 17]
        failed = first and a == "simple"
        yield head + ["failed" if failed else "ok", "glibc", "processor", None, 5, t.ops, t.ops] + judged + [
            None, ns, ns * 0.9, ns * 1.2, t.peak, int(t.peak * 1.3) // 4096 * 4096, t.peak // 4096 * 4096,
            1.3 if t.peak >= MIB else None, None, t.peak // 4096, 7 if failed else 0, None, None,
            "failed: NULL 7 times" if failed else None]


def mean_rows(count):
    """Over all traces: what was not ranked on each has no rank."""
    ranked = [a for a in sorted(RATIOS, key=RATIOS.get) if a not in ("tbbmalloc", "mimalloc")]
    for a in ranked + ["mimalloc", "tbbmalloc"]:
        missing = a not in ranked
        judged = compared(RATIOS[a], None if missing else ranked.index(a) + 1, a) if not missing or count > 1 else [None] * 5
        yield [None, a, None, "glibc", None, count - missing] + [None] * 3 + judged + [None] * 8 + [
            None if missing else 1 + 0.1 * ranked.index(a)] + [None] * 5


def remark_rows(t):
    yield [t.name, "verdict", f"tcmalloc is the fastest on {t.name}\\x2c by far"]
    yield [t.name, "warning", f"not to be trusted: the load is {len(t.name)}.5 on 2 cores"]


def threads_rows(t):
    """By two threads, and simple under one lock; one crashed."""
    for r in range(4):
        for a in ALLOCATORS:
            if a == "tbbmalloc" and t.stops:
                yield [t.name, a, r + 1, "crashed", 2] + [None] * 16
                continue
            ns = int(COST_NS.get(a, 2000) * t.random.uniform(0.95, 1.15) * t.ops)
            yield [t.name, a, r + 1, "stopped" if a == "simple" and t.stops else "ok", 2, 2, "yes" if a == "simple" else "no", t.ops,
                   t.ops // 9, ns, ns + 3, 2 * ns, ns // 2, 0, t.peak, t.peak + 4096, t.peak, t.peak // 4096, "glibc",
                   COST_NS["glibc"] * t.ops, int(COST_NS["null"] * t.ops)]


def latency_rows(t):
    """What is made up of nines grows with them; one crashed, one was stopped."""
    for a in ALLOCATORS:
        if a == "tbbmalloc" and t.stops:
            yield [t.name, a, "crashed"] + [None] * 9
            continue
        for kind in ("allocation", "malloc", "free", "pair"):
            for i, percentile in enumerate(("50", "90", "99", "99.9", "99.99", "max")):
                ns = int(COST_NS.get(a, 2000) * 4**i) if kind != "pair" else 20
                yield [t.name, a, "stopped" if a == "simple" and t.stops else "ok", kind, percentile, 3, t.ops, 3 * t.ops, ns, ns, ns + i, 10]


def return_rows(t):
    """A burst, a silence, all freed; a setting of one library, one that is not there."""
    for a, library in (("glibc", "glibc"), ("jemalloc", "jemalloc"), ("jemalloc-eager", "jemalloc"), ("tbbmalloc", "tbbmalloc")):
        if a == "tbbmalloc" and t.stops:
            yield [t.name, a, library, "unavailable"] + [None] * 6
            continue
        for i, (phase, share) in enumerate((("work", 1), ("silence", 0.1), ("silence", 0.1), ("freed", 0), ("freed", 0))):
            live = int(t.peak * share)
            yield [t.name, a, library, "ok", i + 0.5, phase, live + (0 if a.endswith("eager") else t.peak // 3), 0, 0, live]


def return_summary_rows(t):
    for a, library in (("glibc", "glibc"), ("jemalloc", "jemalloc"), ("jemalloc-eager", "jemalloc")):
        kept = 0 if a.endswith("eager") else t.peak // 3
        yield [t.name, a, library, "ok", t.peak, t.peak + kept, t.peak // 10, t.peak // 10 + kept, t.peak // 10 + kept, t.peak // 10 + kept,
               kept, kept, kept, kept, 10.5]


RUNGS = [("simple", "", 1, 1.6), ("simple-align", "simple", 0.9, 1.65), ("simple-merge", "simple-align", 0.7, 1.12),
         ("free-list", "simple-merge", 0.05, 1.12), ("bins", "free-list", 0, 1.2), ("side-table", "simple-merge", 0.7, 1.1),
         ("next", "simple", 0, 9.0),
         ("best-merge", "best", 1.5, 1.06), ("buddy", "", 0, 1.4)]


def ladder_rows(t):
    ranges = t.moment(WINDOWS)[1]
    for a, before, share, over in RUNGS:
        mean = max(1, round(ranges / 3 * share, 2))
        extent = int(t.peak * over)
        exact = "exact" if share else "tried"
        yield [t.name, a, "ok", f"idea of {a}", before, t.ops, t.ops // 2, int(t.ops // 2 * mean), mean, int(mean / 2),
               int(mean * 2.5), ranges, int(t.ops // 2 * mean * 0.6), t.peak, "extent", extent, over, exact, extent,
               None if share else extent - 99, over, t.ops // 9 if share else t.ops, 18 + mean, 17 + mean, 20 + mean,
               1 + mean / 18] + ([0.7, 0.0004, 1.01, 1.01, t.ops // 9] if before else [None] * 5)
    for a in ALLOCATORS[3:]:
        if a == "tbbmalloc" and t.stops:
            yield [t.name, a, "unavailable"] + [None] * 28
            continue
        ns = COST_NS[a] * t.random.uniform(0.95, 1.15)
        over = None if t.peak < MIB else 1.1 + 0.1 * ALLOCATORS.index(a)
        yield [t.name, a, "ok", None, None, t.ops] + [None] * 7 + [t.peak, "resident", int(t.peak * 1.3), over] + [None] * 4 + [
            t.ops, ns, ns * 0.9, ns * 1.2, ns / COST_NS["glibc"]] + [None] * 5


def adversary_rows():
    for name, bound in (("robson", "least"), ("first-fit", "most"), ("best-fit", ""), ("ramp", "least"), ("shredding", "most")):
        for a in ("simple", "glibc", "jemalloc", "tbbmalloc", "model-first"):
            live = 32 * MIB if a != "simple" else MIB
            if (name, a) == ("best-fit", "tbbmalloc"):
                yield [name, a, "crashed", "resident", live // 32, 64, 32, live] + [None] * 8
                continue
            for phase in range(7):
                expected = live + phase * live // 2 - 32 * (1 << phase) + 32
                yield [name, a, "ok", "extent" if a in ("simple", "model-first") else "resident", live // 32, 64, 32, live, phase,
                       1 << phase, live // 32 >> phase, live, expected, int(expected * (1 + len(a) / 100)),
                       expected if bound else None, bound]


def model_speed_rows():
    for walking, model in (("simple", "model-first"), ("first-merge", "model-first-merge"), ("best", "model-best")):
        for ranges in (100, 1000, 10000, 100000, 1000000):
            for a in (walking, model):
                if walking == "best" and ranges > 10000 and a == walking:
                    continue
                ns = 40 + (0.5 * ranges if a == walking else 20 * math.log(ranges))
                for r in range(3):
                    ops = max(40, min(10000, 10000000 // ranges))
                    yield [a, model, ranges, r, ranges, ranges + ranges // 20, ranges * 3 // 4, ops, int(ns * ops * (1 + r / 10)),
                           ops // 2 * ranges // 2, ranges * 40]


def variant_rows():
    """A front, a point that is beaten, one without an interval, and a library that is nobody's."""
    for name, library, settings, ratio, memory, front in (
            ("jemalloc", "jemalloc", "", 0.78, 1.33, "yes"), ("elsewhere", "./lib.so", "A=1", 0.8, 1.9, "no"),
            ("glibc", "glibc", "", 1, 1, "yes"), ("glibc-no-tcache", "glibc", "GLIBC_TUNABLES=glibc.malloc.tcache_count=0", 1.3, 0.94, "yes"),
            ("eager", "jemalloc", "MALLOC_CONF=dirty_decay_ms:0\\x2cnarenas:1", 2.5, 1.16, "no")):
        yield [name, library, settings, "glibc", 9, ratio, None if name == "elsewhere" else ratio * 0.97,
               None if name == "elsewhere" else ratio * 1.03, memory, front]


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__.split("\n\n")[1])
    folder = sys.argv[1]
    traces = [Trace(name, i) for i, name in enumerate(sys.argv[2:] or ["alpha", "beta_2", "gamma delta"])]
    os.makedirs(folder, exist_ok=True)

    def each(rows):
        return (row for t in traces for row in rows(t))

    write(folder, "walk_cost", "walk_cost",
          "trace,allocator,status,op,ops,allocs,elapsed_ns,ranges,walks,walk_total,walk_allocated,walk_p50,walk_p99,walk_max",
          each(walk_rows))
    write(folder, "walk_lengths", "walk_lengths", "trace,allocator,length_low,length_high,walks", each(length_rows))
    write(folder, "walk_summary", "walk_summary",
          "trace,allocator,status,heap_bytes,ops,trace_ops,walks,walk_total,walk_mean,walk_p50,walk_p90,walk_p99,walk_max,"
          "walk_allocated,ranges,free_ranges,high_water_bytes,peak_live_bytes,ns_per_op,ratio_to_glibc", each(summary_rows))
    write(folder, "fragmentation", "fragmentation",
          "trace,allocator,status,op,live_bytes,header_bytes,slack_bytes,free_bytes,tail_bytes,extent_bytes,ranges,"
          "free_ranges,largest_free_bytes,resident_bytes", each(fragmentation_rows))
    write(folder, "fragmentation_summary", "fragmentation_summary",
          "trace,allocator,status,peak_live_bytes,peak_extent_bytes,measure1,measure2,measure3,measure4,payload1,payload2,"
          "payload3,payload4", each(measure_rows))
    write(folder, "heap_map", "heap_map", "trace,allocator,status,op,live_bytes,extent_bytes,bucket_bytes,allocated_bytes",
          each(map_rows))
    write(folder, "policies", "policies",
          "trace,policy,merge,header_bytes,align,status,ops,peak_live_bytes,peak_extent_bytes,measure1,measure2,measure3,measure4,"
          "bound_bytes,smallest_bytes,largest_bytes,robson_bytes", [*published_rows(), *each(policy_rows)])
    write(folder, "failure_points", "failure_points",
          "trace,allocator,status,heap_bytes,ops,allocs,served,failures,first_failure,requested_bytes,reason,live_bytes,"
          "free_bytes,largest_free_bytes,peak_live_bytes", each(failure_rows))
    write(folder, "least_memory", "least_memory",
          "trace,allocator,status,bound,ops,peak_live_bytes,peak_resident_bytes,minimum_how,minimum_bytes,failing_bytes,tried,"
          "ended,ended_bytes,ended_by", each(least_rows))
    write(folder, "curve", "curve",
          "trace,allocator,status,heap_bytes,ops,first_failure,requested_bytes,reason,live_bytes,free_bytes,largest_free_bytes,"
          "peak_live_bytes,simulated,anomalous", each(curve_rows))
    write(folder, "curve_summary", "curve_summary",
          "trace,allocator,status,ops,peak_live_bytes,peak_with_records_bytes,minimum_heap_bytes,high_water_bytes,steps,"
          "undecided_sizes,hopeless_sizes,simulated_sizes,anomalous_spans,anomalous_sizes", each(curve_summary_rows))
    write(folder, "allocators", "allocators", "allocator,colour,shape,group,model,before,idea", allocator_rows())
    write(folder, "throughput", "throughput",
          "trace,allocator,round,status,ops,elapsed_ns,cpu_ns,failures,first_failure,peak_live_bytes,peak_resident_bytes,"
          "end_resident_bytes,page_faults,reference,reference_ns,reference_cpu_ns,null_ns,null_cpu_ns",
          (row for i, t in enumerate(traces) for row in throughput_rows(t, i == 0)))
    write(folder, "comparison", "comparison",
          "trace,allocator,status,baseline,clock,traces,rounds,ops,trace_ops,rank,verdict,ratio,ratio_low,ratio_high,more_rounds,"
          "ns_per_op,least_ns,most_ns,peak_live_bytes,peak_resident_bytes,end_resident_bytes,memory_over_live,memory_ratio,"
          "page_faults,failures,saved_seconds,saved_share,problem",
          [*(row for i, t in enumerate(traces) for row in comparison_rows(t, i == 0)), *mean_rows(len(traces))])
    write(folder, "remarks", "remarks", "trace,kind,text", each(remark_rows))
    write(folder, "return", "return",
          "trace,allocator,library,status,time_s,phase,resident_bytes,lazy_free_bytes,huge_bytes,live_bytes", each(return_rows))
    write(folder, "return_summary", "return_summary",
          "trace,allocator,library,status,peak_live_bytes,peak_resident_bytes,drop_live_bytes,drop_bytes,drop_1s_bytes,drop_10s_bytes,"
          "freed_bytes,freed_1s_bytes,freed_10s_bytes,last_bytes,last_s", each(return_summary_rows))
    write(folder, "threads", "threads",
          "trace,allocator,round,status,recorded_threads,replay_threads,one_lock,ops,handovers,elapsed_ns,cpu_ns,thread_ns,"
          "waiting_ns,failures,peak_live_bytes,replay_peak_live_bytes,peak_resident_bytes,page_faults,reference,reference_ns,null_ns",
          each(threads_rows))
    write(folder, "latency", "latency", "trace,allocator,status,kind,percentile,rounds,ops,calls,ns,least_ns,most_ns,clock_step_ns",
          each(latency_rows))
    write(folder, "variants", "variants",
          "allocator,library,settings,baseline,traces,ratio,ratio_low,ratio_high,memory_ratio,on_front", variant_rows())
    write(folder, "ladder", "ladder",
          "trace,allocator,status,idea,before,ops,walks,walk_total,walk_mean,walk_p50,walk_p99,walk_max,walk_allocated,"
          "peak_live_bytes,measured,extent_bytes,extent_over_live,minimum_how,minimum_bytes,failing_bytes,minimum_over_live,"
          "time_ops,ns_per_op,least_ns,most_ns,ratio_to_glibc,walk_change,time_change,extent_change,minimum_change,change_ops",
          each(ladder_rows))
    write(folder, "adversary", "adversary",
          "adversary,allocator,status,measured,live_units,ratio,unit_bytes,most_live_bytes,phase,size,live_blocks,live_bytes,"
          "expected_bytes,measured_bytes,bound_bytes,bound", adversary_rows())
    write(folder, "model_speed", "model_speed",
          "allocator,model,ranges,round,ranges_least,ranges_most,live,ops,elapsed_ns,walk_total,resident_bytes", model_speed_rows())


if __name__ == "__main__":
    main()
