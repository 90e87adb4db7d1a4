"""run_test - how `heapbench run` compares: ratios, intervals, verdicts, ranks, means, noise, and when rounds end.

Every figure is computed here from the log of invented samples, by the definitions of results/README.md. An interval is
random, so it is held against the exact distribution of the median of what is drawn: of 10 000 resamples the share that
lies below an end is known to 0.16 points, and is allowed 1.
"""

import collections
import itertools
import json
import math
import os
import re
import shutil
import unittest

import invented
from invented import median, net_ratios

LIBRARIES = os.environ["LIBRARIES"]
OPS = {"one": 10000, "two": 12000, "few": 600}


def medians(values):
    """The exact distribution of the median of as many draws as there are values: {median: probability}."""
    ordered, count = sorted(values), len(values)
    below = [i / count for i in range(count + 1)]
    found = collections.Counter()
    if count % 2 == 1:
        at_most = [sum(math.comb(count, k) * p**k * (1 - p)**(count - k) for k in range(count // 2 + 1, count + 1)) for p in below]
        for i, value in enumerate(ordered):
            found[value] += at_most[i + 1] - at_most[i]
        return found
    half = count // 2
    for i, j in itertools.combinations(range(count), 2):  # the lower half ends at i, the upper half begins at j
        found[(ordered[i] + ordered[j]) / 2] += (
            math.comb(count, half) * (below[i + 1]**half - below[i]**half) *
            (below[count - j]**half - below[count - j - 1]**half))
    for i, value in enumerate(ordered):  # both are at i
        lower = [sum(math.comb(count, k) * p**k * (1 - p)**(count - k) for k in range(half, count + 1)) for p in below[i:i + 2]]
        found[value] += lower[1] - lower[0] - math.comb(count, half) * (below[i + 1]**half - below[i]**half) * \
            below[count - i - 1]**half
    assert abs(sum(found.values()) - 1) < 1e-9
    return found


def quantile(distribution, share):
    total = 0
    for value, probability in sorted(distribution.items()):
        total += probability
        if total >= share:
            return value
    return max(distribution)


def judge(low, high):
    if low >= 0.99 and high <= 1.01:
        return "no difference"
    return "faster" if high < 1 else "slower" if low > 1 else "undecided"


def ranks(intervals):
    """By name, of {name: (low, estimate, high)}."""
    found, rank, reach = {}, 0, 0
    for place, (name, (low, _, high)) in enumerate(sorted(intervals.items(), key=lambda item: item[1][1]), 1):
        rank = place if low > reach else rank
        reach = max(reach, high)
        found[name] = rank
    return found


class Run(invented.Test):
    def setUp(self):
        super().setUp()
        for name, ops in OPS.items():
            with open(os.path.join(self.folder, name + ".txt"), "w", encoding="ascii") as out:
                out.writelines(f"a {i} {8 + i % 50}\nf {i}\n" for i in range(ops // 2))
        for name in ("a.so", "b.so", "c.so"):
            shutil.copy(os.path.join(LIBRARIES, "libwrong_nothing.so"), os.path.join(self.folder, name))

    def compare(self, traces, allocators, *more, status=0, **settings):
        """The JSON; self.row has its rows by trace and allocator."""
        self.out = json.loads(self.run_program("heapbench", "run", *(f"{trace}.txt" for trace in traces.split()), "-a",
                                               ",".join(f"./{a}" if a.endswith(".so") else a for a in allocators.split()),
                                               "--json", *more, status=status, **settings))
        self.row = {(row["trace"], row["allocator"]): row for row in self.out["rows"]}
        self.trace = {trace["trace"]: trace for trace in self.out["traces"]}
        return self.out

    def table(self, *arguments, **settings):
        return self.run_program("heapbench", "run", *arguments, **settings).splitlines()

    def ratios(self, trace, allocator, clock="elapsed", baseline="glibc"):
        pairs = zip(self.timed(allocator, OPS[trace]), self.timed(baseline, OPS[trace]))
        return [getattr(s, clock) / getattr(r, clock) for s, r in pairs]

    def assert_end(self, end, distribution, share):
        below = sum(p for value, p in distribution.items() if value < end * (1 - 1e-9))
        at_most = sum(p for value, p in distribution.items() if value <= end * (1 + 1e-9))
        self.assertTrue(below <= share + 0.01 and at_most >= share - 0.01, (end, below, at_most))

    def assert_interval(self, row, key, estimate, distribution):
        self.assertAlmostEqual(row[key], estimate, 9)
        self.assert_end(row[key + "_low"], distribution, 0.025)
        self.assert_end(row[key + "_high"], distribution, 0.975)

    def assert_compared(self, trace, allocator, rounds, clock="elapsed", baseline="glibc"):
        """A row with an interval, all of it."""
        row, ratios = self.row[trace, allocator], self.ratios(trace, allocator, clock, baseline)
        self.assertEqual([len(ratios), row["rounds"], row["baseline"]], [rounds, rounds, baseline])
        self.assertEqual(row["ratio_to_glibc"], row["ratio"] if baseline == "glibc" else None)
        self.assert_interval(row, "ratio", median(ratios), medians(ratios))
        net = net_ratios(*(self.timed(name, OPS[trace]) for name in (allocator, baseline, "null")), clock)
        self.assert_interval(row, "ratio_net", median(net), medians(net))
        verdict = judge(row["ratio_low"], row["ratio_high"])
        self.assertEqual(row["verdict"], "baseline" if allocator == baseline else verdict)
        more = None
        if row["verdict"] == "undecided":
            half, away = (row["ratio_high"] - row["ratio_low"]) / 2, abs(row["ratio"] - 1)
            wanted = away if away > 0.005 else 0.01 - away
            more = max(1, math.ceil(rounds * (half / wanted)**2 - rounds - 1e-6))
        self.assertEqual(row["more_rounds"], more)

    def assert_ranked(self, trace, allocators):
        rows = {name: self.row[trace, name] for name in allocators.split()}
        intervals = {name: (row["ratio_low"], row["ratio"], row["ratio_high"]) for name, row in rows.items()}
        self.assertEqual({name: row["rank"] for name, row in rows.items()}, ranks(intervals))
        order = [row["allocator"] for row in self.out["rows"] if row["trace"] == trace and row["rank"] is not None]
        self.assertEqual([intervals[name][1] for name in order], sorted(i[1] for i in intervals.values()))

    # -- single calls --

    def slowest(self, samples):
        """First those that were among the slowest in most rounds, of these the slowest."""
        found = collections.defaultdict(list)
        for sample in samples:
            for op, ns, live in sample.slow:
                found[op].append((ns, live))
        rows = [{"op": op, "kind": "free" if op % 2 else "malloc", "size": None if op % 2 else 8 + op // 2 % 50, "thread": 0,
                 "ns": max(seen)[0], "least_ns": min(seen)[0], "live_bytes": max(seen)[1], "rounds": len(seen)} for op, seen in found.items()]
        return sorted(rows, key=lambda row: (-row["rounds"], -row["ns"]))[:10]

    def assert_latency(self, latency, samples):
        self.assertEqual([len(samples), latency["rounds"], latency["clock_step_ns"]], [3, 3, 3])
        inspected = {row["live_bytes"]: row.pop("ranges") for row in latency["slowest"]}
        self.assertIn(inspected, ({live: 2 * live + 1 for live in inspected}, dict.fromkeys(inspected)))
        keys = ("kind", "percentile", "calls", "ns", "least_ns", "most_ns")
        self.assertEqual(latency["tails"], [dict(zip(keys, found)) for found in invented.tails(samples)])
        self.assertEqual(latency["slowest"], self.slowest(samples))
        self.assertEqual({1, 3}, {row["rounds"] for row in latency["slowest"]})

    def test_calls_are_timed_alone_after_the_comparison(self):
        self.compare("one", "glibc a.so simple", "--latency", "--step-limit", "30000")
        for (_, name), row in self.row.items():
            self.assertEqual(row["latency"]["slowest"][0]["ranges"], 1 if name == "simple" else None)
            self.assert_latency(row["latency"], self.timed(name, row["ops"], "latency"))
        self.assert_latency(self.trace["one"]["null_latency"], self.timed("null", OPS["one"], "latency"))
        self.assertLess(self.row["one", "simple"]["ops"], OPS["one"])
        self.assertEqual(len([s for s in self.samples if s.mode == "latency"]), 4 * 3)
        first = next(i for i, s in enumerate(self.samples) if s.mode == "latency")
        self.assertTrue(all(s.mode == "latency" for s in self.samples[first:]))

    def test_histograms_are_hdrhistograms_percentiles_and_hold_every_call(self):
        self.compare("one", "glibc ./a.so", "--histograms", "deep/er", "--rounds", "2")
        folder = os.path.join(self.folder, "deep", "er")
        self.assertEqual(sorted(os.listdir(folder)),
                         [f"one.{a}.{kind}.hgrm" for a in ("a.so", "glibc", "null") for kind in ("allocation", "free")])
        for kind in ("allocation", "free"):
            calls = sorted(sum((s.all_calls()[kind] for s in self.timed("glibc", OPS["one"], "latency")), []))
            with open(os.path.join(folder, f"one.glibc.{kind}.hgrm"), encoding="ascii") as text:
                lines = text.read().splitlines()
            self.assertEqual((lines[0].split(), lines[1]), (["Value", "Percentile", "TotalCount", "1/(1-Percentile)"], ""))
            widths = [1 << max(0, ns.bit_length() - 11) for ns in calls]
            shown = [min(ns // width * width + width - 1, calls[-1]) for ns, width in zip(calls, widths)]
            seen = {ns: i + 1 for i, ns in enumerate(shown)}
            count = len(calls)
            self.assertEqual([line.split() for line in lines[2:-3]],
                             [[f"{ns:.3f}", f"{i / count:.12f}", str(i), *([f"{count / (count - i):.2f}"] if i < count else [])]
                              for ns, i in seen.items()])
            self.assertRegex(lines[-3], r"^#\[Mean    = +\d+\.\d{3}, StdDeviation   = +\d+\.\d{3}\]$")
            self.assertRegex(lines[-2], rf"^#\[Max     = +{calls[-1]}\.000, Total count    = +{count}\]$")

    def test_without_being_asked_no_call_is_timed(self):
        self.compare("one", "glibc a.so", "--rounds", "2")
        self.assertFalse([s for s in self.samples if s.mode == "latency"])
        self.assertNotIn("latency", self.row["one", "glibc"])
        self.assertNotIn("null_latency", self.trace["one"])

    def test_fewer_rounds_are_fewer_of_calls_too_and_a_crash_has_none(self):
        self.compare("one", "glibc bump", "--rounds", "2", "--latency", status=3, crash="bump")
        self.assertEqual(self.row["one", "glibc"]["latency"]["rounds"], 2)
        self.assertNotIn("latency", self.row["one", "bump"])
        self.assertFalse([s for s in self.samples if s.mode == "latency" and s.allocator == "bump"])

    def test_what_crashes_only_while_its_calls_are_timed_is_said_by_the_exit_status_too(self):
        self.compare("one", "glibc bump", "--rounds", "2", "--latency", status=3, crash_timed="bump")
        self.assertEqual([self.row["one", name]["status"] for name in ("glibc", "bump")], ["ok", "ok"])
        self.assertEqual([self.row["one", name]["latency"] is None for name in ("glibc", "bump")], [False, True])

    def test_the_table_of_tails(self):
        lines = self.table("one.txt", "-a", "glibc,simple,null", "--latency", "--rounds", "2")
        lines = [line.replace("\u202f", " ") for line in lines[next(i for i, line in enumerate(lines) if "each call alone" in line):]]
        self.assertEqual(lines[0], "one: each call alone, 2 rounds; allocations, then frees")
        self.assertEqual(lines[1].split(), "p50 p99 p99.9 p99.99 max free p50 free p99 free p99.9 free p99.99 free max".split())
        self.assertEqual([line.split()[0] for line in lines[2:4]], ["glibc", "simple"])
        pairs = sum((s.calls["pair"] for s in self.timed("null", OPS["one"], "latency")), [])
        self.assertIn(f"the clock's two readings take {invented.tail(pairs, '50')} ns of each, in steps of 3 ns", lines[5])
        least = {name: min(ns for s in self.timed(name, OPS["one"], "latency") for op, ns, _ in s.slow if op == 0) / 1e3
                 for name in ("glibc", "simple")}
        self.assertEqual(sorted(lines[6:8]), [
            f"  > glibc: slow in every round: malloc of 8 B, operation 0: {least['glibc']:.3g} us or more, 0 B live before",
            f"  > simple: slow in every round: malloc of 8 B, operation 0: {least['simple']:.3g} us or more, 0 B live before, in 1 range"])
        self.assertEqual(lines[8], "")

    def test_the_tails_that_are_shown_are_kept(self):
        for rounds, options in ((3, ("--rounds", "7")), (2, ("--rounds", "2"))):
            self.compare("one few", "glibc simple", "--latency", "--step-limit", "30000", "--results", "out", *options)
            kept = self.rows("latency")
            for (trace, name), row in self.row.items():
                for shown in row["latency"]["tails"]:
                    self.assertIn([trace, name, shown["kind"], shown["percentile"], str(rounds), str(shown["calls"]), str(shown["ns"])],
                                  [[r[c] for c in ("trace", "allocator", "kind", "percentile", "rounds", "calls", "ns")] for r in kept])
            self.assertEqual(len([s for s in self.samples if s.mode == "latency"]), 2 * 3 * rounds)

    # -- what is compared --

    NS = "glibc=20,a.so=14,b.so=20.2,c.so=26,null=3,simple=40"

    def test_every_figure_of_a_comparison(self):
        self.compare("one two few", "glibc a.so b.so c.so null simple", "--rounds", "11", "--step-limit", "2000", "--results",
                     "out", ns=self.NS)
        seen = set()
        for trace in ("one", "two"):
            for allocator in ("glibc", "a.so", "b.so", "c.so"):
                self.assert_compared(trace, allocator, 11)
                seen.add(self.row[trace, allocator]["verdict"])
            self.assert_ranked(trace, "glibc a.so b.so c.so")
            self.assertEqual([self.row[trace, name]["rank"] for name in ("null", "simple")], [None, None])
            self.assertEqual([self.row[trace, name]["verdict"] for name in ("null", "simple")], [None, None])
            self.assertEqual([row["allocator"] for row in self.out["rows"] if row["trace"] == trace][4:], ["simple", "null"])
            self.assertIsNone(self.row[trace, "simple"]["ratio_net"], "null did the whole trace")
        self.assertEqual(seen, {"baseline", "faster", "slower", "undecided"})
        self.assertEqual({(row["rank"], row["more_rounds"]) for row in self.out["rows"] if row["trace"] == "few"}, {(None, None)})
        self.assert_traces(11)
        self.assert_means("glibc a.so b.so c.so")
        self.assert_computed_again()

    def test_the_mean_over_one_trace_is_the_row_of_that_trace(self):
        """And not another interval of the same rounds, which a page would show beside the table's."""
        keys = ("ratio", "ratio_low", "ratio_high", "verdict", "rank")
        for seed in "1234":
            self.compare("one", "null simple glibc a.so b.so c.so", "--rounds", "16", "--seed", seed, ns=self.NS)
            means = {mean["allocator"]: [mean[key] for key in keys] for mean in self.out["mean"]}
            self.assertEqual(means, {row["allocator"]: [row[key] for key in keys] for row in self.out["rows"] if row["rank"] is not None})

    def assert_traces(self, rounds, clock="elapsed"):
        self.assertEqual(list(self.trace), ["one", "two", "few"])
        for name, trace in self.trace.items():
            null = self.timed("null", OPS[name])
            ns = sorted(getattr(s, "cpu" if clock == "processor" else "elapsed") for s in null)
            self.assertEqual([trace["ops"], trace["rounds"], trace["clock"]], [OPS[name], rounds, clock])
            self.assertEqual([trace["null_times"], trace["null_cpu_times"]],
                             [[s.elapsed / 1e9 for s in null], [s.cpu / 1e9 for s in null]])
            self.assertAlmostEqual(trace["null_ns_per_op"], median(ns) / OPS[name], 9)
            rank = [math.ceil(rounds * share / 100) for share in (5, 95)]
            self.assertAlmostEqual(trace["null_spread"], ns[rank[1] - 1] / ns[rank[0] - 1], 9)

    def assert_means(self, allocators, clock="elapsed"):
        means = {mean["allocator"]: mean for mean in self.out["mean"]}
        self.assertEqual(set(means), set(allocators.split()))
        for name, mean in means.items():
            both = [self.ratios(trace, name, clock) for trace in ("one", "two")]
            products = collections.Counter()
            for (first, p), (second, q) in itertools.product(*(medians(ratios).items() for ratios in both)):
                products[math.sqrt(first * second)] += p * q
            self.assert_interval(mean, "ratio", math.sqrt(median(both[0]) * median(both[1])), products)
            self.assertEqual(mean["traces"], 2)
            verdict = judge(mean["ratio_low"], mean["ratio_high"])
            self.assertEqual(mean["verdict"], "baseline" if name == "glibc" else verdict)
        intervals = {name: (mean["ratio_low"], mean["ratio"], mean["ratio_high"]) for name, mean in means.items()}
        self.assertEqual({name: mean["rank"] for name, mean in means.items()}, ranks(intervals))

    def assert_computed_again(self):
        """From throughput.csv alone."""
        for (trace, allocator), row in self.row.items():
            rows = self.rows("throughput", trace=trace, allocator=allocator)
            self.assertEqual(len(rows), row["rounds"])
            again = median(int(r["elapsed_ns"]) / int(r["reference_ns"]) for r in rows)
            self.assertAlmostEqual(row["ratio"], again, 9)
            if row["ratio_net"] is not None:
                again = [(int(r["elapsed_ns"]) - int(r["null_ns"])) / (int(r["reference_ns"]) - int(r["null_ns"])) for r in rows]
                self.assertAlmostEqual(row["ratio_net"], median(again), 9)

    def test_what_an_allocator_would_save_is_processor_time_of_its_calls(self):
        """Elapsed time is three times as long, and another one: it has no part in this."""
        with open(os.path.join(self.folder, "one.txt"), "a", encoding="ascii") as out:
            out.write("cpu 10ms\n")
        self.compare("one", "glibc a.so b.so c.so null", "--rounds", "8", ns=self.NS, busy=3)
        spent = {name: median(s.cpu for s in self.timed(name, OPS["one"])) for name in ("glibc", "a.so", "b.so", "c.so", "null")}
        signs = set()
        for name in ("a.so", "b.so", "c.so"):
            row, saved = self.row["one", name], (max(spent["glibc"], spent["null"]) - max(spent[name], spent["null"])) / 1e9
            self.assertAlmostEqual(row["saved_seconds"], saved, 12)
            self.assertAlmostEqual(row["saved_share"], saved / 0.01, 9)
            signs.add(saved > 0)
        self.assertEqual(signs, {True, False})
        lines = self.table("one.txt", "-a", "glibc,./a.so,./b.so,./c.so", "--rounds", "8", ns=self.NS, busy=3)
        for name in ("a.so", "b.so", "c.so"):
            spent[name] = median(s.cpu for s in self.timed(name, OPS["one"]))
        for name in ("a.so", "b.so", "c.so"):
            saved = median(s.cpu for s in self.timed("glibc", OPS["one"])) - spent[name]
            line = next(line for line in lines if f" {name} " in line)
            self.assertEqual(saved < 0, " -" in line.replace(" - ", " "), line)

    def test_what_rounds_to_nothing_has_no_sign(self):
        with open(os.path.join(self.folder, "one.txt"), "a", encoding="ascii") as out:
            out.write("cpu 10s\n")
        lines = self.table("one.txt", "-a", "glibc,./a.so,./b.so,./c.so", "--rounds", "8", ns="glibc=20,a.so=20.4,b.so=19.6,c.so=1000,null=1",
                           spread=0)
        saves = {line.split()[1]: re.search(r"-?[\d.]+ [mu]s, -?[\d.]+ %", line)[0] for line in lines[2:6] if "glibc" not in line}
        self.assertEqual([saves[name][0] == "-" for name in ("a.so", "b.so", "c.so")], [True, False, True], saves)
        self.assertEqual([saves[name].split(", ")[1] for name in ("a.so", "b.so", "c.so")], ["0.0 %", "0.0 %", "-0.1 %"])

    def test_on_a_busy_machine_all_of_it_is_by_processor_time(self):
        self.compare("one two few", "glibc a.so b.so c.so null", "--rounds", "8", ns=self.NS, busy=3)
        for trace in ("one", "two"):
            for allocator in ("glibc", "a.so", "b.so", "c.so"):
                self.assert_compared(trace, allocator, 8, "cpu")
            self.assert_ranked(trace, "glibc a.so b.so c.so")
        self.assert_traces(8, "processor")
        self.assert_means("glibc a.so b.so c.so", "cpu")
        row, samples = self.row["one", "a.so"], self.timed("a.so", OPS["one"])
        self.assertAlmostEqual(row["ns_per_op_max"], max(s.elapsed for s in samples) / OPS["one"], 9)
        self.assertAlmostEqual(row["cpu_ns_per_op"], median(s.cpu for s in samples) / OPS["one"], 9)
        lines = self.table("one.txt", "-a", "glibc,./a.so", "--rounds", "8", ns=self.NS, busy=3)
        self.assertTrue(lines[0].endswith("; 8 rounds, by processor time"), lines[0])
        cpu = [s.cpu / OPS["one"] for s in self.timed("a.so", OPS["one"])]
        shown = next(line for line in lines if " a.so " in line).split()
        self.assertEqual(shown[2:6], [f"{median(cpu):.1f}", f"{min(cpu):.1f}", "-", f"{max(cpu):.1f}"])

    def test_a_seed_gives_the_same_intervals_again_and_another_may_not(self):
        intervals = []
        for seed in ("1", "1", "2", "3", "4"):
            self.compare("one two", "glibc a.so b.so", "--rounds", "20", "--seed", seed, ns=self.NS)
            rows = [*self.row.values(), *self.out["mean"]]
            intervals.append([(row["allocator"], row["ratio_low"], row["ratio_high"]) for row in rows])
            self.assertAlmostEqual(self.row["one", "b.so"]["ratio"], median(self.ratios("one", "b.so")), 9)
        self.assertEqual(intervals[0], intervals[1])
        self.assertTrue(any(other != intervals[0] for other in intervals[2:]))

    def test_rounds_that_are_all_alike_leave_no_doubt(self):
        self.compare("one", "glibc a.so b.so c.so null", "--rounds", "6", spread=0, ns="glibc=20,a.so=14,b.so=20.1,c.so=26,null=2")
        for allocator, ratio, net, verdict, rank in (("a.so", 0.7, 12 / 18, "faster", 1), ("glibc", 1, 1, "baseline", 2),
                                                     ("b.so", 1.005, 18.1 / 18, "no difference", 3),
                                                     ("c.so", 1.3, 24 / 18, "slower", 4)):
            row = self.row["one", allocator]
            for key, value in (("ratio", ratio), ("ratio_net", net)):
                for end in ("", "_low", "_high"):
                    self.assertAlmostEqual(row[key + end], value, 9)
            self.assertEqual((row["verdict"], row["rank"], row["more_rounds"]), (verdict, rank, None))
        self.assertEqual(self.trace["one"]["verdict"],
                         ["a.so is the fastest: the calls of a.so take 30.0 % less time than glibc's (30.0 to 30.0 %)"])
        self.assertEqual((self.trace["one"]["null_spread"], self.trace["one"]["marked_rounds"]), (1, []))

    def test_five_rounds_decide_nothing(self):
        self.compare("one", "glibc a.so", "--rounds", "5", spread=0, ns="glibc=20,a.so=10")
        row = self.row["one", "a.so"]
        self.assertEqual([row[key] for key in ("ratio", "ratio_low", "ratio_high", "rank", "verdict", "more_rounds")],
                         [0.5, None, None, None, "undecided", 5])
        self.assertEqual(self.trace["one"]["verdict"], ["not ranked: fewer than 6 rounds give no interval (--rounds 6 or more, or a longer --budget)"])
        self.assertEqual(self.out["mean"], [])

    def test_the_answer_in_words(self):
        def words(ns, allocators="glibc a.so b.so", **settings):
            self.compare("one", allocators, "--rounds", "12", ns=ns, **settings)
            return self.trace["one"]["verdict"]

        self.assertEqual(words("glibc=10,a.so=12,b.so=15", spread=0),
                         ["glibc is the fastest: the calls of a.so, the next, take 20.0 % more time than glibc's (20.0 to 20.0 %)"])
        self.assertEqual(words("glibc=10,a.so=10,b.so=15", spread=0),
                         ["a.so and glibc share the first place: no difference to glibc is shown"])
        self.assertEqual(words("glibc=20,a.so=20", "glibc a.so", spread=3), ["a.so comes first, but no difference to glibc is shown"])
        self.assertEqual(words("glibc=20,a.so=20.1", "glibc a.so", spread=3), ["glibc comes first, but no difference to a.so is shown"])
        self.assertEqual(words("", spread=0), ["a.so, b.so and glibc: no difference between them is shown"])
        answer = words("glibc=20,a.so=10,b.so=30", spread=1)[0]
        least, most = (100 * (1 - self.row["one", "a.so"]["ratio_" + end]) for end in ("high", "low"))
        self.assertLess(least + 0.1, most)
        self.assertIn(f"% less time than glibc's ({least:.1f} to {most:.1f} %)", answer)
        first, second = words("glibc=20,a.so=20,b.so=20", spread=3)
        self.assertIn(": no difference between them is shown", first)
        more = max(row["more_rounds"] or 0 for row in self.row.values())
        self.assertIn(f"; about {more} more round" + ("s" if more > 1 else "") + f" would decide (--rounds {12 + more},",
                      second.replace("\u202f", ""))
        self.assertEqual(words("", "glibc", spread=0), ["glibc has nothing to be compared with: -a takes several, as in -a A,B"])
        self.assertEqual(words("", "glibc simple", spread=0), ["glibc is the only library: what is built in is compared with it, and not ranked"])

    def test_where_nothing_is_left_to_compare_it_is_said_why(self):
        def words(allocators, **settings):
            self.compare("one", allocators, "--rounds", "12", status=3, spread=0, **settings)
            return self.trace["one"]["verdict"]

        alone = ["glibc has nothing to be compared with: there is no whole run of another library"]
        self.assertEqual(words("glibc none.so"), alone)
        self.assertEqual(words("glibc a.so none.so", crash="./a.so"), alone)
        self.compare("few", "glibc none.so", "--rounds", "2", status=3)
        self.assertEqual(self.trace["few"]["verdict"], alone, "neither more rounds nor a longer trace would help")
        self.assertEqual(words("glibc none.so simple"),
                         ["glibc is the only library with a whole run: what is built in is compared with it, and not ranked"])
        self.assertEqual(words("a.so", crash="./a.so"), ["nothing is compared: there is no whole run of a.so"])
        self.assertEqual(words("none.so"), ["nothing is compared: there is no whole run of none.so"])
        self.assertEqual(words("none.so simple"), ["nothing is compared: there is no whole run of none.so"])
        self.assertEqual(words("none.so other.so"), ["nothing is compared: there is no whole run of any library"])
        self.assertEqual(words("glibc a.so b.so", crash="glibc"),
                         ["not ranked: there is no whole run of glibc, the baseline, to compare with"])

    def test_rounds_that_would_decide_can_be_asked_for_or_there_are_none(self):
        ends = set()
        for ns in (38, 42, 46):
            self.compare("one", "glibc a.so b.so", "--rounds", "12", spread=60, ns=f"glibc=20,a.so=20,b.so={ns}")
            more = self.row["one", "b.so"]["more_rounds"]
            said = self.trace["one"]["verdict"][-1]
            ends.add((12 + more > 1000) + (12 + more > 10000))
            if 12 + more > 10000:
                self.assertEqual(said, "undecided: b.so; 10 000 rounds, the most, would not decide")
            else:
                shown = f"{more:,}".replace(",", " ")
                self.assertEqual(said, f"undecided: b.so; about {shown} more rounds would decide (--rounds {12 + more}, or --until)")
        self.assertEqual(ends, {0, 1, 2})

    def test_what_is_told_from_the_baseline_is_said_where_no_order_is(self):
        answer = self.compare("one", "glibc a.so b.so", "--rounds", "12", ns="glibc=20,a.so=18.2,b.so=18.8", spread=3)["traces"][0]["verdict"][0]
        self.assertEqual([(self.row["one", name]["rank"], self.row["one", name]["verdict"]) for name in ("a.so", "b.so", "glibc")],
                         [(1, "faster"), (1, "undecided"), (1, "baseline")])
        self.assertEqual(answer, "which is the fastest is not shown; faster than glibc: a.so")

    def test_undecided_ones_are_counted_and_worth_nothing(self):
        first, *more = self.compare("one", "glibc a.so b.so c.so", "--rounds", "12", spread=3)["traces"][0]["verdict"]
        undecided = sum(row["verdict"] == "undecided" for row in self.row.values())
        self.assertGreater(undecided, 1)
        self.assertIn(": no difference between them is shown", first)
        self.assertEqual(len(more), 1)
        self.assertIn(f" and {undecided - 1} other" + ("s" if undecided > 2 else "") + "; about ", more[0])

    def test_that_one_thread_replays_many_is_said(self):
        with open(os.path.join(self.folder, "one.txt"), "a", encoding="ascii") as out:
            out.write("t 1\na x 8\nt 2\nf x\n")
        self.compare("one two", "glibc a.so", "--rounds", "6")
        said = "recorded from 3 threads, replayed by 1: what threads cost each other, in locks and caches, is not in the times (--threads)"
        self.assertEqual([trace["warnings"].count(said) for trace in self.out["traces"]], [1, 0])

    def test_the_floor_is_by_the_clock_of_the_ratios(self):
        self.compare("one", "glibc a.so", "--rounds", "12", busy=2)
        self.assertEqual(self.trace["one"]["clock"], "processor")
        null = self.timed("null", OPS["one"])
        self.assertAlmostEqual(self.out["floor_ns_per_op"], median(s.cpu for s in null) / OPS["one"], 9)
        self.assertNotEqual(median(s.cpu for s in null), median(s.elapsed for s in null))

    # -- noise --

    def test_rounds_at_another_speed_are_marked_and_count(self):
        self.compare("one", "glibc a.so null", "--rounds", "12", slow=10, spread=0, ns="glibc=20,a.so=10")
        self.assertEqual(self.trace["one"]["marked_rounds"], [10, 11, 12])
        self.assertEqual(len(self.row["one", "a.so"]["times"]), 12)
        self.assertEqual(self.row["one", "a.so"]["ratio"], 0.5)
        self.assertEqual(self.trace["one"]["warnings"], ["the trace has no times: what gives memory back by the clock does so by the replay's own, which is short",
                                    "the machine ran at another speed in 3 of 12 rounds; they count, since ratios are of one round"])

    def test_a_null_allocator_that_scatters_is_not_to_be_trusted(self):
        lines = self.table("one.txt", "-a", "glibc,./a.so", "--rounds", "20", spread=4, ns="glibc=20,a.so=10,null=1")
        ns = sorted(s.elapsed for s in self.timed("null", OPS["one"]))
        self.assertGreater(ns[18] / ns[0], 2)
        self.assertIn(f"  ! not to be trusted: the null allocator's own times differ by {ns[18] / ns[0]:.1f} times between rounds; "
                      "end what else runs, or give it longer (--until 0.5% --budget 300)", lines)

    def test_noise_is_said_where_nothing_is_ranked_too(self):
        cores = "1 core" if os.cpu_count() == 1 else f"{os.cpu_count()} cores"
        load = os.cpu_count() + 0.75
        self.compare("one few", "glibc a.so", "--rounds", "3", spread=4, ns="glibc=20,a.so=10,null=0", load=load)
        for name in ("one", "few"):
            self.assertEqual({self.row[name, a]["rank"] for a in ("glibc", "a.so")}, {None})
            self.assertEqual(self.trace[name]["load"], load)
            spread = self.trace[name]["null_spread"]
            self.assertGreater(spread, 2)
            self.assertEqual(self.trace[name]["warnings"][:3], [
                "the trace has no times: what gives memory back by the clock does so by the replay's own, which is short",
                f"not to be trusted: the null allocator's own times differ by {spread:.1f} times between rounds; end what else runs, or give "
                "it longer (--until 0.5% --budget 300)",
                f"not to be trusted: the load is {load:.1f} on {cores}; end what else runs, or use a machine of your own"])

    def test_a_width_beyond_all_bounds_is_no_power_of_ten(self):
        self.compare("one", "glibc b.so null", "--until", "0.8%", status=130, spread=40, ns="glibc=0,b.so=0,null=0", kill=3 + 3 * 7 + 2)
        row = self.row["one", "b.so"]
        widest = (row["ratio_high"] - row["ratio_low"]) / max(1, row["ratio"])
        self.assertGreater(widest, 1)
        self.assertEqual([text for text in self.trace["one"]["warnings"] if "the widest" in text], [
            f"the rounds ended before the intervals were 0.8 % wide: the widest is {100 * widest:.0f} %; --until goes on, or a longer --budget"])

    # -- how many rounds --

    @staticmethod
    def looks():
        look = 10
        while True:
            yield look
            look += look // 8 + 1

    def widths(self, rounds, share):
        """What --until the rounds would end at, after so many: the width of the widest interval, when its ends leave out `share`, where
        an end lies for sure; of fewer than 60 rounds a narrower one is asked, in proportion."""
        found = []
        for name in ("a.so", "b.so"):
            ratios = self.ratios("one", name)[:rounds]
            distribution = medians(ratios)
            width = quantile(distribution, 1 - share) - quantile(distribution, share)
            found.append(width / max(1, median(ratios)))
        return max(found) * 60 / min(rounds, 60)

    def test_until_ends_at_the_first_look_that_finds_it_narrow_enough(self):
        settings = {"ns": "glibc=20,a.so=10,b.so=60,simple=50", "spread": 0.7}
        self.compare("one", "glibc a.so b.so", "--rounds", "90", **settings)
        looks = list(itertools.takewhile(lambda look: look <= 90, self.looks()))
        self.assertEqual(looks[:9], [10, 12, 14, 16, 19, 22, 25, 29, 33])
        least, most = [self.widths(n, 0.035) for n in looks], [self.widths(n, 0.015) for n in looks]
        self.assert_ends([10], most[0] * 1.1, settings)
        clear = next(i for i in range(1, len(looks)) if most[i] < min(least[:i]))
        self.assert_ends([looks[clear]], (most[clear] + min(least[:clear])) / 2, settings)
        for i in (2, 6, 9):
            until = (most[i] + least[i]) / 2
            surely = next(k for k in range(len(looks)) if most[k] <= until)
            self.assert_ends([looks[k] for k in range(surely + 1) if least[k] <= until], until, settings)

    def assert_ends(self, possible, until, settings):
        self.compare("one", "glibc a.so b.so simple", "--until", f"{100 * until:.6f}%", "--step-limit", "3000", **settings)
        rounds = self.trace["one"]["rounds"]
        self.assertIn(rounds, possible)
        self.assertEqual([self.row["one", name]["rounds"] for name in ("glibc", "a.so", "b.so", "simple")], [rounds] * 3 + [10])
        self.assertEqual((self.trace["one"]["rounds"], self.out["rounds"], self.out["budget_ms"]), (rounds, rounds, None))
        self.assertAlmostEqual(self.out["until"], until, 7)
        simple = self.row["one", "simple"]
        self.assertEqual([time is None for time in simple["times"]], [False] * 10 + [True] * (rounds - 10))
        self.assertEqual({name: len(self.timed(name, simple["ops"])) for name in ("simple", "glibc")}, {"simple": 10, "glibc": 10})
        self.assertEqual(len(self.timed("null", OPS["one"])), rounds)

    def test_ten_rounds_are_enough_where_all_is_clear_at_once(self):
        for more in ([], ["--until", "0.1%"], ["--budget", "1000"]):
            self.compare("one", "glibc a.so", *more, spread=0)
            self.assertEqual(self.trace["one"]["rounds"], 10)
        self.compare("few", "glibc a.so", spread=5)  # nothing is ranked, so nothing is to be narrow
        self.assertEqual(self.trace["few"]["rounds"], 10)
        self.compare("one", "glibc a.so", "--rounds", "13", spread=0)
        self.assertEqual(self.trace["one"]["rounds"], 13)
        self.compare("one", "glibc", spread=5)
        self.assertEqual(self.trace["one"]["rounds"], 10)

    def test_a_budget_ends_rounds_as_soon_as_one_is_whole(self):
        shutil.copy(os.path.join(LIBRARIES, "libwrong_slow.so"), os.path.join(self.folder, "slow.so"))
        shutil.copy(os.path.join(LIBRARIES, "libwrong_slow.so"), os.path.join(self.folder, "late.so"))
        for more, allocators, rounds in (([], "glibc slow.so late.so", [1]), ([], "glibc slow.so", [1, 2]),
                                         (["--rounds", "50"], "glibc slow.so", [1, 2]),
                                         (["--until", "0.001%"], "glibc slow.so", [1, 2])):
            self.compare("few", allocators, "--budget", "1", *more)  # a round takes 0.4 or 0.8 s at least
            self.assertIn(self.trace["few"]["rounds"], rounds)
            self.assertEqual(self.row["few", "slow.so"]["rounds"], self.trace["few"]["rounds"])
            self.assertEqual(self.out["budget_ms"], 1000)

    # -- the baseline --

    def test_the_baseline_is_glibc_or_the_first_or_what_is_named(self):
        for allocators, more, baseline in (
                ("a.so glibc b.so", [], "glibc"), ("b.so a.so", [], "b.so"), ("simple b.so a.so", [], "b.so"),
                ("glibc a.so b.so", ["-b", "b.so"], "b.so"), ("glibc a.so b.so", ["--baseline", "./b.so"], "b.so"),
                ("glibc a.so", ["-b", "./b.so"], "b.so"), ("a.so", ["-b", "glibc"], "glibc"), ("a.so", [], None),
                ("simple bump", [], None), ("a.so simple", [], None)):
            self.compare("one", allocators, "--rounds", "7", *more, ns="null=3")
            self.assertEqual(self.out["baseline"], baseline, (allocators, more))
            rivals = {name for _, name in self.row} & {"glibc", "a.so", "b.so"}
            for name in rivals if baseline else ():
                self.assert_compared("one", name, 7, baseline=baseline)
            if baseline is None:
                self.assertEqual({(row["ratio"], row["verdict"], row["rank"]) for row in self.row.values()}, {(None, None, None)})

    def test_the_baseline_stands_in_the_results_and_in_the_table(self):
        lines = self.table("one.txt", "-a", "glibc,./a.so", "-b", "a.so", "--rounds", "6", "--results", "out", spread=0,
                           ns="glibc=20,a.so=10")
        self.assertIn(" to a.so ", lines[1])
        self.assertEqual([" ".join(line.split()[:7]) for line in lines[2:4]],
                         ["1 a.so 10.0 10.0 - 10.0 1.000", "2 glibc 20.0 20.0 - 20.0 2.000"])
        rows = self.rows("throughput", allocator="glibc")
        self.assertEqual({(row["reference"], row["elapsed_ns"], row["reference_ns"]) for row in rows}, {("a.so", "200000", "100000")})

    def test_a_baseline_that_walks_is_one_for_what_it_does_itself(self):
        self.compare("one", "glibc simple", "-b", "simple", "--rounds", "6", "--step-limit", "2000")
        self.assertEqual({s.op_limit for s in self.samples if s.allocator == "simple" and s.ops > 0},
                         {self.row["one", "simple"]["ops"]})
        self.assertLess(self.row["one", "simple"]["ops"], OPS["one"])
        self.assertEqual([self.row["one", "glibc"][key] for key in ("ratio", "verdict", "rank")], [None, None, None])
        self.compare("one", "glibc simple", "-b", "simple", "--rounds", "6", spread=0, ns="glibc=20,simple=40")
        self.assertEqual([self.row["one", "glibc"][key] for key in ("ratio", "verdict", "rank")], [0.5, "faster", 1])

    def test_nothing_is_ranked_by_a_baseline_that_is_wrong(self):
        shutil.copy(os.path.join(LIBRARIES, "libodd_null.so"), os.path.join(self.folder, "none.so"))
        self.compare("one", "a.so b.so none.so", "-b", "none.so", "--rounds", "6", status=3)
        self.assertEqual({(row["rank"], row["verdict"]) for row in self.row.values()}, {(None, None), (None, "baseline")})
        self.assertEqual(self.trace["one"]["verdict"],
                         ["not ranked: there is no whole run of none.so, the baseline, to compare with"])

    def test_a_mean_over_fewer_traces_than_others_have_has_no_rank(self):
        with open(os.path.join(self.folder, "large.txt"), "w", encoding="ascii") as out:
            out.writelines(f"a {i} 4096\nf {i}\n" for i in range(5000))
        self.compare("one large", "glibc a.so", "--rounds", "6", status=3, spread=0, ns="a.so=10,glibc=20")  # it has 16 MiB
        self.assertEqual([self.row[trace, "a.so"]["rank"] for trace in ("one", "large")], [1, None])
        self.assertEqual([[mean[key] for key in ("allocator", "traces", "ratio", "verdict", "rank")] for mean in self.out["mean"]],
                         [["glibc", 2, 1, "baseline", 1], ["a.so", 1, 0.5, "faster", None]])

    def test_what_had_no_room_comes_after_what_had_however_fast(self):
        with open(os.path.join(self.folder, "huge.txt"), "w", encoding="ascii") as out:
            out.write("a y 20971520\n" + "a x 16\nf x\n" * 5000)  # a.so has 16 MiB
        out = json.loads(self.run_program("heapbench", "run", "huge.txt", "-a", "glibc,./a.so", "--heap", "200M", "--rounds", "2", "--json",
                                          ns="glibc=20,a.so=10", spread=0))
        self.assertEqual([(row["allocator"], row["rank"], row["failures"]) for row in out["rows"]],
                         [("glibc", None, 0), ("a.so", None, 1)])

    def test_no_rank_for_what_is_wrong(self):
        shutil.copy(os.path.join(LIBRARIES, "libodd_null.so"), os.path.join(self.folder, "none.so"))
        self.compare("one two", "glibc a.so none.so", "--rounds", "6", status=3, ns="none.so=1")
        self.assertEqual([(row["allocator"], row["rank"]) for row in self.out["rows"][:3]],
                         [(row["allocator"], 1 if place == 0 else row["rank"]) for place, row in enumerate(self.out["rows"][:3])])
        self.assertEqual((self.row["one", "none.so"]["rank"], self.row["one", "none.so"]["verdict"]), (None, None))
        self.assertEqual(self.out["rows"][2]["allocator"], "none.so")
        self.assertEqual(self.out["mean"][-1], {"allocator": "none.so", "traces": 0, "ratio": None, "ratio_low": None,
                                                "ratio_high": None, "verdict": None, "rank": None})


if __name__ == "__main__":
    unittest.main()
