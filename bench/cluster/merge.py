"""merge.py - the results of a study as the files that a page, DuckDB and pandas read: results/README.md has their schemas.

Rows stand in the order of the plan, as their units wrote them; those of a host say which. Exact files are byte for byte what
one run writes, but for the provenance. What compares allocators is computed anew from all rounds (compare.py).
"""

import os
import re
import statistics

import compare
from gather import OF_ANY, Study, refuse_faults
from units import DONE, PARTIAL, Failure, counted, printable, stem, tell, write_whole

COMPUTED = {"comparison", "remarks", "variants"}  # compare.py
MOST_SAID = 60  # lines of provenance of a kind: all are in the units


def escape(field):
    """As the writer of results has it (bench/results/results.h)."""
    return re.sub(r'[,"#]', lambda found: f"\\x{ord(found.group()):02x}", field)


def shown(value):
    """As the writer of results shows a number; None is not known."""
    return "" if value is None else value if isinstance(value, str) else str(value) if isinstance(value, int) else f"{value:.6g}"


# -- provenance --


def distinct(results, key):
    return list(dict.fromkeys(text for result in results for section in result.sections.values() for text in section.all_said(key)))


def some(key, texts):
    lines = [(key, text) for text in texts[:MOST_SAID]]
    return lines + [(key, f"and {len(texts) - MOST_SAID} more like these: the units say")] * (len(texts) > MOST_SAID)


def machine_words(results):
    machines = {}
    for result in results:
        machines.setdefault(result.said("machine"), {})[result.host] = True
    if len(machines) == 1 and len(next(iter(machines.values()))) == 1:
        return list(machines)
    words = []
    for machine, hosts in machines.items():
        names = ", ".join(list(hosts)[:5]) + (f" and {len(hosts) - 5} more" if len(hosts) > 5 else "")
        words.append(f"{counted(len(hosts), 'host')} ({names}): {machine}")
    return words


def run_words(results):
    """The dates are the hosts' own."""
    runs = [result.said("run") for result in results]
    dates = sorted(text.split(",")[0] for text in runs)
    settings = [("touch " + text.rpartition(", touch ")[2]).split(", ") for text in runs]
    words = list(dict.fromkeys(word for words in settings for word in words))
    of_some = [word for word in words if not all(word in words for words in settings)]
    said = [f"{dates[0]} to {dates[-1]}", counted(len(results), "unit"), "each with its seed and rounds", *(word for word in words if word not in of_some)]
    return ", ".join(said) + (f"; some of them {', '.join(of_some)}" if of_some else "")


def provenance_of(study, options, results):
    floors = [floor_of(result) for result in results if floor_of(result)]
    hosts = {result.host for result in results}
    lines = [("command", f"heapbench merge {options.folder}")]
    lines += some("build", distinct(results, "build")) + some("machine", machine_words(results))
    lines.append(("run", run_words(results)))
    for key in ("environ", "libraries", "library", "variant"):
        lines += some(key, [text for text in distinct(results, key) if text != "none"])
    if floors:
        text = f"null allocator {statistics.median(floors):.2f} ns per operation" if len(hosts) == 1 else "each host has its own, in hosts.csv"
        lines.append(("floor", text))
    lines += some("counts", distinct(results, "counts"))
    missing = study.missing()
    left_out = distinct(results, "left out")
    if missing:
        left_out.insert(0, f"{len(missing)} of {len(study.units)} units that are not done ('heapbench plan --check {study.folder}' lists them)")
    left_out += [finding.text for finding in study.of_weight("note")]
    return lines + some("left out", left_out)


def floor_of(result):
    found = re.match(r"null allocator ([0-9.]+) ns", result.said("floor"))
    return float(found[1]) if found else None


def join_fields(fields):
    """Few lines have something to escape, and there are millions."""
    line = ",".join(fields)
    if line.count(",") == len(fields) - 1 and '"' not in line and "#" not in line:
        return line
    return ",".join(map(escape, fields))


def line_of(row):
    return join_fields(list(map(shown, row)))


def file_text(first, provenance, schema, columns, rows):
    lines = [first] + [f"# {key:9} {printable(text)}" for key, text in provenance] + [f"# {'schema':9} {schema}", ",".join(columns)]
    lines += rows
    return ("\n".join(lines) + "\n").encode()


# -- rows --


