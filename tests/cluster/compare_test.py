"""compare_test - allocators over hosts: the estimates, what the bootstrap draws, verdicts and ranks, on invented ratios."""

import math
import os
import random
import statistics
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.environ["CLUSTER"])

import compare  # noqa: E402


class Estimates(unittest.TestCase):
    def estimate(self, **hosts):
        return compare.Estimate(hosts, compare.Draws(random.Random(1)))

    def test_one_host_is_the_median_of_its_rounds(self):
        values = [0.9, 0.7, 0.8, 0.75, 0.85, 0.95, 0.65]
        one = self.estimate(a=values)
        self.assertEqual(one.ratio, math.exp(math.log(statistics.median(values))))
        self.assertTrue(0.65 <= one.low <= one.ratio <= one.high <= 0.95)

    def test_hosts_count_alike_however_many_rounds_each_has(self):
        two = self.estimate(a=[0.5] * 6, b=[2.0] * 600)
        self.assertAlmostEqual(two.ratio, 1.0, 12)

    def test_hosts_that_differ_make_the_interval_wide(self):
        """Within a host nothing varies: all of the width is of the hosts."""
        same = self.estimate(a=[0.8] * 10, b=[0.8] * 10, c=[0.8] * 10)
        self.assertAlmostEqual(same.high - same.low, 0, 12)
        apart = self.estimate(a=[0.5] * 10, b=[0.8] * 10, c=[1.1] * 10)
        self.assertAlmostEqual(apart.low, 0.5, 12)
        self.assertAlmostEqual(apart.high, 1.1, 12)

    def test_few_rounds_have_no_interval(self):
        self.assertEqual(self.estimate(a=[0.8] * 5).low, 0)
        self.assertEqual(self.estimate(a=[0.8] * 50, b=[0.8] * 5).low, 0)

    def test_the_median_of_a_resample_is_of_places(self):
        drawn = compare.Draws(random.Random(2)).medians([1.0, 2.0, 4.0, 8.0])
        possible = {math.log((a + b) / 2) for a in (1, 2, 4, 8) for b in (1, 2, 4, 8)}
        self.assertTrue(all(min(abs(value - p) for p in possible) < 1e-12 for value in drawn))

    def test_the_interval_holds_the_truth_as_often_as_it_says(self):
        """Ten rounds of a host around 1, 400 times: the percentile bootstrap of a median holds it in 90 to 99 of 100 (results/README.md)."""
        rng, held = random.Random(3), 0
        draws = compare.Draws(rng)
        for _ in range(400):
            one = compare.Estimate({"a": [math.exp(rng.gauss(0, 0.05)) for _ in range(11)]}, draws)
            held += one.low <= 1 <= one.high
        self.assertTrue(0.9 <= held / 400 <= 0.99, held)


class Verdicts(unittest.TestCase):
    def test_as_run_says_them(self):
        for given, verdict in (((0.9, 0.88, 0.92, 10), ("faster", None)), ((1.2, 1.1, 1.3, 10), ("slower", None)),
                               ((1.0, 0.99, 1.01, 10), ("no difference", None)), ((0.98, 0.95, 1.01, 10), ("undecided", 13)),
                               ((0.5, 0, 0, 3), ("undecided", 7))):
            self.assertEqual(compare.judge(*given), verdict)

    def test_ranks_are_shared_where_intervals_touch(self):
        class Row:
            def __init__(self, ratio, low, high):
                self.ratio, self.low, self.high, self.rank = ratio, low, high, None

        rows = [Row(0.9, 0.85, 0.95), Row(0.7, 0.65, 0.75), Row(0.74, 0.72, 0.76), Row(1.0, 1.0, 1.0), Row(2.0, 0, 0)]
        compare.rank(rows)
        self.assertEqual([row.rank for row in rows], [3, 1, 1, 4, None])


class Means(unittest.TestCase):
    def mean(self, *traces):
        rng = random.Random(4)
        draws = compare.Draws(rng)

        class Row:
            baseline = "glibc"

            def __init__(self, hosts):
                self.estimate, self.rank, self.hosts = compare.Estimate(hosts, draws), 1, set(hosts)
                self.ratio, self.low, self.high = self.estimate.ratio, self.estimate.low, self.estimate.high

        self.rows = [Row(hosts) for hosts in traces]
        return compare.Mean("x", self.rows, rng)

    def test_the_mean_over_one_trace_has_the_interval_of_that_trace(self):
        rounds = random.Random(5)
        alone = self.mean({"a": [rounds.uniform(0.7, 1.1) for _ in range(16)]})
        self.assertEqual([alone.ratio, alone.low, alone.high], [self.rows[0].ratio, self.rows[0].low, self.rows[0].high])

    def test_hosts_are_drawn_once_for_all_traces(self):
        """What a host does to every trace does not average out over traces."""
        many = self.mean(*[{"a": [0.8] * 6, "b": [1.25] * 6}] * 20)
        self.assertAlmostEqual(many.ratio, 1.0, 12)
        self.assertAlmostEqual(many.low, 0.8, 12)
        self.assertAlmostEqual(many.high, 1.25, 12)
        self.assertEqual(many.verdict, "undecided")

    def test_a_trace_that_no_drawn_host_has_is_of_one_that_has_it(self):
        apart = self.mean({"a": [0.5] * 6}, {"b": [0.5] * 6})
        self.assertAlmostEqual(apart.low, 0.5, 12)
        self.assertAlmostEqual(apart.high, 0.5, 12)


if __name__ == "__main__":
    unittest.main()
