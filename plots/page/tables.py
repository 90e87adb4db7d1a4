"""tables.py - the tables of the pages: columns of a record each, with how a value is shown and by what it is sorted."""

import statistics

from page import explained as explain
from page import show
from page.answer import tails_of
from page.source import MOST_NAMES, Record


MOST_ROWS = 5000  # of a page: no more is read by anyone, and all is in the file beside it


class Column:
    """`get` is of a record; `show` turns the value into text. A column of text is on the left."""

    def __init__(self, title, get, shown=None, note=None, hint=""):
        self.title, self.hint, self.is_text = title, hint, shown is None
        self.get = get if callable(get) else (lambda record, name=get: record[name] if shown is None else record.number(name))
        self.shown, self.note = shown, note

    def cell(self, record):
        value = self.get(record)
        text = (value or show.UNKNOWN) if self.is_text else self.shown(value)
        return {"text": text, "sort": "" if value is None else value, "note": self.note(record) if self.note else "",
                "is_text": self.is_text}


class Table:
    """`by`: the index of the column whose values choose the rows that are shown; None: all are always. `files`: what it is of, if not of one of its name."""

    def __init__(self, name, caption, columns, records, by=0, files=()):
        self.name, self.caption, self.columns, self.files = name, caption, columns, files or [name]
        records = list(records)
        self.left = max(0, len(records) - MOST_ROWS)
        self.rows = [[column.cell(record) for column in columns] for record in records[:MOST_ROWS]]
        several = by is not None and len({row[by]["text"] for row in self.rows}) > 1
        self.by = by if several else None

    def __bool__(self):
        return bool(self.rows)


def over(part, whole):
    def get(record):
        above, below = record.number(part), record.number(whole)
        return above / below if above is not None and below else None
    return get


def status_note(record):
    if record["status"] == "stopped":
        return f"first {show.count(record.number('ops'))} operations"
    return record["status"] if record["status"] not in ("ok", "") else ""


def measured(records):
    return [record for record in records if record.has_figures]


def signed_percent(text):
    """A share that may be below 0: what would be added."""
    try:
        value = 100 * float(text)
    except ValueError:
        return ""
    shown = show.percent(abs(value))
    return f"{'−' if value < 0 and shown != show.percent(0) else ''}{shown}"


# -- the first page --


def every_program(results):
    records = [record for record in results.records("comparison") if record["trace"]]
    tails = tails_of(results)
    baselines = list(dict.fromkeys(record["baseline"] for record in records if record["baseline"]))
    over_what = f"over {baselines[0]}" if len(baselines) == 1 else "over the baseline"
    columns = [
        Column("program", "trace"),
        Column("rank", "rank", lambda value: show.count(value) if value else ""),
        Column("allocator", "allocator", note=status_note),
        Column(over_what, "ratio", lambda value: show.ratio(value) if value else show.UNKNOWN, hint="time, of the calls alone"),
        Column("95 % interval", lambda record: show.interval(record.number("ratio_low"), record.number("ratio_high"))
               if record["verdict"] != "baseline" else ""),
        Column("verdict", "verdict"),
        Column("time per operation", "ns_per_op", show.ns),
        Column("99.9 % of allocations within", lambda record: tails.get((record["trace"], record["allocator"])), show.ns),
        Column("peak memory", "peak_resident_bytes", show.size),
        Column("over live", "memory_over_live", show.ratio),
        Column("at the end", "end_resident_bytes", show.size),
        Column("page faults", "page_faults", show.count),
        Column("NULLs", "failures", show.count),
    ]
    if any(record["hosts"] not in ("", "1") for record in records):
        columns.append(Column("hosts", "hosts", show.count))
    if any(record["saved_share"] and record["rank"] for record in records):  # as `run` shows it: of what is ranked
        columns.append(Column("saves of the program", lambda record: signed_percent(record["saved_share"]) if record["rank"] else ""))
    if any(record["problem"] for record in records):
        columns.append(Column("problem", "problem"))
    return Table("comparison", "A row a program and allocator, by rank; null is what the harness itself costs", columns, records)


