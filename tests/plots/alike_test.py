"""alike_test - distances of traces, and the few that stand for all, on figures whose answer is known."""

import os
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.environ["PLOTS"])

from page import alike, source  # noqa: E402

ONE = {"ops": 5000, "size_p50": 16, "size_p99": 100, "lifetime_p50": 5, "lifetime_p90": 50, "never_freed_share": 0.5, "peak_live_bytes": 4000,
       "peak_live_objects": 40, "size_mean": 20, "objects": 2500, "realloc_share": 0.25, "threads": 1, "busiest_thread_share": 1, "handovers": 0,
       "silent_us": None}


def rows(*changes):
    return [{**ONE, **change}.get for change in changes]


def line(*points):
    """Distances of points on a line."""
    return [[abs(a - b) for b in points] for a in points]


class Distances(unittest.TestCase):
    def test_the_same_figures_are_at_no_distance(self):
        self.assertEqual(alike.distances_of(rows({}, {})), [[0, 0], [0, 0]])

    def test_a_figure_counts_by_its_share_of_all(self):
        # Of two values one is a deviation below the mean, the other one above: 2 apart, in one feature of all.
        near = (4 / len(alike.FEATURES)) ** 0.5
        for change in ({"threads": 9}, {"silent_us": 10**7}, {"never_freed_share": 0}, {"lifetime_p50": 500}):
            distances = alike.distances_of(rows({}, change))
            self.assertAlmostEqual(distances[0][1], near, places=12, msg=change)
            self.assertEqual(distances[0][1], distances[1][0])

    def test_the_nearest_is_another_one(self):
        self.assertEqual([alike.nearest(line(0, 1, 5), i, range(3)) for i in range(3)], [1, 0, 1])
        self.assertIsNone(alike.nearest([[0]], 0, range(1)))


class Medoids(unittest.TestCase):
    POINTS = line(0, 1, 2, 50, 51, 52, 90)

    def test_one_of_each_group_stands_for_it(self):
        self.assertEqual(alike.best_medoids(self.POINTS, 3), [1, 4, 6])
        self.assertAlmostEqual(alike.cost(self.POINTS, [1, 4, 6]), 4 / 7, places=12)

    def test_as_many_as_there_are_cost_nothing(self):
        self.assertEqual(alike.best_medoids(self.POINTS, 9), list(range(7)))

    def test_swapping_mends_what_adding_one_by_one_chose(self):
        # Alone the middle one is best, and beside another one it is not.
        points = line(0, 1, 2, 10, 18, 19, 20)
        self.assertEqual(alike.best_medoids(points, 1), [3])
        self.assertEqual(alike.cost(points, alike.best_medoids(points, 2)), min(alike.cost(points, [i, j]) for i in range(7) for j in range(i)))


class Words(unittest.TestCase):
    def test_the_chosen_are_compared_with_the_best(self):
        said = " ".join(alike.words_of(["a", "b", "c", "d", "e", "f", "g"], [0, 3, 6], Medoids.POINTS))
        self.assertIn("The chosen 3 are a, d, g. The mean distance of a trace to the nearest of them is 0.86, and 5 of 7 have one within 1.", said)
        self.assertIn("k-medoids finds would have 0.57: b, e, g.", said)

    def test_what_no_catalogue_holds_is_passed_over(self):
        def records(**change):
            return [source.Record({k: "" if v is None else str(v) for k, v in {**ONE, "trace": name, "chosen": "no", **change}.items()}) for name in "ab"]
        self.assertEqual(len(alike.lines_of(records())), 2)
        for change in ({"size_mean": None}, {"busiest_thread_share": 7}, {"ops": 5}):
            self.assertEqual(alike.lines_of(records(**change)), [], change)


if __name__ == "__main__":
    unittest.main()
