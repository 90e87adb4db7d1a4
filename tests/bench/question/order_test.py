"""order_test - which samples are run, in which order, with which settings: the log of invented_samples.c says.

An order is the seed's and nothing else's; the seed that is printed is the one that was used; every pair of an allocator
and a trace is in every round once; a row that is cut has a reference on the same operations in the same round.
"""

import json
import os
import shutil
import unittest

import invented

ALLOCATORS = ["glibc", "bump", "null", "simple", "first-merge"]
OPS = {"one.txt": 60, "two.txt": 80}


class Order(invented.Test):
    def setUp(self):
        super().setUp()
        for name, ops in OPS.items():
            with open(os.path.join(self.folder, name), "w", encoding="ascii") as out:
                out.writelines(f"a {i} {8 + i}\n" for i in range(ops // 2))
                out.writelines(f"f {i}\n" for i in range(ops // 2))

    def rounds(self, ops, mode="time"):
        """The allocators of the samples that were limited to so many operations, in their order."""
        return [s.allocator for s in self.samples if s.mode == mode and s.op_limit == ops]

    def compare(self, *more, seed=None, rounds=5):
        """The orders of both traces under `heapbench run`."""
        seeds = ["--seed", str(seed)] if seed is not None else []
        self.out = self.run_program("heapbench", "run", *OPS, "-a", ",".join(ALLOCATORS), "--rounds", str(rounds), *seeds,
                                    *more)
        return [self.rounds(ops) for ops in OPS.values()]

    def assert_whole(self, order, allocators, rounds):
        """Each in each round, once."""
        count = len(allocators)
        self.assertEqual(len(order), count * rounds)
        for i in range(0, len(order), count):
            self.assertEqual(sorted(order[i:i + count]), sorted(allocators))

    def test_every_allocator_is_in_every_round_once(self):
        for order in self.compare():
            self.assert_whole(order, ALLOCATORS, 5)
            rounds = {tuple(order[i:i + 5]) for i in range(0, 25, 5)}
            self.assertGreaterEqual(len(rounds), 4, "each round has an order of its own")

    def test_each_place_is_shuffled_in_the_first_round_already(self):
        orders = [self.compare(seed=seed, rounds=1)[0] for seed in range(1, 9)]
        for place in range(len(ALLOCATORS)):
            self.assertGreater(len({order[place] for order in orders}), 1, f"place {place}")

    def test_the_seed_decides_the_order_and_nothing_else_does(self):
        first = self.compare(seed=1)
        self.assertEqual(self.compare(seed=1), first)
        self.assertNotEqual(first[0], first[1], "each trace has an order of its own")
        others = [self.compare(seed=seed) for seed in (2, 3, 1 << 40)]
        for i, order in enumerate(others):
            self.assertNotIn(order, [first] + others[:i])

    def test_the_seed_that_is_printed_is_the_one_that_was_used(self):
        by_default = self.compare()
        self.assertIn("Seed 42, touch page.", self.out)
        self.assertEqual(self.out.count("; 5 rounds\n"), 2)
        self.assertEqual(self.compare(seed=42), by_default)
        order = self.compare(seed=18446744073709551615)
        self.assertIn("Seed 18446744073709551615,", self.out)
        self.assertNotEqual(order, by_default)
        order = self.compare("--json", seed=77)
        self.assertEqual(json.loads(self.out)["seed"], 77)
        self.assertEqual(self.compare(seed=77), order)

    def test_fewer_rounds_begin_as_more_do(self):
        more, fewer = self.compare(rounds=4), self.compare(rounds=2)
        self.assertEqual([order[:10] for order in more], fewer)

    def test_a_cut_row_has_a_reference_of_the_same_operations_in_every_round(self):
        self.run_program("heapbench", "run", "one.txt", "-a", "simple,glibc,bump", "--rounds", "4", "--step-limit", "100")
        ops = next(s for s in self.samples if s.mode == "count").ops
        self.assertLess(ops, 60)
        whole = [(s.allocator, s.op_limit) for s in self.samples if s.mode == "time" and s.op_limit in (ops, 60)]
        self.assertEqual(len(whole), 20)
        for i in range(0, 20, 5):
            self.assertEqual(sorted(whole[i:i + 5]),
                             [("bump", 60), ("glibc", ops), ("glibc", 60), ("null", 60), ("simple", ops)])

    def test_what_is_asked_for_reaches_every_sample(self):
        for number, touch in enumerate(("none", "page", "every", "all")):
            self.compare("--touch", touch, "--timeout", "77", rounds=1)
            samples = [s for s in self.samples if s.op_limit in OPS.values()]
            self.assertEqual({(s.touch, s.timeout) for s in samples}, {(number, 77000)})
            self.assertIn(f"touch {touch}.", self.out)

    def test_a_heap_is_a_size_or_a_budget(self):
        self.compare("--heap", "8M", rounds=1)
        sizes = {s.allocator: (s.heap, s.budget, s.timeout) for s in self.samples if s.op_limit == 60}
        self.assertEqual(sizes, {"glibc": (0, 8 << 20, 60000), "simple": (8 << 20, 0, 0), "first-merge": (8 << 20, 0, 0),
                                 "bump": (8 << 20, 0, 600000), "null": (0, 0, 600000)})
        self.compare(rounds=1)
        sizes = {s.allocator: (s.heap, s.budget) for s in self.samples if s.op_limit == 60}
        self.assertEqual(set(sizes.values()), {(0, 0)})

    def test_the_questions_keep_their_seeds_too(self):
        for question, mode in (("throughput", "time"), ("latency", "latency"), ("walk_cost", "series"), ("ladder", "time")):
            allocators = ALLOCATORS if question != "ladder" else ["glibc", "simple", "first-merge"]
            seen = []
            for seed in (None, 42, 5, 5):
                self.run_program(question, "--results=out", f"--allocators={','.join(allocators)}",
                                 "--traces=" + ",".join(OPS), "--rounds=6", *([f"--seed={seed}"] if seed else []))
                orders = [self.rounds(ops, mode) for ops in OPS.values()]
                for order in orders:
                    self.assert_whole(order, allocators, 6)
                seen.append(orders)
                for name in os.listdir(os.path.join(self.folder, "out")):
                    with open(os.path.join(self.folder, "out", name), encoding="utf-8") as text:
                        self.assertIn(f"seed {seed or 42}, 6 rounds, order shuffled, touch page", text.read())
            self.assertEqual((seen[0], seen[2]), (seen[1], seen[3]))
            self.assertNotEqual(seen[0], seen[2])
            shutil.rmtree(os.path.join(self.folder, "out"))


if __name__ == "__main__":
    unittest.main()