def hosts(results):
    """Where a study was measured; of one host, the first screen says it."""
    records = results.records("hosts")
    return Table("hosts", "The hosts", [
        Column("host", "host"), Column("units", "units", show.count), Column("rounds", "rounds", show.count),
        Column("time", "seconds", show.seconds), Column("the harness's own part, an operation", "floor_ns", show.ns),
        Column("machine", "machine")], records, None) if len(records) > 1 else None


def variants(results):
    records = results.records("variants")
    if not any(record["settings"] for record in records):
        return None  # the first screen has all of it
    return Table("variants", "Settings, fastest first", [
        Column("row", "allocator"), Column("library", "library"), Column("settings", "settings"),
        Column("time", "ratio", show.ratio),
        Column("95 % interval", lambda r: show.interval(r.number("ratio_low"), r.number("ratio_high"))),
        Column("memory", "memory_ratio", show.ratio), Column("none better in both", "on_front")], records, 1)


def tails(results):
    """A row a trace and allocator: its percentiles side by side."""
    rows = {}
    for record in results.records("latency"):
        if record["kind"] not in ("allocation", "free"):
            continue
        row = rows.setdefault((record["trace"], record["allocator"]), record)
        row[record["kind"] + record["percentile"]] = record["ns"]
    columns = [Column("program", "trace"), Column("allocator", "allocator", note=status_note)]
    columns += [Column(title, "allocation" + key, show.ns) for title, key in (
        ("half within", "50"), ("99 %", "99"), ("99.9 %", "99.9"), ("99.99 %", "99.99"), ("slowest", "max"))]
    columns += [Column(title, "free" + key, show.ns) for title, key in (("frees: 99.9 %", "99.9"), ("slowest free", "max"))]
    return Table("latency", "How long single allocations take", columns, rows.values())


def least_memory(results):
    """A row a program, a column an allocator that takes no heap: the least budget that sufficed."""
    records = [r for r in measured(results.records("least_memory")) if r["bound"] == "reserved"]
    allocators = list(dict.fromkeys(r["allocator"] for r in records))[:MOST_NAMES]
    found = {(r["trace"], r["allocator"]): r for r in records}
    programs = list({r["trace"]: r for r in records}.values())

    def of(program, name):
        return found.get((program["trace"], name), Record())

    def note(program, name):
        record = of(program, name)
        least, over_live = record.number("minimum_bytes"), over("minimum_bytes", "peak_live_bytes")(record)
        if least is None:
            failing = record.number("failing_bytes")
            return f"more than {show.size(failing)}" if failing is not None else ""
        return show.ratio(over_live) + (" †" if record["ended_by"] else "")

    columns = [Column("program", "trace"), Column("live at most", "peak_live_bytes", show.size)]
    columns += [Column(name, lambda p, name=name: of(p, name).number("minimum_bytes"), show.size, lambda p, name=name: note(p, name))
                for name in allocators]
    return Table("least_memory", "The least budget with which the whole program runs, and over what is live at most. "
                 "†: within less, the library ended the program instead of returning NULL", columns, programs, None)


def thread_rows(results):
    """A record a trace and allocator: medians over the rounds."""
    groups, baseline_cpu = {}, {}
    for record in measured(results.records("threads")):
        groups.setdefault((record["trace"], record["allocator"]), []).append(record)
        if record["allocator"] == record["reference"]:
            baseline_cpu[record["trace"], record["round"], record["ops"]] = record.number("cpu_ns")

    def median(rounds, get):
        known = [value for value in map(get, rounds) if value is not None]
        return repr(statistics.median(known)) if known else ""

    def cpu_ratio(record):
        mine, baseline = record.number("cpu_ns"), baseline_cpu.get((record["trace"], record["round"], record["ops"]))
        return mine / baseline if mine and baseline else None

    rows = []
    for rounds in groups.values():
        row = rounds[0]
        row.update(ratio=median(rounds, over("elapsed_ns", "reference_ns")), cpu_ratio=median(rounds, cpu_ratio), ns=median(rounds, over("elapsed_ns", "ops")),
                   cpu=median(rounds, over("cpu_ns", "ops")),
                   waited=median(rounds, over("waiting_ns", "thread_ns")), peak=median(rounds, lambda r: r.number("peak_resident_bytes")))
        rows.append(row)
    return rows


