"""trust_test - aa and ab count what heapbench says and conclude rightly; and ab finds what nobody could miss."""
import json
import os
import pathlib
import stat
import subprocess
import sys
import tempfile
import unittest

HEAPBENCH, PLANTED, WATCHED = os.environ["HEAPBENCH"], os.environ["PLANTED"], os.environ["WATCHED"]
HERE = pathlib.Path(__file__).resolve().parent

# Stands for heapbench: the run with seed N says what is the Nth of RUNS, and each step that is planted is 0.01 %.
INVENTED = """#!{python} -IS
import json, os, sys
if sys.argv[1] == "generate":
    sys.exit(0)
with open(os.environ["LOG"], "a") as log:
    print(*sys.argv[1:], os.environ["PLANTED_IN"], os.environ["PLANTED_STEPS"], file=log)
verdict, ratio = json.loads(os.environ["RUNS"])[int(sys.argv[sys.argv.index("--seed") + 1]) - 1]
if "--rounds" in sys.argv:
    ratio = 1 + int(os.environ["PLANTED_STEPS"]) / 10000
print(json.dumps(dict(rows=[
    dict(allocator="two.so", verdict=verdict, ratio=ratio, ratio_low=ratio, ratio_high=ratio, rounds=3,
         cpu_times=[ratio, None, 2 * ratio]),
    dict(allocator="one.so", verdict="baseline", ratio=1, rounds=3, cpu_times=[1, 1, 2])])))
sys.exit(int(os.environ.get("STATUS", 0)))
"""


class Trust(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.invented = self.folder / "invented"
        self.invented.write_text(INVENTED.format(python=sys.executable))
        self.invented.chmod(stat.S_IRWXU)

    def call(self, program, *arguments, heapbench=None, runs=(), **environment):
        environment.update(RUNS=json.dumps(runs), LOG=str(self.folder / "log"))
        return subprocess.run([sys.executable, HERE / program, "--heapbench", heapbench or self.invented,
                               "--library", PLANTED, *arguments], capture_output=True, text=True,
                              env={**os.environ, **environment})

    def count(self, program, runs, *arguments):
        """What a program says of these runs, and whether its claim holds."""
        done = self.call(program, "--runs", str(len(runs)), *arguments, runs=runs)
        self.assertEqual(done.stderr, "")
        return done.stdout, done.returncode

    def test_no_difference_and_undecided_are_right_of_two_that_are_the_same(self):
        said, status = self.count("aa", [["no difference", 1]] * 12 + [["undecided", 1.25]] * 8)
        self.assertIn("A/A: 12 no difference, 8 undecided, of 20; 3 rounds a run; by all rounds together +0.00 %", said)
        self.assertEqual(status, 0)

    def test_one_winner_in_twenty_may_be_and_not_two(self):
        self.assertEqual(self.count("aa", [["no difference", 1]] * 19 + [["slower", 1.01]])[1], 0)
        said, status = self.count("aa", [["no difference", 1]] * 18 + [["slower", 1.009], ["faster", 0.991]])
        self.assertIn("DOES NOT HOLD", said)
        self.assertEqual(status, 1)

    def test_no_winner_may_be_one_by_more_than_a_percent(self):
        self.assertEqual(self.count("aa", [["no difference", 1]] * 19 + [["faster", 0.98]])[1], 1)

    def test_the_planted_must_be_found_in_nineteen_of_twenty(self):
        self.assertEqual(self.count("ab", [["slower", 1.03]] * 19 + [["undecided", 1.02]], "3")[1], 0)
        self.assertEqual(self.count("ab", [["slower", 1.03]] * 18 + [["no difference", 1]] * 2, "3")[1], 1)
        self.assertEqual(self.count("ab", [["faster", 0.97]] * 20, "3")[1], 1)

    def test_each_size_is_planted_as_measured_and_run_as_long_as_it_takes(self):
        said, status = self.count("ab", [["slower", 1.5]])
        runs = [line.split() for line in (self.folder / "log").read_text().splitlines()]
        wide = [run[run.index("--until") + 1] for run in runs if "--until" in run]

        self.assertEqual(status, 0)
        self.assertIn("A/B, 3 % planted, --until 1%: 1 slower, of 1;", said)
        self.assertIn("A/B, 1 % planted, --until 0.5%: 1 slower, of 1;", said)
        self.assertEqual(wide, ["1%", "0.5%"])
        self.assertEqual([run[-2:] for run in runs], [["two.so", steps] for steps in ("10000", "5000", "300", "110")])

    def test_one_size_that_is_not_found_is_enough(self):
        self.assertEqual(self.count("ab", [["no difference", 1]], "3", "1")[1], 1)

    def test_options_are_handed_on(self):
        self.count("aa", [["undecided", 1]], "--run=--budget 2")
        self.assertIn("--budget 2", (self.folder / "log").read_text())

    def test_a_run_that_fails_is_no_run(self):
        done = self.call("aa", "--runs", "1", runs=[["no difference", 1]], STATUS="3")
        self.assertIn("exit status 3", done.stderr)
        self.assertEqual(done.returncode, 1)

    def test_help_says_it_in_words(self):
        self.assertIn("default: 100", self.call("aa", "--help").stdout)
        self.assertIn("1 for 2 % and", self.call("ab", "--help").stdout)
        self.assertNotIn("<", self.call("ab", "--help").stdout)

    def test_bad_usage_is_2(self):
        self.assertEqual(self.call("aa", "--runs", "0").returncode, 2)
        self.assertEqual(self.call("ab", "many").returncode, 2)

    def test_what_is_planted_is_found_by_the_real_one(self):
        done = self.call("ab", "200", "--until", "50", "--runs", "1", heapbench=HEAPBENCH)
        self.assertEqual((done.stderr, done.returncode), ("", 0))
        self.assertIn("1 slower, of 1", done.stdout)


class Pace(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.trace = pathlib.Path(folder.name) / "t.txt"
        self.trace.write_text("a 1 100\nw 20ms\na 2 200\nf 1\nw 20ms\nf 2\n")

    def pace(self, *arguments, library=WATCHED):
        return subprocess.run([sys.executable, HERE / "pace", "--heapbench", HEAPBENCH, "--library", library, *arguments],
                              capture_output=True, text=True)

    @unittest.skipIf(os.environ["SANITIZED"] == "1", "sanitizers forbid loading a library of this kind")
    def test_a_line_says_what_differs_and_whether_that_holds(self):
        done = self.pace(self.trace, "2")
        self.assertEqual(done.stderr, "")
        self.assertRegex(done.stdout, r"^4 operations in 0\.08 s: live bytes over wall time differ by .* %; an operation came at most .* ms late; "
                         "load .* on [0-9]+ cores: " + ("DOES NOT HOLD" if done.returncode else "holds") + "\n$")

    def test_what_is_wrong_is_one_line(self):
        for arguments, words in ((["nosuch"], "pace: nosuch: "), (["demo"], "pace: demo has no times")):
            done = self.pace(*arguments)
            self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (1, "", 1), done.stderr)
            self.assertIn(words, done.stderr)
        done = self.pace(self.trace, library="none.so")
        self.assertEqual((done.returncode, done.stderr), (1, "none.so is not there: cmake --build --preset release --target watched\n"))

    def test_usage_is_its_own(self):
        self.assertIn("default: 1)", self.pace("--help").stdout)
        for arguments in ([], [self.trace, "0"], [self.trace, "nan"], [self.trace, "fast"]):
            self.assertEqual(self.pace(*arguments).returncode, 2)


if __name__ == "__main__":
    unittest.main()
