"""plan.py - plans: which units there are, and where a plan was before, what becomes of its results.

All that would let a unit fail is looked for here, before any is begun. A plan is not written over when results would be left
that no plan has.
"""

import contextlib
import csv
import json
import os
import time

from gather import Result
from units import (COLUMNS, DONE, QUESTIONS, RANK, Failure, Unit, counted, find_plans, hash_file, is_plan, printable, read_plan, stem, tell,
                   write_whole)

# -- traces --


def find_trace(text, tools):
    """How a plan has it: a path as it was given, or the bare name of a shipped trace."""
    if os.path.exists(text):
        return text
    if os.sep not in text and text in tools.shipped():
        return text
    raise Failure(f"{text}: no such trace, nor the name of a shipped one ('heapbench list')")


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


def is_asked(question, path, tools):
    """What threads cost each other is asked of traces that several made."""
    return question != "threads" or tools.info(path)["threads"] > 1


# -- units --


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
    units, alone = [], []
    for question in sorted(options.questions, key=lambda q: (RANK[QUESTIONS[q].kind], list(QUESTIONS).index(q))):
        asked = QUESTIONS[question]
        exact = asked.kind == "exact"
        allocators = options.allocators or (default_allocators(libraries) if question == "throughput" else "")
        for file, name in zip(files, name_traces(files)):
            path = file if os.path.exists(file) else tools.shipped()[file]
            if not is_asked(question, path, tools):
                alone.append(name)
                continue
            trace_hash = hash_file(path)
            for block in range(1, (options.blocks if asked.blocks else 1) + 1):
                units.append(Unit("", "", "", asked.kind, question, name, as_planned(file, folder), trace_hash, str(block),
                                  str(options.rounds) if asked.rounds else "", str(options.seed + block - 1) if asked.rounds else "",
                                  "" if exact else allocators, "" if exact else hashes,
                                  "" if exact else json.dumps(settings, sort_keys=True), tools.version, ""))
    if alone:
        tell(f"left out: the question threads of {counted(len(alone), 'trace')} that one thread made")
    if not units:
        raise Failure("nothing is left to plan: name a trace that several threads made ('heapbench info')")
    return units


# -- where a plan was before --


def read_before(path):
    """When each unit was planned there, by its name."""
    if is_plan(path):
        with open(path, encoding="utf-8", errors="replace", newline="") as file:
            return {row["name"]: row["made"] for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}
    if os.path.lexists(path) and os.path.getsize(path) > 0:
        raise Failure(f"{path}: is there already and no plan; -o names another file")
    return {}


def finished_in(folder):
    """The results of a study, by the names of their units."""
    results = {}
    for name in os.listdir(folder) if os.path.isdir(folder) else []:
        if name.endswith(".csv") and not name.startswith("."):
            results.setdefault(name.rpartition("@")[0], []).append(os.path.join(folder, name))
    return results


def names_elsewhere(path):
    """The units of the other plans in its folder. One that is damaged has none: --check says so."""
    names, plans = set(), []
    with contextlib.suppress(Failure):
        plans = find_plans(os.path.dirname(path) or ".")
    for other in plans:
        if os.path.realpath(other) != os.path.realpath(path):
            with contextlib.suppress(Failure):
                names.update(unit.name for unit in read_plan(other))
    return names


def refuse_to_drop(path, before, units, results):
    """A result that no plan has is lost work, and no merge takes a study that holds one."""
    dropped = (set(before) & set(results)) - {unit.name for unit in units}
    dropped -= names_elsewhere(path) if dropped else set()
    if dropped:
        raise Failure(f"{path}: {counted(len(dropped), 'finished unit')} of the plan that is there would be in no plan any more, and nothing was "
                      "written; -o names a further plan beside it, or --force drops them, whose results are then to be moved out of "
                      f"{os.path.join(os.path.dirname(path) or '.', 'units')}")


def made_of(unit, before, results):
    """When it was first planned. Whoever did it knows best where the plan does not: else its clock would seem to go wrong."""
    if before.get(unit.name):
        return before[unit.name]
    began = [time.time()]
    for path in results.get(unit.name, []):
        with contextlib.suppress(Failure):
            began.append(Result(path).began)
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(min(began)))


def number_units(units):
    for number, unit in enumerate(units, 1):
        unit.unit, unit.units, unit.name = str(number), str(len(units)), unit.make_name()


def write_plan(path, units):
    lines = ["\t".join(COLUMNS)]
    for unit in units:
        fields = [getattr(unit, column) for column in COLUMNS]
        if any(c in field for field in fields for c in "\t\n\r"):
            raise Failure(f"{unit.file}: a plan has no room for a name with a tab or a newline in it; rename the file")
        lines.append("\t".join(fields))
    write_whole(path, ("\n".join(lines) + "\n").encode("utf-8", "surrogateescape"))


# -- the command --


def plan(tools, options):
    unknown = [question for question in options.questions if question not in QUESTIONS]
    if unknown:
        raise Failure(f"no question '{unknown[0]}'; there are {', '.join(QUESTIONS)}")
    tools.check_programs(options.questions)
    folder = os.path.dirname(options.output) or "."
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise Failure(f"{folder}: cannot be made: {error.strerror}") from None
    before, results = read_before(options.output), finished_in(os.path.join(folder, "units"))
    units = plan_units(tools, options, folder)
    number_units(units)
    if not options.force:
        refuse_to_drop(options.output, before, units, results)
    for unit in units:
        unit.made = made_of(unit, before, results)
    write_plan(options.output, units)
    kinds = [f"{sum(unit.kind == kind for unit in units)} {kind}" for kind in RANK if any(unit.kind == kind for unit in units)]
    print(f"{printable(options.output)}: {counted(len(units), 'unit')}: {', '.join(kinds)}")
    return DONE