def threads_words(results, names, by_cpu):
    """The order of those named, by the clock of the verdict; of one program alone, since a mean would hide what differs."""
    ratio, time = ("cpu_ratio", "processor time") if by_cpu else ("ratio", "elapsed time")
    rows = [row for row in thread_rows(results) if row[ratio] and row["status"] != "stopped"]
    compared = sorted((row for row in rows if row["allocator"] in names), key=lambda row: row.number(ratio))
    baseline = next((row["reference"] for row in rows), "")
    if len({row["trace"] for row in rows}) != 1 or len(compared) < 2 or not baseline:
        return ""
    order = show.listed(f"{row['allocator']} {show.ratio(row.number(ratio))}" for row in compared if row["allocator"] != baseline)
    return f"Replayed by its {show.counted(rows[0].number('replay_threads'), 'thread')}, of {baseline}'s {time}: {order} (medians: a short list, not a ranking)."


def threads(results):
    rows = thread_rows(results)
    cpu = [Column(title, key, shown, hint="of all threads") for title, key, shown in (
        ("processor time, over the baseline", "cpu_ratio", show.ratio), ("processor time per operation", "cpu", show.ns)) if any(row[key] for row in rows)]
    return Table("threads", "Replayed by as many threads as the program had", [
        Column("program", "trace"), Column("threads", "replay_threads", show.count), Column("allocator", "allocator", note=status_note),
        Column("elapsed, over the baseline", "ratio", show.ratio), Column("time per operation", "ns", show.ns), *cpu,
        Column("of it waited for another thread's object", lambda r: 100 * r.number("waited") if r.number("waited") is not None else None, show.percent),
        Column("peak memory", "peak", show.size),
        Column("under one lock", "one_lock")], rows)


def comes_back(results):
    """A row a workload and allocator: what is resident after a burst, and after all is freed. Columns of which no row knows anything are not there:
    most recordings have no burst and no silence."""
    records = measured(results.records("return_summary"))
    sizes = [Column(title, key, show.size) for title, key in (
        ("most live", "peak_live_bytes"), ("most resident", "peak_resident_bytes"), ("live after the drop", "drop_live_bytes"),
        ("resident then", "drop_bytes"), ("1 s later", "drop_1s_bytes"), ("10 s later", "drop_10s_bytes"),
        ("when all is freed", "freed_bytes"), ("1 s after", "freed_1s_bytes"), ("10 s after", "freed_10s_bytes"))]
    known = [column for column in sizes if any(column.get(record) is not None for record in records)]
    when = "after a burst, and" if any(record["drop_bytes"] for record in records) else "at most, and"
    return Table("return_summary", f"What is resident {when} after all is freed", [Column("workload", "trace"), Column("allocator", "allocator"), *known], records)


# -- the second page --


def walks(results):
    records = [r for r in measured(results.records("walk_summary")) if r["allocator"] == "simple"]
    return Table("walk_summary", "What a malloc of simple examines", [
        Column("program", "trace"), Column("operations", "trace_ops", show.count),
        Column("ranges at the end", "ranges", show.count), Column("mean walk", "walk_mean", show.count),
        Column("median", "walk_p50", show.count), Column("99 % within", "walk_p99", show.count),
        Column("longest", "walk_max", show.count),
        Column("of allocated ranges", lambda r: 100 * (over("walk_allocated", "walk_total")(r) or 0), show.percent),
        Column("time per operation", "ns_per_op", show.ns, lambda r: f"first {show.count(r.number('ops'))}" if r["status"] == "stopped" else ""),
        Column("over glibc", "ratio_to_glibc", show.ratio)], records, None)


