"""shown_test - how `heapbench run` shows a comparison: on terminals, as Markdown, of next to nothing, and when it is interrupted.

Samples are invented (invented_samples.c), so that the figures are known; the real program is interrupted too.
"""

import fcntl
import json
import os
import pty
import re
import shutil
import signal
import statistics
import struct
import subprocess
import termios
import time
import unittest

import invented

LIBRARIES = os.environ["LIBRARIES"]
COLOUR = re.compile(r"\x1b\[\d*m")
SETTINGS = {"INVENTED_SPREAD": "0", "INVENTED_NS": "glibc=20,a.so=10,b.so=40,null=2"}


class Shown(invented.Test):
    def setUp(self):
        super().setUp()
        self.write("made.txt", 10000)
        for name in ("a.so", "b.so", "x|y.so"):
            shutil.copy(os.path.join(LIBRARIES, "libwrong_nothing.so"), os.path.join(self.folder, name))
        self.program = os.path.join(invented.PROGRAMS, "heapbench")

    def write(self, name, ops):
        with open(os.path.join(self.folder, name), "w", encoding="ascii") as out:
            out.writelines(f"a {i} {8 + i % 50}\nf {i}\n" for i in range(ops // 2))

    # -- a terminal --

    def bytes_of(self, *path):
        with open(os.path.join(self.folder, *path), "rb") as file:
            return file.read()

    def on_terminal(self, columns, *arguments, **environment):
        """What a terminal of that width is given on standard output."""
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        variables = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
        with subprocess.Popen([self.program, "run", *arguments], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=theirs,
                              stderr=subprocess.DEVNULL, env={**variables, "TERM": "xterm", **SETTINGS, **environment}) as child:
            os.close(theirs)
            shown = b""
            try:
                while some := os.read(ours, 65536):
                    shown += some
            except OSError:  # the other end is closed
                pass
            self.assertEqual(child.wait(), 0)
        os.close(ours)
        return shown.decode().replace("\r\n", "\n")

    def table_lines(self, shown):
        lines = COLOUR.sub("", shown).split("\n\n")[0].splitlines()[1:]
        return [line for line in lines if not line.startswith(("  >", "  !", "  *"))]

    def test_columns_are_dropped_until_the_rest_has_room_and_names_never(self):
        titles = {}
        for columns in (200, 120, 80, 60, 40, 20, 5, 1):
            lines = self.table_lines(self.on_terminal(columns, "made.txt", "-a", "glibc,./a.so,./b.so,null", "--rounds", "6"))
            names = [re.search(r"(glibc|a\.so|b\.so|null|--)", line)[0] for line in lines[1:]]
            self.assertEqual(names, ["a.so", "glibc", "b.so", "--", "null"], columns)
            if columns >= 20:
                for line in lines[:4]:
                    self.assertLessEqual(len(line), columns, line)
            titles[columns] = [title for title in ("ns per op", "least - most", "to glibc", "95 % interval", "net", "verdict",
                                                   "peak mem", "at end", "faults") if title in lines[0]]
        self.assertEqual(titles[200], ["ns per op", "least - most", "to glibc", "95 % interval", "net", "verdict", "peak mem",
                                       "at end", "faults"])
        self.assertEqual(titles[80], ["ns per op", "to glibc", "95 % interval", "net", "verdict", "peak mem"])
        self.assertEqual(titles[40], ["to glibc", "verdict"])
        self.assertEqual((titles[5], titles[1]), ([], []))
        for wide, narrow in zip(list(titles), list(titles)[1:]):
            self.assertLessEqual(set(titles[narrow]), set(titles[wide]))

    def test_a_width_that_is_not_known_is_no_limit(self):
        lines = self.table_lines(self.on_terminal(0, "made.txt", "-a", "glibc,./a.so", "--rounds", "6"))
        self.assertIn("faults", lines[0])

    def test_colours_are_for_terminals_that_want_them(self):
        arguments = ("made.txt", "-a", "glibc,./a.so,./b.so", "--rounds", "6")
        lines = self.on_terminal(200, *arguments).splitlines()
        self.assertEqual([COLOUR.findall(line) for line in lines[1:5]], [[], ["\x1b[32m", "\x1b[0m"], [], ["\x1b[31m", "\x1b[0m"]])
        self.assertIn("\x1b[32m", self.on_terminal(200, *arguments, NO_COLOR=""))
        for environment in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
            self.assertNotIn("\x1b", self.on_terminal(200, *arguments, **environment))
        self.assertNotIn("\x1b", self.run_program("heapbench", "run", *arguments))
        self.assertNotIn("\x1b", self.on_terminal(200, *arguments, "--markdown"))
        self.assertIn("\x1b[33m", self.on_terminal(200, *arguments, INVENTED_NS="", INVENTED_SPREAD="9"))

    # -- what is not the library's --

    def test_a_table_of_sizes_that_is_made_is_said_where_it_is_in_the_figures(self):
        with open(os.path.join(self.folder, "moved.txt"), "w", encoding="ascii") as out:
            out.writelines(f"a {i} 8\nr {i} 16\nf {i}\n" for i in range(1000))
        shutil.copy(os.path.join(LIBRARIES, "libreturns_bare.so"), os.path.join(self.folder, "bare.so"))
        said = "table of sizes"
        for trace, library, is_said in (("moved.txt", "bare.so", True), ("made.txt", "bare.so", False), ("moved.txt", "a.so", False)):
            out = self.run_program("heapbench", "run", trace, "-a", f"glibc,./{library}", "--prefix", "bare_", "--rounds", "6")
            lines = [line for line in out.splitlines() if said in line]
            self.assertEqual(len(lines), is_said, out)
        out = self.run_program("heapbench", "run", "moved.txt", "-a", "glibc,./bare.so", "--prefix", "bare_", "--rounds", "6")
        self.assertIn("  ! bare.so: part of the times and of the peak memory is heapbench's own table of sizes, for the realloc "
                      "that is made: 5 to 40 ns an operation, and 128 KiB at most; a library with a realloc (or a usable_size) "
                      "of its own has none\n", out)

    # -- Markdown --

    def test_markdown_has_cells_of_its_own_whatever_the_names(self):
        self.write("p|q.txt", 10000)
        self.write("few.txt", 20)
        shutil.copy(os.path.join(LIBRARIES, "libodd_null.so"), os.path.join(self.folder, "none.so"))
        out = self.run_program("heapbench", "run", "p|q.txt", "made.txt", "few.txt", "-a", "glibc,./x|y.so,./none.so,simple",
                               "-b", "x|y.so", "--rounds", "6", "--markdown", "--step-limit", "1000", status=3, spread=0,
                               ns="x|y.so=10,glibc=20")
        tables = [block.splitlines() for block in out.split("\n\n") if block.startswith("|")]
        self.assertEqual(len(tables), 4)
        for table in tables:
            bars = [len(re.findall(r"(?<!\\)\|", line)) for line in table]
            self.assertEqual(set(bars), {bars[0]}, table)
            self.assertTrue(re.fullmatch(r"(\|-+:|\|:-+)+\|", table[1]), table[1])
        self.assertIn("### p|q: 10 000 operations", out.replace("\u202f", " "))
        self.assertIn("| to x\\|y.so |", tables[0][0])
        self.assertIn("| 1 | x\\|y.so | 10.0 |", tables[0][2])
        self.assertIn("| *built in, not ranked* |", tables[0][5])
        self.assertIn("### All traces: geometric mean over 2\n", out)
        self.assertIn("| 2 | glibc | 2 of 2 | 2.000 | 2.000 - 2.000 | slower |", tables[3])

    # -- what is next to nothing --

    def assert_sound(self, out):
        self.assertNotRegex(out, r"(?i)\bnan\b|\binf(inity)?\b|-nan")

    def test_traces_of_next_to_nothing_have_figures_or_none(self):
        for name, text in (("one", "a 0 17\n"), ("zero", "a 0 0\nf 0\n"),
                           ("leaks", "".join(f"a {i} 40\n" for i in range(12000)))):
            with open(os.path.join(self.folder, "x.txt"), "w", encoding="ascii") as trace:
                trace.write(text)
            for settings in ({}, {"spread": 0, "ns": "glibc=0,a.so=0,null=0,simple=0,bump=0"}):
                for more in ([], ["--markdown"], ["--json"], ["--results", "out"]):
                    arguments = ("run", "x.txt", "made.txt", "-a", "glibc,./a.so,simple,bump,null", "--rounds", "6",
                                 "--step-limit", "20000", *more)
                    with self.subTest(name, settings=settings, more=more):
                        self.assert_small(self.run_program("heapbench", *arguments, **settings), name, more)

    def assert_small(self, out, name, more):
        self.assert_sound(out)
        if more == ["--json"]:
            rows = [row for row in json.loads(out)["rows"] if row["trace"] == "x"]
            self.assertEqual(len(rows), 5)
            for row in rows:
                self.assertEqual((row["status"] in ("ok", "stopped"), row["rounds"], row["failures"]), (True, 6, 0))
                self.assertEqual(row["rank"] is None, name != "leaks" or row["allocator"] not in ("glibc", "a.so") or
                                 row["ratio_low"] is None)
        elif more == ["--results", "out"]:
            for row in self.rows("throughput", trace="x"):
                self.assert_sound(",".join(row.values()))
        else:
            self.assertIn("x: ", out)

    def test_every_ratio_in_json_is_the_median_of_those_of_its_rounds(self):
        out = json.loads(self.run_program("heapbench", "run", "made.txt", "-a", "glibc,./a.so,simple", "--rounds", "6", "--step-limit",
                                          "20000", "--json", spread=30))
        rows = {row["allocator"]: row for row in out["rows"]}
        self.assertEqual(rows["simple"]["status"], "stopped")
        for name, row in rows.items():
            self.assertEqual("baseline_times" in row, name == "simple")
            prefix = "cpu_" if out["traces"][0]["clock"] == "processor" else ""
            baseline = row.get(f"baseline_{prefix}times", rows["glibc"][f"{prefix}times"])
            ratio = statistics.median(a / b for a, b in zip(row[f"{prefix}times"], baseline))
            self.assertAlmostEqual(row["ratio"], ratio, 9, name)

    # -- interrupted --

    def interrupt(self, sample, *more):
        """What it prints when SIGINT comes at that timed sample: the samples of a round are glibc, a.so and null."""
        environment = dict(os.environ, **SETTINGS, INVENTED_KILL=str(sample))
        done = subprocess.run([self.program, "run", "made.txt", "made2.txt", "-a", "glibc,./a.so,null", "--rounds", "8", "--timeout",
                               "60", *more], cwd=self.folder, capture_output=True, env=environment, check=False, text=True)
        self.assertEqual(done.returncode, 130, done.stderr)
        self.assert_sound(done.stdout)
        return done.stdout

    # What tries the allocators is a timed sample each, before the first round.
    TRIED = 3

    def test_what_is_complete_is_kept(self):
        self.write("made2.txt", 10000)
        out = self.interrupt(self.TRIED + 3 * 6 + 2)
        self.assertIn("; 6 rounds\n", out)
        self.assertIn("a.so is the fastest", out)
        self.assertTrue(out.endswith("Interrupted: what is above is of complete rounds.\n"), out)
        self.assertNotIn("made2:", out)
        out = self.interrupt(self.TRIED + 3 * 8 + 3 * 7 + 1)
        self.assertEqual(re.findall(r"made2?: .*; \d round", out.replace("\u202f", "")),
                         ["made: 10 000 operations, 57 B live at most; 8 round", "made2: 10 000 operations, 57 B live at most; 7 round"])
        out = self.interrupt(self.TRIED + 2)
        self.assertEqual(out, "Left out: what was not complete when it was interrupted\nInterrupted before a round was complete.\n")

    def test_an_interrupt_with_nothing_to_keep_leaves_earlier_results_alone(self):
        self.run_program("heapbench", "run", "made.txt", "-a", "glibc,./a.so", "--rounds", "6", "--results", "out")
        before = {name: self.bytes_of("out", name) for name in os.listdir(os.path.join(self.folder, "out"))}
        self.assertIn("throughput.csv", before)
        self.write("made2.txt", 10000)
        self.interrupt(self.TRIED + 2, "--results", "out")
        self.assertEqual({name: self.bytes_of("out", name) for name in before}, before)

    def test_json_and_results_are_whole(self):
        self.write("made2.txt", 10000)
        for sample, traces, rounds in ((self.TRIED + 1, [], []), (self.TRIED + 3 * 4 + 2, ["made"], [4]),
                                       (self.TRIED + 3 * 8 + 3 * 2 + 1, ["made", "made2"], [8, 2])):
            out = json.loads(self.interrupt(sample, "--json", "--results", "out"))
            self.assertEqual((out["interrupted"], [trace["trace"] for trace in out["traces"]]), (True, traces))
            self.assertEqual([trace["rounds"] for trace in out["traces"]], rounds)
            self.assertEqual(out["floor_ns_per_op"] is None, not rounds)
            self.assertIn("what was not complete when it was interrupted", out["left_out"])
            self.assertEqual(os.path.exists(os.path.join(self.folder, "out", "throughput.csv")), bool(rounds))
            if not rounds:
                continue
            rows = self.rows("throughput")
            self.assertEqual(len(rows), 3 * sum(rounds))
            self.assertIn("# left out  what was not complete when it was interrupted", self.head)
        out = json.loads(self.run_program("heapbench", "run", "made.txt", "-a", "glibc", "--rounds", "1", "--json"))
        self.assertEqual(out["interrupted"], False)

    def start_hanging(self, *more):
        """The real program, at a library that never returns; and the file that says so."""
        mark = os.path.join(self.folder, "mark")
        environment = dict(os.environ, ODD_LIBRARY_MARK=mark)
        real = os.path.join(os.environ["HEAPBENCH_FOLDER"], "heapbench")
        child = subprocess.Popen([real, "run", "made.txt", "-a", f"glibc,{LIBRARIES}/libodd_loop.so", "--rounds", "2",  # pylint: disable=consider-using-with
                                  "--no-check", "--timeout", "600", *more], cwd=self.folder, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, env=environment, text=True)
        while not os.path.exists(mark):
            self.assertIsNone(child.poll())
            time.sleep(0.01)
        return child

    def test_a_sample_that_hangs_is_ended_with_the_rest(self):
        child = self.start_hanging("--json")
        child.send_signal(signal.SIGINT)
        out, err = child.communicate()
        self.assertEqual((child.returncode, err), (130, ""))
        self.assertEqual((json.loads(out)["interrupted"], json.loads(out)["rows"]), (True, []))

    def test_a_sample_that_was_being_begun_is_ended_too(self):
        # the third timed sample: the loop is tried, the null allocator is measured, and the first round begins
        environment = dict(os.environ, **SETTINGS, INVENTED_KILL="3", INVENTED_KILL_EARLY="1")
        done = subprocess.run([self.program, "run", "made.txt", "-a", f"{LIBRARIES}/libodd_loop.so", "--rounds", "2", "--no-check",
                               "--timeout", "3600"], cwd=self.folder, capture_output=True, env=environment, check=False, timeout=120)
        self.assertEqual(done.returncode, 130, done.stderr)

    def test_a_second_interrupt_ends_it_at_once(self):
        environment = dict(os.environ, **SETTINGS, INVENTED_KILL="4", INVENTED_KILL_TWICE="1")
        done = subprocess.run([self.program, "run", "made.txt", "-a", "glibc,./a.so", "--rounds", "9"], cwd=self.folder,
                              capture_output=True, env=environment, check=False)
        self.assertEqual((done.returncode, done.stdout), (-signal.SIGINT, b""))


if __name__ == "__main__":
    unittest.main()