class Merged:
    """A file: its schema, the rows of all units that have it, as lines, and the paths of these."""

    def __init__(self, section):
        self.schema, self.columns = section.schema, list(section.columns)
        self.rows, self.results, self.of_hosts = [], [], False

    def add(self, unit, result, section, name):
        if (section.schema, section.columns) != (self.schema, self.columns):
            raise Failure(f"{result.path}:{section.head_line}: has other columns than the units before it")
        at = self.columns.index("trace") if "trace" in self.columns else None
        rounds = self.columns.index("round") if "round" in self.columns else None
        self.of_hosts = unit.kind != "exact"
        for row in section.rows:
            row = list(row)
            if at is not None and row[at] == "" and self.results:
                continue  # what is of no trace is the same in each unit
            if at is not None and row[at] and name is not None:
                row[at] = name
            if rounds is not None and row[rounds]:
                if not row[rounds].isdigit():
                    raise Failure(f"{result.path}: '{row[rounds]}' is no round")
                row[rounds] = str(int(row[rounds]) + (int(unit.block) - 1) * int(unit.rounds or 0))
            self.rows.append(join_fields(row + [result.host] * self.of_hosts))
        self.results.append(result.path)

    @property
    def all_columns(self):
        return self.columns + ["host"] * self.of_hosts


def new_name(unit):
    """Of a trace whose file is called as another one's, the name that the plan gave it; None: as the unit has it."""
    return unit.trace if unit.trace != stem(unit.file) else None


def merge_rows(study):
    """name of the file -> Merged; and, per unit of throughput, what compare.py takes."""
    files, compared = {}, []
    for unit in study.units:
        for result in study.results[unit.name][:1]:
            result = result.read()
            for file, section in result.sections.items():
                if file in COMPUTED:
                    continue
                merged = files.setdefault(file, Merged(section))
                if file == OF_ANY:
                    merged.rows, merged.results = list(map(line_of, section.rows)), [result.path]
                else:
                    merged.add(unit, result, section, new_name(unit))
            if unit.question == "throughput":
                compared.append(compare.Block(unit, result, new_name(unit)))
    return files, compared


def number_of(text):
    return int(text) if text else 0


def host_rows(study):
    hosts = {}
    units = {unit.name: unit for unit in study.units}
    for result in study.all_results:
        hosts.setdefault(result.host, []).append(result)
    for host in sorted(hosts):
        results = hosts[host]
        floors = [floor for floor in map(floor_of, results) if floor]
        yield [host, results[0].said("machine"), len(results), sum(number_of(units[r.unit].rounds) for r in results),
               sum(r.seconds for r in results), statistics.median(floors) if floors else None]


def unit_rows(study):
    for unit in study.units:
        for result in study.results[unit.name] or [None]:
            yield [unit.name, unit.kind, unit.question, unit.trace, unit.block, result.host if result else None,
                   result.seconds if result else None, "done" if result else "missing"]


def write_all(study, options, output, files, compared):
    results = study.all_results
    first = next(iter(results[0].sections.values())).build_line
    whole = provenance_of(study, options, results)
    for file, merged in files.items():
        of_file = set(merged.results)
        provenance = whole if file == OF_ANY else provenance_of(study, options, [result for result in results if result.path in of_file])
        write_whole(os.path.join(output, file + ".csv"), file_text(first, provenance, merged.schema, merged.all_columns, merged.rows))
    if compared:
        for file, (schema, columns, rows) in compare.files(compared).items():
            write_whole(os.path.join(output, file + ".csv"), file_text(first, whole, schema, columns, map(line_of, rows)))
    write_whole(os.path.join(output, "hosts.csv"), file_text(first, whole, "hosts/1", ["host", "machine", "units", "rounds", "seconds", "floor_ns"],
                                                           map(line_of, host_rows(study))))
    write_whole(os.path.join(output, "units.csv"), file_text(first, whole, "units/1", ["unit", "kind", "question", "trace", "block", "host",
                                                           "seconds", "status"], map(line_of, unit_rows(study))))


def merge(tools, options):
    study = Study(options.folder)
    study.check_traces(tools)
    refuse_faults(study)
    if not study.all_results:
        raise Failure(f"{options.folder}: none of its {len(study.units)} units is done")
    output = options.output or study.folder
    os.makedirs(output, exist_ok=True)
    files, compared = merge_rows(study)
    write_all(study, options, output, files, compared)
    for finding in study.findings:
        tell(f"{finding.kind}: {finding.text}")
    missing = study.missing()
    hosts = {result.host for result in study.all_results}
    print(f"{printable(output)}: {len(study.units) - len(missing)} of {counted(len(study.units), 'unit')}, {counted(len(hosts), 'host')}")
    if missing:
        tell(f"left out: {counted(len(missing), 'unit')} not done; 'heapbench plan --check {options.folder}' lists them")
    return PARTIAL if missing or study.of_weight("lacking") else DONE
