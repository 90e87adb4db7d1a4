"""gather.py - the results of a study, read and checked against its plans: what is missing, double or different.

Nothing is repaired and nothing is skipped in silence. A fault is what must not be merged: a result that was edited, that no
plan has, or that contradicts another. The rest is said, and merged.
"""

import calendar
import collections
import dataclasses
import hashlib
import os
import re
import time

from units import DONE, FAILED, PARTIAL, Damaged, Failure, Table, counted, hash_file, printable, read_file, read_plans, tell, trace_path, version_of

HEAD = re.compile(rb"# heapbench unit/1\n# unit      (\S+)\n# host      (\S+) (\S+)\n"
                  rb"# clock     (\S+) to (\S+), ([0-9]+\.[0-9]+) s, ([+-][0-9]+\.[0-9]+) s ahead of the folder's\n"
                  rb"# content   ([0-9]+) bytes, sha256 ([0-9a-f]{64})\n")
HEAD_LINES = 5
MEND = "move it away, and run its unit again"
NEEDED = {"throughput": {"throughput", "comparison"}}  # what is compared anew
OF_ANY = "allocators"  # what is known of allocators beforehand: beside every file, and no result


class Section(Table):
    """A file of results within a result: `start` lines stand before it. It has its rows, and `bytes`, where it is read whole."""

    def __init__(self, path, data, start, whole):
        self.start = start
        header = re.search(rb"(?m)^[^#].*\n", data)
        super().__init__(path, data if whole or not header else data[:header.end()])
        schema, at = self.said("schema"), data.find(b"\n# schema")
        if not schema or at < 0:
            self.refuse(0, "a file without a schema")
        self.schema, self.file = schema, schema.split("/")[0]
        self.bytes = data[at + 1:] if whole else b""  # what no clock, machine or command is part of
        self.head_line = start + data[:at].count(b"\n") + 1
        self.build_line = data[:data.index(b"\n")].decode()

    def refuse(self, index, why):
        super().refuse(index + self.start, why)


class Result:
    """A unit's result on one host. Of a study's thousands only the heads are kept; `whole` has the rows."""

    def __init__(self, path, whole=False):
        self.path = path
        data = read_file(path)
        found = HEAD.match(data)
        if not found:
            raise Damaged(f"{path}:1: is no result of a unit")
        self.unit, self.host, self.host_id, began, ended = (text.decode("ascii", "replace") for text in found.groups()[:5])
        self.seconds, self.ahead = float(found[6]), float(found[7])
        self.began, self.ended = read_clock(path, began), read_clock(path, ended)
        body = data[found.end():]
        if len(body) != int(found[8]) or hashlib.sha256(body).hexdigest() != found[9].decode():
            raise Damaged(f"{path}:{HEAD_LINES}: the content is not what was written: cut short, or edited by hand")
        if os.path.basename(path) != f"{self.unit}@{self.host}.csv":
            raise Damaged(f"{path}:2: is unit {self.unit} of host {self.host}: renamed by hand")
        self.sections, line = {}, HEAD_LINES
        for part in re.split(rb"(?m)^(?=# heapbench )", body):
            if part:
                section = Section(path, part, line, whole)
                self.sections[section.file] = section
                line += part.count(b"\n")

    def read(self):
        return Result(self.path, whole=True)

    def said(self, key):
        return next((section.said(key) for section in self.sections.values() if section.said(key)), "")

    @property
    def machine(self):
        """Without its kernel, which may be renewed."""
        return re.sub(r", [^,]*$", "", self.said("machine"))


def read_clock(path, text):
    try:
        return calendar.timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ"))
    except ValueError:
        raise Damaged(f"{path}:4: '{printable(text)}' is no time") from None


# -- what is to be said --


@dataclasses.dataclass
class Finding:
    """`weight`: fault (never merged), lacking (merged without), note (merged, and said)."""

    weight: str
    kind: str
    text: str


