"""exec_test - what is asked of a heap it does, on every one of ours; and heapbench exec runs, refuses and tells as it should."""

import errno
import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import unittest

from living import ENVIRONMENT, HEAPBENCH, RUNGS, Living, on, run

SUBJECT = os.environ["SUBJECT"]
SUBJECTS = os.environ["SUBJECTS"]

PYTHON = """
try:
    print(len('x' * 10 ** 8))
except MemoryError:
    print('MemoryError')
"""
# The most that the heap may have, a program that asks for more, what it says of that, and its exit status.
FULL = [
    ("2M", ["perl", "-e", "my $x = 'x' x 10000000; print 1"], "Out of memory", errno.ENOMEM),
    ("16M", [sys.executable, "-c", PYTHON], "MemoryError", 0),
    ("8M", ["sqlite3", ":memory:", "select length(randomblob(100000000))"], "out of memory", 7),
    ("1M", ["gcc", "-O2", "-c", "-o", "wide.o", "wide.c"], "out of memory", 1),
    ("4096", ["git", "--version"], "Out of memory", 128),
    ("4096", ["sqlite3", ":memory:", "select 1"], "out of memory", 1),
]


class Exec(Living):
    def test_the_whole_family_on_every_heap(self):
        for rung in RUNGS:
            for what in ("family", "threads", "forks"):
                with self.subTest(rung=rung, what=what):
                    done = self.exec(rung, SUBJECT, what)
                    self.assertEqual((done.stdout, done.stderr, done.returncode), ("", "", 0))

    def test_a_full_heap(self):
        for rung in RUNGS:
            with self.subTest(rung=rung):
                done = self.exec(rung, SUBJECT, "full", options=["--heap", "1M"])
                self.assertEqual((done.stdout, done.stderr, done.returncode), ("", "", 0))

    def test_what_a_program_says_of_a_full_heap_is_its_own(self):
        self.write("wide.c", "int f(int x) {" + "".join(f"x = x * {i} + (x >> {i % 31});" for i in range(8000)) + "return x; }")
        for heap, program, said, status in FULL:
            if shutil.which(program[0]) is None:
                continue
            for rung in RUNGS:
                with self.subTest(rung=rung, program=program[0]):
                    done = self.exec(rung, *program, options=["--heap", heap])
                    self.assertIn(said, done.stdout + done.stderr)
                    self.assertEqual(done.returncode, status)

    def test_figures_are_the_models(self):
        """Blocks that are never freed: each is found behind all the others, and the failed walk examines every range."""
        done = self.exec("simple", SUBJECT, "full", options=["--heap", "1M", "--stats"])
        line = re.fullmatch(r"heapbench: subject_living, process \d+, on simple: (.*)\n", done.stderr)
        self.assertIsNotNone(line, done.stderr)
        figures = [int(number.replace(" ", "")) for number in re.findall(r"\d[\d ]*", line[1])]
        allocs, _, failures, walks, examined, longest, extent = figures
        self.assertEqual(failures, 1)
        self.assertEqual(walks, allocs)
        self.assertLessEqual(extent, 1 << 20)
        self.assertGreater(longest, allocs / 2)
        self.assertGreater(examined, longest * longest / 4)

    def test_figures_do_not_need_the_programs_error_output(self):
        done = self.exec("bins", "sh", "-c", "exec 2>&-; exit 3", options=["--stats"])
        self.assertRegex(done.stderr, r"\Aheapbench: sh, process \d+, on bins: .*\n\Z")
        self.assertEqual(done.returncode, 3)

    def test_a_program_without_figures(self):
        done = self.exec("bins", "./nowhere", options=["--stats"])
        self.assertEqual(done.stderr, "heapbench: ./nowhere: No such file or directory\n")
        done = self.exec("bins", "sh", "-c", "kill -9 $$", options=["--stats"])
        self.assertRegex(done.stderr, r"\Aheapbench: no process left figures: .* was ended by a signal, .*\n\Z")

    def test_a_process_that_ends_by__exit_leaves_figures(self):
        """And so does a child that does: perl, and the program in its backquotes; not one of vfork, which has no heap of its own."""
        script = "unless (fork) { require POSIX; POSIX::_exit(3) } wait; my $x = `echo 1`; exit($? + 4)"
        done = self.exec("bins", "perl", "-e", script, options=["--stats"])
        self.assertEqual(re.findall(r"heapbench: (\w+), process", done.stderr), ["perl", "echo", "perl"])
        self.assertEqual(done.returncode, 4)
        done = self.exec("bins", SUBJECT, "vforks", options=["--stats"])
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)

    def test_a_program_that_becomes_another_has_the_others_figures(self):
        done = self.exec("bins", "sh", "-c", "exec perl -e 1", options=["--stats"])
        self.assertRegex(done.stderr, r"\Aheapbench: perl, process \d+, on bins: .*\n\Z")

    def record(self, *command):
        done = run([HEAPBENCH, "record", "-o", "out.trace", *command], self.folder)
        return done, json.loads(run([HEAPBENCH, "info", "out.trace", "--json"], self.folder).stdout)

    def test_a_recording_through_our_heap(self):
        done, info = self.record("--", *on("simple", ["perl", "-e", "print 42"]))
        self.assertEqual((done.stdout, done.returncode), ("42", 0), done.stderr)
        self.assertEqual((info["command"], info["sound"], info["dropped"]), ("perl -e 'print 42'", True, 0))
        self.assertIn("malloc of libheapbench-simple.so", info["origin"])

    def test_a_recording_of_several_processes_through_our_heap(self):
        script = "fork for 1..2; my @a = map { $_ x 3 } 1..200 * $$ % 97; wait; wait; exec 'sh', '-c', 'ls / >/dev/null; exec perl -e 1'"
        done, info = self.record("--all", "--", *on("bins", ["perl", "-e", script]))
        self.assertEqual(done.returncode, 0, done.stderr)
        traces = [name for name in os.listdir(self.folder) if name.endswith(".trace")]
        self.assertGreater(len(traces), 8)
        for name in traces:
            info = json.loads(run([HEAPBENCH, "info", name, "--json"], self.folder).stdout)
            if not info["command"].startswith(HEAPBENCH):
                self.assertIn("malloc of libheapbench-bins.so", info["origin"], info["command"])

    def test_refusals(self):
        self.write("text", "no program\n")
        os.mkdir(os.path.join(self.folder, "folder"))
        shutil.copy("/bin/true", os.path.join(self.folder, "set-user"))
        is_root = os.getuid() == 0
        if is_root:  # to its owner it gives no rights
            os.chown(os.path.join(self.folder, "set-user"), 65534, -1)
        os.chmod(os.path.join(self.folder, "set-user"), 0o4755)
        self.write("script", f"#!{SUBJECTS}/subject_static\n")
        os.chmod(os.path.join(self.folder, "script"), 0o755)
        for options, status, sentence in (
            (["-a", "glibc", "--", "true"], 2, "no program can live on glibc"),
            (["-a", "model-first", "--", "true"], 2, "no program can live on model-first"),
            (["-a", "jemalloc", "--", "true"], 2, "exec is for our own heaps"),
            (["-a", "./libmine.so", "--", "true"], 2, "exec is for our own heaps"),
            (["-a", "simpel", "--", "true"], 2, "did you mean 'simple'?"),
            (["-a", "nothing", "--", "true"], 2, "there are simple, "),
            (["-a", "", "--", "true"], 2, "there are simple, "),
            (["-a", "simple"], 2, "exec needs -a A and a program to run"),
            (["-a", "simple", "--heap", "0", "--", "true"], 2, "a heap of 0 bytes"),
            (["-a", "simple", "--heap", "7", "--", "true"], 2, "a heap of 7 bytes is out of range: 8, one record, or more"),
            (["-a", "buddy", "--heap", "15", "--", "true"], 2, "a heap of 15 bytes is out of range"),
            (["-a", "simple", "--heap", "200000G", "--", "true"], 1, "no memory for a heap of"),
            (["-a", "simple", "--heap", "lots", "--", "true"], 2, "--heap takes a number such as 4096, 64K or 1G"),
            (["-a", "simple", "--", "./nowhere"], 127, "./nowhere: No such file or directory"),
            (["-a", "simple", "--", "no-such-program"], 127, "no-such-program: No such file or directory"),
            (["-a", "simple", "--", ""], 127, "No such file or directory"),
            (["-a", "simple", "--", "./text"], 126, "./text: Permission denied"),
            (["-a", "simple", "--", "./folder"], 126, "./folder: "),
            *([(["-a", "simple", "--", "./set-user"], 126, "./set-user is set-user-ID or set-group-ID, and the loader")] if is_root else []),
            (["-a", "simple", "--", f"{SUBJECTS}/subject_static"], 126, "is statically linked"),
            (["-a", "simple", "--", "./script"], 126, "subject_static is statically linked"),
            (["-a", "simple", "--", f"{SUBJECTS}/subject_own_malloc"], 126, "has a malloc of its own linked into it"),
        ):
            for more in ([], ["--checked"], ["--stats"], ["--compare"]):
                with self.subTest(options=options, more=more):
                    before = sorted(os.listdir(self.folder))
                    done = run([HEAPBENCH, "exec", *more, *options], self.folder, environment={"TMPDIR": self.folder})
                    self.assertEqual(done.returncode, status, done.stderr)
                    self.assertIn(sentence, done.stderr.replace("cannot be run: ", ""))
                    self.assertEqual(sorted(os.listdir(self.folder)), before)

    def test_a_bound_that_is_none(self):
        """Given by hand, without heapbench: each process says so, and has no heap."""
        for bound in ("lots", "0", "", "-1", "64Q"):
            with self.subTest(bound=bound):
                done = run([SUBJECT, "exit0"], self.folder, environment={"LD_PRELOAD": os.environ["HEAP"], "HEAPBENCH_HEAP": bound})
                self.assertIn("): HEAPBENCH_HEAP takes a size of 1 byte or more, such as 64M: there is no heap", done.stderr)
        done = run([SUBJECT, "exit0"], self.folder, environment={"LD_PRELOAD": os.environ["HEAP"], "HEAPBENCH_HEAP": "200000G"})
        self.assertIn("): simple: no memory for a heap of", done.stderr)

    def test_a_signal_to_end_reaches_the_program(self):
        """With figures the program is a child: it ends too, and the file of the figures is gone."""
        for number, option in itertools.product((signal.SIGTERM, signal.SIGHUP), ("--stats", "--compare")):
            with self.subTest(signal=number, option=option):
                command = [HEAPBENCH, "exec", "-a", "bins", option, "--", "sh", "-c", "echo $$; exec sleep 60"]
                environment = {**ENVIRONMENT, "TMPDIR": self.folder}
                with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) as running:
                    program = int(running.stdout.readline())
                    running.send_signal(number)
                    running.communicate(timeout=60)
                self.assertEqual(running.returncode, 128 + number)
                self.assertRaises(ProcessLookupError, os.kill, program, 0)
                self.assertEqual(os.listdir(self.folder), [])

    def test_a_signal_that_is_ignored_stays_so(self):
        for options in ((), ("--stats",)):
            with self.subTest(options=options):
                ignoring = ["sh", "-c", "trap '' HUP INT; exec \"$@\"", "sh", HEAPBENCH, "exec", "-a", "bins", *options, "--"]
                done = run([*ignoring, "sh", "-c", "kill -HUP $$; kill -INT $$; echo lives"], self.folder)
                self.assertEqual((done.stdout, done.returncode), ("lives\n", 0), done.stderr)

    def test_the_status_is_the_programs(self):
        self.assertEqual(self.exec("simple", "sh", "-c", "exit 7").returncode, 7)
        self.assertEqual(self.exec("simple", "sh", "-c", "kill -9 $$", options=["--stats"]).returncode, 137)

    def test_the_status_is_the_programs_where_nobody_waits_for_children(self):
        """perl hands an ignored SIGCHLD on: the kernel would collect the program, and its status be lost."""
        ignoring = ["perl", "-e", "$SIG{CHLD} = 'IGNORE'; exec @ARGV or die", HEAPBENCH, "exec", "-a", "bins", "--stats", "--"]
        self.assertEqual(run([*ignoring, "sh", "-c", "exit 7"], self.folder).returncode, 7)


if __name__ == "__main__":
    unittest.main()
