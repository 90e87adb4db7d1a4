"""benchmark_test - the benchmark mains as users of Google Benchmark know them: JSON, console, files, compare.py.

Of programs with invented samples (invented_samples.c), whose times are in their log.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import unittest

import invented

COMPARE = "/usr/share/benchmark/compare.py"  # of Debian's libbenchmark-tools
# What compare.py needs of SciPy and NumPy, for machines that lack them.
STUBS = {"numpy.py": "class array(list):\n    def any(self):\n        return any(self)\n",
         "scipy/__init__.py": "",
         "scipy/stats.py": "import math\nfrom numpy import array\n\ndef mannwhitneyu(a, b, alternative):\n    raise ValueError\n\n"
                           "def gmean(rows):\n    return array(math.exp(sum(map(math.log, c)) / len(c)) for c in zip(*rows))\n"}


def strict(text):
    """As a parser reads it that takes JSON for what it is: NaN is none."""
    def refuse(name):
        raise ValueError(name)
    return json.loads(text, parse_constant=refuse)


class Benchmarks(invented.Test):
    def setUp(self):
        super().setUp()
        self.log = os.path.join(self.folder, "log")
        with open(os.path.join(self.folder, "made.txt"), "w", encoding="ascii") as out:
            out.writelines(f"a {i} {8 + i}\n" for i in range(100))
            out.writelines(f"f {i}\n" for i in range(0, 100, 2))
            out.writelines(f"a {i} 40\n" for i in range(100, 150))

    def ask(self, *arguments, status=0, **environment):
        done = subprocess.run([os.path.join(invented.PROGRAMS, arguments[0]), *arguments[1:]], cwd=self.folder, capture_output=True,
                              env=dict(os.environ, INVENTED_LOG=self.log, **environment), check=False, text=True)
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stdout

    def measure(self, *more, question="throughput", allocators="glibc,simple", **others):
        """The context and the benchmarks of its JSON."""
        found = strict(self.ask(question, f"--allocators={allocators}", "--traces=made.txt", "--benchmark_format=json", *more,
                                **others))
        return found["context"], found["benchmarks"]

    def assert_cpu(self, one):
        times = round(one["real_time"] * 1e6), round(one["cpu_time"] * 1e6)
        self.assertIn(times, {(sample.elapsed, sample.cpu) for sample in invented.read_log(self.log)}, one["name"])

    def test_processor_time_is_that_of_the_sample(self):
        for question in ("throughput", "latency", "walk_cost", "fragmentation", "ladder"):
            found = self.measure(question=question)[1]
            for one in found:
                self.assert_cpu(one)
            self.assertTrue(any(one["cpu_time"] != one["real_time"] for one in found), question)
        self.assertIn("the process that did them", self.measure()[0]["heapbench_cpu"])

    def test_aggregates_are_of_the_samples_and_none_is_no_number(self):
        _, found = self.measure("--benchmark_repetitions=4")
        for name in ("glibc", "simple"):
            mine = [one for one in found if f"/{name}/" in one["name"]]
            runs = [one for one in mine if one["run_type"] == "iteration"]
            by_name = {one["aggregate_name"]: one for one in mine if one["run_type"] == "aggregate"}
            self.assertEqual((len(runs), sorted(by_name)), (4, ["cv", "mean", "median", "stddev"]))
            for key in ("real_time", "cpu_time", "ns_per_op", "cpu_ns_per_op", "peak_resident_bytes", "failures"):
                values = [one[key] for one in runs]
                mean = sum(values) / 4
                spread = (sum((value - mean) ** 2 for value in values) / 3) ** 0.5
                self.assertAlmostEqual(by_name["mean"][key], mean, 6, key)
                self.assertAlmostEqual(by_name["median"][key], sum(sorted(values)[1:3]) / 2, 6, key)
                self.assertAlmostEqual(by_name["stddev"][key], spread, 6, key)
                self.assertAlmostEqual(by_name["cv"][key], spread / mean if mean else 0, 6, key)
            self.assertNotIn("cpu_seconds", mine[0])

    def test_a_file_has_what_is_shown_in_every_format(self):
        arguments = ("throughput", "--allocators=glibc", "--traces=made.txt", "--benchmark_repetitions=2")
        for given in (("--benchmark_out=file",), ("--benchmark_out=file", "--benchmark_out_format=json"), ()):
            self.ask(*arguments, *given, **({} if given else {"BENCHMARK_OUT": "file"}))
            with open(os.path.join(self.folder, "file"), encoding="utf-8") as text:
                for one in strict(text.read())["benchmarks"]:
                    if one["run_type"] == "iteration":
                        self.assert_cpu(one)
            os.unlink(os.path.join(self.folder, "file"))
        for style in ("console", "csv"):
            self.ask(*arguments, "--benchmark_out=file", f"--benchmark_out_format={style}")
            with open(os.path.join(self.folder, "file"), encoding="utf-8") as text:
                written = text.read()
            self.assertIn("throughput/glibc/made/", written)
            self.assertNotIn("nan", written)
            self.assertNotIn("cpu_seconds", written)

    def test_bytes_are_shown_by_1024_and_other_counts_by_1000(self):
        _, (one,) = self.measure(allocators="glibc")
        shown = self.ask("throughput", "--allocators=glibc", "--traces=made.txt")
        self.assertIn("peak_resident_bytes={:g}M".format(round(one["peak_resident_bytes"] / 2 ** 20, 4)), shown)
        self.assertIn("page_faults={:g}k".format(round(one["page_faults"] / 1000, 5)), shown)

    def test_a_label_says_what_was_cut_and_a_message_what_went_wrong(self):
        _, found = self.measure("--step-limit=100")
        self.assertNotIn("label", found[0])
        ops = int(re.fullmatch(r"first (\d+) of 200 operations", found[1]["label"])[1])
        self.assertLess(ops, 200)
        self.assertAlmostEqual(found[1]["ns_per_op"] * ops, found[1]["real_time"] * 1e6, 3)
        # A sample of a benchmark crashes as one of a round does.
        found = self.measure("--benchmark_repetitions=3", status=3, INVENTED_CRASH="simple", question="walk_cost")[1]
        failed = [one for one in found if one.get("error_occurred")]
        self.assertEqual({(one["error_message"], one["real_time"], one["cpu_time"]) for one in failed},
                         {("crashed (signal 11)", 0, 0)})
        self.assertEqual({"/simple/" in one["name"] for one in failed}, {True})

    def test_a_trace_of_nothing_has_no_rate(self):
        with open(os.path.join(self.folder, "made.txt"), "w", encoding="ascii") as out:
            out.write("# nothing\n")
        for question in ("throughput", "latency", "walk_cost", "fragmentation", "ladder"):
            for one in self.measure("--benchmark_repetitions=2", question=question)[1]:
                self.assertFalse({"items_per_second", "ns_per_op", "cpu_ns_per_op"} & set(one), one)

    def test_the_context_has_the_libraries_and_the_settings(self):
        context, _ = self.measure("--touch=all", "--step-limit=12345", "--timeout=7", "--seed=99", "--benchmark_filter=glibc")
        self.assertEqual(context["heapbench_settings"], "touch all, step limit 12345, seed 99, time limit 7000 ms")
        self.assertRegex(context["heapbench_library_glibc"], r"^2\.\d+ /.*libc")
        self.assertIn("--traces=made.txt --benchmark_format=json --touch=all", context["heapbench_command"])
        command = strict(self.ask("throughput", "--allocators=glibc,simple", "--traces=made.txt,./made.txt",
                                  "--benchmark_format=json", "--benchmark_filter=nothing", status=1) or "{}")
        self.assertEqual(command, {})

    def test_a_decimal_comma_is_in_no_figure(self):
        locales = os.path.join(self.folder, "locales")
        os.mkdir(locales)
        made = shutil.which("localedef") and subprocess.run(
            ["localedef", "-i", "de_DE", "-f", "UTF-8", os.path.join(locales, "de_DE.UTF-8")], capture_output=True, check=False)
        if not made or made.returncode != 0:
            self.skipTest("no locale with a decimal comma can be made here")
        comma = {"LOCPATH": locales, "LC_ALL": "de_DE.UTF-8"}
        self.assertEqual(self.measure(**comma)[1], self.measure()[1])
        rows = []
        for environment in (comma, {}):
            self.ask("ladder", "--allocators=glibc,simple", "--traces=made.txt", "--rounds=2", "--results=out", **environment)
            with open(os.path.join(self.folder, "out", "ladder.csv"), encoding="utf-8") as text:
                rows.append([line for line in text if not line.startswith("#")])
        self.assertEqual(rows[0], rows[1])
        self.assertIn(".", rows[0][-1])

    def test_compare_py_pairs_two_runs(self):
        if not os.path.exists(COMPARE):
            self.skipTest("no " + COMPARE)
        for name, text in STUBS.items():
            path = os.path.join(self.folder, "stubs", name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="ascii") as out:
                out.write(text)
        runs = []
        for name in ("old", "new"):
            self.ask("throughput", "--allocators=glibc,simple", "--traces=made.txt", "--benchmark_repetitions=3",
                     f"--benchmark_out={name}.json", f"--seed={len(runs)}")
            with open(os.path.join(self.folder, name + ".json"), encoding="utf-8") as text:
                runs.append(strict(text.read())["benchmarks"])
        done = subprocess.run([sys.executable, COMPARE, "--no-color", "--no-utest", "benchmarks", "old.json", "new.json"],
                              cwd=self.folder, capture_output=True, text=True, check=False,
                              env=dict(os.environ, PYTHONPATH=os.path.join(self.folder, "stubs"), PYTHONDONTWRITEBYTECODE="1"))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        rows = [line.split()[:3] for line in done.stdout.splitlines()[3:]]
        expected = [[old["name"], *("{:+.4f}".format((new[key] - old[key]) / old[key]) for key in ("real_time", "cpu_time"))]
                    for old, new in zip(*runs)]
        self.assertEqual(rows[:-1], expected)
        self.assertEqual(rows[-1][0], "OVERALL_GEOMEAN")


if __name__ == "__main__":
    unittest.main()