def packings(results):
    """By trace and the most bytes live, so that a trace that has changed has none: its row of an offline packing without headers and alignment."""
    return {(r["trace"], r["peak_live_bytes"]): r for r in measured(results.records("policies"))
            if r["policy"] == "packing" and (r["header_bytes"], r["align"]) == ("0", "1")}


def optimum_note(record):
    """By how much the optimum may be smaller; nothing where the packing is the optimum."""
    found, least = record.number("peak_extent_bytes"), record.number("bound_bytes")
    return f"within {show.size(found - least)}" if found is not None and least is not None and least < found else ""


def fragmentation(results):
    bounds = packings(results)

    def bound(record):
        return bounds.get((record["trace"], record["peak_live_bytes"]), Record())

    def over_live(record):
        ratio = over("robson_bytes", "peak_live_bytes")(bound(record))
        return show.ratio(ratio) if ratio is not None else ""

    records = [r for r in measured(results.records("fragmentation_summary"))
               if r["allocator"] not in ("null", "bump") and r.number("measure4") is not None]
    unknown = "" if any(bound(r).number("robson_bytes") for r in records) else \
        " (not all bounds are here: 'heapbench model --all --results DIR' computes them)"
    return Table("fragmentation_summary", "How much more than the live bytes a heap takes" + unknown, [
        Column("program", "trace"), Column("allocator", "allocator"), Column("live at most", "peak_live_bytes", show.size),
        Column("heap at most", "peak_extent_bytes", show.size),
        Column("the optimum", lambda r: bound(r).number("peak_extent_bytes"), show.size, lambda r: optimum_note(bound(r)),
               "a heap that knows all lifetimes beforehand, without headers"),
        Column("Robson's lower bound", lambda r: bound(r).number("robson_bytes"), show.size, over_live,
               "what some program with as much live, in blocks of the same range of sizes, makes any allocator need that cannot move them"),
        Column("#1 mean over time", "measure1", show.percent),
        Column("#2 when most is live", "measure2", show.percent), Column("#3 when the heap is largest", "measure3", show.percent),
        Column("#4 peak to peak", "measure4", show.percent), Column("#4 without records", "payload4", show.percent)], records)


def served_of(results):
    """Of simple on each trace: the share of allocations served by the largest heap tried of at most the most live bytes."""
    best = {}
    for record in results.records("failure_points"):
        heap, live, share = record.number("heap_bytes"), record.number("peak_live_bytes"), over("served", "allocs")(record)
        if record["allocator"] != "simple" or None in (heap, live, share) or heap > live:
            continue
        if record["trace"] not in best or heap > best[record["trace"]][0]:
            best[record["trace"]] = (heap, share)
    return {trace: 100 * share for trace, (_, share) in best.items()}


def curves(results):
    served = served_of(results)
    return Table("curve_summary", "The smallest heap that completes", [
        Column("program", "trace"), Column("allocator", "allocator"), Column("live at most", "peak_live_bytes", show.size),
        Column("smallest heap", "minimum_heap_bytes", show.size), Column("over live", over("minimum_heap_bytes", "peak_live_bytes"), show.ratio),
        Column("served by a heap of what is live", lambda r: served.get(r["trace"]) if r["allocator"] == "simple" else None, show.percent),
        Column("sizes left open by the pass", "undecided_sizes", show.count), Column("of them simulated", "simulated_sizes", show.count),
        Column("larger, and fail", "anomalous_sizes", show.count)], measured(results.records("curve_summary")))


def change(value):
    """0.53×, and ÷1230 where that would be zeroes."""
    if value and 0 < value < 0.1:
        return f"÷{show.count(1 / value)}"
    return show.ratio(value)


