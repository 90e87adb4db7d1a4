"""reality_test - reality counts memory, compares cells and concludes rightly; and it runs a program beside its replay."""
import importlib.machinery
import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

HEAPBENCH, PROBE = os.environ["HEAPBENCH"], os.environ["PROBE"]
SCRIPT = pathlib.Path(__file__).resolve().with_name("reality")
MIB = 1 << 20


def load():
    loader = importlib.machinery.SourceFileLoader("reality", str(SCRIPT))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("reality", loader))
    loader.exec_module(module)
    return module


reality = load()

SMAPS = """\
00400000-00500000 rw-p 00000000 fe:00 77                 /usr/bin/program
Anonymous:             8 kB
00500000-00600000 rw-p 00000000 00:00 0
Anonymous:            16 kB
00700000-00800000 rw-p 00000000 00:00 0                  [heap]
Anonymous:            32 kB
10000000-10001000 ---p 00000000 00:00 0
Anonymous:             0 kB
10001000-10801000 rw-p 00000000 00:00 0
Anonymous:            64 kB
20000000-20100000 rw-p 00000000 00:00 0
Anonymous:           128 kB
30000000-30100000 rw-p 00000000 fe:00 78                 /lib/one.so
Anonymous:           256 kB
30100000-30200000 rw-p 00000000 00:00 0
Anonymous:           512 kB
7ff00000-7ff10000 rw-p 00000000 00:00 0                  [stack]
Anonymous:          1024 kB
"""
OBJECTS = "object 400000 5ffd00\nobject 30000000 301ff000\n"


class Memory(unittest.TestCase):
    def test_static_memory_and_stacks_are_no_heap(self):
        mappings = reality.read_mappings(SMAPS.splitlines())
        self.assertEqual(len(mappings), 9)
        self.assertEqual(reality.private_bytes(mappings, reality.read_objects(OBJECTS.splitlines()), set()), (32 + 128) << 10)

    def test_what_lies_behind_static_memory_by_chance_is_heap(self):
        mappings = reality.read_mappings(SMAPS.splitlines())
        self.assertEqual(reality.private_bytes(mappings, [(0x400000, 0x501000), (0x30000000, 0x30100000)], set()), (16 - 4 + 32 + 128 + 512) << 10)

    def test_what_is_static_in_the_measured_library_is_its_own(self):
        mappings = reality.read_mappings(SMAPS.splitlines())
        self.assertEqual(reality.private_bytes(mappings, reality.read_objects(OBJECTS.splitlines()), {"/lib/one.so"}), (32 + 128 + 256 + 512) << 10)

    def test_the_peak_is_the_kernels_less_files_and_what_is_no_heap(self):
        with tempfile.NamedTemporaryFile("w") as probed:
            probed.write("cpu_us 1500000\nfaults 321\nVmHWM:\t    9000 kB\nRssAnon:\t    2040 kB\nRssFile:\t    500 kB\nRssShmem:\t    0 kB\n")
            probed.write(SMAPS + OBJECTS + "arenas 4711\n")
            probed.flush()
            found = reality.read_probe(probed.name, set())
        self.assertEqual(found, {"cpu_s": 1.5, "faults": 321, "private_bytes": (9000 - 500 - (2040 - 160)) << 10, "other_bytes": (2040 - 160) << 10, "brk_bytes": 32 << 10, "arenas_bytes": 4711})


def real(cpu_s, heap, mapped=0):
    return {"cpu_s": cpu_s, "faults": [100] * len(cpu_s), "heap_bytes": [heap] * len(cpu_s), "mapped_bytes": [mapped] * len(cpu_s)}


def replayed(cpu_s, heap):
    return {"cpu_times": cpu_s, "peak_resident_bytes": heap, "page_faults": 40}


