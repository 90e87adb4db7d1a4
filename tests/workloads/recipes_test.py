#!/usr/bin/env python3
"""recipes_test - each shipped trace has a recipe that says so where its program is missing, and records the same again.

Usage:  HEAPBENCH=build/release/bin/heapbench recipes_test.py [RECIPE...]     records these; by default the quick ones

What is recorded again is compared on Debian 12 on x86-64, which the shipped traces are of: operations within 1 %.
"""

import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
RECIPES = ROOT / "workloads/recipes"
TRACES = ROOT / "workloads/traces"
HEAPBENCH = str(pathlib.Path(os.environ["HEAPBENCH"]).resolve())
RECORD_ONLY = {"tidy-long"}  # its trace is not shipped
MOST_BYTES = 24_000_000
QUICK = ["bash", "dot", "jq", "lua", "sqlite3", "troff", "z3"]  # a second each
TOOLS = ["sh", "awk", "basename", "cat", "dirname", "env", "mktemp", "rm", "sed"]  # of every system

NAMED = [argument for argument in sys.argv[1:] if not argument.startswith("-")]


def shipped():
    return {path.stem: path for path in [*TRACES.glob("*.trace"), *TRACES.glob("more/*.trace")]}


def recipes():
    return {path.stem: path for path in RECIPES.glob("*.sh") if path.stem != "common"}


def needs(path):
    """(program, package) in the order in which the recipe asks for them."""
    text = path.read_text(encoding="utf-8")
    return re.findall(r"^need (\S+) (\S+)$|lacks \"?[^\"\n]+\"? (\S+)$", text, re.M)


def operations(trace):
    done = subprocess.run([HEAPBENCH, "info", "--json", trace], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)["ops"]


def is_debian_12():
    try:
        text = pathlib.Path("/etc/os-release").read_text(encoding="utf-8")
    except OSError:
        return False
    return platform.machine() == "x86_64" and "ID=debian" in text.split("\n") and 'VERSION_ID="12"' in text


class Recipes(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.temporary = self.folder / "temporary"
        self.temporary.mkdir()

    def run_recipe(self, path, *arguments, **environment):
        return subprocess.run([path, *arguments], capture_output=True, text=True, check=False, cwd=self.folder,
                              env=dict(os.environ, HEAPBENCH=HEAPBENCH, TMPDIR=str(self.temporary), **environment))

    def test_each_shipped_trace_has_a_recipe_and_each_recipe_a_trace(self):
        self.assertEqual(set(shipped()), set(recipes()) - RECORD_ONLY)

    def test_the_shipped_traces_are_small(self):
        self.assertLess(sum(path.stat().st_size for path in shipped().values()), MOST_BYTES)
        self.assertGreaterEqual(len(shipped()), 20)

    def test_setup_knows_each_package_that_a_recipe_needs(self):
        known = (ROOT / "setup").read_text(encoding="utf-8")
        for path in recipes().values():
            for _, package, lacked in needs(path):
                self.assertRegex(known, rf"(?m)^{re.escape(package or lacked)} +\w", path.name)

    def test_a_missing_program_is_a_sentence_and_nothing_is_left_behind(self):
        tools = self.folder / "bin"
        tools.mkdir()
        for tool in TOOLS:
            (tools / tool).symlink_to(shutil.which(tool))
        for name, path in recipes().items():
            program, package, _ = needs(path)[0]
            if program.startswith("/"):
                continue  # python3, which runs this test
            done = self.run_recipe(path, "out.trace", PATH=str(tools))
            self.assertEqual((done.returncode, done.stdout), (1, ""), name)
            self.assertEqual(done.stderr, f"{name}.sh: {program} is missing; Debian and Ubuntu: apt-get install {package}, or run "
                                          "./setup --traces\n")
            self.assertEqual((list(self.temporary.iterdir()), (self.folder / "out.trace").exists()), ([], False), name)

    def test_without_a_name_to_write_to_it_says_how_it_is_used(self):
        for name, path in recipes().items():
            done = self.run_recipe(path)
            self.assertEqual((done.returncode, done.stderr), (2, f"# Usage: {name}.sh OUT.trace\n"))

    def test_a_recipe_records_the_same_again(self):
        if not is_debian_12():
            self.skipTest("the shipped traces are of Debian 12 on x86-64")
        for name in NAMED or QUICK:
            if not shutil.which(needs(recipes()[name])[0][0]):
                print(f"{name}: its program is missing")
                continue
            done = self.run_recipe(recipes()[name], "out.trace")
            self.assertEqual(done.returncode, 0, done.stderr)
            again, before = operations(self.folder / "out.trace"), operations(shipped()[name])
            print(f"{name}: {again} operations, {before} in the shipped trace")
            self.assertLessEqual(abs(again - before), before / 100, name)
            self.assertEqual(list(self.temporary.iterdir()), [], name)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