def ladder(results):
    def times(record):
        part = over("time_ops", "ops")(record)
        return f"first {show.percent(100 * part)}" if part is not None and part < 0.995 else ""

    return Table("ladder", "Rung by rung, and what each idea changed", [
        Column("program", "trace"), Column("allocator", "allocator", note=lambda r: r["idea"]),
        Column("mean walk", "walk_mean", show.count), Column("time per operation", "ns_per_op", show.ns, times),
        Column("over glibc", "ratio_to_glibc", show.ratio), Column("heap over live", "extent_over_live", show.ratio),
        Column("least heap over live", "minimum_over_live", show.ratio, lambda r: r["minimum_how"]),
        Column("compared with", "before"), Column("walk", "walk_change", change), Column("time", "time_change", change),
        Column("heap", "extent_change", change), Column("least heap", "minimum_change", change)],
        measured(results.records("ladder")))


FEW_OPS = 1000  # a trace of fewer, such as the tutorial's example, says nothing of a policy
SETTINGS = {("0", "1"): "no headers, no alignment", ("0", "16"): "no headers, no alignment", ("8", "1"): "8-byte headers",
            ("8", "16"): "8-byte headers, aligned to 16"}


def with_bounds(record):
    """A packing's row, and as if they were policies what no heap is smaller than and what some program makes every allocator need."""
    yield record
    for name, column in (("most live: a lower bound", "bound_bytes"), ("Robson's lower bound", "robson_bytes")):
        share = over(column, "peak_live_bytes")(record)
        if share is not None:
            yield Record(record, policy=name, measure4=repr(max(0, 100 * (share - 1))))


def policies(results):
    """A row a policy and setting: what is published, the mean of the traces, and each trace."""
    records = [r for r in measured(results.records("policies")) if r.number("measure4") is not None]
    records = [row for r in records for row in with_bounds(r)]
    traces = list(dict.fromkeys(r["trace"] for r in records if r["trace"] and (r.number("ops") or 0) >= FEW_OPS)) or \
        list(dict.fromkeys(r["trace"] for r in records if r["trace"]))
    traces = traces[:MOST_NAMES]
    rows = {}
    for record in records:
        setting = SETTINGS.get((record["header_bytes"], record["align"]), "")
        row = rows.setdefault((setting, record["policy"], record["merge"]), record)
        row["setting"] = setting
        row["of " + (record["trace"] if record["trace"] in traces else "published" if not record["trace"] else "")] = record["measure4"]
    for row in rows.values():
        known = [row.number("of " + trace) for trace in traces if row.number("of " + trace) is not None]
        row["mean"] = repr(sum(known) / len(known)) if known else ""
    columns = [Column("ranges", "setting"), Column("policy", "policy"), Column("merging at once", "merge"),
               Column("published", "of published", show.percent), Column("mean", "mean", show.percent)]
    columns += [Column(trace, "of " + trace, show.percent) for trace in traces]
    return Table("policies", "Largest heap over most live, less one (measure #4 of Johnstone and Wilson)", columns, rows.values())


def explained(fits):
    """A row a policy and library: what its extents explain of the memory that was held."""
    rows = [Record((name, "" if value is None else value if isinstance(value, str) else repr(value)) for name, value in vars(fit).items()) for fit in fits]

    def signed(name):
        return lambda r: f"{'−' if r[name].startswith('-') else ''}{show.plain(abs(float(r[name])))}" if r[name] else ""

    return Table("explained", "The extents of the exact model against the memory that libraries held, both over the most bytes live", [
        Column("extent of", "policy"), Column("library", "allocator"), Column("programs", "traces", show.count),
        Column("explained", lambda r: 100 * r.number("share") if r["share"] else None, show.percent, hint="r squared, of the logarithms"),
        Column("95 % interval", lambda r: f"{show.percent(100 * r.number('low'))} – {show.percent(100 * r.number('high'))}" if r["low"] else ""),
        Column("r", signed("r")), Column("rank correlation", signed("rank")), Column("held over the extent, median", "over", show.ratio),
        Column("r of the bytes themselves", signed("bytes_r"))], rows, 1, ["policies", "comparison"])


