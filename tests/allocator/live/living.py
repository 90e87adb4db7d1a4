"""living - what the tests of programs on our heaps share: which heaps there are, and how a program is run on one."""

import os
import shutil
import subprocess
import tempfile
import unittest

HEAPBENCH = os.path.join(os.environ["PROGRAMS"], "heapbench")
# Every library that was built (allocator/live/CMakeLists.txt).
RUNGS = os.environ["RUNGS"].split(",")
# Those that examine few ranges whatever the program: on them programs do more. Where assertions are on, each free walks.
QUICK = [rung for rung in RUNGS if rung in ("bins", "buddy", "next") and not os.environ.get("ASSERTIONS")]

# A program must not differ by what a user has set: certificates that node reads, git's settings, a locale.
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PERL_HASH_SEED": "0",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_SYSTEM": "/dev/null",
    **{f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER")
       for what, value in (("NAME", "A"), ("EMAIL", "a@example.org"), ("DATE", "2026-01-01T00:00:00Z"))},
}  # fmt: skip


def run(arguments, folder, **more):
    environment = {**ENVIRONMENT, "HOME": folder, **more.pop("environment", {})}
    more = {"capture_output": True, "text": True, "timeout": 300, **more}
    return subprocess.run(arguments, cwd=folder, env=environment, check=False, **more)


def on(rung, arguments, options=()):
    return [HEAPBENCH, "exec", "-a", rung, *options, "--", *arguments]


class Living(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="heapbench-living")
        self.addCleanup(shutil.rmtree, self.folder)

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as out:
            out.write(text)

    def exec(self, rung, *arguments, options=(), **more):
        return run(on(rung, arguments, options), self.folder, **more)
