#!/usr/bin/env python3
"""cluster.py - plan, run, merge: a measurement as a list of units that any scheduler runs, on one machine or on many.

Usage:  what `heapbench plan`, `heapbench run --unit` and `heapbench merge` run, which say where heapbench is and which it is
Input:  a plan (units.py) and the results of its units, a file each (work.py)
Output: the plan; a unit's result; merged CSV files, as results/README.md has them. What is to be known goes to standard error
Exit:   0 done; 1 it could not be done, for the reason on standard error; 2 usage; 3 done, but for a part
"""

import signal

signal.signal(signal.SIGINT, signal.SIG_DFL)  # at once and without a traceback, even now
signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])  # whoever started this held it until here

import argparse  # noqa: E402
import functools  # noqa: E402
import importlib  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402

sys.dont_write_bytecode = True  # an installed tree stays as it is
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

import units  # noqa: E402
from units import FAILED, Failure, tell  # noqa: E402


class Tools:
    """The heapbench that started this, and what stands beside it."""

    def __init__(self, heapbench, version):
        self.heapbench, self.version = heapbench, version

    def program(self, name):
        self.check_programs([name])
        return os.path.join(os.path.dirname(self.heapbench), name)

    def check_programs(self, questions):
        """A question that is no command of heapbench is a benchmark beside it."""
        folder = os.path.dirname(self.heapbench)
        lacking = [name for name in questions if not units.QUESTIONS[name].command and not os.access(os.path.join(folder, name), os.X_OK)]
        if lacking:
            build = os.path.dirname(folder)
            how = f"'cmake --build {build} --target {' '.join(lacking)}' builds what is not there" \
                if os.path.exists(os.path.join(build, "CMakeCache.txt")) else "install heapbench with its benchmarks, or ask something else"
            raise Failure(f"{folder}: holds no benchmark {' and no '.join(lacking)}; {how}")

    def ask(self, command, *arguments):
        """What heapbench says as JSON."""
        asked = subprocess.run([self.heapbench, command, "--json", *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False)
        try:
            return json.loads(asked.stdout)
        except ValueError:
            raise Failure(f"'heapbench {command} --json' failed: exit status {asked.returncode}") from None

    @functools.cache
    def list(self):
        """What `heapbench list --json` says."""
        return self.ask("list")

    @functools.cache
    def info(self, path):
        """What `heapbench info --json` says of a trace."""
        return self.ask("info", "--", path)

    def shipped(self):
        """The path of each shipped trace, by its name."""
        return {row["name"]: row["path"] for row in self.list()["traces"]}

    def chosen(self):
        """The names of those that are taken by default."""
        return [row["name"] for row in self.list()["traces"] if row["chosen"]]


def parse(arguments):
    parser = argparse.ArgumentParser(prog="cluster.py", allow_abbrev=False)
    parser.add_argument("--tool", required=True)
    parser.add_argument("--version-of-tool", required=True)
    commands = parser.add_subparsers(dest="command", required=True)
    plan = commands.add_parser("plan")
    plan.add_argument("--questions", type=lambda text: list(dict.fromkeys(text.split(","))), default=units.DEFAULT_QUESTIONS)
    plan.add_argument("--allocators", default="")
    plan.add_argument("--baseline", default="")
    plan.add_argument("--variant", action="append", default=[])
    plan.add_argument("--variants", action="store_true")
    plan.add_argument("--rounds", type=int, default=10)
    plan.add_argument("--blocks", type=int, default=3)
    plan.add_argument("--seed", type=int, default=42)
    plan.add_argument("--force", action="store_true")
    plan.add_argument("--output", required=True)
    plan.add_argument("traces", nargs="*")
    check = commands.add_parser("check")
    check.add_argument("--missing", action="store_true")
    check.add_argument("plan")
    run = commands.add_parser("run")
    run.add_argument("--unit", type=int, required=True)
    run.add_argument("--host", default="")
    run.add_argument("--again", action="store_true")
    run.add_argument("plan")
    merged = commands.add_parser("merge")
    merged.add_argument("--output", default="")
    merged.add_argument("folder")
    return parser.parse_args(arguments)


def main(arguments):
    options = parse(arguments)
    tools = Tools(options.tool, options.version_of_tool)
    # A worker starts as often as there are units, and needs no statistics.
    module, name = {"plan": ("plan", "plan"), "check": ("gather", "check"), "run": ("work", "run"), "merge": ("merge", "merge")}[options.command]
    try:
        return getattr(importlib.import_module(module), name)(tools, options)
    except Failure as failure:
        tell(str(failure))
    except MemoryError:
        tell("out of memory")
    except OSError as error:
        tell(f"{error.filename or 'standard output'}: {error.strerror}")
    return FAILED


if __name__ == "__main__":
    code = main(sys.argv[1:])
    try:
        sys.stdout.flush()
    except OSError:
        os._exit(FAILED)  # it was said
    sys.exit(code)
