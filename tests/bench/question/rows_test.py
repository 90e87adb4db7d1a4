"""rows_test - every column of every file of results, against figures that are computed here.

What depends on no machine is replayed on a plain heap (plain_heap.py). Times and resident memory are those of
invented_samples.c, read from its log. So each field has one right text, and no two columns can be exchanged.
"""

import collections
import json
import os
import shutil
import subprocess
import unittest
from operator import truediv

import invented
from invented import PROGRAMS, median, net_ratios, ratio, tail, tails
from plain_heap import Heap, Replay, make_trace, percentile, round_up, write_trace

SANITIZED = os.environ["SANITIZE"] != ""

LIBRARIES = os.environ["LIBRARIES"]
MIB = 1 << 20

SIMPLE = {}
MERGED = {"merge": True}


def real(value):
    """As results write one."""
    return f"{value:.6g}"


RETURNED = ["madvise_calls", "madvise_bytes", "unmap_calls", "unmap_bytes"]


class Rows(invented.Test):
    @classmethod
    def setUpClass(cls):
        cls.trace = make_trace(7, 450, 40, 400)
        cls.ample = Replay(cls.trace, Heap())
        cls.merged = Replay(cls.trace, Heap(**MERGED))
        assert cls.ample.failures == 0 and cls.ample.allocs > 200

    def setUp(self):
        super().setUp()
        write_trace(os.path.join(self.folder, "made.txt"), self.trace)

    def ask(self, question, allocators, *more, **settings):
        self.run_program(question, "--results=out", f"--allocators={allocators}", "--traces=made.txt", *more, **settings)

    def assert_row(self, row, expected):
        """`expected` has a value for each column: what is None must be empty."""
        texts = {c: "" if v is None else real(v) if isinstance(v, float) else str(v) for c, v in expected.items()}
        self.assertEqual(row, texts)

    # -- latency --

    def test_latency_is_of_the_calls_of_all_rounds(self):
        limit, cut = self.cut()
        self.ask("latency", "simple,glibc", "--rounds=3", "--step-limit", str(limit))
        for allocator, ops, status in (("simple", cut, "stopped"), ("glibc", len(self.trace), "ok"), ("null", len(self.trace), "ok")):
            samples, rows = self.timed(allocator, ops, "latency"), self.rows("latency", allocator=allocator)
            expected = list(tails(samples))
            self.assertEqual((len(samples), len(rows)), (3, len(expected)))
            for row, (kind, percentile, calls, ns, least, most) in zip(rows, expected):
                self.assert_row(row, {
                    "trace": "made", "allocator": allocator, "status": status, "kind": kind, "percentile": percentile,
                    "rounds": 3, "ops": ops, "calls": calls, "ns": ns, "least_ns": least, "most_ns": most, "clock_step_ns": 3})
            self.assertEqual({row["kind"] for row in rows}, set(invented.KINDS))
        self.assertFalse([s for s in self.samples if s.mode == "latency" and s.op_limit == cut and s.allocator != "simple"])

    def test_the_floor_is_the_median_of_the_null_allocators_samples(self):
        for slow_from in (2, 3):  # so that now the first is another, and now the last
            self.ask("latency", "glibc", "--rounds=1", slow=slow_from, spread=0)
            self.rows("latency")
            floors = [s.elapsed / s.ops for s in self.samples if s.mode == "time" and s.allocator == "null"]
            self.assertEqual((len(floors), len(set(floors))), (3, 2))
            self.assertIn(f"# floor     null allocator {median(floors):.2f} ns per operation", "\n".join(self.head))

    def test_one_that_crashes_has_a_row_without_latency(self):
        self.ask("latency", "glibc,bump", "--rounds=2", crash="bump", status=3)
        self.assert_row(*self.rows("latency", allocator="bump"), dict.fromkeys(self.rows("latency")[0]) | {
            "trace": "made", "allocator": "bump", "status": "crashed"})

    def test_benchmarks_of_latency_count_percentiles_of_their_sample(self):
        found = self.benchmarks("latency")
        for allocator in ("simple", "glibc"):
            sample, = self.timed(allocator, len(self.trace), "latency")
            calls = sample.all_calls()
            tails = {("" if kind == "allocation" else "free_") + (name if name == "max" else "p" + name): tail(calls[kind], name)
                     for kind in ("allocation", "free") for name in invented.SHARES}
            self.assert_counters(found[allocator, "iterations:1"], {
                "real_time": sample.elapsed / 1e6, "cpu_time": sample.cpu / 1e6, "failures": 0,
                "pair_p50": tail(calls["pair"], "50"), **tails})

    # -- throughput --

    def assert_throughput(self, allocator, ops, status):
        rows = self.rows("throughput", allocator=allocator)
        samples, references, null = (self.timed(*kind) for kind in ((allocator, ops), ("glibc", ops), ("null", len(self.trace))))
        self.assertEqual([len(rows), len(samples), len(references), len(null)], [3] * 4)
        peak_live = Replay(self.trace[:ops], Heap()).peak_live
        for i, row in enumerate(rows):
            self.assert_row(row, {
                "trace": "made", "allocator": allocator, "round": i + 1, "status": status, "ops": ops,
                "elapsed_ns": samples[i].elapsed, "cpu_ns": samples[i].cpu, "failures": 0, "first_failure": None,
                "peak_live_bytes": peak_live, "peak_resident_bytes": samples[i].peak, "end_resident_bytes": samples[i].end,
                "page_faults": samples[i].faults, "reference": "glibc", "reference_ns": references[i].elapsed,
                "reference_cpu_ns": references[i].cpu, "null_ns": null[i].elapsed if status == "ok" else None,
                "null_cpu_ns": null[i].cpu if status == "ok" else None, "system_ns": samples[i].system,
                **dict(zip(RETURNED, self.returned(allocator)))})
        return samples, references, null

    def returned(self, allocator):
        """What one replay beside the rounds counted; null hands out no memory, and has none."""
        counts = [s.returned for s in self.samples if s.mode == "kernel" and s.allocator == allocator]
        self.assertEqual(len(counts), 0 if allocator == "null" else 1)
        return counts[0] if counts else [None] * 4

    def cut(self):
        """A step limit, and the operation after which it ends simple, which is in the middle of a window of walk_cost."""
        totals, ends = [], {end for _, end in self.windows(200)}
        Replay(self.trace, Heap(), after=lambda r: totals.append(sum(r.lengths)))
        cut = next(i for i in range(len(totals) // 2, len(totals)) if totals[i] > totals[i - 1] and i + 1 not in ends)
        return totals[cut], cut + 1

    def test_throughput_and_what_run_makes_of_it(self):
        limit, cut = self.cut()
        out = json.loads(self.run_program("heapbench", "run", "made.txt", "-a", "simple,glibc,bump,null", "--rounds", "3",
                                          "--step-limit", str(limit), "--seed", "5", "--results", "out", "--json", ns="null=3"))
        ops = len(self.trace)
        shown = {row["allocator"]: row for row in out["rows"]}
        self.assertEqual((out["seed"], out["rounds"], out["baseline"], out["mean"]), (5, 3, "glibc", []))
        for allocator in ("simple", "glibc", "bump", "null"):
            done = cut if allocator == "simple" else ops
            samples, references, null = self.assert_throughput(allocator, done, "stopped" if allocator == "simple" else "ok")
            self.assert_shown(shown[allocator], done, samples, references, null)
        self.assert_written(out)
        floor = median(s.elapsed for s in null) / ops
        self.rows("throughput")
        self.assertTrue(any(f"null allocator {floor:.2f} ns per operation" in line for line in self.head), self.head)
        self.assertAlmostEqual(out["floor_ns_per_op"], floor, 9)
        self.assertIn(f"# left out  time of simple on made after operation {cut} "
                      f"(step limit {limit}; ask with --step-limit 0)", self.head)

    def assert_written(self, out):
        """comparison.csv and remarks.csv say what --json says."""
        of_json = {"ns_per_op": "ns_per_op", "least_ns": "ns_per_op_min", "most_ns": "ns_per_op_max", "ratio": "ratio", "ratio_low": "ratio_low",
                   "ratio_high": "ratio_high", "rank": "rank", "peak_live_bytes": "peak_live_bytes", "failures": "failures", "ops": "ops",
                   "trace_ops": "trace_ops", "saved_share": "saved_share", "memory_over_live": "memory_over_live"}
        rows = [row for row in self.rows("comparison") if row["trace"]]
        self.assertEqual([row["allocator"] for row in rows], [row["allocator"] for row in out["rows"]])
        for written, shown in zip(rows, out["rows"]):
            for column, key in of_json.items():
                self.assertEqual(written[column] or "", "" if shown[key] is None else f"{shown[key]:.6g}" if isinstance(shown[key], float)
                                 else str(shown[key]), (column, shown))
            self.assertEqual((written["status"], written["baseline"], written["verdict"] or None, written["clock"]),
                             (shown["status"], "glibc", shown["verdict"], out["traces"][0]["clock"]))
        for kind, key in (("verdict", "verdict"), ("warning", "warnings")):
            said = [row["text"].replace("\\x2c", ",") for row in self.rows("remarks", kind=kind)]
            self.assertEqual(said, out["traces"][0][key])

    def assert_shown(self, row, done, samples, references, null):
        """A row of 3 rounds, which have no interval, on a trace that is too short for a verdict."""
        ns = [s.elapsed / done for s in samples]
        net = net_ratios(samples, references, null) if done == len(self.trace) else []
        expected = {
            "ns_per_op": median(ns), "ns_per_op_min": min(ns), "ns_per_op_max": max(ns),
            "cpu_ns_per_op": median(s.cpu for s in samples) / done, "ratio": ratio(samples, references)}
        for key, value in expected.items():
            self.assertAlmostEqual(row[key], value, 9, key)
        self.assertEqual(row["ratio_to_glibc"], row["ratio"])
        if net:
            self.assertAlmostEqual(row["ratio_net"], median(net), 9)
        else:
            self.assertIsNone(row["ratio_net"])
        self.assertEqual([row[key] for key in ("ratio_low", "ratio_high", "ratio_net_low", "ratio_net_high", "rank",
                                               "more_rounds", "first_failure", "memory_over_live")], [None] * 8)
        self.assertEqual(row["verdict"], "baseline" if row["allocator"] == "glibc" else None)
        self.assertEqual((row["ops"], row["trace_ops"], row["rounds"], row["failures"]), (done, len(self.trace), 3, 0))
        self.assertEqual([row["peak_resident_bytes"], row["end_resident_bytes"], row["page_faults"]],
                         [median(getattr(s, key) for s in samples) for key in ("peak", "end", "faults")])
        self.assertAlmostEqual(row["system_ns_per_op"], sum(s.system for s in samples) / 3 / done, 6)
        self.assertEqual([row[key] for key in RETURNED], self.returned(row["allocator"]))
        self.assertEqual(row["peak_live_bytes"], Replay(self.trace[:done], Heap()).peak_live)
        self.assertEqual((row["times"], row["cpu_times"]), ([s.elapsed / 1e9 for s in samples], [s.cpu / 1e9 for s in samples]))

    def test_the_table_of_run_shows_the_same_figures(self):
        out = self.run_program("heapbench", "run", "made.txt", "-a", "glibc,bump,null", "--rounds", "4", ns="null=3")
        ops = len(self.trace)
        lines = {line.split()[0]: line for line in out.splitlines() if line.startswith("  ")}

        def show(value):
            return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 1000 else f"{value:.0f}"

        def show_bytes(samples, key):
            value = int(median(getattr(s, key) for s in samples)) / (1 << 20)
            return [f"{value:.2f}" if value < 10 else f"{value:.1f}", "MiB"]

        references, null = self.timed("glibc", ops), self.timed("null", ops)
        for allocator in ("glibc", "bump"):
            samples = self.timed(allocator, ops)
            ns = [s.elapsed / ops for s in samples]
            words = [show(median(ns)), show(min(ns)), "-", show(max(ns)), f"{ratio(samples, references):.3f}",
                     f"{median(net_ratios(samples, references, null)):.3f}", *show_bytes(samples, "peak"), *show_bytes(samples, "end"),
                     *f"{int(median(s.faults for s in samples)):,}".split(",")]
            calls, given, unmaps, unmapped = self.returned(allocator)
            given = (given + unmapped) / (1 << 20)
            words += [f"{given:.2f}" if given < 10 else f"{given:.1f}", "MiB,", *f"{calls + unmaps:,}".split(",")]
            self.assertEqual(lines[allocator].split()[1:], words)
        self.assertLess(out.index("  glibc "), out.index("-- built in, not ranked --"))
        self.assertLess(out.index("-- built in, not ranked --"), out.index("  bump "))
        self.assertLess(out.index("  bump "), out.index("  null "))

    def test_an_allocator_that_crashes_where_it_is_cut_has_crashed(self):
        limit, cut = self.cut()
        out = self.run_program("heapbench", "run", "made.txt", "-a", "simple,glibc", "--rounds", "2", "--step-limit", str(limit),
                               "--results", "out", "--json", crash="simple", status=3)
        row, = (row for row in json.loads(out)["rows"] if row["allocator"] == "simple")
        self.assertEqual(row, {"trace": "made", "allocator": "simple", "status": "crashed", "ops": cut,
                               "trace_ops": len(self.trace), "rounds": 2, "problem": "crashed (signal 11)"})
        self.assertEqual([",".join(row.values()) for row in self.rows("throughput", allocator="simple")],
                         ["made,simple,1,crashed" + "," * 19])
        self.run_program("walk_cost", "--results=out", "--allocators=simple,glibc", "--traces=made.txt", "--rounds=2",
                         f"--step-limit={limit}", crash="simple", status=3)
        row, = self.rows("walk_summary", allocator="simple")
        self.assertEqual((row["status"], row["ops"], row["ns_per_op"], row["ratio_to_glibc"], row["walk_ops"]),
                         ("crashed", "", "", "", str(len(self.trace))))

    # -- walk cost --

    def windows(self, count):
        """(first operation, end) of each."""
        ops = len(self.trace)
        ends = [ops // count * (i + 1) + ops % count * (i + 1) // count for i in range(count)]
        return list(zip([0] + ends, ends))

    def test_walk_cost(self):
        self.ask("walk_cost", "simple,glibc", "--rounds=3")
        seen = []
        replay = Replay(self.trace, Heap(), after=lambda r: seen.append((len(r.lengths), r.allocs, len(r.heap.ranges))))
        windows = self.windows(200)
        for allocator in ("simple", "glibc"):
            rows = self.rows("walk_cost", allocator=allocator)
            samples = self.timed(allocator, len(self.trace), "series")
            self.assertEqual((len(rows), len(samples)), (200, 3))
            for i, ((begin, end), row) in enumerate(zip(windows, rows)):
                before = seen[begin - 1] if begin else (0, 0, 0)
                walks, allocated = (series[before[0]:seen[end - 1][0]] for series in (replay.lengths, replay.allocated_walks))
                is_simple = allocator == "simple"
                self.assert_row(row, {
                    "trace": "made", "allocator": allocator, "status": "ok", "op": end, "ops": end - begin,
                    "allocs": seen[end - 1][1] - before[1],
                    "elapsed_ns": int(median(s.windows[i][0] for s in samples) + 0.5),
                    "ranges": seen[end - 1][2], "walks": len(walks) if is_simple else None,
                    "walk_total": sum(walks) if is_simple else None, "walk_allocated": sum(allocated) if is_simple else None,
                    "walk_p50": percentile(walks, 50) if is_simple else None,
                    "walk_p99": percentile(walks, 99) if is_simple else None,
                    "walk_max": max(walks, default=0) if is_simple else None})
        self.assert_lengths(replay)
        self.assert_walk_summary(replay, len(self.trace), "ok")

    def assert_lengths(self, replay):
        bins = collections.Counter()
        for length in replay.lengths:
            step = 1 if length < 64 else 1 << (length.bit_length() - 5)
            bins[(length // step * step, length // step * step + step)] += 1
        self.assertEqual([tuple(row.values()) for row in self.rows("walk_lengths")],
                         [("made", "simple", str(low), str(high), str(n)) for (low, high), n in sorted(bins.items())])
        self.assertGreater(max(bins)[1] - max(bins)[0], 1, "the trace should walk farther")

    def assert_walk_summary(self, replay, timed_ops, status):
        heap, lengths, ops = replay.heap, replay.lengths, len(self.trace)
        for allocator in ("simple", "glibc"):
            simple = allocator == "simple"
            done = timed_ops if simple else ops
            samples, references = self.timed(allocator, done, "series"), self.timed("glibc", done, "series")
            row, = self.rows("walk_summary", allocator=allocator)
            walks = {"walks": len(lengths), "walk_total": sum(lengths), "walk_mean": sum(lengths) / len(lengths),
                     "walk_p50": percentile(lengths, 50), "walk_p90": percentile(lengths, 90),
                     "walk_p99": percentile(lengths, 99), "walk_max": max(lengths),
                     "walk_allocated": sum(replay.allocated_walks), "ranges": len(heap.ranges),
                     "free_ranges": len(heap.free_lengths()), "high_water_bytes": heap.high_water, "walk_ops": ops}
            expected = {"trace": "made", "allocator": allocator, "status": status if simple else "ok", "heap_bytes": None,
                        "ops": done, "trace_ops": ops, "peak_live_bytes": replay.peak_live,
                        "ns_per_op": float(median(s.elapsed for s in samples) / done),
                        "ratio_to_glibc": ratio(samples, references)}
            self.assert_row(row, {**expected, **{c: v if simple else None for c, v in walks.items()}})

    def test_walk_cost_cut_short_has_a_reference_on_the_same_operations(self):
        limit, cut = self.cut()
        end = next(end for _, end in self.windows(200) if end >= cut)  # no window is timed in part
        self.ask("walk_cost", "simple,glibc", "--rounds=3", f"--step-limit={limit}")
        self.assert_walk_summary(Replay(self.trace, Heap()), end, "stopped")
        rows = self.rows("walk_cost", allocator="simple")
        self.assertEqual([row["elapsed_ns"] != "" for row in rows], [int(row["op"]) <= end for row in rows])
        self.assertEqual(len(rows), 200)

    # -- fragmentation --

    def test_fragmentation(self):
        self.ask("fragmentation", "simple,first-merge,glibc")
        for allocator, options in (("simple", SIMPLE), ("first-merge", MERGED)):
            moments = []

            def look(r, moments=moments):
                allocated, free = r.heap.allocated_bytes(), r.heap.free_lengths()
                headers = 8 * len(r.held)
                moments.append({
                    "op": r.ops, "live_bytes": r.live, "header_bytes": headers, "slack_bytes": allocated - headers - r.live,
                    "free_bytes": r.heap.high_water - allocated, "tail_bytes": None, "extent_bytes": r.heap.high_water,
                    "ranges": len(r.heap.ranges), "free_ranges": len(free), "largest_free_bytes": max(free, default=0),
                    "resident_bytes": None, "peak": r.peak_now})

            replay = Replay(self.trace, Heap(**options), after=look)
            rows = self.rows("fragmentation", allocator=allocator)
            self.assertEqual(len(rows), 400)
            for row, (_, end) in zip(rows, self.windows(400)):
                moment = {c: v for c, v in moments[end - 1].items() if c != "peak"}
                moment["tail_bytes"] = replay.heap.high_water - moment["extent_bytes"]
                self.assert_row(row, {"trace": "made", "allocator": allocator, "status": "ok", **moment})
            self.assert_measures(allocator, replay, moments)
            self.assert_map(allocator, options)
        self.assert_resident()

    def measures(self, extents, lives, peaks):
        """The four, as ratios: extents and live bytes of each moment, and whether more is live than ever."""
        first_peak = extents.index(max(extents))
        at_peak = max(i for i, peak in enumerate(peaks) if peak)
        moments = [(u, l) for u, l in zip(extents, lives) if l > 0]
        ratio = lambda u, l: u / l - 1 if l else 0.0
        return [sum(u / l - 1 for u, l in moments) / len(moments), ratio(extents[at_peak], max(lives)),
                ratio(extents[first_peak], lives[first_peak]), ratio(max(extents), max(lives))]

    def assert_measures(self, allocator, replay, moments):
        lives, peaks = [m["live_bytes"] for m in moments], [m["peak"] for m in moments]
        with_records = self.measures([m["extent_bytes"] for m in moments], lives, peaks)
        payload = self.measures([m["extent_bytes"] - 8 * (m["ranges"] - 1) for m in moments], lives, peaks)
        row, = self.rows("fragmentation_summary", allocator=allocator)
        self.assert_row(row, {
            "trace": "made", "allocator": allocator, "status": "ok", "peak_live_bytes": replay.peak_live,
            "peak_extent_bytes": replay.heap.high_water,
            **{f"measure{i + 1}": 100 * float(v) for i, v in enumerate(with_records)},
            **{f"payload{i + 1}": 100 * float(v) for i, v in enumerate(payload)}, "ops": len(self.trace)})
        self.assertEqual(len({row[f"{k}{i}"] for k in ("measure", "payload") for i in (1, 2, 3, 4)}), 8, row)

    def assert_map(self, allocator, options):
        extent = Replay(self.trace, Heap(**options)).heap.high_water
        bucket = -(-extent // 80)
        expected = []

        def look(r):
            counts = [0] * -(-r.heap.high_water // bucket)
            for offset, length, allocated in r.heap.ranges:
                for at in range(offset, offset + length if allocated else 0):
                    counts[at // bucket] += 1
            expected.append((r.ops, r.live, r.heap.high_water, " ".join(map(str, counts))))

        ends = {end for _, end in self.windows(150)}
        Replay(self.trace, Heap(**options), after=lambda r: look(r) if r.ops in ends else None)
        rows = self.rows("heap_map", allocator=allocator)
        self.assertEqual(len(rows), 150)
        for row, (op, live, high_water, counts) in zip(rows, expected):
            self.assert_row(row, {"trace": "made", "allocator": allocator, "status": "ok", "op": op, "live_bytes": live,
                                  "extent_bytes": high_water, "bucket_bytes": bucket, "allocated_bytes": counts})

    def assert_resident(self):
        lives = []
        replay = Replay(self.trace, Heap(), after=lambda r: lives.append(r.live))
        sample, = self.timed("glibc", len(self.trace), "series")
        rows = self.rows("fragmentation", allocator="glibc")
        self.assertEqual(len(rows), 400)
        for row, (_, end), (_, resident) in zip(rows, self.windows(400), sample.windows):
            self.assert_row(row, {
                "trace": "made", "allocator": "glibc", "status": "ok", "op": end, "live_bytes": lives[end - 1],
                "header_bytes": None, "slack_bytes": None, "free_bytes": None, "tail_bytes": None, "extent_bytes": resident,
                "ranges": None, "free_ranges": None, "largest_free_bytes": None, "resident_bytes": resident})
        row, = self.rows("fragmentation_summary", allocator="glibc")
        blank = {f"{k}{i}": None for k in ("measure", "payload") for i in (1, 2, 3, 4)}  # less than 1 MiB live
        self.assert_row(row, {"trace": "made", "allocator": "glibc", "status": "ok", "peak_live_bytes": replay.peak_live,
                              "peak_extent_bytes": sample.peak, **blank, "ops": len(self.trace)})

    def test_resident_measures_where_a_mebibyte_is_live(self):
        self.trace = [(kind, thing, size * 2000) for kind, thing, size in self.trace]
        self.setUp()
        self.ask("fragmentation", "glibc")
        lives = []
        replay = Replay(self.trace, Heap(), after=lambda r: lives.append(r.live))
        sample, = self.timed("glibc", len(self.trace), "series")
        ends = [(resident, lives[end - 1]) for (_, end), (_, resident) in zip(self.windows(400), sample.windows)]
        at_live = max(ends, key=lambda end: end[1])  # the first of equals, as below
        at_extent = max(ends, key=lambda end: end[0])
        live_ends = [(u, l) for u, l in ends if l > 0]
        measures = [sum(u / l - 1 for u, l in live_ends) / len(live_ends), at_live[0] / at_live[1] - 1,
                    sample.peak / at_extent[1] - 1 if at_extent[1] else 0.0, sample.peak / replay.peak_live - 1]
        row, = self.rows("fragmentation_summary", allocator="glibc")
        self.assert_row(row, {
            "trace": "made", "allocator": "glibc", "status": "ok", "peak_live_bytes": replay.peak_live,
            "peak_extent_bytes": sample.peak, **{f"measure{i + 1}": 100 * v for i, v in enumerate(measures)},
            **{f"payload{i}": None for i in (1, 2, 3, 4)}, "ops": len(self.trace)})

    # -- failures --

    def failure_row(self, allocator, options, size):
        replay = Replay(self.trace, Heap(size, **options))
        first = replay.first or dict.fromkeys(("first_failure", "requested_bytes", "reason", "live_bytes", "free_bytes",
                                               "largest_free_bytes"))
        return replay, {"trace": "made", "allocator": allocator, "status": "failed" if replay.failures else "ok",
                        "heap_bytes": size, "ops": len(self.trace), **first, "peak_live_bytes": self.ample.peak_live}

    def test_failure_points(self):
        self.ask("failure_points", "simple,first-merge")
        reasons = set()
        for allocator, options, ample in (("simple", SIMPLE, self.ample), ("first-merge", MERGED, self.merged)):
            rows = self.rows("failure_points", allocator=allocator)
            sizes = [int(row["heap_bytes"]) for row in rows]
            high = ample.heap.high_water
            steps = {-(-self.ample.peak_live // 2), high}  # the ends and what suffices are in the grid
            self.assertTrue(steps <= set(sizes), (steps, sizes))
            self.assertEqual((sizes, len(sizes)), (sorted(set(sizes)), 15))
            self.assertAlmostEqual(sizes[-1], 1.1 * high, delta=1)
            for row, size in zip(rows, sizes):
                replay, expected = self.failure_row(allocator, options, size)
                reasons.add(expected["reason"])
                self.assert_row(row, {**expected, "allocs": replay.allocs, "served": replay.served,
                                      "failures": replay.failures, "asked_ops": len(self.trace)})
            self.assertEqual(rows[-2]["status"] + rows[-1]["status"], "okok")
        self.assertTrue({"full", "unmerged", None} <= reasons, reasons)

    def test_a_library_is_given_the_budgets_that_its_rows_name(self):
        self.ask("failure_points", "glibc")
        budgets = [s.budget for s in self.samples if s.mode == "count"]
        self.assertEqual([int(row["heap_bytes"]) for row in self.rows("failure_points")], budgets)
        self.assertEqual({budget % MIB for budget in budgets}, {0})
        least, = self.rows("least_memory")
        ample = [s for s in self.samples if s.mode == "time" and s.allocator == "glibc"][-1]
        self.assertEqual((int(least["peak_resident_bytes"]), int(least["tried"])), (ample.peak, len(budgets)))
        if not SANITIZED:
            self.assertEqual((budgets, int(least["minimum_bytes"])), ([MIB, MIB], MIB))

    def test_the_smallest_reservation_and_how_a_library_takes_a_refusal(self):
        """Five blocks of a mebibyte, each mapped for itself, and a few pages of the library's own."""
        with open(os.path.join(self.folder, "big.txt"), "w", encoding="ascii") as out:
            out.writelines([f"a {i} {MIB}\n" for i in range(5)] + ["f 0\n", f"a 5 {MIB}\n"])
        for name, status, ended_by in (("maps", "failed", None), ("maps_abort", "crashed", "signal 6"),
                                       ("maps_exit", "crashed", "exit status 7")):
            library = f"libodd_{name}.so"
            self.run_program("failure_points", "--results=out", f"--allocators={LIBRARIES}/{library}", "--traces=big.txt")
            least, = self.rows("least_memory")
            sample = [s for s in self.samples if s.mode == "time" and s.allocator == library][-1]
            points = self.rows("failure_points")
            if SANITIZED:  # its runtime's own memory is in the budget too
                continue
            self.assertEqual([(row["heap_bytes"], row["status"]) for row in points],
                             [(str(mib * MIB), "ok" if mib > 6 else status) for mib in (3, 6, 12, 9, 7, 7)])
            self.assert_row(least, {
                "trace": "big", "allocator": library, "status": "ok", "bound": "reserved", "ops": 7,
                "peak_live_bytes": 5 * MIB, "peak_resident_bytes": sample.peak, "minimum_how": "tried",
                "minimum_bytes": 7 * MIB, "failing_bytes": 6 * MIB, "tried": 6, "ended": 2 if ended_by else 0,
                "ended_bytes": 6 * MIB if ended_by else None, "ended_by": ended_by})

    def test_the_smallest_heap_stands_beside_the_reservations_for_all_of_the_family(self):
        family = {"simple": SIMPLE, "simple-align": {"align": 16}, "simple-merge": {"align": 16, "merge": True},
                  "side-table": {"header": 0, "align": 16, "merge": True}, "grow": {"align": 16, "merge": True},
                  "first-merge": MERGED}
        self.trace = make_trace(13, 300, 12, 120)
        self.setUp()
        subprocess.run([os.path.join(PROGRAMS, "failure_points"), "--results=out", "--traces=made.txt"], cwd=self.folder,
                       capture_output=True, check=False)  # whatever libraries there are
        rows = self.rows("least_memory", bound="heap")
        self.assertEqual([row["allocator"] for row in rows], list(family))
        self.assertEqual({row["allocator"] for row in self.rows("failure_points")} & set(family), {"simple"})
        self.assertIn("# left out  failure points of other allocators that walk (ask for them by name)", self.head)
        for row in rows:
            seen = self.rung(family[row["allocator"]])
            self.assert_row(row, {
                "trace": "made", "allocator": row["allocator"], "status": "ok", "bound": "heap", "ops": len(self.trace),
                "peak_live_bytes": seen["live"], "minimum_how": "exact", "minimum_bytes": seen["least"],
                **dict.fromkeys(("peak_resident_bytes", "failing_bytes", "tried", "ended", "ended_bytes", "ended_by"))})

    def test_run_asks_the_other_questions_as_their_programs_do(self):
        def exact(file):
            rows = self.rows(file)
            return rows, [line for line in self.head if line.startswith(("# left out", "# counts", "# schema"))]

        files = ("fragmentation", "fragmentation_summary", "heap_map", "failure_points")
        for question in ("fragmentation", "failure_points"):
            self.ask(question, "simple", "--rounds=1")
        expected = [exact(file) for file in files]
        shutil.rmtree(os.path.join(self.folder, "out"))
        self.run_program("heapbench", "run", "made.txt", "-a", "simple", "--rounds=2", "--step-limit=9000", "--heap=1M",
                         "--results=out")
        self.assertEqual([exact(file) for file in files], expected)
        self.assertIn(", 1 round,", " ".join(self.head))
        self.assertEqual(self.rows("throughput", allocator="simple")[0]["status"], "stopped")
        self.assertIn(", 2 rounds,", " ".join(self.head))

    def test_curve(self):
        # Short, so that every size of a heap can be tried.
        self.trace = make_trace(11, 90, 12, 100)
        self.setUp()
        self.ample = Replay(self.trace, Heap())
        out = self.run_program("heapbench", "curve", "made.txt", "--results", "out")
        self.assertTrue(out)
        for allocator, options in (("simple", SIMPLE), ("first-merge", MERGED)):
            self.assert_curve(allocator, options)

    def assert_curve(self, allocator, options):
        high_waters, with_records = [], []
        infinite = Replay(self.trace, Heap(**options), after=lambda r: (
            high_waters.append(r.heap.high_water), with_records.append(sum(size + 8 for _, size in r.held.values()))))
        high = infinite.heap.high_water
        fails = {size: Replay(self.trace, Heap(size, **options), stop=True).failures > 0 for size in range(8, high + 2)}
        least = min(size for size, failed in fails.items() if not failed)
        anomalous = [size for size, failed in fails.items() if failed and size > least]
        spans = [(size, size - 1 in anomalous, size + 1 in anomalous) for size in anomalous]
        rows = self.rows("curve", allocator=allocator, trace="made")
        sizes = [int(row["heap_bytes"]) for row in rows]
        self.assertEqual(sizes, sorted(set(sizes)))
        edges = {max(8, high * i // 240) for i in range(1, 241)}
        ends = {end for size, before, after in spans for end in ([size - 1, size] if not before else []) +
                ([size, size + 1] if not after else [])}
        self.assertTrue(edges | ends <= set(sizes), allocator)
        simulated = collections.Counter()
        for row, size in zip(rows, sizes):
            _, expected = self.failure_row(allocator, options, size)
            simulated[row["simulated"]] += 1
            self.assert_row({c: v for c, v in row.items() if c != "simulated"},
                            {**expected, "anomalous": int(size in anomalous)})
        summary, = self.rows("curve_summary", allocator=allocator, trace="made")
        undecided, hopeless = int(summary["undecided_sizes"]), int(summary["hopeless_sizes"])
        self.assertTrue(set(simulated) <= {"0", "1"}, simulated)
        self.assert_row(summary, {
            "trace": "made", "allocator": allocator, "status": "ok", "ops": len(self.trace),
            "peak_live_bytes": infinite.peak_live, "peak_with_records_bytes": max(with_records),
            "minimum_heap_bytes": least, "high_water_bytes": high, "steps": len(set(high_waters) - {0}),
            "undecided_sizes": undecided, "hopeless_sizes": hopeless, "simulated_sizes": undecided - hopeless,
            "anomalous_spans": sum(not before for _, before, _ in spans), "anomalous_sizes": len(anomalous)})

    def test_the_worked_example_of_the_curve_is_written_whole(self):
        shutil.copy(os.path.join(os.environ["HEAPBENCH_TRACES"], "demo.rep"), self.folder)
        os.environ, kept = dict(os.environ, HEAPBENCH_TRACES=self.folder), os.environ
        os.unlink(os.path.join(self.folder, "made.txt"))
        try:
            self.run_program("heapbench", "curve", "--all", "--results", "out")
        finally:
            os.environ = kept
        rows = self.rows("curve", trace="one-more-byte", allocator="simple")
        self.assertEqual([",".join(row.values()) for row in rows if int(row["heap_bytes"]) in (8, 12, 19, 20, 21, 26, 27)], [
            "one-more-byte,simple,failed,8,5,0,12,full,0,8,8,12,0,0",
            "one-more-byte,simple,failed,12,5,0,12,full,0,12,12,12,0,0",
            "one-more-byte,simple,failed,19,5,0,12,full,0,19,19,12,0,0",
            "one-more-byte,simple,ok,20,5,,,,,,,12,0,0",
            "one-more-byte,simple,failed,21,5,4,6,unmerged,0,21,13,12,1,1",
            "one-more-byte,simple,failed,26,5,4,6,unmerged,0,26,13,12,1,1",
            "one-more-byte,simple,ok,27,5,,,,,,,12,1,0"])
        self.assertEqual([",".join(row.values()) for row in self.rows("curve_summary", trace="one-more-byte")], [
            "one-more-byte,simple,ok,5,12,20,20,20,1,7,0,7,1,6",
            "one-more-byte,first-merge,ok,5,12,20,20,20,1,0,0,0,0,0"])

    # -- the ladder and the policies --

    def test_ladder(self):
        self.trace = make_trace(13, 300, 12, 120)
        self.setUp()
        limit, cut = self.cut()
        self.ask("ladder", "simple,simple-align,simple-merge,first-merge,glibc", "--rounds=3", f"--step-limit={limit}")
        rungs = {"simple": SIMPLE, "simple-align": {"align": 16}, "simple-merge": {"align": 16, "merge": True},
                 "first-merge": MERGED}
        before = {"simple-align": "simple", "simple-merge": "simple-align", "first-merge": "simple"}
        seen = {name: self.rung(options) for name, options in rungs.items()}
        done = {**{name: self.ops_within(limit, options) for name, options in rungs.items()}, "glibc": len(self.trace)}
        self.assertEqual(done["simple"], cut)
        self.assertGreater(len({done[name] for name in rungs}), 2, "each is cut where it is, and one is not")
        self.assertEqual(max(done[name] for name in rungs), len(self.trace))
        for row in self.rows("ladder"):
            name = row["allocator"]
            ops = done[name]
            ns = [s.elapsed / ops for s in self.timed(name, ops)]
            self.assertEqual(len(ns), 3)
            expected = {"trace": "made", "allocator": name, "status": "ok", "idea": row["idea"],
                        "before": before.get(name), "ops": len(self.trace), "peak_live_bytes": self.rung(SIMPLE)["live"],
                        "time_ops": ops, "ns_per_op": float(median(ns)), "least_ns": float(min(ns)),
                        "most_ns": float(max(ns)), "ratio_to_glibc": self.time_ratio(name, "glibc", ops)}
            blank = ("walks", "walk_total", "walk_mean", "walk_p50", "walk_p99", "walk_max", "walk_allocated",
                     "extent_over_live", "minimum_how", "minimum_bytes", "failing_bytes", "minimum_over_live",
                     "walk_change", "time_change", "extent_change", "minimum_change", "change_ops")
            expected.update(dict.fromkeys(blank))
            if name == "glibc":
                weighed = [s for s in self.timed("glibc", 0) if s.ops == len(self.trace)][-1]
                expected.update(measured="resident", extent_bytes=weighed.peak)
            else:
                expected.update(self.rung_columns(seen[name]))
                self.assertTrue(row["idea"])
            if name in before:
                b = seen[before[name]]
                both = min(ops, done[before[name]])
                expected.update(walk_change=seen[name]["mean"] / b["mean"], extent_change=seen[name]["extent"] / b["extent"],
                                minimum_change=seen[name]["least"] / b["least"], change_ops=both,
                                time_change=self.time_ratio(name, before[name], both))
            self.assert_row(row, expected)

    def ops_within(self, limit, options):
        """The operations after which so many ranges were examined; all of them, where there are fewer."""
        totals = []
        Replay(self.trace, Heap(**options), after=lambda r: totals.append(sum(r.lengths)))
        return next((i + 1 for i, total in enumerate(totals) if total >= limit), len(totals))

    def time_ratio(self, name, reference, ops):
        """The median over rounds, on the same operations."""
        pairs = list(zip(self.timed(name, ops), self.timed(reference, ops)))
        self.assertEqual({len(self.timed(name, ops)), len(self.timed(reference, ops)), len(pairs)}, {3}, (name, reference, ops))
        return median(a.elapsed / b.elapsed for a, b in pairs)

    def rung(self, options):
        replay = Replay(self.trace, Heap(**options))
        extent, lengths = replay.heap.high_water, replay.lengths
        least = next(size for size in range(replay.peak_live, extent + 1)
                     if not Replay(self.trace, Heap(size, **options), stop=True).failures)
        return {"lengths": lengths, "allocated": sum(replay.allocated_walks), "mean": sum(lengths) / len(lengths),
                "extent": extent, "live": replay.peak_live, "least": least}

    def rung_columns(self, seen):
        lengths = seen["lengths"]
        return {"walks": len(lengths), "walk_total": sum(lengths), "walk_mean": seen["mean"],
                "walk_p50": percentile(lengths, 50), "walk_p99": percentile(lengths, 99), "walk_max": max(lengths),
                "walk_allocated": seen["allocated"], "measured": "extent", "extent_bytes": seen["extent"],
                "extent_over_live": seen["extent"] / seen["live"], "minimum_how": "exact", "minimum_bytes": seen["least"],
                "minimum_over_live": seen["least"] / seen["live"]}

    def test_policies(self):
        self.run_program("heapbench", "model", "--all", "made.txt", "--results", "out")
        rows = self.rows("policies", trace="made")
        tried = 0
        for row in rows:
            header, align = int(row["header_bytes"]), int(row["align"])
            if row["policy"] == "packing":
                self.assert_packing(row, header, align)
            if row["policy"] not in ("first", "best"):
                continue
            moments = []
            heap = Heap(merge=row["merge"] == "yes", header=header, align=align, best=row["policy"] == "best")
            replay = Replay(self.trace, heap, after=lambda r: moments.append((r.heap.high_water, r.live, r.peak_now)))
            measures = self.measures(*map(list, zip(*moments)))
            self.assert_row(row, {
                "trace": "made", "policy": row["policy"], "merge": row["merge"], "header_bytes": header, "align": align,
                "status": "ok", "ops": len(self.trace), "peak_live_bytes": replay.peak_live,
                "peak_extent_bytes": heap.high_water, **{f"measure{i + 1}": 100 * v for i, v in enumerate(measures)},
                "bound_bytes": None, "smallest_bytes": None, "largest_bytes": None, "robson_bytes": None})
            tried += 1
        self.assertEqual(tried, 12)
        self.assertEqual([",".join(row.values()) for row in self.rows("policies", status="published")], [
            f",{policy},yes,0,1,published,,,,,,,{percent},,,,"
            for policy, percent in (("best", "2.3"), ("first", "2.3"), ("next", "8"), ("buddy", "53"), ("lifo-first", "36"),
                                    ("segregated", "74"))])

    @staticmethod
    def robson_bytes(live, smallest, largest):
        worst, blocks, size = live, live // smallest, 1
        while size * smallest <= largest:
            if size > 1:
                blocks = (blocks + live // smallest // size) // 2
            worst, size = max(worst, (blocks - 1) * size * smallest + 1), 2 * size
        return worst

    def assert_packing(self, row, header, align):
        lives, seen = [0], set()

        def look(r):
            lengths = [round_up(size + header, align) for _, size in r.held.values()]
            lives.append(sum(lengths))
            seen.update(lengths)

        Replay(self.trace, Heap(), after=look)
        extent = int(row["peak_extent_bytes"])
        self.assertGreaterEqual(extent, max(lives))
        self.assert_row(row, {
            "trace": "made", "policy": "packing", "merge": None, "header_bytes": header, "align": align, "status": "ok",
            "ops": len(self.trace), "peak_live_bytes": self.ample.peak_live, "peak_extent_bytes": extent, "measure1": None,
            "measure2": None, "measure3": None, "measure4": 100 * (extent / self.ample.peak_live - 1),
            "bound_bytes": max(lives), "smallest_bytes": min(seen), "largest_bytes": max(seen),
            "robson_bytes": self.robson_bytes(max(lives), min(seen), max(seen))})

    # -- the same figures as counters of benchmarks, and as JSON --

    def benchmarks(self, question, *more):
        """The counters of each by the allocator and what follows the trace."""
        out = self.run_program(question, "--allocators=simple,glibc", "--traces=made.txt", "--benchmark_format=json", *more)
        usual = {"family_index", "per_family_instance_index", "run_name", "run_type", "repetitions", "repetition_index",
                 "threads", "iterations", "time_unit", "name", "items_per_second"}
        found = {}
        for one in json.loads(out)["benchmarks"]:
            _, allocator, _, variant = one["name"].split("/")[:4]
            found[allocator, variant] = {k: v for k, v in one.items() if k not in usual}
        return found

    def time_counters(self, sample):
        return {"real_time": sample.elapsed / 1e6, "cpu_time": sample.cpu / 1e6, "ns_per_op": sample.elapsed / sample.ops,
                "cpu_ns_per_op": sample.cpu / sample.ops, "failures": 0, "peak_resident_bytes": sample.peak,
                "page_faults": sample.faults}

    def assert_counters(self, found, expected):
        self.assertEqual(set(found), set(expected))
        for key, value in expected.items():
            self.assertAlmostEqual(found[key], value, 9, key)

    def test_benchmarks_of_time_count_what_their_samples_found(self):
        ops, lengths = len(self.trace), self.ample.lengths
        walks = {"walk_mean": sum(lengths) / len(lengths), "walk_p99": percentile(lengths, 99)}
        for question, more in (
                ("throughput", {}),
                ("walk_cost", {**walks, "walk_p50": percentile(lengths, 50), "walk_max": max(lengths),
                               "ranges": len(self.ample.heap.ranges)}),
                ("ladder", {**walks, "high_water_bytes": self.ample.heap.high_water, "peak_live_bytes": self.ample.peak_live})):
            found = self.benchmarks(question)
            for allocator in ("simple", "glibc"):
                sample, = self.timed(allocator, ops)
                self.assert_counters(found[allocator, "iterations:1"],
                                     {**self.time_counters(sample), **(more if allocator == "simple" else {})})

    def test_benchmarks_of_fragmentation_count_measures(self):
        found = self.benchmarks("fragmentation")
        moments = []
        Replay(self.trace, Heap(), after=lambda r: moments.append((r.heap.high_water, r.live, r.peak_now)))
        measures = self.measures(*map(list, zip(*moments)))
        sample, = self.timed("simple", len(self.trace))
        self.assert_counters(found["simple", "iterations:1"], {
            **self.time_counters(sample), "peak_live_bytes": self.ample.peak_live,
            "peak_extent_bytes": self.ample.heap.high_water,
            **{f"measure{i + 1}_percent": 100 * v for i, v in enumerate(measures)}})
        sample, = self.timed("glibc", len(self.trace), "series")
        times = self.time_counters(sample)
        self.assert_counters(found["glibc", "iterations:1"], {
            **{key: times[key] for key in times if key not in ("peak_resident_bytes", "page_faults")},
            "peak_live_bytes": self.ample.peak_live, "peak_extent_bytes": sample.peak})

    def test_benchmarks_of_failures_count_those_of_their_heap(self):
        found = self.benchmarks("failure_points", "--benchmark_filter=simple")
        for percent in (75, 100, 125, 150, 200, 300):
            size = self.ample.peak_live * percent // 100
            replay = Replay(self.trace, Heap(size))
            counters = found["simple", f"heap_percent_of_peak_live:{percent}"]
            expected = {"real_time": counters["real_time"], "cpu_time": counters["cpu_time"], "heap_bytes": size, "failures": replay.failures,
                        "served": replay.served, "allocs": replay.allocs}
            if replay.first is not None:
                expected.update(first_failure=replay.first["first_failure"])
                self.assertEqual(counters.pop("label"), "NULL first at operation {first_failure} of {} ({requested_bytes} bytes, "
                                 "{reason})".format(len(self.trace), **replay.first))
            self.assertGreater(counters["cpu_time"], 0)
            self.assert_counters(counters, expected)

    def test_replay_and_model_say_what_is_counted(self):
        for size in (0, self.ample.peak_live * 5 // 4):
            heap = Heap(size) if size else Heap()
            replay = Replay(self.trace, heap)
            free, lengths, first = heap.free_lengths(), replay.lengths, replay.first or {}
            expected = {
                "trace": "made", "heap_bytes": size, "ops": len(self.trace),
                "objects": sum(kind in "ac" for kind, _, _ in self.trace), "walks": len(lengths), "walk_total": sum(lengths),
                "walk_max": max(lengths), "walk_p50": percentile(lengths, 50), "walk_p90": percentile(lengths, 90),
                "walk_p99": percentile(lengths, 99), "walk_allocated": sum(replay.allocated_walks), "failures": replay.failures,
                "first_failure": first.get("first_failure"), "failure_reason": first.get("reason"),
                "high_water_bytes": heap.high_water, "peak_live_bytes": replay.peak_live, "live_bytes": replay.live,
                "ranges": len(heap.ranges), "free_ranges": len(free), "free_bytes": sum(free),
                "largest_free_bytes": max(free, default=0)}
            for command in (("replay", "made.txt", "-a", "simple"), ("model", "made.txt")):
                out = json.loads(self.run_program("heapbench", *command, *(["--heap", str(size)] if size else []), "--json"))
                for key, value in expected.items():
                    self.assertEqual(out[key], value, (command, key))
                self.assertGreater(out["elapsed_ns"], 0)

    # -- adversaries and the model's speed --

    def test_adversary(self):
        self.run_program("heapbench", "adversary", "robson", "-a", "model-first-merge", "--live", "1K", "--ratio", "16",
                         "--unit", "48", "--results", "out")
        rows = self.rows("adversary")
        self.assertEqual(len(rows), 5)
        for i, row in enumerate(rows):
            size = 2**i
            extent = (1024 + i * 512 - size + 1) * 48
            self.assert_row(row, {
                "adversary": "robson", "allocator": "model-first-merge", "status": "ok", "measured": "extent",
                "live_units": 1024, "ratio": 16, "unit_bytes": 48, "most_live_bytes": 1024 * 48, "phase": i, "size": size,
                "live_blocks": 1024 * (i + 2) // (2 * size), "live_bytes": 1024 * 48, "expected_bytes": extent,
                "measured_bytes": extent, "bound_bytes": extent, "bound": "least"})
        self.run_program("heapbench", "adversary", "shredding", "-a", "model-first", "--live", "256", "--ratio", "4",
                         "--results", "out")
        rows = self.rows("adversary")
        harmonic = units = 0
        for s in range(1, 5):
            harmonic, units = (harmonic + 1 / s, units + 4 * (252 // s + 1)) if s > 1 else (0, 256)
            row = [row for row in rows if row["size"] == str(s)]
            if row:
                columns = ("measured", "phase", "live_units", "ratio", "unit_bytes", "most_live_bytes", "expected_bytes",
                           "measured_bytes", "bound_bytes", "bound")
                self.assertEqual([row[0][c] for c in columns], [
                    "extent", str(s - 1), "256", "4", "32", "8192", str(units * 32), str(units * 32),
                    str(round((256 + 4 + 4 * 256 * harmonic) * 32)), "most"])
        self.assertEqual([row["size"] for row in rows], ["1", "2", "4"])

    def test_model_speed(self):
        self.run_program("model_speed", "--up-to=100", "--rounds=2", "--seed=9", "--results=out")
        first = self.rows("model_speed")
        self.assertTrue(any("seed 9, 2 rounds" in line for line in self.head), self.head)
        by_model = collections.defaultdict(set)
        for row in first:
            ranges, least, most, live, ops, total = (int(row[c]) for c in (
                "ranges", "ranges_least", "ranges_most", "live", "ops", "walk_total"))
            self.assertTrue(least <= ranges <= most < 2 * ranges, row)
            self.assertTrue(ranges // 2 < live < ranges, row)
            self.assertTrue(ops % 2 == 0 and ops // 2 <= total <= ops // 2 * most, row)
            self.assertGreater(int(row["elapsed_ns"]), 0)
            # A hundred ranges, and nothing of the harness; best fit has a table of bins, one for each length up to 64 KiB.
            bytes_bound = 65536 * (1 + 63 * row["model"].startswith("model-best"))
            self.assertTrue(SANITIZED or 0 < int(row["resident_bytes"]) < bytes_bound, row)
            by_model[row["model"], row["round"]].add((least, most, live, ops, total))
        self.assertTrue(all(len(figures) == 1 for figures in by_model.values()), by_model)
        self.assertEqual({row["round"] for row in first}, {"0", "1"})
        self.run_program("model_speed", "--up-to=100", "--rounds=2", "--seed=9", "--results=out")
        exact = ("allocator", "model", "ranges", "round", "ranges_least", "ranges_most", "live", "ops", "walk_total")
        again = self.rows("model_speed")
        self.assertEqual([[row[c] for c in exact] for row in first], [[row[c] for c in exact] for row in again])
        self.run_program("model_speed", "--up-to=100", "--rounds=2", "--seed=10", "--results=out")
        self.assertNotEqual([row["walk_total"] for row in first], [row["walk_total"] for row in self.rows("model_speed")])


if __name__ == "__main__":
    unittest.main()
