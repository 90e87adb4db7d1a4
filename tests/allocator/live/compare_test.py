"""compare_test - what a program's heap did is what the replay of its recording and the model do, walk by walk."""

import os
import re
import shutil
import subprocess
import unittest

from living import ENVIRONMENT, RUNGS, Living, on

SUBJECT = os.environ["SUBJECT"]
PROGRAMS = [
    ["perl", "-e", "my %h = map { $_ => $_ x 2 } 1..300; print join(',', sort keys %h), qq(\\n)"],
    ["sqlite3", ":memory:", "create table t(a); insert into t values (1), (2); select sum(a) from t;"],
    [SUBJECT, "aligned"],
]


def table(errors):
    """By label: walks, ranges examined, the longest, the extent; and what is said of the difference."""
    rows = {}
    for line in errors.splitlines():
        cells = re.split(r"\s{2,}", line.strip())
        if line.startswith("  ") and len(cells) >= 5:
            rows[cells[0]] = [int(cell.replace(" ", "")) for cell in cells[1:5]], cells[5:]
    return rows


class Compare(Living):
    def compare(self, rung, *program, options=()):
        done = self.exec(rung, *program, options=["--compare", *options], environment={"TMPDIR": self.folder})
        self.assertEqual(os.listdir(self.folder), [])
        return done, table(done.stderr)

    def test_the_replay_and_the_model_do_what_the_program_did(self):
        for program in PROGRAMS:
            if shutil.which(program[0]) is None:
                continue
            for rung in RUNGS:
                with self.subTest(rung=rung, program=program[0]):
                    done, rows = self.compare(rung, *program)
                    self.assertEqual(done.returncode, 0, done.stderr)
                    calls = re.search(r": ([\d ]+) calls, ([\d ]+) operations in its trace; 0 failures", done.stderr)
                    self.assertEqual(calls[1], calls[2])
                    self.assertGreater(rows["the program"][0][1], 0)
                    for label in ("replay, sizes rounded", "model, sizes rounded"):
                        if label in rows:
                            self.assertEqual(rows[label], (rows["the program"][0], ["the same"]))
                    self.assertIn("replay, sizes rounded", rows)
                    self.assertIn("replay, sizes of the trace", rows)

    def test_the_difference_is_by_alignment_alone(self):
        """Sizes are not rounded where the allocator aligns: there the trace as it is does the same, of objects of 1 byte or more."""
        for rung, rounded in (("simple", True), ("simple-align", False), ("bins", False)):
            rows = self.compare(rung, *PROGRAMS[0])[1]
            self.assertEqual(rows["replay, sizes of the trace"][0] != rows["the program"][0], rounded, rung)

    def test_the_program_keeps_its_output_and_status(self):
        done, _ = self.compare("bins", "sh", "-c", "echo out; exit 7")
        self.assertEqual((done.stdout, done.returncode), ("out\n", 7))
        done, rows = self.compare("bins", "sh", "-c", "kill -9 $$")
        self.assertEqual((done.returncode, rows), (137, {}))
        self.assertIn("no process left figures", done.stderr)
        done, _ = self.compare("bins", "./nowhere")
        self.assertEqual(done.returncode, 127)

    def test_where_nobody_reads_what_is_said_nothing_is_left(self):
        for option in ("--compare", "--stats"):
            environment = {**ENVIRONMENT, "TMPDIR": self.folder}
            with subprocess.Popen(on("bins", ["sh", "-c", "exit 7"], [option]), env=environment, stderr=subprocess.PIPE) as done:
                done.stderr.close()
            self.assertEqual((done.returncode, os.listdir(self.folder)), (7, []), option)

    def test_the_table_stands_in_lines_of_its_own(self):
        for program in ("printf 1 >&2", "echo 1 >&2"):
            done, _ = self.compare("simple", "sh", "-c", program)
            self.assertRegex(done.stderr, r"\A1\n{1,2}heapbench: ")
            self.assertEqual([line for line in done.stderr.splitlines() if line != line.rstrip()], [])

    def test_the_busiest_process_is_compared(self):
        done, _ = self.compare("bins", "sh", "-c", "perl -e '1'; true")
        self.assertRegex(done.stderr, r"\A\nheapbench: perl, process \d+, on bins: ")

    def test_a_full_heap_has_failures_that_are_in_no_trace(self):
        done, rows = self.compare("simple", SUBJECT, "full", options=["--heap", "1M"])
        self.assertEqual(done.returncode, 0)
        self.assertIn("1 failure", done.stderr)
        self.assertEqual(rows["the program"][0][0], rows["replay, sizes rounded"][0][0] + 1)

    def test_refusals(self):
        for options, sentence in ((["--checked"], "without --stats and --compare"), (["--stats"], "without it")):
            done, _ = self.compare("bins", "true", options=options)
            self.assertEqual(done.returncode, 2)
            self.assertIn(sentence, done.stderr)


if __name__ == "__main__":
    unittest.main()
