"""units.py - a plan: a line a unit of work, named after all that its result depends on.

A plan is a table of tab-separated text that parallel, awk and pandas read as it stands. The folder that it lies in is that of
the study: results go to units/ in there, and merged files beside the plan. The name of a unit ends in a hash of everything
that may change its result: the trace's contents, the libraries' files, the settings, the question, the block of rounds, the
version. So a line that was edited by hand does not have its own name any more, and a result is known by its file's name.
"""

import dataclasses
import hashlib
import json
import os
import re
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
# Beside this folder where it is installed, two above in the source tree: the one reader of results is the page's.
PLOTS = next((path for path in (os.path.join(HERE, "..", "plots"), os.path.join(HERE, "..", "..", "plots"))
              if os.path.isdir(os.path.join(path, "page"))), HERE)
sys.path.insert(0, PLOTS)

from page.output import printable, tell, write_whole  # noqa: E402,F401 (the others import them from here)
from page.source import Damaged, Failure, Record, Table, open_file, read_file  # noqa: E402,F401

DONE, FAILED, USAGE, PARTIAL = 0, 1, 2, 3


# -- what can be asked --


@dataclasses.dataclass(frozen=True)
class Question:
    """`kind`: time is measured alone on a host; memory is of one host, beside others; exact is the same on every host."""

    kind: str
    blocks: bool = False   # its rounds may be cut into blocks, on different hosts
    rounds: bool = True    # it takes rounds and a seed
    command: tuple = ()    # of heapbench; else it is the benchmark of that name


QUESTIONS = {
    "throughput": Question("time", blocks=True, command=("run", "--times-only")),
    "latency": Question("time"),
    "threads": Question("time"),
    "walk_cost": Question("time"),
    "ladder": Question("time"),
    "fragmentation": Question("memory", rounds=False),
    "failure_points": Question("memory", rounds=False),
    "curve": Question("exact", rounds=False, command=("curve",)),
    "policies": Question("exact", rounds=False, command=("model", "--all")),
}
DEFAULT_QUESTIONS = ["throughput", "latency", "threads", "fragmentation", "failure_points"]  # as a page of one's own has them
RANK = {"exact": 0, "memory": 1, "time": 2}  # the order of a plan: what may run side by side comes first


def counted(count, what):
    """1 unit, 2 units"""
    return f"{count} {what}{'s' * (count != 1)}"


# -- versions and hashes --


def version_of(line):
    """"0.1.0 git 2800e19c464c" of "# heapbench 0.1.0 (git 2800e19c464c, clean)"."""
    found = re.fullmatch(r"# heapbench (\S+) \(git (\S+), (\S+)\)", line)
    return f"{found[1]} git {found[2]}" + ("" if found[3] == "clean" else " " + found[3]) if found else "?"


def hash_file(path):
    """Of the contents of a regular file."""
    digest = hashlib.sha256()
    try:
        with open_file(path) as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
    except OSError as error:
        raise Failure(f"{path}: cannot be read: {error.strerror}") from None
    return digest.hexdigest()[:32]


# -- a unit --


@dataclasses.dataclass
class Unit:
    """A line of a plan; all members are columns, as text, in this order."""

    unit: str        # from 1, in the order of the lines
    units: str       # how many the plan has
    name: str
    kind: str
    question: str
    trace: str       # what tables call it
    file: str        # from the plan's folder: ./ or ../; absolute; or the bare name of a shipped trace
    trace_hash: str
    block: str       # of rounds, from 1
    rounds: str
    seed: str
    allocators: str  # as -a takes them; empty: those that the question has by default
    libraries: str   # NAME=HASH of each file that is measured, between blanks
    settings: str    # JSON: baseline, variants
    version: str
    made: str        # when it was first planned; no part of the name
    line: int = 0    # in its file
    plan: str = ""   # its file

    def make_name(self):
        depends = [self.kind, self.question, self.trace_hash, self.block, self.rounds, self.seed, self.allocators,
                   self.libraries, self.settings, self.version]
        digest = hashlib.sha256(json.dumps(depends).encode()).hexdigest()[:16]
        shown = re.sub(r"[^A-Za-z0-9._-]", "_", self.trace)[:40]
        return f"{self.question}-{shown}-{self.block}-{digest}"

    @property
    def place(self):
        return f"{self.plan}:{self.line}"

    @property
    def folder(self):
        return os.path.join(os.path.dirname(self.plan) or ".", "units")