class Cells(unittest.TestCase):
    def compare(self, heap, mapped=0):
        program = {"glibc": real([1.0, 2.0, 1.1], 10 * MIB, mapped), "fast": real([0.9, 1.7, 0.99], heap, mapped)}
        replays = {"glibc": replayed([0.3, 0.3, 0.4], 10 * MIB), "fast": replayed([0.2, 0.2, None], 12 * MIB)}
        return [reality.compare(program, replays, library, 0) for library in program]

    def test_a_difference_of_time_is_paired_and_in_percent_of_the_program(self):
        glibc, fast = self.compare(12 * MIB)
        self.assertNotIn("points", glibc)
        self.assertEqual(glibc["memory_ratio"], 1)
        self.assertAlmostEqual(fast["real_change"], -0.1)
        self.assertAlmostEqual(fast["predicted_change"], -0.1 / 1.1)
        self.assertAlmostEqual(fast["points"], 100 * (0.1 - 0.1 / 1.1))
        self.assertEqual(fast["memory_ratio"], 1)

    def test_what_a_library_brings_is_no_heap_of_the_replays(self):
        cell = reality.compare({"glibc": real([1.0], 10 * MIB)}, {"glibc": replayed([0.3], 11 * MIB)}, "glibc", MIB)
        self.assertEqual((cell["replayed_heap_bytes"], cell["memory_ratio"]), (10 * MIB, 1))

    def summary(self, cells, **more):
        return {claim["claim"]: claim for claim in reality.summarise([{"program": "p", "cells": cells, **more}])["claims"]}

    def test_a_cell_that_is_far_off_is_named(self):
        claims = self.summary(self.compare(8 * MIB))
        self.assertEqual(claims["peak memory off by 10 % or less in each cell"]["misses"], ["p on fast"])
        self.assertTrue(all(claim["holds"] == (not claim["misses"]) for claim in claims.values() if claim["misses"]))

    def test_memory_of_a_program_that_maps_much_itself_is_under_no_claim(self):
        claims = self.summary(self.compare(8 * MIB, mapped=3 * MIB))
        self.assertEqual(claims["peak memory off by 10 % or less in each cell"]["misses"], [])

    def test_a_wrong_sign_of_a_clear_difference_is_named_and_of_a_small_one_is_not(self):
        cells = self.compare(12 * MIB)
        cells[1]["predicted_change"] = 0.01
        self.assertEqual(self.summary(cells)["the sign of a difference of 5 % or more"]["misses"], ["p on fast"])
        cells[1]["real_change"] = -0.04
        self.assertTrue(self.summary(cells)["the sign of a difference of 5 % or more"]["holds"])

    def test_an_arena_that_is_off_is_named(self):
        claim = "glibc's arena off by 2 % or less, programs of one thread"
        self.assertTrue(self.summary(self.compare(12 * MIB), arenas_bytes={"real": 1000, "replayed": 1019})[claim]["holds"])
        self.assertEqual(self.summary(self.compare(12 * MIB), arenas_bytes={"real": 1000, "replayed": 970})[claim]["misses"], ["p"])

    def test_a_replay_without_figures_is_a_row_and_no_cell(self):
        cell = reality.compare({"glibc": real([1], 1)}, {}, "glibc", 0)
        self.assertEqual(cell, {"library": "glibc", "status": "no replay"})
        self.assertEqual(reality.summarise([{"program": "p", "cells": [cell]}])["cells"], 0)
        self.assertEqual(reality.row_of({"program": "p"}, cell)[2], "no replay")


class Recordings(unittest.TestCase):
    def test_of_several_the_medians_count_and_all_times(self):
        rows = [[{"allocator": "glibc", "status": "ok", **replayed([0.1 * i], i * MIB)}, {"allocator": "odd", "status": "ok" if i < 3 else "crashed"}
                 | replayed([1.0], MIB)] for i in (1, 5, 2)]
        self.assertEqual(reality.together(rows), {"glibc": {"peak_resident_bytes": 2 * MIB, "page_faults": 40, "cpu_times": [0.1, 0.5, 0.2]}})


class Command(unittest.TestCase):
    def call(self, *arguments):
        return subprocess.run([sys.executable, SCRIPT, "--heapbench", HEAPBENCH, "--probe", PROBE, *arguments], capture_output=True, text=True)

    def test_bad_usage_is_a_sentence(self):
        for arguments, sentence in ((["--programs", "nothing"], "there is no recipe called nothing"), (["--rounds", "0"], "are 1 or more"), (["--recordings", "0"], "are 1 or more")):
            done = self.call(*arguments)
            self.assertEqual(done.returncode, 2)
            self.assertIn(sentence, done.stderr)
        self.assertIn("there is no library frob here", self.call("-a", "frob").stderr)

    @unittest.skipIf(os.environ["SANITIZED"] == "1", "a sanitized heapbench is not measured")
    def test_a_program_beside_its_replay(self):
        with tempfile.TemporaryDirectory() as folder:
            done = self.call("--programs", "sqlite3", "-a", "jemalloc", "--rounds", "1", "--json", "--keep", folder)
            self.assertTrue(os.path.exists(folder + "/sqlite3.trace"))
        self.assertIn(done.returncode, (0, 1), done.stderr)
        said = json.loads(done.stdout)
        program = said["programs"][0]
        self.assertEqual([cell["library"] for cell in program["cells"]], ["glibc", "jemalloc"])
        self.assertEqual(program["threads"], 1)
        # What no clock decides: glibc's heap is that of the same operations.
        self.assertLess(abs(program["arenas_bytes"]["replayed"] / program["arenas_bytes"]["real"] - 1), 0.05)
        for cell in program["cells"]:
            self.assertEqual(cell["status"], "ok")
            self.assertGreater(cell["real_heap_bytes"], MIB)


unittest.main()
