"""units.py - a plan: a line a unit of work, named after all that its result depends on.

A plan is a table of tab-separated text that parallel, awk and pandas read as it stands. The folder that it lies in is that of
the study: results go to units/ in there, and merged files beside the plan. The name of a unit ends in a hash of everything
that may change its result: the trace's contents, the libraries' files, the settings, the question, the block of rounds, the
version. So a line that was edited by hand does not have its own name any more, and a result is known by its file's name.
"""

import csv
import dataclasses
import hashlib
import json
import os
import re
import sys
import time

HERE = os.path.dirname(os.path.realpath(__file__))
# Beside this folder where it is installed, two above in the source tree: the one reader of results is the page's.
PLOTS = next((path for path in (os.path.join(HERE, "..", "plots"), os.path.join(HERE, "..", "..", "plots"))
              if os.path.isdir(os.path.join(path, "page"))), HERE)
sys.path.insert(0, PLOTS)

from page.output import printable, tell, write_whole  # noqa: E402,F401 (the others import them from here)
from page.source import Damaged, Failure, Record, Table, read_file  # noqa: E402,F401

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


# -- versions and hashes --


def version_of(line):
    """"0.1.0 git 2800e19c464c" of "# heapbench 0.1.0 (git 2800e19c464c, clean)"."""
    found = re.fullmatch(r"# heapbench (\S+) \(git (\S+), (\S+)\)", line)
    return f"{found[1]} git {found[2]}" + ("" if found[3] == "clean" else " " + found[3]) if found else "?"



def hash_file(path):
    """Of the contents of a regular file."""
    digest = hashlib.sha256()
    try:
        with open(path, "rb") as file:
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
    except ValueError:
        return False
    return isinstance(settings, dict) and isinstance(settings.get("baseline"), str) and isinstance(settings.get("variants"), list) and \
        all(isinstance(variant, str) for variant in settings["variants"])


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


def find_trace(text, tools):
    """How a plan has it: a path as it was given, or the bare name of a shipped trace."""
    if os.path.exists(text):
        return text
    if os.sep not in text and text in tools.shipped():
        return text
    raise Failure(f"{text}: no such trace, nor the name of a shipped one ('heapbench list')")


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


def as_planned(text, folder):
    """The `file` of a trace that was given as `text`: relative stays relative, but to the plan."""
    if not os.path.exists(text) or os.path.isabs(text):
        return text
    relative = os.path.relpath(text, folder)
    return relative if relative.startswith("..") else os.path.join(".", relative)


def name_traces(files):
    """As `run` names them: without ending; with it where two would be alike; else the path."""
    kinds = [stem, os.path.basename, str]
    names = [stem(file) for file in files]
    for kind in (1, 2):
        taken = [kinds[kind - 1](file) for file in files]
        names = [kinds[kind](file) if taken.count(taken[i]) > 1 and names[i] == taken[i] else names[i] for i, file in enumerate(files)]
    return names


# -- planning --


def libraries_of(tools, options):
    """NAME=HASH of each library that is there, as `heapbench list` found it; and of those given by path."""
    known = {row["name"]: row["path"] for row in tools.list()["allocators"] if row["usable"] and row.get("path")}
    wanted = options.allocators.split(",") if options.allocators else list(known)
    wanted += [text.split("=", 1)[1].split()[0].strip("'\"") for text in options.variant if "=" in text and text.split("=", 1)[1].split()]
    if options.baseline:
        wanted.append(options.baseline)
    files = {name: known.get(name, name) for name in dict.fromkeys(wanted)}
    return {name: path for name, path in files.items() if name in known or os.sep in name}


def default_allocators(libraries):
    return ",".join(["glibc"] + [name for name in libraries if name != "glibc"] + ["null"])


def plan_units(tools, options, folder):
    files = list(dict.fromkeys(find_trace(text, tools) for text in options.traces)) or tools.chosen()
    if not files:
        raise Failure("'heapbench list' knows no traces; name one, or set HEAPBENCH_TRACES")
    measured = any(QUESTIONS[question].kind != "exact" for question in options.questions)
    libraries = libraries_of(tools, options) if measured else {}
    hashes = " ".join(f"{name}={hash_file(path)}" for name, path in libraries.items())
    settings = {"baseline": options.baseline or "", "known_variants": options.variants, "variants": options.variant}
    units = []
    for question in sorted(options.questions, key=lambda q: (RANK[QUESTIONS[q].kind], list(QUESTIONS).index(q))):
        asked = QUESTIONS[question]
        exact = asked.kind == "exact"
        allocators = options.allocators or (default_allocators(libraries) if question == "throughput" else "")
        for file, name in zip(files, name_traces(files)):
            path = file if os.path.exists(file) else tools.shipped()[file]
            trace_hash = hash_file(path)
            for block in range(1, (options.blocks if asked.blocks else 1) + 1):
                units.append(Unit("", "", "", asked.kind, question, name, as_planned(file, folder), trace_hash, str(block),
                                  str(options.rounds) if asked.rounds else "", str(options.seed + block - 1) if asked.rounds else "",
                                  "" if exact else allocators, "" if exact else hashes,
                                  "" if exact else json.dumps(settings, sort_keys=True), tools.version, ""))
    return units


def write_plan(path, units):
    """Numbers and names them. A unit that was planned there before keeps the time at which it was."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    before = {}
    if is_plan(path):
        with open(path, encoding="utf-8", errors="replace", newline="") as file:
            before = {row["name"]: row["made"] for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}
    elif os.path.lexists(path) and os.path.getsize(path) > 0:
        raise Failure(f"{path}: is there already and no plan; -o names another file")
    lines = ["\t".join(COLUMNS)]
    for number, unit in enumerate(units, 1):
        unit.unit, unit.units, unit.name = str(number), str(len(units)), unit.make_name()
        unit.made = before.get(unit.name) or now
        fields = [getattr(unit, column) for column in COLUMNS]
        if any(c in field for field in fields for c in "\t\n\r"):
            raise Failure(f"{unit.file}: a plan has no room for a name with a tab or a newline in it; rename the file")
        lines.append("\t".join(fields))
    write_whole(path, ("\n".join(lines) + "\n").encode("utf-8", "surrogateescape"))


def plan(tools, options):
    unknown = [question for question in options.questions if question not in QUESTIONS]
    if unknown:
        raise Failure(f"no question '{unknown[0]}'; there are {', '.join(QUESTIONS)}")
    folder = os.path.dirname(options.output) or "."
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise Failure(f"{folder}: cannot be made: {error.strerror}") from None
    units = plan_units(tools, options, folder)
    write_plan(options.output, units)
    kinds = [f"{sum(unit.kind == kind for unit in units)} {kind}" for kind in RANK if any(unit.kind == kind for unit in units)]
    print(f"{printable(options.output)}: {len(units)} units: {', '.join(kinds)}")
    return DONE
