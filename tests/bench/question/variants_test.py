"""variants_test - variants.csv against the JSON of the same run: means, memory, the front, whose variant it is."""

import json
import math
import os
import unittest

import invented

SANITIZED = os.environ["SANITIZE"] != ""
RANKED = "a x 16\nf x\n" * 5000


def geometric_mean(values):
    return math.exp(sum(map(math.log, values)) / len(values))


@unittest.skipIf(SANITIZED, "files of results take samples within budgets, where the sanitizers' own memory does not fit")
class Variants(invented.Test):
    def setUp(self):
        super().setUp()
        for name, text in (("large", "a y 2M\n" + RANKED), ("larger", "a y 8M\n" + RANKED), ("small", RANKED), ("few", "a y 2M\n")):
            with open(os.path.join(self.folder, name + ".txt"), "w", encoding="utf-8") as out:
                out.write(text)

    def run_tool(self, *arguments, status=0):
        """The JSON, and the rows of variants.csv."""
        out = self.run_program("heapbench", "run", *arguments, "--json", "--results", "out", status=status)
        return json.loads(out), self.rows("variants")

    def test_every_row_is_of_what_was_ranked_everywhere(self):
        answer, rows = self.run_tool("large.txt", "larger.txt", "small.txt", "few.txt", "-a", "glibc,null,simple", "--rounds", "6", "--variant",
                                     "one=glibc MALLOC_ARENA_MAX=1 'X=a, b'", "--variant", "two=glibc")
        means = {mean["allocator"]: mean for mean in answer["mean"]}
        self.assertEqual([row["allocator"] for row in rows], [mean["allocator"] for mean in answer["mean"]])
        self.assertEqual(sorted(means), ["glibc", "one", "two"])
        peaks = {(row["trace"], row["allocator"]): row["peak_resident_bytes"] for row in answer["rows"]}
        points = {}
        for row in rows:
            name = row["allocator"]
            # Less than 1 MiB is live in one trace, and one has too few operations.
            memory = geometric_mean([peaks[trace, name] / peaks[trace, "glibc"] for trace in ("large", "larger")])
            points[name] = (means[name]["ratio_low"], means[name]["ratio_high"], float(row["memory_ratio"]))
            self.assertEqual(row["library"], "glibc")
            self.assertEqual(row["settings"], r"MALLOC_ARENA_MAX=1 'X=a\x2c b'" if name == "one" else "")
            self.assertEqual((row["baseline"], row["traces"]), ("glibc", "3"))
            for column in ("ratio", "ratio_low", "ratio_high"):
                self.assertEqual(row[column], f"{means[name][column]:.6g}")
            self.assertEqual(row["memory_ratio"], f"{memory:.6g}")
        for row in rows:
            low, _, memory = points[row["allocator"]]
            beaten = any(other_high < low and other_memory <= memory for _, other_high, other_memory in points.values())
            self.assertEqual(row["on_front"], "no" if beaten else "yes")
        self.assertEqual([row["memory_ratio"] for row in rows if row["allocator"] == "glibc"], ["1"])

    def test_memory_of_fewer_traces_than_another_has_is_no_mean(self):
        with open(os.path.join(self.folder, "huge.txt"), "w", encoding="utf-8") as out:
            out.write("a y 20M\n" + RANKED)  # for which the library has no room
        library = os.path.join(invented.PROGRAMS, "..", "libodd_tell.so")
        answer, _ = self.run_tool("large.txt", "larger.txt", "huge.txt", "-a", f"glibc,{library}", "--rounds", "6", "--times-only", status=3)
        self.assertEqual({mean["allocator"]: mean["traces"] for mean in answer["mean"]}, {"glibc": 3, "libodd_tell.so": 2})
        self.assertEqual({row["allocator"]: row["memory_ratio"] for row in self.rows("comparison", trace="")}, {"glibc": "1", "libodd_tell.so": ""})

    def test_where_little_is_live_there_is_no_memory_and_no_front(self):
        _, rows = self.run_tool("small.txt", "-a", "glibc", "--rounds", "6", "--variant", "one=glibc")
        self.assertEqual([(row["memory_ratio"], row["on_front"]) for row in rows], [("", "")] * 2)

    def test_what_is_not_ranked_has_no_row(self):
        for trace, rounds in (("few.txt", "6"), ("large.txt", "5")):
            _, rows = self.run_tool(trace, "-a", "glibc", "--rounds", rounds, "--variant", "one=glibc")
            self.assertEqual(rows, [])
        _, rows = self.run_tool("large.txt", "-a", "glibc,./no_such.so", "--rounds", "6", "--variant", "one=./no_such.so",
                                "--variant", "two=glibc", status=3)
        self.assertEqual(sorted(row["allocator"] for row in rows), ["glibc", "two"])

    def test_a_variant_may_be_the_baseline(self):
        answer, rows = self.run_tool("large.txt", "-a", "glibc", "--rounds", "6", "--variant", "one=glibc X=1", "--baseline", "one")
        self.assertEqual(answer["baseline"], "one")
        self.assertEqual({row["allocator"]: row["baseline"] for row in rows}, {"glibc": "one", "one": "one"})
        self.assertEqual([row["ratio"] for row in rows if row["allocator"] == "one"], ["1"])

    def test_a_variant_of_what_is_no_rival_is_none_either(self):
        answer, rows = self.run_tool("large.txt", "-a", "glibc", "--rounds", "6", "--variant", "one=null", "--variant", "two=bump X=1",
                                     "--variant", "three=glibc")
        self.assertEqual([library["name"] for library in answer["libraries"]], ["glibc", "one", "two", "three"])
        self.assertEqual([library["settings"] for library in answer["libraries"]], [[], [], ["X=1"], []])
        self.assertEqual(sorted(row["allocator"] for row in rows), ["glibc", "three"])  # what has no heap of a process's is no rival


if __name__ == "__main__":
    unittest.main()
