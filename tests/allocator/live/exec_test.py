"""exec_test - real programs live on each of our heaps and answer as they do on the C library's."""

import errno
import os
import re
import shutil
import signal
import subprocess
import tempfile
import unittest

HEAPBENCH = os.path.join(os.environ["PROGRAMS"], "heapbench")
SUBJECT = os.environ["SUBJECT"]
RUNGS = ("simple simple-align simple-merge free-list bins merge-late side-table grow pool oracle first-merge next next-merge best best-merge buddy").split()
# Two that do not walk over all ranges, and the tutorial's.
FEW = ["simple", "free-list", "bins", "pool"]

C_PROGRAM = "#include <stdio.h>\nint main(void) { printf(\"%d\\n\", 6 * 7); return 0; }\n"
SQL = "create table t(a, b); with recursive n(i) as (select 1 union all select i + 1 from n where i < 500) insert into t select i, i * i from n; select sum(b), count(*) from t;"
PYTHON = "import json, re; d = {str(i): [i] * 3 for i in range(300)}; s = json.dumps(d, sort_keys=True); print(len(s), json.loads(s) == d, len(re.findall('[0-9]+', s)))"
NODE = "let m = new Map(); for (let i = 0; i < 2000; i++) m.set('k' + i, [i]); console.log(m.size, JSON.stringify([...m]).length)"
# Each with a short form: what walks over all ranges takes its time.
PROGRAMS = [
    ["perl", "-e", "my %h = map { $_ => $_ x 2 } 1..500; print join(',', sort keys %h), qq(\\n)"],
    ["python3", "-c", PYTHON],
    ["sqlite3", ":memory:", SQL],
    ["git", "--version"],
    ["git", "hash-object", "program.c"],
    ["dot", "-Tplain", "graph.dot"],
    ["gcc", "-O0", "-S", "-o", "-", "program.c"],
    ["node", "-e", NODE],
]


def run(arguments, folder, **more):
    return subprocess.run(arguments, cwd=folder, capture_output=True, text=True, check=False, timeout=300, **more)


class Exec(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="heapbench-exec")
        self.addCleanup(shutil.rmtree, self.folder)
        self.write("program.c", C_PROGRAM)
        self.write("graph.dot", "digraph { " + " ".join(f"a{i} -> a{i * 7 % 20};" for i in range(20)) + " }")

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as out:
            out.write(text)

    def exec(self, rung, *arguments, options=()):
        return run([HEAPBENCH, "exec", "-a", rung, *options, "--", *arguments], self.folder)

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

    def test_programs_answer_as_on_glibc(self):
        for program in PROGRAMS:
            if shutil.which(program[0]) is None:
                continue
            plain = run(program, self.folder)
            self.assertEqual(plain.returncode, 0, plain.stderr)
            for rung in FEW if program[0] in ("node", "dot", "gcc") else RUNGS:
                with self.subTest(rung=rung, program=program[0]):
                    done = self.exec(rung, *program)
                    self.assertEqual((done.stdout, done.stderr, done.returncode), (plain.stdout, plain.stderr, 0))

    def test_what_a_program_says_of_a_full_heap_is_its_own(self):
        done = self.exec("simple", "perl", "-e", "my $x = 'x' x 10000000; print 1", options=["--heap", "2M"])
        self.assertEqual(done.stdout, "")
        self.assertIn("Out of memory", done.stderr)
        self.assertEqual(done.returncode, errno.ENOMEM)

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

    def test_a_recording_through_our_heap(self):
        done = run([HEAPBENCH, "record", "-o", "perl.trace", "--", HEAPBENCH, "exec", "-a", "simple", "--", "perl", "-e", "print 42"], self.folder)
        self.assertEqual((done.stdout, done.returncode), ("42", 0), done.stderr)
        info = run([HEAPBENCH, "info", "perl.trace"], self.folder)
        self.assertIn("perl -e", info.stdout)

    def test_refusals(self):
        for options, status, sentence in (
            (["-a", "glibc", "--", "true"], 2, "no program can live on glibc"),
            (["-a", "model-first", "--", "true"], 2, "no program can live on model-first"),
            (["-a", "jemalloc", "--", "true"], 2, "exec is for our own heaps"),
            (["-a", "simpel", "--", "true"], 2, "did you mean 'simple'?"),
            (["-a", "simple"], 2, "exec needs -a A and a program to run"),
            (["-a", "simple", "--heap", "0", "--", "true"], 2, "a heap of 0 bytes"),
            (["-a", "simple", "--", "./nowhere"], 127, "./nowhere: No such file or directory"),
            (["-a", "simple", "--", "./program.c"], 126, "./program.c: Permission denied"),
        ):
            with self.subTest(options=options):
                done = run([HEAPBENCH, "exec", *options], self.folder)
                self.assertEqual(done.returncode, status, done.stderr)
                self.assertIn(sentence, done.stderr)

    def test_a_bound_that_is_none(self):
        done = run([SUBJECT, "full"], self.folder, env={**os.environ, "LD_PRELOAD": os.environ["HEAP"], "HEAPBENCH_HEAP": "lots"})
        self.assertIn("HEAPBENCH_HEAP takes a size", done.stderr)

    def test_a_signal_to_end_reaches_the_program(self):
        """With figures the program is a child: it ends too, and the file of the figures is gone."""
        for number in (signal.SIGTERM, signal.SIGHUP):
            with self.subTest(signal=number):
                command = [HEAPBENCH, "exec", "-a", "bins", "--stats", "--", "sh", "-c", "echo $$; exec sleep 60"]
                environment = {**os.environ, "TMPDIR": self.folder}
                with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) as running:
                    program = int(running.stdout.readline())
                    running.send_signal(number)
                    running.communicate(timeout=60)
                self.assertEqual(running.returncode, 128 + number)
                self.assertRaises(ProcessLookupError, os.kill, program, 0)
                self.assertEqual(sorted(os.listdir(self.folder)), ["graph.dot", "program.c"])

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