COLUMNS = [field.name for field in dataclasses.fields(Unit)][:-2]


def is_plan(path):
    try:
        with open(path, "rb") as file:
            return file.readline(1 << 16).startswith(b"unit\tunits\tname\t")
    except OSError:
        return False


def cut_row(path, index, line):
    fields = line.split("\t")
    if len(fields) != len(COLUMNS):
        raise Failure(f"{path}:{index}: has {len(fields)} fields, and a unit has {len(COLUMNS)}: edited by hand? plan again")
    return Unit(*fields, line=index, plan=path)


def holds_settings(text):
    if text == "":
        return True
    try:
        settings = json.loads(text)
    except (ValueError, RecursionError):
        return False
    if not isinstance(settings, dict) or not isinstance(settings.get("variants"), list):
        return False
    return all(isinstance(word, str) and word.isprintable() for word in [settings.get("baseline"), *settings["variants"]])


def check_unit(unit, expected, count):
    """What an edit by hand leaves behind."""
    if unit.question not in QUESTIONS:
        raise Failure(f"{unit.place}: no question '{unit.question}' here: made by another version, or edited by hand; plan again")
    if unit.unit != str(expected) or unit.units != str(count):
        raise Failure(f"{unit.place}: is unit {unit.unit} of {unit.units}, and should be {expected} of {count}: lines were taken out, "
                      "added or moved by hand; plan again")
    numbers = [unit.block] + [number for number in (unit.rounds, unit.seed) if number]
    if not all(number.isascii() and number.isdigit() for number in numbers) or not holds_settings(unit.settings):
        raise Failure(f"{unit.place}: its block, rounds, seed or settings are none: edited by hand; plan again")
    if unit.name != unit.make_name():
        raise Failure(f"{unit.place}: the unit's name is not of what the line says: edited by hand; plan again")


def read_plan(path):
    """Its units, each checked. Failure has the line."""
    try:
        lines = read_file(path).decode("utf-8").split("\n")
    except UnicodeDecodeError:
        raise Failure(f"{path}: is no plan: not valid UTF-8") from None
    if lines[0] != "\t".join(COLUMNS):
        raise Failure(f"{path}:1: is no plan of this version: its first line names other columns; 'heapbench plan' makes one")
    if lines[-1] != "":
        raise Failure(f"{path}:{len(lines)}: ends in the middle of a line: plan again")
    units = [cut_row(path, index, line) for index, line in enumerate(lines[1:-1], 2)]
    for expected, unit in enumerate(units, 1):
        check_unit(unit, expected, len(units))
    return units


def find_plans(folder):
    """The plans of a study: a plan, or the folder of several."""
    if os.path.isfile(folder):
        return [folder]
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        raise Failure(f"{folder}: cannot be opened: {error.strerror}") from None
    plans = [path for path in (os.path.join(folder, name) for name in names) if path.endswith(".tsv") and is_plan(path)]
    if not plans:
        raise Failure(f"{folder}: holds no plan; 'heapbench plan -o {folder}/plan.tsv' makes one")
    return plans


def read_plans(folder):
    """All units of a study; one that two plans have counts once."""
    units = {}
    for path in find_plans(folder):
        for unit in read_plan(path):
            units.setdefault(unit.name, unit)
    return list(units.values())


# -- traces --


def stem(path):
    name = os.path.basename(path)
    return name.rsplit(".", 1)[0] if "." in name[1:] else name


def trace_path(unit, tools):
    """Where the trace of a unit is on this host."""
    if os.sep not in unit.file:
        path = tools.shipped().get(unit.file)
        if path is None:
            raise Failure(f"{unit.place}: no shipped trace '{unit.file}' on this host ('heapbench list')")
        return path
    return os.path.normpath(os.path.join(os.path.dirname(unit.plan), unit.file))