class Study:
    """Units in the order of their plans, each with the results that are there; and all findings."""

    def __init__(self, place):
        self.folder = place if os.path.isdir(place) else os.path.dirname(place) or "."
        self.units = read_plans(place)
        self.only_plan = None if os.path.isdir(place) else place
        self.results = {unit.name: [] for unit in self.units}
        self.findings = []
        self.check_names()
        self.read_results()
        self.check_versions()
        self.check_hosts()
        self.check_libraries()
        self.check_clocks()
        self.check_counts()

    def find(self, weight, kind, text):
        self.findings.append(Finding(weight, kind, text))

    @property
    def all_results(self):
        return [result for results in self.results.values() for result in results]

    def check_names(self):
        """Two plans may have two traces of one name, whose rows nobody could tell apart."""
        first = {}
        for unit in self.units:
            other = first.setdefault(unit.trace, unit)
            if other.trace_hash != unit.trace_hash:
                self.find("fault", "name", f"{unit.place}: {unit.trace} is another trace than in {other.place}; rename its file and plan again")
                first[unit.trace] = unit

    def read_results(self):
        folder = os.path.join(self.folder, "units")
        names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
        known = set(self.results)
        for name in names:
            path = os.path.join(folder, name)
            if name.startswith(".") or not name.endswith(".csv"):
                continue
            if name.rpartition("@")[0] not in known:
                if not self.only_plan:  # of another plan of the study, perhaps
                    self.find("fault", "unknown", f"{path}: no plan here has this unit any more; plan it again, or move its result away")
                continue
            try:
                result = Result(path)
                lacks = NEEDED.get(result.unit.split("-")[0], set()) - set(result.sections)
                if lacks:
                    raise Damaged(f"{path}: lacks {min(lacks)}.csv")
                self.results[result.unit].append(result)
            except Failure as failure:
                self.find("fault", "damaged", f"{failure}; {MEND}")

    def check_versions(self):
        units = {unit.name: unit for unit in self.units}
        for result in self.all_results:
            unit = units[result.unit]
            for section in result.sections.values():
                if version_of(section.build_line) != unit.version:
                    self.find("fault", "version", f"{result.path}:{section.start + 1}: made by heapbench {version_of(section.build_line)}, "
                              f"and {unit.place} is of {unit.version}")
                    break

    def check_hosts(self):
        seen = {}
        for result in self.all_results:
            first = seen.setdefault(result.host, result)
            if (first.host_id, first.machine) != (result.host_id, result.machine):
                self.find("fault", "host", f"{result.path}:3: host {result.host} is another machine than in {first.path}: "
                          f"{result.machine or '?'} ({result.host_id}), and {first.machine or '?'} ({first.host_id}); run one of them under "
                          "another name (--host)")
            elif first.said("machine") != result.said("machine"):
                self.find("note", "host", f"{result.path}: host {result.host} has another kernel than in {first.path}")

    def check_libraries(self):
        """Of one name one file, and one environment for all that is measured."""
        files, environment = {}, None
        for result in self.all_results:
            for line in {line for section in result.sections.values() for line in section.all_said("library")}:
                name, found = line.split(" ")[0], line.rpartition("xxh64 ")[2]
                first = files.setdefault(name, (found, result))
                if first[0] != found:
                    self.find("fault", "library", f"{result.path}: {name} is another file than in {first[1].path}")
            if result.said("library"):
                environment = environment or (result.said("environ"), result)
                if environment[0] != result.said("environ"):
                    self.find("fault", "environ", f"{result.path}: measured with '{result.said('environ')}' in the environment, and "
                              f"{environment[1].path} with '{environment[0]}'")

    def check_clocks(self):
        """Nothing is computed of a host's date, but whoever reads it is to know that it is wrong."""
        units = {unit.name: unit for unit in self.units}
        said = set()
        for result in self.all_results:
            made = read_clock(units[result.unit].plan, units[result.unit].made)
            wrong = "began before it was planned" if result.began < made - 60 else \
                "is of the future" if result.ended > time.time() + 60 else \
                "jumped meanwhile" if abs(result.ended - result.began - result.seconds) > 5 else \
                f"is {result.ahead:+.1f} s ahead of the folder's" if abs(result.ahead) > 5 else ""
            if wrong and result.host not in said:
                said.add(result.host)
                self.find("note", "clock", f"{result.path}:4: the clock of host {result.host} {wrong}; nothing is computed from it")

    def check_counts(self):
        for unit in self.units:
            results = self.results[unit.name]
            if len(results) > 1:
                self.check_double(unit, results)

    def check_double(self, unit, results):
        hosts = ", ".join(result.host for result in results)
        if unit.kind != "exact":
            self.find("note", "double", f"{unit.place}: unit {unit.unit} by {hosts}: that of {results[0].host} is taken")
            return
        first = results[0].read()
        faults = [difference(first, other.read()) for other in results[1:]]
        for fault in filter(None, faults):
            self.find("fault", "different", f"{unit.place}: unit {unit.unit}, which is exact: {fault}")
        if not any(faults):
            self.find("note", "double", f"{unit.place}: unit {unit.unit} by {hosts}: equal to the byte")

    def check_traces(self, tools):
        changed = {}
        for unit in self.units:
            try:
                path = trace_path(unit, tools)
                if path not in changed:
                    changed[path] = hash_file(path) if os.path.exists(path) else unit.trace_hash
                if changed[path] != unit.trace_hash:
                    self.find("lacking", "changed", f"{unit.place}: {path} changed after it was planned; plan again")
            except Failure as failure:
                self.find("note", "changed", str(failure))

    def missing(self):
        return [unit for unit in self.units if not self.results[unit.name]]

    def of_weight(self, weight):
        return [finding for finding in self.findings if finding.weight == weight]


def difference(one, other):
    """Where two results of an exact unit part; None where they do not."""
    for file in sorted({*one.sections, *other.sections} - {OF_ANY}):
        if file not in one.sections or file not in other.sections:
            return f"{file}.csv is only in one of {one.path} and {other.path}"
        mine, theirs = (result.sections[file] for result in (one, other))
        if mine.bytes == theirs.bytes:
            continue
        lines = list(zip(mine.bytes.split(b"\n"), theirs.bytes.split(b"\n")))
        at = next((i for i, (a, b) in enumerate(lines) if a != b), len(lines))
        return f"{one.path}:{mine.head_line + at} and {other.path}:{theirs.head_line + at} differ"
    return None


def check(tools, options):
    """heapbench plan --check."""
    study = Study(options.plan)
    missing = study.missing()
    if options.missing:
        for unit in missing:
            print(unit.unit)
        return PARTIAL if missing else DONE
    study.check_traces(tools)
    plans = collections.Counter(unit.plan for unit in study.units)
    for plan, count in plans.items():
        done = count - sum(unit.plan == plan for unit in missing)
        print(f"{printable(plan)}: {counted(count, 'unit')}, {done} done")
    for unit in missing:
        print(f"missing    {printable(unit.place)}: unit {unit.unit}, {unit.name}")
    for finding in study.findings:
        print(f"{finding.kind:10} {printable(finding.text)}")
    if study.of_weight("fault"):
        return FAILED
    return PARTIAL if missing or study.of_weight("lacking") else DONE


def refuse_faults(study):
    faults = study.of_weight("fault")
    for finding in faults:
        tell(f"{finding.kind}: {finding.text}")
    if faults:
        raise Failure(f"{study.folder}: not merged: {len(faults)} of its results must not be, as said above; nothing was written")