def adversaries(results):
    last = {}
    for record in measured(results.records("adversary")):
        last[record["adversary"], record["allocator"]] = record
    return Table("adversary", "Memory over M, the most that is ever live, at the end of each adversary", [
        Column("adversary", "adversary"), Column("allocator", "allocator"), Column("measured", "measured"),
        Column("M", "most_live_bytes", show.size), Column("largest block, units", "size", show.count),
        Column("this allocator", over("measured_bytes", "most_live_bytes"), show.ratio),
        Column("the attacked policy", over("expected_bytes", "most_live_bytes"), show.ratio),
        Column("bound", over("bound_bytes", "most_live_bytes"), show.ratio)], last.values())


def misuse(results):
    """A row an allocator and build, a column an act: the status, and in small print the harm where nobody noticed."""
    rows, acts = {}, []
    for record in results.records("misuse"):
        if record["act"] not in acts and len(acts) < MOST_NAMES:
            acts.append(record["act"])
        row = rows.setdefault((record["allocator"], record["build"]), Record(allocator=record["allocator"], build=record["build"]))
        row[record["act"]] = record["status"]
        row[record["act"] + " harm"] = record["harm"] if record["status"] == "silent" and record["harm"] != "none" else ""
    return Table("misuse", "What comes of a free, or a store, that is wrong", [Column("allocator", "allocator"), Column("build", "build")] + [
        Column(act, act, note=lambda record, act=act: record[act + " harm"]) for act in acts], rows.values(), by=None)


def model_speed(results):
    """A row a model and number of ranges: medians over the rounds of both sides."""
    sides, first = {}, {}
    for record in results.records("model_speed"):
        elapsed, ops = record.number("elapsed_ns"), record.number("ops")
        if elapsed is None or not ops or record.number("ranges") is None:
            continue
        key = record["model"], record.number("ranges")
        first.setdefault(key, record)
        is_model = record["allocator"] == record["model"]
        sides.setdefault(key, ([], []))[is_model].append(elapsed / ops)
        if not is_model:
            first[key]["walking"] = record["allocator"]
    for key, (walking, computing) in sides.items():
        row = first[key]
        row["walking_ns"] = repr(statistics.median(walking)) if walking else ""
        row["model_ns"] = repr(statistics.median(computing)) if computing else ""
    rows = [first[key] for key in sorted(first, key=lambda key: (list(first).index((key[0], min(k[1] for k in first if k[0] == key[0]))), key[1]))]
    return Table("model_speed", "Time per operation against the number of ranges", [
        Column("model", "model"), Column("of", "walking"), Column("ranges", "ranges", show.count),
        Column("walking", "walking_ns", show.ns), Column("computing", "model_ns", show.ns),
        Column("walking over computing", over("walking_ns", "model_ns"), show.ratio)], rows)


def catalogue(results):
    return Table("catalogue", "Every trace: what it is, and how far apart allocators are on it", [
        Column("trace", "trace"), Column("what it does", "what"), Column("chosen", "chosen"), Column("operations", "ops", show.count),
        Column("objects", "objects", show.count), Column("peak live", "peak_live_bytes", show.size),
        Column("size, median", "size_p50", show.size), Column("size, p99", "size_p99", show.size),
        Column("lifetime, median", "lifetime_p50", show.count), Column("lifetime, p90", "lifetime_p90", show.count),
        Column("threads", "threads", show.count), Column("hand-overs", "handovers", show.count),
        Column("silent", lambda r: us / 1e6 if (us := r.number("silent_us")) is not None else None, show.silence),
        Column("reallocs", lambda r: 100 * s if (s := r.number("realloc_share")) is not None else None, show.percent),
        Column("fastest", "fastest"), Column("time, slowest / fastest", "time_spread", show.ratio),
        Column("peak memory, most / least", "memory_spread", show.ratio),
        Column("most alike", "nearest"), Column("distance", "nearest_distance", show.plain),
        Column("stands for it", "stands_for_it"), Column("distance", "stands_distance", show.plain)], results.records("catalogue"), None)
