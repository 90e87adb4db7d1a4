"""like_error_test - like_error's distances and its drawn workloads are right, and it says what it cannot read."""
import importlib.machinery
import importlib.util
import os
import pathlib
import subprocess
import sys
import tempfile
import types
import unittest

sys.dont_write_bytecode = True
HEAPBENCH = pathlib.Path(os.environ["HEAPBENCH"])
SCRIPT = pathlib.Path(__file__).resolve().parents[3] / "workloads/like_error"


def load():
    loader = importlib.machinery.SourceFileLoader("like_error", str(SCRIPT))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("like_error", loader))
    loader.exec_module(module)
    return module


like_error = load()


class LikeError(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.heapbench = like_error.Heapbench(HEAPBENCH.parent.parent)

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text, encoding="ascii")
        return path

    def run_script(self, *arguments):
        return subprocess.run([sys.executable, SCRIPT, "--build", HEAPBENCH.parent.parent, *arguments],
                              capture_output=True, text=True, check=False)

    def test_distance_is_the_largest_between_two_distribution_functions(self):
        self.assertEqual(like_error.distance([1, 2, 3], [3, 1, 2]), 0)
        self.assertEqual(like_error.distance([1, 1], [2, 2]), 1)
        self.assertEqual(like_error.distance([1, 2, 3, 4], [3, 4, 5, 6]), 0.5)
        self.assertEqual(like_error.distance([1] * 4, [1] * 3 + [9]), 0.25)
        self.assertEqual(like_error.distance([], [1]), 0)

    def test_objects_are_told_as_they_stand(self):
        trace = self.write("t.txt", "a x 10\na y 20\nr x 15\nf x\na x 30\nf y\n")
        sizes, lifetimes = like_error.objects_of(self.heapbench, trace, self.folder)
        self.assertEqual(sizes, [10, 20, 30])
        self.assertEqual(lifetimes, [3, 4, like_error.NEVER])

    def test_what_is_drawn_is_sound_and_of_the_pairs_given(self):
        path = self.folder / "made.rep"
        like_error.make_independent([(8, 1), (16, 5), (24, like_error.NEVER)], 3000, 7, path)
        sizes, lifetimes = like_error.objects_of(self.heapbench, path, self.folder)
        self.assertEqual(self.heapbench.json("info", str(path))["ops"], 3000)
        least = {8: 1, 16: 5, 24: like_error.NEVER}
        for size, lifetime in zip(sizes, lifetimes):
            self.assertGreaterEqual(lifetime, least[size])

    def test_typical_factors_are_of_both_directions(self):
        self.assertEqual(like_error.factor(0.5), 2)
        self.assertEqual(like_error.factor((2.0, 1.0)), 2)
        self.assertEqual(like_error.factor((1.0, 2.0)), 2)

    def test_once_a_trace_is_as_it_is(self):
        trace = self.write("t.txt", "a x 10\na y 20\nr x 15\nf x\na x 30\nf y\n")
        options = types.SimpleNamespace(model="like", scale=1, seed=1, rounds=1)
        like_error.LIBRARIES, libraries = ["glibc"], like_error.LIBRARIES
        row = like_error.compare(self.heapbench, trace, options, self.folder)
        like_error.LIBRARIES = libraries
        self.assertEqual([row[name] for name in ("sizes", "lifetimes", "peak", "reallocs", "hands")], [0, 0, 1, 1, None])
        self.assertEqual(row["first fit"][0], row["first fit"][1])

    def test_what_is_wrong_is_one_line(self):
        for arguments, status, sentence in [
                (["nowhere"], 1, "like_error: nowhere: no such file"),
                (["--scale", "0", "x"], 2, "'0' is no whole number of 1 or more"),
                (["--build", "/nowhere", "x"], 1, "build it, or say where: --build")]:
            done = self.run_script(*arguments)
            self.assertEqual(done.returncode, status, done.stderr)
            self.assertIn(sentence, done.stderr)
            self.assertNotIn("Traceback", done.stderr)


if __name__ == "__main__":
    unittest.main()
