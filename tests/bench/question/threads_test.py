"""threads_test.py - what is made of replays by several threads, of samples with invented times: rows, columns, the clock."""

import json
import os
import statistics
import unittest

import invented

LIBRARY = os.path.join(os.environ["LIBRARIES"], "libwrong_nothing.so")

# Two threads; each object is freed by the one that did not make it, but for the last, which nobody frees.
OPS = 12000


class Threads(invented.Test):
    def setUp(self):
        super().setUp()
        for name, threads in (("two", 2), ("one", 1)):
            with open(os.path.join(self.folder, name + ".txt"), "w", encoding="ascii") as out:
                for i in range(OPS // 2):
                    out.write(f"t 0\na {i} {16 + i % 100}\nt {i % 2 * (threads - 1)}\nf {i}\n")
        self.two = os.path.join(self.folder, "two.txt")
        self.one = os.path.join(self.folder, "one.txt")
        self.out = os.path.join(self.folder, "out")

    def run_json(self, *arguments, status=0, **settings):
        return json.loads(self.run_program("heapbench", "run", "--json", "--seed", "7", *arguments, status=status, **settings))

    def test_a_row_has_the_medians_of_what_threads_took(self):
        out = self.run_json(self.two, "--threads", "-a", "glibc,null,simple", "--rounds", "7", "--full")
        self.assertEqual([(t["recorded_threads"], t["replay_threads"], t["threads"], t["clock"]) for t in out["traces"]],
                         [(2, 2, "free", "elapsed")])
        for row in out["rows"]:
            samples = self.timed(row["allocator"], OPS)
            self.assertEqual(len(samples), 7)
            self.assertEqual(row["waiting_share"], float(f"{statistics.median(s.threads[2] / s.threads[1] for s in samples):.12g}"))
            self.assertEqual(row["replay_peak_live_bytes"], int(statistics.median(s.threads[3] for s in samples)))
            self.assertEqual({s.threads[4] for s in samples}, {row["handovers"]})
            self.assertEqual(row["handovers"], OPS // 4)
            self.assertEqual(row["one_lock"], row["allocator"] == "simple")
            self.assertAlmostEqual(row["ops_per_s"] * row["ns_per_op"], 1e9, delta=10)
            self.assertIsNone(row["saved_seconds"])

    def test_the_clock_of_threads_is_elapsed_time_unless_the_load_is_more_than_theirs(self):
        edge = os.cpu_count()  # what two threads of a second add is in compare_test.c
        for options, load, clock in ((("--threads",), edge, "elapsed"), (("--threads",), edge + 2, "processor"),
                                     (("--threads=strict",), edge + 9, "elapsed"), ((), 0, "processor")):
            out = self.run_json(self.two, *options, "-a", "glibc,null", "--rounds", "8", busy=2, load=load)
            self.assertEqual((out["traces"][0]["clock"], out["traces"][0]["load"]), (clock, load or None))

    def test_where_others_have_the_processors_threads_are_ranked_by_processor_time_and_it_is_said(self):
        arguments = (self.two, "--threads", "-a", f"glibc,{LIBRARY}", "--rounds", "8")
        settings = {"busy": 2, "spread": 0, "ns": "glibc=40,libwrong_nothing.so=20", "load": os.cpu_count() + 3}
        row = next(row for row in self.run_json(*arguments, **settings)["rows"] if row["allocator"] != "glibc")
        samples, glibc = self.timed(row["allocator"], OPS), self.timed("glibc", OPS)
        self.assertEqual(row["ratio"], float(f"{statistics.median(s.cpu / g.cpu for s, g in zip(samples, glibc)):.12g}"))
        self.assertEqual((row["verdict"], row["rank"]), ("faster", 1))
        lines = self.run_program("heapbench", "run", *arguments, **settings).splitlines()
        self.assertTrue(lines[0].endswith("; 8 rounds, by processor time"), lines[0])
        self.assertNotIn("cpu ns", lines[1])
        self.assertTrue(any(": processor times of all threads, since others have the processors; asleep in a lock, a thread takes none; "
                            in line for line in lines), lines)

    def test_the_strict_order_is_by_peak_memory_and_judges_no_time(self):
        arguments = (self.two, "--threads=strict", "-a", f"glibc,{LIBRARY},null", "--rounds", "8")
        verdict = "the least peak memory first; times are not compared, since in the strict order they are mostly waiting for one's turn " \
                  "(--threads, for time)"
        for ns in ("glibc=40,libwrong_nothing.so=20", "glibc=20,libwrong_nothing.so=40"):
            out = self.run_json(*arguments, ns=ns, spread=0)
            rows = out["rows"]
            peaks = [row["peak_resident_bytes"] for row in rows[:2]]
            self.assertLess(*peaks)
            self.assertEqual([(row["rank"], row["more_rounds"]) for row in rows], [(None, None)] * 3)
            self.assertEqual({row["verdict"] for row in rows}, {"baseline", None})
            self.assertEqual((out["traces"][0]["verdict"], out["mean"]), ([verdict], []))
            lines = self.run_program("heapbench", "run", *arguments, ns=ns, spread=0).splitlines()
            self.assertTrue(lines[0].endswith("; 8 rounds, by peak memory"), lines[0])
            self.assertEqual([line.split()[0] for line in lines[2:4]], [row["allocator"] for row in rows[:2]])
            for judged in ("verdict", "to glibc", "net", "95 % interval"):
                self.assertNotIn(judged, lines[1])
            self.assertEqual([line for line in lines if line.startswith("  >")], ["  > " + verdict])
            self.assertTrue(any(line.startswith("  ! recorded from 2 threads, replayed by 2 on ") and line.endswith(": in the recorded order")
                                for line in lines), lines)
        self.assertEqual(self.run_json(self.one, "--threads=strict", "-a", f"glibc,{LIBRARY}", "--rounds", "8", ns="glibc=40", spread=0)
                         ["rows"][0]["rank"], 1)

    def test_rounds_of_the_strict_order_are_not_for_narrow_times(self):
        out = self.run_json(self.two, "--threads=strict", "-a", f"glibc,{LIBRARY}", "--until", "0.1%", spread=4)
        self.assertEqual([len(row["times"]) for row in out["rows"]], [10, 10])

    def test_a_load_that_the_threads_of_a_short_replay_cannot_be_is_of_others(self):
        for load, is_crowded in ((os.cpu_count(), False), (os.cpu_count() + 2, True)):
            out = self.run_json(self.two, "--threads", "-a", f"glibc,{LIBRARY}", "--rounds", "8", load=load)
            self.assertEqual(any("the load is" in words for words in out["traces"][0]["warnings"]), is_crowded)

    def test_no_noise_of_times_that_nobody_judges(self):
        for options, is_said in ((("--threads",), True), (("--threads=strict",), False)):
            out = self.run_json(self.two, *options, "-a", f"glibc,{LIBRARY},null", "--rounds", "20", spread=4, ns="null=1")
            self.assertGreater(out["traces"][0]["null_spread"], 2)
            self.assertEqual(any("the null allocator's own times differ" in words for words in out["traces"][0]["warnings"]), is_said)

    def test_by_how_many_threads_is_said(self):
        said = {}
        for trace, options in ((self.two, ()), (self.two, ("--threads",)), (self.two, ("--threads=one",)), (self.one, ("--threads",))):
            out = self.run_json(trace, *options, "-a", "glibc,bump", "--rounds", "2")
            said[trace, options] = out["traces"][0]["warnings"], out["left_out"]
            if options == ("--threads",) and trace == self.two:
                rows = out["rows"]
        for options in ((), ("--threads=one",)):
            warnings, left_out = said[self.two, options]
            self.assertIn("recorded from 2 threads, replayed by 1: ", warnings[0])
            self.assertIn("two was recorded from 2 threads and is replayed by 1", " ".join(left_out))
        warnings, left_out = said[self.two, ("--threads",)]
        self.assertIn("recorded from 2 threads, replayed by 2 on ", warnings[0])
        most = max(row["replay_peak_live_bytes"] for row in rows)
        self.assertEqual(warnings[1], f"threads ran ahead of each other: {most / 1024:.3g} KiB live at most, and 115 B in the program; "
                         "for memory ask --threads=strict")
        self.assertEqual(warnings[2], "one lock around every call, since made for one thread: bump")
        self.assertEqual(left_out, [])
        self.assertEqual(said[self.one, ("--threads",)][0][0], "recorded from 1 thread, so that --threads changes nothing")

    def test_the_question_has_a_row_a_round_and_leaves_out_single_threads(self):
        self.run_program("threads", "--traces", f"{self.two},{self.one}", "--allocators", "glibc,bump", "--rounds=3",
                         "--results", self.out)
        self.assertEqual({row["trace"] for row in self.rows("threads")}, {"two"})
        self.assertTrue(any("traces that one thread made" in line for line in self.head))
        self.assertTrue(any(", by as many threads as recorded, window 131072" in line for line in self.head))
        null = [s.elapsed for s in self.timed("null", OPS)]
        glibc = [s.elapsed for s in self.timed("glibc", OPS)]
        for name in ("glibc", "bump", "null"):
            rows, samples = self.rows("threads", allocator=name), self.timed(name, OPS)
            self.assertEqual(len(rows), 3)
            for i, (row, sample) in enumerate(zip(rows, samples, strict=True)):
                got = [row[c] for c in ("round", "status", "recorded_threads", "replay_threads", "one_lock", "ops", "handovers", "elapsed_ns",
                                        "cpu_ns", "thread_ns", "waiting_ns", "replay_peak_live_bytes", "reference_ns", "null_ns")]
                self.assertEqual(got, list(map(str, (
                    i + 1, "ok", 2, 2, "yes" if name == "bump" else "no", OPS, sample.threads[4], sample.elapsed, sample.cpu,
                    sample.threads[1], sample.threads[2], sample.threads[3], glibc[i], null[i]))))

    def test_results_of_threads_lack_what_one_thread_made_and_it_is_said(self):
        def left_out(*traces):
            return [line for line in self.run_json(*traces, "--threads", "-a", "glibc", "--rounds", "2", "--results", "out")["left_out"]
                    if "that one thread made" in line]

        self.assertEqual(left_out(self.two), [])
        self.assertEqual(left_out(self.two, self.one), ["times of traces that one thread made (ask without --threads)"])
        self.assertEqual({row["trace"] for row in self.rows("threads")}, {"two"})

    def test_a_benchmark_says_by_how_many_threads(self):
        for program, by in (("threads", 2), ("throughput", 1), ("latency", 1)):
            text = self.run_program(program, "--traces", self.two, "--allocators", "glibc", "--benchmark_format=json")
            self.assertIn(f"recorded from 2 threads, replayed by {by}", json.loads(text)["benchmarks"][0]["label"])

    def test_a_crash_is_a_row(self):
        out = self.run_json(self.two, "--threads", "-a", "glibc,bump", "--rounds", "2", status=3, crash="bump")
        self.assertEqual([row["status"] for row in out["rows"] if row["allocator"] == "bump"], ["crashed"])


if __name__ == "__main__":
    unittest.main()
